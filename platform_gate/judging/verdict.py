"""The gate's answer: passed, failed or not judged; and the exit code that says so."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum, StrEnum

from platform_gate.judging.runner import Run


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


def exit_code(verdict: Verdict, *, exit_zero: bool = False) -> ExitCode:
    """The exit code of a verdict. ``exit_zero`` turns a no into a 0, never a doubt."""
    if verdict is Verdict.NOT_JUDGED:
        return ExitCode.NOT_JUDGED
    return ExitCode.FAILED if verdict is Verdict.FAILED and not exit_zero else ExitCode.PASSED
