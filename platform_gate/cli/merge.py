"""``platform-gate merge``: join the reports of shards, or of many repositories, into one."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any, Final

import click

from platform_gate.cli import completion
from platform_gate.cli.options import display, display_options
from platform_gate.cli.writing import Writing, write, writing_options
from platform_gate.judging import verdict
from platform_gate.model import GateError
from platform_gate.policy.gate import Choice
from platform_gate.reports.merging import Merged
from platform_gate.reports.merging import merge as merged_of
from platform_gate.reports.outcome import Outcome
from platform_gate.reports.reading import Recording, read
from platform_gate.text import displayed, quote, typed

LARGEST: Final = 512 * 1024 * 1024
"""Bytes of a report of about 200,000 services. The limit keeps an endless input from taking all memory."""


@click.command()
@click.argument("reports", nargs=-1, required=True, metavar="REPORT...", shell_complete=completion.files)
@writing_options
@click.option("--exit-zero", is_flag=True, help="Exit 0 even if the gate fails; errors still exit 2.")
@display_options
def merge(reports: tuple[str, ...], writing: Writing, *, exit_zero: bool, **_display: Any) -> int:
    """Merge JSON reports into one: those of all shards of a run, or those of many repositories.

    Exits 2 if a shard is missing, repeated or from another run. Notes where repositories differ in policy or date.
    """
    outcome = _outcome(merged_of([_read(path) for path in reports]), reports, exit_zero=exit_zero)
    write(outcome, writing)
    return outcome.exit_code


def _read(path: str) -> Recording:
    try:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise GateError(f"can't read the report {quote(displayed(path))}: {reason}", "Check the path.") from None
    if len(content) > LARGEST:
        raise GateError(
            f"the report {quote(displayed(path))} is larger than {LARGEST // 2**20} MiB", "Check that it is a report."
        )
    return read(content, displayed(path))


def _outcome(merged: Merged, reports: tuple[str, ...], *, exit_zero: bool) -> Outcome:
    code = verdict.exit_code(merged.verdict, exit_zero=exit_zero)
    command = shlex.join(map(typed, ["platform-gate", "merge", *reports]))
    return Outcome(
        merged.run,
        merged.policy,
        merged.as_of,
        merged.verdict,
        code,
        command,
        display=display(),
        repository=merged.repository,
        repositories=merged.repositories,
        differences=merged.differences,
        explain_options=None,
        choice=Choice(stage=merged.policy.stage),
    )
