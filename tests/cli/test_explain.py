"""``explain``: a service or a rule, offline, with what the policy of the command line says."""

import re
from pathlib import Path

import pytest

from tests.hostile.product import command_line, shipped
from tests.samples import BREACHED, manifest, own_policy, write

DAY = ("--as-of", "2026-11-23")
WAIVER = (
    "apiVersion: platform-gate/v1\nkind: Waivers\nspec: {waivers: [{service: web, rule: slo/breached, reason: a, "
    'approved_by: b, expires: "2026-12-01"}]}\n'
)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return write(tmp_path, {"services/web.yaml": manifest("web", slos=BREACHED), "other/api.yaml": manifest("api")})


def test_a_service_is_explained(repository: Path) -> None:
    assert repository.is_dir()
    done = command_line("explain", "web", *DAY)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("web  DEGRADED  2 points\nteam shop, tier 1, services/web.yaml:1\n")


def test_a_service_is_looked_for_in_the_operands(repository: Path) -> None:
    assert repository.is_dir()
    assert command_line("explain", "api", *DAY).code == 2
    assert command_line("explain", "api", "other", *DAY).out.startswith("api  HEALTHY")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["wbe"], "error: there is no service 'wbe'\n  fix: Did you mean web?\n"),
        (["slo/breachd"], "error: there is no rule 'slo/breachd'\n  fix: Did you mean slo/breached?\n"),
        ([], "error: name a service or a rule, or use --list\n  fix: Try `platform-gate explain --help`.\n"),
        (
            ["org/x", "--policy", "gone.yaml"],
            "error: can't read the policy 'gone.yaml': no such file or directory\n",
        ),
    ],
)
def test_what_does_not_exist_is_2(repository: Path, words: list[str], message: str) -> None:
    assert repository.is_dir()
    done = command_line("explain", *words, *DAY)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(message)


def test_where_files_cannot_be_read_the_service_may_be_in_one(repository: Path) -> None:
    write(repository, {"services/bad.yaml": "a: [\n"})
    done = command_line("explain", "api", *DAY)
    assert "there is no service 'api' (some files could not be read, see `platform-gate check`)" in done.err
    assert command_line("explain", "web", *DAY).code == 0


def test_waivers_and_the_day_count_as_in_check(repository: Path) -> None:
    write(repository, {"w.yaml": WAIVER})
    assert command_line("explain", "web", *DAY, "--waivers", "w.yaml").out.startswith(
        "web  HEALTHY  0 points  (without"
    )
    later = command_line("explain", "web", "--as-of", "2026-12-02", "--waivers", "w.yaml")
    assert later.out.startswith("web  DEGRADED  2 points")
    assert command_line("explain", "web", *DAY, "--waivers", "w.yaml", "--no-waivers").out == later.out


def test_the_policy_counts_as_in_check(repository: Path) -> None:
    write(repository, {"policy.yaml": own_policy("  slo: {breach_points: 7}\n")})
    out = command_line("explain", "web", *DAY, "--policy", "policy.yaml").out
    assert out.startswith("web  CRITICAL  7 points")
    assert "  +7  slo/breached: slo.breach_points (policy.yaml:5)\n" in out


def test_every_rule_is_listed_and_explained(repository: Path) -> None:
    assert repository.is_dir()
    _, *listed = command_line("explain", "--list").out.splitlines()
    names = [line.split("  ")[0] for line in listed]
    assert names == sorted(shipped().known_rules())
    for name in names:
        assert command_line("explain", name).out.startswith(f"{name}\n\nWhat it checks\n  ")


def test_rules_of_the_policy_are_listed_and_explained(repository: Path) -> None:
    rule = "{id: org/x, title: All is wrong., help: Do better., require: false}"
    write(
        repository, {"policy.yaml": own_policy(f"  rules: [{rule}]\n"), ".platform-gate.yaml": "policy: policy.yaml\n"}
    )
    assert re.search(r"(?m)^org/x +warning +All is wrong\.$", command_line("explain", "--list").out)
    done = command_line("explain", "org/x")
    assert done.out.startswith("org/x\n\nWhat it checks\n  All is wrong. Do better.\n")


def test_a_manifest_cannot_give_a_runner_commands(repository: Path) -> None:
    name = '"##[error] x"'
    slos = f"slos: [{{name: {name}, target: 99.9, current: 99.5}}]"
    write(repository, {"services/web.yaml": manifest("web", slos=slos)})
    assert "##[" not in command_line("explain", "web", *DAY).out
