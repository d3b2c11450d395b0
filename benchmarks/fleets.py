"""Fleets to measure: the same in every run, with manifests of many shapes. Each is a git repository with a change."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from benchmarks import manifests, services, snapshots
from benchmarks.measure import environment

AS_OF: Final = "2026-11-23"
"""The day as of which fleets are judged."""
FILES = Iterable[tuple[str, str]]
"""Pairs of a path below the fleet's folder and a text."""
SNAPSHOT: Final = "measurements.jsonl"
BASE: Final = "refs/heads/main"
"""The commit that the fleet is compared with."""
CHANGED: Final = 1000
"""Of so many manifests, one differs from the base: 10 of 10,000. At least one does."""

KINDS: Final[Mapping[str, Callable[[int], bool]]] = MappingProxyType(
    {
        "none bad": lambda _: False,
        "one in twelve bad": lambda number: number % 12 == 7,  # noqa: PLR2004 - as it was in earlier runs
        "half bad": lambda number: number % 2 == 0,
        "all bad": lambda _: True,
    }
)
"""Which services of a fleet are bad, by its kind."""
NONE, TWELFTH, HALF, ALL = KINDS


def path(number: int) -> str:
    """A manifest's path below its fleet's folder."""
    return f"services/{services.team(number)}/{services.name(number)}.yaml"


def fleet(kind: str, count: int) -> Iterator[tuple[str, str]]:
    """The files of a fleet: its manifests, and the snapshot of its measured numbers."""
    members = [services.service(number, bad=KINDS[kind](number)) for number in range(count)]
    yield from ((path(member.number), manifests.manifest(member)) for member in members)
    yield SNAPSHOT, "".join(snapshots.snapshot(members))


def before(kind: str, count: int) -> Iterator[tuple[str, str]]:
    """The manifests that were otherwise at the base: bad ones were healthy, healthy ones were bad."""
    for number in range(0, count, CHANGED):
        yield path(number), manifests.manifest(services.service(number, bad=not KINDS[kind](number)))


def heap(count: int, objectives: int, *, breached: bool) -> Iterator[tuple[str, str]]:
    """The files of a fleet of large manifests."""
    for number in range(count):
        yield f"services/{number}.yaml", manifests.large(services.large(number, objectives, breached=breached))


def write(folder: Path, files: FILES) -> None:
    """Write files."""
    for name, text in files:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def write_repository(folder: Path, files: FILES, base: FILES = ()) -> None:
    """Write a fleet as a git repository. If there are files of a base, it and the fleet are committed."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", "-b", "main", ".")
    write(folder, files)
    changed = [*base]
    if not changed:
        return
    now = [(name, (folder / name).read_text(encoding="utf-8")) for name, _ in changed]
    write(folder, changed)
    commit(folder)
    git(folder, "checkout", "-q", "-b", "change")
    write(folder, now)
    commit(folder)


def commit(folder: Path) -> None:
    """Commit all files. Git packs them, as in a clone."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "fleet")
    git(folder, "gc", "-q")


def git(folder: Path, *words: str) -> None:
    """Run git with an author, and without this machine's configuration."""
    who = {f"GIT_{role}_{key}": "bench@example.com" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    settings = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    words_ = ("git", "-c", "gc.auto=0", *words)
    subprocess.run(words_, cwd=folder, env=environment(who | settings), check=True)
