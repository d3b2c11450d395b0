"""The rules about measured numbers, with their documentation."""

from typing import Final

from platform_gate.model import Doubt, Rule, Severity

STALE: Final = Rule(
    "measurement/stale",
    "A value is too old to count",
    "Fix the source, then run `platform-gate collect`.",
    doubt=Doubt.ALWAYS,
    varies=True,
    why="An old value says nothing about today. Values are never carried forward, so a broken source shows.",
    fails='{"service": "web", "values": [{"at": "slos/availability", "value": 99.95, "unit": "percent",\n'
    '    "window": "30d", "observed_at": "2026-02-11T06:00:00Z", "source": "prom"}]}   # on 2026-02-15',
    passes='{"service": "web", "values": [{"at": "slos/availability", "value": 99.95, "unit": "percent",\n'
    '    "window": "30d", "observed_at": "2026-02-13T06:00:00Z", "source": "prom"}]}   # on 2026-02-15',
    keys=("measurements.max_age", "measurements.on_stale", "measurements.stale_points"),
    source="docs/measurements.md",
)
UNUSABLE: Final = Rule(
    "measurement/unusable",
    "A value cannot be used",
    "Fix the source, then run `platform-gate collect`.",
    doubt=Doubt.ALWAYS,
    varies=True,
    why="A value over the wrong window, in the wrong currency or from the future says nothing about the target.",
    fails='{"service": "web", "values": [{"at": "slos/availability", "value": 99.95, "unit": "percent",\n'
    '    "window": "7d", "observed_at": "2026-02-15T06:00:00Z", "source": "prom"}]}   # the manifest says 30d',
    passes='{"service": "web", "values": [{"at": "slos/availability", "value": 99.95, "unit": "percent",\n'
    '    "window": "30d", "observed_at": "2026-02-15T06:00:00Z", "source": "prom"}]}   # the manifest says 30d',
    keys=("measurements.min_coverage_pct",),
    source="docs/measurements.md",
)
MISSING: Final = Rule(
    "measurement/missing",
    "A source claims a field but has no value for it",
    "Let the source measure the service, then run `platform-gate collect`.",
    doubt=Doubt.ALWAYS,
    varies=True,
    why="A claimed field has one owner. If a typed value could fill the gap, whoever types it would decide.",
    fails='{"service": "web", "values": [{"at": "slos/availability/burn_rate/1h", "value": 0.5, "unit": "ratio",\n'
    '    "observed_at": "2026-02-15T06:00:00Z", "source": "prom"}]}   # prom provides slos',
    passes='{"service": "web", "values": [{"at": "slos/availability", "value": 99.95, "unit": "percent",\n'
    '    "window": "30d", "observed_at": "2026-02-15T06:00:00Z", "source": "prom"}]}   # prom provides slos',
    keys=("measurements.accept",),
    source="docs/measurements.md",
)
AGING: Final = Rule(
    "measurement/aging",
    "A value will soon be too old",
    "Find out why the source has no newer value, then run `platform-gate collect`.",
    why="A warning leaves time to repair the source before its values stop counting.",
    fails='{"service": "web", "values": [{"at": "slos/availability", "value": 99.95, "unit": "percent",\n'
    '    "window": "30d", "observed_at": "2026-02-13T06:00:00Z", "source": "prom"}]}   # on 2026-02-15',
    passes='{"service": "web", "values": [{"at": "slos/availability", "value": 99.95, "unit": "percent",\n'
    '    "window": "30d", "observed_at": "2026-02-14T06:00:00Z", "source": "prom"}]}   # on 2026-02-15',
    keys=("measurements.warn_after", "measurements.max_age"),
    source="docs/measurements.md",
)
UNDECLARED: Final = Rule(
    "measurement/undeclared",
    "A source measures what the manifest does not declare",
    "Declare it with its target, or leave it out of the source's queries.",
    severity=Severity.NOTE,
    why="Without a target nobody can say whether the number is good.",
    fails='{"service": "web", "values": [{"at": "slos/latency", "value": 99, "unit": "percent",\n'
    '    "window": "30d", "observed_at": "2026-02-15T06:00:00Z", "source": "prom"}]}   # the manifest has no such SLO',
    passes='{"service": "web", "values": [{"at": "slos/availability", "value": 99.95, "unit": "percent",\n'
    '    "window": "30d", "observed_at": "2026-02-15T06:00:00Z", "source": "prom"}]}',
    source="docs/measurements.md",
)
