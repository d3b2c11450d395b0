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

_BEGIN: Final = re.compile(r'\{"service": ?"[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?", ?"values":( ?)\[\{')
_END: Final = "}]}"
_KEY: Final = '"value":'
"""No string can hold what looks like a key: the text has no escapes."""
_NUMBER: Final = re.compile(r" ?-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?")
_TIME: Final = re.compile("T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z")
_MIDNIGHT: Final = "T00:00:00Z"
_EXTRAS: Final = re.compile(
    r'(?:, ?"total": ?([0-9]|[1-9][0-9]{1,14}))?(?:, ?"coverage_pct": ?(100|[1-9]?[0-9](?:\.[0-9]{1,9})?))?\Z'
)
_ZONE: Final = 'Z"'
_BEFORE_ZONE: Final = len("T00:00:00")
_MOST: Final = 8 * 1024
_MOST_MOMENTS: Final = 4 * 1024
_SERIAL: Final = count()

Check = Callable[[dict[str, Any]], Measurement | None]
"""A value as a measurement without a place; None where it is not right."""


class Frame(NamedTuple):
    """What a value says beside its numbers and the time of the day, and the number of the frame."""

    at: str
    source: str
    unit: str
    window: str
    day: str
    error: str
    number: int


class Frames(dict[tuple[str | None, str, str], Frame | None]):
    """Frames under the sources of a header by their pieces, remembered: a fleet's values have few different ones.

    The pieces are the text before the number's key (None where there is no number), the text from behind the number to
    the day, and the text behind the time. The time is no part of them: with it 10,000 services had 2,046 frames,
    without it 40.
    """

    def __init__(self, check: Check) -> None:
        super().__init__()
        self._check = check

    def __missing__(self, pieces: tuple[str | None, str, str]) -> Frame | None:
        frame = self._frame(*pieces)
        if len(self) < _MOST:
            self[pieces] = frame
        return frame

    def _frame(self, before: str | None, behind: str, rest: str) -> Frame | None:
        """The frame that some pieces make; None where they are not right. ``rest`` is empty without a time."""
        number = "" if before is None else f"{before}{_KEY}0,"
        try:
            right = self._check(strict_json.accept(f"{{{number}{behind}{_MIDNIGHT if rest else ''}{rest}}}"))
        except (ValueError, RecursionError):
            return None
        if right is None or right.total is not None or right.coverage_pct is not None:
            return None
        day = right.observed_on
        if (day or rest) and not _is_cut_at(day, behind, rest):
            return None
        return Frame(right.at, right.source, right.unit, right.window, day, right.error, next(_SERIAL))


def _is_cut_at(day: str, behind: str, rest: str) -> bool:
    """Whether the text between two pieces is the time of the observation, and not what looks like one elsewhere."""
    return bool(day and rest) and behind.endswith((f'"observed_at":"{day}', f'"observed_at": "{day}'))


class Stamped(NamedTuple):
    """A frame with its time, and the numbers beside a value's own: the events, and the coverage."""

    at: str
    source: str
    unit: str
    window: str
    observed_at: str
    error: str
    total: int | None
    coverage_pct: float | None
    frame: int


class Moments(dict[tuple[str | None, str], Stamped | None]):
    """What a value says beside its own number, by the text before and behind that; None where it is not right.

    Remembered where there are no other numbers: sources observe many services at the same moment. A line of eight
    values takes 7 us with it, and 12 us where the time is cut out of each value.
    """

    def __init__(self, check: Check) -> None:
        super().__init__()
        self._frames = Frames(check)
        self._times: dict[str, bool] = {}

    def __missing__(self, pieces: tuple[str | None, str]) -> Stamped | None:
        before, behind = pieces
        time, rest, extras = "", "", _NO_EXTRAS
        if (zone := behind.find(_ZONE)) >= _BEFORE_ZONE:
            start, end = zone - _BEFORE_ZONE, zone + 1
            behind, time, rest = behind[:start], behind[start:end], behind[end:]
            if rest[-1] != '"':
                rest, extras = _without_extras(rest)
        frame = self._frames[before, behind, rest]
        if frame is None or (time and not self._is_time(time)):
            return None
        at, source, unit, window, day, error, number = frame
        stamped = Stamped(at, source, unit, window, day + time, error, *extras, number)
        if extras is _NO_EXTRAS and len(self) < _MOST_MOMENTS:
            self[pieces] = stamped
        return stamped

    def _is_time(self, text: str) -> bool:
        """Whether a text is a time of the day; remembered, since there are no more than 86,400."""
        right = self._times.get(text)
        if right is None:
            right = bool(_TIME.fullmatch(text))
            if right:
                self._times[text] = right
        return right


class Numbers(dict[str, float | None]):
    """Numbers by their text, remembered; None where it isn't one."""

    def __missing__(self, digits: str) -> float | None:
        right = len(digits) <= MAX_DIGITS and _NUMBER.fullmatch(digits)
        number = _number(digits) if right else None
        if len(self) < _MOST:
            self[digits] = number
        return number


class Known(NamedTuple):
    """What lines have in common, under the sources of a header."""

    moments: Moments
    numbers: Numbers


def known(check: Check) -> Known:
    """Nothing yet; ``check`` looks at each frame once."""
    return Known(Moments(check), Numbers())


def values(text: str, path: str, line: int, known: Known) -> dict[str, Measurement] | None:
    """The values of a line by ``at``; None where it is written otherwise, or where anything may be wrong with it.

    Values are cut loosely, and their pieces looked at strictly. With one regular expression for all of a value a
    line of eight took 13 us, and not 7.
    """
    begin = _BEGIN.match(text)
    if begin is None or not text.endswith(_END):
        return None
    moments, numbers = known
    found: dict[str, Measurement] = {}
    items = text[begin.end() : -len(_END)].split("}, {" if begin[1] else "},{")
    for item in items:
        before, key, after = item.partition(_KEY)
        if key:
            digits, _, behind = after.partition(",")
            number, stamped = numbers[digits], moments[before, behind]
        else:
            number, stamped = None, moments[None, item]
        if stamped is None or (key and number is None):
            return None
        at, source, unit, window, moment, error, total, coverage, frame = stamped
        found[at] = _new(
            Measurement, (at, source, number, unit, window, moment, error, total, coverage, path, line, frame)
        )
    return found if len(found) == len(items) else None


_new: Final = tuple.__new__
"""As `Measurement(...)`, which takes twice as long."""

Extras = tuple[int | None, float | None]
"""The number of events, and the coverage."""
_NO_EXTRAS: Final[Extras] = (None, None)


def _without_extras(text: str) -> tuple[str, Extras]:
    """The end of a value without the numbers there, and those."""
    match = _EXTRAS.search(text)
    if match is None:  # cannot be: the pattern fits an empty end too
        return text, _NO_EXTRAS
    total, coverage = match.groups()
    return text[: match.start()], (int(total) if total else None, _number(coverage) if coverage else None)


def _number(text: str) -> int | float:
    return float(text) or 0.0 if "." in text else int(text)
