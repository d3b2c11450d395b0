"""Services that are built in Python, judged as manifests are.

Names and fields follow the platform toolkit's walkthrough; `docs/python.md` lists what differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from platform_gate.judging.judgement import Judgement, judge
from platform_gate.judging.result import figures
from platform_gate.judging.totals import PlatformReport, aggregate, detail
from platform_gate.model import Context, HealthStatus, Subject, nowhere
from platform_gate.policy import loading
from platform_gate.subsystems import SUBSYSTEMS
from platform_gate.subsystems.cost import CostProfile
from platform_gate.subsystems.governance import Governance, GovernanceCheck, GovernanceStatus
from platform_gate.subsystems.reliability import ReliabilityMetrics
from platform_gate.subsystems.slo import SLODefinition


@dataclass(frozen=True, slots=True)
class PlatformService:
    """A service with the facts of its subsystems, judged by the default policy as of today.

    No subsystem is required: one without data gives no points. A service without any data is UNKNOWN.
    """

    name: str
    team: str
    slos: Sequence[SLODefinition] = field(default_factory=list)
    cost: CostProfile = field(default_factory=CostProfile)
    reliability: ReliabilityMetrics = field(default_factory=ReliabilityMetrics)
    governance_checks: Sequence[GovernanceCheck] = field(default_factory=list)
    tier: int = field(default=1, kw_only=True)

    @property
    def judgement(self) -> Judgement:
        """The whole judgement: status, points and violations of every subsystem."""
        governance = Governance(self.governance_checks, bool(self.governance_checks))
        facts = {"slo": self.slos, "cost": self.cost, "reliability": self.reliability, "governance": governance}
        effective = loading.default()
        has_data = any(SUBSYSTEMS[name].has_data(part) for name, part in facts.items())
        gate = effective.gate._replace(required=() if has_data else effective.gate.required)
        subject = Subject(self.name, self.team, self.tier, {}, "")
        return judge(subject, facts, effective._replace(gate=gate), Context(datetime.now(UTC).date(), nowhere))

    @property
    def health(self) -> HealthStatus:
        """HEALTHY, UNKNOWN, DEGRADED or CRITICAL."""
        return self.judgement.health

    @property
    def governance_status(self) -> GovernanceStatus:
        """COMPLIANT, NEEDS_REVIEW or NON_COMPLIANT."""
        return GovernanceStatus(self.judgement.scored["governance"].status)


class PlatformToolkit:
    """A registry of services by name, and the report over all of them."""

    def __init__(self) -> None:
        self._services: dict[str, PlatformService] = {}

    def register_service(self, service: PlatformService) -> None:
        """Add a service; one of the same name is replaced."""
        self._services[service.name] = service

    def get_service(self, name: str) -> PlatformService | None:
        """The service of a name, or None."""
        return self._services.get(name)

    def generate_report(self) -> PlatformReport:
        """The report over every registered service, in the order of registration."""
        judgements = [service.judgement for service in self._services.values()]
        return aggregate(list(map(figures, judgements)), list(map(detail, judgements)))
