"""The gate beside its peers: fleets of several kinds and sizes, each in rounds in which everything runs once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from types import MappingProxyType
from typing import Final, NamedTuple

from benchmarks import fleets
from benchmarks.figures import Sample, Spread, cpu_seconds, mib, ratio, seconds
from benchmarks.measure import Command, rounds
from benchmarks.ours import ACTION, FORMATS, JSON, TEXT, Ours
from benchmarks.peers import AJV, CHECK_JSONSCHEMA, Peer
from benchmarks.plan import Plan, Question
from benchmarks.table import Line, count, figure

GOALS: Final[Mapping[tuple[str, str], float]] = MappingProxyType(
    {(fleets.HALF, TEXT): 1.0, (fleets.HALF, JSON): 1.5, (fleets.ALL, JSON): 2.0}
)
"""Our time divided by ajv-cli's, at most, by fleet and format, on two cores."""
ON_ONE_CORE: Final = 1.5
"""On one core, so many times the goal."""
FASTER: Final = 20
"""How many times faster than check-jsonschema ours is with ``MANY`` manifests."""
MANY: Final = 10_000
SNAPSHOT: Final = 1.35
"""The time with a snapshot of ``MANY`` services divided by that without one, at most."""

WITH_CORES: Final = ("manifests", "fleet", "format", "on")
SECONDS: Final = ("ours, s", "peer, s", "ours, CPU s", "peer, CPU s", "ours, MiB", "peer, MiB", "rounds")
OURS: Final = ("with, s", "without, s", "MiB", "rounds")
PAIRED: Final = (
    "Both validate the same files, on the same cores. The goals are for half and for all of the services bad; one in "
    "twelve bad is what earlier versions were measured with."
)
ADDS: Final = (
    "The same run with and without; one core is compared with two. A snapshot holds eight or nine values of each "
    "service. Where it has none for a field that its source measures, the typed value doesn't count, so bad services "
    "get more findings. "
    f"One in {fleets.CHANGED:,} manifests has changed since the base, and at least one."
)

Starter = Ours | tuple[Peer, int]
"""Ours, or a peer and its number of cores."""


class Contest(NamedTuple):
    """Runs on one fleet: for each starter a sample in each round."""

    kind: str
    size: int
    samples: Mapping[Starter, Sequence[Sample]]

    def ratio(self, these: Starter, those: Starter) -> Spread:
        """Seconds of these divided by those."""
        return ratio(self.samples[these], self.samples[those])

    def ours(self) -> list[Ours]:
        """The ways in which ours was started."""
        return [starter for starter in self.samples if isinstance(starter, Ours)]

    def peers(self) -> list[tuple[Peer, int]]:
        """The peers that ran, with their cores."""
        return [starter for starter in self.samples if not isinstance(starter, Ours)]


def compared(plan: Plan) -> Iterator[Question]:
    """Run all contests, and answer three questions by them. Slow peers run last, when the rest has been shown."""
    contests = [_contest(plan, kind, size) for size in plan.sizes for kind in plan.kinds]
    lines = [line for contest in contests for line in beside_ajv(contest)]
    if lines:
        yield Question("Beside ajv-cli", WITH_CORES, lines, "ours/ajv-cli", PAIRED, SECONDS)
    added = [line for contest in contests for line in what_adds(contest)]
    title = "What a snapshot, `--base` and one core add"
    yield Question(title, ("with", *WITH_CORES), added, "with/without", ADDS, OURS)
    slow = [_slow(plan, peer, size) for size in plan.sizes for peer in plan.peers if peer.slow]
    others = [line for contest in contests + slow for line in beside_others(contest)]
    if others:
        about = "\n".join(f"- {peer.name} {peer.does}." for peer in plan.peers if peer != AJV)
        yield Question("Beside other validators", ("peer", *WITH_CORES), others, "ours/peer", about, SECONDS)


def starters(plan: Plan, kind: str) -> list[Starter]:
    """What runs on a fleet: peers and formats on one core and two, and what can be added where half are bad."""
    peers: list[Starter] = [(peer, cores) for peer in plan.peers if not peer.slow for cores in plan.cores]
    plain = [Ours(form, cores=cores) for form in FORMATS for cores in plan.cores]
    if kind != fleets.HALF:
        return [*peers, *plain, Ours(snapshot=True), Ours(ACTION, snapshot=True, base=True)]
    ways = ((True, False), (False, True), (True, True))
    with_more = [Ours(form, snapshot, base) for form, (snapshot, base) in product(FORMATS, ways)]
    one = [Ours(base=True, cores=1)] if 1 in plan.cores else []
    return [*peers, *plain, *with_more, *one, Ours(environment="plain")]


def _contest(plan: Plan, kind: str, size: int) -> Contest:
    return _run(plan, kind, size, starters(plan, kind))


def _slow(plan: Plan, peer: Peer, size: int) -> Contest:
    return _run(plan, fleets.HALF, size, [Ours(), (peer, 2)])


def _run(plan: Plan, kind: str, size: int, entrants: Sequence[Starter]) -> Contest:
    folder = plan.places.fleet(kind, size)

    def command(starter: Starter) -> Command:
        if isinstance(starter, Ours):
            return starter.command(plan.places, folder)
        peer, cores = starter
        return peer.command(plan.places, folder, cores)

    done = rounds([command(starter) for starter in entrants], plan.limits)
    return Contest(kind, size, dict(zip(entrants, zip(*done, strict=True), strict=True)))


def beside_ajv(contest: Contest) -> Iterator[Line]:
    """Ours in each format beside ajv-cli on as many cores."""
    for ours in contest.ours():
        peer = (AJV, ours.cores)
        if peer in contest.samples and not ours.extras:
            yield _beside(contest, ours, peer, _where(contest, ours), _goal(contest, ours))


def _goal(contest: Contest, ours: Ours) -> float | None:
    goal = GOALS.get((contest.kind, ours.form))
    return goal if goal is None or ours.cores > 1 else goal * ON_ONE_CORE


def beside_others(contest: Contest) -> Iterator[Line]:
    """Ours beside the other peers, where half of the services are bad."""
    if contest.kind != fleets.HALF:
        return
    for ours, (peer, cores) in product(contest.ours(), contest.peers()):
        if peer != AJV and cores == ours.cores and ours.form != ACTION and not ours.extras:
            goal = 1 / FASTER if (peer, contest.size) == (CHECK_JSONSCHEMA, MANY) else None
            yield _beside(contest, ours, (peer, cores), (peer.name, *_where(contest, ours)), goal)


def _beside(contest: Contest, ours: Ours, peer: tuple[Peer, int], what: Sequence[str], goal: float | None) -> Line:
    spread = contest.ratio(ours, peer)
    both = [contest.samples[starter] for starter in (ours, peer)]
    times = [figure(time(samples)) for time in (seconds, cpu_seconds) for samples in both]
    more = (*times, *(f"{mib(samples):.0f}" for samples in both), str(len(both[0])))
    return Line(what, spread.median, goal, spread, more)


def what_adds(contest: Contest) -> Iterator[Line]:
    """Ours with something added, beside the same run without it."""
    for ours in contest.ours():
        for name, without in _without(ours):
            if without in contest.samples:
                goal = SNAPSHOT if name == "snapshot" and contest.size == MANY else None
                yield _added(contest, name, (ours, without), goal)


def _without(ours: Ours) -> Iterator[tuple[str, Ours]]:
    if ours.extras:
        yield ours.extras, Ours(ours.form, cores=ours.cores)
    if ours.cores == 1:
        yield f"one core of a run with {ours.extras}" if ours.extras else "one core", ours._replace(cores=2)


def _added(contest: Contest, name: str, both: tuple[Ours, Ours], goal: float | None) -> Line:
    spread = contest.ratio(*both)
    with_it, without = (contest.samples[ours] for ours in both)
    more = (figure(seconds(with_it)), figure(seconds(without)), f"{mib(with_it):.0f}", str(len(with_it)))
    return Line((name, *_where(contest, both[0])), spread.median, goal, spread, more)


def _where(contest: Contest, ours: Ours) -> tuple[str, ...]:
    cores = "1 core" if ours.cores == 1 else f"{ours.cores} cores"
    return (count(contest.size), contest.kind, ours.form, cores)
