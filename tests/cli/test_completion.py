"""What a shell completes, asked as a shell asks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from platform_gate.documents import shipped
from tests.samples import manifest, own_policy, write

PROGRAM = Path(sys.executable).with_name("platform-gate")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return write(tmp_path, {"services/web.yaml": manifest("web", "shop"), "services/api.yaml": manifest("api", "core")})


def completed(folder: Path, line: str) -> list[str]:
    """The type and value of what bash is offered for the last word of a line."""
    environment = {
        "PATH": os.environ["PATH"],
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(line.split(" ")) - 1),
        "_PLATFORM_GATE_COMPLETE": "bash_complete",
    }
    done = subprocess.run([PROGRAM], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return list(filter(None, done.stdout.splitlines()))


def plain(*words: str) -> list[str]:
    return [f"plain,{word}" for word in words]


@pytest.mark.parametrize(
    "line",
    [
        "platform-gate check ser",
        "platform-gate check --waivers w",
        "platform-gate check --policy ./",
        "platform-gate explain web ser",
        "platform-gate merge r",
        "platform-gate policy test t",
        "platform-gate import backstage ./",
        "platform-gate collect --sources p",
        "platform-gate check --measurements m",
        "platform-gate waivers generate -o w",
    ],
)
def test_paths_are_left_to_the_shell(repository: Path, line: str) -> None:
    assert completed(repository, line) == [f"file,{line.rpartition(' ')[2]}"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("platform-gate check --team ", ["core", "shop"]),
        ("platform-gate check --team s", ["shop"]),
        ("platform-gate waivers list --team c", ["core"]),
        ("platform-gate waivers generate --service w", ["web"]),
        ("platform-gate waivers generate --only slo/br", ["slo/breached"]),
        ("platform-gate explain w", ["web", "waiver/expired", "waiver/expiring", "waiver/unused"]),
        ("platform-gate explain slo/l", ["slo/low-budget"]),
        ("platform-gate policy show --for a", ["api"]),
        ("platform-gate check --policy ", sorted(shipped.policy_names())),
        ("platform-gate policy impact --against s", ["strict"]),
        ("platform-gate check --fail-on cr", ["critical"]),
        ("platform-gate check --fail-on critical,slo/br", ["critical,slo/breached"]),
        ("platform-gate schema wa", ["waivers"]),
        ("platform-gate import backs", ["backstage"]),
        ("platform-gate measurements show a", ["api"]),
    ],
)
def test_names_are_completed(repository: Path, line: str, words: list[str]) -> None:
    assert completed(repository, line) == plain(*words)


def test_rules_are_those_of_the_configured_policy(repository: Path) -> None:
    rule = "{id: org/mine, title: Mine, require: false}"
    files = {"p.yaml": own_policy(f"  rules: [{rule}]\n"), ".platform-gate.yaml": "policy: p.yaml\n"}
    write(repository, files)
    assert completed(repository, "platform-gate explain org") == plain("org/mine")


@pytest.mark.parametrize("file", [".platform-gate.yaml", "pyproject.toml"])
def test_a_broken_repository_disturbs_no_prompt(repository: Path, file: str) -> None:
    write(repository, {file: "a: [\n", "services/web.yaml": "a: [\n"})
    assert completed(repository, "platform-gate check --team ") == []
    assert completed(repository, "platform-gate explain slo") == []
