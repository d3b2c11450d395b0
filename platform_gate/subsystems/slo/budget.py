"""What is left of error budgets: breaches, low budgets, and what they cost. Source: the SRE workbook, chapter 2."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from platform_gate.model import At, Charge, Violation
from platform_gate.numbers import number, optional_number
from platform_gate.subsystems.bands import Band
from platform_gate.subsystems.slo.budget_policy import BUDGET, NAME, Limits
from platform_gate.subsystems.slo.fields import SECTION
from platform_gate.subsystems.slo.objective import SLODefinition, is_left_below, recovers_by
from platform_gate.subsystems.slo.rules import BREACHED, LOW_BUDGET

_LIMIT: At = ("low_budget_below_pct",)
_LOW_POINTS: At = ("low_budget_points",)


def check(slo: SLODefinition, index: int, limits: Limits) -> Iterator[Violation]:
    """That a measured objective is breached, or that less of its budget is left than the policy asks for."""
    band = next((band for band in limits.budget.bands if is_left_below(slo, band.bound or 0)), None)
    places = (limits.budget.key(band),) if band else ()
    if not slo.is_met:
        yield _breached(slo, index, places)
        return
    if is_left_below(slo, limits.low_budget_below_pct):
        places = (_LIMIT, *places)
    if places:
        yield _low(slo, index, _minimum(limits, band, places), places)


def _minimum(limits: Limits, band: Band | None, places: Collection[At]) -> float:
    """The bound to name: where both hold, that of a band that costs more than the limit."""
    limit = limits.low_budget_below_pct
    if band is None or (_LIMIT in places and band.worth <= limits.low_budget_points):
        return limit
    return band.bound or 0


def _place(slo: SLODefinition, index: int) -> At:
    """Where the current value stands: a measured one is in no manifest, but its objective is."""
    return (SECTION, index) if slo.measured else (SECTION, index, "current")


def _breached(slo: SLODefinition, index: int, places: tuple[At, ...]) -> Violation:
    message = f"{slo.name} is at {slo.current}, below its target of {slo.target}"
    if slo.budget_recovers:
        message += f"; {recovers_by(slo.budget_recovers)}"
    where = _place(slo, index)
    return BREACHED.violation(
        message, *where, subject=slo.name, value=slo.current, measured=slo.measured, limits=places
    )


def _low(slo: SLODefinition, index: int, minimum: float, places: tuple[At, ...]) -> Violation:
    left = optional_number(slo.budget_remaining_pct)
    message = f"{slo.name} has {left}% of its error budget left (minimum {number(minimum)}%)"
    where = _place(slo, index)
    return LOW_BUDGET.violation(
        message, *where, subject=slo.name, value=slo.current, measured=slo.measured, limits=places
    )


def points(violations: Sequence[Violation], limits: Limits) -> Iterator[Charge]:
    """What breaches and low budgets cost, each once per service.

    The band of the worst objective is charged once, and in place of the points of its rule where it costs more.
    """
    worst, rule = _worst(violations)
    broken = {violation.rule.id for violation in violations}
    owed: dict[str, list[tuple[int, At]]] = {BREACHED.id: [], LOW_BUDGET.id: []}
    if BREACHED.id in broken:
        owed[BREACHED.id].append((limits.breach_points, ("breach_points",)))
    if any(_LIMIT in violation.limits for violation in violations):
        owed[LOW_BUDGET.id].append((limits.low_budget_points, _LOW_POINTS))
    if worst is not None:
        owed[rule].append((limits.budget.bands[worst].worth, (BUDGET, worst)))
    for name, several in owed.items():
        if several:
            most, key = max(several, key=lambda one: one[0])
            yield Charge(most, frozenset({name}), (NAME, *key))


def _worst(violations: Sequence[Violation]) -> tuple[int | None, str]:
    """The lowest band that holds, and the rule of its objective; of two objectives in one band, a breached one's."""
    held = [
        (int(place[1]), violation.rule is not BREACHED, violation.rule.id)
        for violation in violations
        for place in violation.limits
        if place[0] == BUDGET
    ]
    band, _, rule = min(held, default=(None, False, ""))
    return band, rule
