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
STALE = Rule(
    "cost/stale",
    "The latest month is out of date",
    "Add the months since then.",
    varies=True,
    why="Old costs say nothing about today's. With `cost.on_stale: unknown` the service is UNKNOWN at best.",
    fails='cost:\n  budget_monthly: 3000\n  entries:\n    - {month: "2025-06", amount: 2900}',
    passes='cost:\n  budget_monthly: 3000\n  entries:\n    - {month: "2026-01", amount: 2900}',
    keys=("cost.stale_after_months", "cost.on_stale"),
    source="FinOps Framework: Data Ingestion",
)
MONTH_GAP = Rule(
    "cost/month-gap",
    "The trend spans a gap",
    "Add the months in between.",
    severity=Severity.NOTE,
    why="The trend compares the last two entries. If months are missing in between, it doesn't span one month.",
    fails='cost:\n  entries:\n    - {month: "2025-11", amount: 2800}\n    - {month: "2026-02", amount: 2900}',
    passes='cost:\n  entries:\n    - {month: "2026-01", amount: 2800}\n    - {month: "2026-02", amount: 2900}',
    source="FinOps Framework: Data Ingestion",
)
FORECAST_OVER_BUDGET = Rule(
    "cost/forecast-over-budget",
    "Infrastructure code would exceed the budget",
    "Before merging, make it cheaper or ask the budget's owner to raise it.",
    worse=Worse.ABOVE,
    why="An estimate is available before the money is spent; the bill comes a month later.",
    fails='{"service": "web", "values": [{"at": "cost_forecast/infra", "value": 3500, "unit": "USD",\n'
    '    "observed_at": "2026-02-15T06:00:00Z", "source": "prom"}]}   # the budget is 3000',
    passes='{"service": "web", "values": [{"at": "cost_forecast/infra", "value": 2900, "unit": "USD",\n'
    '    "observed_at": "2026-02-15T06:00:00Z", "source": "prom"}]}   # the budget is 3000',
    keys=("cost.forecast_over_budget_points",),
    source="FinOps Framework: Planning & Estimating",
)
