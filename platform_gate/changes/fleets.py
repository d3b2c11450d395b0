"""The services that a commit of the base knows: only these can give a service its metadata, or its past.

The configuration of the base ref selects them, never that of the change. Else a change could select a fixture of the
same name, and be ruled by the fixture's tier.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from platform_gate.documents.document import DocumentError, read
from platform_gate.judging import runner
from platform_gate.judging.manifest import DEFAULT_TIER, WANTED, Precedent, Precedents, paths_of
from platform_gate.judging.result import Judged
from platform_gate.judging.runner import Job, Run
from platform_gate.model import Subject
from platform_gate.repository.commit_tree import CommitTree
from platform_gate.repository.config import Config
from platform_gate.repository.work_tree import SUFFIXES, ManifestFile
from platform_gate.subsystems import SUBSYSTEMS
from platform_gate.subsystems.catalogue import DUPLICATE_SERVICE

VENDOR: Final = "platform-gate/"
"""How every ``apiVersion`` of ours begins: a Kubernetes service is of kind Service too."""
TIERS: Final = (1, 2, 3)
_LOOKS_LIKE_A_SERVICE: Final = re.compile(rb"kind[\"']?\s*:\s*[\"']?Service\b")


class Files(NamedTuple):
    """The manifests of a commit.

    Attributes:
        selected: what the base's configuration selects.
        named: what the operands name beyond that. It counts for services that ``selected`` doesn't hold.
        elsewhere: without a configuration, manifests anywhere else: their metadata count, and nothing else.
    """

    selected: Sequence[ManifestFile]
    named: Sequence[ManifestFile]
    elsewhere: Sequence[ManifestFile]

    @classmethod
    def of(cls, tree: CommitTree, operands: Sequence[str], settings: Config) -> Files:
        """The manifests of a commit under the base's configuration; ``operands`` are paths from the root."""
        selected = tree.find([], settings)
        named = _beyond(tree.find(operands, settings) if operands else [], selected)
        is_asked = not settings.path and (operands or not has_services(tree, selected))
        elsewhere = anywhere(tree, selected, named) if is_asked else []
        return cls(selected, named, elsewhere)


class Fleet(NamedTuple):
    """The services that a commit knows, by name and by the path of their file; of two of one name the strictest."""

    by_name: Precedents
    by_path: Mapping[str, Sequence[Precedent]]


def anywhere(tree: CommitTree, *known: Iterable[ManifestFile]) -> list[ManifestFile]:
    """Every file of a commit that describes a service, wherever it lies and whatever it is called; less known files.

    Raises:
        GateError: git can't search the commit, or lacks a file.
    """
    paths = sorted(set(tree.repository.matching(tree.commit, VENDOR)) & tree.files.keys())
    files = [file for file in tree.find(paths, Config()) if file.refusal is None] if paths else []
    files = _beyond(files, *known)
    tree.fetch(files)
    return [file for file in files if _describes_a_service(tree.read(file), file.path)]


def has_services(tree: CommitTree, files: Iterable[ManifestFile]) -> bool:
    """Whether any of these files describes a service; raises ``GateError`` if git lacks one."""
    return any(_describes_a_service(tree.read(file), file.path) for file in files if file.refusal is None)


def survey(job: Job, files: Files) -> Fleet:
    """The services that a commit knows, whether or not they could be judged."""
    several = [_precedents(job, part) for part in files]
    by_name: dict[str, Precedent] = {}
    for part in several:
        strictest: dict[str, Precedent] = {}
        for precedent in sorted(part, key=_strictest_first):
            strictest.setdefault(precedent.subject.name, precedent)
        by_name = strictest | by_name
    by_path: dict[str, list[Precedent]] = {}
    for precedent in several[0] + several[1]:
        by_path.setdefault(precedent.subject.path, []).append(precedent)
    return Fleet(by_name, by_path)


def replaced(head: Run, known: Sequence[Fleet]) -> dict[str, Precedent]:
    """Precedents for services that are renamed where they stand: of those gone from their file the strictest.

    ``known`` are the fleets of the base, the nearer one first.
    """
    places = {(judged.location.path, judged.name) for judged in head.services}
    renamed: dict[str, Precedent] = {}
    for path, name in sorted(places):
        if not any(name in fleet.by_name for fleet in known):
            there = (fleet.by_path.get(path, ()) for fleet in known)
            gone = ([old for old in olds if (path, old.subject.name) not in places] for olds in there)
            if candidates := next(filter(None, gone), None):
                renamed[name] = min(candidates, key=_strictest_first)
    return renamed


def judge(job: Job, files: Files) -> Run:
    """The base as it was: what is selected, and services that only the operands name."""
    run = runner.run(job, files.selected)
    if not files.named:
        return run
    more = runner.run(job, files.named)
    known = {judged.name for judged in run.services}
    services = (judged for judged in more.services if judged.name not in known)
    problems = (finding for finding in more.unjudged if finding.rule != DUPLICATE_SERVICE.id)
    return run._replace(services=(*run.services, *services), findings=(*run.findings, *problems))


def _beyond(files: Iterable[ManifestFile], *others: Iterable[ManifestFile]) -> list[ManifestFile]:
    known = {file.path for other in others for file in other}
    return [file for file in files if file.path not in known]


def _strictest_first(precedent: Precedent) -> tuple[int, str, str]:
    return precedent.subject.tier, precedent.subject.path, precedent.subject.name


def _precedents(job: Job, files: Sequence[ManifestFile]) -> list[Precedent]:
    precedents: list[Precedent] = []
    for file, result in zip(files, runner.judge_files(job, runner.keep_everything, files), strict=True):
        if result.findings:
            precedents += _precedents_of_invalid(job, file)
        else:
            precedents += (
                Precedent(
                    judged.manifest.subject,
                    _live_from(judged.manifest.document.data, measured=_has_measurements(judged)),
                    paths_of(judged.manifest.document.data),
                )
                for judged in result.services
            )
    return precedents


def _precedents_of_invalid(job: Job, file: ManifestFile) -> Iterator[Precedent]:
    """Whom a file describes in which something is wrong: a mistake there must not free a service of its metadata."""
    if file.refusal:
        return
    try:
        documents = read(job.tree.read(file), file.path)
    except DocumentError:
        return
    for document in documents:
        if (subject := _subject(document.data, file.path)) is not None:
            yield Precedent(subject, _live_from(document.data), _paths(document.data["metadata"]))


def _paths(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """The globs of paths that need not fit their schema."""
    paths = metadata.get("paths")
    return tuple(path for path in paths if isinstance(path, str) and path) if isinstance(paths, list) else ()


def _subject(data: Any, path: str) -> Subject | None:
    """The metadata of a document that need not fit its schema; None if it names no service."""
    metadata = data.get("metadata") if isinstance(data, dict) and data.get("kind") == WANTED["kind"] else None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str):
        return None
    tier, labels, team = (metadata.get(key) for key in ("tier", "labels", "team"))
    return Subject(
        metadata["name"],
        team if isinstance(team, str) else "",
        int(tier) if tier in TIERS else DEFAULT_TIER,
        labels if isinstance(labels, dict) else {},
        path,
    )


def _has_measurements(judged: Judged) -> bool:
    """Whether anything is measured of a service, in its manifest or in a snapshot."""
    facts = judged.manifest.facts
    return any(SUBSYSTEMS[name].MEASURED and SUBSYSTEMS[name].has_data(facts[name]) for name in facts)


def _live_from(data: Mapping[str, Any], *, measured: bool = False) -> date | None:
    """The day from which a service that is measured must be measured; None for one that is not."""
    spec = data.get("spec")
    if not measured and not (isinstance(spec, dict) and _is_measured(spec)):
        return None
    try:
        return date.fromisoformat(str(data["metadata"]["launches"]))
    except (KeyError, ValueError):
        return date.min


def _is_measured(spec: Mapping[str, Any]) -> bool:
    slos, cost, reliability = (spec.get(section) for section in ("slos", "cost", "reliability"))
    entries = cost.get("entries") if isinstance(cost, dict) else None
    rows = slos if isinstance(slos, list) else []
    return bool(entries or reliability or any(isinstance(slo, dict) and "current" in slo for slo in rows))


def _describes_a_service(content: bytes, path: str) -> bool:
    try:
        documents = read(content, path)
    except DocumentError:
        return path.lower().endswith(SUFFIXES) and _LOOKS_LIKE_A_SERVICE.search(content) is not None
    return any(_is_ours(document.data) for document in documents)


def _is_ours(data: Any) -> bool:
    if not isinstance(data, dict) or data.get("kind") != WANTED["kind"]:
        return False
    return str(data.get("apiVersion", VENDOR)).startswith(VENDOR)
