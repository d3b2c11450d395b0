"""The JSON report (`schemas/report.schema.json`), one service a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from platform_gate.reports import report
from platform_gate.reports.json_text import encode
from platform_gate.reports.outcome import Outcome
from platform_gate.reports.report import Report, Row


def render(outcome: Outcome) -> Iterator[str]:
    """The report; services and findings stream."""
    return write(report.of(outcome))


def write(whole: Report) -> Iterator[str]:
    """A report as text, with one line per key of totals and provenance, and one per row of a list."""
    yield "{\n"
    yield from map(_line, whole.totals.items())
    yield from _rows("services", whole.services)
    yield from map(_line, whole.highlights.items())
    for key, rows in {"findings": whole.findings, **whole.changes}.items():
        yield from _rows(key, rows)
    yield ",\n".join(f"{encode(key)}: {encode(value)}" for key, value in whole.provenance.items())
    yield "\n}\n"


def _line(pair: tuple[str, Any]) -> str:
    return f"{encode(pair[0])}: {encode(pair[1])},\n"


def _rows(key: str, rows: Iterable[Row]) -> Iterator[str]:
    yield f"{encode(key)}: ["
    separator = "\n"
    for row in rows:
        yield f"{separator}  {encode(row)}"
        separator = ",\n"
    yield "\n],\n" if separator != "\n" else "],\n"
