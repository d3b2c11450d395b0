"""Passed, failed or not judged; 0, 1 or 2."""

from pathlib import Path

import pytest

from platform_gate.changes.comparison import Change, Comparison, Transition
from platform_gate.changes.touching import UNTOUCHED, Touches
from platform_gate.judging.runner import Run
from platform_gate.judging.verdict import ExitCode, Verdict, decide, exit_code
from platform_gate.model import Finding, Location, Scope, Severity
from platform_gate.policy import loading
from tests.samples import BREACHED, check_folder, manifest, own_policy, write

HEALTHS = ("degraded", "critical", "unknown")


def run_of(folder: Path, *texts: str, rules: tuple[str, ...] = ()) -> Run:
    """A run over some manifests, with findings of some rules that belong to no service."""
    write(folder, {f"s/{number}.yaml": text for number, text in enumerate(texts)})
    run = check_folder(folder, "s").run
    extra = tuple(Finding(rule, Severity.ERROR, "", "", Location("x"), fingerprint=rule) for rule in rules)
    return Run(run.services, (*run.findings, *extra), run.manifests)


def test_healthy_services_pass(tmp_path: Path) -> None:
    assert decide(run_of(tmp_path, manifest()), HEALTHS) is Verdict.PASSED


def test_one_bad_service_of_many_fails(tmp_path: Path) -> None:
    assert decide(run_of(tmp_path, manifest("a"), manifest("b", slos=BREACHED)), HEALTHS) is Verdict.FAILED


@pytest.mark.parametrize("rule", ["manifest/unreadable", "manifest/invalid", "manifest/duplicate-service"])
@pytest.mark.parametrize("text", [manifest(), manifest(slos=BREACHED)])
def test_a_doubt_beats_every_other_answer(tmp_path: Path, rule: str, text: str) -> None:
    assert decide(run_of(tmp_path, text, rules=(rule,)), HEALTHS) is Verdict.NOT_JUDGED


@pytest.mark.parametrize(("fail_on", "expected"), [((), Verdict.PASSED), (("waiver/expired",), Verdict.FAILED)])
def test_a_waiver_finding_decides_only_where_fail_on_names_it(
    tmp_path: Path, fail_on: tuple[str, ...], expected: Verdict
) -> None:
    run = run_of(tmp_path, manifest(), rules=("waiver/expired",))
    assert decide(run, (*HEALTHS, *fail_on)) is expected


@pytest.mark.parametrize(
    ("fail_on", "expected"),
    [
        ("[degraded]", Verdict.FAILED),
        ("[critical, unknown]", Verdict.PASSED),
        ("[critical, slo/breached]", Verdict.FAILED),
        ("[critical, slo/low-budget]", Verdict.PASSED),
    ],
)
def test_a_service_fails_by_its_health_or_by_a_rule(tmp_path: Path, fail_on: str, expected: Verdict) -> None:
    write(tmp_path, {"web.yaml": manifest(slos=BREACHED), "p.yaml": own_policy(f"  gate: {{fail_on: {fail_on}}}\n")})
    assert check_folder(tmp_path, "web.yaml", reference="p.yaml").verdict is expected


def test_an_override_changes_what_fails_its_services(tmp_path: Path) -> None:
    spec = "  overrides:\n    - {match: {team: lab}, spec: {gate: {fail_on: [critical]}}}\n"
    files = {"shop.yaml": manifest("a", slos=BREACHED), "lab.yaml": manifest("b", "lab", slos=BREACHED)}
    write(tmp_path, files | {"p.yaml": own_policy(spec)})
    assert check_folder(tmp_path, "lab.yaml", reference="p.yaml").verdict is Verdict.PASSED
    assert check_folder(tmp_path, "shop.yaml", reference="p.yaml").verdict is Verdict.FAILED


def decided(run: Run, scope: Scope, *standing: str, touched: tuple[str, ...] = (), fail_on: str = "") -> Verdict:
    """The verdict on a change that leaves every service as it is; ``standing`` are fingerprints of the base."""
    names = {judged.name: judged for judged in run.services}
    by = {name: Touches((), 1) for name in touched}
    same = {
        name: Transition(name, Change.SAME, it, it, touched_by=by.get(name, UNTOUCHED)) for name, it in names.items()
    }
    comparison = Comparison("main", "0" * 40, same, (), (), frozenset(standing))
    return comparison.verdict(run, loading.default().gate._replace(fail_on=(fail_on,)), scope)


@pytest.mark.parametrize(
    ("scope", "touched", "expected"),
    [
        (Scope.ALL, (), Verdict.FAILED),
        (Scope.TOUCHED, ("bad",), Verdict.FAILED),
        (Scope.TOUCHED, ("good",), Verdict.PASSED),
        (Scope.REGRESSED, ("bad",), Verdict.PASSED),
    ],
)
def test_a_change_is_decided_by_the_services_in_scope(
    tmp_path: Path, scope: Scope, touched: tuple[str, ...], expected: Verdict
) -> None:
    run = run_of(tmp_path, manifest("good"), manifest("bad", slos=BREACHED))
    assert decided(run, scope, touched=touched) is expected


@pytest.mark.parametrize(
    ("rule", "verdict"), [("manifest/invalid", Verdict.NOT_JUDGED), ("waiver/expired", Verdict.FAILED)]
)
@pytest.mark.parametrize("scope", Scope)
def test_what_was_to_be_said_at_the_base_decides_only_where_everything_is_in_scope(
    tmp_path: Path, rule: str, verdict: Verdict, scope: Scope
) -> None:
    run = run_of(tmp_path, manifest(), rules=(rule,))
    assert decided(run, scope, fail_on="waiver/expired") is verdict
    assert decided(run, scope, rule, fail_on="waiver/expired") is (verdict if scope is Scope.ALL else Verdict.PASSED)


@pytest.mark.parametrize("scope", Scope)
def test_a_waiver_finding_decides_a_change_only_where_fail_on_names_it(tmp_path: Path, scope: Scope) -> None:
    assert decided(run_of(tmp_path, manifest(), rules=("waiver/expired",)), scope, fail_on="critical") is Verdict.PASSED


@pytest.mark.parametrize("severity", ['"off"', "note", "warning", "error"])
def test_a_severity_never_decides_unless_it_is_off(tmp_path: Path, severity: str) -> None:
    spec = f"  severities: {{slo/breached: {severity}}}\n"
    write(tmp_path, {"web.yaml": manifest(slos=BREACHED), "p.yaml": own_policy(spec)})
    expected = Verdict.PASSED if "off" in severity else Verdict.FAILED
    assert check_folder(tmp_path, "web.yaml", reference="p.yaml").verdict is expected


@pytest.mark.parametrize(
    ("verdict", "exit_zero", "code"),
    [
        (Verdict.PASSED, False, 0),
        (Verdict.FAILED, False, 1),
        (Verdict.NOT_JUDGED, False, 2),
        (Verdict.PASSED, True, 0),
        (Verdict.FAILED, True, 0),
        (Verdict.NOT_JUDGED, True, 2),
    ],
)
def test_exit_zero_forgives_a_no_and_never_a_doubt(verdict: Verdict, *, exit_zero: bool, code: int) -> None:
    assert exit_code(verdict, exit_zero=exit_zero) == code


def test_exit_codes_are_the_ones_that_scripts_rely_on() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "PASSED": 0,
        "FAILED": 1,
        "NOT_JUDGED": 2,
        "BUG": 3,
        "INTERRUPTED": 130,
    }
