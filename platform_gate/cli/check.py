"""``platform-gate check``: judge manifests."""

from __future__ import annotations

from typing import Any, Final

import click

from platform_gate.checking import Keep
from platform_gate.cli import completion, progress
from platform_gate.cli.default_base import BaseCommand, base_option
from platform_gate.cli.options import Command, display, display_options, gate_options, judging_options
from platform_gate.cli.processes import processes
from platform_gate.cli.workspace import check_here
from platform_gate.cli.writing import Writing, write, writing_options
from platform_gate.judging.request import Request
from platform_gate.judging.shards import Shard
from platform_gate.model import Scope
from platform_gate.text import printable, quote, typed

LONGEST_NAME: Final = 200
"""Characters of a repository's name."""


class WordsType(click.ParamType):  # type: ignore[type-arg]  # as DayType
    """A list of words, separated by commas."""

    name = "A,B"

    def convert(self, value: Any, _param: click.Parameter | None, _ctx: click.Context | None) -> tuple[str, ...]:
        """The words without blanks around them."""
        return value if isinstance(value, tuple) else tuple(word.strip() for word in value.split(","))


class ShardType(click.ParamType):  # type: ignore[type-arg]  # as DayType
    """A shard as ``I/N``."""

    name = "I/N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Shard:
        """Parse the shard; a usage error if it is malformed."""
        shard = value if isinstance(value, Shard) else Shard.parse(value)
        if shard is None:
            self.fail(f"{value!r} is not I/N with I from 1 to N", param, ctx)
        return shard


class NameType(click.ParamType):  # type: ignore[type-arg]  # as DayType
    """The name of a repository: visible characters on one line."""

    name = "NAME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the name; a usage error if it is empty, too long or holds invisible characters."""
        word = typed(value)
        if not word.strip() or printable(word) != word or len(word) > LONGEST_NAME:
            self.fail(f"{quote(word)} is not a name: write 1 to {LONGEST_NAME} visible characters", param, ctx)
        return word


OPTIONS: Final = (
    click.option(
        "--fail-on",
        type=WordsType(),
        default=(),
        shell_complete=completion.healths_and_rules,
        help="Fail on these healths and rules instead of the policy's.",
    ),
    click.option("--team", metavar="NAME", shell_complete=completion.teams, help="Check only this team's services."),
    click.option("--tier", type=click.IntRange(1, 3), help="Check only services of this tier."),
    gate_options,
    click.option("--exit-zero", is_flag=True, help="Exit 0 even if the gate fails; errors still exit 2."),
    base_option("Compare with this commit and check by its policy. [without REF: the target branch]"),
    click.option(
        "--scope",
        type=click.Choice([str(scope) for scope in Scope]),
        help="With --base: the services that decide. [default: all]",
    ),
    click.option("--only-regressions", is_flag=True, help="Short for --scope regressed."),
    click.option(
        "--jobs", type=click.IntRange(min=1), metavar="N", help="Number of worker processes. [default: automatic]"
    ),
    click.option("--tracked", is_flag=True, help="Only what git tracks counts, as in a commit."),
    click.option("--schema-only", is_flag=True, help="Only validate the manifests."),
    click.option("--shard", type=ShardType(), help="Check only this part of the files; `merge` combines the parts."),
    click.option("--repository", type=NameType(), help="Name this repository, for `merge` of several."),
)


def _options(function: Command) -> Command:
    """Options of this command alone, in the order of ``--help``."""
    for option in reversed(OPTIONS):
        function = option(function)
    return function


@click.command(cls=BaseCommand)
@judging_options
@writing_options
@_options
@display_options
def check(jobs: int | None, writing: Writing, *, only_regressions: bool, **options: Any) -> int:
    """Check services and decide whether they pass. PATH is a file, a folder, or - for standard input.

    Without PATH, checks the configured manifests, or those in services/.

    \b
    Exit codes: 0 passed, 1 failed, 2 something could not be judged,
                3 a bug in platform-gate, 130 interrupted.
    """  # noqa: D301 - click's mark for lines that stay as they are
    if only_regressions:
        options["scope"] = str(Scope.REGRESSED)
    request = Request(**options)
    _refuse_contradictions(request)
    keep = Keep.ROWS if writing.with_rows else Keep.FINDINGS
    executor = progress.shown(processes(jobs), quiet=display().verbosity < 0)
    outcome = check_here(request, keep, executor)
    write(outcome, writing)
    return outcome.exit_code


def _refuse_contradictions(request: Request) -> None:
    if request.schema_only and (request.base or request.team or request.tier or request.shard):
        others = "--base, --team, --tier and --shard"
        raise click.UsageError(f"--schema-only can't be combined with {others}")
    if request.scope and request.base is None:
        raise click.UsageError("--scope needs --base")
    if request.shard and request.base:
        raise click.UsageError("--shard can't be combined with --base: a change is checked in one piece")
