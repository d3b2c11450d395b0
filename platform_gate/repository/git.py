"""Read-only questions to git. Nothing is fetched, written or checked out, and no hook, filter or pager runs.

The repository is that of an untrusted pull request, so its configuration and the caller's variables must not decide
what git does. Every call passes its settings on the command line, which outranks all files.
"""

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

SHALLOW_FIX: Final = "Fetch the history: `fetch-depth: 0` for actions/checkout, else `git fetch --unshallow`."
MISSING_FIX: Final = "Clone without `--filter`, or fetch the missing objects: the gate never fetches."
INSTALL_FIX: Final = "Install git, and make sure that it is on PATH, outside the checkout."
BATCH: Final = 500
"""Objects per write to ``git cat-file``. Their IDs fit into a pipe's buffer, so that neither side blocks the other."""
SECONDS: Final = 120
"""Time limit of a git call."""
SHA1_DIGITS: Final = 40
LINK: Final = "120000"
"""Mode of a symbolic link."""
SUBMODULE: Final = "160000"
"""Mode of a submodule, which git calls a gitlink."""

_SETTINGS: Final = (
    "safe.bareRepository=explicit",  # a bare repository inside the tree could bring its own configuration
    "core.fsmonitor=false",  # names a program to run
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.quotePath=false",
    "protocol.allow=never",  # no transport: what a partial clone lacks stays missing
)


class TreeEntry(NamedTuple):
    """A file of a commit or of the index: its path from the root, six-digit mode, and object ID in hex."""

    path: str
    mode: str
    oid: str


class Index(NamedTuple):
    """The staged files by path, and those of them that a sparse checkout keeps out of the work tree."""

    files: dict[str, TreeEntry]
    left_out: dict[str, TreeEntry]


class Repository(NamedTuple):
    """A repository by the root of its work tree; ``search_path`` has the format of ``PATH``, to find git by."""

    root: Path
    search_path: str

    @classmethod
    def at(cls, root: Path) -> Repository:
        """The repository at ``root``, with the git that ``PATH`` finds."""
        return cls(root, os.environ.get("PATH", os.defpath))

    def resolve(self, ref: str) -> str:
        """The full ID of the commit that a ref names.

        Raises:
            GateError: there is none.
        """
        # --end-of-options keeps a ref that begins with a dash from being read as an option.
        done = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        if done.returncode or not done.stdout.strip():
            fix = SHALLOW_FIX if self._is_shallow() else "Check the name. In CI, fetch it first."
            raise GateError(f"git doesn't know the commit {quote(ref)}", fix)
        return done.stdout.decode().strip()

    def default_branch(self, remote: str) -> str:
        """The name of a remote's default branch; empty if this clone doesn't know it."""
        done = self._run("symbolic-ref", "--quiet", f"refs/remotes/{remote}/HEAD")
        return done.stdout.decode().strip().removeprefix(f"refs/remotes/{remote}/")

    def merge_base(self, one: str, other: str) -> str:
        """The best common ancestor of two commits; of several the one that git prefers.

        Raises:
            GateError: there is none, or the history is cut off before it.
        """
        done = self._run("merge-base", one, other)
        if done.returncode or not done.stdout.strip():
            fix = SHALLOW_FIX if self._is_shallow() else "Compare with a branch that shares its history with this one."
            raise GateError(f"git finds no common ancestor of {one[:12]} and {other[:12]}", fix)
        return done.stdout.decode().split()[0]

    def day(self, commit: str) -> date:
        """The day in UTC on which a commit was made; raises ``GateError`` if git can't tell."""
        listed = self._output("rev-list", "--max-count=1", "--timestamp", commit)
        return datetime.fromtimestamp(int(listed.split()[0]), UTC).date()

    def files(self, commit: str) -> dict[str, TreeEntry]:
        """Every file of a commit by path; raises ``GateError`` if git can't list them."""
        listed = self._output("ls-tree", "-r", "-z", "--full-tree", commit)
        entries = [_entry(row, "mode", "type", "oid") for row in listed.split(b"\0") if row]
        return {entry.path: entry for entry, _ in entries}

    def blobs(self, oids: Iterable[str], most: int) -> Iterator[bytes]:
        """The contents of objects in order, cut to ``most`` bytes each, from a single process.

        Raises:
            GateError: git can't be run, or lacks an object.
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
                with contextlib.suppress(BrokenPipeError):  # git ended: reading its answer below says why
                    stdin.write("".join(f"{name}\n" for name in names).encode())
                    stdin.flush()
                for _ in names:
                    yield _object(stdout.readline(), stdout.read, most)

    def staged(self) -> Index:
        """The index. A path in conflict has an empty object ID, so that it differs from every file.

        Raises:
            GateError: git can't list it.
        """
        listed = self._output("ls-files", "--stage", "-t", "-z")
        files, left_out = {}, {}
        for row in filter(None, listed.split(b"\0")):
            entry, words = _entry(row, "tag", "mode", "oid", "stage")
            files[entry.path] = entry if words["stage"] == "0" else entry._replace(oid="")
            if words["tag"] == "S":  # skip-worktree, which a sparse checkout sets
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
        """The search path without relative folders and the checkout's: a pull request could bring its own git."""
        inside = str(self.root) + os.sep
        folders = [folder for folder in self.search_path.split(os.pathsep) if folder.startswith("/")]
        outside = (folder for folder in folders if not (os.path.realpath(folder) + os.sep).startswith(inside))
        return os.pathsep.join(outside)

    def _environment(self) -> dict[str, str]:
        """The variables of a git process. The caller's, but for ``PATH``, stay out: some redirect git (``GIT_DIR``)."""
        return {
            "PATH": self._search_path(),
            "LC_ALL": "C",
            "GIT_CEILING_DIRECTORIES": str(self.root.parent),  # a repository above the root isn't used
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_NO_REPLACE_OBJECTS": "1",  # refs/replace would swap contents under their IDs
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_LITERAL_PATHSPECS": "1",
        }


def _entry(row: bytes, *names: str) -> tuple[TreeEntry, dict[str, str]]:
    """A row that git lists as words, a tab and a path; returns the words by ``names`` too."""
    head, _, path = row.partition(b"\t")
    words = dict(zip(names, head.decode().split(), strict=True))
    return TreeEntry(displayed(os.fsdecode(path)), words["mode"], words["oid"]), words


def _object(header: bytes, read: Callable[[int], bytes], most: int) -> bytes:
    """An answer of ``git cat-file --batch``: a header, the content and a line feed, all of it read off the pipe."""
    parts = header.split()
    if len(parts) != 3:  # noqa: PLR2004 - ID, type, size; "ID missing" for an object that git lacks
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
    """The object ID that git gives to a file's content, by the hash algorithm of the ID ``like`` (SHA-1 or SHA-256)."""
    algorithm = "sha1" if len(like) == SHA1_DIGITS else "sha256"
    return hashlib.new(algorithm, b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
