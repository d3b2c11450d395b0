"""JUnit's XML: a test case per service, and one per file that can't be judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from platform_gate.judging.result import Judged
from platform_gate.model import Finding
from platform_gate.reports.junit_xml import Testcase, write
from platform_gate.reports.outcome import Outcome
from platform_gate.rule_ids import kind_of
from platform_gate.text import commas, plural, printable, real_path

SUITE: Final = "platform-gate"


def render(outcome: Outcome) -> Iterator[str]:
    """Unjudged files first, then services, worst first. What decides nothing goes to ``system-out``."""
    fail_on = outcome.policy.base().gate.fail_on
    unjudged, notices = outcome.run.unjudged, outcome.run.notices
    counting = (finding for finding in notices if finding.fingerprint not in outcome.undecided)
    deciding = [finding for finding in counting if finding.rule in fail_on]
    cases = [
        *_files([finding for finding in unjudged if not outcome.is_standing(finding)], "manifest", "error"),
        *_files([finding for finding in unjudged if outcome.is_standing(finding)], "manifest", "skipped"),
        *_notices(deciding),
        *(_service(judged, decides=outcome.decides(judged)) for judged in outcome.worst_first),
    ]
    output = _described(finding for finding in notices if finding not in deciding)
    return write(SUITE, cases, output)


def _notices(findings: Sequence[Finding]) -> Iterator[Testcase]:
    """Notices that fail the gate, one case per file and kind of rule."""
    for kind in sorted({kind_of(finding.rule) for finding in findings}):
        yield from _files([finding for finding in findings if kind_of(finding.rule) == kind], kind, "failure")


def _files(findings: Sequence[Finding], classname: str, kind: str) -> Iterator[Testcase]:
    """One case per file."""
    for path, group in groupby(sorted(findings, key=_path), key=_path):
        several = list(group)
        yield Testcase(classname, real_path(path), kind, _headline(several), _described(several))


def _path(finding: Finding) -> str:
    return finding.location.path


def _headline(findings: Sequence[Finding]) -> str:
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    return findings[0].message + more


def _service(judged: Judged, *, decides: bool) -> Testcase:
    described = _described(judged.findings)
    kind, message = _answer(judged, decides=decides)
    text, output = (described, "") if kind else ("", described)
    return Testcase(judged.team, judged.name, kind, message, text, output)


def _answer(judged: Judged, *, decides: bool) -> tuple[str, str]:
    """Kind and message of a service's case. A service that a change does not decide never fails."""
    if judged.failing and decides:
        return "failure", f"{judged.health}, {plural(judged.points, 'point')}{_first_cause(judged)}"
    excuses = {str(finding.excuse) for finding in judged.findings if finding.excuse}
    only_waived = excuses and all(finding.excuse for finding in judged.findings)
    return ("skipped", commas(sorted(excuses), separator="; ")) if only_waived else ("", "")


def _first_cause(judged: Judged) -> str:
    """The first finding that makes a service fail, and how many more there are."""
    counting = (finding for finding in judged.findings if finding.excuse is None)
    causes = [finding for finding in counting if finding.decisive or finding.rule in judged.fatal]
    return f": {_one_line(_headline(causes))}" if causes else ""


def _described(findings: Iterable[Finding]) -> str:
    return "\n".join(line for finding in findings for line in _lines(finding))


def _lines(finding: Finding) -> Iterator[str]:
    """Place and message, then the fix or the waiver."""
    points = f" (+{finding.points})" if finding.points else ""
    place = printable(str(finding.location))
    yield f"{place}: {finding.severity}: {finding.rule}{points}: {_one_line(finding.message)}"
    if finding.excuse:
        yield f"  {finding.excuse}"
    elif finding.fix:
        yield f"  fix: {_one_line(finding.fix)}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
