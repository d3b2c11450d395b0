"""Random fleets and policies that hit the boundaries: as data, and as YAML text in several styles."""
# ruff: noqa: S311, FBT001, FBT002, FBT003, ARG001

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.oracle.evaluator import DEFAULT, exact, merged, score
from tests.oracle.reader import reads_as_word

AS_OF = date(2026, 11, 23)
STYLES = ("block", "flow", "json", "quoted", "single", "crlf", "comments", "explicit", "exponent", "bom", "indented")
TEAMS = ("platform", "fintech", "data", "search")
D = Decimal

TARGETS = [D(text) for text in ("99.9", "99.99", "99.5", "95", "100", "99", "50", "0.1", "99.95", "99.999")]
BUDGET_LEFT = [D(text) for text in ("0", "0.25", "0.2499", "0.2501", "0.5", "0.1", "1", "0.75")]
FACTORS = [
    D(text)
    for text in (
        "1",
        "1.2",
        "1.2000001",
        "1.1999999",
        "1.05",
        "1.0500001",
        "1.0499999",
        "0.95",
        "0.9499999",
        "0",
        "1.25",
        "3",
    )
]
UPTIMES = [
    D(text)
    for text in ("100", "99.99", "99.9899999999", "99.95", "99.9", "99.8999999999", "99.5", "99.49", "99", "98.99", "0")
]
MTTRS = [D(text) for text in ("0", "5", "5.0001", "8", "15", "15.1", "30", "30.5", "60", "60.1", "10000")]
INCIDENTS = [0, 1, 2, 3, 5, 6, 100]
FAILURES = [D(text) for text in ("0", "5", "5.01", "15", "15.01", "30", "30.1", "100")]
POOLS: dict[str, Sequence[Decimal | int]] = {
    "uptime_pct": UPTIMES,
    "mttr_minutes": MTTRS,
    "incidents_30d": INCIDENTS,
    "change_failure_rate_pct": FAILURES,
}
AT_BOUNDARY = [
    values
    for values in product(UPTIMES, MTTRS[::2], INCIDENTS[::2], FAILURES[::2])
    if score(dict(zip(POOLS, values, strict=True)), DEFAULT["reliability"]["score"]) in (50, 70)
]
EVIDENCE = {
    "runbook": "docs/runbooks/service.md",
    "monitoring": "https://grafana.example.com/d/abc",
    "ownership": "team-platform",
    "documentation": "README.md",
    "incident_response": "https://ops.example.com/on-call#rota",
}
HOLLOW = {
    "runbook": "docs/TODO",
    "monitoring": "https://grafana.example.com/tbd",
    "ownership": "@guest",
    "documentation": "example/README.md",
    "incident_response": "unknown/x.md",
}


@dataclass(frozen=True)
class Policy:
    """A policy: its own part, the whole spec with the default below it, and its YAML."""

    name: str
    delta: dict[str, Any]
    spec: dict[str, Any]
    text: str


# manifests


def manifest(rng: Random, name: str = "service", extra_checks: Sequence[str] = ()) -> dict[str, Any]:
    """A valid manifest; numbers are int or Decimal."""
    spec: dict[str, Any] = {}
    for key, make in (("slos", slos), ("cost", cost), ("reliability", reliability)):
        if rng.random() < 0.93:
            spec[key] = make(rng)
    if rng.random() < 0.95:
        spec["governance"] = governance(rng, extra_checks)
    return {"apiVersion": "platform-gate/v1", "kind": "Service", "metadata": metadata(rng, name), "spec": spec}


def good_manifest(rng: Random, name: str = "service") -> dict[str, Any]:
    """A manifest that is healthy under the default policy."""
    data = manifest(rng, name)
    data["metadata"].pop("launches", None)
    data["spec"] = {
        "slos": [{"name": "availability", "target": D("99.9"), "current": D(rng.choice(["99.9", "99.95", "100"]))}],
        "cost": {
            "budget_monthly": 5000,
            "entries": [{"month": "2026-09", "amount": 4200}, {"month": "2026-10", "amount": 4500}],
        },
        "reliability": {"uptime_pct": D("99.95"), "mttr_minutes": 8, "incidents_30d": 1, "change_failure_rate_pct": 5},
        "governance": dict(EVIDENCE),
    }
    return data


def metadata(rng: Random, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {"name": name, "team": rng.choice(TEAMS)}
    if rng.random() < 0.7:
        found["tier"] = rng.choice([1, 2, 3])
    if rng.random() < 0.4:
        found["labels"] = {"domain": rng.choice(["commerce", "core"]), **({"zone": "eu"} if rng.random() < 0.5 else {})}
    if rng.random() < 0.15:
        found["launches"] = (AS_OF + timedelta(days=rng.choice([-400, -1, 0, 1, 30, 180]))).isoformat()
    return found


def slos(rng: Random) -> list[dict[str, Any]]:
    return [slo(rng, f"slo-{index}") for index in range(rng.choice([0, 1, 1, 1, 2, 3]))]


def slo(rng: Random, name: str) -> dict[str, Any]:
    target = rng.choice(TARGETS)
    kind = rng.random()
    found: dict[str, Any] = {"name": name, "target": target}
    if kind < 0.15:
        found["current"] = target
    elif kind < 0.3:
        found["current"] = target - D("0.0000000001")
    elif kind < 0.75:
        found["current"] = target + (100 - target) * rng.choice(BUDGET_LEFT)
    elif kind < 0.9:
        found["current"] = rng.choice([D(0), D(50), D("99.8"), D("99.95"), D(100)])
    if rng.random() < 0.3:
        found["window"] = rng.choice(["30d", "4w", "calendar-month", "1d", "9999w"])
    return found


def cost(rng: Random) -> dict[str, Any]:
    amount: Decimal = rng.choice([D(text) for text in ("100", "1000", "2800", "0", "0.1", "333.33", "123456789")])
    amounts = [amount]
    for _ in range(rng.choice([0, 1, 1, 2, 5])):
        amounts.append(amounts[-1] * rng.choice(FACTORS) if amounts[-1] < 10**7 else amounts[-1])
        amounts[-1] = short(amounts[-1])
    if rng.random() < 0.07:
        amounts = []
    found: dict[str, Any] = {}
    if rng.random() < 0.85:
        latest = amounts[-1] if amounts else D(1)
        found["budget_monthly"] = rng.choice(
            [latest, latest, D(0), short(latest * D("0.9")), short(latest * 2), D("0.01")]
        )
    if rng.random() < 0.4:
        found["currency"] = rng.choice(["USD", "EUR", "JPY"])
    if amounts or rng.random() < 0.5:
        months = [f"2026-{month:02d}" for month in range(1, 12)][-len(amounts) :] if amounts else []
        found["entries"] = [{"month": month, "amount": value} for month, value in zip(months, amounts, strict=True)]
    return found


def short(value: Decimal) -> Decimal:
    """At most eight decimals, so that no number has more than 15 digits."""
    return value.quantize(D("0.00000001")).normalize() if value < 10**6 else D(int(value))


def reliability(rng: Random) -> dict[str, Any]:
    kind = rng.random()
    if kind < 0.3:
        values = dict(zip(POOLS, rng.choice(AT_BOUNDARY), strict=True))
    else:
        values = {name: rng.choice(list(pool)) for name, pool in POOLS.items()}
    if kind > 0.8:
        values = {name: value for name, value in values.items() if rng.random() < 0.6}
    return values


def governance(rng: Random, extra_checks: Sequence[str] = ()) -> dict[str, Any]:
    found: dict[str, Any] = {}
    chance = rng.choice([0.05, 0.3, 0.9])
    for check in (*EVIDENCE, *extra_checks):
        if rng.random() < chance:
            bad = rng.choice([None, False, HOLLOW.get(check, "todo/x")])
            if bad is not None:
                found[check] = bad
        else:
            found[check] = rng.choice([True, EVIDENCE.get(check, "docs/x.md")])
    return found


def fleet(seed: int, size: int, extra_checks: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Manifests with unique names."""
    rng = Random(seed)
    return [manifest(rng, f"svc-{index:05d}", extra_checks) for index in range(size)]


def files(seed: int, size: int, extra_checks: Sequence[str] = ()) -> list[tuple[str, bytes]]:
    """A fleet as (path, bytes): several styles, some files of several documents."""
    return [(path, raw) for path, raw, _ in laid_out(seed, size, extra_checks)]


def laid_out(seed: int, size: int, extra_checks: Sequence[str] = ()) -> list[tuple[str, bytes, list[dict[str, Any]]]]:
    """A fleet as (path, bytes, documents)."""
    rng = Random(seed + 1)
    waiting = fleet(seed, size, extra_checks)
    found: list[tuple[str, bytes, list[dict[str, Any]]]] = []
    while waiting:
        count = rng.choice([1, 1, 1, 1, 2, 3])
        batch, waiting = waiting[:count], waiting[count:]
        path = f"services/{rng.choice(['', 'a/', 'a/b/'])}{batch[0]['metadata']['name']}.{rng.choice(['yaml', 'yml'])}"
        found.append((path, multi_yaml(batch, rng.choice(STYLES), rng), batch))
    return found


# policies


def policy(rng: Random, name: str = "random") -> Policy:
    """A valid policy: some of the changes below, mixed."""
    delta: dict[str, Any] = {}
    for change in rng.sample(CHANGES, rng.choice([0, 1, 2, 4, 6])):
        delta = merged(delta, change(rng))
    delta = {key: value for key, value in delta.items() if value != []}
    return as_policy(name, delta)


def policies(seed: int = 0, count: int = 12) -> list[Policy]:
    """The default, one policy per kind of change, and random mixtures."""
    rng = Random(seed)
    single = [as_policy(change.__name__.strip("_"), change(rng)) for change in CHANGES]
    return [as_policy("plain", {}), *single, *(policy(rng, f"mixed-{index}") for index in range(count))]


def as_policy(name: str, delta: dict[str, Any]) -> Policy:
    document = {
        "apiVersion": "platform-gate/v1",
        "kind": "Policy",
        "metadata": {"name": name.replace("_", "-"), "description": "Generated."},
        "spec": {"extends": "default", **delta},
    }
    return Policy(name, delta, merged(DEFAULT, delta), to_yaml(document, "block"))


def _slo(rng: Random) -> dict[str, Any]:
    left = rng.choice([0, 10, 25, D("50.5"), 100])
    return {
        "slo": {
            "breach_points": rng.choice([0, 1, 2, 4]),
            "low_budget_below_pct": left,
            "low_budget_points": rng.choice([0, 1, 3]),
            "budget": rng.choice([[], budget_bands(rng)]),
            "burn": rng.choice([[], burn_entries(rng)]),
        }
    }


def budget_bands(rng: Random) -> list[dict[str, Any]]:
    """Bands of the error budget left, for the lowest the most points."""
    known: list[Decimal] = [D(text) for text in ("-1000", "-100", "-0.1", "0", "10", "25", "50.5", "100")]
    bounds = sorted(rng.sample(known, rng.choice([1, 2, 3])))
    worth = sorted((rng.choice([0, 1, 2, 3, 5]) for _ in bounds), reverse=True)
    return [{"left_below_pct": bound, "points": cost} for bound, cost in zip(bounds, worth, strict=True)]


def burn_entries(rng: Random) -> list[dict[str, Any]]:
    """Burn rates that are too high, in any order."""
    pairs = [("1h", "5m"), ("6h", "30m"), ("3d", "6h"), ("60m", "5m")]
    return [
        {
            "long": long,
            "short": short,
            "above": rng.choice([D("14.4"), 6, 1, D("0.5")]),
            "points": rng.choice([0, 1, 2]),
        }
        for long, short in rng.sample(pairs, rng.choice([1, 2, 3]))
    ]


def _cost(rng: Random) -> dict[str, Any]:
    trend = {"spiking_above_pct": rng.choice([20, 25, 150, 5]), "increasing_above_pct": rng.choice([0, 5, D("2.5")])}
    return {
        "cost": {"over_budget_points": rng.choice([0, 1, 3]), "spiking_points": rng.choice([0, 1, 2]), "trend": trend}
    }


def _reliability(rng: Random) -> dict[str, Any]:
    uptime = [{"at_least": D("99.95"), "score": 40}, {"at_least": D("99.5"), "score": 30}, {"score": 0}]
    points = [
        {"below": rng.choice([40, 50]), "points": 3},
        {"below": rng.choice([60, 70]), "points": 2},
        {"below": 90, "points": 1},
    ]
    score: dict[str, Any] = rng.choice([{}, {"uptime_pct": uptime}, {"incidents_30d": [{"score": 20}]}])
    return {"reliability": {"points": points, "score": score}}


def _governance(rng: Random) -> dict[str, Any]:
    points = [
        {"failed_at_least": rng.choice([2, 4]), "points": 3},
        {"failed_at_least": 1, "points": rng.choice([0, 1])},
    ]
    return {"governance": {"points": points, "needs_review_up_to": rng.choice([0, 1, 3])}}


def _evidence(rng: Random) -> dict[str, Any]:
    return {"governance": {"evidence": rng.choice(["verified", "required"])}}


def _removed_check(rng: Random) -> dict[str, Any]:
    return {"governance": {"checks": {"incident_response": None}}}


def _checks(rng: Random) -> dict[str, Any]:
    message = {"message": "needs a security review", "help": "Ask for one.\nThen link it."}
    return {
        "governance": {"checks": {"security_review": message}, "placeholders": ["todo", "example", "team-platform"]}
    }


def _health(rng: Random) -> dict[str, Any]:
    return {"health": {"degraded_at": rng.choice([1, 2, 3]), "critical_at": rng.choice([3, 4, 6])}}


def _severities(rng: Random) -> dict[str, Any]:
    rules = [
        "slo/breached",
        "slo/not-measured",
        "slo/no-data",
        "cost/no-data",
        "cost/over-budget",
        "reliability/low-score",
    ]
    rules += [
        "reliability/no-data",
        "governance/no-data",
        "governance/missing-runbook",
        "cost/spiking",
        "slo/low-budget",
    ]
    return {
        "severities": {rule: rng.choice(["off", "off", "note", "warning", "error"]) for rule in rng.sample(rules, 5)}
    }


def _required(rng: Random) -> dict[str, Any]:
    return {"gate": {"required": rng.choice([["governance"], ["slo"], ["slo", "reliability"], ["cost", "slo"]])}}


def _fail_on(rng: Random) -> dict[str, Any]:
    wanted = [
        ["critical"],
        ["critical", "slo/breached"],
        ["degraded", "critical"],
        ["governance/missing-ownership"],
        ["unknown"],
    ]
    return {"gate": {"fail_on": rng.choice(wanted)}}


def _by_tier(rng: Random) -> dict[str, Any]:
    spec = {"gate": {"required": ["governance"]}, "health": {"critical_at": 9}}
    return over(rng.choice([{"tier": [3]}, {"tier": 1}, {"tier": [1, 2]}]), spec)


def _by_team(rng: Random) -> dict[str, Any]:
    return over(
        {"team": rng.choice(["fin*", ["data", "search"], "?ata"])},
        {"slo": {"breach_points": 4}, "severities": {"cost/over-budget": "off"}},
    )


def _by_name(rng: Random) -> dict[str, Any]:
    return over(
        {"name": rng.choice(["svc-*1", "svc-000[0-4]*"])},
        {"cost": {"over_budget_points": 5}, "gate": {"fail_on": ["critical"]}},
    )


def _by_path(rng: Random) -> dict[str, Any]:
    match = {"path": rng.choice(["services/*.yaml", "services/**/*.yml", "**/a/**"])}
    return over(match, {"reliability": {"points": [{"below": 100, "points": 2}]}})


def _by_label(rng: Random) -> dict[str, Any]:
    match = {"labels": rng.choice([{"domain": "commerce"}, {"domain": "core", "zone": "eu"}]), "tier": [1, 2]}
    return over(
        match, {"governance": {"points": [{"failed_at_least": 1, "points": 4}]}, "severities": {"slo/breached": "off"}}
    )


CHANGES: list[Callable[[Random], dict[str, Any]]] = [
    _slo, _cost, _reliability, _governance, _evidence, _removed_check, _checks, _health, _severities, _required,
    _fail_on, _by_tier, _by_team, _by_name, _by_path, _by_label,
]  # fmt: skip


def over(match: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    """One override."""
    return {"overrides": [{"match": match, "reason": "Generated.", "spec": spec}]}


# text


def multi_yaml(documents: Sequence[Mapping[str, Any]], style: str, rng: Random | None = None) -> bytes:
    """Documents as the bytes of a file."""
    texts = [to_yaml(one, style, rng) for one in documents]
    text = "---\n".join(texts)
    if style == "explicit":
        text = "".join(f"---\n{one}...\n" for one in texts)
    if style == "crlf":
        text = text.replace("\n", "\r\n")
    return (b"\xef\xbb\xbf" if style == "bom" else b"") + text.encode()


def to_yaml(data: Any, style: str, rng: Random | None = None) -> str:
    """One document as text, ended by a line feed."""
    writer = Writer(style, rng or Random(0))
    if style == "json":
        marked = json.dumps(data, default=marked_number, indent=1)
        return marked.replace('"\\u0000', "").replace('\\u0000"', "") + "\n"
    if style == "flow":
        return writer.flow(data) + "\n"
    return writer.block(data, 0)


def marked_number(value: Any) -> str:
    """A number for JSON, marked so that its quotes can be taken off again."""
    return f"\x00{decimal_text(value)}\x00"


def decimal_text(value: Any) -> str:
    """Digits without an exponent."""
    number = exact(value)
    text = f"{D(number.numerator) / D(number.denominator):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class Writer:
    """Writes plain data as YAML in one style."""

    def __init__(self, style: str, rng: Random) -> None:
        self.style, self.rng = style, rng

    def scalar(self, value: Any, key: bool = False) -> str:
        if value is None:
            return "null"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str):
            return self.string(value, key)
        text = decimal_text(value)
        if self.style == "exponent" and exact(value) != 0:
            mantissa, power = f"{D(text):.14e}".split("e")
            mantissa = mantissa.rstrip("0")
            return f"{mantissa}{'0' if mantissa.endswith('.') else ''}e{power}"
        return text

    def string(self, value: str, key: bool) -> str:
        letters = re.sub("[-_./]", "", value)
        plain = letters.isalnum() and value[0].isalpha() and not reads_as_word(value)
        if self.style == "quoted" or "\n" in value:
            return json.dumps(value)
        if self.style == "single" or (not plain and not key):
            return "'" + value.replace("'", "''") + "'"
        return value if plain or key else json.dumps(value)

    def flow(self, data: Any) -> str:
        if isinstance(data, Mapping):
            return "{" + ", ".join(f"{self.scalar(key, True)}: {self.flow(value)}" for key, value in data.items()) + "}"
        if isinstance(data, (list, tuple)):
            return "[" + ", ".join(self.flow(value) for value in data) + "]"
        return self.scalar(data)

    def block(self, data: Any, depth: int) -> str:
        pad = "  " * depth
        lines = []
        for key, value in data.items():
            head = f"{pad}{self.scalar(key, True)}:"
            if isinstance(value, Mapping) and value:
                lines.append(f"{head}\n{self.block(value, depth + 1)}")
            elif isinstance(value, (list, tuple)) and value:
                lines.append(f"{head}\n{self.items(value, depth + (self.style == 'indented'))}")
            else:
                lines.append(f"{head} {self.flow(value)}{self.comment()}\n")
        return "".join(lines)

    def items(self, values: Sequence[Any], depth: int) -> str:
        pad = "  " * depth
        lines = []
        for value in values:
            if isinstance(value, Mapping) and value and self.style != "single":
                lines.append(f"{pad}- {self.block(value, depth + 1).lstrip(' ')}")
            else:
                lines.append(f"{pad}- {self.flow(value)}{self.comment()}\n")
        return "".join(lines)

    def comment(self) -> str:
        if self.style != "comments":
            return ""
        return self.rng.choice(["", "  # note", " # kind: Service", "\n\n# a line of its own: yes\n"]).rstrip("\n")


# hypothesis


def manifests(extra_checks: Sequence[str] = ()) -> st.SearchStrategy[dict[str, Any]]:
    """A strategy of valid manifests as data."""
    return st.randoms(use_true_random=False).map(lambda rng: manifest(rng, "service", extra_checks))


def manifest_files() -> st.SearchStrategy[list[tuple[str, bytes]]]:
    """A strategy of small fleets as (path, bytes)."""
    return st.builds(files, st.integers(0, 2**32), st.integers(1, 6))


def policy_strategy() -> st.SearchStrategy[Policy]:
    """A strategy of valid policies."""
    return st.randoms(use_true_random=False).map(policy)
