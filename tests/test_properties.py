"""What holds for every fleet and policy: worse is never better, order never matters, services are judged one by one."""
# ruff: noqa: S311

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from platform_gate.policy.loading import Policy
from tests.hostile.corpus import AS_OF, corpus
from tests.hostile.product import check_files, command_line, policy_of, report, shipped
from tests.oracle import fleets
from tests.oracle.evaluator import DEFAULT, overlaid

HEALTHS = ("healthy", "unknown", "degraded", "critical")
BAD = [one.raw for one in corpus() if one.must == "refuse" and len(one.raw) < 3_000]
Data = dict[str, Any]

# Under these a worse value never costs less, and nothing but health decides. (A policy may say otherwise: a rule turned
# off, a required subsystem less, an error budget that is dearer when low than when spent, `fail_on: [unknown]`.)
BANDS = {"budget": [{"left_below_pct": bound, "points": cost} for bound, cost in ((-100, 4), (0, 3), (25, 1))]}
MONOTONE = [
    shipped("default"),
    *(
        policy_of(one.text.encode())
        for one in fleets.policies(seed=4, count=0)
        if one.name in ("cost", "reliability", "governance", "evidence", "checks", "health")
    ),
    policy_of(fleets.as_policy("bands", {"slo": BANDS}).text.encode()),
]


MANIFESTS = st.integers(0, 2**32).map(lambda seed: fleets.manifest(Random(seed)))
SEEDS = st.integers(0, 2**32)


def written(data: Data, style: str = "block") -> bytes:
    return fleets.multi_yaml([data], style)


def result(data: Data, policy: Policy | None = None) -> tuple[int, int]:
    """Exit code and health of a service, both from good to bad."""
    found = report(check_files([("service.yaml", written(data))], policy))
    healths = [HEALTHS.index(one["health"]) for one in found["services"]]
    return found["exit_code"], healths[0] if healths else len(HEALTHS)


# worse is never better

WORSE_VALUE: dict[str, Callable[[Random, Any], Any]] = {
    "uptime_pct": lambda rng, value: value * Decimal(rng.choice(["0", "0.5", "0.9999"])),
    "mttr_minutes": lambda rng, value: value + Decimal(rng.choice(["0.1", "7", "60"])),
    "incidents_30d": lambda rng, value: value + rng.choice([1, 2, 50]),
    "change_failure_rate_pct": lambda rng, value: min(value + Decimal(rng.choice(["0.01", "9", "99"])), Decimal(100)),
}


def worsen_metric(rng: Random, data: Data) -> None:
    section = data["spec"].get("reliability") or {}
    for name in rng.sample(sorted(section), min(len(section), 1)):
        section[name] = fleets.short(Decimal(WORSE_VALUE[name](rng, section[name])))


def worsen_current(rng: Random, data: Data) -> None:
    for slo in rng.sample(data["spec"].get("slos") or [], min(len(data["spec"].get("slos") or []), 1)):
        if "current" in slo:
            slo["current"] *= Decimal(rng.choice(["0", "0.5", "0.99"]))


def raise_target(rng: Random, data: Data) -> None:
    for slo in data["spec"].get("slos") or []:
        slo["target"] = max(slo["target"], Decimal(rng.choice(["99", "99.99", "100"])))


def raise_cost(rng: Random, data: Data) -> None:
    entries = data["spec"].get("cost", {}).get("entries") or []
    for entry in entries[-1:]:
        entry["amount"] += Decimal(rng.choice(["0.01", "100", "1000000"]))


def lower_budget(rng: Random, data: Data) -> None:
    cost = data["spec"].get("cost", {})
    if cost.get("budget_monthly"):
        cost["budget_monthly"] = fleets.short(cost["budget_monthly"] * Decimal(rng.choice(["0.9", "0.5"]))) or Decimal(
            1
        )


def drop_evidence(rng: Random, data: Data) -> None:
    section = data["spec"].get("governance") or {}
    for name in rng.sample(sorted(section), min(len(section), 1)):
        section[name] = rng.choice([False, "todo/x"])  # a placeholder under every policy here


def drop_check(rng: Random, data: Data) -> None:
    section = data["spec"].get("governance") or {}
    for name in rng.sample(sorted(section), min(len(section), 2)):
        del section[name]


WORSE = [worsen_metric, worsen_current, raise_target, raise_cost, lower_budget, drop_evidence, drop_check]


@given(MANIFESTS, SEEDS, st.sampled_from(WORSE), st.sampled_from(MONOTONE))
@settings(max_examples=200)
def test_a_worse_value_is_never_better(data: Data, seed: int, worsen: Any, policy: Policy) -> None:
    worse = deepcopy(data)
    worsen(Random(seed), worse)
    assume(worse != data)
    before, after = result(data, policy), result(worse, policy)
    assert after[0] >= before[0]
    assert after[1] >= before[1]


def drop_section(rng: Random, data: Data) -> None:
    if data["spec"]:
        del data["spec"][rng.choice(sorted(data["spec"]))]


def empty_section(rng: Random, data: Data) -> None:
    name = rng.choice(["slos", "cost", "reliability", "governance"])
    data["spec"][name] = [] if name == "slos" else {}


def drop_current(rng: Random, data: Data) -> None:
    slos = data["spec"].get("slos") or []
    for slo in rng.sample(slos, min(len(slos), 1)):
        slo.pop("current", None)


def drop_metric(rng: Random, data: Data) -> None:
    section = data["spec"].get("reliability") or {}
    for name in rng.sample(sorted(section), min(len(section), 1)):
        del section[name]


def drop_entries(_rng: Random, data: Data) -> None:
    data["spec"].get("cost", {}).pop("entries", None)


DROPPED = [drop_section, empty_section, drop_current, drop_metric, drop_entries]


@given(MANIFESTS, SEEDS, st.sampled_from(DROPPED), st.sampled_from(MONOTONE))
@settings(max_examples=200)
def test_what_is_left_out_never_helps(data: Data, seed: int, drop: Any, policy: Policy) -> None:
    """The points of what is gone are gone too, by the contract: DEGRADED may become UNKNOWN, but nothing HEALTHY."""
    data["metadata"].pop("launches", None)
    less = deepcopy(data)
    drop(Random(seed), less)
    assume(less != data)
    before, after = result(data, policy), result(less, policy)
    assert after[0] >= before[0]
    assert after[1] >= min(before[1], HEALTHS.index("unknown"))


# a tighter policy is never milder

TIGHTER: list[Data] = [
    {"slo": {"breach_points": 3}},
    {"slo": {"low_budget_points": 2}},
    {"slo": {"low_budget_below_pct": 80, "low_budget_points": 1}},
    {"slo": {"budget": [{"left_below_pct": 0, "points": 3}, {"left_below_pct": 60, "points": 1}]}},
    {"cost": {"over_budget_points": 2}},
    {"cost": {"spiking_points": 2}},
    {"cost": {"spiking_points": 1, "trend": {"spiking_above_pct": 6}}},
    {"health": {"degraded_at": 1}},
    {"health": {"critical_at": 2}},
    {"reliability": {"points": [{"below": 60, "points": 3}, {"below": 90, "points": 1}]}},
    {"reliability": {"score": {"uptime_pct": [{"at_least": 100, "score": 40}, {"score": 0}]}}},
    {"reliability": {"score": {"mttr_minutes": [{"at_most": 1, "score": 25}, {"score": 5}]}}},
    {"governance": {"points": [{"failed_at_least": 1, "points": 2}]}},
    {"governance": {"needs_review_up_to": 0}},
    {"governance": {"evidence": "verified"}},
    {"governance": {"evidence": "required"}},
    {"governance": {"placeholders": [*DEFAULT["governance"]["placeholders"], "docs", "team-platform"]}},
    {"governance": {"checks": {"security_review": {"message": "x"}}}},
    {"gate": {"fail_on": ["degraded", "critical", "unknown", "slo/breached", "governance/missing-runbook"]}},
]


@pytest.mark.parametrize("delta", TIGHTER, ids=lambda delta: json.dumps(delta)[:60])
def test_a_tighter_policy_is_never_milder(delta: Data) -> None:
    tighter = policy_of(fleets.as_policy("tighter", delta).text.encode())
    files = fleets.files(31, 60)
    before = report(check_files(files, there=lambda path: path != "README.md"))
    after = report(check_files(files, tighter, there=lambda path: path != "README.md"))
    assert after["exit_code"] >= before["exit_code"]
    for one, other in zip(before["services"], after["services"], strict=True):
        assert HEALTHS.index(other["health"]) >= HEALTHS.index(one["health"]), one["name"]
        assert other["points"] >= one["points"]


def test_every_required_subsystem_counts() -> None:
    """From nothing required to everything: no service gets better on the way."""
    files = fleets.files(32, 60)
    before: dict[str, int] = {}
    for count in range(5):
        required = ["slo", "cost", "reliability", "governance"][:count]
        policy = policy_of(fleets.as_policy("required", {"gate": {"required": required}}).text.encode())
        after = {one["name"]: HEALTHS.index(one["health"]) for one in report(check_files(files, policy))["services"]}
        assert all(after[name] >= health for name, health in before.items())
        before = after


# a bad file


@given(SEEDS, st.sampled_from(BAD), st.sampled_from(["a.yaml", "services/m.yaml", "z.yaml"]))
@settings(max_examples=30)
def test_a_bad_file_is_never_better_and_touches_no_other(seed: int, bad: bytes, path: str) -> None:
    files = fleets.files(seed, 4)
    before, after = report(check_files(files)), report(check_files([*files, (path, bad)]))
    assert after["exit_code"] == 2
    rows = {one["name"]: one for one in after["services"] if one["path"] != path}
    assert rows == {one["name"]: one for one in before["services"]}


# order


def shuffled(rng: Random, data: Any) -> Any:
    """The same mapping with its keys in another order, all the way down; lists stay."""
    if isinstance(data, Mapping):
        keys = list(data)
        rng.shuffle(keys)
        return {key: shuffled(rng, data[key]) for key in keys}
    return [shuffled(rng, one) for one in data] if isinstance(data, list) else data


def without_places(found: Any) -> Any:
    """A report less lines and columns."""
    if isinstance(found, dict):
        places = ("line", "column", "end_line", "end_column")
        return {key: without_places(value) for key, value in found.items() if key not in places}
    return [without_places(one) for one in found] if isinstance(found, list) else found


@given(SEEDS, SEEDS)
@settings(max_examples=30)
def test_the_order_of_keys_does_not_matter(seed: int, other_seed: int) -> None:
    services, rng = fleets.fleet(seed, 3), Random(other_seed)
    one = check_files([("a.yaml", fleets.multi_yaml(services, "block"))])
    other = check_files([("a.yaml", fleets.multi_yaml([shuffled(rng, data) for data in services], "block"))])
    assert json.dumps(without_places(report(one))) == json.dumps(without_places(report(other)))


@given(SEEDS, SEEDS)
@settings(max_examples=30)
def test_the_order_of_documents_does_not_matter(seed: int, other_seed: int) -> None:
    services, rng = fleets.fleet(seed, 4), Random(other_seed)
    moved = rng.sample(services, len(services))
    one, other = (
        without_places(report(check_files([("a.yaml", fleets.multi_yaml(each, "block"))])))
        for each in (services, moved)
    )
    assert [row["name"] for row in other["services"]] == [data["metadata"]["name"] for data in moved]
    for found in (one, other):
        found["services"].sort(key=lambda row: row["name"])
    assert json.dumps(one) == json.dumps(other)


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_files_does_not_matter(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither on the disk nor on the command line, with a broken file and a duplicate among them."""
    monkeypatch.chdir(tmp_path)
    rng = Random(seed)
    files = [
        *fleets.files(seed, 12),
        ("services/broken.yaml", BAD[seed]),
        ("services/zz.yaml", written(fleets.fleet(seed, 1)[0])),
    ]
    outputs = set()
    for _ in range(3):
        rng.shuffle(files)
        for path, raw in files:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).unlink(missing_ok=True)
            (tmp_path / path).write_bytes(raw)
        for operands in (["services"], [path for path, _ in files]):
            done = command_line("check", "--as-of", str(AS_OF), "-f", "json", *operands)
            outputs.add((done.code, done.out, done.err))
    assert len(outputs) == 1
    assert next(iter(outputs))[0] == 2


# one by one


@given(SEEDS, st.sampled_from(range(len(MONOTONE))))
@settings(max_examples=20)
def test_a_service_does_not_depend_on_the_others(seed: int, index: int) -> None:
    files = fleets.files(seed, 5)
    together: dict[str, list[Data]] = {path: [] for path, _ in files}
    for row in report(check_files(files, MONOTONE[index]))["services"]:
        together[row["path"]].append(row)
    alone = {path: report(check_files([(path, raw)], MONOTONE[index]))["services"] for path, raw in files}
    assert together == alone


def test_the_policies_here_are_what_they_seem() -> None:
    assert len(MONOTONE) == 8
    assert all(overlaid(DEFAULT, delta) != DEFAULT for delta in TIGHTER)
