"""Judging a pull request: facts from the merge base and the work tree, rules from the tip of the base ref."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from platform_gate import compare, config, gate, trees
from platform_gate.cli import rules
from platform_gate.cli.request import Request, narrowed
from platform_gate.cli.rules import Rules
from platform_gate.commits import CommitTree
from platform_gate.compare import Comparison, Sides
from platform_gate.config import Config
from platform_gate.documents import Refusal
from platform_gate.gate import FileResult, Job, Run
from platform_gate.git import Repository, blob_id
from platform_gate.model import GateError, Location
from platform_gate.policy import Policy, Source
from platform_gate.text import quote
from platform_gate.trees import Found, Selection, WorkTree


@dataclass(frozen=True, slots=True)
class Change:
    """The three trees of a pull request: the tip of the base ref, the merge base, and the work tree."""

    ref: str
    tip: CommitTree
    base: CommitTree
    head: WorkTree

    @property
    def repository(self) -> Repository:
        """The repository that all three are of."""
        return self.tip.repository

    def read(self, kind: str, reference: str) -> tuple[bytes, str]:
        """A file as the tip has it; one that git doesn't know is the operator's and read where it lies.

        Raises:
            GateError: only the change has it.
        """
        path = self.head.shown(reference)
        content = self.tip.content(path)
        if content is not None:
            return content, path
        if not path.startswith(("/", "../")) and self.repository.is_tracked(path):
            fix = f"Merge it first, or name one that {quote(self.ref)} has."
            raise GateError(f"the {kind} {quote(path)} exists only in the change that it would judge", fix)
        return trees.read_named(self.head, kind, reference)

    def expand(self, patterns: Sequence[str]) -> list[str]:
        """The configured files at the tip."""
        selection = Selection(tuple(filter(trees.is_glob, patterns)), ())
        found = {path for path in self.tip.files if selection.manifests and selection.takes(path)}
        plain = {pattern for pattern in patterns if not trees.is_glob(pattern)}
        return [self.configured(path) for path in sorted(found | plain)]

    def configured(self, path: str) -> str:
        """The path from the root, whatever the working directory."""
        return str(self.head.root / path)


def change_against(ref: str, head: WorkTree) -> Change:
    """The change from a ref to the work tree.

    Raises:
        GateError: git can't tell.
    """
    if not (head.root / ".git").exists():
        raise GateError("--base needs a git repository, and this is none", "Run it in a clone.")
    repository = Repository(head.root, os.environ.get("PATH", os.defpath))
    tip = repository.resolve(ref)
    base = repository.merge_base(tip, repository.resolve("HEAD"))
    tip_tree = CommitTree.of(repository, tip)
    return Change(ref, tip_tree, tip_tree if base == tip else CommitTree.of(repository, base), head)


def judge_change(request: Request) -> tuple[Run, Comparison, Policy, Config]:
    """The head judged by the base's rules, and compared with the base."""
    head, settings, source = rules.here()
    change = change_against(request.base or "", head)
    own = rules.load(_without_policy_flags(request), settings, source)
    ruling, adoption = _ruling(request, change, own)
    files = _head_files(request, change, (ruling.settings, settings))
    operands = [head.shown(path) for path in request.paths]
    found = _union(change.base.find(operands, each) for each in (ruling.settings, settings))
    changed = _changed_paths(change, found, files)
    known: dict[tuple[str, bytes], FileResult] = {}
    before = gate.run(Job(change.base, ruling.policy, request.as_of, ruling.waivers, known=known), found)
    rulings = {each.judgement.subject.name: each.judgement.subject for each in before.services}
    after = gate.run(Job(head, ruling.policy, request.as_of, ruling.waivers, rulings, known), files)
    comparison = _comparison(request, change, (ruling, own), Sides(before, after, changed), adoption=adoption)
    return narrowed(after, request, rulings), comparison, ruling.policy, ruling.settings


def _without_policy_flags(request: Request) -> Request:
    """The request as head's own rules would see it after merging."""
    return replace(request, base=None)


def _ruling(request: Request, change: Change, own: Rules) -> tuple[Rules, bool]:
    """The rules that judge: the tip's; the head's own where the tip has neither configuration nor manifests."""
    settings = config.load(change.tip.content)
    adoption = not settings.path and not change.tip.find([], own.settings) and not change.tip.find([], settings)
    if adoption:
        return replace(own, policy=replace(own.policy, source=Source.ADOPTION)), True
    return rules.load(request, settings, change), False


def _head_files(request: Request, change: Change, settings: Sequence[Config]) -> list[Found]:
    """What either configuration selects; a place without manifests is one only where both find none."""
    several = [change.head.find(request.paths, each) for each in settings]
    files = [found for found in _union(several) if not found.empty]
    nowhere = [found for found in several[0] if found.empty and found in several[1]]
    left_out = change.repository.left_out()
    sparse = [_sparse(found.path) for found in change.base.find([], settings[0]) if found.path in left_out]
    return _union([files, sparse, nowhere if request.paths or not (files or sparse) else []])


def _sparse(path: str) -> Found:
    fix = "Check it out: `git sparse-checkout disable`, or add its folder."
    return Found(path, refusal=Refusal("a sparse checkout left it out", fix, Location(path)))


def _union(several: Iterable[Sequence[Found]]) -> list[Found]:
    chosen = {found.path: found for files in several for found in files}
    return [chosen[path] for path in sorted(chosen)]


def _changed_paths(change: Change, found: Sequence[Found], files: Sequence[Found]) -> frozenset[str]:
    """Paths at which index or manifests differ from the base; what is the same need not be read from git."""
    changed = change.repository.staged_changes(change.base.commit)
    for each in files:
        entry = change.base.files.get(each.path)
        with contextlib.suppress(GateError):
            content = change.head.read(each) if each.refusal is None else b""
            if entry is None or blob_id(content, entry.oid) != entry.oid:
                changed.add(each.path)
            else:
                change.base.loaded[entry.oid] = content
    change.base.fetch(found)
    return frozenset(changed)


def _comparison(
    request: Request, change: Change, both: tuple[Rules, Rules], sides: Sides, *, adoption: bool
) -> Comparison:
    ruling, own = both
    transitions = compare.transitions(sides)
    selected = [change.head.find(request.paths, each.settings) for each in both]
    merged = gate.run(Job(change.head, own.policy, request.as_of, own.waivers), selected[1])
    lowered = list(compare.lowered_by_services(transitions.values()))
    if not adoption:
        lowered += compare.lowered_by_policy(ruling.policy, own.policy)
        lowered += compare.lowered_by_waivers(ruling.waivers, own.waivers)
        before, after = ([each.path for each in files if not each.empty] for files in selected)
        lowered += compare.lowered_by_configuration(before, after, own.settings.path or ruling.settings.path)
    return Comparison(
        ref=change.ref,
        base=change.base.commit,
        transitions=transitions,
        fixed=tuple(compare.fixed(transitions.values())),
        lowered=tuple(lowered),
        standing=compare.standing(sides),
        previews=tuple(compare.previews(sides.head, merged)),
        adoption=adoption,
    )
