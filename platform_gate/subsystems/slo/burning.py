"""Burn rates: which budgets burn too fast, and when they end. Source: the SRE workbook, chapter 5."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from platform_gate.model import Charge, Violation
from platform_gate.numbers import as_written, number, optional_number
from platform_gate.readings import Measurement
from platform_gate.subsystems.slo.budget_policy import BURN, NAME, Burn, Limits
from platform_gate.subsystems.slo.fields import SECTION
from platform_gate.subsystems.slo.objective import SLODefinition, budget_left, fastest
from platform_gate.subsystems.slo.rules import BURN_NOT_MEASURED, BURNING
from platform_gate.text import listing, plural
from platform_gate.windows import normalized

if TYPE_CHECKING:
    from fractions import Fraction

HOURS_A_DAY = 24
MINUTES_AN_HOUR = 60


def check(slo: SLODefinition, index: int, limits: Limits) -> Iterator[Violation]:
    """That an objective burns too fast, and that its source leaves out windows which the policy names."""
    rates = fastest(slo)
    holding = [place for place, entry in enumerate(limits.burn) if _holds(entry, rates)]
    if holding:
        yield _burning(slo, index, max(holding, key=lambda place: limits.burn[place].points), limits, rates)
    if slo.measured and (missing := _missing(slo, limits, rates)):
        yield _not_measured(slo, index, missing)


def _holds(entry: Burn, rates: Mapping[str, Measurement]) -> bool:
    return all(window in rates and (rates[window].value or 0) > entry.above for window in entry.windows)


def _burning(slo: SLODefinition, index: int, place: int, limits: Limits, rates: Mapping[str, Measurement]) -> Violation:
    entry = limits.burn[place]
    long, short = (rates[window] for window in entry.windows)
    rate = long.value or 0
    message = (
        f"{slo.name} burns {number(rate)} times its error budget over {entry.long} "
        f"({optional_number(short.value)} over {entry.short}), above {number(entry.above)}{_end(slo, rate)}"
    )
    return BURNING.violation(
        message, SECTION, index, subject=slo.name, value=rate, measured=long, limits=((BURN, place),)
    )


def _end(slo: SLODefinition, rate: float) -> str:
    """When the budget ends at a rate; nothing where that depends on the day of a month, or on nobody knows what."""
    left = budget_left(slo)
    if left is None:
        return ""
    if left <= 0:
        return "; the budget is already spent"
    if not slo.is_rolling:
        return ""
    days = left / 100 * as_written(slo.window_days) / as_written(rate)
    return f"; at this rate the budget ends in {_duration(days)}"


def _duration(days: Fraction) -> str:
    if days >= 1:
        return _rounded(days, "day")
    hours = days * HOURS_A_DAY
    return _rounded(hours, "hour") if hours >= 1 else plural(max(1, round(hours * MINUTES_AN_HOUR)), "minute")


def _rounded(amount: Fraction, unit: str) -> str:
    shown = number(float(round(amount, 1)))
    return f"1 {unit}" if shown == 1 else f"{shown:,} {unit}s"


def _missing(slo: SLODefinition, limits: Limits, rates: Mapping[str, Measurement]) -> list[str]:
    """The windows of the policy that nobody measures. What is measured and does not count has a finding of its own."""
    named = {normalized(window): window for entry in limits.burn for window in (entry.long, entry.short)}
    measured = {*rates, *map(normalized, slo.useless)}
    return [window for length, window in named.items() if length not in measured]


def _not_measured(slo: SLODefinition, index: int, windows: list[str]) -> Violation:
    over = listing(windows)
    message = f"{slo.name} has no burn rate over {over}, and the policy's slo.burn asks for it"
    source = slo.measured.source if slo.measured else ""
    fix = f"Let {source} measure it (`burn_rates` in the Sources file), then run `platform-gate collect`."
    return BURN_NOT_MEASURED.violation(message, SECTION, index, subject=slo.name, fix=fix)


def points(violations: Sequence[Violation], limits: Limits) -> Iterator[Charge]:
    """The points of the costliest entry that holds, once per service."""
    held = [int(place[1]) for violation in violations for place in violation.limits if place[0] == BURN]
    if held:
        worst = max(held, key=lambda place: (limits.burn[place].points, -place))
        yield Charge(limits.burn[worst].points, frozenset({BURNING.id}), (NAME, BURN, worst))
