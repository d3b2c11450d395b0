"""``platform-gate demo``: a report of two services, built with the Python API, or as text from their manifests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

import click

from platform_gate.api import PlatformService, PlatformToolkit
from platform_gate.cli.options import display, display_options
from platform_gate.cli.streams import write_stdout
from platform_gate.documents.shipped import DEFAULT_POLICY
from platform_gate.judging import runner
from platform_gate.judging.runner import Job
from platform_gate.policy import loading
from platform_gate.reports.formats import reporter
from platform_gate.reports.outcome import PLAIN, Display, Outcome, decided
from platform_gate.repository.config import Config
from platform_gate.repository.work_tree import ManifestFile
from platform_gate.subsystems.cost import CostEntry, CostProfile
from platform_gate.subsystems.governance import run_governance_checks
from platform_gate.subsystems.reliability import ReliabilityMetrics
from platform_gate.subsystems.slo import SLODefinition

AS_OF: Final = date(2026, 3, 1)
MANIFESTS: Final = "demo.yaml"
"""The template that describes the same two services."""


@click.command()
@click.option("--text", "as_text", is_flag=True, help="Show the text report of `check` instead of JSON.")
@display_options
def demo(as_text: bool) -> None:  # noqa: FBT001 - click's form
    """Show a report of two built-in services, one healthy and one critical."""
    if as_text:
        write_stdout(reporter("text").render(demo_outcome(display())))
        return
    report = demo_toolkit().generate_report()
    write_stdout([json.dumps(report.to_dict(), indent=2, ensure_ascii=False), "\n"])


class DemoTree(NamedTuple):
    """A tree that holds the manifests of the demo and nothing else."""

    def find(self, _operands: Sequence[str], _config: Config) -> list[ManifestFile]:
        """The one file."""
        return [ManifestFile(MANIFESTS, MANIFESTS)]

    def read(self, file: ManifestFile) -> bytes:
        """The bytes of the template."""
        return (Path(__file__).parent / "templates" / file.file).read_bytes()

    def exists(self, _path: str) -> bool:
        """Nothing else is there."""
        return False


def demo_outcome(shown: Display = PLAIN) -> Outcome:
    """The outcome of checking the two services under the default policy."""
    tree, policy = DemoTree(), loading.load(DEFAULT_POLICY, loading.nothing_to_read)
    run = runner.run(Job(tree, policy, AS_OF), tree.find((), Config()))
    return decided(run, policy, AS_OF, "platform-gate demo --text", display=shown)


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
