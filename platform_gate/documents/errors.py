"""What can be wrong with a file's bytes before and while they are read, and how it is said: place, line, remedy."""

import re
from functools import lru_cache
from typing import Final, NamedTuple, Protocol

from platform_gate.model import Excerpt, GateError, Location
from platform_gate.text import QUOTED_AT_MOST, UNSAFE, escape, printable

MAX_BYTES: Final = 1024 * 1024
MAX_REFUSALS: Final = 20
MAX_NODES: Final = 20_000

_PLAIN: Final = bytes([ord("\n"), *range(ord(" "), ord("~") + 1)])
"""What may stand in any file; most hold nothing else, which is seen ten times sooner than that nothing hides."""
_REFUSED: Final = f"[\t{UNSAFE}]|\r(?!\n)"
"""Compiled when first asked for: most files hold nothing of the kind."""


class Mark(Protocol):
    """A place as libyaml gives it: line and column from 0."""

    line: int
    column: int


class Refusal(NamedTuple):
    """One thing that makes a file unreadable: what, how to write it right, where, and the offending line."""

    message: str
    fix: str
    location: Location
    excerpt: Excerpt | None = None


class DocumentError(GateError):
    """A file that cannot be read as strict YAML, with every refusal found (at least one)."""

    def __init__(self, *refusals: Refusal) -> None:
        first = refusals[0]
        super().__init__(f"{first.location}: {first.message}", first.fix)
        self.refusals = refusals

    def __reduce__(self) -> "tuple[type[DocumentError], tuple[Refusal, ...]]":
        """What it is made from again, in another process."""
        return type(self), self.refusals


def decode(content: bytes, path: str) -> str:
    """The text of a file; raises ``DocumentError`` where it is too large, no UTF-8, or holds what could hide."""
    if len(content) > MAX_BYTES:
        raise DocumentError(Refusal("the file is larger than 1 MiB", "Split it: one service a file.", Location(path)))
    if not content.translate(None, _PLAIN):
        return content.decode("ascii")
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentError(_encoding_refusal(content, error.start, path)) from None
    if match := re.search(_REFUSED, text):
        raise DocumentError(_character_refusal(text, match.start(), path))
    return text


def _encoding_refusal(content: bytes, start: int, path: str) -> Refusal:
    location = character_location(content[:start].decode("utf-8"), path)
    return Refusal(f"byte 0x{content[start]:02x} is not UTF-8", "Save the file as UTF-8.", location)


def _character_refusal(text: str, index: int, path: str) -> Refusal:
    location = character_location(text[:index], path)
    name, fix = _CHARACTERS.get(text[index], ("a control or invisible character", "Remove it."))
    return Refusal(f"{name} ({escape(text[index])}) is not allowed", fix, location, excerpt_of(text, location))


_CHARACTERS: Final = {
    "\t": ("a tab", "Use spaces."),
    "\r": ("a carriage return without a line feed", "End lines with LF or CRLF."),
}


def character_location(before: str, path: str) -> Location:
    """The place of the character behind some text."""
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return Location(path, line, column, line, column + 1)


def location_of(path: str, start: Mark, end: Mark) -> Location:
    """A span on one line: what reaches further is shown where it begins."""
    line, column = start.line + 1, start.column + 1
    end_column = end.column + 1 if end.line == start.line else column + 1
    return Location(path, line, column, line, max(end_column, column + 1))


def excerpt_of(text: str, location: Location) -> Excerpt:
    """The line of a place, cut to what may be shown, with the place marked."""
    line = _lines(text)[location.line - 1].removesuffix("\r")
    start = max(0, min(location.column - QUOTED_AT_MOST // 2, len(line) - QUOTED_AT_MOST))
    offset = location.column - 1 - start
    shown = line[start : start + QUOTED_AT_MOST]
    marked = printable(shown[offset : location.end_column - 1 - start])
    return Excerpt(printable(shown), len(printable(shown[:offset])), max(1, len(marked)))


@lru_cache(maxsize=2)
def _lines(text: str) -> list[str]:
    return text.split("\n")
