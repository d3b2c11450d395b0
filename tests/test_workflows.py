"""Everything that runs in somebody's CI: linted by tools that we did not write, and its scripts run where they can."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

pytestmark = pytest.mark.xdist_group("workflows")

OWN = sorted((ROOT / ".github/workflows").glob("*.yml"))
EXAMPLES = ROOT / "examples/workflows"
GITHUB = [*OWN, *sorted(EXAMPLES.glob("github-*.yml")), ROOT / "platform_gate/cli/templates/workflow.yml"]
PINNED = re.compile(r"[\w.-]+(/[\w.-]+)+@[0-9a-f]{40} # (release/)?v\d+(\.\d+)*$")
OUR_ACTION = ("platform-gate/platform-gate@v@VERSION@ # ", "platform-gate/platform-gate@v0.1.0 # ")
"""By tag: a release can't know its own commit."""


def program(name: str) -> str:
    """Give a tool of the environment that the tests run in."""
    return str(Path(sys.executable).with_name(name))


def run(*words: str | Path, folder: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", **variables}
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


def schema_problems(schema: str, *files: Path, transform: str = "", regex: str = "default") -> str:
    words = ["--regex-variant", regex, "--builtin-schema", f"vendor.{schema}"]
    words += ["--data-transform", transform] if transform else []
    done = run(program("check-jsonschema"), *words, *files)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_zizmor_finds_nothing(tmp_path: Path) -> None:
    for source in (*GITHUB, ROOT / "action.yml", ROOT / ".github/dependabot.yml", ROOT / ".pre-commit-hooks.yaml"):
        place = {"action.yml": ".", "dependabot.yml": ".github", ".pre-commit-hooks.yaml": "."}
        folder = tmp_path / place.get(source.name, f".github/workflows/{source.parent.name}-")
        folder = folder if folder.name[-1] != "-" else folder.parent
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, folder / source.name)
    done = run(program("zizmor"), "--offline", "--pedantic", "--strict-collection", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(GITHUB)}" == str(done.stderr.count("completed") - 3), done.stderr


def test_the_vendored_schemas_find_nothing() -> None:
    found = {
        "workflows": schema_problems("github-workflows", *GITHUB),
        "action": schema_problems("github-actions", ROOT / "action.yml"),
        "dependabot": schema_problems("dependabot", ROOT / ".github/dependabot.yml"),
        "gitlab": schema_problems("gitlab-ci", *sorted(EXAMPLES.glob("gitlab-*.yml")), transform="gitlab-ci"),
        # Its patterns are not those of ECMAScript's strict mode.
        "azure": schema_problems(
            "azure-pipelines", EXAMPLES / "azure-pipelines.yml", transform="azure-pipelines", regex="python"
        ),
    }
    assert found == dict.fromkeys(found, "")


@pytest.mark.parametrize("path", GITHUB, ids=lambda path: path.stem)
def test_every_action_is_pinned_and_says_its_version(path: Path) -> None:
    used = re.findall(r"uses: (.+)", path.read_text(encoding="utf-8"))
    assert [use for use in used if not use.startswith(("./", *OUR_ACTION)) and not PINNED.match(use)] == []


@pytest.mark.parametrize("path", GITHUB, ids=lambda path: path.stem)
def test_no_permission_is_given_to_a_whole_workflow(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {}
    assert all(job["permissions"] for job in workflow["jobs"].values())


@pytest.mark.parametrize("path", GITHUB, ids=lambda path: path.stem)
def test_no_expression_stands_in_a_script(path: Path) -> None:
    assert [script for script in scripts(path) if "${{" in script] == []


def scripts(path: Path) -> list[str]:
    """Give the shell scripts of a pipeline."""
    text = path.read_text(encoding="utf-8")
    if path.name == "Jenkinsfile":
        return re.findall(r"sh '''\n(.*?)'''", text, re.DOTALL)
    pipeline: dict[str, Any] = yaml.safe_load(text)
    if path.name.startswith("gitlab-"):
        return [script for job in pipeline.values() for script in (*job["before_script"], *job["script"])]
    jobs = pipeline.get("jobs", {"only": pipeline.get("runs", pipeline)}).values()
    return [step[key] for job in jobs for step in job["steps"] for key in ("run", "bash") if key in step]


def test_the_deployment_waits_for_a_gate_that_decides_on_deployments() -> None:
    jobs = yaml.safe_load((EXAMPLES / "github-deploy.yml").read_text(encoding="utf-8"))["jobs"]
    [gate] = [step["with"] for step in jobs["gate"]["steps"] if "platform-gate" in step["uses"]]
    assert (gate["for"], gate["base"], gate["scope"]) == ("deploy", "${{ github.sha }}", "all")
    assert (jobs["deploy"]["needs"], "if" in jobs["deploy"]) == ("gate", False)
    assert [name for name, job in jobs.items() if "environment" in job] == ["deploy"]


def test_a_release_needs_no_secret_and_is_attested_before_it_is_published() -> None:
    text = (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    assert re.findall(r"secrets\.|github\.token|password|token:", text) == ["token:"], "id-token: write"
    assert [name for name, job in jobs.items() if "id-token" in job["permissions"]] == ["publish"]
    used = [step["uses"].partition("@")[0] for step in jobs["publish"]["steps"]]
    assert used[-2:] == ["actions/attest-build-provenance", "pypa/gh-action-pypi-publish"]


def test_bash_reads_every_script() -> None:
    files = [*GITHUB, *EXAMPLES.iterdir(), ROOT / "action.yml"]
    everything = [script for path in files for script in scripts(path)]
    assert len(everything) > 15
    for script in everything:
        done = run("bash", "-n", "-c", script)
        assert done.returncode == 0, done.stderr + script


def test_everything_names_the_version_that_this_is() -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert version
    for path in (*EXAMPLES.iterdir(), ROOT / "docs/ci.md"):
        text = path.read_text(encoding="utf-8")
        named = re.findall(r'(?:VERSION: "|platform-gate==|rev: v|platform-gate@v)(\d[^"\s]*)', text)
        assert set(named) <= {version[1]}, path


# The examples' judging steps, run with the program of this checkout in the place where they install it.


HEALTHY = (ROOT / "platform_gate/cli/templates/service.yaml").read_text(encoding="utf-8")
BREACHED = HEALTHY.replace("current: 99.95", "current: 90")


class Checkout:
    """A repository with a branch `main`, and what a change makes of it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "checkout"
        self.temporary = folder / "temp"
        (self.root / "services").mkdir(parents=True)
        (self.temporary / "gate/bin").mkdir(parents=True)
        (self.temporary / "reports").mkdir()
        (self.temporary / "gate/bin/platform-gate").symlink_to(program("platform-gate"))
        self.git("init", "--quiet", "--initial-branch", "main")
        self.commit(HEALTHY)
        self.git("clone", "--quiet", "--bare", ".", str(folder / "origin"))
        self.git("remote", "add", "origin", str(folder / "origin"))
        self.git("fetch", "--quiet", "origin")
        self.base = self.git("rev-parse", "HEAD")

    def git(self, *words: str) -> str:
        identity = ("-c", "user.name=a", "-c", "user.email=a@b")
        done = run("git", *identity, *words, folder=self.root)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self, text: str) -> None:
        (self.root / "services/example.yaml").write_text(text, encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "a commit")

    def relax(self) -> None:
        """Break an SLO, and let a new configuration forgive it."""
        (self.root / "policy.yaml").write_text(
            "apiVersion: platform-gate/v1\nkind: Policy\nmetadata: {name: lax}\nspec: {slo: {breach_points: 0}}\n",
            encoding="utf-8",
        )
        (self.root / ".platform-gate.yaml").write_text("policy: policy.yaml\n", encoding="utf-8")
        self.commit(BREACHED)

    def bash(self, script: str, **variables: str) -> subprocess.CompletedProcess[str]:
        summary = self.temporary / "summary.md"
        places = {
            "RUNNER_TEMP": str(self.temporary),
            "AGENT_TEMPDIRECTORY": str(self.temporary),
            "WORKSPACE_TMP": str(self.temporary),
            "GITHUB_STEP_SUMMARY": str(summary),
        }
        flags = ("--noprofile", "--norc", "-e", "-o", "pipefail")
        return run("bash", *flags, "-c", script, folder=self.root, **places, **variables)


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def judging(name: str, command: str = "check") -> str:
    """Give the script of an example that judges, or runs another command, with its installation cut out."""
    found = next(script for script in scripts(EXAMPLES / name) if re.search(rf"=\({command}|set -- {command}", script))
    kept = (line for line in found.splitlines() if not re.search(r"-m (venv|pip) ", line))
    return 'gate="$RUNNER_TEMP/gate"\n' + "\n".join(kept)


CASES = {
    "github-pull-request.yml": ("BASE", ""),
    "gitlab-ci.yml": ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
    "azure-pipelines.yml": ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
    "Jenkinsfile": ("CHANGE_TARGET", "main"),
}


@pytest.mark.parametrize("name", CASES)
def test_an_example_judges_a_change_by_the_rules_of_its_target(name: str, checkout: Checkout) -> None:
    checkout.relax()
    variable, value = CASES[name]
    without = checkout.bash(judging(name))
    assert without.returncode == 0, without.stdout + without.stderr
    done = checkout.bash(judging(name), **{variable: value or checkout.base})
    assert done.returncode == 1, done.stdout + done.stderr


def test_the_page_is_drawn_with_its_past(checkout: Checkout) -> None:
    history = checkout.temporary / "history"
    history.mkdir()
    checkout.bash(
        '"$RUNNER_TEMP/gate/bin/platform-gate" check --as-of 2026-01-01 -o json="$RUNNER_TEMP/history/2026-01-01.json"'
    )
    checkout.commit(BREACHED)
    done = checkout.bash(judging("github-page.yml"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "from 2026-01-01" in (checkout.temporary / "reports/gate.html").read_text(encoding="utf-8")
    assert len(list(history.iterdir())) == 2


def matrix(checkout: Checkout, *shards: int) -> subprocess.CompletedProcess[str]:
    """Judge shards of the matrix, carry their reports to the last job, and run that."""
    for number in shards:
        checkout.bash(judging("github-matrix.yml"), SHARD=str(number), TODAY="2026-11-23")
    (checkout.temporary / "shards").mkdir()
    for report in (checkout.temporary / "reports").glob("shard-*.json"):
        report.rename(checkout.temporary / "shards" / report.name)
    return checkout.bash(judging("github-matrix.yml", "merge"))


@pytest.mark.parametrize(("text", "code"), [(HEALTHY, 0), (BREACHED, 1), ("a: [\n", 2)])
def test_the_last_job_of_a_matrix_is_the_gate(checkout: Checkout, text: str, code: int) -> None:
    (checkout.root / "services/example.yaml").write_text(text, encoding="utf-8")
    done = matrix(checkout, 1, 2, 3, 4)
    assert done.returncode == code, done.stdout + done.stderr
    assert {path.name for path in (checkout.temporary / "reports").iterdir()} == {"gate.html", "gate.json", "gate.md"}
    assert " Platform gate: " in (checkout.temporary / "summary.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("shards", [(), (1, 3, 4)])
def test_a_matrix_of_which_a_shard_is_missing_is_not_judged(checkout: Checkout, shards: tuple[int, ...]) -> None:
    assert matrix(checkout, *shards).returncode == 2


# The comment: a report from a hostile run, and a stand-in for `gh` that writes down what it is asked.


GH = """\
#!/usr/bin/env bash
printf '%s\\0' "$@" >> "$CALLS"
case "$*" in
  *--method\\ GET*) printf '%s' "$NUMBER" ;;
  *--paginate*) printf '%s\\n' "$OLD" ;;
esac
"""


def comment(checkout: Checkout, report: bytes, **variables: str) -> tuple[str, list[str]]:
    """Run the comment's steps; give the body and what `gh` was told."""
    (checkout.temporary / "reports/gate.md").write_bytes(report)
    gh = checkout.temporary / "bin/gh"
    gh.parent.mkdir(exist_ok=True)
    gh.write_text(GH, encoding="utf-8")
    gh.chmod(0o755)
    calls = checkout.temporary / "calls"
    calls.write_bytes(b"")
    setting = {
        "PATH": f"{gh.parent}:{os.environ['PATH']}",
        "CALLS": str(calls),
        "GITHUB_REPOSITORY": "acme/shop",
        "RUN_URL": "https://github.com/acme/shop/actions/runs/1",
        "HEAD_OWNER": "mallory",
        "HEAD_BRANCH": "$(touch pwned)",
        "HEAD_SHA": "a" * 40,
        "NUMBER": "7",
        "OLD": "",
        **variables,
    }
    for script in scripts(EXAMPLES / "github-comment.yml"):
        done = checkout.bash(script, **setting)
        assert done.returncode == 0, done.stderr
    body = (checkout.temporary / "comment.md").read_text(encoding="utf-8")
    return body, calls.read_bytes().decode().split("\0")


def test_a_comment_is_posted_once_and_then_replaced(checkout: Checkout) -> None:
    body, words = comment(checkout, b"# Passed\n")
    assert body.startswith("<!-- platform-gate -->\n*Written by [the pull request's own run]")
    assert body.endswith("\n# Passed\n")
    assert {"POST", "repos/acme/shop/issues/7/comments", "head=mallory:$(touch pwned)"} <= set(words)
    _, words = comment(checkout, b"# Passed\n", OLD="42")
    assert {"PATCH", "repos/acme/shop/issues/comments/42"} <= set(words)
    assert not list(checkout.root.rglob("pwned"))


def test_a_forged_report_is_only_text(checkout: Checkout) -> None:
    body, _ = comment(checkout, b"$(touch pwned) `touch pwned` @acme/everyone \x1b[2J \xff\n")
    assert "$(touch pwned) `touch pwned`" in body
    assert "@acme" not in body
    assert "\x1b" not in body
    assert not list(checkout.root.rglob("pwned"))


@pytest.mark.parametrize("character", ["\u00e9", "@"])
def test_a_report_that_is_too_long_is_cut(character: str, checkout: Checkout) -> None:
    body, words = comment(checkout, f"x{character * 500_000}".encode())
    assert "POST" in words
    assert len(body) < 65_536


@pytest.mark.parametrize("number", ["", "null", "1; touch pwned"])
def test_a_commit_without_an_open_pull_request_gets_no_comment(number: str, checkout: Checkout) -> None:
    _, words = comment(checkout, b"# Passed\n", NUMBER=number)
    assert not {"POST", "PATCH"} & set(words)


def test_the_dogfood_expects_what_the_example_fleet_gives() -> None:
    done = run(program("platform-gate"), "check", "--policy", "default", "-f", "json", "examples/services")
    report = json.loads(done.stdout)
    answer = {
        "VERDICT": report["verdict"],
        "CODE": str(report["exit_code"]),
        "CRITICAL": str(report["critical"]),
        "SARIF": str(ROOT / "action.yml"),
    }
    (script,) = scripts(ROOT / ".github/workflows/gate.yml")
    assert run("bash", "-e", "-c", script, **answer).returncode == 0
    assert run("bash", "-e", "-c", script, **answer | {"CODE": "2"}).returncode != 0
