"""Which services a change touches: by their manifests, the folders that these have to themselves, and their paths.

Folders count as they are at the base as well as at the head, and globs of paths come from the base where it knows the
service: a change can make a service more touched, never less.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import islice
from typing import Final, NamedTuple

from platform_gate.judging.manifest import Precedents, paths_of
from platform_gate.judging.result import Judged
from platform_gate.matching import GlobIndex, as_owned

MOST_LISTED: Final = 20
"""Paths of a service that are kept; the others are counted."""


class Through(StrEnum):
    """Why a changed path belongs to a service, the closest tie first."""

    MANIFEST = "manifest"
    FOLDER = "folder"
    PATHS = "paths"


class Touch(NamedTuple):
    """A changed path of a service."""

    path: str
    through: Through


class Touches(NamedTuple):
    """The changed paths of a service: the first ones by name, and how many there are."""

    listed: tuple[Touch, ...] = ()
    total: int = 0

    def __bool__(self) -> bool:
        """Whether there are any."""
        return self.total > 0


UNTOUCHED: Final = Touches()


class Property(NamedTuple):
    """What belongs to a service.

    Attributes:
        manifests: the paths of its manifest, at the base and at the head.
        folders: those that the manifest has to itself.
        globs: its ``metadata.paths``.
        moved: its manifest lies elsewhere than before, which touches it even if no file has changed: an unchanged file
            may take the place of another.
    """

    manifests: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()
    globs: tuple[str, ...] = ()
    moved: bool = False


def touches(
    before: Mapping[str, Judged],
    after: Mapping[str, Judged],
    precedents: Precedents,
    changed: Collection[str],
    opaque: Collection[str] = (),
) -> dict[str, Touches]:
    """By service of the head, the changed paths that belong to it; services without any are left out.

    Args:
        before: the services of the base, by name.
        after: those of the head.
        precedents: the services that the base knows, whose globs count.
        changed: the paths at which base and head differ.
        opaque: those of them that are a link or a submodule. Nobody sees which files changed behind it, so it belongs
            to every glob that may match one of them.
    """
    lone = _lone_manifests(before.values()) | _lone_manifests(after.values())
    owned = {name: _property(before.get(name), new, precedents, lone) for name, new in after.items()}
    below = _below({folder for own in owned.values() for folder in own.folders}, changed)
    by_glob = _by_glob({glob for own in owned.values() for glob in own.globs}, changed, opaque)
    by_name = {name: _touches(own, changed, below, by_glob) for name, own in owned.items()}
    return {name: several for name, several in by_name.items() if several}


def _property(old: Judged | None, new: Judged, precedents: Precedents, lone: Collection[str]) -> Property:
    paths = frozenset(judged.location.path for judged in (old, new) if judged)
    precedent = precedents.get(new.name)
    globs = precedent.paths if precedent else paths_of(new.manifest.document.data)
    return Property(paths, frozenset(map(_folder, paths.intersection(lone))), globs, len(paths) > 1)


def _lone_manifests(services: Iterable[Judged]) -> set[str]:
    """Manifests that are alone in their folder, so that all files below belong to them. The root belongs to none."""
    by_folder: dict[str, set[str]] = {}
    for judged in services:
        by_folder.setdefault(_folder(judged.location.path), set()).add(judged.location.path)
    return {path for folder, paths in by_folder.items() if folder and len(paths) == 1 for path in paths}


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _touches(
    own: Property, changed: Collection[str], below: Mapping[str, list[str]], by_glob: Mapping[str, list[str]]
) -> Touches:
    manifests = own.manifests if own.moved else own.manifests.intersection(changed)
    ties: dict[str, Through] = {}
    for through, paths in (
        (Through.PATHS, _joined(by_glob, own.globs)),
        (Through.FOLDER, _joined(below, own.folders)),
        (Through.MANIFEST, manifests),
    ):
        ties |= dict.fromkeys(paths, through)
    return Touches(tuple(Touch(path, ties[path]) for path in islice(sorted(ties), MOST_LISTED)), len(ties))


def _joined(lists: Mapping[str, list[str]], keys: Iterable[str]) -> Iterator[str]:
    return (path for key in keys for path in lists.get(key, ()))


def _below(folders: Collection[str], changed: Iterable[str]) -> dict[str, list[str]]:
    """The changed paths below each of some folders."""
    below: dict[str, list[str]] = {}
    for path in changed:
        for end, sign in enumerate(path):
            if sign == "/" and path[:end] in folders:
                below.setdefault(path[:end], []).append(path)
    return below


def _by_glob(globs: Iterable[str], changed: Iterable[str], opaque: Iterable[str]) -> dict[str, list[str]]:
    """The changed paths that belong to each of some globs, or that may hide one that does."""
    meant: dict[str, list[str]] = {}
    for glob in globs:
        for plain in as_owned(glob):
            meant.setdefault(plain, []).append(glob)
    index = GlobIndex(meant)
    by_glob: dict[str, list[str]] = {}
    for several, globs_of in ((changed, index.matching), (opaque, index.reaching)):
        for path in several if meant else ():
            for glob in {glob for plain in globs_of(path) for glob in meant[plain]}:
                by_glob.setdefault(glob, []).append(path)
    return by_glob
