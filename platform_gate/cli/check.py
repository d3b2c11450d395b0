"""``platform-gate check``: the gate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import click

from platform_gate.cli import earlier
from platform_gate.cli.judging import judge
from platform_gate.cli.options import display, display_options, links, on_github
from platform_gate.cli.output import write_file, write_stdout
from platform_gate.cli.request import Request, judging_options
from platform_gate.compare import Scope
from platform_gate.model import GateError
from platform_gate.outcome import Outcome
from platform_gate.reporters import REPORTERS, reporter


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
@judging_options
@click.option(
    "-f",
    "--format",
    "form",
    type=FORMAT,
    help="The format on standard output. [default: text]",
)
@click.option(
    "-o", "--output", "outputs", type=Output(), multiple=True, help="Write a report to a file too; repeatable."
)
@click.option(
    "--fail-on", type=Words(), default=(), help="Healths and rules that fail the gate, instead of the policy's."
)
@click.option("--team", metavar="NAME", help="Report and decide on this team's services only.")
@click.option("--tier", type=click.IntRange(1, 3), help="Report and decide on this tier's services only.")
@click.option("--exit-zero", is_flag=True, help="Exit 0 where the gate says no; 2 stays 2.")
@click.option("--base", metavar="REF", help="Judge what has changed since a commit, by its rules.")
@click.option(
    "--scope",
    type=click.Choice([str(scope) for scope in Scope]),
    help="With --base: which services decide. [default: all]",
)
@click.option("--only-regressions", is_flag=True, help="The same as --scope regressed.")
@click.option("--schema-only", is_flag=True, help="Only say whether every file is a valid manifest.")
@click.option(
    "--max-bytes", type=click.IntRange(min=4096), help="Markdown of this size at most. [default: just below 1 MiB]"
)
@click.option(
    "--history", metavar="GLOB", multiple=True, help="Earlier JSON reports, drawn over time on the page; repeatable."
)
@display_options
def check(
    form: str | None,
    outputs: Sequence[tuple[str, str]],
    max_bytes: int | None,
    history: Sequence[str],
    *,
    only_regressions: bool,
    **wishes: Any,
) -> int:
    """Judge manifests: files, folders, or - for standard input; without PATH what is configured, else services/.

    \b
    Exit codes: 0 passed, 1 failed, 2 something could not be judged,
                3 a bug in platform-gate, 130 interrupted.
    """  # noqa: D301 - click's mark for lines that stay as they are
    if only_regressions:
        wishes["scope"] = str(Scope.REGRESSED)
    if wishes["schema_only"] and (wishes["base"] or wishes["team"] or wishes["tier"]):
        raise click.UsageError("--schema-only looks at files as they are: leave out --base, --team and --tier")
    if wishes["scope"] and wishes["base"] is None:
        raise click.UsageError("--scope says what --base compares: name a base")
    if history and "html" not in (form, *(kind for kind, _ in outputs)):
        raise click.UsageError("--history is drawn on the page: ask for -f html or -o html=FILE as well")
    judged = judge(Request(**wishes), replace(display(), max_bytes=max_bytes))
    outcome = replace(judged, links=links(), history=earlier.read(history))
    lost = list(filter(None, [_attempt(write_file, path, reporter(kind).render(outcome)) for kind, path in outputs]))
    write_stdout(_log(outcome) if form is None and on_github() else reporter(form or "text").render(outcome))
    if lost:
        raise lost[0]
    return outcome.exit_code


def _log(outcome: Outcome) -> Iterator[str]:
    """What belongs into a GitHub runner's log: the text in a group, and the annotations after it."""
    yield "::group::platform-gate\n"
    yield from reporter("text").render(outcome)
    yield "::endgroup::\n"
    yield from reporter("github").render(outcome)


def _attempt(write: Callable[..., None], *arguments: Any) -> GateError | None:
    """What kept a report from being written; the others are still wanted."""
    try:
        write(*arguments)
    except GateError as error:
        return error
    return None
