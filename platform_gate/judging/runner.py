"""Judge every manifest of a tree."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple, TypeGuard

from platform_gate.documents.document import Document, DocumentError, Refusal
from platform_gate.documents.document import read as read_documents
from platform_gate.judging.judgement import no_waivers
from platform_gate.judging.manifest import STRANGER, Manifest, interpret
from platform_gate.judging.problems import (
    MAX_PROBLEMS,
    described_already,
    finding_of,
    further_of,
    repeated,
    with_fingerprints,
)
from platform_gate.judging.result import Judged, judge_manifest
from platform_gate.judging.shards import Named, Seen
from platform_gate.judging.snapshots import NO_NAMES, MeasuredBy, about_snapshots, measure, measured_by, unmet
from platform_gate.judging.waivers import Failed, Waiver, audit, find, usage
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
from platform_gate.repository.work_tree import ManifestFile, Tree
from platform_gate.subsystems.catalogue import DUPLICATE_SERVICE, INVALID, UNREADABLE

if TYPE_CHECKING:
    from platform_gate.measurements.measured import Measurements

NO_SUBJECTS: Final[Mapping[str, Subject]] = MappingProxyType({})
NAME: Final = ("metadata", "name")


class Run(NamedTuple):
    """The result of judging every file in scope.

    ``findings`` are those that belong to no judged service: unreadable files, invalid manifests, waivers.
    ``manifests`` counts the documents that fit the schema, ``hint`` advises where most files are something else,
    ``seen`` is what ``merge`` needs to know of a shard, and ``measured_by`` names the snapshots and their sources.
    """

    services: tuple[Judged, ...]
    findings: tuple[Finding, ...]
    manifests: int
    hint: str = ""
    seen: Seen = Seen()
    measured_by: MeasuredBy | None = None

    @property
    def unjudged(self) -> list[Finding]:
        """Findings that kept a file or document from being judged; any of them makes the verdict "not judged"."""
        return [finding for finding in self.findings if finding.unjudged]

    @property
    def notices(self) -> list[Finding]:
        """Findings about waivers and snapshots themselves."""
        return [finding for finding in self.findings if not finding.unjudged]


class FileResult(NamedTuple):
    """The services of one file, and the problems of the file or its documents.

    ``lookups`` are pairs of a path and whether it exists: the result is the same only while they are. ``names`` says
    where each service's name stands, for shards.
    """

    services: tuple[Judged, ...]
    findings: tuple[Finding, ...] = ()
    lookups: tuple[tuple[str, bool], ...] = ()
    names: tuple[Named, ...] = ()


Judge = Callable[[Sequence[ManifestFile]], Iterable[FileResult]]
"""Judges some files, in order."""
Executor = Callable[[Judge, Sequence[ManifestFile]], Iterable[FileResult]]
"""Applies a judge to all files, in order: in this process, or in several."""
Reduce = Callable[[FileResult], FileResult]
"""What is kept of a file's result; it runs where the file was judged, before the result travels between processes."""


def in_process(judge: Judge, files: Sequence[ManifestFile]) -> Iterable[FileResult]:
    """Judge every file in this process."""
    return judge(files)


def keep_everything(result: FileResult) -> FileResult:
    """Leave a file's result as it is."""
    return result


class Job(NamedTuple):
    """Policy, tree, date and waivers to judge by.

    ``base_subjects`` is metadata at the base, by service name: a pull request can't re-tier a service. ``known``
    remembers results by path and bytes, so that what is the same in two trees is judged once. As ``part`` of a fleet,
    the run records what ``merge`` needs to know of a shard. ``measurements`` are laid over the manifests; ``formerly``
    has the names that a service bore at its place: sources that claimed those claim it as well. A run over the
    ``whole`` fleet knows which measured services have no manifest.
    """

    tree: Tree
    policy: Policy
    as_of: date
    waivers: Sequence[Waiver] = ()
    base_subjects: Mapping[str, Subject] = NO_SUBJECTS
    known: dict[tuple[str, bytes], FileResult] | None = None
    part: bool = False
    measurements: "Measurements | None" = None
    formerly: Mapping[str, tuple[str, ...]] = NO_NAMES
    whole: bool = False

    def waive(self, service: str, violation: Violation) -> tuple[Excuse | None, str]:
        """The excuse for a violation, or a remark on why there is none."""
        return find(self.waivers, service, violation, self.as_of)


def run(
    job: Job,
    files: Sequence[ManifestFile],
    *,
    schema_only: bool = False,
    executor: Executor = in_process,
    reduce: Reduce = keep_everything,
) -> Run:
    """Judge every file; with ``schema_only`` say only whether each is a valid manifest."""
    judged: list[Judged] = []
    findings: list[Finding] = []
    names: list[Named] = []
    for result in executor(partial(judge_files, job, reduce), files):
        judged += result.services
        findings += result.findings
        names += result.names
    unique, duplicates = _without_duplicates(judged, partial(_document_of, job, files))
    findings += duplicates
    hint = _hint(judged, findings) if findings else ""
    services = () if schema_only else tuple(unique)
    findings += _notices(services, job)
    whole = job.whole and not job.part
    findings += about_snapshots(job.measurements, [service.name for service in judged], job.policy.base(), whole=whole)
    seen, basis = _seen(job, services, names), measured_by(job.measurements)
    return Run(services, tuple(with_fingerprints(findings)), len(judged), hint, seen, basis)


def _hint(judged: Iterable[Judged], findings: Sequence[Finding]) -> str:
    from platform_gate.judging import strangers  # noqa: PLC0415 - most files are manifests

    return strangers.propose_globs((service.location.path for service in judged), findings)


def judge_files(job: Job, reduce: Reduce, files: Sequence[ManifestFile]) -> Iterator[FileResult]:
    """Judge every document of some files."""
    return (reduce(_judge_file(job, file)) for file in files)


def _judge_file(job: Job, file: ManifestFile) -> FileResult:
    if file.refusal:
        return _unreadable([file.refusal])
    try:
        content = job.tree.read(file)
    except DocumentError as error:
        return _unreadable(error.refusals)
    known = job.known.get((file.path, content)) if job.known else None
    if _still_true(known, job.tree):
        return known
    result = _judge_content(job, content, file.path)
    if not result.services and _is_no_manifest(result.findings):
        from platform_gate.judging.strangers import recognised  # noqa: PLC0415 - most files are manifests

        result = result._replace(findings=tuple(recognised(result.findings, content, file.path)))
    if job.known is not None:
        job.known[file.path, content] = result
    return result


def _is_no_manifest(findings: Iterable[Finding]) -> bool:
    """Whether a file may be something else: it can't be read, or says of itself that it is no manifest."""
    return any(finding.rule == UNREADABLE.id or finding.message.startswith(STRANGER) for finding in findings)


def _judge_content(job: Job, content: bytes, path: str) -> FileResult:
    try:
        return _judge_documents(job, read_documents(content, path))
    except DocumentError as error:  # the bytes, or overrides that make no sense together
        return _unreadable(error.refusals)


def _unreadable(refusals: Iterable[Refusal]) -> FileResult:
    return FileResult((), tuple(finding_of(UNREADABLE, refusal) for refusal in refusals))


def lost(file: ManifestFile) -> FileResult:
    """The result of a file whose worker was killed: it was not judged."""
    message = "the process that was to judge it was killed, perhaps because memory ran out"
    refusal = Refusal(message, "Run it again with fewer --jobs, or in --shard parts.", Location(file.path))
    return _unreadable([refusal])


def _still_true(known: FileResult | None, tree: Tree) -> TypeGuard[FileResult]:
    return known is not None and all(tree.exists(path) is answer for path, answer in known.lookups)


def _judge_documents(job: Job, documents: Iterable[Document]) -> FileResult:
    services: list[Judged] = []
    findings: list[Finding] = []
    lookups: dict[str, bool] = {}

    def exists(path: str) -> bool:
        lookups[path] = job.tree.exists(path)
        return lookups[path]

    omitted = 0
    names = []
    snapshots: list[Finding] = []
    ask = measure(job.measurements, job.formerly, snapshots)
    for document in documents:
        manifest = interpret(document, job.policy, Context(job.as_of, exists), job.base_subjects, ask)
        if isinstance(manifest, Manifest):
            services.append(judge_manifest(manifest, job.waive if job.waivers else no_waivers))
            if job.part:
                names.append(Named(services[-1].name, document.locate(NAME)))
        elif (room := MAX_PROBLEMS - len(findings)) > 0:
            shown, more = _invalid(document, manifest, room)
            findings += shown
            omitted += more
        else:
            omitted += len(manifest)
    findings += further_of(INVALID, findings, omitted)
    return FileResult(tuple(services), (*findings, *snapshots), tuple(lookups.items()), tuple(names))


def _notices(services: Sequence[Judged], job: Job) -> Iterator[Finding]:
    """Findings about the waivers themselves: expired, expiring, unused."""
    if not job.waivers:
        return
    policy = job.policy.base()
    for notice in audit(job.waivers, _failed(services), job.as_of, policy.waivers.warn_days):
        if not policy.is_off(notice.rule):
            severity = policy.severity(notice.rule, decisive=notice.rule.id in policy.gate.fail_on)
            at = pointer(notice.waiver.at)
            yield Finding(notice.rule.id, severity, notice.message, notice.fix, notice.waiver.location, at)


def _failed(services: Iterable[Judged]) -> dict[str, Failed]:
    return {judged.name: {(finding.rule, finding.subject) for finding in judged.findings} for judged in services}


def _seen(job: Job, services: Sequence[Judged], names: Sequence[Named]) -> Seen:
    """The facts that ``merge`` needs and can't read from a shard's report."""
    if not job.part:
        return Seen()
    measured = unmet(job.measurements, [named.name for named in names], job.policy.base()) if job.whole else ()
    return Seen(names, *usage(job.waivers, _failed(services), job.as_of), measured)


def _invalid(document: Document, problems: Sequence[Problem], room: int) -> tuple[list[Finding], int]:
    """At most ``room`` problems of a document, in the order of its lines, and the number of those left out."""
    named = [problem for problem in problems if not problem.more]
    refusals = sorted(((document.refusal(problem), pointer(problem.at)) for problem in named), key=_place_of)
    omitted = sum(problem.more for problem in problems) + max(0, len(named) - room)
    return [finding_of(INVALID, refusal, at) for refusal, at in refusals[:room]], omitted


def _place_of(pair: tuple[Refusal, str]) -> tuple[int, int, str]:
    return *pair[0].location.start, pair[0].message


def _without_duplicates(
    services: Sequence[Judged], document_of: Callable[[Judged], Document]
) -> tuple[list[Judged], list[Finding]]:
    """The first manifest of each service, and a finding for each further one."""

    def duplicate(later: Judged, earlier: Judged) -> Finding:
        document, place = document_of(later), document_of(earlier).locate(NAME)
        refusal = document.refusal(Problem(NAME, described_already(later.name, place)))
        return finding_of(DUPLICATE_SERVICE, refusal, pointer(NAME))

    first: dict[str, Judged] = {}
    for judged in services:
        first.setdefault(judged.name, judged)
    return list(first.values()), repeated(services, duplicate) if len(first) < len(services) else []


def _document_of(job: Job, files: Iterable[ManifestFile], judged: Judged) -> Document:
    """The document of a service; read again unless the run kept it."""
    if judged.detail:
        return judged.manifest.document
    file = next(file for file in files if file.path == judged.location.path)
    documents = read_documents(job.tree.read(file), file.path)
    return next(document for document in documents if document.line == judged.location.line)
