"""The JSON report: valid, complete, and the same bytes for the same input."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from platform_gate.documents import shipped
from platform_gate.reports.formats import json as reporter
from platform_gate.reports.outcome import Outcome
from tests.conftest import Gate
from tests.samples import BREACHED, SPIKING, check_folder, check_text, manifest, own_policy, write

EUROS = 'cost: {currency: EUR, entries: [{month: "2026-10", amount: 0.1}]}'
SEED_KEYS = [
    "total_services",
    "healthy",
    "degraded",
    "critical",
    "unknown",
    "slo_breaches",
    "over_budget",
    "governance_compliant",
    "total_monthly_cost",
    "avg_reliability_score",
    "services",
    "top_risks",
]
SEED_SERVICE_KEYS = [
    "name",
    "team",
    "health",
    "reliability_score",
    "governance",
    "monthly_cost",
    "slos_met",
    "slos_total",
]
RULE = "  rules:\n    - {id: org/no-domain, title: No domain, at: /metadata/labels, require: {required: [domain]}}\n"

REPOSITORIES: Mapping[str, Mapping[str, str]] = {
    "healthy": {"s/a.yaml": manifest()},
    "empty spec": {"s/a.yaml": manifest(slos="", cost="", reliability="", governance="")},
    "breached and spiking": {"s/a.yaml": manifest(slos=BREACHED, cost=SPIKING)},
    "two currencies": {"s/a.yaml": manifest("a"), "s/b.yaml": manifest("b", cost=EUROS)},
    "not measured": {"s/a.yaml": manifest(slos="slos: [{name: a, target: 100}]", reliability="reliability: {}")},
    "window": {"s/a.yaml": manifest(slos="slos: [{name: a, target: 100, current: 100, window: calendar-month}]")},
    "broken": {"s/a.yaml": manifest(), "s/b.yaml": "a: 010\n", "s/c.yaml": "kind: Service\n"},
    "nothing": {"readme.md": ""},
    "non-ASCII": {"s/a.yaml": manifest(team="Süßwaren", slos="slos: [{name: 可用性, target: 99, current: 98}]")},
    "exotic keys": {"s/a.yaml": manifest(metadata='labels: {"a/b~c": x}, "te/ir~": 1')},
    "own rules": {"s/a.yaml": manifest(metadata="labels: {a: b}"), "policy.yaml": own_policy(RULE)},
}


def text_of(outcome: Outcome) -> str:
    return "".join(reporter.render(outcome))


def report_of(outcome: Outcome) -> Any:
    report = json.loads(text_of(outcome), parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
    problems = [error.message for error in Draft202012Validator(shipped.schema("report")).iter_errors(report)]
    assert not problems
    return report


@pytest.mark.parametrize("name", REPOSITORIES)
def test_every_report_fits_its_schema(tmp_path: Path, name: str) -> None:
    write(tmp_path, REPOSITORIES[name])
    reference = "policy.yaml" if "policy.yaml" in REPOSITORIES[name] else "default"
    outcome = check_folder(tmp_path, "s", reference=reference)
    report = report_of(outcome)
    assert report["exit_code"] == outcome.exit_code
    assert report["verdict"] == outcome.verdict
    assert report["total_services"] == len(report["services"]) == len(outcome.run.services)


def test_schema_only_reports_fit_the_schema_too(tmp_path: Path) -> None:
    write(tmp_path, {"s/a.yaml": manifest(), "s/b.yaml": "kind: Service\n"})
    assert report_of(check_folder(tmp_path, "s", schema_only=True))["services"] == []


def test_the_seeds_keys_come_first_and_in_its_order(tmp_path: Path) -> None:
    write(tmp_path, {"s/a.yaml": manifest()})
    report = report_of(check_folder(tmp_path, "s"))
    assert list(report)[: len(SEED_KEYS)] == SEED_KEYS
    assert list(report["services"][0])[: len(SEED_SERVICE_KEYS)] == SEED_SERVICE_KEYS


def test_the_contracts_example_comes_out(tmp_path: Path) -> None:
    root = Path(__file__).parents[3] / "examples/services"
    for name in ("api-gateway.yaml", "payments.yaml"):
        write(tmp_path, {f"services/{name}": (root / name).read_bytes()})
    report = report_of(check_folder(tmp_path, "services"))
    assert [report[key] for key in SEED_KEYS if key != "services"] == [
        *(2, 1, 0, 1, 0, 1, 1, 1),
        8000,
        72.5,
        ["payments"],
    ]
    payments = report["services"][1]
    expected = {
        "name": "payments",
        "team": "fintech",
        "health": "critical",
        "reliability_score": 60,
        "governance": "needs_review",
        "monthly_cost": 3500,
        "slos_met": 0,
        "slos_total": 1,
        "tier": 1,
        "path": "services/payments.yaml",
        "line": 2,
        "health_without_waivers": "critical",
        "points": 5,
        "cost_trend": "spiking",
        "over_budget": True,
        "average_cost": 3150,
        "currency": "USD",
    }
    assert {key: payments[key] for key in expected} == expected
    assert {name: part["points"] for name, part in payments["subsystems"].items() if part["points"]} == {
        "slo": 2,
        "cost": 1,
        "reliability": 1,
        "governance": 1,
    }
    assert report["monthly_cost_by_currency"] == {"USD": 8000}
    assert (report["repository"], report["as_of"], report["schema_version"]) == (None, "2026-11-23", "1")
    assert {key: report["policy"][key] for key in ("name", "source")} == {"name": "default", "source": "shipped"}


def test_every_sum_is_the_sum_of_its_parts(tmp_path: Path) -> None:
    write(tmp_path, {f"s/{number}.yaml": text for number, text in enumerate(REPOSITORIES["two currencies"].values())})
    write(tmp_path, {"s/x.yaml": manifest("x", slos=BREACHED, cost=SPIKING, governance="governance: {runbook: true}")})
    report = report_of(check_folder(tmp_path, "s"))
    for service in report["services"]:
        assert service["points"] == sum(part["points"] for part in service["subsystems"].values())
        assert service["points"] == sum(each["points"] for each in service["findings"])
        assert service["cost_trend"] == service["subsystems"]["cost"]["facts"]["trend"]
        assert service["governance"] == service["subsystems"]["governance"]["status"]


def test_amounts_in_several_currencies_are_never_added(tmp_path: Path) -> None:
    write(tmp_path, REPOSITORIES["two currencies"])
    report = report_of(check_folder(tmp_path, "s"))
    assert report["total_monthly_cost"] is None
    assert report["monthly_cost_by_currency"] == {"EUR": 0.1, "USD": 900}


def test_no_number_is_written_with_an_empty_fraction(tmp_path: Path) -> None:
    cost = 'cost: {budget_monthly: 1000.0, entries: [{month: "2026-10", amount: 900.00}]}'
    write(tmp_path, {"s/a.yaml": manifest(slos="slos: [{name: a, target: 99.0, current: 99.50}]", cost=cost)})
    text = text_of(check_folder(tmp_path, "s"))
    assert '"target": 99, "current": 99.5' in text
    assert '"budget_monthly": 1000, "latest_cost": 900' in text


def test_a_runner_that_reads_the_report_finds_no_command(tmp_path: Path) -> None:
    evil = "slos: [{name: '##[error]x', target: 99, current: 98}, {name: '::error::y', target: 99, current: 98}]"
    write(tmp_path, {"s/a.yaml": manifest(slos=evil)})
    outcome = check_folder(tmp_path, "s")
    text = text_of(outcome)
    assert "##[" not in text
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]
    slos = report_of(outcome)["services"][0]["subsystems"]["slo"]["facts"]["slos"]
    assert [slo["name"] for slo in slos] == ["##[error]x", "::error::y"]


def test_the_report_comes_in_pieces_that_end_in_a_line_feed(tmp_path: Path) -> None:
    write(tmp_path, {f"s/{number}.yaml": manifest(f"n{number}") for number in range(5)})
    pieces = list(reporter.render(check_folder(tmp_path, "s")))
    assert len(pieces) > 5
    assert pieces[-1].endswith("\n")


name = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=30)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name, name)
def test_any_names_give_a_valid_report(slo: str, team: str) -> None:
    text = manifest(team=json.dumps(team), slos=f"slos: [{{name: {json.dumps(slo)}, target: 99, current: 98}}]")
    report = report_of(check_text(text))
    if report["services"]:
        assert report["services"][0]["team"] == team
        assert report["services"][0]["subsystems"]["slo"]["facts"]["slos"][0]["name"] == slo


@pytest.mark.parametrize("form", ["json", "text"])
def test_the_same_input_gives_the_same_bytes(tmp_path: Path, gate: Gate, form: str) -> None:
    files = {f"services/{folder}/{name}.yaml": "" for folder in ("b", "a") for name in ("z", "y", "x")}
    texts = [
        manifest(slos=BREACHED),
        manifest("ä"),
        manifest("eu", cost=EUROS),
        manifest("a", slos="slos: [{name: 可用性, target: 99, current: 98}]", metadata="labels: {z: a, b: c, m: d}"),
        manifest("twin"),
        manifest("twin"),
    ]
    files = dict(zip(files, texts, strict=True))
    surroundings: list[dict[str, str]] = [
        {"PYTHONHASHSEED": "0", "LC_ALL": "C", "LANG": "C", "TZ": "Pacific/Kiritimati"},
        {"PYTHONHASHSEED": "4711", "LC_ALL": "POSIX", "TZ": "America/Adak", "PYTHONIOENCODING": "ascii"},
        {"PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "0"},
    ]
    answers = set()
    for number, env in enumerate(surroundings):
        order = sorted(files, reverse=bool(number % 2))
        repository = write(tmp_path / str(number), {path: files[path] for path in order})
        (repository / ".git").mkdir()
        done = gate(repository, "check", "--as-of", "2026-11-23", "-f", form, env=env)
        assert done.returncode == 2, done.stderr
        answers.add(done.stdout)
    assert len(answers) == 1
    assert str(tmp_path) not in answers.pop()
