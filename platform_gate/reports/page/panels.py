"""The page's view of each subsystem: a cell in the fleet's grid, and a panel with its facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from platform_gate.reports.outcome import Links
from platform_gate.reports.page import measured_values
from platform_gate.reports.page.charts import bar, placed, plot
from platform_gate.reports.page.panel import Cell, Panel, PanelLine
from platform_gate.reports.page.words import evidence_href, figure, measure, money
from platform_gate.reports.wording import label, spaced, with_points
from platform_gate.rule_ids import kind_of
from platform_gate.subsystems.governance import OWNERSHIP
from platform_gate.subsystems.slo import recovers_by
from platform_gate.text import printable

UNMEASURED: Final = ("no_data", "not_measured", "stale", "unusable", "missing")

Facts = Mapping[str, Any]


def cell(name: str, part: Facts, earned: Mapping[str, int]) -> Cell:
    """The cell of a subsystem; one that the page does not know shows its status and points.

    ``earned`` are points by rule, so that a trend is not shown beside points that it didn't earn.
    """
    points, status = part["points"], part["status"]
    brief, rank = BRIEFS[name](part["facts"]) if name in BRIEFS else ("", points)
    tone = f"p{min(points, 2)}" if points else "u" if status in UNMEASURED else ""
    own = {rule: number for rule, number in earned.items() if kind_of(rule) == name}
    return Cell(with_points(status, points, own), brief, rank, tone)


def panel(name: str, part: Facts, links: Links | None) -> Panel:
    """The panel of a subsystem; one that the page does not know shows its plain facts."""
    make = PANELS.get(name, _facts)
    return make(name, part["facts"], links)


def _slo_brief(facts: Facts) -> tuple[str, float]:
    left = [slo["budget_remaining_pct"] for slo in facts["slos"] if slo.get("budget_remaining_pct") is not None]
    return (f"{facts['met']} of {facts['total']} met" if facts["total"] else ""), min(left, default=-1)


def _cost_brief(facts: Facts) -> tuple[str, float]:
    latest = facts["latest_cost"]
    return (f"{money(latest)} {printable(facts['currency'])}" if facts["entries"] else ""), latest


def _reliability_brief(facts: Facts) -> tuple[str, float]:
    score = facts["score"]
    return ("" if score is None else f"score {figure(score)}"), -1 if score is None else score


def _governance_brief(facts: Facts) -> tuple[str, float]:
    passed = facts["total"] - facts["failed"]
    return f"{passed} of {facts['total']}", passed


BRIEFS: Final[Mapping[str, Callable[[Facts], tuple[str, float]]]] = {
    "slo": _slo_brief,
    "cost": _cost_brief,
    "reliability": _reliability_brief,
    "governance": _governance_brief,
}


def _slos(_name: str, facts: Facts, _links: Links | None) -> Panel:
    return Panel("slo", "Error budget left", "", tuple(map(_slo, facts["slos"])))


def _slo(slo: Facts) -> PanelLine:
    """An SLO: the error budget that is left, in percent and in minutes."""
    left, window = slo.get("budget_remaining_pct"), slo.get("window")
    during = f" in {printable(window)}" if window else ""
    note = f"{figure(slo['current'])} of {figure(slo['target'])}%{during}"
    if left is None:
        return PanelLine(printable(slo["name"]), "not measured", f"target {figure(slo['target'])}%", "0", "unknown")
    if slo.get("budget_recovers"):
        note += f"; {recovers_by(printable(slo['budget_recovers']))}"
    state = "good" if slo["met"] else "bad"
    return PanelLine(printable(slo["name"]), f"{figure(left)}%{_minutes(slo)}", note, bar(left, 100), state)


def _minutes(slo: Facts) -> str:
    left, whole = slo.get("budget_remaining_minutes"), slo.get("budget_minutes")
    return "" if left is None or whole is None else f", {figure(left)} of {figure(whole)}\xa0min"


def _cost(_name: str, facts: Facts, _links: Links | None) -> Panel:
    """Monthly costs as a line with the budget across, and the trend."""
    entries, currency, budget = facts["entries"], printable(facts["currency"]), facts["budget_monthly"]
    if not entries:
        return Panel("cost", "Monthly cost", "no data")
    months = [str(entry["month"]) for entry in entries]
    drawn = plot(placed([_months(month) for month in months]), [entry["amount"] for entry in entries], budget)
    lines = (
        PanelLine("Latest", f"{money(facts['latest_cost'])} {currency}", state="bad" if facts["over_budget"] else ""),
        PanelLine("Budget", f"{money(budget)} {currency}" if budget else "none set"),
    )
    return Panel("cost", "Monthly cost", _trend(facts), lines, drawn, (months[0], months[-1] if months[1:] else ""))


def _months(month: str) -> int:
    day = date.fromisoformat(f"{month}-01")
    return day.year * 12 + day.month


def _trend(facts: Facts) -> str:
    percent = facts["change_pct"]
    return spaced(facts["trend"]) + (f", {percent:+}%" if percent is not None else "")


def _reliability(_name: str, facts: Facts, _links: Links | None) -> Panel:
    rows = facts["metrics"].items()
    best = sum(row["best"] for _, row in rows)
    word = "no data" if facts["score"] is None else f"{figure(facts['score'])} of {figure(best)}"
    return Panel("reliability", "Reliability score", word, tuple(_metric(name, row) for name, row in rows))


def _metric(name: str, row: Facts) -> PanelLine:
    """A metric: its value, its band, and its score out of the best."""
    known = row["value"] is not None
    value, band = (measure(name, row["value"]), str(row["band"])) if known else ("not measured", "")
    earned = f"{figure(row['score'])} of {figure(row['best'])}"
    note = ", ".join(filter(None, (value, printable(band))))
    return PanelLine(label(name), earned, note, bar(row["score"], row["best"]), "" if known else "unknown")


def _governance(_name: str, facts: Facts, links: Links | None) -> Panel:
    word = f"{facts['total'] - facts['failed']} of {facts['total']}"
    return Panel("governance", "Governance", word, tuple(_check(row, links) for row in facts["checks"]))


def _check(row: Facts, links: Links | None) -> PanelLine:
    evidence = str(row.get("evidence") or "")
    href = evidence_href(evidence, None if row["name"] == OWNERSHIP else links) if evidence else ""
    declared = "declared" if row["passed"] else "missing"
    return PanelLine(
        label(row["name"]), printable(evidence) or declared, state="good" if row["passed"] else "bad", href=href
    )


def _rules(_name: str, facts: Facts, _links: Links | None) -> Panel:
    lines = (
        PanelLine(printable(rule["id"]), "kept" if rule["kept"] else "broken", state="good" if rule["kept"] else "bad")
        for rule in facts["rules"]
    )
    return Panel("governance", "Own rules", "", tuple(lines))


def _facts(name: str, facts: Facts, _links: Links | None) -> Panel:
    plain = [(key, value) for key, value in facts.items() if value is None or isinstance(value, str | int | float)]
    return Panel("facts", label(name), "", tuple(PanelLine(label(key), measure(key, value)) for key, value in plain))


PANELS: Final[Mapping[str, Callable[[str, Facts, Links | None], Panel]]] = {
    "slo": _slos,
    "cost": _cost,
    "reliability": _reliability,
    "governance": _governance,
    "rules": _rules,
    "measurements": measured_values.panel,
}
