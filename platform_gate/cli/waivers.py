"""``platform-gate waivers``: audit waivers, generate them to adopt the gate on a red fleet, and prune them."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from typing import Any, Final

import click

from platform_gate.cli import completion, waiver_generation
from platform_gate.cli.options import CommitType, display_options, judging_options
from platform_gate.cli.streams import write_error, write_file, write_stdout
from platform_gate.cli.workspace import check_here, current_tree
from platform_gate.judging import ruleset, waiver_file
from platform_gate.judging.causes import Cause, cause_of, costs
from platform_gate.judging.notices import violations_of
from platform_gate.judging.request import Request
from platform_gate.judging.verdict import ExitCode
from platform_gate.judging.waivers import Waiver, excuses, unmet_services
from platform_gate.model import GateError
from platform_gate.reports.explanation import table
from platform_gate.reports.markdown_text import escape
from platform_gate.subsystems.catalogue import EXPIRED, UNUSED
from platform_gate.text import commas, log_json, log_line, plural, printable

SUMS: Final = "all"
"""The value of ``--cause`` without one."""
FORMATS: Final = click.Choice(["text", "json", "markdown"])


@click.group()
def waivers() -> None:
    """List, generate and prune waivers."""


@waivers.command("list")
@click.option("-f", "--format", "form", type=FORMATS, default="text", help="[default: text]")
@click.option(
    "--since",
    type=CommitType(),
    metavar="REF",
    help="List only waivers granted, extended, removed or ended since a commit.",
)
@click.option("--team", metavar="NAME", shell_complete=completion.teams, help="List only waivers of a team's services.")
@click.option(
    "--expiring", type=click.IntRange(min=0), metavar="DAYS", help="List only waivers that end within this many days."
)
@click.option(
    "--cause",
    type=click.Choice([*map(str, Cause), SUMS]),
    is_flag=False,
    flag_value=SUMS,
    metavar="[KIND]",
    help="Add up, by cause, what waivers on SLOs excuse. With a KIND, list the waivers of that cause: "
    "dependency, traffic, other, or none.",
)
@judging_options
@display_options
def list_command(
    form: str, since: str | None, team: str | None, expiring: int | None, cause: str | None, **options: Any
) -> int:
    """List waivers, those that end first on top."""
    request = Request(**options)
    if since is not None and cause == SUMS:
        raise click.UsageError("--since can't be combined with --cause without a KIND.")
    services = _services_of(request._replace(team=team)) if team is not None else None

    def wanted(waiver: Waiver) -> bool:
        left = waiver.days_left(request.as_of)
        soon = expiring is None or 0 <= left <= expiring
        of_kind = cause in {None, SUMS} or cause_of(waiver) == cause
        return soon and of_kind and (services is None or not services.isdisjoint(waiver.services))

    settings, source = ruleset.of_work_tree(current_tree())
    own = ruleset.load(request, settings, source)
    if cause == SUMS:
        rows = _sums(request, filter(wanted, own.waivers))
    else:
        rows = _rows(request, own, wanted) if since is None else _rows_since(since, request, own, wanted)
    empty = "No waivers." if since is None else f"No waiver has changed since {printable(since)}."
    write_stdout(line + "\n" for line in _listed(rows, form, empty))
    return ExitCode.PASSED


def _services_of(request: Request) -> set[str]:
    """The names of a team's services. Raises ``GateError`` if a file can't be read: it may hold one of them."""
    run = check_here(request).run
    if run.unjudged:
        finding = run.unjudged[0]
        raise GateError(f"{finding.location}: {finding.message}", "Fix it first: it may be a service of the team.")
    return {judged.name for judged in run.services}


def _sums(request: Request, chosen: Iterable[Waiver]) -> list[dict[str, Any]]:
    """What missed SLOs cost, a row for each cause. Budgets are left out, with a warning, if a file can't be judged."""
    run = check_here(request._replace(team=None, tier=None)).run
    if run.unjudged:
        write_error(f"warning: {run.unjudged[0].location} can't be judged, so SLOs and minutes are left out")
    judged = None if run.unjudged else run.services
    return [cost._asdict() | {"cause": str(cost.cause)} for cost in costs(chosen, judged, request.as_of)]


def _fleet(request: Request) -> Collection[str] | None:
    """The names of all services; None if that can't be told, which keeps no waiver from being listed."""
    with suppress(GateError):
        run = check_here(request).run
        return None if run.unjudged or not request.complete else {judged.name for judged in run.services}
    return None


def _rows(request: Request, own: ruleset.Rules, wanted: Callable[[Waiver], bool]) -> list[dict[str, Any]]:
    ordered = sorted(own.waivers, key=lambda waiver: (waiver.expires, waiver.services, waiver.at))
    fleet = _fleet(request)
    return [_row(waiver, request, fleet) for waiver in ordered if wanted(waiver)]


def _rows_since(
    ref: str, request: Request, own: ruleset.Rules, wanted: Callable[[Waiver], bool]
) -> list[dict[str, Any]]:
    from platform_gate.changes import waiver_log  # noqa: PLC0415 - git is for comparisons only

    return [
        {"event": event.what, "before": event.before}
        | _row(event.waiver, request)
        | {"place": printable(event.place) + _place(event.waiver)}
        for event in waiver_log.events(ref, request, current_tree(), own)
        if wanted(event.waiver)
    ]


def _row(waiver: Waiver, request: Request, fleet: Collection[str] | None = None) -> dict[str, Any]:
    left = waiver.days_left(request.as_of)
    return {
        "services": commas(waiver.services),
        "rules": commas(waiver.rules) + (f" ({waiver.subject})" if waiver.subject else ""),
        "state": _state(waiver, request.as_of, fleet),
        "expires": waiver.expires.isoformat(),
        "days_left": left,
        "limit": waiver.limit,
        "approved_by": waiver.approved_by,
        "ticket": waiver.ticket or None,
        "cause": waiver.cause or None,
        "incident": waiver.incident or None,
        "reason": " ".join(waiver.reason.split()),
        "place": _place(waiver),
    }


def _state(waiver: Waiver, as_of: date, fleet: Collection[str] | None) -> str:
    if waiver.granted is not None and waiver.granted > as_of:
        return "not yet"
    if waiver.days_left(as_of) < 0:
        return "ended"
    lost = [] if fleet is None else unmet_services(waiver, fleet)
    return f"in force; no service: {commas(lost)}" if lost else "in force"


def _place(waiver: Waiver) -> str:
    return f"{printable(waiver.location.path)}:{waiver.location.line}"


def _listed(rows: Sequence[dict[str, Any]], form: str, empty: str) -> Iterator[str]:
    if form == "json":
        yield log_json(json.dumps(list(rows), indent=2, ensure_ascii=False))
    elif not rows:
        yield empty
    elif form == "markdown":
        columns = [key for key in rows[0] if any(row[key] is not None for row in rows)]
        yield "| " + " | ".join(key.replace("_", " ") for key in columns) + " |"
        yield "|" + " --- |" * len(columns)
        for row in rows:
            cells = ("" if row[key] is None else escape(str(row[key])) for key in columns)
            yield "| " + " | ".join(cells) + " |"
    else:
        yield from map(log_line, table(rows))


@waivers.command()
@click.option("--reason", required=True, help="Why the exceptions are justified.")
@click.option("--approved-by", required=True, metavar="WHO", help="Who approved them.")
@click.option("--days", required=True, type=click.IntRange(1, 366), help="How many days they last.")
@click.option(
    "--only",
    "only_rules",
    multiple=True,
    metavar="RULE",
    shell_complete=completion.rules,
    help="Waive only this rule; repeatable.",
)
@click.option(
    "--service",
    "only_services",
    multiple=True,
    metavar="NAME",
    shell_complete=completion.services,
    help="Waive only findings of this service; repeatable.",
)
@click.option(
    "--team", metavar="NAME", shell_complete=completion.teams, help="Waive only findings of this team's services."
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    shell_complete=completion.files,
    help="Append to this file; created if missing. [default: standard output]",
)
@judging_options
@display_options
def generate(  # noqa: PLR0913, PLR0917 - one parameter an option
    reason: str,
    approved_by: str,
    days: int,
    only_rules: tuple[str, ...],
    only_services: tuple[str, ...],
    output: str | None,
    **options: Any,
) -> int:
    """Write one expiring waiver per finding that fails a service, to adopt the gate on a failing fleet."""
    request = Request(**options)
    outcome = check_here(waiver_generation.without_absent(request, output))
    terms = waiver_generation.terms(reason, approved_by, days, outcome)
    chosen = [
        finding
        for finding in waiver_generation.waivable(outcome)
        if (not only_rules or finding.failure.violation.rule.id in only_rules)
        and (not only_services or finding.judged.name in only_services)
    ]
    waiver_generation.write(chosen, terms, output)
    for finding in outcome.run.unjudged:
        write_error(f"error: {finding.location}: {finding.message}")
    write_error(waiver_generation.summary(chosen))
    waiver_generation.warn_if_unread(request, output)
    return ExitCode.NOT_JUDGED if outcome.run.unjudged else ExitCode.PASSED


@waivers.command()
@click.option("--dry-run", is_flag=True, help="Show what would be removed, and change nothing.")
@judging_options
@display_options
def prune(dry_run: bool, **options: Any) -> int:  # noqa: FBT001
    """Remove waivers that have ended or excuse nothing. The rest of each file stays as it is."""
    request = Request(**options)
    outcome = check_here(request._replace(team=None, tier=None))
    if outcome.run.unjudged:
        finding = outcome.run.unjudged[0]
        raise GateError(f"{finding.location}: {finding.message}", "Fix it first: a waiver may be for it.")
    settings, source = ruleset.of_work_tree(current_tree())
    loaded = ruleset.load(request, settings, source).waivers
    failed = violations_of(outcome.run.services)
    in_use = {waiver.location for waiver in loaded if excuses(waiver, failed)}
    notices = outcome.run.notices
    unused = [finding for finding in notices if finding.rule == UNUSED.id and finding.location not in in_use]
    doomed = [*(finding for finding in notices if finding.rule == EXPIRED.id), *unused]
    places = {finding.location for finding in doomed}
    for file in dict.fromkeys(waiver.file for waiver in loaded):
        indexes = [waiver.at[-1] for waiver in loaded if waiver.file == file and waiver.location in places]
        if indexes and not dry_run:
            document = next(waiver.document for waiver in loaded if waiver.file == file)
            write_file(file, [waiver_file.prune(document, [int(index) for index in indexes])])
    for finding in doomed:
        write_error(f"{finding.location}: {finding.message}")
    write_error(f"{plural(len(doomed), 'waiver')} {'would be ' if dry_run else ''}removed")
    return ExitCode.PASSED
