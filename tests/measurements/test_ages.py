from datetime import date

import pytest

from platform_gate.measurements.ages import age, is_day


@pytest.mark.parametrize(
    ("day", "days"),
    [("2026-11-23", 2), ("2026-11-25", 0), ("2026-11-26", -1), ("2025-11-25", 365), ("2024-02-29", 1000)],
)
def test_an_age_counts_days(day: str, days: int) -> None:
    assert age(day, date(2026, 11, 25)) == days


@pytest.mark.parametrize(
    ("text", "known"), [("2026-02-28", True), ("2026-02-29", False), ("2024-02-29T00:00:00Z", True)]
)
def test_a_day_is_one_of_the_calendar(text: str, *, known: bool) -> None:
    assert is_day(text) is known
