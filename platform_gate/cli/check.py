"""``platform-gate check``: the gate."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import click

from platform_gate import config, gate, policy, trees, verdict
from platform_gate.cli.options import Day, display, display_options, today
from platform_gate.cli.output import write_file, write_stdout
from platform_gate.config import Config
from platform_gate.documents import MAX_BYTES
from platform_gate.gate import Run
from platform_gate.model import GateError
from platform_gate.outcome import Display, Outcome
from platform_gate.policy import Policy
from platform_gate.reporters import REPORTERS, reporter
from platform_gate.shipped import DEFAULT_POLICY
from platform_gate.text import quote
from platform_gate.trees import WorkTree


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks of a run."""

    paths: tuple[str, ...]
    policy: str | None
    fail_on: tuple[str, ...]
    team: str | None
    tier: int | None
    as_of: date
    exit_zero: bool
    schema_only: bool


class Output(click.ParamType):  # type: ignore[type-arg]  # as Day
    """``FORMAT=FILE``."""

    name = "FORMAT=FILE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """The format and the file, or a usage error."""
        if isinstance(value, tuple):
            return value
        form, _, path = value.partition("=")
        if form not in REPORTERS or not path:
            self.fail(f"{value!r} is not FORMAT=FILE with one of the formats {', '.join(REPORTERS)}", param, ctx)
        return form, path


class Words(click.ParamType):  # type: ignore[type-arg]  # as Day
    """Words with commas between them."""

    name = "A,B"

    def convert(self, value: Any, _param: click.Parameter | None, _ctx: click.Context | None) -> tuple[str, ...]:
        """The words, less blanks around them."""
        return value if isinstance(value, tuple) else tuple(word.strip() for word in value.split(","))


FORMAT = click.Choice(list(REPORTERS))


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--policy", metavar="FILE|NAME", help="The policy. [default: as configured, else the shipped default]")
@click.option(
    "-f", "--format", "form", type=FORMAT, default="text", help="The format on standard output. [default: text]"
)
@click.option(
    "-o", "--output", "outputs", type=Output(), multiple=True, help="Write a report to a file too; repeatable."
)
@click.option(
    "--fail-on", type=Words(), default=(), help="Healths and rules that fail the gate, instead of the policy's."
)
@click.option("--team", metavar="NAME", help="Report and decide on this team's services only.")
@click.option("--tier", type=click.IntRange(1, 3), help="Report and decide on this tier's services only.")
@click.option("--as-of", type=Day(), default=today, show_default="today in UTC", help="Judge as if it were this day.")
@click.option("--exit-zero", is_flag=True, help="Exit 0 where the gate says no; 2 stays 2.")
@click.option("--schema-only", is_flag=True, help="Only say whether every file is a valid manifest.")
@display_options
def check(form: str, outputs: Sequence[tuple[str, str]], **wishes: Any) -> int:
    """Judge manifests: files, folders, or - for standard input; without PATH what is configured, else services/.

    \b
    Exit codes: 0 passed, 1 failed, 2 something could not be judged,
                3 a bug in platform-gate, 130 interrupted.
    """  # noqa: D301 - click's mark for lines that stay as they are
    outcome = judge(Request(**wishes), display())
    lost = list(filter(None, [_attempt(write_file, path, reporter(kind).render(outcome)) for kind, path in outputs]))
    write_stdout(reporter(form).render(outcome))
    if lost:
        raise lost[0]
    return outcome.exit_code


def _attempt(write: Callable[..., None], *arguments: Any) -> GateError | None:
    """What kept a report from being written; the others are still wanted."""
    try:
        write(*arguments)
    except GateError as error:
        return error
    return None


def judge(request: Request, shown: Display) -> Outcome:
    """Everything between the command line and the reports."""
    tree = work_tree()
    settings = config.load(trees.read_optional(tree))
    chosen = choose_policy(request, settings, tree)
    files = tree.find(request.paths, settings)
    result = gate.run(tree, files, chosen, request.as_of, schema_only=request.schema_only)
    result = only(result, request.team, request.tier)
    decided = verdict.decide(result, chosen.base().gate.fail_on)
    code = verdict.exit_code(decided, exit_zero=request.exit_zero)
    command = reproduce(request)
    return Outcome(result, chosen, request.as_of, decided, code, command, request.schema_only, shown)


def work_tree() -> WorkTree:
    """The repository around the working directory."""
    cwd = Path.cwd()
    return WorkTree(trees.find_root(cwd), cwd, lambda: sys.stdin.buffer.read(MAX_BYTES + 1))


def choose_policy(request: Request, settings: Config, tree: WorkTree) -> Policy:
    """The policy of the command line, else the configured one, else the shipped default."""
    reference = request.policy or DEFAULT_POLICY
    if request.policy is None and settings.policy is not None:
        reference = settings.policy if policy.is_name(settings.policy) else str(tree.root / settings.policy)
    chosen = policy.load(reference, trees.read_for(tree, "policy"))
    return chosen.with_fail_on(request.fail_on) if request.fail_on else chosen


def only(run: Run, team: str | None, tier: int | None) -> Run:
    """The run narrowed to a team's or a tier's services; files that can't be judged may be anybody's and stay.

    Raises:
        GateError: nothing is left, and so nothing was judged.
    """
    if team is None and tier is None:
        return run
    subjects = [(judged, judged.judgement.subject) for judged in run.services]
    kept = [judged for judged, who in subjects if team in (None, who.team) and tier in (None, who.tier)]
    if not kept and not run.findings:
        wish = " and ".join([f"of team {quote(team)}"] * (team is not None) + [f"of tier {tier}"] * (tier is not None))
        raise GateError(f"there is no service {wish}", "Check the spelling; nothing was judged.")
    return replace(run, services=tuple(kept))


def reproduce(request: Request) -> str:
    """The command that gives the same answer on the reader's machine."""
    options = {
        "--policy": request.policy,
        "--fail-on": ",".join(request.fail_on) or None,
        "--team": request.team,
        "--tier": request.tier,
        "--as-of": request.as_of,
    }
    words = [word for option, value in options.items() if value is not None for word in (option, str(value))]
    flags = ["--schema-only"] if request.schema_only else []
    dashes = ["--"] if any(path.startswith("-") and path != trees.STDIN for path in request.paths) else []
    return shlex.join(["platform-gate", "check", *words, *flags, *dashes, *request.paths])
