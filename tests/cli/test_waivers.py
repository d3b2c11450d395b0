"""``waivers``: the audit, adoption of the gate on a red fleet, and cleaning up."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.hostile.product import Done, command_line
from tests.oracle import fleets
from tests.samples import BREACHED, manifest, own_policy, write

DAY = ("--as-of", "2026-11-23")
TERMS = ("--reason", "Adopting the gate.", "--approved-by", "platform", "--days", "60")
GONE = "slos: [{name: availability, target: 99.9, current: 99.95}]"
WAIVERS = """apiVersion: platform-gate/v1
kind: Waivers
spec:
  waivers:
    # The move.
    - service: web
      rule: slo/breached
      reason: |-
        Moving | to
        another region.
      approved_by: sre
      ticket: OPS-1
      granted: "2026-11-01"
      expires: "2026-12-31"
    - services: [api, web]
      rules: [cost/over-budget, slo/breached]
      subject: total
      limit: 6000
      reason: Two vendors.
      approved_by: cfo
      expires: "2026-11-20"
    - {service: api, rule: slo/breached, reason: later, approved_by: sre, granted: "2026-12-01", expires: "2027-01-01"}
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    files = {
        "services/web.yaml": manifest("web", "shop", slos=BREACHED),
        "services/api.yaml": manifest("api", "core", cost="", governance="governance: {runbook: a.md}"),
        "services/good.yaml": manifest("good", "core"),
    }
    return write(tmp_path, files)


def listed(*words: str) -> list[str]:
    rows = json.loads(command_line("waivers", "list", *DAY, "-f", "json", *words).out)
    return [f"{row['services']} {row['days_left']}" for row in rows]


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        ((), ["api, web -3", "web 38", "api 39"]),
        (("--expiring", "38"), ["web 38"]),
        (("--expiring", "39"), ["web 38", "api 39"]),
        (("--expiring", "37"), []),
        (("--team", "shop"), ["api, web -3", "web 38"]),
        (("--team", "core"), ["api, web -3", "api 39"]),
        (("--team", "core", "--expiring", "60"), ["api 39"]),
    ],
)
def test_the_list_can_be_narrowed(repository: Path, words: tuple[str, ...], rows: list[str]) -> None:
    write(repository, {"w.yaml": WAIVERS, ".platform-gate.yaml": "waivers: w.yaml\n"})
    assert listed(*words) == rows


def test_the_list_of_a_team_needs_every_manifest(repository: Path) -> None:
    write(repository, {"services/bad.yaml": "a: [\n", "w.yaml": WAIVERS})
    done = command_line("waivers", "list", *DAY, "--waivers", "w.yaml", "--team", "shop")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: services/bad.yaml:2:1: ")


def test_the_list_of_a_team_that_does_not_exist_is_2(repository: Path) -> None:
    write(repository, {"w.yaml": WAIVERS})
    done = command_line("waivers", "list", *DAY, "--waivers", "w.yaml", "--team", "shpo")
    assert (done.code, done.err.split("\n")[0]) == (2, "error: there is no service of team 'shpo'")


def generate(*words: str) -> Done:
    return command_line("waivers", "generate", *TERMS, *DAY, *words)


def found(text: str) -> list[tuple[str, str]]:
    return re.findall(r"- service: (\S+)\n +rule: (\S+)", text)


# list


def test_the_audit_is_sorted_by_the_days_left(repository: Path) -> None:
    write(repository, {"waivers.yaml": WAIVERS})
    done = command_line("waivers", "list", *DAY, "--waivers", "waivers.yaml", "-f", "json")
    rows = json.loads(done.out)
    assert (done.code, done.err) == (0, "")
    assert [(row["services"], row["state"], row["days_left"]) for row in rows] == [
        ("api, web", "ended", -3),
        ("web", "in force", 38),
        ("api", "not yet", 39),
    ]
    assert rows[0] == {
        "services": "api, web",
        "rules": "cost/over-budget, slo/breached (total)",
        "state": "ended",
        "expires": "2026-11-20",
        "days_left": -3,
        "limit": 6000,
        "approved_by": "cfo",
        "ticket": None,
        "cause": None,
        "incident": None,
        "reason": "Two vendors.",
        "place": "waivers.yaml:15",
    }


def test_the_audit_is_a_table_for_people(repository: Path) -> None:
    write(repository, {"waivers.yaml": WAIVERS})
    lines = command_line("waivers", "list", *DAY, "--waivers", "waivers.yaml").out.splitlines()
    assert lines[0].split()[:4] == ["services", "rules", "state", "expires"]
    assert [line.split()[0] for line in lines[1:]] == ["api,", "web", "api"]
    assert "Moving | to another region." in lines[2]


def test_the_audit_is_a_table_in_markdown(repository: Path) -> None:
    write(repository, {"waivers.yaml": WAIVERS})
    done = command_line("waivers", "list", *DAY, "--waivers", "waivers.yaml", "-f", "markdown")
    tokens = MarkdownIt().enable("table").parse(done.out)
    cells = [token.content for token in tokens if token.type == "inline"]
    assert len(cells) == 40, "ten columns, a heading and three rows"
    assert sum("another region." in cell for cell in cells) == 1


@pytest.mark.parametrize(
    ("form", "shown"), [("text", "No waivers.\n"), ("json", "[]\n"), ("markdown", "No waivers.\n")]
)
def test_without_waivers_the_audit_says_so(repository: Path, form: str, shown: str) -> None:
    assert (repository / "services").is_dir()
    assert command_line("waivers", "list", *DAY, "-f", form).out == shown


def test_configured_waivers_are_listed_and_counted(repository: Path) -> None:
    write(repository, {"gate/a.yaml": WAIVERS, ".platform-gate.yaml": "waivers: [gate/*.yaml]\n"})
    assert command_line("waivers", "list", *DAY).out.count("gate/a.yaml:") == 3
    assert command_line("check", *DAY, "services/web.yaml").code == 0
    assert command_line("check", *DAY, "services/web.yaml", "--no-waivers").code == 1
    assert command_line("waivers", "list", *DAY, "--no-waivers").out == "No waivers.\n"


def test_a_waiver_that_is_refused_is_refused_everywhere(repository: Path) -> None:
    write(repository, {"w.yaml": WAIVERS.replace("2026-12-31", "2027-12-31")})
    for words in (["waivers", "list"], ["waivers", "prune"], ["check"], ["explain", "web"]):
        done = command_line(*words, *DAY, "--waivers", "w.yaml")
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith(
            "error: w.yaml:14:16: the waiver ends more than 90 days after it was granted\n  14 | "
        )
        assert '  fix: Write "2027-01-30" or earlier, and renew the waiver then.' in done.err
    assert command_line("check", *DAY, "--waivers", "w.yaml", "--no-waivers").code == 1


def test_a_waivers_file_that_is_missing_is_an_error(repository: Path) -> None:
    assert not (repository / "w.yaml").exists()
    done = command_line("check", *DAY, "--waivers", "w.yaml")
    assert (done.code, done.err.split("\n")[0]) == (
        2,
        "error: can't read the waivers file 'w.yaml': no such file or directory",
    )


def test_several_files_hold_together(repository: Path) -> None:
    keys = "service: web, rule: %s, reason: a, approved_by: b, expires: '2026-12-01'"
    one = f"apiVersion: platform-gate/v1\nkind: Waivers\nspec: {{waivers: [{{{keys}}}]}}\n"
    write(repository, {"a.yaml": one % "slo/breached", "b.yaml": one % "cost/no-budget"})
    done = command_line("check", *DAY, "services/web.yaml", "--waivers", "a.yaml", "--waivers", "b.yaml")
    assert done.code == 0
    assert "b.yaml:3:18  waiver/unused" in done.out


# generate


def test_a_red_fleet_is_green_with_the_waivers_written_for_it(repository: Path) -> None:
    done = generate("-o", "adoption.yaml")
    assert (done.code, done.out) == (0, "")
    assert done.err.startswith(
        "6 waivers for 2 services: 4 points and 1 gap in the data waived\nwarning: no run reads "
    )
    text = (repository / "adoption.yaml").read_text()
    assert found(text) == [
        ("api", "cost/no-data"),
        ("api", "governance/missing-monitoring"),
        ("api", "governance/missing-ownership"),
        ("api", "governance/missing-documentation"),
        ("api", "governance/missing-incident_response"),
        ("web", "slo/breached"),
    ]
    assert "    # slo/breached: availability is at 99.5, below its target of 99.9\n    - service: web\n" in text
    assert "      subject: availability\n      reason: Adopting the gate.\n      approved_by: platform\n" in text
    assert '      granted: "2026-11-23"\n      expires: "2027-01-22"\n' in text
    assert command_line("check", *DAY).code == 1
    green = command_line("check", *DAY, "--waivers", "adoption.yaml", "-f", "json")
    services = json.loads(green.out)["services"]
    assert (green.code, {one["health"] for one in services}) == (0, {"healthy"})
    assert {one["name"]: one["health_without_waivers"] for one in services} == {
        "api": "degraded",
        "good": "healthy",
        "web": "degraded",
    }
    assert command_line("check", "--as-of", "2027-01-22", "--waivers", "adoption.yaml").code == 0
    assert command_line("check", "--as-of", "2027-01-23", "--waivers", "adoption.yaml").code == 1


def test_any_red_fleet_is_green_and_the_points_told_are_true(repository: Path) -> None:
    several = [one for one in fleets.policies(seed=3, count=4) if "null" not in one.text]
    for seed, policy in enumerate(several):
        folder = repository / f"fleet-{seed}"
        write(folder, dict(fleets.files(seed, 8)))
        write(folder, {"policy.yaml": policy.text})
        words = (str(folder / "services"), "--policy", str(folder / "policy.yaml"))
        before = json.loads(command_line("check", *DAY, *words, "-f", "json").out)
        done = generate(*words, "-o", str(folder / "w.yaml"))
        after = command_line("check", *DAY, *words, "--waivers", str(folder / "w.yaml"), "-f", "json")
        assert (done.code, after.code) == (0, 0), policy.name
        saved = sum(one["points"] for one in before["services"]) - sum(
            one["points"] for one in json.loads(after.out)["services"]
        )
        assert f": {saved} point" in done.err, policy.name
        assert not json.loads(after.out)["findings"], "every waiver is used"


def test_without_a_file_they_are_printed(repository: Path) -> None:
    done = generate()
    generate("-o", "w.yaml")
    assert done.out == (repository / "w.yaml").read_text()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--only", "slo/breached"], [("web", "slo/breached")]),
        (["--only", "slo/breached", "--only", "cost/no-data"], [("api", "cost/no-data"), ("web", "slo/breached")]),
        (["--service", "web"], [("web", "slo/breached")]),
        (["--team", "shop"], [("web", "slo/breached")]),
        (["--service", "good"], []),
        (["services/web.yaml"], [("web", "slo/breached")]),
    ],
)
def test_what_is_excused_can_be_chosen(repository: Path, words: list[str], expected: list[tuple[str, str]]) -> None:
    assert repository.is_dir()
    done = generate(*words)
    assert (done.code, found(done.out)) == (0, expected)


def test_an_existing_file_is_appended_to(repository: Path) -> None:
    write(repository, {"w.yaml": WAIVERS.replace("\n", "\r\n")})
    before = (repository / "w.yaml").read_bytes()
    assert generate("--waivers", "w.yaml", "-o", "w.yaml").code == 0
    after = (repository / "w.yaml").read_bytes()
    assert after.startswith(before)
    assert after.count(b"\n") == after.count(b"\r\n")
    assert ("web", "slo/breached") not in found(after[len(before) :].decode().replace("\r", "")), "waived already"
    assert command_line("check", *DAY, "--waivers", "w.yaml").code == 0
    again = generate("--waivers", "w.yaml", "-o", "w.yaml")
    assert again.err == "nothing to waive\n"
    assert (repository / "w.yaml").read_bytes() == after


def test_a_file_that_cannot_be_appended_to_is_left_alone(repository: Path) -> None:
    one = "{service: web, rule: cost/no-data, reason: a, approved_by: b, expires: '2026-12-01'}"
    flow = f"apiVersion: platform-gate/v1\nkind: Waivers\nspec:\n  waivers: [{one}]\n"
    for content in (flow, manifest("other"), "a: [\n", WAIVERS.replace("spec:\n", "spec:\n  max_days: 59\n")):
        write(repository, {"w.yaml": content})
        done = generate("-o", "w.yaml")
        assert (done.code, done.out) == (2, ""), content
        assert "a bug" not in done.err
        assert (repository / "w.yaml").read_text() == content


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--days", "91"], "error: --days 91 is more than the policy's waivers.max_days, 90"),
        (["--days", "0"], "error: Invalid value for '--days'"),
        (["--reason", " "], "error: reason: the text is empty"),
        (["--approved-by", ""], "error: approved_by: the text is empty"),
    ],
)
def test_terms_that_the_gate_would_refuse_are_refused(repository: Path, words: list[str], message: str) -> None:
    done = generate("-o", "w.yaml", *words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(message)
    assert not (repository / "w.yaml").exists()


def test_as_many_days_as_the_policy_allows(repository: Path) -> None:
    assert generate("--days", "90", "-o", "w.yaml").code == 0
    assert command_line("check", *DAY, "--waivers", "w.yaml").code == 0
    write(repository, {"policy.yaml": own_policy("  waivers: {max_days: 30}\n")})
    assert generate("--policy", "policy.yaml").code == 2


def test_a_file_that_cannot_be_judged_is_said_and_is_2(repository: Path) -> None:
    write(repository, {"services/bad.yaml": "a: [\n"})
    done = generate("-o", "w.yaml")
    assert done.code == 2
    assert done.err.startswith("error: services/bad.yaml:")
    assert len(found((repository / "w.yaml").read_text())) == 6, "the others are excused all the same"


# prune


def test_what_ended_and_what_excuses_nothing_is_removed(repository: Path) -> None:
    write(repository, {"w.yaml": WAIVERS})
    dry = command_line("waivers", "prune", *DAY, "--waivers", "w.yaml", "--dry-run")
    assert (dry.code, (repository / "w.yaml").read_text()) == (0, WAIVERS)
    assert dry.err.endswith("1 waiver would be removed\n")
    done = command_line("waivers", "prune", *DAY, "--waivers", "w.yaml")
    message = (
        "w.yaml:15:7: the waiver for api, web: cost/over-budget, slo/breached (total) expired 3 days ago, on 2026-11-20"
    )
    assert (done.code, done.out, done.err) == (0, "", f"{message}\n1 waiver removed\n")
    start, end = WAIVERS.index("    - services: [api"), WAIVERS.index("    - {service: api")
    assert (repository / "w.yaml").read_text() == WAIVERS[:start] + WAIVERS[end:]


def test_a_waiver_whose_finding_is_gone_is_removed_from_its_own_file(repository: Path) -> None:
    write(repository, {"a/w.yaml": WAIVERS, "b/w.yaml": WAIVERS, "services/web.yaml": manifest("web", slos=GONE)})
    done = command_line("waivers", "prune", *DAY, "--waivers", "a/w.yaml")
    assert done.err.endswith("the finding is gone\n2 waivers removed\n") or "the finding is gone" in done.err
    assert "service: web" not in (repository / "a/w.yaml").read_text()
    assert (repository / "b/w.yaml").read_text() == WAIVERS


def test_pruning_looks_at_every_team(repository: Path) -> None:
    write(repository, {"w.yaml": WAIVERS})
    assert "1 waiver removed" in command_line("waivers", "prune", *DAY, "--waivers", "w.yaml").err


def test_while_a_file_cannot_be_judged_nothing_is_removed(repository: Path) -> None:
    write(repository, {"w.yaml": WAIVERS, "services/bad.yaml": "a: [\n"})
    done = command_line("waivers", "prune", *DAY, "--waivers", "w.yaml")
    assert done.code == 2
    assert "fix: Fix it first: a waiver may be for it." in done.err
    assert (repository / "w.yaml").read_text() == WAIVERS


def test_nothing_to_remove_touches_nothing(repository: Path) -> None:
    write(repository, {"w.yaml": WAIVERS})
    before = (repository / "w.yaml").stat()
    done = command_line("waivers", "prune", "--as-of", "2026-11-15", "--waivers", "w.yaml", "services/good.yaml")
    assert (done.code, done.err) == (0, "0 waivers removed\n")
    assert (repository / "w.yaml").stat().st_ino == before.st_ino
