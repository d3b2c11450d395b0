"""Earlier reports as a course over time: how each service stood on which day. It is drawn and decides nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple, NoReturn

from platform_gate.model import GateError, HealthStatus
from platform_gate.reports.json_text import SCHEMA_VERSION
from platform_gate.text import plural, printable, quote

HEALTHS: Final = tuple(health.value for health in reversed(HealthStatus))
"""Worst first."""
LONGEST: Final = 60
"""So many days are drawn: the page of a large fleet would else grow with its past."""
MOST_POINTS: Final = 10**6


class Standing(NamedTuple):
    """How a service stood on a day."""

    health: str
    points: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a report said of its day, service by service."""

    as_of: date
    path: str
    services: Mapping[str, Standing]

    @property
    def healths(self) -> dict[str, int]:
        """How many services were in which health, the worst first."""
        counts = Counter(standing.health for standing in self.services.values())
        return {health: counts[health] for health in HEALTHS}

    @property
    def points(self) -> int:
        """The points of all services."""
        return sum(standing.points for standing in self.services.values())


@dataclass(frozen=True, slots=True)
class History:
    """Snapshots, in any order until ``before`` has seen them, and what is to be said of the reports."""

    snapshots: tuple[Snapshot, ...] = ()
    notes: tuple[str, ...] = ()


NO_HISTORY: Final = History()


def key(row: Mapping[str, Any]) -> str:
    """What a service is called among the services of many repositories."""
    name = printable(str(row["name"]))
    repository = row.get("repository")
    return f"{printable(str(repository))}:{name}" if repository else name


def parse(content: bytes, path: str) -> Snapshot:
    """A JSON report as a snapshot.

    Raises:
        GateError: it is no report of this program, or of another version of its schema.
    """
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        _refuse(path, "is not JSON")
    if not isinstance(data, dict) or data.get("schema_version") != SCHEMA_VERSION:
        _refuse(path, f"is no report with schema_version {SCHEMA_VERSION}")
    try:
        services = {key(row): _standing(row) for row in data["services"]}
        return Snapshot(date.fromisoformat(data["as_of"]), path, services)
    except (AttributeError, KeyError, TypeError, ValueError):
        _refuse(path, "lacks what a report says of its day and its services")


def _standing(row: Mapping[str, Any]) -> Standing:
    health, points = row["health"], row["points"]
    if health not in HEALTHS or type(points) is not int or not 0 <= points <= MOST_POINTS:
        raise ValueError(health)
    return Standing(health, points)


def _refuse(path: str, what: str) -> NoReturn:
    raise GateError(
        f"{quote(path)} {what}", "Name JSON reports, as `-o json=FILE` writes them; the others are left out."
    )


def before(history: History, day: date) -> History:
    """The history in order, a snapshot a day and none of ``day`` or later; ``notes`` say what was left out."""
    ordered = sorted(history.snapshots, key=lambda each: (each.as_of, each.path))
    earlier = [each for each in ordered if each.as_of < day]
    kept = list({each.as_of: each for each in earlier}.values())
    notes = _left_out(len(ordered) - len(earlier), len(earlier) - len(kept), len(kept) - LONGEST, day)
    return History(tuple(kept[-LONGEST:]), (*history.notes, *notes))


def _left_out(late: int, repeated: int, old: int, day: date) -> Iterator[str]:
    if late > 0:
        yield f"{plural(late, 'report')} of {day} or later left out: a history ends before the day of this run."
    if repeated > 0:
        yield f"{plural(repeated, 'report')} left out: of several of one day, the last by path counts."
    if old > 0:
        yield f"{plural(old, 'older report')} left out: the last {LONGEST} days with a report are drawn."


def course(snapshots: Iterable[Snapshot], name: str) -> list[tuple[date, Standing | None]]:
    """How a service stood on each day; None where a report does not know it."""
    return [(each.as_of, each.services.get(name)) for each in snapshots]
