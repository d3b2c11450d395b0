"""Files that hold measured numbers: which there are, and what is in them, up to a limit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from glob import glob
from pathlib import Path

from platform_gate.collectors.source import Source, SourceError, World
from platform_gate.text import plural, printable, quote


def matching(patterns: Sequence[str], folder: Path) -> list[Path]:
    """The files that globs match, sorted; globs are relative to a folder.

    Raises:
        SourceError: a glob matches none.
    """
    matches: set[Path] = set()
    for pattern in patterns:
        paths = {folder / path for path in glob(pattern, root_dir=folder, recursive=True)}  # noqa: PTH207 - absolute too
        files = {path for path in paths if path.is_file()}
        if not files:
            raise SourceError(f"no file matches {quote(pattern)}", "Globs are relative to the `Sources` file.")
        matches |= files
    return sorted(matches)


def read(path: Path, max_bytes: int) -> bytes:
    """The bytes of a file.

    Raises:
        SourceError: it can't be read, or is too large.
    """
    try:
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
    except OSError as error:
        reason = (error.strerror or "error").lower()
        raise SourceError(f"{quote(path.name)} can't be read: {reason}", "Check its permissions.") from None
    if len(content) > max_bytes:
        message = f"{quote(path.name)} is larger than {plural(max_bytes, 'byte')}"
        raise SourceError(message, "Raise `max_bytes`, or split the file.")
    return content


def contents(source: Source, world: World) -> Iterator[tuple[str, bytes]]:
    """The name and the bytes of each file of a source; raises as ``matching`` and ``read``."""
    for path in matching(source.settings["files"], world.folder):
        yield printable(path.name), read(path, source.limits.max_bytes)
