"""Two gates with one policy, and exemptions for kinds of change."""

from typing import Any

import pytest

from platform_gate.documents.document import DocumentError
from platform_gate.model import HealthStatus, Scope
from platform_gate.policy import loading
from platform_gate.policy.gate import USUAL, Choice, Stage, if_narrower, if_wider, resolved
from platform_gate.policy.loading import Policy
from tests.samples import own_policy


def ours(spec: str) -> Policy:
    return loading.load("p.yaml", lambda path: (own_policy(spec).encode(), path))


FIX = "{change: reliability-fix, rules: [slo/breached], reason: It repairs.}"
SECURITY = "{change: security, rules: [slo/breached, cost/over-budget], reason: It protects., at_most: degraded}"
BOTH = f"  gate:\n    exemptions: [{FIX}, {SECURITY}]\n"
DEPLOY = "    deploy: {fail_on: [critical], scope: touched, exemptions: []}\n"


def test_without_a_kind_of_change_nothing_is_exempt() -> None:
    policy = ours(BOTH)
    assert policy.choice is USUAL
    assert policy.base().gate.exemptions == ()


def test_only_the_exemptions_of_the_change_s_kinds_count() -> None:
    (exemption,) = ours(BOTH).chosen(Choice(changes=("security",))).base().gate.exemptions
    assert (exemption.change, exemption.rules) == ("security", frozenset({"slo/breached", "cost/over-budget"}))
    assert exemption.at_most is HealthStatus.DEGRADED
    assert (exemption.location.line, str(exemption)) == (6, "exempt (change: security): It protects.")


def test_an_exemption_has_no_worst_health_of_its_own() -> None:
    (exemption,) = ours(BOTH).chosen(Choice(changes=("reliability-fix",))).base().gate.exemptions
    assert exemption.at_most is HealthStatus.CRITICAL


def test_a_policy_knows_its_kinds_of_change_wherever_they_are() -> None:
    override = f"  overrides:\n    - {{match: {{tier: 3}}, spec: {{gate: {{exemptions: [{SECURITY}]}}}}}}\n"
    policy = ours(f"  gate:\n    deploy: {{exemptions: [{FIX}]}}\n{override}")
    assert policy.kinds_of_change == ["reliability-fix", "security"]


def test_a_gate_has_what_the_policy_gives_it_and_else_what_both_have() -> None:
    policy = ours(BOTH + DEPLOY)
    merge = policy.chosen(Choice(changes=("security",))).base().gate
    deploy = policy.chosen(Choice(stage=Stage.DEPLOY, changes=("security",))).base().gate
    assert (merge.fail_on, merge.scope) == (("degraded", "critical", "unknown"), None)
    assert (deploy.fail_on, deploy.scope, deploy.exemptions) == (("critical",), Scope.TOUCHED, ())
    assert deploy.required == merge.required


def test_the_command_line_beats_both_gates() -> None:
    chosen = ours(BOTH + DEPLOY).chosen(Choice(("unknown",), Stage.DEPLOY))
    assert chosen.base().gate.fail_on == ("unknown",)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("exemptions: [{change: fix, rules: [slo/breeched], reason: x}]", "5:45: there is no rule 'slo/breeched'"),
        ("exemptions: [{change: fix, rules: [manifest/invalid], reason: x}]", "no change can be exempt from manifest/"),
        ("exemptions: [{change: fix, rules: [waiver/expired], reason: x}]", "no change can be exempt from waiver/"),
        ("deploy: {exemptions: [{change: fix, rules: [slo/breeched], reason: x}]}", "there is no rule 'slo/breeched'"),
        ("deploy: {fail_on: [slo/breeched]}", "there is no rule 'slo/breeched'"),
        ("deploy: {fail_on: []}", "the list holds fewer than 1 entry"),
        ("exemptions: [{change: A Fix, rules: [slo/breached], reason: x}]", "is not a valid kind of change"),
        ("exemptions: [{change: fix, rules: [], reason: x}]", "the list holds fewer than 1 entry"),
        ("exemptions: [{change: fix, rules: [slo/breached]}]", "the key 'reason' is missing"),
        (
            "exemptions: [{change: fix, rules: [slo/breached], reason: x, at_most: healthy}]",
            "is not a known worst health",
        ),
        ("deploy: {required: []}", "required"),
    ],
)
def test_a_gate_that_makes_no_sense_is_refused(spec: str, message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        ours(f"  gate: {{{spec}}}\n")
    assert message in str(caught.value)


def entry(change: str, *rules: str, **more: str) -> dict[str, Any]:
    return {"change": change, "rules": list(rules), "reason": "x", **more}


OLD = [entry("fix", "a/b", "a/c"), entry("security", "a/b", at_most="degraded")]


@pytest.mark.parametrize(
    ("new", "wider"),
    [
        (OLD, False),
        ([], False),
        ([entry("fix", "a/c", at_most="unknown")], False),
        ([entry("fix", "a/b"), entry("fix", "a/c")], False),
        ([*OLD, entry("other", "a/b")], True),
        ([entry("fix", "a/b", "a/d")], True),
        ([entry("security", "a/b")], True),
    ],
)
def test_more_rules_kinds_and_worse_healths_are_wider(new: list[dict[str, Any]], *, wider: bool) -> None:
    assert if_wider(OLD, new) is wider


def test_a_stage_is_compared_with_what_it_had_of_both() -> None:
    both = {"fail_on": ["critical"], "exemptions": OLD, "merge": {}, "deploy": {}}
    own = {**both, "deploy": {"fail_on": ["degraded"]}}
    assert resolved(both, own) == {**both, "deploy": {"fail_on": ["critical"]}}
    assert resolved(own, both) == own


@pytest.mark.parametrize(
    ("old", "new", "narrower"),
    [
        (None, "all", False),
        ("touched", "all", False),
        ("regressed", "touched", False),
        (None, "touched", True),
        ("all", None, True),
        ("touched", None, True),
        ("regressed", None, False),
        ("touched", "regressed", True),
    ],
)
def test_a_scope_that_leaves_more_out(old: str | None, new: str | None, *, narrower: bool) -> None:
    assert if_narrower(old, new) is narrower
