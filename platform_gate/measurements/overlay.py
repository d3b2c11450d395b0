"""The one step between the schema and the subsystems: a service's measured values laid over its manifest."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from math import inf
from typing import Any, Final, NamedTuple

from platform_gate.measurements.ages import age, normalized
from platform_gate.measurements.claims import owners
from platform_gate.model import Context
from platform_gate.readings import (
    DECLARED,
    NO_DATA,
    FreshReadings,
    Measured,
    Measurement,
    Overlay,
    Reading,
    Source,
    State,
    Want,
)
from platform_gate.subsystems import SUBSYSTEMS, freshness
from platform_gate.subsystems.freshness import Limits
from platform_gate.subsystems.measurable import field_of
from platform_gate.text import listing

COUNTS: Final = (State.FRESH, State.AGING)
UNREMARKABLE: Final = (State.FRESH, State.TYPED)


NOT_MEASURED: Final = Measured({}, (), {})


class Terms(NamedTuple):
    """By what values are taken: the policy's limits, the day, and the subsystems whose fields the service needs."""

    limits: Limits
    as_of: date
    required: Collection[str]


def lay(manifest: Mapping[str, Any], limits: Mapping[str, Any], context: Context, required: Collection[str]) -> Context:
    """The context with a service's measured values laid over its manifest, subsystem by subsystem.

    ``limits`` are the policy's by subsystem, ``required`` names those of which the service needs the fields.
    """
    taken: Limits = limits[freshness.NAME]
    if context.measured is None and taken.takes_typed and taken.declared is None:
        return context
    measured, terms = context.measured or NOT_MEASURED, Terms(taken, context.as_of, required)
    wants = [(name, found) for name, subsystem in SUBSYSTEMS.items() if (found := subsystem.wants(manifest))]
    key = _key(measured, wants, terms)
    plan: Plan | None = taken.plans.get(key) if key else None
    if plan and plan.fits(measured):
        return Context(*context[:4], plan.overlays(measured.values), plan.readings(measured.values), measured)
    overlays, readings = _laid(wants, measured, terms)
    if key and all(reading.state in UNREMARKABLE for reading in readings):
        taken.plans[key] = Plan.of(wants, overlays, readings, terms)
    return Context(*context[:4], overlays, readings, measured)


Wants = Sequence[tuple[str, Sequence[Want]]]
"""What each subsystem wants, by its name."""


def _laid(wants: Wants, measured: Measured, terms: Terms) -> tuple[dict[str, Overlay], tuple[Reading, ...]]:
    """What each subsystem reads, and what became of every field."""
    waiting: dict[str, list[Measurement]] = {}
    for at, value in measured.values.items():
        waiting.setdefault(field_of(at) or at, []).append(value)
    overlays, readings = {}, []
    for name, several in wants:
        found = _readings(several, waiting, measured, terms, needed=name in terms.required)
        overlays[name] = _overlay(found)
        readings += found
    readings += (_undeclared(value) for several in waiting.values() for value in several)
    return overlays, tuple(readings)


def _key(measured: Measured, wants: Wants, terms: Terms) -> Any:
    """What decides about a service beside its numbers; None where that isn't known.

    Wants are told apart by their identity: the plan that is kept under the key holds on to them.
    """
    if measured.signature is None:
        return None
    return (
        measured.signature,
        tuple([id(want) for _, several in wants for want in several]),
        terms.as_of,
        terms.required,
    )


class Plan(NamedTuple):
    """What becomes of the values of a service, if only their numbers differ from those of another, and all count.

    ``bounds`` are the largest number of each value and whether it must be whole; ``shares`` the values of each
    subsystem by ``at``, and who owns its fields; ``templates`` readings of the other service.
    """

    wants: Wants
    bounds: tuple[tuple[str, float, bool], ...]
    shares: tuple[tuple[str, tuple[str, ...], Mapping[str, str]], ...]
    templates: tuple[Reading, ...]
    sources: tuple[str, ...]
    min_coverage_pct: float

    @classmethod
    def of(cls, wants: Wants, overlays: Mapping[str, Overlay], readings: tuple[Reading, ...], terms: Terms) -> Plan:
        """The plan that follows from what became of one service."""
        valued = [reading for reading in readings if reading.measurement]
        bounds = tuple(
            (each.at, inf if each.want.at_most is None else each.want.at_most, each.want.whole) for each in valued
        )
        shares = tuple((name, tuple(overlay.values), overlay.owners) for name, overlay in overlays.items())
        sources = tuple(reading.source for reading in valued)
        return cls(wants, bounds, shares, readings, sources, terms.limits.min_coverage_pct)

    def fits(self, measured: Measured) -> bool:
        """Whether every number of a service is one that counts."""
        values = measured.values
        for at, most, whole in self.bounds:
            value = values[at]
            number, coverage = value.value or 0, value.coverage_pct
            if not 0 <= number <= most or (whole and number != int(number)):
                return False
            if coverage is not None and coverage < self.min_coverage_pct:
                return False
        return True

    def overlays(self, values: Mapping[str, Measurement]) -> dict[str, Overlay]:
        """What each subsystem reads."""
        return {name: Overlay({at: values[at] for at in ats}, owners) for name, ats, owners in self.shares}

    def readings(self, values: Mapping[str, Measurement]) -> FreshReadings:
        """What became of every field."""
        return FreshReadings(self.templates, values, self.sources)


def _overlay(readings: Sequence[Reading]) -> Overlay:
    values, owners, typed = {}, {}, State.TYPED
    for reading in readings:
        if reading.state is not typed:
            owners[reading.want.field] = reading.source
        if reading.measurement is not None and reading.state in COUNTS:
            values[reading.at] = reading.measurement
    return Overlay(values, owners)


def _readings(
    wants: Sequence[Want], waiting: dict[str, list[Measurement]], measured: Measured, terms: Terms, *, needed: bool
) -> list[Reading]:
    """What became of a subsystem's fields; their values are taken from those that wait."""
    found = []
    for want in wants:
        weighs = needed and (want.apart or not want.optional)
        if values := waiting.pop(want.field, None):
            found += [_judged(want, value, measured.sources[value.source], terms, weighs=weighs) for value in values]
        elif want.apart or not want.optional:
            claimed = owners(measured.claimed, want)
            missing = _missing(want, claimed, weighs=weighs) if claimed else _typed(want, terms, weighs=weighs)
            found += [missing] if missing else []
    return found


def _judged(want: Want, value: Measurement, source: Source, terms: Terms, *, weighs: bool) -> Reading:
    limit, warn = terms.limits.ages(source.name, source.type)
    days = age(value.observed_at[:10], terms.as_of) if value.observed_at else None
    reason = _objection(want, value, source, terms, days)
    if reason:
        weighs = weighs and not (want.may_be_empty and value.error == NO_DATA)
        return Reading(want, State.UNUSABLE, source.name, value, reason, days, limit, weighs, value.at)
    old = days or 0
    state = _FRESH if old <= limit and (warn is None or old <= warn) else State.STALE if old > limit else State.AGING
    return Reading(want, state, source.name, value, "", days, limit, weighs, value.at)


_FRESH: Final = State.FRESH


def _objection(want: Want, value: Measurement, source: Source, terms: Terms, days: int | None) -> str:
    """Why a value can't be used, whatever its age; empty where it can."""
    if value.error or value.value is None:
        return f"{source.name} says {value.error}"
    if not source.ok:
        return f"{source.name} did not answer ({source.error or 'no reason given'})"
    if days is None:
        return f"{source.name} does not say when it was observed"
    if days < 0:
        return f"it was observed on {value.observed_on}, after {terms.as_of}"
    return _mismatch(want, value) or _too_little(value, terms)


def _mismatch(want: Want, value: Measurement) -> str:
    if value.unit != want.unit:
        return f"it is in {value.unit}, not in {want.unit}"
    if want.window not in {"", value.window} and normalized(value.window) != normalized(want.window):
        covers = f"covers {value.window}" if value.window else "does not say which window it covers"
        return f"it {covers}, and the manifest says {want.window}"
    number = value.value or 0
    if number < 0 or (want.at_most is not None and number > want.at_most):
        return f"{number} is no {want.unit}"
    return f"{number} is not a whole number" if want.whole and number != int(number) else ""


def _too_little(value: Measurement, terms: Terms) -> str:
    least = terms.limits.min_coverage_pct
    if value.coverage_pct is None or value.coverage_pct >= least:
        return ""
    return f"only {value.coverage_pct} % of its window has samples, less than {least} %"


def _missing(want: Want, claimed: Sequence[Source], *, weighs: bool) -> Reading:
    """That nobody measured a field which is claimed."""
    silent = [source for source in claimed if not source.ok]
    names = listing([source.name for source in claimed], "or")
    if silent:
        reason = "; ".join(f"{source.name} did not answer ({source.error or 'no reason given'})" for source in silent)
    else:
        reason = f"there is no value of it from {names}"
    return Reading(want, State.MISSING, names, reason=reason, weighs=weighs, at=want.field)


def _typed(want: Want, terms: Terms, *, weighs: bool) -> Reading | None:
    """What the policy makes of a number that somebody typed, and that nobody claims."""
    limits = terms.limits
    if want.optional or not want.typed:
        return None
    if not limits.takes_typed:
        reason = "no source provides it, and the policy takes measured values only"
        return Reading(want, State.MISSING, "", reason=reason, weighs=weighs, at=want.field)
    if not want.dated or limits.declared is None:
        days = age(want.typed_on, terms.as_of) if want.typed_on else None
        return Reading(want, State.TYPED, DECLARED, age=days, weighs=weighs, at=want.field)
    return _typed_on_a_day(want, limits.declared, terms.as_of, weighs=weighs)


def _typed_on_a_day(want: Want, limit: int, as_of: date, *, weighs: bool) -> Reading:
    if not want.typed_on:
        reason = "it was typed without a day (`measured_at`)"
        return Reading(want, State.UNUSABLE, DECLARED, None, reason, None, limit, weighs, want.field)
    days = age(want.typed_on, as_of)
    if days < 0:
        reason = f"its `measured_at` {want.typed_on} lies after {as_of}"
        return Reading(want, State.UNUSABLE, DECLARED, None, reason, days, limit, weighs, want.field)
    state = State.STALE if days > limit else State.TYPED
    return Reading(want, state, DECLARED, None, "", days, limit, weighs, want.field)


def _undeclared(value: Measurement) -> Reading:
    field = field_of(value.at) or value.at
    want = Want(field, ("spec",), field, value.unit, optional=True)
    return Reading(want, State.UNDECLARED, value.source, value, weighs=False, at=value.at)
