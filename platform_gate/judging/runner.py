"""Judge every manifest of a tree."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple, TypeGuard

from platform_gate.documents.document import Document, DocumentError, Refusal
from platform_gate.documents.document import read as read_documents
from platform_gate.judging import notices
from platform_gate.judging.duplicates import NAME, without_duplicates
from platform_gate.judging.judgement import no_waivers
from platform_gate.judging.manifest import NO_PRECEDENTS, STRANGER, Manifest, Precedents, interpret, same_precedent
from platform_gate.judging.problems import MAX_PROBLEMS, finding_of, further_of, in_order, with_fingerprints
from platform_gate.judging.result import Judged, judge_manifest
from platform_gate.judging.shards import Named, Seen
from platform_gate.judging.snapshots import NO_NAMES, MeasuredBy, about_snapshots, measure, measured_by, unmet
from platform_gate.judging.waivers import Failed, Waiver, by_service, find
from platform_gate.model import Context, Excuse, Finding, Location, Problem, Violation, pointer
from platform_gate.policy.loading import Policy
from platform_gate.repository.work_tree import ManifestFile, Tree
from platform_gate.subsystems.catalogue import INVALID, UNREADABLE

if TYPE_CHECKING:
    from platform_gate.measurements.measured import Measurements

NO_WAIVERS: Final[Mapping[str, Sequence[Waiver]]] = MappingProxyType({})
NO_LOOKUPS: Final[Mapping[str, bool]] = MappingProxyType({})
AT_ONCE: Final = 32
"""Files that take each step together: about as many as the processor's caches hold."""


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

    ``precedents`` are the services as the base has them: a pull request can't re-tier a service. ``known`` remembers
    results by path and bytes, so that what is the same in two trees, for the same reasons, is judged once. As ``part``
    of a fleet, the run records what ``merge`` needs to know of a shard. A ``complete`` run is over all services that
    there are. ``measurements`` are laid over the manifests. ``formerly`` has the names that a service had before: a
    source that claimed those claims it as well.
    """

    tree: Tree
    policy: Policy
    as_of: date
    waivers: Sequence[Waiver] = ()
    precedents: Precedents = NO_PRECEDENTS
    known: dict[tuple[str, bytes], FileResult] | None = None
    part: bool = False
    complete: bool = False
    waivers_by_service: Mapping[str, Sequence[Waiver]] = NO_WAIVERS
    measurements: "Measurements | None" = None
    formerly: Mapping[str, tuple[str, ...]] = NO_NAMES

    def waive(self, service: str, violation: Violation) -> tuple[Excuse | None, str]:
        """The excuse for a violation, or a remark on why there is none."""
        return find(self.waivers_by_service.get(service, ()), service, violation, self.as_of)


def run(
    job: Job,
    files: Sequence[ManifestFile],
    *,
    schema_only: bool = False,
    executor: Executor = in_process,
    reduce: Reduce = keep_everything,
) -> Run:
    """Judge every file; with ``schema_only`` say only whether each is a valid manifest."""
    job = job._replace(waivers_by_service=by_service(job.waivers))
    judged: list[Judged] = []
    findings: list[Finding] = []
    names: list[Named] = []
    for result in executor(partial(judge_files, job, reduce), files):
        judged += result.services
        findings += result.findings
        names += result.names
    unique, duplicates = without_duplicates(judged, files, job.tree)
    findings += duplicates
    hint = _hint(judged, findings) if findings else ""
    services = () if schema_only else tuple(unique)
    policy, failed = job.policy.base(), notices.violations_of(services) if job.waivers else {}
    whole = job.complete and not job.part
    fleet = failed.keys() if whole and not findings else None  # what can't be read could describe any service
    findings += notices.on_waivers(job.waivers, failed, job.as_of, policy, fleet)
    findings += about_snapshots(job.measurements, [service.name for service in judged], policy, whole=whole)
    seen, basis = _seen(job, failed, names), measured_by(job.measurements)
    return Run(services, tuple(with_fingerprints(findings)), len(judged), hint, seen, basis)


def _seen(job: Job, failed: dict[str, Failed], names: Sequence[Named]) -> Seen:
    if not job.part:
        return Seen()
    policy = job.policy.base()
    seen = notices.seen(job.waivers, failed, job.as_of, policy, complete=job.complete)
    measured = unmet(job.measurements, [named.name for named in names], policy) if job.complete else ()
    return seen._replace(names=names, measured=measured)


def _hint(judged: Iterable[Judged], findings: Sequence[Finding]) -> str:
    from platform_gate.judging import strangers  # noqa: PLC0415 - most files are manifests

    return strangers.propose_globs((service.location.path for service in judged), findings)


def with_unselected(run: Run, paths: Sequence[str], policy: Policy) -> Run:
    """The run with the notice on YAML that no glob selects."""
    extra = with_fingerprints(notices.on_unselected(paths, policy.base()))
    return run._replace(findings=tuple(sorted((*run.findings, *extra), key=in_order)))


def judge_files(job: Job, reduce: Reduce, files: Sequence[ManifestFile]) -> Iterator[FileResult]:
    """Judge every document of some files, a group at a time: each step's code and data then stay in the caches."""
    if job.waivers and not job.waivers_by_service:
        job = job._replace(waivers_by_service=by_service(job.waivers))
    for start in range(0, len(files), AT_ONCE):
        states: list[_State] = [_open(job, file) for file in files[start : start + AT_ONCE]]
        for step in (_parse, _interpret, _judge):
            states = [state if isinstance(state, FileResult) else step(job, state) for state in states]
        yield from [reduce(state) for state in states if isinstance(state, FileResult)]


class _File(NamedTuple):
    """A file on its way: its documents once they are read, then each as a manifest or the problems that it has."""

    path: str
    content: bytes
    documents: Sequence[Document] = ()
    manifests: Sequence[Manifest | list[Problem]] = ()
    lookups: Mapping[str, bool] = NO_LOOKUPS
    snapshots: Sequence[Finding] = ()


_State = _File | FileResult
"""A file that is not judged yet, or its result."""


def _open(job: Job, file: ManifestFile) -> _State:
    if file.refusal:
        return _unreadable([file.refusal])
    try:
        content = job.tree.read(file)
    except DocumentError as error:
        return _unreadable(error.refusals)
    known = job.known.get((file.path, content)) if job.known else None
    return known if _still_true(known, job) else _File(file.path, content)


def _parse(_job: Job, file: _File) -> _State:
    try:
        return file._replace(documents=read_documents(file.content, file.path))
    except DocumentError as error:
        return _recognised(_unreadable(error.refusals), file)


def _interpret(job: Job, file: _File) -> _State:
    lookups: dict[str, bool] = {}

    def exists(path: str) -> bool:
        lookups[path] = job.tree.exists(path)
        return lookups[path]

    snapshots: list[Finding] = []
    ask = measure(job.measurements, job.formerly, snapshots)
    context = Context(job.as_of, exists)
    try:
        manifests = [interpret(document, job.policy, context, job.precedents, ask) for document in file.documents]
    except DocumentError as error:  # overrides that make no sense together
        return _recognised(_unreadable(error.refusals), file)
    return _File(file.path, file.content, file.documents, manifests, lookups, snapshots)


def _recognised(result: FileResult, file: _File) -> FileResult:
    """The result of a file that may be something else, with what it is, if that is known."""
    if result.services or not _is_no_manifest(result.findings):
        return result
    from platform_gate.judging.strangers import recognised  # noqa: PLC0415 - most files are manifests

    return result._replace(findings=tuple(recognised(result.findings, file.content, file.path)))


def _is_no_manifest(findings: Iterable[Finding]) -> bool:
    """Whether a file may be something else: it can't be read, or says of itself that it is no manifest."""
    return any(finding.rule == UNREADABLE.id or finding.message.startswith(STRANGER) for finding in findings)


def _unreadable(refusals: Iterable[Refusal]) -> FileResult:
    return FileResult((), tuple(finding_of(UNREADABLE, refusal) for refusal in refusals))


def lost(file: ManifestFile) -> FileResult:
    """The result of a file whose worker was killed: it was not judged."""
    message = "its worker process was killed, perhaps because memory ran out"
    return _unreadable([Refusal(message, "Run again with fewer --jobs, or in shards (--shard).", Location(file.path))])


def _still_true(known: FileResult | None, job: Job) -> TypeGuard[FileResult]:
    """Whether everything beside path and bytes that decided a result is the same for this job."""
    return (
        known is not None
        and all(job.tree.exists(path) is answer for path, answer in known.lookups)
        and all(same_precedent(judged.manifest, job.precedents) for judged in known.services)
    )


def _judge(job: Job, file: _File) -> FileResult:
    services: list[Judged] = []
    findings: list[Finding] = []
    omitted = 0
    names = []
    waive = job.waive if job.waivers else no_waivers
    for document, manifest in zip(file.documents, file.manifests, strict=True):
        if isinstance(manifest, Manifest):
            services.append(judge_manifest(manifest, waive))
            if job.part:
                names.append(Named(services[-1].name, document.locate(NAME)))
        elif (room := MAX_PROBLEMS - len(findings)) > 0:
            shown, more = _invalid(document, manifest, room)
            findings += shown
            omitted += more
        else:
            omitted += len(manifest)
    findings += further_of(INVALID, findings, omitted)
    findings += file.snapshots
    result = FileResult(tuple(services), tuple(findings), tuple(file.lookups.items()), tuple(names))
    if not findings:
        if job.known is not None:
            job.known[file.path, file.content] = result
        return result
    return _recognised(result, file)


def _invalid(document: Document, problems: Sequence[Problem], room: int) -> tuple[list[Finding], int]:
    """At most ``room`` problems of a document, in the order of its lines, and the number of those left out."""
    named = [problem for problem in problems if not problem.more]
    refusals = sorted(((document.refusal(problem), pointer(problem.at)) for problem in named), key=_place_of)
    omitted = sum(problem.more for problem in problems) + max(0, len(named) - room)
    return [finding_of(INVALID, refusal, at) for refusal, at in refusals[:room]], omitted


def _place_of(pair: tuple[Refusal, str]) -> tuple[int, int, str]:
    return *pair[0].location.start, pair[0].message
