"""Judging a pull request: facts from the merge base and the work tree, rules from the tip of the base ref."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from platform_gate.changes import comparison, relaxations
from platform_gate.changes.comparison import Comparison, Preview, Sides, Transition
from platform_gate.changes.relaxations import Lowered
from platform_gate.changes.revisions import MergedRules, Revisions, TipRules, change_against
from platform_gate.judging import ruleset, runner
from platform_gate.judging.request import Request, is_wanted, narrowed
from platform_gate.judging.ruleset import Rules
from platform_gate.judging.runner import FileResult, Job, Run
from platform_gate.model import GateError, Subject
from platform_gate.policy.loading import Policy, Source
from platform_gate.repository import config
from platform_gate.repository.commit_tree import same_text
from platform_gate.repository.config import Config
from platform_gate.repository.work_tree import STDIN, ManifestFile, WorkTree


class Case(NamedTuple):
    """A change and the rules for it: ``ruling`` judges, ``own`` is what merging would bring.

    ``selected`` is what either configuration selects of the head; ``operands`` are paths from the root.
    """

    request: Request
    change: Revisions
    ruling: Rules
    own: Rules
    adoption: bool
    selected: tuple[list[ManifestFile], list[ManifestFile]]
    operands: list[str]

    @property
    def files(self) -> list[ManifestFile]:
        """What is judged of the head. A place without manifests is one only where both configurations find none."""
        files = [found for found in _union(self.selected) if not found.empty]
        nowhere = [found for found in self.selected[0] if found.empty and found in self.selected[1]]
        return _union([files, nowhere if self.request.paths or not files else []])

    def of_base(self, operands: Sequence[str]) -> list[ManifestFile]:
        """What either configuration selects of the base."""
        return _union(self.change.base.find(operands, each.settings) for each in (self.ruling, self.own))

    def job(self, by: Rules, **more: Mapping[str, Subject] | dict[tuple[str, bytes], FileResult]) -> Job:
        """The head under some rules."""
        return Job(self.change.head, by.policy, self.request.as_of, by.waivers, **more)  # type: ignore[arg-type]


def judge_change(request: Request, tree: WorkTree) -> tuple[Run, Comparison, Policy, Config]:
    """The head judged by the base's rules, and compared with the base."""
    case = _case(request, change_against(request.base or "", tree))
    sides, base_subjects = _sides(case)
    run = narrowed(sides.head, request, base_subjects)
    comparison = _comparison(case, sides, run, base_subjects)
    return run, comparison, case.ruling.policy, case.ruling.settings


def _case(request: Request, change: Revisions) -> Case:
    merged = MergedRules(change)
    own = ruleset.load(request, config.load(merged.content), merged)
    operands = [STDIN if path == STDIN else change.head.tree.shown(path) for path in request.paths]
    tip = TipRules(change)
    with tip.blamed():
        settings = config.load(change.tip.content)
        places = (change.tip.find(where, each) for where in ([], operands) for each in (settings, own.settings))
        adoption = not settings.path and not any(places)
        ruling = own if adoption else ruleset.load(tip.known(request), settings, tip)
    if adoption:
        ruling = own._replace(policy=own.policy._replace(source=Source.ADOPTION))
    first = change.head.find(request.paths, ruling.settings)
    same = (ruling.settings.manifests, ruling.settings.exclude) == (own.settings.manifests, own.settings.exclude)
    second = first if same else change.head.find(request.paths, own.settings)
    return Case(request, change, ruling, own, adoption, (first, second), operands)


def _union(several: Iterable[Sequence[ManifestFile]]) -> list[ManifestFile]:
    chosen = {found.path: found for files in several for found in files}
    return [chosen[path] for path in sorted(chosen)]


def _sides(case: Case) -> tuple[Sides, Mapping[str, Subject]]:
    """Both runs, and by what metadata the services that the base knows are matched.

    A service may have come from a place that the operands don't name; the base is searched for it.
    """
    change, ruling = case.change, case.ruling
    files, found = case.files, case.of_base(case.operands)
    changed = _changed_paths(change, files)
    everything = _union([case.of_base([]), found]) if changed else found
    change.base.fetch(everything)
    changed -= {each.path for each in files if each.path in changed and _same_lines(change, each)}
    known: dict[tuple[str, bytes], FileResult] = {}
    base = runner.run(Job(change.base, ruling.policy, case.request.as_of, ruling.waivers, known=known), everything)
    base_subjects = {each.name: each.judgement.subject for each in base.services}
    head = runner.run(case.job(ruling, base_subjects=base_subjects, known=known), files)
    return Sides(_within(base, found, head), head, frozenset(changed)), base_subjects


def _within(base: Run, found: Sequence[ManifestFile], head: Run) -> Run:
    """Of the base what was asked for, and wherever they were the services that the head has."""
    paths = {each.path for each in found}
    names = {each.name for each in head.services}
    services = (s for s in base.services if s.location.path in paths or s.name in names)
    unjudged = (each for each in base.unjudged if each.location.path in paths)
    return base._replace(services=tuple(services), findings=(*unjudged, *base.notices))


def _changed_paths(change: Revisions, files: Sequence[ManifestFile]) -> set[str]:
    """Paths at which index or manifests differ from the base; what is the same need not be read from git.

    What isn't judged counts as it is staged: to ask git what else is modified would run the filters that it knows.
    """
    base, index = change.base, change.staged.files
    changed = {path for path in base.files.keys() | index.keys() if base.files.get(path) != index.get(path)}
    for each in files:
        if each.refusal is None:
            content = _content(change, each)
            if content is not None and base.holds(each.path, content):
                changed.discard(each.path)
                change.blobs.add(base.files[each.path].oid, content)
            else:
                changed.add(each.path)
    return changed


def _content(change: Revisions, found: ManifestFile) -> bytes | None:
    with contextlib.suppress(GateError):
        return change.head.read(found)
    return None


def _same_lines(change: Revisions, found: ManifestFile) -> bool:
    """Whether only the line ends of a manifest changed, or nothing that its bytes at the base would show."""
    entry = change.base.files.get(found.path)
    if entry is None or found.refusal or entry.oid not in change.blobs:
        return False
    content = _content(change, found)
    return content is not None and same_text(content, change.blobs.read(entry.oid))


def _comparison(case: Case, sides: Sides, run: Run, base_subjects: Mapping[str, Subject]) -> Comparison:
    request, change = case.request, case.change
    reported = {each.name for each in run.services}
    transitions = {
        name: each
        for name, each in comparison.transitions(sides).items()
        if name in reported or (each.after is None and _was_wanted(request, each))
    }
    return Comparison(
        ref=change.ref,
        base=change.base.commit,
        transitions=transitions,
        fixed=tuple(comparison.fixed(transitions.values())),
        lowered=(*comparison.lowered(transitions.values()), *_lowered_rules(case)),
        standing=comparison.standing(sides),
        previews=tuple(_previews(case, run, base_subjects)),
        adoption=case.adoption,
    )


def _was_wanted(request: Request, gone: Transition) -> bool:
    return gone.before is not None and is_wanted(request, gone.before)


def _lowered_rules(case: Case) -> list[Lowered]:
    """What merging would do to the rules; where the gate is adopted there are none yet."""
    ruling, own = case.ruling, case.own
    if case.adoption:
        return []
    after = {each.path for each in case.selected[1]}
    gone = [each.path for each in case.selected[0] if not each.empty and each.path not in after]
    ours = _between(ruling, own)
    if case.change.base is not case.change.tip and (before := _at_base(case)):
        done = {(each.kind, each.service, each.pointer) for each in _between(before, own)}
        ours = [each for each in ours if (each.kind, each.service, each.pointer) in done]
    return [*ours, *relaxations.by_configuration(ruling.settings, own.settings, gone)]


def _between(before: Rules, after: Rules) -> list[Lowered]:
    waivers = relaxations.by_waivers(before.waivers, after.waivers, after.policy.known_rules())
    return [*relaxations.by_policy(before.policy, after.policy), *waivers]


def _at_base(case: Case) -> Rules | None:
    """The rules from which the change started, where they can be told: what moved since on the tip is not its doing."""
    base = TipRules(case.change._replace(tip=case.change.base))
    with contextlib.suppress(GateError):
        return ruleset.load(base.known(case.request), config.load(case.change.base.content), base)
    return None


def _previews(case: Case, run: Run, base_subjects: Mapping[str, Subject]) -> Iterable[Preview]:
    """Services that head's own rules would see otherwise: where those are the same, only other metadata can tell."""
    ruling, own = case.ruling, case.own
    same = ruling.policy.layered.data == own.policy.layered.data and ruling.waivers == own.waivers
    subjects = [each.judgement.subject for each in run.services]
    moved = {who.path for who in subjects if base_subjects.get(who.name, who) != who}
    files = [each for each in case.selected[1] if not same or each.path in moved]
    return comparison.previews(run, runner.run(case.job(own), files))
