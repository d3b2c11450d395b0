"""Where manifests come from: which files there are, their bytes, and whether a path exists. Nothing is followed out."""

import errno
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from platform_gate import matching
from platform_gate.documents.document import MAX_BYTES, DocumentError, Refusal
from platform_gate.model import GateError, Location
from platform_gate.repository.config import Config
from platform_gate.text import displayed, printable, quote, system_path

STDIN: Final = "-"
STDIN_SHOWN: Final = "<stdin>"
DEFAULT_FOLDER: Final = "services"
SUFFIXES: Final = (".yaml", ".yml")
CHUNK: Final = 64 * 1024
"""Bytes of room for what a file has grown by while it is read: usually none."""


class Found(NamedTuple):
    """A file in scope: ``path`` as shown, ``file`` to be read; or why it can't be judged.

    With ``empty`` it is a place where manifests were looked for and none was found.
    """

    path: str
    file: str = ""
    refusal: Refusal | None = None
    empty: bool = False


class Tree(Protocol):
    """What the gate asks of a work tree or a commit."""

    def find(self, operands: Sequence[str], config: Config) -> list[Found]:
        """The files in scope, sorted by path."""

    def read(self, found: Found) -> bytes:
        """The bytes of a file; raises ``DocumentError`` where there is no plain file of at most 1 MiB."""

    def exists(self, path: str) -> bool:
        """Whether a path, relative to the root, is a file or folder of the tree."""


class WorkTree(NamedTuple):
    """The files on disk. ``root`` is the repository's root, ``cwd`` where operands are relative to."""

    root: Path
    cwd: Path
    stdin: Callable[[], bytes]

    def find(self, operands: Sequence[str], config: Config) -> list[Found]:
        """Explicit files always; of folders what the configuration selects; without operands what it selects at all."""
        found: dict[tuple[str, str], Found] = {}
        for operand in operands or self._default_operands(config):
            for entry in self._operand(operand, config):
                may_come_again = len(operands) > 1 and entry.file not in ("", STDIN)
                same = os.path.normpath(entry.file) if may_come_again else entry.file
                found.setdefault((entry.path, same), entry)
        return [found[key] for key in sorted(found, key=lambda key: (printable(key[0]), key))]

    def read(self, found: Found) -> bytes:
        """The bytes of a file, opened without following a link and never larger than the limit."""
        try:
            return self.stdin() if found.file == STDIN else read_plain_file(found.file)
        except (OSError, ValueError, AttributeError) as error:
            raise DocumentError(unreadable(found.path, error)) from None

    def exists(self, path: str) -> bool:
        """Whether a path below the root exists and is no link that leads elsewhere."""
        below = os.path.normpath(path.split("#", 1)[0])
        if below.startswith(("/", "..")) or below == ".":
            return False
        full = str(self.root / below)
        return self._link_above(full) is None and os.path.lexists(system_path(full))

    def shown(self, file: str) -> str:
        """A path as people see it: relative to the root where it lies below it, else as it was typed."""
        full = os.path.normpath(self.cwd / file)
        inside = os.path.relpath(full, self.root)
        path = file if inside == ".." or inside.startswith("../") else inside
        return displayed(path)

    def _default_operands(self, config: Config) -> list[str]:
        folder = self.root if config.manifests is not None else self.root / DEFAULT_FOLDER
        return [str(folder)]

    def _operand(self, operand: str, config: Config) -> Iterator[Found]:
        if operand == STDIN:
            yield Found(STDIN_SHOWN, STDIN)
            return
        file, path = str(self.cwd / operand), self.shown(operand)
        if refusal := self._refuse_operand(file, path):
            yield Found(path, refusal=refusal, empty=not os.path.lexists(file))
        elif os.path.isdir(file):  # noqa: PTH112 - plain strings all the way down: Path costs more than the walk
            yield from self._folder(file, path, config)
        else:
            yield Found(path, file)

    def _folder(self, file: str, path: str, config: Config) -> Iterator[Found]:
        prefix = "" if path == "." else path.rstrip("/") + "/"
        entries = list(_walk(file, prefix, Selection(config.manifests, config.exclude)))
        yield from entries
        if not entries:
            fix = "Name the folder or file that holds your manifests, or configure `manifests`."
            refusal = Refusal(f"no manifest found in {quote(path)}", fix, Location(path))
            yield Found(path, refusal=refusal, empty=True)

    def _refuse_operand(self, file: str, path: str) -> Refusal | None:
        if not os.path.lexists(file):
            return Refusal("there is no such file or folder", "Check the path.", Location(path))
        link = self._link_above(file)
        if link is not None:
            return link_refusal(path, self.shown(link))
        return None

    def _link_above(self, file: str) -> str | None:
        """The first part of a path that is a symbolic link: below the root any part, elsewhere only the last."""
        steps = Path(file).parts
        for count, step in enumerate(steps):
            if step == ".." and _is_link(os.path.join(*steps[:count])):  # noqa: PTH118
                return os.path.join(*steps[:count])  # noqa: PTH118 - the kernel goes through the link before it goes up
        full = os.path.normpath(file)
        inside = os.path.relpath(full, self.root)
        if inside == ".." or inside.startswith("../"):
            return full if _is_link(full) else None
        steps = Path(inside).parts
        paths = (str(self.root.joinpath(*steps[: count + 1])) for count in range(len(steps)))
        return next((path for path in paths if _is_link(path)), None)


def _is_link(path: str) -> bool:
    """Whether a path is a symbolic link; asked in bytes, since a locale without its letters would answer no."""
    return os.path.islink(system_path(path))  # noqa: PTH114


def link_refusal(path: str, link: str) -> Refusal:
    """Why a symbolic link isn't judged."""
    what = "it is" if link == path else f"{quote(link)} is"
    fix = "Put the file itself there, or exclude the link by configuration."
    return Refusal(f"{what} a symbolic link, which the gate does not follow", fix, Location(path))


def unreadable(path: str, error: Exception) -> Refusal:
    """Why the system would not give a file's bytes."""
    reason = (getattr(error, "strerror", None) or "there is nothing to read").lower()
    return Refusal(f"it cannot be read: {reason}", "Mend the file or its permissions.", Location(path))


def read_plain_file(file: str) -> bytes:
    """At most one byte more than the limit of a plain file, opened without following a link or waiting for a writer.

    Raises:
        OSError: there is none, or it is something else.
    """
    return _read_plain(os.open(system_path(file), _READING | os.O_NOFOLLOW))


_READING: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC


def _read_plain(descriptor: int) -> bytes:
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "not a plain file")
        content = os.read(descriptor, min(found.st_size, MAX_BYTES) + 1)
        if len(content) == found.st_size:
            return content
        while len(content) <= MAX_BYTES and (more := os.read(descriptor, min(CHUNK, MAX_BYTES + 1 - len(content)))):
            content += more
        return content
    finally:
        os.close(descriptor)


class Selection(NamedTuple):
    """What of a folder is in scope: the configured globs, else what ends like YAML; less what is excluded."""

    manifests: tuple[str, ...] | None
    exclude: tuple[str, ...]

    def takes(self, path: str) -> bool:
        """Whether a file is in scope."""
        if matching.matches(self.exclude, path):
            return False
        return path.lower().endswith(SUFFIXES) if self.manifests is None else matching.matches(self.manifests, path)

    def enters(self, folder: str) -> bool:
        """Whether a folder can hold anything in scope."""
        if matching.matches(self.exclude, folder) or matching.matches(self.exclude, folder + "/"):
            return False
        return self.manifests is None or matching.reach(self.manifests, folder)


def _walk(folder: str, prefix: str, selection: Selection) -> Iterator[Found]:
    """What is in scope below a folder, however deep it goes."""
    waiting = [(folder, prefix)]
    while waiting:
        place, shown = waiting.pop()
        try:
            entries = sorted(os.scandir(place), key=lambda entry: entry.name)
        except OSError as error:
            path = shown.rstrip("/") or "."
            yield Found(path, refusal=unreadable(path, error))
            continue
        for entry in entries:
            path = shown + displayed(entry.name)
            if entry.is_dir(follow_symlinks=False):
                if entry.name != ".git" and selection.enters(path):
                    waiting.append((entry.path, path + "/"))
            elif entry.is_symlink():
                if selection.takes(path) or (_leads_to_folder(entry) and selection.enters(path)):
                    yield Found(path, refusal=link_refusal(path, path))
            elif selection.takes(path):
                yield Found(path, entry.path)


def _leads_to_folder(link: os.DirEntry[str]) -> bool:
    try:
        return link.is_dir()
    except OSError:
        return True


def find_root(cwd: Path) -> Path:
    """The repository's root: the nearest folder with a ``.git``, else the working directory."""
    return next((folder for folder in (cwd, *cwd.parents) if (folder / ".git").exists()), cwd)


def read_named(tree: WorkTree, kind: str, reference: str) -> tuple[bytes, str]:
    """A file that people name, a policy or waivers, and its path as shown. It may lie anywhere, and may be a link.

    Raises:
        GateError: it can't be read.
    """
    shown = tree.shown(reference)
    try:
        return _read_plain(os.open(system_path(str(tree.cwd / reference)), _READING)), shown
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise GateError(f"the {kind} {quote(shown)} cannot be read: {reason}", "Check the path.") from None


def read_optional(tree: WorkTree) -> Callable[[str], bytes | None]:
    """A reader of files at the root that need not exist."""

    def read(name: str) -> bytes | None:
        try:
            return read_plain_file(str(tree.root / name))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise GateError(f"{name} cannot be read: {(error.strerror or str(error)).lower()}") from None

    return read


def is_glob(pattern: str) -> bool:
    """Whether a configured path is a glob."""
    return not set(pattern).isdisjoint("*?[")


def expand(tree: WorkTree, patterns: Sequence[str]) -> list[str]:
    """The files that configured paths and globs name, from the root, sorted; a plain path stays, existing or not."""
    selection = Selection(tuple(filter(is_glob, patterns)), ())
    found = list(_walk(str(tree.root), "", selection)) if selection.manifests else []
    for entry in found:
        if entry.refusal:
            raise DocumentError(entry.refusal)
    return sorted({entry.path for entry in found}.union(pattern for pattern in patterns if not is_glob(pattern)))
