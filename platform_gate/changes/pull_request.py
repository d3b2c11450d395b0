"""Judging a pull request: facts from the merge base and the work tree, rules from the tip of the base ref."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from platform_gate.changes import comparison, relaxations
from platform_gate.changes.comparison import Comparison, Preview, Sides, Transition
from platform_gate.changes.relaxations import Lowered
from platform_gate.changes.revisions import MergedRules, Revisions, TipRules, change_against
from platform_gate.changes.snapshot_changes import changed_snapshots, former_names
from platform_gate.judging import ruleset, runner
from platform_gate.judging.request import Request, is_about_everything, is_wanted, narrowed
from platform_gate.judging.ruleset import Rules
from platform_gate.judging.runner import FileResult, Job, Run
from platform_gate.measurements.measured import Measurements
from platform_gate.model import GateError, Subject
from platform_gate.policy.loading import Policy, Source
from platform_gate.repository import config
from platform_gate.repository.commit_tree import same_text
from platform_gate.repository.config import Config
from platform_gate.repository.work_tree import STDIN, ManifestFile, WorkTree


class Case(NamedTuple):
    """A pull request, ready to be judged.

    Attributes:
        ruling: the rules that judge: the tip's, unless the change adopts the gate.
        own: the rules as the merge would leave them.
        adoption: the base has neither configuration nor manifests, so ``own`` judges.
        selected: the head's manifests as each configuration selects them, ``ruling`` first and ``own`` second.
        operands: paths of the command line, from the root.
        measured: the tip's snapshots, which are laid over both sides.
    """

    request: Request
    change: Revisions
    ruling: Rules
    own: Rules
    adoption: bool
    selected: tuple[list[ManifestFile], list[ManifestFile]]
    operands: list[str]
    measured: Measurements | None

    @property
    def files(self) -> list[ManifestFile]:
        """The head's files to judge: what either configuration selects, so that a change can't hide a manifest.

        An operand without manifests is reported only if both configurations find none in it.
        """
        files = [file for file in _union(self.selected) if not file.empty]
        nowhere = [file for file in self.selected[0] if file.empty and file in self.selected[1]]
        return _union([files, nowhere if self.request.paths or not files else []])

    def of_base(self, operands: Sequence[str]) -> list[ManifestFile]:
        """The base's manifests that either configuration selects."""
        return _union(self.change.base.find(operands, rules.settings) for rules in (self.ruling, self.own))

    def job(self, by: Rules, **more: Any) -> Job:
        """The job of judging the head by some rules; ``more`` are further fields of it."""
        whole = is_about_everything(self.request)
        return Job(
            self.change.head,
            by.policy,
            self.request.as_of,
            by.waivers,
            measurements=self.measured,
            whole=whole,
            **more,
        )


def judge_change(request: Request, tree: WorkTree) -> tuple[Run, Comparison, Policy, Config]:
    """Judge the head by the base's rules, and compare it with the base.

    Raises:
        GateError: git can't answer, or the rules of either side can't be read.
    """
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
        finds = (change.tip.find(where, by) for where in ([], operands) for by in (settings, own.settings))
        adoption = not settings.path and not any(finds)
        ruling = own if adoption else ruleset.load(tip.known(request), settings, tip)
        measured = ruleset.measurements(request, ruling.settings, tip, ruling.policy)
    if adoption:
        ruling = own._replace(policy=own.policy._replace(source=Source.ADOPTION))
    first = change.head.find(request.paths, ruling.settings)
    same = (ruling.settings.manifests, ruling.settings.exclude) == (own.settings.manifests, own.settings.exclude)
    second = first if same else change.head.find(request.paths, own.settings)
    return Case(request, change, ruling, own, adoption, (first, second), operands, measured)


def _union(several: Iterable[Sequence[ManifestFile]]) -> list[ManifestFile]:
    chosen = {file.path: file for files in several for file in files}
    return [chosen[path] for path in sorted(chosen)]


def _sides(case: Case) -> tuple[Sides, Mapping[str, Subject]]:
    """Both runs, and the metadata at the base by which overrides and filters match its services.

    A service may have moved from a place that the operands don't name, so the whole base is searched for it.
    """
    change, ruling = case.change, case.ruling
    files, of_base = case.files, case.of_base(case.operands)
    changed = _changed_paths(change, files)
    everything = _union([case.of_base([]), of_base]) if changed else of_base
    change.base.fetch(everything)
    changed -= {file.path for file in files if file.path in changed and _same_lines(change, file)}
    known: dict[tuple[str, bytes], FileResult] = {}
    base_job = case.job(ruling, known=known)._replace(tree=change.base)
    base = runner.run(base_job, everything)
    base_subjects = {judged.name: judged.judgement.subject for judged in base.services}
    job = case.job(ruling, base_subjects=base_subjects, known=known)
    head = runner.run(job, files)
    if case.measured and (formerly := former_names(base, head)):
        head = runner.run(job._replace(formerly=formerly, known=None), files)
    return Sides(_within(base, of_base, head), head, frozenset(changed)), base_subjects


def _within(base: Run, wanted: Sequence[ManifestFile], head: Run) -> Run:
    """The base run narrowed to the wanted files, and to the services that the head has, wherever they were."""
    paths = {file.path for file in wanted}
    names = {judged.name for judged in head.services}
    services = (s for s in base.services if s.location.path in paths or s.name in names)
    unjudged = (finding for finding in base.unjudged if finding.location.path in paths)
    return base._replace(services=tuple(services), findings=(*unjudged, *base.notices))


def _changed_paths(change: Revisions, files: Sequence[ManifestFile]) -> set[str]:
    """Paths at which the index, or a manifest in the work tree, differs from the base.

    A manifest with the base's bytes goes into the cache of blobs, and need not be read from git. Other files count as
    they are staged: asking git which of them are modified would run the filters that the repository configures.
    """
    base, index = change.base, change.staged.files
    changed = {path for path in base.files.keys() | index.keys() if base.files.get(path) != index.get(path)}
    for file in files:
        if file.refusal is None:
            content = _content(change, file)
            if content is not None and base.holds(file.path, content):
                changed.discard(file.path)
                change.blobs.add(base.files[file.path].oid, content)
            else:
                changed.add(file.path)
    return changed


def _content(change: Revisions, file: ManifestFile) -> bytes | None:
    with contextlib.suppress(GateError):
        return change.head.read(file)
    return None


def _same_lines(change: Revisions, file: ManifestFile) -> bool:
    """Whether a manifest has its content at the base, line ends apart: git may have converted them on checkout."""
    entry = change.base.files.get(file.path)
    if entry is None or file.refusal or entry.oid not in change.blobs:
        return False
    content = _content(change, file)
    return content is not None and same_text(content, change.blobs.read(entry.oid))


def _comparison(case: Case, sides: Sides, run: Run, base_subjects: Mapping[str, Subject]) -> Comparison:
    request, change = case.request, case.change
    reported = {judged.name for judged in run.services}
    transitions = {
        name: transition
        for name, transition in comparison.transitions(sides).items()
        if name in reported or (transition.after is None and _was_wanted(request, transition))
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
    """Relaxations of the rules by the merge; none if the change adopts the gate, since there were no rules."""
    ruling, own = case.ruling, case.own
    if case.adoption:
        return []
    after = {file.path for file in case.selected[1]}
    gone = [file.path for file in case.selected[0] if not file.empty and file.path not in after]
    ours = _between(ruling, own)
    if case.change.base is not case.change.tip and (before := _at_base(case)):
        own_doing = {(entry.kind, entry.service, entry.pointer) for entry in _between(before, own)}
        ours = [entry for entry in ours if (entry.kind, entry.service, entry.pointer) in own_doing]
    configured = relaxations.by_configuration(ruling.settings, own.settings, gone)
    patterns = {*ruling.settings.measurements, *own.settings.measurements}
    return [*ours, *configured, *changed_snapshots(case.change, patterns, case.request.measurements)]


def _between(before: Rules, after: Rules) -> list[Lowered]:
    waivers = relaxations.by_waivers(before.waivers, after.waivers, after.policy.known_rules())
    return [*relaxations.by_policy(before.policy, after.policy), *waivers]


def _at_base(case: Case) -> Rules | None:
    """The rules at the merge base; None if they can't be read. What the tip changed since is not the change's doing."""
    base = TipRules(case.change._replace(tip=case.change.base))
    with contextlib.suppress(GateError):
        return ruleset.load(base.known(case.request), config.load(case.change.base.content), base)
    return None


def _previews(case: Case, run: Run, base_subjects: Mapping[str, Subject]) -> Iterable[Preview]:
    """Services whose health the head's own rules would change.

    If both sets of rules are the same, only services with other metadata than at the base can differ.
    """
    ruling, own = case.ruling, case.own
    same = ruling.policy.layered.data == own.policy.layered.data and ruling.waivers == own.waivers
    subjects = [judged.judgement.subject for judged in run.services]
    moved = {who.path for who in subjects if base_subjects.get(who.name, who) != who}
    files = [file for file in case.selected[1] if not same or file.path in moved]
    return comparison.previews(run, runner.run(case.job(own), files))
