"""Safe reading of plain files: links aren't followed unless asked, pipes aren't waited for, and size is capped."""

import errno
import os
import stat
from typing import Final

from platform_gate.text import system_path

CHUNK: Final = 64 * 1024
"""Bytes per further read of a file that grew while it was read."""

# A pipe would block until somebody writes to it; O_NONBLOCK opens it at once, and the file's kind is checked then.
_FLAGS: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC


def read(file: str, limit: int, *, follow_link: bool = False) -> bytes:
    """Read at most ``limit + 1`` bytes of a plain file, so that the caller can tell a file that is too large.

    ``file`` is a path with undecodable bytes as surrogates. Only links above the file are followed, unless
    ``follow_link`` is set.

    Raises:
        OSError: the file is missing, unreadable, a symbolic link, or no plain file.
        ValueError: the path holds a null byte.
    """
    descriptor = os.open(system_path(file), _FLAGS if follow_link else _FLAGS | os.O_NOFOLLOW)
    try:
        return _content(descriptor, limit)
    finally:
        os.close(descriptor)


def _content(descriptor: int, limit: int) -> bytes:
    # Asked of the descriptor, not of the path: the file may have been replaced since it was found.
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "not a plain file")
    content = os.read(descriptor, min(status.st_size, limit) + 1)
    if len(content) == status.st_size:
        return content
    return content + _rest(descriptor, limit + 1 - len(content))


def _rest(descriptor: int, most: int) -> bytes:
    """Up to ``most`` further bytes: of a file that grew, or whose size the system doesn't tell, as in ``/proc``."""
    chunks = []
    while most > 0 and (chunk := os.read(descriptor, min(CHUNK, most))):
        chunks.append(chunk)
        most -= len(chunk)
    return b"".join(chunks)
