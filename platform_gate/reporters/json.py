"""The whole outcome as JSON, the seed's keys first (``schemas/report.schema.json``). One service a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from platform_gate.gate import Judged
from platform_gate.model import Excuse, Finding
from platform_gate.outcome import Outcome
from platform_gate.text import printable
from platform_gate.toolkit import detail

SCHEMA_VERSION: Final = "1"


def render(outcome: Outcome) -> Iterator[str]:
    """The report; services and findings stream, so that memory does not grow with the fleet."""
    totals = outcome.report.to_dict()
    services = map(service, outcome.run.services)
    yield "{\n"
    for key, value in totals.items():
        yield from _rows(key, services) if key == "services" else [f"{_encode(key)}: {_encode(value)},\n"]
    yield f'"monthly_cost_by_currency": {_encode(outcome.report.monthly_cost_by_currency)},\n'
    yield from _rows("findings", map(finding, outcome.run.findings))
    yield ",\n".join(f"{_encode(key)}: {_encode(value)}" for key, value in _provenance(outcome).items())
    yield "\n}\n"


def _rows(key: str, rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    yield f"{_encode(key)}: ["
    separator = "\n"
    for row in rows:
        yield f"{separator}  {_encode(row)}"
        separator = ",\n"
    yield "\n],\n" if separator != "\n" else "],\n"


def _encode(value: Any) -> str:
    """JSON on one line. ``##[`` would be a command to a runner that reads it in a log, so it is written apart."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return text.replace("##[", "#\\u0023[")


def service(judged: Judged) -> dict[str, Any]:
    """One service: the seed's keys, then ours, each a copy of what its subsystem says."""
    judgement = judged.judgement
    cost = judgement.scored["cost"].describe()
    return {
        **detail(judgement),
        "tier": judgement.subject.tier,
        "path": printable(judged.location.path),
        "line": judged.location.line,
        "health_without_waivers": str(judgement.health_without_waivers),
        "points": judgement.points,
        "waived_points": judgement.waived_points,
        "cost_trend": cost["trend"],
        "over_budget": cost["over_budget"],
        "average_cost": cost["average_cost"],
        "currency": cost["currency"],
        "subsystems": {
            name: {"status": scored.status, "points": scored.points, "facts": scored.describe()}
            for name, scored in judgement.scored.items()
        },
        "findings": [finding(each) for each in judged.findings],
    }


def finding(each: Finding) -> dict[str, Any]:
    """One finding with its place."""
    return {
        "rule": each.rule,
        "severity": str(each.severity),
        "message": printable(each.message),
        "fix": printable(each.fix),
        "path": printable(each.location.path),
        "line": each.location.line,
        "column": each.location.column,
        "end_line": each.location.end_line,
        "end_column": each.location.end_column,
        "pointer": printable(each.pointer),
        "points": each.points,
        "disposition": str(each.disposition),
        "fingerprint": each.fingerprint,
        **({"waiver": _excuse(each.excuse)} if each.excuse else {}),
    }


def _excuse(excuse: Excuse) -> dict[str, Any]:
    return {
        "reason": printable(excuse.reason),
        "approved_by": excuse.approved_by,
        "expires": excuse.expires.isoformat(),
        "days_left": excuse.days_left,
        "ticket": excuse.ticket or None,
        "path": printable(excuse.location.path),
        "line": excuse.location.line,
    }


def _provenance(outcome: Outcome) -> dict[str, Any]:
    policy = outcome.policy
    return {
        "policy": {
            "name": policy.name,
            "sha256": policy.sha256,
            "source": str(policy.source),
            "path": printable(policy.path),
        },
        "repository": None,
        "as_of": outcome.as_of.isoformat(),
        "verdict": str(outcome.verdict),
        "exit_code": int(outcome.exit_code),
        "schema_version": SCHEMA_VERSION,
    }
