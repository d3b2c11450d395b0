"""``platform-gate demo``: a report over two services that are built with the Python API."""

from __future__ import annotations

import json

import click

from platform_gate.api import PlatformService, PlatformToolkit
from platform_gate.cli.options import display_options
from platform_gate.cli.streams import write_stdout
from platform_gate.subsystems.cost import CostEntry, CostProfile
from platform_gate.subsystems.governance import run_governance_checks
from platform_gate.subsystems.reliability import ReliabilityMetrics
from platform_gate.subsystems.slo import SLODefinition


@click.command()
@display_options
def demo() -> None:
    """Print the report over two example services as JSON."""
    report = demo_toolkit().generate_report()
    write_stdout([json.dumps(report.to_dict(), indent=2, ensure_ascii=False), "\n"])


def demo_toolkit() -> PlatformToolkit:
    """A toolkit with a healthy service, api-gateway, and a critical one, payments."""
    toolkit = PlatformToolkit()
    toolkit.register_service(
        PlatformService(
            name="api-gateway",
            team="platform",
            slos=[SLODefinition("availability", 99.9, 99.95)],
            cost=CostProfile(5000, [CostEntry("2026-01", 4200), CostEntry("2026-02", 4500)]),
            reliability=ReliabilityMetrics(99.95, 8, 1, 5),
            governance_checks=run_governance_checks("api-gateway", True, True, True, True, True),  # noqa: FBT003
        )
    )
    toolkit.register_service(
        PlatformService(
            name="payments",
            team="fintech",
            slos=[SLODefinition("availability", 99.99, 99.8)],
            cost=CostProfile(3000, [CostEntry("2026-01", 2800), CostEntry("2026-02", 3500)]),
            reliability=ReliabilityMetrics(99.8, 25, 3, 12),
            governance_checks=run_governance_checks(
                "payments", has_runbook=True, has_monitoring=True, has_owner=True, has_incident_response=True
            ),
        )
    )
    return toolkit
