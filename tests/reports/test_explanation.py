"""Where every point comes from: facts, bands and policy lines that are true for any service, and rules in words."""

import re
from collections.abc import Iterator
from random import Random

import pytest

from platform_gate.changes.comparison import Change, Transition
from platform_gate.documents.document import read_one
from platform_gate.documents.shipped import folder
from platform_gate.judging import runner, waivers
from platform_gate.judging.remedy import remedy
from platform_gate.judging.result import Judged
from platform_gate.model import Rule
from platform_gate.policy import layers
from platform_gate.policy.layers import Origin
from platform_gate.policy.loading import Policy
from platform_gate.reports import explanation
from platform_gate.reports.wording import label, spaced
from platform_gate.repository.config import Config
from platform_gate.subsystems.catalogue import INVALID
from tests.hostile.product import AS_OF, Memory, check_files, policy_of, shipped
from tests.oracle import fleets
from tests.samples import BREACHED, SPIKING, manifest, own_policy

CHARGE = re.compile(r"  \+(?P<points>\d+)  (?P<rules>[^:]+): (?P<key>[\w.]+) \((?P<path>[^:]+):(?P<line>\d+)")
OURS = "./policy.yaml"
DEFAULT = (folder("policies") / "default.yaml").read_text("utf-8")
HEADINGS = ["What it checks", "Why it matters", "Fails", "Passes", "Policy keys", "Source"]


def lines_of(one: Judged) -> list[str]:
    return list(explanation.service(one))


def explained(text: str, policy: str = "  {}\n") -> list[str]:
    return lines_of(check_files([("web.yaml", text.encode())], policy_of(own_policy(policy).encode())).run.services[0])


def fleet() -> Iterator[tuple[Judged, str]]:
    """Services under random policies, and the policy's own text."""
    rng = Random()  # noqa: S311 - new services in every run
    for one in rng.sample(fleets.policies(seed=rng.randrange(10**6), count=12), 9):
        policy: Policy = policy_of(one.text.encode())
        for service in check_files(fleets.files(rng.randrange(10**6), 8), policy).run.services:
            yield service, one.text


def said(path: str, line: int, ours: str) -> str:
    """What a policy says at a line, and in the next two: where a band begins, its points may follow."""
    assert path in (OURS, "policies/default.yaml")
    return " ".join((ours if path == OURS else DEFAULT).split("\n")[line - 1 : line + 2])


def test_every_point_stands_at_the_policy_line_that_gives_it() -> None:
    count = 0
    for one, ours in fleet():
        charges = [match for line in lines_of(one) if (match := CHARGE.match(line))]
        assert sum(int(charge["points"]) for charge in charges) == one.judgement.points
        for charge in charges:
            text = said(charge["path"], int(charge["line"]), ours)
            assert re.search(rf"\b{charge['points']}\b", text), (charge[0], text)
            assert {rule.split("/")[0] for rule in charge["rules"].split(", ")} == {charge["key"].split(".")[0]}
        count += len(charges)
    assert count > 20


def test_every_subsystem_begins_with_its_status_and_its_points() -> None:
    for one, _ in fleet():
        lines = lines_of(one)
        for name, scored in one.judgement.scored.items():
            points = f"  +{scored.points}" if scored.points else ""
            required = ", required" if name in one.judgement.required else ""
            assert f"{label(name)}: {spaced(scored.status)}{points}{required}" in lines
        subject = one.judgement.subject
        assert lines[0].startswith(f"{subject.name}  {one.judgement.health.upper()}  {one.judgement.points} point")
        assert f"team {subject.team}, tier {subject.tier}, {one.location.path}:{one.location.line}" in lines


def test_the_score_is_the_sum_of_four_rows_each_at_its_band() -> None:
    rows = 0
    for one, ours in fleet():
        lines = lines_of(one)
        described = one.judgement.scored["reliability"].describe()
        total = 0
        for metric, row in described["metrics"].items():
            if row["value"] is None:
                continue
            line = next(line for line in lines if line.startswith(f"  {explanation.words(metric)} "))
            total += row["score"]
            rows += 1
            place = re.search(r"(\S+):(\d+)(?:, Generated\.)?$", line)
            assert place, line
            assert re.search(rf"score: {row['score']}\b", said(place[1], int(place[2]), ours)), line
            assert f" {row['score']} " in line
        assert described["score"] in (total, None)
    assert rows > 50


def test_the_health_limits_stand_at_their_lines() -> None:
    lines = explained(manifest(), "  health: {degraded_at: 3}\n")
    assert lines[2] == f"degraded from 3 points ({OURS}:5)"
    assert lines[3].startswith("critical from 4 points (policies/default.yaml:")


def test_an_override_is_named_with_its_reason() -> None:
    spec = '  overrides:\n    - match: {tier: 1}\n      reason: "Paid\\nfor."\n      spec: {slo: {breach_points: 3}}\n'
    text = "\n".join(explained(manifest(slos=BREACHED), spec))
    assert f"+3  slo/breached: slo.breach_points ({OURS}:8, Paid for.)" in text


def test_the_error_budget_is_told_in_minutes_too() -> None:
    text = explained(
        manifest(slos="slos: [{name: a, target: 99.9, current: 99.95, window: 30d}, {name: b, target: 9}]")
    )
    at = next(number for number, line in enumerate(text) if line.startswith("  name "))
    heading, first, second = text[at : at + 3]
    assert heading.split()[0] == "name"
    assert "budget minutes" in heading
    assert first.split() == ["a", "99.9", "99.95", "yes", "50", "30d", "43.2", "21.6"]
    assert second.split()[:4] == ["b", "9", "-", "-"]


def test_the_trend_is_told_with_its_percentage() -> None:
    text = explained(manifest(cost=SPIKING))
    assert "  trend           spiking" in text
    assert "  change (%)      80" in text


def test_a_finding_is_told_at_its_place() -> None:
    text = explained(manifest(slos=BREACHED))
    at = text.index("  error  slo/breached  web.yaml:5:54")
    assert text[at + 1] == "      availability is at 99.5, below its target of 99.9"


def test_what_is_waived_is_told_as_such_and_not_charged() -> None:
    waiver = (
        "apiVersion: platform-gate/v1\nkind: Waivers\nspec: {waivers: [{service: web, rule: slo/breached, "
        'reason: Failover., approved_by: sre, expires: "2026-12-01"}]}\n'
    )
    tree = Memory({"web.yaml": manifest(slos=BREACHED).encode()})
    policy = shipped("default")
    loaded = waivers.load(waiver.encode(), "w.yaml", policy.base(), policy.known_rules(), AS_OF)
    run = runner.run(runner.Job(tree, policy, AS_OF, loaded), tree.find((), Config()))
    lines = lines_of(run.services[0])
    assert lines[0] == "web  HEALTHY  0 points  (without waivers DEGRADED, 2 more)"
    at = lines.index("  waived  slo/breached  web.yaml:5:54")
    assert lines[at + 2] == "      waived until 2026-12-01 (8 days left) by sre: Failover."
    assert not [line for line in lines if CHARGE.match(line)]
    assert "Healthy by waiver: fix what the waivers excuse." in lines


def test_healthy_says_so() -> None:
    assert "Healthy: nothing to fix." in explained(manifest())


def remedy_lines(text: str, policy: str = "  {}\n") -> list[str]:
    """The lines on what to do, up to the first subsystem."""
    lines = explained(text, policy)
    at = next(number for number, line in enumerate(lines) if line.startswith("Healthy after "))
    return lines[at : lines.index("", at)]


def test_the_fewest_edits_come_first_with_what_to_do() -> None:
    assert remedy_lines(manifest(slos=BREACHED)) == [
        "Healthy after 1 edit:",
        "  web.yaml:5:54",
        "      slo/breached (availability): availability is at 99.5, below its target of 99.9",
        "          fix: Bring the service back above its target, or agree on a different target with its users.",
    ]


def test_one_edit_may_fix_several_findings() -> None:
    lines = remedy_lines(manifest(slos="slos: [{name: a, target: 99}]"))
    assert lines[0] == "Healthy after 1 edit:"
    assert [line.split(":")[0].strip() for line in lines[2:] if "fix:" not in line] == [
        "slo/not-measured (a)",
        "slo/no-data",
    ]
    strict = "  cost: {over_budget_points: 2, spiking_points: 2}\n"
    over = SPIKING.replace("budget_monthly: 1000", "budget_monthly: 800")
    assert remedy_lines(manifest(cost=over), strict)[:2] == ["Healthy after 1 edit:", "  web.yaml:6:101"]


def test_a_section_that_is_missing_is_added_in_one_edit() -> None:
    assert remedy_lines(manifest(governance=""))[0] == "Healthy after 1 edit:"


def test_the_best_single_edit_is_judged_by_the_health_it_leads_to() -> None:
    over = 'cost: {budget_monthly: 1, entries: [{month: "2026-10", amount: 9}]}'
    unmeasured = "slos: [{name: a, target: 99, current: 98}, {name: b, target: 99}]"
    last = remedy_lines(manifest(slos=unmeasured, cost=over))[-1]
    assert last == "The best single edit is for slo/breached (a): 3 to 1 point, DEGRADED to UNKNOWN."


def test_where_no_edit_alone_helps_it_says_so() -> None:
    two = "slos: [{name: a, target: 99, current: 98}, {name: b, target: 99, current: 98}]"
    assert remedy_lines(manifest(slos=two))[-1] == "No single edit changes health or points."


def test_unknown_names_the_rules_that_make_it_so() -> None:
    over = 'cost: {budget_monthly: 1, entries: [{month: "2026-10", amount: 9}]}'
    lines = explained(manifest(slos="slos: [{name: a, target: 99}]", cost=over))
    assert [lines[0], *lines[2:4]] == [
        "web  UNKNOWN  1 point",
        "unknown because of slo/no-data and slo/not-measured (a)",
        "because of cost/over-budget +1",
    ]


def test_a_subsystem_without_data_has_no_trend_and_no_cost_of_0() -> None:
    lines = explained(manifest(cost=""))
    at = lines.index("Cost: no data, required")
    assert lines[at + 1].startswith("  error  cost/no-data")
    assert not [line for line in lines if "trend" in line or "latest cost" in line]


def test_a_change_is_explained_against_its_base() -> None:
    [old] = check_files([("web.yaml", manifest().encode())], shipped("default")).run.services
    [new] = check_files([("web.yaml", manifest(slos=BREACHED).encode())], shipped("default")).run.services
    known = frozenset(finding.fingerprint for finding in old.findings)
    change = Transition("web", Change.CHANGED, old, new, known=known)
    lines = list(explanation.service(new, change, "main"))
    assert lines[2:5] == ["because of slo/breached +2", "at main: HEALTHY, 0 points", "new since main: slo/breached"]
    assert list(explanation.service(new, change._replace(before=None), "main"))[3] == "new since main"


def test_what_is_told_is_the_remedy() -> None:
    for one, _ in fleet():
        told = [line for line in lines_of(one) if line.startswith("Healthy after ")]
        count = len(remedy(one.judgement, one.manifest.document.data).edits)
        assert [line.split()[2] for line in told] == ([str(count)] if count else [])


def test_characters_that_could_hide_are_spelled_out() -> None:
    assert explanation.cell("a\x1b[31m\u202e") == "a\\x1b[31m\\u202e"
    document = read_one(b"a: 1\n", "odd\x1bpath")
    assert layers.describe_origin(Origin(document, ("a",), "be\x9bcause")).startswith("odd\\x1bpath:1, be")


@pytest.mark.parametrize(("value", "shown"), [(None, "-"), (True, "yes"), (False, "no"), (0, "0"), (99.5, "99.5")])
def test_values_are_written_as_people_write_them(value: object, shown: str) -> None:
    assert explanation.cell(value) == shown


@pytest.mark.parametrize(("key", "shown"), [("uptime_pct", "uptime (%)"), ("incidents_30d", "incidents 30d")])
def test_keys_are_written_as_words(key: str, shown: str) -> None:
    assert explanation.words(key) == shown


def test_a_column_that_no_row_fills_is_left_out() -> None:
    rows: list[dict[str, object]] = [{"a": 1, "b": None}, {"a": None, "b": None}, {"a": 333, "b": None}]
    assert list(explanation.table(rows)) == ["a", "1", "-", "333"]


def test_every_rule_is_explained_under_the_same_headings() -> None:
    rules = shipped("default").known_rules().values()
    assert len(rules) > 20
    for rule in rules:
        lines = list(explanation.rule(rule))
        assert lines[0] == rule.id
        assert [line for line in lines[1:] if line and not line.startswith(" ")] == HEADINGS
        texts = dict(explanation.sections(rule))
        assert f"severities.{rule.id}" in texts["Policy keys"].split("\n")
        assert all(texts[heading].strip("-") for heading in HEADINGS), rule.id
        assert max(map(len, texts["What it checks"].split("\n"))) <= 76


def test_a_rule_s_texts_stand_under_their_headings() -> None:
    lines = "\n".join(explanation.rule(INVALID))
    assert lines.startswith("manifest/invalid\n\nWhat it checks\n  A manifest breaks its schema. Fix the manifest: ")
    assert "\n\nFails\n  slos:\n    - {name: availability, traget: 99.9}\n\nPasses\n" in lines
    assert "\n\nPolicy keys\n  gate.max_prelaunch_days\n  severities.manifest/invalid\n\n" in lines


def test_a_rule_of_ones_own_without_words_is_explained_too() -> None:
    texts = dict(explanation.sections(Rule("org/x", "All is wrong.", "", source="a rule of this policy")))
    assert texts["What it checks"] == "All is wrong."
    assert (texts["Why it matters"], texts["Fails"], texts["Passes"]) == ("-", "-", "-")
    assert texts["Source"] == "a rule of this policy"
