"""The rules about measured numbers, with their documentation."""

from typing import Final

from platform_gate.model import Doubt, Rule, Severity

STALE: Final = Rule(
    "measurement/stale",
    "A value is too old to count",
    "Mend the source, and run `platform-gate collect`.",
    doubt=Doubt.ALWAYS,
    why="Yesterday's number says nothing about today. Nobody carries old values forward, so age is how failure shows.",
    fails='{"at":"slos/availability","value":99.95,"observed_at":"2026-11-20T06:00:00Z",...}   # on 2026-11-25',
    passes='{"at":"slos/availability","value":99.95,"observed_at":"2026-11-24T06:00:00Z",...}   # on 2026-11-25',
    keys=("measurements.max_age", "measurements.on_stale", "measurements.stale_points"),
    source="docs/measurements.md",
)
UNUSABLE: Final = Rule(
    "measurement/unusable",
    "A value cannot be used",
    "Mend the source, and run `platform-gate collect`.",
    doubt=Doubt.ALWAYS,
    why="A number over another window, in another currency or from the future answers another question.",
    fails='{"at":"slos/availability","value":99.95,"window":"7d",...}   # the manifest declares 30d',
    passes='{"at":"slos/availability","value":99.95,"window":"30d",...}   # the manifest declares 30d',
    keys=("measurements.min_coverage_pct",),
    source="docs/measurements.md",
)
MISSING: Final = Rule(
    "measurement/missing",
    "A source claims a field and has no value of it",
    "Let the source measure the service, and run `platform-gate collect`.",
    doubt=Doubt.ALWAYS,
    why="A claimed field has one owner. If a typed value could fill the gap, whoever types it would decide.",
    fails='"sources":{"prom":{"provides":["slos"],...}}   # and no line for the service',
    passes='{"service":"payments","values":[{"at":"slos/availability",...}]}',
    keys=("measurements.accept",),
    source="docs/measurements.md",
)
AGING: Final = Rule(
    "measurement/aging",
    "A value will soon be too old",
    "See why the source has not been asked since, and run `platform-gate collect`.",
    why="There is time to mend a source before its numbers stop counting.",
    fails='{"at":"slos/availability","value":99.95,"observed_at":"2026-11-23T06:00:00Z",...}   # on 2026-11-25',
    passes='{"at":"slos/availability","value":99.95,"observed_at":"2026-11-25T06:00:00Z",...}   # on 2026-11-25',
    keys=("measurements.warn_after", "measurements.max_age"),
    source="docs/measurements.md",
)
UNDECLARED: Final = Rule(
    "measurement/undeclared",
    "A source measures what the manifest does not declare",
    "Declare it with its target, or leave it out of the source's queries.",
    severity=Severity.NOTE,
    why="Without a target nobody can say whether the number is good.",
    fails='{"service":"payments","values":[{"at":"slos/latency",...}]}   # the manifest has no such SLO',
    passes='{"service":"payments","values":[{"at":"slos/availability",...}]}',
    source="docs/measurements.md",
)
