"""What asks less is found, what asks more is not, and what isn't known counts as less."""

from typing import Any

import pytest

from platform_gate.policy import loading
from platform_gate.policy.strictness import loosened, value_at

DEFAULT = loading.default().layered.data


def changed(*at: str, value: Any) -> dict[str, Any]:
    copy: dict[str, Any] = dict(DEFAULT)
    inner = copy
    for key in at[:-1]:
        inner[key] = dict(inner[key])
        inner = inner[key]
    if value is None:
        inner.pop(at[-1])
    else:
        inner[at[-1]] = value
    return copy


def bands(*pairs: tuple[Any, int], key: str = "at_least", worth: str = "score") -> list[dict[str, Any]]:
    return [({} if bound is None else {key: bound}) | {worth: value} for bound, value in pairs]


UPTIME = DEFAULT["reliability"]["score"]["uptime_pct"]
LOOSER: list[tuple[tuple[str, ...], Any]] = [
    (("gate", "fail_on"), ["critical"]),
    (("gate", "required"), []),
    (("gate", "regressions"), ["declared"]),
    (("gate", "max_prelaunch_days"), 181),
    (("waivers", "max_days"), 91),
    (("waivers", "warn_days"), 13),
    (("health", "degraded_at"), 3),
    (("health", "critical_at"), 5),
    (("slo", "breach_points"), 1),
    (("slo", "low_budget_below_pct"), 20),
    (("cost", "over_budget_points"), 0),
    (("cost", "trend", "spiking_above_pct"), 21),
    (("reliability", "score", "uptime_pct"), [{"score": 40}]),
    (("reliability", "score", "uptime_pct"), [{**UPTIME[0], "at_least": 99.98}, *UPTIME[1:]]),
    (("reliability", "points"), bands((50, 2), (60, 1), key="below", worth="points")),
    (("governance", "points"), bands((3, 2), key="failed_at_least", worth="points")),
    (("governance", "needs_review_up_to"), 3),
    (("governance", "checks", "runbook"), None),
    (("governance", "placeholders"), ["todo"]),
    (("severities",), {"slo/breached": "off"}),
    (("gate", "exemptions"), [{"change": "fix", "rules": ["slo/breached"], "reason": "x"}]),
    (("gate", "deploy"), {"fail_on": ["critical"]}),
    (("gate", "merge"), {"exemptions": [{"change": "fix", "rules": ["slo/breached"], "reason": "x"}]}),
    (("something", "new"), 1),
]


def test_a_scope_that_is_removed_leaves_more_out_too_as_far_as_a_policy_knows() -> None:
    scoped = changed("gate", "deploy", value={"scope": "touched"})
    assert list(loosened(DEFAULT, scoped)) == list(loosened(scoped, DEFAULT)) == [("gate", "deploy", "scope")]


@pytest.mark.parametrize(("at", "value"), LOOSER, ids=lambda each: ".".join(each) if isinstance(each, tuple) else "")
def test_what_asks_less_is_found(at: tuple[str, ...], value: Any) -> None:
    before = DEFAULT | {"something": {}} if at[0] == "something" else DEFAULT
    after = {**before, "something": {"new": 1}} if at[0] == "something" else changed(*at, value=value)
    found = list(loosened(before, after))
    assert [place[: len(at)] for place in found] == [at]
    if at[0] not in ("severities", "something"):
        assert list(loosened(after, before)) == []


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (("gate", "help"), "ask us"),
        (("cost", "trend", "increasing_above_pct"), 10),
        (("governance", "evidence"), "required"),
        (("governance", "checks", "runbook"), {"message": "other", "help": "words"}),
        (("severities",), {"slo/breached": "note"}),
        (("slo", "breach_points"), 3),
    ],
)
def test_what_asks_as_much_is_not_found(at: tuple[str, ...], value: Any) -> None:
    assert list(loosened(DEFAULT, changed(*at, value=value))) == []


def test_weaker_evidence_is_found() -> None:
    strict = changed("governance", "evidence", value="required")
    assert list(loosened(strict, DEFAULT)) == [("governance", "evidence")]


def test_a_rule_of_ones_own_that_is_gone_or_altered_is_found() -> None:
    rule = {"id": "house/x", "schema": {}}
    assert list(loosened({"rules": [rule]}, {"rules": [rule, {"id": "house/y"}]})) == []
    assert list(loosened({"rules": [rule]}, {"rules": [{**rule, "schema": {"a": 1}}]})) == [("rules",)]


def test_single_bands_are_compared_too() -> None:
    before, after = ({"reliability": {"score": {"uptime_pct": [{"score": score}]}}} for score in (5, 40))
    assert list(loosened(before, after)) == [("reliability", "score", "uptime_pct")]
    assert list(loosened(after, before)) == []


def test_values_by_their_place() -> None:
    assert value_at(DEFAULT, ("slo", "breach_points")) == 2
    assert value_at(DEFAULT, ("slo", "nothing", "here")) is None
