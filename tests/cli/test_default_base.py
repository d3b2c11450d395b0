"""``--base`` without a value: the branch that CI names, or else the remote's default branch."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from platform_gate.cli.default_base import NOT_NAMED, completed
from tests.samples import BREACHED, manifest, write

PROGRAM = Path(sys.executable).with_name("platform-gate")
DAY = ("--as-of", "2026-11-23")


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=trunk")
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)  # noqa: S607 - any git


def check(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **variables}
    command: list[str | Path] = [PROGRAM, "check", *DAY, *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone whose remote has the branches trunk, its default, and release; its head breaks an SLO."""
    origin, folder = tmp_path / "origin", tmp_path / "clone"
    origin.mkdir()
    git(origin, "init", "--quiet")
    write(origin, {"services/web.yaml": manifest("web")})
    git(origin, "add", "--all")
    git(origin, "commit", "--quiet", "--message", "a service")
    git(origin, "branch", "release")
    git(tmp_path, "clone", "--quiet", str(origin), str(folder))
    write(folder, {"services/web.yaml": manifest("web", slos=BREACHED)})
    return folder


CI = {
    "GITHUB_BASE_REF": "release",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "release",
    "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/release",
    "CHANGE_TARGET": "release",
    "BITBUCKET_PR_DESTINATION_BRANCH": "release",
    "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "release",
}


def base_of(done: subprocess.CompletedProcess[str]) -> str:
    ref: str = json.loads(done.stdout)["base"]["ref"]
    return ref


@pytest.mark.parametrize("variable", CI)
def test_the_branch_that_ci_merges_into(clone: Path, variable: str) -> None:
    done = check(clone, "--base", "-f", "json", **{variable: CI[variable]})
    assert (done.returncode, base_of(done)) == (1, "refs/remotes/origin/release")


@pytest.mark.parametrize("variables", [{}, {"GITHUB_BASE_REF": ""}])
def test_else_the_default_branch_of_the_remote(clone: Path, variables: dict[str, str]) -> None:
    done = check(clone, "--base", "-f", "json", **variables)
    assert (done.returncode, base_of(done)) == (1, "refs/remotes/origin/trunk")


def test_the_report_says_which(clone: Path) -> None:
    assert "origin/trunk" in check(clone, "--base").stdout


def test_a_named_base_wins(clone: Path) -> None:
    done = check(clone, "--base", "origin/trunk", "-f", "json", GITHUB_BASE_REF="release")
    assert base_of(done) == "origin/trunk"


def test_without_the_option_no_variable_counts(clone: Path) -> None:
    assert "base" not in json.loads(check(clone, "-f", "json", **CI).stdout)


def test_a_clone_that_knows_no_branch_is_2(clone: Path) -> None:
    git(clone, "remote", "set-head", "origin", "--delete")
    done = check(clone, "--base")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: --base: neither CI nor the remote origin says which branch")
    assert "git remote set-head origin --auto" in done.stderr
    git(clone, "remote", "set-head", "origin", "--auto")
    assert check(clone, "--base").returncode == 1


def test_a_branch_that_was_not_fetched_is_2(clone: Path) -> None:
    done = check(clone, "--base", GITHUB_BASE_REF="gone")
    assert (done.returncode, done.stdout) == (2, "")
    assert "origin/gone" in done.stderr


@pytest.mark.parametrize(
    ("words", "completed_words"),
    [
        ([], []),
        (["--base"], [f"--base={NOT_NAMED}"]),
        (["--base", "-f", "json"], [f"--base={NOT_NAMED}", "-f", "json"]),
        (["--base", "main"], ["--base", "main"]),
        (["--base=main"], ["--base=main"]),
        (["--base", "--", "services"], [f"--base={NOT_NAMED}", "--", "services"]),
        (["--", "--base"], ["--", "--base"]),
        (["services", "--base", "-"], ["services", f"--base={NOT_NAMED}", "-"]),
    ],
)
def test_a_base_without_a_value_is_completed(words: list[str], completed_words: list[str]) -> None:
    assert completed(words) == completed_words


@pytest.mark.parametrize("ref", ["--exit-zero", "--scope=regressed", "-q", "--output=json=marker", "--"])
def test_the_name_of_a_base_is_never_an_option(clone: Path, ref: str) -> None:
    done = check(clone, f"--base={ref}")
    assert done.returncode == 2
    assert not (clone / "marker").exists()
    assert f"'{ref}'" in done.stderr


def test_an_empty_base_is_no_base(clone: Path) -> None:
    assert check(clone, "--base", "").returncode == 2
    assert check(clone, "--base=").returncode == 2
