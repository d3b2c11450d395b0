"""`make bench` measures what it says: its fleets, its statistics, its tables and its parts. Nothing here is timed."""

import json
import math
import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
import yaml

from benchmarks import (
    __main__ as program,
)
from benchmarks import (
    browser,
    comparison,
    fleets,
    growth,
    hostile,
    manifests,
    measure,
    memory,
    ours,
    parts,
    peers,
    places,
    services,
    snapshots,
    table,
)
from benchmarks.__main__ import PAGE, arguments, machine
from benchmarks.comparison import Contest
from benchmarks.figures import BOUND, Growth, Limits, Sample, Spread, affordable, pays, per_finding, ratio
from benchmarks.measure import BenchmarkError, Command
from benchmarks.ours import Ours
from benchmarks.places import ROOT, SCHEMA, Places
from benchmarks.plan import Plan, Question, Scale
from benchmarks.table import Line
from tests.conftest import Gate

SOME = range(240)
EVERY_KIND = pytest.mark.parametrize("kind", fleets.KINDS)


# Fleets


@EVERY_KIND
def test_a_fleet_is_the_same_in_every_run(kind: str) -> None:
    first, again = ([*fleets.fleet(kind, 30)] for _ in range(2))
    assert first == again
    assert len(first) == 31
    assert [*fleets.fleet(kind, 5)][:5] == first[:5]


def test_manifests_are_what_they_have_always_been() -> None:
    """Else a run can't be compared with an earlier one: after a change on purpose, `make bench` has to run again."""
    texts = "".join(text for kind in fleets.KINDS for _, text in fleets.fleet(kind, 100))
    assert sha256(texts.encode()).hexdigest()[:16] == "cfbf3780e8725872"
    assert fleets.path(7) == "services/fintech/exports-00007.yaml"


def written(*, bad: bool) -> list[str]:
    return [manifests.manifest(services.service(number, bad=bad)) for number in SOME]


@pytest.mark.parametrize("bad", [False, True])
def test_manifests_are_about_one_kib(bad: bool) -> None:  # noqa: FBT001
    sizes = [len(text.encode()) for text in written(bad=bad)]
    assert 850 <= min(sizes) <= max(sizes) <= 1200
    assert mean(sizes) == pytest.approx(1024, rel=0.02)


def test_manifests_differ_in_shape() -> None:
    texts = written(bad=False)
    read = [yaml.load(text, Loader=yaml.CSafeLoader) for text in texts]
    assert {len(data["spec"]["slos"]) for data in read} == {1, 2, 3}
    assert len({len(data["spec"]["cost"]["entries"]) for data in read}) >= 4
    assert len({len(data["metadata"].get("labels", {})) for data in read}) == 5
    assert len({tuple(data["spec"]) for data in read}) > 20
    assert len({data["metadata"]["name"] for data in read}) == len(texts)
    for part in ("  # ", "\n  # ", "name: '", 'name: "', "labels: {", "labels:\n", "  - {", "  - name", "\nkind"):
        assert 0 < sum(part in text for text in texts) <= len(texts), part
    assert sum("labels: {" in text for text in texts) < len(texts)


def judged(gate: Gate, folder: Path, kind: str, *more: str) -> list[dict[str, Any]]:
    """A fleet's services in the JSON report."""
    fleets.write_repository(folder, fleets.fleet(kind, len(SOME)))
    done = gate(folder, "check", "--as-of", fleets.AS_OF, "-f", "json", *more, "services")
    assert done.returncode in (0, 1), done.stderr
    services_: list[dict[str, Any]] = json.loads(done.stdout)["services"]
    return services_


@pytest.mark.parametrize(("kind", "bad"), [("none bad", 0), ("one in twelve bad", 20), ("half bad", 120)])
def test_so_many_services_have_findings(kind: str, bad: int, gate: Gate, tmp_path: Path) -> None:
    """One in twelve of the others is healthy and has warnings, where they aren't bad themselves."""
    judged_services = judged(gate, tmp_path, kind)
    assert sum(bool(service["findings"]) for service in judged_services) == bad + 20
    assert sum(service["health"] == "healthy" for service in judged_services) >= len(SOME) - bad


def test_bad_services_have_findings_of_several_kinds(gate: Gate, tmp_path: Path) -> None:
    judged_services = judged(gate, tmp_path, fleets.ALL)
    assert all(service["findings"] for service in judged_services)
    rules = Counter(finding["rule"] for service in judged_services for finding in service["findings"])
    assert {rule.partition("/")[0] for rule in rules} == {"slo", "cost", "reliability", "governance"}
    assert 3 < sum(rules.values()) / len(judged_services) < 5
    assert {service["health"] for service in judged_services} == {"healthy", "degraded", "critical", "unknown"}


@pytest.mark.parametrize("kind", [fleets.NONE, fleets.ALL])
def test_a_snapshot_changes_no_health(kind: str, gate: Gate, tmp_path: Path) -> None:
    typed, measured = (
        judged(gate, tmp_path / name, kind, *more)
        for name, more in {"typed": [], "measured": ["--measurements", fleets.SNAPSHOT]}.items()
    )
    assert [service["health"] for service in typed] == [service["health"] for service in measured]
    assert all(finding in after for before, after in findings(typed, measured) for finding in before)


def findings(*fleet: list[dict[str, Any]]) -> Iterator[tuple[list[str], ...]]:
    for same in zip(*fleet, strict=True):
        yield tuple([finding["rule"] for finding in service["findings"]] for service in same)


def test_a_snapshot_has_eight_values_for_each_service() -> None:
    members = [services.service(number, bad=number % 2 == 0) for number in SOME]
    head, *lines = map(json.loads, snapshots.snapshot(members))
    assert {len(line["values"]) for line in lines} <= {8, 9}
    assert [line["service"] for line in lines] == sorted(member.name for member in members)
    assert set(head["sources"]) == {"bill", "dora", "prom"}


def test_a_fleet_of_one_is_healthy_or_bad(gate: Gate, tmp_path: Path) -> None:
    for kind, code in {fleets.TWELFTH: 0, fleets.HALF: 1}.items():
        fleets.write_repository(tmp_path / kind, fleets.fleet(kind, 1))
        assert gate(tmp_path / kind, "check", "--as-of", fleets.AS_OF, "services").returncode == code


def test_a_fleet_is_compared_with_its_base(gate: Gate, tmp_path: Path) -> None:
    """Of 10,000 manifests 10 have changed, of 2 one, and the snapshot is the base's too."""
    assert len([*fleets.before(fleets.HALF, 10_000)]) == 10
    fleets.write_repository(tmp_path, fleets.fleet(fleets.HALF, 2), fleets.before(fleets.HALF, 2))
    options = ["--base", fleets.BASE, "--measurements", fleets.SNAPSHOT]
    done = gate(tmp_path, "check", "--as-of", fleets.AS_OF, *options, "-f", "json", "services")
    report = json.loads(done.stdout)
    assert done.returncode == 1, done.stderr
    assert report["total_services"] == 2
    assert report["base"]["ref"] == fleets.BASE


@pytest.mark.parametrize(("breached", "code"), [(False, 0), (True, 1)])
def test_large_manifests_are_valid(breached: bool, code: int, gate: Gate, tmp_path: Path) -> None:  # noqa: FBT001
    fleets.write_repository(tmp_path, fleets.heap(2, 50, breached=breached))
    done = gate(tmp_path, "check", "--as-of", fleets.AS_OF, "-f", "json", "services")
    report = json.loads(done.stdout)
    assert done.returncode == code
    assert [service["slos_total"] for service in report["services"]] == [50, 50]
    assert [service["slos_met"] for service in report["services"]] == ([0, 0] if breached else [50, 50])


def test_a_fleet_is_made_anew_only_where_its_recipe_has_changed(tmp_path: Path) -> None:
    where = Places(tmp_path)
    folder = where.fleet(fleets.HALF, 2)
    more = folder / "services/more.yaml"
    more.touch()
    assert where.fleet(fleets.HALF, 2) == folder
    assert more.exists()
    folder.with_name(f"{folder.name}.complete").write_text("an older recipe", encoding="utf-8")
    where.fleet(fleets.HALF, 2)
    assert not more.exists()


# Figures


def sample(seconds: float, mib: float = 10, cpu: float = 0) -> Sample:
    return Sample(seconds, cpu, mib)


def test_ratios_are_those_of_rounds() -> None:
    assert ratio([sample(1), sample(3), sample(8)], [sample(2), sample(3), sample(10)]) == Spread(0.8, 0.5, 1)


@pytest.mark.parametrize(("seconds", "rounds"), [(0.1, 11), (6, 5), (100, 2), (0, 11)])
def test_slow_rounds_are_fewer(seconds: float, rounds: int) -> None:
    assert affordable(Limits(11, 30), seconds) == rounds


def test_one_round_is_one_however_short_it_is() -> None:
    assert affordable(Limits(1, 30), 0.1) == 1


def test_a_finding_costs_what_bad_services_take_more() -> None:
    good, bad = [sample(0, cpu=2), sample(0, cpu=3)], [sample(0, cpu=4), sample(0, cpu=4)]
    assert per_finding(good, bad, 100).scaled(1000) == Spread(15, 10, 20)


@pytest.mark.parametrize(
    ("small", "large", "holds"), [(1, 10, True), (1, 13, True), (1, 13.1, False), (2, 10, True), (0, 10, False)]
)
def test_growth_in_line_may_cost_a_third_more(small: float, large: float, holds: bool) -> None:  # noqa: FBT001
    grown = Growth("file", 100, small, 1000, large)
    assert Line(("file",), grown.ratio, BOUND).missed is not holds


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

    grown = list(growth.checked(cost, growth.BY_TIME, job, lambda _manifests, _breached, size: job(size)))
    assert [one.ratio <= BOUND for one in grown] == [holds] * 3
    assert (grown[0].small, grown[0].large) == (988, 9988)
    assert (grown[1].small, grown[1].large) == (8 * 499, 8 * 1999)


# Tables


def test_a_table_is_markdown() -> None:
    assert table.markdown(("a", "b"), [("x", "1")]) == "| a | b |\n| --- | ---: |\n| x | 1 |"


def test_the_worst_comes_first_and_goals_come_before_the_others() -> None:
    lines = [Line(("met",), 1, 2), Line(("none",), 90), Line(("missed",), 3, 2), Line(("more",), 91)]
    assert [line.what[0] for line in table.worst_first(lines)] == ["missed", "met", "more", "none"]


def test_a_table_says_which_goals_are_missed() -> None:
    lines = [Line(("a", ""), 0.5, 0.3, Spread(0.5, 0.456, 0.6), ("7",)), Line(("b", ""), 12.34, more=("8",))]
    assert table.table(("what", "unused"), lines, "ratio", ("rounds",)).splitlines() == [
        "| what | ratio | spread | goal |  | rounds |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        "| a | 0.50 | 0.46..0.60 | 0.30 | **missed** | 7 |",
        "| b | 12.3 |  |  |  | 8 |",
    ]


@pytest.mark.parametrize(
    ("value", "goal", "missed"),
    [(1, None, False), (1, 1, False), (1.01, 1, True), (math.inf, 1, True), (math.nan, 1, True)],
)
def test_a_goal_is_an_upper_limit(value: float, goal: float | None, missed: bool) -> None:  # noqa: FBT001
    assert Line((), value, goal).missed is missed


def test_all_goals_stand_in_one_table() -> None:
    asked = [Question("Q", (), [Line(("a", "b"), 1, 2)], "s"), Question("R", (), [Line(("c",), 3, 2), Line(("d",), 9)])]
    assert program.summed_up(asked).splitlines()[-2:] == [
        "| R | c | 3.00 | 2.00 | ratio | **missed** |",
        "| Q | a, b | 1.00 | 2.00 | s | met |",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0123, "0.012"), (0.5, "0.50"), (9.999, "10.00"), (12.34, "12.3"), (1234.5, "1,234"), (0, "0.00")],
)
def test_figures_have_three_digits_or_so(value: float, text: str) -> None:
    assert table.figure(value) == text


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
    done = measure.run(Command([sys.executable, "-c", program], tmp_path), watch=seen.append)
    assert done.seconds > 0
    assert done.cpu > 0
    assert done.mib > 1
    assert seen


@pytest.mark.parametrize(("code", "good"), [(0, True), (1, True), (2, False), (3, False)])
def test_only_a_run_that_did_its_work_counts(code: int, good: bool, tmp_path: Path) -> None:  # noqa: FBT001
    command = Command([sys.executable, "-c", f"import sys; print('why'); sys.exit({code})"], tmp_path)
    if good:
        measure.run(command)
    else:
        with pytest.raises(BenchmarkError, match=rf"ended with {code}:\nwhy"):
            measure.run(command)


def test_everything_runs_once_in_a_round(tmp_path: Path) -> None:
    def noting(letter: str) -> Command:
        return Command([sys.executable, "-c", f"open('log', 'a').write({letter!r})"], tmp_path)

    rounds = measure.rounds([noting("o"), noting("p"), noting("q")], Limits(3, 60))
    assert [len(samples) for samples in rounds] == [3, 3, 3]
    assert (tmp_path / "log").read_text(encoding="utf-8") == "o" + 3 * "opq"


@pytest.mark.skipif(not measure.confinable(), reason="this system can't confine programs to some cores")
def test_a_program_is_confined_to_its_cores(tmp_path: Path) -> None:
    code = "import os; open('cores', 'w').write(str(len(os.sched_getaffinity(0))))"
    before = os.sched_getaffinity(0)
    measure.run(Command([sys.executable, "-c", code], tmp_path, cores=1))
    assert (tmp_path / "cores").read_text(encoding="utf-8") == "1"
    assert os.sched_getaffinity(0) == before


def test_memory_is_that_of_all_processes(tmp_path: Path) -> None:
    code = "import os, time; held = bytearray(os.urandom(40 << 20)); os.fork(); held[:] = held[::-1]; time.sleep(0.5)"
    peak = memory.peak(Command([sys.executable, "-c", code], tmp_path))
    assert peak.largest > 40
    assert peak.together == 0 or peak.together > 80
    assert memory.Peak(100, 513, 1).most == memory.Peak(513, 100, 1).most == 513


def test_a_page_is_opened_and_compared_with_an_empty_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A stand-in for Chromium, slow for a large page: the real one is timed by ``make bench``."""
    slow = tmp_path / "chromium"
    program = "import os, sys, time; time.sleep(os.path.getsize(sys.argv[-1].removeprefix('file://')) / 1e6)"
    slow.write_text(f"#!{sys.executable}\n{program}\n", encoding="utf-8")
    slow.chmod(0o755)
    page = tmp_path / "page.html"
    page.write_text("x" * 1_000_000, encoding="utf-8")
    monkeypatch.setattr(browser, "PROGRAMS", (str(slow),))
    opening = browser.opening(page, 1)
    assert opening.page > 1
    assert opening.seconds > 0
    assert opening.megabytes == 1


# Parts


TINY = Scale(
    steps=12,
    findings=3,
    merged=8,
    opened=3,
    huge=4,
    crossing=(3,),
    rows=5000,
    time=growth.Scale((13, 14), 1, (2, 3)),
    instructions=growth.Scale((13, 14), 1, (2, 3)),
)
CASE = hostile.Case("small", *[lambda: hostile.Input({"services/a.yaml": hostile.service("a")})] * 2)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """A plan whose environments are the one that runs the tests. Peers are those that it has."""
    where = Places(tmp_path_factory.mktemp("bench"))
    for name in (*places.EXTRAS, "peers", "cost"):
        (where.folder / name).symlink_to(sys.prefix)
    chosen = (peers.CHECK_JSONSCHEMA,)
    return Plan(where, [1], Limits(1, 0), chosen, [fleets.HALF], TINY, 1, [CASE])


def measured(name: str, plan: Plan) -> dict[str, Question]:
    return {question.title: question for question in parts.ALL[name](plan)}


def test_the_comparison_has_a_line_for_each_way(plan: Plan) -> None:
    added, beside = measured("peers", plan).values()
    assert {line.what for line in beside.lines} == {
        ("check-jsonschema", "1", "half bad", "text", "2 cores"),
    }
    assert sorted(Counter(line.what[0] for line in added.lines).items()) == [
        ("`--base`", 4),
        ("one core", 3),
        ("one core of a run with `--base`", 1),
        ("snapshot", 3),
        ("snapshot, `--base`", 3),
        ("without `fast`", 1),
    ]
    assert "| check-jsonschema | 1 | half bad | text | 2 cores |" in beside.text


@pytest.mark.parametrize(
    ("name", "lines"),
    [("start", 2), ("findings", 3), ("merge", 2), ("memory", 3), ("growth", 3), ("hostile", 1), ("processes", 1)],
)
def test_a_part_measures_what_it_names(name: str, lines: int, plan: Plan) -> None:
    (question,) = measured(name, plan).values()
    assert len(question.lines) == lines
    assert question.text.count("\n| ") == lines + 1 + 1
    assert any(line.goal for line in question.lines) or name == "processes"


def test_the_split_knows_the_steps_of_the_gate(plan: Plan) -> None:
    (question,) = measured("split", plan).values()
    for step in ("find", "read", "parse", "validate", "interpret", "evaluate", "report: text", "report: json"):
        assert f"\n| {step} |" in question.text


def test_the_page_is_opened(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "PROGRAMS", ("true",))
    (question,) = measured("page", plan).values()
    assert question.lines[0].goal == 2
    assert "<html" in (plan.places.reports / "page.html").read_text(encoding="utf-8")


def test_a_bill_is_collected(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "environment", lambda *_: None)
    (question,) = measured("bill", plan).values()
    assert [(line.what[0], line.goal) for line in question.lines] == [("time, s", 10), ("memory, MiB", 512)]
    _, *lines = (plan.places.folder / "bill-5000/measurements.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 400


def test_instructions_are_counted(plan: Plan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """By a stand-in for valgrind that counts as many as the folder's name has letters: the real one takes minutes."""
    valgrind = tmp_path / "valgrind"
    valgrind.write_text('#!/bin/sh\necho "Collected : $(pwd | wc -c)000" >&2\n', encoding="utf-8")
    valgrind.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    (question,) = measured("instructions", plan).values()
    assert len(question.lines) == 3
    assert "million instructions" in question.text


def test_every_part_is_run_here() -> None:
    run = {"peers", "start", "findings", "merge", "memory", "growth", "hostile", "processes"}
    assert {*parts.ALL} == run | {"split", "page", "bill", "instructions"}
    assert {*parts.USUAL} | {*parts.EXTRA} == {*parts.ALL}


# Goals


def contest(kind: str, size: int, **seconds: float) -> Contest:
    """Made-up times of ours in each format, of ajv-cli and of check-jsonschema, on both numbers of cores."""
    samples: dict[comparison.Starter, list[Sample]] = {}
    for cores in (2, 1):
        samples |= {Ours(form, cores=cores): [sample(seconds[form])] for form in ours.FORMATS if form in seconds}
        samples[peers.AJV, cores] = [sample(1)]
        samples[peers.CHECK_JSONSCHEMA, cores] = [sample(20)]
    if "snapshot" in seconds:
        samples[Ours(snapshot=True)] = [sample(seconds["snapshot"])]
    return Contest(kind, size, samples)


@pytest.mark.parametrize(
    ("kind", "form", "goal"),
    [(fleets.HALF, "text", 1), (fleets.HALF, "JSON", 1.5), (fleets.ALL, "JSON", 2), (fleets.TWELFTH, "text", None)],
)
def test_our_promises_are_goals(kind: str, form: str, goal: float | None) -> None:
    two, one = comparison.beside_ajv(contest(kind, 100, **{form: 3}))
    assert (two.what, two.goal, one.goal) == (("100", kind, form, "2 cores"), goal, goal and goal * 1.5)
    assert two.value == 3


@pytest.mark.parametrize(("size", "goal"), [(1000, None), (10_000, 0.05)])
def test_ours_is_twenty_times_faster_than_check_jsonschema(size: int, goal: float | None) -> None:
    lines = [*comparison.beside_others(contest(fleets.HALF, size, text=1.0))]
    assert [(line.what[0], line.value, line.goal) for line in lines] == [("check-jsonschema", 0.05, goal)] * 2


@pytest.mark.parametrize(("size", "goal"), [(1000, None), (10_000, 1.35)])
def test_a_snapshot_adds_a_third(size: int, goal: float | None) -> None:
    added = {line.what[0]: line for line in comparison.what_adds(contest(fleets.HALF, size, text=2, snapshot=3))}
    assert (added["snapshot"].value, added["snapshot"].goal) == (1.5, goal)
    assert added["one core"].value == 1


# Peers, and what is asked for


def test_every_peer_gets_the_schema_and_the_fleet(tmp_path: Path) -> None:
    where = Places(tmp_path / ".bench")
    fleets.write(tmp_path, fleets.fleet(fleets.ALL, 2))
    words = {peer.name: [*map(str, peer.command(where, tmp_path, 1).words)] for peer in peers.PEERS}
    assert all(str(SCHEMA) in command for command in words.values())
    assert words["check-jsonschema"][-2:] == sorted(fleets.path(number) for number in range(2))
    assert words["jsonschema"][-3:] == ["services", "--extension", ".yaml"]


def test_jsonschema_is_started_without_node(tmp_path: Path) -> None:
    where = Places(tmp_path)
    assert peers.binary(where) == where.node("jsonschema")
    folder = where.package("@sourcemeta/jsonschema") / "build/github-releases"
    folder.mkdir(parents=True)
    for system in ("linux", "darwin"):
        for processor in ("x86_64", "arm64"):
            (folder / f"jsonschema-{system}-{processor}").touch()
    assert peers.binary(where).parent == folder


def test_the_action_writes_what_it_says() -> None:
    """The options of the benchmark are those of the Action's default formats."""
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    formats = action["inputs"]["formats"]["default"].split(", ")
    options = ours.written(Places(Path("/tmp")), ours.ACTION)  # noqa: S108 - nothing is written there
    outputs = [option.split("=")[1] for option in options if option.startswith("--output=")]
    assert sorted(outputs) == sorted([*formats, "json", "markdown"])
    script = next(step["run"] for step in action["runs"]["steps"] if step.get("id") == "judge")
    assert all(
        option in script for option in ("--format=text", "--max-bytes=65000", "--output=github=", "--output=json=")
    )


def test_what_is_asked_for() -> None:
    options = arguments(["--sizes", "1,1000", "--peers", "ajv-cli", "--rounds", "5", "--also", "bill"])
    assert (options.sizes, options.peers, options.rounds) == ([1, 1000], ["ajv-cli"], 5)
    assert options.parts == [*parts.USUAL, "bill"]
    with pytest.raises(SystemExit):
        arguments(["--peers", "nobody"])


def test_a_quick_run_is_small() -> None:
    usual, quick = (program.planned(arguments(words)) for words in ([], ["--quick"]))
    assert (usual.sizes, usual.limits, usual.scale.huge) == ((1, 100, 1000, 10_000), Limits(7, 15), 100_000)
    assert (quick.sizes, quick.limits, quick.scale.huge, quick.repeats) == ((1, 100), Limits(2, 1), 1000, 1)


def prepared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *words: str) -> tuple[Plan, list[str], list[bool]]:
    """A plan, what is said to be absent, and whether npm's peers were installed."""
    installed: list[bool] = []
    monkeypatch.setattr(places, "install", lambda _, *, npm: installed.append(npm))
    monkeypatch.setattr(program, "BENCH", tmp_path)
    return (*program.prepared(arguments(words)), installed)


def test_without_npm_its_peers_are_said_to_be_absent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(places, "has_npm", lambda: False)
    plan, absent, installed = prepared(monkeypatch, tmp_path, "--parts", "peers")
    assert [peer.name for peer in plan.peers] == ["check-jsonschema"]
    assert installed == [False]
    assert absent == ["npm is missing: ajv-cli and jsonschema were not measured."]
    assert absent[0] in capsys.readouterr().err


def test_without_chromium_the_page_is_said_to_be_absent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(browser, "PROGRAMS", ("no-such-browser",))
    plan, absent, installed = prepared(monkeypatch, tmp_path, "--parts", "page,growth")
    assert absent == ["Chromium is missing: opening the page was not measured."]
    assert (plan.peers, installed) == ([], [False])


def test_without_pinning_one_core_is_said_to_be_absent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(program, "confinable", lambda: False)
    plan, absent, _ = prepared(monkeypatch, tmp_path, "--parts", "growth")
    assert plan.cores == (2,)
    assert "one core was not measured" in absent[0]
    assert {starter.cores for starter in comparison.starters(plan, fleets.HALF) if isinstance(starter, Ours)} == {2}


@pytest.mark.parametrize(("value", "code"), [(2, 0), (2.1, 1)])
def test_a_missed_goal_is_the_exit_code(
    value: float,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- generated: benchmark -->\n<!-- /generated -->\n", encoding="utf-8")
    question = Question("Growth", ("per",), [Line(("file",), value, 2)])
    monkeypatch.setattr(program, "PAGE", page)
    monkeypatch.setattr(program, "prepared", lambda _: (Plan(Places(tmp_path), [1], Limits(1, 1)), ["X is missing."]))
    monkeypatch.setattr(places, "versions", lambda _, *, npm: iter([f"npm {npm}"]))
    monkeypatch.setattr(parts, "ALL", {"growth": lambda _: [question]})
    assert program.main(["--parts", "growth", "--write"]) == code
    kept = page.read_text(encoding="utf-8")
    assert "npm True. X is missing.\n\n### Goals" in kept
    assert question.text in kept
    assert question.text in capsys.readouterr().out


def test_what_cannot_be_measured_is_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert program.main(["--parts", "instructions"]) == 2
    assert "needs valgrind" in capsys.readouterr().err


def test_a_machine_has_cores_and_memory_and_no_name() -> None:
    assert machine().endswith("GiB of memory.")
    assert str(ROOT) not in machine()
