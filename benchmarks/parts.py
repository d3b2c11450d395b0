"""The parts of a benchmark: each measures one thing, and gives its table and whether what must hold does."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from benchmarks import browser, fleets, growth, memory, places, split, table
from benchmarks.figures import Spread, comparison, pays
from benchmarks.measure import BenchmarkError, Command, environment, instructions, paired, run
from benchmarks.peers import DEFAULT, ONE, PEERS, PLAIN, TWO, VARIANTS, Peer, Variant
from benchmarks.places import Places

CROSSING: Final = (50, 100, 200, 400, 800)
"""Fleets around the size from which on a second process pays."""
SPLIT: Final = 1000
STARTS: Final = 11


class Wish(NamedTuple):
    """What is asked for."""

    places: Places
    sizes: Sequence[int]
    peers: Sequence[Peer]
    runs: int
    seconds: float


class Part(NamedTuple):
    """A part as Markdown, and whether what must hold does."""

    text: str
    holds: bool = True


def beside_peers(wish: Wish) -> Part:
    """Ours and each peer in turn, on every fleet."""
    rows = [row for size in wish.sizes for row in _of_size(wish, size)]
    does = "\n".join(f"- {peer.name} {peer.does}." for peer in wish.peers)
    return Part(f"{table.markdown(table.COMPARED, rows, words=3)}\n\n{does}")


def _of_size(wish: Wish, size: int) -> Iterator[list[str]]:
    """A fleet's rows: as the program is started usually with every peer, and in other ways with the first one."""
    folder = wish.places.fleet(size)
    for peer in wish.peers:
        if size <= peer.most:
            for variant in _variants(peer, size):
                pairs = paired(
                    variant.command(wish.places, folder), peer.command(wish.places, folder), wish.runs, wish.seconds
                )
                goal = peer.goals.get(size) if variant == DEFAULT else None
                yield table.compared(size, variant.name, peer.name, comparison(pairs), goal)


def _variants(peer: Peer, size: int) -> list[Variant]:
    return [DEFAULT, *(variant for variant in VARIANTS if peer == PEERS[0] and size >= variant.least)]


def where_time_goes(wish: Wish) -> Part:
    """The steps of a run over a fleet in one process."""
    folder = wish.places.fleet(SPLIT)
    columns = {
        {"fast": "with `fast`", "plain": "without"}[name]: _steps(wish.places, name, folder) for name in places.EXTRAS
    }
    return Part(f"{table.count(SPLIT)} manifests, one process.\n\n{table.split(columns, SPLIT)}")


def _steps(found: Places, name: str, folder: Path) -> dict[str, float]:
    """Seconds by step; of some runs the least, since whatever else the machine does only adds to it."""
    python = found.python(name)
    empty = Command([python, "-c", "pass"], folder)
    starts = [run(empty).seconds for _ in range(STARTS)]
    words: list[str | Path] = [python, "-P", split.__file__, folder, fleets.AS_OF]
    runs = [printed(words) for _ in range(growth.RUNS)]
    return {"start-up: interpreter": min(starts), **{step: min(each[step] for each in runs) for step in runs[0]}}


def printed(words: Sequence[str | Path]) -> dict[str, float]:
    """What the split prints."""
    done = subprocess.run(words, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchmarkError(f"{Path(words[2]).name} failed:\n{done.stderr}")
    steps: dict[str, float] = json.loads(done.stdout)
    return steps


def processes(wish: Wish) -> Part:
    """One process and two on the same fleets: where the second one begins to pay."""
    found = {size: _two(wish, size) for size in CROSSING}
    rows = [[table.count(size), table.ratio(ratio.median), table.span(ratio)] for size, ratio in found.items()]
    first = pays((size, ratio.median) for size, ratio in found.items())
    said = "Two did not pay in this run." if first is None else f"Two paid from {first} manifests on."
    return Part(f"{table.markdown(('manifests', 'two processes/one', 'spread'), rows)}\n\n{said}")


def _two(wish: Wish, size: int) -> Spread:
    folder = wish.places.fleet(size)
    two, one = (variant.command(wish.places, folder) for variant in (TWO, ONE))
    return comparison(paired(two, one, wish.runs, wish.seconds)).ratio


def grows_in_line(wish: Wish) -> Part:
    """What a unit costs in a small and in a large job, in time on the cores."""
    return _grown(wish, growth.cpu_seconds, growth.BY_TIME, "µs", 1e6)


def counted(wish: Wish) -> Part:
    """As above, in instructions: smaller jobs, and next to no noise."""
    grown = _grown(wish, instructions, growth.BY_INSTRUCTIONS, "thousand instructions", 1e-3)
    start = instructions(ONE.command(wish.places, wish.places.fleet(1)))
    return grown._replace(text=f"One manifest: {start / 1e6:.1f} million instructions.\n\n{grown.text}")


def _grown(wish: Wish, cost: Callable[[Command], float], scale: growth.Scale, unit: str, factor: float) -> Part:
    def slos(count: int, breached: bool, objectives: int) -> Command:  # noqa: FBT001 - called in one place
        return ONE.command(wish.places, wish.places.heap(count, objectives, breached=breached))

    found = list(growth.checked(cost, scale, lambda size: ONE.command(wish.places, wish.places.fleet(size)), slos))
    return Part(table.growths(found, unit, factor), all(each.holds for each in found))


def very_large(wish: Wish) -> Part:
    """The memory that a very large fleet takes."""
    with memory.temporary_fleet() as folder:
        found = {name: memory.peak(command) for name, command in _large_runs(wish.places, Path(folder))}
    head = ("format", "largest process, MiB", "all together, MiB", "s", f"at most {memory.MOST_MIB} MiB")
    rows = [_peak(name, peak) for name, peak in found.items()]
    text = f"{table.count(memory.FILES)} manifests.\n\n"
    return Part(text + table.markdown(head, rows), all(peak.holds for peak in found.values()))


def _peak(name: str, peak: memory.Peak) -> list[str]:
    bound = "yes" if peak.holds else "BROKEN"
    return [name, f"{peak.largest:.0f}", f"{peak.together:.0f}", table.seconds(peak.seconds), bound]


def _large_runs(found: Places, folder: Path) -> Iterator[tuple[str, Command]]:
    yield "text", DEFAULT.command(found, folder)
    yield "json", DEFAULT.command(found, folder, "--format", "json")
    yield "json, without `fast`", PLAIN.command(found, folder, "--format", "json")


def opens(wish: Wish) -> Part:
    """How long Chromium takes to open the page of a large fleet."""
    page = wish.places.folder / "page.html"
    run(DEFAULT.command(wish.places, wish.places.fleet(browser.FILES), "--output", f"html={page}"))
    opening = browser.opening(page)
    head = ("manifests", "page, MB", "page, s", "empty page, s", "difference, s", f"at most {browser.MOST_SECONDS:g} s")
    seconds = [table.seconds(value) for value in (opening.page, opening.empty, opening.seconds)]
    bound = "yes" if opening.holds else "BROKEN"
    row = [table.count(browser.FILES), f"{opening.megabytes:.1f}", *seconds, bound]
    return Part(table.markdown(head, [row]), opening.holds)


ALL: Final[Mapping[str, tuple[str, Callable[[Wish], Part]]]] = MappingProxyType(
    {
        "peers": ("Beside its peers", beside_peers),
        "split": ("Where the time goes", where_time_goes),
        "processes": ("From when on a second process pays", processes),
        "page": ("Opening the page in Chromium", opens),
        "growth": ("Whether cost grows in line", grows_in_line),
        "instructions": ("The same, counted in instructions", counted),
        "memory": ("Memory of a very large fleet", very_large),
    }
)
"""The parts by name, each with its title, in the order in which they run."""

USUAL: Final = ("peers", "split", "processes", "page", "growth")
