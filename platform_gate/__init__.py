"""platform-gate: a policy-as-code gate on the health of services.

The names in ``__all__`` are the Python API: ``check`` runs the whole gate on a repository; the four subsystems' models,
``PlatformService`` and ``PlatformToolkit`` judge services that were built in Python.

Each name is imported when it is first used, so that the program starts without modules that it doesn't need.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from platform_gate.api import PlatformService, PlatformToolkit
    from platform_gate.checking import check
    from platform_gate.judging.request import Request
    from platform_gate.judging.totals import PlatformReport
    from platform_gate.model import GateError, HealthStatus
    from platform_gate.reports.outcome import Outcome
    from platform_gate.subsystems.cost import CostEntry, CostProfile, CostTrend
    from platform_gate.subsystems.governance import GovernanceCheck, GovernanceStatus, run_governance_checks
    from platform_gate.subsystems.reliability import ReliabilityMetrics
    from platform_gate.subsystems.slo import SLODefinition

__all__ = [
    "CostEntry",
    "CostProfile",
    "CostTrend",
    "GateError",
    "GovernanceCheck",
    "GovernanceStatus",
    "HealthStatus",
    "Outcome",
    "PlatformReport",
    "PlatformService",
    "PlatformToolkit",
    "ReliabilityMetrics",
    "Request",
    "SLODefinition",
    "check",
    "run_governance_checks",
]

_MODULES = {
    "CostEntry": "subsystems.cost",
    "CostProfile": "subsystems.cost",
    "CostTrend": "subsystems.cost",
    "GateError": "model",
    "GovernanceCheck": "subsystems.governance",
    "GovernanceStatus": "subsystems.governance",
    "HealthStatus": "model",
    "Outcome": "reports.outcome",
    "PlatformReport": "judging.totals",
    "PlatformService": "api",
    "PlatformToolkit": "api",
    "ReliabilityMetrics": "subsystems.reliability",
    "Request": "judging.request",
    "SLODefinition": "subsystems.slo",
    "check": "checking",
    "run_governance_checks": "subsystems.governance",
}
"""The module below this package that defines each public name."""


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
