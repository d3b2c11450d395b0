"""From a request to an outcome: the one way that every command which judges takes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from enum import Enum, auto
from typing import Final

from platform_gate import gate, verdict
from platform_gate.cli import rules
from platform_gate.cli.request import Request, narrowed, reproduce
from platform_gate.gate import Each, FileResult, Job, Judge, here
from platform_gate.judged import Judged
from platform_gate.model import GateError, Scope
from platform_gate.outcome import Display, Outcome
from platform_gate.shards import Slice
from platform_gate.trees import STDIN, Found
from platform_gate.waivers import Waiver

WORTH_A_PROCESS: Final = 200
"""Files. To start a process costs about as much as to judge half as many: `make bench` measures it."""


class Keep(Enum):
    """What is kept of each service: what findings are about, its row of a report as well, or all of it."""

    FINDINGS = auto()
    ROWS = auto()
    ALL = auto()


def judge(request: Request, shown: Display, keep: Keep = Keep.ALL, each: Each = here) -> Outcome:
    """Everything between the command line and the reports, with what of each service is wanted afterwards.

    ``each`` applies the judge to every file; a change is judged in this process, which knows what is the same in both.
    """
    if request.base is not None:
        return _judge_change(request, shown)
    tree, settings, source = rules.here()
    own = rules.load(request, settings, source)
    files, part = _part(tree.find(request.paths, settings), request, own.waivers)
    whole, row = keep is Keep.ALL, _row(keep)
    job = Job(tree, own.policy, request.as_of, own.waivers, whole=whole, row=row, part=part is not None)
    run = narrowed(gate.run(job, files, schema_only=request.schema_only, each=each), request, {})
    decided = verdict.decide(run, own.policy.base().gate.fail_on)
    code = verdict.exit_code(decided, exit_zero=request.exit_zero)
    return Outcome(
        run,
        own.policy,
        request.as_of,
        decided,
        code,
        reproduce(request),
        request.schema_only,
        display=shown,
        part=part and part._replace(seen=run.seen),
        repository=request.repository,
    )


def _part(files: Sequence[Found], request: Request, waivers: Sequence[Waiver]) -> tuple[Sequence[Found], Slice | None]:
    """The files to judge, and what part of the whole they are."""
    shard = request.shard
    if shard is None:
        return files, None
    part = Slice.of(shard, [each.path for each in files], _terms(request, waivers))
    return [each for each in files if shard.takes(each.path)], part


def _terms(request: Request, waivers: Sequence[Waiver]) -> str:
    """What must be alike in all shards beside the files and the policy: whom it is about, and what is waived."""
    waived = [(str(each.location), *each._replace(document=None, file="")) for each in waivers]  # type: ignore[arg-type]  # its place says enough
    return repr((request.team, request.tier, waived))


def processes(jobs: int | None) -> Each:
    """How to judge every file: in as many processes as asked for, else in as many as there are cores and work for."""

    def each(judge: Judge, files: Sequence[Found]) -> Iterable[FileResult]:
        count = min(_cores(), len(files) // WORTH_A_PROCESS) if jobs is None else min(jobs, len(files))
        if count <= 1 or not hasattr(os, "fork") or any(found.file == STDIN for found in files):
            return here(judge, files)
        from platform_gate.cli import workers  # noqa: PLC0415 - most runs are small

        return workers.judged_by(count, judge, files)

    return each


def _cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _row(keep: Keep) -> Callable[[Judged], bytes] | None:
    if keep is not Keep.ROWS:
        return None
    from platform_gate import report  # noqa: PLC0415 - most runs end as text for people

    return report.row


def _judge_change(request: Request, shown: Display) -> Outcome:
    from platform_gate.cli import change  # noqa: PLC0415 - git and its process are for pull requests only

    if request.schema_only:
        raise GateError("--schema-only looks at files as they are", "Leave out --base.")
    run, comparison, policy, settings = change.judge_change(request)
    scope = Scope(request.scope or settings.scope or Scope.ALL)
    limits = policy.base().gate
    decided = verdict.decide_change(run, limits, comparison, scope)
    code = verdict.exit_code(decided, exit_zero=request.exit_zero)
    command = reproduce(request._replace(scope=str(scope)))
    return Outcome(
        run,
        policy,
        request.as_of,
        decided,
        code,
        command,
        comparison=comparison,
        scope=scope,
        display=shown,
        repository=request.repository,
    )
