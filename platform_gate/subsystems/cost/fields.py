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


def merged(section: Mapping[str, Any], overlay: Overlay) -> tuple[dict[str, Any], dict[str, float]]:
    """A section with the budget if a source provides it, and amounts by month, of which measured ones win.

    Of a claimed field typed months are history at most: those before the first measured one. A month that somebody
    typed never stands in for one that the source did not measure.
    """
    values, owners = overlay.values, overlay.owners
    months = sorted([at for at in values if at.startswith(_MONTHS) and at != BUDGET])
    typed = section.get("entries", ())
    if SECTION in owners:
        first = months[0][_PREFIX:] if months else ""
        typed = [entry for entry in typed if entry["month"] < first]
    amounts = {entry["month"]: entry["amount"] for entry in typed}
    for at in months:
        amounts[at[_PREFIX:]] = values[at].value
    found = {**section, "measured": values, "owner": owners.get(SECTION)}
    if BUDGET in owners:
        found["budget_monthly"] = values[BUDGET].value if BUDGET in values else 0
    return found, amounts


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
