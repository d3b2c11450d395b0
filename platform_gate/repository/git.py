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
from pathlib import Path
from typing import Final, NamedTuple

from platform_gate.model import GateError
from platform_gate.text import displayed, printable

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

    def default_branch(self, remote: str) -> str:
        """The name of a remote's default branch; empty if this clone doesn't know it."""
        done = self.run("symbolic-ref", "--quiet", f"refs/remotes/{remote}/HEAD")
        return done.stdout.decode().strip().removeprefix(f"refs/remotes/{remote}/")

    def files(self, commit: str) -> dict[str, TreeEntry]:
        """Every file of a commit by path; raises ``GateError`` if git can't list them."""
        listed = self.output("ls-tree", "-r", "-z", "--full-tree", commit)
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
        listed = self.output("ls-files", "--stage", "-t", "-z")
        files, left_out = {}, {}
        for row in filter(None, listed.split(b"\0")):
            entry, words = _entry(row, "tag", "mode", "oid", "stage")
            files[entry.path] = entry if words["stage"] == "0" else entry._replace(oid="")
            if words["tag"] == "S":  # skip-worktree, which a sparse checkout sets
                left_out[entry.path] = entry
        return Index(files, left_out)

    def matching(self, commit: str, text: str) -> list[str]:
        """The files of a commit that hold a text, by path; raises ``GateError`` if git can't search them."""
        # --text: an attribute that declares a file binary hides nothing.
        options = ("--null", "--files-with-matches", "--text", "--fixed-strings", "--no-recurse-submodules")
        done = self.run("grep", *options, "-e", text, commit)
        if done.returncode > 1:
            raise GateError("git lacks an object of the base, or can't search it", MISSING_FIX)
        rows = (row.partition(b":")[2] for row in done.stdout.split(b"\0") if row)
        return [displayed(os.fsdecode(path)) for path in rows]

    def submodules(self, folders: Iterable[str]) -> list[str]:
        """Those of some folders, by their paths from the root, that the index holds as submodules.

        Raises:
            GateError: git can't tell.
        """
        listed = self.output("ls-files", "--stage", "-z", "--", *folders)
        entries = [_entry(row, "mode", "oid", "stage")[0] for row in listed.split(b"\0") if row]
        return sorted({entry.path for entry in entries if entry.mode == SUBMODULE})

    def own_file(self, place: str) -> bytes:
        """The bytes of a file that git keeps for itself, by the path that git prints; empty if there is none."""
        path = self.root / place
        return path.read_bytes() if path.is_file() else b""

    def output(self, *arguments: str) -> bytes:
        """What git prints; raises ``GateError`` if it fails or can't be run."""
        done = self.run(*arguments)
        if done.returncode:
            raise _failed(arguments[0], done)
        return done.stdout

    def run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """Run git, whatever its exit code; raises ``GateError`` if it can't be run."""
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


def _failed(command: str, done: subprocess.CompletedProcess[bytes]) -> GateError:
    reason = printable(done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2])
    return GateError(f"git {command} failed: {reason}", "Run the gate where git works.")


def is_repository(root: Path) -> bool:
    """Whether git keeps a repository at a root: an empty ``.git`` is none, a file of that name leads to one."""
    place = root / ".git"
    return place.is_file() or (place / "HEAD").exists()


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
