"""Waivers: which violations they excuse, and notices about waivers that have ended, end soon or excuse nothing."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from heapq import nsmallest
from itertools import islice
from typing import Any, NamedTuple

from platform_gate.documents import schema
from platform_gate.documents.document import Document, read_one
from platform_gate.judging.problems import MAX_PROBLEMS
from platform_gate.model import At, Excuse, Location, Problem, Rule, Violation, Worse
from platform_gate.policy.limits import Effective
from platform_gate.readings import days_after
from platform_gate.rule_ids import is_about_services, kind_of
from platform_gate.subsystems import slo
from platform_gate.subsystems.catalogue import EXPIRED, EXPIRING, UNUSED
from platform_gate.text import LISTED_AT_MOST, commas, nearest, plural, quote, suggestion


class Waiver(NamedTuple):
    """One exception: who may violate which rules, why, and until when.

    ``granted`` and ``expires`` are the first and the last day on which it holds, in UTC. ``limit`` is the worst value
    that is excused. ``file`` is the reference by which its file was read, to write it back.
    """

    services: tuple[str, ...]
    rules: tuple[str, ...]
    reason: str
    approved_by: str
    expires: date
    granted: date | None
    subject: str
    ticket: str
    limit: float | None
    document: Document
    at: At
    location: Location
    file: str = ""
    cause: str = ""
    incident: str = ""

    def in_force(self, as_of: date) -> bool:
        """Whether it holds on a day."""
        return (self.granted is None or self.granted <= as_of) and as_of <= self.expires

    def covers(self, service: str, rule: str, subject: str) -> bool:
        """Whether it is for a service, rule and subject, whatever the day and the value."""
        return service in self.services and rule in self.rules and self.subject in ("", subject)

    def days_left(self, as_of: date) -> int:
        """The number of days after this one on which it holds; negative if it has ended."""
        return (self.expires - as_of).days


Failed = Collection[tuple[str, str]]
"""The violations of one service, each as rule id and subject."""


class Notice(NamedTuple):
    """A notice about a waiver itself."""

    rule: Rule
    waiver: Waiver
    message: str
    fix: str


def load(content: bytes, path: str, policy: Effective, rules: Mapping[str, Rule], as_of: date) -> tuple[Waiver, ...]:
    """Load the waivers of a file, and check them against a policy.

    Raises:
        DocumentError: it breaks its schema, names a rule that doesn't exist or can't be waived, or lasts too long.
    """
    document = read_one(content, path)
    if breaches := schema.validate(document.data, "waivers"):
        raise document.refuse(*breaches)
    spec = document.data["spec"]
    max_days = min(spec.get("max_days", policy.waivers.max_days), policy.waivers.max_days)
    problems: list[Problem] = []
    waivers = []
    for index, entry in enumerate(spec["waivers"]):
        if len(problems) > MAX_PROBLEMS:
            break  # no more are shown, and it takes long to find what a misspelt rule was meant to be
        at: At = ("spec", "waivers", index)
        wrong = [*_impossible_days(entry, at), *islice(_wrong_rules(entry, at, policy, rules), MAX_PROBLEMS + 1)]
        if not wrong:
            waivers.append(_waiver(entry, document, at))
            wrong = list(_too_long(waivers[-1], max_days, as_of))
        problems += wrong
    if problems:
        raise document.refuse(*problems)
    return tuple(waivers)


def _waiver(entry: Mapping[str, Any], document: Document, at: At) -> Waiver:
    granted = entry.get("granted")
    return Waiver(
        services=tuple(entry.get("services") or [entry["service"]]),
        rules=_rules(entry),
        reason=entry["reason"].strip(),
        approved_by=entry["approved_by"],
        expires=date.fromisoformat(entry["expires"]),
        granted=date.fromisoformat(granted) if granted else None,
        subject=entry.get("subject", ""),
        ticket=entry.get("ticket", ""),
        limit=entry.get("limit"),
        document=document,
        at=at,
        location=document.locate(at),
        cause=entry.get("cause", ""),
        incident=entry.get("incident", ""),
    )


def _rules(entry: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(entry.get("rules") or [entry["rule"]])


def _impossible_days(entry: Mapping[str, Any], at: At) -> Iterator[Problem]:
    for key in ("granted", "expires"):
        try:
            date.fromisoformat(entry.get(key, "2000-01-01"))
        except ValueError:
            yield Problem((*at, key), f"{entry[key]} is not a date", "Write a day that exists.")


def _wrong_rules(entry: Mapping[str, Any], at: At, policy: Effective, rules: Mapping[str, Rule]) -> Iterator[Problem]:
    key = "rules" if "rules" in entry else "rule"
    for index, rule in enumerate(_rules(entry)):
        place = (*at, key, index) if key == "rules" else (*at, key)
        if rule not in rules:
            yield Problem(place, f"there is no rule {quote(rule)}", suggestion(rule, rules))
        elif not is_about_services(rule) or rule in policy.gate.not_waivable:
            yield Problem(place, f"{rule} cannot be waived", "Fix what it finds, or ask the owner of the policy.")
        elif "limit" in entry and rules[rule].worse is None:
            yield Problem((*at, "limit"), f"{rule} measures nothing, so it can't have a limit", "Remove the limit.")
        elif kind_of(rule) != slo.NAME and (named := [word for word in ("cause", "incident") if word in entry]):
            message = f"{quote(named[0])} is only for rules on SLOs, and {rule} is none"
            yield Problem((*at, named[0]), message, f"Remove {named[0]}, or write a waiver for the SLO alone.")


def _too_long(waiver: Waiver, max_days: int, as_of: date) -> Iterator[Problem]:
    start = waiver.granted or as_of
    latest = days_after(start, max_days)
    if waiver.expires > latest:
        since = "it was granted" if waiver.granted else "today"
        message = f"the waiver ends more than {plural(max_days, 'day')} after {since}"
        yield Problem((*waiver.at, "expires"), message, f'Write "{latest}" or earlier, and renew the waiver then.')
    if waiver.granted and waiver.granted > waiver.expires:
        yield Problem((*waiver.at, "expires"), "the waiver ends before it was granted", "Correct one of the dates.")


def by_service(waivers: Iterable[Waiver]) -> dict[str, list[Waiver]]:
    """The waivers of each service, in order."""
    index: dict[str, list[Waiver]] = {}
    for waiver in waivers:
        for service in dict.fromkeys(waiver.services):
            index.setdefault(service, []).append(waiver)
    return index


def find(waivers: Iterable[Waiver], service: str, violation: Violation, as_of: date) -> tuple[Excuse | None, str]:
    """The excuse for a violation; or a remark if a waiver covers it whose limit it exceeds."""
    remark = ""
    for waiver in waivers:
        if waiver.covers(service, violation.rule.id, violation.subject) and waiver.in_force(as_of):
            if not exceeds(violation, waiver.limit):
                return _excuse(waiver, as_of), ""
            remark = f"; waived only to {waiver.limit:,}, and this is worse"
    return None, remark


def exceeds(violation: Violation, limit: float | None) -> bool:
    """Whether a violation's value is worse than a waiver's limit."""
    if limit is None or violation.value is None:
        return False
    return violation.value > limit if violation.rule.worse is Worse.ABOVE else violation.value < limit


def _excuse(waiver: Waiver, as_of: date) -> Excuse:
    left = waiver.days_left(as_of)
    words = waiver.reason, waiver.approved_by, waiver.expires, waiver.ticket
    return Excuse(*words, left, waiver.location, waiver.cause, waiver.incident)


def audit(
    waivers: Sequence[Waiver],
    failed: Mapping[str, Failed],
    as_of: date,
    warn_days: int,
    fleet: Collection[str] | None = None,
) -> Iterator[Notice]:
    """The notices about some waivers.

    ``failed`` are the violations of every judged service, by service. ``fleet`` are the names of all services that
    there are; None if that isn't known.
    """
    suggested = 0
    for waiver in waivers:
        left = waiver.days_left(as_of)
        if left < 0:
            yield _about_end(EXPIRED, waiver, f"expired {plural(-left, 'day')} ago")
        if not waiver.in_force(as_of):
            continue
        instead, lost = unmatched(waiver, failed), unmet_services(waiver, fleet) if fleet is not None else []
        if instead is not None:
            message = f"the waiver for {whom(waiver)} matches nothing: {instead}"
            yield Notice(UNUSED, waiver, message, UNUSED.help)
        elif lost:
            suggested += 1
            known = fleet if fleet and suggested <= MAX_PROBLEMS else ()
            yield Notice(UNUSED, waiver, *unmet_words(whom(waiver), lost, known))
        if instead is None and left <= warn_days and len(lost) < len(set(waiver.services)):
            yield _about_end(EXPIRING, waiver, f"expires in {plural(left, 'day')}" if left else "expires today")


def _about_end(rule: Rule, waiver: Waiver, when: str) -> Notice:
    return Notice(rule, waiver, f"the waiver for {whom(waiver)} {when}, on {waiver.expires}", rule.help)


def unmet_services(waiver: Waiver, fleet: Collection[str]) -> list[str]:
    """The services of a waiver that a fleet lacks."""
    return [service for service in dict.fromkeys(waiver.services) if service not in fleet]


def unmet_words(whom: str, names: Sequence[str], fleet: Collection[str]) -> tuple[str, str]:
    """What is wrong with a waiver for services that don't exist, and what to do."""
    message = f"the waiver for {whom} names services that do not exist: {commas(names)}"
    close = nearest(names[0], fleet)
    fix = "Correct the name, or remove it; `platform-gate waivers prune` removes waivers that match nothing."
    return message, f"Did you mean {close}? {fix}" if close else fix


def whom(waiver: Waiver) -> str:
    """The services, rules and subject of a waiver, in words."""
    subject = f" ({waiver.subject})" if waiver.subject else ""
    return f"{commas(waiver.services)}: {commas(waiver.rules)}{subject}"


def excuses(waiver: Waiver, failed: Mapping[str, Failed]) -> bool:
    """Whether a waiver covers any violation."""
    rules = frozenset(waiver.rules)
    violations = (violation for name in waiver.services for violation in failed.get(name, ()))
    return any(rule in rules and waiver.subject in ("", subject) for rule, subject in violations)


class Unmatched(NamedTuple):
    """What a waiver that covers nothing could have meant: how many violations of its rules have other subjects.

    ``subjects`` are the first of those, sorted.
    """

    findings: int = 0
    subjects: tuple[str, ...] = ()

    def __add__(self, other: "Unmatched") -> "Unmatched":  # type: ignore[override]  # as if they had been found together
        both = sorted({*self.subjects, *other.subjects})
        return Unmatched(self.findings + other.findings, tuple(both[:LISTED_AT_MOST]))

    def __str__(self) -> str:
        if not self.findings:
            return "the finding is gone"
        more = self.findings - len(self.subjects)
        total = f"; {plural(self.findings, 'finding')} in all" if more else ""
        return f"its subject is not among those that fail ({commas(self.subjects)}{total})"


def unmatched(waiver: Waiver, failed: Mapping[str, Failed]) -> Unmatched | None:
    """For a waiver that covers no violation, those of its rules with other subjects.

    None if it covers a violation, or if none of its services was judged.
    """
    judged = [service for service in dict.fromkeys(waiver.services) if service in failed]
    if not judged or excuses(waiver, failed):
        return None
    if not waiver.subject:
        return Unmatched()
    rules = frozenset(waiver.rules)
    subjects = [subject for name in judged for rule, subject in failed[name] if rule in rules and subject]
    return Unmatched(len(subjects), tuple(nsmallest(LISTED_AT_MOST, set(subjects))))
