"""A change in words: the most pressing first, and nothing about what it does not touch."""

from dataclasses import replace
from pathlib import Path

import pytest

from platform_gate.changes import comparison as compare
from platform_gate.changes.comparison import Comparison, Preview, Sides
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
        section.title: [f"{line.service}: {line.text}" for line in section.lines]
        for section in change_summary.sections(outcome)
    }


def test_the_whole_story(outcome: Outcome) -> None:
    breach = "slo/breached: availability is at 99.5, below its target of 99.9"
    assert told(outcome) == {
        "Blocks because of this change (2 services)": [
            f"worse: HEALTHY -> DEGRADED  +2  {breach}",
            "new: ADDED -> UNKNOWN  cost/no-data: no monthly cost is known",
        ],
        "Not decided here: no worse than before this change (1 service)": [f"red: DEGRADED  {breach}"],
        "Changes health too, and passes": [
            "better: DEGRADED -> HEALTHY  -2",
            "easier: DEGRADED -> HEALTHY  -2  (its manifest lowers the bar)",
        ],
        "Fixed by this change": [f"better: {breach}"],
        "No longer found, where this change also lowers the bar": [f"easier: {breach}"],
        "Lowers the bar: does the reviewer agree?": [
            "easier: target lowered: 99.9 -> 99.5",
            "gone: service removed: services/gone.yaml",
        ],
        "Once merged, by the rules that this change brings along": ["worse: DEGRADED -> HEALTHY"],
    }


def test_in_scope_all_the_others_block_as_well_but_come_second(outcome: Outcome) -> None:
    titles = list(told(replace(outcome, scope=Scope.ALL)))
    assert titles[:2] == [
        "Blocks because of this change (2 services)",
        "Blocks as well, though no worse than before (1 service; scope all counts it too)",
    ]
    guilty, beside = replace(outcome, scope=Scope.ALL).blocking
    assert [each.name for each in (*guilty, *beside)] == ["worse", "new", "red"]


def test_without_a_base_there_is_no_story(outcome: Outcome) -> None:
    alone = replace(outcome, comparison=None)
    assert list(change_summary.sections(alone)) == []
    assert [each.name for each in alone.blocking[0]] == ["red", "worse", "new"]


def test_with_what_it_was_compared_and_whose_rules_held(outcome: Outcome) -> None:
    comparison = outcome.comparison
    assert comparison is not None
    told = comparison.describe(Scope.REGRESSED)
    assert told == "compared with main (since 0123456789ab), scope regressed; rules as main has them"
    assert "this change's own rules judge (adoption)" in comparison._replace(adoption=True).describe(Scope.ALL)
