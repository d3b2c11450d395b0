"""A judged service as a run keeps it: what reports say of it, small, and fit to travel between processes."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from platform_gate.documents.document import Document
from platform_gate.judging.judgement import HealthStatus, Judgement, Scored, Waive, judge, no_waivers
from platform_gate.judging.manifest import Manifest
from platform_gate.judging.totals import Figures, figures
from platform_gate.model import Disposition, Finding, Location, Violation, pointer
from platform_gate.policy.limits import HealthLimits


class Part(NamedTuple):
    """What one subsystem says: its status, in its own vocabulary, and the points it adds."""

    name: str
    status: str
    points: int


class Inside(NamedTuple):
    """All that a service was judged by, and everything that came of it."""

    manifest: Manifest
    judgement: Judgement


class Judged(NamedTuple):
    """A service of a run. ``location`` is where its document begins.

    ``fatal`` are the rules that fail the gate by themselves and are open, ``limits`` say what makes it degraded or
    critical. ``row`` is its packed row of the report, where that was asked for; ``inside`` is kept where more than a
    report is wanted.
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
    row: bytes = b""
    inside: Inside | None = None

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
        return bool(self.findings) and any(finding.excuse for finding in self.findings)

    @property
    def manifest(self) -> Manifest:
        """What it was judged by, where that was kept."""
        return self._kept.manifest

    @property
    def judgement(self) -> Judgement:
        """The reason for every point, where that was kept."""
        return self._kept.judgement

    def without_inside(self, row: bytes) -> "Judged":
        """The result alone, and its row of the report."""
        return Judged(*self[:-2], row)

    @property
    def _kept(self) -> Inside:
        if self.inside is None:
            raise LookupError(f"of {self.name} only the result was kept")
        return self.inside


def judge_manifest(manifest: Manifest, waive: Waive = no_waivers) -> Judged:
    """A manifest judged, and its failed checks placed in its file."""
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
        _parts(tuple([(scored.name, scored.status, scored.points) for scored in judgement.scored.values()])),
        tuple(findings),
        inside=Inside(manifest, judgement),
    )


@lru_cache(maxsize=1024)
def _parts(said: tuple[tuple[str, str, int], ...]) -> tuple[Part, ...]:
    """What the subsystems say; the same parts for all services of which the same is said, as of most of a fleet."""
    return tuple(Part(*each) for each in said)


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
            location=document.locate(check.at, on_key=check.on_key),
            pointer=pointer(check.at),
            disposition=Disposition.OPEN if excuse is None else Disposition.WAIVED,
            fingerprint=_fingerprint(check, judgement.subject.name),
            points=points,
            decisive=judgement.decisive(scored, check.rule),
            subsystem=scored.name,
            subject=check.subject,
            excuse=excuse,
        )


def _fingerprint(check: Violation, service: str) -> str:
    """A digest of rule, service and place by names: no line, no index, no wording."""
    return digest(check.rule.id, service, *(key for key in check.at if isinstance(key, str)), check.subject)


def digest(*words: str) -> str:
    """32 hexadecimal digits that stand for some words."""
    import hashlib  # noqa: PLC0415 - with it OpenSSL is loaded, and a healthy fleet needs no fingerprint

    return hashlib.sha256("\0".join(words).encode("utf-8", "surrogatepass")).hexdigest()[:32]
