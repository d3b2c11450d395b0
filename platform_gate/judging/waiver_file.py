"""Edit waivers files as text: append entries and remove them, and leave every other byte as it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from platform_gate.documents import yaml_writer
from platform_gate.documents.document import Document, DocumentError, read_one
from platform_gate.model import GateError
from platform_gate.text import printable

LIST = ("spec", "waivers")
DASH = "- "
LONGEST = {"reason": 2000, "approved_by": 100}
"""The most characters that texts of an entry may have."""


class Entry(NamedTuple):
    """A waiver to write: its keys in order, and the comment above it."""

    data: Mapping[str, Any]
    comment: str


def new_file(entries: Sequence[Entry]) -> str:
    """The text of a new waivers file.

    Raises:
        GateError: the gate would refuse an entry.
    """
    _check(entries)
    head = ["apiVersion: platform-gate/v1", "kind: Waivers", "spec:", "  waivers:" + (" []" if not entries else "")]
    return "\n".join([*head, *_lines(entries, "    ")]) + "\n"


def append(document: Document, entries: Sequence[Entry]) -> str:
    """The text of a waivers file with entries at the end of its list.

    Raises:
        GateError: it is no waivers file, or its layout is too unusual to be edited.
    """
    _check(entries, _spec(document).get("max_days"))
    lines = document.text.split("\n")
    index, indent = _end_of_list(document, lines)
    ending = _ending(document)
    if index == len(lines):
        lines = [*lines[:-1], lines[-1] + ending, ""]
    added = [line + ending for line in _lines(entries, indent)]
    text = "\n".join([*lines[:index], *added, *lines[index:]])
    return _verified(document, text, [*document.data["spec"]["waivers"], *(dict(entry.data) for entry in entries)])


def prune(document: Document, doomed: Collection[int]) -> str:
    """The text of a waivers file without some of its entries and the comments right above them.

    Args:
        document: The file.
        doomed: The indexes of the entries to remove.

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
        before, colon, after = lines[key].partition(":")
        lines[key] = f"{before}{colon} []{after}"
        text = "\n".join(lines)
    return _verified(document, text, kept)


def _check(entries: Iterable[Entry], max_days: int | None = None) -> None:
    """Refuse entries that the gate would refuse."""
    for entry in entries:
        for key, longest in LONGEST.items():
            if not entry.data[key].strip():
                raise GateError(f"{key}: the text is empty", "Every report shows it: write it.")
            if len(entry.data[key]) > longest:
                raise GateError(f"{key}: the text is longer than {longest} characters", "Shorten it.")
        if max_days is not None and _days(entry.data) > max_days:
            message = f"the waivers would last {_days(entry.data)} days, but max_days in the file is {max_days}"
            raise GateError(message, "Use fewer --days, or another file.")


def _spec(document: Document) -> Mapping[str, Any]:
    """The ``spec`` of a waivers file; raises ``GateError`` for another kind of file."""
    data = document.data
    spec = data.get("spec") if isinstance(data, dict) and data.get("kind") == "Waivers" else None
    if not isinstance(spec, dict) or not isinstance(spec.get("waivers"), list):
        raise GateError(f"{document.path} is not a waivers file", "Name another file, or a new one.")
    return spec


def _days(entry: Mapping[str, Any]) -> int:
    """The days from an entry's grant to its end."""
    return (date.fromisoformat(entry["expires"]) - date.fromisoformat(entry["granted"])).days


def _ending(document: Document) -> str:
    """The characters before each line feed: a carriage return, or nothing."""
    return "\r" if "\r\n" in document.text else ""


def _lines(entries: Iterable[Entry], indent: str) -> Iterator[str]:
    for entry in entries:
        yield f"{indent}# {printable(entry.comment)}"
        for place, (key, value) in enumerate(entry.data.items()):
            yield f"{indent}{'  ' if place else DASH}{key}: {yaml_writer.flow(value)}"


def _end_of_list(document: Document, lines: list[str]) -> tuple[int, str]:
    """The index of the line after the last entry, and the entries' indentation. Removes ``[]`` from an empty list."""
    count = len(document.data["spec"]["waivers"])
    if not count:
        key = document.locate(LIST, on_key=True)
        lines[key.line - 1] = lines[key.line - 1].replace(" []", "", 1)
        return key.line, " " * (key.column + 1)
    _, end = _lines_of(document, count - 1, lines)
    dash = lines[document.locate((*LIST, count - 1)).line - 1]
    return end, dash[: len(dash) - len(dash.lstrip())]


def _lines_of(document: Document, index: int, lines: Sequence[str]) -> tuple[int, int]:
    """The range of an entry's lines (indexes, the end exclusive), with the comments right above it."""
    place = document.locate((*LIST, index))
    start = place.line - 1
    if not lines[start][: place.column - 1].strip() == DASH.strip():
        raise GateError(
            f"{place}: this list does not have one waiver per `- ` line",
            "Write each waiver as a block, so that it can be changed without touching the rest.",
        )
    while start > 0 and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return start, document.last_line((*LIST, index))


def _verified(document: Document, text: str, wanted: Sequence[Any]) -> str:
    """The text, after reading it again to prove that only the list changed, and as wanted."""
    spec = {**document.data["spec"], "waivers": list(wanted)}
    try:
        changed = read_one(text.encode(), document.path).data
    except DocumentError:
        changed = None
    if changed != {**document.data, "spec": spec}:
        raise GateError(f"{document.path}: its layout is too unusual to be changed", "Change it by hand.")
    return text
