"""`waivers list --since`: what was granted, extended, shortened, removed and ended since a commit."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from platform_gate.cli.main import run
from tests.repositories import commit, git, repository

List = Callable[..., tuple[int, str, str]]

CONFIGURED = "waivers: gate/*.yaml\n"


def waiver(service: str, expires: str, rule: str = "slo/breached", **more: object) -> str:
    keys = {"service": service, "rule": rule, "reason": "Why.", "approved_by": "lead", "granted": '"2026-10-01"'}
    entry = keys | {"expires": f'"{expires}"'} | more
    return f"    - {{{', '.join(f'{key}: {value}' for key, value in entry.items())}}}\n"


def waivers(*entries: str) -> str:
    listed = "  waivers:\n" + "".join(entries) if entries else "  waivers: []\n"
    return f"apiVersion: platform-gate/v1\nkind: Waivers\nspec:\n{listed}"


BEFORE = waivers(
    waiver("stays", "2026-12-20"),
    waiver("longer", "2026-11-30"),
    waiver("shorter", "2026-12-20"),
    waiver("gone", "2026-12-20"),
    waiver("over", "2026-11-10"),
    waiver("long-over", "2026-10-15"),
    waiver("worse", "2026-12-20", "cost/over-budget", limit=6000),
)
AFTER = waivers(
    waiver("new", "2026-12-01"),
    waiver("stays", "2026-12-20"),
    waiver("longer", "2026-12-15"),
    waiver("shorter", "2026-12-10"),
    waiver("over", "2026-11-10"),
    waiver("long-over", "2026-10-15"),
    waiver("worse", "2026-12-20", "cost/over-budget", limit=7000),
)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    files = {".platform-gate.yaml": CONFIGURED, "gate/waivers.yaml": BEFORE}
    return repository(tmp_path / "repo", files, moment="2026-11-01T12:00:00Z")


@pytest.fixture
def listed(clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> List:
    """Run `waivers list` in this process."""
    monkeypatch.chdir(clone)

    def start(*words: str) -> tuple[int, str, str]:
        code = run(["waivers", "list", "--as-of", "2026-11-23", *words])
        return code, *capsys.readouterr()

    return start


def events(listed: List, *words: str) -> dict[str, tuple[str, str | None]]:
    code, out, err = listed("-f", "json", *words)
    assert (code, err) == (0, "")
    return {row["services"]: (row["event"], row["before"]) for row in json.loads(out)}


def test_everything_that_can_become_of_a_waiver(clone: Path, listed: List) -> None:
    commit(clone, {"gate/waivers.yaml": AFTER})
    assert events(listed, "--since", "HEAD~1") == {
        "over": ("ended", None),
        "new": ("granted", None),
        "shorter": ("shortened", "2026-12-20"),
        "longer": ("extended", "2026-11-30"),
        "gone": ("removed", None),
        "worse": ("extended", "2026-12-20, up to 6000"),
    }


def test_what_is_gone_is_shown_where_it_was(clone: Path, listed: List) -> None:
    commit(clone, {"gate/waivers.yaml": waivers()})
    _, out, _ = listed("--since", "HEAD~1")
    assert "removed" in out
    assert "HEAD~1:gate/waivers.yaml:5" in out


def test_nothing_became_of_any(listed: List) -> None:
    _, out, _ = listed("--since", "HEAD", "--as-of", "2026-11-02")
    assert out == "No waiver has changed since HEAD.\n"


def test_markdown_is_for_the_audit(clone: Path, listed: List) -> None:
    commit(clone, {"gate/waivers.yaml": AFTER})
    _, out, _ = listed("--since", "HEAD~1", "-f", "markdown")
    assert out.splitlines()[0].startswith("| event | before |")


def test_moving_and_splitting_files_changes_nothing(clone: Path, listed: List) -> None:
    commit(clone, {"gate/waivers.yaml": None, "gate/moved.yaml": BEFORE})
    assert events(listed, "--since", "HEAD~1") == {"over": ("ended", None)}


def test_a_file_that_is_not_committed_yet_was_not_there(clone: Path, listed: List) -> None:
    (clone / "own.yaml").write_text(waivers(waiver("own", "2026-12-01")))
    assert events(listed, "--since", "HEAD", "--waivers", "own.yaml") == {"own": ("granted", None)}


def test_before_there_were_waivers(clone: Path, listed: List) -> None:
    git(clone, "checkout", "-q", "--orphan", "fresh")
    git(clone, "rm", "-rqf", ".")
    commit(clone, {"README.md": "x"})
    git(clone, "tag", "start")
    commit(clone, {"waivers.yaml": BEFORE, ".platform-gate.yaml": "waivers: waivers.yaml\n"})
    assert {event for event, _ in events(listed, "--since", "start").values()} == {"granted"}


def test_the_commit_need_not_lead_here(clone: Path, listed: List) -> None:
    git(clone, "checkout", "-q", "--orphan", "other")
    commit(clone, {"gate/waivers.yaml": AFTER})
    assert events(listed, "--since", "main")["new"] == ("granted", None)


@pytest.mark.parametrize("ref", ["nowhere", "--output=marker"])
def test_a_commit_that_does_not_exist(clone: Path, listed: List, ref: str) -> None:
    code, out, err = listed(f"--since={ref}")
    assert (code, out) == (2, "")
    assert "git knows no commit" in err
    assert not (clone / "marker").exists()


def test_waivers_that_were_broken_say_where(clone: Path, listed: List) -> None:
    commit(clone, {"gate/waivers.yaml": waivers(waiver("x", "2026-12-01", "slo/broken"))})
    git(clone, "tag", "broken")
    commit(clone, {"gate/waivers.yaml": BEFORE})
    code, _, err = listed("--since", "broken")
    assert code == 2
    assert err.startswith("error: broken:gate/waivers.yaml:5:")
