"""Cost: is the latest month within its budget, and where is spending heading? Source: the FinOps Framework."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from platform_gate.documents import shipped
from platform_gate.model import Charge, Context, Doubt, LimitError, Problem, Relaxation, Rule, Violation
from platform_gate.numbers import as_written, compare_change, percent_of_change, rounded
from platform_gate.readings import NOTHING, Measurement, who_measures
from platform_gate.subsystems.cost import fields
from platform_gate.subsystems.cost.fields import merged, misplaced
from platform_gate.subsystems.cost.rules import MONTH_GAP, NO_BUDGET, NO_DATA, OVER_BUDGET, SPIKING, STALE
from platform_gate.subsystems.loosening import LooseningTable, if_higher, if_lower, never
from platform_gate.text import plural

if TYPE_CHECKING:
    from fractions import Fraction

NAME = "cost"
SECTION = fields.SECTION
MEASURED: tuple[str, ...] = ("cost",)
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

    def to_dict(self) -> dict[str, Any]:
        """The entry as a report shows it, the amount to two decimals."""
        return {"month": self.month, "amount": money(self.amount)}


@dataclass(frozen=True, slots=True)
class CostProfile:
    """A monthly budget (0: none is set) and the costs per month, oldest first.

    ``measured`` are the values of a snapshot among them, by ``at``. ``owner`` is who has to measure the months: a
    source, nobody yet (empty), or whoever types them (None).
    """

    budget_monthly: float = 0
    entries: Sequence[CostEntry] = field(default_factory=list)
    currency: str = "USD"
    measured: Mapping[str, Measurement] = field(default_factory=dict, hash=False)
    owner: str | None = None

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


class Limits(NamedTuple):
    """The policy's ``cost`` section; the three trend thresholds are percent of change from month to month."""

    over_budget_points: int
    spiking_points: int
    spiking_above_pct: float
    increasing_above_pct: float
    decreasing_below_pct: float
    stale_after_months: int
    on_stale: str

    @classmethod
    def parse(cls, section: Mapping[str, Any]) -> Self:
        """Limits from a policy section that its schema accepts.

        Raises:
            LimitError: the trend's thresholds are out of order.
        """
        plain = {key: value for key, value in section.items() if key != "trend"}
        limits = cls(**plain, **section["trend"])
        if limits.increasing_above_pct > limits.spiking_above_pct:
            raise _overlap("increasing_above_pct", "spiking_above_pct")
        if limits.decreasing_below_pct > limits.increasing_above_pct:
            raise _overlap("decreasing_below_pct", "increasing_above_pct")
        return limits

    @classmethod
    @cache
    def default(cls) -> "Limits":
        """The limits of the default policy."""
        return cls.parse(shipped.default_limits(NAME))


def _overlap(lower: str, upper: str) -> LimitError:
    fix = "Order them: decreasing, increasing, spiking."
    return LimitError(f"{lower} is above {upper}", "trend", lower, fix=fix, against=("trend", upper))


LOOSENING: LooseningTable = {
    ("over_budget_points",): if_lower,
    ("spiking_points",): if_lower,
    ("trend", "spiking_above_pct"): if_higher,
    ("trend", "increasing_above_pct"): never,
    ("trend", "decreasing_below_pct"): never,
    ("stale_after_months",): if_higher,
    ("on_stale",): lambda _old, new: bool(new == WARN),
}


def all_rules(limits: Limits) -> tuple[Rule, ...]:
    """The rules of this subsystem."""
    return OVER_BUDGET, SPIKING, NO_BUDGET, NO_DATA, _stale(limits), MONTH_GAP


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
        section = merged(section, overlay)
    entries = [CostEntry(**entry) for entry in section.get("entries", ())]
    return CostProfile(**{**section, "entries": entries}), problems


def has_data(cost: CostProfile) -> bool:
    """Whether at least one month's cost is known."""
    return bool(cost.entries)


def check(cost: CostProfile, limits: Limits, context: Context) -> Iterator[Violation]:
    """The violations of the latest month."""
    if not has_data(cost):
        yield NO_DATA.violation("no monthly cost is known", SECTION, fix=who_measures(cost.owner))
        return
    if cost.budget_monthly <= 0:
        yield NO_BUDGET.violation("no monthly budget is set", SECTION, "budget_monthly")
    latest, currency = cost.entries[-1], cost.currency
    place, measured = _place(cost), cost.measured.get(f"{SECTION}/{latest.month}")
    if cost.over_budget:
        over = f"{latest.month} cost {latest.amount} {currency}, over the budget of {cost.budget_monthly} {currency}"
        yield OVER_BUDGET.violation(over, *place, value=latest.amount, measured=measured)
    if trend(cost, limits) is CostTrend.SPIKING:
        percent = float(change(cost) or 0)
        signed = f"{percent:+.1f}".removesuffix(".0")
        rise = f"{latest.month} is {signed} % on {cost.entries[-2].month}, above {limits.spiking_above_pct} %"
        yield SPIKING.violation(rise, *place, value=percent, measured=measured)
    yield from _dated(cost, limits, context)


def _place(cost: CostProfile) -> tuple[str | int, ...]:
    """Where the latest month's amount stands: a measured one is in no manifest, but its section is."""
    if f"{SECTION}/{cost.entries[-1].month}" in cost.measured:
        return (SECTION,)
    return SECTION, "entries", len(cost.entries) - 1, "amount"


def _dated(cost: CostProfile, limits: Limits, context: Context) -> Iterator[Violation]:
    """A latest month that ended long ago, and months missing before it."""
    latest, place, before = cost.entries[-1].month, _place(cost)[:3], cost.entries[-2:][0].month
    ago = _month_number(context.as_of.isoformat()) - _month_number(latest) - 1
    if ago >= limits.stale_after_months:
        after = plural(limits.stale_after_months, "month")
        message = f"the latest month is {latest}, which ended more than {after} before {context.as_of}"
        yield _stale(limits).violation(message, *place, fix=who_measures(cost.owner))
    if _month_number(latest) - _month_number(before) > 1:
        message = f"no cost is known between {before} and {latest}, which the trend compares"
        yield MONTH_GAP.violation(message, *place)


def _month_number(day: str) -> int:
    """The months from year 0 to the one of a day that begins with ``YYYY-MM``."""
    return int(day[:4]) * 12 + int(day[5:7])


def _months(cost: CostProfile) -> tuple[float, float] | None:
    """The amounts of the month before and of the latest; None without a month before, or where it cost nothing."""
    if len(cost.entries) < 2 or not cost.entries[-2].amount:  # noqa: PLR2004 - a change is between two months
        return None
    return cost.entries[-2].amount, cost.entries[-1].amount


def change(cost: CostProfile) -> "Fraction | None":
    """Percent of change from the month before to the latest, exactly; None without a month before or after a 0."""
    months = _months(cost)
    return None if months is None else percent_of_change(*map(as_written, months))


def trend(cost: CostProfile, limits: Limits) -> CostTrend:
    """The trend under a policy; stable where there is nothing to compare."""
    months = _months(cost)
    if months is None:
        return CostTrend.STABLE
    if compare_change(limits.increasing_above_pct, *months) > 0:
        return CostTrend.SPIKING if compare_change(limits.spiking_above_pct, *months) > 0 else CostTrend.INCREASING
    return CostTrend.DECREASING if compare_change(limits.decreasing_below_pct, *months) < 0 else CostTrend.STABLE


def points(violations: Sequence[Violation], limits: Limits) -> Iterator[Charge]:
    """The points of a month over budget and of a spike."""
    broken = {violation.rule.id for violation in violations}
    if OVER_BUDGET.id in broken:
        yield Charge(limits.over_budget_points, frozenset({OVER_BUDGET.id}), (NAME, "over_budget_points"))
    if SPIKING.id in broken:
        yield Charge(limits.spiking_points, frozenset({SPIKING.id}), (NAME, "spiking_points"))


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
    """The points of a month that is over budget and a spike."""
    return limits.over_budget_points + limits.spiking_points


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
