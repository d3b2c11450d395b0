"""How costs are measured: the fields of a snapshot, and how measured months join those that somebody typed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from platform_gate.readings import Overlay, Together, Want

SECTION = "cost"
BUDGET = "cost/budget"
FORECAST = "cost_forecast"
CURRENCY = "USD"
"""Of a manifest that names none."""

_MONTH = "cost/[12][0-9]{3}-(0[1-9]|1[0-2])"


def field_of(at: str) -> str | None:
    """All months are one field, the forecasts of code (``cost_forecast/PROJECT``) another.

    The budget is a third one, which a source has to name in full.
    """
    if at == BUDGET:
        return BUDGET
    if at.startswith(f"{FORECAST}/"):
        return FORECAST
    return SECTION if re.fullmatch(_MONTH, at) else None


def wants(manifest: Mapping[str, Any], _limits: object) -> tuple[Together]:
    """The months and the budget, in the manifest's currency."""
    section = manifest["spec"].get(SECTION, {})
    entries, budget = bool(section.get("entries")), bool(section.get("budget_monthly"))
    return (_wants(section.get("currency", CURRENCY), entries, budget),)


@lru_cache(maxsize=1024)
def _wants(currency: str, entries: bool, budget: bool) -> Together:  # noqa: FBT001 - internal
    months = Want(SECTION, ("spec", SECTION), "the monthly cost", currency, typed=entries, many=True)
    place = ("spec", SECTION, "budget_monthly")
    forecast = Want(FORECAST, ("spec", SECTION), "the forecast", currency, optional=True, many=True)
    return months, forecast, Want(BUDGET, place, "the budget", currency, typed=budget, optional=True, apart=True)


def merged(section: Mapping[str, Any], overlay: Overlay) -> dict[str, Any]:
    """A section in which measured months win, and the budget if a source provides it.

    Of a claimed field typed months are history at most: those before the first measured one. A month that somebody
    typed never stands in for one that the source did not measure.
    """
    values, owners = overlay.values, overlay.owners
    months = {at[_PREFIX:]: value.value for at, value in values.items() if at.startswith(_MONTHS) and at != BUDGET}
    typed = section.get("entries", ())
    if SECTION in owners:
        first = min(months, default="")
        typed = [entry for entry in typed if entry["month"] < first]
    amounts = {entry["month"]: entry["amount"] for entry in typed}
    for month in sorted(months):
        amounts[month] = months[month]
    found = {**section, "entries": [{"month": month, "amount": amount} for month, amount in amounts.items()]}
    if BUDGET in owners:
        found["budget_monthly"] = values[BUDGET].value if BUDGET in values else 0
    found["measured"], found["owner"] = values, owners.get(SECTION)
    return found


_MONTHS = f"{SECTION}/"
_PREFIX = len(_MONTHS)


def misplaced(entries: Sequence[Mapping[str, Any]], this_month: str) -> list[tuple[int, str, str]]:
    """Entries that are repeated, out of order or in the future: index, what is wrong, and how to write it right."""
    latest, found = "", []
    for index, entry in enumerate(entries):
        month = entry["month"]
        if latest < month <= this_month:
            latest = month
        elif month == latest:
            found.append((index, f"the month {month} is repeated", "Keep one entry per month."))
        elif month < latest:
            found.append((index, f"the month {month} comes after {latest}", "Put the oldest month first."))
        else:
            found.append((index, f"the month {month} is in the future", "Remove it: forecasts are not costs."))
            latest = month
    return found
