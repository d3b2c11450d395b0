"""What outages of others cost: exactly the minutes that the report on the same services implies."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.judging import runner, waivers
from platform_gate.judging.causes import Cause, Cost, cause_of, costs
from platform_gate.judging.runner import Job
from platform_gate.judging.waivers import Waiver
from platform_gate.policy import loading
from platform_gate.repository.config import Config
from platform_gate.subsystems.slo import SLODefinition, minutes_between
from tests.samples import DAY, manifest, work_tree, write

POLICY = loading.load("default", loading.nothing_to_read)
HEAD = "apiVersion: platform-gate/v1\nkind: Waivers\nspec:\n  waivers:\n"


def load(*entries: str) -> tuple[Waiver, ...]:
    terms = 'reason: a, approved_by: sre, expires: "2026-12-31"'
    rows = (f"    - {{{entry}, {terms}}}\n" for entry in entries)
    return waivers.load((HEAD + "".join(rows)).encode(), "w.yaml", POLICY.base(), POLICY.known_rules(), DAY)


def cost(folder: Path, slos: str, *entries: str) -> list[Cost]:
    tree = work_tree(write(folder, {"services/web.yaml": manifest(slos=f"slos: [{slos}]")}))
    chosen = load(*entries)
    run = runner.run(Job(tree, POLICY, DAY, chosen), tree.find(["services"], Config()))
    return list(costs(chosen, run.services, DAY))


BAD = "{name: availability, target: 99.99, current: 99.8, window: 30d}"
SLOW = "{name: latency, target: 99, current: 98.5, window: 7d}"
WEB = "service: web, rule: slo/breached"
DATED = 'granted: "2026-11-14"'


def test_each_cause_has_the_minutes_below_the_targets_that_its_waivers_excuse(tmp_path: Path) -> None:
    entries = (f"{WEB}, subject: availability, cause: dependency, {DATED}", f"{WEB}, subject: latency, cause: traffic")
    assert cost(tmp_path, f"{BAD}, {SLOW}", *entries) == [
        Cost(Cause.DEPENDENCY, 1, 1, 1, 10, 0, 82.1),
        Cost(Cause.TRAFFIC, 1, 1, 1, 0, 1, 50.4),
    ]


def test_an_objective_that_two_waivers_cover_costs_once(tmp_path: Path) -> None:
    [one] = cost(tmp_path, BAD, f"{WEB}, cause: other", f"{WEB}, cause: other")
    assert (one.waivers, one.services, one.slos, one.overspent_minutes) == (2, 1, 1, 82.1)


def test_a_met_objective_costs_nothing(tmp_path: Path) -> None:
    [one] = cost(tmp_path, "{name: availability, target: 99, current: 99.5}", f"{WEB}, cause: other")
    assert (one.slos, one.overspent_minutes) == (0, 0)


def test_a_missed_budget_that_is_not_overspent_costs_no_minutes(tmp_path: Path) -> None:
    low = "{name: availability, target: 99.9, current: 99.901}"
    [one] = cost(tmp_path, low, "service: web, rule: slo/low-budget, cause: traffic")
    assert (one.slos, one.overspent_minutes) == (1, 0)


def test_without_a_run_only_what_waivers_say_is_counted() -> None:
    [one] = costs(load(f"{WEB}, cause: other, {DATED}"), None, DAY)
    assert one == Cost(Cause.OTHER, 1, 1, None, 10, 0, None)


@pytest.mark.parametrize(
    ("entry", "cause"),
    [
        (f"{WEB}, cause: other", Cause.OTHER),
        (WEB, Cause.NONE),
        ("service: web, rules: [slo/breached, cost/over-budget]", Cause.NONE),
        ("service: web, rule: cost/over-budget", None),
    ],
)
def test_only_waivers_for_slos_have_a_cause(entry: str, cause: Cause | None) -> None:
    [waiver] = load(entry)
    assert cause_of(waiver) == cause


def test_days_to_come_are_not_counted() -> None:
    [one] = costs(load(f'{WEB}, cause: other, granted: "2026-12-01"'), None, DAY)
    assert one.days == 0


PERCENT = st.integers(0, 100_000).map(lambda value: value / 1000)


@given(PERCENT, PERCENT, st.integers(1, 999))
def test_what_is_spent_is_the_budget_and_what_is_beyond_it(target: float, current: float, days: int) -> None:
    """Minutes below the target, exactly: those not in budget, less what was allowed."""
    slo = SLODefinition("a", target, current, f"{days}d", days)
    exactly = max(Fraction(str(target)) - Fraction(str(current)), Fraction()) * days * 24 * 60 / 100
    assert minutes_between(slo, current, target) == float(round(exactly, 1))
