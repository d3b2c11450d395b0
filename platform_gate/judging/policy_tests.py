"""Run test cases for a policy: manifests with the health, points and rules that they must get."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from platform_gate.documents import schema
from platform_gate.documents.document import Document, read_one
from platform_gate.judging import case_measurements
from platform_gate.judging.judgement import Judgement, judge
from platform_gate.judging.manifest import Manifest, Measure, interpret
from platform_gate.judging.verdict import Verdict
from platform_gate.model import Context, Location, Problem, nowhere
from platform_gate.policy.gate import Choice, Stage
from platform_gate.policy.loading import Policy, Read, Source, kind
from platform_gate.subsystems import SUBSYSTEMS
from platform_gate.text import listing, quote, suggestion

DEFAULT_DAY: Final = "2026-01-31"
INVALID: Final = "invalid"
TOTAL: Final = "total"


class Mismatch(NamedTuple):
    """One difference between the expected and the actual result. ``what`` is health, verdict, points or rules."""

    what: str
    expected: str
    actual: str


class Result(NamedTuple):
    """The result of a case, judged as of a day. It passed if there are no mismatches."""

    name: str
    location: Location
    mismatches: tuple[Mismatch, ...]
    as_of: date


class Suite(NamedTuple):
    """A file of cases for the policy that ``policy`` refers to, judged as of one day."""

    document: Document
    policy: str
    as_of: date
    cases: Sequence[Mapping[str, Any]]


def load(content: bytes, path: str, reference: str) -> Suite:
    """Load a suite. ``reference`` is the path of its file as given, to which paths in it are relative.

    Raises:
        DocumentError: it can't be read or breaks its schema.
    """
    document = read_one(content, path)
    if problems := schema.validate(document.data, "policy-test"):
        raise document.refuse(*problems)
    spec = document.data["spec"]
    wanted = spec.get("policy", "default")
    relative = relative_to(reference, wanted) if kind(wanted) is Source.FILE else wanted
    return Suite(document, relative, _day(document, spec.get("as_of", DEFAULT_DAY)), spec["cases"])


def relative_to(reference: str, path: str) -> str:
    """A path in a file, relative to the folder of the file. A ``package:`` reference stays as it is."""
    return (
        path if path.startswith("package:") else posixpath.normpath(posixpath.join(posixpath.dirname(reference), path))
    )


def _day(document: Document, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise document.refuse(Problem(("spec", "as_of"), f"{text} is not a date", "Write a day that exists.")) from None


def run(suite: Suite, reference: str, policy: Policy, read: Read) -> Iterator[Result]:
    """Judge every case under a policy.

    Raises:
        GateError: a manifest can't be read, or an expectation names a rule that doesn't exist.
    """
    known = policy.known_rules()
    for index, case in enumerate(suite.cases):
        at = ("spec", "cases", index)
        _check_rules(suite, case, index, known)
        _check_points(suite, case, index)
        document = _manifest(suite, reference, index, read)
        measure = _measure(suite, reference, index, document, read)
        manifest = interpret(document, _chosen(suite, index, policy), Context(suite.as_of, nowhere), measure=measure)
        mismatches = tuple(_mismatches(case["expect"], manifest, document))
        yield Result(case["name"], suite.document.locate((*at, "name")), mismatches, suite.as_of)


def _chosen(suite: Suite, index: int, policy: Policy) -> Policy:
    """The policy for the gate and the kinds of change of a case."""
    case, known = suite.cases[index], policy.kinds_of_change
    changes = tuple(case.get("change", ()))
    for place, change in enumerate(changes):
        if change not in known:
            message = f"the policy has no exemption for changes of the kind {quote(change)}"
            at = ("spec", "cases", index, "change", place)
            raise suite.document.refuse(Problem(at, message, suggestion(change, known)))
    return policy.chosen(Choice((), Stage(case.get("for", Stage.MERGE)), changes))


def _measure(suite: Suite, reference: str, index: int, document: Document, read: Read) -> Measure | None:
    """What is measured of the service of a case; None where the case says nothing about it."""
    measurements, data = suite.cases[index].get("measurements"), document.data
    if measurements is None:
        return None
    metadata = data.get("metadata") if isinstance(data, dict) else None
    service = str(metadata.get("name", "")) if isinstance(metadata, dict) else ""
    if isinstance(measurements, str):
        return case_measurements.of_file(*read(relative_to(reference, measurements)), service)
    return case_measurements.inline(suite.document, ("spec", "cases", index, "measurements"), measurements, service)


def _check_rules(suite: Suite, case: Mapping[str, Any], index: int, known: Mapping[str, Any]) -> None:
    for key in ("rules", "not_rules", "exempt"):
        for place, rule in enumerate(case["expect"].get(key, ())):
            if rule not in known:
                at = ("spec", "cases", index, "expect", key, place)
                raise suite.document.refuse(Problem(at, f"there is no rule {quote(rule)}", suggestion(rule, known)))


def _check_points(suite: Suite, case: Mapping[str, Any], index: int) -> None:
    known = (*SUBSYSTEMS, TOTAL)
    for name in case["expect"].get("points", {}):
        if name not in known:
            at = ("spec", "cases", index, "expect", "points", name)
            problem = Problem(at, f"there is no subsystem {quote(name)}", suggestion(name, known), on_key=True)
            raise suite.document.refuse(problem)


def _manifest(suite: Suite, reference: str, index: int, read: Read) -> Document:
    """The manifest of a case: from a file, or inline as a document of its own."""
    manifest = suite.cases[index]["manifest"]
    if isinstance(manifest, str):
        return read_one(*read(relative_to(reference, manifest)))
    return suite.document._replace(data=manifest, prefix=("spec", "cases", index, "manifest"))


def _mismatches(
    expect: Mapping[str, Any], manifest: Manifest | list[Problem], document: Document
) -> Iterator[Mismatch]:
    if isinstance(manifest, Manifest):
        yield from _differences(expect, judge(manifest.subject, manifest.facts, manifest.policy, manifest.context))
    elif expect.get("health") != INVALID:
        first = document.refusal(manifest[0])
        reason = f"{INVALID} ({first.location}: {first.message})"
        yield Mismatch("health", expect.get("health", "a valid manifest"), reason)


def _decisions(expect: Mapping[str, Any], judgement: Judgement) -> Iterator[Mismatch]:
    verdict = str(Verdict.FAILED if judgement.failing else Verdict.PASSED)
    if expect.get("verdict", verdict) != verdict:
        yield Mismatch("verdict", expect["verdict"], verdict)
    failures = (failure for scored in judgement.scored.values() for failure in scored.failures)
    exempt = sorted({failure.violation.rule.id for failure in failures if failure.exemption})
    if "exempt" in expect and sorted(expect["exempt"]) != exempt:
        yield Mismatch("exempt", listing(sorted(expect["exempt"])) or "none", listing(exempt) or "none")


def _differences(expect: Mapping[str, Any], judgement: Judgement) -> Iterator[Mismatch]:
    if "health" in expect and expect["health"] != judgement.health:
        yield Mismatch("health", expect["health"], str(judgement.health))
    yield from _decisions(expect, judgement)
    actual = {TOTAL: judgement.points, **{name: scored.points for name, scored in judgement.scored.items()}}
    for name, points in expect.get("points", {}).items():
        if actual.get(name, 0) != points:
            yield Mismatch(f"points of {name}" if name != TOTAL else "points", str(points), str(actual.get(name, 0)))
    failed = {violation.rule.id for scored in judgement.scored.values() for violation in scored.failed}
    missing = [rule for rule in expect.get("rules", ()) if rule not in failed]
    if missing:
        yield Mismatch("rules", f"{listing(missing)} to fire", listing(sorted(failed)) or "none")
    unwanted = [rule for rule in expect.get("not_rules", ()) if rule in failed]
    if unwanted:
        yield Mismatch("rules", f"{listing(unwanted, 'or')} not to fire", listing(sorted(failed)))
