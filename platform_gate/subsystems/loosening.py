"""Comparisons of two values of a policy key: whether the new one asks less of services than the old one.

Each subsystem names one of these, or one of its own, for each of its keys in ``LOOSENING``.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from platform_gate.model import At

Loosened = Callable[[Any, Any], bool]
"""Whether the second value asks less than the first. A value that the policy lacks is None."""

LooseningTable = Mapping[At, Loosened]
"""Comparisons by place below the subsystem's section. An entry holds for everything below its place too."""


def if_higher(old: Any, new: Any) -> bool:
    """Whether a bound above which services are charged was raised."""
    return bool(new > old)


def if_lower(old: Any, new: Any) -> bool:
    """Whether points, or a bound below which services are charged, were lowered."""
    return bool(new < old)


def if_fewer(old: Collection[Any], new: Collection[Any]) -> bool:
    """Whether an item of a list is gone."""
    return any(item not in new for item in old)


def never(_old: Any, _new: Any) -> bool:
    """For words, and for numbers that no rule uses."""
    return False
