"""The rules on reliability in words. Source: DORA's four keys."""

from platform_gate.model import Doubt, Rule, Worse

LOW_SCORE = Rule(
    "reliability/low-score",
    "The reliability score is low",
    "Improve the metric that is furthest from its best band.",
    worse=Worse.BELOW,
    why="Uptime, recovery time, incidents and failed changes together show whether users can rely on a service.",
    fails="reliability: {uptime_pct: 99.2, mttr_minutes: 90, incidents_30d: 6, change_failure_rate_pct: 20}",
    passes="reliability: {uptime_pct: 99.95, mttr_minutes: 8, incidents_30d: 1, change_failure_rate_pct: 5}",
    keys=("reliability.score", "reliability.points"),
    source="DORA's four keys",
)
NOT_MEASURED = Rule(
    "reliability/not-measured",
    "A reliability metric is not measured",
    "Measure it: a metric that isn't measured earns no score.",
    why="A missing metric must not look like a perfect one, so it earns nothing.",
    fails="reliability: {uptime_pct: 99.95}",
    passes="reliability: {uptime_pct: 99.95, mttr_minutes: 8, incidents_30d: 1, change_failure_rate_pct: 5}",
    keys=("reliability.score",),
    source="DORA's four keys",
)
NO_DATA = Rule(
    "reliability/no-data",
    "No reliability metric is measured",
    "Add at least one of `uptime_pct`, `mttr_minutes`, `incidents_30d`, `change_failure_rate_pct`.",
    doubt=Doubt.REQUIRED,
    why="Without a single metric, nobody can tell how reliable a service is.",
    fails="spec: {}",
    passes="reliability: {uptime_pct: 99.95, mttr_minutes: 8, incidents_30d: 1, change_failure_rate_pct: 5}",
    keys=("gate.required",),
    source="DORA's four keys",
)
