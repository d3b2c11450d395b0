"""Every rule there is: those of the subsystems, and those about manifests and waivers themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from platform_gate.model import Rule, Severity
from platform_gate.rule_ids import BROKEN_LINE as LINE_RULE
from platform_gate.rule_ids import UNKNOWN_SERVICE as UNKNOWN_SERVICE_ID
from platform_gate.rule_ids import UNSELECTED as UNSELECTED_ID
from platform_gate.subsystems import SUBSYSTEMS

UNREADABLE: Final = Rule(
    "manifest/unreadable",
    "A file cannot be read as a manifest",
    "Fix the file, or exclude it from what is judged.",
    severity=Severity.ERROR,
    why="If the gate skipped files that it cannot read, breaking a file would be a way to pass.",
    fails="metadata: {name: payments, name: other}",
    passes="metadata: {name: payments, team: fintech}",
)
INVALID: Final = Rule(
    "manifest/invalid",
    "A manifest breaks its schema",
    "Fix the manifest: `platform-gate schema service` prints the schema.",
    severity=Severity.ERROR,
    why="Otherwise a misspelt key would hide a measurement from the gate.",
    fails="slos:\n  - {name: availability, traget: 99.9}",
    passes="slos:\n  - {name: availability, target: 99.9}",
    keys=("gate.max_prelaunch_days",),
)
DUPLICATE_SERVICE: Final = Rule(
    "manifest/duplicate-service",
    "Two manifests describe the same service",
    "Rename one of them, or remove it.",
    severity=Severity.ERROR,
    why="With two descriptions of one service, a change could pick the more favourable one.",
    fails="metadata: {name: payments, team: a}\n---\nmetadata: {name: payments, team: b}",
    passes="metadata: {name: payments, team: a}\n---\nmetadata: {name: refunds, team: b}",
)
UNSELECTED: Final = Rule(
    UNSELECTED_ID,
    "YAML lies beside the manifests and is not judged",
    "Add a glob for it to `manifests`, or leave it out by `exclude`.",
    severity=Severity.NOTE,
    why="Nobody would notice that a service is judged by nobody, only because its file ends in .yml.",
    fails="manifests: [services/**/*.yaml]   # and a file services/payments.yml",
    passes="manifests: [services/**/*.yaml, services/**/*.yml]",
)

EXPIRED: Final = Rule(
    "waiver/expired",
    "A waiver has expired",
    "Fix what it excused, or have it renewed; `platform-gate waivers prune` removes it.",
    why="An exception that outlives its expiry date would become a rule that nobody approved.",
    fails='waivers:\n  - {service: payments, rule: slo/breached, expires: "2026-01-31", ...}   # in February',
    passes='waivers:\n  - {service: payments, rule: slo/breached, expires: "2026-03-31", ...}   # in February',
)
UNUSED: Final = Rule(
    "waiver/unused",
    "A waiver matches nothing",
    "Remove it (`platform-gate waivers prune` does), or correct its names.",
    why="An unused waiver could later excuse a problem that nobody has reviewed.",
    fails="waivers:\n  - {service: payments, rule: slo/breached, ...}   # while every SLO is met",
    passes="waivers:\n  - {service: payments, rule: slo/breached, ...}   # while an SLO is breached",
)
EXPIRING: Final = Rule(
    "waiver/expiring",
    "A waiver is about to expire",
    "Finish the work that it gives time for, or have it extended before it expires.",
    why="When it expires, the finding counts again and stops the next pull request.",
    fails='waivers:\n  - {service: payments, rule: slo/breached, expires: "2026-03-31", ...}   # on 2026-03-25',
    passes='waivers:\n  - {service: payments, rule: slo/breached, expires: "2026-03-31", ...}   # on 2026-03-01',
    keys=("waivers.warn_days",),
)

BROKEN_LINE: Final = Rule(
    LINE_RULE,
    "A line of a snapshot is broken",
    "Collect the snapshot again with `platform-gate collect`; `platform-gate schema measurements` prints the schema.",
    severity=Severity.ERROR,
    why="A gate that skips lines it cannot read can be passed by breaking the line of a service.",
    fails='{"service": "web", "values": [{"at": "slos/availability", "value": 99.95, "value": 99.8,\n'
    '    "unit": "percent", "window": "30d", "observed_at": "2026-02-15T06:00:00Z", "source": "prom"}]}',
    passes='{"service": "web", "values": [{"at": "slos/availability", "value": 99.95, "unit": "percent",\n'
    '    "window": "30d", "observed_at": "2026-02-15T06:00:00Z", "source": "prom"}]}',
    source="docs/measurements.md",
)
UNKNOWN_SERVICE: Final = Rule(
    UNKNOWN_SERVICE_ID,
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

MANIFEST_RULES: Final = (UNREADABLE, INVALID, DUPLICATE_SERVICE, UNSELECTED)
SNAPSHOT_RULES: Final = (BROKEN_LINE, UNKNOWN_SERVICE)
WAIVER_RULES: Final = (EXPIRED, UNUSED, EXPIRING)


def catalogue(limits: Mapping[str, Any]) -> dict[str, Rule]:
    """Every rule by id. ``limits`` are by subsystem."""
    own = {rule.id: rule for rule in (*MANIFEST_RULES, *SNAPSHOT_RULES, *WAIVER_RULES)}
    return own | {rule.id: rule for name, subsystem in SUBSYSTEMS.items() for rule in subsystem.all_rules(limits[name])}
