"""Earlier reports, from the disk: what ``--history`` names. Whatever is wrong with them is said and decides nothing."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from glob import glob
from typing import Final

from platform_gate.cli.streams import write_error
from platform_gate.model import GateError
from platform_gate.reports.history import History, Snapshot, parse
from platform_gate.text import displayed, quote, system_path

LARGEST: Final = 128 * 1024 * 1024
"""A report of 50,000 services; to read more than that would take the memory of the run itself."""
_READING: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW


def read(patterns: Iterable[str]) -> History:
    """The reports that globs select; what can't be used is noted, in the history and on standard error."""
    tried = [each for pattern in dict.fromkeys(patterns) for each in _matching(pattern)]
    notes = tuple(dict.fromkeys(each for each in tried if isinstance(each, str)))
    for note in notes:
        write_error(f"note: {note}")
    snapshots = {each.path: each for each in tried if not isinstance(each, str)}
    return History(tuple(snapshots.values()), notes)


def _matching(pattern: str) -> Iterator[Snapshot | str]:
    files = sorted(glob(pattern, recursive=True))  # noqa: PTH207 - a Path would take a leading ./ and a last / away
    if not files:
        yield f"--history {quote(pattern)} matches no file."
    yield from map(_attempt, files)


def _attempt(file: str) -> Snapshot | str:
    """A report, or in words why there is none."""
    try:
        return parse(_content(file), displayed(file))
    except GateError as error:
        return f"{error.message}, and is left out of the history."
    except OSError as error:
        reason = (error.strerror or "it is unreadable").lower()
        return f"{quote(displayed(file))} could not be read ({reason}), and is left out of the history."


def _content(file: str) -> bytes:
    """The bytes of a plain file, opened without following a link or waiting for a writer."""
    descriptor = os.open(system_path(file), _READING)
    with open(descriptor, "rb") as opened:  # noqa: PTH123 - a descriptor has no path
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise OSError(errno.EINVAL, "not a plain file")
        content = opened.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise OSError(errno.EFBIG, f"larger than {LARGEST // 2**20} MiB")
    return content
