"""What must stay within bounds: growth of cost, hostile inputs, memory, the page, and a bill."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import bill, browser, fleets, growth, hostile, memory
from benchmarks.figures import BOUND, Growth
from benchmarks.measure import ANSWERS, Command, instructions, run
from benchmarks.ours import JSON, PAGE, TEXT, Ours
from benchmarks.plan import Plan, Question
from benchmarks.table import Line, count, figure

ONE = Ours(cores=1, more=("--jobs", "1"))


def grows(plan: Plan) -> Iterator[Question]:
    """A unit's cost in a small and a large job, in CPU time."""

    def cost(command: Command) -> float:
        return min(run(command).cpu for _ in range(plan.repeats))

    yield _growth(plan, "Whether cost grows in line", cost, plan.scale.time, ("µs", 1e6))


def counted(plan: Plan) -> Iterator[Question]:
    """The same in instructions: smaller jobs, with next to no noise."""
    one = instructions(ONE.command(plan.places, plan.places.fleet(fleets.HALF, 1)))
    unit = ("thousand instructions", 1e-3)
    question = _growth(plan, "The same, counted in instructions", instructions, plan.scale.instructions, unit)
    yield question._replace(about=f"One manifest: {one / 1e6:.1f} million instructions.")


def _growth(
    plan: Plan, title: str, cost: Callable[[Command], float], scale: growth.Scale, unit: tuple[str, float]
) -> Question:
    def fleet(size: int) -> Command:
        return ONE.command(plan.places, plan.places.fleet(fleets.HALF, size))

    def slos(count: int, breached: bool, objectives: int) -> Command:  # noqa: FBT001 - called in one place
        return ONE.command(plan.places, plan.places.heap(count, objectives, breached=breached))

    lines = [_grown(one, unit[1]) for one in growth.checked(cost, scale, fleet, slos)]
    head = ("small", f"each, {unit[0]}", "large", f"each, {unit[0]}")
    return Question(title, ("per",), lines, "large/small", more=head)


def _grown(grown: Growth, scale: float) -> Line:
    sizes = ((grown.small, grown.small_cost), (grown.large, grown.large_cost))
    more = [text for units, cost in sizes for text in (count(units), figure(cost / units * scale))]
    return Line((grown.what,), grown.ratio, BOUND, more=more)


def tries_to_be_slow(plan: Plan) -> Iterator[Question]:
    """Compare each hostile input with a harmless one of the same size, in time on the cores."""
    lines = [_case(plan, case) for case in plan.hostile]
    head = ("s", "harmless, s")
    yield Question("Inputs that try to be slow", ("input",), lines, "hostile/harmless", more=head)


def _case(plan: Plan, case: hostile.Case) -> Line:
    slow, plain = (_cpu_seconds(plan, made()) for made in (case.hostile, case.harmless))
    return Line((case.name,), slow / plain, hostile.MOST, more=(figure(slow), figure(plain)))


def _cpu_seconds(plan: Plan, made: hostile.Input) -> float:
    """The least processor time of some runs over an input, whatever the gate answers."""
    with tempfile.TemporaryDirectory(prefix="platform-gate-bench-") as folder:
        words = hostile.write(Path(folder) / "repository", made)
        command = Command([plan.places.ours("plain"), *words], Path(folder) / "repository")
        return min(run(command, good=ANSWERS).cpu for _ in range(plan.repeats))


def huge(plan: Plan) -> Iterator[Question]:
    """Memory of runs over a very large fleet."""
    folder = plan.places.plain_fleet(fleets.HALF, plan.scale.huge)
    ways = {
        "text, with a snapshot": (Ours(TEXT, snapshot=True), memory.MOST_MIB),
        "JSON": (Ours(JSON), memory.MOST_MIB),
        "the page": (Ours(PAGE), memory.PAGE_MIB),
    }
    peaks = [(name, memory.peak(ours.command(plan.places, folder)), most) for name, (ours, most) in ways.items()]
    lines = [
        Line((name,), peak.most, most, more=(f"{peak.largest:.0f}", f"{peak.together:.0f}", figure(peak.seconds)))
        for name, peak, most in peaks
    ]
    about = f"{count(plan.scale.huge)} services, half bad."
    head = ("largest process, MiB", "all together, MiB", "s")
    yield Question("Memory of a very large fleet", ("written",), lines, "MiB", about, head)


def opens(plan: Plan) -> Iterator[Question]:
    """Time in which Chromium opens the page of a large fleet."""
    run(Ours(PAGE).command(plan.places, plan.places.fleet(fleets.HALF, plan.scale.opened)))
    opening = browser.opening(plan.places.reports / "page.html", plan.repeats)
    more = (f"{opening.megabytes:.1f}", figure(opening.page), figure(opening.empty))
    line = Line((count(plan.scale.opened),), opening.seconds, browser.MOST_SECONDS, more=more)
    about = "Half of the services are bad. An empty page is opened in turn, and its time taken off."
    head = ("page, MB", "page, s", "empty page, s")
    yield Question("Opening the page in Chromium", ("services",), [line], "s", about, head)


def bills(plan: Plan) -> Iterator[Question]:
    """Time and memory of `collect` over a large bill."""
    peak = bill.collected(plan.places, plan.scale.rows)
    lines = [
        Line(("time, s",), peak.seconds, bill.MOST_SECONDS),
        Line(("memory, MiB",), peak.most, memory.MOST_MIB),
    ]
    yield Question("Collecting a large bill", ("of",), lines, "figure", f"{count(plan.scale.rows)} rows in one file.")
