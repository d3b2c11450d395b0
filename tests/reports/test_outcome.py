"""What every reporter says in the same order and with the same numbers."""

from itertools import pairwise
from pathlib import Path

from platform_gate.model import HealthStatus
from platform_gate.reports.outcome import Outcome
from tests.samples import BREACHED, check_folder, manifest, own_policy, write

LOW = "reliability: {uptime_pct: 90, mttr_minutes: 500, incidents_30d: 9, change_failure_rate_pct: 50}"
UNMEASURED = "slos: [{name: a, target: 99}]"


def fleet(folder: Path) -> Outcome:
    texts = [
        manifest("a-healthy"),
        manifest("b-unknown", slos=UNMEASURED),
        manifest("c-degraded", slos=BREACHED),
        manifest("d-critical", slos=BREACHED, reliability=LOW),
        manifest("e-critical-worse", slos=BREACHED, reliability=LOW, governance="governance: {runbook: false}"),
        manifest("f-degraded", slos=BREACHED),
        "kind: Deployment\n",
    ]
    write(folder, {f"s/{number}.yaml": text for number, text in enumerate(texts)})
    return check_folder(folder, "s")


def test_the_worst_service_comes_first(tmp_path: Path) -> None:
    assert [judged.name[0] for judged in fleet(tmp_path).worst_first] == list("edcfba")


def test_findings_of_files_come_before_those_of_services(tmp_path: Path) -> None:
    outcome = fleet(tmp_path)
    paths = [finding.location.path for finding in outcome.findings]
    assert paths[0] == "s/6.yaml"
    order = [path for path, following in pairwise([*paths, ""]) if path != following]
    assert order == ["s/6.yaml", "s/4.yaml", "s/3.yaml", "s/2.yaml", "s/5.yaml", "s/1.yaml"]


def test_the_report_counts_judged_services_only(tmp_path: Path) -> None:
    report = fleet(tmp_path).report
    counts = (report.healthy_count, report.unknown_count, report.degraded_count, report.critical_count)
    assert (report.total_services, counts) == (6, (1, 1, 2, 2))
    assert list(report.top_risks) == ["e-critical-worse", "d-critical", "c-degraded", "f-degraded", "b-unknown"]


def test_healths_are_ordered_from_good_to_bad() -> None:
    assert sorted(HealthStatus, key=lambda health: health.rank) == ["healthy", "unknown", "degraded", "critical"]


def test_help_is_the_policys(tmp_path: Path) -> None:
    write(tmp_path, {"web.yaml": manifest(), "p.yaml": own_policy("  gate: {help: Ask us.}\n")})
    assert check_folder(tmp_path, "web.yaml", reference="p.yaml").help == "Ask us."
    assert check_folder(tmp_path, "web.yaml").help == ""
