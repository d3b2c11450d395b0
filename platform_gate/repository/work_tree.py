"""The files on disk: which are in scope, their bytes, and whether a path exists.

No symbolic link below the root is followed: a pull request could point one at any file of the machine, and errors would
quote its lines. Paths are plain strings, since ``pathlib`` costs more than the walk itself.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from platform_gate import matching
from platform_gate.documents.document import MAX_BYTES, DocumentError, Refusal
from platform_gate.model import GateError, Location
from platform_gate.repository import plain_files
from platform_gate.repository.config import Config
from platform_gate.text import displayed, printable, quote, system_path

STDIN: Final = "-"
STDIN_SHOWN: Final = "<stdin>"
DEFAULT_FOLDER: Final = "services"
SUFFIXES: Final = (".yaml", ".yml")


class ManifestFile(NamedTuple):
    """A file in scope, or the reason why it can't be judged.

    ``path`` is shown to people and relative to the root where it lies below it. ``file`` is what the tree reads: a path
    on disk, ``STDIN``, or an object ID. ``empty`` marks an operand that holds no manifest, or doesn't exist.
    """

    path: str
    file: str = ""
    refusal: Refusal | None = None
    empty: bool = False


class Tree(Protocol):
    """A work tree, a commit, or anything else that holds manifests."""

    def find(self, operands: Sequence[str], config: Config) -> list[ManifestFile]:
        """The files in scope, sorted by path."""

    def read(self, found: ManifestFile) -> bytes:
        """The bytes of a file, at most ``MAX_BYTES + 1``; raises ``DocumentError`` if it can't be read."""

    def exists(self, path: str) -> bool:
        """Whether a path from the root is a file or folder of the tree."""


class WorkTree(NamedTuple):
    """The files on disk below ``root``; operands are relative to ``cwd``, and ``stdin`` reads standard input."""

    root: Path
    cwd: Path
    stdin: Callable[[], bytes]

    def find(self, operands: Sequence[str], config: Config) -> list[ManifestFile]:
        """The files in scope, sorted by path.

        A named file is always in scope, of a named folder what the configuration selects. Without operands the whole
        repository counts as named if ``manifests`` is configured, else ``services``.
        """
        files: dict[tuple[str, str], ManifestFile] = {}
        for operand in operands or self._default_operands(config):
            for file in self._operand(operand, config):
                may_repeat = len(operands) > 1 and file.file not in ("", STDIN)
                place = os.path.normpath(file.file) if may_repeat else file.file
                files.setdefault((file.path, place), file)
        return [files[key] for key in sorted(files, key=lambda key: (printable(key[0]), key))]

    def read(self, file: ManifestFile) -> bytes:
        """The bytes of a file, at most ``MAX_BYTES + 1``.

        Raises:
            DocumentError: it can't be read, or is no plain file any more.
        """
        try:
            return self.stdin() if file.file == STDIN else plain_files.read(file.file, MAX_BYTES)
        except (OSError, ValueError, AttributeError) as error:  # AttributeError: a closed standard input is None
            raise DocumentError(unreadable(file.path, error)) from None

    def exists(self, path: str) -> bool:
        """Whether a path from the root exists, lies below it, and passes no link. A ``#fragment`` is ignored."""
        below = os.path.normpath(path.split("#", 1)[0])
        if below.startswith(("/", "..")) or below == ".":
            return False
        full = str(self.root / below)
        return self._link_above(full) is None and os.path.lexists(system_path(full))

    def shown(self, file: str) -> str:
        """A path as people see it: from the root if it lies below it, else as it was typed."""
        full = os.path.normpath(self.cwd / file)
        inside = os.path.relpath(full, self.root)
        path = file if inside == ".." or inside.startswith("../") else inside
        return displayed(path)

    def _default_operands(self, config: Config) -> list[str]:
        folder = self.root if config.manifests is not None else self.root / DEFAULT_FOLDER
        return [str(folder)]

    def _operand(self, operand: str, config: Config) -> Iterator[ManifestFile]:
        if operand == STDIN:
            yield ManifestFile(STDIN_SHOWN, STDIN)
            return
        file, path = str(self.cwd / operand), self.shown(operand)
        if refusal := self._refuse_operand(file, path):
            yield ManifestFile(path, refusal=refusal, empty=not os.path.lexists(file))
        elif os.path.isdir(file):  # noqa: PTH112 - see the module
            yield from self._folder(file, path, config)
        else:
            yield ManifestFile(path, file)

    def _folder(self, file: str, path: str, config: Config) -> Iterator[ManifestFile]:
        prefix = "" if path == "." else path.rstrip("/") + "/"
        files = list(_walk(file, prefix, Selection(config.manifests, config.exclude)))
        yield from files
        if not files:
            fix = "Name the folder or file that holds your manifests, or configure `manifests`."
            refusal = Refusal(f"no manifest found in {quote(path)}", fix, Location(path))
            yield ManifestFile(path, refusal=refusal, empty=True)

    def _refuse_operand(self, file: str, path: str) -> Refusal | None:
        if not os.path.lexists(file):
            return Refusal("there is no such file or folder", "Check the path.", Location(path))
        link = self._link_above(file)
        if link is not None:
            return link_refusal(path, self.shown(link))
        return None

    def _link_above(self, file: str) -> str | None:
        """The first part of a path that is a symbolic link, or None.

        Below the root every part counts. Elsewhere only the last one does: how the machine lays out its folders is no
        business of a pull request.
        """
        steps = Path(file).parts
        # normpath drops `link/..`, but the kernel follows the link before it goes up.
        for count, step in enumerate(steps):
            if step == ".." and _is_link(os.path.join(*steps[:count])):  # noqa: PTH118 - see the module
                return os.path.join(*steps[:count])  # noqa: PTH118
        full = os.path.normpath(file)
        inside = os.path.relpath(full, self.root)
        if inside == ".." or inside.startswith("../"):
            return full if _is_link(full) else None
        steps = Path(inside).parts
        paths = (str(self.root.joinpath(*steps[: count + 1])) for count in range(len(steps)))
        return next((path for path in paths if _is_link(path)), None)


def _is_link(path: str) -> bool:
    """Whether a path is a symbolic link."""
    return os.path.islink(system_path(path))  # noqa: PTH114 - bytes: in an ASCII locale a str would answer no


def link_refusal(path: str, link: str) -> Refusal:
    """The refusal of ``path``, because ``link`` on the way to it, or itself, is a symbolic link."""
    what = "it is" if link == path else f"{quote(link)} is"
    fix = "Put the file itself there, or exclude the link by configuration."
    return Refusal(f"{what} a symbolic link, which the gate does not follow", fix, Location(path))


def unreadable(path: str, error: Exception) -> Refusal:
    """The refusal of a file that the system can't open or read."""
    reason = (getattr(error, "strerror", None) or "there is nothing to read").lower()
    return Refusal(f"it cannot be read: {reason}", "Mend the file or its permissions.", Location(path))


class Selection(NamedTuple):
    """The globs that select files: ``manifests``, or every YAML file if that is None, less ``exclude``."""

    manifests: tuple[str, ...] | None
    exclude: tuple[str, ...]

    def takes(self, path: str) -> bool:
        """Whether a file, by its path from the root, is in scope."""
        if matching.matches(self.exclude, path):
            return False
        return path.lower().endswith(SUFFIXES) if self.manifests is None else matching.matches(self.manifests, path)

    def enters(self, folder: str) -> bool:
        """Whether a folder, by its path from the root, can hold a file in scope."""
        if matching.matches(self.exclude, folder) or matching.matches(self.exclude, folder + "/"):
            return False
        return self.manifests is None or matching.reach(self.manifests, folder)


def _walk(folder: str, prefix: str, selection: Selection) -> Iterator[ManifestFile]:
    """The files in scope below a folder; ``prefix`` is put before their paths."""
    pending = [(folder, prefix)]  # a list, since recursion ends at a thousand nested folders
    while pending:
        current, shown = pending.pop()
        try:
            entries = sorted(os.scandir(current), key=lambda entry: entry.name)
        except OSError as error:
            path = shown.rstrip("/") or "."
            yield ManifestFile(path, refusal=unreadable(path, error))
            continue
        for entry in entries:
            path = shown + displayed(entry.name)
            if entry.is_dir(follow_symlinks=False):
                if entry.name != ".git" and selection.enters(path):
                    pending.append((entry.path, path + "/"))
            elif entry.is_symlink():
                if selection.takes(path) or (_leads_to_folder(entry) and selection.enters(path)):
                    yield ManifestFile(path, refusal=link_refusal(path, path))
            elif selection.takes(path):
                yield ManifestFile(path, entry.path)


def _leads_to_folder(link: os.DirEntry[str]) -> bool:
    try:
        return link.is_dir()
    except OSError:  # a loop of links: assume the worst
        return True


def find_root(cwd: Path) -> Path:
    """The repository's root: the nearest folder from ``cwd`` up that holds ``.git``, else ``cwd``."""
    return next((folder for folder in (cwd, *cwd.parents) if (folder / ".git").exists()), cwd)


def read_named(tree: WorkTree, kind: str, reference: str, limit: int = MAX_BYTES) -> tuple[bytes, str]:
    """The bytes and the shown path of a policy or waiver file that somebody named; ``kind`` says which in errors.

    Whoever starts the gate may name any file, so it may lie anywhere and may be a link.

    Raises:
        GateError: it can't be read.
    """
    shown = tree.shown(reference)
    try:
        return plain_files.read(str(tree.cwd / reference), limit, follow_link=True), shown
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise GateError(f"the {kind} {quote(shown)} cannot be read: {reason}", "Check the path.") from None


def read_optional(tree: WorkTree, limit: int = MAX_BYTES) -> Callable[[str], bytes | None]:
    """A reader of files at the root by name: None for a missing one, ``GateError`` for an unreadable one."""

    def read(name: str) -> bytes | None:
        try:
            return plain_files.read(str(tree.root / name), limit)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise GateError(f"{name} cannot be read: {(error.strerror or str(error)).lower()}") from None

    return read


def is_glob(pattern: str) -> bool:
    """Whether a configured path holds a wildcard."""
    return not set(pattern).isdisjoint("*?[")


def expand(tree: WorkTree, patterns: Sequence[str]) -> list[str]:
    """The sorted paths from the root that configured paths and globs select; a path without wildcards stays as it is.

    Raises:
        DocumentError: a glob selects a link, or a folder that can't be read.
    """
    selection = Selection(tuple(filter(is_glob, patterns)), ())
    files = list(_walk(str(tree.root), "", selection)) if selection.manifests else []
    for file in files:
        if file.refusal:
            raise DocumentError(file.refusal)
    return sorted({file.path for file in files}.union(pattern for pattern in patterns if not is_glob(pattern)))
