"""The GitHub Action as a runner would start it: its own steps under bash, with the files and variables of a runner."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.action.github_api import TOKEN, serving
from tests.conftest import ROOT
from tests.scripts import load

pytestmark = pytest.mark.xdist_group("action")

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}
INSTALL, JUDGE = STEPS["Install platform-gate"], STEPS["Judge"]
KINDS = STEPS["Name the kinds of the change"]
installer = load("action/install.py")
NOT_IN_THE_JUDGE = {"python", "index-url", "token", "change", "change-labels", "comment"}
HEALTHS = ("healthy", "degraded", "critical", "unknown")
SHELL = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail")
"""What a runner makes of `shell: bash`."""

LAST_MONTH = f"{datetime.now(UTC).date().replace(day=1) - timedelta(days=1):%Y-%m}"
"""The action judges as of today, and costs that are long gone would be reported."""

MANIFEST = """\
apiVersion: platform-gate/v1
kind: Service
metadata: {name: %s, team: shop}
spec:
  slos:
    - {name: availability, target: 99.9, current: %s}
  cost: {budget_monthly: 100, entries: [{month: "%s", amount: 90}]}
  reliability: {uptime_pct: 99.99, mttr_minutes: 5, incidents_30d: 0, change_failure_rate_pct: 5}
  governance: {runbook: true, monitoring: true, ownership: true, documentation: true, incident_response: true}
"""
POLICY = """\
apiVersion: platform-gate/v1
kind: Policy
metadata: {name: %s}
spec: {slo: {breach_points: %d}}
"""


def manifest(name: str, current: float = 99.95) -> str:
    return MANIFEST % (name, current, LAST_MONTH)


def breached(name: str) -> str:
    return manifest(name, 90)


def lookup(context: Any, path: str) -> str:
    for key in path.split("."):
        context = context.get(key, {}) if isinstance(context, Mapping) else {}
    return "" if context == {} else str(context)


def evaluate(text: str, contexts: Mapping[str, Any]) -> str:
    """Replace expressions: dotted names, and `||` between them. Anything else has no place in this action."""

    def value(match: re.Match[str]) -> str:
        names = [name.strip() for name in match[1].split("||")]
        assert all(re.fullmatch(r"(inputs|steps|github\.event)(\.[a-z_-]+)+", name) for name in names), match[0]
        return next(filter(None, (lookup(contexts, name) for name in names)), "")

    return re.sub(r"\$\{\{(.*?)\}\}", value, text)


def read_outputs(text: str) -> dict[str, str]:
    """What a runner reads from GITHUB_OUTPUT: NAME=VALUE, or NAME<<END, lines, END."""
    found = {}
    lines = iter(text.splitlines())
    for line in lines:
        heredoc = re.match(r"([^=<]+)<<(.+)", line)
        name, _, value = line.partition("=")
        if heredoc:
            name, end = heredoc.groups()
            value = "\n".join(until(lines, end))
        assert name not in found, "an output was set twice"
        found[name] = value
    return found


def until(lines: Iterator[str], end: str) -> Iterator[str]:
    for line in lines:
        if line == end:
            return
        yield line
    pytest.fail("an output's delimiter is missing")


@dataclass(frozen=True)
class Result:
    code: int
    log: str
    outputs: dict[str, str]
    summary: str

    def report(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(Path(self.outputs["report"]).read_bytes())
        return loaded


class Runner:
    """A runner with one workspace."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workspace = folder / "workspace"
        self.temporary = folder / "temp"
        self.workspace.mkdir(parents=True)
        self.temporary.mkdir()
        self.event: dict[str, Any] = {}
        self.variables = {"GITHUB_EVENT_NAME": "push", "GITHUB_SHA": ""}

    def write(self, path: str, text: str) -> None:
        file = self.workspace / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def git(self, *words: str, folder: Path | None = None) -> str:
        identity = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main")
        settings = ("-c", "protocol.file.allow=always", "-c", "commit.gpgSign=false")
        command = ["git", *identity, *settings, *words]
        done = subprocess.run(
            command,
            cwd=folder or self.workspace,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def commit(self) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "a commit")
        return self.git("rev-parse", "HEAD")

    def pull_request(self, base: str, head: str, merge: str = "") -> None:
        self.event = {"pull_request": {"base": {"sha": base}, "head": {"sha": head}}}
        self.variables |= {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_SHA": merge}

    def step(
        self, step: Mapping[str, Any], inputs: Mapping[str, str], installed: Mapping[str, str], **extra: str
    ) -> Result:
        """Run one step."""
        files = {name: self.folder / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_EVENT_PATH")}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        files["GITHUB_EVENT_PATH"].write_text(json.dumps(self.event), encoding="utf-8")
        assert inputs.keys() <= ACTION["inputs"].keys()
        contexts = {
            "inputs": {name: each["default"] for name, each in ACTION["inputs"].items()} | dict(inputs),
            "github": {"event": self.event},
            "steps": {"install": {"outputs": dict(installed)}},
        }
        script = self.folder / "script.sh"
        script.write_text(step["run"], encoding="utf-8")
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_ACTION_PATH": str(ROOT),
            "RUNNER_TEMP": str(self.temporary),
            **{name: str(file) for name, file in files.items()},
            **self.variables,
            **{name: evaluate(value, contexts) for name, value in step.get("env", {}).items()},
            **extra,
        }
        done = subprocess.run(
            [*SHELL, str(script)], cwd=self.workspace, env=environment, capture_output=True, timeout=120, check=False
        )
        return Result(
            done.returncode,
            (done.stdout + done.stderr).decode("utf-8", "backslashreplace"),
            read_outputs(files["GITHUB_OUTPUT"].read_text(encoding="utf-8")),
            files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8"),
        )


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Install as the step does, but for the wheels: the interpreter of the tests lends its own packages."""
    folder = tmp_path_factory.mktemp("installed")
    installer.create(folder / "venv")
    installer.add_gate(folder / "venv")
    [site] = (folder / "venv").glob("lib/python3*/site-packages")
    (site / "lent.pth").write_text("\n".join(path for path in sys.path if path.endswith("-packages")), encoding="utf-8")
    return Result(0, "", {"folder": str(folder)}, "")


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


@pytest.fixture
def judge(runner: Runner, installed: Result) -> "Judge":
    folder = runner.temporary / "platform-gate"
    (folder / "reports").mkdir(parents=True)
    (folder / "venv").symlink_to(Path(installed.outputs["folder"], "venv"))
    return Judge(runner, {"folder": str(folder)})


@dataclass(frozen=True)
class Judge:
    runner: Runner
    installed: Mapping[str, str]

    def __call__(self, inputs: Mapping[str, str] | None = None, **variables: str) -> Result:
        return self.runner.step(JUDGE, inputs or {}, self.installed, **variables)


# The action's own text.


def test_no_expression_is_pasted_into_a_script() -> None:
    assert [name for name, step in STEPS.items() if "${{" in step.get("run", "")] == []


def test_the_action_uses_no_other_action_but_the_cache_by_its_hash_and_may_lose_it() -> None:
    assert ACTION["runs"]["using"] == "composite"
    others = [step for step in STEPS.values() if "uses" in step]
    assert [re.fullmatch(r"actions/cache/(restore|save)@[0-9a-f]{40}", step["uses"]) is None for step in others] == [
        False
    ] * 2
    assert all(step["continue-on-error"] is True for step in others)


def test_every_output_comes_from_the_judge(runner: Runner, judge: Judge) -> None:
    runner.write("services/a.yaml", manifest("a"))
    declared = {f"${{{{ steps.judge.outputs.{name} }}}}" for name in judge().outputs}
    kinds = "${{ steps.change.outputs.kinds }}"
    assert {output["value"] for output in ACTION["outputs"].values()} == {*declared, kinds}


@pytest.mark.ci
def test_the_environment_lies_outside_the_workspace(runner: Runner) -> None:
    done = runner.step(INSTALL, {"python": sys.executable}, {}, WHEELS=str(runner.folder / "wheels"))
    assert done.code == 0, done.log
    folder = Path(done.outputs["folder"])
    assert folder.parent == runner.temporary
    assert (folder / "venv/bin/platform-gate").is_file()
    assert (folder / "reports").is_dir()


def test_the_digest_of_the_wheels_is_known_before_they_are_fetched(runner: Runner) -> None:
    done = runner.step(STEPS["Find out which wheels are needed"], {"python": sys.executable}, {})
    assert done.outputs == {"digest": installer.digest(), "wheels": f"{runner.temporary}/platform-gate-wheels"}


@pytest.mark.parametrize("name", ["Find out which wheels are needed", "Install platform-gate"])
def test_an_installation_that_fails_is_no_verdict(runner: Runner, name: str) -> None:
    done = runner.step(STEPS[name], {"python": "no-such-python"}, {})
    assert done.code == 2
    assert "nothing was checked" in done.log


# Verdicts.


def test_a_good_repository(runner: Runner, judge: Judge) -> None:
    runner.write("services/a.yaml", manifest("a"))
    done = judge()
    assert done.code == 0, done.log
    assert [done.outputs[name] for name in ("verdict", "exit-code", *HEALTHS)] == ["passed", "0", "1", "0", "0", "0"]
    assert done.report()["verdict"] == "passed"
    assert done.summary


def test_a_failing_repository(runner: Runner, judge: Judge) -> None:
    runner.write("services/a.yaml", manifest("a"))
    runner.write("services/b.yaml", breached("b"))
    done = judge()
    assert done.code == 1, done.log
    assert [done.outputs[name] for name in ("verdict", "exit-code", *HEALTHS)] == ["failed", "1", "1", "1", "0", "0"]
    assert "slo/breached" in done.summary
    assert re.search(r"^::error .*file=services/b\.yaml", done.log, re.MULTILINE)
    sarif = json.loads(Path(done.outputs["sarif"]).read_bytes())
    assert [result["ruleId"] for result in sarif["runs"][0]["results"]] == ["slo/breached"]


def test_a_file_that_cannot_be_judged(runner: Runner, judge: Judge) -> None:
    runner.write("services/a.yaml", "a: &b c\n")
    done = judge()
    assert done.code == 2
    assert done.outputs["verdict"] == "not judged"
    assert done.report()["exit_code"] == 2


def test_an_error_before_anything_is_judged_leaves_no_numbers(runner: Runner, judge: Judge) -> None:
    runner.write("services/a.yaml", manifest("a"))
    done = judge({"policy": "no-such-policy"})
    assert done.code == 2
    assert (done.outputs["verdict"], done.outputs["exit-code"]) == ("not judged", "2")
    assert [done.outputs[name] for name in (*HEALTHS, "report", "sarif", "markdown", "html")] == [""] * 8


def test_a_folder_that_is_not_there(judge: Judge) -> None:
    assert judge({"working-directory": "nowhere"}).code == 2


# Inputs.


def test_paths_policy_and_the_rest_reach_the_gate(runner: Runner, judge: Judge) -> None:
    runner.write("sub/one.yaml", breached("one"))
    runner.write("sub/two words.yaml", breached("two"))
    runner.write("sub/policy.yaml", POLICY % ("mine", 4))
    runner.write("sub/w1.yaml", "apiVersion: platform-gate/v1\nkind: Waivers\nspec: {waivers: []}\n")
    runner.write("sub/w2.yaml", "apiVersion: platform-gate/v1\nkind: Waivers\nspec: {waivers: []}\n")
    done = judge(
        {
            "working-directory": "sub",
            "paths": "one.yaml\ntwo words.yaml\n",
            "policy": "policy.yaml",
            "waivers": "w1.yaml\nw2.yaml",
            "fail-on": "critical,slo/breached",
            "formats": "github,junit sarif\nmarkdown html",
            "history": "none/*.json\nnone either/*.json",
        }
    )
    assert done.code == 1, done.log
    assert (done.report()["policy"]["name"], done.outputs["critical"]) == ("mine", "2")
    assert {path.name for path in Path(done.outputs["folder"]).iterdir()} == {
        "gate.html",
        "gate.json",
        "gate.md",
        "gate.sarif",
        "gate.xml",
    }


def test_no_formats_leave_the_text_and_the_report(runner: Runner, judge: Judge) -> None:
    runner.write("services/b.yaml", breached("b"))
    done = judge({"formats": ""})
    assert (done.code, done.summary, done.outputs["sarif"], done.outputs["markdown"]) == (1, "", "", "")
    assert "slo/breached" in done.log
    assert "::error" not in done.log


@pytest.mark.parametrize("name", [name for name in ACTION["inputs"] if name not in NOT_IN_THE_JUDGE])
def test_an_input_is_a_word_and_never_a_script(runner: Runner, judge: Judge, name: str) -> None:
    runner.write("services/a.yaml", manifest("a"))
    done = judge({name: "--version; touch pwned; $(touch pwned) `touch pwned` \"; touch pwned; '; touch pwned; \\"})
    assert list(runner.folder.rglob("pwned")) == []
    assert done.code == (0 if name == "scope" else 2), done.log


# Hostile repositories.


def test_hostile_names(runner: Runner, judge: Judge) -> None:
    names = [
        "$(touch pwned).yaml",
        "`touch pwned`.yaml",
        "::set-output name=verdict::passed.yaml",
        "a\n::set-output name=verdict::passed\nverdict=passed\n.yaml",
        "##[error]x.yaml",
        "--policy=advisory.yaml",
        "-",
        "%0A::error::x.yaml",
    ]
    for number, name in enumerate(names):
        runner.write(f"services/{name}", breached(f"s{number}"))
    runner.write("services/plain.yaml", "kind: [")
    done = judge()
    assert done.code == 2, done.log
    assert list(runner.folder.rglob("pwned")) == []
    commands = {line.split(" ", 1)[0].split("::")[1] for line in done.log.splitlines() if line.startswith("::")}
    assert commands <= {"group", "endgroup", "error", "warning", "notice"}
    assert "##[" not in done.log
    assert done.outputs["verdict"] == "not judged"
    assert all("\n" not in value for value in done.outputs.values())


def test_a_path_that_looks_like_an_option_is_a_path(runner: Runner, judge: Judge) -> None:
    runner.write("--exit-zero", breached("a"))
    runner.write("$(touch pwned)", breached("b"))
    done = judge({"paths": "--exit-zero\n$(touch pwned)"})
    assert done.code == 1, done.log
    assert done.outputs["degraded"] == "2"
    assert not (runner.workspace / "pwned").exists()


def test_code_in_the_checkout_does_not_run(runner: Runner, judge: Judge) -> None:
    runner.write("services/b.yaml", breached("b"))
    for module in ("yaml", "click", "platform_gate", "json", "sitecustomize", "usercustomize"):
        runner.write(f"{module}.py", "open('pwned', 'w')\nraise SystemExit(0)\n")
    runner.write("platform-gate", "#!/bin/sh\ntouch pwned\n")
    done = judge(PYTHONPATH=".", CDPATH="/")
    assert done.code == 1, done.log
    assert not (runner.workspace / "pwned").exists()


# Pull requests.


def repository(runner: Runner) -> str:
    """Make a repository whose policy lets a breach through as DEGRADED, and give its commit."""
    runner.git("init", "--quiet")
    runner.write(".platform-gate.yaml", "manifests: [services/*.yaml]\npolicy: policy.yaml\n")
    runner.write("policy.yaml", POLICY % ("base", 2))
    runner.write("services/a.yaml", manifest("a"))
    return runner.commit()


def weaken(runner: Runner) -> str:
    runner.write("policy.yaml", POLICY % ("head", 0))
    runner.write("services/a.yaml", breached("a"))
    return runner.commit()


def test_a_pull_request_is_judged_by_the_rules_of_its_base(runner: Runner, judge: Judge) -> None:
    base = repository(runner)
    runner.pull_request(base, weaken(runner))
    done = judge()
    assert done.code == 1, done.log
    assert done.report()["policy"]["name"] == "base"


def test_none_is_asked_for(runner: Runner, judge: Judge) -> None:
    base = repository(runner)
    runner.pull_request(base, weaken(runner))
    done = judge({"base": "none"})
    assert done.code == 0, done.log
    assert done.report()["policy"]["name"] == "head"


def test_another_base_is_asked_for(runner: Runner, judge: Judge) -> None:
    repository(runner)
    runner.git("branch", "other")
    runner.pull_request("0" * 40, weaken(runner))
    assert judge({"base": "other"}).code == 1
    assert judge({"base": "no-such-branch"}).code == 2


def test_a_merge_group_has_a_base_too(runner: Runner, judge: Judge) -> None:
    runner.event = {"merge_group": {"base_sha": repository(runner)}}
    runner.variables["GITHUB_EVENT_NAME"] = "merge_group"
    weaken(runner)
    assert judge().code == 1


def test_a_pull_request_whose_event_has_no_base(runner: Runner, judge: Judge) -> None:
    repository(runner)
    runner.variables["GITHUB_EVENT_NAME"] = "pull_request"
    done = judge()
    assert done.code == 2
    assert "nothing was checked" in done.log


def test_a_base_that_was_not_fetched(runner: Runner, judge: Judge) -> None:
    repository(runner)
    runner.pull_request("1" * 40, weaken(runner))
    assert judge().code == 2


def test_the_scope_counts_with_a_base(runner: Runner, judge: Judge) -> None:
    runner.git("init", "--quiet")
    runner.write("services/red.yaml", breached("red"))
    runner.write("services/a.yaml", manifest("a"))
    base = runner.commit()
    runner.write("services/a.yaml", manifest("a", 99.96))
    runner.pull_request(base, runner.commit())
    assert judge().code == 1
    assert judge({"scope": "regressed"}).code == 0


def merged(runner: Runner) -> tuple[str, str, str]:
    """Let the base move on after the pull request, merge as GitHub does, and clone two commits deep."""
    old = repository(runner)
    runner.git("checkout", "--quiet", "-b", "topic")
    runner.write("services/b.yaml", manifest("b"))
    head = runner.commit()
    runner.git("checkout", "--quiet", "main")
    runner.write("services/c.yaml", breached("c"))
    runner.commit()
    runner.git("merge", "--quiet", "--no-ff", "--message", "merge", "topic")
    merge = runner.git("rev-parse", "HEAD")
    origin = runner.folder / "origin"
    runner.workspace.rename(origin)
    runner.git("clone", "--quiet", "--depth", "2", f"file://{origin}", str(runner.workspace), folder=runner.folder)
    return old, head, merge


def test_two_commits_are_enough_for_a_merge_checkout(runner: Runner, judge: Judge) -> None:
    old, head, merge = merged(runner)
    runner.pull_request(old, head, merge)
    assert judge().code == 1
    done = judge({"scope": "regressed"})
    assert done.code == 0, done.log
    changes = {service["name"]: service["change"] for service in done.report()["services"]}
    assert changes == {"a": "same", "b": "added", "c": "same"}


def test_only_the_merge_that_was_checked_out_for_the_event_is_trusted(runner: Runner, judge: Judge) -> None:
    old, head, _ = merged(runner)
    runner.pull_request(old, head, "2" * 40)
    assert judge().code == 2


# Pull requests that choose by what they are judged.

LENIENT = """\
apiVersion: platform-gate/v1
kind: Policy
metadata: {name: lenient}
spec:
  overrides:
    - {match: {tier: [3]}, reason: best effort, spec: {severities: {slo/breached: "off"}}}
"""


def tiered(text: str, tier: int) -> str:
    return text.replace("team: shop", f"team: shop, tier: {tier}")


@dataclass(frozen=True)
class Trick:
    """What a change does to files (an empty text removes one), and the action's inputs."""

    files: Mapping[str, str]
    inputs: Mapping[str, str] = field(default_factory=dict)
    code: int = 1


SOFT = tiered(breached("a"), 3)
TRICKS = {
    "its configuration selects a fixture": Trick(
        {
            ".platform-gate.yaml": "manifests: [services/*.yaml, examples/*.yaml]\npolicy: policy.yaml\n",
            "services/a.yaml": breached("a"),
            "examples/a.yaml": "",
        }
    ),
    "an unchanged file takes over": Trick(
        {
            ".platform-gate.yaml": "manifests: [services/*.yaml, red/*.yaml]\npolicy: policy.yaml\n",
            "services/a.yaml": "",
        }
    ),
    "the manifest moves and is named": Trick(
        {"services/a.yaml": "", "apps/a.yaml": SOFT}, {"paths": "apps/a.yaml\nservices/b.yaml"}
    ),
    "the service is renamed where it stands": Trick({"services/a.yaml": SOFT.replace("name: a", "name: z")}),
    "the policy of the input is softened": Trick(
        {"policy.yaml": POLICY % ("head", 0), "services/a.yaml": breached("a")}, {"policy": "policy.yaml"}
    ),
    "line ends spoil the file": Trick({"services/a.yaml": breached("a").replace("\n", "\r\r\n")}, code=2),
    "a tag is named like the base": Trick({"services/a.yaml": breached("a")}, {"base": "main"}, 2),
    "the base excludes commits": Trick({"services/a.yaml": breached("a")}, {"base": "^refs/heads/main"}, 2),
    "a tag is named like the base, which is written in full": Trick(
        {"services/a.yaml": breached("a")}, {"base": "refs/heads/main"}
    ),
    "a file is named like the head": Trick({"services/a.yaml": breached("a"), "HEAD": "x"}),
}


@pytest.mark.parametrize("scope", ["all", "touched", "regressed"])
@pytest.mark.parametrize("name", TRICKS)
def test_a_trick_fails_through_the_action_too(runner: Runner, judge: Judge, name: str, scope: str) -> None:
    trick = TRICKS[name]
    runner.git("init", "--quiet")
    runner.write(".platform-gate.yaml", "manifests: [services/*.yaml]\npolicy: policy.yaml\n")
    runner.write("policy.yaml", LENIENT)
    for path, text in {
        "services/a.yaml": tiered(manifest("a"), 1),
        "services/b.yaml": manifest("b"),
        "examples/a.yaml": tiered(manifest("a"), 3),
        "red/a.yaml": SOFT,
    }.items():
        runner.write(path, text)
    base = runner.commit()
    runner.git("checkout", "--quiet", "-b", "topic")
    for path, text in trick.files.items():
        if text:
            runner.write(path, text)
        else:
            (runner.workspace / path).unlink()
    head = runner.commit()
    runner.git("tag", "main")
    runner.pull_request(base, head)
    done = judge({"scope": scope, **trick.inputs})
    assert done.code == trick.code, done.log


@pytest.mark.parametrize("base", ["", "none"])
def test_a_working_directory_behind_a_link_is_refused(runner: Runner, judge: Judge, base: str) -> None:
    commit = repository(runner)
    other = Runner(runner.folder / "other")
    repository(other)
    (runner.workspace / "apps").symlink_to(other.workspace)
    runner.pull_request(commit, runner.commit())
    done = judge({"working-directory": "apps", "base": base})
    assert (done.code, "symbolic link" in done.log) == (2, True), done.log


# The comment and the kinds of change.


def judged_pull_request(runner: Runner, judge: Judge, inputs: Mapping[str, str]) -> Result:
    runner.write("services/a.yaml", manifest("a"))
    runner.git("init", "--quiet")
    base = runner.commit()
    for number in range(400):
        runner.write(f"services/s{number}.yaml", breached(f"s{number}"))
    head = runner.commit()
    runner.pull_request(base, head)
    runner.event["pull_request"]["number"] = 7
    return judge(inputs)


def test_a_pull_request_gets_one_comment_within_the_limit(runner: Runner, judge: Judge) -> None:
    done = judged_pull_request(runner, judge, {})
    assert done.code == 1, done.log
    with serving() as github:
        variables = {"GITHUB_API_URL": github.address, "GITHUB_REPOSITORY": "acme/shop", "VERDICT": "failed"}
        for _ in range(2):
            step = runner.step(STEPS["Comment"], {"token": TOKEN}, judge.installed, **variables)
            assert step.code == 0, step.log
    [comment] = github.comments
    assert 40_000 < len(comment["body"]) < 65_536
    assert "more services" in comment["body"]
    assert [method for method, _ in github.calls if method != "GET"] == ["POST"]


def test_without_a_comment_the_summary_is_not_cut_and_nothing_is_written(runner: Runner, judge: Judge) -> None:
    done = judged_pull_request(runner, judge, {"comment": "never"})
    assert len(done.summary) > 65_536
    assert not (runner.temporary / "platform-gate/comment.md").exists()


def test_the_comment_has_no_say_in_the_verdict_and_alone_gets_the_token() -> None:
    assert STEPS["Comment"]["continue-on-error"] is True
    assert list(STEPS)[-1] == "Comment"
    holders = [name for name, step in STEPS.items() if "inputs.token" in str(step)]
    assert holders == ["Comment"]
    assert ACTION["inputs"]["token"]["default"] == "${{ github.token }}"


def test_labels_become_kinds_of_change(runner: Runner, judge: Judge) -> None:
    runner.event = {"pull_request": {"labels": [{"name": "security"}]}}
    done = runner.step(KINDS, {"change-labels": "security=security-fix\nrollback=rollback"}, judge.installed)
    assert (done.code, done.outputs) == (0, {"kinds": "security-fix"})
    done = runner.step(KINDS, {"change": "rollback", "change-labels": "security=security-fix"}, judge.installed)
    assert done.outputs == {"kinds": "rollback\nsecurity-fix"}


@pytest.mark.parametrize("name", ["change", "change-labels"])
@pytest.mark.parametrize("value", ["$(touch pwned)", "--help", "a=--help", "END_OF_KINDS", "a=END_OF_KINDS"])
def test_kinds_that_are_not_valid_stop_the_action(runner: Runner, judge: Judge, name: str, value: str) -> None:
    done = runner.step(KINDS, {name: value}, judge.installed)
    assert (done.code, done.outputs) == (2, {})
    assert "nothing was checked" in done.log
    assert not list(runner.folder.rglob("pwned"))


def recorded(runner: Runner, inputs: Mapping[str, str], kinds: str = "") -> list[str]:
    """The arguments that the judging step gives to the program, which here only writes them down."""
    programs = runner.temporary / "platform-gate/venv/bin"
    programs.mkdir(parents=True)
    (programs.parents[1] / "reports").mkdir()
    (programs / "python").symlink_to(sys.executable)
    (programs / "platform-gate").write_text('#!/bin/sh\nprintf \'%s\\0\' "$@" > "$RECORD"\n', encoding="utf-8")
    (programs / "platform-gate").chmod(0o755)
    record = runner.folder / "arguments"
    installed = {"folder": str(programs.parents[1])}
    done = runner.step(JUDGE, inputs, installed, RECORD=str(record), GATE_CHANGE=kinds)
    assert done.code == 0, done.log
    return record.read_text(encoding="utf-8").split("\0")[:-1]


def test_labels_of_the_event_become_options_of_the_gate(runner: Runner, judge: Judge) -> None:
    runner.event = {"pull_request": {"labels": [{"name": "security fix"}, {"name": "$(touch pwned)"}, {"name": "rb"}]}}
    labels = {"change-labels": "security fix=security\nrb=rollback\ndocs=docs"}
    kinds = runner.step(KINDS, labels, judge.installed).outputs["kinds"]
    arguments = recorded(Runner(runner.folder / "another"), labels, kinds)
    assert arguments[:3] == ["check", "--change=rollback", "--change=security"]
    assert not [word for word in arguments if word.startswith("--for=")]
    assert not list(runner.folder.rglob("pwned"))
    assert JUDGE["env"]["GATE_CHANGE"] == "${{ steps.change.outputs.kinds }}"


@pytest.mark.parametrize(("decision", "options"), [("", []), ("merge", ["--for=merge"]), ("deploy", ["--for=deploy"])])
def test_the_decision_becomes_an_option_of_the_gate(runner: Runner, decision: str, options: list[str]) -> None:
    arguments = recorded(runner, {"for": decision})
    assert [word for word in arguments if re.match("--(for|change)=", word)] == options
