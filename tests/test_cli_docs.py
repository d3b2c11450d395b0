"""The docs against the program: the generated page, shell completion, and every snippet that can run here."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml

from platform_gate.cli.main import cli
from tests.conftest import ROOT

pytestmark = pytest.mark.xdist_group("cli-docs")

DOCS = ROOT / "docs"
CI = (DOCS / "ci.md").read_text(encoding="utf-8")
CLI = (DOCS / "cli.md").read_text(encoding="utf-8")
SCRIPTS = Path(sys.executable).parent
MANIFEST = (ROOT / "platform_gate/cli/templates/service.yaml").read_text(encoding="utf-8")


def snippets(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def run(folder: Path, *words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{SCRIPTS}:{os.environ['PATH']}", "HOME": str(folder), "LANG": "C.UTF-8", **variables}
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


def commands(command: click.Command, path: str = "platform-gate") -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below
            yield from commands(below, f"{path} {name}")


COMMANDS = dict(commands(cli))


# The page of commands.


def test_the_page_is_what_the_program_says(tmp_path: Path) -> None:
    done = run(tmp_path, sys.executable, DOCS / "generate_cli.py", "--check", PYTHONPATH=str(ROOT))
    assert done.returncode == 0, done.stderr


def test_every_command_and_no_other_is_on_the_page() -> None:
    assert set(re.findall(r"^## (platform-gate.*)$", CLI, re.MULTILINE)) == set(COMMANDS)


@pytest.mark.parametrize("path", COMMANDS)
def test_every_option_has_help(path: str) -> None:
    command = COMMANDS[path]
    assert command.help
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    assert [option.name for option in options if not option.help] == []


# Shell completion, as the page says.

ASK = {
    "bash": 'COMP_WORDS=(platform-gate {0} {1}); COMP_CWORD={2}; COMP_LINE="platform-gate {0} {1}"; '
    "COMP_POINT=${{#COMP_LINE}}; complete -p platform-gate > /dev/null && _platform_gate_completion platform-gate; "
    'printf "%s\\n" "${{COMPREPLY[@]}}"',
    "zsh": "print -l ${{_comps[platform-gate]}}; "
    'COMP_WORDS="platform-gate {0} {1}" COMP_CWORD={2} _PLATFORM_GATE_COMPLETE=zsh_complete platform-gate',
    "fish": 'complete -C "platform-gate {0} {1}"',
}
START = {"bash": ["--norc", "--noprofile"], "zsh": ["-f"], "fish": ["--no-config"]}
BEFORE = {"bash": "", "zsh": "autoload -Uz compinit; compinit -u -D\n", "fish": ""}


def completed(folder: Path, shell: str, typed: str, word: str) -> list[str]:
    (setup,) = snippets(CLI, shell)
    ask = ASK[shell].format(typed, word, 1 + len(typed.split()))
    done = run(folder, shell, *START[shell], "-c", f"{BEFORE[shell]}{setup}\n{ask}")
    assert done.returncode == 0, done.stderr
    return re.findall(r"[\w-]+", done.stdout)


@pytest.mark.parametrize("shell", ASK)
def test_a_shell_completes(shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    assert "explain" in completed(tmp_path, shell, "", "exp")
    assert "sarif" in completed(tmp_path, shell, "check --format", "s")


# The snippets of the page on CI.


class Checkout:
    """A clone whose origin has a healthy service on `main`, and `gate` where the recipe installs it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "clone"
        self.home = folder / "home"
        (self.home / "gate/bin").mkdir(parents=True)
        (self.home / "gate/bin/platform-gate").symlink_to(SCRIPTS / "platform-gate")
        self.root.mkdir()
        self.bash("git init --quiet --initial-branch main && mkdir services .platform")
        self.commit("example", MANIFEST)
        self.bash('git clone --quiet --bare . "$HOME/origin" && git remote add origin "$HOME/origin"')
        self.bash("git fetch --quiet origin")

    def commit(self, name: str, text: str) -> None:
        (self.root / f"services/{name}.yaml").write_text(
            text.replace("name: example", f"name: {name}"), encoding="utf-8"
        )
        self.bash("git add --all && git -c user.name=a -c user.email=a@b commit --quiet --message 'a commit'")

    def bash(self, script: str, expected: int = 0) -> None:
        done = run(self.root, "bash", "-e", "-c", script, HOME=str(self.home))
        assert done.returncode == expected, done.stdout + done.stderr


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


BREACHED = MANIFEST.replace("current: 99.95", "current: 90")


def test_the_recipe_for_any_shell(checkout: Checkout) -> None:
    recipe = "\n".join(line for line in snippets(CI, "sh")[0].splitlines() if " -m " not in line)
    checkout.bash(recipe)
    assert {"gate.xml", "gate.md"} <= {path.name for path in checkout.root.iterdir()}
    checkout.commit("worse", BREACHED)
    checkout.bash(recipe, 1)


@pytest.mark.parametrize("scaffolded", [False, True])
def test_the_recipes_for_a_red_fleet(checkout: Checkout, *, scaffolded: bool) -> None:
    checkout.commit("red", BREACHED)
    checkout.bash("git push --quiet origin main && git fetch --quiet origin")
    checkout.bash("platform-gate check", 1)
    _, scope, waivers = snippets(CI, "sh")
    checkout.bash(scope)
    if scaffolded:  # The page says to leave out the line that configures the waivers.
        checkout.bash("platform-gate init")
        waivers = "\n".join(line for line in waivers.splitlines() if not line.startswith("echo "))
    checkout.bash(waivers)


def test_the_workflow_finds_no_complaint(tmp_path: Path) -> None:
    action, *_ = snippets(CI, "yaml")
    place = tmp_path / ".github/workflows/gate.yml"
    place.parent.mkdir(parents=True)
    place.write_text(action.replace("COMMIT", "a" * 40), encoding="utf-8")
    schema = run(tmp_path, "check-jsonschema", "--builtin-schema", "vendor.github-workflows", place)
    assert schema.returncode == 0, schema.stdout
    zizmor = run(tmp_path, "zizmor", "--offline", "--pedantic", tmp_path)
    assert zizmor.returncode == 0, zizmor.stdout


def test_the_hook_configurations_are_ones(tmp_path: Path) -> None:
    hooks = [text for text in snippets(CI, "yaml") if text.startswith("repos:")]
    assert len(hooks) == 2
    for number, text in enumerate(hooks):
        file = tmp_path / f"{number}.yaml"
        file.write_text(text, encoding="utf-8")
        done = run(tmp_path, "pre-commit", "validate-config", file)
        assert done.returncode == 0, done.stdout


def test_every_input_and_output_of_the_action_is_explained() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert [name for name in (*action["inputs"], *action["outputs"]) if f"`{name}`" not in CI] == []


def test_every_link_leads_somewhere() -> None:
    assert [link for link in re.findall(r"\]\((\.\.?/[^)#]+)", CI) if not (DOCS / link).exists()] == []


def test_every_example_pipeline_is_on_the_page() -> None:
    assert [path.name for path in (ROOT / "examples/workflows").iterdir() if path.name not in CI] == []
