"""The revisions of a pull request, and two sources of rules: the tip of the base ref, and the result of the merge."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from platform_gate.documents.document import MAX_BYTES, DocumentError, Refusal
from platform_gate.judging.request import Request
from platform_gate.model import GateError
from platform_gate.repository import commits, rule_files
from platform_gate.repository.blob_cache import BlobCache
from platform_gate.repository.checkout import Checkout
from platform_gate.repository.commit_tree import CommitTree, same_content
from platform_gate.repository.git import LINK, SUBMODULE, Index, Repository, is_repository
from platform_gate.repository.work_tree import ManifestFile, Selection, WorkTree
from platform_gate.text import displayed, quote


class Revisions(NamedTuple):
    """The three trees of a pull request: the tip of the base ref, the merge base, and the work tree with its index."""

    ref: str
    tip: CommitTree
    base: CommitTree
    head: Checkout
    staged: Index
    blobs: BlobCache

    def preload(self, trees: Iterable[CommitTree], files: Iterable[ManifestFile]) -> None:
        """Take the content of files that the work tree has as well from there: git need not be asked for it."""
        for file in files:
            on_disk = ManifestFile(file.path, str(self.head.tree.root / file.path))
            with contextlib.suppress(GateError):
                content = self.head.read(on_disk)
                for tree in trees:
                    if tree.holds(file.path, content):
                        self.blobs.add(tree.files[file.path].oid, content)

    def inside(self, file: str) -> str | None:
        """A file's path from the root, as git writes it; None outside of the repository."""
        path = os.path.relpath(file, self.head.tree.root)
        return None if path == ".." or path.startswith("../") else displayed(path)

    def owns(self, path: str) -> bool:
        """Whether the index holds a path, or a link or submodule on the way to it.

        Such a file is under the change's control, and so can't be trusted to judge it.
        """
        steps = path.split("/")
        return any("/".join(steps[: count + 1]) in self.staged.files for count in range(len(steps)))


def repository_of(tree: WorkTree) -> Repository:
    """The repository of a work tree.

    Raises:
        GateError: there is none.
    """
    if not is_repository(tree.root):
        raise GateError("there is no git repository here to compare with", "Run it in a clone.")
    return Repository.at(tree.root)


def changes_against(ref: str, tree: WorkTree) -> list[Revisions]:
    """The revisions of the change from a ref's merge bases to the work tree, one for each merge base.

    Raises:
        GateError: there is no repository, the ref is unknown or ambiguous, history is missing, or git fails.
    """
    repository = repository_of(tree)
    tip = commits.resolve(repository, ref)
    bases = commits.merge_bases(repository, tip, commits.head(repository))
    blobs, staged = BlobCache(repository), repository.staged()
    tip_tree, head = CommitTree.of(repository, tip, blobs), Checkout.of(tree, repository, staged, blobs)
    trees = (tip_tree if base == tip else CommitTree.of(repository, base, blobs) for base in bases)
    return [Revisions(ref, tip_tree, base_tree, head, staged, blobs) for base_tree in trees]


def past(ref: str, tree: WorkTree) -> Revisions:
    """The revisions of a work tree and a commit: no merge base, the commit stands for both tip and base.

    Raises:
        GateError: there is no repository, the ref is unknown, or git fails.
    """
    repository = repository_of(tree)
    blobs = BlobCache(repository)
    commit, staged = CommitTree.of(repository, commits.resolve(repository, ref), blobs), repository.staged()
    return Revisions(ref, commit, commit, Checkout.of(tree, repository, staged, blobs), staged, blobs)


class TipRules(NamedTuple):
    """Rules as the tip of the base ref has them, so that a pull request can't change the rules that judge it.

    Files that git doesn't know are the operator's own, and are read from the disk. With ``past`` the tip is a moment in
    history: waivers that it lacks did not exist, whether or not the change owns them now.
    """

    change: Revisions
    past: bool = False

    def read(self, kind: str, reference: str, limit: int = MAX_BYTES) -> tuple[bytes, str]:
        """A file.

        Raises:
            GateError: only the change has it, or it is a link to a file that the change may have altered.
        """
        change, file = self.change, os.path.normpath(self.change.head.tree.cwd / reference)
        path, real = change.inside(file), change.inside(os.path.realpath(file))
        content = change.tip.content(path, limit) if path is not None else None
        if path is not None and content is not None:
            return content, path
        if path is not None and change.owns(path):
            fix = f"Merge it first, or name one that {quote(change.ref)} has."
            raise GateError(f"the {kind} {quote(path)} exists only in the change that it would judge", fix)
        if real is not None and change.owns(real):
            message = f"the {kind} {quote(reference)} is a link to {quote(real)}, which the change may have altered"
            raise GateError(message, "Name the file itself.")
        return rule_files.read_named(change.head.tree, kind, reference, limit)

    def expand(self, patterns: Sequence[str]) -> list[str]:
        """The configured files that the tip has; those that only the change has don't count yet."""
        selection = Selection(tuple(filter(rule_files.is_glob, patterns)), ())
        matching = {path for path in self.change.tip.files if selection.manifests and selection.takes(path)}
        plain = {pattern for pattern in patterns if not rule_files.is_glob(pattern)}
        chosen = [self.configured(path) for path in sorted(matching | plain)]
        return [file for file in chosen if not self._is_new(file)]

    def configured(self, path: str) -> str:
        """The path from the root, whatever the working directory."""
        return str(self.change.head.tree.root / path)

    def known(self, request: Request) -> Request:
        """The request without waivers files that only the change has: they can't excuse it."""
        files = tuple(file for file in request.waivers if not self._is_new(file))
        return request._replace(waivers=files, no_waivers=request.no_waivers or bool(request.waivers and not files))

    def _is_new(self, reference: str) -> bool:
        path = self.change.inside(os.path.normpath(self.change.head.tree.cwd / reference))
        return path is not None and path not in self.change.tip.files and (self.past or self.change.owns(path))

    @contextlib.contextmanager
    def blamed(self) -> Iterator[None]:
        """Errors in files of the tip name the ref, as git writes it: ``main:policy.yaml``."""
        try:
            yield
        except DocumentError as error:
            raise DocumentError(*map(self._at_tip, error.refusals)) from None

    def _at_tip(self, refusal: Refusal) -> Refusal:
        path = refusal.location.path
        ref = f"{self.change.ref}:" if path in self.change.tip.files else ""
        return refusal._replace(location=refusal.location._replace(path=ref + path))


class MergedRules(NamedTuple):
    """Rules as the merge would leave them: the work tree's files where the change touches them, else the tip's.

    With ``adopting`` they judge the change itself, and a file that the tip has is read there all the same.
    """

    change: Revisions
    adopting: bool = False

    def read(self, kind: str, reference: str, limit: int = MAX_BYTES) -> tuple[bytes, str]:
        """A file.

        Raises:
            GateError: it can't be read, or the change removes it.
        """
        change, file = self.change, os.path.normpath(self.change.head.tree.cwd / reference)
        if self.adopting and (ours := self._at_tip(file)):
            return ours
        path = change.inside(file)
        if path is None or not (path in change.tip.files or path in change.base.files or change.owns(path)):
            return rule_files.read_named(change.head.tree, kind, reference, limit)
        content = self.content(path, limit)
        if content is None:
            raise GateError(f"the {kind} {quote(path)} is gone with this change", "Keep it, or stop naming it.")
        return content, path

    def _at_tip(self, file: str, limit: int = MAX_BYTES) -> tuple[bytes, str] | None:
        """A file as the tip has it, by its own path or by that to which a link of the change leads."""
        for path in map(self.change.inside, (file, os.path.realpath(file))):
            content = self.change.tip.content(path, limit) if path is not None else None
            if path is not None and content is not None:
                return content, path
        return None

    def content(self, path: str, limit: int = MAX_BYTES) -> bytes | None:
        """At most ``limit + 1`` bytes of a file by its path from the root; None if the merge has no such file."""
        change = self.change
        left_out = change.head.left_out
        read = rule_files.read_optional(change.head.tree, limit)
        own = left_out.content(path, limit) if path in left_out.files else read(path)
        entry = change.base.files.get(path)
        base = change.base.content(path, limit) if entry and entry.mode not in (LINK, SUBMODULE) else None
        # As in a three-way merge: a side that is the same as the base has not changed the file.
        return change.tip.content(path, limit) if same_content(own, base) else own

    def expand(self, patterns: Sequence[str]) -> list[str]:
        """The configured files."""
        globs = [pattern for pattern in patterns if rule_files.is_glob(pattern)]
        selection = Selection(tuple(globs), ())
        matching = {path for path in self.change.tip.files if globs and selection.takes(path)}
        matching.update(rule_files.expand(self.change.head.tree, globs) if globs else ())
        plain = {pattern for pattern in patterns if not rule_files.is_glob(pattern)}
        there = {path for path in matching if self.content(path) is not None}
        return [self.configured(path) for path in sorted(there | plain)]

    def configured(self, path: str) -> str:
        """The path from the root, whatever the working directory."""
        return str(self.change.head.tree.root / path)
