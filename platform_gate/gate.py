"""The one path: a tree under a policy to a run, services judged and findings placed in their files."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from platform_gate import documents, schema
from platform_gate.documents import Document, DocumentError, Refusal
from platform_gate.matching import Subject
from platform_gate.model import Check, Context, Disposition, Excuse, Finding, Location, Problem, Rule, Severity, pointer
from platform_gate.policy import Effective, Policy
from platform_gate.rules import DUPLICATE_SERVICE, INVALID, UNREADABLE
from platform_gate.service import Judgement, Scored, Waive, judge, no_waivers
from platform_gate.subsystems import in_use
from platform_gate.text import plural, quote
from platform_gate.trees import Found, Tree
from platform_gate.waivers import Waiver, audit, find

MAX_PROBLEMS: Final = 20
DEFAULT_TIER: Final = 1


@dataclass(frozen=True, slots=True)
class Judged:
    """A service of the run: its judgement, where its document begins, and its findings, place by place."""

    judgement: Judgement
    location: Location
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Everything in scope. ``findings`` are those of no judged service, ``manifests`` counts the documents that fit."""

    services: tuple[Judged, ...]
    findings: tuple[Finding, ...]
    manifests: int
    hint: str = ""

    @property
    def unjudged(self) -> list[Finding]:
        """What keeps files from being judged: any of it makes the whole answer doubtful."""
        return [finding for finding in self.findings if finding.rule.startswith("manifest/")]

    @property
    def notices(self) -> list[Finding]:
        """What is to be said about the waivers themselves."""
        return [finding for finding in self.findings if not finding.rule.startswith("manifest/")]


@dataclass(frozen=True, slots=True)
class Manifest:
    """A valid document: whom it describes, the policy that holds for it, and the facts per subsystem."""

    document: Document
    subject: Subject
    policy: Effective
    context: Context
    facts: Mapping[str, Any]


def run(  # noqa: PLR0913 - what the gate judges, and by what
    tree: Tree,
    files: Sequence[Found],
    policy: Policy,
    as_of: date,
    *,
    waivers: Sequence[Waiver] = (),
    schema_only: bool = False,
) -> Run:
    """Judge every file; with ``schema_only`` say only whether each is a valid manifest."""
    manifests: list[Manifest] = []
    findings: list[Finding] = []
    for found in files:
        for each in read(tree, found, policy, as_of):
            if isinstance(each, Manifest):
                manifests.append(each)
            else:
                findings.append(each)
    kept, repeated = _without_duplicates(manifests)
    findings += repeated
    hint = _propose_globs(manifests, findings)
    services = () if schema_only else tuple(_judge_all(kept, waivers, as_of))
    findings += _notices(services, waivers, policy.base(), as_of)
    return Run(services, tuple(_told_apart(findings)), len(manifests), hint)


def _judge_all(manifests: Iterable[Manifest], waivers: Sequence[Waiver], as_of: date) -> Iterator[Judged]:
    def waive(service: str, check: Check) -> tuple[Excuse | None, str]:
        return find(waivers, service, check, as_of)

    return (judge_manifest(manifest, waive if waivers else no_waivers) for manifest in manifests)


def _notices(
    services: Sequence[Judged], waivers: Sequence[Waiver], policy: Effective, as_of: date
) -> Iterator[Finding]:
    """What is to be said about the waivers themselves."""
    judgements = [judged.judgement for judged in services]
    failed = {each.subject.name: [c for part in each.scored.values() for c in part.failed] for each in judgements}
    for notice in audit(waivers, failed, as_of, policy.waivers.warn_days):
        if not policy.is_off(notice.rule):
            severity = policy.severity(notice.rule, decisive=notice.rule.id in policy.gate.fail_on)
            at = pointer(notice.waiver.at)
            yield Finding(notice.rule.id, severity, notice.message, notice.fix, notice.waiver.location, at)


def read(tree: Tree, found: Found, policy: Policy, as_of: date) -> Iterator[Manifest | Finding]:
    """The manifests of a file, and what makes it or one of its documents unfit to be judged."""
    if found.refusal:
        yield _finding(UNREADABLE, found.refusal)
        return
    try:
        loaded = documents.read(tree.read(found), found.path)
    except DocumentError as error:
        yield from (_finding(UNREADABLE, refusal) for refusal in error.refusals)
        return
    for document in loaded:
        yield from interpret(document, policy, Context(as_of, tree.exists))


def interpret(document: Document, policy: Policy, context: Context) -> Iterator[Manifest | Finding]:
    """A document as a manifest, or what is wrong with it."""
    problems = schema.validate(document.data, "service")
    if problems:
        yield from _invalid(document, _strange(problems) or problems)
        return
    subject = subject_of(document)
    effective = policy.effective(subject)
    launch, problems = _launch(document.data, effective, context)
    context = replace(context, launched=launch is None or launch <= context.as_of, subject=subject)
    facts, more = facts_of(document, effective, context)
    problems += more
    if problems:
        yield from _invalid(document, problems)
    else:
        yield Manifest(document, subject, effective, context, facts)


def facts_of(document: Document, effective: Effective, context: Context) -> tuple[dict[str, Any], list[Problem]]:
    """What each subsystem reads from a document that fits its schema, and what it objects to."""
    facts, problems = {}, []
    for name, subsystem in in_use(effective.limits):
        facts[name], more = subsystem.read(document.data, effective.limits[name], context)
        problems += more
    return facts, problems


def _strange(problems: Sequence[Problem]) -> list[Problem]:
    """What makes a document something else than a manifest; then nothing else that is wrong with it matters."""
    return [problem for problem in problems if problem.at in ((), ("kind",), ("apiVersion",))]


def subject_of(document: Document) -> Subject:
    """What overrides match of a valid manifest."""
    metadata = document.data["metadata"]
    tier = metadata.get("tier", DEFAULT_TIER)
    return Subject(metadata["name"], metadata["team"], int(tier), metadata.get("labels", {}), document.path)


def _launch(data: Mapping[str, Any], effective: Effective, context: Context) -> tuple[date | None, list[Problem]]:
    """The day a service is born, and what is wrong with it."""
    text, place = data["metadata"].get("launches"), ("metadata", "launches")
    if text is None:
        return None, []
    try:
        launch = date.fromisoformat(text)
    except ValueError:
        return None, [Problem(place, f"there is no day {text}", 'For example: "2027-01-15"')]
    latest = context.as_of + timedelta(days=effective.gate.max_prelaunch_days)
    if launch > latest:
        fix = f"Name a day until {latest}, or leave the manifest out until then."
        return launch, [Problem(place, f"the launch is more than {effective.gate.max_prelaunch_days} days ahead", fix)]
    return launch, []


def judge_manifest(manifest: Manifest, waive: Waive = no_waivers) -> Judged:
    """A manifest judged, and its failed checks placed in its file."""
    judgement = judge(manifest.subject, manifest.facts, manifest.policy, manifest.context, waive)
    document = manifest.document
    location = Location(document.path, document.line, 1, document.line, 2)
    findings = [finding for scored in judgement.scored.values() for finding in _place(scored, judgement, document)]
    return Judged(judgement, location, tuple(findings))


def _place(scored: Scored, judgement: Judgement, document: Document) -> Iterator[Finding]:
    charged = set()
    for failure in scored.failures:
        check, excuse = failure.check, failure.excuse
        charge = scored.charge(check.rule) if excuse is None else None
        points = charge.points if charge and charge not in charged else 0
        charged.add(charge)
        yield Finding(
            rule=check.rule.id,
            severity=judgement.severity(scored, failure),
            message=check.message + failure.remark,
            fix=check.fix or check.rule.help,
            location=document.locate(check.at),
            pointer=pointer(check.at),
            disposition=Disposition.OPEN if excuse is None else Disposition.WAIVED,
            fingerprint=_fingerprint(check, judgement.subject.name),
            points=points,
            subsystem=scored.name,
            excuse=excuse,
        )


def _fingerprint(check: Check, service: str) -> str:
    """A digest of rule, service and place by names: no line, no index, no wording."""
    return digest(check.rule.id, service, *(key for key in check.at if isinstance(key, str)), check.subject)


def digest(*words: str) -> str:
    """32 hexadecimal digits that stand for some words."""
    return hashlib.sha256("\0".join(words).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _invalid(document: Document, problems: Iterable[Problem]) -> Iterator[Finding]:
    refusals = sorted(((document.refusal(each), pointer(each.at)) for each in problems), key=_place_of)
    for refusal, at in refusals[:MAX_PROBLEMS]:
        yield _finding(INVALID, refusal, at)
    if hidden := refusals[MAX_PROBLEMS:]:
        message = f"and {plural(len(hidden), 'more problem')} from here on"
        yield _finding(INVALID, Refusal(message, "Mend those above first.", hidden[0][0].location))


def _place_of(pair: tuple[Refusal, str]) -> tuple[int, int, str]:
    return *pair[0].location.start, pair[0].message


def _finding(rule: Rule, refusal: Refusal, at: str = "") -> Finding:
    """A finding of a file that can't be judged; without a fix of its own the rule's holds."""
    fix = refusal.fix or rule.help
    return Finding(rule.id, Severity.ERROR, refusal.message, fix, refusal.location, at, excerpt=refusal.excerpt)


def _without_duplicates(manifests: Iterable[Manifest]) -> tuple[list[Manifest], list[Finding]]:
    """The first manifest of each service, and the others as findings."""
    first: dict[str, Manifest] = {}
    repeated = []
    for manifest in manifests:
        name, at = manifest.subject.name, ("metadata", "name")
        other = first.setdefault(name, manifest)
        if other is not manifest:
            message = f"the service {quote(name)} is described at {other.document.locate(at)} already"
            repeated.append(_finding(DUPLICATE_SERVICE, manifest.document.refusal(Problem(at, message)), pointer(at)))
    return list(first.values()), repeated


def _told_apart(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Fingerprints for findings of files: rule, path and pointer, and which of several at the same place."""
    ordered = sorted(
        findings, key=lambda finding: (finding.location.path, finding.location.line, finding.location.column)
    )
    seen: Counter[tuple[str, str, str]] = Counter()
    for finding in ordered:
        key = finding.rule, finding.location.path, finding.pointer
        seen[key] += 1
        yield replace(finding, fingerprint=digest(*key, str(seen[key])))


def _propose_globs(manifests: Sequence[Manifest], findings: Sequence[Finding]) -> str:
    """A word of help where most files of a folder are something else than manifests."""
    strangers = {finding.location.path for finding in findings if finding.pointer in ("/kind", "/apiVersion", "")}
    known = sorted({manifest.document.path for manifest in manifests})
    if len(strangers) <= len(known) or len(strangers) < 2:  # noqa: PLR2004 - one stranger is a mistake, two are a habit
        return ""
    names = {path.rpartition("/")[2] for path in known}
    glob = f"**/{names.pop()}" if len(names) == 1 else "services/**/*.yaml"
    return f"Most files here are no manifests. Say which ones are in .platform-gate.yaml: `manifests: [{quote(glob)}]`."
