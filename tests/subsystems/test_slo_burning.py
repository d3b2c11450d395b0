"""Burn rates: an entry holds where both windows burn above it, and a rate that should count and doesn't is a doubt."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.judging.result import Judged
from platform_gate.model import Finding, HealthStatus, LimitError, Worse
from platform_gate.policy.strictness import loosened
from platform_gate.subsystems.slo import Limits
from platform_gate.subsystems.slo.budget_policy import most_points
from tests.hostile.product import policy_of
from tests.measurements.snapshots import BILL, PROM, bill, value
from tests.measurements.test_overlay import laid
from tests.samples import SECTIONS, own_policy

WORKBOOK = (
    {"long": "1h", "short": "5m", "above": 14.4, "points": 2},
    {"long": "6h", "short": "30m", "above": 6, "points": 1},
    {"long": "3d", "short": "6h", "above": 1, "points": 0},
)
SLO = "slos: [{name: availability, target: 99.9, window: 30d}]"
CALM = {"1h": 0.5, "5m": 0.5, "6h": 0.5, "30m": 0.5, "3d": 0.5}
SOURCES = {"bill": BILL, "prom": {**PROM, "provides": ["slos"]}}


def policy(*entries: Mapping[str, Any], more: str = "") -> str:
    shown = ", ".join("{" + ", ".join(f"{key}: {value}" for key, value in one.items()) + "}" for one in entries)
    return f"  slo: {{burn: [{shown}]}}\n{more}"


def rate(window: str, number: float | None, **more: Any) -> dict[str, Any]:
    return value(f"slos/availability/burn_rate/{window}", number, **{"unit": "ratio", "window": None, **more})


def burnt(
    rates: Mapping[str, float] | Sequence[Mapping[str, Any]],
    spec: str = policy(*WORKBOOK),
    current: float | None = 99.95,
    slos: str = SLO,
    **more: Any,
) -> Judged:
    """A service in order but for its burn rates."""
    several = [rate(*pair) for pair in rates.items()] if isinstance(rates, Mapping) else list(rates)
    window = None if "window" not in slos else "calendar-month" if "calendar" in slos else "30d"
    measured = [] if current is None else [value(number=current, window=window)]
    sections = {**SECTIONS, "slos": slos, "cost": "cost: {budget_monthly: 1000}"}
    costs = [bill("2026-09", 900), bill("2026-10", 900)]
    return laid([*costs, *measured, *several], sections, **{"sources": SOURCES, "spec": spec, **more})


def of(judged: Judged, rule: str) -> list[Finding]:
    return [finding for finding in judged.findings if finding.rule == rule]


@pytest.mark.parametrize(
    ("rates", "points"),
    [
        ({"1h": 14.5, "5m": 14.5}, 2),
        ({"1h": 14.4, "5m": 99}, None),
        ({"1h": 99, "5m": 14.4}, None),
        ({"1h": 14.400000001, "5m": 14.400000001}, 2),
        ({"1h": 99}, None),
        ({"5m": 99}, None),
        ({"6h": 6.1, "30m": 6.1}, 1),
        ({"6h": 6.1, "30m": 6.1, "1h": 20, "5m": 20}, 2),
        ({"3d": 1.01, "6h": 1.01}, 0),
        ({"3d": 1, "6h": 1}, None),
        ({"60m": 15, "5m": 15}, 2),
        ({"1h": 1, "60m": 15, "5m": 15}, 2),
    ],
)
def test_an_entry_holds_where_both_windows_burn_above_it(rates: dict[str, float], points: int | None) -> None:
    judged = burnt(CALM | rates)
    assert [finding.points for finding in of(judged, "slo/burning")] == ([] if points is None else [points])
    assert judged.points == (points or 0)


def test_a_finding_says_both_rates_and_when_the_budget_ends() -> None:
    [burning] = of(burnt(CALM | {"1h": 14.8, "5m": 15.2}, current=99.9592), "slo/burning")
    assert burning.message == (
        "availability burns 14.8 times its error budget over 1h (15.2 over 5m), above 14.4; at this rate the budget "
        "ends in 1.2 days (prom, observed 2026-11-23)"
    )
    assert (burning.severity, burning.pointer, burning.subject) == ("error", "/spec/slos/0", "availability")
    assert burning.measured is not None
    assert (burning.measured.at, burning.measured.value) == ("slos/availability/burn_rate/1h", 14.8)


@pytest.mark.parametrize(
    ("current", "rates", "end"),
    [
        (100, {"3d": 1.5, "6h": 2}, "; at this rate the budget ends in 20 days"),
        (99.95, {"3d": 1.5, "6h": 2}, "; at this rate the budget ends in 10 days"),
        (99.91, {"3d": 3, "6h": 2}, "; at this rate the budget ends in 1 day"),
        (99.901, {"1h": 15, "5m": 15}, "; at this rate the budget ends in 29 minutes"),
        (99.91, {"1h": 24, "5m": 15}, "; at this rate the budget ends in 3 hours"),
        (99.900000001, {"1h": 15, "5m": 15}, "; at this rate the budget ends in 1 minute"),
        (99.9, {"1h": 15, "5m": 15}, "; the budget is already spent"),
        (99.5, {"1h": 15, "5m": 15}, "; the budget is already spent"),
    ],
)
def test_the_end_of_the_budget_is_what_is_left_of_it_over_the_rate(
    current: float, rates: dict[str, float], end: str
) -> None:
    [burning] = of(burnt(CALM | rates, current=current), "slo/burning")
    assert burning.message.partition(" (prom")[0].endswith(end)


@pytest.mark.parametrize("slos", [SLO.replace("30d", "calendar-month"), SLO.replace(", window: 30d", "")])
def test_nothing_is_said_of_the_end_where_the_window_has_no_fixed_length(slos: str) -> None:
    [burning] = of(burnt(CALM | {"1h": 15, "5m": 15}, slos=slos), "slo/burning")
    assert burning.message == (
        "availability burns 15 times its error budget over 1h (15 over 5m), above 14.4 (prom, observed 2026-11-23)"
    )


def test_a_target_of_100_has_no_budget_that_could_end() -> None:
    [burning] = of(burnt(CALM | {"1h": 15, "5m": 15}, current=100, slos=SLO.replace("99.9", "100")), "slo/burning")
    assert "above 14.4 (prom" in burning.message


def test_several_burning_slos_cost_once_what_the_worst_costs() -> None:
    two = "slos: [{name: availability, target: 99.9, window: 30d}, {name: latency, target: 99, window: 30d}]"
    fast = {**rate("1h", 20), "at": "slos/latency/burn_rate/1h"}, {**rate("5m", 20), "at": "slos/latency/burn_rate/5m"}
    latency = value("slos/latency", 99.5)
    judged = burnt([rate("6h", 7), rate("30m", 7), latency, *fast], slos=two)
    assert [(one.subject, one.points) for one in of(judged, "slo/burning")] == [("availability", 2), ("latency", 0)]
    assert judged.points == 2
    [charge] = [one for one in judged.judgement.scored["slo"].charges if one.points]
    assert charge.key == ("slo", "burn", 0)


def test_an_entry_without_points_is_a_warning() -> None:
    [burning] = of(burnt(CALM | {"3d": 2, "6h": 2}), "slo/burning")
    assert (burning.severity, burning.points) == ("warning", 0)


def test_without_entries_nothing_burns() -> None:
    judged = burnt({"1h": 99, "5m": 99}, spec="")
    assert judged.findings == ()
    assert judged.health is HealthStatus.HEALTHY


def test_windows_that_nobody_measures_are_a_note_of_measured_slos() -> None:
    [note] = of(burnt({"1h": 0.1, "5m": 0.1}), "slo/burn-not-measured")
    assert note.message == "availability has no burn rate over 6h, 30m and 3d, and the policy's slo.burn asks for it"
    assert (note.severity, note.pointer) == ("note", "/spec/slos/0")
    assert "prom" in note.fix
    assert burnt({"1h": 0.1, "5m": 0.1}).health is HealthStatus.HEALTHY
    typed = burnt({}, slos=SECTIONS["slos"], current=None, sources={"bill": BILL})
    assert of(typed, "slo/burn-not-measured") == []


@pytest.mark.parametrize(
    "odd",
    [
        {"observed_at": "2026-11-20T00:00:00Z"},
        {"observed_at": "2026-11-24T00:00:00Z"},
        {"observed_at": None},
        {"unit": "percent"},
        {"number": -1},
        {"number": None, "unit": None, "observed_at": None, "error": "several series"},
    ],
)
@pytest.mark.parametrize("window", ["1h", "30m", "3d"])
def test_a_burn_rate_that_should_count_and_does_not_is_a_doubt_where_it_costs_points(
    odd: dict[str, Any], window: str
) -> None:
    calm = [rate(*pair) for pair in CALM.items() if pair[0] != window]
    judged = burnt([*calm, rate(window, **{"number": 0.5, **odd})])
    [about] = [finding for finding in judged.findings if finding.rule.startswith("measurement/")]
    counts = window != "3d"
    assert judged.health is (HealthStatus.UNKNOWN if counts else HealthStatus.HEALTHY)
    assert about.severity == ("error" if counts else "note")
    assert f"the burn rate of availability over {window} is" in about.message
    assert of(judged, "slo/burn-not-measured") == []
    unused = burnt([*calm, rate(window, **{"number": 0.5, **odd})], spec="")
    assert [finding.severity for finding in unused.findings] == ["note"]
    assert unused.health is HealthStatus.HEALTHY


def test_no_data_of_a_window_is_an_answer() -> None:
    silent = rate("1h", None, unit=None, observed_at=None, error="no-data")
    judged = burnt([silent, *(rate(*pair) for pair in CALM.items() if pair[0] != "1h")])
    assert judged.health is HealthStatus.HEALTHY
    assert [(one.rule, one.severity) for one in judged.findings] == [("measurement/unusable", "note")]


def test_a_doubt_is_not_hidden_by_a_value_that_nobody_needs() -> None:
    old = {"observed_at": "2026-11-20T00:00:00Z"}
    for windows in (("1h", "3d"), ("3d", "1h")):
        judged = burnt([*(rate(one, 0.5, **old) for one in windows), rate("5m", 0.5), rate("6h", 0.5), rate("30m", 0)])
        assert judged.health is HealthStatus.UNKNOWN


def test_a_waiver_s_limit_is_a_burn_rate() -> None:
    [burning] = of(burnt(CALM | {"1h": 15, "5m": 20}), "slo/burning")
    judged = burnt(CALM | {"1h": 15, "5m": 20})
    [violation] = [one for one in judged.judgement.scored["slo"].failed if one.rule.id == burning.rule]
    assert (violation.value, violation.rule.worse) == (15, Worse.ABOVE)


def test_where_the_slos_are_not_required_a_stale_burn_rate_is_a_note() -> None:
    spec = policy(*WORKBOOK, more="  gate: {required: [governance]}\n")
    judged = burnt([rate("1h", 0.5, observed_at="2026-11-20T00:00:00Z")], spec=spec)
    assert judged.health is HealthStatus.HEALTHY


def test_typed_slos_burn_where_only_their_burn_rates_are_measured() -> None:
    provides = [f"slos/availability/burn_rate/{window}" for window in ("1h", "5m")]
    sources = {"bill": BILL, "prom": {**PROM, "provides": provides}}
    judged = burnt({"1h": 15, "5m": 15}, slos=SECTIONS["slos"], current=None, sources=sources)
    assert [finding.points for finding in of(judged, "slo/burning")] == [2]


@pytest.mark.parametrize("short", ["1h", "60m", "2h"])
def test_a_short_window_is_shorter(short: str) -> None:
    section = {"breach_points": 2, "low_budget_below_pct": 25, "low_budget_points": 0, "budget": []}
    with pytest.raises(LimitError) as caught:
        Limits.parse({**section, "burn": [WORKBOOK[1], {**WORKBOOK[0], "short": short}]})
    assert caught.value.at == ("burn", 1, "short")
    assert caught.value.message == f"the short window of {short} is not shorter than the long one of 1h"


def data(*entries: Mapping[str, Any]) -> Mapping[str, Any]:
    return policy_of(own_policy(policy(*entries)).encode()).layered.data


@pytest.mark.parametrize(
    ("after", "looser"),
    [
        (WORKBOOK[1:], True),
        ((WORKBOOK[0], WORKBOOK[2]), True),
        (({**WORKBOOK[0], "above": 14.5}, *WORKBOOK[1:]), True),
        (({**WORKBOOK[0], "points": 1}, *WORKBOOK[1:]), True),
        (({**WORKBOOK[0], "long": "2h"}, *WORKBOOK[1:]), True),
        ((), True),
        (({**WORKBOOK[0], "above": 14.3}, *WORKBOOK[1:]), False),
        (({**WORKBOOK[0], "points": 3}, *WORKBOOK[1:]), False),
        (({**WORKBOOK[0], "long": "60m"}, *WORKBOOK[1:]), False),
        ((*WORKBOOK, {**WORKBOOK[0], "above": 99}), False),
        (WORKBOOK[::-1], False),
    ],
)
def test_fewer_entries_higher_rates_and_fewer_points_ask_less(
    after: Sequence[Mapping[str, Any]], *, looser: bool
) -> None:
    assert list(loosened(data(*WORKBOOK), data(*after))) == ([("slo", "burn")] if looser else [])


def test_the_most_points_are_those_of_the_costliest_entry() -> None:
    limits = Limits.default()
    burning = limits.parse({**limits._asdict(), "burn": WORKBOOK, "budget": []})
    assert most_points(burning) == most_points(limits) + 2


RATES = st.dictionaries(st.sampled_from(["5m", "30m", "1h", "6h", "3d"]), st.decimals(0, 30, places=1).map(float))


@given(RATES, st.sampled_from(["5m", "30m", "1h", "6h", "3d"]), st.decimals(0, 30, places=1).map(float))
def test_burning_faster_is_never_better(rates: dict[str, float], window: str, more: float) -> None:
    slower = rates | {window: rates.get(window, 0)}
    before, after = burnt(slower), burnt(slower | {window: round(slower[window] + more, 1)})
    assert after.points >= before.points
    assert after.health.rank >= before.health.rank
