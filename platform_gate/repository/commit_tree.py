"""The files of a commit, read from git's objects: nothing is checked out, no link is followed."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from platform_gate.documents.document import MAX_BYTES, DocumentError, Refusal
from platform_gate.model import Location
from platform_gate.repository.blob_cache import BlobCache
from platform_gate.repository.config import Config
from platform_gate.repository.git import LINK, SUBMODULE, Repository, TreeEntry, blob_id
from platform_gate.repository.manifest_names import is_manifest_name
from platform_gate.repository.work_tree import DEFAULT_FOLDER, STDIN, ManifestFile, Selection, link_refusal


@dataclass(frozen=True)
class CommitTree:
    """The files of a commit, or some of those in the index, by path from the root.

    ``commit`` is empty for the index. Contents are read through ``blobs``, a cache that belongs to the caller.
    """

    repository: Repository
    commit: str
    files: Mapping[str, TreeEntry]
    blobs: BlobCache = field(compare=False, repr=False)

    @classmethod
    def of(cls, repository: Repository, commit: str, blobs: BlobCache) -> CommitTree:
        """The tree of a commit, given by its full ID."""
        return cls(repository, commit, repository.files(commit), blobs)

    @cached_property
    def _folders(self) -> frozenset[str]:
        # Git stores files only; this set makes a folder's existence one look-up. Few runs ask for it.
        return frozenset(folder for path in self.files for folder in parents(path))

    def find(self, operands: Sequence[str], config: Config) -> list[ManifestFile]:
        """The files in scope, sorted by path, as ``WorkTree.find`` finds them.

        ``operands`` are paths from the root; those that don't exist are skipped.
        """
        files: dict[str, ManifestFile] = {}
        for operand in operands or self._default_operands(config):
            for file in self._operand(operand, config):
                files.setdefault(file.path, file)
        return [files[path] for path in sorted(files)]

    def _default_operands(self, config: Config) -> list[str]:
        if config.manifests is not None:
            return [""]
        takes = Selection(None, config.exclude).takes
        names = [path for path in self.files if "/" not in path and is_manifest_name(path) and takes(path)]
        return [*names, DEFAULT_FOLDER]

    def _operand(self, operand: str, config: Config) -> Iterator[ManifestFile]:
        if operand == STDIN:
            return
        if operand in self.files:
            yield _file(self.files[operand])
            return
        prefix = "" if operand in ("", ".") else operand + "/"
        selection = Selection(config.manifests, config.exclude)
        for path, entry in self.files.items():
            if path.startswith(prefix) and _in_scope(entry, selection, prefix):
                yield _file(entry)

    def read(self, file: ManifestFile) -> bytes:
        """The bytes of a file.

        Raises:
            GateError: git lacks them.
        """
        return self.blobs.read(file.file)

    def fetch(self, files: Iterable[ManifestFile]) -> None:
        """Read many files ahead, in a single git process.

        Raises:
            GateError: git lacks one of them.
        """
        self.blobs.fetch(file.file for file in files if file.refusal is None)

    def holds(self, path: str, content: bytes) -> bool:
        """Whether a work tree's file at ``path`` has the content of the commit's, as ``same_content`` compares them.

        This compares object IDs: git isn't asked for the file.
        """
        entry = self.files.get(path)
        if entry is None or entry.mode in (LINK, SUBMODULE) or len(content) > MAX_BYTES:
            return False
        as_blob = _without_autocrlf(content)
        return blob_id(content, entry.oid) == entry.oid or (
            as_blob is not None and blob_id(as_blob, entry.oid) == entry.oid
        )

    def exists(self, path: str) -> bool:
        """Whether a path from the root is a file or folder of the commit, and no link or submodule."""
        plain = posixpath.normpath(path.split("#", 1)[0])
        entry = self.files.get(plain)
        return plain in self._folders if entry is None else entry.mode not in (LINK, SUBMODULE)

    def content(self, path: str, limit: int = MAX_BYTES) -> bytes | None:
        """At most ``limit + 1`` bytes of the file at ``path``; None if there is none.

        Raises:
            DocumentError: it is a link or a submodule.
            GateError: git lacks its bytes.
        """
        entry = self.files.get(path)
        if entry is None:
            return None
        file = _file(entry)
        if file.refusal:
            raise DocumentError(file.refusal)
        if limit > MAX_BYTES:
            return next(iter(self.repository.blobs([entry.oid], limit + 1)))
        return self.read(file)


def same_content(checked_out: bytes | None, blob: bytes | None) -> bool:
    """Whether a file of the work tree is the same as a blob: its very bytes, or those that ``core.autocrlf`` makes.

    Git then writes a blob that has no CR with CRLF for every LF. Any other difference in line ends is a change, since
    a lone CR spoils a file. None is a file that doesn't exist.
    """
    if checked_out is None or blob is None or checked_out == blob:
        return checked_out == blob
    return _without_autocrlf(checked_out) == blob


def _without_autocrlf(content: bytes) -> bytes | None:
    """The blob that ``core.autocrlf`` would have checked out as ``content``; None if there is no such blob."""
    blob = content.replace(b"\r\n", b"\n")
    return blob if b"\r" not in blob and blob.replace(b"\n", b"\r\n") == content else None


def parents(path: str) -> Iterator[str]:
    """The folders above a path, the nearest first."""
    while path := path.rpartition("/")[0]:
        yield path


def _in_scope(entry: TreeEntry, selection: Selection, prefix: str) -> bool:
    """Whether a walk of the work tree would report the entry, so that base and head agree on what is in scope.

    A walk must enter every folder on the way. It reports a link or submodule that it would enter if it were a folder,
    since a commit doesn't tell where a link leads.
    """
    steps = entry.path[len(prefix) :].split("/")
    folders = [prefix + "/".join(steps[: count + 1]) for count in range(len(steps) - 1)]
    if not all(selection.enters(folder) for folder in folders):
        return False
    enterable = entry.mode in (LINK, SUBMODULE) and selection.enters(entry.path)
    return enterable or (entry.mode != SUBMODULE and selection.takes(entry.path))


def _file(entry: TreeEntry) -> ManifestFile:
    if entry.mode == LINK:
        return ManifestFile(entry.path, refusal=link_refusal(entry.path, entry.path))
    if entry.mode == SUBMODULE:
        fix = "`exclude` it in the configuration, and check it in its own repository."
        return ManifestFile(
            entry.path, refusal=Refusal("a submodule, which the gate does not read", fix, Location(entry.path))
        )
    return ManifestFile(entry.path, entry.oid)
