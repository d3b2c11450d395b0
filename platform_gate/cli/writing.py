"""Write an outcome: one format to standard output, and any number of formats to files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from platform_gate.cli import completion
from platform_gate.cli.options import Command, links, on_github
from platform_gate.cli.streams import write_file, write_stdout
from platform_gate.cli.workspace import current_tree
from platform_gate.model import GateError
from platform_gate.reports.formats import REPORTERS, WITH_ROWS, reporter
from platform_gate.reports.outcome import Outcome

if TYPE_CHECKING:
    from platform_gate.reports.history import History


class OutputType(click.ParamType):  # type: ignore[type-arg]  # as DayType
    """A format and a file as ``FORMAT=FILE``."""

    name = "FORMAT=FILE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Parse the pair; a usage error if the format is unknown or the file is missing."""
        if isinstance(value, tuple):
            return value
        form, _, path = value.partition("=")
        if form not in REPORTERS or not path:
            self.fail(f"{value!r} is not FORMAT=FILE with one of the formats {', '.join(REPORTERS)}", param, ctx)
        if path == "-":
            self.fail(f"standard output takes one report: write -f {form} instead of -o {form}=-", param, ctx)
        return form, path


class Writing(NamedTuple):
    """Which formats to write, and where.

    Attributes:
        form: the format on standard output; None means text, and annotations as well in a GitHub runner's log.
        outputs: pairs of format and file.
        max_bytes: size limit of Markdown.
        history: globs of earlier JSON reports, which the page draws.
        statistics: count findings by rule, team and tier in text, Markdown and JSON.
    """

    form: str | None
    outputs: tuple[tuple[str, str], ...]
    max_bytes: int | None
    history: tuple[str, ...]
    statistics: bool = False

    @property
    def with_rows(self) -> bool:
        """Whether a format needs every service's row of the report."""
        return not WITH_ROWS.isdisjoint(self.forms)

    @property
    def forms(self) -> list[str]:
        """All formats to write, the one on standard output first."""
        return [self.form or "text", *(form for form, _ in self.outputs)]


OPTIONS: Final = (
    click.option(
        "-f",
        "--format",
        "form",
        type=click.Choice(list(REPORTERS)),
        help="Format of standard output. [default: text]",
    ),
    click.option(
        "-o", "--output", "outputs", type=OutputType(), multiple=True, help="Also write a report to a file; repeatable."
    ),
    click.option(
        "--max-bytes", type=click.IntRange(min=4096), help="Limit the size of Markdown. [default: just below 1 MiB]"
    ),
    click.option(
        "--history",
        metavar="GLOB",
        multiple=True,
        shell_complete=completion.files,
        help="Earlier JSON reports, which the page draws over time; repeatable.",
    ),
    click.option("--statistics", is_flag=True, help="Count findings by rule, team and tier (text, Markdown, JSON)."),
)


def writing_options(function: Command) -> Command:
    """Add ``-f``, ``-o``, ``--max-bytes``, ``--history`` and ``--statistics``; the command gets them as ``writing``."""

    @wraps(function)
    def wrapper(**arguments: Any) -> Any:
        writing = Writing(**{name: arguments.pop(name) for name in Writing._fields})
        if writing.history and "html" not in writing.forms:
            raise click.UsageError("--history needs -f html or -o html=FILE")
        return function(writing=writing, **arguments)

    decorated: Any = wrapper
    for option in reversed(OPTIONS):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]


def write(outcome: Outcome, writing: Writing) -> None:
    """Write every requested report. If a file can't be written, the other reports still are.

    Raises:
        GateError: a report could not be written.
    """
    sized = outcome.display._replace(max_bytes=writing.max_bytes)
    own = None if outcome.repositories else links()  # of other repositories no commit is known
    history = _earlier(writing.history)
    tracked = _tracked(outcome, writing)
    shown = replace(outcome, links=own, display=sized, history=history, statistics=writing.statistics, tracked=tracked)
    attempts = (_attempt(write_file, path, reporter(form).render(shown)) for form, path in writing.outputs)
    lost = [error for error in attempts if error]
    in_log = writing.form is None and on_github()
    write_stdout(_log(shown) if in_log else reporter(writing.form or "text").render(shown))
    if lost:
        raise lost[0]


def _tracked(outcome: Outcome, writing: Writing) -> Collection[str]:
    """The snapshots that git tracks; asked only for the format that refers to them."""
    by = outcome.run.measured_by
    if by is None or "sarif" not in writing.forms:
        return ()
    from platform_gate.changes.revisions import repository_of  # noqa: PLC0415 - git is for few runs

    with suppress(GateError):
        staged = repository_of(current_tree()).staged()
        return [file.path for file in by.files if file.path in staged.files]
    return ()


def _earlier(patterns: Sequence[str]) -> History | None:
    if not patterns:
        return None
    from platform_gate.cli import past_reports  # noqa: PLC0415 - only the page draws what was before

    return past_reports.read(patterns)


def _log(outcome: Outcome) -> Iterator[str]:
    """A GitHub runner's log: the text report in a group, and annotations after it."""
    pieces = reporter("text").render(outcome)
    first = next(pieces, None)
    if first is None:  # with -q nothing is said of a run that passes
        return
    yield f"::group::platform-gate\n{first}"
    yield from pieces
    yield "::endgroup::\n"
    yield from reporter("github").render(outcome)


def _attempt(write: Callable[..., None], *arguments: Any) -> GateError | None:
    """Write a report and return the error, if there was one."""
    try:
        write(*arguments)
    except GateError as error:
        return error
    return None
