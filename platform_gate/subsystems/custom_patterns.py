"""Regular expressions that a policy brings along: what each can cost a backtracking matcher, in steps on a long text.

A pattern is refused by what it can cost, not by how it looks. Two bounds are tried:

- A pattern in which every character can be matched in one way only, as in ``^[a-z]+(-[a-z]+)*$``, takes one step for
  each character (Brueggemann-Klein and Wood call such expressions one-unambiguous). Where it may begin anywhere, that
  is squared.
- Any other pattern takes at most as many steps as the product of its choices.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from functools import cache
from math import exp, log
from typing import Final, NamedTuple

from platform_gate.documents import schema
from platform_gate.model import LimitError
from platform_gate.subsystems.custom_pattern_syntax import (
    Characters,
    Choice,
    Edge,
    Repeat,
    Row,
    flags_of,
    parse,
    tokens_of,
)

LONGEST_PATTERN: Final = 200
LONGEST_TEXT: Final = 500
"""Characters. No string of a manifest is longer."""
MOST_STEPS: Final = 8 * (LONGEST_TEXT + 1) ** 2
"""Steps on the longest text: two free repeats and a few choices, about five milliseconds."""
MOST_POSITIONS: Final = 250
"""Characters of a pattern with its counted repeats written out; larger ones are bounded by their choices alone."""
_TRIAL: Final = 0.5
"""What a choice costs beyond the ways that it offers: without it, a row of choices would take ten times longer."""
_REFUSED: Final = {"look": "a look-around", "condition": "a conditional group", "back": "a back-reference"}
_UNREADABLE_FLAGS: Final = frozenset("xL")
"""Verbose patterns have blanks and comments that mean nothing, and locales differ from machine to machine."""


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A valid pattern, ready to search with; a digit is 0 to 9, and ``$`` the end of the text.

    It is kept for good: ``re`` forgets the oldest of 512 patterns, and a policy may have more.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sets that a later Python may read as nested
        return re.compile(schema.for_python(pattern), re.ASCII)


def check(pattern: str, *at: str | int) -> None:
    """Refuse a regular expression that is invalid or could run away; ``at`` is its place.

    Raises:
        LimitError: it is too long, invalid, looks back or around, or could take more than ``MOST_STEPS`` steps.
    """
    if len(pattern) > LONGEST_PATTERN:
        raise LimitError(f"the pattern is longer than {LONGEST_PATTERN} characters", *at, fix="Shorten it.")
    try:
        compiled(pattern)
    except (re.error, OverflowError, RecursionError, ValueError) as error:
        raise LimitError(f"the pattern is not a regular expression: {error}", *at, fix="Correct it.") from None
    tokens = list(tokens_of(pattern))
    for kind, token in tokens:
        if what := _REFUSED.get(kind) or _strange_flags(kind, token):
            raise LimitError(f"the pattern contains {what}", *at, fix="Write it without.")
    if steps(pattern) > MOST_STEPS:
        fix = "Begin it with ^, and let no two repeats that follow one another match the same characters."
        raise LimitError("the pattern could try too many ways to match", *at, fix=fix)


def _strange_flags(kind: str, token: str) -> str:
    return "a verbose or locale flag" if kind in ("flags", "open") and flags_of(token) & _UNREADABLE_FLAGS else ""


@cache
def steps(pattern: str) -> float:
    """An upper bound on the steps that a valid pattern takes on a text of ``LONGEST_TEXT`` characters."""
    parsed = parse(pattern)
    starts = 1 if parsed.anchored else LONGEST_TEXT + 1
    if _is_deterministic(parsed.root):
        return float(starts * (LONGEST_TEXT + 1))
    beginning = 0.0 if parsed.anchored else _choices(LONGEST_TEXT + 1)
    return exp(min(beginning + _ways(_without_tail(parsed.root)), 100.0))


# One way only


class _Piece(NamedTuple):
    """What a part of a pattern begins and ends with, as positions; ``empty`` where it may take no character."""

    empty: bool
    first: tuple[int, ...]
    last: tuple[int, ...]


class _AmbiguousError(Exception):
    """A character may be matched in two ways, or there are too many positions to tell."""


class _Positions:
    """The characters of a pattern, numbered, and which may follow which (Glushkov's automaton)."""

    def __init__(self) -> None:
        self._masks: list[int] = []
        self._follow: list[int] = []

    def add(self, mask: int) -> _Piece:
        """A new position that takes one character."""
        if len(self._masks) == MOST_POSITIONS:
            raise _AmbiguousError
        self._masks.append(mask)
        self._follow.append(0)
        number = len(self._masks) - 1
        return _Piece(empty=False, first=(number,), last=(number,))

    def join(self, before: Iterable[int], after: Iterable[int]) -> None:
        """Let some positions follow others; what takes the same characters as another follower is ambiguous."""
        taken = self.taken(after)
        for number in before:
            if self._follow[number] & taken:
                raise _AmbiguousError
            self._follow[number] |= taken

    def taken(self, several: Iterable[int]) -> int:
        """All characters that some positions take, of which no two may take the same."""
        seen = 0
        for number in several:
            if seen & self._masks[number]:
                raise _AmbiguousError
            seen |= self._masks[number]
        return seen


_NOTHING: Final = _Piece(empty=True, first=(), last=())


def _is_deterministic(root: Choice) -> bool:
    """Whether a text can be matched in one way only, so that nothing is tried twice."""
    positions = _Positions()
    try:
        positions.taken(_piece(root, positions).first)
    except _AmbiguousError:
        return False
    return True


def _piece(choice: Choice, positions: _Positions) -> _Piece:
    pieces = [_row(row, positions) for row in choice.rows]
    if sum(piece.empty for piece in pieces) > 1:
        raise _AmbiguousError
    first = tuple(number for piece in pieces for number in piece.first)
    last = tuple(number for piece in pieces for number in piece.last)
    return _Piece(any(piece.empty for piece in pieces), first, last)


def _row(row: Row, positions: _Positions) -> _Piece:
    whole = _NOTHING
    for item in row:
        whole = _followed_by(whole, _item(item, positions), positions)
    return whole


def _item(item: Characters | Repeat | Edge | Choice, positions: _Positions) -> _Piece:
    if isinstance(item, Characters):
        return positions.add(item.mask)
    if isinstance(item, Edge):
        return _NOTHING
    return _piece(item, positions) if isinstance(item, Choice) else _repeated(item, positions)


def _followed_by(one: _Piece, other: _Piece, positions: _Positions) -> _Piece:
    positions.join(one.last, other.first)
    return _Piece(
        one.empty and other.empty,
        one.first + other.first if one.empty else one.first,
        other.last + one.last if other.empty else other.last,
    )


def _repeated(repeat: Repeat, positions: _Positions) -> _Piece:
    """``x{2,4}`` is ``xx(x(x)?)?``, and ``x{2,}`` is ``xx+``."""
    whole = _NOTHING
    endless = repeat.most is None
    for _ in range(repeat.least - (endless and repeat.least > 0)):
        whole = _followed_by(whole, _piece(repeat.part, positions), positions)
    if repeat.most is None:
        rest = _endless(repeat.part, positions, empty=repeat.least == 0)
        return _followed_by(whole, rest, positions)
    return _followed_by(whole, _optional(repeat.part, repeat.most - repeat.least, positions), positions)


def _endless(part: Choice, positions: _Positions, *, empty: bool) -> _Piece:
    piece = _piece(part, positions)
    if piece.empty:
        raise _AmbiguousError
    positions.join(piece.last, piece.first)
    return piece._replace(empty=empty)


def _optional(part: Choice, times: int, positions: _Positions) -> _Piece:
    """A part as often as some times, each only after the one before it."""
    whole = _NOTHING
    for _ in range(times):
        piece = _piece(part, positions)
        if piece.empty:
            raise _AmbiguousError
        inner = _followed_by(piece, whole, positions)
        whole = inner._replace(empty=True)
    return whole


# Many ways


def _without_tail(root: Choice) -> Choice:
    """A pattern less a last repeat of single characters: when that has matched, all has, and nothing is tried again."""
    *before, last = root.rows[0] or (Edge(""),)
    simple = len(root.rows) == 1 and isinstance(last, Repeat) and _takes_one(last.part)
    return Choice((tuple(before),)) if simple else root


def _takes_one(part: Choice) -> bool:
    return len(part.rows) == 1 and len(part.rows[0]) == 1 and isinstance(part.rows[0][0], Characters)


def _ways(choice: Choice) -> float:
    """The logarithm of an upper bound on the ways in which a backtracking matcher can try a part."""
    rows = [sum((_ways_of(item) for item in row), 0.0) for row in choice.rows]
    return rows[0] if len(rows) == 1 else _choices(sum(exp(min(ways, 100.0)) for ways in rows))


def _ways_of(item: Characters | Repeat | Edge | Choice) -> float:
    if isinstance(item, Choice):
        return _ways(item)
    if not isinstance(item, Repeat):
        return 0.0
    most = LONGEST_TEXT if item.most is None else min(item.most, LONGEST_TEXT)
    return _choices(most - item.least + 1) + most * _ways(item.part)


def _choices(ways: float) -> float:
    return log(ways + _TRIAL) if ways > 1 else 0.0
