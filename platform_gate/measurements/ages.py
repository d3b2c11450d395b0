"""Ages in whole days: no clock, so the same input gives the same answer."""

from __future__ import annotations

from datetime import date
from functools import lru_cache


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
