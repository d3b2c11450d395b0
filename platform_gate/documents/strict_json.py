"""Strict JSON, one line of it: quickly where it is right, and with the place of every key and value where it is not.

The numbers and characters are those of strict YAML, so that a value means the same in every document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from platform_gate.documents.errors import character_name
from platform_gate.documents.scalars import MAX_DIGITS, ScalarError, resolve
from platform_gate.model import At
from platform_gate.text import UNSAFE, escape, quote

MAX_DEPTH: Final = 32

_SPACE: Final = re.compile(r"[ \r]*")
_NUMBER: Final = re.compile(r"[-+.0-9A-Za-z]+")
_STRING: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE: Final = re.compile(r'\\(?:(["\\/bfnrt])|u([0-9a-fA-F]{4}))')
_UNSAFE: Final = re.compile(f"[\t\n{UNSAFE}\ud800-\udfff]|\r(?!\\Z)")
_WORDS: Final = {"true": True, "false": False, "null": None}
_LETTERS: Final = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}

Span = tuple[int, int]
"""Where something begins and ends in a line, in characters from 0."""


class JsonError(ValueError):
    """Something that is no strict JSON: what, how to write it right, and where."""

    def __init__(self, message: str, fix: str, span: Span) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix
        self.span = span


def accept(text: str) -> Any:
    """The data of a line of JSON that is right; where it isn't, or where that is hard to say, ``read`` decides.

    Raises:
        ValueError, RecursionError: `read` has to look at it.
    """
    if "\\" in text or not text.isprintable() or (not text.isascii() and _UNSAFE.search(text)):
        raise ValueError(text)
    return _DECODER.decode(text)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(found)
    return found


def _plain_number(text: str) -> int | float:
    """A number with so few digits that only an exponent could make it too large."""
    if len(text) > MAX_DIGITS or "e" in text or "E" in text:
        value = resolve(text)
        if isinstance(value, (int, float)):
            return value
        raise ValueError(text)
    return float(text) or 0.0 if "." in text else int(text)


def _no_number(text: str) -> Any:
    raise ValueError(text)


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_plain_number, parse_int=_plain_number, parse_constant=_no_number
)


class Placed(NamedTuple):
    """The data of a line, with the places of all keys and values."""

    data: Any
    values: dict[At, Span]
    keys: dict[At, Span]


def read(text: str) -> Placed:
    """The data of a line of JSON.

    Raises:
        JsonError: it breaks JSON, repeats a key, or holds a character or number that no document here may hold.
    """
    if match := _UNSAFE.search(text):
        raise _character(match[0], match.span())
    return _Reader(text).line()


def _character(character: str, span: Span) -> JsonError:
    name, fix = character_name(character)
    return JsonError(f"{name} ({escape(character)}) is not allowed", fix, span)


class _Reader:
    """Reads one line from left to right; ``_at`` is the next character."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._values: dict[At, Span] = {}
        self._keys: dict[At, Span] = {}

    def line(self) -> Placed:
        data = self._value(())
        self._skip()
        if self._at < len(self._text):
            raise self._unexpected("the end of the line")
        return Placed(data, self._values, self._keys)

    def _value(self, at: At) -> Any:
        self._skip()
        start = self._at
        if len(at) > MAX_DEPTH:
            raise JsonError(f"more than {MAX_DEPTH} levels", "Flatten it.", (start, start + 1))
        read: Callable[[At], Any] = {"{": self._object, "[": self._array, '"': self._text_value}.get(
            self._text[start : start + 1], self._word
        )
        value = read(at)
        self._values[at] = (start, self._at)
        return value

    def _object(self, at: At) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while self._more("}", first=not found):
            start = self._at
            if not self._text.startswith('"', start):
                raise self._unexpected("a key in double quotes")
            key = self._string()
            if key in found:
                span = (start, self._at)
                raise JsonError(f"the key {quote(key)} is repeated", "Remove one of the two.", span)
            self._keys[(*at, key)] = (start, self._at)
            self._take(":")
            found[key] = self._value((*at, key))
        return found

    def _array(self, at: At) -> list[Any]:
        found: list[Any] = []
        while self._more("]", first=not found):
            found.append(self._value((*at, len(found))))
        return found

    def _more(self, end: str, *, first: bool) -> bool:
        """Step over an opening bracket or a comma; whether an entry follows."""
        self._skip()
        if first:
            self._at += 1
            self._skip()
        if self._text.startswith(end, self._at):
            self._at += 1
            return False
        if not first:
            self._take(",")
            self._skip()
        return True

    def _take(self, sign: str) -> None:
        self._skip()
        if not self._text.startswith(sign, self._at):
            raise self._unexpected(quote(sign))
        self._at += 1

    def _skip(self) -> None:
        match = _SPACE.match(self._text, self._at)
        self._at = match.end() if match else self._at

    def _text_value(self, _at: At) -> str:
        return self._string()

    def _string(self) -> str:
        match = _STRING.match(self._text, self._at)
        if match is None:
            raise JsonError("a string does not end", "Close it with a double quote.", (self._at, len(self._text)))
        start, self._at = match.span()
        if "\\" not in match[1]:
            return match[1]
        plain = _unescaped(match[1], start + 1)
        if unsafe := _UNSAFE.search(plain) or re.search("\r", plain):
            raise _character(unsafe[0], match.span())
        return plain

    def _word(self, _at: At) -> Any:
        match = _NUMBER.match(self._text, self._at)
        if match is None:
            raise self._unexpected("a value")
        self._at = match.end()
        word = match[0]
        if word in _WORDS:
            return _WORDS[word]
        return _number(word, match.span())

    def _unexpected(self, wanted: str) -> JsonError:
        rest = self._text[self._at :]
        what = f"found {quote(rest[0])}" if rest else "the line ends"
        fix = "Every line is a whole JSON object; run `platform-gate collect` again if the file was cut short."
        return JsonError(f"expected {wanted}, {what}", fix, (self._at, self._at + 1))


def _unescaped(raw: str, offset: int) -> str:
    """A string without its backslashes; two halves of one character are one."""
    if wrong := re.search(r"\\(?![\"\\/bfnrt]|u[0-9a-fA-F]{4})", _ESCAPE.sub(lambda match: " " * len(match[0]), raw)):
        start = offset + wrong.start()
        raise JsonError("an unknown escape in a string", r"Write a backslash as \\.", (start, start + 2))
    units = _ESCAPE.sub(lambda match: _LETTERS[match[1]] if match[1] else chr(int(match[2], 16)), raw)
    try:
        return units.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        span = (offset - 1, offset + len(raw) + 1)
        raise JsonError(
            "half of a character in a string", "Write both halves, or the character itself.", span
        ) from None


def _number(word: str, span: Span) -> int | float:
    try:
        value = resolve(word)
    except ScalarError:
        fix = "Write a plain decimal number of at most 15 digits, or text in double quotes."
        raise JsonError(f"{quote(word)} is no plain number", fix, span) from None
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise JsonError(f"{quote(word)} is not a JSON value", "Write a finite number, or text in double quotes.", span)
    return value
