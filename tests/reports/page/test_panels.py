"""Each subsystem in a cell and in a panel."""

from typing import Any

import pytest

from platform_gate.reports.outcome import Links
from platform_gate.reports.page.panel import PanelLine
from platform_gate.reports.page.panels import cell, panel
from tests.reports.page.rows import COST, SLO, part, parts

TREE = f"https://github.com/acme/shop/blob/{'a' * 40}"


def lines(name: str, links: Links | None = None) -> list[PanelLine]:
    return list(panel(name, parts()[name], links).lines)


def slo(**changes: Any) -> dict[str, Any]:
    return part("met", {"slos": [SLO | changes], "met": 1, "total": 1})


def cost(**changes: Any) -> dict[str, Any]:
    return part("stable", COST | changes)


def test_a_budget_is_a_bar_with_its_minutes() -> None:
    assert lines("slo") == [
        PanelLine("availability", "50%, 21.6 of 43.2\xa0min", "99.95 of 99.9% in 30d", "50", "good")
    ]


def test_a_budget_without_minutes_and_one_that_is_gone() -> None:
    [line] = panel("slo", slo(window=None, budget_minutes=None, budget_remaining_minutes=None), None).lines
    assert (line.text, line.note) == ("50%", "99.95 of 99.9%")
    [line] = panel("slo", slo(met=False, budget_remaining_pct=0), None).lines
    assert (line.bar, line.state) == ("0", "bad")


def test_a_spent_budget_says_when_it_recovers() -> None:
    [line] = panel("slo", slo(met=False, budget_remaining_pct=0, budget_recovers="2026-12-22"), None).lines
    assert line.note == "99.95 of 99.9% in 30d; the budget recovers by 2026-12-22 if nothing more burns"


def test_what_was_not_measured_is_said_and_is_no_empty_budget() -> None:
    [line] = panel("slo", slo(current=None, met=None, budget_remaining_pct=None), None).lines
    assert line == PanelLine("availability", "not measured", "target 99.9%", "0", "unknown")


def test_a_cost_is_a_line_against_its_budget_with_the_trend_by_name() -> None:
    shown = panel("cost", parts()["cost"], None)
    assert shown.word == "increasing, +12.5%"
    assert shown.plot
    assert shown.plot.level == "3"
    assert shown.plot.path == "M0 9.8L100 6.4"
    assert shown.ends == ("2025-12", "2026-01")
    assert [line.text for line in shown.lines] == ["900 USD", "1,000 USD"]


def test_months_stand_at_their_distance() -> None:
    entries = [{"month": month, "amount": 0} for month in ("2025-12", "2026-01", "2026-12")]
    shown = panel("cost", cost(entries=entries), None)
    assert shown.plot
    assert shown.plot.path == "M0 37L8.3 37 100 37"


def test_costs_over_budget_without_budget_and_without_data() -> None:
    assert panel("cost", cost(over_budget=True), None).lines[0].state == "bad"
    free = panel("cost", cost(budget_monthly=None, entries=COST["entries"][:1], change_pct=None), None)
    assert (free.lines[1].text, free.word, free.ends) == ("none set", "increasing", ("2025-12", ""))
    assert free.plot
    assert free.plot.level == ""
    assert panel("cost", cost(entries=[]), None).plot is None


def test_a_metric_has_its_value_its_band_and_what_it_earned() -> None:
    assert lines("reliability") == [
        PanelLine("Uptime", "35 of 40", "99.95%, at least 99.9", "88", ""),
        PanelLine("Recovery time", "0 of 25", "not measured", "0", "unknown"),
    ]
    assert panel("reliability", parts()["reliability"], None).word == "35 of 65"


def test_evidence_is_linked_and_a_person_is_not() -> None:
    runbook, owner, missing, declared = lines("governance", Links(TREE))
    assert (runbook.text, runbook.href, runbook.state) == ("docs/a.md", f"{TREE}/docs/a.md", "good")
    assert (owner.text, owner.href) == ("jane.doe", "")
    assert (missing.text, missing.state) == ("missing", "bad")
    assert (declared.text, declared.state) == ("declared", "good")


def test_evidence_shows_what_hides() -> None:
    checks = [{"name": "runbook", "passed": True, "evidence": "a\u202e.md"}]
    [line] = panel("governance", part("x", {"checks": checks, "failed": 0, "total": 1}), None).lines
    assert line.text == r"a\u202e.md"


def test_rules_of_ones_own_and_a_subsystem_that_nobody_knows() -> None:
    rules = part("broken", {"rules": [{"id": "ours/owner", "kept": False}, {"id": "ours/name", "kept": True}]})
    assert [(line.text, line.state) for line in panel("rules", rules, None).lines] == [
        ("broken", "bad"),
        ("kept", "good"),
    ]
    shown = panel("carbon", part("sooty", {"kg": 120, "source": "meter", "rows": [1], "off": None}), None)
    assert shown.title == "Carbon"
    assert [(line.label, line.text) for line in shown.lines] == [("Kg", "120"), ("Source", "meter"), ("Off", "\u2013")]


@pytest.mark.parametrize(
    ("name", "brief", "rank", "tone"),
    [
        ("slo", "1 of 1 met", 50, ""),
        ("cost", "900 USD", 900, ""),
        ("reliability", "score 35", 35, "p2"),
        ("governance", "3 of 4", 3, "p1"),
    ],
)
def test_a_cell_says_the_same_in_few_words(name: str, brief: str, rank: float, tone: str) -> None:
    shown = cell(name, parts()[name], {})
    assert (shown.brief, shown.rank, shown.tone) == (brief, rank, tone)


def test_a_cell_without_data_is_told_apart() -> None:
    empty = cell("slo", part("no_data", {"slos": [], "met": 0, "total": 0}), {})
    assert (empty.status, empty.brief, empty.rank, empty.tone) == ("no data", "", -1, "u")
    assert cell("reliability", part("no_data", {"score": None, "metrics": {}}), {}).rank == -1
    assert cell("carbon", part("sooty", {}, 7), {}).rank == 7
    assert cell("carbon", part("sooty", {}, 7), {}).tone == "p2"


def test_points_are_not_shown_beside_a_trend_that_did_not_earn_them() -> None:
    over = part("spiking", COST | {"over_budget": True}, 1)
    assert cell("cost", over, {"cost/over-budget": 1}).status == "spiking (over budget +1)"
    assert cell("cost", over, {"cost/spiking": 1}).status == "spiking +1"
    assert cell("slo", part("breached", {"slos": [], "met": 0, "total": 1}, 2), {}).status == "breached +2"
