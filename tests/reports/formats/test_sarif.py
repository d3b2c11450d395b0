"""SARIF, held against its own schema and against what GitHub accepts."""

import json
import os
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from jsonschema_rs import Draft4Validator

from platform_gate.checking import check
from platform_gate.judging.request import Request
from platform_gate.model import Severity
from platform_gate.reports.formats import sarif as reporter
from platform_gate.reports.outcome import Outcome
from platform_gate.text import real_path
from tests.conftest import ROOT
from tests.reports.formats.fleets import ATTACKS, UNSEEN, changed, commit, fleet, hostile, many, named, outcome_of
from tests.samples import BREACHED, DAY, manifest, own_policy, write

SCHEMA = ROOT / "tests/data/sarif/sarif-schema-2.1.0.json"
OWN_RULE = "  rules: [{id: org/no-domain, title: No domain, at: /metadata/labels, require: {required: [domain]}}]\n"


def text_of(outcome: Outcome) -> str:
    return "".join(reporter.render(outcome))


def run_of(outcome: Outcome) -> Any:
    """The one run, within GitHub's limits for an upload."""
    document = json.loads(text_of(outcome), parse_constant=pytest.fail)
    [run] = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) <= 25_000
    assert [rule["id"] for rule in rules] == sorted(rule["id"] for rule in rules)
    for rule in rules:
        assert max(len(rule[key]["text"]) for key in ("shortDescription", "fullDescription")) <= 1024
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
        kind = rule["id"].partition("/")[0]
        shipped = f"https://platform-gate.github.io/platform-gate/rules/{rule['id']}/"
        assert rule.get("helpUri") == (None if kind == "org" else shipped)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        check_result(result)
    fingerprints = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
    assert len(fingerprints) == len(set(fingerprints))
    return run


def check_result(result: Any) -> None:
    gone = result.get("baselineState") == "absent"
    assert result["level"] in ({"none"} if gone else {"note", "warning", "error"})
    assert result.get("kind", "fail") == ("pass" if gone else "fail")
    [location] = result["locations"]
    physical = location["physicalLocation"]
    artifact, region = physical["artifactLocation"], physical["region"]
    assert artifact["uriBaseId"] == "SRCROOT"
    assert not artifact["uri"].startswith("/")
    assert ":" not in artifact["uri"]
    assert artifact["uri"].isascii()
    start, end = (region["startLine"], region["startColumn"]), (region["endLine"], region["endColumn"])
    assert (1, 1) <= start <= end


@pytest.fixture(scope="module")
def schema() -> Any:
    return json.loads(SCHEMA.read_bytes())


def test_every_report_fits_the_schema(tmp_path: Path, schema: Any) -> None:
    validator = Draft4Validator(schema)
    healthy = write(tmp_path / "healthy", {"web.yaml": manifest()})
    outcomes = [
        fleet(tmp_path / "fleet"),
        hostile(tmp_path / "hostile"),
        outcome_of(healthy, "web.yaml"),
        many(outcome_of(healthy, "web.yaml"), [(Severity.NOTE, 25_001)]),
    ]
    for outcome in outcomes:
        errors = [error.message[:200] for error in validator.iter_errors(json.loads(text_of(outcome)))]
        assert errors == []


def test_a_healthy_fleet_has_empty_results(tmp_path: Path) -> None:
    run = run_of(outcome_of(write(tmp_path, {"web.yaml": manifest()}), "web.yaml"))
    assert run["results"] == []
    assert run["invocations"][0]["executionSuccessful"] is True
    assert run["invocations"][0]["toolExecutionNotifications"] == []


def test_a_finding_with_its_place(tmp_path: Path) -> None:
    outcome = outcome_of(write(tmp_path, {"s/web shop.yaml": manifest(slos=BREACHED)}), "s")
    run = run_of(outcome)
    [result] = run["results"]
    column = BREACHED.rindex("99.5") + 3
    assert (result["ruleId"], result["level"]) == ("slo/breached", "error")
    assert result["message"]["text"].startswith("availability is at 99.5, below its target of 99.9. Bring the service")
    physical = result["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uri"] == "s/web%20shop.yaml"
    assert physical["region"] == {"startLine": 5, "startColumn": column, "endLine": 5, "endColumn": column + 4}
    assert run["columnKind"] == "unicodeCodePoints"
    [finding] = outcome.findings
    assert result["partialFingerprints"] == {"primaryLocationLineHash": finding.fingerprint}


def test_columns_count_code_points(tmp_path: Path) -> None:
    line = "slos: [{name: 😀, target: 99, current: 98}]"
    [result] = run_of(outcome_of(write(tmp_path, {"web.yaml": manifest(slos=line)}), "web.yaml"))["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert region["startColumn"] == line.rindex("98") + 3


def test_what_could_not_be_judged_is_a_result_and_a_notification(tmp_path: Path) -> None:
    outcome = fleet(tmp_path)
    run = run_of(outcome)
    [invocation] = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["exitCode"] == 2
    notified = [each["associatedRule"]["id"] for each in invocation["toolExecutionNotifications"]]
    assert notified == ["manifest/invalid", "manifest/invalid", "manifest/unreadable"]
    assert [each["ruleId"] for each in run["results"][:3]] == notified
    assert {"waiver/expired", "waiver/unused"} <= {each["ruleId"] for each in run["results"]}
    assert run["properties"] == {
        "policy": {"name": "default", "sha256": outcome.policy.sha256, "source": "shipped"},
        "as_of": "2026-11-23",
        "verdict": "not judged",
    }


def test_what_is_waived_is_suppressed_and_last(tmp_path: Path) -> None:
    results = run_of(fleet(tmp_path))["results"]
    suppressed = [result for result in results if "suppressions" in result]
    assert suppressed == results[-1:]
    [suppression] = suppressed[0]["suppressions"]
    where = suppression.pop("location")["physicalLocation"]["artifactLocation"]["uri"]
    assert where == "w.yaml"
    assert suppression == {
        "kind": "external",
        "status": "accepted",
        "justification": "waived until 2026-12-31 (38 days left) by lead: In progress.",
    }


def test_beyond_25000_results_the_worst_are_kept_and_the_rest_is_counted(tmp_path: Path) -> None:
    outcome = outcome_of(write(tmp_path, {"web.yaml": manifest()}), "web.yaml")
    run = run_of(many(outcome, [(Severity.NOTE, 10), (Severity.WARNING, 24_990), (Severity.ERROR, 15)]))
    levels = [result["level"] for result in run["results"]]
    assert levels == ["error"] * 15 + ["warning"] * 24_985
    [notification] = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"].startswith("Left out: 15 more results")


def test_a_rule_carries_its_documentation_and_its_level(tmp_path: Path) -> None:
    spec = OWN_RULE + "  severities: {slo/low-budget: 'off', cost/no-budget: error}\n"
    write(tmp_path, {"web.yaml": manifest(metadata="labels: {a: b}"), "policy.yaml": own_policy(spec)})
    run = run_of(outcome_of(tmp_path, "web.yaml", policy="policy.yaml"))
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert rules["slo/low-budget"]["defaultConfiguration"] == {"level": "none", "enabled": False}
    assert rules["cost/no-budget"]["defaultConfiguration"] == {"level": "error"}
    assert rules["org/no-domain"]["shortDescription"] == {"text": "No domain"}
    assert rules["slo/breached"]["properties"]["tags"] == ["slo"]
    assert "**Fix:**" in rules["slo/breached"]["help"]["markdown"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_any_name_is_only_a_name(tmp_path: Path, attack: str) -> None:
    outcome = named(tmp_path, attack)
    uris = {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in run_of(outcome)["results"]}
    paths = {real_path(finding.location.path) for finding in outcome.findings}
    assert {os.fsdecode(unquote_to_bytes(uri)) for uri in uris} == paths


def test_no_message_holds_a_link(tmp_path: Path) -> None:
    for result in run_of(named(tmp_path, "[x](https://example.com)"))["results"]:
        assert "](" not in result["message"]["text"]


def test_nothing_unseen_and_no_command_is_written(tmp_path: Path) -> None:
    outcome = hostile(tmp_path)
    text = text_of(outcome)
    assert run_of(outcome)["results"]
    assert not UNSEEN.search(text)
    assert "##[" not in text
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]
    assert "%FF%0A" in text


@pytest.mark.parametrize(
    ("name", "address"),
    [
        (b"a\\b", "a%5Cb"),
        (b"a\\xff", "a%5Cxff"),
        (b"\xff", "%FF"),
        (b"line\nfeed", "line%0Afeed"),
        ("bidi\u202e".encode(), "bidi%E2%80%AE"),
        (b"100%", "100%25"),
    ],
)
def test_a_file_is_named_by_its_bytes(tmp_path: Path, name: bytes, address: str) -> None:
    write(tmp_path, {f"s/{os.fsdecode(name)}.yaml": "a: [\n"})
    [result] = run_of(outcome_of(tmp_path, "s"))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == f"s/{address}.yaml"


def test_the_driver_has_the_version_of_the_program(tmp_path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    run = run_of(outcome_of(write(tmp_path, {"web.yaml": manifest()}), "web.yaml"))
    assert run["tool"]["driver"]["semanticVersion"] == project["version"]


@pytest.mark.parametrize(
    ("scope", "levels"),
    [
        ("all", {"new": ("new", "error"), "old": ("unchanged", "error"), "odd": ("unchanged", "error")}),
        ("regressed", {"new": ("new", "error"), "old": ("unchanged", "warning"), "odd": ("unchanged", "warning")}),
    ],
)
def test_with_a_base_a_result_has_a_state_and_a_level_within_the_scope(
    tmp_path: Path, scope: str, levels: dict[str, tuple[str, str]]
) -> None:
    results = run_of(changed(tmp_path, scope))["results"]
    shown = {stem(result): (result["baselineState"], result["level"]) for result in results}
    assert shown == levels
    assert [result["level"] for result in results] == sorted(result["level"] for result in results)


def test_what_is_gone_since_the_base_is_absent_and_last(tmp_path: Path, schema: Any) -> None:
    files = {f"services/{name}.yaml": manifest(name, slos=BREACHED) for name in ("fixed", "kept", "removed")}
    commit(write(tmp_path, files))
    write(tmp_path, {"services/fixed.yaml": manifest("fixed")})
    (tmp_path / "services/removed.yaml").unlink()
    outcome = check(Request((), None, DAY, base="HEAD"), cwd=tmp_path)
    results = run_of(outcome)["results"]
    states = [(stem(result), result["baselineState"]) for result in results]
    assert states == [("kept", "unchanged"), ("fixed", "absent"), ("removed", "absent")]
    assert list(Draft4Validator(schema).iter_errors(json.loads(text_of(outcome)))) == []


def test_without_a_base_a_result_has_no_state(tmp_path: Path) -> None:
    assert not any("baselineState" in result for result in run_of(fleet(tmp_path))["results"])


def stem(result: Any) -> str:
    return Path(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]).stem
