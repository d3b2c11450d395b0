"""Where the values of a manifest stand in its text, with the comments behind them, and edits of that text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from platform_gate.documents.document import Document
from platform_gate.importers.drafts import GOVERNANCE, NAME, SLOS, TEAM, TIER
from platform_gate.importers.manifest_text import FILL_IN, FROM
from platform_gate.model import At

_COMMENT: Final = re.compile(r"[ \t]#[ \t]*(.*?)\s*$")
_COLON: Final = 1


class Edit(NamedTuple):
    """Text that replaces the characters from ``start`` to ``end`` of a file."""

    start: int
    end: int
    text: str


class Place(NamedTuple):
    """A value in a manifest: its characters in the file, and the comment behind it on its line.

    ``comment_end`` is where that line ends, or where the value does if nothing but space is behind it.
    """

    value: Any
    line: int
    start: int
    end: int
    comment: str
    comment_end: int

    @property
    def source(self) -> str:
        """The file that it was imported from; empty for somebody's own."""
        return self.comment.removeprefix(FROM) if self.comment.startswith(FROM) else ""

    @property
    def to_fill_in(self) -> bool:
        """Whether it is a gap, or stands in for one."""
        return self.comment.startswith(FILL_IN) or (self.value is None and not self.source)


def apply(text: str, edits: Iterable[Edit]) -> str:
    """A text after edits that don't overlap; several at one place stay in their order."""
    for edit in reversed(sorted(edits, key=lambda edit: edit.start)):  # noqa: C413 - `reverse=True` keeps that order
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def value_at(document: Document, at: At) -> Any:
    """The value at a place; None where there is nothing."""
    value = document.data
    for key in at:
        if isinstance(value, Mapping):
            value = value.get(str(key))
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        else:
            return None
    return value


def find(document: Document, at: At) -> Place | None:
    """The place of a scalar, or of a key without a value; None where the manifest has no such key."""
    above = value_at(document, at[:-1])
    if not isinstance(above, Mapping) or at[-1] not in above:
        return None
    value = above[str(at[-1])]
    location = document.locate(at, on_key=value is None)
    first = line_start(document.text, location.line)
    start = first + location.column - 1
    end = first + location.end_column - 1 + (_COLON if value is None else 0)
    rest = document.text[end:].split("\n", 1)[0]
    comment = _COMMENT.search(rest)
    comment_end = end + (len(rest.rstrip()) if comment else 0)
    return Place(
        value, location.line, start if value is not None else end, end, comment[1] if comment else "", comment_end
    )


def line_start(text: str, line: int) -> int:
    """Where a line begins; a line beyond the last begins at the end."""
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
        if not start:
            return len(text)
    return start


def insert_after(text: str, line: int, lines: Iterable[str]) -> Edit:
    """An edit that puts lines behind a line, with the file's own line ends."""
    end = "\r\n" if "\r\n" in text else "\n"
    start = line_start(text, line + 1)
    unfinished = start == len(text) and not text.endswith("\n")
    block = "".join(line_ + end for line_ in lines)
    return Edit(start, start, end + block.removesuffix(end) if unfinished else block)


def slo_indexes(document: Document) -> dict[str, int]:
    """Where each SLO stands in the list, by its name."""
    slos = value_at(document, SLOS)
    entries = enumerate(slos) if isinstance(slos, list) else ()
    return {str(slo["name"]): index for index, slo in entries if isinstance(slo, Mapping) and "name" in slo}


def importable(document: Document) -> Iterator[tuple[At, Place]]:
    """Every value of a manifest that an importer could have written, keyed as in a draft: an SLO by its name."""
    keys: list[tuple[At, At]] = [(NAME, NAME), (TEAM, TEAM), (TIER, TIER)]
    for name, index in slo_indexes(document).items():
        keys += [((*SLOS, name, key), (*SLOS, index, key)) for key in ("name", "target", "window")]
    governance = value_at(document, GOVERNANCE)
    keys += [
        ((*GOVERNANCE, check), (*GOVERNANCE, check)) for check in governance or () if isinstance(governance, Mapping)
    ]
    for key, at in keys:
        place = find(document, at)
        if place is not None:
            yield key, place
