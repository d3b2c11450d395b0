"""Waivers: which violations they excuse, and notices about waivers that have ended, end soon or excuse nothing."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from platform_gate.documents import schema
from platform_gate.documents.document import Document, read_one
from platform_gate.model import At, Excuse, Location, Problem, Rule, Violation, Worse, days_after, pointer
from platform_gate.policy.limits import Effective
from platform_gate.rule_ids import BROKEN_LINE, MANIFEST, WAIVER, kind_of
from platform_gate.subsystems.catalogue import EXPIRED, EXPIRING, UNUSED
from platform_gate.text import plural, quote, suggestion

NOT_WAIVABLE: Final = (MANIFEST, WAIVER)
"""Kinds of rules."""
NOT_WAIVABLE_RULES: Final = (BROKEN_LINE, "measurement/unknown-service")
"""Findings of no service."""


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
    file: str = ""

    @property
    def location(self) -> Location:
        """The location of the waiver."""
        return self.document.locate(self.at)

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
    if problems := schema.validate(document.data, "waivers"):
        raise document.refuse(*problems)
    spec = document.data["spec"]
    max_days = min(spec.get("max_days", policy.waivers.max_days), policy.waivers.max_days)
    problems = []
    waivers = []
    for index, entry in enumerate(spec["waivers"]):
        at: At = ("spec", "waivers", index)
        wrong = [*_impossible_days(entry, at), *_wrong_rules(entry, at, policy, rules)]
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
    )


def _rules(entry: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(entry.get("rules") or [entry["rule"]])


def _impossible_days(entry: Mapping[str, Any], at: At) -> Iterator[Problem]:
    for key in ("granted", "expires"):
        try:
            date.fromisoformat(entry.get(key, "2000-01-01"))
        except ValueError:
            yield Problem((*at, key), f"there is no day {entry[key]}", "Correct it.")


def _wrong_rules(entry: Mapping[str, Any], at: At, policy: Effective, rules: Mapping[str, Rule]) -> Iterator[Problem]:
    key = "rules" if "rules" in entry else "rule"
    for index, rule in enumerate(_rules(entry)):
        place = (*at, key, index) if key == "rules" else (*at, key)
        if rule not in rules:
            yield Problem(place, f"there is no rule {quote(rule)}", suggestion(rule, rules))
        elif kind_of(rule) in NOT_WAIVABLE or rule in (*NOT_WAIVABLE_RULES, *policy.gate.not_waivable):
            yield Problem(place, f"{rule} cannot be waived", "Mend what it finds, or ask who owns the policy.")
        elif "limit" in entry and rules[rule].worse is None:
            yield Problem((*at, "limit"), f"{rule} measures nothing that a limit could hold", "Remove the limit.")


def _too_long(waiver: Waiver, max_days: int, as_of: date) -> Iterator[Problem]:
    start = waiver.granted or as_of
    latest = days_after(start, max_days)
    if waiver.expires > latest:
        since = "it was granted" if waiver.granted else "today"
        message = f"the waiver ends more than {plural(max_days, 'day')} after {since}"
        yield Problem((*waiver.at, "expires"), message, f'Write "{latest}" or earlier, and renew it when it is due.')
    if waiver.granted and waiver.granted > waiver.expires:
        yield Problem((*waiver.at, "expires"), "the waiver ends before it was granted", "Correct one of the days.")


def find(waivers: Iterable[Waiver], service: str, violation: Violation, as_of: date) -> tuple[Excuse | None, str]:
    """The excuse for a violation; or a remark if a waiver covers it whose limit it exceeds."""
    remark = ""
    for waiver in waivers:
        if waiver.covers(service, violation.rule.id, violation.subject) and waiver.in_force(as_of):
            if not exceeds(violation, waiver.limit):
                return _excuse(waiver, as_of), ""
            remark = f"; waived only to {waiver.limit}, and this is worse"
    return None, remark


def exceeds(violation: Violation, limit: float | None) -> bool:
    """Whether a violation's value is worse than a waiver's limit."""
    if limit is None or violation.value is None:
        return False
    return violation.value > limit if violation.rule.worse is Worse.ABOVE else violation.value < limit


def _excuse(waiver: Waiver, as_of: date) -> Excuse:
    left = waiver.days_left(as_of)
    return Excuse(waiver.reason, waiver.approved_by, waiver.expires, waiver.ticket, left, waiver.location)


def audit(waivers: Sequence[Waiver], failed: Mapping[str, Failed], as_of: date, warn_days: int) -> Iterator[Notice]:
    """The notices about some waivers. ``failed`` are the violations of every judged service, by service."""
    for waiver in waivers:
        left = waiver.days_left(as_of)
        if left < 0:
            message = f"the waiver for {_whom(waiver)} ended {plural(-left, 'day')} ago, on {waiver.expires}"
            yield Notice(EXPIRED, waiver, message, EXPIRED.help)
        elif not waiver.in_force(as_of):
            continue
        elif (subjects := unmatched_subjects(waiver, failed)) is not None:
            message = f"the waiver for {_whom(waiver)} excuses nothing: {why_unused(subjects)}"
            yield Notice(UNUSED, waiver, message, UNUSED.help)
        elif left <= warn_days:
            end = f"in {plural(left, 'day')}" if left else "today"
            message = f"the waiver for {_whom(waiver)} ends {end}, on {waiver.expires}"
            yield Notice(EXPIRING, waiver, message, EXPIRING.help)


def _whom(waiver: Waiver) -> str:
    subject = f" ({waiver.subject})" if waiver.subject else ""
    return f"{', '.join(waiver.services)}: {', '.join(waiver.rules)}{subject}"


def excuses(waiver: Waiver, failed: Mapping[str, Failed]) -> bool:
    """Whether a waiver covers any violation."""
    violations = ((name, *violation) for name in waiver.services for violation in failed.get(name, ()))
    return any(waiver.covers(*violation) for violation in violations)


def unmatched_subjects(waiver: Waiver, failed: Mapping[str, Failed]) -> list[str] | None:
    """For a waiver that covers no violation, the subjects for which its rules are violated instead.

    None if it covers a violation, or if none of its services was judged.
    """
    judged = [service for service in waiver.services if service in failed]
    if not judged or excuses(waiver, failed):
        return None
    if not waiver.subject:
        return []
    return sorted({subject for name in judged for rule, subject in failed[name] if rule in waiver.rules and subject})


def usage(
    waivers: Sequence[Waiver], failed: Mapping[str, Failed], as_of: date
) -> tuple[list[str], dict[str, Sequence[str]]]:
    """The places of waivers that match something, and of those that match nothing, with the subjects found instead."""
    in_use = [_place(waiver) for waiver in waivers if excuses(waiver, failed)]
    in_force = (waiver for waiver in waivers if waiver.in_force(as_of))
    instead = {_place(waiver): unmatched_subjects(waiver, failed) for waiver in in_force}
    return in_use, {place: subjects for place, subjects in instead.items() if subjects is not None}


def _place(waiver: Waiver) -> str:
    return f"{waiver.location.path}#{pointer(waiver.at)}"


def why_unused(subjects: Iterable[str]) -> str:
    """Why a waiver excuses nothing, given the ``unmatched_subjects``."""
    others = ", ".join(sorted(set(subjects)))
    return f"its subject is none of those found ({others})" if others else "the finding is gone"
