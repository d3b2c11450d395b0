"""Errors in files, with location, offending line and fix. ``decode`` finds those in the bytes themselves."""

import re
from functools import lru_cache
from typing import Final, NamedTuple, Protocol

from platform_gate.model import GateError, Location
from platform_gate.text import QUOTED_AT_MOST, UNSAFE, Excerpt, escape, printable

MAX_BYTES: Final = 1024 * 1024
"""Size limit of a file."""
MAX_REFUSALS: Final = 20
"""Errors reported per file."""
MAX_NODES: Final = 20_000
"""Values in a file, keys included."""

# Most files hold line feeds and printable ASCII only, and checking for that is ten times faster than `_REFUSED`.
_PLAIN: Final = bytes([ord("\n"), *range(ord(" "), ord("~") + 1)])
# Tabs (YAML forbids them in indentation), hidden characters, and a carriage return that ends no line. Not compiled
# here: most runs never need it.
_REFUSED: Final = f"[\t{UNSAFE}]|\r(?!\n)"


class Mark(Protocol):
    """A position as libyaml gives it: line and column from 0."""

    line: int
    column: int


class Refusal(NamedTuple):
    """A reason why a file can't be read: the message, the fix, the location, and the offending line if there is one."""

    message: str
    fix: str
    location: Location
    excerpt: Excerpt | None = None


class DocumentError(GateError):
    """A file can't be read as strict YAML. ``refusals`` holds at least one reason."""

    def __init__(self, *refusals: Refusal) -> None:
        first = refusals[0]
        super().__init__(f"{first.location}: {first.message}", first.fix)
        self.refusals = refusals

    def __reduce__(self) -> "tuple[type[DocumentError], tuple[Refusal, ...]]":
        """Pickle by the refusals: workers send their errors to the main process."""
        return type(self), self.refusals


def decode(content: bytes, path: str) -> str:
    """The text of a file, without a byte order mark.

    Raises:
        DocumentError: it is larger than ``MAX_BYTES``, not UTF-8, or holds a tab or hidden character.
    """
    if len(content) > MAX_BYTES:
        raise DocumentError(Refusal("the file is larger than 1 MiB", "Split it: one service per file.", Location(path)))
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
    name, fix = character_name(text[index])
    return Refusal(f"{name} ({escape(text[index])}) is not allowed", fix, location, excerpt_of(text, location))


def character_name(character: str) -> tuple[str, str]:
    """How a character that no document may hold is called, and what to do about it."""
    return _CHARACTERS.get(character, ("a control or invisible character", "Remove it."))


_CHARACTERS: Final = {
    "\t": ("a tab", "Use spaces."),
    "\r": ("a carriage return without a line feed", "End lines with LF or CRLF."),
}


def character_location(before: str, path: str) -> Location:
    """The location of the character behind some text."""
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return Location(path, line, column, line, column + 1)


def location_of(path: str, start: Mark, end: Mark) -> Location:
    """The location of a span; one over several lines is cut to its first character."""
    line, column = start.line + 1, start.column + 1
    end_column = end.column + 1 if end.line == start.line else column + 1
    return Location(path, line, column, line, max(end_column, column + 1))


def excerpt_of(text: str, location: Location) -> Excerpt:
    """The line at a location with the location marked, cut to ``QUOTED_AT_MOST`` characters around it."""
    line = line_at(text, location.line - 1).removesuffix("\r")
    start = max(0, min(location.column - QUOTED_AT_MOST // 2, len(line) - QUOTED_AT_MOST))
    offset = location.column - 1 - start
    shown = line[start : start + QUOTED_AT_MOST]
    marked = printable(shown[offset : location.end_column - 1 - start])
    return Excerpt(printable(shown), len(printable(shown[:offset])), max(1, len(marked)))


def line_at(text: str, index: int) -> str:
    """A line of a text by its index, from 0; empty behind the last line."""
    return next(iter(_lines(text)[index : index + 1]), "")


@lru_cache(maxsize=2)
def _lines(text: str) -> list[str]:
    return text.split("\n")
