"""Windows are compared by their length."""

import pytest

from platform_gate.windows import minutes, normalized


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("4w", "28d", True),
        ("24h", "1d", True),
        ("60m", "1h", True),
        ("30d", "4w", False),
        ("calendar-month", "30d", False),
        ("calendar-month", "calendar-month", True),
        ("", "30d", False),
    ],
)
def test_windows_are_compared_by_their_length(one: str, other: str, *, same: bool) -> None:
    assert (normalized(one) == normalized(other)) is same


@pytest.mark.parametrize(
    ("window", "length"), [("5m", 5), ("6h", 360), ("3d", 4320), ("4w", 40320), ("calendar-month", None), ("", None)]
)
def test_a_month_and_no_window_have_no_fixed_length(window: str, length: int | None) -> None:
    assert minutes(window) == length
