"""Annotations, read back by the runner's own rules."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from platform_gate.model import Severity
from platform_gate.reports.formats import github as reporter
from platform_gate.reports.outcome import Display, Outcome
from platform_gate.text import log_line, real_path
from tests.reports.formats.fleets import ATTACKS, UNSEEN, changed, fleet, hostile, many, named, outcome_of
from tests.samples import BREACHED, manifest, write


@dataclass(frozen=True)
class Command:
    name: str
    properties: dict[str, str]
    data: str


def unescape(text: str, *pairs: tuple[str, str]) -> str:
    for code, character in (*pairs, ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, character)
    return text


def command_of(line: str) -> Command | None:
    """As `ActionCommand.TryParseV2` in actions/runner reads a line of a step's output."""
    line = line.lstrip()
    if not line.startswith("::") or (end := line.find("::", 2)) < 0:
        return None
    name, _, rest = line[2:end].partition(" ")
    pairs = (pair.split("=", 1) for pair in rest.strip().split(",") if pair)
    more = (("%3A", ":"), ("%2C", ","))
    properties = {pair[0]: unescape(pair[1], *more) for pair in pairs if len(pair) == 2}
    return Command(name, properties, unescape(line[end + 2 :]))


def text_of(outcome: Outcome) -> str:
    return "".join(reporter.render(outcome))


def commands(outcome: Outcome) -> list[Command]:
    return [found for line in text_of(outcome).splitlines() if (found := command_of(line))]


def test_a_healthy_fleet_has_nothing_to_annotate(tmp_path: Path) -> None:
    outcome = outcome_of(write(tmp_path, {"web.yaml": manifest()}), "web.yaml")
    assert text_of(outcome) == "platform-gate: passed. 1 service: 1 healthy.\n"
    assert text_of(replace(outcome, display=Display(verbosity=-1))) == ""


def test_a_finding_is_annotated_where_it_stands(tmp_path: Path) -> None:
    [command] = commands(outcome_of(write(tmp_path, {"s/web.yaml": manifest(slos=BREACHED)}), "s"))
    line, value = BREACHED, "99.5"
    column = line.rindex(value) + 3
    assert command.name == "error"
    assert command.properties == {
        "file": "s/web.yaml",
        "line": "5",
        "endLine": "5",
        "col": str(column),
        "endColumn": str(column + len(value)),
        "title": "slo/breached",
    }
    assert command.data.startswith("availability is at 99.5, below its target of 99.9\nFix: Bring the service back")


def test_a_range_over_several_lines_has_no_columns(tmp_path: Path) -> None:
    text = manifest(cost="", slos="slos:\n    - name: a\n      target: 99")
    for command in commands(outcome_of(write(tmp_path, {"web.yaml": text}), "web.yaml")):
        same = command.properties["line"] == command.properties["endLine"]
        assert same == ("col" in command.properties) == ("endColumn" in command.properties)


def test_the_worst_come_first_and_what_is_waived_is_counted(tmp_path: Path) -> None:
    outcome = fleet(tmp_path)
    found = commands(outcome)
    levels = [command.name for command in found]
    assert levels == sorted(levels, key=["error", "warning", "notice"].index)
    assert found[0].properties["title"].startswith("manifest/")
    assert {"waiver/expired", "waiver/unused"} <= {command.properties["title"] for command in found}
    assert not [command for command in found if command.properties["file"] == "s/waived.yaml"]
    healthy, again = "3 healthy, 1 of them by waiver", f"Reproduce with: {outcome.command}"
    assert text_of(outcome).splitlines()[-2:] == [
        "platform-gate: not annotated: 1 waived finding",
        f"platform-gate: not judged. 2 files not judged; 4 services: 1 degraded, {healthy}. {again}",
    ]


def test_ten_of_a_level_and_then_one_line_that_counts_the_rest(tmp_path: Path) -> None:
    outcome = outcome_of(write(tmp_path, {"web.yaml": manifest()}), "web.yaml")
    crowd = many(outcome, [(Severity.NOTE, 12), (Severity.ERROR, 11), (Severity.WARNING, 10)])
    assert Counter(command.name for command in commands(crowd)) == {"error": 10, "warning": 10, "notice": 10}
    lines = text_of(crowd).splitlines()
    assert lines[-2] == "platform-gate: not annotated: 1 more error and 2 more notices"
    assert [command_of(line) is None for line in lines] == [False] * 30 + [True] * 2


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_name_forges_a_command(tmp_path: Path, attack: str) -> None:
    outcome = named(tmp_path, attack)
    lines = text_of(outcome).splitlines()
    found = commands(outcome)
    opened = [finding for finding in outcome.findings if finding.excuse is None]
    assert len(found) == len(opened) == len(lines) - 2
    paths = {log_line(real_path(finding.location.path)) for finding in opened}
    assert {command.properties["file"] for command in found} == paths
    for command in found:
        assert set(command.properties) <= {"file", "line", "endLine", "col", "endColumn", "title"}
        assert not [line for line in command.data.split("\n") if command_of(line)]


def test_nothing_unseen_reaches_the_log(tmp_path: Path) -> None:
    text = text_of(hostile(tmp_path))
    assert not UNSEEN.search(text)
    assert "##[" not in text
    for line in text.splitlines():
        command = command_of(line)
        assert command or line.startswith("platform-gate: ")
        assert not command or not UNSEEN.search(command.data + "".join(command.properties.values()))
        assert not command or not re.search(r"^\s*::", command.data, re.MULTILINE)


def test_what_a_change_does_not_decide_is_counted(tmp_path: Path) -> None:
    outcome = changed(tmp_path, "regressed")
    assert {command.properties["file"] for command in commands(outcome)} == {"services/new.yaml"}
    why = "This change breaks 1 service: new. 1 other service was already failing."
    assert text_of(outcome).splitlines()[-2:] == [
        "platform-gate: not annotated: 2 findings that this change does not decide",
        f"platform-gate: failed. {why} Reproduce with: {outcome.command}",
    ]


def test_what_a_change_introduces_is_never_pushed_out_by_what_failed_before(tmp_path: Path) -> None:
    many_slos = ", ".join(f"{{name: s{number}, target: 99, current: 98}}" for number in range(20))
    files = {"services/a.yaml": manifest("a", slos=f"slos: [{many_slos}]", governance="")}
    write(tmp_path, files)
    found = commands(changed(tmp_path, "all"))
    errors = [command.properties["file"] for command in found if command.name == "error"]
    assert len(errors) == 10
    assert errors[:3] == ["services/new.yaml", "services/odd.yaml", "services/a.yaml"]
