"""`demo`: the seed's two services, with the seed's keys and figures."""

import json

import pytest

from platform_gate.cli.demo import demo_outcome, demo_toolkit
from platform_gate.cli.main import run


def test_the_demo_prints_the_seeds_report(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert {key: value for key, value in report.items() if key != "services"} == {
        "total_services": 2,
        "healthy": 1,
        "degraded": 0,
        "critical": 1,
        "unknown": 0,
        "slo_breaches": 1,
        "over_budget": 1,
        "governance_compliant": 1,
        "total_monthly_cost": 8000,
        "avg_reliability_score": 72.5,
        "top_risks": ["payments"],
    }
    assert report["services"][1] == {
        "name": "payments",
        "team": "fintech",
        "health": "critical",
        "reliability_score": 60,
        "governance": "needs_review",
        "monthly_cost": 3500,
        "slos_met": 0,
        "slos_total": 1,
    }


def test_demo_can_be_an_option_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--demo"]) == 0
    as_option = capsys.readouterr()
    assert run(["demo"]) == 0
    assert as_option == capsys.readouterr()


def test_the_text_is_about_the_same_services(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--text"]) == 0
    assert "CRITICAL  payments  5 points" in capsys.readouterr().out
    services = {service["name"]: service for service in demo_toolkit().generate_report().to_dict()["services"]}
    judged = demo_outcome().run.services
    assert [service.name for service in judged] == list(services)
    for service in judged:
        assert service.health == services[service.name]["health"]
        assert service.figures.score == services[service.name]["reliability_score"]


def test_the_demo_is_the_python_api() -> None:
    payments = demo_toolkit().get_service("payments")
    assert payments is not None
    assert payments.judgement.points == 5


def test_the_demo_takes_no_operand(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "services"]) == 2
    assert capsys.readouterr().out == ""
