"""What a change did, from rows alone."""

from typing import Any

from platform_gate.reports.page.change_list import MOST, ChangeGroup, sections, waived
from platform_gate.reports.page.service import Service, view
from tests.reports.page.rows import DAY, WAIVER, finding, service


def seen(name: str, health: str, points: int, before: tuple[str, int] | None, **changes: Any) -> Service:
    was = {"health_before": before[0] if before else None, "points_before": before[1] if before else None}
    return view(service(name, health=health, points=points, **was, **{"change": "changed"} | changes), None, (), DAY)


def titles(*services: Service, **changes: Any) -> list[str]:
    return [section.title for section in sections(services, changes, None)]


def only(*services: Service, **changes: Any) -> ChangeGroup:
    [section] = sections(services, changes, None)
    return section


def test_a_service_that_fell_or_rose() -> None:
    assert titles(seen("a", "critical", 4, ("healthy", 0)), seen("b", "healthy", 0, ("degraded", 2))) == [
        "Got worse",
        "Got better",
    ]
    [line] = only(seen("a", "critical", 4, ("healthy", 0))).lines
    assert (line.before, line.after, line.text) == ("healthy", "critical", "0 to 4 points")


def test_points_and_findings_count_within_a_health() -> None:
    new = [finding(origin="introduced", cause="declared", message="too bad")]
    assert titles(seen("a", "degraded", 3, ("degraded", 2))) == ["Got worse"]
    assert titles(seen("a", "degraded", 2, ("degraded", 3))) == ["Got better"]
    assert titles(seen("a", "degraded", 2, ("degraded", 2))) == []
    section = only(seen("a", "degraded", 2, ("degraded", 2), findings=new))
    assert section.title == "Got worse"
    assert section.lines[0].text == "2 to 2 points. too bad"
    assert titles(seen("a", "degraded", 2, ("degraded", 3), findings=new)) == ["Got worse"]


def test_a_better_health_is_better_in_spite_of_a_new_finding() -> None:
    new = [finding(origin="introduced", cause="measured")]
    assert titles(seen("a", "healthy", 1, ("critical", 4), findings=new)) == ["Got better"]


def test_what_is_new_is_added_and_not_worse() -> None:
    assert titles(seen("a", "critical", 4, None, change="added")) == ["Added or renamed"]


def test_the_lists_of_a_comparison() -> None:
    changes = {
        "removed": [{"name": "old", "health_before": "healthy"}],
        "fixed": [finding(service="web")],
        "changes": [
            {
                "kind": "target-lowered",
                "service": "web",
                "pointer": "/spec/slos/0/target",
                "before": 99,
                "after": 98,
                "path": "a.yaml",
                "line": 3,
            }
        ],
        "preview": [{"service": "web", "health": "degraded", "health_merged": "healthy"}],
    }
    found = {section.title: section.lines[0] for section in sections([], changes, None)}
    assert found["Removed"].text == "was healthy, and is no longer there"
    assert found["Fixed"].text == "reliability/low-score: the score is 35 of 65"
    assert (found["Lowers the bar"].text, found["Lowers the bar"].place) == ("target lowered: 99 -> 98", "a.yaml:3")
    assert found["By the rules after the merge, which decide nothing yet"].after == "healthy"


def test_a_long_section_is_cut_and_says_so() -> None:
    section = only(*(seen(f"s{number}", "critical", 4, ("healthy", 0)) for number in range(MOST + 2)))
    assert len(section.lines) == MOST
    assert section.more.startswith("and 2 more lines")
    assert only(seen("a", "critical", 4, ("healthy", 0))).more == ""


def test_waivers_in_use_are_listed_by_their_end() -> None:
    later = view(service("a", findings=[finding(waiver=WAIVER)]), None, (), DAY)
    sooner = view(service("b", findings=[finding(waiver=WAIVER | {"expires": "2026-12-01"}), finding()]), None, (), DAY)
    assert [each.service for each in waived([later, sooner])] == ["b", "a"]
