"""SLOs: is each objective met, and how much of its error budget is left? Source: the SRE workbook, chapter 2."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Any

from platform_gate.model import Charge, Context, Problem, Relaxation, Rule, Violation
from platform_gate.numbers import number, optional_number
from platform_gate.readings import NOTHING, who_measures
from platform_gate.subsystems.slo import budget, budget_policy, fields
from platform_gate.subsystems.slo.budget_policy import Limits as Limits
from platform_gate.subsystems.slo.fields import merged
from platform_gate.subsystems.slo.objective import UNNAMED_WINDOW_DAYS, whole_budget
from platform_gate.subsystems.slo.objective import SLODefinition as SLODefinition
from platform_gate.subsystems.slo.objective import budget_remaining as budget_remaining
from platform_gate.subsystems.slo.objective import minutes_between as minutes_between
from platform_gate.subsystems.slo.objective import recovers_by as recovers_by
from platform_gate.subsystems.slo.rules import BREACHED as BREACHED
from platform_gate.subsystems.slo.rules import (
    BURN_NOT_MEASURED,
    BURNING,
    LOW_BUDGET,
    NO_DATA,
    NOT_MEASURED,
    RATIO_TARGET,
)
from platform_gate.windows import MINUTES_A_DAY, minutes

NAME = budget_policy.NAME
SECTION = fields.SECTION
MEASURED: tuple[str, ...] = ("slos",)
LOOSENING = budget_policy.LOOSENING
CALENDAR_MONTH = "calendar-month"


class SLOStatus(StrEnum):
    """Whether a service meets its objectives, as a whole."""

    MET = "met"
    BREACHED = "breached"
    NOT_MEASURED = "not_measured"
    NO_DATA = "no_data"


def all_rules(_limits: Limits) -> tuple[Rule, ...]:
    """The rules of this subsystem."""
    return BREACHED, LOW_BUDGET, BURNING, NOT_MEASURED, BURN_NOT_MEASURED, NO_DATA, RATIO_TARGET


field_of = fields.field_of
wants = fields.wants
most_points = budget_policy.most_points


def read(manifest: Mapping[str, Any], _limits: Limits, context: Context) -> tuple[list[SLODefinition], list[Problem]]:
    """The objectives of a manifest, and a problem for each name that is used again."""
    entries = manifest["spec"].get(SECTION, [])
    overlay = context.overlays.get(NAME, NOTHING)
    odd = context.readings.odd if context.readings else ()
    slos = [_objective(merged(entry, overlay, odd), context.as_of) for entry in entries]
    return slos, list(_repeated(entries))


def _objective(part: Mapping[str, Any], as_of: date) -> SLODefinition:
    slo = SLODefinition(**part, window_days=_days(part.get("window"), as_of))
    if not slo.burns or slo.is_met:
        return slo
    from platform_gate.subsystems.slo import recovery  # noqa: PLC0415 - most budgets are not spent

    return replace(slo, budget_recovers=recovery.day(slo, as_of))


def _days(window: str | None, as_of: date) -> float:
    if window == CALENDAR_MONTH:
        from calendar import monthrange  # noqa: PLC0415 - few windows are months

        return monthrange(as_of.year, as_of.month)[1]
    length = minutes(window or "")
    return UNNAMED_WINDOW_DAYS if length is None else number(length / MINUTES_A_DAY)


def _repeated(entries: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    seen = set()
    for index, entry in enumerate(entries):
        if entry["name"] in seen:
            message = f"another SLO is already named {entry['name']}"
            yield Problem(("spec", SECTION, index, "name"), message, "Give each SLO a name of its own.")
        seen.add(entry["name"])


def has_data(slos: Sequence[SLODefinition]) -> bool:
    """Whether at least one objective is measured."""
    return any(slo.current is not None for slo in slos)


def check(slos: Sequence[SLODefinition], limits: Limits, context: Context) -> Iterator[Violation]:
    """The violations of every objective. Before its launch a service has nothing to measure."""
    if not has_data(slos):
        owner = next((slo.owner for slo in slos if slo.owner), None)
        yield NO_DATA.violation("no SLO is measured", SECTION, fix=who_measures(owner))
    for index, slo in enumerate(slos):
        if slo.target < 1:
            yield _ratio_target(slo, index)
        if slo.current is None:
            if context.launched:
                yield _not_measured(slo, index)
        else:
            yield from budget.check(slo, index, limits)
        if limits.burn:
            yield from _burning(slo, index, limits)


def _burning(slo: SLODefinition, index: int, limits: Limits) -> Iterator[Violation]:
    from platform_gate.subsystems.slo import burning  # noqa: PLC0415 - most policies ask for no burn rate

    yield from burning.check(slo, index, limits)


def _not_measured(slo: SLODefinition, index: int) -> Violation:
    message = f"{slo.name} has a target of {slo.target} but no current value"
    return NOT_MEASURED.violation(message, SECTION, index, subject=slo.name, fix=who_measures(slo.owner))


def _ratio_target(slo: SLODefinition, index: int) -> Violation:
    message = f"{slo.name} has a target of {slo.target}%, which looks like a ratio"
    return RATIO_TARGET.violation(message, SECTION, index, "target", subject=slo.name)


def points(violations: Sequence[Violation], limits: Limits) -> Iterator[Charge]:
    """A breach costs once per service, however many objectives are breached; so do a low budget and a burning one."""
    yield from budget.points(violations, limits)
    if limits.burn:
        from platform_gate.subsystems.slo import burning  # noqa: PLC0415 - most policies ask for no burn rate

        yield from burning.points(violations, limits)


def declared(slos: Sequence[SLODefinition], subject: str) -> list[tuple[Any, ...]]:
    """Name, target and window of each objective, and whether it is measured."""
    chosen = [slo for slo in slos if subject in ("", slo.name)]
    return sorted((slo.name, slo.target, slo.window or "", slo.current is not None) for slo in chosen)


def relaxations(before: Sequence[SLODefinition], after: Sequence[SLODefinition]) -> Iterator[Relaxation]:
    """Objectives removed, targets lowered, measurements removed."""
    new = {slo.name: (index, slo) for index, slo in enumerate(after)}
    for old in before:
        if old.name not in new:
            yield Relaxation("slo-removed", ("spec", SECTION), old.name, None)
            continue
        index, slo = new[old.name]
        if slo.target < old.target:
            yield Relaxation("target-lowered", ("spec", SECTION, index, "target"), old.target, slo.target)
        if old.current is not None and slo.current is None:
            yield Relaxation("measurement-removed", ("spec", SECTION, index, "current"), old.current, None)


def status(slos: Sequence[SLODefinition], violations: Sequence[Violation], _limits: Limits) -> SLOStatus:
    """The status of the worst objective."""
    if any(violation.rule is BREACHED for violation in violations):
        return SLOStatus.BREACHED
    measured = [slo.current is not None for slo in slos]
    if not any(measured):
        return SLOStatus.NO_DATA
    return SLOStatus.MET if all(measured) else SLOStatus.NOT_MEASURED


def recovers(slos: Sequence[SLODefinition]) -> date | None:
    """The day by which every spent budget is positive again; None where that is not known of each of them."""
    days = [slo.budget_recovers for slo in slos if slo.current is not None and not slo.is_met]
    known = [day for day in days if day]
    return max(known) if known and len(known) == len(days) else None


def describe(slos: Sequence[SLODefinition], _limits: Limits) -> dict[str, Any]:
    """The facts as a report shows them: ``slos`` with their error budgets, ``met`` and ``total`` (counts)."""
    return {"slos": [_row(slo) for slo in slos], "met": sum(slo.is_met for slo in slos), "total": len(slos)}


def _row(slo: SLODefinition) -> dict[str, Any]:
    current = slo.current
    return {
        "name": slo.name,
        "target": number(slo.target),
        "current": optional_number(current),
        "met": slo.is_met if current is not None else None,
        "budget_remaining_pct": optional_number(slo.budget_remaining_pct),
        "window": slo.window,
        "budget_minutes": whole_budget(slo),
        "budget_remaining_minutes": None if current is None else minutes_between(slo, slo.target, current),
        **({"burn_rates": slo.burn_rates} if slo.burns else {}),
        **({"budget_recovers": str(slo.budget_recovers)} if slo.budget_recovers else {}),
    }
