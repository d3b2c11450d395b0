"""The head of a change: the work tree, and what git says that the work tree lacks or doesn't own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from platform_gate.documents.document import Refusal
from platform_gate.model import Location
from platform_gate.repository.commit_tree import CommitTree
from platform_gate.repository.config import Config
from platform_gate.repository.git import LINK, SUBMODULE, Entry, Index, Repository
from platform_gate.repository.work_tree import STDIN, Found, WorkTree


class Checkout(NamedTuple):
    """A work tree. ``left_out`` is what a sparse checkout keeps out of it, ``submodules`` are other repositories."""

    tree: WorkTree
    left_out: CommitTree
    submodules: CommitTree

    @classmethod
    def of(cls, tree: WorkTree, repository: Repository, index: Index) -> Checkout:
        """The work tree as the index knows it."""

        def part(entries: Iterator[Entry]) -> CommitTree:
            return CommitTree(repository, "", {entry.path: entry for entry in entries}, {})

        plain = (entry for entry in index.left_out.values() if entry.mode not in (LINK, SUBMODULE))
        others = (entry for entry in index.files.values() if entry.mode == SUBMODULE)
        return cls(tree, part(plain), part(others))

    def find(self, operands: Sequence[str], config: Config) -> list[Found]:
        """What the work tree finds. What git knows to be there and the gate can't judge is found too, and refused."""
        shown = [STDIN if each == STDIN else self.tree.shown(each) for each in operands]
        absent = [_absent(each) for each in self.left_out.find(shown, config)]
        refused = absent + self.submodules.find(shown, config)
        found = {each.path: each for each in refused}
        for each in self.tree.find(operands, config):
            lost = each.empty and any(each.path in (other.path, ".") or _is_below(other, each) for other in refused)
            if not lost and not any(_is_below(each, module) for module in refused[len(absent) :]):
                found[each.path] = each
        found |= {each.path: each for each in refused[len(absent) :]}
        return [found[path] for path in sorted(found)]

    def read(self, found: Found) -> bytes:
        """The bytes of a file of the work tree."""
        return self.tree.read(found)

    def exists(self, path: str) -> bool:
        """Whether a path is there, checked out or not; what a submodule holds is not."""
        if any((path + "/").startswith(module + "/") for module in self.submodules.files):
            return False
        return self.tree.exists(path) or self.left_out.exists(path)


def _is_below(found: Found, folder: Found) -> bool:
    return found.path.startswith(folder.path + "/")


def _absent(found: Found) -> Found:
    fix = "Check it out: `git sparse-checkout add` its folder, or `git sparse-checkout disable`."
    return Found(found.path, refusal=Refusal("a sparse checkout left it out", fix, Location(found.path)))
