"""Earlier reports as a history: each service's health and points by day. The page draws it; it decides nothing."""

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
"""Days that are drawn, so that the page of a large fleet doesn't grow with its past."""
MOST_POINTS: Final = 10**6


class Standing(NamedTuple):
    """A service's health and points on a day."""

    health: str
    points: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The services of a report, by key, on the day it judges."""

    as_of: date
    path: str
    services: Mapping[str, Standing]

    @property
    def healths(self) -> dict[str, int]:
        """The number of services by health, worst first."""
        counts = Counter(standing.health for standing in self.services.values())
        return {health: counts[health] for health in HEALTHS}

    @property
    def points(self) -> int:
        """The points of all services."""
        return sum(standing.points for standing in self.services.values())


@dataclass(frozen=True, slots=True)
class History:
    """Snapshots, and notes on reports that were left out. ``before`` puts the snapshots in order."""

    snapshots: tuple[Snapshot, ...] = ()
    notes: tuple[str, ...] = ()


NO_HISTORY: Final = History()


def key(row: Mapping[str, Any]) -> str:
    """A service's key: its name, with its repository in front if the report covers several."""
    name = printable(str(row["name"]))
    repository = row.get("repository")
    return f"{printable(str(repository))}:{name}" if repository else name


def parse(content: bytes, path: str) -> Snapshot:
    """A JSON report as a snapshot.

    Raises:
        GateError: it is no report of this program, or has another schema version.
    """
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        _refuse(path, "is not JSON")
    if not isinstance(data, dict) or data.get("schema_version") != SCHEMA_VERSION:
        _refuse(path, f"is not a report with schema_version {SCHEMA_VERSION}")
    try:
        services = {key(row): _standing(row) for row in data["services"]}
        return Snapshot(date.fromisoformat(data["as_of"]), path, services)
    except (AttributeError, KeyError, TypeError, ValueError):
        _refuse(path, "lacks a report's day or services")


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
    """The history before ``day``, in order, one snapshot a day. Notes say what was left out."""
    ordered = sorted(history.snapshots, key=lambda snapshot: (snapshot.as_of, snapshot.path))
    earlier = [snapshot for snapshot in ordered if snapshot.as_of < day]
    kept = list({snapshot.as_of: snapshot for snapshot in earlier}.values())
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
    """A service's standing on each day; None if that day's report does not have it."""
    return [(snapshot.as_of, snapshot.services.get(name)) for snapshot in snapshots]
