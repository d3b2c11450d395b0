"""Every rule there is: those of the subsystems, and those about manifests and waivers themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from platform_gate.model import Rule, Severity
from platform_gate.rule_ids import BROKEN_LINE as LINE_RULE
from platform_gate.subsystems import SUBSYSTEMS

UNREADABLE: Final = Rule(
    "manifest/unreadable",
    "A file cannot be read as a manifest",
    "Mend the file, or leave it out of what is judged.",
    severity=Severity.ERROR,
    why="A gate that skips what it cannot read can be passed by breaking the file.",
    fails="metadata: {name: payments, name: other}",
    passes="metadata: {name: payments, team: fintech}",
)
INVALID: Final = Rule(
    "manifest/invalid",
    "A manifest breaks its schema",
    "Mend the manifest: `platform-gate schema service` prints the schema.",
    severity=Severity.ERROR,
    why="A misspelt key would otherwise be a measurement that nobody looks at.",
    fails="slos:\n  - {name: availability, traget: 99.9}",
    passes="slos:\n  - {name: availability, target: 99.9}",
    keys=("gate.max_prelaunch_days",),
)
DUPLICATE_SERVICE: Final = Rule(
    "manifest/duplicate-service",
    "Two manifests describe the same service",
    "Rename one of them, or remove it.",
    severity=Severity.ERROR,
    why="With two answers to one question a change could choose the better one.",
    fails="metadata: {name: payments, team: a}\n---\nmetadata: {name: payments, team: b}",
    passes="metadata: {name: payments, team: a}\n---\nmetadata: {name: refunds, team: b}",
)

EXPIRED: Final = Rule(
    "waiver/expired",
    "A waiver has ended",
    "Mend what it excused, or have it granted anew; `platform-gate waivers prune` removes it.",
    why="An exception that outlives its end would be a rule that nobody made.",
    fails='waivers:\n  - {service: payments, rule: slo/breached, expires: "2026-01-31", ...}   # in February',
    passes='waivers:\n  - {service: payments, rule: slo/breached, expires: "2026-03-31", ...}   # in February',
)
UNUSED: Final = Rule(
    "waiver/unused",
    "A waiver excuses nothing",
    "Remove it (`platform-gate waivers prune` does), or correct its names.",
    why="A waiver for nothing waits for something to excuse that nobody looked at.",
    fails="waivers:\n  - {service: payments, rule: slo/breached, ...}   # while every SLO is met",
    passes="waivers:\n  - {service: payments, rule: slo/breached, ...}   # while an SLO is breached",
)
EXPIRING: Final = Rule(
    "waiver/expiring",
    "A waiver is about to end",
    "Finish the work it gives time for, or have it extended before it ends.",
    why="When it ends the finding counts again, and the next pull request is stopped by it.",
    fails='waivers:\n  - {service: payments, rule: slo/breached, expires: "2026-03-31", ...}   # on 2026-03-25',
    passes='waivers:\n  - {service: payments, rule: slo/breached, expires: "2026-03-31", ...}   # on 2026-03-01',
    keys=("waivers.warn_days",),
)

BROKEN_LINE: Final = Rule(
    LINE_RULE,
    "A line of a snapshot is broken",
    "Collect the snapshot anew with `platform-gate collect`; `platform-gate schema measurements` prints the schema.",
    severity=Severity.ERROR,
    why="A gate that skips lines it cannot read can be passed by breaking the line of a service.",
    fails='{"service": "web", "values": [{"at": "slos/availability", "value": 99.95, "value": 99.8,\n'
    '    "unit": "percent", "window": "30d", "observed_at": "2026-02-15T06:00:00Z", "source": "prom"}]}',
    passes='{"service": "web", "values": [{"at": "slos/availability", "value": 99.95, "unit": "percent",\n'
    '    "window": "30d", "observed_at": "2026-02-15T06:00:00Z", "source": "prom"}]}',
    source="docs/measurements.md",
)
UNKNOWN_SERVICE: Final = Rule(
    "measurement/unknown-service",
    "A snapshot measures a service that has no manifest",
    "Write a manifest for it, correct its name (`names` in the sources), or leave it out of the queries.",
    severity=Severity.NOTE,
    why="A name that is spelt differently in the monitoring leaves its service without numbers.",
    fails='{"service": "wbe", "values": [{"at": "slos/availability", "value": 99.95, "unit": "percent",\n'
    '    "window": "30d", "observed_at": "2026-02-15T06:00:00Z", "source": "prom"}]}   # the manifest says web',
    passes='{"service": "web", "values": [{"at": "slos/availability", "value": 99.95, "unit": "percent",\n'
    '    "window": "30d", "observed_at": "2026-02-15T06:00:00Z", "source": "prom"}]}   # the manifest says web',
    source="docs/measurements.md",
)

MANIFEST_RULES: Final = (UNREADABLE, INVALID, DUPLICATE_SERVICE)
SNAPSHOT_RULES: Final = (BROKEN_LINE, UNKNOWN_SERVICE)
WAIVER_RULES: Final = (EXPIRED, UNUSED, EXPIRING)


def catalogue(limits: Mapping[str, Any]) -> dict[str, Rule]:
    """Every rule by id. ``limits`` are by subsystem."""
    own = {rule.id: rule for rule in (*MANIFEST_RULES, *SNAPSHOT_RULES, *WAIVER_RULES)}
    return own | {rule.id: rule for name, subsystem in SUBSYSTEMS.items() for rule in subsystem.all_rules(limits[name])}
