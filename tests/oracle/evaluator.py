"""An independent evaluator: manifest data and a policy's spec to exact figures (contract, section 4)."""
# ruff: noqa: FBT001, PLR0913

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from types import MappingProxyType
from typing import Any

SUBSYSTEMS = ("slo", "cost", "reliability", "governance")
METRICS = ("uptime_pct", "mttr_minutes", "incidents_30d", "change_failure_rate_pct")
WORST_FIRST = ("critical", "degraded", "unknown", "healthy")
Exists = Callable[[str], bool]
Found = tuple[str, str]  # rule, subject: the SLO's or the metric's name, else ""


def decimal(text: str) -> Fraction:
    """A number as the contract writes it."""
    return Fraction(text)


DEFAULT: dict[str, Any] = {
    "gate": {
        "fail_on": ["degraded", "critical", "unknown"],
        "required": ["slo", "cost", "reliability", "governance"],
        "not_waivable": [],
        "max_prelaunch_days": 180,
        "regressions": ["declared", "measured"],
        "help": "",
        "exemptions": [],
        "merge": {},
        "deploy": {},
    },
    "waivers": {"max_days": 90, "warn_days": 14},
    "health": {"degraded_at": 2, "critical_at": 4},
    "slo": {"breach_points": 2, "low_budget_below_pct": 25, "low_budget_points": 0, "burn": [], "budget": []},
    "cost": {
        "over_budget_points": 1,
        "trend": {"spiking_above_pct": 20, "increasing_above_pct": 5, "decreasing_below_pct": -5},
        "spiking_points": 0,
    },
    "reliability": {
        "score": {
            "uptime_pct": [
                {"at_least": decimal("99.99"), "score": 40},
                {"at_least": decimal("99.9"), "score": 35},
                {"at_least": decimal("99.5"), "score": 25},
                {"at_least": decimal("99.0"), "score": 15},
                {"score": 5},
            ],
            "mttr_minutes": [
                {"at_most": 5, "score": 25},
                {"at_most": 15, "score": 20},
                {"at_most": 30, "score": 15},
                {"at_most": 60, "score": 10},
                {"score": 5},
            ],
            "incidents_30d": [
                {"at_most": 0, "score": 20},
                {"at_most": 2, "score": 15},
                {"at_most": 5, "score": 10},
                {"score": 5},
            ],
            "change_failure_rate_pct": [
                {"at_most": 5, "score": 15},
                {"at_most": 15, "score": 10},
                {"at_most": 30, "score": 5},
                {"score": 0},
            ],
        },
        "points": [{"below": 50, "points": 2}, {"below": 70, "points": 1}],
    },
    "governance": {
        "checks": {
            name: {"message": "", "help": ""}
            for name in ("runbook", "monitoring", "ownership", "documentation", "incident_response")
        },
        "points": [{"failed_at_least": 3, "points": 2}, {"failed_at_least": 1, "points": 1}],
        "needs_review_up_to": 2,
        "evidence": "declared",
        "placeholders": ["todo", "tbd", "unknown", "unspecified", "none", "n/a", "guest", "example"],
    },
    "severities": {},
    "rules": [],
    "overrides": [],
}


@dataclass(frozen=True)
class Figures:
    """What the evaluator knows about one service."""

    name: str
    team: str
    tier: int
    path: str
    health: str
    points: int
    points_of: Mapping[str, int]
    findings: frozenset[Found]
    no_data: frozenset[str]
    slos_met: int
    slos_total: int
    met: frozenset[str]
    budget_remaining: Mapping[str, Fraction | None]
    slo_breached: bool
    trend: str
    over_budget: bool
    latest_cost: Fraction
    average_cost: Fraction
    cost_entries: int
    currency: str
    score: Fraction | None
    governance: str
    governance_failed: frozenset[str]
    prelaunch: bool
    fail_on: frozenset[str]


@dataclass(frozen=True)
class Totals:
    """What the evaluator knows about a fleet."""

    total_services: int
    healthy: int
    degraded: int
    critical: int
    unknown: int
    slo_breaches: int
    over_budget: int
    governance_compliant: int
    cost_by_currency: Mapping[str, Fraction]
    total_monthly_cost: Fraction | None
    avg_score: Fraction | None
    top_risks: tuple[str, ...]


def exact(value: Any) -> Fraction:
    """A number as written."""
    if isinstance(value, bool):
        raise TypeError("a boolean is no number")
    if isinstance(value, float):
        return Fraction(repr(value))
    return Fraction(value)


def roundings(value: Fraction, places: int) -> set[Fraction]:
    """The values that a report may show for an exact figure: half up or half to even."""
    with localcontext() as context:
        context.prec = 60
        quotient = Decimal(value.numerator) / Decimal(value.denominator)
        step = Decimal(1).scaleb(-places)
        return {Fraction(quotient.quantize(step, mode)) for mode in (ROUND_HALF_UP, ROUND_HALF_EVEN)}


# policy


def merged(parent: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    """A policy spec laid over another: maps merge, lists and scalars replace, `overrides` and `rules` append."""
    apart = ("extends", "overrides", "rules")
    result = overlaid(parent, {key: value for key, value in child.items() if key not in apart})
    for key in ("overrides", "rules"):
        result[key] = [*parent.get(key, []), *child.get(key, [])]
    return result


def overlaid(parent: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    """Maps merged, the rest replaced; null removes."""
    result = dict(deepcopy(dict(parent)))
    for key, value in child.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(result.get(key), Mapping):
            result[key] = overlaid(result[key], value)
        else:
            result[key] = deepcopy(value)
    return result


def effective(policy: Mapping[str, Any], data: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The policy's spec for one service, overrides applied in order."""
    result = merged({}, policy)
    for override in policy.get("overrides", []):
        if matches(override["match"], data.get("metadata", {}), path):
            result = overlaid(result, override.get("spec", {}))
    return result


def matches(match: Mapping[str, Any], metadata: Mapping[str, Any], path: str) -> bool:
    """Whether everything that a match names fits the service."""
    subjects = {"team": metadata.get("team", ""), "name": metadata.get("name", ""), "path": path}
    for key, wanted in match.items():
        if key == "tier":
            good = exact(metadata.get("tier", 1)) in [exact(tier) for tier in listed(wanted)]
        elif key == "labels":
            labels = metadata.get("labels") or {}
            good = all(label in labels and labels[label] in listed(values) for label, values in wanted.items())
        else:
            good = any(glob(pattern).fullmatch(subjects[key]) for pattern in listed(wanted))
        if not good:
            return False
    return True


def listed(value: Any) -> list[Any]:
    """A list of one, if it isn't a list."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def glob(pattern: str) -> re.Pattern[str]:
    """`*` and `?` stay within a path component, `**/` is any number of folders, `**` anything."""
    pieces = re.findall(r"\*\*/|\*\*|\*|\?|\[!?\]?[^\]]*\]|.", pattern, re.DOTALL)
    special = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(special.get(piece) or bracket(piece) for piece in pieces), re.DOTALL)


def bracket(piece: str) -> str:
    """A character class or a character of a glob."""
    if len(piece) < 3:
        return re.escape(piece)
    negated = piece.startswith("[!")
    members = re.findall(r"(.)-(.)|(.)", piece[2 if negated else 1 : -1], re.DOTALL)
    ranges = [f"{re.escape(low)}-{re.escape(high)}" for low, high, single in members if not single and low <= high]
    inside = "".join([*ranges, *(re.escape(single) for _, _, single in members if single)])
    if not inside:
        return "." if negated else "(?!)"
    return f"[^{inside}]" if negated else f"[{inside}]"


# one service


@dataclass
class Tally:
    """Findings and points of one subsystem."""

    found: set[Found] = field(default_factory=set)
    points: int = 0


def evaluate(
    data: Mapping[str, Any],
    policy: Mapping[str, Any] = DEFAULT,
    *,
    as_of: date,
    path: str = "service.yaml",
    exists: Exists = lambda _: True,
    waived: Collection[Found] = (),
    burn_rates: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> Figures:
    """The exact figures of a valid manifest under a policy's spec (extends already merged, overrides not yet).

    `burn_rates` are those that were measured, by SLO and window.
    """
    spec = effective(policy, data, path)
    off = {rule for rule, severity in spec.get("severities", {}).items() if severity == "off"}
    silent = Silence(off, frozenset(waived))
    body = data["spec"]
    prelaunch = "launches" in data["metadata"] and as_of < date.fromisoformat(data["metadata"]["launches"])
    slos, cost = body.get("slos") or [], body.get("cost") or {}
    metrics = body.get("reliability") or {}
    failed = failed_checks(body.get("governance") or {}, spec["governance"], exists)
    tallies = {
        "slo": joined(
            slo_tally(slos, spec["slo"], silent, prelaunch), burn_tally(slos, spec["slo"], silent, burn_rates)
        ),
        "cost": cost_tally(cost, spec["cost"], silent),
        "reliability": reliability_tally(metrics, spec["reliability"], silent),
        "governance": governance_tally(body.get("governance"), failed, spec["governance"], silent),
    }
    found = {one for tally in tallies.values() for one in tally.found}
    points = sum(tally.points for tally in tallies.values())
    required = set(spec["gate"]["required"]) & ({"governance"} if prelaunch else set(SUBSYSTEMS))
    doubts = {f"{name}/no-data" for name in required} | {"slo/not-measured"}
    doubtful = any(rule in doubts and silent.open((rule, subject)) for rule, subject in found)
    entries = cost.get("entries") or []
    counted = {check for check in failed if f"governance/missing-{check}" not in off}
    return Figures(
        name=data["metadata"]["name"],
        team=data["metadata"]["team"],
        tier=int(data["metadata"].get("tier", 1)),
        path=path,
        health=health(points, doubtful, spec["health"]),
        points=points,
        points_of={name: tally.points for name, tally in tallies.items()},
        findings=frozenset(found),
        no_data=frozenset(lacking(slos, entries, metrics, body.get("governance"))),
        slos_met=sum(is_met(slo) for slo in slos),
        slos_total=len(slos),
        met=frozenset(slo["name"] for slo in slos if is_met(slo)),
        budget_remaining={slo["name"]: budget_remaining(slo) for slo in slos},
        slo_breached=any(rule == "slo/breached" for rule, _ in found),
        trend=trend(entries, spec["cost"]["trend"]),
        over_budget=over_budget(cost),
        latest_cost=exact(entries[-1]["amount"]) if entries else Fraction(0),
        average_cost=sum((exact(one["amount"]) for one in entries), Fraction(0)) / max(1, len(entries)),
        cost_entries=len(entries),
        currency=cost.get("currency", "USD"),
        score=score(metrics, spec["reliability"]["score"]),
        governance=governance_status(len(counted), spec["governance"]),
        governance_failed=frozenset(counted),
        prelaunch=prelaunch,
        fail_on=frozenset(spec["gate"]["fail_on"]),
    )


@dataclass(frozen=True)
class Silence:
    """Which findings aren't raised (off), and which are raised but cost nothing (waived)."""

    off: Collection[str]
    waived: Collection[Found]

    def raised(self, found: Iterable[Found]) -> set[Found]:
        return {one for one in found if one[0] not in self.off}

    def open(self, one: Found) -> bool:
        return one not in self.waived

    def costs(self, found: Iterable[Found], rule: str) -> bool:
        return any(one[0] == rule and self.open(one) for one in found)


def health(points: int, doubtful: bool, limits: Mapping[str, Any]) -> str:
    """Points to health."""
    if points >= limits["critical_at"]:
        return "critical"
    if points >= limits["degraded_at"]:
        return "degraded"
    return "unknown" if doubtful else "healthy"


def lacking(slos: Any, entries: Any, metrics: Any, governance: Any) -> Iterable[str]:
    """The subsystems without data."""
    if not any("current" in slo for slo in slos):
        yield "slo"
    if not entries:
        yield "cost"
    if not metrics:
        yield "reliability"
    if not governance:
        yield "governance"


def is_met(slo: Mapping[str, Any]) -> bool:
    """At or above its target; not measured is not met."""
    return "current" in slo and exact(slo["current"]) >= exact(slo["target"])


def budget_remaining(slo: Mapping[str, Any]) -> Fraction | None:
    """Percent of the error budget that is left; None if not measured."""
    if "current" not in slo:
        return None
    budget, used = 100 - exact(slo["target"]), 100 - exact(slo["current"])
    return max(Fraction(0), budget - used) / budget * 100 if budget > 0 else Fraction(0)


def overspent_too(slo: Mapping[str, Any]) -> Fraction | None:
    """Percent of the error budget that is left, negative where it is overspent; None if that can't be said.

    A target of 100 allows nothing: whatever is spent is more than any multiple of it.
    """
    if "current" not in slo or (exact(slo["target"]) == 100 and is_met(slo)):
        return None
    if exact(slo["target"]) == 100:
        return Fraction(-(10**12))
    return (exact(slo["current"]) - exact(slo["target"])) * 100 / (100 - exact(slo["target"]))


def band_points(left: Fraction | None, limits: Mapping[str, Any]) -> int | None:
    """What the bands charge for what is left; None where no band holds."""
    held = [band["points"] for band in limits["budget"] if left is not None and left < exact(band["left_below_pct"])]
    return held[0] if held else None


def slo_tally(slos: Any, limits: Mapping[str, Any], silent: Silence, prelaunch: bool) -> Tally:
    found: set[Found] = set()
    for slo in slos:
        if "current" not in slo:
            if not prelaunch:
                found.add(("slo/not-measured", slo["name"]))
        elif not is_met(slo):
            found.add(("slo/breached", slo["name"]))
        elif is_low(slo, limits) or band_points(overspent_too(slo), limits) is not None:
            found.add(("slo/low-budget", slo["name"]))
    if not any("current" in slo for slo in slos):
        found.add(("slo/no-data", ""))
    found = silent.raised(found)
    counting = [slo for slo in slos if any(silent.open(one) for one in found if one[1] == slo["name"] != "")]
    return Tally(found, budget_points([slo for slo in counting if "current" in slo], limits))


def is_low(slo: Mapping[str, Any], limits: Mapping[str, Any]) -> bool:
    left = overspent_too(slo)
    return left is not None and left < exact(limits["low_budget_below_pct"])


def budget_points(slos: Any, limits: Mapping[str, Any]) -> int:
    """The points of some SLOs that are breached or low: those of the worst one's band take the place of its own."""
    breach = limits["breach_points"] if not all(map(is_met, slos)) else 0
    low = limits["low_budget_points"] if any(is_met(slo) and is_low(slo, limits) for slo in slos) else 0
    ranked = sorted((left, is_met(slo)) for slo in slos if (left := overspent_too(slo)) is not None)
    if not ranked:
        return breach + low
    band = band_points(ranked[0][0], limits) or 0
    return breach + max(low, band) if ranked[0][1] else max(breach, band) + low


MINUTES = {"m": 1, "h": 60, "d": 1440, "w": 10080}


def length(window: str) -> int:
    """A window in minutes."""
    return int(window[:-1]) * MINUTES[window[-1]]


def burn_tally(
    slos: Any, limits: Mapping[str, Any], silent: Silence, burn_rates: Mapping[str, Mapping[str, Any]]
) -> Tally:
    """Error budgets that burn too fast over two windows; the dearest of them is charged, once."""
    charged: dict[Found, int] = {}
    for slo in slos:
        rates = {length(window): exact(rate) for window, rate in burn_rates.get(slo["name"], {}).items()}
        for entry in limits["burn"]:
            both = [rates.get(length(entry[key]), Fraction(0)) for key in ("long", "short")]
            if min(both) > exact(entry["above"]):
                found = ("slo/burning", slo["name"])
                charged[found] = max(charged.get(found, 0), entry["points"])
    raised = silent.raised(charged)
    return Tally(raised, max((charged[one] for one in raised if silent.open(one)), default=0))


def joined(one: Tally, other: Tally) -> Tally:
    return Tally(one.found | other.found, one.points + other.points)


def trend(entries: Any, limits: Mapping[str, Any]) -> str:
    """The direction of the last month, compared exactly."""
    if len(entries) < 2 or exact(entries[-2]["amount"]) == 0:
        return "stable"
    before, after = exact(entries[-2]["amount"]), exact(entries[-1]["amount"])
    change = (after - before) / before * 100
    if change > exact(limits["spiking_above_pct"]):
        return "spiking"
    if change > exact(limits["increasing_above_pct"]):
        return "increasing"
    return "decreasing" if change < exact(limits["decreasing_below_pct"]) else "stable"


def over_budget(cost: Mapping[str, Any]) -> bool:
    """The latest month costs more than a budget that is set."""
    entries, budget = cost.get("entries") or [], exact(cost.get("budget_monthly", 0))
    return bool(entries) and budget > 0 and exact(entries[-1]["amount"]) > budget


def cost_tally(cost: Mapping[str, Any], limits: Mapping[str, Any], silent: Silence) -> Tally:
    entries = cost.get("entries") or []
    found: set[Found] = set()
    if not entries:
        found.add(("cost/no-data", ""))
    elif exact(cost.get("budget_monthly", 0)) == 0:
        found.add(("cost/no-budget", ""))
    if over_budget(cost):
        found.add(("cost/over-budget", ""))
    if trend(entries, limits["trend"]) == "spiking":
        found.add(("cost/spiking", ""))
    found = silent.raised(found)
    points = limits["over_budget_points"] if silent.costs(found, "cost/over-budget") else 0
    points += limits["spiking_points"] if silent.costs(found, "cost/spiking") else 0
    return Tally(found, points)


def score(metrics: Mapping[str, Any], bands: Mapping[str, Any]) -> Fraction | None:
    """The sum over the measured metrics; None if none is."""
    if not metrics:
        return None
    return sum((band_score(exact(value), bands[name]) for name, value in metrics.items()), Fraction(0))


def band_score(value: Fraction, bands: Iterable[Mapping[str, Any]]) -> Fraction:
    """The score of the first band that holds."""
    for band in bands:
        low, high = band.get("at_least"), band.get("at_most")
        if (low is None or value >= exact(low)) and (high is None or value <= exact(high)):
            return exact(band["score"])
    raise ValueError("no band holds")


def reliability_tally(metrics: Mapping[str, Any], limits: Mapping[str, Any], silent: Silence) -> Tally:
    total = score(metrics, limits["score"])
    if total is None:
        return Tally(silent.raised({("reliability/no-data", "")}))
    found = {("reliability/not-measured", name) for name in METRICS if name not in metrics}
    hit = [band["points"] for band in limits["points"] if total < exact(band["below"])]
    if hit:
        found.add(("reliability/low-score", ""))
    found = silent.raised(found)
    return Tally(found, hit[0] if silent.costs(found, "reliability/low-score") else 0)


def failed_checks(section: Mapping[str, Any], limits: Mapping[str, Any], exists: Exists) -> set[str]:
    """The governance checks that the section doesn't pass."""
    return {
        check
        for check, shape in limits["checks"].items()
        if shape is not None and not passes(check, section.get(check, False), limits, exists)
    }


def passes(check: str, value: Any, limits: Mapping[str, Any], exists: Exists) -> bool:
    """Whether one declaration counts."""
    if isinstance(value, bool):
        return value and limits["evidence"] != "required"
    if is_placeholder(value, limits["placeholders"]):
        return False
    is_path = check != "ownership" and not value.lower().startswith(("http://", "https://"))
    return exists(value) if is_path and limits["evidence"] != "declared" else True


def is_placeholder(value: str, placeholders: Iterable[str]) -> bool:
    """Whether an owner or a component of a path says nothing."""
    whole = value.removeprefix("@")
    address = re.match(r"(?i)https?://[^/?#]*(.*)", whole, re.DOTALL)
    rest = re.split(r"[?#]", address.group(1))[0] if address else whole
    parts = {whole.casefold(), *(part.casefold() for part in rest.split("/"))}
    return any(word.casefold() in parts for word in placeholders)


def governance_tally(section: Any, failed: set[str], limits: Mapping[str, Any], silent: Silence) -> Tally:
    found = {(f"governance/missing-{check}", "") for check in failed}
    if not section:
        found.add(("governance/no-data", ""))
    found = silent.raised(found)
    missing = sum(rule.startswith("governance/missing-") and silent.open((rule, subject)) for rule, subject in found)
    hit = [band["points"] for band in limits["points"] if missing >= band["failed_at_least"]]
    return Tally(found, hit[0] if hit else 0)


def governance_status(failed: int, limits: Mapping[str, Any]) -> str:
    """The count of failed checks in words."""
    if failed == 0:
        return "compliant"
    return "needs_review" if failed <= limits["needs_review_up_to"] else "non_compliant"


# a fleet


def totals(fleet: Iterable[Figures]) -> Totals:
    """The report's totals, exact."""
    services = list(fleet)
    by_currency: dict[str, Fraction] = {}
    for one in services:
        if one.cost_entries:
            by_currency[one.currency] = by_currency.get(one.currency, Fraction(0)) + one.latest_cost
    scores = [one.score for one in services if one.score is not None]
    count = {word: sum(one.health == word for one in services) for word in WORST_FIRST}
    risky = sorted(
        (one for one in services if one.health != "healthy"),
        key=lambda one: (WORST_FIRST.index(one.health), -one.points, one.name),
    )
    average = sum(scores, Fraction(0)) / len(scores) if scores else None
    return Totals(
        total_services=len(services),
        healthy=count["healthy"],
        degraded=count["degraded"],
        critical=count["critical"],
        unknown=count["unknown"],
        slo_breaches=sum(one.slo_breached for one in services),
        over_budget=sum(one.over_budget for one in services),
        governance_compliant=sum(one.governance == "compliant" for one in services),
        cost_by_currency=by_currency,
        total_monthly_cost=sum(by_currency.values(), Fraction(0)) if len(by_currency) < 2 else None,
        avg_score=average if services else Fraction(0),
        top_risks=tuple(one.name for one in risky[:10]),
    )


def exit_code(fleet: Iterable[Figures], fail_on: Collection[str] | None = None, *, unjudged: bool = False) -> int:
    """0, 1 or 2; `fail_on` beats the policy's, `unjudged` says that something could not be judged."""
    services = list(fleet)
    if unjudged or not services:
        return 2
    return 1 if any(fails(one, one.fail_on if fail_on is None else fail_on) for one in services) else 0


def fails(one: Figures, fail_on: Collection[str], waived: Collection[Found] = ()) -> bool:
    """Whether a service is in `fail_on`, by its health or by an open finding's rule."""
    return one.health in fail_on or any(found[0] in fail_on for found in one.findings if found not in waived)
