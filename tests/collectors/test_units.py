"""Units and numbers: converted exactly, and never guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from platform_gate.collectors import units
from platform_gate.collectors.source import SourceError
from platform_gate.measurements.writing import Value


def value(at: str, number: str, unit: str) -> Value:
    return Value("web", at, value=Decimal(number), unit=unit)


@pytest.mark.parametrize(
    ("at", "number", "unit", "expected"),
    [
        ("slos/availability", "0.9995", "ratio", "99.95 percent"),
        ("slos/availability", "99.95", "percent", "99.95 percent"),
        ("slos/a/burn_rate/1h", "2.5", "ratio", "2.5 ratio"),
        ("reliability/uptime_pct", "1.0000000000000002", "ratio", "100 percent"),
        ("reliability/mttr_minutes", "90", "seconds", "1.5 minutes"),
        ("reliability/mttr_minutes", "2", "hours", "120 minutes"),
        ("reliability/incidents_30d", "3", "count", "3 count"),
        ("cost/2026-10", "3500.125", "USD", "3500.125 USD"),
        ("cost/budget", "1", "EUR", "1 EUR"),
        ("carbon/tonnes", "7", "count", "7 count"),
        ("carbon/price", "7.5", "EUR", "7.5 EUR"),
    ],
)
def test_a_number_is_converted_to_the_unit_of_its_field(at: str, number: str, unit: str, expected: str) -> None:
    converted = units.convert(value(at, number, unit))
    assert f"{converted.value.normalize() if converted.value else None:f} {converted.unit}" == expected


@pytest.mark.parametrize(
    ("at", "number", "unit", "error"),
    [
        ("slos/availability", "100.1", "percent", "out-of-range"),
        ("slos/availability", "-0.1", "percent", "out-of-range"),
        ("reliability/incidents_30d", "2.5", "count", "out-of-range"),
        ("cost/2026-10", "1e15", "USD", "out-of-range"),
        ("cost/2026-10", "1e999999", "USD", "out-of-range"),
        ("cost/2026-10", "-1", "USD", "out-of-range"),
        ("carbon/tonnes", "1e15", "count", "out-of-range"),
    ],
)
def test_a_number_that_can_t_be_one_of_that_field_is_none(at: str, number: str, unit: str, error: str) -> None:
    converted = units.convert(value(at, number, unit))
    assert (converted.value, converted.error) == (None, error)


@pytest.mark.parametrize(
    ("at", "unit"),
    [
        ("slos/a", "minutes"),
        ("reliability/mttr_minutes", "percent"),
        ("cost/2026-10", "usd"),
        ("cost/2026-10", "XYZ"),
        ("carbon/tonnes", "seconds"),
        ("carbon/tonnes", "tonnes"),
        ("cost/2026-10", "count"),
    ],
)
def test_a_unit_that_can_t_be_that_of_the_field_fails_the_source(at: str, unit: str) -> None:
    with pytest.raises(SourceError, match="can't have the unit"):
        units.convert(value(at, "1", unit))


@pytest.mark.parametrize("text", ["NaN", "+Inf", "-Inf", "", "n/a", None, True, "sNaN"])
def test_what_is_no_number(text: object) -> None:
    assert units.number(text) is None


def test_percentages_that_are_all_at_most_1_are_fractions() -> None:
    with pytest.raises(SourceError):
        units.refuse_fractions([value("slos/a", "0.999", "percent"), value("slos/b", "1", "percent")], "slos")
    units.refuse_fractions([value("slos/a", "0.999", "percent"), value("slos/b", "1.1", "percent")], "slos")
    units.refuse_fractions([value("reliability/change_failure_rate_pct", "0", "percent")], "x")


@pytest.mark.parametrize(
    ("at", "good"),
    [
        ("slos/a b", True),
        ("slos/a/b", True),
        ("slos/ a", False),
        ("slos/a\nb", False),
        ("slos", False),
        ("slos/", False),
        ("slos/\u202e", False),
        ("slos/a/burn_rate/1h", True),
        ("cost/2026-10", True),
        ("cost/2026-13", False),
        ("reliability/uptime", False),
        ("carbon/kg", False),
    ],
)
def test_a_place_that_a_snapshot_can_hold(at: str, *, good: bool) -> None:
    assert units.is_field(at) is good


def test_what_a_snapshot_cannot_hold_beside_a_value_is_left_out() -> None:
    held = units.convert(value("slos/a", "99", "percent")._replace(total=Decimal(7), coverage_pct=Decimal(100)))
    assert (held.total, held.coverage_pct) == (Decimal(7), Decimal(100))
    odd = units.convert(value("slos/a", "99", "percent")._replace(total=Decimal("1e15"), coverage_pct=Decimal("100.1")))
    assert (odd.value, odd.total, odd.coverage_pct) == (Decimal(99), None, None)


@pytest.mark.parametrize(
    ("window", "error"),
    [("30d", ""), ("4w", ""), ("calendar-month", ""), ("custom", "unknown-window"), ("12h", "unknown-window")],
)
def test_a_window_that_no_manifest_can_have(window: str, error: str) -> None:
    assert units.convert(value("slos/a", "99", "percent")._replace(window=window)).error == error
