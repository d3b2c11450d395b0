"""Merge reports into one: the shards of one repository, or the reports of many."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from itertools import groupby, islice, pairwise
from typing import Any, Final, NamedTuple

from platform_gate.judging.problems import MAX_PROBLEMS, described_already, repeated, with_fingerprints
from platform_gate.judging.result import Judged
from platform_gate.judging.runner import Run
from platform_gate.judging.shards import NAME_POINTER, Named, Slice, Unmet
from platform_gate.judging.snapshots import MeasuredBy, unknown_among
from platform_gate.judging.verdict import Verdict, decide
from platform_gate.judging.waivers import Unmatched, unmet_words
from platform_gate.model import Finding, GateError, Severity
from platform_gate.policy.gate import Stage
from platform_gate.policy.loading import Source
from platform_gate.reports.merging_names import from_repository, within
from platform_gate.reports.reading import Recorded, Recording
from platform_gate.reports.reading_measured import Data
from platform_gate.subsystems.catalogue import DUPLICATE_SERVICE, EXPIRING, UNUSED
from platform_gate.text import listing, printable, real_path

WORST_FIRST: Final = (Verdict.NOT_JUDGED, Verdict.FAILED, Verdict.PASSED)
MOST_NAMED: Final = 10
"""Items that a sentence lists; the others are counted."""


class Merged(NamedTuple):
    """A merged report. ``differences`` are sentences on how the repositories' runs differ, such as in their policy."""

    run: Run
    policy: Recorded
    as_of: date
    verdict: Verdict
    repository: str | None
    repositories: tuple[Data, ...] = ()
    differences: tuple[str, ...] = ()


class ShardReport(NamedTuple):
    """The report of a shard, and the slice of the fleet that it covers."""

    source: Recording
    slice: Slice


def merge(sources: Sequence[Recording]) -> Merged:
    """Merge the shards of a repository, or the reports of several repositories. Their order does not matter.

    Raises:
        GateError: a shard is missing, repeated or of another run, or a report names no repository among several.
    """
    ordered = sorted(sources, key=_place_in_order)
    groups = {name: list(several) for name, several in groupby(ordered, key=lambda source: source.repository)}
    if len(groups) > 1 and "" in groups:
        raise GateError(
            f"{groups[''][0].path} does not say which repository it is about",
            "Run each repository's check with --repository NAME.",
        )
    whole = {name: _of_repository(several) for name, several in groups.items()}
    return next(iter(whole.values())) if len(whole) == 1 else _fleet(whole)


def _place_in_order(source: Recording) -> tuple[str, int, str]:
    return source.repository, source.part.shard.number if source.part else 0, source.path


def _of_repository(sources: Sequence[Recording]) -> Merged:
    """Merge a repository's shards, or take its only report."""
    first = sources[0]
    run = _of_shards(_complete(sources)) if first.part or len(sources) > 1 else _of_one(first)
    if not run.services and not run.unjudged:
        raise GateError(f"nothing was judged: {_what(sources)} no service", "Check what was to be judged.")
    verdict = decide(run, first.policy.fail_on)
    rules = frozenset().union(*(source.policy.rules for source in sources))
    return Merged(run, first.policy._replace(rules=rules), first.as_of, verdict, first.repository or None)


def _what(sources: Sequence[Recording]) -> str:
    return f"{sources[0].path} holds" if len(sources) == 1 else "the shards hold"


def _of_one(source: Recording) -> Run:
    return Run(tuple(source.services), tuple(source.findings), len(source.services), measured_by=source.measured_by)


def _complete(sources: Sequence[Recording]) -> list[ShardReport]:
    """Check that the reports are all the shards of one run, each once."""
    parts = [ShardReport(source, source.part) for source in sources if source.part]
    if len(parts) < len(sources):
        whole, other = sorted(sources, key=lambda source: source.part is not None)[:2]
        fix = "Name each repository with check's --repository, and merge one report of each, or all its shards."
        raise GateError(f"{whole.path} is about a whole repository, and {other.path} is about the same one", fix)
    for part in parts[1:]:
        _refuse_foreign(part, parts[0])
    _refuse_repeated(parts)
    count, known = parts[0].slice.shard.of, {part.slice.shard.number for part in parts}
    missing = [f"{index}/{count}" for index in islice(_absent(count, known), MOST_NAMED)]
    if missing:
        more = count - len(known) - len(missing)
        named = listing([*missing, *([f"{more} more"] if more > 0 else [])])
        raise GateError(f"missing: shard {named}", "Merge the reports of all shards: the missing ones were not judged.")
    return parts


def _absent(count: int, known: set[int]) -> Iterator[int]:
    return (index for index in range(1, count + 1) if index not in known)


def _refuse_foreign(part: ShardReport, first: ShardReport) -> None:
    words = "files", "policies", "gates", "days", "snapshots", "options"
    for what, one, other in zip(words, _terms(part), _terms(first), strict=True):
        if one != other:
            fix = "Merge the shards of one run: same commit, same policy, same options, same day."
            raise GateError(f"{first.source.path} and {part.source.path} are of different runs: {what} differ", fix)


def _terms(part: ShardReport) -> tuple[Any, ...]:
    """Values that must be the same in all shards, in the order in which ``_refuse_foreign`` names it."""
    own, source = part.slice, part.source
    files = own.shard.of, own.files, own.sha256
    snapshots = source.measured_by.files if source.measured_by else ()
    policy = source.policy._replace(rules=frozenset(), stage=Stage.MERGE)
    return files, policy, source.policy.stage, source.as_of, snapshots, own.terms


def _refuse_repeated(parts: Sequence[ShardReport]) -> None:
    for one, other in pairwise(parts):
        if one.slice.shard == other.slice.shard:
            what = f"shard {one.slice.shard} is there twice: {one.source.path} and {other.source.path}"
            raise GateError(what, "Leave one out.")


def _of_shards(parts: Sequence[ShardReport]) -> Run:
    """The run that judging the whole fleet at once would have given."""
    names = sorted((service for part in parts for service in part.slice.seen.names), key=_place)
    first: dict[str, Named] = {}
    for service in names:
        first.setdefault(service.name, service)
    services = [judged for part in parts for judged in part.source.services if _is_first(judged, first)]
    own = [finding for part in parts for finding in part.source.findings if finding.unjudged]
    others = [finding for finding in own if finding.rule != DUPLICATE_SERVICE.id]
    others = list({(finding.rule, finding.location, finding.message): finding for finding in others}.values())
    lines = [line for part in parts for line in part.slice.seen.measured]
    notes = unknown_among(sorted(lines), first)
    unjudged = [*others, *repeated(names, _duplicate)]
    findings = with_fingerprints([*unjudged, *_notices(parts, complete=not unjudged), *notes])
    basis = parts[0].source.measured_by
    return Run(tuple(sorted(services, key=_place)), tuple(findings), len(names), measured_by=basis)


def _place(service: Named | Judged) -> tuple[str, int, int]:
    return printable(service.location.path), *service.location.start


def _is_first(judged: Judged, first: Mapping[str, Named]) -> bool:
    """Whether no other shard has the service in an earlier file: the first file wins, as in a single run."""
    return first[judged.name].location.path == judged.location.path


def _duplicate(service: Named, other: Named) -> Finding:
    message, fix = described_already(service.name, other.location), DUPLICATE_SERVICE.help
    return Finding(DUPLICATE_SERVICE.id, Severity.ERROR, message, fix, service.location, NAME_POINTER)


def _notices(parts: Sequence[ShardReport], *, complete: bool) -> Iterator[Finding]:
    """Notices of the shards, reconciled: every shard reports on all waivers, but saw only its own services.

    A waiver that any shard uses is not unused. One that no shard uses is not about to expire either, it is unused.
    """
    in_use = {place for part in parts for place in part.slice.seen.in_use}
    unused: dict[str, Unmatched] = {}
    for part in parts:
        for place, others in part.slice.seen.unused.items():
            unused[place] = unused.get(place, Unmatched()) + others
    idle = unused.keys() - in_use
    unmet = _unmet(parts, idle) if complete else {}
    ended = idle | (unmet.keys() - in_use)  # of no use to any service: that it expires soon is no news
    reported = set()
    for part in parts:
        for notice in part.source.findings:
            place = _waiver_at(notice)
            wrong = (notice.rule == UNUSED.id and place in in_use) or (notice.rule == EXPIRING.id and place in ended)
            if notice.unjudged or wrong or notice.fingerprint in reported:
                continue
            reported.add(notice.fingerprint)
            own = part.slice.seen.unused.get(place)
            yield _completed(notice, own, unused[place]) if notice.rule == UNUSED.id and own else notice
    fleet = frozenset(named.name for part in parts for named in part.slice.seen.names)
    for index, row in enumerate(row for row in unmet.values() if row.severity):
        message, fix = unmet_words(row.whom, row.services, fleet if index < MAX_PROBLEMS else ())
        yield Finding(UNUSED.id, row.severity or Severity.WARNING, message, fix, row.location, row.pointer)


def _unmet(parts: Sequence[ShardReport], idle: AbstractSet[str]) -> dict[str, Unmet]:
    """The waivers that name services which no shard has, with those services, by ``path#pointer``; less ``idle``."""
    fleet = frozenset(named.name for part in parts for named in part.slice.seen.names)
    lists = [{_waiver_at(row): row for row in part.slice.seen.unmet} for part in parts]
    rows = {place: row for place, row in lists[0].items() if place not in idle and all(place in each for each in lists)}
    left = {place: tuple(name for name in row.services if name not in fleet) for place, row in rows.items()}
    return {place: rows[place]._replace(services=names) for place, names in left.items() if names}


def _waiver_at(place: Finding | Unmet) -> str:
    """A waiver's place, as shards name it."""
    return printable(real_path(f"{place.location.path}#{place.pointer}"))


def _completed(notice: Finding, own: Unmatched, every: Unmatched) -> Finding:
    """The notice on an unused waiver, with what all shards found."""
    return notice._replace(message=notice.message.removesuffix(str(own)) + str(every))


def _fleet(whole: Mapping[str, Merged]) -> Merged:
    """Merge repositories. Differences between their runs are noted, and are no error."""
    services = [within(service, name) for name, merged in whole.items() for service in merged.run.services]
    findings = [from_repository(finding, name) for name, merged in whole.items() for finding in merged.run.findings]
    manifests = sum(merged.run.manifests for merged in whole.values())
    rows = tuple(_row(name, merged) for name, merged in whole.items())
    policies = [merged.policy for merged in whole.values()]
    days = [merged.as_of for merged in whole.values()]
    return Merged(
        Run(tuple(services), tuple(findings), manifests, measured_by=_measured_by(whole)),
        _one_policy(policies),
        max(days),
        min((merged.verdict for merged in whole.values()), key=WORST_FIRST.index),
        None,
        rows,
        tuple(_differences(policies, days)),
    )


def _measured_by(whole: Mapping[str, Merged]) -> MeasuredBy | None:
    """The snapshots and sources of all repositories, named with them."""
    named = {name: merged.run.measured_by for name, merged in whole.items() if merged.run.measured_by}
    files = [file._replace(path=f"{name}/{file.path}") for name, by in named.items() for file in by.files]
    sources = [source._replace(name=f"{name}/{source.name}") for name, by in named.items() for source in by.sources]
    return MeasuredBy(tuple(files), tuple(sources)) if files else None


def _row(name: str, merged: Merged) -> Data:
    return {
        "name": name,
        "services": len(merged.run.services),
        "policy": merged.policy.name,
        "policy_sha256": merged.policy.sha256,
        "as_of": merged.as_of.isoformat(),
        "verdict": str(merged.verdict),
    }


def _differences(policies: Sequence[Recorded], days: Sequence[date]) -> Iterator[str]:
    """Sentences on how the repositories' runs differ."""
    named = {f"{policy.name} ({policy.sha256[:12]})" for policy in policies}
    if len(named) > 1:
        yield f"The repositories were judged by different policies: {_some(named)}."
    decisive = {listing(policy.fail_on) for policy in policies}
    if len(decisive) > 1:
        yield f"They fail on different things: {_some(decisive, '; ')}."
    if len({policy.stage for policy in policies}) > 1:
        yield "Some were judged by the gate before a merge, others by the gate before a deployment."
    if len(set(days)) > 1:
        yield f"They were judged as of different days: {_some({str(day) for day in days})}."


def _some(words: set[str], separator: str = ", ") -> str:
    """Words in order, cut after ``MOST_NAMED``."""
    ordered = sorted(words)
    rest = [f"and {len(ordered) - MOST_NAMED} more"] if len(ordered) > MOST_NAMED else []
    return separator.join([*ordered[:MOST_NAMED], *rest])


def _one_policy(policies: Sequence[Recorded]) -> Recorded:
    """The policy that all repositories share, or a summary if they have several."""
    rules = frozenset().union(*(policy.rules for policy in policies))
    if len({policy._replace(rules=frozenset()) for policy in policies}) == 1:
        return policies[0]._replace(rules=rules)
    names = sorted({policy.name for policy in policies})
    digests = sorted({policy.sha256 for policy in policies})
    return Recorded(
        names[0] if len(names) == 1 else f"several ({len(names)})",
        Source.MERGED,
        "",
        digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest(),
        tuple(sorted({word for policy in policies for word in policy.fail_on})),
        "\n".join(sorted({policy.help for policy in policies if policy.help})),
        rules,
    )
