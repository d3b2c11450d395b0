"""A service's row and what is behind it."""

from datetime import date
from typing import Any

from platform_gate.reports.history import Snapshot, Standing
from platform_gate.reports.outcome import Links
from platform_gate.reports.page.service import problem, view
from tests.reports.page.rows import DAY, WAIVER, finding, service

LINKS = Links(f"https://github.com/acme/shop/blob/{'a' * 40}")


def past(*standings: Standing | None) -> tuple[Snapshot, ...]:
    return tuple(
        Snapshot(date(2026, 10, day), f"{day}.json", {"web": standing} if standing else {})
        for day, standing in enumerate(standings, 1)
    )


def test_a_service_is_known_by_its_name_and_repository() -> None:
    own = view(service("a/b c"), LINKS, (), DAY)
    assert (own.key, own.anchor) == ("a/b c", "a%2Fb%20c")
    assert own.href.startswith(LINKS.tree)
    other = view(service(repository="acme/other"), LINKS, (), DAY)
    assert (other.key, other.repository, other.href) == ("acme/other:web", "acme/other", "")


def test_the_worst_come_first() -> None:
    rows = [
        service("d", health="healthy", points=1),
        service("c"),
        service("b", health="critical", points=4),
        service("a"),
        service("e", health="unknown", points=0),
        service("f", points=9),
    ]
    ordered = sorted((view(row, None, (), DAY) for row in rows), key=lambda each: each.order)
    assert [each.name for each in ordered] == ["b", "f", "a", "c", "e", "d"]


def test_a_finding_has_its_points_its_place_and_its_fix() -> None:
    shown = problem(finding(), LINKS)
    assert (shown.mark, shown.tone, shown.place, shown.fix) == (
        "+2",
        "error",
        "services/web.yaml:7",
        "Improve one metric.",
    )
    assert shown.href == f"{LINKS.tree}/services/web.yaml#L7"
    assert problem(finding(points=0), None).mark == "error"


def test_a_waived_finding_has_its_waiver_instead_of_a_fix() -> None:
    shown = problem(finding(waiver=WAIVER, disposition="waived"), LINKS)
    assert (shown.mark, shown.fix) == ("waived", "")
    assert shown.excuse
    assert (shown.excuse.reason, shown.excuse.by, shown.excuse.left) == ("In progress.", "lead", "38 days left")
    assert shown.excuse.href == f"{LINKS.tree}/w.yaml#L5"
    bare = problem(finding(waiver={"reason": "x", "approved_by": "y", "expires": "2026-12-31"}), None)
    assert bare.excuse
    assert (bare.excuse.left, bare.excuse.ticket, bare.excuse.place) == ("", "", "")


def test_an_exempt_finding_names_the_kind_of_change_and_the_reason() -> None:
    exemption = {"change": "fix", "reason": "It repairs.", "at_most": "critical", "path": "policy.yaml", "line": 7}
    shown = problem(finding(exemption=exemption, disposition="exempt", points=2), LINKS)
    assert (shown.mark, shown.fix, shown.excuse) == ("exempt", "", None)
    assert shown.exemption
    assert (shown.exemption.change, shown.exemption.reason) == ("fix", "It repairs.")
    assert shown.exemption.place == "policy.yaml:7"


def test_a_waiver_names_the_cause_and_the_incident() -> None:
    waived = WAIVER | {"cause": "dependency", "incident": "INC-7\x1b"}
    shown = problem(finding(disposition="waived", waiver=waived), None)
    assert shown.excuse
    assert shown.excuse.origin == "cause: dependency, incident INC-7\\x1b"


def test_a_failing_service_says_what_touched_it() -> None:
    touched: dict[str, Any] = {"touched_by": [{"path": "src/a.py", "through": "paths"}], "touched_by_total": 3}
    assert (
        view(service(failing=True, **touched), None, (), DAY).touched == "touched by src/a.py (its paths) and 2 others"
    )
    assert view(service(failing=False, **touched), None, (), DAY).touched == ""
    assert view(service(failing=True), None, (), DAY).touched == ""


def test_what_a_change_brought_is_marked() -> None:
    assert problem(finding(origin="introduced", cause="declared"), None).origin == "new, declared"
    assert problem(finding(origin="standing", cause=None), None).origin == ""


def test_what_waivers_do_is_said() -> None:
    assert view(service(), None, (), DAY).without_waivers == ""
    shown = view(service(health_without_waivers="critical", waived_points=2), None, (), DAY)
    assert shown.without_waivers == "Without waivers critical, 2 points more."


def test_a_health_before_is_shown_where_it_was_another() -> None:
    assert view(service(health_before="healthy", change="changed"), None, (), DAY).before == "healthy"
    assert view(service(health_before="degraded", change="same"), None, (), DAY).before == ""
    assert view(service(health_before=None, change="added"), None, (), DAY).change == "added"


def test_a_course_is_told_in_words_and_a_gap_is_counted() -> None:
    shown = view(service(), None, past(Standing("healthy", 0), None, Standing("degraded", 2)), DAY).course
    assert shown
    assert shown.words == "healthy from 2026-10-01, degraded from 2026-10-03"
    assert (shown.missing, shown.days) == (1, ("2026-10-01", "2026-11-23"))
    assert shown.plot
    assert shown.plot.path.count("M") == 2


def test_where_nothing_moved_nothing_is_drawn() -> None:
    shown = view(service(), None, past(Standing("degraded", 3)), DAY).course
    assert shown
    assert (shown.plot, shown.words) == (None, "degraded from 2026-10-01")
    assert view(service(), None, past(None), DAY).course is None
    assert view(service(), None, (), DAY).course is None
