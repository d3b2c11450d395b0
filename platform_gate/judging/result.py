"""The result of judging one service: its health, its findings, and where they are in its manifest."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from platform_gate.documents.document import Document
from platform_gate.judging.judgement import Failure, Judgement, Scored, Waive, judge, no_waivers
from platform_gate.judging.manifest import Manifest
from platform_gate.model import Disposition, Finding, HealthStatus, Location, Violation, pointer
from platform_gate.policy.limits import HealthLimits
from platform_gate.subsystems import freshness
from platform_gate.subsystems.governance import GovernanceStatus
from platform_gate.subsystems.reliability import score
from platform_gate.subsystems.slo import SLOStatus

if TYPE_CHECKING:
    from platform_gate.judging.tallies import Tally


class Figures(NamedTuple):
    """The numbers of one service that a report adds up.

    ``score`` is its reliability score, None if nothing is measured; ``cost`` the amount of its latest month, None if no
    cost is known, in ``currency``.
    """

    name: str
    health: HealthStatus
    points: int
    slo_breached: bool
    over_budget: bool
    compliant: bool
    score: int | None
    cost: float | None
    currency: str


def figures(judgement: Judgement) -> Figures:
    """The figures of a judged service."""
    scored, cost = judgement.scored, judgement.scored["cost"].facts
    return Figures(
        judgement.subject.name,
        judgement.health,
        judgement.points,
        scored["slo"].status == SLOStatus.BREACHED,
        cost.over_budget,
        scored["governance"].status == GovernanceStatus.COMPLIANT,
        score_of(judgement),
        cost.latest_cost if cost.entries else None,
        cost.currency,
    )


def worst_first(service: Figures) -> tuple[int, int, str]:
    """A key to sort services: by health, points and name."""
    return -service.health.rank, -service.points, service.name


def score_of(judgement: Judgement) -> int | None:
    """A service's reliability score; None if nothing is measured."""
    scored = judgement.scored["reliability"]
    return score(scored.facts, scored.limits)


class Part(NamedTuple):
    """One subsystem's status, in its own vocabulary, and the points it adds."""

    name: str
    status: str
    points: int


class Detail(NamedTuple):
    """Everything that a service was judged by, and the whole judgement: for explanations and comparisons."""

    manifest: Manifest
    judgement: Judgement


class Judged(NamedTuple):
    """A service of a run: small, and fit to travel between processes.

    ``location`` is where its document begins. ``fatal`` are the open rules that fail the gate by themselves, ``limits``
    the points from which a service is degraded or critical. ``row`` is its row of the JSON report, see ``Kept``; empty
    unless the run keeps rows. ``detail`` is None unless the run keeps everything. ``tallies`` count measured values.
    """

    figures: Figures
    team: str
    tier: int
    location: Location
    health_without_waivers: HealthStatus
    waived_points: int
    failing: bool
    fatal: tuple[str, ...]
    limits: HealthLimits
    parts: tuple[Part, ...]
    findings: tuple[Finding, ...]
    tallies: "tuple[Tally, ...]" = ()
    row: bytes = b""
    detail: Detail | None = None

    @property
    def name(self) -> str:
        """The service's name."""
        return self.figures.name

    @property
    def health(self) -> HealthStatus:
        """The service's health."""
        return self.figures.health

    @property
    def points(self) -> int:
        """The sum over the subsystems."""
        return self.figures.points

    @property
    def excused(self) -> bool:
        """Whether a waiver excuses any finding."""
        return any(finding.disposition is Disposition.WAIVED for finding in self.findings)

    @property
    def exempt(self) -> bool:
        """Whether any finding is exempt."""
        return any(finding.disposition is Disposition.EXEMPT for finding in self.findings)

    @property
    def manifest(self) -> Manifest:
        """The manifest; raises ``LookupError`` unless the run keeps everything."""
        return self._detail().manifest

    @property
    def judgement(self) -> Judgement:
        """The reason for every point; raises ``LookupError`` unless the run keeps everything."""
        return self._detail().judgement

    def _detail(self) -> Detail:
        if self.detail is None:
            raise LookupError(f"the run kept no detail of {self.name}")
        return self.detail


def without_detail(judged: Judged) -> Judged:
    """The result alone."""
    return judged._replace(detail=None)


def judge_manifest(manifest: Manifest, waive: Waive = no_waivers) -> Judged:
    """Judge a manifest, and place its violations in its file."""
    judgement = judge(manifest.subject, manifest.facts, manifest.policy, manifest.context, waive)
    document, subject = manifest.document, judgement.subject
    wrong = [scored for scored in judgement.scored.values() if scored.failures]
    findings = [finding for scored in wrong for finding in _place(scored, judgement, document)]
    return Judged(
        figures(judgement),
        subject.team,
        subject.tier,
        Location(document.path, document.line, 1, document.line, 2),
        judgement.health_without_waivers,
        judgement.waived_points,
        judgement.failing,
        judgement.fatal,
        judgement.policy.health,
        _parts(*[(scored.name, scored.status, scored.points) for scored in judgement.scored.values()]),
        tuple(findings),
        _tallies(manifest.facts),
        detail=Detail(manifest, judgement),
    )


@lru_cache(maxsize=4096)
def _parts(*parts: tuple[str, str, int]) -> tuple[Part, ...]:
    """The same tuple for all services of which the same is to be said: it travels once with a batch."""
    return tuple([Part(*part) for part in parts])


def _tallies(facts: Mapping[str, Any]) -> "tuple[Tally, ...]":
    if freshness.NAME not in facts:
        return ()
    from platform_gate.judging.tallies import tallies  # noqa: PLC0415 - few runs are measured

    return tallies(facts[freshness.NAME])


def _place(scored: Scored, judgement: Judgement, document: Document) -> Iterator[Finding]:
    charged = set()
    for failure in scored.failures:
        violation, excuse, measured = failure.violation, failure.excuse, failure.violation.measured
        charge = scored.charge(violation.rule) if excuse is None else None
        points = charge.points if charge and charge not in charged else 0
        charged.add(charge)
        yield Finding(
            rule=violation.rule.id,
            severity=judgement.severity(scored, failure),
            message=violation.message + (f" ({measured})" if measured else "") + failure.remark,
            fix=violation.fix or violation.rule.help,
            location=document.locate(violation.at, on_key=violation.on_key),
            pointer=_pointer(violation.at),
            disposition=_disposition(failure),
            fingerprint=_fingerprint(violation, judgement.subject.name),
            points=points,
            decisive=judgement.decisive(scored, violation.rule),
            subsystem=scored.name,
            subject=violation.subject,
            excuse=excuse or failure.exemption,
            measured=measured,
        )


def _disposition(failure: Failure) -> Disposition:
    if failure.excuse:
        return Disposition.WAIVED
    return Disposition.EXEMPT if failure.exemption else Disposition.OPEN


_pointer = lru_cache(maxsize=4096)(pointer)
"""Remembered: findings have few places, of many services."""


def _fingerprint(violation: Violation, service: str) -> str:
    """A digest of rule, service and place by names: it survives moved lines, reordered lists and new wording."""
    return digest(violation.rule.id, service, *(key for key in violation.at if isinstance(key, str)), violation.subject)


def digest(*words: str) -> str:
    """The first 32 hexadecimal digits of the SHA-256 of some words."""
    import hashlib  # noqa: PLC0415 - with it OpenSSL is loaded, and a healthy fleet needs no fingerprint

    return hashlib.sha256("\0".join(words).encode("utf-8", "surrogatepass")).hexdigest()[:32]
