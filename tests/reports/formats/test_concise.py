"""One line per finding."""

import re
from dataclasses import replace
from pathlib import Path

from platform_gate.reports.formats import concise as reporter
from platform_gate.reports.outcome import Display, Outcome
from tests.reports.formats.fleets import changed, fleet, outcome_of
from tests.samples import manifest, write

LINE = re.compile(r"[^:]+:\d+:\d+: [\w/-]+: .+")


def lines_of(outcome: Outcome, verbosity: int = 0) -> list[str]:
    return "".join(reporter.render(replace(outcome, display=Display(verbosity=verbosity)))).splitlines()


def test_every_line_but_the_verdict_is_one_that_an_editor_understands(tmp_path: Path) -> None:
    *lines, last = lines_of(fleet(tmp_path))
    assert lines
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    assert lines[0].startswith("s/invalid.yaml:3:")
    assert "s/bad.yaml:5:54: slo/breached: availability is at 99.5, below its target of 99.9 (+2)" in lines
    assert last == "NOT JUDGED  2 files not judged; 4 services (1 degraded, 3 healthy, 1 of them by waiver)"
    assert not LINE.fullmatch(last)


def test_a_waived_finding_says_so(tmp_path: Path) -> None:
    [line] = [line for line in lines_of(fleet(tmp_path)) if line.startswith("s/waived.yaml")]
    assert line.endswith("(waived until 2026-12-31 (38 days left) by lead: In progress.)")


def test_what_a_change_breaks_comes_first_and_what_it_does_not_decide_is_left_out(tmp_path: Path) -> None:
    lines = lines_of(changed(tmp_path / "a", "regressed"))
    assert [line.split(":")[0] for line in lines[:-1]] == ["services/new.yaml"]
    assert lines[-1] == "FAILED  This change breaks 1 service: new."
    everything = lines_of(changed(tmp_path, "all"))
    assert [line.split(":")[0] for line in everything[:-1]] == [
        "services/odd.yaml",
        "services/new.yaml",
        "services/old.yaml",
    ]


def test_quiet_leaves_the_verdict_out_and_says_nothing_of_a_run_that_passes(tmp_path: Path) -> None:
    outcome = fleet(tmp_path / "a")
    assert lines_of(outcome, -1) == lines_of(outcome)[:-1]
    passing = outcome_of(write(tmp_path / "b", {"web.yaml": manifest()}), "web.yaml")
    assert lines_of(passing, -1) == []
    assert lines_of(passing) == ["PASSED  1 service (1 healthy)"]
