import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.importers import IMPORTERS, format_of, importer
from platform_gate.importers.building import Service, draft
from platform_gate.importers.collection import Source, collect
from platform_gate.importers.combining import TierMap
from platform_gate.importers.fields import text
from platform_gate.importers.manifest_text import manifest

PACKAGE = Path(__file__).parent.parent.parent / "platform_gate" / "importers"
ROOTS: dict[str, dict[str, Any]] = {
    "backstage": {"apiVersion": "backstage.io/v1alpha1", "kind": "Component"},
    "openslo": {"apiVersion": "openslo/v1", "kind": "SLO"},
    "sloth": {"version": "prometheus/v1", "service": "a"},
    "pyrra": {"apiVersion": "pyrra.dev/v1alpha1", "kind": "ServiceLevelObjective"},
    "slo-generator": {"apiVersion": "sre.google.com/v2", "kind": "ServiceLevelObjective"},
    "datadog": {"schema-version": "v2", "dd-service": "a"},
    "opslevel": {"service": {"name": "a", "tier": "tier_1"}},
    "cortex": {"info": {"x-cortex-tag": "a"}},
    "score": {"apiVersion": "score.dev/v1b1"},
}
KEYS = st.sampled_from(
    ["metadata", "spec", "name", "labels", "owner", "team", "tier", "slos", "objectives", "target", "targetPercent",
     "service", "timeWindow", "duration", "links", "url", "type", "objective", "goal", "window", "info", "tools"]
)  # fmt: skip
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just("0.999"))
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4))


def test_every_module_is_registered_and_has_a_test() -> None:
    helpers = {
        "__init__",
        "building",
        "collection",
        "combining",
        "convert",
        "drafts",
        "fields",
        "manifest_text",
        "lenient_yaml",
    }
    modules = {path.stem for path in PACKAGE.glob("*.py")} - helpers
    assert modules >= {name.replace("-", "_") for name in IMPORTERS}
    for name in IMPORTERS:
        assert (Path(__file__).parent / f"test_{name.replace('-', '_')}.py").exists()


@pytest.mark.parametrize("name", IMPORTERS)
def test_every_format_recognises_its_own_and_no_other(name: str) -> None:
    assert [other for other, root in ROOTS.items() if importer(name).recognises(root)] == [name]
    assert format_of(ROOTS[name]) == name


@pytest.mark.parametrize("name", IMPORTERS)
@given(data=st.data())
def test_whatever_a_descriptor_holds_it_ends_in_drafts_or_reasons(name: str, data: st.DataObject) -> None:
    body = data.draw(st.dictionaries(KEYS, VALUES, max_size=5))
    collection = collect([Source(name, "a.json", json.dumps({**body, **ROOTS[name]}).encode())], TierMap())
    assert collection.drafts or collection.nameless or collection.skipped
    for result in collection.drafts.values():
        assert "current" not in manifest(result, "1.0.0")


def test_another_format_is_a_stranger() -> None:
    source = Source("openslo", "a.yaml", b"apiVersion: score.dev/v1b1\n---\na: 1\n---\ntext\n")
    strangers = collect([source], TierMap()).strangers
    assert [(stranger.asked, stranger.format, stranger.origin.line) for stranger in strangers] == [
        ("openslo", "score", 1),
        ("openslo", "", 3),
        ("openslo", "", 5),
    ]


def test_other_files_of_a_folder_are_only_counted() -> None:
    contents = (b"a: {{ broken", b"a: 1\n", b"apiVersion: score.dev/v1b1\nmetadata: {name: a}\n")
    collection = collect(
        [Source("score", f"{n}.yaml", text, named=False) for n, text in enumerate(contents)], TierMap()
    )
    assert collection.others == 2
    assert list(collection.drafts) == ["a"]
    assert collection.strangers == ()


def test_a_broken_file_that_mentions_the_format_is_named() -> None:
    content = b"{{ if }}\napiVersion: score.dev/v1b1\n{{ end }}\n"
    collection = collect([Source("score", "a.yaml", content, named=False)], TierMap())
    assert [trouble.message for trouble in collection.troubles] == ["it is a template that has not been rendered"]


def test_a_new_format_is_a_module_and_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    toy = SimpleNamespace(
        TITLE="a toy",
        HINTS=("toy",),
        recognises=lambda data: "toy" in data,
        drafts=lambda document: [draft(document, Service(text(document, "toy"), text(document, "by")))],
    )
    monkeypatch.setitem(IMPORTERS, "toy", "tests.toy")
    monkeypatch.setitem(sys.modules, "tests.toy", toy)
    collection = collect([Source("toy", "a.yaml", b"toy: Teddy\nby: santa\n")], TierMap())
    text_of = manifest(collection.drafts["teddy"], "1.0.0")
    assert "  name: teddy  # from a.yaml\n  team: santa  # from a.yaml\n" in text_of
    assert format_of({"toy": "Teddy"}) == "toy"


@pytest.mark.parametrize(
    ("content", "named", "covered"),
    [
        (b"apiVersion: score.dev/v1b1\nmetadata: {name: a}\n", True, True),
        (b"apiVersion: score.dev/v1b1\nmetadata: {name: a}\n---\na: 1\n", True, True),
        (b"apiVersion: openslo/v1\nkind: SLO\n", True, False),
        (b"apiVersion: openslo/v1\nkind: SLO\n", False, False),
        (b"", True, True),
        (b"apiVersion: score.dev/v1b1\nmetadata: {name: a}\n---\na: b: c\n", True, False),
    ],
)
def test_a_file_of_another_format_or_a_broken_one_is_not_covered(content: bytes, *, named: bool, covered: bool) -> None:
    assert collect([Source("score", "a.yaml", content, named)], TierMap()).paths == ({"a.yaml"} if covered else set())
