"""Rows that name their field: what a query in SQL, JSON Lines and CSV have in common.

A row has the columns ``service``, ``at``, ``value``, ``unit`` and ``observed_at``, and may have ``window``, ``total``
and ``coverage_pct``. An empty value means that there is no data.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Final

from platform_gate.collectors import units
from platform_gate.collectors.source import Answer, SourceError
from platform_gate.measurements.writing import Value
from platform_gate.text import listing, plural, quote, suggestion

REQUIRED: Final = ("service", "at", "value", "unit", "observed_at")
OPTIONAL: Final = ("window", "total", "coverage_pct")


def answer(rows: Iterable[Mapping[str, Any]], name: str) -> Answer:
    """The values of some rows. Rows that name no service are counted and said.

    Raises:
        SourceError: a row can't be understood.
    """
    values, nameless = [], 0
    for number, row in enumerate(rows, 1):
        refuse_columns(row, f"{name}, row {number}")
        if row["service"] in (None, ""):
            nameless += 1
        else:
            values.append(_value(row, f"{name}, row {number}"))
    remarks = [f"left out {plural(nameless, 'row')} without a service"] if nameless else []
    return Answer(tuple(values), tuple(remarks))


def refuse_columns(columns: Collection[str], name: str) -> None:
    """Refuse columns that lack one, or have one that nobody knows; raises ``SourceError``."""
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        raise SourceError(f"{name}: missing {listing(missing)}", f"The required columns are {listing(REQUIRED)}.")
    unknown = [str(column) for column in columns if column not in (*REQUIRED, *OPTIONAL)]
    if unknown:
        raise SourceError(f"{name}: unknown column {quote(unknown[0])}", suggestion(unknown[0], (*REQUIRED, *OPTIONAL)))


def _value(row: Mapping[str, Any], name: str) -> Value:
    value = Value(str(row["service"]), str(row["at"]), unit=str(row["unit"] or ""), window=_window(row, name))
    number = units.number(row["value"])
    if number is None and row["value"] not in (None, "") and not _is_nan(row["value"]):
        raise SourceError(f"{name}: {quote(row['value'])} is not a number", "Leave it empty if there is no data.")
    moment = parse_moment(row["observed_at"], name)
    if number is None or moment is None:
        return value._replace(error=units.NO_DATA if number is None else units.UNDATED)
    total, coverage = units.number(row.get("total")), units.number(row.get("coverage_pct"))
    return value._replace(value=number, observed_at=moment, total=total, coverage_pct=coverage)


def _is_nan(value: object) -> bool:
    return str(value).strip().lower() in ("nan", "inf", "+inf", "-inf", "infinity", "-infinity")


def _window(row: Mapping[str, Any], name: str) -> str:
    window = str(row.get("window") or "")
    if window and not units.is_window(window):
        raise SourceError(f"{name}: {quote(window)} is not a window", "Write a number of days or weeks: 30d, 4w.")
    return window


def parse_moment(value: object, name: str) -> datetime | None:
    """A moment as a database, JSON or CSV gives it; without a zone it is taken as UTC, and a day as its beginning.

    Raises:
        SourceError: it is something else.
    """
    if value in (None, ""):
        return None
    try:
        moment = _moment(value)
    except ValueError:
        raise SourceError(f"{name}: {quote(value)} is not a timestamp", "Write 2026-01-31T14:00:00Z.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    return datetime.fromisoformat(str(value).strip())


def strings(rows: Iterable[Mapping[Any, Any]]) -> Iterator[dict[str, Any]]:
    """Rows whose columns are lower-case names, whatever the database makes of their case."""
    for row in rows:
        yield {str(column).lower(): value for column, value in row.items()}
