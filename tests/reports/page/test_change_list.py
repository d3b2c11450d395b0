"""What a change did, from rows alone."""

from typing import Any

from platform_gate.reports.page.change_list import MOST, ChangeGroup, already_failing, broken, by_rule, sections, waived
from platform_gate.reports.page.service import Service, problem, view
from tests.reports.page.rows import DAY, WAIVER, finding, service


def seen(name: str, health: str, points: int, before: tuple[str, int] | None, **changes: Any) -> Service:
    was = {"health_before": before[0] if before else None, "points_before": before[1] if before else None}
    return view(service(name, health=health, points=points, **was, **{"change": "changed"} | changes), None, (), DAY)


def titles(*services: Service, **changes: Any) -> list[str]:
    return [section.title for section in sections(services, changes, None)]


def only(*services: Service, **changes: Any) -> ChangeGroup:
    [section] = sections(services, changes, None)
    return section


LOWERED = {
    "kind": "target-lowered",
    "service": "web",
    "pointer": "/spec/slos/0/target",
    "before": 99,
    "after": 98,
    "path": "a.yaml",
    "line": 3,
}
NEW = finding(origin="introduced", cause="declared", message="too bad", rule="slo/breached")


def test_what_the_change_breaks_has_every_finding_the_new_ones_first() -> None:
    old = finding(origin="standing", cause=None)
    fell = seen("a", "critical", 4, ("healthy", 0), failing=True, findings=[old, NEW])
    [found] = broken([fell], {"a"}, {}, None)
    assert (found.service.before, found.points) == ("healthy", "4 points (0 before)")
    assert [each.rule for each in found.problems] == ["slo/breached", "reliability/low-score"]
    assert found.problems[0].place == "services/web.yaml:7"
    assert broken([fell], set(), {}, None) == []


def test_a_failing_service_that_only_lowers_its_bar_is_shown_with_how() -> None:
    eased = seen("web", "degraded", 2, ("degraded", 2), failing=True)
    [found] = broken([eased], {"web"}, {"changes": [LOWERED]}, None)
    assert [line.text for line in found.lowered] == ["target lowered: 99 \u2192 98"]


def test_what_failed_before_is_a_table_by_whether_it_blocks() -> None:
    services = [seen(name, "critical", 4, ("critical", 4), failing=True, findings=[finding()]) for name in "abc"]
    groups = already_failing(services, {"a"}, {"b"})
    assert [(group.title, [(one.name, rules) for one, rules in group.services]) for group in groups] == [
        ("Also blocking (already failing): 1 service", [("b", "reliability/low-score")]),
        ("Already failing (not blocking): 1 service", [("c", "reliability/low-score")]),
    ]


def test_other_changes_of_health_and_of_points_take_a_line() -> None:
    [line] = only(seen("a", "healthy", 0, ("degraded", 2))).lines
    assert (line.before, line.after, line.text) == ("degraded", "healthy", "2 to 0 points")
    assert titles(seen("a", "healthy", 1, ("healthy", 0))) == ["Other changes (passing)"]
    [line] = only(seen("a", "healthy", 0, ("healthy", 0), findings=[NEW])).lines
    assert line.text == "new: slo/breached"
    assert titles(seen("a", "healthy", 0, ("healthy", 0))) == []
    assert titles(seen("a", "critical", 4, ("healthy", 0), failing=True)) == []
    [line] = only(seen("a", "healthy", 0, None, change="added")).lines
    assert line.text == "added"


def test_what_ends_by_a_lower_bar_is_not_fixed() -> None:
    rows = [finding(service="web"), finding(service="other")]
    found = {section.title: section.lines for section in sections([], {"fixed": rows, "changes": [LOWERED]}, None)}
    assert [line.service for line in found["Fixed by this change"]] == ["other"]
    assert [line.service for line in found["Cleared by lowering the bar"]] == ["web"]
    moved = sections([seen("web", "healthy", 0, ("degraded", 2))], {"changes": [LOWERED]}, None)[0]
    [line] = moved.lines
    assert line.text == "2 to 0 points; lowers its own bar"


def test_the_lists_of_a_comparison() -> None:
    changes = {
        "removed": [{"name": "old", "health_before": "healthy"}],
        "fixed": [finding(service="other")],
        "changes": [LOWERED],
        "preview": [{"service": "web", "health": "degraded", "health_merged": "healthy"}],
    }
    found = {section.title: section.lines[0] for section in sections([], changes, None)}
    assert found["Removed"].text == "was healthy"
    assert found["Fixed by this change"].text == "reliability/low-score: the score is 35 of 65"
    lowers = found["Lowers the bar: please review"]
    assert (lowers.text, lowers.place) == ("target lowered: 99 \u2192 98", "a.yaml:3")
    assert found["After the merge, by this change's own rules"].after == "healthy"


def test_what_is_exempt_has_a_section_with_the_reason() -> None:
    exemption = {"change": "fix", "reason": "It repairs.", "at_most": "critical", "path": "policy.yaml", "line": 7}
    exempt = finding(exemption=exemption, disposition="exempt", message="too bad", rule="slo/breached")
    section = only(seen("a", "degraded", 2, ("degraded", 2), findings=[exempt]))
    assert section.title == "Exempt for this kind of change"
    [line] = section.lines
    assert (line.service, line.text, line.place) == (
        "a", "slo/breached: too bad. Exempt: It repairs.", "policy.yaml:7"
    )  # fmt: skip


def test_a_long_section_is_cut_and_says_so() -> None:
    section = only(*(seen(f"s{number}", "healthy", 0, ("critical", 4)) for number in range(MOST + 2)))
    assert len(section.lines) == MOST
    assert section.more.startswith("and 2 more lines")
    assert only(seen("a", "healthy", 0, ("critical", 4))).more == ""


def test_waivers_in_use_are_listed_by_their_end() -> None:
    later = view(service("a", findings=[finding(waiver=WAIVER)]), None, (), DAY)
    sooner = view(service("b", findings=[finding(waiver=WAIVER | {"expires": "2026-12-01"}), finding()]), None, (), DAY)
    assert [each.service for each in waived([later, sooner])] == ["b", "a"]


def test_notices_are_grouped_by_rule() -> None:
    notices = [problem(finding(rule=rule), None) for rule in ("waiver/expiring", "waiver/unused", "waiver/expiring")]
    assert [[each.rule for each in group] for group in by_rule(notices)] == [
        ["waiver/expiring", "waiver/expiring"],
        ["waiver/unused"],
    ]
