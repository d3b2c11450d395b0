"""The policy's word on a field's number: on one that was measured, one that is missing, one that somebody typed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from platform_gate.measurements.ages import age
from platform_gate.readings import DECLARED, NO_DATA, Measurement, Reading, Source, State, Want
from platform_gate.subsystems.freshness import Limits
from platform_gate.text import listing
from platform_gate.windows import normalized


class Terms(NamedTuple):
    """By what values are taken: the policy's limits, and the day; ``plans`` remember what became of fields on it."""

    limits: Limits
    as_of: date
    plans: dict[Any, Any]


def measured(want: Want, value: Measurement, source: Source, terms: Terms, *, needed: bool) -> Reading:
    """The reading of a measured value."""
    limit, warn = terms.limits.ages(source.name, source.type)
    days = age(value.observed_at[:10], terms.as_of) if value.observed_at else None
    reason = _objection(want, value, source, terms, days)
    if reason:
        needed = needed and not (want.may_be_empty and value.error == NO_DATA)
        return Reading(want, State.UNUSABLE, source.name, value, reason, days, limit, needed, value.at)
    old = days or 0
    state = (
        State.FRESH if old <= limit and (warn is None or old <= warn) else State.STALE if old > limit else State.AGING
    )
    return Reading(want, state, source.name, value, "", days, limit, needed, value.at)


def _objection(want: Want, value: Measurement, source: Source, terms: Terms, days: int | None) -> str:
    """Why a value can't be used, whatever its age; empty where it can."""
    if value.error or value.value is None:
        return f"{source.name} reports {value.error}"
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
    window = value.window or (want.window if want.implied else "")
    if want.window not in {"", window} and normalized(window) != normalized(want.window):
        covers = f"covers {value.window}" if value.window else "does not say which window it covers"
        return f"it {covers}, and the manifest says {want.window}"
    number = value.value or 0
    if number < 0 or (want.at_most is not None and number > want.at_most):
        return f"{number} is not a valid {want.unit} value"
    return f"{number} is not a whole number" if want.whole and number != int(number) else ""


def _too_little(value: Measurement, terms: Terms) -> str:
    least = terms.limits.min_coverage_pct
    if value.coverage_pct is None or value.coverage_pct >= least:
        return ""
    return f"only {value.coverage_pct} % of its window has samples, less than {least} %"


def missing(want: Want, claimed: Sequence[Source], *, needed: bool) -> Reading:
    """The reading of a field that is claimed and that nobody measured."""
    silent = [source for source in claimed if not source.ok]
    names = listing([source.name for source in claimed], "or")
    if silent:
        reason = "; ".join(f"{source.name} did not answer ({source.error or 'no reason given'})" for source in silent)
    else:
        reason = f"no value from {names}"
    return Reading(want, State.MISSING, names, reason=reason, needed=needed, at=want.field)


def typed(want: Want, terms: Terms, *, needed: bool) -> Reading | None:
    """The reading of a number that nobody claims and somebody typed; None where nothing is to be window."""
    limits = terms.limits
    if want.optional or not want.typed:
        return None
    if not limits.takes_typed:
        reason = "no source provides it, and the policy accepts only measured values"
        return Reading(want, State.MISSING, "", reason=reason, needed=needed, at=want.field)
    if not want.dated or limits.declared is None:
        days = age(want.typed_on, terms.as_of) if want.typed_on else None
        return Reading(want, State.TYPED, DECLARED, age=days, needed=needed, at=want.field)
    return _typed_on_a_day(want, limits.declared, terms.as_of, needed=needed)


def _typed_on_a_day(want: Want, limit: int, as_of: date, *, needed: bool) -> Reading:
    if not want.typed_on:
        reason = "it was typed without a date (`measured_at`)"
        return Reading(want, State.UNUSABLE, DECLARED, None, reason, None, limit, needed, want.field)
    days = age(want.typed_on, as_of)
    if days < 0:
        reason = f"its `measured_at` {want.typed_on} is after {as_of}"
        return Reading(want, State.UNUSABLE, DECLARED, None, reason, days, limit, needed, want.field)
    state = State.STALE if days > limit else State.TYPED
    return Reading(want, state, DECLARED, None, "", days, limit, needed, want.field)
