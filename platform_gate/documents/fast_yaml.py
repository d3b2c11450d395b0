"""The plain core of YAML, line by line: what most manifests are made of, in a fourth of the time of libyaml's events.

This reader only accepts. Every line must be of a kind that all readers of YAML take for the same thing; where a text
holds anything else, right or wrong, it says nothing, and the strict reader decides and explains. Lines are remembered:
a fleet's manifests have most of theirs in common.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final, TypeVar

from platform_gate.documents.errors import MAX_NODES
from platform_gate.documents.scalars import RESERVED, Scalar, ScalarError, resolve

MAX_CHARACTERS: Final = 256 * 1024
SURELY_FEW: Final = 32 * 1024
"""Characters. A value takes two at least, so that no text of this length breaks the limit of values."""
MAX_DEPTH: Final = 16
MAX_REMEMBERED: Final = 32 * 1024
"""Lines, and entries in braces. When there are more, all are forgotten."""
LONGEST_REMEMBERED: Final = 120
"""Characters of a line, or of an entry."""
DOCUMENT_START: Final = "---"
QUOTES: Final = "\"'"

# Every repetition is possessive (`*+`): what it took it never gives back, so that no line costs more for being wrong.
_KEY: Final = "[A-Za-z_][A-Za-z0-9_-]{0,62}+"
_QUOTED: Final = r"""(?:"[^"\\]*+"|'[^']*+')"""
_REST: Final = "[A-Za-z0-9/._+@=?&%~,;()'#-]*+"
_PLAIN: Final = f"-?[A-Za-z0-9/._]{_REST}(?::[A-Za-z0-9/]{_REST})*+(?: [A-Za-z0-9]{_REST})*+"
_WORD: Final = "[A-Za-z0-9/._][A-Za-z0-9/._+@=-]*+"
_BRACES: Final = rf"""[{{\[](?:[^"'{{}}\[\]]++|{_QUOTED})*+[}}\]]"""

_LINE: Final = re.compile(
    rf"( *+)(- ++)?(?:({_KEY}):(?: ++|(?= *+\Z)))?(?:(?P<braces>{_BRACES})|(?P<value>{_QUOTED}|{_PLAIN}|))"
    r" *+(?:(?<![^ ])#.*+)?"
)
"""Indentation, dash, key, and a value or what stands in braces: none of it in a blank line, or in a comment alone."""
_PIECE: Final = re.compile(rf"""(?:(?<=[{{\[])|,)((?:[^"',]++|{_QUOTED})*+)""")
"""What stands in braces between commas."""
_ENTRY: Final = re.compile(f" *+(?:({_KEY}): ++)?({_QUOTED}|-?{_WORD}(?: {_WORD})*+) *+")


class DoubtError(ValueError):
    """A text that the strict reader must look at."""


Said = TypeVar("Said")


# Tuples without names, since Python takes those apart in half the time.
Line = tuple[int, int, str, Any]
"""What a line says: the column of its dash or key, with a dash that of what stands behind it, and key and value.

The value is ``BELOW`` where it follows on the next lines.
"""
Entry = tuple[str, Scalar]
"""What stands in braces: an item, or a key and its value."""

BELOW: Final = object()
"""The value of a key behind which nothing stands."""
BLANK: Final[Line] = (MAX_CHARACTERS, 0, "", BELOW)
"""A line that says nothing. It lies deeper than any other, and so within whatever is around it."""
END: Final[Line] = (-1, 0, "", BELOW)


class _Remembered(dict[str, Said]):
    """What texts say, as long as they are short and few.

    Of what stands in braces only the entries are remembered: as a whole it is mostly unlike anything else.
    """

    def __init__(self, read: Callable[[str], Said]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> Said:
        said = self._read(text)
        if len(text) <= LONGEST_REMEMBERED and "{" not in text and "[" not in text:
            if len(self) == MAX_REMEMBERED:
                self.clear()
            self[text] = said
        return said


def read(text: str) -> tuple[int, dict[str, Any]] | None:
    """The line at which a single document's root begins, and its data; None where the text isn't plain.

    ``text`` is what ``refusals.decode`` allows.
    """
    try:
        every = lines(text)
        said = [line for line in every if line is not BLANK]
        if not said or said[0][:2] != (0, 0):
            return None
        said.append(END)
        root, at = _mapping(said, 0, 0, 0)
    except (DoubtError, ScalarError):
        return None
    if at + 1 < len(said) or (len(text) > SURELY_FEW and _count(root) > MAX_NODES):
        return None
    return every.index(said[0]) + 1, root


@lru_cache(maxsize=1)
def lines(text: str) -> list[Line]:
    """What every line of a text says.

    Raises:
        DoubtError, ScalarError: one of them isn't plain, or the text is very long.
    """
    if len(text) > MAX_CHARACTERS:
        raise DoubtError
    written = text.split("\n")
    if written[0] == DOCUMENT_START:
        written[0] = ""
    return list(map(remembered_lines.__getitem__, written))


def parts(text: str) -> re.Match[str]:
    """Indentation, dash, key and value of a line; the groups ``braces`` and ``value`` say where that stands.

    Raises:
        DoubtError: it is of no known kind.
    """
    match = _LINE.fullmatch(text)
    if match is None:
        raise DoubtError
    return match


def entries(text: str, braces: tuple[int, int]) -> list[re.Match[str]]:
    """The entries of what stands in braces somewhere in a line: a key, or none, and a value each, in groups 1 and 2."""
    return [
        entry
        for piece in _PIECE.finditer(text, braces[0] + 1, braces[1] - 1)
        if (entry := _ENTRY.fullmatch(text, *piece.span(1)))
    ]


def _line(text: str) -> Line:
    indent, dash, key, braces, value = parts(text).groups("")
    if not (dash or key or braces or value):
        return BLANK
    if (key in RESERVED) if key else not (dash and (braces or value)):
        raise DoubtError
    inner = len(indent) + len(dash) if dash else 0
    if braces:
        return len(indent), inner, key, _in_braces(braces)
    return len(indent), inner, key, _scalar(value) if value else BELOW


def _in_braces(text: str) -> dict[str, Scalar] | list[Scalar]:
    """The mapping or list that stands in braces."""
    ends = text[0] + text[-1]
    if ends not in ("{}", "[]"):
        raise DoubtError
    pieces = _PIECE.findall(text, 1, len(text) - 1)
    found = list(map(remembered_entries.__getitem__, pieces)) if pieces[0].strip(" ") or pieces[1:] else []
    keys = dict(found)
    if ends == "{}":
        if "" in keys or len(keys) < len(found):
            raise DoubtError
        return keys
    if keys.keys() - {""}:
        raise DoubtError
    return [value for _, value in found]


def _entry(text: str) -> Entry:
    match = _ENTRY.fullmatch(text)
    if match is None or match[1] in RESERVED:
        raise DoubtError
    return match[1] or "", _scalar(match[2])


remembered_lines: Final = _Remembered(_line)
remembered_entries: Final = _Remembered(_entry)


def _mapping(said: Sequence[Line], at: int, column: int, depth: int) -> tuple[dict[str, Any], int]:
    """The mapping whose first key is on a line, with every key at the same column; and the line behind it."""
    mapping: dict[str, Any] = {}
    _, _, key, value = said[at]
    while True:
        if key in mapping:
            raise DoubtError
        at += 1
        if value is BELOW:
            value, at = _below(said, at, column, depth)
        mapping[key] = value
        begins, dash, key, value = said[at]
        if begins != column or dash:
            return mapping, at


def _below(said: Sequence[Line], at: int, column: int, depth: int) -> tuple[Any, int]:
    """What a key at some column has for its value on the next lines."""
    begins, dash, _, _ = said[at]
    if depth == MAX_DEPTH:
        raise DoubtError
    if dash and begins >= column:
        return _list(said, at, begins, depth + 1)
    if begins > column:
        return _mapping(said, at, begins, depth + 1)
    raise DoubtError


def _list(said: Sequence[Line], at: int, column: int, depth: int) -> tuple[list[Any], int]:
    items: list[Any] = []
    while True:
        begins, inner, key, value = said[at]
        if begins != column or not inner:
            return items, at
        if key:
            item, at = _mapping(said, at, inner, depth)
            items.append(item)
        else:
            items.append(value)
            at += 1


def _count(value: Any) -> int:
    """How many values there are, keys among them."""
    if isinstance(value, dict):
        return 1 + len(value) + sum(map(_count, value.values()))
    return 1 + sum(map(_count, value)) if isinstance(value, list) else 1


def _scalar(text: str) -> Scalar:
    if text[0] in QUOTES:
        return text[1:-1]
    return resolve(text)
