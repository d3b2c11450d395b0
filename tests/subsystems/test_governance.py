"""Governance: which evidence counts, how many checks fail, and what that costs."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from platform_gate.documents import shipped
from platform_gate.model import Context, LimitError, Violation, nowhere
from platform_gate.subsystems import governance
from platform_gate.subsystems.governance import Governance, GovernanceCheck, Limits, run_governance_checks
from platform_gate.subsystems.governance.rules import NO_DATA

FIVE = ("runbook", "monitoring", "ownership", "documentation", "incident_response")
EXISTING = "docs/runbook.md"
CONTEXT = Context(date(2026, 11, 23), lambda path: path == EXISTING)
DEFAULT = Limits.default()


def limits_with(**section: Any) -> Limits:
    return Limits.parse({**shipped.default_limits("governance"), **section})


VERIFIED, REQUIRED = limits_with(evidence="verified"), limits_with(evidence="required")


def read(section: dict[str, Any] | None, limits: Limits = DEFAULT) -> Governance:
    manifest = {"metadata": {"name": "web"}, "spec": {} if section is None else {"governance": section}}
    facts, problems = governance.read(manifest, limits, CONTEXT)
    assert problems == []
    return facts


def failed(facts: Governance, limits: Limits = DEFAULT) -> list[Violation]:
    return list(governance.check(facts, limits, CONTEXT))


def objection(value: bool | str, limits: Limits = DEFAULT, name: str = "runbook") -> str:  # noqa: FBT001
    (check,) = (each for each in read({name: value}, limits).checks if each.name == name)
    assert check.passed is not bool(check.message)
    assert check.evidence == (value if isinstance(value, str) else None)
    return check.message


def failing(count: int) -> Governance:
    return read(dict.fromkeys(FIVE[count:], True) | dict.fromkeys(FIVE[:count], False))


@pytest.mark.parametrize("value", [True, "docs/missing.md", "https://wiki.example.com/web", "README.md"])
def test_whatever_is_declared_counts_where_evidence_is_declared(value: bool | str) -> None:  # noqa: FBT001
    assert not objection(value)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("runbook", "web has no operational runbook"),
        ("monitoring", "web has no monitoring"),
        ("ownership", "web has no owner"),
        ("documentation", "web has no documentation"),
        ("incident_response", "web has no incident response plan"),
    ],
)
def test_what_is_false_or_left_out_fails_in_the_policy_s_words(name: str, message: str) -> None:
    assert objection(False, name=name) == message  # noqa: FBT003
    assert message in [check.message for check in read({}).checks]


@pytest.mark.parametrize("limits", [VERIFIED, REQUIRED])
def test_a_path_must_exist_where_evidence_is_verified(limits: Limits) -> None:
    assert not objection(EXISTING, limits)
    assert (
        objection("docs/missing.md", limits) == "'docs/missing.md' is not in the repository, or git does not track it"
    )


@pytest.mark.parametrize("limits", [VERIFIED, REQUIRED])
@pytest.mark.parametrize(("name", "value"), [("runbook", "http://x.example/a"), ("ownership", "team-web")])
def test_an_address_and_an_owner_are_no_paths(limits: Limits, name: str, value: str) -> None:
    assert not objection(value, limits, name)


def test_a_bare_true_is_no_evidence_where_evidence_is_required() -> None:
    assert objection(True, REQUIRED) == "`runbook: true` names no evidence, which the policy requires"  # noqa: FBT003
    assert not objection(True, VERIFIED)  # noqa: FBT003


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ownership", "todo"),
        ("ownership", "TBD"),
        ("ownership", "@Guest"),
        ("ownership", "n/a"),
        ("ownership", "acme/unknown"),
        ("ownership", "@acme/none"),
        ("runbook", "docs/todo"),
        ("runbook", "TODO/runbook.md"),
        ("runbook", "https://wiki.example.com/TBD"),
        ("runbook", "https://wiki.example.com/none/page"),
        ("runbook", "https://wiki.example.com/example?x=1"),
        ("runbook", "https://wiki.example.com/todo/https://x.example/a"),
    ],
)
def test_a_placeholder_is_no_evidence(name: str, value: str) -> None:
    message = objection(value, name=name)
    assert message.startswith(f"'{value}' ")
    assert "placeholder" in message
    assert message.endswith(f"evidence of {name}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ownership", "team-todo"),
        ("ownership", "todos"),
        ("ownership", "nobody"),
        ("runbook", "docs/todo.md"),
        ("runbook", "https://example/page"),
        ("runbook", "https://none.example.com/page"),
        ("runbook", "https://wiki.example.com/page?state=todo"),
        ("runbook", "docs/none-of-these.md"),
    ],
)
def test_a_word_that_only_holds_a_placeholder_is_evidence(name: str, value: str) -> None:
    assert not objection(value, name=name)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("ownership", "todo", "'todo' is a placeholder, not evidence of ownership"),
        ("runbook", "docs/todo", "'docs/todo' contains the placeholder 'todo', not evidence of runbook"),
        ("incident_response", "TBD", "'TBD' is a placeholder, not evidence of incident response"),
    ],
)
def test_a_placeholder_is_named(name: str, value: str, message: str) -> None:
    assert objection(value, name=name) == message


def test_where_there_is_no_placeholder_the_answer_is_empty() -> None:
    for value in ("docs/runbook.md", "docs/nonesuch.md"):
        assert governance.placeholder_in(value, DEFAULT.placeholders) == ""


def test_a_policy_s_own_placeholders_are_found_in_any_case() -> None:
    limits = limits_with(placeholders=["Später"])
    assert "placeholder" in objection("docs/SPÄTER", limits)
    assert not objection("docs/todo", limits)


@pytest.mark.parametrize("value", ["https://[1.2.3.4]/x", "https://[:::]/x", "http://[::1]/x", "https://[fe]/todo"])
def test_an_odd_address_is_judged_and_no_crash(value: str) -> None:
    assert isinstance(objection(value), str)


@pytest.mark.parametrize("section", [None, {}])
def test_without_a_section_there_is_no_data_and_every_check_fails(section: dict[str, Any] | None) -> None:
    facts = read(section)
    checks = failed(facts)
    assert not governance.has_data(facts)
    assert [check.rule.id for check in checks] == [
        "governance/no-data",
        *(f"governance/missing-{name}" for name in FIVE),
    ]
    assert (checks[0].message, checks[0].at) == ("no governance is declared", ("spec", "governance"))
    assert governance.status(facts, checks, DEFAULT) == "non_compliant"


def test_a_section_that_only_says_no_is_data() -> None:
    assert governance.has_data(read({"runbook": False}))


def test_a_failed_check_is_placed_at_its_key_with_the_policy_s_help() -> None:
    check = failed(failing(1))[0]
    assert (check.rule.id, check.at) == ("governance/missing-runbook", ("spec", "governance", "runbook"))
    assert check.message == "web has no operational runbook"
    assert check.fix == shipped.default_limits("governance")["checks"]["runbook"]["help"]


def test_a_check_without_help_leaves_the_fix_to_its_rule() -> None:
    limits = limits_with(checks={"backup_restore": {}})
    (check,) = failed(read({"backup_restore": False}, limits), limits)
    assert (check.message, check.fix) == ("web has no backup restore", "")
    assert check.rule.help == "Add `backup_restore` to the service's governance section."
    assert check.rule.title == "Governance: backup restore is missing"


def test_a_check_that_the_policy_removed_is_a_problem_and_guessed() -> None:
    manifest = {"metadata": {"name": "web"}, "spec": {"governance": {"runbok": True, "runbook": True}}}
    _, (problem,) = governance.read(manifest, DEFAULT, CONTEXT)
    assert problem.message == "the policy has no governance check 'runbok'"
    assert (problem.at, problem.on_key) == (("spec", "governance", "runbok"), True)
    assert problem.fix == "Did you mean runbook?"


@pytest.mark.parametrize(
    ("count", "last"), [(20, "the policy has no governance check 'x19'"), (21, "and 1 more problem")]
)
def test_at_most_twenty_unknown_checks_are_named(count: int, last: str) -> None:
    manifest = {"metadata": {"name": "web"}, "spec": {"governance": {f"x{index}": True for index in range(count)}}}
    _, problems = governance.read(manifest, DEFAULT, CONTEXT)
    assert (len(problems), problems[-1].message) == (count, last)


@pytest.mark.parametrize(
    ("count", "status", "points", "key"),
    [
        (0, "compliant", 0, None),
        (1, "needs_review", 1, ("governance", "points", 1)),
        (2, "needs_review", 1, ("governance", "points", 1)),
        (3, "non_compliant", 2, ("governance", "points", 0)),
        (5, "non_compliant", 2, ("governance", "points", 0)),
    ],
)
def test_status_and_points_follow_the_number_of_failed_checks(
    count: int, status: str, points: int, key: tuple[Any, ...] | None
) -> None:
    facts = failing(count)
    charges = list(governance.points(failed(facts), DEFAULT))
    assert governance.status(facts, failed(facts), DEFAULT) == status
    assert sum(charge.points for charge in charges) == points
    assert [charge.key for charge in charges] == ([key] if key else [])
    assert all(charge.rules == {f"governance/missing-{name}" for name in FIVE[:count]} for charge in charges)


def test_missing_data_costs_no_points_of_its_own() -> None:
    only_no_data = [check for check in failed(read({})) if check.rule is NO_DATA]
    assert list(governance.points(only_no_data, DEFAULT)) == []


def test_a_policy_may_allow_no_failed_check_at_all() -> None:
    limits = limits_with(needs_review_up_to=0)
    assert governance.status(failing(1), failed(failing(1)), limits) == "non_compliant"
    assert governance.status(failing(0), [], limits) == "compliant"


def test_a_service_without_any_checks_needs_a_review() -> None:
    assert governance.status(Governance([], declared=False), [], DEFAULT) == "needs_review"


def test_the_most_that_governance_can_cost_is_the_worst_band() -> None:
    assert (governance.most_points(DEFAULT), governance.most_points(limits_with(points=[]))) == (2, 0)


def test_the_report_shows_every_check_with_its_evidence() -> None:
    facts = governance.describe(read({"runbook": EXISTING, "ownership": True}), DEFAULT)
    assert (facts["failed"], facts["total"]) == (3, 5)
    assert facts["checks"][:3] == [
        {"name": "runbook", "passed": True, "evidence": EXISTING},
        {"name": "monitoring", "passed": False, "evidence": None},
        {"name": "ownership", "passed": True, "evidence": None},
    ]


def test_the_seed_s_function_assumes_nothing() -> None:
    assert [check.passed for check in run_governance_checks("web")] == [False] * 5


@pytest.mark.parametrize("passing", range(5))
def test_the_seed_s_function_names_what_is_missing_in_its_order(passing: int) -> None:
    checks = run_governance_checks("web", *(index == passing for index in range(5)))
    assert [check.name for check in checks] == list(FIVE)
    assert [check.passed for check in checks] == [index == passing for index in range(5)]
    assert all(check.passed or check.message.startswith("web has no ") for check in checks)
    assert not checks[passing].message


def test_a_check_of_one_s_own_that_no_policy_knows_is_judged_too() -> None:
    facts: Sequence[GovernanceCheck] = [GovernanceCheck("licence", passed=False, message="no licence")]
    (check,) = failed(Governance(facts, declared=True))
    assert (check.rule.id, check.message) == ("governance/missing-licence", "no licence")


def test_bands_that_make_no_sense_are_refused_below_the_section() -> None:
    with pytest.raises(LimitError) as caught:
        limits_with(points=[{"failed_at_least": 1, "points": 1}, {"failed_at_least": 2, "points": 1}])
    assert caught.value.at == ("points", 1)


def test_a_service_built_in_python_may_be_read_without_a_tree() -> None:
    manifest = {"metadata": {"name": "web"}, "spec": {"governance": {"runbook": EXISTING}}}
    facts, _ = governance.read(manifest, VERIFIED, Context(CONTEXT.as_of, nowhere))
    assert not facts.checks[0].passed


def test_the_default_limits_are_made_once() -> None:
    assert Limits.default() is Limits.default()


@pytest.mark.parametrize(
    ("before", "after", "values"),
    [
        (EXISTING, False, (EXISTING, False)),
        (EXISTING, True, (EXISTING, True)),
        (True, False, (True, False)),
        (EXISTING, "docs/todo", (EXISTING, "docs/todo")),
    ],
)
def test_evidence_that_is_gone_is_a_relaxation(
    before: bool | str,  # noqa: FBT001
    after: bool | str,  # noqa: FBT001
    values: tuple[Any, Any],
) -> None:
    (found,) = governance.relaxations(read({"runbook": before}), read({"runbook": after}))
    assert (found.kind, found.at) == ("evidence-removed", ("spec", "governance", "runbook"))
    assert (found.before, found.after) == values


@pytest.mark.parametrize(("before", "after"), [(False, True), (True, EXISTING), (EXISTING, "b.md"), (False, False)])
def test_other_evidence_relaxes_nothing(before: bool | str, after: bool | str) -> None:  # noqa: FBT001
    assert list(governance.relaxations(read({"runbook": before}), read({"runbook": after}))) == []


def test_a_check_that_is_not_made_any_more_is_a_relaxation() -> None:
    (found,) = governance.relaxations(failing(4), Governance([], declared=False))
    assert (found.at[-1], found.before, found.after) == (FIVE[4], True, False)


def test_all_of_governance_is_declared() -> None:
    facts = failing(2)
    assert governance.declared(facts, "") == tuple(facts.checks)
