"""Services that are described twice: the first manifest of each counts, and every further one is a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Final

from platform_gate.documents.document import Document
from platform_gate.documents.document import read as read_documents
from platform_gate.judging.problems import described_already, finding_of, repeated
from platform_gate.judging.result import Judged
from platform_gate.model import Finding, Location, Problem, pointer
from platform_gate.repository.work_tree import ManifestFile, Tree
from platform_gate.subsystems.catalogue import DUPLICATE_SERVICE

NAME: Final = ("metadata", "name")


def without_duplicates(
    services: Sequence[Judged], files: Iterable[ManifestFile], tree: Tree
) -> tuple[list[Judged], list[Finding]]:
    """The first manifest of each service, and a finding for each further one."""
    first: dict[str, Judged] = {}
    for judged in services:
        first.setdefault(judged.name, judged)
    if len(first) == len(services):
        return list(services), []
    return list(first.values()), repeated(services, _findings(services, _reader(files, tree)))


def _findings(services: Iterable[Judged], read: Callable[[Judged], Document]) -> Callable[[Judged, Judged], Finding]:
    """What makes the finding on a manifest and the first of its name.

    Of a file that describes services first, the places of all names are kept, so that it is read only once however
    many other files repeat them.
    """
    places: dict[str, dict[int, Location]] = {}
    lines: dict[str, list[Judged]] = {}
    for judged in services:
        lines.setdefault(judged.location.path, []).append(judged)

    def place_of(judged: Judged) -> Location:
        path = judged.location.path
        if path not in places:
            places[path] = {each.location.line: read(each).locate(NAME) for each in lines[path]}
        return places[path][judged.location.line]

    def finding(later: Judged, earlier: Judged) -> Finding:
        refusal = read(later).refusal(Problem(NAME, described_already(later.name, place_of(earlier))))
        return finding_of(DUPLICATE_SERVICE, refusal, pointer(NAME))

    return finding


def _reader(files: Iterable[ManifestFile], tree: Tree) -> Callable[[Judged], Document]:
    """Gives the document of a service; unless the run kept it, its file is read again, once for all its documents."""
    by_path = {file.path: file for file in reversed(list(files))}

    @lru_cache(maxsize=2)
    def documents_of(path: str) -> dict[int, Document]:
        file = by_path[path]
        return {document.line: document for document in read_documents(tree.read(file), path)}

    def document_of(judged: Judged) -> Document:
        if judged.detail:
            return judged.manifest.document
        return documents_of(judged.location.path)[judged.location.line]

    return document_of
