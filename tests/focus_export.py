"""A made-up bill in the FOCUS 1.0 format: closed months, the running one, taxes, credits, and rows without tags."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

MONTHS = ("2024-11", "2024-12", "2025-01", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06")
"""2025-06 is the running month of the tests' moment."""
SERVICES = ("web", "api", "ledger", "")
CATEGORIES = ("Usage", "Usage", "Usage", "Purchase", "Tax", "Credit")
COLUMNS = (
    "BilledCost",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "EffectiveCost",
    "SubAccountName",
    "Tags",
)


class Charge(NamedTuple):
    """What a row is about."""

    month: str
    day: int
    service: str
    category: str
    amount: Decimal
    currency: str = "USD"

    def row(self) -> dict[str, Any]:
        """As FOCUS writes it; tags are a mapping or nothing."""
        year, month = map(int, self.month.split("-"))
        after = f"{year + month // 12}-{month % 12 + 1:02}"
        return {
            "BilledCost": self.amount * 2,
            "BillingCurrency": self.currency,
            "BillingPeriodEnd": f"{after}-01T00:00:00Z",
            "BillingPeriodStart": f"{self.month}-01T00:00:00Z",
            "ChargeCategory": self.category,
            "ChargePeriodEnd": f"{self.month}-{self.day + 1:02}T00:00:00Z",
            "ChargePeriodStart": f"{self.month}-{self.day:02}T00:00:00Z",
            "EffectiveCost": self.amount,
            "SubAccountName": f"acc-{self.service or 'shared'}",
            "Tags": {"service": self.service, "env": "prod"} if self.service else None,
        }


def charges(count: int = 400, seed: int = 1) -> Iterator[Charge]:
    """Charges with up to 12 decimals."""
    dice = random.Random(seed)  # noqa: S311 - dice make bills, and must fall alike in every run
    for number in range(count):
        month, service = MONTHS[number % len(MONTHS)], dice.choice(SERVICES)
        category, amount = dice.choice(CATEGORIES), Decimal(dice.randrange(1, 10**14)).scaleb(-12)
        yield Charge(month, dice.randrange(1, 28), service, category, -amount / 10 if category == "Credit" else amount)


def sums(excluded: tuple[str, ...] = (), count: int = 400) -> dict[tuple[str, str], Decimal]:
    """What charges come to by service and month, added up by Python."""
    totals: dict[tuple[str, str], Decimal] = {}
    for charge in charges(count):
        if charge.category not in excluded:
            key = (charge.service, charge.month)
            totals[key] = totals.get(key, Decimal(0)) + charge.amount
    return totals


def as_csv(rows: list[dict[str, Any]]) -> str:
    """Tags as JSON; no tags as an empty cell."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, "Tags": tags(row)} for row in rows)
    return text.getvalue()


def tags(row: dict[str, Any]) -> str:
    """The tags of a row as text; text stays as it is."""
    held = row["Tags"]
    return held if isinstance(held, str) else json.dumps(held) if held else ""


def every_row(count: int = 400) -> list[dict[str, Any]]:
    return [charge.row() for charge in charges(count)]
