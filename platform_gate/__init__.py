"""platform-gate: a policy-as-code gate on the health of services.

The names below are the Python API: four focused subsystems, a service that composes them, and a toolkit that reports.
They are imported when they are first used, so that starting the program imports nothing it doesn't need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from platform_gate.api import PlatformService, PlatformToolkit
    from platform_gate.judging.judgement import HealthStatus
    from platform_gate.judging.totals import PlatformReport
    from platform_gate.subsystems.cost import CostEntry, CostProfile, CostTrend
    from platform_gate.subsystems.governance import GovernanceCheck, GovernanceStatus, run_governance_checks
    from platform_gate.subsystems.reliability import ReliabilityMetrics
    from platform_gate.subsystems.slo import SLODefinition

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

_HOME = {
    "CostEntry": "subsystems.cost",
    "CostProfile": "subsystems.cost",
    "CostTrend": "subsystems.cost",
    "GovernanceCheck": "subsystems.governance",
    "GovernanceStatus": "subsystems.governance",
    "HealthStatus": "judging.judgement",
    "PlatformReport": "judging.totals",
    "PlatformService": "api",
    "PlatformToolkit": "api",
    "ReliabilityMetrics": "subsystems.reliability",
    "SLODefinition": "subsystems.slo",
    "run_governance_checks": "subsystems.governance",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
