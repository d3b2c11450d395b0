from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_gate.documents.document import read
from platform_gate.judging.manifest import Manifest, interpret
from platform_gate.judging.result import Judged, judge_manifest
from platform_gate.model import Context, HealthStatus, nowhere
from platform_gate.policy.loading import Policy
from platform_gate.readings import State
from tests.hostile.product import policy_of, shipped
from tests.measurements.snapshots import BILL, OBSERVED, PROM, SOURCES, bill, measurements, value
from tests.samples import SECTIONS, manifest, own_policy

DAY = date(2026, 11, 23)
TARGETS = {
    "slos": "slos: [{name: availability, target: 99.9, window: 30d}]",
    "cost": "cost: {budget_monthly: 1000}",
    "reliability": "",
}
UPTIME = value("reliability/uptime_pct", 99.99)
GOOD = [bill("2026-09", 900), bill("2026-10", 950), UPTIME, value()]
RELIABLE = SECTIONS["reliability"]


@cache
def policy_with(spec: str) -> Policy:
    return policy_of(own_policy(spec).encode()) if spec else shipped()


def laid(
    values: Sequence[Mapping[str, Any]],
    sections: Mapping[str, str] = TARGETS,
    sources: Mapping[str, Any] = SOURCES,
    spec: str = "",
    as_of: date = DAY,
) -> Judged:
    """A service called web, judged with these values; without values it has no line."""
    policy = policy_with(spec)
    known = measurements({"web": values} if values else {"other": [value()]}, sources)
    [document] = read(manifest(**sections).encode(), "web.yaml")
    found = interpret(document, policy, Context(as_of, nowhere), measure=lambda name: known.of(name).measured)
    assert isinstance(found, Manifest), found
    return judge_manifest(found)


def states(judged: Judged) -> dict[str, str]:
    return {reading.at: str(reading.state) for reading in judged.judgement.scored["measurements"].facts}


def rules(judged: Judged) -> set[str]:
    return {finding.rule for finding in judged.findings}


def test_measured_values_judge_a_manifest_of_targets() -> None:
    judged = laid(GOOD)
    facts = judged.judgement.scored
    assert facts["slo"].facts[0].current == 99.95
    assert [(entry.month, entry.amount) for entry in facts["cost"].facts.entries] == [
        ("2026-09", 900),
        ("2026-10", 950),
    ]
    assert facts["reliability"].facts.uptime_pct == 99.99
    assert set(states(judged).values()) == {"fresh"}


def test_a_finding_rests_on_its_value() -> None:
    judged = laid([*GOOD[:3], value(number=99.5)])
    [breach] = [finding for finding in judged.findings if finding.rule == "slo/breached"]
    assert breach.message == "availability is at 99.5, below its target of 99.9 (prom, 30d, observed 2026-11-23)"
    assert (breach.pointer, breach.location.line) == ("/spec/slos/0", 5)
    assert breach.measured is not None
    assert breach.measured.to_dict() == {
        "value": 99.5, "unit": "percent", "window": "30d", "observed_at": OBSERVED, "source": "prom",
        "path": "m.jsonl", "line": 2,
    }  # fmt: skip
    other = laid([*GOOD[:3], value(number=99.4, observed_at="2026-11-22T00:00:00Z")])
    assert breach.fingerprint in {finding.fingerprint for finding in other.findings}


@pytest.mark.parametrize(
    ("days", "state", "health"),
    [(0, "fresh", "healthy"), (1, "fresh", "healthy"), (2, "aging", "healthy"), (3, "stale", "unknown")],
)
def test_an_age_decides_on_its_very_day(days: int, state: str, health: str) -> None:
    sections = {**TARGETS, "reliability": RELIABLE}
    sources = {"bill": BILL, "prom": {**PROM, "provides": ["slos"]}}
    judged = laid([GOOD[0], GOOD[1], value()], sections, sources, as_of=DAY + timedelta(days))
    assert states(judged)["slos/availability"] == state
    assert states(judged)["cost/2026-10"] == "fresh"
    assert judged.health == health


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (value(window="7d"), "it covers 7d, and the manifest says 30d"),
        (value(window=None), "it does not say which window it covers, and the manifest says 30d"),
        (value(unit="ratio"), "it is in ratio, not in percent"),
        (value(number=100.1), "100.1 is not a valid percent value"),
        (value(number=-0.1), "-0.1 is not a valid percent value"),
        (value(observed_at=None), "prom does not say when it was observed"),
        (value(observed_at="2026-11-24T00:00:00Z"), "it was observed on 2026-11-24, after 2026-11-23"),
        (value(coverage_pct=89.9), "only 89.9 % of its window has samples, less than 90 %"),
        ({"at": "slos/availability", "error": "several series", "source": "prom"}, "prom reports several series"),
        (bill("2026-10", 5, unit="EUR"), "it is in EUR, not in USD"),
    ],
)
def test_what_cannot_be_used_is_not_measured(odd: dict[str, Any], reason: str) -> None:
    typed = {**TARGETS, "slos": SECTIONS["slos"].replace("current", "window: 30d, current"), "cost": SECTIONS["cost"]}
    judged = laid([odd], typed)
    reading = next(each for each in judged.judgement.scored["measurements"].facts if each.at == odd["at"])
    assert (reading.state, reading.reason) == (State.UNUSABLE, reason)
    assert "measurement/unusable" in rules(judged)
    assert judged.judgement.scored["slo"].facts[0].current is None
    assert judged.health is HealthStatus.UNKNOWN


@pytest.mark.parametrize("coverage", [90, 100])
def test_enough_coverage_is_enough(coverage: float) -> None:
    assert states(laid([value(coverage_pct=coverage)]))["slos/availability"] == "fresh"


@pytest.mark.parametrize("ok", [True, False])
def test_a_claimed_field_never_takes_a_typed_value(*, ok: bool) -> None:
    prom = {**PROM, "ok": ok} | ({} if ok else {"error": "timeout"})
    judged = laid([GOOD[1]], {**TARGETS, "slos": SECTIONS["slos"]}, {"bill": BILL, "prom": prom})
    assert states(judged)["slos/availability"] == "missing"
    assert judged.judgement.scored["slo"].facts[0].current is None
    [missing] = [
        each for each in judged.findings if each.rule == "measurement/missing" and each.subject.startswith("slos")
    ]
    assert ("did not answer (timeout)" in missing.message) is not ok
    assert missing.fix == "Fix the source prom, then run `platform-gate collect`."


def test_what_nobody_claims_is_still_typed() -> None:
    judged = laid([value()], {}, {"prom": {**PROM, "provides": ["slos"]}})
    assert judged.health is HealthStatus.HEALTHY
    assert states(judged)["reliability/uptime_pct"] == "typed"
    assert judged.judgement.scored["reliability"].facts.mttr_minutes == 8


def test_a_policy_may_take_measured_values_only() -> None:
    judged = laid([value()], {}, {"prom": {**PROM, "provides": ["slos"]}}, "  measurements: {accept: measured}\n")
    assert states(judged)["reliability/uptime_pct"] == "missing"
    assert {"reliability/no-data", "cost/no-data"} <= rules(judged)
    assert judged.judgement.scored["cost"].facts.budget_monthly == 1000


@pytest.mark.parametrize(
    ("typed", "measured", "months"),
    [
        (["2026-07", "2026-08"], ["2026-09", "2026-10"], ["2026-07", "2026-08", "2026-09", "2026-10"]),
        (["2026-08", "2026-09", "2026-11"], ["2026-09", "2026-10"], ["2026-08", "2026-09", "2026-10"]),
        (["2026-09"], ["2026-08", "2026-10"], ["2026-08", "2026-10"]),
        (["2026-08"], [], []),
    ],
)
def test_typed_months_are_history_at_most(typed: list[str], measured: list[str], months: list[str]) -> None:
    entries = ", ".join(f'{{month: "{month}", amount: 1}}' for month in typed)
    values = [bill(month, 900) for month in measured]
    judged = laid(values or [value()], {**TARGETS, "cost": f"cost: {{entries: [{entries}]}}"})
    costs = judged.judgement.scored["cost"].facts
    assert [entry.month for entry in costs.entries] == months
    assert [entry.amount for entry in costs.entries if entry.month in measured] == [900] * len(measured)


def test_a_budget_may_be_measured() -> None:
    sources = {"bill": {**BILL, "provides": ["cost", "cost/budget"]}}
    budget = value("cost/budget", 500, unit="USD", window=None, source="bill")
    assert "cost/over-budget" in rules(laid([budget, GOOD[1]], TARGETS, sources))
    lost = laid([GOOD[1]], TARGETS, sources)
    assert lost.judgement.scored["cost"].facts.budget_monthly == 0
    assert states(lost)["cost/budget"] == "missing"
    assert "measurement/missing" in {each.rule for each in lost.findings if each.decisive}


def test_without_incidents_no_recovery_time_is_an_answer() -> None:
    sources = {**SOURCES, "prom": {**PROM, "provides": ["slos", "reliability"]}}
    values = [
        value("reliability/incidents_30d", 0, unit="count"),
        {"at": "reliability/mttr_minutes", "error": "no-data", "source": "prom"},
        {"at": "reliability/change_failure_rate_pct", "error": "no-data", "source": "prom"},
        *GOOD,
    ]
    judged = laid(values, TARGETS, sources)
    assert judged.health is HealthStatus.HEALTHY
    failed = laid([*values[:1], {**values[1], "error": "timeout"}, *values[2:]], TARGETS, sources)
    assert failed.health is HealthStatus.UNKNOWN


def test_only_what_a_service_needs_leaves_a_doubt() -> None:
    spec = "  gate: {required: [governance]}\n"
    slos = {**TARGETS, "slos": ""}
    judged = laid([], slos, spec=spec)
    assert judged.health is HealthStatus.HEALTHY
    assert {finding.severity for finding in judged.findings if finding.rule == "measurement/missing"} == {"note"}


@pytest.mark.parametrize(("window", "minutes"), [("720h", 43.2), ("30d", 43.2), ("6h", 0.4), ("90m", 0.1)])
def test_a_window_that_only_the_source_names_has_its_own_length(window: str, minutes: float) -> None:
    unnamed = TARGETS | {"slos": TARGETS["slos"].replace(", window: 30d", "")}
    [row] = laid([*GOOD[:3], value(window=window)], unnamed).judgement.scored["slo"].describe()["slos"]
    assert (row["window"], row["budget_minutes"]) == (window, minutes)


def test_burn_rates_are_facts_and_nobody_misses_them() -> None:
    rate = value("slos/availability/burn_rate/1h", 2.5, unit="ratio", window=None)
    [slo] = laid([*GOOD, rate]).judgement.scored["slo"].facts
    assert slo.burn_rates == {"1h": 2.5}
    assert "measurement/missing" not in {
        each.rule for each in laid(GOOD).findings if each.subject.endswith("burn_rate")
    }


def test_what_nobody_declared_is_a_note() -> None:
    judged = laid([*GOOD, value("slos/latency", 99)])
    [note] = [finding for finding in judged.findings if finding.rule == "measurement/undeclared"]
    assert (note.severity, note.decisive) == ("note", False)


def test_a_window_is_taken_from_the_measurement_where_none_is_declared() -> None:
    sections = {**TARGETS, "slos": "slos: [{name: availability, target: 99.9}]"}
    [slo] = laid([value(window="7d")], sections).judgement.scored["slo"].facts
    assert (slo.window, slo.window_days, slo.current) == ("7d", 7, 99.95)


@pytest.mark.parametrize(
    ("spec", "points"),
    [
        ("  measurements: {stale_points: 3}\n", 0),
        ("  measurements: {on_stale: fail, stale_points: 3}\n", 3),
        ("  measurements: {on_stale: fail, stale_points: 3}\n  gate: {required: [cost]}\n", 0),
    ],
)
def test_a_stale_value_may_cost_points_once(spec: str, points: int) -> None:
    old = [value(observed_at="2026-11-01T00:00:00Z"), {**UPTIME, "observed_at": "2026-11-01T00:00:00Z"}]
    judged = laid([*GOOD[:2], *old], spec=spec)
    assert judged.judgement.scored["measurements"].points == points


@pytest.mark.parametrize(
    ("ages", "state"),
    [
        ("max_age: {prom: 30d}", "fresh"),
        ("max_age: {prometheus: 30d}", "fresh"),
        ("max_age: {prom: 1d, prometheus: 30d}", "stale"),
        ("max_age: {default: 30d}", "aging"),
        ("max_age: {prom: 30d}, warn_after: {prom: 4d}", "aging"),
        ("max_age: {prom: 30d}, warn_after: {prometheus: 5d}", "fresh"),
        ("max_age: {prom: 5d}", "fresh"),
        ("max_age: {prom: 4d}", "stale"),
    ],
)
def test_the_nearest_name_says_how_old_a_value_may_be(ages: str, state: str) -> None:
    judged = laid([value(observed_at="2026-11-18T23:59:59Z")], spec=f"  measurements: {{{ages}}}\n")
    assert states(judged)["slos/availability"] == state


@settings(max_examples=60)
@given(
    number=st.floats(0, 100).map(lambda number: round(number, 3)),
    worse=st.floats(0, 100).map(lambda number: round(number, 3)),
    days=st.integers(0, 50),
    later=st.integers(0, 50),
)
def test_neither_worse_nor_older_values_ever_help(number: float, worse: float, days: int, later: int) -> None:
    sections = {**TARGETS, "reliability": RELIABLE}
    sources = {"bill": BILL, "prom": {**PROM, "provides": ["slos"]}}

    def health(current: float, age: int) -> int:
        observed = f"{DAY - timedelta(age)}T00:00:00Z"
        judged = laid([*GOOD[:2], value(number=current, observed_at=observed)], sections, sources)
        return list(HealthStatus).index(judged.health) if judged.health is not HealthStatus.UNKNOWN else 1

    low, high = sorted([number, worse])
    assert health(low, 0) >= health(high, 0)
    passes = [health(high, age) == 0 for age in sorted([days, days + later])]
    assert passes[0] or not passes[1]
