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
    """The spans of a key and its value; for a list item both are the item's."""

    key: Span
    value: Span


Block = tuple[int, int]
"""Where a block mapping or list begins: line and column, from 0."""


class PlainText(NamedTuple):
    """A plain text: its lines as written and as parsed, with ``END`` behind the last, and where its root begins.

    ``entries`` caches the line numbers of the entries of a block, by key or index. Files with many findings ask for the
    same blocks again and again.
    """

    written: Sequence[str]
    lines: Sequence[Line]
    root: Block
    entries: dict[Block, dict[str | int, int]]


def locate(text: str, path: str, at: At, *, on_key: bool) -> Location:
    """The location of the value at ``at``, or of its key, in a file; if there is none, of the deepest key above it.

    ``text`` is a text that ``fast_yaml.read`` takes and that ends with a line feed; ``path`` goes into the location.
    """
    place = _place(_plain_text(text), at)
    line, start, end = place.key if on_key else place.value
    return Location(path, line + 1, start + 1, line + 1, end + 1)


@lru_cache(maxsize=2)
def _plain_text(text: str) -> PlainText:
    lines = [*parse_lines(text), END]
    return PlainText(text.split("\n"), lines, _block(lines, 0), {})


def _block(lines: Sequence[Line], line: int) -> Block:
    """The block that begins at a line, or below it if that is blank."""
    while lines[line] is BLANK:
        line += 1
    return line, lines[line][0]


def _place(text: PlainText, at: At) -> Place:
    """The place of the value at ``at``. Only entries of blocks are walked: no place on the way is worked out."""
    lines, block, number = text.lines, text.root, -1
    for depth, step in enumerate(at):
        entries = text.entries.get(block) or text.entries.setdefault(block, _entries(lines, block))
        if step not in entries:
            key = _in_block(lines, number, block).key
            return Place(key, key)
        number = entries[step]
        _, inner, key_on_line, value = lines[number]
        if isinstance(step, int) and key_on_line:
            block = number, inner
        elif value is BELOW:
            block = _block(lines, number + 1)
        else:
            return _on_line(text, number, at[depth:])
    return _in_block(lines, number, block)


def _entries(lines: Sequence[Line], block: Block) -> dict[str | int, int]:
    """The line numbers of a block's entries: by index if it is a list, else by key."""
    number, column = block
    at, inner, _, _ = lines[number]
    is_list = inner > 0 and at == column  # a mapping behind a dash begins right of it
    return dict(enumerate(_items(lines, number, column))) if is_list else _keys(lines, number, column)


def _items(lines: Sequence[Line], number: int, column: int) -> list[int]:
    """The lines of the items of a block list: all dashes at its column until a line that stands left of them."""
    items = []
    at, dash = column, 1
    while at > column or (at == column and dash):
        if at == column:
            items.append(number)
        number += 1
        at, dash, _, _ = lines[number]
    return items


def _keys(lines: Sequence[Line], number: int, column: int) -> dict[str | int, int]:
    """The lines of the keys of a block mapping. Dashes at its column belong to the list of the key above them."""
    keys: dict[str | int, int] = {lines[number][2]: number}
    at = column
    while at >= column:
        number += 1
        at, dash, key, _ = lines[number]
        if at == column and not dash:
            keys[key] = number
    return keys


def _in_block(lines: Sequence[Line], number: int, block: Block) -> Place:
    """The place of a block: the root, or the value of the entry on line ``number``."""
    line, column = block
    value = Span(line, column, column + 1)
    if line == number or number < 0:
        return Place(value, value)
    return Place(_key_on(lines, number), value)


def _key_on(lines: Sequence[Line], number: int) -> Span:
    column, inner, key, _ = lines[number]
    start = inner or column
    return Span(number, start, start + len(key))


def _on_line(text: PlainText, number: int, at: At) -> Place:
    """The place, on a line, of the entry ``at[0]`` or of what is below it in its flow collection."""
    value = _value_on(text, number)
    place = Place(value if isinstance(at[0], int) else _key_on(text.lines, number), value)
    for step in at[1:]:
        below = _in_line(text, place.value, step)
        if below is None:
            return Place(place.key, place.key)
        place = below
    return place


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
