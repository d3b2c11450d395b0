"""Findings on files that can't be judged and on services that are described twice, a limited number per file."""

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
    """A finding on a file that can't be judged, with the rule's help if the refusal has no fix."""
    fix = refusal.fix or rule.help
    return Finding(rule.id, Severity.ERROR, refusal.message, fix, refusal.location, at, excerpt=refusal.excerpt)


def further_of(rule: Rule, listed: Sequence[Finding], count: int) -> list[Finding]:
    """The finding that ends a cut list: how many more there are. Empty if the list is complete."""
    if not count:
        return []
    problem = further(count)
    return [finding_of(rule, Refusal(problem.message, problem.fix, listed[-1].location))]


def described_already(name: str, place: Location) -> str:
    """The message of a second description of a service; ``place`` is that of the first."""
    return f"the service {quote(name)} is already described at {place}"


class Placed(Protocol):
    """Anything with a service's name and a location."""

    @property
    def name(self) -> str:
        """The service's name."""

    @property
    def location(self) -> Location:
        """Its location."""


P = TypeVar("P", bound=Placed)


def repeated(names: Iterable[P], say: Callable[[P, P], Finding]) -> list[Finding]:
    """A finding for every name that was used before, at most ``MAX_PROBLEMS`` per file.

    Args:
        names: In the order in which they count; the first one of each name is no finding.
        say: Makes the finding, of the repeated name and the first one.
    """
    first: dict[str, P] = {}
    findings: list[Finding] = []
    counts: Counter[str] = Counter()
    for named in names:
        other = first.setdefault(named.name, named)
        if other is not named:
            counts[named.location.path] += 1
            if counts[named.location.path] <= MAX_PROBLEMS:
                findings.append(say(named, other))
    for path, count in counts.items():
        listed = [finding for finding in findings if finding.location.path == path]
        findings += further_of(DUPLICATE_SERVICE, listed, max(0, count - MAX_PROBLEMS))
    return findings


def with_fingerprints(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings with fingerprints: a digest of rule, path and pointer, numbered where several have the same."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for finding in sorted(findings, key=in_order):
        key = finding.rule, printable(finding.location.path), printable(finding.pointer)
        seen[key] += 1
        yield finding._replace(fingerprint=digest(*key, str(seen[key])))


def in_order(finding: Finding) -> tuple[str, int, int]:
    """The key by which findings of files are sorted: by place."""
    return printable(finding.location.path), *finding.location.start
