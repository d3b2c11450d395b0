"""What is asked of the reports, for every command that writes them."""

from pathlib import Path

import pytest

from platform_gate.cli.writing import Writing
from platform_gate.reports.formats import WITH_ROWS
from tests.conftest import Gate
from tests.joined import report, repository
from tests.samples import manifest


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = repository(tmp_path / "r", {"services/a.yaml": manifest()})
    (folder / "r.json").write_bytes(report(folder))
    return folder


COMMANDS = [("check", "--as-of", "2026-11-23"), ("merge", "r.json")]


@pytest.mark.parametrize("command", COMMANDS, ids=["check", "merge"])
@pytest.mark.parametrize("output", ["json", "json=", "=r.json", "yaml=r.yaml", "", "JSON=r.json"])
def test_an_output_is_a_format_and_a_file(gate: Gate, root: Path, command: tuple[str, ...], output: str) -> None:
    done = gate(root, *command, "-o", output)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not FORMAT=FILE" in done.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=["check", "merge"])
def test_a_history_needs_a_page(gate: Gate, root: Path, command: tuple[str, ...]) -> None:
    done = gate(root, *command, "--history", "*.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--history needs -f html" in done.stderr
    assert gate(root, *command, "--history", "*.json", "-o", "html=page.html").returncode == 0


@pytest.mark.parametrize("command", COMMANDS, ids=["check", "merge"])
def test_an_equals_sign_in_a_files_name_is_its_own(gate: Gate, root: Path, command: tuple[str, ...]) -> None:
    assert gate(root, *command, "-o", "json=a=b.json").returncode == 0
    assert (root / "a=b.json").exists()


@pytest.mark.parametrize("command", COMMANDS, ids=["check", "merge"])
def test_on_a_runner_the_text_stands_in_a_group_before_the_annotations(
    gate: Gate, root: Path, command: tuple[str, ...]
) -> None:
    done = gate(root, *command, env={"GITHUB_ACTIONS": "true"})
    assert done.stdout.startswith("::group::platform-gate\nPASSED")
    assert done.stdout.endswith("::endgroup::\nplatform-gate: passed. 1 service: 1 healthy.\n")
    assert gate(root, *command, "-q", env={"GITHUB_ACTIONS": "true"}).stdout == ""
    assert gate(root, *command, "-f", "text", env={"GITHUB_ACTIONS": "true"}).stdout.startswith("PASSED")


@pytest.mark.parametrize("command", COMMANDS, ids=["check", "merge"])
def test_one_lost_file_does_not_lose_the_others(gate: Gate, root: Path, command: tuple[str, ...]) -> None:
    done = gate(root, *command, "-o", "json=no/such/a.json", "-o", "json=b.json")
    assert done.returncode == 2
    assert done.stdout.startswith("PASSED")
    assert "could not be written" in done.stderr
    assert (root / "b.json").exists()


def test_rows_are_made_where_a_format_shows_them() -> None:
    assert {form for form in ("text", "json", "html", "sarif") if Writing(form, (), None, ()).with_rows} == set(
        WITH_ROWS
    )
    assert Writing(None, (("json", "a"),), None, ()).with_rows
    assert not Writing(None, (), None, ()).with_rows
