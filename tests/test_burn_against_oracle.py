"""Measured SLOs under bands and burn rates, against the evaluator that was written apart from the product."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.measurements.snapshots import BILL, PROM, bill, value
from tests.measurements.test_overlay import laid
from tests.oracle import fleets
from tests.oracle.evaluator import DEFAULT, evaluate, merged
from tests.samples import SECTIONS

AS_OF = date(2026, 11, 23)
SOURCES = {"bill": BILL, "prom": {**PROM, "provides": ["slos"]}}
WINDOWS = ("5m", "30m", "1h", "6h", "3d")
RATES = [Decimal(text) for text in ("0", "0.5", "0.50001", "1", "1.1", "6", "6.000000001", "14.4", "14.41", "100")]
LEFT = [Decimal(text) for text in ("100", "50.5", "50.4", "25", "24.9", "10", "0", "-0.1", "-0.2", "-100", "-100.1")]


def slo(rng: Random, name: str) -> dict[str, Any]:
    """An objective of the oracle: so much of its budget is left that some bound of the policies is met exactly."""
    target = rng.choice([Decimal("99.9"), Decimal(99), Decimal(50), Decimal(100)])
    current = max(Decimal(0), target + rng.choice(LEFT) * (100 - target) / 100)
    return {"name": name, "target": target, "current": current}


def measured(one: dict[str, Any], rates: dict[str, Decimal]) -> list[dict[str, Any]]:
    at = f"slos/{one['name']}"
    burns = [
        value(f"{at}/burn_rate/{window}", float(rate), unit="ratio", window=None) for window, rate in rates.items()
    ]
    return [value(at, float(one["current"])), *burns]


@given(st.integers())
@settings(max_examples=200)
def test_points_and_findings_are_those_of_the_oracle(seed: int) -> None:
    rng = Random(seed)  # noqa: S311 - not for secrets
    slos = [slo(rng, name) for name in ("a", "b", "c")[: rng.choice([1, 1, 2, 3])]]
    rates = {one["name"]: {window: rng.choice(RATES) for window in WINDOWS if rng.random() < 0.9} for one in slos}
    limits = fleets.CHANGES[0](rng)
    shown = ", ".join(f"{{name: {one['name']}, target: {one['target']}, window: 30d}}" for one in slos)
    sections = {**SECTIONS, "slos": f"slos: [{shown}]", "cost": "cost: {budget_monthly: 1000}"}
    values = [bill("2026-10", 900), *(each for one in slos for each in measured(one, rates[one["name"]]))]
    judged = laid(values, sections, SOURCES, f"  slo: {json.dumps(limits['slo'], default=float)}\n", AS_OF)
    data = {"metadata": {"name": "web", "team": "shop"}, "spec": {"slos": slos}}
    oracle = evaluate(data, merged(DEFAULT, limits), as_of=AS_OF, burn_rates=rates)
    found = {(one.rule, one.subject) for one in judged.findings if one.subsystem == "slo"}
    expected = {one for one in oracle.findings if one[0].startswith("slo/")}
    assert {one for one in found if one[0] != "slo/burn-not-measured"} == expected
    assert judged.judgement.scored["slo"].points == oracle.points_of["slo"]
