"""`merge` as its users start it: from files to one report and one exit code."""

import json
from pathlib import Path

import pytest

from platform_gate.reports.formats import REPORTERS
from tests.conftest import Gate
from tests.joined import in_shards, report, repository
from tests.reports.formats.fleets import waivers
from tests.samples import BREACHED, manifest, write

DAY = ("--as-of", "2026-11-23")
KINDS = {"good": manifest("good"), "bad": manifest("bad", slos=BREACHED), "broken": "a: [\n"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "r", {f"services/{name}.yaml": text for name, text in KINDS.items()})


def shards(gate: Gate, root: Path, count: int, *words: str) -> list[str]:
    """The shards' reports as files, judged by the program."""
    names = [f"s{number}.json" for number in range(1, count + 1)]
    for number, name in enumerate(names, 1):
        gate(root, "check", *DAY, "--shard", f"{number}/{count}", "-q", "-o", f"json={name}", *words)
    return names


@pytest.mark.parametrize(("kinds", "code"), [("good", 0), ("bad", 1), ("broken", 2)])
def test_the_exit_code_is_that_of_the_whole(gate: Gate, root: Path, kinds: str, code: int) -> None:
    words = ["services/good.yaml", f"services/{kinds}.yaml"]
    names = shards(gate, root, 3, *words)
    whole = gate(root, "check", *DAY, "-f", "json", *words)
    done = gate(root, "merge", "-f", "json", *reversed(names))
    assert (done.returncode, done.stderr) == (code, "")
    assert done.stdout == whole.stdout
    assert whole.returncode == code


def test_reports_of_shards_that_were_to_exit_zero_still_fail(gate: Gate, root: Path) -> None:
    (root / "services/broken.yaml").unlink()
    names = shards(gate, root, 2, "--exit-zero")
    assert gate(root, "merge", *names).returncode == 1
    zero = gate(root, "merge", "--exit-zero", *names)
    assert zero.returncode == 0
    assert "exit code 0 because of --exit-zero" in zero.stdout
    assert gate(root, "merge", "--exit-zero", names[0]).returncode == 2


def test_every_format_comes_out_of_it_at_once(gate: Gate, root: Path) -> None:
    (root / "services/broken.yaml").unlink()
    names = shards(gate, root, 2)
    outputs = [word for form in REPORTERS for word in ("-o", f"{form}=out.{form}")]
    assert gate(root, "merge", *names, *outputs, "-q").returncode == 1
    for form in REPORTERS:
        done = gate(root, "merge", *names, "-f", form)
        assert (done.returncode, done.stderr) == (1, "")
        if form not in {"text", "concise"}:
            assert "bad" in done.stdout
            assert done.stdout == (root / f"out.{form}").read_text(encoding="utf-8").replace(
                " ".join([*names, *outputs, "-q"]), " ".join(names)
            )


def test_a_merge_may_overwrite_what_it_reads(gate: Gate, root: Path) -> None:
    names = shards(gate, root, 2)
    assert gate(root, "merge", *names, "-o", f"json={names[0]}").returncode == 2
    assert "shard" not in json.loads((root / names[0]).read_bytes())


def test_waivers_across_shards_fail_nothing_that_the_whole_lets_pass(gate: Gate, root: Path) -> None:
    """One shard only sees what the waiver excuses, the other takes it for unused."""
    text = waivers('services: [good, bad], rule: slo/breached, reason: x, approved_by: x, expires: "2026-12-31"')
    (root / "services/broken.yaml").unlink()
    write(root, {"w.yaml": text})
    words = ("--waivers", "w.yaml", "--fail-on", "waiver/unused")
    assert gate(root, "check", *DAY, *words).returncode == 0
    alone = [gate(root, "check", *DAY, *words, "--shard", f"{number}/3").returncode for number in (1, 2, 3)]
    assert sorted(alone) == [0, 0, 1]
    assert gate(root, "merge", *shards(gate, root, 3, *words)).returncode == 0


@pytest.mark.parametrize("name", ["missing.json", "services", "no/such/file"])
def test_what_cannot_be_read_is_2(gate: Gate, root: Path, name: str) -> None:
    done = gate(root, "merge", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert "can't read the report" in done.stderr
    assert done.stderr.count("\n") == 2


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"verdict": "passed"}', "NaN", "::error::x"])
def test_what_is_no_report_is_2_and_writes_nothing(gate: Gate, root: Path, content: str) -> None:
    write(root, {"r.json": content})
    done = gate(root, "merge", "r.json", "-f", "json", "-o", "json=out.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'r.json' is not a report" in done.stderr
    assert not [line for line in done.stderr.splitlines() if line.lstrip().startswith("::")]
    assert not (root / "out.json").exists()


def test_what_has_no_end_is_not_read_to_it(gate: Gate, root: Path) -> None:
    done = gate(root, "merge", "/dev/zero")
    assert done.returncode == 2
    assert "is larger than 512 MiB" in done.stderr


def test_a_report_is_asked_for(gate: Gate, root: Path) -> None:
    assert gate(root, "merge").returncode == 2


@pytest.mark.parametrize("name", ["", " ", "a\nb", "\x1b[31m", "\u202e", "x" * 201])
def test_a_repository_is_called_something_that_can_be_seen(gate: Gate, root: Path, name: str) -> None:
    done = gate(root, "check", *DAY, "--repository", name)
    assert done.returncode == 2
    assert "is not a name" in done.stderr


def test_a_fleet_of_repositories_links_to_none_of_them(gate: Gate, root: Path) -> None:
    """The runner knows the commit of the repository that merges, and not theirs."""
    (root / "services/broken.yaml").unlink()
    for name in "ab":
        gate(root, "check", *DAY, "-q", "--repository", name, "-o", f"json={name}.json")
    env = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/ops", "GITHUB_SHA": "b" * 40}
    for form in ("markdown", "html"):
        assert "acme/ops/blob" in gate(root, "merge", "a.json", "-f", form, env=env).stdout
        assert "acme/ops/blob" not in gate(root, "merge", "a.json", "b.json", "-f", form, env=env).stdout


def test_forty_repositories_are_one_report(gate: Gate, root: Path) -> None:
    (root / "services/broken.yaml").unlink()
    names = [f"r{number:02}.json" for number in range(40)]
    for name in names:
        (root / name).write_bytes(report(root, repository=f"acme/{name[:3]}"))
    done = gate(root, "merge", *names)
    assert done.returncode == 1
    assert done.stdout.startswith("FAILED  80 services: 40 degraded, 40 healthy\n")
    assert "DEGRADED  acme/r39/bad" in done.stdout


def test_the_command_that_is_shown_shows_the_same_again(gate: Gate, root: Path) -> None:
    (root / "a b.json").write_bytes(in_shards(root, 1)[0])
    text = gate(root, "merge", "a b.json").stdout
    assert "platform-gate merge 'a b.json'\n" in text
