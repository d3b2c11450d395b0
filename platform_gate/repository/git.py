"""Git, asked a few plain questions: nothing is fetched, written, checked out, or run on anybody's behalf."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, NamedTuple

from platform_gate.model import GateError
from platform_gate.text import displayed, printable, quote

SHALLOW_FIX: Final = "Fetch the history: with actions/checkout set `fetch-depth: 0`, elsewhere `git fetch --unshallow`."
MISSING_FIX: Final = "Clone without a `filter`, or fetch what it left out: the gate itself fetches nothing."
INSTALL_FIX: Final = "Install git, and make sure that it is on PATH, outside of the checkout."
BATCH: Final = 500
"""Objects asked for at once: their names fit into a pipe's buffer, so that neither side waits for the other."""
SECONDS: Final = 120
SHA1_DIGITS: Final = 40
LINK: Final = "120000"
SUBMODULE: Final = "160000"

_SETTINGS: Final = (
    "safe.bareRepository=explicit",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.quotePath=false",
    "protocol.allow=never",
)


class Entry(NamedTuple):
    """A file of a commit or of the index: its mode (as ``LINK``, ``SUBMODULE``) and its object."""

    path: str
    mode: str
    oid: str


class Index(NamedTuple):
    """What is staged, by path. ``left_out`` are the files that a sparse checkout keeps out of the work tree."""

    files: dict[str, Entry]
    left_out: dict[str, Entry]


class Repository(NamedTuple):
    """The repository whose work tree's root is ``root``; ``search_path`` is where programs are (``PATH``)."""

    root: Path
    search_path: str

    @classmethod
    def at(cls, root: Path) -> Repository:
        """The repository at ``root``, asked with the git that ``PATH`` finds."""
        return cls(root, os.environ.get("PATH", os.defpath))

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

    def day(self, commit: str) -> date:
        """The day in UTC on which a commit was made."""
        listed = self._output("rev-list", "--max-count=1", "--timestamp", commit)
        return datetime.fromtimestamp(int(listed.split()[0]), UTC).date()

    def files(self, commit: str) -> dict[str, Entry]:
        """Every file of a commit by path."""
        listed = self._output("ls-tree", "-r", "-z", "--full-tree", commit)
        entries = [_entry(row, "mode", "type", "oid") for row in listed.split(b"\0") if row]
        return {entry.path: entry for entry, _ in entries}

    def blobs(self, oids: Iterable[str], most: int) -> Iterator[bytes]:
        """The contents of objects, in order, from one process; of each at most some bytes.

        Raises:
            GateError: an object is missing.
        """
        wanted = list(oids)
        if not wanted:
            return
        with self._start("cat-file", "--batch") as process:
            stdin, stdout = process.stdin, process.stdout
            if stdin is None or stdout is None:
                raise GateError("git cat-file could not be started")
            for start in range(0, len(wanted), BATCH):
                names = wanted[start : start + BATCH]
                with contextlib.suppress(BrokenPipeError):  # it ended; what it says instead of an object tells why
                    stdin.write("".join(f"{name}\n" for name in names).encode())
                    stdin.flush()
                for _ in names:
                    yield _object(stdout.readline(), stdout.read, most)

    def staged(self) -> Index:
        """What is staged; a path in conflict has an object that no file has."""
        listed = self._output("ls-files", "--stage", "-t", "-z")
        files, left_out = {}, {}
        for row in filter(None, listed.split(b"\0")):
            entry, words = _entry(row, "tag", "mode", "oid", "stage")
            files[entry.path] = entry if words["stage"] == "0" else entry._replace(oid="")
            if words["tag"] == "S":
                left_out[entry.path] = entry
        return Index(files, left_out)

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
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            raise GateError(f"git cannot be run: {printable(str(error))}", INSTALL_FIX) from None

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                self._command(arguments),
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise GateError(f"git cannot be run: {printable(str(error))}", INSTALL_FIX) from None

    def _command(self, arguments: Iterable[str]) -> list[str]:
        git = shutil.which("git", path=self._search_path())
        if git is None:
            raise GateError("there is no git on PATH", INSTALL_FIX)
        settings = [word for setting in (*_SETTINGS, f"safe.directory={self.root}") for word in ("-c", setting)]
        return [git, "--no-pager", "-C", str(self.root), *settings, *arguments]

    def _search_path(self) -> str:
        """Where programs are, less what the checkout itself could bring along."""
        inside = str(self.root) + os.sep
        folders = [folder for folder in self.search_path.split(os.pathsep) if folder.startswith("/")]
        outside = (folder for folder in folders if not (os.path.realpath(folder) + os.sep).startswith(inside))
        return os.pathsep.join(outside)

    def _environment(self) -> dict[str, str]:
        """Nothing of the caller's but where programs are; and no repository above the root is taken for it."""
        return {
            "PATH": self._search_path(),
            "LC_ALL": "C",
            "GIT_CEILING_DIRECTORIES": str(self.root.parent),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_LITERAL_PATHSPECS": "1",
        }


def _entry(row: bytes, *names: str) -> tuple[Entry, dict[str, str]]:
    """What git lists as words, a tab and a path."""
    head, _, path = row.partition(b"\t")
    words = dict(zip(names, head.decode().split(), strict=True))
    return Entry(displayed(os.fsdecode(path)), words["mode"], words["oid"]), words


def _object(header: bytes, read: Callable[[int], bytes], most: int) -> bytes:
    parts = header.split()
    if len(parts) != 3:  # noqa: PLR2004 - name, type, size
        raise GateError("git lacks an object of the base", MISSING_FIX)
    size = int(parts[2])
    kept = read(min(size, most))
    left = size - len(kept) + 1
    while left > 0 and (more := read(min(left, most))):
        left -= len(more)
    if left:
        raise GateError("git stopped in the middle of an object", "Check the repository with `git fsck`.")
    return kept


def blob_id(content: bytes, like: str) -> str:
    """The name that git gives to a file's bytes, by the hash that made another name."""
    algorithm = "sha1" if len(like) == SHA1_DIGITS else "sha256"
    return hashlib.new(algorithm, b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
