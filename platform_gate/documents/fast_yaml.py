"""The fast reader: the plain core of YAML, line by line, in a quarter of the time of libyaml's events.

A text is plain if every line is of a kind that all YAML readers understand alike: block mappings and lists, one level
of flow mappings or lists, and scalars on one line. This reader only accepts: for any other text, right or wrong, it
returns None, and the strict reader decides and explains.

What a line means doesn't depend on the lines around it. So each line is parsed by itself, and the result is cached: the
manifests of a fleet have most of their lines in common.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final, TypeVar

from platform_gate.documents.errors import MAX_NODES
from platform_gate.documents.scalars import RESERVED, Scalar, ScalarError, resolve

MAX_CHARACTERS: Final = 256 * 1024
"""A longer text isn't plain."""
SHORT_TEXT: Final = 32 * 1024
"""Characters. A value takes two at least, so a text of this length can't exceed ``MAX_NODES`` and isn't counted."""
MAX_DEPTH: Final = 16
"""Levels of nesting in a plain text."""
MAX_CACHED: Final = 32 * 1024
"""Lines in the cache, and flow entries in theirs. A full cache is emptied."""
MAX_CACHED_LENGTH: Final = 120
"""Characters of a line or flow entry that is cached."""
DOCUMENT_START: Final = "---"
QUOTES: Final = "\"'"

# Every repetition is possessive (`*+`): it never gives back what it took, so a wrong line costs no more than a right
# one. A pattern may match only what YAML 1.1 and 1.2 readers take for the same thing; when in doubt, leave it out.

# A key without quotes. `RESERVED` words (yes, null, ...) are refused later.
_KEY: Final = "[A-Za-z_][A-Za-z0-9_-]{0,62}+"
# A quoted string without escapes: no backslash in double quotes, no doubled quote in single ones.
_QUOTED: Final = r"""(?:"[^"\\]*+"|'[^']*+')"""
# What may follow the first character of a word in block context. No blank, so neither ` #` nor `: ` can occur in it.
_REST: Final = "[A-Za-z0-9/._+@=?&%~,;()'#-]*+"
# A scalar without quotes: words between single blanks. A colon needs a letter, digit or slash behind it (https://).
_PLAIN: Final = f"-?[A-Za-z0-9/._]{_REST}(?::[A-Za-z0-9/]{_REST})*+(?: [A-Za-z0-9]{_REST})*+"
# A word in flow context, where commas, colons and braces have a meaning of their own.
_WORD: Final = "[A-Za-z0-9/._][A-Za-z0-9/._+@=-]*+"
# A flow mapping or list that closes on its line and holds no other one.
_BRACES: Final = rf"""[{{\[](?:[^"'{{}}\[\]]++|{_QUOTED})*+[}}\]]"""

# Indentation, dash, key, and a value or flow collection. A blank line or a comment has the indentation only. A comment
# begins the line or follows a blank.
_LINE: Final = re.compile(
    rf"( *+)(- ++)?(?:({_KEY}):(?: ++|(?= *+\Z)))?(?:(?P<braces>{_BRACES})|(?P<value>{_QUOTED}|{_PLAIN}|))"
    r" *+(?:(?<![^ ])#.*+)?"
)
# What stands between the commas of a flow collection.
_PIECE: Final = re.compile(rf"""(?:(?<=[{{\[])|,)((?:[^"',]++|{_QUOTED})*+)""")
# One such piece: a key, if it has one, and a scalar.
_ENTRY: Final = re.compile(f" *+(?:({_KEY}): ++)?({_QUOTED}|-?{_WORD}(?: {_WORD})*+) *+")


class NotPlainError(ValueError):
    """The text is not plain: the strict reader must look at it."""


Parsed = TypeVar("Parsed")


# Tuples without names: Python unpacks them in half the time of named ones.
Line = tuple[int, int, str, Any]
"""A parsed line: column, inner column, key, value.

The column, from 0, is that of the dash, else of the key. The inner column is that of what follows a dash; 0 without
one. The key is empty for a list item that is a scalar or flow collection. The value is ``BELOW`` if it follows on later
lines.
"""
FlowEntry = tuple[str, Scalar]
"""A key and its value in a flow mapping; an empty key and an item in a flow list."""

BELOW: Final = object()
"""The value follows on later lines."""
BLANK: Final[Line] = (MAX_CHARACTERS, 0, "", BELOW)
"""A blank line or a comment. Its column is larger than any other, which places it inside every block around it."""
END: Final[Line] = (-1, 0, "", BELOW)
"""A line behind the last one. Its column is smaller than any other, which ends every block."""


class _Cache(dict[str, Parsed]):
    """Parsed texts by text.

    Texts that hold braces are left out: as a whole they rarely repeat, while their entries do and have a cache of their
    own. This also keeps mutable values out of the cache, so that documents never share one.
    """

    def __init__(self, parse: Callable[[str], Parsed]) -> None:
        super().__init__()
        self._parse = parse

    def __missing__(self, text: str) -> Parsed:
        parsed = self._parse(text)
        if len(text) <= MAX_CACHED_LENGTH and "{" not in text and "[" not in text:
            if len(self) == MAX_CACHED:
                self.clear()
            self[text] = parsed
        return parsed


def read(text: str) -> tuple[int, dict[str, Any]] | None:
    """The line, from 1, at which the root of the only document begins, and its data; None if the text isn't plain.

    ``text`` must come from ``errors.decode``, which refuses tabs and control characters.
    """
    try:
        every = parse_lines(text)
        lines = [line for line in every if line is not BLANK]
        if not lines or lines[0][:2] != (0, 0):
            return None
        lines.append(END)
        root, end = _mapping(lines, 0, 0, 0)
    except (NotPlainError, ScalarError):
        return None
    if end + 1 < len(lines) or (len(text) > SHORT_TEXT and _count(root) > MAX_NODES):
        return None
    return every.index(lines[0]) + 1, root


@lru_cache(maxsize=64)  # `fast_positions` asks for those of texts that were read not long ago
def parse_lines(text: str) -> list[Line]:
    """Every line of a text, parsed. A leading ``---`` counts as blank.

    Raises:
        NotPlainError: a line isn't plain, or the text is longer than ``MAX_CHARACTERS``.
        ScalarError: a scalar is ambiguous.
    """
    if len(text) > MAX_CHARACTERS:
        raise NotPlainError
    written = text.split("\n")
    if written[0] == DOCUMENT_START:
        written[0] = ""
    return list(map(line_cache.__getitem__, written))


def match_line(text: str) -> re.Match[str]:
    """A line taken apart: groups 1 to 3 are indentation, dash and key; the last is ``braces`` or ``value``.

    Raises:
        NotPlainError: the line isn't plain.
    """
    match = _LINE.fullmatch(text)
    if match is None:
        raise NotPlainError
    return match


def match_entries(text: str, braces: tuple[int, int]) -> list[re.Match[str]]:
    """The entries of the flow collection at ``braces`` in a line: group 1 is the key or None, group 2 the value."""
    return [
        entry
        for piece in _PIECE.finditer(text, braces[0] + 1, braces[1] - 1)
        if (entry := _ENTRY.fullmatch(text, *piece.span(1)))
    ]


def _line(text: str) -> Line:
    indent, dash, key, braces, value = match_line(text).groups("")
    if not (dash or key or braces or value):
        return BLANK
    if (key in RESERVED) if key else not (dash and (braces or value)):
        raise NotPlainError
    inner = len(indent) + len(dash) if dash else 0
    if braces:
        return len(indent), inner, key, _in_braces(braces)
    return len(indent), inner, key, _scalar(value) if value else BELOW


def _in_braces(text: str) -> dict[str, Scalar] | list[Scalar]:
    """The flow mapping or list that a text is."""
    ends = text[0] + text[-1]
    if ends not in ("{}", "[]"):
        raise NotPlainError
    entries = _entries(text) if text[1:-1].strip(" ") else []
    mapping = dict(entries)
    if ends == "{}":
        if "" in mapping or len(mapping) < len(entries):  # an item among keys, or a key twice
            raise NotPlainError
        return mapping
    if mapping.keys() - {""}:
        raise NotPlainError
    return [value for _, value in entries]


def _entries(text: str) -> list[FlowEntry]:
    try:  # to split at every comma is faster; of a quoted one it leaves halves that are no entries
        return list(map(entry_cache.__getitem__, text[1:-1].split(",")))
    except NotPlainError:
        return list(map(entry_cache.__getitem__, _PIECE.findall(text, 1, len(text) - 1)))


def _entry(text: str) -> FlowEntry:
    match = _ENTRY.fullmatch(text)
    if match is None or match[1] in RESERVED:
        raise NotPlainError
    return match[1] or "", _scalar(match[2])


line_cache: Final = _Cache(_line)
entry_cache: Final = _Cache(_entry)


# The functions below descend. Each takes the index of its first line, and returns that of the line behind its last.


def _mapping(lines: Sequence[Line], at: int, column: int, depth: int) -> tuple[dict[str, Any], int]:
    """The mapping whose first key stands on line ``at``, behind a dash perhaps; all others stand at ``column``."""
    mapping: dict[str, Any] = {}
    _, _, key, value = lines[at]
    while True:
        if key in mapping:
            raise NotPlainError
        at += 1
        if value is BELOW:
            value, at = _below(lines, at, column, depth)
        mapping[key] = value
        begins, dash, key, value = lines[at]
        if begins != column or dash:
            return mapping, at


def _below(lines: Sequence[Line], at: int, column: int, depth: int) -> tuple[Any, int]:
    """The value, from line ``at`` on, of a key at ``column``. A list may stand at the column of its key."""
    begins, dash, _, _ = lines[at]
    if depth == MAX_DEPTH:
        raise NotPlainError
    if dash and begins >= column:
        return _list(lines, at, begins, depth + 1)
    if begins > column:
        return _mapping(lines, at, begins, depth + 1)
    raise NotPlainError


def _list(lines: Sequence[Line], at: int, column: int, depth: int) -> tuple[list[Any], int]:
    """The list whose dashes stand at ``column``."""
    items: list[Any] = []
    while True:
        begins, inner, key, value = lines[at]
        if begins != column or not inner:
            return items, at
        if key:
            item, at = _mapping(lines, at, inner, depth)
            items.append(item)
        else:
            items.append(value)
            at += 1


def _count(value: Any) -> int:
    """The number of values in a value, keys and itself included."""
    if isinstance(value, dict):
        return 1 + len(value) + sum(map(_count, value.values()))
    return 1 + sum(map(_count, value)) if isinstance(value, list) else 1


def _scalar(text: str) -> Scalar:
    if text[0] in QUOTES:
        return text[1:-1]
    return resolve(text)
