"""Judging a pull request: facts from the merge base and the work tree, rules from the tip of the base ref."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from platform_gate.changes import comparison, fleets, previews, relaxations
from platform_gate.changes.comparison import Comparison, Sides, Transition
from platform_gate.changes.fleets import Files, Fleet
from platform_gate.changes.previews import Preview
from platform_gate.changes.relaxations import Lowered
from platform_gate.changes.revisions import MergedRules, Revisions, TipRules, changes_against
from platform_gate.changes.snapshot_changes import changed_snapshots, former_names
from platform_gate.judging import ruleset, runner
from platform_gate.judging.manifest import NO_PRECEDENTS, Precedents, same_precedent
from platform_gate.judging.request import Request, is_wanted, metadata_of, narrowed
from platform_gate.judging.ruleset import Rules
from platform_gate.judging.runner import Job, Run
from platform_gate.judging.verdict import Verdict
from platform_gate.measurements.measured import Measurements
from platform_gate.model import GateError
from platform_gate.policy.loading import Policy, Source
from platform_gate.repository import config, unselected
from platform_gate.repository.config import Config
from platform_gate.repository.git import LINK, SUBMODULE
from platform_gate.repository.work_tree import STDIN, ManifestFile, Tree, WorkTree
from platform_gate.subsystems.catalogue import DUPLICATE_SERVICE


class Case(NamedTuple):
    """A pull request, ready to be judged.

    Attributes:
        ruling: the rules that judge: the tip's, unless the change adopts the gate.
        own: the rules as the merge would leave them.
        settings: the configuration of the base ref.
        adoption: the base ref has neither configuration nor manifests, so ``own`` judges.
        selected: the head's manifests as each configuration selects them, ``ruling`` first and ``own`` second.
        operands: paths of the command line, from the root.
        measured: the tip's snapshots, which are laid over both sides.
    """

    request: Request
    change: Revisions
    ruling: Rules
    own: Rules
    settings: Config
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

    def job(self, tree: Tree, rules: Rules) -> Job:
        """The job of judging a tree by some rules, and by the tip's snapshots."""
        return Job(
            tree,
            rules.policy,
            self.request.as_of,
            rules.waivers,
            complete=self.request.complete,
            measurements=self.measured,
        )


def judge_change(request: Request, tree: WorkTree) -> tuple[Run, Comparison, Rules]:
    """Judge the head by the base's rules, and compare it with the base. Of several merge bases the worst answer holds.

    Raises:
        GateError: git can't answer, or the rules of either side can't be read.
    """
    changes = changes_against(request.base or "", tree)
    answers = [_answer(request, change) for change in changes]
    run, comparison, rules = max(answers, key=lambda answer: _badness(request, *answer))
    return run, comparison._replace(merge_bases=len(changes)), rules


def _answer(request: Request, change: Revisions) -> tuple[Run, Comparison, Rules]:
    case = _case(request, change)
    sides, precedents = _sides(case)
    sides = _with_unselected(case, sides)
    run = narrowed(sides.head, request, precedents)
    return run, _comparison(case, sides, run, precedents), case.ruling


def _badness(request: Request, run: Run, comparison: Comparison, rules: Rules) -> int:
    return list(Verdict).index(comparison.verdict(run, rules.policy.base().gate, rules.scope(request)))


def _with_unselected(case: Case, sides: Sides) -> Sides:
    """Both runs with the notice on YAML that the base's configuration selects no glob for: what was so is standing."""
    settings, policy, base = case.ruling.settings, case.ruling.policy, case.change.base
    find = unselected.in_work_tree(case.change.head.tree)
    now = unselected.yaml_beside(find, settings, case.operands, case.files)
    then = unselected.yaml_beside(base.find, settings, case.operands, base.find([], settings))
    return sides._replace(
        base=runner.with_unselected(sides.base, then, policy), head=runner.with_unselected(sides.head, now, policy)
    )


def _case(request: Request, change: Revisions) -> Case:
    merged = MergedRules(change)
    own = ruleset.load(request, config.load(merged.content), merged)
    operands = [STDIN if path == STDIN else change.head.tree.shown(path) for path in request.paths]
    tip = TipRules(change)
    with tip.blamed():
        settings = config.load(change.tip.content)
        adoption = not settings.path and _is_bare(change)
        ruling = _adopted(request, own, change) if adoption else ruleset.load(tip.known(request), settings, tip)
        ruleset.refuse_unknown_changes(request, ruling.policy)
        measured = ruleset.measurements(request, ruling.settings, tip, ruling.policy)
    first = change.head.find(request.paths, ruling.settings)
    same = (ruling.settings.manifests, ruling.settings.exclude) == (own.settings.manifests, own.settings.exclude)
    second = first if same else change.head.find(request.paths, own.settings)
    return Case(request, change, ruling, own, settings, adoption, (first, second), operands, measured)


def _is_bare(change: Revisions) -> bool:
    """Whether the tip, which has no configuration, holds no service anywhere, whatever the operands name."""
    usual = change.tip.find([], Config())
    change.preload([change.tip, change.base], usual)
    return not fleets.has_services(change.tip, usual) and not fleets.anywhere(change.tip)


def _adopted(request: Request, own: Rules, change: Revisions) -> Rules:
    """The rules of a change that adopts the gate: its own, but for files that the base ref has."""
    rules = ruleset.load(request, own.settings, MergedRules(change, adopting=True))
    return rules._replace(policy=_without_exemptions(rules.policy)._replace(source=Source.ADOPTION))


def _without_exemptions(policy: Policy) -> Policy:
    """The policy for no kind of change: what a change brings along can't exempt it."""
    return policy.chosen(policy.choice._replace(changes=()))


def _union(several: Iterable[Sequence[ManifestFile]]) -> list[ManifestFile]:
    chosen = {file.path: file for files in several for file in files}
    return [chosen[path] for path in sorted(chosen)]


def _sides(case: Case) -> tuple[Sides, Precedents]:
    """Both runs, and the services as the base has them: at the tip, else at the merge base.

    A service may have moved from a place that the operands don't name, so the whole base is searched for it.
    """
    change, files = case.change, case.files
    changed = _changed_paths(change, files)
    job = case.job(change.base, case.ruling)._replace(known={})
    fleets_nearest_first, of_base = _fleets(case, job)
    precedents = {name: fleet.by_name[name] for fleet in reversed(fleets_nearest_first) for name in fleet.by_name}
    head_job = job._replace(tree=change.head, precedents=precedents)
    head = runner.run(head_job, files)
    if renamed := fleets.replaced(head, fleets_nearest_first):
        precedents |= renamed
        formerly = former_names(head, renamed, fleets_nearest_first) if case.measured else {}
        head = runner.run(head_job._replace(precedents=precedents, formerly=formerly), files)
    base = fleets.judge(job._replace(precedents=precedents), of_base)
    others = runner.run(job, _only_selected_by_head(case, of_base)).unjudged
    problems = (finding for finding in others if finding.rule != DUPLICATE_SERVICE.id)
    compared = _within(case, of_base, base, head)
    opaque = frozenset(_opaque(change, changed))
    return Sides(compared, head, frozenset(changed), tuple(problems), precedents, opaque), precedents


def _fleets(case: Case, job: Job) -> tuple[list[Fleet], Files]:
    """The services that the tip knows, and those that the merge base knows; and the manifests of the latter."""
    change = case.change
    trees = [change.tip] if change.base is change.tip else [change.tip, change.base]
    several = [Files.of(tree, case.operands, case.settings) for tree in trees]
    for tree, files in zip(trees, several, strict=True):
        tree.fetch(file for part in files for file in part)
    return [fleets.survey(job._replace(tree=t), f) for t, f in zip(trees, several, strict=True)], several[-1]


def _only_selected_by_head(case: Case, of_base: Files) -> list[ManifestFile]:
    """The base's manifests that only the head's configuration selects: they give nothing but what is wrong in them."""
    known = {file.path for file in (*of_base.selected, *of_base.named)}
    files = [file for file in case.change.base.find(case.operands, case.own.settings) if file.path not in known]
    case.change.base.fetch(files)
    return files


def _within(case: Case, of_base: Files, base: Run, head: Run) -> Run:
    """The base run narrowed to the operands, and to the services that the head has, wherever they were."""
    wanted = case.change.base.find(case.operands, case.settings) if case.operands else of_base.selected
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


def _opaque(change: Revisions, changed: Iterable[str]) -> Iterator[str]:
    """The changed paths that are a link or a submodule at either end: nobody sees what changed behind them."""
    for path in changed:
        entries = change.base.files.get(path), change.staged.files.get(path)
        if any(entry and entry.mode in (LINK, SUBMODULE) for entry in entries):
            yield path


def _content(change: Revisions, file: ManifestFile) -> bytes | None:
    with contextlib.suppress(GateError):
        return change.head.read(file)
    return None


def _comparison(case: Case, sides: Sides, run: Run, precedents: Precedents) -> Comparison:
    request, change = case.request, case.change
    reported = {judged.name for judged in run.services}
    transitions = {
        name: transition
        for name, transition in comparison.transitions(sides).items()
        if name in reported or (transition.after is None and _was_wanted(request, transition, precedents))
    }
    return Comparison(
        ref=change.ref,
        base=change.base.commit,
        transitions=transitions,
        fixed=tuple(comparison.fixed(transitions.values())),
        lowered=(*comparison.lowered(transitions.values()), *_lowered_rules(case)),
        standing=comparison.standing(sides),
        previews=tuple(_previews(case, run)),
        adoption=case.adoption,
    )


def _was_wanted(request: Request, gone: Transition, precedents: Precedents) -> bool:
    return gone.before is not None and is_wanted(request, metadata_of(gone.before, precedents))


def _lowered_rules(case: Case) -> list[Lowered]:
    """Relaxations of the rules by the merge; none if the change adopts the gate, since there were no rules."""
    ruling, own = case.ruling, case.own
    if case.adoption:
        return []
    after = {file.path for file in case.selected[1]}
    gone = [file.path for file in case.selected[0] if not file.empty and file.path not in after]
    before = _at_base(case) if case.change.base is not case.change.tip else None
    by_policy = list(relaxations.by_policy(ruling.policy, own.policy))
    if before:
        own_doing = {(entry.kind, entry.pointer) for entry in relaxations.by_policy(before.policy, own.policy)}
        by_policy = [entry for entry in by_policy if (entry.kind, entry.pointer) in own_doing]
    since = before.waivers if before else None
    by_waivers = relaxations.by_waivers(ruling.waivers, own.waivers, own.policy.known_rules(), since)
    by_configuration = relaxations.by_configuration(ruling.settings, own.settings, gone)
    patterns = {*ruling.settings.measurements, *own.settings.measurements}
    by_snapshots = changed_snapshots(case.change, patterns, case.request.measurements)
    return [*by_policy, *by_waivers, *by_configuration, *by_snapshots]


def _at_base(case: Case) -> Rules | None:
    """The rules at the merge base; None if they can't be read. What the tip changed since is not the change's doing."""
    base = TipRules(case.change._replace(tip=case.change.base))
    with contextlib.suppress(GateError):
        return ruleset.load(base.known(case.request), config.load(case.change.base.content), base)
    return None


def _previews(case: Case, run: Run) -> Iterable[Preview]:
    """Services whose health the head's own rules would change.

    If both sets of rules are the same, only services with other metadata than at the base can differ.
    """
    ruling, own = case.ruling, case.own
    same = ruling.policy.layered.data == own.policy.layered.data and ruling.waivers == own.waivers
    moved = {judged.location.path for judged in run.services if not same_precedent(judged.manifest, NO_PRECEDENTS)}
    files = [file for file in case.selected[1] if not same or file.path in moved]
    return previews.previews(run, runner.run(case.job(case.change.head, own), files))
