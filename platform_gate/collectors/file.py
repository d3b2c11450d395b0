"""`type: file`: reports that another tool has written: slo-generator's, JSON Lines, or CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from platform_gate.collectors import files, rows
from platform_gate.collectors.slo_generator import values_of_reports
from platform_gate.collectors.source import Answer, Source, SourceError, World
from platform_gate.text import quote

SLO_GENERATOR: Final = "slo-generator"


def provides(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """SLOs of slo-generator's reports, else what the settings say."""
    return ("slos",) if settings["format"] == SLO_GENERATOR else tuple(settings["provides"])


def queries(source: Source, _world: World) -> Iterator[str]:
    """The globs."""
    yield from source.settings["files"]


def collect(source: Source, world: World) -> Answer:
    """The values of all files."""
    return _READERS[source.settings["format"]](source, files.contents(source, world))


Contents = Iterable[tuple[str, bytes]]


def _reports(source: Source, contents: Contents) -> Answer:
    reports = [report for name, content in contents for report in _documents(_text(content, name), name)]
    return values_of_reports(reports, source.settings.get("window", ""))


def _json_lines(_source: Source, contents: Contents) -> Answer:
    return _joined(rows.answer(_lines(_text(content, name), name), name) for name, content in contents)


def _csv(_source: Source, contents: Contents) -> Answer:
    return _joined(rows.answer(_table(_text(content, name), name), name) for name, content in contents)


_READERS: Final[Mapping[str, Callable[[Source, Contents], Answer]]] = {
    SLO_GENERATOR: _reports,
    "jsonl": _json_lines,
    "csv": _csv,
}


def _joined(answers: Iterable[Answer]) -> Answer:
    every = list(answers)
    values = tuple(value for answer in every for value in answer.values)
    return Answer(values, tuple(remark for answer in every for remark in answer.remarks))


def _documents(text: str, name: str) -> Iterator[Mapping[str, Any]]:
    """Reports, however they were collected: a list, one alone, or one a line."""
    if text.lstrip().startswith("["):
        yield from _parsed(text, name)
    else:
        yield from _lines(text, name) if "\n{" in text.strip() else [_parsed(text, name)]


def _lines(text: str, name: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            row = _parsed(line, f"{name}, line {number}")
            if not isinstance(row, dict):
                raise SourceError(f"{name}, line {number}: not a JSON object", "Write one object per line.")
            yield row


def _parsed(text: str, name: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        raise SourceError(f"{name} is not JSON", "Check `format`, and that the file is complete.") from None


def _table(text: str, name: str) -> Iterator[dict[str, Any]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        rows.refuse_columns(reader.fieldnames or (), f"{name}, line 1")
        for row in reader:
            if None in row or None in row.values():
                raise SourceError(
                    f"{name}, line {reader.line_num}: the number of cells differs from the number of columns",
                    "Fix the row.",
                )
            yield row
    except csv.Error as error:
        raise SourceError(f"{name}, line {reader.line_num}: {error}", "Check `format`.") from None


def _text(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SourceError(f"{quote(name)} is not UTF-8", "Save it as UTF-8.") from None
