"""`check` as its users start it: operands, options, outputs."""

import io
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from platform_gate.cli.main import run
from tests.conftest import Gate, command, scrubbed_environment
from tests.samples import BREACHED, manifest, write

Check = Callable[..., tuple[int, str, str]]

DAY = ("--as-of", "2026-11-23")
SCHEMA_ERROR = manifest("bad", metadata="teir: 1")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return write(tmp_path, {"services/web.yaml": manifest(slos=BREACHED), "services/api.yaml": manifest("api", "core")})


@pytest.fixture
def check(repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Check:
    """Run `check` in this process, which is faster: the exit code and what was written."""
    monkeypatch.chdir(repository)

    def start(*words: str, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = run(["check", *words])
        return code, *capsys.readouterr()

    return start


def test_from_a_subfolder_operands_are_relative_and_places_are_not(gate: Gate, repository: Path) -> None:
    write(repository, {"docs/a.md": ""})
    done = gate(repository / "services", "check", *DAY, "web.yaml")
    assert done.returncode == 1
    assert "services/web.yaml:5:54" in done.stdout
    assert gate(repository / "docs", "check", *DAY).stdout == gate(repository, "check", *DAY).stdout


def test_from_a_subfolder_the_configured_policy_is_the_roots(gate: Gate, repository: Path) -> None:
    policy = "apiVersion: platform-gate/v1\nkind: Policy\nspec:\n  gate: {fail_on: [critical]}\n"
    write(repository, {".platform-gate.yaml": "policy: gate/policy.yaml\n", "gate/policy.yaml": policy})
    done = gate(repository / "services", "check", *DAY)
    assert done.returncode == 0
    assert "(gate/policy.yaml)" in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ["services"],
        ["--policy", "strict", "--", "services"],
        ["--fail-on", "critical,slo/breached", "services/web.yaml"],
        ["--team", "shop"],
        ["--schema-only"],
        ["--", "-odd name"],
    ],
)
def test_the_command_that_a_report_ends_with_gives_that_report(
    check: Check, repository: Path, words: list[str]
) -> None:
    write(repository, {"-odd name/web.yaml": manifest("odd", slos=BREACHED), "services/bad.yaml": SCHEMA_ERROR})
    code, out, _ = check(*DAY, *words)
    again = shlex.split(reproduced(out))
    assert again[:2] == ["platform-gate", "check"]
    assert check(*again[2:]) == (code, out, "")


def reproduced(text: str) -> str:
    """The command that a report says to reproduce it with."""
    return text.rpartition("Reproduce with: ")[2].partition("\n")[0]


def test_today_is_today_in_utc(gate: Gate, repository: Path) -> None:
    before = datetime.now(UTC).date()
    report = json.loads(gate(repository, "check", "-f", "json", env={"TZ": "Pacific/Kiritimati"}).stdout)
    assert before.isoformat() <= report["as_of"] <= (before + timedelta(days=1)).isoformat()
    assert report["as_of"] in {before.isoformat(), datetime.now(UTC).date().isoformat()}


def test_every_output_is_written_and_standard_output_too(check: Check, repository: Path) -> None:
    code, out, _ = check(*DAY, "-o", "json=a.json", "--output", "text=b.txt", "-o", "json=c.json")
    assert code == 1
    assert (repository / "b.txt").read_text(encoding="utf-8") == out
    assert (repository / "a.json").read_bytes() == (repository / "c.json").read_bytes()
    assert json.loads((repository / "a.json").read_text(encoding="utf-8"))["exit_code"] == 1


@pytest.mark.parametrize("target", ["gone/out.json", "services", "services/web.yaml/out.json"])
def test_an_output_that_cannot_be_written_is_a_doubt(check: Check, repository: Path, target: str) -> None:
    code, out, errors = check(*DAY, "-o", f"json={target}", "-o", "json=other.json", "services/api.yaml")
    assert code == 2
    assert target in errors
    assert "PASSED" in out
    assert (repository / "other.json").exists()


def test_an_output_never_replaces_what_is_no_file(check: Check, repository: Path) -> None:
    pipe = repository / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        check(*DAY, "-o", "json=pipe")
        assert pipe.is_fifo()
    finally:
        os.close(reader)


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_full_disk_is_a_doubt(repository: Path, form: str, tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*command(), "check", *DAY, "-f", form, "services/api.yaml"],
            cwd=repository,
            env=scrubbed_environment(tmp_path),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 2
    assert b"standard output could not be written" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_closed_standard_output_is_a_doubt(repository: Path, tmp_path: Path) -> None:
    line = f"{shlex.join([*command(), 'check', *DAY, 'services/api.yaml'])} >&-"
    done = subprocess.run(
        ["/bin/sh", "-c", line], cwd=repository, env=scrubbed_environment(tmp_path), capture_output=True, check=False
    )
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("words", [["--team", "core"], ["--tier", "1"], ["--base", "HEAD"]])
def test_schema_only_goes_with_nothing_that_chooses_services(check: Check, words: list[str]) -> None:
    code, _, errors = check(*DAY, "--schema-only", *words)
    assert (code, "can't be combined" in errors) == (2, True)


@pytest.mark.parametrize("words", [["--team", ""], ["--team", "Shop"], ["--team", "shop", "--tier", "2"]])
def test_a_filter_that_leaves_nothing_is_a_doubt(check: Check, words: list[str]) -> None:
    code, _, errors = check(*DAY, *words)
    assert code == 2
    assert "there is no service of team" in errors


@pytest.mark.parametrize(
    "words",
    [
        ["--policy", ""],
        ["--fail-on", ""],
        ["--fail-on", "critical,"],
        ["--fail-on", "healthy"],
        ["--as-of", "2026-W48-1"],
        ["--as-of", "20261123"],
        ["--as-of", "tomorrow"],
        ["-o", "json="],
        ["-o", "xml=a.xml"],
        ["-f", "yaml"],
        ["--tier", "0"],
        ["--polcy", "strict"],
        ["--polcy=strict"],
    ],
)
def test_what_makes_no_sense_is_refused(check: Check, words: list[str]) -> None:
    code, out, errors = check(*DAY, *words, "services/api.yaml")
    assert (code, out) == (2, "")
    assert errors.startswith("error: ")
    assert "  fix: " in errors


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_any_day_can_be_judged(check: Check, repository: Path, day: str) -> None:
    write(repository, {"services/new.yaml": manifest("new", metadata='launches: "2027-01-01"')})
    assert check("--as-of", day)[0] in {0, 1, 2}


def test_standard_input_goes_with_files(check: Check) -> None:
    _, out, _ = check(*DAY, "-f", "json", "-", "services/api.yaml", stdin=manifest("piped").encode())
    assert [service["path"] for service in json.loads(out)["services"]] == ["<stdin>", "services/api.yaml"]


@pytest.mark.parametrize("stdin", [b"", b"\xff\xfe", b"a: 1\n", b"x" * (1024 * 1024 + 1)])
def test_standard_input_that_is_no_manifest_is_a_doubt(check: Check, stdin: bytes) -> None:
    code, out, _ = check(*DAY, "-", stdin=stdin)
    assert code == 2
    assert "<stdin>:1:1" in out


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--shard", "1/2", "--base", "HEAD"), "--shard can't be combined with --base"),
        (("--shard", "1/2", "--schema-only"), "can't be combined with --base, --team, --tier and --shard"),
        (("--shard", "3/2"), "'3/2' is not I/N"),
        (("--jobs", "0"), "--jobs"),
    ],
)
def test_what_makes_no_sense_in_parts_is_refused(check: Check, words: tuple[str, ...], why: str) -> None:
    code, out, err = check(*DAY, *words)
    assert (code, out) == (2, "")
    assert why in err


def test_a_shard_says_which_it_is_and_how_to_see_it_again(check: Check) -> None:
    texts = [check(*DAY, "--shard", f"{number}/2")[1] for number in (1, 2)]
    assert all(f", shard {number}/2 of 2 files\n" in text for number, text in enumerate(texts, 1))
    [again] = [reproduced(text).split()[1:] for text in texts if "Reproduce with: " in text]
    assert check(*again[1:])[1] in texts
    assert "shard 1/2 of 2 files" in check(*DAY, "--shard", "1/2", "-f", "markdown")[1]
    assert "shard 1/2 of 2 files" in check(*DAY, "--shard", "1/2", "-f", "html")[1]


def test_a_team_of_nobody_is_refused_whatever_is_said_of_waivers(check: Check, repository: Path) -> None:
    over = '{service: web, rule: slo/breached, reason: x, approved_by: x, expires: "2026-11-01"}'
    write(repository, {"w.yaml": f"apiVersion: platform-gate/v1\nkind: Waivers\nspec: {{waivers: [{over}]}}\n"})
    code, _, err = check(*DAY, "--waivers", "w.yaml", "--team", "typo")
    assert code == 2
    assert "there is no service of team 'typo'" in err
