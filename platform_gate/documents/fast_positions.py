"""Where values stand in a plain text: found line by line when somebody asks, without reading it anew."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from platform_gate.documents.fast_yaml import BELOW, BLANK, END, Line, entries, lines, parts
from platform_gate.model import At, Location


class Span(NamedTuple):
    """A part of a line, counted from 0; the first character of what goes over several lines."""

    line: int
    start: int
    end: int


class Place(NamedTuple):
    """Where a key and its value stand; an item of a list is both. ``block`` values may go over several lines."""

    key: Span
    value: Span
    block: bool = False


class Text(NamedTuple):
    """The lines of a plain text, and what each of them says.

    ``keys`` and ``items`` remember on which lines those of a mapping, or of a list, begin, by where that begins itself:
    many places of the same may be asked for.
    """

    written: Sequence[str]
    said: Sequence[Line]
    keys: dict[Span, dict[str, int]]
    items: dict[Span, list[int]]


def locate(text: str, path: str, at: At, *, on_key: bool) -> Location:
    """The place of the value (or the key) at ``at`` in the file called ``path``; of the deepest key above it at least.

    ``text`` is one that ``plain_yaml.read`` takes, with a line feed at its end.
    """
    plain = _plain(text)
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
def _plain(text: str) -> Text:
    return Text(text.split("\n"), [*lines(text), END], {}, {})


def _block(text: Text, line: int) -> Span:
    """Where the mapping or list of the next line that says something begins."""
    while text.said[line] is BLANK:
        line += 1
    return _begin(line, text.said[line][0])


def _begin(line: int, column: int) -> Span:
    return Span(line, column, column + 1)


def _in_block(text: Text, begin: Span, step: str | int) -> Place | None:
    """A key of a mapping, or an item of a list."""
    column, inner, _, _ = text.said[begin.line]
    is_list = inner > 0 and column == begin.start
    if is_list is not isinstance(step, int):
        return None
    if isinstance(step, int):
        items = text.items.get(begin) or text.items.setdefault(begin, _items(text.said, begin))
        return _item(text, items[step]) if step < len(items) else None
    keys = text.keys.get(begin) or text.keys.setdefault(begin, _keys(text.said, begin))
    return _entry(text, keys[step]) if step in keys else None


def _items(said: Sequence[Line], begin: Span) -> list[int]:
    number, column, _ = begin
    items = []
    at, dash = column, 1
    while at > column or (at == column and dash):
        if at == column:
            items.append(number)
        number += 1
        at, dash, _, _ = said[number]
    return items


def _keys(said: Sequence[Line], begin: Span) -> dict[str, int]:
    number, column, _ = begin
    keys = {said[number][2]: number}
    at = column
    while at >= column:
        number += 1
        at, dash, key, _ = said[number]
        if at == column and not dash:
            keys[key] = number
    return keys


def _item(text: Text, number: int) -> Place:
    _, inner, key, _ = text.said[number]
    span = _begin(number, inner) if key else _inline(text, number)
    return Place(span, span, block=bool(key))


def _entry(text: Text, number: int) -> Place:
    column, inner, key, value = text.said[number]
    start = inner or column
    span = Span(number, start, start + len(key))
    if value is BELOW:
        return Place(span, _block(text, number + 1), block=True)
    return Place(span, _inline(text, number))


def _inline(text: Text, number: int) -> Span:
    """The value that stands on a line."""
    match = parts(text.written[number])
    return Span(number, *match.span("value" if match["braces"] is None else "braces"))


def _in_line(text: Text, span: Span, step: str | int) -> Place | None:
    """A key of a mapping, or an item of a list, that stands in braces."""
    line, start, end = span
    written = text.written[line]
    if written[start] not in "{[":
        return None
    found = entries(written, (start, end))
    if isinstance(step, int):
        items = [entry for entry in found if entry[1] is None]
        chosen = items[step] if step < len(items) else None
    else:
        chosen = next((entry for entry in found if entry[1] == step), None)
    if chosen is None:
        return None
    value = Span(line, *chosen.span(2))
    return Place(value if chosen[1] is None else Span(line, *chosen.span(1)), value)
