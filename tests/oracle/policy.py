"""Independent validation of a policy's data (contract, section 4), written by hand."""
# ruff: noqa: E501, FBT001, FBT002, SIM905, N818

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from tests.oracle.evaluator import DEFAULT, METRICS, SUBSYSTEMS, exact, length, merged, overlaid

Look = Callable[[Any], bool]
MATCH_KEYS = ("tier", "team", "name", "path", "labels")
OVERRIDABLE = ("gate", "waivers", "health", "slo", "cost", "reliability", "governance", "severities")
HEALTHS = ("degraded", "critical", "unknown")
RULES = frozenset(
    "manifest/unreadable manifest/invalid manifest/duplicate-service slo/breached slo/low-budget slo/not-measured "
    "slo/burning slo/burn-not-measured slo/no-data cost/over-budget cost/spiking cost/no-budget cost/no-data reliability/low-score "
    "reliability/not-measured reliability/no-data governance/no-data waiver/expired waiver/unused waiver/expiring".split()
)


class InvalidPolicy(Exception):
    """The document isn't a policy."""


AGES = ("stale_after_months", "on_stale", "forecast_over_budget_points")
"""Keys of the cost section that are about measured numbers and their age."""


def _without_ages(spec: Any) -> Any:
    """A spec without what the oracle knows nothing of: measured numbers, and how old a number may be."""
    if not isinstance(spec, dict):
        return spec
    kept = {key: value for key, value in spec.items() if key != "measurements"}
    if isinstance(kept.get("cost"), dict):
        kept["cost"] = {key: value for key, value in kept["cost"].items() if key not in AGES}
    return kept


def spec_of(data: Any) -> dict[str, Any]:
    """A policy document's spec merged over the default (only `extends: default` is known); raises InvalidPolicy."""
    need(keys(data, ("apiVersion", "kind", "metadata", "spec")) and "spec" in data, "keys of the document")
    need(data.get("apiVersion") == "platform-gate/v1" and data.get("kind") == "Policy", "apiVersion and kind")
    metadata = data.get("metadata", {})
    need(keys(metadata, ("name", "description")) and text(metadata.get("name", "x")), "metadata")
    need(isinstance(metadata.get("description", ""), str), "description")
    spec = _without_ages(data["spec"])
    need(keys(spec, ("extends", *DEFAULT)), "keys of spec")
    need(spec.get("extends", "default") == "default", "extends")
    need(all(isinstance(spec.get(key, []), list) for key in ("rules", "overrides")), "rules and overrides are lists")
    need(no_nulls(spec), "null removes nothing but a governance check")
    whole = merged(DEFAULT, {key: part(key, value) for key, value in spec.items()})
    check(whole)
    for override in whole["overrides"]:
        check_override(override, whole)
    return whole


def no_nulls(data: Any, at: tuple[Any, ...] = ()) -> bool:
    """No null but as `governance.checks.<name>`, of the spec or of an override's."""
    if data is None:
        return len(at) > 2 and at[-3:-1] == ("governance", "checks")
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return all(at[:1] == ("rules",) or no_nulls(value, (*at, key)) for key, value in pairs)


def part(key: str, value: Any) -> Any:
    """A part of a spec, which a null or a scalar can't replace."""
    need(key in ("extends", "rules", "overrides") or isinstance(value, dict), f"{key} must be a mapping")
    return value


def need(good: bool, what: str) -> None:
    """Refuse unless good."""
    if not good:
        raise InvalidPolicy(what)


def keys(data: Any, known: Sequence[str], all_of: bool = False) -> bool:
    """A mapping of known keys."""
    return isinstance(data, dict) and set(data) <= set(known) and (not all_of or set(data) == set(known))


def number(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, (int, Fraction, Decimal))


def count(value: Any, least: int = 0, most: int | None = None) -> bool:
    good = number(value) and exact(value).denominator == 1 and value >= least
    return bool(good and (most is None or value <= most))


def percent(value: Any) -> bool:
    return number(value) and 0 <= value <= 100


def text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def list_of(value: Any, look: Look) -> bool:
    return isinstance(value, list) and all(look(one) for one in value)


def one_of(*words: str) -> Look:
    return lambda value: isinstance(value, str) and value in words


def check(spec: Mapping[str, Any]) -> None:
    """Every limit of a whole spec."""
    checks = spec["governance"].get("checks") if isinstance(spec["governance"], dict) else None
    need(isinstance(checks, dict), "governance.checks")
    rules = RULES | {f"governance/missing-{check}" for check in checks or ()}
    check_gate(spec["gate"], rules)
    waivers, health, slo = spec["waivers"], spec["health"], spec["slo"]
    need(
        same_keys(waivers, "waivers") and count(waivers["max_days"], 1, 366) and count(waivers["warn_days"]), "waivers"
    )
    need(same_keys(health, "health") and all(count(value, 1) for value in health.values()), "health")
    need(health["degraded_at"] <= health["critical_at"], "degraded_at above critical_at")
    need(same_keys(slo, "slo") and count(slo["breach_points"]) and count(slo["low_budget_points"]), "slo")
    need(percent(slo["low_budget_below_pct"]), "low_budget_below_pct")
    check_points(slo["budget"], "left_below_pct", lambda value: number(value) and -10000 <= value <= 100, rising=True)
    check_burn(slo["burn"])
    check_cost(spec["cost"])
    check_reliability(spec["reliability"])
    check_governance(spec["governance"])
    off = [rule for rule, severity in spec["severities"].items() if severity == "off"]
    need(set(spec["severities"]) <= rules, "severities name unknown rules")
    need(all(one_of("note", "warning", "error", "off")(value) for value in spec["severities"].values()), "severity")
    need(not any(rule.startswith("manifest/") for rule in off), "manifest rules can't be off")


def check_burn(entries: Any) -> None:
    """Two windows, the short one shorter, and a rate above 0."""
    need(list_of(entries, lambda entry: keys(entry, ("long", "short", "above", "points"), all_of=True)), "burn")
    for entry in entries:
        need(number(entry["above"]) and entry["above"] > 0 and count(entry["points"]), "above and points")
        need(all(isinstance(entry[key], str) and WINDOW.fullmatch(entry[key]) for key in ("long", "short")), "windows")
        need(length(entry["short"]) < length(entry["long"]), "the short window is shorter")


WINDOW = re.compile("[1-9][0-9]{0,3}[mhdw]", re.ASCII)


def same_keys(data: Any, section: str) -> bool:
    return keys(data, tuple(DEFAULT[section]), all_of=True)


def check_gate(gate: Any, rules: frozenset[str]) -> None:
    need(same_keys(gate, "gate"), "gate")
    need(list_of(gate["fail_on"], one_of(*HEALTHS, *rules)) and bool(gate["fail_on"]), "fail_on")
    need(list_of(gate["required"], one_of(*SUBSYSTEMS)), "required")
    need(list_of(gate["not_waivable"], one_of(*rules)), "not_waivable")
    need(set(gate["regressions"]) <= {"declared", "measured"} and gate["regressions"], "regressions")
    need(count(gate["max_prelaunch_days"]) and isinstance(gate["help"], str), "max_prelaunch_days and help")
    need(gate["exemptions"] == [] and gate["merge"] == gate["deploy"] == {}, "exemptions: the oracle knows none")


def check_cost(cost: Any) -> None:
    need(same_keys(cost, "cost") and count(cost["over_budget_points"]) and count(cost["spiking_points"]), "cost")
    trend = cost["trend"]
    need(keys(trend, tuple(DEFAULT["cost"]["trend"]), all_of=True) and all(map(number, trend.values())), "trend")
    need(trend["decreasing_below_pct"] <= trend["increasing_above_pct"] <= trend["spiking_above_pct"], "trend order")


def check_reliability(limits: Any) -> None:
    need(same_keys(limits, "reliability") and keys(limits["score"], METRICS, all_of=True), "reliability")
    for name, bands in limits["score"].items():
        bound = "at_least" if name == "uptime_pct" else "at_most"
        most = None if name in ("mttr_minutes", "incidents_30d") else 100
        check_bands(bands, bound, most)
    check_points(limits["points"], "below", percent, rising=True)


def check_bands(bands: Any, bound: str, most: int | None) -> None:
    """In order, covering everything, never better for worse."""
    need(
        list_of(bands, lambda band: keys(band, (bound, "score")) and count(band.get("score"))) and bool(bands), "bands"
    )
    need(
        bound not in bands[-1] and all(bound in band for band in bands[:-1]),
        "the last band has no bound, the others have",
    )
    bounds = [band[bound] for band in bands[:-1]]
    need(all(number(value) and value >= 0 and (most is None or value <= most) for value in bounds), "bounds")
    falling = bound == "at_least"
    need(all((a > b) if falling else (a < b) for a, b in pairwise(bounds)), "bounds out of order")
    need(all(a["score"] >= b["score"] for a, b in pairwise(bands)), "a worse value scores more")


def check_points(bands: Any, bound: str, look: Look, rising: bool) -> None:
    need(list_of(bands, lambda band: keys(band, (bound, "points"), all_of=True)), "points")
    need(all(look(band[bound]) and count(band["points"]) for band in bands), "points and bounds")
    need(all((a[bound] < b[bound]) if rising else (a[bound] > b[bound]) for a, b in pairwise(bands)), "out of order")
    need(all(a["points"] >= b["points"] for a, b in pairwise(bands)), "a worse value costs less")


def check_governance(limits: Any) -> None:
    need(same_keys(limits, "governance"), "governance")
    for name, shape in limits["checks"].items():
        need(re.fullmatch("[a-z][a-z0-9_]*", name, re.ASCII) is not None, "check name")
        need(keys(shape, ("message", "help")) and all(isinstance(one, str) for one in shape.values()), "check")
    check_points(limits["points"], "failed_at_least", lambda value: count(value, 1), rising=False)
    need(count(limits["needs_review_up_to"]), "needs_review_up_to")
    need(one_of("declared", "verified", "required")(limits["evidence"]), "evidence")
    need(list_of(limits["placeholders"], text), "placeholders")


def check_override(override: Any, whole: Mapping[str, Any]) -> None:
    need(keys(override, ("match", "reason", "spec")) and {"match", "spec"} <= set(override), "override")
    need(text(override.get("reason", "x")), "reason")
    match = override["match"]
    need(keys(match, MATCH_KEYS) and bool(match), "match")
    need(
        keys(override["spec"], OVERRIDABLE) and all(isinstance(one, dict) for one in override["spec"].values()), "spec"
    )
    for key, wanted in match.items():
        values = wanted if isinstance(wanted, list) else [wanted]
        need(bool(values), "an empty match")
        if key == "tier":
            need(all(number(value) and value in (1, 2, 3) for value in values), "tier")
        elif key == "labels":
            need(isinstance(wanted, dict) and bool(wanted) and all(map(text_or_list, wanted.values())), "labels")
        else:
            need(all(map(text, values)), key)
    check(overlaid(whole, override["spec"]))


def text_or_list(value: Any) -> bool:
    return text(value) or (isinstance(value, list) and bool(value) and list_of(value, text))
