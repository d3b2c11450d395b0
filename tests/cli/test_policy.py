"""``policy``: show, test and impact as people start them, and a policy that a package brings along."""

from __future__ import annotations

from pathlib import Path

import pytest
from junitparser import Failure, JUnitXml

from tests.conftest import Gate
from tests.hostile.product import command_line
from tests.samples import BREACHED, default_line, manifest, own_policy, write

DAY = ("--as-of", "2026-11-23")
OVERRIDE = "  overrides: [{match: {team: shop}, reason: A trial., spec: {slo: {breach_points: 0}}}]\n"
CASES = """apiVersion: platform-gate/v1
kind: PolicyTest
spec:
  policy: ../policy.yaml
  as_of: "2026-11-23"
  cases:
    - name: a breach & more
      manifest: ../services/web.yaml
      expect: {health: degraded, points: {slo: 2, total: 2}}
    - {name: all is well, manifest: ../services/good.yaml, expect: {health: healthy}}
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    files = {
        "services/web.yaml": manifest("web", slos=BREACHED),
        "services/good.yaml": manifest("good", "core"),
        "policy.yaml": own_policy("  {}\n"),
        "tests/a.test.yaml": CASES,
    }
    return write(tmp_path, files)


# show


def test_what_is_shown_decides_alike(repository: Path) -> None:
    write(repository, {"policy.yaml": own_policy(OVERRIDE)})
    done = command_line("policy", "show", "--policy", "policy.yaml")
    assert (done.code, done.err) == (0, "")
    write(repository, {"shown.yaml": done.out})
    reports = [
        command_line("check", *DAY, "--policy", name, "-f", "json").out for name in ("policy.yaml", "shown.yaml")
    ]
    assert reports[0].replace("policy.yaml", "shown.yaml") == reports[1]


def test_what_holds_for_a_service_is_shown_with_the_reason(repository: Path) -> None:
    write(repository, {"policy.yaml": own_policy(OVERRIDE)})
    done = command_line("policy", "show", *DAY, "--policy", "policy.yaml", "--for", "web")
    assert "    breach_points: 0  # policy.yaml:5, A trial.\n" in done.out
    other = command_line("policy", "show", *DAY, "--policy", "policy.yaml", "--for", "good")
    assert f"    breach_points: 2  # {default_line('breach_points:')}\n" in other.out


def test_a_service_that_is_not_there_is_2(repository: Path) -> None:
    assert repository.is_dir()
    done = command_line("policy", "show", *DAY, "--for", "wbe")
    assert (done.code, done.out) == (2, "")
    assert done.err == "error: there is no service 'wbe'\n  fix: Did you mean web?\n"


def test_what_looks_like_a_mistake_is_a_warning_with_its_line(repository: Path) -> None:
    write(repository, {"policy.yaml": own_policy("  health: {critical_at: 50}\n")})
    for words in (["show"], ["impact", *DAY], ["test", "tests"]):
        done = command_line("policy", *words, "--policy", "policy.yaml")
        assert done.code == 0
        assert done.err.startswith("warning: policy.yaml:5:25: no service can reach critical_at: all subsystems ")
    assert command_line("policy", "test", "tests").err.startswith("warning: policy.yaml:5:25: ")


# test


def test_cases_that_pass_are_counted(repository: Path) -> None:
    assert repository.is_dir()
    for path in ("tests/a.test.yaml", "tests", "."):
        done = command_line("policy", "test", path)
        assert (done.code, done.out, done.err) == (0, "2 cases passed\n", "")


def test_cases_that_fail_are_told_as_a_difference(repository: Path) -> None:
    write(repository, {"policy.yaml": own_policy("  slo: {breach_points: 4}\n")})
    done = command_line("policy", "test", "tests")
    assert (done.code, done.err) == (1, "")
    assert done.out == (
        "tests/a.test.yaml:7:13: a breach & more (as of 2026-11-23)\n"
        "  health\n    - degraded\n    + critical\n"
        "  points of slo\n    - 2\n    + 4\n"
        "  points\n    - 2\n    + 4\n"
        "1 case passed, 1 failed\n"
    )


def test_junit_is_read_by_others(repository: Path, tmp_path: Path) -> None:
    write(repository, {"policy.yaml": own_policy("  slo: {breach_points: 4}\n")})
    done = command_line("policy", "test", "tests", "-f", "junit")
    assert (done.code, done.err) == (1, "")
    write(tmp_path, {"junit.xml": done.out})
    xml = JUnitXml.fromfile(str(tmp_path / "junit.xml"))
    assert (xml.tests, xml.failures, xml.errors) == (2, 1, 0)
    cases = [case for suite in xml for case in suite]
    assert [(case.name, case.classname) for case in cases] == [
        ("a breach & more", "tests/a.test.yaml"),
        ("all is well", "tests/a.test.yaml"),
    ]
    failure = cases[0].result[0]
    assert isinstance(failure, Failure)
    assert failure.message == (
        "health: expected degraded, found critical; points of slo: expected 2, found 4; points: expected 2, found 4"
    )
    assert cases[1].result == []


def test_another_policy_is_put_to_the_same_test(repository: Path) -> None:
    write(repository, {"other.yaml": own_policy("  slo: {breach_points: 0}\n")})
    assert command_line("policy", "test", "tests", "--policy", "other.yaml").code == 1
    assert command_line("policy", "test", "tests", "--policy", "default").code == 0


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"tests/a.test.yaml": CASES.replace("total", "totl")},
            "error: tests/a.test.yaml:9:51: there is no subsystem 'totl'",
        ),
        ({"tests/a.test.yaml": "a: [\n"}, "error: tests/a.test.yaml:"),
        (
            {"tests/a.test.yaml": CASES.replace("web.yaml", "gone.yaml")},
            "error: can't read the manifest 'services/gone.yaml'",
        ),
        ({"services/web.yaml": "a: [\n"}, "error: services/web.yaml:"),
        (
            {"policy.yaml": own_policy("  slo: {breech_points: 1}\n")},
            "error: policy.yaml:5:9: unknown key 'breech_points'",
        ),
        ({"tests/b.test.yml": "a: 1\n"}, "error: tests/b.test.yml:1:1: "),
    ],
)
def test_what_cannot_be_read_is_2(repository: Path, files: dict[str, str], message: str) -> None:
    write(repository, files)
    done = command_line("policy", "test", "tests")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(message)


def test_a_folder_without_tests_is_2(repository: Path) -> None:
    assert repository.is_dir()
    done = command_line("policy", "test", "services")
    assert (done.code, done.err.split("\n")[0]) == (2, "error: no *.test.yaml file in 'services' or below")


# impact


def test_what_would_flip_is_told_with_keys_and_totals(repository: Path) -> None:
    write(repository, {"policy.yaml": own_policy("  slo: {breach_points: 4}\n")})
    done = command_line("policy", "impact", *DAY, "--policy", "policy.yaml")
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "1 service would change health from default to ours\n"
        "  critical       0 -> 1\n  degraded       1 -> 0\n  healthy        1 -> 1\n\n"
        "web  DEGRADED -> CRITICAL  2 -> 4 points\n  because of slo.breach_points\n"
    )


def test_against_another_policy_nothing_flips(repository: Path) -> None:
    assert repository.is_dir()
    done = command_line("policy", "impact", *DAY, "--policy", "policy.yaml", "--against", "policy.yaml", "services")
    assert (
        done.out
        == "0 services would change health from ours to ours\n  degraded       1 -> 1\n  healthy        1 -> 1\n"
    )


def test_the_configured_policy_is_the_one_so_far(repository: Path) -> None:
    files = {"ours.yaml": own_policy("  slo: {breach_points: 0}\n"), ".platform-gate.yaml": "policy: ours.yaml\n"}
    write(repository, files)
    done = command_line("policy", "impact", *DAY, "--policy", "default", "services")
    assert done.out.startswith("1 service would change health from ours to default\n")


@pytest.mark.parametrize("words", [["--policy", "policy.yaml"], ["--policy", "default", "--against", "policy.yaml"]])
def test_what_one_of_the_two_cannot_judge_is_said_and_is_2(repository: Path, words: list[str]) -> None:
    policy = own_policy("  governance: {checks: {runbook: null}}\n")
    write(repository, {"policy.yaml": policy, "services/bad.yaml": "a: [\n"})
    done = command_line("policy", "impact", *DAY, *words, "services")
    assert done.code == 2
    assert done.err.count("error: services/bad.yaml:") == 1
    assert done.err.count("unknown key") + done.err.count("runbook") >= 2
    assert done.out.startswith("0 services would change health")


def test_without_a_new_policy_there_is_no_impact(repository: Path) -> None:
    assert repository.is_dir()
    done = command_line("policy", "impact", *DAY)
    assert (done.code, done.err.split("\n")[0]) == (2, "error: --policy is missing: name the new policy")


# a policy in a package

PACKAGE = {
    "acme_policies/__init__.py": "raise SystemExit('imported')\n",
    "acme_policies/policy.yaml": own_policy("  extends: base/base.yaml\n", "acme"),
    "acme_policies/base/base.yaml": own_policy("  slo: {breach_points: 9}\n", "base"),
    "secret.yaml": own_policy("  {}\n"),
}


def installed(folder: Path) -> dict[str, str]:
    write(folder, PACKAGE)
    return {"PYTHONPATH": str(folder)}


def test_a_package_s_policy_judges_and_none_of_its_code_runs(gate: Gate, repository: Path, tmp_path: Path) -> None:
    env = installed(tmp_path / "site")
    done = gate(repository, "explain", "web", *DAY, "--policy", "package:acme-policies/policy.yaml", env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert "+9  slo/breached: slo.breach_points (package:acme-policies/base/base.yaml:5)" in done.stdout


def test_a_policy_may_extend_a_package_s(gate: Gate, repository: Path, tmp_path: Path) -> None:
    env = installed(tmp_path / "site")
    write(repository, {"policy.yaml": own_policy("  extends: package:acme_policies/policy.yaml\n")})
    write(repository, {".platform-gate.yaml": "policy: policy.yaml\n"})
    done = gate(repository, "check", *DAY, env=env)
    assert (done.returncode, done.stderr) == (1, "")
    assert "CRITICAL  web  9 points" in done.stdout


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("package:acme_policies/../secret.yaml", "the package 'acme_policies' has no file '../secret.yaml'"),
        ("package:acme_policies//etc/hostname", "the package 'acme_policies' has no file '/etc/hostname'"),
        ("package:acme_policies/gone.yaml", "the package 'acme_policies' has no file 'gone.yaml'"),
        ("package:acme_policies/base", "the package 'acme_policies' has no file 'base'"),
        ("package:acme_policies/", "the package 'acme_policies' has no file ''"),
        ("package:here/policy.yaml", "there is no installed package 'here'"),
        ("package:json.tool/x.yaml", "there is no installed package 'json.tool'"),
        ("package:/x.yaml", "there is no installed package ''"),
    ],
)
def test_what_no_package_holds_is_2(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reference: str, message: str
) -> None:
    write(repository, {"here/__init__.py": "", "here/policy.yaml": own_policy("  {}\n")})
    monkeypatch.syspath_prepend(installed(tmp_path / "site")["PYTHONPATH"])
    monkeypatch.syspath_prepend(str(repository))
    done = command_line("check", *DAY, "--policy", reference)
    assert (done.code, done.out, done.err.split("\n")[0]) == (2, "", f"error: {message}")


def test_a_link_does_not_lead_out_of_a_package(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(installed(tmp_path / "site")["PYTHONPATH"])
    (tmp_path / "site/acme_policies/link.yaml").symlink_to(repository / "policy.yaml")
    assert "has no file 'link.yaml'" in command_line("check", *DAY, "--policy", "package:acme_policies/link.yaml").err
