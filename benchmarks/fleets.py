"""Fleets to measure: the same in every run, with manifests of many shapes.

A manifest depends on its number only, so a fleet of 1,000 starts with the manifests of a fleet of 100.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from benchmarks import manifests

AS_OF: Final = "2026-11-23"
"""The day as of which fleets are judged."""
FILES = Iterable[tuple[str, str]]
"""Pairs of a path below the fleet's folder and a text."""


def path(number: int) -> str:
    """A manifest's path below its fleet's folder."""
    return f"services/{manifests.team(number)}/{manifests.name(number)}.yaml"


def fleet(count: int) -> Iterator[tuple[str, str]]:
    """The files of a fleet."""
    return ((path(number), manifests.manifest(number)) for number in range(count))


def heap(count: int, objectives: int, *, breached: bool) -> Iterator[tuple[str, str]]:
    """The files of a fleet of large manifests."""
    return (
        (f"services/{number}.yaml", manifests.large(number, objectives, breached=breached)) for number in range(count)
    )


def write(folder: Path, files: FILES) -> None:
    """Write a fleet. The folder becomes a repository's root, so that no configuration above it is read."""
    (folder / ".git").mkdir(parents=True, exist_ok=True)
    for name, text in files:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
