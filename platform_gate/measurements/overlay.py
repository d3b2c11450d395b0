"""The one step between the schema and the subsystems: a service's measured values laid over its manifest."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from platform_gate.measurements.ages import age, normalized
from platform_gate.measurements.claims import owners
from platform_gate.model import Context
from platform_gate.readings import (
    DECLARED,
    NO_DATA,
    Measured,
    Measurement,
    Overlay,
    Reading,
    Readings,
    Source,
    State,
    Want,
)
from platform_gate.subsystems import SUBSYSTEMS, freshness
from platform_gate.subsystems.freshness import Limits
from platform_gate.subsystems.measurable import field_of
from platform_gate.text import listing

NOT_MEASURED: Final = Measured({}, (), {})


class Terms(NamedTuple):
    """By what values are taken: the policy's limits, the day, and the subsystems whose fields the service needs.

    ``taken`` remembers what became of values on that day, by their frame and what wanted them.
    """

    limits: Limits
    as_of: date
    required: Collection[str]
    taken: dict[tuple[int, int, bool], Reading]


Entry = tuple[Reading, Measurement | None]
"""What became of a field, or of one of its values."""


def lay(manifest: Mapping[str, Any], limits: Mapping[str, Any], context: Context, required: Collection[str]) -> Context:
    """The context with a service's measured values laid over its manifest, subsystem by subsystem.

    ``limits`` are the policy's by subsystem, ``required`` names those of which the service needs the fields.
    """
    own: Limits = limits[freshness.NAME]
    if context.measured is None and own.takes_all_typed:
        return context
    measured = context.measured or NOT_MEASURED
    terms = Terms(own, context.as_of, required, own.taken.setdefault(context.as_of, {}))
    many = _many(measured.values)
    overlays, entries = {}, []
    for name, subsystem in SUBSYSTEMS.items():
        if wants := subsystem.wants(manifest):
            found = _entries(wants, many, measured, terms, needed=name in required)
            overlays[name] = _overlay(found)
            entries += found
    entries += _undeclared(measured.values, entries)
    fresh, typed = State.FRESH, State.TYPED
    odd = [reading for reading, _ in entries if reading.state is not fresh and reading.state is not typed]
    return Context(*context[:4], overlays, Readings(entries, odd), context.measured)


def _many(values: Mapping[str, Measurement]) -> dict[str, list[Measurement]]:
    """The values of fields that have several, by field."""
    found: dict[str, list[Measurement]] = {}
    for at, value in values.items():
        field = field_of(at)
        if field is not None and field != at:
            found.setdefault(field, []).append(value)
    return found


def _entries(
    wants: Sequence[Want], many: Mapping[str, list[Measurement]], measured: Measured, terms: Terms, *, needed: bool
) -> list[Entry]:
    """What became of a subsystem's fields."""
    found: list[Entry] = []
    values, sources = measured.values, measured.sources
    for want in wants:
        weighs = needed and (want.apart or not want.optional)
        several: Sequence[Measurement] = ()
        if want.many:
            several = many.get(want.field, ())
        elif (only := values.get(want.field)) is not None:
            several = (only,)
        found += [(_taken(want, value, sources, terms, weighs=weighs), value) for value in several]
        if not several and (want.apart or not want.optional):
            claimed = owners(measured.claimed, want)
            missing = _missing(want, claimed, weighs=weighs) if claimed else _typed(want, terms, weighs=weighs)
            found += [(missing, None)] if missing else []
    return found


def _taken(want: Want, value: Measurement, sources: Mapping[str, Source], terms: Terms, *, weighs: bool) -> Reading:
    """What became of a value, or of another one that differs in its number only, where both count.

    Wants are told apart by their identity: the reading that is remembered holds on to its own.
    """
    key = value.frame, id(want), weighs
    known = terms.taken.get(key)
    if known is not None and _counts(want, value, terms):
        return known
    reading = _judged(want, value, sources[value.source], terms, weighs=weighs)
    if value.frame >= 0 and reading.state is State.FRESH:
        terms.taken[key] = reading
    return reading


def _counts(want: Want, value: Measurement, terms: Terms) -> bool:
    """Whether a number is one that counts: within its bounds, and with enough coverage."""
    number, coverage = value.value or 0, value.coverage_pct
    if number < 0 or (want.at_most is not None and number > want.at_most):
        return False
    whole = not want.whole or number == int(number)
    return whole and (coverage is None or coverage >= terms.limits.min_coverage_pct)


def _overlay(entries: Sequence[Entry]) -> Overlay:
    values, owned, fresh, typed = {}, {}, State.FRESH, State.TYPED
    for reading, value in entries:
        if reading.state is not typed:
            owned[reading.want.field] = reading.source
        if value is not None and (reading.state is fresh or reading.state is State.AGING):
            values[value.at] = value
    return Overlay(values, owned)


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
    said = value.window or (want.window if want.implied else "")
    if want.window not in {"", said} and normalized(said) != normalized(want.window):
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


def _undeclared(values: Mapping[str, Measurement], entries: Sequence[Entry]) -> list[Entry]:
    """The values that no field of the manifest wanted."""
    wanted = {value.at for _, value in entries if value is not None}
    return [(_unwanted(value), value) for at, value in values.items() if at not in wanted]


def _unwanted(value: Measurement) -> Reading:
    field = field_of(value.at) or value.at
    want = Want(field, ("spec",), field, value.unit, optional=True)
    return Reading(want, State.UNDECLARED, value.source, value, weighs=False, at=value.at)
