"""``platform-gate waivers``: audit waivers, generate them to adopt the gate on a red fleet, and prune them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, Final

import click

from platform_gate.cli.options import CommitType, display_options, judging_options
from platform_gate.cli.streams import write_error, write_file, write_stdout
from platform_gate.cli.workspace import check_here, current_tree
from platform_gate.documents.document import read_one
from platform_gate.judging import ruleset, waiver_file
from platform_gate.judging.judgement import Failure, Scored
from platform_gate.judging.notices import violations_of
from platform_gate.judging.request import Request
from platform_gate.judging.result import Judged
from platform_gate.judging.verdict import ExitCode
from platform_gate.judging.waiver_file import Entry
from platform_gate.judging.waivers import Waiver, excuses, unmet_services
from platform_gate.model import Doubt, GateError, Violation, days_after
from platform_gate.reports.explanation import table
from platform_gate.reports.markdown_text import escape
from platform_gate.reports.outcome import Outcome
from platform_gate.subsystems import SUBSYSTEMS
from platform_gate.subsystems.catalogue import EXPIRED, UNUSED
from platform_gate.text import commas, log_json, log_line, plural, printable

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
    help="Only what was granted, extended, removed or ended since this commit.",
)
@judging_options
@display_options
def list_command(form: str, since: str | None, **options: Any) -> int:
    """Show every waiver with the days it has left, those that end first on top."""
    request = Request(**options)
    settings, source = ruleset.of_work_tree(current_tree())
    own = ruleset.load(request, settings, source)
    fleet = _fleet(request) if since is None else None
    if since is None:
        ordered = sorted(own.waivers, key=lambda waiver: (waiver.expires, waiver.services, waiver.at))
        rows = [_row(waiver, request, fleet) for waiver in ordered]
    else:
        rows = _rows_since(since, request, own)
    empty = "There are no waivers." if since is None else f"Nothing became of any waiver since {printable(since)}."
    write_stdout(line + "\n" for line in _listed(rows, form, empty))
    return ExitCode.PASSED


def _fleet(request: Request) -> Collection[str] | None:
    """The names of all services; None if that can't be told, which keeps no waiver from being listed."""
    with suppress(GateError):
        run = check_here(request).run
        return None if run.unjudged or not request.complete else {judged.name for judged in run.services}
    return None


def _rows_since(ref: str, request: Request, own: ruleset.Rules) -> list[dict[str, Any]]:
    from platform_gate.changes import waiver_log  # noqa: PLC0415 - git is for comparisons only

    return [
        {"event": event.what, "before": event.before}
        | _row(event.waiver, request)
        | {"place": printable(event.place) + _place(event.waiver)}
        for event in waiver_log.events(ref, request, current_tree(), own)
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
        yield "| " + " | ".join(key.replace("_", " ") for key in rows[0]) + " |"
        yield "|" + " --- |" * len(rows[0])
        for row in rows:
            cells = ("" if value is None else escape(str(value)) for value in row.values())
            yield "| " + " | ".join(cells) + " |"
    else:
        yield from map(log_line, table(rows))


@waivers.command()
@click.option("--reason", required=True, help="Why the exceptions are right.")
@click.option("--approved-by", required=True, metavar="WHO", help="Who answers for them.")
@click.option("--days", required=True, type=click.IntRange(1, 366), help="How many days they last.")
@click.option("--only", "only_rules", multiple=True, metavar="RULE", help="Only findings of this rule; repeatable.")
@click.option("--service", "only_services", multiple=True, metavar="NAME", help="Only this service; repeatable.")
@click.option("--team", metavar="NAME", help="Only this team's services.")
@click.option("-o", "--output", metavar="FILE", help="Append to this file, or create it. [default: standard output]")
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
    """Write one expiring waiver per open finding that fails a service: the way to adopt the gate on a red fleet."""
    request = Request(**options)
    outcome = check_here(request)
    terms = _terms(reason, approved_by, days, outcome)
    chosen = [
        (judged, scored, failure)
        for judged, scored, failure in _open_failures(outcome)
        if (not only_rules or failure.violation.rule.id in only_rules)
        and (not only_services or judged.name in only_services)
    ]
    _write([_entry(judged, failure.violation, terms) for judged, _, failure in chosen], output)
    for finding in outcome.run.unjudged:
        write_error(f"error: {finding.location}: {finding.message}")
    write_error(_summary(chosen))
    return ExitCode.NOT_JUDGED if outcome.run.unjudged else ExitCode.PASSED


def _terms(reason: str, approved_by: str, days: int, outcome: Outcome) -> dict[str, str]:
    """Keys that all generated waivers share. Raises ``GateError`` for more days than the policy allows."""
    longest = outcome.policy.base().waivers.max_days
    if days > longest:
        raise GateError(f"--days {days} is more than the policy's waivers.max_days, {longest}", "Ask for fewer days.")
    return {
        "reason": reason,
        "approved_by": approved_by.strip(),
        "granted": outcome.as_of.isoformat(),
        "expires": days_after(outcome.as_of, days).isoformat(),
    }


def _open_failures(outcome: Outcome) -> Iterator[tuple[Judged, Scored, Failure]]:
    """Open, decisive and waivable failures of failing services, by service name."""
    for judged in sorted(outcome.run.services, key=lambda judged: judged.name):
        judgement = judged.judgement
        for scored in judgement.scored.values() if judgement.failing else ():
            for failure in scored.failures:
                rule = failure.violation.rule
                waivable = rule.id not in judgement.policy.gate.not_waivable
                if failure.excuse is None and waivable and judgement.decisive(scored, rule):
                    yield judged, scored, failure


def _entry(judged: Judged, violation: Violation, terms: dict[str, str]) -> Entry:
    subject = {"subject": violation.subject} if violation.subject else {}
    data = {"service": judged.name, "rule": violation.rule.id, **subject, **terms}
    return Entry(data, f"{violation.rule.id}: {violation.message}")


def _write(entries: Sequence[Entry], output: str | None) -> None:
    output = None if output == "-" else output
    if output is None or not Path(output).exists():
        text = waiver_file.new_file(entries)
    else:
        source = ruleset.WorkTreeRules(current_tree())
        content, shown = source.read("waivers file", output)
        text = waiver_file.append(read_one(content, shown), entries) if entries else content.decode()
    if output is None:
        write_stdout([text])
    else:
        write_file(output, [text])


def _summary(chosen: Sequence[tuple[Judged, Scored, Failure]]) -> str:
    services = {judged.name for judged, _, _ in chosen}
    doubts = sum(failure.violation.rule.doubt is not Doubt.NEVER for _, _, failure in chosen)
    missing = f" and {plural(doubts, 'gap')} in the data" if doubts else ""
    whom = f"{plural(len(chosen), 'waiver')} for {plural(len(services), 'service')}"
    return f"{whom}: {plural(_saved(chosen), 'point')}{missing} waived"


def _saved(chosen: Sequence[tuple[Judged, Scored, Failure]]) -> int:
    """Points that the chosen waivers save. The subsystems compute them, because points don't simply add up."""
    excused = {id(failure.violation) for _, _, failure in chosen}
    parts = {id(scored): scored for _, scored, _ in chosen}.values()
    left = ([violation for violation in scored.open if id(violation) not in excused] for scored in parts)
    pairs = zip(parts, left, strict=True)
    charges = (charge for scored, checks in pairs for charge in SUBSYSTEMS[scored.name].points(checks, scored.limits))
    return sum(scored.points for scored in parts) - sum(charge.points for charge in charges)


@waivers.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@judging_options
@display_options
def prune(dry_run: bool, **options: Any) -> int:  # noqa: FBT001
    """Remove waivers that have ended or excuse nothing; comments and layout of the others stay as they are."""
    request = Request(**options)
    outcome = check_here(request._replace(team=None, tier=None))
    if outcome.run.unjudged:
        finding = outcome.run.unjudged[0]
        raise GateError(f"{finding.location}: {finding.message}", "Mend it first: it may be what a waiver is for.")
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
