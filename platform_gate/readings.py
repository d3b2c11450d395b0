"""The nouns of measured numbers: what a snapshot says, what a manifest wants, and what came of both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
    ``total`` counts the events of the window, ``coverage_pct`` is how much of it has samples.
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
    """What snapshots know of one service: its values by ``at``, the sources that claim it, and every source by name.

    Two services of equal ``signature`` differ in the numbers of their values only; it is None where that isn't known.
    """

    values: Mapping[str, Measurement]
    claimed: tuple[Source, ...]
    sources: Mapping[str, Source]
    signature: tuple[int, ...] | None = None


class Want(NamedTuple):
    """A field of a manifest that can be measured, as its subsystem sees it.

    ``field`` names it (``slos/availability``, ``cost``), ``place`` is where it stands in the manifest and ``words`` how
    people call it. ``unit`` and ``window`` are what a value must have (an empty window: any). ``typed`` says whether
    the manifest holds a value, and ``typed_on`` the day of it. Nobody misses what is ``optional``; ``may_be_empty``
    where no data is an answer; ``whole`` where only whole numbers make sense, and ``at_most`` the largest that does.
    A field that is ``apart`` isn't claimed with its section, but by its full name only.
    """

    field: str
    place: tuple[str | int, ...]
    words: str
    unit: str
    window: str = ""
    typed: bool = False
    typed_on: str = ""
    dated: bool = False
    optional: bool = False
    may_be_empty: bool = False
    whole: bool = False
    at_most: float | None = None
    apart: bool = False


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
    as old as you like). ``weighs`` where the service needs the field: then what does not count leaves a doubt.
    """

    want: Want
    state: State
    source: str
    measurement: Measurement | None = None
    reason: str = ""
    age: int | None = None
    limit: int | None = None
    weighs: bool = True
    at: str = ""


class FreshReadings(Sequence[Reading]):
    """Readings of which there is nothing to be said: every value counts, or was typed and nobody claims its field.

    They are made when somebody looks at them: from those of another service, with the values of this one.
    """

    __slots__ = ("_values", "sources", "templates")

    def __init__(
        self, templates: tuple[Reading, ...], values: Mapping[str, Measurement], sources: tuple[str, ...]
    ) -> None:
        self.templates = templates
        self.sources = sources
        self._values = values

    def __len__(self) -> int:
        return len(self.templates)

    def __getitem__(self, index: Any) -> Any:
        return tuple(self)[index] if isinstance(index, slice) else self._made(self.templates[index])

    def __iter__(self) -> Iterator[Reading]:
        return map(self._made, self.templates)

    def _made(self, template: Reading) -> Reading:
        return template._replace(measurement=self._values.get(template.at))


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
