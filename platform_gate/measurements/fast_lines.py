"""Lines as a machine writes them, value by value. What many values have in common is looked at once.

This reader only accepts. What it doesn't take, right or wrong, the thorough one reads and explains.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from platform_gate.documents import strict_json
from platform_gate.documents.scalars import MAX_DIGITS
from platform_gate.readings import Measurement

# Every repetition is possessive (`*+`) or bounded by what follows: no line costs more for being wrong.
_VALUE: Final = re.compile(
    r'(\{"at": ?"[^"\\]*+", ?"value": ?)(-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?)'
    r'((?:, ?"(?!total")[a-z_]++": ?"[^"\\]*+")*+)(?:, ?"total": ?([0-9]{1,15}+))?\}(?:, ?|\]\}\Z)'
)
"""A value: what stands before the number, the number, what stands behind it, and the number of events."""
_BEGIN: Final = re.compile(r'\{"service": ?"[a-z0-9][a-z0-9._-]*+", ?"values": ?\[')

Check = Callable[[dict[str, Any]], Measurement | None]
"""A value as a measurement without a place; None where it is not right."""
Frame = Callable[[str, str], Measurement | None]
"""What a value says beside its numbers, by the text before its number and the text behind it."""


def frames(check: Check) -> Frame:
    """Frames under the sources of a header, remembered: a fleet's values have few different ones."""

    @lru_cache(maxsize=32 * 1024)
    def frame(before: str, behind: str) -> Measurement | None:
        try:
            return check(strict_json.accept(f"{before}0{behind}}}"))
        except (ValueError, RecursionError):
            return None

    return frame


def values(text: str, path: str, line: int, frame: Frame) -> dict[str, Measurement] | None:
    """The values of a line by ``at``; None where it is written otherwise, or where anything may be wrong with it."""
    begin = _BEGIN.match(text)
    if begin is None or not text.isprintable():
        return None
    found, end = {}, begin.end()
    for match in _VALUE.finditer(text, end):
        before, number, behind, total = match.groups()
        known = frame(before, behind)
        if known is None or match.start() != end or len(number) > MAX_DIGITS or known.at in found:
            return None
        value = float(number) or 0.0 if "." in number else int(number)
        end = match.end()
        events = int(total) if total else None
        found[known.at] = Measurement(known.at, known.source, value, *known[3:7], events, None, path, line)
    return found if found and end == len(text) else None
