"""The nouns of measured numbers: what a snapshot says, what a manifest wants, and what came of both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, NamedTuple

DECLARED: Final = "declared"
"""Stands where a source's name would, for numbers that somebody typed."""
TYPED_ON: Final = "measured_at"
"""The key for the day on which somebody typed numbers: in their section or entry, else beside it."""
NO_FACTS: Final = object()
"""What a subsystem reads where it has nothing to judge."""
NO_DATA: Final = "no-data"
"""The error of a source that was asked and has nothing to say."""


class Measurement(NamedTuple):
    """One value of a snapshot as written, and where it stands; with ``error`` there is none.

    ``window`` is ``30d``, ``4w`` or ``calendar-month``, ``observed_at`` a time in UTC; both are empty if not given.
    ``total`` counts the events of the window, ``coverage_pct`` is how much of it has samples. Values of the same
    ``frame`` differ in numbers, time of the day and place only; it is negative where that isn't known.
    """

    at: str
    source: str
    value: float | None = None
    unit: str = ""
    window: str = ""
    observed_at: str = ""
    error: str = ""
    total: float | None = None
    coverage_pct: float | None = None
    path: str = ""
    line: int = 0
    frame: int = -1

    @property
    def observed_on(self) -> str:
        """The day of the observation in UTC; empty without one."""
        return self.observed_at[:10]

    def __str__(self) -> str:
        """Who measured it over which window, and when."""
        observed = f"observed {self.observed_on}" if self.observed_at else ""
        return ", ".join(filter(None, [self.source, self.window, observed]))

    def to_dict(self) -> dict[str, Any]:
        """As a finding of a report shows it."""
        return {
            "value": self.value,
            "unit": self.unit or None,
            "window": self.window or None,
            "observed_at": self.observed_at or None,
            "source": self.source,
            "path": self.path,
            "line": self.line,
        }


class Source(NamedTuple):
    """Somebody who was asked for numbers, as a snapshot's header names them.

    ``provides`` are the fields that only this source fills, for the services that the globs ``services`` match.
    """

    name: str
    type: str
    provides: tuple[str, ...]
    ok: bool = True
    error: str = ""
    services: tuple[str, ...] = ("*",)


class Measured(NamedTuple):
    """What snapshots know of one service: its values by ``at``, the sources that claim it, and every source by name."""

    values: Mapping[str, Measurement]
    claimed: tuple[Source, ...]
    sources: Mapping[str, Source]


class Want(NamedTuple):
    """A field of a manifest that can be measured, as its subsystem sees it.

    ``field`` names it (``slos/availability``, ``cost``), ``place`` is where it stands in the manifest and ``words`` how
    people call it. ``unit`` and ``window`` are what a value must have (an empty window: any; one that is ``implied`` by
    the field's name may be left out). ``typed`` says whether the manifest holds a value, and ``typed_on`` its day.
    Nobody misses what is ``optional``; ``may_be_empty`` where no data is an answer; ``whole`` where only whole numbers
    make sense, and ``at_most`` the largest that does. A field that is ``apart`` isn't claimed with its section, but by
    its full name only. Of ``many`` values each has an ``at`` of its own that ends in its window; those over a window
    that is one of the ``needed_windows`` (normalized) are needed though the field is optional.
    """

    field: str
    place: tuple[str | int, ...]
    words: str
    unit: str
    window: str = ""
    implied: bool = False
    typed: bool = False
    typed_on: str = ""
    dated: bool = False
    optional: bool = False
    may_be_empty: bool = False
    whole: bool = False
    at_most: float | None = None
    apart: bool = False
    many: bool = False
    needed_windows: tuple[str, ...] = ()


Together = tuple[Want, ...]
"""Fields that are looked at together, such as all that is measured of an objective."""


class State(StrEnum):
    """What the policy makes of a field's number."""

    FRESH = "fresh"
    AGING = "aging"
    STALE = "stale"
    UNUSABLE = "unusable"
    MISSING = "missing"
    UNDECLARED = "undeclared"
    TYPED = "typed"


class Reading(NamedTuple):
    """What became of one field, or of one of several values of it.

    ``reason`` says why a number does not count. ``age`` is in days, ``limit`` how old the policy lets it become (None:
    without limit). ``needed`` says whether the service needs the field; then a value that does not count is a doubt.
    """

    want: Want
    state: State
    source: str
    measurement: Measurement | None = None
    reason: str = ""
    age: int | None = None
    limit: int | None = None
    needed: bool = True
    at: str = ""


class Pattern(NamedTuple):
    """Readings, and for each the index of the value that it is of (None: of no value).

    It holds wherever values differ in their numbers only. ``states`` has a line for each reading, its source and its
    state; it is ``measured`` where any needed reading is of a value.
    """

    entries: tuple[tuple[Reading, int | None], ...]
    states: str
    measured: bool

    @classmethod
    def of(cls, entries: Sequence[tuple[Reading, int | None]]) -> Pattern:
        """The pattern of some readings."""
        measured = any(reading.needed and index is not None for reading, index in entries)
        states = "\n".join(f"{reading.source}\t{reading.state}" for reading, _ in entries)
        return cls(tuple(entries), states, measured)

    def readings(self, values: Sequence[Measurement]) -> Iterator[Reading]:
        """The readings of some values."""
        for reading, index in self.entries:
            value = None if index is None else values[index]
            yield reading if reading.measurement is value else reading._replace(measurement=value)


class Readings(Sequence[Reading]):
    """What became of the fields of a service. ``odd`` are those of which there is something to be said.

    ``parts`` are patterns with the values of this service: a reading is made when somebody looks at it.
    """

    __slots__ = ("odd", "parts")

    def __init__(self, parts: Sequence[tuple[Pattern, Sequence[Measurement]]], odd: Sequence[Reading]) -> None:
        self.parts = parts
        self.odd = odd

    def __len__(self) -> int:
        return sum(len(pattern.entries) for pattern, _ in self.parts)

    def __getitem__(self, index: Any) -> Any:
        return tuple(self)[index]

    def __iter__(self) -> Iterator[Reading]:
        for pattern, values in self.parts:
            yield from pattern.readings(values)


class Overlay(NamedTuple):
    """What a subsystem reads in place of typed numbers.

    ``values`` are the measurements that count, by ``at``; ``owners`` says whose the fields are whose typed values don't
    count: a source, or nobody (empty).
    """

    values: Mapping[str, Measurement] = MappingProxyType({})
    owners: Mapping[str, str] = MappingProxyType({})


def who_measures(owner: str | None) -> str:
    """The fix for numbers that are missing and that nobody may type; empty where somebody may (``owner`` is None)."""
    if owner is None:
        return ""
    if owner == DECLARED:
        return "Type what holds today with its `measured_at`, or have a source measure it: `platform-gate collect`."
    return (f"Have {owner} measure it" if owner else "Let a source measure it") + ": `platform-gate collect`."


NOTHING: Final = Overlay()


def days_after(day: date, days: int) -> date:
    """The day after some days, at most the calendar's last one."""
    return day + timedelta(days=min(days, (date.max - day).days))
