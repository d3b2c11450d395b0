"""The shipped policies keep their word: cases for each, and no number of theirs that could change unnoticed."""

import copy
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from platform_gate.documents import schema, shipped
from platform_gate.judging import policy_tests
from platform_gate.judging.policy_tests import Suite
from platform_gate.model import At, GateError
from platform_gate.policy import loading
from platform_gate.policy.loading import Policy, nothing_to_read
from tests.conftest import ROOT, Gate
from tests.samples import BREACHED, SECTIONS, manifest, write

CASES = ROOT / "tests/policies"
POLICIES = shipped.policy_names()
FAILING = {"advisory": {"critical"}, "default": {"degraded", "critical", "unknown"}}
FAILING["strict"] = FAILING["default"]

STEPS = {"score": 5, "below": 5, "stale_after_months": 1}
"""Scores come in fives, so a smaller step would change nothing."""
SMALL = 0.001
POINTS = {
    "breach_points",
    "low_budget_points",
    "over_budget_points",
    "spiking_points",
    "forecast_over_budget_points",
    "points",
}

NAMES_ONLY = {
    ("waivers", "max_days"),
    ("waivers", "warn_days"),
    ("cost", "trend", "increasing_above_pct"),
    ("cost", "trend", "decreasing_below_pct"),
    ("governance", "needs_review_up_to"),
}
"""Numbers that no case can show: they are about waivers, or only name a status and neither cost nor report anything."""


@cache
def suite(name: str) -> Suite:
    path = CASES / f"{name}.test.yaml"
    return policy_tests.load(path.read_bytes(), path.name, str(path))


def fails(cases: Suite, under: Policy) -> bool:
    """Whether any case fails; it stops at the first."""
    return any(result.mismatches for result in policy_tests.run(cases, "unused", under, nothing_to_read))


def numbers(value: Any, at: At = ()) -> Iterator[At]:
    """The places of all numbers in a policy."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from numbers(inner, (*at, key))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield at


def changed(data: dict[str, Any], at: At, by: float) -> dict[str, Any]:
    data = copy.deepcopy(data)
    inside: Any = data
    for key in at[:-1]:
        inside = inside[key]
    inside[at[-1]] += by
    return data


def step(at: At) -> float:
    """How far a number is moved: too far for its cases, and not so far that it makes no sense."""
    if at[-1] in STEPS:
        return STEPS[str(at[-1])]
    return SMALL if {"score", "slo", "cost"} & set(at) and not {"incidents_30d", *POINTS} & set(at) else 1


def mutations(name: str, sections: tuple[str, ...]) -> Iterator[tuple[At, float]]:
    data = loading.load(name, nothing_to_read).layered.data
    for at in numbers({section: data[section] for section in sections}):
        value: Any = data
        for key in at:
            value = value[key]
        if at not in NAMES_ONLY:
            yield at, step(at)
            if value and valid(changed(data, at, -step(at))):
                yield at, -step(at)


def valid(spec: dict[str, Any]) -> bool:
    """Whether the schema would let a policy of this pass: what it refuses is noticed."""
    whole = {"apiVersion": "platform-gate/v1", "kind": "Policy", "metadata": {"name": "a"}, "spec": spec}
    return not schema.validate(whole, "policy")


DEFAULT = list(mutations("default", ("gate", "health", "slo", "cost", "reliability", "governance")))
STRICT = list(mutations("strict", ("health", "slo", "cost")))


@pytest.mark.parametrize("name", POLICIES)
def test_the_cases_of_a_policy_hold(gate: Gate, name: str) -> None:
    done = gate(ROOT, "policy", "test", f"tests/policies/{name}.test.yaml")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("cases passed\n")


def test_the_folder_holds_cases_for_every_policy_and_for_nothing_else(gate: Gate) -> None:
    assert sorted(path.name for path in CASES.iterdir()) == [f"{name}.test.yaml" for name in POLICIES]
    done = gate(ROOT, "policy", "test", "tests/policies")
    total = sum(len(suite(name).cases) for name in POLICIES)
    assert (done.returncode, done.stdout) == (0, f"{total} cases passed\n")


def test_advisory_sees_what_default_sees(gate: Gate) -> None:
    done = gate(ROOT, "policy", "test", "tests/policies/default.test.yaml", "--policy", "advisory")
    assert (done.returncode, done.stderr) == (0, "")


def test_strict_does_not(gate: Gate) -> None:
    done = gate(ROOT, "policy", "test", "tests/policies/default.test.yaml", "--policy", "strict")
    assert done.returncode == 1
    assert "\n  points of slo\n    - 0\n    + 1\n" in done.stdout


@pytest.mark.parametrize("name", POLICIES)
def test_every_health_occurs(name: str) -> None:
    healths = {case["expect"].get("health") for case in suite(name).cases}
    assert {"healthy", "unknown", "degraded", "critical"} <= healths


@pytest.fixture
def _no_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the schemas say of the cases is known, and takes half of the time."""
    for name in POLICIES:
        suite(name)
    monkeypatch.setattr(schema, "validate", lambda *_: [])


def words(mutation: tuple[At, float]) -> str:
    return ".".join(map(str, mutation[0])) + f"{mutation[1]:+}"


@pytest.mark.usefixtures("_no_schema")
@pytest.mark.parametrize(("at", "by"), DEFAULT, ids=map(words, DEFAULT))
def test_no_number_of_the_default_policy_changes_unnoticed(at: At, by: float) -> None:
    assert noticed("default", at, by)


@pytest.mark.usefixtures("_no_schema")
@pytest.mark.parametrize(("at", "by"), STRICT, ids=map(words, STRICT))
def test_no_number_of_the_strict_policy_changes_unnoticed(at: At, by: float) -> None:
    assert noticed("strict", at, by)


def noticed(name: str, at: At, by: float) -> bool:
    """Whether a case fails, or the policy is refused, where one number is another."""
    shipped_one = loading.load(name, nothing_to_read)
    data = changed(shipped_one.layered.data, at, by)
    other = shipped_one._replace(layered=shipped_one.layered._replace(data=data))
    try:
        return fails(suite(name), other)
    except GateError:
        return True


@pytest.mark.usefixtures("_no_schema")
def test_no_placeholder_goes_unnoticed() -> None:
    shipped_one = loading.load("default", nothing_to_read)
    for word in shipped_one.layered.data["governance"]["placeholders"]:
        data = copy.deepcopy(shipped_one.layered.data)
        data["governance"]["placeholders"].remove(word)
        other = shipped_one._replace(layered=shipped_one.layered._replace(data=data))
        assert fails(suite("default"), other), word


SHOWN = SECTIONS["governance"].replace("a.md", "https://wiki.example.com/a")


def dated(**sections: str) -> str:
    """A manifest whose numbers say when they were measured, as the strict policy wants."""
    return manifest(measured_at='measured_at: "2026-11-20"', **({"governance": SHOWN} | sections))


FLEETS = {
    "healthy": dated(),
    "unknown": dated(cost=""),
    "degraded": dated(slos=BREACHED),
    "critical": dated(slos=BREACHED, governance="governance: {runbook: false}"),
}


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("health", FLEETS)
def test_what_a_policy_fails_on(gate: Gate, tmp_path: Path, name: str, health: str) -> None:
    write(tmp_path, {"services/web.yaml": FLEETS[health]})
    done = gate(tmp_path, "check", "--policy", name, "--as-of", "2026-11-23")
    assert done.returncode == (health in FAILING[name]), done.stdout
    assert health in done.stdout


@pytest.mark.parametrize(("name", "code"), [("default", 0), ("strict", 1), ("advisory", 0)])
def test_a_missing_budget_fails_under_strict_only(gate: Gate, tmp_path: Path, name: str, code: int) -> None:
    without = FLEETS["healthy"].replace("budget_monthly: 1000, ", "")
    write(tmp_path, {"services/web.yaml": without})
    assert gate(tmp_path, "check", "--policy", name, "--as-of", "2026-11-23").returncode == code
