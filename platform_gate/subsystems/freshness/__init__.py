"""Freshness: do the numbers that a service is judged by still count, and whose are they? Source: dbt's freshness."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, Final, NamedTuple, Self

from platform_gate.documents import shipped
from platform_gate.model import Charge, Context, Doubt, Problem, Relaxation, Rule, Severity, Violation
from platform_gate.readings import DECLARED, NO_FACTS, Reading, Readings, State, Together
from platform_gate.subsystems.freshness.rules import AGING, MISSING, STALE, UNDECLARED, UNUSABLE
from platform_gate.subsystems.loosening import LooseningTable, if_lower
from platform_gate.text import plural

NAME = "measurements"
SECTION = ""
MEASURED: tuple[str, ...] = ()
ALWAYS_MEASURED: Final = True
"""Whatever it finds, a measurement brought it."""

OFF: Final = "off"
DEFAULT: Final = "default"
ANY: Final = "any"
FAIL: Final = "fail"

_RULES: Final = {
    State.STALE: STALE,
    State.UNUSABLE: UNUSABLE,
    State.MISSING: MISSING,
    State.AGING: AGING,
    State.UNDECLARED: UNDECLARED,
}
_WORST_FIRST: Final = (State.MISSING, State.UNUSABLE, State.STALE, State.AGING)


class Limits(NamedTuple):
    """The policy's ``measurements`` section: ages in days, by source name, source type or ``default``.

    ``declared`` is how old typed numbers may be, None for as old as you like. ``known`` remembers what ``ages`` said,
    ``taken`` what became of fields, by the day.
    """

    accept: str
    warn_after: Mapping[str, int]
    max_age: Mapping[str, int]
    declared: int | None
    on_stale: str
    stale_points: int
    min_coverage_pct: float
    known: dict[tuple[str, str], tuple[int, int | None]]
    taken: dict[date, dict[Any, Any]]

    @classmethod
    def parse(cls, section: Mapping[str, Any]) -> Self:
        """Limits from a policy section that its schema accepts."""
        ages = {name: days(age) for name, age in section["max_age"].items() if age != OFF and name != DECLARED}
        typed = section["max_age"].get(DECLARED, OFF)
        return cls(
            section["accept"],
            {name: days(age) for name, age in section["warn_after"].items()},
            ages,
            None if typed == OFF else days(typed),
            section["on_stale"],
            section["stale_points"],
            section["min_coverage_pct"],
            {},
            {},
        )

    @classmethod
    @cache
    def default(cls) -> Limits:
        """The limits of the default policy."""
        return cls.parse(shipped.default_limits(NAME))

    @property
    def takes_typed(self) -> bool:
        """Whether typed numbers count where no source claims the field."""
        return self.accept == ANY

    @property
    def takes_all_typed(self) -> bool:
        """Whether typed numbers count whatever their age."""
        return self.takes_typed and self.declared is None

    def ages(self, source: str, kind: str) -> tuple[int, int | None]:
        """The largest age of a source's values, and from which on there is a warning, both in days.

        A warning that only the default asks for belongs to the default age: a monthly bill isn't late after a day.
        """
        known = self.known.get((source, kind))
        if known is None:
            known = self.known[source, kind] = self._ages(source, kind)
        return known

    def _ages(self, source: str, kind: str) -> tuple[int, int | None]:
        key = next(key for key in (source, kind, DEFAULT) if key in self.max_age)
        warn = next((key for key in (source, kind) if key in self.warn_after), DEFAULT if key == DEFAULT else "")
        return self.max_age[key], self.warn_after.get(warn)


def if_later(old: str | None, new: str | None) -> bool:
    """Whether a value may become older than before. What an age that comes or goes does, other ages decide."""
    if old is None or new is None:
        return True
    return old != OFF and (new == OFF or days(new) > days(old))


def days(text: str) -> int:
    """``2d`` as 2."""
    return int(text.removesuffix("d"))


LOOSENING: LooseningTable = {
    ("accept",): lambda _old, new: bool(new == ANY),
    ("warn_after",): if_later,
    ("max_age",): if_later,
    ("on_stale",): lambda _old, new: bool(new != FAIL),
    ("stale_points",): if_lower,
    ("min_coverage_pct",): if_lower,
}


def all_rules(_limits: Limits) -> tuple[Rule, ...]:
    """The rules of this subsystem."""
    return STALE, UNUSABLE, MISSING, AGING, UNDECLARED


def field_of(_at: str) -> None:
    """No value of a snapshot is about freshness itself."""
    return


def wants(_manifest: Mapping[str, Any], _limits: object) -> tuple[Together, ...]:
    """Nothing can be measured here."""
    return ()


def read(_manifest: Mapping[str, Any], _limits: Limits, context: Context) -> tuple[Any, list[Problem]]:
    """What became of every field when snapshots were laid over the manifest, where that is a question."""
    return (NO_FACTS if context.readings is None else context.readings), []


def has_data(readings: Readings) -> bool:
    """Whether any measured value counts."""
    return any(reading.state in {State.FRESH, State.AGING} for reading in readings)


def check(readings: Readings, _limits: Limits, _context: Context) -> Iterator[Violation]:
    """A finding for each field that has something wrong with its values; further values of it are counted."""
    return _check_all(readings.odd) if readings.odd else iter(())


def _check_all(odd: Sequence[Reading]) -> Iterator[Violation]:
    grouped: dict[tuple[str, State], list[Reading]] = {}
    for reading in odd:
        grouped.setdefault((reading.want.field, reading.state), []).append(reading)
    for (field, state), several in grouped.items():
        yield _check(_RULES[state], field, several)


def _check(rule: Rule, field: str, several: Sequence[Reading]) -> Violation:
    first = next((reading for reading in reversed(several) if reading.needed), several[-1])
    if not first.needed and rule.doubt is not Doubt.NEVER:
        rule = rule._replace(doubt=Doubt.NEVER, severity=Severity.NOTE)
    more = f"; the same holds for {plural(len(several) - 1, 'more value')}" if len(several) > 1 else ""
    return Violation(
        rule,
        _MESSAGES[first.state](first) + more,
        first.want.place,
        subject=field,
        fix=_fix(first),
        measured=first.measurement,
    )


def _stale(reading: Reading) -> str:
    most = plural(reading.limit or 0, "day")
    whose = "typed value" if reading.source == DECLARED else "value"
    return (
        f"the {whose} of {_words(reading)} is {plural(reading.age or 0, 'day')} old; the policy allows at most {most}"
    )


def _aging(reading: Reading) -> str:
    left = (reading.limit or 0) - (reading.age or 0)
    rest = f"it counts for {plural(left, 'more day')}" if left else "it stops counting tomorrow"
    return f"the value of {_words(reading)} is {plural(reading.age or 0, 'day')} old: {rest}"


def _undeclared(reading: Reading) -> str:
    return f"{reading.source} measures {_words(reading)}, which this manifest does not declare"


def _reason(reading: Reading) -> str:
    return f"{_words(reading)} is not measured: {reading.reason}"


def _words(reading: Reading) -> str:
    """What the reading is of; where the policy tells windows apart, the window too."""
    return reading.want.words + (f" over {reading.at.rpartition('/')[2]}" if reading.want.needed_windows else "")


_MESSAGES: Final = {
    State.STALE: _stale,
    State.UNUSABLE: _reason,
    State.MISSING: _reason,
    State.AGING: _aging,
    State.UNDECLARED: _undeclared,
}


def _fix(reading: Reading) -> str:
    if reading.state is State.UNDECLARED:
        return "Declare it with its target, or leave it out of the source's queries."
    if reading.source == DECLARED:
        return "Update the value and its `measured_at`, or let a source provide it: `platform-gate collect`."
    if not reading.source:
        return "Let a source provide it, then run `platform-gate collect`."
    if reading.state is State.AGING:
        return f"Find out why {reading.source} has no newer value, then run `platform-gate collect`."
    return f"Fix the source {reading.source}, then run `platform-gate collect`."


def points(failed: Sequence[Violation], limits: Limits) -> Iterator[Charge]:
    """What stale values cost where the policy lets them fail, once per service."""
    if limits.on_stale == FAIL and any(
        violation.rule.id == STALE.id and violation.rule.doubt is not Doubt.NEVER for violation in failed
    ):
        yield Charge(limits.stale_points, frozenset({STALE.id}), (NAME, "stale_points"))


def most_points(limits: Limits) -> int:
    """What stale values cost."""
    return limits.stale_points if limits.on_stale == FAIL else 0


def declared(_readings: Readings, _subject: str) -> tuple[()]:
    """Nothing: whatever is found here, a measurement brought it."""
    return ()


def relaxations(_before: Readings, _after: Readings) -> Iterator[Relaxation]:
    """Nothing: a manifest can't lower what a snapshot says."""
    return iter(())


def status(readings: Readings, _failed: Sequence[Violation], _limits: Limits) -> str:
    """The worst that can be said of a field that the service needs; ``typed`` where nothing is measured."""
    if readings.odd:
        states = [reading.state for reading in readings.odd if reading.needed]
        if states:
            return next(state.value for state in _WORST_FIRST if state in states)
    for pattern, _ in readings.parts:
        if pattern.measured:
            return State.FRESH.value
    return State.TYPED.value


def describe(readings: Readings, _limits: Limits) -> dict[str, Any]:
    """The fields as a report shows them: each value, whose it is, how old, and how old it may be."""
    return {"values": list(map(_row, readings))}


def _row(reading: Reading) -> dict[str, Any]:
    one = reading.measurement
    return {
        "at": reading.at or reading.want.field,
        "state": str(reading.state),
        "value": one.value if one else None,
        "unit": (one.unit or None) if one else None,
        "window": (one.window or None) if one else None,
        "source": reading.source or None,
        "observed_at": (one.observed_at or None) if one else reading.want.typed_on or None,
        "age_days": reading.age,
        "max_age_days": reading.limit,
        "reason": reading.reason or None,
    }
