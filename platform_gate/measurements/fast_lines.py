"""Lines as a machine writes them, value by value. What many values have in common is looked at once.

This reader only accepts. What it doesn't take, right or wrong, the thorough one reads and explains.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import count
from typing import Any, Final

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


Frames = Callable[[str, str], Measurement | None]
"""What a value says beside its numbers, by the text before its number and the text behind it."""

_NUMBERS: Final = count()


def frames(check: Check) -> Frames:
    """Frames under the sources of a header, remembered: a fleet's values have few different ones."""

    @lru_cache(maxsize=32 * 1024)
    def frame(before: str, behind: str) -> Measurement | None:
        try:
            measurement = check(strict_json.accept(f"{before}0{behind}}}"))
        except (ValueError, RecursionError):
            return None
        return measurement and measurement._replace(frame=next(_NUMBERS))

    return frame


def values(text: str, path: str, line: int, known: Frames) -> dict[str, Measurement] | None:
    """The values of a line by ``at``; None where it is written otherwise, or where anything may be wrong with it."""
    begin = _BEGIN.match(text)
    if begin is None or not text.isprintable():
        return None
    found: dict[str, Measurement] = {}
    read, end = 0, begin.end()
    for match in _VALUE.finditer(text, end):
        before, number, behind, total, coverage = match.groups()
        frame = known(before, behind)
        if frame is None or match.start() != end or len(number) > MAX_DIGITS:
            return None
        read, end = read + 1, match.end()
        at, source, _, unit, window, observed, *_ = frame
        more = (int(total) if total else None, _number(coverage) if coverage else None)
        found[at] = Measurement(at, source, _number(number), unit, window, observed, "", *more, path, line, frame[-1])
    return found if found and end == len(text) and len(found) == read else None


def _number(text: str) -> int | float:
    return float(text) or 0.0 if "." in text else int(text)
