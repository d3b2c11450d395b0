"""GitLab's Code Quality report, by its documented fields."""

import json
from pathlib import Path
from typing import Any

import pytest

from platform_gate.reports.formats import gitlab as reporter
from platform_gate.reports.outcome import Outcome
from platform_gate.text import real_path
from tests.reports.formats.fleets import ATTACKS, UNSEEN, changed, fleet, hostile, named, outcome_of
from tests.samples import manifest, write

SEVERITIES = {"info", "minor", "major", "critical", "blocker"}


def issues(outcome: Outcome) -> list[dict[str, Any]]:
    """The report, every field checked as https://docs.gitlab.com/ci/testing/code_quality/ describes it."""
    found = json.loads("".join(reporter.render(outcome)), parse_constant=pytest.fail)
    assert isinstance(found, list)
    for issue in found:
        assert issue.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
        assert all(isinstance(issue[key], str) and issue[key] for key in ("description", "check_name", "fingerprint"))
        assert issue["severity"] in SEVERITIES
        assert issue["location"].keys() == {"path", "lines"}
        assert not issue["location"]["path"].startswith(("./", "/"))
        assert issue["location"]["lines"]["begin"] >= 1
    fingerprints = [issue["fingerprint"] for issue in found]
    assert len(fingerprints) == len(set(fingerprints))
    return found


def test_nothing_wrong_is_an_empty_list(tmp_path: Path) -> None:
    assert issues(outcome_of(write(tmp_path, {"web.yaml": manifest()}), "web.yaml")) == []


def test_everything_open_is_listed_worst_first_and_nothing_waived(tmp_path: Path) -> None:
    outcome = fleet(tmp_path)
    found = issues(outcome)
    assert len(found) == sum(finding.excuse is None for finding in outcome.findings)
    assert found[0]["severity"] == "blocker"
    assert [issue["severity"] for issue in found if issue["check_name"] == "slo/breached"] == ["critical"]
    assert [issue["severity"] for issue in found if issue["check_name"] == "waiver/expired"] == ["minor"]
    assert "s/waived.yaml" not in {issue["location"]["path"] for issue in found}
    breach = next(issue for issue in found if issue["check_name"] == "slo/breached")
    assert breach["location"] == {"path": "s/bad.yaml", "lines": {"begin": 5}}
    assert breach["description"].startswith("availability is at 99.5, below its target of 99.9. Bring ")


@pytest.mark.parametrize("attack", ATTACKS)
def test_any_name_is_only_a_name(tmp_path: Path, attack: str) -> None:
    outcome = named(tmp_path, attack)
    assert {issue["location"]["path"] for issue in issues(outcome)} == {
        real_path(finding.location.path) for finding in outcome.findings if finding.excuse is None
    }


def test_nothing_unseen_and_no_command_is_written(tmp_path: Path) -> None:
    outcome = hostile(tmp_path)
    text = "".join(reporter.render(outcome))
    assert issues(outcome)
    assert not UNSEEN.search(text)
    assert "##[" not in text
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]


@pytest.mark.parametrize("file", ["a\\b.yaml", "line\nfeed.yaml", "bidi\u202e.yaml", "bell\x07.yaml", "é.yaml"])
def test_a_file_is_named_as_it_is(tmp_path: Path, file: str) -> None:
    [issue] = issues(outcome_of(write(tmp_path, {file: "a: [\n"}), file))
    assert issue["location"]["path"] == file


@pytest.mark.parametrize(
    ("scope", "levels"),
    [
        ("all", {"services/new.yaml": "critical", "services/old.yaml": "critical", "services/odd.yaml": "blocker"}),
        ("regressed", {"services/new.yaml": "critical", "services/old.yaml": "minor", "services/odd.yaml": "minor"}),
    ],
)
def test_severities_follow_the_scope(tmp_path: Path, scope: str, levels: dict[str, str]) -> None:
    found = issues(changed(tmp_path, scope))
    assert {issue["location"]["path"]: issue["severity"] for issue in found} == levels
