"""From a command line to an outcome: what every command that judges shares."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from platform_gate import config, gate, policy, trees, verdict, waivers
from platform_gate.cli.options import Day, today
from platform_gate.config import Config
from platform_gate.documents import MAX_BYTES
from platform_gate.gate import Run
from platform_gate.model import GateError
from platform_gate.outcome import Display, Outcome
from platform_gate.policy import Policy
from platform_gate.shipped import DEFAULT_POLICY
from platform_gate.text import quote
from platform_gate.trees import WorkTree
from platform_gate.waivers import Waiver

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks of a run."""

    paths: tuple[str, ...]
    policy: str | None
    as_of: date
    waivers: tuple[str, ...] = ()
    no_waivers: bool = False
    fail_on: tuple[str, ...] = ()
    team: str | None = None
    tier: int | None = None
    exit_zero: bool = False
    schema_only: bool = False


def judging_options(function: Command) -> Command:
    """The operands, and the options that decide how services are judged."""
    decorators = (
        click.argument("paths", nargs=-1, metavar="[PATH]..."),
        policy_option,
        click.option("--waivers", metavar="FILE", multiple=True, help="Waivers; repeatable. [default: as configured]"),
        click.option("--no-waivers", is_flag=True, help="Judge as if there were no waivers."),
        click.option("--as-of", type=Day(), default=today, show_default="today in UTC", help="Judge as of this day."),
    )
    for decorate in reversed(decorators):
        function = decorate(function)
    return function


def policy_option(function: Command) -> Command:
    """``--policy``."""
    words = "The policy. [default: as configured, else the shipped default]"
    return click.option("--policy", metavar="FILE|NAME|package:NAME/FILE", help=words)(function)


def judge(request: Request, shown: Display) -> Outcome:
    """Everything between the command line and the reports."""
    tree, settings = repository()
    chosen = choose_policy(request.policy, settings, tree)
    chosen = chosen.with_fail_on(request.fail_on) if request.fail_on else chosen
    files = tree.find(request.paths, settings)
    excuses = load_waivers(request, settings, tree, chosen)
    result = gate.run(tree, files, chosen, request.as_of, waivers=excuses, schema_only=request.schema_only)
    result = only(result, request.team, request.tier)
    decided = verdict.decide(result, chosen.base().gate.fail_on)
    code = verdict.exit_code(decided, exit_zero=request.exit_zero)
    command = reproduce(request)
    return Outcome(result, chosen, request.as_of, decided, code, command, request.schema_only, shown)


def work_tree() -> WorkTree:
    """The repository around the working directory."""
    cwd = Path.cwd()
    return WorkTree(trees.find_root(cwd), cwd, lambda: sys.stdin.buffer.read(MAX_BYTES + 1))


def repository() -> tuple[WorkTree, Config]:
    """The repository around the working directory, and its configuration."""
    tree = work_tree()
    return tree, config.load(trees.read_optional(tree))


def choose_policy(wanted: str | None, settings: Config, tree: WorkTree) -> Policy:
    """The policy of the command line, else the configured one, else the shipped default."""
    reference = wanted or settings.policy or DEFAULT_POLICY
    if wanted is None and policy.kind(reference) is policy.Source.FILE:
        reference = str(tree.root / reference)
    return policy.load(reference, trees.read_for(tree, "policy"))


def load_waivers(request: Request, settings: Config, tree: WorkTree, chosen: Policy) -> tuple[Waiver, ...]:
    """The waivers of the command line, else the configured ones."""
    if request.no_waivers:
        return ()
    read, rules = trees.read_for(tree, "waivers file"), chosen.known_rules()
    files = request.waivers or trees.expand(tree, settings.waivers)
    loaded = {file: waivers.load(*read(file), chosen.base(), rules, request.as_of) for file in files}
    return tuple(replace(waiver, file=file) for file, several in loaded.items() for waiver in several)


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
    words += [word for file in request.waivers for word in ("--waivers", file)]
    flags = ["--schema-only"] * request.schema_only + ["--no-waivers"] * request.no_waivers
    dashes = ["--"] if any(path.startswith("-") and path != trees.STDIN for path in request.paths) else []
    return shlex.join(["platform-gate", "check", *words, *flags, *dashes, *request.paths])
