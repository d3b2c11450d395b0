"""The head of a pull request: the work tree, less what git says it lacks or doesn't own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from platform_gate.documents.document import Refusal
from platform_gate.model import Location
from platform_gate.repository.blob_cache import BlobCache
from platform_gate.repository.commit_tree import CommitTree, parents
from platform_gate.repository.config import Config
from platform_gate.repository.evidence import Tracked
from platform_gate.repository.git import LINK, SUBMODULE, Index, Repository, TreeEntry
from platform_gate.repository.work_tree import STDIN, ManifestFile, WorkTree


class Checkout(NamedTuple):
    """A work tree, the files that a sparse checkout left out of it, and its submodules."""

    tree: WorkTree
    left_out: CommitTree
    submodules: CommitTree

    @classmethod
    def of(cls, tree: WorkTree, repository: Repository, index: Index, blobs: BlobCache) -> Checkout:
        """The work tree with what the index knows beyond it."""

        def part(entries: Iterator[TreeEntry]) -> CommitTree:
            return CommitTree(repository, "", {entry.path: entry for entry in entries}, blobs)

        plain = (entry for entry in index.left_out.values() if entry.mode not in (LINK, SUBMODULE))
        submodules = (entry for entry in index.files.values() if entry.mode == SUBMODULE)
        tracked = tracked_by(index)
        return cls(tree._replace(tracked=lambda: tracked), part(plain), part(submodules))

    def find(self, operands: Sequence[str], config: Config) -> list[ManifestFile]:
        """The files in scope, sorted by path; those that were left out, and submodules, with a refusal."""
        shown = [STDIN if operand == STDIN else self.tree.shown(operand) for operand in operands]
        absent = [_absent(file) for file in self.left_out.find(shown, config)]
        submodules = self.submodules.find(shown, config)
        refused = absent + submodules
        files = {file.path: file for file in refused}
        for file in self.tree.find(operands, config):
            # A place without manifests isn't reported when what git has there is refused already.
            explained = file.empty and any(
                file.path in (other.path, ".") or _is_below(other, file) for other in refused
            )
            if not explained and not any(_is_below(file, submodule) for submodule in submodules):
                files[file.path] = file
        # The work tree may have the same path, since the folder of a submodule looks like any other.
        files |= {submodule.path: submodule for submodule in submodules}
        return [files[path] for path in sorted(files)]

    def read(self, file: ManifestFile) -> bytes:
        """The bytes of a file of the work tree; raises as ``WorkTree.read``."""
        return self.tree.read(file)

    def exists(self, path: str) -> bool:
        """Whether git tracks a path from the root, and it is there or left out; what lies in a submodule isn't."""
        return self.tree.exists(path)


def tracked_by(index: Index) -> Tracked:
    """What an index tracks: files and the folders above them; links and submodules apart."""
    files, left_out = (
        [path for path, entry in entries.items() if entry.mode not in (LINK, SUBMODULE)]
        for entries in (index.files, index.left_out)
    )
    elsewhere = frozenset(path for path, entry in index.files.items() if entry.mode in (LINK, SUBMODULE))
    return Tracked(_with_folders(files), _with_folders(left_out), elsewhere)


def _with_folders(paths: Iterable[str]) -> frozenset[str]:
    return frozenset(place for path in paths for place in (path, *parents(path)))


def _is_below(file: ManifestFile, folder: ManifestFile) -> bool:
    return file.path.startswith(folder.path + "/")


def _absent(file: ManifestFile) -> ManifestFile:
    fix = "Check it out: `git sparse-checkout add` its folder, or `git sparse-checkout disable`."
    return ManifestFile(file.path, refusal=Refusal("a sparse checkout left it out", fix, Location(file.path)))
