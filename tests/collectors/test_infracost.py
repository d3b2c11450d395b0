"""Infracost's estimates, by the shape of the JSON that its own tests hold (format 0.2)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.asking import ask, by_field, numbers

NAME = "acme/infra/payments"


def project(total: Any = "742.64", name: str = NAME, **metadata: Any) -> dict[str, Any]:
    return {
        "name": name,
        "metadata": {"path": "payments", "type": "terraform_dir", **metadata},
        "pastBreakdown": {"resources": [], "totalHourlyCost": "0", "totalMonthlyCost": "0"},
        "breakdown": {"resources": [], "totalHourlyCost": "1.017315068493150679", "totalMonthlyCost": total},
        "diff": {"resources": [], "totalHourlyCost": "1.0", "totalMonthlyCost": total},
        "summary": {"unsupportedResourceCounts": {}},
    }


def asked(folder: Path, *projects: dict[str, Any], **changed: Any) -> Any:
    report = {
        "version": "0.2",
        "currency": "EUR",
        "projects": list(projects),
        "totalHourlyCost": "1.0",
        "totalMonthlyCost": "742.64",
        "timeGenerated": "2025-06-30T13:59:31.123456789Z",
        "summary": {"unsupportedResourceCounts": {}},
        **changed,
    }
    (folder / "a.json").write_text(json.dumps(report), encoding="utf-8")
    settings = {"type": "infracost", "files": ["*.json"], "projects": {NAME: "payments", "ok": "ledger"}}
    return ask(settings, folder=folder)


def test_a_forecast_is_no_month(tmp_path: Path) -> None:
    result = asked(tmp_path, project(), project(name="ok", total="12.5"), project(name="other"))
    assert numbers(result) == {
        "payments cost_forecast/acme-infra-payments": "742.64",
        "ledger cost_forecast/ok": "12.5",
    }
    assert result.state.provides == ("cost_forecast",)
    assert result.remarks == ("left out 1 project without a service",)
    value = by_field(result)["ledger cost_forecast/ok"]
    assert (value.unit, value.observed_at) == ("EUR", datetime(2025, 6, 30, 13, 59, 31, 123456, tzinfo=UTC))


@pytest.mark.parametrize(
    "broken",
    [
        project("0"),
        project(None),
        project("0.00"),
        project("NaN"),
        project(errors=[{"code": 1, "message": "Failed to parse"}]),
        {"name": NAME, "metadata": None, "breakdown": None},
    ],
)
def test_what_infracost_could_not_price_is_no_data(tmp_path: Path, broken: dict[str, Any]) -> None:
    assert numbers(asked(tmp_path, broken)) == {"payments cost_forecast/acme-infra-payments": "no-data"}


def test_an_estimate_without_a_date(tmp_path: Path) -> None:
    found = numbers(asked(tmp_path, project(), timeGenerated=None))
    assert found == {"payments cost_forecast/acme-infra-payments": "no-timestamp"}


def test_a_file_that_is_cut_off(tmp_path: Path) -> None:
    asked(tmp_path, project())
    (tmp_path / "a.json").write_bytes((tmp_path / "a.json").read_bytes()[:-9])
    settings = {"type": "infracost", "files": ["*.json"], "projects": {NAME: "payments"}}
    assert ask(settings, folder=tmp_path).state.error == "a.json is not JSON"
