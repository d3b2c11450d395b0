"""`python -m benchmarks`: the command line. Exit code 1 if a goal is missed, 2 if something could not be measured."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from benchmarks import browser, parts, peers, places, table
from benchmarks.figures import Limits
from benchmarks.measure import BenchmarkError, confinable
from benchmarks.places import ROOT, Places
from benchmarks.plan import SMALL, USUAL, Plan, Question

PAGE: Final = ROOT / "docs" / "performance.md"
BENCH: Final = ROOT / ".bench"
SIZES: Final = (1, 100, 1000, 10_000)
ROUNDS, SECONDS = 7, 15.0
QUICK_SIZES: Final = (1, 100)


def main(words: Sequence[str]) -> int:
    """Measure, print results as they come, and write them to the page if asked to."""
    options = arguments(words)
    began = time.monotonic()
    try:
        plan, absent = prepared(options)
        head = _show(" ".join([*headline(plan), *absent]))
        questions = [question for name in parts.ALL if name in options.parts for question in _answered(name, plan)]
    except BenchmarkError as error:
        _log(f"error: {error}")
        return 2
    _log(f"took {(time.monotonic() - began) / 60:.1f} minutes")
    summary = _show(summed_up(questions))
    if options.write:
        text = "\n\n".join([head, summary, *(question.text for question in questions)])
        PAGE.write_text(table.kept(PAGE.read_text(encoding="utf-8"), text), encoding="utf-8")
    return int(any(line.missed for question in questions for line in question.lines))


def arguments(words: Sequence[str]) -> argparse.Namespace:
    """Parse the command line."""
    names = [peer.name for peer in peers.PEERS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measures the gate beside its peers.")
    parser.add_argument("--sizes", type=_numbers, metavar="N,N", help="manifests in the fleets beside peers")
    parser.add_argument("--peers", type=_some(names), default=names, metavar="A,B", help=", ".join(names))
    parser.add_argument(
        "--parts", type=_some(parts.ALL), default=parts.USUAL, metavar="A,B", help=f"of {', '.join(parts.ALL)}"
    )
    parser.add_argument(
        "--also", type=_some(parts.EXTRA), default=[], metavar="A,B", help=f"add {', '.join(parts.EXTRA)}"
    )
    parser.add_argument("--rounds", type=int, help=f"rounds of a comparison, at most ({ROUNDS})")
    parser.add_argument("--seconds", type=float, help=f"time for more rounds than two ({SECONDS:g})")
    parser.add_argument(
        "--quick", action="store_true", help="small fleets and few runs: whether it works, not how fast"
    )
    parser.add_argument("--write", action="store_true", help="keep the run in docs/performance.md")
    options = parser.parse_args(words)
    options.parts = [*options.parts, *options.also]
    return options


def _numbers(text: str) -> list[int]:
    return [int(word) for word in text.split(",")]


def _some(known: Iterable[str]) -> Callable[[str], list[str]]:
    """A parser of known words, separated by commas."""

    def some(text: str) -> list[str]:
        words = text.split(",")
        if unknown := [word for word in words if word not in known]:
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: choose from {', '.join(known)}")
        return words

    return some


def prepared(options: argparse.Namespace) -> tuple[Plan, list[str]]:
    """Install everything, and say what is not measured because this machine lacks the tools for it."""
    if "instructions" in options.parts and not shutil.which("valgrind"):
        raise BenchmarkError("the part instructions needs valgrind: install it, or leave the part out")
    absent = [*_left_out(options)]
    for text in absent:
        _log(text)
    where, plan = Places(BENCH), planned(options)
    _log("installing")
    places.install(where, npm=any(peer.npm for peer in plan.peers))
    return plan, absent


def _left_out(options: argparse.Namespace) -> Iterator[str]:
    """Take out of the options what can't be measured, and say so."""
    if "page" in options.parts and not browser.chromium():
        options.parts = [name for name in options.parts if name != "page"]
        yield "Chromium is missing: opening the page was not measured."
    needed = [peer.name for peer in peers.PEERS if peer.npm and peer.name in options.peers]
    if "peers" in options.parts and needed and not places.has_npm():
        options.peers = [name for name in options.peers if name not in needed]
        yield f"npm is missing: {' and '.join(needed)} were not measured."
    if not confinable():
        yield "This system can't confine programs to some cores: one core was not measured."


def planned(options: argparse.Namespace) -> Plan:
    """The plan by the options."""
    chosen = [peer for peer in peers.PEERS if peer.name in options.peers and "peers" in options.parts]
    sizes = options.sizes or (QUICK_SIZES if options.quick else SIZES)
    rounds, seconds = (2, 1.0) if options.quick else (ROUNDS, SECONDS)
    limits = Limits(options.rounds or rounds, seconds if options.seconds is None else options.seconds)
    plan = Plan(Places(BENCH), sizes, limits, chosen, cores=(2, 1) if confinable() else (2,))
    return plan._replace(scale=SMALL, repeats=1) if options.quick else plan._replace(scale=USUAL)


def headline(plan: Plan) -> Iterator[str]:
    """The day, the machine, and the versions of everything that is measured."""
    yield machine()
    yield f"{', '.join(places.versions(plan.places, npm=any(peer.npm for peer in plan.peers)))}."
    if plan.scale == SMALL:
        yield "A quick run: it shows that everything works, not how fast it is."


def _answered(name: str, plan: Plan) -> Iterator[Question]:
    _log(f"measuring: {name}")
    for question in parts.ALL[name](plan):
        _show(question.text)
        yield question


def summed_up(questions: Sequence[Question]) -> str:
    """All goals in one table, the worst first."""
    rows = table.goals((question.title, question.unit, question.lines) for question in questions)
    return f"### Goals\n\n{rows}"


def machine() -> str:
    """Date, cores and memory of this machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    today = datetime.now(tz=UTC).date()
    return f"{today}: {os.cpu_count()} cores, {memory:.0f} GiB of memory."


def _show(text: str) -> str:
    sys.stdout.write(f"{text}\n\n")
    sys.stdout.flush()
    return text


def _log(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
