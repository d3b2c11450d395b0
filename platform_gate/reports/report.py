"""An outcome as data, row by row: the report that `schemas/report.schema.json` describes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from platform_gate.changes.comparison import Comparison, FindingOrigin, Fixed, Transition
from platform_gate.changes.previews import Preview
from platform_gate.changes.relaxations import Lowered
from platform_gate.judging.result import Judged
from platform_gate.judging.snapshots import SnapshotFile
from platform_gate.judging.tallies import Tally
from platform_gate.judging.totals import detail
from platform_gate.model import Finding
from platform_gate.policy.gate import Stage
from platform_gate.policy.layers import Layered
from platform_gate.readings import Measurement, Source
from platform_gate.reports.excuses import excused
from platform_gate.reports.json_text import SCHEMA_VERSION, Kept, encode, pack
from platform_gate.reports.measured_by import tallies
from platform_gate.reports.outcome import Outcome
from platform_gate.text import printable, real_path

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    """A report in parts, in the order of its keys. Its rows can be iterated once.

    ``totals`` counts services by health and adds up costs, ``highlights`` holds the worst services and the cost by
    currency, ``changes`` the lists that only a comparison with a base has, ``provenance`` policy, day and verdict.
    """

    totals: Row
    services: Iterable[Row]
    highlights: Row
    findings: Iterable[Row]
    changes: Mapping[str, Iterable[Row]]
    provenance: Row


def of(outcome: Outcome) -> Report:
    """The report of an outcome. Services stream, so that memory does not grow with the fleet."""
    totals = outcome.report.to_dict()
    del totals["services"]
    highlights = {
        "top_risks": totals.pop("top_risks"),
        "monthly_cost_by_currency": outcome.report.monthly_cost_by_currency,
    }
    services = (_service(judged, outcome.comparison) for judged in outcome.run.services)
    findings = map(finding, outcome.run.findings)
    return Report(totals, services, highlights, findings, _changes(outcome), _provenance(outcome))


def _changes(outcome: Outcome) -> dict[str, Iterable[Row]]:
    comparison = outcome.comparison
    if comparison is None:
        return {}
    return {
        "fixed": map(_fixed, comparison.fixed),
        "changes": map(_lowered, comparison.lowered),
        "removed": _removed(comparison),
        "preview": map(_preview, comparison.previews),
    }


def with_row(judged: Judged) -> Judged:
    """The result with its row of the report instead of its detail."""
    return judged._replace(row=encode(service(judged)).encode(), detail=None)


def with_packed_row(judged: Judged) -> Judged:
    """The same with a compressed row, for very large fleets: a third of the size for a third more time."""
    return judged._replace(row=pack(encode(service(judged))), detail=None)


def _service(judged: Judged, comparison: Comparison | None) -> Row:
    return Kept(judged.row) if judged.row else service(judged, comparison)


@lru_cache(maxsize=128)  # a fleet's services have few policies
def _fail_on(layered: Layered, fail_on: tuple[str, ...]) -> dict[str, Any]:
    """What fails the gate, if an override sets that for the service: else it is what the report says of the policy."""
    overridden = layered.origin(("gate", "fail_on")).at[:2] == ("spec", "overrides")
    return {"fail_on": list(fail_on)} if overridden else {}


def service(judged: Judged, comparison: Comparison | None = None) -> dict[str, Any]:
    """The row of one service; the keys at its top are copies of values that its subsystems report."""
    judgement = judged.judgement
    facts = {name: scored.describe() for name, scored in judgement.scored.items()}
    cost = facts["cost"]
    transition = comparison.transitions[judged.name] if comparison else None
    return {
        **detail(judgement),
        "tier": judged.tier,
        "path": real_path(judged.location.path),
        "line": judged.location.line,
        "failing": judged.failing,
        "fails_on": list(judged.fatal),
        **_fail_on(judgement.policy.layered, judgement.policy.gate.fail_on),
        "thresholds": judged.limits._asdict(),
        "health_without_waivers": str(judgement.health_without_waivers),
        "points": judgement.points,
        "waived_points": judgement.waived_points,
        **({"health_without_exempt": str(judgement.deciding_health)} if judged.exempt else {}),
        "cost_trend": cost["trend"],
        "over_budget": cost["over_budget"],
        "average_cost": cost["average_cost"],
        "currency": cost["currency"],
        "subsystems": {
            name: {"status": scored.status, "points": scored.points, "facts": facts[name]}
            for name, scored in judgement.scored.items()
        },
        **(_before(transition) | _touched(transition) if transition else {}),
        "findings": [finding(failed, transition) for failed in judged.findings],
    }


def _before(transition: Transition) -> dict[str, Any]:
    health = transition.health_before
    return {
        "change": str(transition.change),
        "health_before": str(health) if health else None,
        "points_before": transition.points_before,
        "path_before": real_path(transition.before.location.path) if transition.before else None,
    }


def _touched(transition: Transition) -> dict[str, Any]:
    listed = [{"path": real_path(touch.path), "through": str(touch.through)} for touch in transition.touched_by.listed]
    return {"touched_by": listed, "touched_by_total": transition.touched_by.total}


def _fixed(fixed: Fixed) -> dict[str, Any]:
    return {"service": fixed.service, **finding(fixed.finding)}


def _lowered(lowered: Lowered) -> dict[str, Any]:
    return {
        "kind": lowered.kind,
        "service": lowered.service or None,
        "pointer": printable(lowered.pointer),
        "before": lowered.before,
        "after": lowered.after,
        "path": real_path(lowered.location.path),
        "line": lowered.location.line,
    }


def _removed(comparison: Comparison) -> list[dict[str, Any]]:
    return [
        {"name": transition.name, **_before(transition)}
        for transition in comparison.transitions.values()
        if transition.after is None
    ]


def _preview(preview: Preview) -> dict[str, Any]:
    return {"service": preview.service, "health": str(preview.health), "health_merged": str(preview.merged)}


def finding(failed: Finding, transition: Transition | None = None) -> dict[str, Any]:
    """One finding with its place, and with a base whether the change brought it."""
    return {
        "rule": failed.rule,
        "severity": str(failed.severity),
        "message": printable(failed.message),
        "fix": printable(failed.fix),
        "path": real_path(failed.location.path),
        "line": failed.location.line,
        "column": failed.location.column,
        "end_line": failed.location.end_line,
        "end_column": failed.location.end_column,
        "pointer": printable(failed.pointer),
        "points": failed.points,
        "decisive": failed.decisive,
        "disposition": str(failed.disposition),
        "fingerprint": failed.fingerprint,
        **(_since(failed, transition) if transition else {}),
        **({"measured": _measured(failed.measured)} if failed.measured else {}),
        **excused(failed.excuse),
    }


def _measured(value: Measurement) -> dict[str, Any]:
    return {key: printable(each) if isinstance(each, str) else each for key, each in value.to_dict().items()}


def _since(failed: Finding, transition: Transition) -> dict[str, Any]:
    origin = transition.origin(failed)
    cause = str(transition.cause(failed)) if origin is FindingOrigin.INTRODUCED else None
    return {"origin": str(origin), "cause": cause}


def _provenance(outcome: Outcome) -> dict[str, Any]:
    policy = outcome.policy
    return {
        "policy": {
            "name": policy.name,
            "sha256": policy.sha256,
            "source": str(policy.source),
            "path": real_path(policy.path),
            "fail_on": list(policy.base().gate.fail_on),
            "help": outcome.help,
        },
        **measurements(outcome),
        **_compared(outcome),
        **({"gate": str(outcome.choice.stage)} if outcome.choice.stage is not Stage.MERGE else {}),
        "repository": outcome.repository,
        **({"shard": outcome.part.to_dict()} if outcome.part else {}),
        **_fleet(outcome),
        **_amounts(outcome),
        **_statistics(outcome),
        "as_of": outcome.as_of.isoformat(),
        "verdict": str(outcome.verdict),
        "exit_code": int(outcome.exit_code),
        "schema_version": SCHEMA_VERSION,
    }


def measurements(outcome: Outcome) -> dict[str, Any]:
    """The snapshots and their sources, with how many values of each counted; empty without any."""
    by = outcome.run.measured_by
    if by is None:
        return {}
    counts = tallies(outcome.run.services)
    sources = [_source(source, counts.get(source.name, Tally(source.name))) for source in by.sources]
    return {"measurements": {"snapshots": [_snapshot(file) for file in by.files], "sources": sources}}


def _snapshot(file: SnapshotFile) -> dict[str, Any]:
    return {"path": printable(file.path), "sha256": file.sha256, "collected_at": file.collected_at}


def _source(source: Source, tally: Tally) -> dict[str, Any]:
    return {
        "name": source.name,
        "type": source.type,
        "ok": source.ok,
        "error": printable(source.error) or None,
        "provides": list(map(printable, source.provides)),
        "services": list(map(printable, source.services)),
        **{key: count for key, count in tally._asdict().items() if key != "source"},
    }


def _fleet(outcome: Outcome) -> dict[str, Any]:
    """The repositories of a joined report, and how their rules differ; empty for a single repository."""
    if not outcome.repositories:
        return {}
    return {"repositories": list(outcome.repositories), "differences": list(outcome.differences)}


def _amounts(outcome: Outcome) -> dict[str, Any]:
    """Exact costs where rows round them: totals are sums of the exact ones."""
    costs = ((judged.name, judged.figures.cost) for judged in outcome.run.services)
    amounts = dict(sorted((name, cost) for name, cost in costs if cost is not None and round(cost, 2) != cost))
    return {"amounts": amounts} if amounts else {}


def _statistics(outcome: Outcome) -> dict[str, Any]:
    """Findings by rule, team and tier, if they were asked for."""
    if not outcome.statistics:
        return {}
    from platform_gate.reports import statistics  # noqa: PLC0415 - few runs ask for them

    return {"statistics": statistics.of(outcome).to_dict()}


def _compared(outcome: Outcome) -> dict[str, Any]:
    """The base and scope of a comparison; empty without one."""
    comparison = outcome.comparison
    if comparison is None:
        return {}
    kinds = list(map(printable, outcome.choice.changes))
    base = {"ref": printable(comparison.ref), "commit": comparison.base, "adoption": comparison.adoption}
    return {"base": base, "scope": str(outcome.scope), **({"change": kinds} if kinds else {})}
