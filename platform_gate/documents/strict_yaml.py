"""The strict reader: text to data by libyaml's events, with an error for all that two YAML readers could disagree on.

It decides what a file means, and explains what is wrong with it. ``fast_yaml`` is its shortcut for plain texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import yaml
from yaml import MappingEndEvent, ScalarEvent, SequenceEndEvent
from yaml._yaml import CParser

from platform_gate.documents.comments import glued
from platform_gate.documents.errors import (
    MAX_NODES,
    MAX_REFUSALS,
    DocumentError,
    Mark,
    Refusal,
    character_location,
    excerpt_of,
    line_at,
    location_of,
)
from platform_gate.documents.scalars import ScalarError, how_to_write, resolve_cached, split_number
from platform_gate.text import UNSAFE, escape, listing, quote

MAX_DEPTH: Final = 32
"""Levels of nesting."""
PROSE_KEYS: Final = frozenset({"reason", "help", "description"})
"""Keys whose values may span lines where a file allows prose."""

# In double quotes an escape such as "\u202e" yields what `errors.decode` refuses in the file itself.
_REFUSED_ESCAPED: Final = f"[\t\r{UNSAFE}]"


def read(text: str, path: str, *, prose: bool) -> list[tuple[int, Any]]:
    """The documents of a text: the line, from 1, at which each root begins, and its data.

    ``path`` goes into errors. With ``prose`` the values of ``PROSE_KEYS`` may span lines.

    Raises:
        DocumentError: the text breaks strict YAML.
    """
    reader = Reader(text, path, prose=prose)
    reader.refuse_comments()
    try:
        documents = list(reader.documents())
    except yaml.MarkedYAMLError as error:
        raise DocumentError(*reader.refusals, reader.syntax_refusal(error)) from None
    if reader.refusals:
        raise DocumentError(*reader.refusals)
    return documents


class Reader:
    """Builds data from libyaml's events, and collects what is wrong in ``refusals``."""

    def __init__(self, text: str, path: str, *, prose: bool) -> None:
        self.refusals: list[Refusal] = []
        self._prose = PROSE_KEYS if prose else frozenset()
        self._text = text
        self._last_line = text.count("\n")  # from 0; libyaml places the end of the file below it
        self._escapes = "\\" in text
        self._path = path
        self._next = CParser(text).get_event
        self._count = 0

    def refuse_comments(self) -> None:
        """Refuse comments that not every reader takes for comments."""
        for place in islice(glued(self._text), MAX_REFUSALS - 1):
            fix = "Put a space before the #, or put text that holds one in double quotes."
            self.refusals.append(self._refusal(place, place, "a comment without a space before its #", fix))

    def documents(self) -> Iterator[tuple[int, Any]]:
        """The line, from 1, at which each document's root begins, and its data, which is void after a refusal."""
        self._next()  # the stream's start
        while isinstance(start := self._next(), yaml.DocumentStartEvent):
            if start.version or start.tags:
                self._refuse(start, "directives are not allowed", "Remove the line that begins with %.")
            root: Any = self._next()
            yield min(root.start_mark.line, self._last_line) + 1, self._build(root, 0, "")
            self._next()  # the document's end

    def _build(self, event: Any, depth: int, key: str) -> Any:
        self._count += 1
        if self._count > MAX_NODES:
            self._stop(event, f"the file holds more than {MAX_NODES:,} values", "Split it: one service per file.")
        if type(event) is ScalarEvent and event.anchor is None and event.tag is None:
            return self._scalar(event, key)
        return self._build_other(event, depth, key)

    def _build_other(self, event: Any, depth: int, key: str) -> Any:
        # Nearly every event is a scalar without anchor and tag; the rest is kept out of that path.
        if event.anchor is not None or event.tag is not None:  # an alias has an anchor and no tag
            self._refuse_property(event)
        kind = type(event)
        if kind is ScalarEvent:
            return self._scalar(event, key)
        if kind is yaml.AliasEvent:
            return None
        if depth == MAX_DEPTH:
            self._stop(event, f"nested more than {MAX_DEPTH} levels deep", "Flatten it.")
        return self._mapping(depth + 1) if kind is yaml.MappingStartEvent else self._sequence(depth + 1, key)

    def _mapping(self, depth: int) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        next_event, build = self._next, self._build
        while type(event := next_event()) is not MappingEndEvent:
            key = build(event, depth, "")
            if type(key) is not str:
                key = self._refuse_key(event)
            if key in mapping:
                self._refuse(event, f"the key {quote(key)} is repeated", "Keep one of them.")
            mapping[key] = build(next_event(), depth, key)
        return mapping

    def _sequence(self, depth: int, key: str) -> list[Any]:
        items = []
        while type(event := self._next()) is not SequenceEndEvent:
            items.append(self._build(event, depth, key))
        return items

    def _refuse_key(self, event: Any) -> str:
        """Refuse a key that is no string, and return one to go on with."""
        if self._refuse_split_number(event):
            return str(event.value)
        if type(event) is ScalarEvent:
            self._refuse(event, f"the key {quote(event.value)} is not a string", "Put it in double quotes.")
            return str(event.value)
        self._refuse(event, "a key must be a plain string", "Write `key: value`.")
        return ""

    def _scalar(self, event: yaml.ScalarEvent, key: str) -> Any:
        value, style = event.value, event.style
        if "\n" in value and key not in self._prose:
            self._refuse(event, "a string over several lines is not allowed here", "Write it on one line.")
        if self._escapes and style == '"' and (match := re.search(_REFUSED_ESCAPED, value)):
            self._refuse(event, f"the escaped character {escape(match[0])} is not allowed", "Remove it.")
        if style:
            return value
        try:
            return resolve_cached(value)
        except ScalarError as error:
            if not self._refuse_split_number(event):
                self._refuse(event, error.message, how_to_write(error, value, key))
            return value

    def _refuse_split_number(self, event: Any) -> bool:
        """Refuse a part of a number with a comma: `{amount: 1,200}` is read as 1 and the key 200."""
        number = split_number(line_at(self._text, event.start_mark.line), event.start_mark.column)
        if not number:
            return False
        from platform_gate.documents import advice  # noqa: PLC0415 - only for this mistake

        message = f"the comma ends the number: {quote(number)} is read as {listing(number.split(','))}"
        if not self.refusals or self.refusals[-1].message != message:  # the first of its parts speaks for all
            self._refuse(event, message, advice.comma(number))
        return True

    def _refuse_property(self, event: Any) -> None:
        if type(event) is yaml.AliasEvent:
            self._refuse(event, "aliases are not allowed", "Write the value out.")
        elif event.anchor is not None:
            self._refuse(event, "anchors are not allowed", "Write the value out wherever it is needed.")
        else:
            self._refuse(event, "tags are not allowed", "Remove the tag; put text in double quotes.")

    def _refuse(self, event: Any, message: str, fix: str) -> None:
        self.refusals.append(self._refusal(event.start_mark, event.end_mark, message, fix))
        if len(self.refusals) == MAX_REFUSALS:
            self._stop(event, "more problems follow", "Fix those above first.")

    def _stop(self, event: Any, message: str, fix: str) -> None:
        raise DocumentError(*self.refusals, self._refusal(event.start_mark, event.end_mark, message, fix))

    def syntax_refusal(self, error: yaml.MarkedYAMLError) -> Refusal:
        """An error of libyaml with its location."""
        mark: Any = error.problem_mark or error.context_mark
        context = f" {error.context}" if error.context else ""
        fix = "Check quotes, brackets, colons and indentation around this place."
        return self._refusal(mark, mark, f"not valid YAML: {error.problem}{context}", fix)

    def _refusal(self, start: Mark, end: Mark, message: str, fix: str) -> Refusal:
        location = location_of(self._path, start, end)
        if location.line > self._last_line + 1:  # the end of the file, which has no line of its own
            location = character_location(self._text, self._path)
        return Refusal(message, fix, location, excerpt_of(self._text, location))
