"""SARIF 2.1.0 for code scanning: findings with rules and places; waivers are suppressions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from platform_gate.judging.verdict import Verdict
from platform_gate.model import Excuse, Exemption, Finding, Location, Rule
from platform_gate.policy.limits import OFF
from platform_gate.reports.json_text import array, encode
from platform_gate.reports.markdown_text import escape
from platform_gate.reports.outcome import Outcome, uri
from platform_gate.reports.report import measurements
from platform_gate.reports.rule_links import rule_url
from platform_gate.text import plural, printable, shorten

if TYPE_CHECKING:
    from platform_gate.changes.comparison import Comparison

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
INFORMATION: Final = "https://github.com/platform-gate/platform-gate"
BASE: Final = "SRCROOT"
ABSENT: Final = "absent"
MAX_RESULTS: Final = 25_000
"""GitHub rejects a run with more results."""
MAX_TEXT: Final = 1_000
"""GitHub cuts a rule's descriptions at 1,024 characters."""


class Result(NamedTuple):
    """A finding with its level within the scope, and its state since the base, which is empty without one."""

    finding: Finding
    level: str
    state: str = ""


def render(outcome: Outcome) -> Iterator[str]:
    """The log, with a single run. ``results`` come last and stream."""
    rules = sorted(outcome.policy.known_rules().values(), key=lambda rule: rule.id)
    index = {rule.id: number for number, rule in enumerate(rules)}
    results = _results(outcome)
    yield f'{{"$schema": {encode(SCHEMA)}, "version": "2.1.0", "runs": [{{\n'
    for key, value in _frame(outcome, rules, len(results)):
        yield f"{encode(key)}: {encode(value)},\n"
    yield '"results": '
    yield from array(_result(result, index, outcome.tracked) for result in islice(results, MAX_RESULTS))
    yield "\n}]}\n"


def _results(outcome: Outcome) -> list[Result]:
    """The findings, worst first, and after them those of the base that are gone."""
    findings, comparison = outcome.worst_findings, outcome.comparison
    if comparison is None:
        return [Result(finding, str(outcome.level(finding))) for finding in findings]
    known = comparison.standing.union(*(transition.known for transition in comparison.transitions.values()))
    states = ("unchanged" if finding.fingerprint in known else "new" for finding in findings)
    present = (
        Result(finding, str(outcome.level(finding)), state) for finding, state in zip(findings, states, strict=True)
    )
    return [*present, *(Result(finding, "none", ABSENT) for finding in _gone(comparison))]


def _gone(comparison: Comparison) -> Iterator[Finding]:
    """Findings of the base that the head no longer has, with those of removed services."""
    yield from (fixed.finding for fixed in comparison.fixed)
    for transition in comparison.transitions.values():
        if transition.after is None and transition.before:
            yield from transition.before.findings


def _frame(outcome: Outcome, rules: Sequence[Rule], results: int) -> Iterator[tuple[str, Any]]:
    """The run's properties, except for its results."""
    severities = outcome.policy.base().severities
    descriptors = [_descriptor(rule, severities) for rule in rules]
    yield (
        "tool",
        {"driver": {"name": "platform-gate", **_version(), "informationUri": INFORMATION, "rules": descriptors}},
    )
    yield "columnKind", "unicodeCodePoints"
    yield "originalUriBaseIds", {BASE: {"description": {"text": "The root of the repository that was judged."}}}
    yield "invocations", [_invocation(outcome, results)]
    yield "properties", _properties(outcome)


def _version() -> dict[str, str]:
    """The program's version; empty where it runs without being installed."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - only here, and slow to import

    try:
        return {"semanticVersion": version("platform-gate")}
    except PackageNotFoundError:
        return {}


def _descriptor(rule: Rule, severities: Mapping[str, str]) -> dict[str, Any]:
    """The descriptor of a rule."""
    level = severities.get(rule.id, str(rule.severity))
    return {
        "id": rule.id,
        "shortDescription": {"text": _text(rule.title)},
        "fullDescription": {"text": _text(rule.why or rule.title)},
        "help": _help(rule),
        **({"helpUri": url} if (url := rule_url(rule.id)) else {}),
        "defaultConfiguration": {"level": "none", "enabled": False} if level == OFF else {"level": level},
        "properties": {"tags": [rule.id.partition("/")[0]]},
    }


def _help(rule: Rule) -> dict[str, str]:
    """Why it matters and what to do, plain and as Markdown."""
    parts = {"Why": rule.why, "Fix": rule.help}
    plain = [f"{label}: {text}" for label, text in parts.items() if text]
    marked = [f"**{label}:** {escape(shorten(text, MAX_TEXT))}" for label, text in parts.items() if text]
    title = f"**{rule.id}:** {escape(shorten(rule.title, MAX_TEXT))}"
    return {"text": _text("\n".join([f"{rule.title}.", *plain]), None), "markdown": "\n\n".join([title, *marked])}


def _invocation(outcome: Outcome, results: int) -> dict[str, Any]:
    """How the run went. Notifications report unjudged files, and results that were left out."""
    notifications = [_notification(finding) for finding in outcome.run.unjudged[:MAX_RESULTS]]
    if results > MAX_RESULTS:
        rest = f"{plural(results - MAX_RESULTS, 'more result')}: a run holds {MAX_RESULTS} at most, worst first."
        notifications.append({"level": "warning", "message": {"text": f"Left out: {rest}"}})
    return {
        "commandLine": printable(outcome.command),
        "executionSuccessful": outcome.verdict is not Verdict.NOT_JUDGED,
        "exitCode": int(outcome.exit_code),
        "toolExecutionNotifications": notifications,
    }


def _notification(finding: Finding) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": _message(finding)},
        "locations": [_location(finding.location)],
        "associatedRule": {"id": finding.rule},
    }


def _properties(outcome: Outcome) -> dict[str, Any]:
    policy = outcome.policy
    return {
        "policy": {"name": policy.name, "sha256": policy.sha256, "source": str(policy.source)},
        "as_of": outcome.as_of.isoformat(),
        "verdict": str(outcome.verdict),
        **measurements(outcome),
    }


def _result(result: Result, index: Mapping[str, int], tracked: Collection[str]) -> dict[str, Any]:
    finding = result.finding
    return {
        "ruleId": finding.rule,
        "ruleIndex": index.get(finding.rule, -1),
        **({"kind": "pass"} if result.state == ABSENT else {}),  # the standard allows the level none to no failure
        "level": result.level,
        "message": {"text": _message(finding)},
        "locations": [_location(finding.location)],
        "partialFingerprints": {"primaryLocationLineHash": finding.fingerprint},
        "properties": {"pointer": printable(finding.pointer), "points": finding.points},
        **_related(finding, tracked),
        **({"baselineState": result.state} if result.state else {}),
        **({"suppressions": [_suppression(finding.excuse)]} if finding.excuse else {}),
    }


def _related(finding: Finding, tracked: Collection[str]) -> dict[str, Any]:
    """Where the value stands that a finding rests on, if git tracks the snapshot: else nobody could look there."""
    measured = finding.measured
    if measured is None or measured.path not in tracked or not measured.line:
        return {}
    place = Location(measured.path, measured.line, 1, measured.line, 2)
    return {"relatedLocations": [{"id": 1, "message": {"text": _text(f"measured by {measured}")}, **_location(place)}]}


def _suppression(excuse: Excuse | Exemption) -> dict[str, Any]:
    return {
        "kind": "external",
        "status": "accepted",
        "justification": printable(str(excuse)),
        "location": _location(excuse.location),
    }


def _message(finding: Finding) -> str:
    """Message and fix. The message is a sentence of its own, because GitHub's lists show only the first one."""
    return _text(f"{finding.message}. {finding.fix}".rstrip(), None)


def _text(text: str, at_most: int | None = MAX_TEXT) -> str:
    """Printable text. SARIF shows ``[words](target)`` as a link, so that is escaped."""
    shown = "\n".join(map(printable, text.split("\n"))).replace("](", "]\\x28")
    return shorten(shown, at_most) if at_most else shown


def _location(location: Location) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": uri(location.path), "uriBaseId": BASE},
            "region": _region(location),
        }
    }


def _region(location: Location) -> dict[str, int]:
    end_line, end_column = max(location.start, (location.end_line, location.end_column))
    return {
        "startLine": location.line,
        "startColumn": location.column,
        "endLine": end_line,
        "endColumn": end_column,
    }
