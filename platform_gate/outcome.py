"""What reporters get: a run and its verdict, with everything that a report says about both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from platform_gate.gate import Judged, Run
from platform_gate.model import Finding
from platform_gate.policy import Policy
from platform_gate.toolkit import PlatformReport, aggregate
from platform_gate.verdict import ExitCode, Verdict


@dataclass(frozen=True, slots=True)
class Display:
    """How a terminal wants it: columns, colours, and how much (-1 quiet, 0, 1 verbose)."""

    width: int = 80
    color: bool = False
    verbosity: int = 0


@dataclass(frozen=True)
class Outcome:
    """A judged run. ``command`` reproduces it, ``help`` is the policy's word on whom to ask."""

    run: Run
    policy: Policy
    as_of: date
    verdict: Verdict
    exit_code: ExitCode
    command: str
    schema_only: bool = False
    display: Display = Display()

    @cached_property
    def report(self) -> PlatformReport:
        """The fleet in numbers."""
        return aggregate([judged.judgement for judged in self.run.services])

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


def _badness(judged: Judged) -> tuple[int, int, str]:
    judgement = judged.judgement
    return -judgement.health.rank, -judgement.points, judgement.subject.name
