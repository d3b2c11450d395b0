"""The value of a YAML scalar without quotes, or an error if YAML 1.1 and 1.2 readers would disagree on it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from platform_gate.text import quote

MAX_DIGITS: Final = 15
"""Significant digits of a number. A double keeps that many, so every reader sees the same number."""
MAX_CACHED_LENGTH: Final = 40
"""Characters of a scalar whose value is cached: the same keys and words occur in every file."""
SMALLEST_NORMAL: Final = 2.2250738585072014e-308
"""The smallest double with full precision; below it digits get lost."""

Scalar = str | int | float | bool | None

WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None, "~": None, "": None}
"""Words that every reader takes for the same value."""

_TRUE = ("y", "Y", "yes", "Yes", "YES", "True", "TRUE", "on", "On", "ON")
_FALSE = ("n", "N", "no", "No", "NO", "False", "FALSE", "off", "Off", "OFF")
_NULL = ("Null", "NULL")
AMBIGUOUS: Final[dict[str, str]] = {
    **{word: f'Write true, or "{word}" for the word.' for word in _TRUE},
    **{word: f'Write false, or "{word}" for the word.' for word in _FALSE},
    **{word: f'Write null, or "{word}" for the word.' for word in _NULL},
    "=": 'Write "=" in quotes.',
    "<<": "Merge keys are not allowed: write the keys out.",
}
"""Words that YAML readers disagree on, and how to write them instead."""

RESERVED: Final = frozenset([*WORDS, *AMBIGUOUS])
"""Words that are no strings to us, or to some YAML reader."""

# Our grammar: what YAML 1.1, YAML 1.2 and JSON readers all take for the same number. An exponent needs a fraction and a
# sign, since YAML 1.1 readers take `1e5` for a string.
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+(?:[eE][-+][0-9]+)?)?")
# Everything else that some reader takes for a number: binary, octal, hexadecimal, with underscores, base 60 (1:30),
# with a leading + or 0, without digits on one side of the point, infinity. Not compiled here: most runs never need it.
_NUMBER_TO_OTHERS: Final = (
    r"[-+]?(?:0[bB][01_]+|0[oO][0-7_]+|0[xX][0-9a-fA-F_]+"
    r"|[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"
    r"|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?"
    r"|\.(?:inf|Inf|INF|nan|NaN|NAN))"
)
# A YAML 1.1 timestamp: a date, or one with something behind it that starts like a time. Readers differ on the rest.
_DATE_TO_OTHERS: Final = r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|-?[0-9]+-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]| +)[0-9]{1,2}:[0-9].*"
_STARTS_A_NUMBER: Final = frozenset("+-.0123456789")


class ScalarError(ValueError):
    """A scalar that two readers could take for different things, or a number out of range.

    ``fix`` says how to write it instead.
    """

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


def how_to_write(error: ScalarError, text: str, key: str) -> str:
    """The fix for a scalar, given the key whose value it is."""
    if "/" in key and text.lower() == "off":  # the id of a rule: its severity can be off, but never false
        return 'Write "off".'
    if key == "month" and (month := re.match("[0-9]{4}-[0-9]{2}(?=-)", text)):
        return f'Write "{month[0]}".'
    return error.fix


def split_number(line: str, column: int) -> str:
    """The number with commas that has a part at a column (from 0) of a line, or an empty string.

    Only the part's surroundings are looked at, so that a long line costs no more than a short one.
    """
    start = max(0, column - MAX_CACHED_LENGTH)
    numbers = re.finditer(r"(?<![\w.,-])-?[0-9]+(?:,[0-9]+)+(?![\w.])", line[start : column + MAX_CACHED_LENGTH])
    return next((match[0] for match in numbers if match.start() < column - start < match.end()), "")


def resolve(text: str) -> Scalar:
    """The value of a scalar without quotes.

    Raises:
        ScalarError: some YAML reader takes it for something else.
    """
    if text in WORDS:
        return WORDS[text]
    if text[0] in _STARTS_A_NUMBER:
        return _number_or_string(text)
    if text in AMBIGUOUS:
        raise ScalarError(f"{quote(text)} means different things to different YAML readers", AMBIGUOUS[text])
    return text


_cached_resolve = lru_cache(maxsize=4096)(resolve)


def resolve_cached(text: str) -> Scalar:
    """``resolve`` with a cache for short texts."""
    return _cached_resolve(text) if len(text) <= MAX_CACHED_LENGTH else resolve(text)


def _number_or_string(text: str) -> Scalar:
    if _NUMBER.fullmatch(text):
        if len(text) > MAX_DIGITS or "e" in text or "E" in text:
            return _long_number(text)
        return float(text) or 0.0 if "." in text else int(text)
    if re.fullmatch(_DATE_TO_OTHERS, text):
        raise ScalarError(f"{quote(text)} is a date to some YAML readers", f'Put it in double quotes: "{text}"')
    # Some readers drop every underscore before they look: `._1` is 0.1 to js-yaml and to older releases of PyYAML.
    if re.fullmatch(_NUMBER_TO_OTHERS, text) or re.fullmatch(_NUMBER_TO_OTHERS, text.replace("_", "")):
        fix = "Write a plain decimal number, or put it in double quotes if it is text."
        raise ScalarError(f"{quote(text)} is not the same number to every YAML reader", fix)
    return text


def _long_number(text: str) -> int | float:
    """A number that may have too many digits, or be too large or too small."""
    digits = re.split("[eE]", text)[0].lstrip("-").replace(".", "")
    if len(digits.lstrip("0")) > MAX_DIGITS:
        raise ScalarError(f"{quote(text)} has more than 15 significant digits", "Round it.")
    if "." not in text:
        return int(text)
    value = float(text) or 0.0
    if abs(value) >= 10**MAX_DIGITS:
        raise ScalarError(f"the number {quote(text)} is out of range", "Write a number below 10^15.")
    if abs(value) < SMALLEST_NORMAL and digits.strip("0"):
        raise ScalarError(f"the number {quote(text)} is too close to 0", "Write 0.")
    return value
