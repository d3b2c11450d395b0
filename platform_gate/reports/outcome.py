"""The outcome of a run, which every report format is made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from platform_gate.judging import verdict
from platform_gate.judging.result import Judged, worst_first
from platform_gate.judging.runner import Run
from platform_gate.judging.verdict import ExitCode, Verdict
from platform_gate.model import Disposition, Finding, HealthStatus, Location, Rule, Scope, Severity
from platform_gate.policy.gate import USUAL, Choice
from platform_gate.policy.limits import Effective
from platform_gate.text import real_bytes

if TYPE_CHECKING:
    from platform_gate.changes.comparison import Comparison
    from platform_gate.judging.shards import Slice
    from platform_gate.judging.totals import PlatformReport
    from platform_gate.reports.history import History


class Display(NamedTuple):
    """How to show an outcome: columns, colour, verbosity (-1 quiet, 0 normal, 1 verbose), Markdown's size limit.

    ``links``: the terminal shows links (OSC 8).
    """

    width: int = 80
    color: bool = False
    verbosity: int = 0
    max_bytes: int | None = None
    links: bool = False


PLAIN: Final = Display()


class Basis(Protocol):
    """The policy of an outcome: a loaded one, or one that an earlier report recorded."""

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
        """The SHA-256 digest of its effective content."""

    def base(self) -> Effective:
        """The limits that hold if no override matches."""

    def known_rules(self) -> dict[str, Rule]:
        """All rules by ID."""


class Links(NamedTuple):
    """Links to the judged files. ``tree`` is the URL of the commit's tree, without a final slash."""

    tree: str

    def url(self, location: Location) -> str:
        """The URL of a location's lines; empty if the file is outside of the repository."""
        path = location.path
        if path.startswith(("/", "<")) or ".." in path.split("/"):
            return ""
        lines = f"L{location.line}" + (f"-L{location.end_line}" if location.end_line > location.line else "")
        return f"{self.tree}/{uri(path)}#{lines}"


def uri(path: str) -> str:
    """A path, as shown, as a relative URL: the file's own bytes, percent-encoded."""
    from urllib.parse import quote  # noqa: PLC0415 - text for people has no addresses

    return quote(real_bytes(path.lstrip("/")), safe="/~")


@dataclass(frozen=True, eq=False, repr=False)
class Outcome:
    """A judged run with its verdict.

    Attributes:
        command: the command line that reproduces the run.
        comparison: what changed since a base; None without one.
        scope: which services of a change decide its verdict.
        part: the slice of the fleet that was judged; None if it was all.
        repository: the repository's name, if it was given.
        repositories: for a merged report, a row per repository.
        differences: for a merged report, sentences on how the repositories' runs differ.
        statistics: whether reports count findings by rule, team and tier.
        explain_options: options of ``explain`` that judge as this run did; None if it can't.
        tracked: the snapshots that git tracks, for formats that refer to them.
        choice: which gate decided, and the kinds of the change.
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
    unread: Sequence[str] = ()
    explain_options: str | None = ""
    statistics: bool = False
    tracked: Collection[str] = ()
    choice: Choice = USUAL

    @cached_property
    def report(self) -> PlatformReport:
        """Totals of the fleet."""
        from platform_gate.judging.totals import aggregate  # noqa: PLC0415 - text for people only counts healths

        return aggregate([judged.figures for judged in self.run.services])

    @cached_property
    def healths(self) -> Counter[HealthStatus]:
        """The number of services by health."""
        return Counter(judged.figures.health for judged in self.run.services)

    def decides(self, judged: Judged) -> bool:
        """Whether the verdict depends on a service. With a base, the scope decides that."""
        if self.comparison is None:
            return True
        return self.comparison.decides(judged, self.scope)

    @property
    def blocking(self) -> tuple[list[Judged], list[Judged]]:
        """Failing services that decide, worst first: those regressed by this change, and the others."""
        decided = _worst_first(judged for judged in self.run.services if judged.failing and self.decides(judged))
        if self.comparison is None:
            return decided, []
        introduced = [judged for judged in decided if self.comparison.decides(judged, Scope.REGRESSED)]
        named = {judged.name for judged in introduced}
        return introduced, [judged for judged in decided if judged.name not in named]

    def is_standing(self, finding: Finding) -> bool:
        """Whether an unjudged file does not count: the base has it too, and the scope is narrower than all."""
        if self.comparison is None or self.scope is Scope.ALL:
            return False
        return finding.fingerprint in self.comparison.standing

    @cached_property
    def undecided(self) -> frozenset[str]:
        """Fingerprints of findings that the verdict does not depend on, because the scope leaves them out."""
        if self.comparison is None or self.scope is Scope.ALL:
            return frozenset()
        others = (judged for judged in self.run.services if not self.decides(judged))
        return self.comparison.standing.union(finding.fingerprint for judged in others for finding in judged.findings)

    def level(self, finding: Finding) -> Severity:
        """The severity of a finding within the scope: a warning at most if the verdict does not depend on it."""
        undecided = finding.severity is Severity.ERROR and finding.fingerprint in self.undecided
        return Severity.WARNING if undecided else finding.severity

    @property
    def adoption(self) -> bool:
        """Whether the change adopts the gate, so that its own rules judge it."""
        return self.comparison is not None and self.comparison.adoption

    def explain(self, service: str) -> str:
        """The command line that explains a service; empty if there is none."""
        return "" if self.explain_options is None else f"platform-gate explain {service}{self.explain_options}"

    @property
    def help(self) -> str:
        """The policy's ``gate.help``: whom to ask."""
        return self.policy.base().gate.help

    @cached_property
    def worst_first(self) -> list[Judged]:
        """Services by health, then points, then name."""
        return _worst_first(self.run.services)

    @cached_property
    def noteworthy(self) -> list[Judged]:
        """Services that need attention, worst first. Sorting these alone is faster: most of a fleet is healthy."""
        return _worst_first(filter(_worth_showing, self.run.services))

    @property
    def findings(self) -> list[Finding]:
        """All findings: of unjudged files and waivers, then service by service, worst first."""
        return [*self.run.findings, *(finding for judged in self.worst_first for finding in judged.findings)]

    @property
    def worst_findings(self) -> list[Finding]:
        """All findings: open before waived, errors before warnings before notes, else in the order of ``findings``."""
        return sorted(self.findings, key=self._weight)

    def _weight(self, finding: Finding) -> tuple[bool, int]:
        return finding.disposition is not Disposition.OPEN, -list(Severity).index(self.level(finding))


def decided(
    run: Run, policy: Basis, as_of: date, command: str = "platform-gate check", *, exit_zero: bool = False, **more: Any
) -> Outcome:
    """Decide a run: its outcome with verdict and exit code. ``more`` are fields of ``Outcome``."""
    comparison, scope = more.get("comparison"), more.get("scope", Scope.ALL)
    gate = policy.base().gate
    answer = verdict.decide(run, gate.fail_on) if comparison is None else comparison.verdict(run, gate, scope)
    return Outcome(run, policy, as_of, answer, verdict.exit_code(answer, exit_zero=exit_zero), command, **more)


def _worst_first(services: Iterable[Judged]) -> list[Judged]:
    return sorted(services, key=lambda judged: worst_first(judged.figures))


def _worth_showing(judged: Judged) -> bool:
    """Whether a service fails, is not healthy, or is so thanks to a waiver or an exemption."""
    return judged.failing or judged.health is not HealthStatus.HEALTHY or judged.excused or judged.exempt
