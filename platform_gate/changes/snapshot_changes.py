"""What a pull request does to measured numbers: the snapshots that it changes, the services that it renames."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from platform_gate.changes.fleets import Fleet
from platform_gate.changes.relaxations import Lowered
from platform_gate.changes.revisions import MergedRules, Revisions
from platform_gate.judging.runner import Run
from platform_gate.measurements.snapshot import MAX_BYTES
from platform_gate.model import Location
from platform_gate.repository.rule_files import is_glob
from platform_gate.repository.work_tree import Selection

KIND = "measurements-changed"
SHORT = 12
"""Digits of a digest that people compare."""


def changed_snapshots(change: Revisions, patterns: Collection[str], files: Collection[str]) -> Iterator[Lowered]:
    """The snapshots that the merge would bring, edit or remove. They are listed and decide nothing.

    ``patterns`` are the configured paths and globs, ``files`` the snapshots of the command line.
    """
    merged, globs = MergedRules(change), Selection(tuple(filter(is_glob, patterns)), ())
    named = {change.inside(str(change.head.tree.cwd / file)) for file in files}
    known = change.tip.files.keys() | change.staged.files.keys()
    for path in sorted(known):
        if path in named or path in patterns or (globs.manifests and globs.takes(path)):
            before, after = change.tip.content(path, MAX_BYTES), merged.content(path, MAX_BYTES)
            if before != after:
                yield Lowered(KIND, "", "", _digest(before), _digest(after), Location(path))


def _digest(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()[:SHORT]


def former_names(head: Run, renamed: Iterable[str], known: Sequence[Fleet]) -> Mapping[str, tuple[str, ...]]:
    """For each renamed service, all names that its file had at the base and has no more.

    A source that claimed one of those claims it as well, so a rename sheds none. ``known`` are the fleets of the base.
    """
    paths = {judged.name: judged.location.path for judged in head.services}
    return {name: tuple(sorted(_gone(paths[name], paths, known))) for name in renamed}


def _gone(path: str, paths: Mapping[str, str], known: Sequence[Fleet]) -> set[str]:
    names = (old.subject.name for fleet in known for old in fleet.by_path.get(path, ()))
    return {name for name in names if paths.get(name) != path}
