"""The one path: a tree under a policy to a run, services judged and findings placed in their files."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import Final, NamedTuple, TypeGuard

from platform_gate.documents.document import Document, DocumentError, Refusal
from platform_gate.documents.document import read as read_documents
from platform_gate.judging.judgement import no_waivers
from platform_gate.judging.manifest import STRANGER, Manifest, interpret
from platform_gate.judging.problems import MAX_PROBLEMS, described_already, finding_of, further_of, repeated, told_apart
from platform_gate.judging.result import Judged, judge_manifest
from platform_gate.judging.shards import Named, Seen
from platform_gate.judging.waivers import Failed, Waiver, audit, excuses, find, found_instead
from platform_gate.model import (
    Context,
    Excuse,
    Finding,
    Location,
    Problem,
    Subject,
    Violation,
    pointer,
)
from platform_gate.policy.loading import Policy
from platform_gate.repository.work_tree import Found, Tree
from platform_gate.subsystems.catalogue import DUPLICATE_SERVICE, INVALID, UNREADABLE
from platform_gate.text import quote

NO_RULINGS: Final[Mapping[str, Subject]] = MappingProxyType({})
NAME: Final = ("metadata", "name")


class Run(NamedTuple):
    """Everything in scope. ``findings`` are those of no judged service, ``manifests`` counts the documents that fit.

    ``seen`` is what has to be known of a run that is a part of something.
    """

    services: tuple[Judged, ...]
    findings: tuple[Finding, ...]
    manifests: int
    hint: str = ""
    seen: Seen = Seen()

    @property
    def unjudged(self) -> list[Finding]:
        """What keeps files from being judged: any of it makes the whole answer doubtful."""
        return [finding for finding in self.findings if finding.rule.startswith("manifest/")]

    @property
    def notices(self) -> list[Finding]:
        """What is to be said about the waivers themselves."""
        return [finding for finding in self.findings if not finding.rule.startswith("manifest/")]


class FileResult(NamedTuple):
    """What came of a file: its services, and what is wrong with it or one of its documents.

    ``asked`` holds the paths whose existence mattered, and the tree's answers; ``names`` are those of its services,
    where the run is a part of something.
    """

    services: tuple[Judged, ...]
    findings: tuple[Finding, ...] = ()
    asked: tuple[tuple[str, bool], ...] = ()
    names: tuple[Named, ...] = ()


Judge = Callable[[Sequence[Found]], Iterable[FileResult]]
"""Judges some files, in order."""
Each = Callable[[Judge, Sequence[Found]], Iterable[FileResult]]
"""Applies a judge to all files, in order: here, or in several processes."""

READ_AHEAD: Final = 16
"""Files. To read some before any is judged takes a tenth less time than to alternate; more would take memory."""


def here(judge: Judge, files: Sequence[Found]) -> Iterable[FileResult]:
    """Judge in this process."""
    return judge(files)


class Job(NamedTuple):
    """By what files are judged.

    ``rulings`` says by what metadata a service is matched, where that isn't its own. ``known`` remembers results by
    path and bytes, so that what is the same in two trees is judged once. Without ``whole`` only what reports say is
    kept of each service, and ``row`` makes its row of them while the rest is at hand. As ``part`` of something the run
    keeps what it ``Seen``.
    """

    tree: Tree
    policy: Policy
    as_of: date
    waivers: Sequence[Waiver] = ()
    rulings: Mapping[str, Subject] = NO_RULINGS
    known: dict[tuple[str, bytes], FileResult] | None = None
    whole: bool = True
    row: Callable[[Judged], bytes] | None = None
    part: bool = False

    def waive(self, service: str, check: Violation) -> tuple[Excuse | None, str]:
        """The excuse for a failed check."""
        return find(self.waivers, service, check, self.as_of)

    def kept(self, judged: Judged) -> Judged:
        """What a run keeps of a judged service."""
        if self.whole:
            return judged
        return judged.without_inside(self.row(judged) if self.row else b"")


def run(job: Job, files: Sequence[Found], *, schema_only: bool = False, each: Each = here) -> Run:
    """Judge every file; with ``schema_only`` say only whether each is a valid manifest."""
    every: list[Judged] = []
    findings: list[Finding] = []
    names: list[Named] = []
    for result in each(partial(judge_files, job), files):
        every += result.services
        findings += result.findings
        names += result.names
    kept, duplicates = _without_duplicates(every, partial(_document_of, job, files))
    findings += duplicates
    hint = _propose_globs(every, findings)
    services = () if schema_only else tuple(kept)
    findings += _notices(services, job)
    return Run(services, tuple(told_apart(findings)), len(every), hint, _seen(job, services, names))


def judge_files(job: Job, files: Sequence[Found]) -> Iterator[FileResult]:
    """Judge every document of some files."""
    for start in range(0, len(files), READ_AHEAD):
        opened = [_opened(job, found) for found in files[start : start + READ_AHEAD]]
        for each in opened:
            yield each if isinstance(each, FileResult) else _judged(job, each)


class _Opened(NamedTuple):
    """A file that was read, and is still to be judged. ``key`` is its path and its bytes."""

    key: tuple[str, bytes]
    documents: Sequence[Document]


def _opened(job: Job, found: Found) -> _Opened | FileResult:
    """A file's documents; what came of it, where it can't be read or was judged before."""
    if found.refusal:
        return FileResult((), (finding_of(UNREADABLE, found.refusal),))
    try:
        key = found.path, job.tree.read(found)
        known = job.known.get(key) if job.known else None
        return known if _still_true(known, job.tree) else _Opened(key, read_documents(key[1], found.path))
    except DocumentError as error:
        return _refused(error)


def _refused(error: DocumentError) -> FileResult:
    return FileResult((), tuple(finding_of(UNREADABLE, refusal) for refusal in error.refusals))


def _judged(job: Job, opened: _Opened) -> FileResult:
    try:
        result = _judge_documents(job, opened.documents)
    except DocumentError as error:  # overrides that make no sense together
        return _refused(error)
    if job.known is not None:
        job.known[opened.key] = result
    return result


def lost(found: Found) -> FileResult:
    """What is to be said of a file whose judge was killed."""
    message = "the process that was to judge it was killed, perhaps because memory ran out"
    refusal = Refusal(message, "Run it again with fewer --jobs, or in --shard parts.", Location(found.path))
    return FileResult((), (finding_of(UNREADABLE, refusal),))


def _still_true(known: FileResult | None, tree: Tree) -> TypeGuard[FileResult]:
    return known is not None and all(tree.exists(path) is answer for path, answer in known.asked)


def _judge_documents(job: Job, opened: Iterable[Document]) -> FileResult:
    services: list[Judged] = []
    findings: list[Finding] = []
    asked: dict[str, bool] = {}

    def exists(path: str) -> bool:
        asked[path] = job.tree.exists(path)
        return asked[path]

    beside = 0
    names = []
    for document in opened:
        manifest = interpret(document, job.policy, Context(job.as_of, exists), job.rulings)
        if isinstance(manifest, Manifest):
            services.append(job.kept(judge_manifest(manifest, job.waive if job.waivers else no_waivers)))
            if job.part:
                names.append(Named(services[-1].name, document.locate(NAME)))
        elif (room := MAX_PROBLEMS - len(findings)) > 0:
            found, more = _invalid(document, manifest, room)
            findings += found
            beside += more
        else:
            beside += len(manifest)
    findings += further_of(INVALID, findings, beside)
    return FileResult(tuple(services), tuple(findings), tuple(asked.items()), tuple(names))


def _notices(services: Sequence[Judged], job: Job) -> Iterator[Finding]:
    """What is to be said about the waivers themselves."""
    if not job.waivers:
        return
    policy = job.policy.base()
    for notice in audit(job.waivers, _failed(services), job.as_of, policy.waivers.warn_days):
        if not policy.is_off(notice.rule):
            severity = policy.severity(notice.rule, decisive=notice.rule.id in policy.gate.fail_on)
            at = pointer(notice.waiver.at)
            yield Finding(notice.rule.id, severity, notice.message, notice.fix, notice.waiver.location, at)


def _failed(services: Iterable[Judged]) -> dict[str, Failed]:
    return {judged.name: {(each.rule, each.subject) for each in judged.findings} for judged in services}


def _seen(job: Job, services: Sequence[Judged], names: Sequence[Named]) -> Seen:
    """What whoever joins a part with the others has to know of it."""
    if not job.part:
        return Seen()
    failed = _failed(services)
    in_use = [_place(waiver) for waiver in job.waivers if excuses(waiver, failed)]
    found = {_place(waiver): found_instead(waiver, failed) for waiver in job.waivers if waiver.in_force(job.as_of)}
    unused = {place: subjects for place, subjects in found.items() if subjects is not None}
    return Seen(names, in_use, unused)


def _place(waiver: Waiver) -> str:
    return f"{waiver.location.path}#{pointer(waiver.at)}"


def _invalid(document: Document, problems: Sequence[Problem], room: int) -> tuple[list[Finding], int]:
    """The first problems of a document in the order in which they stand, and how many there are beside."""
    named = [problem for problem in problems if not problem.more]
    refusals = sorted(((document.refusal(each), pointer(each.at)) for each in named), key=_place_of)
    beside = sum(problem.more for problem in problems) + max(0, len(named) - room)
    return [finding_of(INVALID, refusal, at) for refusal, at in refusals[:room]], beside


def _place_of(pair: tuple[Refusal, str]) -> tuple[int, int, str]:
    return *pair[0].location.start, pair[0].message


def _without_duplicates(
    services: Sequence[Judged], document_of: Callable[[Judged], Document]
) -> tuple[list[Judged], list[Finding]]:
    """The first manifest of each service, and the others as findings."""

    def say(each: Judged, other: Judged) -> Finding:
        document, place = document_of(each), document_of(other).locate(NAME)
        refusal = document.refusal(Problem(NAME, described_already(each.name, place)))
        return finding_of(DUPLICATE_SERVICE, refusal, pointer(NAME))

    first: dict[str, Judged] = {}
    for judged in services:
        first.setdefault(judged.name, judged)
    return list(first.values()), repeated(services, say) if len(first) < len(services) else []


def _document_of(job: Job, files: Iterable[Found], judged: Judged) -> Document:
    """The document of a service; where it was not kept, it is read again."""
    if judged.inside:
        return judged.manifest.document
    found = next(found for found in files if found.path == judged.location.path)
    several = read_documents(job.tree.read(found), found.path)
    return next(document for document in several if document.line == judged.location.line)


def _propose_globs(services: Sequence[Judged], findings: Sequence[Finding]) -> str:
    """A word of help where most files of a folder are something else than manifests."""
    strangers = {each.location.path for each in findings if each.message.startswith(STRANGER)}
    if len(strangers) < 2:  # noqa: PLR2004 - one stranger is a mistake, two are a habit
        return ""
    known = sorted({judged.location.path for judged in services})
    if len(strangers) <= len(known):
        return ""
    names = {path.rpartition("/")[2] for path in known}
    glob = f"**/{names.pop()}" if len(names) == 1 else "services/**/*.yaml"
    return f"Most files here are no manifests. Say which ones are in .platform-gate.yaml: `manifests: [{quote(glob)}]`."
