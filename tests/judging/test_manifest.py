"""A document as a manifest: whom it describes, what holds for it, its facts, and what keeps it from being one."""

from datetime import date, timedelta

import pytest

from platform_gate.documents.document import read as read_documents
from platform_gate.judging.manifest import (
    EXCLUDE,
    NO_PRECEDENTS,
    Manifest,
    Precedent,
    Precedents,
    interpret,
    same_precedent,
)
from platform_gate.model import Context, Problem, Subject, nowhere
from platform_gate.policy import loading
from platform_gate.policy.loading import Policy
from tests.samples import DAY, manifest, own_policy

DEFAULT = loading.load("default", loading.nothing_to_read)
CONTEXT = Context(DAY, nowhere)
LAB = own_policy("  overrides: [{match: {team: lab}, spec: {slo: {breach_points: 9}}}]\n")


def interpreted(
    text: str, chosen: Policy = DEFAULT, precedents: Precedents = NO_PRECEDENTS
) -> Manifest | list[Problem]:
    (document,) = read_documents(text.encode(), "s/web.yaml")
    return interpret(document, chosen, CONTEXT, precedents)


def valid(text: str, chosen: Policy = DEFAULT, precedents: Precedents = NO_PRECEDENTS) -> Manifest:
    result = interpreted(text, chosen, precedents)
    assert isinstance(result, Manifest)
    return result


def problems(text: str) -> list[Problem]:
    found = interpreted(text)
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(
    ("text", "message", "fix"),
    [
        ("null\n", "it is empty", "Remove the extra `---` line, or write a manifest below it."),
        ("[]\n", "it is not a mapping", f"Write a manifest, or {EXCLUDE}."),
        ("{}\n", "it lacks `apiVersion: platform-gate/v1` and `kind: Service`", f"Add them, or {EXCLUDE}."),
        ("x: 1\n", "it lacks `apiVersion: platform-gate/v1` and `kind: Service`", f"Add them, or {EXCLUDE}."),
        ("kind: Service\n", "it lacks `apiVersion: platform-gate/v1`", f"Add it, or {EXCLUDE}."),
    ],
)
def test_what_is_no_manifest_is_told_only_that(text: str, message: str, fix: str) -> None:
    assert problems(text) == [Problem((), f"not a service manifest: {message}", fix)]


def test_a_manifest_of_another_version_or_kind_is_told_what_it_should_be() -> None:
    assert problems("apiVersion: platform-gate/v2\nkind: Servive\nspec: {}\n") == [
        Problem(
            ("apiVersion",),
            "not a service manifest: apiVersion is not platform-gate/v1",
            f"Write `apiVersion: platform-gate/v1`, or {EXCLUDE}.",
        ),
        Problem(("kind",), "not a service manifest: kind is not Service", f"Write `kind: Service`, or {EXCLUDE}."),
    ]


def test_a_document_of_another_tool_is_named_and_not_corrected() -> None:
    assert problems("apiVersion: apps/v1\nkind: Deployment\nspec: {}\n") == [
        Problem((), "not a service manifest but a Kubernetes manifest", f"Move it to its own file, and {EXCLUDE}.")
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
    ruled = valid(manifest(), chosen, {"web": Precedent(before), "other": Precedent(Subject("other", "shop"))})
    assert (ruled.subject.team, ruled.context.subject) == ("shop", before)
    assert (ruled.policy.limits["slo"].breach_points, ruled.own_policy.limits["slo"].breach_points) == (9, 2)
    assert valid(manifest(), chosen, {"other": Precedent(before)}).policy.limits["slo"].breach_points == 2


@pytest.mark.parametrize(("days", "launched"), [(-1, True), (0, True), (1, False), (180, False)])
def test_a_service_is_launched_from_its_day_on(days: int, *, launched: bool) -> None:
    found = valid(manifest(metadata=f'launches: "{DAY + timedelta(days=days)}"'))
    assert found.context.launched is launched


@pytest.mark.parametrize(
    ("launches", "live_from", "launched"),
    [
        ("", None, True),
        ("2027-01-15", None, False),
        ("2027-01-15", date.min, True),
        ("2027-01-15", date(2026, 1, 1), True),
        ("2027-01-15", date(2027, 1, 1), False),
        ("2026-01-15", date(2027, 1, 1), True),
        ("", date(2027, 1, 1), True),
    ],
)
def test_a_service_that_was_measured_launches_no_later(
    launches: str, live_from: date | None, *, launched: bool
) -> None:
    text = manifest(metadata=f'launches: "{launches}"' if launches else "")
    precedents = {"web": Precedent(Subject("web", "shop"), live_from)}
    web = valid(text, precedents=precedents)
    assert web.context.launched is launched
    assert same_precedent(web, precedents)
    assert same_precedent(web, {}) is (
        launched is (not launches or launches < str(DAY)) and web.subject == Subject("web", "shop")
    )


def test_a_day_that_does_not_exist_is_refused() -> None:
    assert problems(manifest(metadata='launches: "2027-02-30"')) == [
        Problem(
            ("metadata", "launches"), "2027-02-30 is not a date", 'Write a day that exists, for example "2027-01-15".'
        )
    ]


def test_a_launch_further_ahead_than_allowed_is_refused_with_the_last_day() -> None:
    message = "the launch is more than 180 days ahead"
    fix = "Write 2027-05-22 or earlier, or leave the manifest out until then."
    assert problems(manifest(metadata='launches: "2027-05-23"')) == [Problem(("metadata", "launches"), message, fix)]
