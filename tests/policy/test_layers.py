"""Layers of settings, merged, with the origin of every value."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.documents.document import Document, read_one
from platform_gate.model import At
from platform_gate.policy.layers import Layered, Origin

PARENT = """\
spec:
  slo: {breach_points: 2, low: 25}
  gate:
    fail_on: [degraded, critical]
  checks:
    runbook: {help: a}
    docs: {help: b}
  overrides: [p1, p2]
"""
CHILD = """\
spec:
  slo:
    low: 10
  gate: {fail_on: [critical]}
  checks: {docs: null, backup: {help: c}}
  overrides:
    - c1
"""


def document(text: str, path: str = "p.yaml") -> Document:
    return read_one(text.encode(), path)


def layered(*texts: str) -> Layered:
    result = Layered({}, {})
    for index, text in enumerate(texts):
        layer = document(text, f"{index}.yaml")
        result = result.over(layer.data["spec"], Origin(layer, ("spec",)))
    return result


BOTH = layered(PARENT, CHILD)


def test_maps_merge() -> None:
    assert BOTH.data["slo"] == {"breach_points": 2, "low": 10}


def test_lists_replace() -> None:
    assert BOTH.data["gate"] == {"fail_on": ["critical"]}


def test_null_removes() -> None:
    assert BOTH.data["checks"] == {"runbook": {"help": "a"}, "backup": {"help": "c"}}


def test_removing_what_is_not_there_changes_nothing() -> None:
    assert layered("spec: {a: 1}", "spec: {b: null}").data == {"a": 1}


@pytest.mark.parametrize("key", ["overrides", "rules"])
def test_overrides_and_rules_append_the_parent_s_first(key: str) -> None:
    assert layered(f"spec: {{{key}: [1]}}", f"spec: {{{key}: [2]}}", f"spec: {{{key}: [3]}}").data[key] == [1, 2, 3]


def test_only_the_top_s_overrides_and_rules_append() -> None:
    assert layered("spec: {a: {rules: [1]}}", "spec: {a: {rules: [2]}}").data == {"a": {"rules": [2]}}


@pytest.mark.parametrize(
    ("at", "place"),
    [
        (("slo", "breach_points"), "0.yaml:2:24"),
        (("slo", "low"), "1.yaml:3:10"),
        (("slo", "nothing"), "0.yaml:2:3"),
        (("gate", "fail_on"), "1.yaml:4:19"),
        (("gate", "fail_on", 0), "1.yaml:4:20"),
        (("checks", "runbook", "help"), "0.yaml:6:21"),
        (("checks", "backup", "help"), "1.yaml:5:39"),
        (("checks", "backup"), "1.yaml:5:32"),
        (("overrides",), "0.yaml:8:14"),
        (("overrides", 0), "0.yaml:8:15"),
        (("overrides", 1), "0.yaml:8:19"),
        (("overrides", 2), "1.yaml:7:7"),
    ],
)
def test_every_value_knows_the_line_that_set_it(at: At, place: str) -> None:
    assert str(layered(PARENT, CHILD).origin(at).location) == place


def test_a_value_that_was_removed_and_set_again_stands_where_it_was_set_again() -> None:
    again = layered(PARENT, CHILD, "spec:\n  checks: {docs: {help: d}}\n")
    assert str(again.origin(("checks", "docs")).location).startswith("2.yaml:2:")


def test_an_origin_says_the_reason_of_its_layer() -> None:
    layer = document("spec: {slo: {low: 5}}")
    over = BOTH.over(layer.data["spec"], Origin(layer, ("spec",), "Best effort."))
    assert over.origin(("slo", "low")).reason == "Best effort."
    assert not over.origin(("slo", "breach_points")).reason


def test_laying_over_leaves_the_layers_below_alone() -> None:
    below, same = layered(PARENT), layered(PARENT)
    layer = document(CHILD)
    below.over(layer.data["spec"], Origin(layer, ("spec",)))
    assert (below.data, below.origins) == (same.data, same.origins)


SECTION = st.dictionaries(st.sampled_from("xy"), st.integers(0, 9) | st.lists(st.integers(0, 9), max_size=2))
MAPS = st.dictionaries(st.sampled_from("abc"), SECTION)


@given(MAPS)
def test_a_layer_over_itself_changes_nothing(data: dict[str, Any]) -> None:
    origin = Origin(document("a: 1"), ())
    once = Layered({}, {}).over(data, origin)
    assert once.over(data, origin).data == once.data == data
