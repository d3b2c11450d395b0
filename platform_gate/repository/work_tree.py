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
from platform_gate.model import Location
from platform_gate.repository import plain_files
from platform_gate.repository.config import OWN_FILE, Config
from platform_gate.repository.evidence import Tracked, holds_a_file, not_tracked
from platform_gate.repository.manifest_names import is_manifest_name
from platform_gate.text import displayed, listing, printable, quote, system_path

STDIN: Final = "-"
STDIN_SHOWN: Final = "<stdin>"
DEFAULT_FOLDER: Final = "services"
ADD_FIX: Final = "Add it with `git add`, or leave out --tracked."
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
    """The files on disk below ``root``; operands are relative to ``cwd``, and ``stdin`` reads standard input.

    ``tracked`` asks git what it tracks. It is a call, since only evidence that is verified needs to know. With
    ``only_tracked`` nothing else counts.
    """

    root: Path
    cwd: Path
    stdin: Callable[[], bytes]
    tracked: Callable[[], Tracked | None] = not_tracked
    only_tracked: bool = False

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
        """Whether a path from the root leads to a file or folder below it that counts. A ``#fragment`` is ignored.

        In a git repository it must be tracked; elsewhere be a regular file, or hold one. No link on the way counts.
        """
        below = os.path.normpath(path.split("#", 1)[0])
        if below.startswith("/") or below.split("/", 1)[0] in (".", ".."):
            return False
        tracked = self.tracked()
        if tracked and displayed(below) not in tracked.paths:
            return False
        if tracked and displayed(below) in tracked.left_out:
            return True
        return self._link_above(str(self.root / below)) is None and holds_a_file(str(self.root), below)

    def counts(self, path: str) -> bool:
        """Whether a file or folder, by its path as shown, counts."""
        tracked = self.tracked() if self.only_tracked else None
        if tracked is None or path in tracked.paths:
            return True
        return not tracked.elsewhere.isdisjoint(_folders_to(path, "."))

    def shown(self, file: str) -> str:
        """A path as people see it: from the root if it lies below it, else as it was typed."""
        full = os.path.normpath(self.cwd / file)
        inside = os.path.relpath(full, self.root)
        path = file if inside == ".." or inside.startswith("../") else inside
        return displayed(path)

    def _default_operands(self, config: Config) -> list[str]:
        if config.manifests is not None:
            return [str(self.root)]
        takes = Selection(None, config.exclude).takes
        names = [name for name in _manifests_at(self.root) if takes(displayed(name)) and self.counts(displayed(name))]
        folder = self.root / DEFAULT_FOLDER
        folders = [str(folder)] if os.path.lexists(folder) or not names else []
        return [*(str(self.root / name) for name in names), *folders]

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
        selection, empty = Selection(config.manifests, config.exclude), list[str]()
        files = [entry for entry in walk(file, prefix, selection, empty) if self.counts(entry.path)]
        files += self._submodules(file, selection, empty)
        yield from files
        if not files:
            yield ManifestFile(path, refusal=_nothing_found(path, config), empty=True)

    def _submodules(self, folder: str, selection: "Selection", empty: Sequence[str]) -> Iterator[ManifestFile]:
        """The submodules below a folder that could hold manifests and are not checked out, each with a refusal."""
        root = str(self.root)
        if not empty and not os.path.lexists(f"{root}/.gitmodules"):
            return
        from platform_gate.repository import submodules  # noqa: PLC0415 - most repositories have none

        below = os.path.relpath(folder, root)
        for path in submodules.absent(root, [os.path.relpath(place, root) for place in empty]):
            inside = below == "." or f"{path}/".startswith(f"{displayed(below)}/")
            if inside and (path == displayed(below) or all(map(selection.enters, _folders_to(path, displayed(below))))):
                yield ManifestFile(path, refusal=submodules.refusal(path))

    def _refuse_operand(self, file: str, path: str) -> Refusal | None:
        if not os.path.lexists(file):
            return _missing(path)
        link = self._link_above(file)
        if link is not None:
            return link_refusal(path, self.shown(link))
        if not os.path.isdir(file) and not self.counts(path):  # noqa: PTH112 - see the module
            return Refusal("git does not track the file", ADD_FIX, Location(path))
        return None

    def _link_above(self, file: str) -> str | None:
        """The first part of a path that is a symbolic link, or None.

        Below the root every part counts. Elsewhere only the last one does: how the machine lays out its folders is no
        business of a pull request.
        """
        steps = Path(file).parts
        # normpath drops `link/..`, but the kernel follows the link before it goes up.
        for count, step in enumerate(steps):
            if step == ".." and is_link(os.path.join(*steps[:count])):  # noqa: PTH118 - see the module
                return os.path.join(*steps[:count])  # noqa: PTH118
        full = os.path.normpath(file)
        inside = os.path.relpath(full, self.root)
        if inside == ".." or inside.startswith("../"):
            return full if is_link(full) else None
        steps = Path(inside).parts
        paths = (str(self.root.joinpath(*steps[: count + 1])) for count in range(len(steps)))
        return next((path for path in paths if is_link(path)), None)


def _manifests_at(root: Path) -> list[str]:
    """The names of manifests at the root; none if it can't be listed, since then no file in it can be read either."""
    try:
        return sorted(entry.name for entry in os.scandir(root) if is_manifest_name(entry.name) and not entry.is_dir())
    except OSError:
        return []


def is_link(path: str) -> bool:
    """Whether a path is a symbolic link."""
    return os.path.islink(system_path(path))  # noqa: PTH114 - bytes: in an ASCII locale a str would answer no


def link_refusal(path: str, link: str) -> Refusal:
    """The refusal of ``path``, because ``link`` on the way to it, or itself, is a symbolic link."""
    what = "a symbolic link" if link == path else f"{quote(link)} is a symbolic link"
    fix = "Replace the link with the file, or `exclude` it in the configuration."
    return Refusal(f"{what}, which the gate does not follow", fix, Location(path))


def unreadable(path: str, error: Exception) -> Refusal:
    """The refusal of a file that the system can't open or read."""
    reason = (getattr(error, "strerror", None) or "there is nothing to read").lower()
    return Refusal(f"the file can't be read: {reason}", "Check the file and its permissions.", Location(path))


def _missing(path: str) -> Refusal:
    """The refusal of an operand that doesn't exist."""
    fix = "Check the path."
    if path == DEFAULT_FOLDER:
        fix = (
            "Run `platform-gate init` for a first manifest, or say where yours are: `manifests` in .platform-gate.yaml."
        )
    return Refusal("no such file or folder", fix, Location(path))


def _nothing_found(path: str, config: Config) -> Refusal:
    """The refusal of a folder in which no file is selected."""
    if config.manifests is None:
        fix = "Name the folder that holds your manifests, or set `manifests` in .platform-gate.yaml."
        return Refusal(f"no .yaml or .yml file in {quote(path)}", fix, Location(path))
    globs = listing(map(quote, config.manifests), "or")
    where = "" if path == "." else f" in {quote(path)}"
    fix = f"Correct `manifests` (and `exclude`) in {config.path}."
    return Refusal(f"no file{where} matches {globs}, the configured `manifests`", fix, Location(path))


class Selection(NamedTuple):
    """The globs that select files: ``manifests``, or every YAML file if that is None, less ``exclude``."""

    manifests: tuple[str, ...] | None
    exclude: tuple[str, ...]

    def takes(self, path: str) -> bool:
        """Whether a file, by its path from the root, is in scope. The gate's own configuration never is."""
        if path == OWN_FILE or matching.matches(self.exclude, path):
            return False
        return path.lower().endswith(SUFFIXES) if self.manifests is None else matching.matches(self.manifests, path)

    def enters(self, folder: str) -> bool:
        """Whether a folder, by its path from the root, can hold a file in scope."""
        if matching.matches(self.exclude, folder) or matching.matches(self.exclude, folder + "/"):
            return False
        return self.manifests is None or matching.reach(self.manifests, folder)


def _folders_to(path: str, above: str) -> Iterator[str]:
    """The folders from below ``above`` down to a path, itself included."""
    steps = path.split("/")
    start = 0 if above == "." else above.count("/") + 1
    return ("/".join(steps[: count + 1]) for count in range(start, len(steps)))


def walk(folder: str, prefix: str, selection: Selection, empty: list[str] | None = None) -> Iterator[ManifestFile]:
    """The files in scope below a folder; ``prefix`` is put before their paths. Empty folders are added to ``empty``."""
    pending = [(folder, prefix)]  # a list, since recursion ends at a thousand nested folders
    while pending:
        current, shown = pending.pop()
        try:
            entries = sorted(os.scandir(current), key=lambda entry: entry.name)
        except OSError as error:
            path = shown.rstrip("/") or "."
            yield ManifestFile(path, refusal=unreadable(path, error))
            continue
        if not entries and empty is not None:
            empty.append(current)
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
