"""``platform-gate collect``: query the sources, and write the snapshot that `check` judges by."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click

from platform_gate.cli import completion
from platform_gate.cli.options import display, display_options
from platform_gate.cli.streams import write_error, write_file, write_stdout
from platform_gate.cli.workspace import current_tree
from platform_gate.collectors import collecting, configuration, registry, source
from platform_gate.collectors.collecting import Result
from platform_gate.collectors.configuration import Sources
from platform_gate.collectors.source import World
from platform_gate.judging.verdict import ExitCode
from platform_gate.measurements.writing import snapshot, timestamp
from platform_gate.model import GateError
from platform_gate.repository import rule_files
from platform_gate.text import log_line, plural, printable

DEFAULT_FILE: Final = "platform-gate.sources.yaml"
PULL_REQUEST_EVENTS: Final = {
    "GITHUB_EVENT_NAME": "pull_request",
    "CI_PIPELINE_SOURCE": "merge_request_event",
    "BUILD_REASON": "PullRequest",
}
"""Variables of GitHub, GitLab and Azure, and how their values begin where a pull request started the job."""
HEADINGS: Final = ("source", "services", "values", "missing", "oldest value", "seconds")


class Moment(click.ParamType):  # type: ignore[type-arg]  # as Day
    """A moment as ``YYYY-MM-DDTHH:MM:SSZ``."""

    name = "YYYY-MM-DDTHH:MM:SSZ"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The moment, or a usage error."""
        if isinstance(value, datetime):
            return value
        try:
            return datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError:
            self.fail(f"{value!r} is not a time like 2026-01-31T14:00:00Z", param, ctx)


@click.command()
@click.option(
    "--sources",
    "file",
    metavar="FILE",
    default=DEFAULT_FILE,
    show_default=True,
    shell_complete=completion.files,
    help="The Sources file.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    shell_complete=completion.files,
    help="File for the snapshot. [default: standard output]",
)
@click.option("--only", metavar="SOURCE", multiple=True, help="Query only this source; repeatable.")
@click.option("--at", type=Moment(), help="Collect the values as of this moment. [default: now]")
@click.option("--dry-run", is_flag=True, help="Query the sources, and write nothing.")
@click.option("--print-queries", is_flag=True, help="Print the queries, without secrets, and send none.")
@click.option("--fail-on-missing", is_flag=True, help="Exit 1 if a service lacks a value.")
@click.option(
    "--allow-in-pull-requests",
    is_flag=True,
    help="Run even in a pull request's job, whose author could send your secrets anywhere.",
)
@display_options
def collect(  # noqa: PLR0913 - click's form: an option each
    *,
    file: str,
    output: str | None,
    only: tuple[str, ...],
    at: datetime | None,
    dry_run: bool,
    print_queries: bool,
    fail_on_missing: bool,
    allow_in_pull_requests: bool,
) -> int:
    """Query monitoring, bills and incident trackers, and write a snapshot of their values.

    Run it in a scheduled job on the default branch. A source that fails is recorded as failed; the others are kept.

    Exit codes: 0 written, 1 a value is missing (with --fail-on-missing), 2 usage, configuration, or a source failed.
    """
    if not allow_in_pull_requests:
        _refuse_pull_requests(os.environ)
    sources = configuration.choose(_load(file), only)
    world = _world(file, sources, at)
    if print_queries:
        write_stdout(_queries(sources, world))
        return ExitCode.PASSED
    results = list(_ask_all(sources, world))
    collecting.refuse_conflicts(results)
    if not dry_run:
        _write(world.at, results, output)
    return _close(results, fail_on_missing=fail_on_missing)


def _refuse_pull_requests(environment: Mapping[str, str]) -> None:
    for name, start in PULL_REQUEST_EVENTS.items():
        if environment.get(name, "").startswith(start):
            message = f"a pull request started this job ({name}), and could change where secrets are sent"
            fix = "Collect in a scheduled job on the default branch, or give --allow-in-pull-requests."
            raise GateError(message, fix)


def _load(file: str) -> Sources:
    return configuration.load(*rule_files.read_named(current_tree(), "sources file", file))


def _world(file: str, sources: Sources, at: datetime | None) -> World:
    wanted = {name for chosen in sources.sources for name in source.secret_names(chosen.settings)}
    secrets = {name: os.environ[name] for name in wanted if name in os.environ}
    now = at or datetime.now(UTC)
    return World(now, _now, time.monotonic, time.sleep, Path(file).absolute().parent, secrets)


def _now() -> datetime:
    return datetime.now(UTC)


def _queries(sources: Sources, world: World) -> Iterator[str]:
    for chosen in sources.sources:
        yield f"# {chosen.name} ({chosen.type})\n"
        for query in registry.collector(chosen.type).queries(chosen, world):
            yield "".join(log_line(printable(line)) + "\n" for line in query.splitlines())


def _ask_all(sources: Sources, world: World) -> Iterator[Result]:
    """Every source in turn, with a line on a terminal while it is asked."""
    for chosen in sources.sources:
        _progress(f"asking {chosen.name} ({chosen.type})")
        result = collecting.ask(chosen, sources.names, world)
        _progress("")
        for line in _said(result):
            write_error(line)
        yield result


def _progress(text: str) -> None:
    stream = sys.stderr
    if stream is None or not stream.isatty() or os.environ.get("CI") or display().verbosity < 0:
        return
    stream.write("\r\x1b[K" + printable(text))
    stream.flush()


def _said(result: Result) -> Iterator[str]:
    """What people must know of a source: that it failed, and what was left out."""
    if result.state.error:
        yield f"error: {result.source.name}: {result.state.error}" + (f"\n  fix: {result.fix}" if result.fix else "")
    if display().verbosity >= 0:
        yield from (f"note: {result.source.name}: {remark}" for remark in result.remarks)


def _write(at: datetime, results: Sequence[Result], output: str | None) -> None:
    states = {result.source.name: result.state for result in results}
    values = [value for result in results for value in result.values]
    lines = list(snapshot(at, states, values))
    if output is None:
        write_stdout(lines)
    else:
        write_file(output, lines)


def _close(results: Sequence[Result], *, fail_on_missing: bool) -> ExitCode:
    if display().verbosity >= 0:
        write_error("\n".join(table(results)))
    if any(result.state.error for result in results):
        return ExitCode.NOT_JUDGED
    missing = sum(result.missing for result in results)
    if missing and fail_on_missing:
        write_error(f"error: {plural(missing, 'value')} missing")
        return ExitCode.FAILED
    return ExitCode.PASSED


def table(results: Sequence[Result]) -> list[str]:
    """What every source gave, in columns."""
    rows = [HEADINGS, *map(_row, results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _row(result: Result) -> tuple[str, ...]:
    oldest = timestamp(result.oldest) if result.oldest else "-"
    if result.state.error:
        return result.source.name, "failed", "-", "-", "-", f"{result.seconds:.1f}"
    usable = len(result.values) - result.missing
    return (
        result.source.name,
        str(result.services),
        str(usable),
        str(result.missing),
        oldest,
        f"{result.seconds:.1f}",
    )
