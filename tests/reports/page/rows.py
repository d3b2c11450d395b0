"""Rows of a report, as its schema describes them: a service with everything, and findings."""

from datetime import date
from typing import Any

DAY = date(2026, 11, 23)

SLO = {
    "name": "availability",
    "target": 99.9,
    "current": 99.95,
    "met": True,
    "budget_remaining_pct": 50,
    "window": "30d",
    "budget_minutes": 43.2,
    "budget_remaining_minutes": 21.6,
}
COST: dict[str, Any] = {
    "currency": "USD",
    "budget_monthly": 1000,
    "latest_cost": 900,
    "average_cost": 850,
    "over_budget": False,
    "trend": "increasing",
    "change_pct": 12.5,
    "entries": [{"month": "2025-12", "amount": 800}, {"month": "2026-01", "amount": 900}],
}
UPTIME = {"value": 99.95, "band": "at least 99.9", "score": 35, "best": 40, "limit": "/reliability/score/uptime_pct/1"}
MTTR = {"value": None, "band": "", "score": 0, "best": 25, "limit": None}
CHECKS = [
    {"name": "runbook", "passed": True, "evidence": "docs/a.md"},
    {"name": "ownership", "passed": True, "evidence": "jane.doe"},
    {"name": "documentation", "passed": False, "evidence": None},
    {"name": "monitoring", "passed": True, "evidence": None},
]


def part(status: str, facts: dict[str, Any], points: int = 0) -> dict[str, Any]:
    return {"status": status, "points": points, "facts": facts}


def parts(**changes: Any) -> dict[str, Any]:
    return {
        "slo": part("met", {"slos": [SLO], "met": 1, "total": 1}),
        "cost": part("increasing", COST),
        "reliability": part("low", {"score": 35, "metrics": {"uptime_pct": UPTIME, "mttr_minutes": MTTR}}, 2),
        "governance": part("needs_review", {"checks": CHECKS, "failed": 1, "total": 4}, 1),
    } | changes


def service(name: str = "web", **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "team": "shop",
        "tier": 1,
        "health": "degraded",
        "points": 3,
        "path": f"services/{name}.yaml",
        "line": 1,
        "health_without_waivers": "degraded",
        "waived_points": 0,
        "subsystems": parts(),
        "findings": [],
    } | changes


def finding(**changes: Any) -> dict[str, Any]:
    return {
        "rule": "reliability/low-score",
        "severity": "error",
        "message": "the score is 35 of 65",
        "fix": "Improve one metric.",
        "path": "services/web.yaml",
        "line": 7,
        "column": 3,
        "end_line": 7,
        "end_column": 9,
        "pointer": "/spec/reliability",
        "points": 2,
        "disposition": "open",
        "fingerprint": "0" * 32,
    } | changes


WAIVER = {
    "reason": "In progress.",
    "approved_by": "lead",
    "expires": "2026-12-31",
    "days_left": 38,
    "ticket": "OPS-1",
    "path": "w.yaml",
    "line": 5,
}
