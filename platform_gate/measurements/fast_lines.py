"""Lines as a machine writes them, value by value. What many values have in common is looked at once.

This reader only accepts. What it doesn't take, right or wrong, the thorough one reads and explains.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import count
from typing import Any, Final, NamedTuple

from platform_gate.documents import strict_json
from platform_gate.documents.scalars import MAX_DIGITS
from platform_gate.readings import Measurement

# Every repetition is possessive (`*+`) or bounded by what follows: no line costs more for being wrong.
_VALUE: Final = re.compile(
    r'(\{"at": ?"[^"\\]*+", ?"value": ?)(-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?)'
    r'((?:, ?"(?!total"|coverage_pct")[a-z_]++": ?"[^"\\]*+")*+)'
    r'(?:, ?"total": ?([0-9]{1,15}+))?(?:, ?"coverage_pct": ?(100|[1-9]?[0-9](?:\.[0-9]{1,9}+)?))?\}(?:, ?|\]\}\Z)'
)
"""A value: what stands before the number, the number, what stands behind it, the number of events, the coverage."""
_BEGIN: Final = re.compile(r'\{"service": ?"[a-z0-9][a-z0-9._-]*+", ?"values": ?\[')

Check = Callable[[dict[str, Any]], Measurement | None]
"""A value as a measurement without a place; None where it is not right."""


class Frame(NamedTuple):
    """What a value says beside its numbers, as a measurement of 0; no other frame has its ``number``."""

    number: int
    measurement: Measurement


Frames = Callable[[str, str], Frame | None]
"""Frames by the text before a value's number and the text behind it; None where they are not right."""

_NUMBERS: Final = count()


def frames(check: Check) -> Frames:
    """The frames under the sources of a header, remembered: a fleet's values have few different ones."""

    @lru_cache(maxsize=32 * 1024)
    def frame(before: str, behind: str) -> Frame | None:
        try:
            measurement = check(strict_json.accept(f"{before}0{behind}}}"))
        except (ValueError, RecursionError):
            return None
        return Frame(next(_NUMBERS), measurement) if measurement else None

    return frame


class Values(NamedTuple):
    """The values of a line by ``at``, and the numbers of their frames."""

    by_at: dict[str, Measurement]
    signature: tuple[int, ...]


def values(text: str, path: str, line: int, known: Frames) -> Values | None:
    """The values of a line; None where it is written otherwise, or where anything may be wrong with it."""
    begin = _BEGIN.match(text)
    if begin is None or not text.isprintable():
        return None
    found: dict[str, Measurement] = {}
    numbers, end = [], begin.end()
    for match in _VALUE.finditer(text, end):
        before, number, behind, total, coverage = match.groups()
        frame = known(before, behind)
        if frame is None or match.start() != end or len(number) > MAX_DIGITS:
            return None
        end = match.end()
        at, source, _, unit, window, observed, *_ = frame.measurement
        value = _number(number)
        more = (int(total) if total else None, _number(coverage) if coverage else None)
        found[at] = Measurement(at, source, value, unit, window, observed, "", *more, path, line)
        numbers.append(frame.number)
    whole = found and end == len(text) and len(found) == len(numbers)
    return Values(found, tuple(numbers)) if whole else None


def _number(text: str) -> int | float:
    return float(text) or 0.0 if "." in text else int(text)
