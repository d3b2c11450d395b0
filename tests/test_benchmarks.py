"""`make bench` measures what it says: its fleets, its statistics and its tables. Nothing here is timed."""

import json
import math
import sys
from hashlib import sha256
from pathlib import Path
from statistics import mean

import pytest
import yaml

from benchmarks import __main__ as program
from benchmarks import bill, browser, fleets, growth, manifests, measure, memory, parts, peers, places, split, table
from benchmarks.__main__ import PAGE, arguments, machine
from benchmarks.figures import Comparison, Growth, Sample, Spread, affordable, comparison, pays
from benchmarks.measure import BenchmarkError, Command
from benchmarks.places import ROOT, SCHEMA, Places
from tests.conftest import Gate

SOME = range(240)


# Fleets


def test_a_fleet_is_the_same_in_every_run(tmp_path: Path) -> None:
    first, again = (written(tmp_path / name) for name in ("first", "again"))
    assert first == again
    assert len(first) == 30
    assert [*fleets.fleet(5)] == [*fleets.fleet(30)][:5]


def written(folder: Path) -> dict[str, bytes]:
    """A fleet as it lies on the disk."""
    fleets.write(folder, fleets.fleet(30))
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.yaml")}


def test_manifests_are_what_they_have_always_been() -> None:
    """Else a run can't be compared with an earlier one: after a change on purpose, `make bench` has to run again."""
    texts = "".join(manifests.manifest(number) for number in range(100))
    assert sha256(texts.encode()).hexdigest()[:16] == "389c1574be0d8d57"
    assert fleets.path(7) == "services/fintech/exports-00007.yaml"


def test_manifests_are_about_one_kib() -> None:
    sizes = [len(manifests.manifest(number).encode()) for number in SOME]
    assert 850 <= min(sizes) <= max(sizes) <= 1200
    assert mean(sizes) == pytest.approx(1024, rel=0.02)


def test_manifests_differ_in_shape() -> None:
    texts = [manifests.manifest(number) for number in SOME]
    read = [yaml.safe_load(text) for text in texts]
    assert {len(each["spec"]["slos"]) for each in read} == {1, 2, 3}
    assert len({len(each["spec"]["cost"]["entries"]) for each in read}) >= 4
    assert len({len(each["metadata"].get("labels", {})) for each in read}) == 5
    assert len({tuple(each["spec"]) for each in read}) > 20
    assert len({each["metadata"]["name"] for each in read}) == len(texts)
    for part in ("  # ", "\n  # ", "name: '", 'name: "', "labels: {", "labels:\n", "  - {", "  - name", "\nkind"):
        assert 0 < sum(part in text for text in texts) <= len(texts), part
    assert sum("labels: {" in text for text in texts) < len(texts)


def test_a_fleet_is_valid_and_mostly_healthy(gate: Gate, tmp_path: Path) -> None:
    fleets.write(tmp_path, fleets.fleet(len(SOME)))
    done = gate(tmp_path, "check", "--as-of", fleets.AS_OF, "-f", "json", "services")
    report = json.loads(done.stdout)
    assert done.returncode == 1, done.stderr
    assert (report["total_services"], report["degraded"]) == (240, 20)
    assert report["healthy"] == 220
    assert sum(bool(each["findings"]) for each in report["services"]) == 40


def test_a_fleet_of_one_is_healthy(gate: Gate, tmp_path: Path) -> None:
    fleets.write(tmp_path, fleets.fleet(1))
    assert gate(tmp_path, "check", "--as-of", fleets.AS_OF, "services").returncode == 0


@pytest.mark.parametrize(("breached", "code"), [(False, 0), (True, 1)])
def test_large_manifests_are_valid(breached: bool, code: int, gate: Gate, tmp_path: Path) -> None:  # noqa: FBT001
    fleets.write(tmp_path, fleets.heap(2, 50, breached=breached))
    done = gate(tmp_path, "check", "--as-of", fleets.AS_OF, "-f", "json", "services")
    report = json.loads(done.stdout)
    assert done.returncode == code
    assert [each["slos_total"] for each in report["services"]] == [50, 50]
    assert [each["slos_met"] for each in report["services"]] == ([0, 0] if breached else [50, 50])


def test_a_fleet_is_made_anew_only_where_its_recipe_has_changed(tmp_path: Path) -> None:
    found = Places(tmp_path)
    folder = found.fleet(2)
    (folder / "services/more.yaml").touch()
    assert (found.fleet(2) / "services/more.yaml").exists()
    (folder / ".complete").write_text("an older recipe", encoding="utf-8")
    assert not (found.fleet(2) / "services/more.yaml").exists()


# Figures


def sample(seconds: float, mib: float = 10) -> Sample:
    return Sample(seconds, seconds, mib)


def test_ratios_are_those_of_pairs() -> None:
    found = comparison([(sample(1, 30), sample(2)), (sample(3), sample(3, 70)), (sample(8), sample(10))])
    assert found.ratio == Spread(0.8, 0.5, 1)
    assert (found.ours.median, found.peer.median) == (3, 3)
    assert (found.ours_mib, found.peer_mib, found.runs) == (30, 70, 3)


@pytest.mark.parametrize(("seconds", "runs"), [(0.1, 11), (6, 5), (100, 2), (0, 11)])
def test_slow_peers_get_fewer_runs(seconds: float, runs: int) -> None:
    assert affordable(11, 30, seconds) == runs


@pytest.mark.parametrize(
    ("small", "large", "holds"), [(1, 10, True), (1, 13, True), (1, 13.1, False), (2, 10, True), (0, 10, False)]
)
def test_growth_in_line_may_cost_a_third_more(small: float, large: float, holds: bool) -> None:  # noqa: FBT001
    assert Growth("file", 100, small, 1000, large).holds is holds


@pytest.mark.parametrize(
    ("ratios", "first"),
    [([(50, 1.2), (100, 0.9), (200, 0.8)], 100), ([(50, 0.9), (100, 1.1), (200, 0.8)], 200), ([(50, 1.5)], None)],
)
def test_two_processes_pay_from_where_they_stay_faster(ratios: list[tuple[int, float]], first: int | None) -> None:
    assert pays(ratios) == first


@pytest.mark.parametrize(("power", "holds"), [(1, True), (1.05, True), (2, False)])
def test_the_growth_check_finds_what_grows_faster(power: float, holds: bool) -> None:  # noqa: FBT001
    def cost(command: Command) -> float:
        return 5 + math.pow(float(str(command.words[0])), power)

    def job(size: int) -> Command:
        return Command([str(size)], Path())

    found = list(growth.checked(cost, growth.BY_TIME, job, lambda _manifests, _breached, size: job(size)))
    assert [each.holds for each in found] == [holds] * 3
    assert (found[0].small, found[0].large) == (988, 9988)
    assert (found[1].small, found[1].large) == (8 * 499, 8 * 1999)


# Tables


def test_a_table_is_markdown() -> None:
    assert table.markdown(("a", "b"), [("x", "1")]) == "| a | b |\n| --- | ---: |\n| x | 1 |"


@pytest.mark.parametrize(
    ("goal", "said"), [(None, ""), (1.0, "at most 1"), (0.5, "at most 0.5"), (0.3, "at most 0.3: MISSED")]
)
def test_a_row_says_whether_a_goal_is_missed(goal: float | None, said: str) -> None:
    found = Comparison(Spread(0.5, 0.456, 0.6), Spread(1, 1, 1), Spread(12.34, 1, 20), 30.4, 66, 7)
    row = table.compared(10_000, "default", "ajv-cli", found, goal)
    assert row == [
        *("10,000", "default", "ajv-cli", "**0.50**", "0.46..0.60", said, "1.000", "12.3", "30", "66", "7"),
    ]
    assert len(row) == len(table.COMPARED)


def test_the_split_gives_each_manifest_its_share() -> None:
    steps = {"start-up: imports": 0.05, "parse": 0.1}
    lines = table.split({"with": steps, "without": steps}, 1000).splitlines()
    assert lines[2:] == [
        "| start-up: imports | 50.0 |  | 50.0 |  |",
        "| parse | 100.0 | 100.0 | 100.0 | 100.0 |",
    ]


def test_broken_growth_is_said() -> None:
    lines = table.growths([Growth("file", 100, 0.1, 1000, 2)], "µs", 1e6).splitlines()
    assert lines[-1] == "| file | 100 | 1,000 | 1,000 | 2,000 | 2.00 | BROKEN |"


def test_a_run_is_kept_in_its_place() -> None:
    page = "a\n<!-- generated: benchmark -->\nold\n<!-- /generated -->\nb\n"
    once = table.kept(page, "new \\1\n")
    assert once == "a\n<!-- generated: benchmark -->\n\nnew \\1\n\n<!-- /generated -->\nb\n"
    assert table.kept(once, "new \\1") == once
    with pytest.raises(ValueError, match="no <!-- generated: benchmark -->"):
        table.kept("a page", "new")


def test_the_page_has_a_place_for_a_run() -> None:
    assert "one more" in table.kept(PAGE.read_text(encoding="utf-8"), "one more")


# Programs


def test_a_run_is_measured_in_a_clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    program = "import os, sys; sys.exit(any(name.startswith('PYTHON') for name in os.environ) * 7)"
    seen: list[int] = []
    found = measure.run(Command([sys.executable, "-c", program], tmp_path), watch=seen.append)
    assert found.seconds > 0
    assert found.cpu > 0
    assert found.mib > 1
    assert seen


@pytest.mark.parametrize(("code", "good"), [(0, True), (1, True), (2, False), (3, False)])
def test_only_a_run_that_did_its_work_counts(code: int, good: bool, tmp_path: Path) -> None:  # noqa: FBT001
    command = Command([sys.executable, "-c", f"import sys; print('why'); sys.exit({code})"], tmp_path)
    if good:
        measure.run(command)
    else:
        with pytest.raises(BenchmarkError, match=rf"ended with {code}:\nwhy"):
            measure.run(command)


def test_ours_and_the_peer_run_in_turn(tmp_path: Path) -> None:
    def noting(letter: str) -> Command:
        return Command([sys.executable, "-c", f"open('log', 'a').write({letter!r})"], tmp_path)

    assert len(measure.paired(noting("o"), noting("p"), 3, 60)) == 3
    assert (tmp_path / "log").read_text(encoding="utf-8") == "opopopop"


def test_memory_is_that_of_all_processes(tmp_path: Path) -> None:
    program = (
        "import os, time; held = bytearray(os.urandom(40 << 20)); os.fork(); held[:] = held[::-1]; time.sleep(0.5)"
    )
    found = memory.peak(Command([sys.executable, "-c", program], tmp_path))
    assert found.largest > 40
    assert found.together == 0 or found.together > 80
    assert memory.Peak(512, 100, 1).holds
    assert not memory.Peak(100, 513, 1).holds


def test_the_split_knows_the_steps_of_the_gate(tmp_path: Path) -> None:
    fleets.write(tmp_path, fleets.fleet(12))
    steps = parts.printed([sys.executable, "-P", split.__file__, tmp_path, fleets.AS_OF])
    assert {"find", "read", "parse", "validate", "interpret", "evaluate", "report: text", "report: json"} < set(steps)
    assert min(steps.values()) > 0


def test_a_page_is_opened_and_compared_with_an_empty_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A stand-in for Chromium, slow for a large page: the real one is timed by ``make bench``."""
    slow = tmp_path / "chromium"
    program = "import os, sys, time; time.sleep(os.path.getsize(sys.argv[-1].removeprefix('file://')) / 1e6)"
    slow.write_text(f"#!{sys.executable}\n{program}\n", encoding="utf-8")
    slow.chmod(0o755)
    page = tmp_path / "page.html"
    page.write_text("x" * 1_000_000, encoding="utf-8")
    monkeypatch.setattr(browser, "PROGRAMS", (str(slow),))
    opening = browser.opening(page)
    assert opening.page > 1
    assert opening.seconds > 0
    assert opening.megabytes == 1


@pytest.mark.parametrize(("page", "holds"), [(2.9, True), (3.1, False)])
def test_a_page_that_opens_too_slowly_is_found(page: float, holds: bool) -> None:  # noqa: FBT001
    assert browser.Opening(page, 1.0, 20).holds is holds


# Peers, and what is asked for


def test_every_peer_gets_the_schema_and_the_fleet(tmp_path: Path) -> None:
    found = Places(tmp_path / ".bench")
    fleets.write(tmp_path, fleets.fleet(2))
    words = {peer.name: [*map(str, peer.command(found, tmp_path).words)] for peer in peers.PEERS}
    assert str(SCHEMA) in words["ajv-cli"]
    assert words["check-jsonschema"][-2:] == sorted(name for name, _ in fleets.fleet(2))
    assert str(found.ruleset) in words["spectral-cli"]
    applied = json.loads(peers.ruleset())["rules"]["manifest"]["then"]["functionOptions"]
    assert applied["schema"] == json.loads(SCHEMA.read_bytes())


def test_our_promises_are_goals() -> None:
    goals = {peer.name: dict(peer.goals) for peer in peers.PEERS if peer.goals}
    assert goals["ajv-cli"] == {1: 1.0, 100: 1.0, 10_000: 1.0}
    assert goals["check-jsonschema"] == {10_000: 1 / 20}
    assert all(size <= peer.most for peer in peers.PEERS for size in peer.goals)


def test_what_is_asked_for() -> None:
    asked = arguments(["--sizes", "1,1000", "--peers", "ajv-cli", "--runs", "7", "--memory"])
    assert (asked.sizes, asked.peers, asked.runs) == ([1, 1000], ["ajv-cli"], 7)
    assert asked.parts == [*parts.USUAL, "memory"]
    with pytest.raises(SystemExit):
        arguments(["--peers", "nobody"])


def test_without_npm_its_peers_are_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    installed = []
    monkeypatch.setattr(places, "has_npm", lambda: False)
    monkeypatch.setattr(places, "install", lambda _, *, npm: installed.append(npm))
    monkeypatch.setattr(program, "BENCH", tmp_path)
    plan = program.prepared(arguments([]))
    assert [peer.name for peer in plan.peers] == ["check-jsonschema", "yamllint", "bare-start"]
    assert installed == [False]
    assert "npm is missing" in capsys.readouterr().err


def test_without_chromium_the_page_is_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(browser, "PROGRAMS", ("no-such-browser",))
    monkeypatch.setattr(places, "install", lambda _, *, npm: npm)
    monkeypatch.setattr(program, "BENCH", tmp_path)
    asked = arguments(["--parts", "page,growth"])
    program.prepared(asked)
    assert asked.parts == ["growth"]
    assert "Chromium is missing" in capsys.readouterr().err


@pytest.mark.parametrize(("holds", "code"), [(True, 0), (False, 1)])
def test_what_does_not_hold_is_the_exit_code(
    holds: bool,  # noqa: FBT001
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- generated: benchmark -->\n<!-- /generated -->\n", encoding="utf-8")
    plan = parts.Plan(Places(tmp_path), [1], [], 1, 1)
    monkeypatch.setattr(program, "PAGE", page)
    monkeypatch.setattr(program, "prepared", lambda _: plan)
    monkeypatch.setattr(places, "versions", lambda _, *, npm: iter([f"npm {npm}"]))
    monkeypatch.setattr(parts, "ALL", {"growth": ("Growth", lambda _: parts.Measured("| table |", holds))})
    assert program.main(["--parts", "growth", "--write"]) == code
    out = capsys.readouterr().out
    assert "### Growth\n\n| table |\n" in out
    assert out.strip() in page.read_text(encoding="utf-8")


def test_a_machine_has_cores_and_memory_and_no_name() -> None:
    assert machine().endswith("GiB of memory.")
    assert str(ROOT) not in machine()


# The bill


def test_a_bill_is_collected(tmp_path: Path, gate: Gate) -> None:
    bill.write(Path(sys.executable), tmp_path / "bill.parquet", 5000)
    (tmp_path / "platform-gate.sources.yaml").write_text(json.dumps(bill.SOURCES), encoding="utf-8")
    done = gate(tmp_path, "collect", "--at", bill.AT, "-o", "m.jsonl")
    assert done.returncode == 0, done.stderr
    _, *services = (tmp_path / "m.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(services) == 400
    assert "% of the cost in USD belongs to no service" in done.stderr


def test_a_bill_has_limits() -> None:
    assert bill.Collected(10, 512).holds
    assert not bill.Collected(10.1, 100).holds
    assert not bill.Collected(1, 513).holds
