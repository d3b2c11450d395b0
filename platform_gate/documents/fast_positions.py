"""Where values stand in a plain text: worked out from its parsed lines, without composing it anew by libyaml.

``fast_yaml`` says what is plain. For such texts the locations are those of ``positions``, to the column.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from platform_gate.documents.fast_yaml import BELOW, BLANK, END, Line, match_entries, match_line, parse_lines
from platform_gate.model import At, Location


class Span(NamedTuple):
    """A part of a line, line and columns from 0. A value over several lines has the span of its first character."""

    line: int
    start: int
    end: int


class Place(NamedTuple):
    """The spans of a key and its value; for a list item both are the item's. A ``block`` value spans lines."""

    key: Span
    value: Span
    block: bool = False


class PlainText(NamedTuple):
    """A plain text: its lines as written and as parsed, with ``END`` behind the last.

    ``keys`` and ``items`` cache the line numbers of the keys of a block mapping and of the items of a block list, by
    the span at which the block begins. Files with many findings ask for the same blocks again and again.
    """

    written: Sequence[str]
    lines: Sequence[Line]
    keys: dict[Span, dict[str, int]]
    items: dict[Span, list[int]]


def locate(text: str, path: str, at: At, *, on_key: bool) -> Location:
    """The location of the value at ``at``, or of its key, in a file; if there is none, of the deepest key above it.

    ``text`` is a text that ``fast_yaml.read`` takes and that ends with a line feed; ``path`` goes into the location.
    """
    plain = _plain_text(text)
    root = _block(plain, 0)
    place = Place(root, root, block=True)
    for step in at:
        below = (_in_block if place.block else _in_line)(plain, place.value, step)
        if below is None:
            place = Place(place.key, place.key)
            break
        place = below
    line, start, end = place.key if on_key else place.value
    return Location(path, line + 1, start + 1, line + 1, end + 1)


@lru_cache(maxsize=2)
def _plain_text(text: str) -> PlainText:
    return PlainText(text.split("\n"), [*parse_lines(text), END], {}, {})


def _block(text: PlainText, line: int) -> Span:
    """The first character of the block that begins at a line, or below it if that is blank."""
    while text.lines[line] is BLANK:
        line += 1
    return _first_character(line, text.lines[line][0])


def _first_character(line: int, column: int) -> Span:
    return Span(line, column, column + 1)


def _in_block(text: PlainText, begin: Span, step: str | int) -> Place | None:
    """The entry of the block mapping or list that begins at ``begin``; None if it has no such key or index."""
    column, inner, _, _ = text.lines[begin.line]
    is_list = inner > 0 and column == begin.start  # a mapping behind a dash begins right of it
    if is_list is not isinstance(step, int):
        return None
    if isinstance(step, int):
        items = text.items.get(begin) or text.items.setdefault(begin, _items(text.lines, begin))
        return _item(text, items[step]) if step < len(items) else None
    keys = text.keys.get(begin) or text.keys.setdefault(begin, _keys(text.lines, begin))
    return _entry(text, keys[step]) if step in keys else None


def _items(lines: Sequence[Line], begin: Span) -> list[int]:
    """The lines of the items of a block list: all dashes at its column until a line that stands left of them."""
    number, column, _ = begin
    items = []
    at, dash = column, 1
    while at > column or (at == column and dash):
        if at == column:
            items.append(number)
        number += 1
        at, dash, _, _ = lines[number]
    return items


def _keys(lines: Sequence[Line], begin: Span) -> dict[str, int]:
    """The lines of the keys of a block mapping. Dashes at its column belong to the list of the key above them."""
    number, column, _ = begin
    keys = {lines[number][2]: number}
    at = column
    while at >= column:
        number += 1
        at, dash, key, _ = lines[number]
        if at == column and not dash:
            keys[key] = number
    return keys


def _item(text: PlainText, number: int) -> Place:
    _, inner, key, _ = text.lines[number]
    span = _first_character(number, inner) if key else _value_on(text, number)
    return Place(span, span, block=bool(key))


def _entry(text: PlainText, number: int) -> Place:
    column, inner, key, value = text.lines[number]
    start = inner or column
    span = Span(number, start, start + len(key))
    if value is BELOW:
        return Place(span, _block(text, number + 1), block=True)
    return Place(span, _value_on(text, number))


def _value_on(text: PlainText, number: int) -> Span:
    """The scalar or flow collection on a line."""
    match = match_line(text.written[number])
    return Span(number, *match.span("value" if match["braces"] is None else "braces"))


def _in_line(text: PlainText, span: Span, step: str | int) -> Place | None:
    """The entry of the flow collection at ``span``; None if it has no such key or index, or a scalar stands there."""
    line, start, end = span
    written = text.written[line]
    if written[start] not in "{[":
        return None
    entries = match_entries(written, (start, end))
    if isinstance(step, int):
        items = [entry for entry in entries if entry[1] is None]
        chosen = items[step] if step < len(items) else None
    else:
        chosen = next((entry for entry in entries if entry[1] == step), None)
    if chosen is None:
        return None
    value = Span(line, *chosen.span(2))
    return Place(value if chosen[1] is None else Span(line, *chosen.span(1)), value)
