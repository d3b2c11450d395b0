"""The policy's ``slo`` section: what a breach, a low error budget and a budget that burns cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple, Self

from platform_gate.documents import shipped
from platform_gate.model import LimitError
from platform_gate.subsystems import bands
from platform_gate.subsystems.bands import Bands
from platform_gate.subsystems.loosening import LooseningTable, if_lower
from platform_gate.windows import minutes, normalized

NAME = "slo"
BUDGET: Final = "budget"
BURN: Final = "burn"
LEFT_BELOW: Final = "left_below_pct"


class Burn(NamedTuple):
    """A burn rate that is too high: it holds where the rates over both windows are above ``above``.

    The long window shows that it matters, the short one that it still goes on. Source: the SRE workbook, chapter 5.
    """

    long: str
    short: str
    above: float
    points: int

    @property
    def windows(self) -> tuple[str, str]:
        """Both windows, normalized."""
        return normalized(self.long), normalized(self.short)


class Limits(NamedTuple):
    """The policy's ``slo`` section, as in ``schemas/policy.schema.json``."""

    breach_points: int
    low_budget_below_pct: float
    low_budget_points: int
    burn: tuple[Burn, ...]
    budget: Bands

    @classmethod
    def parse(cls, section: Mapping[str, Any]) -> Self:
        """Limits from a policy section that its schema accepts.

        Raises:
            LimitError: bands overlap or are out of order, or a short window is no shorter than its long one.
        """
        burn = tuple(Burn(**entry) for entry in section[BURN])
        for index, entry in enumerate(burn):
            _check_windows(entry, index)
        budget = bands.parse(section[BUDGET], LEFT_BELOW, "points", BUDGET)
        return cls(**{**section, BURN: burn, BUDGET: budget})

    @classmethod
    @cache
    def default(cls) -> Limits:
        """The limits of the default policy."""
        return cls.parse(shipped.default_limits(NAME))

    @property
    def costly_windows(self) -> tuple[str, ...]:
        """The windows, normalized, without whose burn rates nobody knows whether a service is charged."""
        return tuple(window for entry in self.burn if entry.points for window in entry.windows) if self.burn else ()


def _check_windows(entry: Burn, index: int) -> None:
    if (minutes(entry.short) or 0) >= (minutes(entry.long) or 0):
        message = f"the short window of {entry.short} is not shorter than the long one of {entry.long}"
        fix = "Let the short window be about a twelfth of the long one, such as 5m and 1h."
        raise LimitError(message, BURN, index, "short", fix=fix)


def _burns_less(old: Sequence[Mapping[str, Any]] | None, new: Sequence[Mapping[str, Any]] | None) -> bool:
    """Whether an entry is gone: no other one has its windows, no higher rate and no fewer points."""
    after = [Burn(**entry) for entry in new or ()]
    return not all(any(_at_least_as_strict(later, Burn(**entry)) for later in after) for entry in old or ())


def _at_least_as_strict(one: Burn, other: Burn) -> bool:
    return one.windows == other.windows and one.above <= other.above and one.points >= other.points


def _budgets_less(old: Sequence[Mapping[str, Any]] | None, new: Sequence[Mapping[str, Any]] | None) -> bool:
    """Whether what is left of some budget costs less, or falls into no band any more."""
    before, after = (max((band[LEFT_BELOW] for band in several or ()), default=None) for several in (old, new))
    narrower = before is not None and (after is None or after < before)
    return narrower or bands.costs_less(old or (), new or ())


LOOSENING: LooseningTable = {
    ("breach_points",): if_lower,
    ("low_budget_below_pct",): if_lower,
    ("low_budget_points",): if_lower,
    (BURN,): _burns_less,
    (BUDGET,): _budgets_less,
}


def most_points(limits: Limits) -> int:
    """The points of a breach, a low budget and a budget that burns together. A band's replace those of one of them."""
    band = max((band.worth for band in limits.budget.bands), default=0)
    burn = max((entry.points for entry in limits.burn), default=0)
    return max(limits.breach_points, band) + limits.low_budget_points + burn
