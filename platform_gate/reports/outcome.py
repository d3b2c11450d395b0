"""What reporters get: a run and its verdict, with everything that a report says about both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from platform_gate.judging import verdict
from platform_gate.judging.result import Judged
from platform_gate.judging.runner import Run
from platform_gate.judging.totals import worst_first
from platform_gate.judging.verdict import ExitCode, Verdict
from platform_gate.model import Disposition, Finding, HealthStatus, Location, Rule, Scope, Severity
from platform_gate.policy.limits import Effective

if TYPE_CHECKING:
    from platform_gate.changes.comparison import Comparison
    from platform_gate.judging.shards import Slice
    from platform_gate.judging.totals import PlatformReport
    from platform_gate.reports.history import History


class Display(NamedTuple):
    """How it is wanted: a terminal's columns and colours, how much (-1 quiet, 0, 1 verbose), a document's size."""

    width: int = 80
    color: bool = False
    verbosity: int = 0
    max_bytes: int | None = None


PLAIN: Final = Display()


class Basis(Protocol):
    """By what was judged: a policy, or what a report says of one."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def source(self) -> str:
        """Where it came from."""

    @property
    def path(self) -> str:
        """Its file, as shown."""

    @property
    def sha256(self) -> str:
        """The digest of all that it says."""

    def base(self) -> Effective:
        """What holds where no override matches."""

    def known_rules(self) -> dict[str, Rule]:
        """Every rule that a finding can be of."""


class Links(NamedTuple):
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
    from urllib.parse import quote  # noqa: PLC0415 - text for people has no addresses

    return quote(path.lstrip("/").encode("utf-8", "surrogateescape"), safe="/~")


@dataclass(frozen=True, eq=False, repr=False)
class Outcome:
    """A judged run. ``command`` reproduces it, ``help`` is the policy's word on whom to ask.

    ``comparison`` says what changed since a base, where there is one; ``scope`` what the verdict is about. ``part`` is
    what of a fleet was judged, where it wasn't all. Of several repositories ``repositories`` are the rows of a report,
    and ``differences`` what isn't alike in all.
    """

    run: Run
    policy: Basis
    as_of: date
    verdict: Verdict
    exit_code: ExitCode
    command: str
    schema_only: bool = False
    display: Display = PLAIN
    links: Links | None = None
    comparison: Comparison | None = None
    scope: Scope = Scope.ALL
    part: Slice | None = None
    repository: str | None = None
    repositories: Sequence[Mapping[str, Any]] = ()
    history: History | None = None
    differences: Sequence[str] = ()

    @cached_property
    def report(self) -> PlatformReport:
        """The fleet in numbers."""
        from platform_gate.judging.totals import aggregate  # noqa: PLC0415 - text for people only counts healths

        return aggregate([judged.figures for judged in self.run.services])

    @cached_property
    def healths(self) -> Counter[HealthStatus]:
        """How many services are in which health."""
        return Counter(judged.figures.health for judged in self.run.services)

    def decides(self, judged: Judged) -> bool:
        """Whether the verdict is about a service: about every one, unless a scope says which of a change's."""
        if self.comparison is None:
            return True
        return self.comparison.decides(judged, self.scope)

    @property
    def blocking(self) -> tuple[list[Judged], list[Judged]]:
        """What keeps the verdict from passing, worst first: by this change, and what was so before and decides too."""
        decided = _worst_first(judged for judged in self.run.services if judged.failing and self.decides(judged))
        if self.comparison is None:
            return decided, []
        guilty = [judged for judged in decided if self.comparison.decides(judged, Scope.REGRESSED)]
        named = {judged.name for judged in guilty}
        return guilty, [judged for judged in decided if judged.name not in named]

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
        return _worst_first(self.run.services)

    @cached_property
    def noteworthy(self) -> list[Judged]:
        """The services of which there is anything to be said, the worst first: most of a fleet is well."""
        return _worst_first(filter(_worth_showing, self.run.services))

    @property
    def findings(self) -> list[Finding]:
        """Every finding: of files that can't be judged, then service by service, worst first."""
        return [*self.run.findings, *(finding for judged in self.worst_first for finding in judged.findings)]

    @property
    def worst_findings(self) -> list[Finding]:
        """Every finding: open ones first, errors before warnings before notes, else in the order of ``findings``."""
        return sorted(self.findings, key=_weight)


def decided(
    run: Run, policy: Basis, as_of: date, command: str = "platform-gate check", *, exit_zero: bool = False, **more: Any
) -> Outcome:
    """The outcome of a run, with the verdict and exit code that follow from it; ``more`` are fields of ``Outcome``."""
    comparison, scope = more.get("comparison"), more.get("scope", Scope.ALL)
    gate = policy.base().gate
    answer = verdict.decide(run, gate.fail_on) if comparison is None else comparison.verdict(run, gate, scope)
    return Outcome(run, policy, as_of, answer, verdict.exit_code(answer, exit_zero=exit_zero), command, **more)


def _worst_first(services: Iterable[Judged]) -> list[Judged]:
    return sorted(services, key=lambda judged: worst_first(judged.figures))


def _worth_showing(judged: Judged) -> bool:
    """Whether there is anything to be said of a service: it isn't well, or well only by a waiver."""
    return judged.failing or judged.health is not HealthStatus.HEALTHY or judged.excused


def _weight(finding: Finding) -> tuple[bool, int]:
    return finding.disposition is Disposition.WAIVED, -list(Severity).index(finding.severity)
