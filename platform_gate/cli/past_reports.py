"""Reads the earlier reports that ``--history`` names. One that can't be used is noted and never changes the verdict."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from glob import glob
from typing import Final

from platform_gate.cli.streams import write_error
from platform_gate.model import GateError
from platform_gate.reports.history import History, Snapshot, parse
from platform_gate.repository import plain_files
from platform_gate.text import displayed, quote

LARGEST: Final = 128 * 1024 * 1024
"""Bytes. A report of 50,000 services is about as large; a larger one would take as much memory as the run itself."""


def read(patterns: Iterable[str]) -> History:
    """The reports that globs select. What can't be used is noted, in the history and on standard error."""
    attempts = [attempt for pattern in dict.fromkeys(patterns) for attempt in _matching(pattern)]
    notes = tuple(dict.fromkeys(attempt for attempt in attempts if isinstance(attempt, str)))
    for note in notes:
        write_error(f"note: {note}")
    snapshots = {attempt.path: attempt for attempt in attempts if not isinstance(attempt, str)}
    return History(tuple(snapshots.values()), notes)


def _matching(pattern: str) -> Iterator[Snapshot | str]:
    files = sorted(glob(pattern, recursive=True))  # noqa: PTH207 - a Path would take a leading ./ and a last / away
    if not files:
        yield f"--history {quote(pattern)} matches no file."
    yield from map(_attempt, files)


def _attempt(file: str) -> Snapshot | str:
    """A report, or a note that says why it can't be used."""
    try:
        return parse(_content(file), displayed(file))
    except GateError as error:
        return f"{error.message}; left out of the history."
    except OSError as error:
        reason = (error.strerror or "it is unreadable").lower()
        return f"can't read {quote(displayed(file))} ({reason}); left out of the history."


def _content(file: str) -> bytes:
    content = plain_files.read(file, LARGEST)
    if len(content) > LARGEST:
        raise OSError(errno.EFBIG, f"larger than {LARGEST // 2**20} MiB")
    return content
