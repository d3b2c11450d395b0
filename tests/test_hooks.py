"""The pre-commit hooks, run by the real pre-commit in real repositories. One environment is built, offline."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

pytestmark = pytest.mark.xdist_group("pre-commit")

PACKAGE = (".pre-commit-hooks.yaml", "LICENSE", "README.md", "platform_gate", "policies", "pyproject.toml", "schemas")
MANIFEST = (ROOT / "platform_gate/cli/templates/service.yaml").read_text(encoding="utf-8")
BREACHED = MANIFEST.replace("current: 99.95", "current: 90")
INVALID = MANIFEST.replace("target: 99.9", "target: 0")
GATE = {"id": "platform-gate"}
SCHEMA = {"id": "platform-gate-schema"}
IMPORT = {"id": "platform-gate-import"}


def run(folder: Path, *words: str | Path, check: bool = True, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", **variables}
    return subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=check, errors="replace"
    )


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main")
    return run(folder, "git", *identity, *words).stdout.strip()


def commit(folder: Path) -> str:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "a commit")
    return git(folder, "rev-parse", "HEAD")


def tool(name: str) -> Path:
    return Path(sys.executable).with_name(name)


def pre_commit(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return run(folder, tool("pre-commit"), *words, check=False, **variables)


@dataclass(frozen=True)
class Published:
    """The hooks as a repository, and the cache that holds their environment."""

    url: str
    revision: str
    cache: Path

    def configuration(self, *hooks: Mapping[str, Any]) -> str:
        return yaml.safe_dump({"repos": [{"repo": self.url, "rev": self.revision, "hooks": [dict(h) for h in hooks]}]})


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    folder = tmp_path_factory.mktemp("hooks")
    source = folder / "platform-gate"
    source.mkdir()
    for name in PACKAGE:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    git(source, "init", "--quiet")
    hooks = Published(str(source), commit(source), folder / "cache")
    build(folder, hooks)
    return hooks


def build(folder: Path, hooks: Published) -> None:
    """Let pre-commit build its environment as ever; what it would fetch is lent by the running one."""
    using = folder / "using"
    using.mkdir()
    git(using, "init", "--quiet")
    (using / ".pre-commit-config.yaml").write_text(hooks.configuration(GATE, SCHEMA, IMPORT), encoding="utf-8")
    packages = [path for path in sys.path if path.endswith("-packages")]
    offline = {f"PIP_{name}": "1" for name in ("NO_INDEX", "NO_DEPS", "IGNORE_INSTALLED")}
    done = pre_commit(
        using,
        "install-hooks",
        PRE_COMMIT_HOME=str(hooks.cache),
        PYTHONPATH=os.pathsep.join(packages),
        PIP_NO_BUILD_ISOLATION="0",
        **offline,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (site,) = hooks.cache.glob("repo*/py_env-*/lib/python3.*/site-packages")
    (site / "lent.pth").write_text("\n".join(packages) + "\n", encoding="utf-8")


class Project:
    """A repository that uses the hooks."""

    def __init__(self, folder: Path, hooks: Published) -> None:
        self.folder, self.hooks = folder, hooks
        git(folder, "init", "--quiet")
        self.write("services/example.yaml", MANIFEST)
        self.write("README.md", "A project.\n")
        commit(folder)

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def run(self, hook: Mapping[str, Any], *, stage: bool = True, **more: Any) -> tuple[str, str]:
        """Stage everything and run one hook as a commit would; give its exit code and all that it says."""
        (self.folder / ".git/config.yaml").write_text(self.hooks.configuration({**hook, **more}), encoding="utf-8")
        if stage:
            git(self.folder, "add", "--all")
        variables = {"PRE_COMMIT_HOME": str(self.hooks.cache), "PIP_NO_INDEX": "1"}
        done = pre_commit(self.folder, "run", "--verbose", "--config", ".git/config.yaml", **variables)
        code = re.search(r"^- exit code: (\d+)$", done.stdout, re.MULTILINE)
        skipped = "no files to check" in done.stdout
        assert (done.returncode == 0) == (code is None), done.stdout + done.stderr
        return "skipped" if skipped else code[1] if code else "0", done.stdout


@pytest.fixture
def project(tmp_path: Path, published: Published) -> Project:
    return Project(tmp_path, published)


def test_the_manifest_of_hooks_is_one(tmp_path: Path) -> None:
    done = pre_commit(tmp_path, "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml"))
    assert done.returncode == 0, done.stdout


def test_the_schema_hooks_arguments_end_with_dashes() -> None:
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_bytes())}
    assert hooks["platform-gate-schema"]["args"][-1] == "--"
    assert hooks["platform-gate"]["pass_filenames"] is False
    assert "args" not in hooks["platform-gate"]


@pytest.mark.parametrize(("text", "code"), [(MANIFEST + "# more\n", "0"), (BREACHED, "1"), (INVALID, "2")])
def test_the_gate_judges_a_changed_manifest(project: Project, text: str, code: str) -> None:
    project.write("services/example.yaml", text)
    assert project.run(GATE)[0] == code


def test_the_gate_judges_everything_when_the_policy_changes(project: Project) -> None:
    project.write("policy.yaml", "apiVersion: platform-gate/v1\nkind: Policy\nmetadata: {name: a}\nspec: {}\n")
    project.write(".platform-gate.yaml", "manifests: [services/*.yaml]\npolicy: policy.yaml\n")
    project.write("services/red.yaml", BREACHED.replace("name: example", "name: red"))
    commit(project.folder)
    project.write("policy.yaml", "apiVersion: platform-gate/v1\nkind: Policy\nmetadata: {name: b}\nspec: {}\n")
    code, said = project.run(GATE)
    assert code == "1"
    assert "policy b" in said


def test_a_red_fleet_fails_only_for_what_a_commit_makes_worse(project: Project) -> None:
    project.write("services/red.yaml", BREACHED.replace("name: example", "name: red"))
    commit(project.folder)
    arguments = ["--base", "HEAD", "--scope", "regressed"]
    project.write("services/example.yaml", MANIFEST + "# more\n")
    assert project.run(GATE)[0] == "1"
    code, said = project.run(GATE, args=arguments)
    assert code == "0", said
    project.write("services/example.yaml", BREACHED)
    assert project.run(GATE, args=arguments)[0] == "1"


def test_code_in_the_repository_does_not_run(project: Project) -> None:
    project.write("services/example.yaml", BREACHED)
    for module in ("yaml", "click", "platform_gate", "sitecustomize"):
        project.write(f"{module}.py", "open('pwned', 'w')\nraise SystemExit(0)\n")
    project.write("platform-gate", "#!/bin/sh\ntouch pwned\n")
    assert project.run(GATE)[0] == "1"
    assert not (project.folder / "pwned").exists()


def test_the_gate_passes_no_names(project: Project) -> None:
    project.write("--policy=services/advisory.yaml", MANIFEST)
    project.write("--exit-zero.yaml", MANIFEST)
    project.write("services/example.yaml", BREACHED)
    assert project.run(GATE)[0] == "1"


def test_a_manifest_that_git_does_not_track_is_not_judged(project: Project) -> None:
    project.write("services/example.yaml", MANIFEST + "# more\n")
    git(project.folder, "add", "--all")
    project.write("services/later.yaml", INVALID)
    assert project.run(GATE, stage=False)[0] == "0"
    assert project.run(GATE)[0] == "2"


@pytest.mark.parametrize(("gone", "code"), [("services/example.yaml", "2"), (".platform-gate.yaml", "1")])
def test_a_commit_that_only_deletes_is_judged(project: Project, gone: str, code: str) -> None:
    project.write(".platform-gate.yaml", "exclude: [services/red.yaml]\n")
    if gone != "services/example.yaml":
        project.write("services/red.yaml", BREACHED.replace("name: example", "name: red"))
    commit(project.folder)
    assert project.run(GATE)[0] == "0"
    (project.folder / gone).unlink()
    assert project.run(GATE)[0] == code


def test_a_service_that_gained_points_is_shown_as_worse(project: Project) -> None:
    project.write("services/example.yaml", BREACHED)
    commit(project.folder)
    project.write("services/example.yaml", BREACHED.replace("uptime_pct: 99.95", "uptime_pct: 99.2"))
    code, output = project.run(GATE, args=["--base", "HEAD", "--scope", "regressed"])
    assert code == "0", output
    assert "Worse, and not blocking (already failing, now with more points)" in output


def test_prek_accepts_the_manifest_of_hooks(tmp_path: Path) -> None:
    done = run(tmp_path, tool("prek"), "validate-manifest", ROOT / ".pre-commit-hooks.yaml", check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.ci
def test_the_hooks_run_under_prek(project: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    variables = {
        "PREK_HOME": str(tmp_path_factory.mktemp("prek")),
        "UV_SYSTEM_CERTS": "1",
        "PATH": f"{tool('uv').parent}{os.pathsep}{os.environ['PATH']}",  # prek makes environments with uv
    }

    def prek() -> "subprocess.CompletedProcess[str]":
        git(project.folder, "add", "--all", "--", ":!services/later.yaml")
        return run(project.folder, tool("prek"), "run", "--verbose", check=False, **variables)

    project.write(".pre-commit-config.yaml", project.hooks.configuration(GATE, SCHEMA))
    project.write("services/later.yaml", INVALID)
    project.write("services/example.yaml", MANIFEST + "# more\n")
    done = prek()
    assert done.returncode == 0, done.stdout + done.stderr
    project.write("services/example.yaml", BREACHED)
    assert "- exit code: 1" in prek().stdout
    (project.folder / "services/example.yaml").unlink()
    assert "- exit code: 2" in prek().stdout


@pytest.mark.parametrize("hook", [GATE, SCHEMA], ids=lambda hook: hook["id"])
def test_a_symbolic_link_is_refused(project: Project, hook: Mapping[str, Any]) -> None:
    (project.folder / "services/link.yaml").symlink_to("example.yaml")
    code, said = project.run(hook)
    assert code == "2"
    assert "services/link.yaml" in said
    assert "symbolic link" in said


def test_the_schema_hook_looks_at_the_form_of_the_changed_files_only(project: Project) -> None:
    project.write("services/broken.yaml", INVALID)
    commit(project.folder)
    project.write("services/example.yaml", BREACHED)
    assert project.run(SCHEMA)[0] == "0"
    project.write("services/example.yaml", INVALID)
    code, said = project.run(SCHEMA)
    assert code == "2"
    assert "services/example.yaml:12:" in said
    assert "broken" not in said


def test_a_name_that_looks_like_an_option_is_a_name(project: Project) -> None:
    for number, name in enumerate(["--exit-zero.yaml", "--policy=advisory.yaml", "-h.yaml", "$(touch pwned).yaml"]):
        project.write(name, MANIFEST.replace("name: example", f"name: s{number}"))
    code, said = project.run(SCHEMA, files=r"\.yaml$")
    assert code == "0", said
    assert "4 valid manifests" in said
    project.write("--exit-zero.yaml", INVALID)
    code, said = project.run(SCHEMA, files=r"\.yaml$")
    assert code == "2"
    assert "--exit-zero.yaml:12:" in said
    assert not (project.folder / "pwned").exists()


def test_a_name_with_a_line_feed_is_not_left_out(project: Project) -> None:
    project.write("services/a\nb.yaml", INVALID)
    assert project.run(SCHEMA)[0] == "2"


def test_the_import_hook_says_when_descriptors_and_manifests_differ(project: Project) -> None:
    slo = "version: prometheus/v1\nservice: orders\nlabels: {owner: a, tier: '2'}\nslos: [{name: a, objective: 99.9}]\n"
    project.write("slo.yaml", slo)
    code, said = project.run(IMPORT, args=["sloth", "slo.yaml"])
    assert code == "1"
    assert "no manifest describes orders" in said
    project.write("services/orders.yaml", manifest_of(said))
    assert project.run(IMPORT, args=["sloth", "slo.yaml"])[0] == "0"
    project.write("slo.yaml", slo.replace("99.9", "99.5"))
    code, said = project.run(IMPORT, args=["sloth", "slo.yaml"])
    assert code == "1"
    assert "+      target: 99.5  # from slo.yaml" in said


def manifest_of(output: str) -> str:
    """The manifest that a diff of a new file shows."""
    lines = output.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("@@ -0,0 "))
    return "".join(line[1:] + "\n" for line in lines[start + 1 :] if line.startswith("+"))
