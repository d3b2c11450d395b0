"""platform-gate: a policy-as-code gate on the health of services.

The names below are the Python API: four focused subsystems, a service that composes them, and a toolkit that reports.
"""

from platform_gate.service import HealthStatus, PlatformService
from platform_gate.subsystems.cost import CostEntry, CostProfile, CostTrend
from platform_gate.subsystems.governance import GovernanceCheck, GovernanceStatus, run_governance_checks
from platform_gate.subsystems.reliability import ReliabilityMetrics
from platform_gate.subsystems.slo import SLODefinition
from platform_gate.toolkit import PlatformReport, PlatformToolkit

__all__ = [
    "CostEntry",
    "CostProfile",
    "CostTrend",
    "GovernanceCheck",
    "GovernanceStatus",
    "HealthStatus",
    "PlatformReport",
    "PlatformService",
    "PlatformToolkit",
    "ReliabilityMetrics",
    "SLODefinition",
    "run_governance_checks",
]
