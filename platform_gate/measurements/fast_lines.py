"""Lines as a machine writes them, value by value. What many values have in common is looked at once.

This reader only accepts. What it doesn't take, right or wrong, the thorough one reads and explains.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count
from typing import Any, Final, NamedTuple

from platform_gate.documents import strict_json
from platform_gate.documents.scalars import MAX_DIGITS
from platform_gate.readings import Measurement

# Every repetition is possessive (`*+`) or bounded by what follows: no line costs more for being wrong. Pieces are cut
# loosely where `Frames` looks at them strictly, and in the order in which `collect` writes them.
_VALUE: Final = re.compile(
    r'(\{"at": ?"[^"\\]*+", ?"(?:value": ?(?=[-0-9])|error": ?"[^"\\]*+"(?=,)))'
    r"(-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?|)"
    r'(, ?"(?:unit": ?"[^"\\]*+"[^}T\\]*+|source": ?"[^"\\]*+"))'
    r"(T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z|)"
    r'((?:", ?"source": ?"[^"\\]*+"(?:, ?"window": ?"[^"\\]*+")?+)?+)'
    r'((?:, ?"(?:total|coverage_pct)": ?[0-9.]++)*+)'
    r"(\}(?:, ?|\]\}\Z))"
)
"""A value in seven pieces: what stands before its number, the number, what follows up to the day, the time of the day,
what follows that, the numbers beside it, and what ends it. A value with an error has no number."""
_EXTRAS: Final = re.compile(
    r'(?:, ?"total": ?([0-9]|[1-9][0-9]{1,14}))?(?:, ?"coverage_pct": ?(100|[1-9]?[0-9](?:\.[0-9]{1,9})?))?'
)
_BEGIN: Final = re.compile(r'\{"service": ?"[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?", ?"values": ?\[')
_MIDNIGHT: Final = "T00:00:00Z"
_MOST_FRAMES: Final = 32 * 1024
_NUMBERS: Final = count()

Check = Callable[[dict[str, Any]], Measurement | None]
"""A value as a measurement without a place; None where it is not right."""


class Frame(NamedTuple):
    """What a value says beside its numbers and the time of the day; the number of the frame, and its characters."""

    at: str
    source: str
    unit: str
    window: str
    day: str
    error: str
    number: int
    length: int


class Frames(dict[tuple[str, str, str], "Frame | None"]):
    """Frames under the sources of a header by their pieces, remembered: a fleet's values have few different ones.

    The time of the day is no part of them: with it 10,000 services had 2,046 frames, without it 40.
    """

    def __init__(self, check: Check) -> None:
        super().__init__()
        self._check = check

    def __missing__(self, pieces: tuple[str, str, str]) -> Frame | None:
        frame = self._frame(*pieces)
        if len(self) < _MOST_FRAMES:
            self[pieces] = frame
        return frame

    def _frame(self, before: str, behind: str, rest: str) -> Frame | None:
        """The frame that some pieces make; None where they are not right."""
        number, time = "" if before.endswith('"') else "0", _MIDNIGHT if rest else ""
        try:
            right = self._check(strict_json.accept(f"{before}{number}{behind}{time}{rest}}}"))
        except (ValueError, RecursionError):
            return None
        if right is None or right.total is not None or right.coverage_pct is not None:
            return None
        words = right.at, right.source, right.unit, right.window, right.observed_on, right.error
        return Frame(*words, next(_NUMBERS), len(before) + len(behind) + len(time) + len(rest))


def values(text: str, path: str, line: int, known: Frames) -> dict[str, Measurement] | None:
    """The values of a line by ``at``; None where it is written otherwise, or where anything may be wrong with it."""
    begin = _BEGIN.match(text)
    if begin is None:
        return None
    found: dict[str, Measurement] = {}
    end = begin.end()
    several = _VALUE.findall(text, end)
    for before, digits, behind, time, rest, extras, tail in several:
        frame = known[before, behind, rest]
        if frame is None or len(digits) > MAX_DIGITS:
            return None
        at, source, unit, window, day, error, number, length = frame
        end += length + len(digits) + len(extras) + len(tail)
        value = (float(digits) or 0.0 if "." in digits else int(digits)) if digits else None
        more = _extras(extras) if extras else _NO_EXTRAS
        if more is None:
            return None
        found[at] = _new(Measurement, (at, source, value, unit, window, day + time, error, *more, path, line, number))
    # As many characters as the values have: nothing stands between them.
    return found if found and end == len(text) and len(found) == len(several) else None


_NO_EXTRAS: Final = (None, None)
_new: Final = tuple.__new__
"""As `Measurement(...)`, which takes twice as long."""


def _extras(text: str) -> tuple[int | None, float | None] | None:
    """The number of events and the coverage; None where they are written otherwise."""
    match = _EXTRAS.fullmatch(text)
    if match is None:
        return None
    total, coverage = match.groups()
    return int(total) if total else None, _number(coverage) if coverage else None


def _number(text: str) -> int | float:
    return float(text) or 0.0 if "." in text else int(text)
