"""Writing to standard output and to files. Output that gets lost is an error."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from platform_gate.model import GateError
from platform_gate.repository.opening import find_root
from platform_gate.text import log_line, printable, quote


class ReaderGoneError(GateError):
    """Whoever read standard output has stopped, as ``head`` does. Not worth a message, but the output is incomplete."""


def write_stdout(pieces: Iterable[str]) -> None:
    """Write text to standard output as UTF-8, whatever the locale.

    Raises:
        ReaderGoneError: nobody reads on.
        GateError: not all of it could be written.
    """
    try:
        stream = sys.stdout.buffer
        for piece in pieces:
            stream.write(piece.encode("utf-8", "backslashreplace"))
        stream.flush()
    except BrokenPipeError:
        raise ReaderGoneError("nobody reads standard output") from None
    except (OSError, ValueError, AttributeError) as error:
        raise GateError(f"standard output could not be written: {_reason(error)}") from None


def write_file(path: str, pieces: Iterable[str]) -> None:
    """Write a file atomically: to a temporary file in the same folder, which is flushed to the disk and renamed.

    Raises:
        GateError: it could not be written.
    """
    import tempfile  # noqa: PLC0415 - slow to import, and many runs write no file

    target = Path(path)
    _refuse_link(target)
    temporary = ""
    try:
        if _is_special(target):
            _write_through(target, pieces)
            return
        descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(descriptor, "wb") as file:
            for piece in pieces:
                file.write(piece.encode("utf-8", "backslashreplace"))
            file.flush()
            os.fchmod(file.fileno(), _mode(target))
            os.fsync(file.fileno())
        os.replace(temporary, target)  # noqa: PTH105 - one name for both ends
    except OSError as error:
        raise GateError(
            f"{quote(path)} could not be written: {_reason(error)}", "Check the folder and the disk."
        ) from None
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108 - gone already where all went well


def _refuse_link(target: Path) -> None:
    """Refuse a path that a link in the checkout leads out of it, or into git's own folder.

    Whoever proposes a change can put such a link where a report is to be written. What the machine links is its own.

    Raises:
        GateError: there is such a link.
    """
    try:
        link = _link_out_of_checkout(target)
    except (OSError, RuntimeError, ValueError) as error:
        raise GateError(f"{quote(str(target))} could not be written: {_reason(error)}") from None
    if link:
        message = (
            f"{quote(str(target))} is not written: {quote(link)} is a symbolic link that leads out of the repository"
        )
        raise GateError(message, "Remove the link, or name a path without it.")


def _link_out_of_checkout(target: Path) -> str:
    """The first link inside the repository on the way to a file that lies elsewhere; empty if there is none.

    A link in the last place counts only if it leads to a device or a pipe: others are replaced.
    """
    root = os.path.realpath(find_root(Path.cwd()))
    steps = (Path.cwd() / target).parts
    ways = [os.path.join(*steps[:count]) for count in range(1, len(steps) + (1 if _is_special(target) else 0))]  # noqa: PTH118 - keeps `..`
    links = (way for way in ways if os.path.islink(way) and _is_within(os.path.dirname(way), root))  # noqa: PTH114, PTH120
    first = next(links, "")
    return Path(first).name if first and not _is_within(ways[-1], root) else ""


def _is_within(path: str, root: str) -> bool:
    """Whether a path leads to a place in the checkout, whose ``.git`` is git's."""
    place = os.path.realpath(path)
    git = os.path.join(root, ".git")  # noqa: PTH118
    return (place == root or place.startswith(root + os.sep)) and not (place == git or place.startswith(git + os.sep))


def _is_special(target: Path) -> bool:
    """Whether the target is a device or a pipe: these are written to, not replaced."""
    return target.exists() and not target.is_file() and not target.is_dir()


def _write_through(target: Path, pieces: Iterable[str]) -> None:
    with target.open("wb") as file:
        for piece in pieces:
            file.write(piece.encode("utf-8", "backslashreplace"))


def _mode(target: Path) -> int:
    """Permissions of the file that is replaced, or those that a new file gets."""
    if target.is_file() and not target.is_symlink():
        return stat.S_IMODE(target.stat().st_mode) & 0o777
    return 0o666 & ~_umask()


def write_error(message: str) -> None:
    """Write a message to standard error. If that is closed, nobody could be told, so errors are ignored."""
    lines = "".join(log_line(printable(line)) + "\n" for line in message.splitlines())
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.buffer.write(lines.encode("utf-8", "backslashreplace"))
        sys.stderr.flush()


def leave(code: int) -> NoReturn:
    """Flush the streams and exit at once, so that an error while closing them can't change the exit code."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(code)  # an orderly shutdown of the interpreter would cost a small run a tenth of its time


def _umask() -> int:
    """The process's umask, which can be read only by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or "the stream is closed").lower()
