"""Ages in whole days and windows in one spelling: no clock, so the same input gives the same answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Final

DAYS_A_WEEK: Final = 7


@lru_cache(maxsize=4096)
def age(day: str, as_of: date) -> int:
    """The days from a day (``YYYY-MM-DD``, of the calendar) to another; below 0 where it lies ahead."""
    return (as_of - date.fromisoformat(day)).days


def is_day(moment: str) -> bool:
    """Whether the calendar has the day that a text begins with."""
    try:
        date.fromisoformat(moment[:10])
    except ValueError:
        return False
    return True


@lru_cache(maxsize=512)
def normalized(window: str) -> str:
    """A window in days or minutes where it can be said so: ``4w`` and ``28d`` are the same, and so are ``24h``, ``1d``.

    A calendar month is no number of days.
    """
    if not window or not window[:-1].isdigit():
        return window
    count, unit = int(window[:-1]), window[-1]
    return f"{count * _MINUTES[unit]}m"


_MINUTES: Final[Mapping[str, int]] = {"m": 1, "h": 60, "d": 24 * 60, "w": DAYS_A_WEEK * 24 * 60}
