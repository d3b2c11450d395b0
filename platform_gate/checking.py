"""The whole gate without a shell: a request in, an outcome out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Final

from platform_gate.judging import ruleset, runner
from platform_gate.judging.request import Request, explain_options, narrowed, reproduce
from platform_gate.judging.result import without_detail
from platform_gate.judging.runner import Executor, Job, Reduce, in_process, keep_everything
from platform_gate.judging.shards import Slice
from platform_gate.judging.waivers import Waiver
from platform_gate.model import GateError
from platform_gate.policy.gate import Stage
from platform_gate.reports.outcome import PLAIN, Display, Outcome, decided
from platform_gate.repository import unselected
from platform_gate.repository.opening import open_tree, refuse_link_above
from platform_gate.repository.work_tree import STDIN, ManifestFile, WorkTree

if TYPE_CHECKING:
    from platform_gate.measurements.measured import Measurements


PACKED_FROM: Final = 25_000
"""Files from which on rows are compressed while they are kept: they would take 4 KB each."""


class Keep(Enum):
    """How much of each service a run keeps: its findings, its row of the JSON report as well, or everything."""

    FINDINGS = auto()
    ROWS = auto()
    ALL = auto()


def no_input() -> bytes:
    """Standard input for callers that have none: it is empty."""
    return b""


def check(  # noqa: PLR0913 - everything that a shell knows and the core may not ask for
    request: Request,
    *,
    cwd: Path,
    stdin: Callable[[], bytes] = no_input,
    display: Display = PLAIN,
    keep: Keep = Keep.ALL,
    executor: Executor = in_process,
) -> Outcome:
    """Judge the manifests that a request names.

    Args:
        request: what to judge, by which policy and waivers, as of which day.
        cwd: where relative paths start; the repository is the one around it.
        stdin: reads standard input, for the operand ``-``.
        display: how text formats look.
        keep: how much of each service the outcome holds. A comparison with a base always keeps everything.
        executor: applies the judge to the files, in this process or in several.

    Raises:
        GateError: configuration, policy or waivers can't be used, or git can't answer. What is wrong with a manifest
            is a finding, not an exception.
    """
    if request.changes and request.base is None:
        raise GateError("--change needs --base", "With --base REF the exemptions are those of the policy at REF.")
    refuse_link_above(cwd)
    tree = _tracked(request, open_tree(cwd, _read_once(stdin, request.paths)))
    if request.base is not None:
        return _check_change(request, tree, display)
    return _check_fleet(request, tree, display, keep, executor)


def _tracked(request: Request, tree: WorkTree) -> WorkTree:
    if not request.tracked:
        return tree
    if tree.tracked() is None:
        raise GateError("there is no git repository here that could track a file", "Leave out --tracked.")
    return tree._replace(only_tracked=True)


def _read_once(stdin: Callable[[], bytes], paths: Sequence[str]) -> Callable[[], bytes]:
    """Standard input as often as it is asked for, in every process; unread where nobody names it."""
    if STDIN not in paths:
        return stdin
    try:
        content = stdin()
    except (OSError, ValueError, AttributeError):
        return stdin  # the finding on the file says why it can't be read
    return lambda: content


def _check_fleet(request: Request, tree: WorkTree, display: Display, keep: Keep, executor: Executor) -> Outcome:
    settings, source = ruleset.of_work_tree(tree)
    rules = ruleset.load(request, settings, source)
    measured = None if request.schema_only else ruleset.measurements(request, settings, source, rules.policy)
    found = tree.find(request.paths, settings)
    files, part = _part(found, request, rules.waivers, measured)
    job = Job(tree, rules.policy, request.as_of, rules.waivers, complete=request.complete, measurements=measured)
    job = job._replace(part=part is not None)
    run = runner.run(job, files, schema_only=request.schema_only, executor=executor, reduce=_reduce(keep, len(files)))
    beside = unselected.yaml_beside(
        unselected.in_work_tree(tree), settings, list(map(tree.shown, request.paths)), found
    )
    return decided(
        narrowed(runner.with_unselected(run, beside, rules.policy), request, {}),
        rules.policy,
        request.as_of,
        reproduce(request),
        exit_zero=request.exit_zero,
        schema_only=request.schema_only,
        display=display,
        part=part and part.seeing(run.seen)._replace(narrowed=request.narrowed),
        repository=request.repository,
        unread=unselected.unread_configuration(tree, request.paths, settings),
        explain_options=explain_options(request),
        choice=request.choice,
    )


def _part(
    files: Sequence[ManifestFile], request: Request, waivers: Sequence[Waiver], measured: Measurements | None
) -> tuple[Sequence[ManifestFile], Slice | None]:
    """The files to judge, and which slice of the fleet they are."""
    shard = request.shard
    if shard is None:
        return files, None
    part = Slice.of(shard, [file.path for file in files], _terms(request, waivers, measured))
    return [file for file in files if shard.takes(file.path)], part


def _terms(request: Request, waivers: Sequence[Waiver], measured: Measurements | None) -> str:
    """Options that must be the same in all shards, besides files and policy: team, tier, waivers and snapshots."""
    waived = [(str(waiver.location), *waiver._replace(document=None, file="")) for waiver in waivers]  # type: ignore[arg-type]  # the location identifies the document
    snapshots = [(snapshot.path, snapshot.sha256) for snapshot in measured.snapshots] if measured else []
    stage = [request.stage.value] * (request.stage is not Stage.MERGE)
    return repr((request.team, request.tier, waived, *([snapshots] if snapshots else []), *stage))


def _reduce(keep: Keep, files: int = 1) -> Reduce:
    """A function that reduces a file's result to what a run of so many files keeps of it."""
    if keep is Keep.ALL:
        return keep_everything
    reduced = without_detail
    if keep is Keep.ROWS:
        from platform_gate.reports import report  # noqa: PLC0415 - most runs end as text for people

        reduced = report.with_row if files < PACKED_FROM else report.with_packed_row
    return lambda result: result._replace(services=tuple(map(reduced, result.services)))


def _check_change(request: Request, tree: WorkTree, display: Display) -> Outcome:
    from platform_gate.changes import pull_request  # noqa: PLC0415 - only pull requests need git

    if request.schema_only:
        raise GateError("--schema-only can't be combined with --base", "Leave out one of them.")
    run, comparison, rules = pull_request.judge_change(request, tree)
    scope = rules.scope(request)
    return decided(
        run,
        rules.policy,
        request.as_of,
        reproduce(request._replace(scope=str(scope))),
        exit_zero=request.exit_zero,
        comparison=comparison,
        scope=scope,
        display=display,
        repository=request.repository,
        unread=unselected.unread_configuration(tree, request.paths, rules.settings),
        explain_options=explain_options(request),
        choice=request.choice,
    )
