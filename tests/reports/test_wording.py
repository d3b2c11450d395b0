"""The words that reports share."""

import pytest

from platform_gate.reports.wording import label, names, short, spaced, with_points, within


def test_keys_become_labels() -> None:
    assert (label("slo"), label("incident_response"), spaced("needs_review")) == (
        "SLO",
        "Incident response",
        "needs review",
    )
    assert (within("slo"), within("cost")) == ("SLO", "cost")


@pytest.mark.parametrize(
    ("status", "points", "earned", "shown"),
    [
        ("met", 0, {}, "met"),
        ("breached", 2, {"slo/breached": 2}, "breached +2"),
        ("needs_review", 1, {"governance/missing-runbook": 1}, "needs review +1"),
        ("spiking", 1, {"cost/over-budget": 1}, "spiking (over budget +1)"),
        ("spiking", 1, {"cost/spiking": 1}, "spiking +1"),
        ("increasing", 3, {"cost/over-budget": 1, "cost/spiking": 2}, "increasing (over budget +1, spiking +2)"),
        ("stable", 1, {}, "stable +1"),
    ],
)
def test_points_are_named_after_a_trend_that_did_not_earn_them(
    status: str, points: int, earned: dict[str, int], shown: str
) -> None:
    assert with_points(status, points, earned) == shown


def test_a_rule_in_short() -> None:
    assert short("governance/missing-incident_response") == "missing incident response"


def test_many_names_are_cut() -> None:
    assert names(["a", "b"]) == "a and b"
    assert names(list("abcdefg")) == "a, b, c, d, e and 2 more"
