"""A document as a manifest: whom it describes, what holds for it, its facts, and what keeps it from being one."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from platform_gate.documents.document import read as read_documents
from platform_gate.judging.manifest import Manifest, interpret
from platform_gate.model import Context, Problem, Subject, nowhere
from platform_gate.policy import loading
from platform_gate.policy.loading import Policy
from tests.samples import DAY, manifest, own_policy

DEFAULT = loading.load("default", loading.nothing_to_read)
CONTEXT = Context(DAY, nowhere)
LAB = own_policy("  overrides: [{match: {team: lab}, spec: {slo: {breach_points: 9}}}]\n")


def interpreted(
    text: str, chosen: Policy = DEFAULT, base_subjects: Mapping[str, Subject] | None = None
) -> Manifest | list[Problem]:
    (document,) = read_documents(text.encode(), "s/web.yaml")
    return interpret(document, chosen, CONTEXT, base_subjects)


def valid(text: str, chosen: Policy = DEFAULT, base_subjects: Mapping[str, Subject] | None = None) -> Manifest:
    found = interpreted(text, chosen, base_subjects)
    assert isinstance(found, Manifest)
    return found


def problems(text: str) -> list[Problem]:
    found = interpreted(text)
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(
    ("text", "message", "fix"),
    [
        ("null\n", "it is empty", "Write one, or leave the file out by configuration."),
        ("[]\n", "it is no mapping", "Write one, or leave the file out by configuration."),
        ("{}\n", "it has no apiVersion or kind", "Write one, or remove it."),
        ("x: 1\n", "it has no apiVersion or kind", "Add them, or leave the file out by configuration."),
        ("kind: Service\n", "it has no apiVersion", "Add them, or leave the file out by configuration."),
    ],
)
def test_what_is_no_manifest_is_told_only_that(text: str, message: str, fix: str) -> None:
    assert problems(text) == [Problem((), f"this is no service manifest: {message}", fix)]


def test_a_manifest_of_another_version_or_kind_is_told_what_it_should_be() -> None:
    fix = "Correct it, or leave the file out by configuration."
    assert problems("apiVersion: platform-gate/v2\nkind: Servive\nspec: {}\n") == [
        Problem(("apiVersion",), "this is no service manifest: apiVersion is not platform-gate/v1", fix),
        Problem(("kind",), "this is no service manifest: kind is not Service", fix),
    ]


def test_a_document_of_another_tool_is_named_and_not_corrected() -> None:
    fix = "Move it to a file of its own, and leave that out by configuration."
    assert problems("apiVersion: apps/v1\nkind: Deployment\nspec: {}\n") == [
        Problem((), "this is no service manifest but a Kubernetes manifest", fix)
    ]


def test_what_breaks_the_schema_of_a_manifest_is_told_in_its_words() -> None:
    assert [each.message for each in problems(manifest(metadata="teir: 1"))] == ["unknown key 'teir'"]


def test_the_problems_of_all_subsystems_are_told_beside_the_launch_s() -> None:
    text = manifest(
        metadata='launches: "2027-02-30"',
        slos="slos: [{name: a, target: 99}, {name: a, target: 98}]",
        cost='cost: {entries: [{month: "2027-01", amount: 1}]}',
    )
    assert [each.at[-1] for each in problems(text)] == ["launches", "name", "month"]


def test_a_manifest_says_whom_it_describes() -> None:
    plain = valid(manifest())
    assert plain.subject == Subject("web", "shop", 1, {}, "s/web.yaml")
    told = valid(manifest(metadata="tier: 2.0, labels: {domain: commerce}")).subject
    assert told == Subject("web", "shop", 2, {"domain": "commerce"}, "s/web.yaml")
    assert type(told.tier) is int


def test_a_manifest_states_the_facts_of_every_subsystem() -> None:
    found = valid(manifest())
    assert list(found.facts) == ["slo", "cost", "reliability", "governance"]
    assert (found.facts["cost"].budget_monthly, found.context) == (1000, Context(DAY, nowhere, subject=found.subject))


def test_a_service_may_be_matched_by_what_was_said_of_it_before() -> None:
    chosen = loading.load("p.yaml", lambda path: (LAB.encode(), path))
    before = Subject("web", "lab")
    ruled = valid(manifest(), chosen, {"web": before, "other": Subject("other", "shop")})
    assert (ruled.subject.team, ruled.context.subject) == ("shop", before)
    assert (ruled.policy.limits["slo"].breach_points, ruled.own_policy.limits["slo"].breach_points) == (9, 2)
    assert valid(manifest(), chosen, {"other": before}).policy.limits["slo"].breach_points == 2


@pytest.mark.parametrize(("days", "launched"), [(-1, True), (0, True), (1, False), (180, False)])
def test_a_service_is_launched_from_its_day_on(days: int, *, launched: bool) -> None:
    found = valid(manifest(metadata=f'launches: "{DAY + timedelta(days=days)}"'))
    assert found.context.launched is launched


def test_a_day_that_does_not_exist_is_refused() -> None:
    assert problems(manifest(metadata='launches: "2027-02-30"')) == [
        Problem(("metadata", "launches"), "there is no day 2027-02-30", 'For example: "2027-01-15"')
    ]


def test_a_launch_further_ahead_than_allowed_is_refused_with_the_last_day() -> None:
    message = "the launch is more than 180 days ahead"
    fix = "Name a day until 2027-05-22, or leave the manifest out until then."
    assert problems(manifest(metadata='launches: "2027-05-23"')) == [Problem(("metadata", "launches"), message, fix)]
