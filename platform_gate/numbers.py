"""Exact decimal numbers: 99.9 means 999/10, not the float next to it.

Comparing and rounding use floats where their error can't change the result, and fractions only near a tie: fractions
are slow, and so is importing them.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import TYPE_CHECKING, Any, Final, SupportsFloat

if TYPE_CHECKING:
    from fractions import Fraction

DOUBTFUL: Final = 1e-9
"""Differences below this share of the operands need fractions. Three float operations err by 1e-15 of them at most."""
NEAR_A_TIE: Final = 1e-6
"""Estimates this close to a tie, in units of the last digit kept, need fractions; see ``rounded``."""
SAFE_DIGITS: Final = 10
FAR_FROM_A_TIE: Final = 0.01
LARGE_PERCENT: Final = 1000
"""Below so many percent floats err by 1e-12, so one further than 1e-12 from every ten-digit number is on its side."""


def as_written(value: float | Fraction) -> Fraction:
    """The exact value of a number's shortest decimal digits: 99.9 is 999/10."""
    return ratio(str(value)) if isinstance(value, float) else ratio(value)


def finite(name: str, value: Any) -> None:
    """Refuse a value of a Python model that is no number, which would fail far from where it was written.

    Raises:
        TypeError: it is no number; true and false are none either.
        ValueError: it is infinite or not a number (NaN).
    """
    try:
        good = isfinite(value) and value.__class__ is not bool
    except (TypeError, OverflowError):  # a whole number can be too large for a float
        good = False
    if not good:
        number = isinstance(value, SupportsFloat) and not isinstance(value, bool)
        raise (ValueError if number else TypeError)(f"{name} is no finite number: {value!r}")


def ratio(numerator: int | str | Fraction, denominator: int | None = None) -> Fraction:
    """An exact fraction."""
    from fractions import Fraction  # noqa: PLC0415 - a run in which floats leave no doubt needs none

    return Fraction(numerator, denominator)  # type: ignore[arg-type]  # a string stands alone


def compare(difference: float, size: float, exactly: Callable[..., Fraction], *numbers: Any) -> int:
    """The sign of a difference: -1, 0 or 1.

    Args:
        difference: The difference in floats.
        size: At least as large as every intermediate result, which bounds the error.
        exactly: Computes the exact difference; called with ``numbers`` if floats leave a doubt.
    """
    if abs(difference) > size * DOUBTFUL:
        return 1 if difference > 0 else -1
    exact = exactly(*numbers)
    return (exact > 0) - (exact < 0)


def percent_of_change(previous: Fraction, latest: Fraction) -> Fraction:
    """The growth from one number to the next, in percent."""
    return (latest - previous) / previous * 100


def change_in_percent(previous: float, latest: float) -> float:
    """The growth from one number to the next, in percent: close enough to be compared with, or rounded to, ten digits.

    Only near a number of ten digits after the point is it computed with fractions.
    """
    percent = (latest - previous) / previous * 100
    scaled = percent * 10**SAFE_DIGITS
    if abs(percent) < LARGE_PERCENT and abs(scaled - round(scaled)) > FAR_FROM_A_TIE:
        return percent
    return float(percent_of_change(as_written(previous), as_written(latest)))


def compare_change(percent: float, previous: float, latest: float) -> int:
    """-1, 0 or 1 if a number grew by less than ``percent``, exactly by it, or by more."""
    difference, size = (latest - previous) * 100 - percent * previous, max(latest, previous) * (100 + abs(percent))
    return compare(difference, size, _beyond, percent, previous, latest)


def _beyond(percent: float, previous: float, latest: float) -> Fraction:
    return percent_of_change(as_written(previous), as_written(latest)) - as_written(percent)


def rounded(estimate: float, digits: int, exactly: Callable[[], Fraction]) -> int | float:
    """A number rounded to some digits, half to even.

    Args:
        estimate: The number in floats, off by at most 1e-12 of its size.
        digits: Digits after the point.
        exactly: Computes the exact number; called if the estimate is close to a tie.
    """
    scaled = abs(estimate) * 10**digits
    doubtful = abs(scaled % 1 - 0.5) <= NEAR_A_TIE + scaled * 1e-12
    return number(float(round(exactly(), digits)) if doubtful else round(estimate, digits))


def number(value: float) -> int | float:
    """A whole number as an int, so that it is shown as 8000 and not 8000.0."""
    return int(value) if value == int(value) else value


def optional_number(value: float | None) -> int | float | None:
    """``number`` for a value that may be missing."""
    return None if value is None else number(value)
