"""The parts of a benchmark. Each measures one thing, and returns a table and whether its limits hold."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from benchmarks import bill, browser, fleets, growth, hostile, memory, places, split, table
from benchmarks.figures import Spread, comparison, pays
from benchmarks.measure import ANSWERS, BenchmarkError, Command, environment, instructions, paired, run
from benchmarks.peers import DEFAULT, ONE, PEERS, PLAIN, TWO, VARIANTS, Peer, Variant
from benchmarks.places import Places

CROSSING: Final = (50, 100, 200, 400, 800)
"""Sizes of fleets around the one from which on a second process pays."""
SPLIT: Final = 1000
STARTS: Final = 11


class Plan(NamedTuple):
    """Settings of a benchmark: sizes of fleets, peers, pairs of runs at most, and seconds per comparison."""

    places: Places
    sizes: Sequence[int]
    peers: Sequence[Peer]
    runs: int
    seconds: float


class Measured(NamedTuple):
    """The result of a part as Markdown, and whether its limits hold."""

    text: str
    holds: bool = True


def beside_peers(plan: Plan) -> Measured:
    """Compare ours with each peer on every fleet."""
    rows = [row for size in plan.sizes for row in _of_size(plan, size)]
    does = "\n".join(f"- {peer.name} {peer.does}." for peer in plan.peers)
    return Measured(f"{table.markdown(table.COMPARED, rows, words=3)}\n\n{does}")


def _of_size(plan: Plan, size: int) -> Iterator[list[str]]:
    """A fleet's rows: the usual start compared with every peer, other variants with the first peer only."""
    folder = plan.places.fleet(size)
    for peer in plan.peers:
        if size <= peer.most:
            for variant in _variants(peer, size):
                pairs = paired(
                    variant.command(plan.places, folder), peer.command(plan.places, folder), plan.runs, plan.seconds
                )
                goal = peer.goals.get(size) if variant == DEFAULT else None
                yield table.compared(size, variant.name, peer.name, comparison(pairs), goal)


def _variants(peer: Peer, size: int) -> list[Variant]:
    return [DEFAULT, *(variant for variant in VARIANTS if peer == PEERS[0] and size >= variant.least)]


def where_time_goes(plan: Plan) -> Measured:
    """The steps of a run over a fleet in one process."""
    folder = plan.places.fleet(SPLIT)
    columns = {
        {"fast": "with `fast`", "plain": "without"}[name]: _steps(plan.places, name, folder) for name in places.EXTRAS
    }
    return Measured(f"{table.count(SPLIT)} manifests, one process.\n\n{table.split(columns, SPLIT)}")


def _steps(places: Places, name: str, folder: Path) -> dict[str, float]:
    """Seconds by step, the least of some runs: other load on the machine only adds."""
    python = places.python(name)
    empty = Command([python, "-c", "pass"], folder)
    starts = [run(empty).seconds for _ in range(STARTS)]
    words: list[str | Path] = [python, "-P", split.__file__, folder, fleets.AS_OF]
    runs = [printed(words) for _ in range(growth.RUNS)]
    return {"start-up: interpreter": min(starts), **{step: min(steps[step] for steps in runs) for step in runs[0]}}


def printed(words: Sequence[str | Path]) -> dict[str, float]:
    """Run the split and parse its output."""
    done = subprocess.run(words, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchmarkError(f"{Path(words[2]).name} failed:\n{done.stderr}")
    steps: dict[str, float] = json.loads(done.stdout)
    return steps


def processes(plan: Plan) -> Measured:
    """Compare two processes with one, to find the size of fleets from which on the second one pays."""
    ratios = {size: _two(plan, size) for size in CROSSING}
    rows = [[table.count(size), table.ratio(ratio.median), table.span(ratio)] for size, ratio in ratios.items()]
    first = pays((size, ratio.median) for size, ratio in ratios.items())
    conclusion = "Two did not pay in this run." if first is None else f"Two paid from {first} manifests on."
    return Measured(f"{table.markdown(('manifests', 'two processes/one', 'spread'), rows)}\n\n{conclusion}")


def _two(plan: Plan, size: int) -> Spread:
    folder = plan.places.fleet(size)
    two, one = (variant.command(plan.places, folder) for variant in (TWO, ONE))
    return comparison(paired(two, one, plan.runs, plan.seconds)).ratio


def grows_in_line(plan: Plan) -> Measured:
    """A unit's cost in a small and a large job, in CPU time."""
    return _grown(plan, growth.cpu_seconds, growth.BY_TIME, "µs", 1e6)


def counted(plan: Plan) -> Measured:
    """The same in instructions: smaller jobs, with next to no noise."""
    grown = _grown(plan, instructions, growth.BY_INSTRUCTIONS, "thousand instructions", 1e-3)
    start = instructions(ONE.command(plan.places, plan.places.fleet(1)))
    return grown._replace(text=f"One manifest: {start / 1e6:.1f} million instructions.\n\n{grown.text}")


def _grown(plan: Plan, cost: Callable[[Command], float], scale: growth.Scale, unit: str, factor: float) -> Measured:
    def slos(count: int, breached: bool, objectives: int) -> Command:  # noqa: FBT001 - called in one place
        return ONE.command(plan.places, plan.places.heap(count, objectives, breached=breached))

    growths = list(growth.checked(cost, scale, lambda size: ONE.command(plan.places, plan.places.fleet(size)), slos))
    return Measured(table.growths(growths, unit, factor), all(one.holds for one in growths))


def very_large(plan: Plan) -> Measured:
    """Memory of runs over a very large fleet."""
    with memory.temporary_fleet() as folder:
        peaks = {name: memory.peak(command) for name, command in _large_runs(plan.places, Path(folder))}
    head = ("format", "largest process, MiB", "all together, MiB", "s", f"at most {memory.MOST_MIB} MiB")
    rows = [_peak(name, peak) for name, peak in peaks.items()]
    text = f"{table.count(memory.FILES)} manifests.\n\n"
    return Measured(text + table.markdown(head, rows), all(peak.holds for peak in peaks.values()))


def _peak(name: str, peak: memory.Peak) -> list[str]:
    bound = "yes" if peak.holds else "BROKEN"
    return [name, f"{peak.largest:.0f}", f"{peak.together:.0f}", table.seconds(peak.seconds), bound]


def _large_runs(places: Places, folder: Path) -> Iterator[tuple[str, Command]]:
    yield "text", DEFAULT.command(places, folder)
    yield "json", DEFAULT.command(places, folder, "--format", "json")
    yield "json, without `fast`", PLAIN.command(places, folder, "--format", "json")


def opens(plan: Plan) -> Measured:
    """Time in which Chromium opens the page of a large fleet."""
    page = plan.places.folder / "page.html"
    run(DEFAULT.command(plan.places, plan.places.fleet(browser.FILES), "--output", f"html={page}"))
    opening = browser.opening(page)
    head = ("manifests", "page, MB", "page, s", "empty page, s", "difference, s", f"at most {browser.MOST_SECONDS:g} s")
    seconds = [table.seconds(value) for value in (opening.page, opening.empty, opening.seconds)]
    bound = "yes" if opening.holds else "BROKEN"
    row = [table.count(browser.FILES), f"{opening.megabytes:.1f}", *seconds, bound]
    return Measured(table.markdown(head, [row]), opening.holds)


def bills(plan: Plan) -> Measured:
    """Time and memory of `collect` over a bill of ten million rows."""
    collected = bill.collected(plan.places)
    head = ("rows", "s", "MiB", f"at most {bill.MOST_SECONDS} s and {memory.MOST_MIB} MiB")
    bound = "yes" if collected.holds else "BROKEN"
    row = [table.count(bill.ROWS), table.seconds(collected.seconds), f"{collected.mib:.0f}", bound]
    return Measured(table.markdown(head, [row]), collected.holds)


def tries_to_be_slow(plan: Plan) -> Measured:
    """Compare each hostile input with a harmless one of the same size, in time on the cores."""
    head = ("input", "s", "harmless, s", "ratio", f"at most {hostile.MOST:g}")
    rows, holds = [], True
    for case in hostile.CASES:
        slow, plain = (_cpu_seconds(plan.places, made()) for made in (case.hostile, case.harmless))
        within = slow <= hostile.MOST * plain
        holds = holds and within
        answer = "yes" if within else "BROKEN"
        rows.append([case.name, table.seconds(slow), table.seconds(plain), table.ratio(slow / plain), answer])
    return Measured(table.markdown(head, rows), holds)


def _cpu_seconds(found: Places, made: hostile.Input) -> float:
    """The least processor time of some runs over an input, whatever the gate answers."""
    with tempfile.TemporaryDirectory(prefix="platform-gate-bench-") as folder:
        words = hostile.write(Path(folder) / "repository", made)
        command = Command([found.ours("plain"), *words], Path(folder) / "repository")
        return min(run(command, good=ANSWERS).cpu for _ in range(growth.RUNS))


ALL: Final[Mapping[str, tuple[str, Callable[[Plan], Measured]]]] = MappingProxyType(
    {
        "peers": ("Beside its peers", beside_peers),
        "split": ("Where the time goes", where_time_goes),
        "processes": ("From when on a second process pays", processes),
        "page": ("Opening the page in Chromium", opens),
        "growth": ("Whether cost grows in line", grows_in_line),
        "instructions": ("The same, counted in instructions", counted),
        "hostile": ("Inputs that try to be slow", tries_to_be_slow),
        "memory": ("Memory of a very large fleet", very_large),
        "bill": ("Collecting a large bill", bills),
    }
)
"""Titles and functions of the parts, in the order in which they run."""

USUAL: Final = ("peers", "split", "processes", "page", "growth", "hostile")
