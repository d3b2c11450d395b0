"""What reporters get: a run and its verdict, with everything that a report says about both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import quote

from platform_gate.compare import Comparison, Scope
from platform_gate.gate import Judged, Run
from platform_gate.history import NO_HISTORY, History
from platform_gate.model import Disposition, Finding, Location, Severity
from platform_gate.policy import Policy
from platform_gate.service import HealthStatus
from platform_gate.toolkit import PlatformReport, aggregate
from platform_gate.verdict import ExitCode, Verdict


@dataclass(frozen=True, slots=True)
class Display:
    """How it is wanted: a terminal's columns and colours, how much (-1 quiet, 0, 1 verbose), a document's size."""

    width: int = 80
    color: bool = False
    verbosity: int = 0
    max_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Links:
    """Where a file's lines can be looked at: the address of the tree that was judged, without a slash at its end."""

    tree: str

    def url(self, location: Location) -> str:
        """The address of a place; empty for what lies outside the repository."""
        path = location.path
        if path.startswith(("/", "<")) or ".." in path.split("/"):
            return ""
        lines = f"L{location.line}" + (f"-L{location.end_line}" if location.end_line > location.line else "")
        return f"{self.tree}/{uri(path)}#{lines}"


def uri(path: str) -> str:
    """A path as a relative, percent-encoded address; bytes that are no UTF-8 are what they were."""
    return quote(path.lstrip("/").encode("utf-8", "surrogateescape"), safe="/~")


@dataclass(frozen=True)
class Outcome:
    """A judged run. ``command`` reproduces it, ``help`` is the policy's word on whom to ask.

    ``comparison`` says what changed since a base, where there is one; ``scope`` what the verdict is about.
    """

    run: Run
    policy: Policy
    as_of: date
    verdict: Verdict
    exit_code: ExitCode
    command: str
    schema_only: bool = False
    display: Display = Display()
    links: Links | None = None
    comparison: Comparison | None = None
    scope: Scope = Scope.ALL
    history: History = NO_HISTORY

    @cached_property
    def report(self) -> PlatformReport:
        """The fleet in numbers."""
        return aggregate([judged.judgement for judged in self.run.services])

    def decides(self, judged: Judged) -> bool:
        """Whether the verdict is about a service: about every one, unless a scope says which of a change's."""
        if self.comparison is None:
            return True
        return self.comparison.decides(judged, self.scope)

    def is_standing(self, finding: Finding) -> bool:
        """Whether an unjudged file does not count: it was so at the base, and the scope is narrower than all."""
        if self.comparison is None or self.scope is Scope.ALL:
            return False
        return finding.fingerprint in self.comparison.standing

    @property
    def help(self) -> str:
        """Whom to ask, as the policy says."""
        return self.policy.base().gate.help

    @cached_property
    def worst_first(self) -> list[Judged]:
        """The services by health, then points, then name."""
        return sorted(self.run.services, key=_badness)

    @property
    def findings(self) -> list[Finding]:
        """Every finding: of files that can't be judged, then service by service, worst first."""
        return [*self.run.findings, *(finding for judged in self.worst_first for finding in judged.findings)]

    @property
    def worst_findings(self) -> list[Finding]:
        """Every finding: open ones first, errors before warnings before notes, else in the order of ``findings``."""
        return sorted(self.findings, key=_weight)


def worth_showing(judged: Judged) -> bool:
    """Whether there is anything to be said of a service: it isn't well, or well only by a waiver."""
    judgement = judged.judgement
    excused = any(finding.excuse for finding in judged.findings)
    return judgement.failing or judgement.health is not HealthStatus.HEALTHY or excused


def _weight(finding: Finding) -> tuple[bool, int]:
    return finding.disposition is Disposition.WAIVED, -list(Severity).index(finding.severity)


def _badness(judged: Judged) -> tuple[int, int, str]:
    judgement = judged.judgement
    return -judgement.health.rank, -judgement.points, judgement.subject.name
