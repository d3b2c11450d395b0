"""Files in scope that are no service manifests: what each one is, and how to import it or to leave it out."""

from __future__ import annotations

import re
import shlex
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from platform_gate.documents.document import MAX_BYTES, Refusal
from platform_gate.documents.yaml_writer import flow
from platform_gate.judging.manifest import STRANGER
from platform_gate.judging.problems import finding_of
from platform_gate.model import Finding, Location
from platform_gate.subsystems.catalogue import INVALID
from platform_gate.text import quote

_KNOWN: Final = f"{STRANGER}: it is "
"""How the message begins where somebody knows what it is instead."""
_IMPORT: Final = re.compile("Run `platform-gate import ([a-z-]+) ")


def recognised(findings: Sequence[Finding], content: bytes, path: str) -> Sequence[Finding]:
    """What to say of a file without a single manifest: what it is, if that is known; else what was found."""
    from platform_gate.importers import recognition  # noqa: PLC0415 - most files are manifests

    kind = recognition.recognise(content, path) if len(content) <= MAX_BYTES else None
    if kind is None:
        return findings
    refusal = Refusal(f"{_KNOWN}{kind.title}", _fix(kind.format, path, path), Location(path))
    return (finding_of(INVALID, refusal),)


def _fix(form: str, path: str, glob: str) -> str:
    """The command that imports it, where there is one, and the line of configuration that leaves it out."""
    exclude = f"`exclude: {flow([glob])}`"
    if not form:
        return f"Leave it out in .platform-gate.yaml: {exclude}"
    return f"Run `platform-gate import {form} {shlex.quote(path)}`. To leave it out: {exclude}"


def folded(findings: Sequence[Finding], judged: Iterable[str]) -> Sequence[Finding]:
    """The findings as people see them: one instead of many for a folder in which every file is of one known kind.

    ``judged`` are the paths of the files with services, so that with those of the findings every file is known.
    """
    kinds = {finding.location.path: finding.message for finding in findings if finding.message.startswith(_KNOWN)}
    if len(kinds) <= 1:
        return findings
    paths = {finding.location.path for finding in findings}.union(judged)
    return list(_fold(findings, _uniform_folders(kinds, paths)))


def _fold(findings: Iterable[Finding], folders: dict[str, tuple[str, int]]) -> Iterator[Finding]:
    seen: set[str] = set()
    for finding in findings:
        folder, count = folders.get(finding.location.path, ("", 0))
        if count <= 1:
            yield finding
        elif folder not in seen:
            seen.add(folder)
            yield _of_folder(finding, folder, count)


def _of_folder(first: Finding, folder: str, count: int) -> Finding:
    """One finding for all files of a folder, at the first of them."""
    what = first.message.removeprefix(_KNOWN)
    message = f"{STRANGER}, and no file in {quote(folder)} is: each of the {count} is {what}"
    form = _IMPORT.match(first.fix)
    return first._replace(message=message, fix=_fix(form[1] if form else "", folder, f"{folder}/**"))


def _uniform_folders(kinds: dict[str, str], paths: Iterable[str]) -> dict[str, tuple[str, int]]:
    """For each file of a known kind, the highest folder that holds nothing else, and how many files that holds."""
    below: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for path in paths:
        for folder in _folders(path):
            below[folder][kinds.get(path, "")] += 1
    return {path: _highest(path, below) for path in kinds}


def _highest(path: str, below: defaultdict[str, Counter[str]]) -> tuple[str, int]:
    uniform = [(folder, below[folder].total()) for folder in _folders(path) if len(below[folder]) == 1]
    counts = [(folder, count) for folder, count in uniform if count > 1]
    return min(counts, key=lambda pair: (-pair[1], -len(pair[0])), default=("", 1))


def _folders(path: str) -> list[str]:
    """The folders above a file, the nearest first; the root itself is none that anybody leaves out."""
    return [str(folder) for folder in PurePosixPath(path).parents if str(folder) not in (".", "/")]


def propose_globs(judged: Iterable[str], findings: Sequence[Finding]) -> str:
    """Advice for a folder most of whose files are not manifests; ``judged`` are the paths of those that are."""
    strangers = {finding.location.path for finding in findings if finding.message.startswith(STRANGER)}
    if len(strangers) < 2:  # noqa: PLR2004 - one stranger is a mistake, two are a habit
        return ""
    known = sorted(set(judged))
    if len(strangers) <= len(known):
        return ""
    names = {path.rpartition("/")[2] for path in known}
    glob = f"**/{names.pop()}" if len(names) == 1 else "services/**/*.yaml"
    return (
        f"Most of these files are not manifests. Select manifests in .platform-gate.yaml: `manifests: [{quote(glob)}]`."
    )
