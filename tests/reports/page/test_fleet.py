"""The fleet as a whole."""

from datetime import date
from typing import Any

from platform_gate.reports.history import History, Snapshot, Standing
from platform_gate.reports.page.fleet import Health, facts, healths, lead, past, totals
from platform_gate.reports.page.service import problem
from tests.reports.page.rows import DAY, finding

NUMBERS = {
    "total_services": 4,
    "critical": 1,
    "degraded": 0,
    "unknown": 1,
    "healthy": 2,
    "slo_breaches": 1,
    "over_budget": 0,
    "governance_compliant": 3,
    "avg_reliability_score": None,
}
POLICY = {"name": "default", "sha256": "abcdef0123456789", "source": "shipped", "path": "policies/default.yaml"}


def provenance(**changes: Any) -> dict[str, Any]:
    return {"as_of": "2026-11-23", "policy": POLICY, "repository": None} | changes


def test_the_answers_reason_in_a_line() -> None:
    assert lead(NUMBERS, [], 0) == "2 services of 4 are not healthy."
    assert lead(NUMBERS | {"healthy": 3}, [], 0) == "1 service of 4 is not healthy."
    assert lead(NUMBERS | {"healthy": 4}, [], 0) == "4 services, all healthy."
    assert lead(NUMBERS | {"healthy": 4}, [], 2) == "4 services, all healthy, 2 of them by waiver."
    assert lead(NUMBERS, [], 1) == "2 services of 4 are not healthy. 2 healthy, 1 of them by waiver."
    assert lead(NUMBERS | {"total_services": 0}, [], 0) == "No service was judged."


def test_files_that_could_not_be_judged_are_counted_once() -> None:
    unjudged = [problem(finding(line=line, path=path), None) for line, path in ((1, "a"), (2, "a"), (1, "b"))]
    assert lead(NUMBERS, unjudged, 0) == "2 files could not be judged. 2 services of 4 are not healthy."
    assert lead(NUMBERS | {"total_services": 0}, unjudged, 0) == "2 files could not be judged."


def test_under_what_the_answer_was_given() -> None:
    assert facts(provenance()) == ["as of 2026-11-23", "policy default (shipped, abcdef012345)"]
    assert facts(provenance(policy=None, repository="acme/shop")) == ["as of 2026-11-23", "acme/shop"]
    assert facts(provenance(verdict="failed", exit_code=1)) == facts(provenance())
    assert facts(provenance(verdict="failed", exit_code=0))[-1].startswith("exit code 0 because of --exit-zero")
    own = POLICY | {"source": "file", "path": "p.yaml"}
    base = {"ref": "main", "commit": "0123456789abcdef", "adoption": True}
    found = facts(provenance(policy=own, base=base, scope="touched"))
    assert found[1] == "policy default (p.yaml, abcdef012345)"
    assert found[2].startswith("compared with main (0123456789ab), scope touched; the base has no rules yet")


def test_which_part_or_which_repositories_it_is_about() -> None:
    assert facts(provenance(change=["fix"], gate="deploy"))[-2:] == [
        "judged by the gate before a deployment",
        "kind of change: fix",
    ]
    assert facts(provenance(shard={"index": 2, "count": 4, "files": 1000}))[-1] == "shard 2/4 of 1,000 files"
    assert facts(provenance(repositories=[{}, {}], differences=["They differ\x1b."]))[-2:] == [
        "2 repositories",
        "They differ\\x1b.",
    ]


def test_the_bar_of_healths_has_no_gaps() -> None:
    assert healths(NUMBERS, 0) == [
        Health("critical", 1, "0", "25"),
        Health("degraded", 0, "25", "0"),
        Health("unknown", 1, "25", "25"),
        Health("healthy", 2, "50", "50"),
    ]


def test_the_legend_says_how_many_are_healthy_by_waiver() -> None:
    assert [health.note for health in healths(NUMBERS, 1)] == ["", "", "", ", 1 of them by waiver"]


def test_currencies_are_never_added() -> None:
    found = list(totals(NUMBERS, {"monthly_cost_by_currency": {"EUR": 1.5, "USD": 2000}}))
    assert [(each.value, each.note) for each in found[-2:]] == [("1.50", "EUR"), ("2,000", "USD")]
    assert found[3].value == "\u2013"


def test_the_past_ends_today() -> None:
    snapshot = Snapshot(date(2026, 11, 13), "a", {"web": Standing("critical", 5)})
    found = past(History((snapshot,)), DAY, NUMBERS, 7)
    assert found
    assert [(day.day, day.counts, day.points) for day in found.days] == [
        ("2026-11-13", (1, 0, 0, 0), 5),
        ("2026-11-23", (1, 0, 1, 2), 7),
    ]
    assert [name for name, _ in found.areas] == ["healthy", "unknown", "degraded", "critical"]
    assert past(History(), DAY, NUMBERS, 7) is None
