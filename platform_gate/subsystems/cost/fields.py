"""How costs are measured: the fields of a snapshot, and how measured months join those that somebody typed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from platform_gate.readings import Overlay, Want

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


def wants(manifest: Mapping[str, Any]) -> tuple[Want, ...]:
    """The months and the budget, in the manifest's currency."""
    section = manifest["spec"].get(SECTION, {})
    return _wants(section.get("currency", CURRENCY), bool(section.get("entries")), bool(section.get("budget_monthly")))


@lru_cache(maxsize=1024)
def _wants(currency: str, entries: bool, budget: bool) -> tuple[Want, ...]:  # noqa: FBT001 - internal
    months = Want(SECTION, ("spec", SECTION), "the monthly cost", currency, typed=entries, many=True)
    place = ("spec", SECTION, "budget_monthly")
    forecast = Want(FORECAST, ("spec", SECTION), "the forecast", currency, optional=True, many=True)
    return months, forecast, Want(BUDGET, place, "the budget", currency, typed=budget, optional=True, apart=True)


def merged(section: Mapping[str, Any], overlay: Overlay) -> dict[str, Any]:
    """A section in which measured months win, and the budget if a source provides it.

    Of a claimed field typed months are history at most: those before the first measured one. A month that somebody
    typed never stands in for one that the source did not measure.
    """
    entries = {entry["month"]: entry["amount"] for entry in section.get("entries", ())}
    months = {at.partition("/")[2]: value for at, value in overlay.values.items() if re.fullmatch(_MONTH, at)}
    if SECTION in overlay.owners:
        first = min(months, default="")
        entries = {month: amount for month, amount in entries.items() if month < first}
    entries |= {month: value.value for month, value in sorted(months.items())}
    found = {**section, "entries": [{"month": month, "amount": amount} for month, amount in entries.items()]}
    if BUDGET in overlay.owners:
        found["budget_monthly"] = overlay.values[BUDGET].value if BUDGET in overlay.values else 0
    return found | {"measured": dict(overlay.values), "owner": overlay.owners.get(SECTION)}


def misplaced(entries: Sequence[Mapping[str, Any]], this_month: str) -> list[tuple[int, str, str]]:
    """Entries that are repeated, out of order or in the future: index, what is wrong, and how to write it right."""
    latest, found = "", []
    for index, entry in enumerate(entries):
        month = entry["month"]
        if latest < month <= this_month:
            latest = month
        elif month == latest:
            found.append((index, f"the month {month} is repeated", "Keep one entry a month."))
        elif month < latest:
            found.append((index, f"the month {month} comes after {latest}", "Put the oldest month first."))
        else:
            found.append((index, f"the month {month} is in the future", "Remove it: forecasts are not costs."))
            latest = month
    return found
