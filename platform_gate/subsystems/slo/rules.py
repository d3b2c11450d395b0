"""The rules on SLOs in words. Source: the SRE workbook, chapter 2 (Implementing SLOs)."""

from platform_gate.model import Doubt, Rule, Worse

BREACHED = Rule(
    "slo/breached",
    "An SLO is breached",
    "Bring the service back above its target, or agree on a different target with its users.",
    worse=Worse.BELOW,
    why="Users were promised the target. Below it the error budget is spent: reliability work comes before features.",
    fails="slos:\n  - {name: availability, target: 99.9, current: 99.8}",
    passes="slos:\n  - {name: availability, target: 99.9, current: 99.95}",
    keys=("slo.breach_points",),
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
    keys=("slo.low_budget_below_pct", "slo.low_budget_points"),
    source="SRE workbook, chapter 2",
)
NOT_MEASURED = Rule(
    "slo/not-measured",
    "An SLO has no measurement",
    "Add `current` from your monitoring.",
    doubt=Doubt.ALWAYS,
    why="A target that nobody measures is a wish. The gate never takes a missing value for a good one.",
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
    "Targets are percent: write 99.9 for 0.999.",
    why="A target of 0.999 percent is met by almost anything, so a ratio typed for a percentage hides every breach.",
    fails="slos:\n  - {name: availability, target: 0.999, current: 99.95}",
    passes="slos:\n  - {name: availability, target: 99.9, current: 99.95}",
    source="SRE workbook, chapter 2",
)
