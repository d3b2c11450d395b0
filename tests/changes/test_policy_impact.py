"""What a change of policy does: the services that flip, the keys that account for each, and the totals."""

from collections.abc import Mapping
from itertools import pairwise
from random import Random

import pytest

from platform_gate.changes import policy_impact
from platform_gate.changes.policy_impact import Flip, Impact
from platform_gate.judging.judgement import Judgement, judge
from platform_gate.judging.manifest import facts_of
from platform_gate.judging.result import Judged
from platform_gate.model import HealthStatus
from platform_gate.policy import strictness
from platform_gate.policy.loading import Policy
from tests.hostile.product import check_files, policy_of, shipped
from tests.oracle import fleets
from tests.samples import BREACHED, manifest, own_policy

OVER = 'cost: {budget_monthly: 1, entries: [{month: "2026-10", amount: 900}]}'
Files = list[tuple[str, bytes]]


def ours(spec: str) -> Policy:
    return policy_of(own_policy(spec).encode())


def compared(files: Files, old: Policy, new: Policy) -> Impact:
    before, after = check_files(files, old).run.services, check_files(files, new).run.services
    return policy_impact.compare(before, after, lambda name, effective: again(before, name, effective))


def again(run: tuple[Judged, ...], name: str, effective: object) -> Judgement:
    from platform_gate.policy.limits import Effective  # noqa: PLC0415

    assert isinstance(effective, Effective)
    manifest_ = next(each.manifest for each in run if each.name == name)
    facts = facts_of(manifest_.document, effective, manifest_.context)[0]
    return judge(manifest_.subject, facts, effective, manifest_.context)


def fleet(**texts: str) -> Files:
    return [(f"{name}.yaml", text.encode()) for name, text in texts.items()]


def flips(spec: str, files: Files, old: str = "  {}\n") -> Mapping[str, tuple[str, str, tuple[str, ...]]]:
    found = compared(files, ours(old), ours(spec)).flips
    return {flip.name: (flip.before.health.value, flip.after.health.value, flip.keys) for flip in found}


FLEET = fleet(
    good=manifest("good"), breached=manifest("breached", slos=BREACHED), over=manifest("over", cost=OVER),
    both=manifest("both", slos=BREACHED, cost=OVER), silent=manifest("silent", cost=""),
)  # fmt: skip


def test_the_same_policy_flips_nothing() -> None:
    found = compared(FLEET, ours("  {}\n"), shipped("default"))
    assert found.flips == ()
    assert found.before == found.after == {"healthy": 2, "degraded": 2, "unknown": 1}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (
            "  slo: {breach_points: 4}\n",
            {
                "breached": ("degraded", "critical", ("slo.breach_points",)),
                "both": ("degraded", "critical", ("slo.breach_points",)),
            },
        ),
        ("  gate: {required: [slo]}\n", {"silent": ("unknown", "healthy", ("gate.required",))}),
        ("  health: {critical_at: 3}\n", {"both": ("degraded", "critical", ("health.critical_at",))}),
        (
            "  health: {degraded_at: 1, critical_at: 1}\n",
            {
                "breached": ("degraded", "critical", ("health.degraded_at", "health.critical_at")),
                "both": ("degraded", "critical", ("health.degraded_at", "health.critical_at")),
                "over": ("healthy", "critical", ("health.degraded_at",)),
            },
        ),
        (
            "  governance: {checks: {extra: {message: a, help: Get it.}}, points: [{failed_at_least: 1, points: 2}]}\n",
            {
                "good": ("healthy", "degraded", ("governance.checks.extra", "governance.points")),
                "over": ("healthy", "degraded", ("governance.checks.extra",)),
                "silent": ("unknown", "degraded", ("governance.checks.extra", "governance.points")),
                "breached": ("degraded", "critical", ("governance.checks.extra", "governance.points")),
                "both": ("degraded", "critical", ("governance.checks.extra",)),
            },
        ),
        ('  severities: {slo/breached: "off"}\n', {
            "breached": ("degraded", "healthy", ("severities.slo/breached",)),
            "both": ("degraded", "healthy", ("severities.slo/breached",)),
        }),
        ("  rules: [{id: org/x, title: X, points: 2, require: false, match: {name: good}}]\n", {
            "good": ("healthy", "degraded", ("rules",)),
        }),
        ("  overrides: [{match: {name: breached}, spec: {slo: {breach_points: 0}}}]\n", {
            "breached": ("degraded", "healthy", ("slo.breach_points",)),
        }),
        ("  gate: {fail_on: [critical]}\n", {
            "breached": ("degraded", "degraded", ("gate.fail_on",)),
            "both": ("degraded", "degraded", ("gate.fail_on",)),
            "silent": ("unknown", "unknown", ("gate.fail_on",)),
        }),
        ("  slo: {low_budget_points: 5}\n  cost: {spiking_points: 3}\n", {}),
    ],
)  # fmt: skip
def test_what_flips_and_because_of_which_keys(spec: str, expected: dict[str, tuple[str, str, tuple[str, ...]]]) -> None:
    assert flips(spec, FLEET) == expected


def test_a_check_that_is_removed_is_a_key() -> None:
    text = manifest("web", slos=BREACHED, governance="governance: {runbook: a.md, monitoring: a.md, ownership: me}")
    spec = "  health: {critical_at: 3}\n  governance: {checks: {documentation: null, incident_response: null}}\n"
    found = flips(spec, fleet(web=text), "  health: {critical_at: 3}\n")
    keys = ("governance.checks.documentation", "governance.checks.incident_response")
    assert found == {"web": ("critical", "degraded", keys)}


def test_a_key_that_makes_no_sense_alone_is_not_blamed_alone() -> None:
    found = flips("  health: {degraded_at: 5, critical_at: 6}\n", fleet(b=manifest("b", slos=BREACHED)))
    assert found == {"b": ("degraded", "healthy", ("health.degraded_at", "health.critical_at"))}


def test_the_smallest_set_of_keys_is_named_and_never_words_for_people() -> None:
    spec = (
        "  gate: {help: Ask.}\n  slo: {breach_points: 3, low_budget_points: 1}\n"
        "  cost: {spiking_points: 1}\n  health: {critical_at: 3}\n"
    )
    found = flips(spec, fleet(b=manifest("b", slos=BREACHED)))
    assert found == {"b": ("degraded", "critical", ("health.critical_at", "slo.breach_points"))}


def test_a_set_of_more_than_three_keys_is_named_without_what_can_be_left_out() -> None:
    checks = ", ".join(f"{name}: null" for name in ("runbook", "monitoring", "ownership", "documentation"))
    spec = f"  gate: {{help: Ask.}}\n  slo: {{low_budget_points: 1}}\n  governance: {{checks: {{{checks}}}}}\n"
    bands = "  governance: {points: [{failed_at_least: 2, points: 2}, {failed_at_least: 1, points: 2}]}\n"
    text = manifest("web", governance="governance: {incident_response: true}")
    after = spec.replace(
        "governance: {", "governance: {points: [{failed_at_least: 2, points: 2}, {failed_at_least: 1, points: 2}], "
    )
    found = flips(after, fleet(web=text), bands)
    keys = tuple(f"governance.checks.{name}" for name in ("runbook", "monitoring", "ownership", "documentation"))
    assert found == {"web": ("degraded", "healthy", keys)}


def test_the_worst_flips_come_first() -> None:
    found = compared(
        FLEET, ours("  {}\n"), ours("  health: {degraded_at: 1, critical_at: 1}\n  gate: {required: []}\n")
    )
    assert [flip.name for flip in found.flips] == ["over", "both", "breached", "silent"]


def test_the_totals_are_of_all_services() -> None:
    found = compared(FLEET, ours("  {}\n"), ours("  slo: {breach_points: 4}\n"))
    assert found.before == {"healthy": 2, "degraded": 2, "unknown": 1}
    assert found.after == {"healthy": 2, "critical": 2, "unknown": 1}


def test_a_service_that_one_policy_refuses_is_no_flip() -> None:
    text = manifest("web").replace("governance: {", "governance: {extra: true, ")
    spec = "  governance: {checks: {extra: {message: lacks it, help: Get it.}}}\n  health: {degraded_at: 1}\n"
    files = [*fleet(web=text), *FLEET]
    assert [flip.name for flip in compared(files, ours("  {}\n"), ours(spec)).flips if flip.name == "web"] == []


def test_flips_are_true_for_any_two_policies() -> None:
    rng = Random()  # noqa: S311 - new fleets in every run
    several = rng.sample(fleets.policies(rng.randrange(10**6), 8), 12)
    policies = [policy_of(one.text.encode()) for one in several]
    seen: list[Flip] = []
    for old, new in pairwise(policies):
        files = fleets.files(rng.randrange(10**6), 12)
        runs = [{one.name: one.judgement for one in check_files(files, each).run.services} for each in (old, new)]
        found = compared(files, old, new)
        flipped = {flip.name for flip in found.flips}
        for name in runs[0].keys() & runs[1].keys():
            before, after = runs[0][name], runs[1][name]
            assert (name in flipped) is ((before.health, before.failing) != (after.health, after.failing))
        for health in HealthStatus:
            assert found.after.get(health, 0) == sum(one.health == health for one in runs[1].values())
        seen += found.flips
    assert len(seen) > 5
    assert all(flip.keys for flip in seen)
    assert all(key in known(flip) for flip in seen for key in flip.keys)


def known(flip: Flip) -> set[str]:
    """The keys that differ between what held for a service before and after."""
    before, after = flip.before.policy.layered.data, flip.after.policy.layered.data
    return {".".join(map(str, at)) for at in strictness.changed_keys(before, after)}


def test_changes_are_the_places_of_values_that_differ() -> None:
    before = {"a": {"b": 1, "c": [1]}, "d": 2, "overrides": [1], "gone": 1}
    after = {"a": {"b": 1, "c": [2]}, "d": 3, "overrides": [2], "new": {"x": 1}}
    assert set(strictness.changed_keys(before, after)) == {("a", "c"), ("d",), ("gone",), ("new",)}
