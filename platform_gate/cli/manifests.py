"""The manifests that an import finds in its folder: which services they describe, and writing them anew."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from platform_gate.cli.streams import write_file
from platform_gate.documents.document import Document, DocumentError, read
from platform_gate.importers.collection import Collection
from platform_gate.importers.drift import Synchronised
from platform_gate.importers.drift import synchronise as compare
from platform_gate.repository.config import Config
from platform_gate.repository.work_tree import WorkTree

DESCRIPTOR_SUFFIXES: Final = (".yaml", ".yml", ".json")
_BOM: Final = "\ufeff"


def documents(tree: WorkTree, folder: str) -> list[Document]:
    """Every document of a folder's manifests. What can't be read describes nothing; `check` says why."""
    result: list[Document] = []
    if os.path.isdir(tree.cwd / folder):  # noqa: PTH112 - as everywhere in the work tree
        for entry in tree.find([folder], Config()):
            try:
                result += read(tree.read(entry), entry.path) if not entry.refusal else []
            except DocumentError:
                continue
    return [document for document in result if _is_manifest(document)]


def _is_manifest(document: Document) -> bool:
    data = document.data
    return isinstance(data, dict) and data.get("kind") == "Service" and isinstance(data.get("metadata"), dict)


def described(tree: WorkTree, folder: str) -> dict[str, str]:
    """The services that a folder's manifests describe, and where."""
    named = ((document.data["metadata"].get("name"), document.path) for document in documents(tree, folder))
    return {name: path for name, path in named if isinstance(name, str)}


def synchronise(tree: WorkTree, collection: Collection, folder: str) -> Synchronised:
    """A folder's manifests against the drafts of an import."""
    return compare(
        documents(tree, folder), collection.drafts, lambda path: path in collection.paths or _is_gone(tree, path)
    )


def _is_gone(tree: WorkTree, path: str) -> bool:
    """Whether a comment names a descriptor that was there once. `# from our contract` names none."""
    named = path.lower().endswith(DESCRIPTOR_SUFFIXES)
    return named and not any(os.path.lexists(base / path) for base in (tree.root, tree.cwd))


def save(tree: WorkTree, texts: Mapping[str, tuple[str, str]]) -> None:
    """Write changed manifests over their files, a byte order mark included.

    Raises:
        GateError: one could not be written.
    """
    for path, (_, text) in texts.items():
        file = tree.root / path
        with file.open("rb") as opened:
            marked = opened.read(3) == _BOM.encode()
        write_file(str(file), [_BOM * marked, text])
