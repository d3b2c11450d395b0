"""What missed SLOs cost by the cause that waivers name: services, objectives, days, and minutes of error budget."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from platform_gate.judging.result import Judged
from platform_gate.judging.waivers import Waiver
from platform_gate.model import Excuse, Location
from platform_gate.numbers import number
from platform_gate.rule_ids import kind_of
from platform_gate.subsystems import slo
from platform_gate.subsystems.slo import SLODefinition


class Cause(StrEnum):
    """Why an SLO is missed, as `waivers.schema.json` has it; NONE where the waiver doesn't say."""

    DEPENDENCY = "dependency"
    TRAFFIC = "traffic"
    OTHER = "other"
    NONE = "none"


class Cost(NamedTuple):
    """What missed SLOs of one cause cost.

    Attributes:
        services: how many the waivers name.
        slos: how many objectives they excuse on the day of the run; None if the services weren't judged.
        days: the days on which waivers have held so far, added up.
        undated: waivers without ``granted``, whose days nobody can count.
        overspent_minutes: of the windows of those objectives, below their targets: what was spent beyond the error
            budgets. None as for ``slos``.
    """

    cause: Cause
    waivers: int
    services: int
    slos: int | None
    days: int
    undated: int
    overspent_minutes: float | None


def cause_of(waiver: Waiver) -> Cause | None:
    """The cause of the missed SLOs that a waiver is for; None if it is for none."""
    if not any(kind_of(rule) == slo.NAME for rule in waiver.rules):
        return None
    return Cause(waiver.cause) if waiver.cause else Cause.NONE


def costs(waivers: Iterable[Waiver], services: Iterable[Judged] | None, as_of: date) -> Iterator[Cost]:
    """The costs of every cause that waivers name; ``services`` are those of a run, None if there was none."""
    by_cause: dict[Cause, list[Waiver]] = {}
    for waiver in waivers:
        if (cause := cause_of(waiver)) is not None:
            by_cause.setdefault(cause, []).append(waiver)
    excused = None if services is None else list(_excused(services))
    for cause in Cause:
        if several := by_cause.get(cause):
            yield _cost(cause, several, excused, as_of)


Excused = tuple[Location, str, SLODefinition]
"""An objective that a waiver at a place excuses, with its service."""


def _cost(cause: Cause, waivers: Sequence[Waiver], excused: Collection[Excused] | None, as_of: date) -> Cost:
    places = {waiver.location for waiver in waivers}
    named = {service for waiver in waivers for service in waiver.services}
    days = sum(_days(waiver, waiver.granted, as_of) for waiver in waivers if waiver.granted)
    undated = sum(waiver.granted is None for waiver in waivers)
    missed = {(service, one.name): one for place, service, one in excused or () if place in places}
    minutes = number(round(sum(map(_overspent, missed.values())), 1))
    if excused is None:
        return Cost(cause, len(waivers), len(named), None, days, undated, None)
    return Cost(cause, len(waivers), len(named), len(missed), days, undated, minutes)


def _days(waiver: Waiver, granted: date, as_of: date) -> int:
    """The days on which a waiver has held, up to and with the day of the run."""
    return max((min(waiver.expires, as_of) - granted).days + 1, 0)


def _overspent(one: SLODefinition) -> float:
    return 0 if one.current is None else slo.minutes_between(one, one.current, one.target)


def _excused(services: Iterable[Judged]) -> Iterator[Excused]:
    for judged in services:
        if not judged.excused:
            continue
        objectives = {one.name: one for one in judged.judgement.scored[slo.NAME].facts}
        for finding in judged.findings:
            if isinstance(finding.excuse, Excuse) and finding.subsystem == slo.NAME and finding.subject in objectives:
                yield finding.excuse.location, judged.name, objectives[finding.subject]
