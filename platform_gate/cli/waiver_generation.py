"""Waivers for the open findings of a run: which ones, under which terms, and into which file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from platform_gate.cli.streams import write_error, write_file, write_stdout
from platform_gate.cli.workspace import current_tree
from platform_gate.documents.document import read_one
from platform_gate.judging import ruleset, waiver_file
from platform_gate.judging.judgement import Failure, Scored
from platform_gate.judging.request import Request
from platform_gate.judging.result import Judged
from platform_gate.judging.waiver_file import Entry
from platform_gate.model import Doubt, GateError, Violation
from platform_gate.readings import days_after
from platform_gate.reports.outcome import Outcome
from platform_gate.subsystems import SUBSYSTEMS
from platform_gate.text import plural, quote

STDOUT: Final = "-"


class Waivable(NamedTuple):
    """An open finding that a waiver can excuse, with its service and its subsystem's result."""

    judged: Judged
    scored: Scored
    failure: Failure


def without_absent(request: Request, output: str | None) -> Request:
    """The request without the waivers file that is about to be written, if it doesn't exist yet."""
    if output in (None, STDOUT) or Path(output).exists():
        return request
    named = _named_files(request)
    kept = tuple(file for file in named if not _same(file, output))
    return request if kept == named else request._replace(waivers=kept, no_waivers=not kept)


def warn_if_unread(request: Request, output: str | None) -> None:
    """Warn if a file was written that no run would read."""
    if output in (None, STDOUT) or any(_same(file, output) for file in _named_files(request)):
        return
    write_error(f"warning: no run reads {quote(output)} yet\n  fix: Add it to `waivers` in {_configuration()}.")


def _named_files(request: Request) -> tuple[str, ...]:
    settings, source = ruleset.of_work_tree(current_tree())
    return request.waivers or tuple(source.expand(settings.waivers))


def _configuration() -> str:
    return ruleset.of_work_tree(current_tree())[0].path or ".platform-gate.yaml"


def _same(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def terms(reason: str, approved_by: str, days: int, outcome: Outcome) -> dict[str, str]:
    """Keys that all generated waivers share. Raises ``GateError`` for more days than the policy allows."""
    longest = outcome.policy.base().waivers.max_days
    if days > longest:
        raise GateError(f"--days {days} is more than the policy's waivers.max_days, {longest}", "Use fewer days.")
    return {
        "reason": reason,
        "approved_by": approved_by.strip(),
        "granted": outcome.as_of.isoformat(),
        "expires": days_after(outcome.as_of, days).isoformat(),
    }


def waivable(outcome: Outcome) -> Iterator[Waivable]:
    """Open, decisive and waivable failures of failing services, by service name."""
    for judged in sorted(outcome.run.services, key=lambda judged: judged.name):
        judgement = judged.judgement
        for scored in judgement.scored.values() if judgement.failing else ():
            for failure in scored.failures:
                rule = failure.violation.rule
                allowed = rule.id not in judgement.policy.gate.not_waivable
                if failure.excuse is None and allowed and judgement.decisive(scored, rule):
                    yield Waivable(judged, scored, failure)


def _entry(judged: Judged, violation: Violation, shared: dict[str, str]) -> Entry:
    subject = {"subject": violation.subject} if violation.subject else {}
    data = {"service": judged.name, "rule": violation.rule.id, **subject, **shared}
    return Entry(data, f"{violation.rule.id}: {violation.message}")


def write(chosen: Sequence[Waivable], shared: dict[str, str], output: str | None) -> None:
    """Write a waiver per finding: to a file, at whose end they are added, or to standard output."""
    entries = [_entry(judged, failure.violation, shared) for judged, _, failure in chosen]
    output = None if output == STDOUT else output
    if output is None or not Path(output).exists():
        text = waiver_file.new_file(entries)
    else:
        source = ruleset.WorkTreeRules(current_tree())
        content, shown = source.read("waivers file", output)
        text = waiver_file.append(read_one(content, shown), entries) if entries else content.decode()
    if output is None:
        write_stdout([text])
    else:
        _make_folder(output)
        write_file(output, [text])


def _make_folder(output: str) -> None:
    folder = Path(output).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise GateError(f"the folder {quote(str(folder))} could not be made: {reason}", "Choose another one.") from None


def summary(chosen: Sequence[Waivable]) -> str:
    """How many waivers there are, for how many services, and what they excuse."""
    if not chosen:
        return "nothing to waive"
    services = {judged.name for judged, _, _ in chosen}
    doubts = sum(failure.violation.rule.doubt is not Doubt.NEVER for _, _, failure in chosen)
    missing = f" and {plural(doubts, 'gap')} in the data" if doubts else ""
    whom = f"{plural(len(chosen), 'waiver')} for {plural(len(services), 'service')}"
    return f"{whom}: {plural(_saved(chosen), 'point')}{missing} waived"


def _saved(chosen: Sequence[Waivable]) -> int:
    """Points that the chosen waivers save. The subsystems compute them, because points don't simply add up."""
    excused = {id(failure.violation) for _, _, failure in chosen}
    parts = {id(scored): scored for _, scored, _ in chosen}.values()
    left = ([violation for violation in scored.open if id(violation) not in excused] for scored in parts)
    pairs = zip(parts, left, strict=True)
    charges = (charge for scored, checks in pairs for charge in SUBSYSTEMS[scored.name].points(checks, scored.limits))
    return sum(scored.points for scored in parts) - sum(charge.points for charge in charges)
