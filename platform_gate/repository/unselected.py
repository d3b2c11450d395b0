"""What lies beside the manifests and does not count: YAML that no glob selects, configuration below the root."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from platform_gate.documents.document import MAX_BYTES
from platform_gate.repository import plain_files
from platform_gate.repository.config import OWN_FILE, PYPROJECT, Config
from platform_gate.repository.work_tree import DEFAULT_FOLDER, STDIN, SUFFIXES, ManifestFile, WorkTree, is_glob

MISSPELT: Final = OWN_FILE.removesuffix(".yaml") + ".yml"
Find = Callable[[Sequence[str], Config], list[ManifestFile]]
"""Finds the files below some folders, given by their paths from the root, that a configuration selects."""


def yaml_beside(find: Find, config: Config, operands: Sequence[str], selected: Iterable[ManifestFile]) -> list[str]:
    """The YAML files below the folders that the ``manifests`` globs begin with, less what is selected or excluded.

    With operands, which are paths from the root, only those below them.
    """
    folders = first_folders(config)
    if not folders:
        return []
    known = {file.path for file in selected}
    found = find(folders, config._replace(manifests=None))
    paths = (file.path for file in found if file.path.lower().endswith(SUFFIXES) and file.path not in known)
    return sorted(path for path in paths if not operands or any(_is_below(path, operand) for operand in operands))


def _is_below(path: str, folder: str) -> bool:
    return folder == "." or path.startswith(folder.rstrip("/") + "/")


def first_folders(config: Config) -> list[str]:
    """The folders that the ``manifests`` globs begin with, none inside of another; a glob for any folder has none."""
    folders = sorted({_first_folder(glob.removeprefix("./")) for glob in config.manifests or ()} - {""})
    return [folder for folder in folders if not any(_is_below(folder, other) for other in folders if other != folder)]


def _first_folder(glob: str) -> str:
    *steps, _ = glob.split("/")
    plain = next((count for count, step in enumerate(steps) if is_glob(step)), len(steps))
    return "/".join(steps[:plain])


def in_work_tree(tree: WorkTree) -> Find:
    """A ``Find`` for the files on disk."""
    return tree._replace(cwd=tree.root).find


def unread_configuration(tree: WorkTree, operands: Sequence[str] = (), config: Config | None = None) -> list[str]:
    """Configuration files that somebody may take for the one that counts, which lies at the root; as shown paths.

    Looked at are the folders from the working directory, the operands, and the folders of the manifests up to the root.
    """
    places = [tree.cwd, *(tree.cwd / operand for operand in operands if operand != STDIN)]
    places += [tree.root / folder for folder in (first_folders(config) or [DEFAULT_FOLDER] if config else [])]
    folders = {folder for place in places for folder in _up_to_root(Path(os.path.normpath(place)), tree.root)}
    files = (file for folder in sorted(folders) for file in _configurations(folder, tree.root))
    return [tree.shown(str(file)) for file in files]


def _up_to_root(place: Path, root: Path) -> Collection[Path]:
    return [folder for folder in (place, *place.parents) if folder == root or root in folder.parents]


def _configurations(folder: Path, root: Path) -> Iterator[Path]:
    names = (MISSPELT,) if folder == root else (OWN_FILE, MISSPELT, PYPROJECT)
    for name in names:
        file = folder / name
        if os.path.lexists(file) and (name != PYPROJECT or _has_table(file)):
            yield file


def _has_table(pyproject: Path) -> bool:
    import tomllib  # noqa: PLC0415 - most repositories have no such file

    try:
        content = plain_files.read(str(pyproject), MAX_BYTES)
    except (OSError, ValueError):
        return False
    if b"platform-gate" not in content:
        return False
    try:
        return "platform-gate" in tomllib.loads(content.decode()).get("tool", {})
    except (ValueError, RecursionError, AttributeError):
        return True  # somebody meant it
