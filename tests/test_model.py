"""The nouns: how places, numbers and excerpts are written."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.model import (
    At,
    Disposition,
    Doubt,
    Excuse,
    Finding,
    GateError,
    HealthStatus,
    Location,
    Rule,
    Severity,
    Violation,
    nowhere,
    pointer,
)
from platform_gate.readings import days_after
from platform_gate.rule_ids import kind_of

RULE = Rule("toy/broken", "A toy is broken", "Mend it.")


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ((), ""),
        (("spec", "slos", 0, "current"), "/spec/slos/0/current"),
        (("severities", "slo/breached"), "/severities/slo~1breached"),
        (("a~b",), "/a~0b"),
        (("~1",), "/~01"),
        (("",), "/"),
    ],
)
def test_a_pointer_follows_rfc_6901(at: At, expected: str) -> None:
    assert pointer(at) == expected


@given(st.lists(st.text("a/~01", min_size=1)))
def test_a_pointer_can_be_read_back(keys: list[str]) -> None:
    parts = pointer(tuple(keys)).split("/")[1:]
    assert [part.replace("~1", "/").replace("~0", "~") for part in parts] == keys


@pytest.mark.parametrize(
    ("day", "days", "later"),
    [
        (date(2026, 11, 23), 0, date(2026, 11, 23)),
        (date(2026, 11, 23), 180, date(2027, 5, 22)),
        (date(9999, 12, 30), 1, date.max),
        (date(9999, 12, 30), 2, date.max),
    ],
)
def test_the_calendar_has_a_last_day(day: date, days: int, later: date) -> None:
    assert days_after(day, days) == later


def test_a_location_reads_as_editors_write_it() -> None:
    assert str(Location("services/a.yaml", 9, 16, 9, 20)) == "services/a.yaml:9:16"
    assert str(Location("services/a.yaml")) == "services/a.yaml:1:1"


def test_locations_sort_by_line_before_column() -> None:
    places = [Location("a", 10, 1), Location("a", 9, 30), Location("a", 9, 4)]
    assert sorted(place.start for place in places) == [(9, 4), (9, 30), (10, 1)]


def test_a_violation_stands_below_spec() -> None:
    violation = RULE.violation("the wheel is off", "toys", 0, subject="car", value=3.0, fix="Glue it.")
    assert violation == Violation(RULE, "the wheel is off", ("spec", "toys", 0), "car", 3.0, "Glue it.")


@pytest.mark.parametrize(
    ("rule", "kind", "unjudged"),
    [
        ("slo/breached", "slo", False),
        ("manifest/invalid", "manifest", True),
        ("waiver/unused", "waiver", False),
        ("manifests/x", "manifests", False),
        ("org/manifest/x", "org", False),
    ],
)
def test_a_rule_s_kind_stands_before_the_slash(rule: str, kind: str, *, unjudged: bool) -> None:
    assert kind_of(rule) == kind
    assert Finding(rule, Severity.ERROR, "", "", Location("a")).unjudged is unjudged


def test_healths_go_from_best_to_worst() -> None:
    assert [health.value for health in HealthStatus] == ["healthy", "unknown", "degraded", "critical"]
    assert [health.rank for health in HealthStatus] == [0, 1, 2, 3]


def test_a_rule_warns_and_leaves_no_doubt_unless_it_says_otherwise() -> None:
    assert (RULE.severity, RULE.doubt) == (Severity.WARNING, Doubt.NEVER)


def test_a_finding_is_open_and_free_of_charge_unless_it_says_otherwise() -> None:
    finding = Finding("toy/broken", Severity.NOTE, "", "", Location("a"))
    assert (finding.disposition, finding.points, finding.excerpt) == (Disposition.OPEN, 0, None)


@pytest.mark.parametrize(
    ("days", "ticket", "expected"),
    [
        (5, "OPS-1", "waived until 2026-12-31 (5 days left) by sre-lead: Failover in progress. [OPS-1]"),
        (0, "", "waived until 2026-12-31 (today is its last day) by sre-lead: Failover in progress."),
        (1, "", "waived until 2026-12-31 (1 day left) by sre-lead: Failover in progress."),
    ],
)
def test_an_excuse_says_who_granted_it_until_when_and_why(days: int, ticket: str, expected: str) -> None:
    location = Location("waivers.yaml", 4)
    assert str(Excuse("Failover in\n progress.", "sre-lead", date(2026, 12, 31), ticket, days, location)) == expected


@pytest.mark.parametrize(
    ("ticket", "cause", "incident", "ending"),
    [
        ("", "dependency", "", "progress. (cause: dependency)"),
        ("OPS-1", "", "INC-7", "progress. [OPS-1] (incident INC-7)"),
        ("OPS-1", "traffic", "INC-7", "progress. [OPS-1] (cause: traffic, incident INC-7)"),
    ],
)
def test_an_excuse_says_who_or_what_is_behind_a_breach(ticket: str, cause: str, incident: str, ending: str) -> None:
    words = "Failover in progress.", "sre-lead", date(2026, 12, 31), ticket, 3
    assert str(Excuse(*words, Location("waivers.yaml", 4), cause, incident)).endswith(ending)


def test_a_gate_error_says_what_is_wrong_and_what_to_do() -> None:
    error = GateError("cannot read it", "Check the path.")
    assert (str(error), error.message, error.fix) == ("cannot read it", "cannot read it", "Check the path.")
    assert not GateError("cannot read it").fix


def test_a_service_built_in_python_has_no_files() -> None:
    assert nowhere("README.md") is False


def test_the_words_of_reports_are_the_contract_s() -> None:
    assert [str(severity) for severity in Severity] == ["note", "warning", "error"]
    assert [str(disposition) for disposition in Disposition] == ["open", "waived", "exempt"]
