"""The rules on SLOs in words. Source: the SRE workbook, chapter 2 (Implementing SLOs)."""

from platform_gate.model import Doubt, Rule, Severity, Worse

BREACHED = Rule(
    "slo/breached",
    "An SLO is breached",
    "Bring the service back above its target, or agree on a different target with its users.",
    worse=Worse.BELOW,
    why="Users were promised the target. Below it the error budget is spent: reliability work comes before features.",
    fails="slos:\n  - {name: availability, target: 99.9, current: 99.8}",
    passes="slos:\n  - {name: availability, target: 99.9, current: 99.95}",
    keys=("slo.breach_points", "slo.budget"),
    source="SRE workbook, chapter 2",
)
LOW_BUDGET = Rule(
    "slo/low-budget",
    "An error budget is nearly spent",
    "Slow down risky changes until the error budget has recovered.",
    worse=Worse.BELOW,
    why="A met SLO with little budget left is one incident away from a breach.",
    fails="slos:\n  - {name: availability, target: 99.9, current: 99.91}",
    passes="slos:\n  - {name: availability, target: 99.9, current: 99.95}",
    keys=("slo.low_budget_below_pct", "slo.low_budget_points", "slo.budget"),
    source="SRE workbook, chapter 2",
)
BURNING = Rule(
    "slo/burning",
    "An error budget burns too fast",
    "Find out what changed when it began, and roll it back. Hold other changes until the burn rate drops.",
    worse=Worse.ABOVE,
    why="A budget that burns fast over both windows means a serious incident that is still going on.",
    fails='{"service": "web", "values": [\n'
    '    {"at": "slos/availability/burn_rate/1h", "value": 14.8, "unit": "ratio",\n'
    '     "observed_at": "2026-02-15T06:00:00Z", "source": "prom"},\n'
    '    {"at": "slos/availability/burn_rate/5m", "value": 15.2, "unit": "ratio",\n'
    '     "observed_at": "2026-02-15T06:00:00Z", "source": "prom"}]}   # under the policy strict',
    passes='{"service": "web", "values": [\n'
    '    {"at": "slos/availability/burn_rate/1h", "value": 14.8, "unit": "ratio",\n'
    '     "observed_at": "2026-02-15T06:00:00Z", "source": "prom"},\n'
    '    {"at": "slos/availability/burn_rate/5m", "value": 0.4, "unit": "ratio",\n'
    '     "observed_at": "2026-02-15T06:00:00Z", "source": "prom"}]}   # under the policy strict',
    keys=("slo.burn",),
    source="SRE workbook, chapter 5",
)
BURN_NOT_MEASURED = Rule(
    "slo/burn-not-measured",
    "A burn rate that the policy names is not measured",
    "Let the source measure it (`burn_rates` in the Sources file), then run `platform-gate collect`.",
    severity=Severity.NOTE,
    why="Without burn rates, the gate can't stop a fast burn before the budget is spent.",
    fails='{"service": "web", "values": [\n'
    '    {"at": "slos/availability", "value": 99.95, "unit": "percent", "window": "30d",\n'
    '     "observed_at": "2026-02-15T06:00:00Z", "source": "prom"}]}   # under the policy strict',
    passes='{"service": "web", "values": [\n'
    '    {"at": "slos/availability", "value": 99.95, "unit": "percent", "window": "30d",\n'
    '     "observed_at": "2026-02-15T06:00:00Z", "source": "prom"},\n'
    '    {"at": "slos/availability/burn_rate/5m", "value": 0.4, "unit": "ratio",\n'
    '     "observed_at": "2026-02-15T06:00:00Z", "source": "prom"},\n'
    '    {"at": "slos/availability/burn_rate/30m", "value": 0.4, "unit": "ratio",\n'
    '     "observed_at": "2026-02-15T06:00:00Z", "source": "prom"},\n'
    '    {"at": "slos/availability/burn_rate/1h", "value": 0.4, "unit": "ratio",\n'
    '     "observed_at": "2026-02-15T06:00:00Z", "source": "prom"},\n'
    '    {"at": "slos/availability/burn_rate/6h", "value": 0.4, "unit": "ratio",\n'
    '     "observed_at": "2026-02-15T06:00:00Z", "source": "prom"},\n'
    '    {"at": "slos/availability/burn_rate/3d", "value": 0.4, "unit": "ratio",\n'
    '     "observed_at": "2026-02-15T06:00:00Z", "source": "prom"}]}   # under the policy strict',
    keys=("slo.burn",),
    source="SRE workbook, chapter 5",
)
NOT_MEASURED = Rule(
    "slo/not-measured",
    "An SLO has no measurement",
    "Add `current` from your monitoring.",
    doubt=Doubt.ALWAYS,
    why="A target that nobody measures is a wish. The gate never treats a missing value as a good one.",
    fails="slos:\n  - {name: availability, target: 99.9}",
    passes="slos:\n  - {name: availability, target: 99.9, current: 99.95}",
    source="SRE workbook, chapter 2",
)
NO_DATA = Rule(
    "slo/no-data",
    "No SLO is measured",
    "Add `slos` with a `target` and a `current` for each.",
    doubt=Doubt.REQUIRED,
    why="Without a single measured objective, nobody can tell whether users get what they were promised.",
    fails="spec: {}",
    passes="slos:\n  - {name: availability, target: 99.9, current: 99.95}",
    keys=("gate.required",),
    source="SRE workbook, chapter 2",
)
RATIO_TARGET = Rule(
    "slo/ratio-target",
    "A target looks like a ratio",
    "Targets are percentages: write 99.9, not 0.999.",
    why="A target of 0.999 percent is met by almost anything, so a ratio typed for a percentage hides every breach.",
    fails="slos:\n  - {name: availability, target: 0.999, current: 99.95}",
    passes="slos:\n  - {name: availability, target: 99.9, current: 99.95}",
    source="SRE workbook, chapter 2",
)
