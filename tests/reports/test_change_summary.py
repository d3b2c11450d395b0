"""A change in words: the most pressing first, and nothing about what it does not touch."""

from dataclasses import replace
from pathlib import Path

import pytest

from platform_gate.changes import comparison as compare
from platform_gate.changes.comparison import Comparison, Sides
from platform_gate.changes.previews import Preview
from platform_gate.judging.verdict import Verdict
from platform_gate.model import HealthStatus, Scope
from platform_gate.reports import change_summary
from platform_gate.reports.outcome import Outcome
from tests.samples import BREACHED, check_folder, manifest, write

BEFORE = {
    "services/red.yaml": manifest("red", slos=BREACHED),
    "services/worse.yaml": manifest("worse"),
    "services/better.yaml": manifest("better", slos=BREACHED),
    "services/easier.yaml": manifest("easier", slos=BREACHED),
    "services/well.yaml": manifest("well"),
    "services/gone.yaml": manifest("gone"),
}
AFTER = {
    "services/red.yaml": manifest("red", slos=BREACHED),
    "services/worse.yaml": manifest("worse", slos=BREACHED),
    "services/better.yaml": manifest("better"),
    "services/easier.yaml": manifest("easier", slos=BREACHED.replace("99.9", "99.5")),
    "services/well.yaml": manifest("well"),
    "services/new.yaml": manifest("new", cost=""),
}


@pytest.fixture
def outcome(tmp_path: Path) -> Outcome:
    base = check_folder(write(tmp_path / "base", BEFORE | {".git/x": ""}))
    head = check_folder(write(tmp_path / "head", AFTER | {".git/x": ""}))
    sides = Sides(base.run, head.run, frozenset())
    found = compare.transitions(sides)
    comparison = Comparison(
        "main",
        "0123456789abcdef",
        found,
        tuple(compare.fixed(found.values())),
        tuple(compare.lowered(found.values())),
        compare.standing(sides),
        (Preview("worse", HealthStatus.DEGRADED, HealthStatus.HEALTHY),),
    )
    return replace(head, comparison=comparison, scope=Scope.REGRESSED)


def told(outcome: Outcome) -> dict[str, list[str]]:
    return {
        section.title: [
            f"{line.service}: {line.before} to {line.after} {line.text}"
            if line.after
            else f"{line.service}: {line.text}"
            for line in section.lines
        ]
        for section in change_summary.lists(outcome)
    }


def failing(outcome: Outcome) -> dict[str, list[str]]:
    groups = change_summary.already_failing(outcome)
    return {group.title: [service.name for service in group.services] for group in groups}


def test_what_it_breaks_with_every_cause(outcome: Outcome) -> None:
    worse, new = change_summary.broken(outcome)
    assert (worse.name, worse.before, worse.points_before, worse.judged.points) == ("worse", "HEALTHY", 0, 2)
    assert [finding.rule for finding in worse.findings] == ["slo/breached"]
    assert worse.introduced == {finding.fingerprint for finding in worse.findings}
    assert (new.name, new.before, new.points_before) == ("new", "new", None)
    assert new.reason
    assert new.reason.rule == "cost/no-data"


def test_everything_else_in_a_line_each(outcome: Outcome) -> None:
    breach = "slo/breached: availability is at 99.5, below its target of 99.9"
    assert told(outcome) == {
        "Other health changes (passing)": [
            "better: degraded to healthy ",
            "easier: degraded to healthy lowers its own bar",
        ],
        "Fixed by this change": [f"better: {breach}"],
        "Cleared by lowering the bar": [f"easier: {breach}"],
        "After the merge, by this change's own rules": ["worse: degraded to healthy "],
        "Lowers the bar: please review": [
            "easier: target lowered: 99.9 -> 99.5",
            "gone: service removed: services/gone.yaml",
        ],
    }


def test_the_headline_says_what_the_change_did_and_what_failed_before(outcome: Outcome) -> None:
    broke = "This change breaks 2 services: worse and new."
    assert change_summary.headline(outcome) == (broke, "1 other service was already failing.")
    everything = replace(outcome, scope=Scope.ALL)
    assert change_summary.headline(everything) == (broke, "1 other service was already failing and also blocks.")


def test_a_change_that_breaks_nothing_says_so(outcome: Outcome) -> None:
    comparison = outcome.comparison
    assert comparison is not None
    [red] = [judged for judged in outcome.run.services if judged.name == "red"]
    alone = replace(outcome, run=outcome.run._replace(services=(red,)))
    assert change_summary.headline(replace(alone, verdict=Verdict.PASSED))[0] == "This change breaks no service."
    expired = "This change breaks no service. Waivers fail the gate."
    assert change_summary.headline(replace(alone, verdict=Verdict.FAILED))[0] == expired
    relaxed = comparison.transitions["red"]._replace(relaxations=comparison.lowered[:1])
    eased = replace(alone, comparison=comparison._replace(transitions={"red": relaxed}))
    assert change_summary.headline(eased)[0] == "This change lowers the bar for 1 service: red, already failing."


def test_in_scope_all_the_others_block_as_well_but_come_second(outcome: Outcome) -> None:
    assert failing(outcome) == {"Already failing (not blocking)": ["red"]}
    everything = replace(outcome, scope=Scope.ALL)
    assert failing(everything) == {"Also blocking (already failing)": ["red"]}
    assert [service.name for service in change_summary.broken(everything)] == ["worse", "new"]


def test_unknown_is_explained_by_the_missing_data_and_not_by_points(tmp_path: Path) -> None:
    over = 'cost: {budget_monthly: 1, entries: [{month: "2026-10", amount: 9}]}'
    unmeasured = "slos: [{name: availability, target: 99.9}]"
    base = check_folder(write(tmp_path / "base", {"services/a.yaml": manifest("a"), ".git/x": ""}))
    head = check_folder(
        write(tmp_path / "head", {"services/a.yaml": manifest("a", slos=unmeasured, cost=over), ".git/x": ""})
    )
    sides = Sides(base.run, head.run, frozenset())
    comparison = Comparison("main", "0" * 40, compare.transitions(sides), (), (), frozenset())
    [service] = change_summary.broken(replace(head, comparison=comparison))
    assert service.judged.health is HealthStatus.UNKNOWN
    assert service.judged.points == 1
    assert service.reason
    assert service.reason.rule.startswith("slo/no")


def test_without_a_base_there_is_nothing_to_say(outcome: Outcome) -> None:
    alone = replace(outcome, comparison=None)
    assert list(change_summary.lists(alone)) == []
    assert change_summary.broken(alone) == ()
    assert change_summary.headline(alone) == ("", "")
    assert [judged.name for judged in alone.blocking[0]] == ["red", "worse", "new"]


def test_what_it_was_compared_with_and_whose_rules_judged(outcome: Outcome) -> None:
    comparison = outcome.comparison
    assert comparison is not None
    described = comparison.describe(Scope.REGRESSED)
    assert described == "compared with main (merge base 0123456789ab), scope regressed; judged by the rules of main"
    assert "this change's own rules judge (adoption)" in comparison._replace(adoption=True).describe(Scope.ALL)
