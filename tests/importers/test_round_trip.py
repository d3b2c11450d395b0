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
from platform_gate.importers.collection import Source, collect
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


class Content(NamedTuple):
    """What a descriptor says."""

    name: str = "payments"
    team: str = "fintech"
    tier: str = "tier_2"
    target: str = "99.95"
    window: str = "28d"
    links: Sequence[Mapping[str, str]] = ()


CONTENT = st.builds(
    Content, TEXTS, TEXTS, st.one_of(TEXTS, st.sampled_from(["tier_2", "gold", "7"])), NUMBERS, WINDOWS, LINKS
)


def backstage(content: Content) -> Any:
    metadata = {"name": content.name, "links": content.links, "labels": {"tier": content.tier}}
    return {
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Component",
        "metadata": metadata,
        "spec": {"owner": content.team},
    }


def openslo(content: Content) -> Any:
    labels = {"team": content.team, "serviceTier": content.tier}
    spec = {
        "service": content.name,
        "objectives": [{"target": content.target}, {"targetPercent": content.target}],
        "timeWindow": [{"duration": content.window}],
    }
    return {
        "apiVersion": "openslo/v1",
        "kind": "SLO",
        "metadata": {"name": content.team, "labels": labels},
        "spec": spec,
    }


def sloth(content: Content) -> Any:
    slos = [{"name": content.window, "objective": content.target}, {"name": content.team, "objective": content.target}]
    return {
        "version": "prometheus/v1",
        "service": content.name,
        "labels": {"owner": content.team, "tier": content.tier},
        "slos": slos,
    }


def pyrra(content: Content) -> Any:
    labels = {"service": content.name, "team": content.team, "tier": content.tier}
    return {
        "apiVersion": "pyrra.dev/v1alpha1",
        "kind": "ServiceLevelObjective",
        "metadata": {"name": content.team, "labels": labels},
        "spec": {"target": content.target, "window": content.window},
    }


def slo_generator(content: Content) -> Any:
    return {
        "service_name": content.name,
        "feature_name": content.window,
        "slo_name": content.team,
        "slo_target": content.target,
        "team": content.team,
    }


def datadog(content: Content) -> Any:
    return {
        "schema-version": "v2.2",
        "dd-service": content.name,
        "team": content.team,
        "tier": content.tier,
        "links": content.links,
    }


def opslevel(content: Content) -> Any:
    tools = [{"category": link["type"], "url": link["url"]} for link in content.links]
    return {
        "version": 1,
        "service": {"name": content.name, "owner": content.team, "tier": content.tier, "tools": tools},
    }


def cortex(content: Content) -> Any:
    owners = [{"type": "group", "name": content.team}]
    info = {
        "x-cortex-tag": content.name,
        "x-cortex-owners": owners,
        "x-cortex-groups": [content.tier],
        "x-cortex-link": content.links,
    }
    return {"openapi": "3.0.0", "info": info}


def score(content: Content) -> Any:
    return {"apiVersion": "score.dev/v1b1", "metadata": {"name": content.name}}


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
@given(content=CONTENT)
def test_an_import_is_a_valid_manifest_or_names_its_gaps(form: str, content: Content) -> None:
    for draft in drafts(form, MAKERS[form](content)).values():
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
    draft = drafts(form, MAKERS[form](Content(target=str(target))))["payments"]
    (document,) = read(manifest(draft, "1.0.0").encode(), "services/a.yaml")
    assert Decimal(str(document.data["spec"]["slos"][0]["target"])) == percent


@pytest.mark.parametrize("form", ["sloth", "pyrra"])
def test_what_was_imported_completely_passes_as_a_manifest(form: str, tmp_path: Path, gate: Gate) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "a.json").write_text(json.dumps(MAKERS[form](Content())), encoding="utf-8")
    done = gate(tmp_path, "import", form, "a.json")
    assert done.returncode == 0, done.stdout
    assert gate(tmp_path, "check", "--schema-only").stdout == "PASSED  1 valid manifest\n"
