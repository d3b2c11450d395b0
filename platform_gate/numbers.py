"""Numbers as they are written: compared exactly, quickly where floats leave no doubt, and shown without a tail."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from fractions import Fraction

DOUBTFUL: Final = 1e-9
"""Of the size of what is compared. Three operations on floats are off by a millionth of that at most."""
NEAR_A_TIE: Final = 1e-6
"""Of the last digit that is kept: estimates must be better than that, and than a million millionth of themselves."""


def as_written(value: float | Fraction) -> Fraction:
    """A number exactly as its decimal digits say: 99.9 is 999/10."""
    return ratio(str(value)) if isinstance(value, float) else ratio(value)


def ratio(numerator: int | str | Fraction, denominator: int | None = None) -> Fraction:
    """An exact number."""
    from fractions import Fraction  # noqa: PLC0415 - a run in which floats leave no doubt needs none

    return Fraction(numerator, denominator)  # type: ignore[arg-type]  # a string stands alone


def compare(difference: float, size: float, exactly: Callable[..., Fraction], *numbers: Any) -> int:
    """Below 0, 0, or above 0, as a difference is: asked of floats, and where they come too close to 0, of ``exactly``.

    ``size`` is at least as large as anything that was added up to the difference; ``numbers`` are what ``exactly`` is
    called with.
    """
    if abs(difference) > size * DOUBTFUL:
        return 1 if difference > 0 else -1
    exact = exactly(*numbers)
    return (exact > 0) - (exact < 0)


def percent_of_change(previous: Fraction, latest: Fraction) -> Fraction:
    """By how many percent a number grew."""
    return (latest - previous) / previous * 100


def compare_change(percent: float, previous: float, latest: float) -> int:
    """Below 0, 0, or above 0, as a number grew by less than some percent, just so, or by more."""
    difference, size = (latest - previous) * 100 - percent * previous, max(latest, previous) * (100 + abs(percent))
    return compare(difference, size, _beyond, percent, previous, latest)


def _beyond(percent: float, previous: float, latest: float) -> Fraction:
    return percent_of_change(as_written(previous), as_written(latest)) - as_written(percent)


def rounded(estimate: float, digits: int, exactly: Callable[[], Fraction]) -> int | float:
    """A number to some digits: of floats, and where they come too close to a tie, of ``exactly``."""
    scaled = abs(estimate) * 10**digits
    doubtful = abs(scaled % 1 - 0.5) <= NEAR_A_TIE + scaled * 1e-12
    return number(float(round(exactly(), digits)) if doubtful else round(estimate, digits))


def number(value: float) -> int | float:
    """A number as people write it: 8000 instead of 8000.0."""
    return int(value) if value == int(value) else value


def optional_number(value: float | None) -> int | float | None:
    """``number`` of what may not have been measured."""
    return None if value is None else number(value)
