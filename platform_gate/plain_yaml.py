"""The plain core of YAML, line by line: what most manifests are made of, in half the time of libyaml's events.

This reader only accepts. Every line must be of a kind that all readers of YAML take for the same thing; where a text
holds anything else, right or wrong, it says nothing, and the strict reader decides and explains.
"""

from __future__ import annotations

import re
from typing import Any, Final

from platform_gate.refusals import MAX_NODES
from platform_gate.scalars import Scalar, ScalarError, meaning

MAX_CHARACTERS: Final = 256 * 1024
SURELY_FEW: Final = 32 * 1024
"""Characters. A value takes two at least, so that no text of this length breaks the limit of values."""
MAX_DEPTH: Final = 16
QUOTES: Final = "\"'"

# Every repetition is possessive (`*+`): what it took it never gives back, so that no line costs more for being wrong.
_KEY: Final = "[A-Za-z_][A-Za-z0-9_-]{0,62}+"
_QUOTED: Final = r"""(?:"[ !#-\[\]-~]*+"|'[ -&(-~]*+')"""
_WORD: Final = "-?[A-Za-z0-9/._][A-Za-z0-9/._+@=-]*+"
_REST: Final = "[A-Za-z0-9/._+@=?&%~,;()'#-]*+"
_PLAIN: Final = f"-?[A-Za-z0-9/._]{_REST}(?::[A-Za-z0-9/]{_REST})*+(?: [A-Za-z0-9]{_REST})*+"
_INLINE: Final = f"(?:{_QUOTED}|{_WORD})"
_PAIR: Final = f"{_KEY}: ++{_INLINE}"
_FLOW: Final = rf"\{{ *+(?:{_PAIR}(?: *+, *+{_PAIR})*+ *+)?\}}|\[ *+(?:{_INLINE}(?: *+, *+{_INLINE})*+ *+)?\]"
_COMMENT: Final = r"(?:(?<![^ \n])#[ -~]*+)?"

_LINES: Final = re.compile(
    f"^( *+)(?:(- ++)?(?:({_KEY}):(?: ++|(?= *+$)))?({_QUOTED}|{_PLAIN}|{_FLOW}|))? *+{_COMMENT}$", re.MULTILINE
)
"""Indentation, dash, key and value of every line that is of a known kind; all empty for a blank one or a comment."""
_PAIRS: Final = re.compile(f"({_KEY}): ++({_INLINE})")
_ITEMS: Final = re.compile(_INLINE)


class _DoubtError(ValueError):
    """A text that the strict reader must look at."""


def read(text: str) -> tuple[int, dict[str, Any]] | None:
    """The line at which a single document's root begins, and its data; None where the text isn't plain."""
    if len(text) > MAX_CHARACTERS or not text.isascii():
        return None
    lines = _LINES.findall(text)
    if len(lines) != text.count("\n") + 1:
        return None
    first = next((number for number, line in enumerate(lines, 1) if any(line[1:])), None)
    if first is None:
        return None
    builder = _Builder()
    try:
        for indent, dash, key, value in lines[first - 1 :]:
            if dash:
                builder.item(len(indent), len(dash), key, value)
            elif key:
                builder.entry(len(indent), key, value)
            elif value:
                return None
        root = builder.finished()
        return None if len(text) > SURELY_FEW and _count(root) > MAX_NODES else (first, root)
    except (_DoubtError, ScalarError):
        return None


def _count(value: Any) -> int:
    """How many values there are, keys among them."""
    if isinstance(value, dict):
        return 1 + len(value) + sum(map(_count, value.values()))
    return 1 + sum(map(_count, value)) if isinstance(value, list) else 1


class _Builder:
    """What has been read so far: the open mappings and lists with their columns, and the key that waits for a value."""

    def __init__(self) -> None:
        self._root: dict[str, Any] = {}
        self._open: list[tuple[int, Any]] = [(0, self._root)]
        self._waiting: tuple[dict[str, Any], str, int] | None = None

    def entry(self, column: int, key: str, value: str) -> None:
        """A line with a key: of the mapping at its column, or the first of the one that a key waits for."""
        if self._waiting and column > self._waiting[2]:
            self._begin(column, {})
        at, mapping = self._open[-1]
        if at != column or type(mapping) is list or self._waiting:
            mapping = self._mapping(column)
        self._set(column, mapping, key, value)

    def item(self, column: int, dash: int, key: str, value: str) -> None:
        """A line with a dash: an item of the list at its column, or the first of the one that a key waits for."""
        if self._waiting and column >= self._waiting[2]:
            self._begin(column, [])
        items = self._list(column)
        if key:
            mapping: dict[str, Any] = {}
            items.append(mapping)
            self._open.append((column + dash, mapping))
            self._set(column + dash, mapping, key, value)
        elif value:
            items.append(_inline(value) if value[0] in "{[" else _scalar(value))
        else:
            raise _DoubtError

    def finished(self) -> dict[str, Any]:
        """The root, where nothing is left open."""
        if self._waiting:
            raise _DoubtError
        return self._root

    def _begin(self, column: int, container: Any) -> None:
        if self._waiting is None or len(self._open) == MAX_DEPTH:
            raise _DoubtError
        mapping, key, _ = self._waiting
        mapping[key] = container
        self._open.append((column, container))
        self._waiting = None

    def _mapping(self, column: int) -> dict[str, Any]:
        """The open mapping at a column; what lies deeper, and a list at the same column, ends here."""
        opened = self._open
        while opened[-1][0] > column or (opened[-1][0] == column and type(opened[-1][1]) is list):
            opened.pop()
        at, mapping = opened[-1]
        if at != column or self._waiting:
            raise _DoubtError
        return mapping  # type: ignore[no-any-return]  # the lists were passed over

    def _list(self, column: int) -> list[Any]:
        opened = self._open
        while opened[-1][0] > column:
            opened.pop()
        at, items = opened[-1]
        if at != column or type(items) is not list or self._waiting:
            raise _DoubtError
        return items

    def _set(self, column: int, mapping: dict[str, Any], key: str, value: str) -> None:
        if key in mapping or meaning(key) != key:
            raise _DoubtError
        if value:
            mapping[key] = _inline(value) if value[0] in "{[" else _scalar(value)
        else:
            mapping[key] = None
            self._waiting = mapping, key, column


def _inline(text: str) -> Any:
    """A mapping or a list on one line."""
    if text[0] == "[":
        return list(map(_scalar, _ITEMS.findall(text)))
    mapping: dict[str, Any] = {}
    for key, value in _PAIRS.findall(text):
        if key in mapping or meaning(key) != key:
            raise _DoubtError
        mapping[key] = _scalar(value)
    return mapping


def _scalar(text: str) -> Scalar:
    if text[0] in QUOTES:
        return text[1:-1]
    return meaning(text)
