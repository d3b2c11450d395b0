"""The gate's answer: passed, failed or not judged; and the exit code that says so."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from platform_gate.effective import Gate
from platform_gate.gate import Run
from platform_gate.model import Scope

if TYPE_CHECKING:
    from platform_gate.compare import Comparison


class Verdict(StrEnum):
    """What the gate says of everything in scope."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_JUDGED = "not judged"


class ExitCode(IntEnum):
    """The same for every format and however output is redirected."""

    PASSED = 0
    FAILED = 1
    NOT_JUDGED = 2
    BUG = 3
    INTERRUPTED = 130


def decide(run: Run, fail_on: Sequence[str]) -> Verdict:
    """Not judged beats failed: a doubt about one file is a doubt about the answer."""
    if run.unjudged:
        return Verdict.NOT_JUDGED
    if any(finding.rule in fail_on for finding in run.notices):
        return Verdict.FAILED
    return Verdict.FAILED if any(judged.failing for judged in run.services) else Verdict.PASSED


def decide_change(run: Run, gate: Gate, comparison: Comparison, scope: Scope) -> Verdict:
    """The verdict on what a change decides. Outside scope all, what was to be said at the base already is standing."""
    standing = frozenset() if scope is Scope.ALL else comparison.standing
    if any(each.fingerprint not in standing for each in run.unjudged):
        return Verdict.NOT_JUDGED
    deciding = [judged for judged in run.services if comparison.decides(judged, scope)]
    if any(each.rule in gate.fail_on for each in run.notices if each.fingerprint not in standing):
        return Verdict.FAILED
    return Verdict.FAILED if any(judged.failing for judged in deciding) else Verdict.PASSED


def exit_code(verdict: Verdict, *, exit_zero: bool = False) -> ExitCode:
    """The exit code of a verdict. ``exit_zero`` turns a no into a 0, never a doubt."""
    if verdict is Verdict.NOT_JUDGED:
        return ExitCode.NOT_JUDGED
    return ExitCode.FAILED if verdict is Verdict.FAILED and not exit_zero else ExitCode.PASSED
