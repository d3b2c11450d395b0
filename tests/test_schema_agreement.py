"""The two validators: what the extra `fast` accepts jsonschema accepts too, and the other way round."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_gate.documents import schema, shipped
from tests.conftest import ROOT
from tests.samples import manifest

jsonschema_rs = pytest.importorskip("jsonschema_rs")

WAIVER = {"service": "a", "rule": "slo/breached", "reason": "why", "approved_by": "lead", "expires": "2026-12-31"}
GOOD: dict[str, list[Any]] = {
    "service": [yaml.safe_load(path.read_text()) for path in sorted((ROOT / "examples/services").glob("*.yaml"))]
    + [yaml.safe_load(manifest("a"))],
    "policy": [yaml.safe_load(path.read_text()) for path in sorted((ROOT / "policies").glob("*.yaml"))],
    "waivers": [{"apiVersion": "platform-gate/v1", "kind": "Waivers", "spec": {"max_days": 30, "waivers": [WAIVER]}}],
    "config": [{"manifests": ["services/**/*.yaml"], "exclude": ["x"], "policy": "strict", "waivers": ["w.yaml"]}],
    "report": shipped.schema("report")["examples"],
    "sources": [yaml.safe_load((ROOT / "examples/sources/platform-gate.sources.yaml").read_text())],
}
NUMBERS = [0, 1, -1, 2.0, 0.5, 100, 100.0, 101, 10**15, 10**20, 1e300, -0.0]
WORDS = "a A no true 1 30d 4w 0d calendar-month 2026-01 2026-13 2026-01-31 USD usd https://x a/b ../a . -a a- slo/x slo"
STRINGS = ["", "a b", "a\n", "\u00e4", "\u0661", "x" * 64, "x" * 2_000, "platform-gate/v1", "Service", *WORDS.split()]
VALUES = st.sampled_from([None, True, False, [], {}, [1, 1], ["a"], {"a": 1}, *NUMBERS, *STRINGS])


def places(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in some data, the root's included."""
    yield at
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*at, key))


@st.composite
def instances(draw: st.DrawFn) -> tuple[str, Any]:
    """The name of a schema, and something that fits it, changed in up to three places."""
    name = draw(st.sampled_from(sorted(GOOD)))
    data = deepcopy(draw(st.sampled_from(GOOD[name])))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.sampled_from(sorted(places(data), key=repr)))
        data = _changed(data, at, draw(st.sampled_from(["put", "drop", "add"])), deepcopy(draw(VALUES)))
    return name, data


def _changed(data: Any, at: tuple[str | int, ...], how: str, value: Any) -> Any:
    if not at:
        return value if how == "put" else data
    parent = data
    for key in at[:-1]:
        parent = parent[key]
    if how == "put":
        parent[at[-1]] = value
    elif how == "drop":
        del parent[at[-1]]
    elif isinstance(parent, dict):
        parent["added"] = value
    else:
        parent.append(value)
    return data


def verdicts(name: str, data: Any) -> tuple[bool, bool]:
    slow = schema.dialect()(shipped.schema(name)).is_valid(data)
    fast = jsonschema_rs.Draft202012Validator(shipped.schema_bytes(name).decode()).is_valid(data)
    return slow, fast


@settings(max_examples=500)
@given(instances())
def test_both_say_the_same_of_anything(instance: tuple[str, Any]) -> None:
    slow, fast = verdicts(*instance)
    assert slow == fast, json.dumps(instance[1], ensure_ascii=False)[:2_000]


@pytest.mark.parametrize("name", ["a\n", "a\n\n", "\na"])
def test_neither_takes_a_line_feed_for_the_end_of_a_name(name: str) -> None:
    data = deepcopy(GOOD["service"][0])
    data["metadata"]["name"] = name
    assert verdicts("service", data) == (False, False)


@pytest.mark.parametrize("path", ["..\n", "src/..\n", "a/.\n"])
def test_a_line_feed_is_part_of_a_path_wherever_a_pattern_ends(path: str) -> None:
    data = deepcopy(GOOD["service"][0])
    data["metadata"]["paths"] = [path]
    slow, fast = verdicts("service", data)
    assert slow == fast


@pytest.mark.parametrize("name", GOOD)
def test_what_is_good_fits_for_both(name: str) -> None:
    assert {verdicts(name, data) for data in GOOD[name]} == {(True, True)}
