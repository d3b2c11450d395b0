"""What a start, a finding, a merge, a step and a second process cost."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from benchmarks import fleets, split
from benchmarks.figures import Sample, mib, pays, per_finding, ratio, seconds
from benchmarks.measure import BenchmarkError, Command, environment, rounds, run
from benchmarks.ours import ACTION, FORMATS, JSON, TEXT, Ours, written
from benchmarks.places import EXTRAS, Places
from benchmarks.plan import Plan, Question
from benchmarks.table import Line, count, figure, markdown, worst_first

START: Final = 1.5
"""Our time for one manifest divided by that of a Python that only imports what ours needs, at most."""
FINDING: Final = 25.0
"""Microseconds of a finding until it is written, at most."""
MERGE: Final = 2.0
"""Time to merge without the extra ``fast`` divided by that with it, at most."""
SHARDS: Final = 4


def start(plan: Plan) -> Iterator[Question]:
    """Compare ours on one manifest with the smallest program that could do its work."""
    one = {kind: plan.places.fleet(kind, 1) for kind in (fleets.TWELFTH, fleets.HALF)}
    bare = Command([plan.places.python("fast"), "-c", "import yaml, click"], one[fleets.HALF], 2)
    commands = [bare, *(Ours().command(plan.places, folder) for folder in one.values())]
    samples, *ours = zip(*rounds(commands, plan.limits), strict=True)
    lines = [_start(name, these, samples) for name, these in zip(("a healthy service", "a bad one"), ours, strict=True)]
    about = (
        "One manifest in text, beside `python -c 'import yaml, click'`, the start that no program like ours can avoid."
    )
    yield Question("Start-up", ("judged",), lines, "ours/bare", about, ("ours, s", "bare, s", "MiB", "rounds"))


def _start(name: str, ours: Sequence[Sample], bare: Sequence[Sample]) -> Line:
    spread = ratio(ours, bare)
    more = (figure(seconds(ours)), figure(seconds(bare)), f"{mib(ours):.0f}", str(len(ours)))
    return Line((name,), spread.median, START, spread, more)


def findings(plan: Plan) -> Iterator[Question]:
    """What a finding costs: all services bad, less none bad, divided by the findings that there are more."""
    size = plan.scale.findings
    folders = [plan.places.fleet(kind, size) for kind in (fleets.NONE, fleets.ALL)]
    good, bad = (_findings(plan.places, folder) for folder in folders)
    ways = [Ours(form, cores=1, more=("--jobs", "1")) for form in FORMATS]
    commands = [way.command(plan.places, folder) for way in ways for folder in folders]
    columns = [*zip(*rounds(commands, plan.limits), strict=True)]
    pairs = zip(ways, columns[::2], columns[1::2], strict=True)
    lines = [_finding(way.form, both, bad - good) for way, *both in pairs]
    about = (
        f"{count(size)} services in one process, in time on the core: those of a fleet with {count(bad)} findings less "
        f"those of one with {count(good)}. The Action writes a finding into five reports, and has no goal."
    )
    yield Question("What a finding costs", ("format",), lines, "µs", about, ("all bad, s", "none bad, s", "rounds"))


def _findings(places: Places, folder: Path) -> int:
    """The number of findings in a fleet's report."""
    file = places.reports / "findings.json"
    run(Ours(more=(f"--output=json={file}",)).command(places, folder))
    return sum(len(service["findings"]) for service in json.loads(file.read_bytes())["services"])


def _finding(form: str, both: Sequence[Sequence[Sample]], more: int) -> Line:
    good, bad = both
    spread = per_finding(good, bad, more).scaled(1e6)
    cpu = [figure(min(sample.cpu for sample in samples)) for samples in (bad, good)]
    return Line((form,), spread.median, None if form == ACTION else FINDING, spread, (*cpu, str(len(bad))))


def merging(plan: Plan) -> Iterator[Question]:
    """Merge the reports of some shards with and without the extra."""
    shards = [*_shards(plan.places, plan.places.fleet(fleets.HALF, plan.scale.merged))]
    lines = [_merged(plan, form, shards) for form in (TEXT, JSON)]
    about = f"{SHARDS} shards of {count(plan.scale.merged)} services, half bad, on two cores."
    head = ("without, s", "with, s", "without, MiB", "with, MiB", "rounds")
    yield Question("Merging without the extra", ("format",), lines, "without/with", about, head)


def _shards(places: Places, folder: Path) -> Iterator[Path]:
    for number in range(1, SHARDS + 1):
        file = places.reports / f"shard-{number}.json"
        run(Ours(more=(f"--output=json={file}", f"--shard={number}/{SHARDS}")).command(places, folder))
        yield file


def _merged(plan: Plan, form: str, shards: Sequence[Path]) -> Line:
    commands = [
        Command([plan.places.ours(name), "merge", *written(plan.places, form), *shards], plan.places.reports, 2)
        for name in ("plain", "fast")
    ]
    both = [*zip(*rounds(commands, plan.limits), strict=True)]
    spread = ratio(*both)
    more = [figure(seconds(samples)) for samples in both] + [f"{mib(samples):.0f}" for samples in both]
    return Line((form,), spread.median, MERGE, spread, (*more, str(len(both[0]))))


def steps(plan: Plan) -> Iterator[Question]:
    """The steps of a run over a fleet in one process."""
    size = plan.scale.steps
    folder = plan.places.fleet(fleets.HALF, size)
    columns = [_steps(plan, name, folder) for name in EXTRAS]
    head = ["step", *(f"{name}, {what}" for name in ("with `fast`", "without") for what in ("ms", "µs each"))]
    rows = [[step, *_shares(step, [column[step] for column in columns], size)] for step in columns[0]]
    about = f"{count(size)} manifests, half of the services bad, one process.\n\n{markdown(head, rows)}"
    yield Question("Where the time goes", (), (), about=about)


def _steps(plan: Plan, name: str, folder: Path) -> dict[str, float]:
    """Seconds by step, the least of some runs: other load on the machine only adds."""
    python = plan.places.python(name)
    starts = [run(Command([python, "-c", "pass"], folder)).seconds for _ in range(plan.repeats)]
    runs = [printed([python, "-P", split.__file__, folder, fleets.AS_OF]) for _ in range(plan.repeats)]
    return {"start-up: interpreter": min(starts), **{step: min(steps[step] for steps in runs) for step in runs[0]}}


def printed(words: Sequence[str | Path]) -> dict[str, float]:
    """Run the split and parse its output."""
    done = subprocess.run(words, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchmarkError(f"{Path(words[2]).name} failed:\n{done.stderr}")
    steps: dict[str, float] = json.loads(done.stdout)
    return steps


def _shares(step: str, values: Sequence[float], files: int) -> Iterator[str]:
    """A step's time in all and per file. The start does not depend on files, so its share is empty."""
    for value in values:
        yield from (f"{value * 1e3:.1f}", "" if step.startswith("start-up") else f"{value / files * 1e6:.1f}")


def processes(plan: Plan) -> Iterator[Question]:
    """Compare two processes with one, to find the size of fleets from which on the second one pays."""
    lines = [_two(plan, size) for size in plan.scale.crossing]
    first = pays((size, line.value) for size, line in zip(plan.scale.crossing, lines, strict=True))
    about = "Two did not pay in this run." if first is None else f"Two paid from {first} manifests on."
    yield Question("From when on a second process pays", ("manifests",), worst_first(lines), "two/one", about)


def _two(plan: Plan, size: int) -> Line:
    folder = plan.places.fleet(fleets.HALF, size)
    commands = [Ours(more=("--jobs", jobs)).command(plan.places, folder) for jobs in ("2", "1")]
    spread = ratio(*zip(*rounds(commands, plan.limits), strict=True))
    return Line((count(size),), spread.median, spread=spread)
