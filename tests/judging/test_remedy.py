"""The smallest set of fixes: that it heals, that nothing smaller does, and that the best single fix is the best."""
# ruff: noqa: S311

from collections.abc import Collection, Iterator
from datetime import date
from itertools import combinations
from random import Random

import pytest

from platform_gate.judging.judgement import Judgement, judge
from platform_gate.judging.remedy import MOST_SETS, MOST_STEPS, remedy
from platform_gate.judging.result import Judged
from platform_gate.model import Excuse, HealthStatus, Location, Violation
from tests.hostile.product import check_files, policy_of, shipped
from tests.oracle import fleets
from tests.samples import BREACHED, manifest, own_policy

EXCUSE = Excuse("", "", date.max, "", 0, Location(""))
MOST_VIOLATIONS = 8
"""Of a service with more failed checks than this not every set is tried."""
OWN = """  rules:
    - {id: org/a, title: A, require: false, points: 1}
    - {id: org/b, title: B, require: false, points: 3}
    - {id: org/c, title: C, require: false}
"""
POLICIES = [
    shipped("default"),
    shipped("strict"),
    policy_of(own_policy(OWN).encode()),
    *(policy_of(one.text.encode()) for one in fleets.policies(seed=11, count=10)[::2]),
]


def identity(violation: Violation) -> tuple[str, str, tuple[str | int, ...]]:
    return violation.rule.id, violation.subject, violation.at


def without(one: Judged, fixed: Collection[Violation]) -> Judgement:
    """The judgement of a service in which some findings are gone."""
    gone = set(map(identity, fixed))
    manifest = one.manifest
    return judge(
        manifest.subject,
        manifest.facts,
        manifest.policy,
        manifest.context,
        lambda _service, violation: (EXCUSE if identity(violation) in gone else None, ""),
    )


def open_violations(one: Judged) -> list[Violation]:
    return [violation for scored in one.judgement.scored.values() for violation in scored.open]


def services(seed: int, count: int) -> Iterator[Judged]:
    """Services under many policies, those with few enough findings to try every set."""
    for index, policy in enumerate(POLICIES):
        files = fleets.files(seed + index, count)
        for one in check_files(files, policy).run.services:
            if len(open_violations(one)) <= MOST_VIOLATIONS:
                yield one


def smallest(one: Judged) -> int:
    """How many places must be edited, by trying every set of places."""
    violations = open_violations(one)
    places = {violation.at for violation in violations}

    def heals(chosen: Collection[tuple[str | int, ...]]) -> bool:
        fixed = [violation for violation in violations if violation.at in chosen]
        return without(one, fixed).health is HealthStatus.HEALTHY

    return next(size for size in range(len(places) + 1) if any(map(heals, combinations(places, size))))


def test_the_fixes_heal_and_no_smaller_set_does() -> None:
    sizes = set()
    for one in services(Random().randrange(10**6), 4):
        fixes = remedy(one.judgement).fixes
        assert without(one, fixes).health is HealthStatus.HEALTHY, one.judgement.subject
        assert len(fixes) == len(set(map(identity, fixes)))
        assert len(remedy(one.judgement).edits) <= smallest(one), one.judgement.subject
        sizes.add(len(remedy(one.judgement).edits))
    assert sizes >= {0, 1, 2}, "the fleet no longer asks for much"


def test_no_single_edit_helps_more_than_the_best() -> None:
    seen = set()
    for one in services(Random().randrange(10**6), 4):
        advice = remedy(one.judgement)
        assert (advice.best is None) is (not open_violations(one))
        if advice.best:
            after = without(one, advice.best.fixed)
            assert (after.health, after.points) == (advice.health, advice.left)
            alone = [without(one, [violation]) for violation in open_violations(one)]
            least = min((other.health.rank, other.points) for other in alone)
            assert (advice.health.rank, advice.left) <= least
            seen.add(one.judgement.points - advice.left)
    assert seen >= {0, 1}


def test_what_is_healthy_needs_no_fix() -> None:
    one = check_files([("web.yaml", manifest().encode())]).run.services[0]
    assert (remedy(one.judgement).fixes, remedy(one.judgement).best) == ((), None)


def test_of_two_ways_the_shorter_one_is_taken() -> None:
    text = manifest(slos=BREACHED, governance="governance: {monitoring: true, ownership: me}")
    one = check_files([("web.yaml", text.encode())]).run.services[0]
    assert one.judgement.points == 4
    fixes = remedy(one.judgement).fixes
    assert [violation.rule.id.partition("/")[0] for violation in fixes] == ["slo", "governance"]
    best = remedy(one.judgement).best
    assert best is not None
    assert ([violation.rule.id for violation in best.fixed], remedy(one.judgement).left) == (["slo/breached"], 2)


def test_a_gap_in_the_data_is_mended_too() -> None:
    one = check_files([("web.yaml", manifest(cost="").encode())]).run.services[0]
    advice = remedy(one.judgement)
    assert [violation.rule.id for violation in advice.fixes] == ["cost/no-data"]
    assert advice.best == advice.edits[0]
    assert (advice.health, advice.left) == (HealthStatus.HEALTHY, 0)


def test_what_is_waived_needs_no_fix() -> None:
    text = manifest(slos=BREACHED, cost='cost: {budget_monthly: 1, entries: [{month: "2026-10", amount: 9}]}')
    one = check_files([("web.yaml", text.encode())]).run.services[0]
    breach = next(violation for violation in open_violations(one) if violation.rule.id == "slo/breached")
    assert remedy(without(one, [breach])).fixes == ()
    assert [violation.rule.id for violation in remedy(one.judgement).fixes] == ["slo/breached"]


@pytest.mark.parametrize("count", [MOST_STEPS, MOST_STEPS + 1, 60])
def test_many_breached_slos_are_all_mended_or_none(count: int) -> None:
    slos = ", ".join(f"{{name: s{index}, target: 99, current: 98}}" for index in range(count))
    one = check_files([("web.yaml", manifest(slos=f"slos: [{slos}]").encode())]).run.services[0]
    found = remedy(one.judgement)
    assert len(found.fixes) == count
    assert found.left == 2, "one of several breaches mended saves nothing"


def test_a_service_with_more_failed_checks_than_can_be_tried_is_answered() -> None:
    count = MOST_SETS.bit_length() + 5
    checks = "".join(f"      extra_{index}: {{message: lacks something, help: Do it.}}\n" for index in range(count))
    policy = policy_of(own_policy(f"  governance:\n    checks:\n{checks}").encode())
    one = check_files([("web.yaml", manifest().encode())], policy).run.services[0]
    fixes = remedy(one.judgement).fixes
    assert without(one, fixes).health is HealthStatus.HEALTHY
    assert count - 2 <= len(fixes) <= count
