"""Git, asked a few plain questions: nothing is fetched, written, checked out, or run on anybody's behalf."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from platform_gate.model import GateError
from platform_gate.text import displayed, printable, quote

SHALLOW_FIX: Final = "Fetch the history: with actions/checkout set `fetch-depth: 0`, elsewhere `git fetch --unshallow`."
BATCH: Final = 500
"""Objects asked for at once: their names fit into a pipe's buffer, so that neither side waits for the other."""
SECONDS: Final = 120
SHA1_DIGITS: Final = 40

_SETTINGS: Final = (
    "safe.bareRepository=explicit",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.quotePath=false",
    "protocol.allow=never",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a commit: its mode (``100644``, ``120000`` for links, ``160000`` for submodules), object and size."""

    path: str
    mode: str
    oid: str
    size: int


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository whose work tree's root is ``root``; ``search_path`` is where programs are (``PATH``)."""

    root: Path
    search_path: str

    def resolve(self, ref: str) -> str:
        """The commit that a ref stands for.

        Raises:
            GateError: there is none.
        """
        done = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        if done.returncode or not done.stdout.strip():
            fix = SHALLOW_FIX if self._is_shallow() else "Check its name; in CI, fetch it first."
            raise GateError(f"git knows no commit {quote(ref)}", fix)
        return done.stdout.decode().strip()

    def merge_base(self, one: str, other: str) -> str:
        """The commit at which two histories parted; of several the one that git prefers.

        Raises:
            GateError: there is none, or the history is cut off before it.
        """
        done = self._run("merge-base", one, other)
        if done.returncode or not done.stdout.strip():
            fix = SHALLOW_FIX if self._is_shallow() else "Compare with a branch that shares history with this one."
            raise GateError(f"git finds no common ancestor of {one[:12]} and {other[:12]}", fix)
        return done.stdout.decode().split()[0]

    def files(self, commit: str) -> dict[str, Entry]:
        """Every file of a commit by path."""
        listed = self._output("ls-tree", "-r", "-l", "-z", "--full-tree", commit)
        return {entry.path: entry for entry in map(_entry, filter(None, listed.split(b"\0")))}

    def blobs(self, oids: Iterable[str]) -> Iterator[bytes]:
        """The contents of objects, in order, from one process.

        Raises:
            GateError: an object is missing.
        """
        with self._start("cat-file", "--batch") as process:
            stdin, stdout = process.stdin, process.stdout
            if stdin is None or stdout is None:
                raise GateError("git cat-file could not be started")
            wanted = list(oids)
            for start in range(0, len(wanted), BATCH):
                names = wanted[start : start + BATCH]
                stdin.write("".join(f"{name}\n" for name in names).encode())
                stdin.flush()
                for _ in names:
                    yield _object(stdout.readline(), stdout.read)
            stdin.close()

    def staged_changes(self, commit: str) -> set[str]:
        """Paths at which the index differs from a commit; only objects are compared."""
        listed = self._output("diff-index", "--cached", "--no-renames", "--name-only", "-z", commit, "--")
        return {displayed(os.fsdecode(path)) for path in listed.split(b"\0") if path}

    def is_tracked(self, path: str) -> bool:
        """Whether the index holds a path."""
        return bool(self._output("ls-files", "-z", "--", path))

    def left_out(self) -> set[str]:
        """Paths of the index that a sparse checkout left out of the work tree."""
        listed = self._output("ls-files", "-t", "-z").split(b"\0")
        return {displayed(os.fsdecode(row[2:])) for row in listed if row.startswith(b"S ")}

    def _is_shallow(self) -> bool:
        return self._run("rev-parse", "--is-shallow-repository").stdout.strip() == b"true"

    def _output(self, *arguments: str) -> bytes:
        done = self._run(*arguments)
        if done.returncode:
            reason = printable(done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2])
            raise GateError(f"git {arguments[0]} failed: {reason}", "Run the gate where git works.")
        return done.stdout

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(
                self._command(arguments),
                env=_environment(self.search_path),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise GateError(f"git cannot be run: {error}", "Install git, and make sure that it is on PATH.") from None

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                self._command(arguments),
                env=_environment(self.search_path),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise GateError(f"git cannot be run: {error}", "Install git, and make sure that it is on PATH.") from None

    def _command(self, arguments: Iterable[str]) -> list[str]:
        settings = [word for setting in (*_SETTINGS, f"safe.directory={self.root}") for word in ("-c", setting)]
        return ["git", "--no-pager", "-C", str(self.root), *settings, *arguments]


def _environment(search_path: str) -> dict[str, str]:
    """Nothing of the caller's but where programs are, and that only outside the checkout: absolute folders."""
    return {
        "PATH": os.pathsep.join(folder for folder in search_path.split(os.pathsep) if folder.startswith("/")),
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_LITERAL_PATHSPECS": "1",
    }


def _entry(row: bytes) -> Entry:
    head, _, path = row.partition(b"\t")
    mode, _, oid, size = head.decode().split()
    return Entry(displayed(os.fsdecode(path)), mode, oid, int(size) if size.isdigit() else 0)


def _object(header: bytes, read: Callable[[int], bytes]) -> bytes:
    parts = header.split()
    if len(parts) != 3:  # noqa: PLR2004 - name, type, size
        raise GateError("git lacks an object of the base", SHALLOW_FIX)
    size = int(parts[2])
    content = read(size + 1)
    if len(content) != size + 1:
        raise GateError("git stopped in the middle of an object", "Check the repository with `git fsck`.")
    return content[:-1]


def blob_id(content: bytes, like: str) -> str:
    """The name that git gives to a file's bytes, by the hash that made another name."""
    algorithm = "sha1" if len(like) == SHA1_DIGITS else "sha256"
    return hashlib.new(algorithm, b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
