"""`--history`: earlier reports from the disk, whose faults are said and change no verdict."""

import os
from pathlib import Path

import pytest

from platform_gate.cli import past_reports
from tests.conftest import Gate
from tests.samples import BREACHED, manifest, write

DAY = ("--as-of", "2026-11-23")


@pytest.fixture
def repository(tmp_path: Path, gate: Gate) -> Path:
    """A service that was healthy, and is not any more."""
    (tmp_path / ".git").mkdir()
    write(tmp_path, {"services/web.yaml": manifest()})
    for day in ("2026-10-01", "2026-11-01"):
        assert gate(tmp_path, "check", "--as-of", day, "-o", f"json={day}.json").returncode == 0
    return write(tmp_path, {"services/web.yaml": manifest(slos=BREACHED)})


def test_earlier_reports_are_drawn(repository: Path, gate: Gate) -> None:
    done = gate(repository, "check", *DAY, "-f", "html", "--history", "*.json")
    assert (done.returncode, done.stderr) == (1, "")
    assert "healthy from 2026-10-01, degraded from 2026-11-23" in done.stdout


@pytest.mark.parametrize("words", [[], ["-f", "text"], ["-o", "json=a.json"]])
def test_a_history_without_a_page_is_a_usage_error(repository: Path, gate: Gate, words: list[str]) -> None:
    done = gate(repository, "check", *DAY, *words, "--history", "*.json")
    assert done.returncode == 2
    assert "-o html=FILE" in done.stderr


def test_a_page_beside_the_text_is_enough(repository: Path, gate: Gate) -> None:
    assert gate(repository, "check", *DAY, "-o", "html=page.html", "--history", "*.json").returncode == 1
    assert "healthy from 2026-10-01" in (repository / "page.html").read_text(encoding="utf-8")


def test_what_is_wrong_is_said_on_the_page_and_beside_it(repository: Path, gate: Gate) -> None:
    write(repository, {"old/a.json": "[", "old/b.json": "{}"})
    (repository / "old/c.json").mkdir()
    (repository / "old/d.json").symlink_to(repository / "2026-10-01.json")
    os.mkfifo(repository / "old/e.json")
    done = gate(repository, "check", *DAY, "-f", "html", "--history", "none/*.json", "--history", "old/*")
    notes = done.stderr.splitlines()
    assert done.returncode == 1
    assert notes[0] == "note: --history 'none/*.json' matches no file."
    assert notes[1] == "note: 'old/a.json' is not JSON; left out of the history."
    assert len(notes) == 6
    assert all(note.startswith("note: ") for note in notes)
    assert done.stdout.count('class="note"') == 6
    assert "No earlier report to draw." in done.stdout


def test_a_report_that_two_globs_select_counts_once(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    history = past_reports.read(["*.json", "2026-10*.json", "*.json"])
    assert [each.path for each in history.snapshots] == ["2026-10-01.json", "2026-11-01.json"]
    assert history.notes == ()


def test_a_file_of_any_size_is_not_read(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    monkeypatch.setattr(past_reports, "LARGEST", 10)
    history = past_reports.read(["2026-10-01.json"])
    assert history.snapshots == ()
    assert "larger than" in history.notes[0]
