"""The gate's answer (passed, failed or not judged) and its exit code."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum, StrEnum

from platform_gate.judging.runner import Run


class Verdict(StrEnum):
    """The gate's answer on everything in scope."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_JUDGED = "not judged"


class ExitCode(IntEnum):
    """The exit codes. They depend neither on the format nor on where output goes."""

    PASSED = 0
    FAILED = 1
    NOT_JUDGED = 2
    BUG = 3
    INTERRUPTED = 130


def decide(run: Run, fail_on: Sequence[str]) -> Verdict:
    """The verdict on a run. Not judged beats failed: a doubt about one file is a doubt about the answer."""
    if run.unjudged:
        return Verdict.NOT_JUDGED
    if any(finding.rule in fail_on for finding in run.notices):
        return Verdict.FAILED
    return Verdict.FAILED if any(judged.failing for judged in run.services) else Verdict.PASSED


def exit_code(verdict: Verdict, *, exit_zero: bool = False) -> ExitCode:
    """The exit code of a verdict. ``exit_zero`` turns a failure into 0, but never a doubt."""
    if verdict is Verdict.NOT_JUDGED:
        return ExitCode.NOT_JUDGED
    return ExitCode.FAILED if verdict is Verdict.FAILED and not exit_zero else ExitCode.PASSED
