"""Findings of no service: of files that can't be judged and names that are there twice, not too many of one file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, Protocol, TypeVar

from platform_gate.documents.document import Refusal
from platform_gate.judging.result import digest
from platform_gate.model import Finding, Location, Rule, Severity, further
from platform_gate.subsystems.catalogue import DUPLICATE_SERVICE
from platform_gate.text import printable, quote

MAX_PROBLEMS: Final = 20


def finding_of(rule: Rule, refusal: Refusal, at: str = "") -> Finding:
    """A finding of a file that can't be judged; without a fix of its own the rule's holds."""
    fix = refusal.fix or rule.help
    return Finding(rule.id, Severity.ERROR, refusal.message, fix, refusal.location, at, excerpt=refusal.excerpt)


def further_of(rule: Rule, listed: Sequence[Finding], count: int) -> list[Finding]:
    """That a file has more problems than are listed, at the place of the last."""
    if not count:
        return []
    problem = further(count)
    return [finding_of(rule, Refusal(problem.message, problem.fix, listed[-1].location))]


def described_already(name: str, place: Location) -> str:
    """That a service is described at another place as well."""
    return f"the service {quote(name)} is described at {place} already"


class Placed(Protocol):
    """Whatever has a service's name and a place."""

    @property
    def name(self) -> str:
        """The service's name."""

    @property
    def location(self) -> Location:
        """Its place."""


P = TypeVar("P", bound=Placed)


def repeated(names: Iterable[P], say: Callable[[P, P], Finding]) -> list[Finding]:
    """What ``say`` makes of each name that was there before and of the first one, not too many of one file."""
    first: dict[str, P] = {}
    found: list[Finding] = []
    counts: Counter[str] = Counter()
    for each in names:
        other = first.setdefault(each.name, each)
        if other is not each:
            counts[each.location.path] += 1
            if counts[each.location.path] <= MAX_PROBLEMS:
                found.append(say(each, other))
    for path, count in counts.items():
        listed = [finding for finding in found if finding.location.path == path]
        found += further_of(DUPLICATE_SERVICE, listed, max(0, count - MAX_PROBLEMS))
    return found


def with_fingerprints(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Fingerprints for findings of files: rule, path and pointer as shown, and which of several at the same place."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for finding in sorted(findings, key=_in_order):
        key = finding.rule, printable(finding.location.path), printable(finding.pointer)
        seen[key] += 1
        yield finding._replace(fingerprint=digest(*key, str(seen[key])))


def _in_order(finding: Finding) -> tuple[str, int, int]:
    return printable(finding.location.path), *finding.location.start
