"""`python -m benchmarks`: the command line. Exit code 1 if cost, memory or the page exceed their limits."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from benchmarks import browser, parts, peers, places, table
from benchmarks.measure import BenchmarkError
from benchmarks.parts import Measured, Plan
from benchmarks.places import ROOT, Places

PAGE: Final = ROOT / "docs" / "performance.md"
BENCH: Final = ROOT / ".bench"
SIZES: Final = (1, 100, 1000, 10_000)


def main(words: Sequence[str]) -> int:
    """Measure, print results as they come, and write them to the page if asked to."""
    options = arguments(words)
    try:
        plan = prepared(options)
        texts = [_say(f"{machine()} {', '.join(places.versions(plan.places, npm=_npm(plan.peers)))}.\n")]
        measured = [_measured(name, plan) for name in parts.ALL if name in options.parts]
    except BenchmarkError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    if options.write:
        text = "\n".join(texts + [part.text for part in measured])
        PAGE.write_text(table.kept(PAGE.read_text(encoding="utf-8"), text), encoding="utf-8")
    return 0 if all(part.holds for part in measured) else 1


def arguments(words: Sequence[str]) -> argparse.Namespace:
    """Parse the command line."""
    names = [peer.name for peer in peers.PEERS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measures the gate beside its peers.")
    parser.add_argument("--sizes", type=_numbers, default=SIZES, metavar="N,N", help="manifests in a fleet")
    parser.add_argument("--peers", type=_some(names), default=names, metavar="A,B", help=", ".join(names))
    parser.add_argument(
        "--parts", type=_some(parts.ALL), default=[*parts.USUAL], metavar="A,B", help=", ".join(parts.ALL)
    )
    parser.add_argument("--runs", type=int, default=11, help="pairs of runs in a comparison, at most (11)")
    parser.add_argument("--seconds", type=float, default=30, help="time for a comparison of two pairs or more (30)")
    parser.add_argument("--memory", action="append_const", const="memory", dest="more", help="add that part")
    parser.add_argument(
        "--instructions", action="append_const", const="instructions", dest="more", help="add that part"
    )
    parser.add_argument("--bill", action="append_const", const="bill", dest="more", help="add that part")
    parser.add_argument("--write", action="store_true", help="keep the run in docs/performance.md")
    options = parser.parse_args(words)
    options.parts += options.more or []
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


def prepared(options: argparse.Namespace) -> Plan:
    """Install everything. What this machine lacks the tools for is left out, with a message."""
    if "instructions" in options.parts and not shutil.which("valgrind"):
        raise BenchmarkError("--instructions needs valgrind")
    if "page" in options.parts and not browser.chromium():
        _tell("Chromium is missing: opening the page is left out")
        options.parts = [name for name in options.parts if name != "page"]
    chosen = [peer for peer in peers.PEERS if peer.name in options.peers]
    if _npm(chosen) and not places.has_npm():
        _tell("npm is missing: its peers are left out")
        chosen = [peer for peer in chosen if not peer.npm]
    where = Places(BENCH)
    _tell("installing")
    places.install(where, npm=_npm(chosen))
    where.ruleset.write_text(peers.ruleset(), encoding="utf-8")
    return Plan(where, options.sizes, chosen, options.runs, options.seconds)


def _npm(chosen: Sequence[peers.Peer]) -> bool:
    return any(peer.npm for peer in chosen)


def _measured(name: str, plan: Plan) -> Measured:
    title, measure = parts.ALL[name]
    _tell(f"measuring: {title}")
    part = measure(plan)
    return part._replace(text=_say(f"### {title}\n\n{part.text}\n"))


def machine() -> str:
    """Date, cores and memory of this machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    today = datetime.now(tz=UTC).date()
    return f"{today}: {os.cpu_count()} cores, {memory:.0f} GiB of memory."


def _say(text: str) -> str:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
    return text


def _tell(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
