"""The day on which a spent budget is positive again: an upper bound that holds for every history."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from platform_gate.readings import Measurement
from platform_gate.subsystems import slo
from platform_gate.subsystems.slo import SLODefinition, recovery
from tests.subsystems.test_slo_burning import CALM, SLO, burnt, of, policy

DAY = date(2026, 11, 25)
OBSERVED = "2026-11-25T13:59:31Z"


def burn(window: str, rate: float, observed_at: str = OBSERVED) -> Measurement:
    return Measurement(f"slos/a/burn_rate/{window}", "prom", rate, "ratio", observed_at=observed_at)


def breached(*burns: Measurement, window: str | None = "30d", current: float = 99.5) -> SLODefinition:
    observed = burns[0].observed_at if burns else OBSERVED
    measured = Measurement("slos/a", "prom", current, "percent", window or "", observed)
    return SLODefinition("a", 99.9, current, window, measured=measured, burns=burns)


@pytest.mark.parametrize(
    ("burns", "recovers"),
    [
        ([burn("3d", 0.5)], date(2026, 12, 23)),
        ([burn("3d", 0.5, "2026-11-25T00:00:00Z")], date(2026, 12, 22)),
        ([burn("3d", 0.5, "2026-11-25T00:00:00.1Z")], date(2026, 12, 23)),
        ([burn("3d", 0.999999)], date(2026, 12, 23)),
        ([burn("3d", 1)], None),
        ([burn("1h", 0), burn("6h", 2)], date(2026, 12, 26)),
        ([burn("1h", 0), burn("3d", 0)], date(2026, 12, 23)),
        ([burn("3d", 0), burn("1h", 0)], date(2026, 12, 23)),
        ([burn("3d", 2), burn("72h", 0.5)], None),
        ([burn("30d", 0.5)], None),
        ([burn("4w", 0.5)], date(2026, 11, 28)),
        ([], None),
    ],
)
def test_the_longest_window_that_is_within_the_budget_decides(burns: list[Measurement], recovers: date | None) -> None:
    assert recovery.day(breached(*burns), DAY) == recovers


@pytest.mark.parametrize("window", [None, "calendar-month", "3d", "2d"])
def test_without_a_longer_window_of_fixed_length_nothing_is_said(window: str | None) -> None:
    assert recovery.day(breached(burn("3d", 0.5), window=window), DAY) is None


@pytest.mark.parametrize(
    ("older", "recovers"),
    [
        ("2026-11-25T13:54:31Z", date(2026, 12, 23)),
        ("2026-11-25T13:54:30Z", date(2026, 12, 26)),
        ("2026-11-23T00:00:00Z", date(2026, 12, 26)),
    ],
)
def test_a_burn_rate_older_than_other_values_proves_nothing(older: str, recovers: date) -> None:
    assert recovery.day(breached(burn("1h", 0), burn("3d", 0.5, older)), DAY) == recovers
    alone = replace(breached(burn("1h", 0)), burns=(burn("3d", 0.5, older),))
    assert recovery.day(alone, DAY) == (recovers if recovers < date(2026, 12, 26) else None)


def test_a_met_slo_a_target_of_100_and_a_typed_number_do_not_recover() -> None:
    assert recovery.day(breached(burn("3d", 0.5), current=99.9), DAY) is None
    assert recovery.day(SLODefinition("a", 99.9, 99.5, "30d", burns=(burn("3d", 0.5),)), DAY) is None
    whole = breached(burn("3d", 0.5))
    assert recovery.day(SLODefinition("a", 100, 99.5, "30d", measured=whole.measured, burns=whole.burns), DAY) is None


def test_a_day_that_has_gone_by_is_not_named() -> None:
    weekly = breached(burn("6d", 0.5), window="7d")
    assert recovery.day(weekly, date(2026, 11, 27)) == date(2026, 11, 27)
    assert recovery.day(weekly, date(2026, 11, 28)) is None


def test_beyond_the_calendar_nothing_is_said() -> None:
    assert recovery.day(breached(burn("1h", 0, "9999-12-30T00:00:00Z"), window="9999w"), date.max) is None


def test_the_finding_and_the_facts_say_it() -> None:
    judged = burnt(CALM, current=99.8)
    [finding] = of(judged, "slo/breached")
    assert finding.message == (
        "availability is at 99.8, below its target of 99.9; the budget recovers by 2026-12-21 if nothing more burns "
        "(prom, 30d, observed 2026-11-23)"
    )
    assert judged.judgement.scored["slo"].describe()["slos"][0]["budget_recovers"] == "2026-12-21"
    [other] = of(burnt(CALM | {"3d": 1}, current=99.8), "slo/breached")
    assert other.fingerprint == finding.fingerprint
    assert "2026-12-23" in other.message


def test_without_burn_rates_the_facts_say_nothing() -> None:
    judged = burnt({}, current=99.8, spec=policy())
    assert "budget_recovers" not in judged.judgement.scored["slo"].describe()["slos"][0]
    assert "recovers" not in of(judged, "slo/breached")[0].message
    month = burnt(CALM, current=99.8, slos=SLO.replace("30d", "calendar-month"))
    assert "budget_recovers" not in month.judgement.scored["slo"].describe()["slos"][0]


def test_a_service_recovers_with_the_last_of_its_spent_budgets() -> None:
    early, late = (replace(breached(), budget_recovers=date(2026, 12, day)) for day in (1, 2))
    met, unknown = SLODefinition("a", 99.9, 99.95), SLODefinition("a", 99.9, 99.5)
    assert slo.recovers([early, late, met, SLODefinition("a", 99.9)]) == date(2026, 12, 2)
    assert slo.recovers([early, unknown]) is None
    assert slo.recovers([met]) is None


HOURS = 7 * 24
WINDOWS = (1, 6, 24, 72, 120)
TARGET = 99
MIDNIGHT = datetime(2026, 11, 25, tzinfo=UTC)
MOMENT = MIDNIGHT.strftime("%Y-%m-%dT%H:%M:%SZ")
Hours = list[tuple[int, int]]
"""All events and the failed ones, hour by hour."""


def history(rng: Random, quiet: int) -> Hours:
    """A week of a service that failed often, and seldom in its last hours."""
    loud = [(rng.randint(3, 20), rng.randint(0, 3)) for _ in range(HOURS - quiet)]
    failed = [rng.randint(0, 2) for _ in range(quiet)]
    return [*loud, *((rng.randint(0, 20) + 101 * errors, errors) for errors in failed)]


def share(hours: Hours) -> float | None:
    """The percentage of events that failed; None without events."""
    total, failed = (sum(one) for one in zip(*hours, strict=True))
    return 100 * failed / total if total else None


def measured(hours: Hours, lag: int = 0) -> SLODefinition:
    """The objective as a source measures it: its current value over a week, and its burn rates, ``lag`` hours older."""
    shares = {window: share(hours[-window - lag : len(hours) - lag]) for window in WINDOWS}
    moment = (MIDNIGHT - timedelta(hours=lag)).strftime("%Y-%m-%dT%H:%M:%SZ")
    burns = [burn(f"{window}h", pct / (100 - TARGET), moment) for window, pct in shares.items() if pct is not None]
    current = 100 - (share(hours) or 0)
    value = Measurement("slos/a", "prom", current, "percent", "7d", MOMENT)
    return SLODefinition("a", TARGET, current, "7d", measured=value, burns=tuple(burns))


@given(st.integers(), st.sampled_from(WINDOWS), st.integers(0, 4), st.integers(0, 40), st.sampled_from([0, 0, 1, 24]))
def test_after_that_day_the_budget_is_positive_whatever_the_traffic(
    seed: int, window: int, more: int, traffic: int, lag: int
) -> None:
    rng = Random(seed)  # noqa: S311 - not for secrets
    before = history(rng, window + more)
    if lag:
        before = [*before[lag:], *((rng.randint(3, 20), rng.randint(0, 3)) for _ in range(lag))]
    objective = measured(before, lag)
    assume(not objective.is_met)
    recovers = recovery.day(objective, MIDNIGHT.date())
    unproven = lag > 0 or all(one.value is None or one.value >= 1 for one in objective.burns)
    assert (recovers is None) is unproven
    if recovers is not None:
        hours = (recovers - MIDNIGHT.date()).days * 24
        after = share([*before, *((rng.randint(0, traffic), 0) for _ in range(hours))][-HOURS:])
        assert after is None or after < 100 - TARGET
