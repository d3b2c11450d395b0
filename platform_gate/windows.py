"""The lengths of windows: ``4w`` and ``28d`` are the same, and so are ``24h`` and ``1d``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

MINUTES_A_DAY: Final = 24 * 60
_MINUTES: Final[Mapping[str, int]] = {"m": 1, "h": 60, "d": MINUTES_A_DAY, "w": 7 * MINUTES_A_DAY}


@lru_cache(maxsize=512)
def minutes(window: str) -> int | None:
    """The length of a window; None for a calendar month, which has no fixed length, and without a window."""
    count, unit = window[:-1], window[-1:]
    return int(count) * _MINUTES[unit] if count.isdigit() and unit in _MINUTES else None


@lru_cache(maxsize=512)
def normalized(window: str) -> str:
    """A window in minutes where it has a fixed length, else as it is."""
    length = minutes(window)
    return window if length is None else f"{length}m"
