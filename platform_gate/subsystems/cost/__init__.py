"""Cost: is the latest month within its budget, and where is spending heading? Source: the FinOps Framework."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from platform_gate.model import Charge, Context, Doubt, Problem, Relaxation, Rule, Violation
from platform_gate.numbers import as_written, change_in_percent, compare_change, finite, percent_of_change, rounded
from platform_gate.readings import NOTHING, Measurement, who_measures
from platform_gate.subsystems.cost import fields, outlook
from platform_gate.subsystems.cost.fields import merged, misplaced
from platform_gate.subsystems.cost.rules import (
    FORECAST_OVER_BUDGET,
    MONTH_GAP,
    NO_BUDGET,
    NO_DATA,
    OVER_BUDGET,
    SPIKING,
    STALE,
)
from platform_gate.subsystems.cost.thresholds import Limits as Limits
from platform_gate.subsystems.loosening import LooseningTable, if_higher, if_lower, never

if TYPE_CHECKING:
    from fractions import Fraction

NAME = "cost"
SECTION = fields.SECTION
MEASURED: tuple[str, ...] = ("cost", fields.FORECAST)
NO_DATA_STATUS = "no_data"
WARN = "warn"
"""What ``on_stale`` says where a stale month leaves no doubt."""


class CostTrend(StrEnum):
    """The latest month compared with the one before it."""

    DECREASING = "decreasing"
    STABLE = "stable"
    INCREASING = "increasing"
    SPIKING = "spiking"


@dataclass(frozen=True, slots=True)
class CostEntry:
    """The cost of a service in one month (``YYYY-MM``), in the currency of its profile."""

    month: str
    amount: float

    def __post_init__(self) -> None:
        """Refuse what is no number; raises ``ValueError`` or ``TypeError`` with the field's name."""
        finite("amount", self.amount)

    def to_dict(self) -> dict[str, Any]:
        """The entry as a report shows it, the amount to two decimals."""
        return {"month": self.month, "amount": money(self.amount)}


@dataclass(frozen=True, slots=True)
class CostProfile:
    """A monthly budget (0: none is set) and the costs per month, oldest first.

    ``measured`` are values of a snapshot by ``at``; ``owner`` is who has to measure the months: a source, nobody yet
    (empty), or whoever types them (None).
    """

    budget_monthly: float = 0
    entries: Sequence[CostEntry] = field(default_factory=list)
    currency: str = "USD"
    measured: Mapping[str, Measurement] = field(default_factory=dict, hash=False)
    owner: str | None = None

    def __post_init__(self) -> None:
        """Refuse what is no number; raises ``ValueError`` or ``TypeError`` with the field's name."""
        finite("budget_monthly", self.budget_monthly)

    @property
    def latest_cost(self) -> float:
        """The last entry's amount; 0 without entries."""
        return self.entries[-1].amount if self.entries else 0

    @property
    def average_cost(self) -> float:
        """The mean over all entries; 0 without entries."""
        return float(sum(as_written(entry.amount) for entry in self.entries) / max(len(self.entries), 1))

    @property
    def trend(self) -> CostTrend:
        """The trend under the default policy."""
        return trend(self, Limits.default())

    @property
    def over_budget(self) -> bool:
        """Whether the latest month costs more than a budget that is set."""
        return self.latest_cost > self.budget_monthly > 0


LOOSENING: LooseningTable = {
    ("over_budget_points",): if_lower,
    ("spiking_points",): if_lower,
    ("trend", "spiking_above_pct"): if_higher,
    ("trend", "increasing_above_pct"): never,
    ("trend", "decreasing_below_pct"): never,
    ("stale_after_months",): if_higher,
    ("forecast_over_budget_points",): if_lower,
    ("on_stale",): lambda _old, new: bool(new == WARN),
}


def all_rules(limits: Limits) -> tuple[Rule, ...]:
    """The rules of this subsystem."""
    return OVER_BUDGET, SPIKING, NO_BUDGET, NO_DATA, _stale(limits), MONTH_GAP, FORECAST_OVER_BUDGET


def _stale(limits: Limits) -> Rule:
    return STALE if limits.on_stale == WARN else STALE._replace(doubt=Doubt.REQUIRED)


field_of = fields.field_of
wants = fields.wants


def read(manifest: Mapping[str, Any], _limits: Limits, context: Context) -> tuple[CostProfile, list[Problem]]:
    """The costs of a manifest, and a problem for each month that is repeated, out of order or in the future."""
    section = manifest["spec"].get(SECTION, {})
    wrong = misplaced(section.get("entries", ()), context.as_of.isoformat()[:7])
    problems = [Problem(("spec", SECTION, "entries", index, "month"), what, fix) for index, what, fix in wrong]
    overlay = context.overlays.get(NAME, NOTHING)
    if overlay.owners:
        section, amounts = merged(section, overlay)
        entries = [CostEntry(month, amount) for month, amount in amounts.items()]
    else:
        entries = [CostEntry(**entry) for entry in section.get("entries", ())]
    return CostProfile(**{**section, "entries": entries}), problems


def has_data(cost: CostProfile) -> bool:
    """Whether at least one month's cost is known."""
    return bool(cost.entries)


def check(cost: CostProfile, limits: Limits, context: Context) -> Iterator[Violation]:
    """The violations of the latest month, and of forecasts."""
    yield from outlook.forecasts(cost.measured, cost.budget_monthly)
    if not has_data(cost):
        yield NO_DATA.violation("no monthly cost is recorded", SECTION, fix=who_measures(cost.owner))
        return
    if cost.budget_monthly <= 0:
        yield NO_BUDGET.violation("no monthly budget is set", SECTION, "budget_monthly")
    latest, currency = cost.entries[-1], cost.currency
    place, measured = _place(cost), cost.measured.get(f"{SECTION}/{latest.month}")
    if cost.over_budget:
        budget = f"the budget of {cost.budget_monthly:,} {currency}"
        over = f"{latest.month} cost {latest.amount:,} {currency}, over {budget}"
        yield OVER_BUDGET.violation(over, *place, value=latest.amount, measured=measured)
    if trend(cost, limits) is CostTrend.SPIKING:
        percent = change(cost) or 0
        moved = f"{'up' if percent >= 0 else 'down'} {abs(percent):.1f}".removesuffix(".0")
        since = f"month over month, from {cost.entries[-2].month}"
        rise = f"{latest.month} is {moved}% {since} (limit {limits.spiking_above_pct}%)"
        yield SPIKING.violation(rise, *place, value=percent, measured=measured)
    for violation in outlook.dated([entry.month for entry in cost.entries], limits.stale_after_months, context.as_of):
        stale = violation.rule is STALE
        rule, fix = (_stale(limits), who_measures(cost.owner)) if stale else (violation.rule, "")
        yield violation._replace(rule=rule, at=("spec", *place[:3]), fix=fix)


def _place(cost: CostProfile) -> tuple[str | int, ...]:
    """Where the latest month's amount stands: a measured one is in no manifest, but its section is."""
    if f"{SECTION}/{cost.entries[-1].month}" in cost.measured:
        return (SECTION,)
    return SECTION, "entries", len(cost.entries) - 1, "amount"


def _months(cost: CostProfile) -> tuple[float, float] | None:
    """The amounts of the month before and of the latest; None without a month before, or where it cost nothing."""
    if len(cost.entries) < 2 or not cost.entries[-2].amount:  # noqa: PLR2004 - a change is between two months
        return None
    return cost.entries[-2].amount, cost.entries[-1].amount


def change(cost: CostProfile) -> float | None:
    """Percent of change from the month before to the latest; None without a month before or after a 0."""
    months = _months(cost)
    return None if months is None else change_in_percent(*months)


def trend(cost: CostProfile, limits: Limits) -> CostTrend:
    """The trend under a policy; stable where there is nothing to compare."""
    months = _months(cost)
    if months is None:
        return CostTrend.STABLE
    if compare_change(limits.increasing_above_pct, *months) > 0:
        return CostTrend.SPIKING if compare_change(limits.spiking_above_pct, *months) > 0 else CostTrend.INCREASING
    return CostTrend.DECREASING if compare_change(limits.decreasing_below_pct, *months) < 0 else CostTrend.STABLE


def points(violations: Sequence[Violation], limits: Limits) -> Iterator[Charge]:
    """The points of a month over budget, of a spike and of a forecast over budget."""
    broken = {violation.rule.id for violation in violations}
    charged = {OVER_BUDGET: "over_budget_points", SPIKING: "spiking_points"}
    charged |= {FORECAST_OVER_BUDGET: "forecast_over_budget_points"}
    for rule, key in charged.items():
        if rule.id in broken:
            yield Charge(getattr(limits, key), frozenset({rule.id}), (NAME, key))


def declared(cost: CostProfile, _subject: str) -> tuple[Any, ...]:
    """The budget, its currency, and whether any cost is known."""
    return cost.budget_monthly, cost.currency, bool(cost.entries)


def relaxations(before: CostProfile, after: CostProfile) -> Iterator[Relaxation]:
    """Budgets raised or removed, another currency, months removed (the oldest may go)."""
    budget = "spec", SECTION, "budget_monthly"
    if before.budget_monthly > 0 and after.budget_monthly == 0:
        yield Relaxation("budget-removed", budget, before.budget_monthly, None)
    elif after.budget_monthly > before.budget_monthly > 0:
        yield Relaxation("budget-raised", budget, before.budget_monthly, after.budget_monthly)
    if (before.entries or before.budget_monthly) and after.currency != before.currency:
        yield Relaxation("currency-changed", ("spec", SECTION, "currency"), before.currency, after.currency)
    kept = {entry.month for entry in after.entries}
    for entry in before.entries:
        if entry.month not in kept and entry.month >= min(kept, default=""):
            place = "spec", SECTION, "entries"
            yield Relaxation("measurement-removed", place, f"{entry.month}: {entry.amount}", None)


def most_points(limits: Limits) -> int:
    """The points of a month that is over budget, a spike and a forecast over budget."""
    return limits.over_budget_points + limits.spiking_points + limits.forecast_over_budget_points


def status(cost: CostProfile, _violations: Sequence[Violation], limits: Limits) -> str:
    """The trend; ``no_data`` where no cost is known."""
    return trend(cost, limits) if cost.entries else NO_DATA_STATUS


def describe(cost: CostProfile, limits: Limits) -> dict[str, Any]:
    """The facts as a report shows them, amounts to two decimals."""
    return {
        "currency": cost.currency,
        "budget_monthly": money(cost.budget_monthly) or None,
        "latest_cost": money(cost.latest_cost),
        "average_cost": _average(cost),
        "over_budget": cost.over_budget,
        "trend": trend(cost, limits),
        "change_pct": _change_pct(cost),
        "entries": [entry.to_dict() for entry in cost.entries],
        **outlook.described(cost.measured),
    }


def money(amount: "float | Fraction") -> int | float:
    """An amount as a report shows it, to two decimals."""
    return amount if isinstance(amount, int) else rounded(float(amount), 2, lambda: as_written(amount))


def _average(cost: CostProfile) -> int | float:
    estimate = sum(entry.amount for entry in cost.entries) / max(len(cost.entries), 1)
    return rounded(estimate, 2, lambda: as_written(cost.average_cost))


def _change_pct(cost: CostProfile) -> int | float | None:
    months = _months(cost)
    if months is None:
        return None
    previous, latest = months
    return rounded((latest - previous) / previous * 100, 1, lambda: percent_of_change(*map(as_written, months)))
