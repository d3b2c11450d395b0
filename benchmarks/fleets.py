"""Fleets to measure with: the same in every run, and no two manifests of one shape.

A manifest depends on its number alone. So a fleet of 1,000 begins with the manifests of a fleet of 100.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from benchmarks import manifests

AS_OF: Final = "2026-11-23"
"""The day by which fleets are judged."""
FILES = Iterable[tuple[str, str]]
"""Paths below a fleet's folder, and texts."""


def path(number: int) -> str:
    """Where a manifest lies, below its fleet's folder."""
    return f"services/{manifests.team(number)}/{manifests.name(number)}.yaml"


def fleet(count: int) -> Iterator[tuple[str, str]]:
    """Every file of a fleet, path and text."""
    return ((path(number), manifests.manifest(number)) for number in range(count))


def heap(count: int, objectives: int, *, breached: bool) -> Iterator[tuple[str, str]]:
    """Every file of a fleet of large manifests."""
    return (
        (f"services/{number}.yaml", manifests.large(number, objectives, breached=breached)) for number in range(count)
    )


def write(folder: Path, files: FILES) -> None:
    """Write a fleet. The folder is a repository's root, so that nothing around it counts."""
    (folder / ".git").mkdir(parents=True, exist_ok=True)
    for name, text in files:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
