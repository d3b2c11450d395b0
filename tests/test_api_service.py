"""A service built in Python, and judged as a manifest's facts are."""

from typing import Any

import pytest

from platform_gate.api import PlatformService
from platform_gate.model import Subject
from platform_gate.subsystems.governance import run_governance_checks
from tests.judging.test_judgement import BREACHED, LOW, MET, OVER, RELIABLE, UNMEASURED, WITHIN, judgement_of


def test_a_service_built_in_python_needs_only_a_name_and_a_team() -> None:
    bare = PlatformService("web", "shop")
    assert (bare.health, bare.governance_status) == ("unknown", "needs_review")
    assert (bare.judgement.points, bare.judgement.subject) == (0, Subject("web", "shop", 1, {}, ""))


@pytest.mark.parametrize(
    "data",
    [
        {"slos": [MET]},
        {"cost": WITHIN},
        {"reliability": RELIABLE},
        {"governance_checks": run_governance_checks("web", *[True] * 5)},
    ],
)
def test_in_python_any_data_is_enough(data: dict[str, Any]) -> None:
    assert PlatformService("web", "shop", **data).health == "healthy"


def test_in_python_an_slo_without_a_measurement_is_never_a_pass() -> None:
    assert PlatformService("web", "shop", slos=[UNMEASURED]).health == "unknown"
    assert PlatformService("web", "shop", slos=[MET, UNMEASURED]).health == "unknown"


def test_in_python_a_service_is_judged_as_its_manifest_would_be() -> None:
    built = PlatformService("web", "shop", [BREACHED], OVER, LOW, run_governance_checks("web", *[True] * 5))
    by_gate = judgement_of(slo=[BREACHED], cost=OVER, reliability=LOW)
    assert (built.health, built.judgement.points) == (by_gate.health, by_gate.points) == ("critical", 4)
