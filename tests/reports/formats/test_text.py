"""Text for people: what is shown, how wide, and what never reaches a terminal or a runner."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from platform_gate.reports.formats import text as reporter
from platform_gate.reports.outcome import Display, Outcome
from tests.reports.formats.fleets import changed, outcome_of, waiver, waivers
from tests.samples import BREACHED, SPIKING, check_folder, manifest, own_policy, write

LOW = "reliability: {uptime_pct: 90, mttr_minutes: 500, incidents_30d: 9, change_failure_rate_pct: 50}"
NO_BUDGET = 'cost: {entries: [{month: "2026-10", amount: 900}]}'
QUIET, VERBOSE = Display(verbosity=-1), Display(verbosity=1)


def text_of(outcome: Outcome, display: Display | None = None) -> str:
    return "".join(reporter.render(replace(outcome, display=display or outcome.display)))


def one(folder: Path, text: str, policy: str = "") -> Outcome:
    write(folder, {"web.yaml": text, "policy.yaml": own_policy(policy)})
    return check_folder(folder, "web.yaml", reference="policy.yaml" if policy else "default")


def fleet(folder: Path) -> Outcome:
    texts = [
        manifest("good", cost=NO_BUDGET),
        manifest("bad", slos=BREACHED, cost=SPIKING),
        manifest("worst", slos=BREACHED, reliability=LOW),
        manifest("odd", metadata="teir: 1"),
    ]
    write(folder, {f"s/{number}.yaml": text for number, text in enumerate(texts)})
    return check_folder(folder, "s")


def test_a_healthy_fleet_takes_two_lines(tmp_path: Path) -> None:
    assert text_of(one(tmp_path, manifest())) == "PASSED  1 service: 1 healthy\npolicy default, as of 2026-11-23\n"


def test_quiet_says_nothing_where_nothing_is_wrong(tmp_path: Path) -> None:
    assert text_of(one(tmp_path, manifest()), QUIET) == ""


def test_quiet_still_names_every_problem_and_its_place(tmp_path: Path) -> None:
    outcome = fleet(tmp_path)
    loud, quiet = text_of(outcome), text_of(outcome, QUIET)
    places = re.findall(r"s/\d\.yaml:\d+:\d+  \S+", loud)
    assert places == re.findall(r"s/\d\.yaml:\d+:\d+  \S+", quiet)
    assert len(places) == 5
    assert "fix:" not in quiet
    assert "Start with" not in quiet


def test_the_answer_stands_on_the_first_line(tmp_path: Path) -> None:
    first = text_of(fleet(tmp_path)).splitlines()[0]
    assert first == "NOT JUDGED  1 file not judged; 3 services: 1 critical, 1 degraded, 1 healthy"


def test_the_worst_comes_first_and_the_healthy_not_at_all(tmp_path: Path) -> None:
    text = text_of(fleet(tmp_path))
    assert text.index("CRITICAL  worst") < text.index("DEGRADED  bad")
    assert "HEALTHY" not in text


def test_verbose_shows_healthy_services_and_notes(tmp_path: Path) -> None:
    text = text_of(fleet(tmp_path), VERBOSE)
    assert "HEALTHY  good" in text
    assert "cost/no-budget" in text


def test_of_many_bad_services_the_worst_are_shown_in_full_and_all_when_verbose(tmp_path: Path) -> None:
    count = reporter.IN_FULL + 3
    texts = [manifest(f"s{number:02}", slos=BREACHED) for number in range(count)]
    write(tmp_path, {f"s/{number}.yaml": text for number, text in enumerate(texts)})
    outcome = check_folder(tmp_path, "s")
    places = [text_of(outcome, display).count(".yaml:") for display in (Display(), VERBOSE)]
    assert places == [reporter.IN_FULL, count]
    assert all(f"DEGRADED  s{number:02}  2 points" in text_of(outcome) for number in range(count))


@pytest.mark.parametrize("severity", ["note", "warning", "error"])
def test_what_costs_points_is_always_shown(tmp_path: Path, severity: str) -> None:
    text = text_of(one(tmp_path, manifest(slos=BREACHED), f"  severities: {{slo/breached: {severity}}}\n"))
    assert "+2  web.yaml:5:54  slo/breached" in text


def test_what_leaves_a_service_unknown_is_always_shown(tmp_path: Path) -> None:
    text = text_of(one(tmp_path, manifest(cost=""), "  severities: {cost/no-data: note}\n"))
    assert "UNKNOWN  web" in text
    assert "cost/no-data" in text


def test_the_rule_that_fails_a_healthy_service_is_shown(tmp_path: Path) -> None:
    text = text_of(one(tmp_path, manifest(cost=NO_BUDGET), "  gate: {fail_on: [cost/no-budget]}\n"))
    assert text.startswith("FAILED")
    assert "cost/no-budget" in text


def test_the_last_line_starts_with_a_service_that_fails(tmp_path: Path) -> None:
    files = {"s/a.yaml": manifest("sick", slos=BREACHED), "s/b.yaml": manifest("spiky", cost=SPIKING)}
    write(tmp_path, files | {"policy.yaml": own_policy("  gate: {fail_on: [cost/spiking]}\n")})
    assert "Start with spiky: platform-gate explain spiky" in text_of(
        check_folder(tmp_path, "s", reference="policy.yaml")
    )


def test_the_closing_lines_say_how_to_reproduce_it_and_what_to_run_next(tmp_path: Path) -> None:
    outcome = replace(one(tmp_path, manifest(slos=BREACHED)), command="platform-gate check 'a b'")
    again = "Reproduce with: platform-gate check 'a b'"
    known = replace(outcome, explain_options=" 'a b'")
    assert text_of(known).splitlines()[-2:] == [again, "Start with web: platform-gate explain web 'a b'"]
    merged = replace(outcome, explain_options=None)
    assert text_of(merged).splitlines()[-2:] == [again, "Start with web."]


def test_help_is_part_of_a_failing_report_and_no_other(tmp_path: Path) -> None:
    policy = "  gate:\n    help: |\n      Ask #platform.\n      ::warning::Or wait.\n"
    failing = text_of(one(tmp_path, manifest(slos=BREACHED), policy))
    assert failing.endswith("\nAsk #platform.\n:\\x3awarning::Or wait.\nStart with web: platform-gate explain web\n")
    assert "Ask" not in text_of(one(tmp_path, manifest(), policy))


@pytest.mark.parametrize("path", ["policies/strict.yaml", "policies/default.yaml", "ours/strict.yaml"])
def test_a_policy_of_ones_own_is_never_mistaken_for_a_shipped_one(tmp_path: Path, path: str) -> None:
    name = Path(path).stem
    write(tmp_path, {"web.yaml": manifest(), path: own_policy("  gate: {fail_on: [critical]}\n", name)})
    assert f"policy {name} ({path})" in text_of(check_folder(tmp_path, "web.yaml", reference=path))


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120])
def test_paragraphs_keep_to_the_width(tmp_path: Path, width: int) -> None:
    text = text_of(fleet(tmp_path), Display(width))
    indented = [line for line in text.splitlines() if line.startswith("      ")]
    paragraphs = [line for line in indented if " | " not in line and "^" not in line]
    assert max(map(len, paragraphs)) <= width


def test_lines_are_never_longer_than_is_readable(tmp_path: Path) -> None:
    write(tmp_path, {"web.yaml": manifest(governance="governance: {}")})
    assert text_of(check_folder(tmp_path, "web.yaml"), Display(500)) == text_of(
        check_folder(tmp_path, "web.yaml"), Display(120)
    )


def test_colour_adds_nothing_but_colour(tmp_path: Path) -> None:
    outcome = fleet(tmp_path)
    plain, coloured = text_of(outcome), text_of(outcome, Display(color=True))
    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    assert plain != coloured


def test_what_the_gate_says_itself_is_ascii(tmp_path: Path) -> None:
    assert text_of(fleet(tmp_path), VERBOSE).isascii()


@pytest.mark.parametrize("evil", ["::error::x", "##[error]x", "##vso[task.complete]", "a ::error::x ##[group]"])
@pytest.mark.parametrize("where", ["slo", "team", "evidence"])
def test_a_runner_that_reads_the_log_finds_no_command(tmp_path: Path, evil: str, where: str) -> None:
    team = f"'{evil}'" if where == "team" else "shop"
    slo = f"'{evil}'" if where == "slo" else "a"
    runbook = f"'todo/{evil.replace(' ', '')}'".replace("::", "") if where == "evidence" else "true"
    slos = f"slos: [{{name: {slo}, target: 99, current: 98}}]"
    text = manifest(team=team, slos=slos, governance=f"governance: {{runbook: {runbook}}}")
    shown = text_of(one(tmp_path, text), Display(40))
    assert "##[" not in shown
    assert not [line for line in shown.splitlines() if line.lstrip().startswith("::")]


def test_a_path_cannot_draw_on_the_terminal(tmp_path: Path) -> None:
    write(tmp_path, {"s/\x1b[2J\n::error::x.yaml": "a: 010\n"})
    shown = text_of(check_folder(tmp_path, "s"))
    assert "\x1b" not in shown
    assert not [line for line in shown.splitlines() if line.startswith("::")]
    assert "\\x1b[2J\\x0a" in shown


def test_points_are_shown_out_of_what_they_lead_to(tmp_path: Path) -> None:
    lines = text_of(fleet(tmp_path)).splitlines()
    assert "CRITICAL  worst  4 points (critical from 4)  team shop, tier 1" in lines
    assert "DEGRADED  bad  2 points (degraded from 2)  team shop, tier 1" in lines


def test_points_are_measured_by_the_services_own_limits(tmp_path: Path) -> None:
    policy = "  overrides:\n    - {match: {tier: 1}, spec: {health: {degraded_at: 1, critical_at: 2}}}\n"
    assert "CRITICAL  web  2 points (critical from 2)" in text_of(one(tmp_path, manifest(slos=BREACHED), policy))


def test_schema_only_counts_manifests(tmp_path: Path) -> None:
    write(tmp_path, {"s/a.yaml": manifest("a") + "---\n" + manifest("b"), "s/c.yaml": manifest("c", slos=BREACHED)})
    assert text_of(check_folder(tmp_path, "s", schema_only=True)) == "PASSED  3 valid manifests\n"


def test_code_is_not_broken_so_that_it_can_be_copied(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"catalog/a.yaml": "apiVersion: backstage.io/v1alpha1\n", "catalog/b.yaml": "apiVersion: backstage.io/v1\n"},
    )
    text = text_of(check_folder(tmp_path, "catalog"), Display(60))
    assert "      fix: Run `platform-gate import backstage catalog`. To\n" in text
    assert '           leave it out: `exclude: ["catalog/**"]`\n' in text
    assert (
        text_of(check_folder(tmp_path, "catalog"), Display(40)).count("`platform-gate import backstage catalog`") == 1
    )


def by_waiver(folder: Path, count: int) -> Outcome:
    names = [f"web-{number}" for number in range(count)]
    files = {f"s/{name}.yaml": manifest(name, slos=BREACHED) for name in names}
    entries = [waiver(name, "slo/breached", expires="2026-11-30") for name in names]
    return outcome_of(write(folder, files | {"w.yaml": waivers(*entries)}), "s", excuses=["w.yaml"])


def test_a_fleet_that_is_green_by_waivers_says_so_in_a_line_per_service(tmp_path: Path) -> None:
    outcome = by_waiver(tmp_path, 3)
    lines = text_of(outcome, Display(120)).splitlines()
    assert lines[0] == "PASSED  3 services: 3 healthy, 3 of them by waiver"
    at = lines.index("Healthy by waiver (3 services)")
    excuse = "slo/breached waived until 2026-11-30 (7 days left) by lead: In progress."
    assert lines[at + 1] == f"  web-0  DEGRADED without: {excuse}"
    assert lines[at + 4] == ""
    assert text_of(outcome, QUIET) == ""
    assert "web-0.yaml:5:54  slo/breached  WAIVED" in text_of(outcome, VERBOSE)


def test_waivers_that_expire_share_a_block(tmp_path: Path) -> None:
    lines = text_of(by_waiver(tmp_path, 3), Display(120)).splitlines()
    at = lines.index("  WARNING  waiver/expiring  3 waivers")
    assert lines[at + 1] == "      w.yaml:5:7  the waiver for web-0: slo/breached expires in 7 days, on 2026-11-30"
    assert lines[at + 4].startswith("      fix: Finish the work")
    assert len([line for line in lines if "waiver/expiring" in line]) == 1


def test_points_stand_beside_the_rule_that_earned_them(tmp_path: Path) -> None:
    over = 'cost: {budget_monthly: 800, entries: [{month: "2026-09", amount: 500}, {month: "2026-10", amount: 900}]}'
    text = text_of(one(tmp_path, manifest(slos=BREACHED, cost=over)), Display(120))
    assert "SLO breached +2, cost spiking (over budget +1), reliability good, governance compliant" in text


def test_a_change_is_reported_first_and_the_rest_in_a_line_each(tmp_path: Path) -> None:
    lines = text_of(changed(tmp_path, "regressed")).splitlines()
    assert lines[0] == "FAILED  This change breaks 1 service: new. 1 other service was already failing."
    at = lines.index("DEGRADED  new  was HEALTHY; 2 points (0 before)  team shop, tier 1")
    assert lines[at + 2] == "  +2  services/new.yaml:5:54  slo/breached  new"
    assert lines.index("Already failing (not blocking): 1 service") > at
    assert "  DEGRADED  old  2 points  slo/breached" in lines
    assert not [line for line in lines if "old.yaml" in line]


def test_an_unreadable_file_comes_before_anything_that_passes(tmp_path: Path) -> None:
    text = text_of(changed(tmp_path, "all"))
    assert text.index("manifest/unreadable") < text.index("DEGRADED  new")


def test_rules_are_links_where_the_terminal_shows_them(tmp_path: Path) -> None:
    outcome = one(tmp_path, manifest(slos=BREACHED))
    linked = text_of(outcome, Display(links=True))
    address = "https://platform-gate.github.io/platform-gate/rules/slo/breached/"
    assert f"\x1b]8;;{address}\x1b\\slo/breached\x1b]8;;\x1b\\" in linked
    assert re.sub(r"\x1b]8;;[^\x1b]*\x1b\\", "", linked) == text_of(outcome)


def test_statistics_count_by_rule_team_and_tier(tmp_path: Path) -> None:
    lines = text_of(replace(fleet(tmp_path), statistics=True)).splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("rule "))
    assert lines[at].split() == ["rule", "services", "failing", "findings", "waived", "points"]
    assert lines[at + 1].split() == ["slo/breached", "2", "2", "2", "0", "4"]
    [team] = [line.split() for line in lines if line.startswith("shop ")]
    assert team[1:3] == ["3", "2"]
