"""A commit as a tree of manifests, read from git's objects: no checkout, nothing followed."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from platform_gate.documents.document import MAX_BYTES, DocumentError, Refusal
from platform_gate.model import Location
from platform_gate.repository.config import Config
from platform_gate.repository.git import LINK, SUBMODULE, Entry, Repository, blob_id
from platform_gate.repository.work_tree import DEFAULT_FOLDER, STDIN, Found, Selection, link_refusal


@dataclass(frozen=True)
class CommitTree:
    """The files of a commit, or some of the index. ``loaded`` holds the bytes that were fetched, by object."""

    repository: Repository
    commit: str
    files: Mapping[str, Entry]
    loaded: dict[str, bytes]

    @classmethod
    def of(cls, repository: Repository, commit: str) -> CommitTree:
        """The tree of a commit."""
        return cls(repository, commit, repository.files(commit), {})

    @cached_property
    def _folders(self) -> frozenset[str]:
        return frozenset(folder for path in self.files for folder in _above(path))

    def find(self, operands: Sequence[str], config: Config) -> list[Found]:
        """As a work tree finds them; ``operands`` are paths from the root, and what isn't there is no error."""
        chosen: dict[str, Found] = {}
        default = "" if config.manifests is not None else DEFAULT_FOLDER
        for operand in operands or [default]:
            for entry in self._operand(operand, config):
                chosen.setdefault(entry.path, entry)
        return [chosen[path] for path in sorted(chosen)]

    def _operand(self, operand: str, config: Config) -> Iterator[Found]:
        if operand == STDIN:
            return
        if operand in self.files:
            yield _found(self.files[operand])
            return
        prefix = "" if operand in ("", ".") else operand + "/"
        selection = Selection(config.manifests, config.exclude)
        for path, entry in self.files.items():
            if path.startswith(prefix) and _in_scope(entry, selection, prefix):
                yield _found(entry)

    def read(self, found: Found) -> bytes:
        """The bytes of a file; fetched with the others by ``fetch``, else alone."""
        if found.file not in self.loaded:
            self.fetch([found])
        return self.loaded[found.file]

    def fetch(self, wanted: Sequence[Found]) -> None:
        """Read the bytes of many files in one go."""
        oids = [found.file for found in wanted if found.refusal is None]
        missing = list(dict.fromkeys(oid for oid in oids if oid not in self.loaded))
        self.loaded.update(zip(missing, self.repository.blobs(missing, MAX_BYTES + 1), strict=True))

    def take(self, path: str, content: bytes | None) -> bool:
        """Whether a file's bytes from elsewhere are those of the commit, line ends apart.

        Where they are, they are kept: git need not be asked for them.
        """
        entry = self.files.get(path)
        if content is None or entry is None or entry.mode in (LINK, SUBMODULE) or len(content) > MAX_BYTES:
            return False
        same = blob_id(content, entry.oid) == entry.oid or blob_id(_lines(content), entry.oid) == entry.oid
        if same:
            self.loaded[entry.oid] = content
        return same

    def exists(self, path: str) -> bool:
        """Whether a path from the root is a file or folder of the commit, and no link."""
        plain = posixpath.normpath(path.split("#", 1)[0])
        entry = self.files.get(plain)
        return plain in self._folders if entry is None else entry.mode not in (LINK, SUBMODULE)

    def content(self, path: str) -> bytes | None:
        """The bytes of a file by its path; None where there is none.

        Raises:
            DocumentError: it is a link or a submodule.
        """
        entry = self.files.get(path)
        if entry is None:
            return None
        found = _found(entry)
        if found.refusal:
            raise DocumentError(found.refusal)
        return self.read(found)


def same_text(one: bytes | None, other: bytes | None) -> bool:
    """Whether two files are the same, line ends apart."""
    return one == other or (one is not None and other is not None and _lines(one) == _lines(other))


def _lines(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n")


def _above(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def _in_scope(entry: Entry, selection: Selection, prefix: str) -> bool:
    """As a walk decides: every folder on the way must be entered, and the file taken; a link may lead to a folder."""
    steps = entry.path[len(prefix) :].split("/")
    folders = [prefix + "/".join(steps[: count + 1]) for count in range(len(steps) - 1)]
    if not all(selection.enters(folder) for folder in folders):
        return False
    enterable = entry.mode in (LINK, SUBMODULE) and selection.enters(entry.path)
    return enterable or (entry.mode != SUBMODULE and selection.takes(entry.path))


def _found(entry: Entry) -> Found:
    if entry.mode == LINK:
        return Found(entry.path, refusal=link_refusal(entry.path, entry.path))
    if entry.mode == SUBMODULE:
        fix = "Exclude it by configuration; the gate judges it in its own repository."
        return Found(entry.path, refusal=Refusal("it is a submodule, which is not read", fix, Location(entry.path)))
    return Found(entry.path, entry.oid)
