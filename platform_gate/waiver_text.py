"""Waivers files as text: new entries are appended, old ones cut out, and nothing else is touched."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from platform_gate import yaml_text
from platform_gate.documents import Document, read_one
from platform_gate.model import GateError
from platform_gate.text import printable

LIST = ("spec", "waivers")
DASH = "- "


@dataclass(frozen=True, slots=True)
class Entry:
    """A waiver to be written: its keys in order, and what was found, as a comment above it."""

    data: Mapping[str, Any]
    found: str


def new_file(entries: Sequence[Entry]) -> str:
    """A waivers file of its own."""
    head = ["apiVersion: platform-gate/v1", "kind: Waivers", "spec:", "  waivers:" + (" []" if not entries else "")]
    return "\n".join([*head, *_lines(entries, "    ")]) + "\n"


def append(document: Document, entries: Sequence[Entry]) -> str:
    """The text of a waivers file with entries at the end of its list.

    Raises:
        GateError: the list is written in a way that nothing can be appended to.
    """
    lines = document.text.split("\n")
    index, indent = _end_of_list(document, lines)
    ending = "\r" if document.text.endswith("\r\n") else ""
    added = [line + ending for line in _lines(entries, indent)]
    text = "\n".join([*lines[:index], *added, *lines[index:]])
    return _verified(document, text, [*document.data["spec"]["waivers"], *(dict(entry.data) for entry in entries)])


def prune(document: Document, doomed: Collection[int]) -> str:
    """The text of a waivers file without some of its entries, and without the comments right above those.

    Raises:
        GateError: the list isn't in block style.
    """
    lines = document.text.split("\n")
    kept = [entry for index, entry in enumerate(document.data["spec"]["waivers"]) if index not in doomed]
    for index in sorted(doomed, reverse=True):
        start, end = _lines_of(document, index, lines)
        del lines[start:end]
    text = "\n".join(lines)
    if not kept:
        key = document.locate(LIST, on_key=True).line - 1
        lines[key] = lines[key].rstrip() + " []"
        text = "\n".join(lines)
    return _verified(document, text, kept)


def _lines(entries: Iterable[Entry], indent: str) -> Iterator[str]:
    for entry in entries:
        yield f"{indent}# {printable(entry.found)}"
        for place, (key, value) in enumerate(entry.data.items()):
            yield f"{indent}{'  ' if place else DASH}{key}: {yaml_text.flow(value)}"


def _end_of_list(document: Document, lines: list[str]) -> tuple[int, str]:
    """The line after the last entry, and the indentation of entries. An empty list gives up its brackets."""
    count = len(document.data["spec"]["waivers"])
    if not count:
        key = document.locate(LIST, on_key=True)
        lines[key.line - 1] = lines[key.line - 1].replace("[]", "", 1).rstrip()
        return key.line, " " * (key.column + 1)
    _, end = _lines_of(document, count - 1, lines)
    column = document.locate((*LIST, count - 1)).column
    return end, " " * (column - 1 - len(DASH))


def _lines_of(document: Document, index: int, lines: Sequence[str]) -> tuple[int, int]:
    """The first line of an entry, comments right above it included, and the line after its last."""
    place = document.locate((*LIST, index))
    start = place.line - 1
    if not lines[start][: place.column - 1].strip() == DASH.strip():
        raise GateError(
            f"{place}: this list of waivers is not written with one `- ` per line",
            "Write each waiver as a block; then it can be changed without touching the rest.",
        )
    while start > 0 and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return start, document.last_line((*LIST, index))


def _verified(document: Document, text: str, wanted: Sequence[Any]) -> str:
    """The text, if it reads as what was meant."""
    changed = read_one(text.encode(), document.path).data
    spec = {**document.data["spec"], "waivers": list(wanted)}
    if changed != {**document.data, "spec": spec}:
        raise GateError(f"{document.path}: its layout is too unusual to be changed", "Write the entries by hand.")
    return text
