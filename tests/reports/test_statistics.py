"""Counts by rule, team and tier."""

from pathlib import Path

from platform_gate.reports import statistics
from platform_gate.reports.statistics import Count
from tests.reports.formats.fleets import fleet


def test_findings_are_counted_by_rule_team_and_tier(tmp_path: Path) -> None:
    found = statistics.of(fleet(tmp_path))
    rules = {count.name: count for count in found.rules}
    assert rules["slo/breached"] == Count("slo/breached", 2, 1, 1, 1, 2)
    assert rules["manifest/invalid"] == Count("manifest/invalid", 0, 0, 2, 0, 0)
    assert [count.findings for count in found.rules] == sorted((c.findings for c in found.rules), reverse=True)
    [team] = found.teams
    assert (team.name, team.services, team.failing, team.waived, team.points) == ("shop", 4, 1, 1, 3)
    assert [count[1:] for count in found.tiers] == [team[1:]]


def test_they_add_up(tmp_path: Path) -> None:
    outcome = fleet(tmp_path)
    found = statistics.of(outcome)
    assert sum(count.findings + count.waived for count in found.rules) == len(outcome.findings)
    assert found.to_dict()["tiers"][0]["name"] == "1"
