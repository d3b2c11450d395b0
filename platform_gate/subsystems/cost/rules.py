"""The rules on cost in words. Source: the FinOps Framework, capabilities Budgeting and Anomaly Management."""

from platform_gate.model import Doubt, Rule, Severity, Worse

OVER_BUDGET = Rule(
    "cost/over-budget",
    "The latest month is over budget",
    "Bring the cost down, or ask the budget's owner to raise it.",
    worse=Worse.ABOVE,
    why="A service that costs more than agreed isn't healthy, and the sooner somebody notices, the less it costs.",
    fails='cost:\n  budget_monthly: 3000\n  entries:\n    - {month: "2026-02", amount: 3500}',
    passes='cost:\n  budget_monthly: 3000\n  entries:\n    - {month: "2026-02", amount: 2900}',
    keys=("cost.over_budget_points",),
    source="FinOps Framework, Budgeting",
)
SPIKING = Rule(
    "cost/spiking",
    "The cost is spiking",
    "Find out what grew since the month before.",
    worse=Worse.ABOVE,
    why="A jump from one month to the next is often a mistake: a forgotten cluster, a log level, a missing limit.",
    fails='cost:\n  entries:\n    - {month: "2026-01", amount: 2800}\n    - {month: "2026-02", amount: 3500}',
    passes='cost:\n  entries:\n    - {month: "2026-01", amount: 2800}\n    - {month: "2026-02", amount: 2900}',
    keys=("cost.trend.spiking_above_pct", "cost.spiking_points"),
    source="FinOps Framework, Anomaly Management",
)
NO_BUDGET = Rule(
    "cost/no-budget",
    "No budget is set",
    "Set `budget_monthly`.",
    severity=Severity.NOTE,
    why="Without a budget, no cost can be over budget. A budget of 0 counts as none.",
    fails='cost:\n  entries:\n    - {month: "2026-02", amount: 3500}',
    passes='cost:\n  budget_monthly: 4000\n  entries:\n    - {month: "2026-02", amount: 3500}',
    source="FinOps Framework, Budgeting",
)
NO_DATA = Rule(
    "cost/no-data",
    "No cost is recorded",
    "Add `cost.entries` with the latest months' costs.",
    doubt=Doubt.REQUIRED,
    why="What a service costs is part of its health, and unknown is not the same as cheap.",
    fails="spec: {}",
    passes='cost:\n  budget_monthly: 3000\n  entries:\n    - {month: "2026-02", amount: 2900}',
    keys=("gate.required",),
    source="FinOps Framework, Budgeting",
)
