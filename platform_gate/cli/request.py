"""What a command line asks for: the options that every command which judges shares."""

import shlex
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from platform_gate import trees
from platform_gate.cli.options import Day, today
from platform_gate.documents import MAX_BYTES
from platform_gate.gate import Run
from platform_gate.judged import Judged
from platform_gate.matching import Subject
from platform_gate.model import GateError
from platform_gate.shards import Shard
from platform_gate.text import quote, typed
from platform_gate.trees import WorkTree

Command = TypeVar("Command", bound=Callable[..., Any])


class Request(NamedTuple):
    """What the command line asks of a run."""

    paths: tuple[str, ...]
    policy: str | None
    as_of: date
    waivers: tuple[str, ...] = ()
    no_waivers: bool = False
    base: str | None = None
    scope: str | None = None
    fail_on: tuple[str, ...] = ()
    team: str | None = None
    tier: int | None = None
    exit_zero: bool = False
    schema_only: bool = False
    shard: Shard | None = None
    repository: str | None = None


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


def work_tree() -> WorkTree:
    """The repository around the working directory."""
    try:
        cwd = Path.cwd()
    except OSError:
        raise GateError("the working directory is gone", "Change into a folder that exists.") from None
    return WorkTree(trees.find_root(cwd), cwd, lambda: sys.stdin.buffer.read(MAX_BYTES + 1))


def narrowed(run: Run, request: Request, rulings: Mapping[str, Subject]) -> Run:
    """The run narrowed to a team's or a tier's services; files that can't be judged may be anybody's and stay.

    ``rulings`` says by what metadata a service is matched, where that isn't its own.

    Raises:
        GateError: nothing is left, and so nothing was judged.
    """
    team, tier = request.team, request.tier
    if team is None and tier is None:
        return run
    kept = [judged for judged in run.services if is_wanted(request, rulings.get(judged.name, judged))]
    if not kept and not run.unjudged and request.shard is None:
        wish = " and ".join(
            [f"of team {quote(typed(team or ''))}"] * (team is not None) + [f"of tier {tier}"] * (tier is not None)
        )
        known = " With --base, services are of the team and tier that they have there." if request.base else ""
        raise GateError(f"there is no service {wish}", f"Check the spelling; nothing was judged.{known}")
    return run._replace(services=tuple(kept))


def is_wanted(request: Request, who: Subject | Judged) -> bool:
    """Whether a service is of the team and the tier that were asked for."""
    team = typed(request.team) if request.team is not None else None
    return team in (None, who.team) and request.tier in (None, who.tier)


def reproduce(request: Request) -> str:
    """The command that gives the same answer on the reader's machine."""
    options = {
        "--policy": request.policy,
        "--base": request.base,
        "--scope": request.scope if request.base else None,
        "--fail-on": ",".join(request.fail_on) or None,
        "--team": request.team,
        "--tier": request.tier,
        "--as-of": request.as_of,
        "--shard": request.shard,
    }
    words = [word for option, value in options.items() if value is not None for word in (option, str(value))]
    words += [word for file in request.waivers for word in ("--waivers", file)]
    flags = ["--schema-only"] * request.schema_only + ["--no-waivers"] * request.no_waivers
    dashes = ["--"] if any(path.startswith("-") and path != trees.STDIN for path in request.paths) else []
    return shlex.join(map(typed, ["platform-gate", "check", *words, *flags, *dashes, *request.paths]))
