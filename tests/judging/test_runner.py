"""From files to judged services and placed findings."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.judging.problems import MAX_PROBLEMS
from platform_gate.judging.result import Judged, Part, digest, judge_manifest, without_detail
from platform_gate.model import Disposition, Excuse, Finding, HealthStatus, Location, Violation
from platform_gate.policy.limits import HealthLimits
from platform_gate.reports.outcome import Outcome
from platform_gate.repository.config import Config
from tests.samples import (
    BREACHED,
    DAY,
    SECTIONS,
    SPIKING,
    check_folder,
    check_text,
    manifest,
    own_policy,
    work_tree,
    write,
)

BAD = {
    "slos": "slos: [{name: latency, target: 99, current: 98}, {name: errors, target: 99.9, current: 99.2}]",
    "cost": 'cost: {budget_monthly: 1, entries: [{month: "2026-09", amount: 5}, {month: "2026-10", amount: 9}]}',
    "reliability": "reliability: {uptime_pct: 90, mttr_minutes: 500}",
    "governance": "governance: {runbook: false, monitoring: todo/x.md}",
}


def judge_one(folder: Path, text: str, **options: str) -> Outcome:
    write(folder, {"web.yaml": text})
    return check_folder(folder, "web.yaml", **options)  # type: ignore[arg-type]  # only the policy is a string


def findings(outcome: Outcome) -> list[Finding]:
    return outcome.findings


def placed(text: str, finding: Finding) -> str:
    """What stands at a finding's place."""
    line = text.split("\n")[finding.location.line - 1]
    return line[finding.location.column - 1 : finding.location.end_column - 1]


@pytest.mark.parametrize(
    ("sections", "rule", "pointer", "text"),
    [
        ({"slos": BREACHED}, "slo/breached", "/spec/slos/0/current", "99.5"),
        (
            {"slos": "slos: [{name: a, target: 99.9, current: 99.91}]"},
            "slo/low-budget",
            "/spec/slos/0/current",
            "99.91",
        ),
        ({"slos": "slos: [{name: a, target: 99.9}]"}, "slo/not-measured", "/spec/slos/0", "{name: a, target: 99.9}"),
        ({"slos": ""}, "slo/no-data", "/spec/slos", "spec"),
        ({"slos": "slos: []"}, "slo/no-data", "/spec/slos", "[]"),
        ({"cost": SPIKING}, "cost/spiking", "/spec/cost/entries/1/amount", "900"),
        (
            {"cost": 'cost: {budget_monthly: 7.5, entries: [{month: "2026-10", amount: 8}]}'},
            "cost/over-budget",
            "/spec/cost/entries/0/amount",
            "8",
        ),
        (
            {"cost": 'cost: {budget_monthly: 0, entries: [{month: "2026-10", amount: 8}]}'},
            "cost/no-budget",
            "/spec/cost/budget_monthly",
            "0",
        ),
        (
            {"cost": 'cost: {entries: [{month: "2026-10", amount: 8}]}'},
            "cost/no-budget",
            "/spec/cost/budget_monthly",
            "cost",
        ),
        ({"cost": "cost: {budget_monthly: 9}"}, "cost/no-data", "/spec/cost", "{budget_monthly: 9}"),
        (
            {"reliability": "reliability: {uptime_pct: 42, mttr_minutes: 1}"},
            "reliability/low-score",
            "/spec/reliability/uptime_pct",
            "42",
        ),
        (
            {"reliability": "reliability: {uptime_pct: 42, mttr_minutes: 1}"},
            "reliability/not-measured",
            "/spec/reliability/incidents_30d",
            "reliability",
        ),
        ({"reliability": "reliability: {}"}, "reliability/no-data", "/spec/reliability", "{}"),
        (
            {"governance": "governance: {runbook: false, monitoring: true}"},
            "governance/missing-runbook",
            "/spec/governance/runbook",
            "false",
        ),
        (
            {"governance": "governance: {runbook: false, monitoring: true}"},
            "governance/missing-ownership",
            "/spec/governance/ownership",
            "governance",
        ),
        ({"governance": ""}, "governance/no-data", "/spec/governance", "spec"),
    ],
)
def test_every_rule_fires_at_its_place(
    tmp_path: Path, sections: dict[str, str], rule: str, pointer: str, text: str
) -> None:
    source = manifest(**sections)
    found = next(finding for finding in findings(judge_one(tmp_path, source)) if finding.rule == rule)
    assert found.pointer == pointer
    assert placed(source, found) == text


def test_each_charge_is_paid_once_and_adds_up(tmp_path: Path) -> None:
    outcome = judge_one(tmp_path, manifest(**BAD))
    [web] = outcome.run.services
    assert [(finding.rule, finding.points) for finding in web.findings if finding.points] == [
        ("slo/breached", 2),
        ("cost/over-budget", 1),
        ("reliability/low-score", 2),
        ("governance/missing-runbook", 2),
    ]
    assert web.judgement.points == 7
    assert len([finding for finding in web.findings if finding.rule == "slo/breached"]) == 2


@given(st.data())
def test_points_of_findings_are_the_points_of_the_service(data: st.DataObject) -> None:
    sections = {name: data.draw(st.sampled_from([SECTIONS[name], BAD[name], ""])) for name in SECTIONS}
    [web] = check_text(manifest(**sections)).run.services
    assert sum(finding.points for finding in web.findings) == web.judgement.points


def test_fingerprints_are_unique_and_survive_moved_lines(tmp_path: Path) -> None:
    before = findings(judge_one(tmp_path, manifest(**BAD)))
    moved = manifest(**BAD).replace("spec:\n", "\n# a comment\n\nspec:\n")
    after = findings(judge_one(tmp_path, moved))
    assert [finding.fingerprint for finding in before] == [finding.fingerprint for finding in after]
    assert len({finding.fingerprint for finding in before}) == len(before)


def test_a_fingerprint_survives_an_slo_inserted_above(tmp_path: Path) -> None:
    def of_latency(slos: str) -> str:
        found = findings(judge_one(tmp_path, manifest(slos=f"slos: [{slos}]")))
        return next(each.fingerprint for each in found if each.message.startswith("latency"))

    latency = "{name: latency, target: 99, current: 98}"
    assert of_latency(latency) == of_latency("{name: errors, target: 99, current: 98}, " + latency)


def test_a_fingerprint_stays_the_same_from_version_to_version(tmp_path: Path) -> None:
    [finding] = findings(judge_one(tmp_path, manifest(slos=BREACHED)))
    assert finding.fingerprint == "0213def9a6bd24bef78de33fab0aa537"


def test_a_digest_takes_words_that_are_no_text() -> None:
    assert digest("a", "\udcff") == "4afa76322ba7da29fd473451ac975e33"


def test_fingerprints_of_broken_files_are_unique(tmp_path: Path) -> None:
    broken = "a: 010\nb: yes\nb: 1\n"
    write(tmp_path, {"s/a.yaml": broken, "s/b.yaml": broken, "s/c.yaml": "---\n1\n---\n2\n"})
    fingerprints = [finding.fingerprint for finding in check_folder(tmp_path, "s").run.findings]
    assert len(set(fingerprints)) == len(fingerprints) == 8


def test_problems_are_capped_and_the_rest_is_counted(tmp_path: Path) -> None:
    metadata = ", ".join(f"key{number:02}: 1" for number in range(25))
    messages = [finding.message for finding in findings(judge_one(tmp_path, manifest(metadata=metadata)))]
    assert len(messages) == MAX_PROBLEMS + 1
    assert messages[0] == "unknown key 'key00'"
    assert messages[-1] == "and 5 more problems"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        "---\n",
        "null\n",
        "[]\n",
        "Service\n",
        "{}\n",
        manifest().replace("kind: Service", "kind: service"),
        manifest().replace("kind: Service", "kind: \u0405ervice"),
        manifest().replace("platform-gate/v1", "platform-gate/v2"),
        manifest() + "---\n",
        manifest() + "...\nkind: Service\n",
    ],
)
def test_nothing_in_scope_is_skipped(tmp_path: Path, text: str) -> None:
    outcome = judge_one(tmp_path, text)
    assert outcome.exit_code == 2
    assert outcome.run.findings


def test_what_is_no_manifest_is_told_only_that(tmp_path: Path) -> None:
    text = "apiVersion: apps\nkind: Deployment\nmetadata: {name: Web, namespace: x}\nspec: {replicas: 3}\n"
    assert [finding.pointer for finding in findings(judge_one(tmp_path, text))] == ["/apiVersion", "/kind"]


def test_a_broken_document_does_not_spoil_its_neighbours(tmp_path: Path) -> None:
    text = "---\n".join([manifest("a"), manifest("b", metadata="teir: 1"), manifest("c")])
    outcome = judge_one(tmp_path, text)
    assert [judged.name for judged in outcome.run.services] == ["a", "c"]
    assert [str(judged.location) for judged in outcome.run.services] == ["web.yaml:1:1", "web.yaml:19:1"]
    assert [finding.rule for finding in outcome.run.findings] == ["manifest/invalid"]


def test_the_first_of_two_services_of_one_name_is_judged(tmp_path: Path) -> None:
    write(tmp_path, {"s/b.yaml": manifest("twin"), "s/a.yaml": manifest("twin", slos=BREACHED), "s/c.yaml": manifest()})
    run = check_folder(tmp_path, "s/b.yaml", "s").run
    assert [str(judged.location) for judged in run.services] == ["s/a.yaml:1:1", "s/c.yaml:1:1"]
    [finding] = run.findings
    assert (finding.rule, str(finding.location)) == ("manifest/duplicate-service", "s/b.yaml:3:18")
    assert "s/a.yaml:3:18" in finding.message


@pytest.mark.parametrize(
    ("days", "health"),
    [(1, HealthStatus.HEALTHY), (180, HealthStatus.HEALTHY), (0, HealthStatus.UNKNOWN), (-1, HealthStatus.UNKNOWN)],
)
def test_before_its_launch_only_governance_is_required(tmp_path: Path, days: int, health: HealthStatus) -> None:
    launch = f'launches: "{DAY + timedelta(days=days)}"'
    outcome = judge_one(tmp_path, manifest(metadata=launch, slos="slos: [{name: a, target: 99}]", cost=""))
    [web] = outcome.run.services
    assert web.judgement.health is health


def test_before_its_launch_governance_is_required(tmp_path: Path) -> None:
    outcome = judge_one(tmp_path, manifest(metadata='launches: "2026-11-24"', governance=""))
    assert {"governance/no-data", "governance/missing-runbook"} <= {finding.rule for finding in findings(outcome)}
    assert outcome.exit_code == 1


def test_a_launch_further_ahead_than_allowed_is_invalid(tmp_path: Path) -> None:
    launch = DAY + timedelta(days=181)
    [finding] = findings(judge_one(tmp_path, manifest(metadata=f'launches: "{launch}"')))
    assert (finding.rule, finding.pointer) == ("manifest/invalid", "/metadata/launches")


def test_the_last_day_of_all_is_a_day_like_any_other(tmp_path: Path) -> None:
    write(tmp_path, {"web.yaml": manifest(metadata='launches: "2026-11-24"')})
    assert check_folder(tmp_path, "web.yaml", as_of=date.max).exit_code == 0


def test_schema_only_judges_no_service(tmp_path: Path) -> None:
    write(tmp_path, {"web.yaml": manifest("a", slos=BREACHED) + "---\n" + manifest("b")})
    outcome = check_folder(tmp_path, "web.yaml", schema_only=True)
    assert (outcome.exit_code, outcome.run.manifests, outcome.run.services) == (0, 2, ())


def test_overrides_that_make_no_sense_together_stop_the_gate(tmp_path: Path) -> None:
    both = own_policy(
        "  overrides:\n"
        "    - {match: {tier: 1}, spec: {health: {degraded_at: 4}}}\n"
        "    - {match: {team: shop}, spec: {health: {critical_at: 3}}}\n"
    )
    write(tmp_path, {"policy.yaml": both, "web.yaml": manifest()})
    outcome = check_folder(tmp_path, "web.yaml", reference="policy.yaml")
    assert outcome.exit_code == 2
    [finding] = outcome.findings
    assert finding.message == "critical_at is below degraded_at"
    assert finding.location.path == "policy.yaml"


STRANGER = "kind: Deployment\n"


@pytest.mark.parametrize(
    ("files", "glob"),
    [
        ({"a/service.yaml": manifest("a"), "a/x.yaml": STRANGER, "a/y.yaml": STRANGER}, "**/service.yaml"),
        ({"a/x.yaml": STRANGER, "a/y.yaml": STRANGER}, "services/**/*.yaml"),
        ({"a/x.yaml": STRANGER}, ""),
        ({"a.yaml": manifest("a"), "b.yaml": manifest("b"), "x.yaml": STRANGER, "y.yaml": STRANGER}, ""),
    ],
)
def test_globs_are_proposed_where_most_files_are_no_manifests(tmp_path: Path, files: dict[str, str], glob: str) -> None:
    write(tmp_path, files)
    hint = check_folder(tmp_path, ".").run.hint
    assert (f"'{glob}'" in hint) if glob else not hint


def test_no_globs_are_proposed_for_what_was_named_and_is_missing(tmp_path: Path) -> None:
    write(tmp_path, {"s/web.yaml": manifest()})
    assert not check_folder(tmp_path, "s", "gone", "gone-too").run.hint


def test_no_globs_are_proposed_for_manifests_that_are_broken(tmp_path: Path) -> None:
    broken = manifest("b").replace("team: shop", "team: shop, team: shop")
    write(tmp_path, {"s/web.yaml": manifest(), "s/b.yaml": broken, "s/c.yaml": broken})
    assert not check_folder(tmp_path, "s").run.hint


def test_no_globs_are_proposed_for_links(tmp_path: Path) -> None:
    write(tmp_path, {"s/web.yaml": manifest()})
    for name in ("a", "b"):
        (tmp_path / f"s/{name}.yaml").symlink_to("web.yaml")
    assert not check_folder(tmp_path, "s").run.hint


def test_files_are_judged_in_the_order_of_their_paths(tmp_path: Path) -> None:
    write(tmp_path, {f"s/{name}.yaml": manifest(name) for name in ("c", "a", "b")})
    tree = work_tree(tmp_path)
    assert [found.path for found in tree.find(["s"], Config())] == ["s/a.yaml", "s/b.yaml", "s/c.yaml"]
    assert [judged.name for judged in check_folder(tmp_path, "s").run.services] == ["a", "b", "c"]


def waived(text: str, *subjects: str) -> Judged:
    """A service, with the failed checks of some subjects excused and a remark on the others."""
    excuse = Excuse("Failover.", "sre-lead", date(2026, 12, 31), "OPS-1", 38, Location("waivers.yaml", 4))

    def waive(_service: str, violation: Violation) -> tuple[Excuse | None, str]:
        return (excuse, "") if violation.subject in subjects else (None, " (not excused)")

    return judge_manifest(check_text(text).run.services[0].manifest, waive)


TWO = "slos: [{name: latency, target: 99, current: 98}, {name: errors, target: 99, current: 98}]"


def test_a_waived_finding_names_its_excuse_and_leaves_the_points_to_an_open_one() -> None:
    first, second = waived(manifest(slos=TWO), "latency").findings
    assert (first.subject, first.disposition, first.points) == ("latency", Disposition.WAIVED, 0)
    assert isinstance(first.excuse, Excuse)
    assert first.excuse.ticket == "OPS-1"
    assert (second.subject, second.disposition, second.points) == ("errors", Disposition.OPEN, 2)
    assert (second.excuse, second.message.endswith(" (not excused)")) == (None, True)


def test_a_judged_service_knows_what_waivers_save() -> None:
    service = waived(manifest(slos=TWO), "latency", "errors")
    assert (service.health, service.points, service.excused) == ("healthy", 0, True)
    assert (service.health_without_waivers, service.waived_points) == ("degraded", 2)
    assert not waived(manifest(slos=TWO)).excused


def test_a_judged_service_says_who_it_is_where_it_stands_and_what_each_subsystem_says() -> None:
    [web] = check_text("# first\n" + manifest("api", "core", "tier: 3", slos=BREACHED)).run.services
    assert (web.name, web.team, web.tier, web.location) == ("api", "core", 3, Location("<stdin>", 2, 1, 2, 2))
    assert web.parts == (
        Part("slo", "breached", 2),
        Part("cost", "stable", 0),
        Part("reliability", "good", 0),
        Part("governance", "compliant", 0),
    )


def test_a_judged_service_knows_the_rules_that_fail_it_and_its_limits(tmp_path: Path) -> None:
    spec = "  gate: {fail_on: [cost/spiking]}\n  health: {degraded_at: 3, critical_at: 5}\n"
    write(tmp_path, {"p.yaml": own_policy(spec)})
    [web] = judge_one(tmp_path, manifest(cost=SPIKING), reference="p.yaml").run.services
    assert (web.failing, web.fatal, web.limits) == (True, ("cost/spiking",), HealthLimits(3, 5))


def test_a_finding_is_decisive_where_it_costs_points() -> None:
    [web] = check_text(manifest(slos=BREACHED, cost=SPIKING)).run.services
    assert [(finding.rule, finding.decisive) for finding in web.findings] == [
        ("slo/breached", True),
        ("cost/spiking", False),
    ]


def test_a_run_can_keep_only_what_reports_need(tmp_path: Path) -> None:
    whole = judge_one(tmp_path, manifest(slos=BREACHED)).run.services[0]
    light = without_detail(whole)
    assert (light.detail, light.row) == (None, b"")
    assert light[:-2] == whole[:-2]
    with pytest.raises(LookupError, match=r"^the run kept no detail of web$"):
        assert light.judgement
