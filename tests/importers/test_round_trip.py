"""Whatever is imported reads back: complete drafts are valid manifests, and others lack nothing but their gaps."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.documents import schema
from platform_gate.documents.document import read
from platform_gate.importers import IMPORTERS
from platform_gate.importers.collecting import Source, collect
from platform_gate.importers.combining import TierMap
from platform_gate.importers.drafts import Draft
from platform_gate.importers.manifest_text import gap_lines, manifest
from tests.conftest import Gate

TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["payments", "no", "1.0", "TODO", "${X}", "a: b #c", "- x", "ü ß", "\u202e", "https://a.example.com", "'"]
    ),
)
NUMBERS = st.one_of(
    st.decimals(min_value=-1, max_value=101, places=4).map(str),
    st.sampled_from(["0.9995", "99.95", "1e-1", "1,0"]),
    TEXTS,
)
WINDOWS = st.one_of(st.sampled_from(["28d", "4w", "1m", "1M", "24h", "0d", "99999d"]), TEXTS)
LINKS = st.lists(st.fixed_dictionaries({"type": st.sampled_from(["runbook", "doc", "x"]), "url": TEXTS}), max_size=3)


class Said(NamedTuple):
    """What a descriptor says."""

    name: str = "payments"
    team: str = "fintech"
    tier: str = "tier_2"
    target: str = "99.95"
    window: str = "28d"
    links: Sequence[Mapping[str, str]] = ()


SAID = st.builds(
    Said, TEXTS, TEXTS, st.one_of(TEXTS, st.sampled_from(["tier_2", "gold", "7"])), NUMBERS, WINDOWS, LINKS
)


def backstage(said: Said) -> Any:
    metadata = {"name": said.name, "links": said.links, "labels": {"tier": said.tier}}
    return {
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Component",
        "metadata": metadata,
        "spec": {"owner": said.team},
    }


def openslo(said: Said) -> Any:
    labels = {"team": said.team, "serviceTier": said.tier}
    spec = {
        "service": said.name,
        "objectives": [{"target": said.target}, {"targetPercent": said.target}],
        "timeWindow": [{"duration": said.window}],
    }
    return {"apiVersion": "openslo/v1", "kind": "SLO", "metadata": {"name": said.team, "labels": labels}, "spec": spec}


def sloth(said: Said) -> Any:
    slos = [{"name": said.window, "objective": said.target}, {"name": said.team, "objective": said.target}]
    return {
        "version": "prometheus/v1",
        "service": said.name,
        "labels": {"owner": said.team, "tier": said.tier},
        "slos": slos,
    }


def pyrra(said: Said) -> Any:
    labels = {"service": said.name, "team": said.team, "tier": said.tier}
    return {
        "apiVersion": "pyrra.dev/v1alpha1",
        "kind": "ServiceLevelObjective",
        "metadata": {"name": said.team, "labels": labels},
        "spec": {"target": said.target, "window": said.window},
    }


def slo_generator(said: Said) -> Any:
    return {
        "service_name": said.name,
        "feature_name": said.window,
        "slo_name": said.team,
        "slo_target": said.target,
        "team": said.team,
    }


def datadog(said: Said) -> Any:
    return {
        "schema-version": "v2.2",
        "dd-service": said.name,
        "team": said.team,
        "tier": said.tier,
        "links": said.links,
    }


def opslevel(said: Said) -> Any:
    tools = [{"category": link["type"], "url": link["url"]} for link in said.links]
    return {"version": 1, "service": {"name": said.name, "owner": said.team, "tier": said.tier, "tools": tools}}


def cortex(said: Said) -> Any:
    owners = [{"type": "group", "name": said.team}]
    info = {
        "x-cortex-tag": said.name,
        "x-cortex-owners": owners,
        "x-cortex-groups": [said.tier],
        "x-cortex-link": said.links,
    }
    return {"openapi": "3.0.0", "info": info}


def score(said: Said) -> Any:
    return {"apiVersion": "score.dev/v1b1", "metadata": {"name": said.name}}


MAKERS = {
    "backstage": backstage,
    "openslo": openslo,
    "sloth": sloth,
    "pyrra": pyrra,
    "slo-generator": slo_generator,
    "datadog": datadog,
    "opslevel": opslevel,
    "cortex": cortex,
    "score": score,
}


FRACTIONS = {"openslo", "slo-generator"}


def drafts(form: str, *descriptors: Any) -> dict[str, Draft]:
    sources = [Source(form, f"{number}.json", json.dumps(data).encode()) for number, data in enumerate(descriptors)]
    return dict(collect(sources, TierMap("tiers.yaml", {"gold": 2})).drafts)


def problems(draft: Draft) -> list[tuple[str, ...]]:
    (document,) = read(manifest(draft, "1.0.0").encode(), "services/a.yaml")
    assert "current" not in manifest(draft, "1.0.0")
    return [tuple(map(str, problem.at)) for problem in schema.validate(document.data, "service")]


@pytest.mark.parametrize("form", IMPORTERS)
@given(said=SAID)
def test_an_import_is_a_valid_manifest_or_names_its_gaps(form: str, said: Said) -> None:
    for draft in drafts(form, MAKERS[form](said)).values():
        required = {at[-1] for at, gap in draft.gaps.items() if gap.value is None and at[-1] in ("team", "target")}
        assert {at[-1] for at in problems(draft)} == required
        lines = manifest(draft, "1.0.0").splitlines()
        shown = list(gap_lines(draft))
        assert len(shown) == len(draft.gaps)
        assert all("# fill in: " in lines[number - 1] for number, _ in shown)


@pytest.mark.parametrize("form", ["openslo", "sloth", "pyrra", "slo-generator"])
@given(percent=st.decimals(min_value="1.0001", max_value=100, places=5))
def test_targets_survive_exactly(form: str, percent: Decimal) -> None:
    target = percent.scaleb(-2) if form in FRACTIONS else percent
    draft = drafts(form, MAKERS[form](Said(target=str(target))))["payments"]
    (document,) = read(manifest(draft, "1.0.0").encode(), "services/a.yaml")
    assert Decimal(str(document.data["spec"]["slos"][0]["target"])) == percent


@pytest.mark.parametrize("form", ["sloth", "pyrra"])
def test_what_was_imported_completely_passes_as_a_manifest(form: str, tmp_path: Path, gate: Gate) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "a.json").write_text(json.dumps(MAKERS[form](Said())), encoding="utf-8")
    done = gate(tmp_path, "import", form, "a.json")
    assert done.returncode == 0, done.stdout
    assert gate(tmp_path, "check", "--schema-only").stdout == "PASSED  1 valid manifest\n"
