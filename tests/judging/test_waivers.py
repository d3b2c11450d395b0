"""Exceptions that are dated, reasoned and approved: what is refused, what is excused, and what is said of them."""
# ruff: noqa: S311

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_gate.documents.document import DocumentError
from platform_gate.judging import runner, waivers
from platform_gate.judging.waivers import Waiver
from platform_gate.model import Finding
from platform_gate.policy.loading import Policy
from platform_gate.reports.outcome import Outcome, decided
from platform_gate.repository.config import Config
from tests.hostile.product import AS_OF, WIDE, Memory, policy_of, report, shipped
from tests.oracle import fleets
from tests.samples import BREACHED, manifest, own_policy

DAY = AS_OF.isoformat()
OTHER = "its subject is not among those that fail (availability)"
NOTHING = "matches nothing"
ENDED = "slo/breached expired 1 day ago, on 2026-11-22"
HEALTHS = ("healthy", "unknown", "degraded", "critical")
OVER = 'cost: {budget_monthly: 1000, entries: [{month: "2026-10", amount: 5500}]}'
SLOW = "reliability: {uptime_pct: 99.2, mttr_minutes: 25, incidents_30d: 3, change_failure_rate_pct: 12}"
Files = Sequence[tuple[str, bytes]]


def entry(**keys: Any) -> dict[str, Any]:
    """One waiver: for the breach of web, until the end of the year, less the keys that are None."""
    usual = {"service": "web", "rule": "slo/breached", "reason": "Failover.", "approved_by": "sre", "expires": day(30)}
    return {key: value for key, value in (usual | keys).items() if value is not None}


def day(days: int) -> str:
    return (AS_OF + timedelta(days=days)).isoformat()


def text(*entries: Mapping[str, Any], max_days: int | None = None) -> bytes:
    """A waivers file: its entries on the lines from 5 on, one each."""
    longest = f"max_days: {max_days}, " if max_days else ""
    head = f"apiVersion: platform-gate/v1\nkind: Waivers\nspec: {{{longest}waivers: ["
    lines = ",\n".join(json.dumps(one) for one in entries)
    return f"{head}\n\n{lines}\n]}}\n".encode()


def load(
    *entries: Mapping[str, Any], policy: Policy | None = None, max_days: int | None = None, as_of: date = AS_OF
) -> tuple[Waiver, ...]:
    chosen = policy or shipped()
    return waivers.load(text(*entries, max_days=max_days), "w.yaml", chosen.base(), chosen.known_rules(), as_of)


def refused(*entries: Mapping[str, Any], policy: Policy | None = None, max_days: int | None = None) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        load(*entries, policy=policy, max_days=max_days)
    return [f"{refusal.location}: {refusal.message}" for refusal in caught.value.refusals]


def ours(spec: str) -> Policy:
    return policy_of(own_policy(spec).encode())


def check_waived(
    files: Files, loaded: Sequence[Waiver] = (), policy: Policy | None = None, as_of: date = AS_OF
) -> Outcome:
    chosen = policy or shipped()
    tree = Memory(dict(files))
    run = runner.run(runner.Job(tree, chosen, as_of, tuple(loaded)), tree.find((), Config()))
    return decided(run, chosen, as_of, display=WIDE)


def fleet(**texts: str) -> Files:
    return [(f"{name}.yaml", one.encode()) for name, one in texts.items()]


WEB = fleet(web=manifest(slos=BREACHED))


def notices(
    *entries: Mapping[str, Any], files: Files = WEB, policy: Policy | None = None, as_of: date = AS_OF
) -> list[str]:
    loaded = load(*entries, policy=policy, as_of=date(2026, 1, 1) if as_of < AS_OF else AS_OF)
    return [f"{one.rule}: {one.message}" for one in check_waived(files, loaded, policy, as_of).run.notices]


def finding(outcome: Outcome, rule: str = "slo/breached") -> Finding:
    return next(one for judged_ in outcome.run.services for one in judged_.findings if one.rule == rule)


# what is refused


@pytest.mark.parametrize("missing", ["reason", "approved_by", "expires"])
def test_a_waiver_has_a_reason_an_approver_and_an_end(missing: str) -> None:
    assert refused(entry(**{missing: None})) == [f"w.yaml:5:1: the key '{missing}' is missing"]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"reason": "  "}, "the string '  ' is not a valid text"),
        ({"reason": ""}, "the string '' is not a valid text"),
        ({"approved_by": " sre"}, "the string ' sre' is not a valid approver"),
        ({"approved_by": ""}, "the string '' is not a valid approver"),
        ({"expires": "2026-13-01"}, "the string '2026-13-01' is not a valid day"),
        ({"expires": 20261231}, "expected a string, found 20261231"),
        ({"service": "we*"}, "the string 'we*' is not a valid service"),
        ({"service": "Web"}, "the string 'Web' is not a valid service"),
        ({"rule": "slo/*"}, "the string 'slo/*' is not a valid rule"),
        ({"services": ["web"]}, None),
        ({"rules": ["slo/breached"]}, None),
        ({"service": None}, None),
        ({"rule": None}, None),
        ({"service": None, "services": []}, "the list holds fewer than 1 entry"),
        ({"rule": None, "rules": ["slo/breached", "slo/breached"]}, "the list holds an entry twice"),
        ({"subject": ""}, "the text is empty"),
        ({"limit": "6000"}, "expected a number, found the string '6000'"),
        ({"aproved_by": "x"}, "unknown key 'aproved_by'"),
    ],
)
def test_what_breaks_the_schema_is_refused_at_its_line(keys: dict[str, Any], message: str | None) -> None:
    good, found = entry(), refused(entry(), entry(**keys), entry())
    assert good
    assert [place.split(":")[1] for place in found] == ["6"] * len(found)
    assert message is None or found[0].endswith(f": {message}"), found


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"rule": "slo/breach"}, "there is no rule 'slo/breach'"),
        ({"rule": None, "rules": ["slo/breached", "cost/overbudget"]}, "there is no rule 'cost/overbudget'"),
        ({"rule": "manifest/invalid"}, "manifest/invalid cannot be waived"),
        ({"rule": "manifest/unreadable"}, "manifest/unreadable cannot be waived"),
        ({"rule": "waiver/expired"}, "waiver/expired cannot be waived"),
        ({"rule": "slo/not-measured", "limit": 5}, "slo/not-measured measures nothing, so it can't have a limit"),
        ({"rule": "governance/missing-runbook", "limit": 5}, None),
        ({"expires": "2026-02-30"}, "2026-02-30 is not a date"),
        ({"granted": "2026-06-31"}, "2026-06-31 is not a date"),
        ({"granted": day(31)}, "the waiver ends before it was granted"),
        ({"expires": day(91)}, "the waiver ends more than 90 days after today"),
        ({"granted": day(-70), "expires": day(21)}, "the waiver ends more than 90 days after it was granted"),
        ({"expires": "2999-12-31"}, "the waiver ends more than 90 days after today"),
    ],
)
def test_what_the_policy_refuses_is_refused_at_its_line(keys: dict[str, Any], message: str | None) -> None:
    found = refused(entry(), entry(**keys))
    assert [place.split(":")[1] for place in found] == ["6"]
    assert message is None or found[0].endswith(f": {message}"), found


def test_every_problem_of_a_file_is_named() -> None:
    found = refused(entry(rule="x/y"), entry(), entry(expires=day(999)), entry(rule="a/b", granted="2026-02-31"))
    assert [place.split(":")[1] for place in found] == ["5", "7", "8", "8"]


def test_a_rule_that_the_policy_lets_nobody_waive_is_refused() -> None:
    policy = ours("  gate: {not_waivable: [slo/breached]}\n")
    assert refused(entry(), policy=policy) == ["w.yaml:5:28: slo/breached cannot be waived"]
    assert load(entry(rule="cost/over-budget"), policy=policy)


def test_a_misspelt_rule_gets_a_suggestion() -> None:
    with pytest.raises(DocumentError) as caught:
        load(entry(rule="slo/breachd"))
    assert caught.value.refusals[0].fix == "Did you mean slo/breached?"


def test_only_a_waivers_file_is_one() -> None:
    with pytest.raises(DocumentError, match="expected Waivers"):
        waivers.load(manifest().encode(), "w.yaml", shipped().base(), {}, AS_OF)
    assert (
        waivers.load(
            b"apiVersion: platform-gate/v1\nkind: Waivers\nspec: {waivers: []}\n", "w", shipped().base(), {}, AS_OF
        )
        == ()
    )


# how long


@pytest.mark.parametrize(
    ("keys", "fits"),
    [
        ({"expires": day(90)}, True),
        ({"expires": day(91)}, False),
        ({"granted": DAY, "expires": day(90)}, True),
        ({"granted": DAY, "expires": day(91)}, False),
        ({"granted": day(-60), "expires": day(30)}, True),
        ({"granted": day(-60), "expires": day(31)}, False),
        ({"granted": day(10), "expires": day(100)}, True),
        ({"granted": day(10), "expires": day(101)}, False),
        ({"granted": DAY, "expires": DAY}, True),
        ({"expires": "2020-01-01"}, True),
        ({"granted": "1999-12-01", "expires": "2000-01-01"}, True),
    ],
)
def test_the_horizon_is_max_days_inclusive(keys: dict[str, Any], *, fits: bool) -> None:
    assert (load(entry(**keys)) if fits else refused(entry(**keys))) != []


@pytest.mark.parametrize(
    ("of_policy", "of_file", "longest"),
    [(None, None, 90), (None, 30, 30), (None, 200, 90), (10, 30, 10), (366, 366, 366)],
)
def test_a_file_s_max_days_only_lowers_the_policy_s(of_policy: int | None, of_file: int | None, longest: int) -> None:
    policy = ours(f"  waivers: {{max_days: {of_policy}}}\n" if of_policy else "  {}\n")
    assert load(entry(expires=day(longest)), policy=policy, max_days=of_file)
    message = f"the waiver ends more than {longest} days after today"
    assert refused(entry(expires=day(longest + 1)), policy=policy, max_days=of_file)[0].endswith(message)


def test_the_fix_names_the_last_day_that_fits() -> None:
    with pytest.raises(DocumentError) as caught:
        load(entry(granted=day(-5), expires=day(300)))
    assert caught.value.refusals[0].fix == f'Write "{day(85)}" or earlier, and renew the waiver then.'


# what is excused


def test_a_waived_finding_costs_nothing_and_stays_visible() -> None:
    found = report(check_waived(WEB, load(entry(ticket="OPS-1", reason="Fail\nover. "))))
    service = found["services"][0]
    assert (found["exit_code"], service["health"], service["points"]) == (0, "healthy", 0)
    assert (service["health_without_waivers"], found["slo_breaches"]) == ("degraded", 1)
    shown = service["findings"][0]
    assert (shown["rule"], shown["disposition"]) == ("slo/breached", "waived")
    excuse = finding(check_waived(WEB, load(entry(ticket="OPS-1", reason="Fail\nover. ")))).excuse
    assert str(excuse) == f"waived until {day(30)} (30 days left) by sre: Fail over. [OPS-1]"
    assert excuse is not None
    assert excuse.location.line == 5


def test_a_waived_gap_leaves_nothing_unknown() -> None:
    files = fleet(web=manifest(cost=""))
    assert report(check_waived(files))["services"][0]["health"] == "unknown"
    service = report(check_waived(files, load(entry(rule="cost/no-data"))))["services"][0]
    assert (service["health"], service["health_without_waivers"]) == ("healthy", "unknown")


def test_a_waived_rule_in_fail_on_no_longer_fails() -> None:
    policy = ours("  gate: {fail_on: [slo/breached]}\n")
    assert check_waived(WEB, (), policy).exit_code == 1
    assert check_waived(WEB, load(entry()), policy).exit_code == 0


@pytest.mark.parametrize(
    ("keys", "waived"),
    [
        ({}, True),
        ({"service": "api"}, False),
        ({"service": None, "services": ["api", "web"]}, True),
        ({"rule": "cost/over-budget"}, False),
        ({"rule": None, "rules": ["cost/over-budget", "slo/breached"]}, True),
        ({"subject": "availability"}, True),
        ({"subject": "latency"}, False),
        ({"subject": "Availability"}, False),
        ({"granted": DAY}, True),
        ({"granted": day(1)}, False),
        ({"expires": DAY}, True),
        ({"expires": day(-1)}, False),
    ],
)
def test_whom_what_and_when_a_waiver_excuses(keys: dict[str, Any], *, waived: bool) -> None:
    assert (finding(check_waived(WEB, load(entry(**keys)))).excuse is not None) is waived


def test_one_of_two_breaches_waived_costs_as_much_as_both() -> None:
    two = "slos: [{name: a, target: 99, current: 98}, {name: b, target: 99, current: 98}]"
    files = fleet(web=manifest(slos=two))
    half = report(check_waived(files, load(entry(subject="a"))))["services"][0]
    assert (half["points"], [one["disposition"] for one in half["findings"]]) == (2, ["waived", "open"])
    assert report(check_waived(files, load(entry(subject="a"), entry(subject="b"))))["services"][0]["points"] == 0


@pytest.mark.parametrize(
    ("rule", "limit", "waived"),
    [
        ("cost/over-budget", 6000, True),
        ("cost/over-budget", 5500, True),
        ("cost/over-budget", 5499.99, False),
        ("cost/over-budget", 0, False),
        ("slo/breached", 99.4, True),
        ("slo/breached", 99.5, True),
        ("slo/breached", 99.6, False),
        ("reliability/low-score", 45, True),
        ("reliability/low-score", 50, True),
        ("reliability/low-score", 51, False),
    ],
)
def test_a_limit_is_the_worst_value_that_is_excused(rule: str, limit: float, *, waived: bool) -> None:
    files = fleet(web=manifest(slos=BREACHED, cost=OVER, reliability=SLOW))
    one = finding(check_waived(files, load(entry(rule=rule, limit=limit))), rule)
    assert (one.excuse is not None) is waived
    worse = f"; waived only to {limit:,}, and this is worse"
    assert one.message.endswith(worse) is not waived


def test_beyond_one_limit_another_waiver_may_still_hold() -> None:
    files = fleet(web=manifest(cost=OVER))
    low, high = (entry(rule="cost/over-budget", limit=limit) for limit in (5000, 6000))
    for both in ((low, high), (high, low)):
        one = finding(check_waived(files, load(*both)), "cost/over-budget")
        assert one.excuse is not None
        assert "waived only" not in one.message


# what is said about waivers


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({}, None),
        ({"expires": day(15)}, None),
        ({"expires": day(14)}, f"waiver/expiring: the waiver for web: slo/breached expires in 14 days, on {day(14)}"),
        ({"expires": day(1)}, f"waiver/expiring: the waiver for web: slo/breached expires in 1 day, on {day(1)}"),
        ({"expires": DAY}, f"waiver/expiring: the waiver for web: slo/breached expires today, on {DAY}"),
        ({"expires": day(-1)}, f"waiver/expired: the waiver for web: slo/breached expired 1 day ago, on {day(-1)}"),
        ({"expires": day(-40)}, f"waiver/expired: the waiver for web: slo/breached expired 40 days ago, on {day(-40)}"),
        (
            {"rule": "cost/over-budget"},
            "waiver/unused: the waiver for web: cost/over-budget matches nothing: the finding is gone",
        ),
        (
            {"subject": "latency"},
            f"waiver/unused: the waiver for web: slo/breached (latency) {NOTHING}: {OTHER}",
        ),
        (
            {"service": None, "services": ["web", "api"], "rule": None, "rules": ["cost/no-data", "cost/spiking"]},
            "waiver/unused: the waiver for web, api: cost/no-data, cost/spiking matches nothing: the finding is gone",
        ),
        ({"granted": day(2)}, None),
        ({"service": "elsewhere"}, None),
        ({"service": "elsewhere", "expires": day(-1)}, f"waiver/expired: the waiver for elsewhere: {ENDED}"),
        ({"service": None, "services": ["web", "api"], "rule": None, "rules": ["slo/breached", "cost/no-data"]}, None),
        (
            {"expires": day(1), "rule": "cost/no-data"},
            f"waiver/unused: the waiver for web: cost/no-data {NOTHING}: the finding is gone",
        ),
    ],
)  # fmt: skip
def test_what_is_said_about_a_waiver(keys: dict[str, Any], said: str | None) -> None:
    assert notices(entry(**keys)) == ([said] if said else [])


def test_a_waiver_beyond_its_limit_is_not_unused() -> None:
    assert notices(entry(limit=99.9)) == []


@pytest.mark.parametrize(("days", "said"), [(7, 1), (8, 0)])
def test_the_policy_says_from_when_an_end_is_announced(days: int, said: int) -> None:
    policy = ours("  waivers: {warn_days: 7}\n")
    assert len(notices(entry(expires=day(days)), policy=policy)) == said


def test_a_notice_stands_at_its_waiver_and_says_what_to_do() -> None:
    outcome = check_waived(WEB, load(entry(), entry(expires=day(-1))))
    notice = report(outcome)["findings"][0]
    assert (notice["path"], notice["line"], notice["pointer"]) == ("w.yaml", 6, "/spec/waivers/1")
    assert notice["fix"].startswith("Fix what it excused")


@pytest.mark.parametrize(
    ("keys", "rule"),
    [
        ({"expires": day(-1)}, "waiver/expired"),
        ({"expires": day(1)}, "waiver/expiring"),
        ({"rule": "cost/no-data"}, "waiver/unused"),
    ],
)
def test_a_notice_decides_only_where_fail_on_names_it(keys: dict[str, Any], rule: str) -> None:
    good = fleet(
        web=manifest(slos=BREACHED if rule == "waiver/expiring" else "slos: [{name: a, target: 9, current: 9}]")
    )
    for fail_on, code in (("critical", 0), (f"critical, {rule}", 1)):
        policy = ours(f"  gate: {{fail_on: [{fail_on}]}}\n")
        outcome = check_waived(good, load(entry(**keys), policy=policy), policy)
        assert [one.rule for one in outcome.run.notices] == [rule]
        assert outcome.exit_code == code
        assert outcome.run.notices[0].severity == ("error" if code else "warning")


def test_a_notice_that_is_off_is_not_said() -> None:
    assert notices(entry(expires=day(-1)), policy=ours('  severities: {waiver/expired: "off"}\n')) == []


def test_the_last_day_counts_in_full_and_the_day_after_does_not() -> None:
    for after, code in ((0, 0), (1, 1)):
        loaded = load(entry(expires=day(5)))
        assert check_waived(WEB, loaded, as_of=AS_OF + timedelta(days=5 + after)).exit_code == code


# for every fleet


def random_waivers(rng: Random, services: Sequence[str], policy: Policy) -> list[dict[str, Any]]:
    unwaivable = ("manifest/", "waiver/", "org/", "measurement/invalid", "measurement/unknown-service")
    rules = [rule for rule in policy.known_rules() if not rule.startswith(unwaivable)]
    made = []
    for _ in range(rng.randint(1, 8)):
        names = rng.sample(services, min(len(services), rng.choice([1, 1, 2])))
        keys: dict[str, Any] = {
            "service": None,
            "services": names,
            "rule": None,
            "rules": rng.sample(rules, rng.choice([1, 2, 5])),
        }
        keys["expires"] = day(rng.choice([-3, 0, 1, 60]))
        keys["subject"] = rng.choice([None, None, "slo-0", "mttr_minutes"])
        made.append(entry(**keys))
    return made


def seen(outcome: Outcome) -> dict[str, tuple[int, int, bool]]:
    """Health from good to bad, points, and whether it fails, of every service."""
    return {
        one.name: (HEALTHS.index(one.judgement.health), one.judgement.points, one.judgement.failing)
        for one in outcome.run.services
    }


def excused(outcome: Outcome) -> set[tuple[str, str, str]]:
    return {
        (judged_.judgement.subject.name, one.rule, one.subject)
        for judged_ in outcome.run.services
        for one in judged_.findings
        if one.excuse
    }


MONOTONE = [shipped(), shipped("strict"), ours("  gate: {fail_on: [critical, slo/breached]}\n")]


@given(st.integers(0, 2**32), st.sampled_from(MONOTONE))
@settings(max_examples=25)
def test_a_waiver_improves_nothing_but_its_own_services_and_rules(seed: int, policy: Policy) -> None:
    rng = Random(seed)
    files = fleets.files(seed, 5)
    bare = check_waived(files, (), policy)
    made = random_waivers(rng, list(seen(bare)) or ["none"], policy)
    loaded = load(*made, policy=policy)
    full = check_waived(files, loaded, policy)
    allowed = {
        (name, rule) for one in made if one["expires"] >= DAY for name in one["services"] for rule in one["rules"]
    }
    assert {found[:2] for found in excused(full)} <= allowed
    named = {name for name, _ in allowed}
    for name, value in seen(full).items():
        assert value == seen(bare)[name] if name not in named else value <= seen(bare)[name]
    without = {one.name: one.judgement.health_without_waivers for one in full.run.services}
    assert without == {one.name: one.judgement.health for one in bare.run.services}


@given(st.integers(0, 2**32), st.sampled_from(MONOTONE))
@settings(max_examples=25)
def test_a_waiver_less_improves_nothing(seed: int, policy: Policy) -> None:
    rng = Random(seed)
    files = fleets.files(seed, 5)
    made = random_waivers(rng, list(seen(check_waived(files, (), policy))) or ["none"], policy)
    gone = rng.randrange(len(made))
    more = check_waived(files, load(*made, policy=policy), policy)
    less = check_waived(files, load(*made[:gone], *made[gone + 1 :], policy=policy), policy)
    assert excused(less) <= excused(more)
    assert all(seen(less)[name] >= value for name, value in seen(more).items())
    assert less.exit_code >= more.exit_code


@given(st.integers(0, 2**32))
@settings(max_examples=12)
def test_the_order_of_waivers_decides_nothing(seed: int) -> None:
    rng = Random(seed)
    files = fleets.files(seed, 5)
    made = random_waivers(rng, list(seen(check_waived(files))) or ["none"], shipped())
    outcome, other = check_waived(files, load(*made)), check_waived(files, load(*rng.sample(made, len(made))))
    assert (seen(outcome), excused(outcome)) == (seen(other), excused(other))
