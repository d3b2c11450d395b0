"""Reports to one report: the shards of one repository, or the reports of many."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby, islice, pairwise
from typing import Any, Final, NamedTuple

from platform_gate.judging.problems import described_already, repeated, with_fingerprints
from platform_gate.judging.result import Judged, digest
from platform_gate.judging.runner import Run
from platform_gate.judging.shards import NAME_POINTER, Named, Slice
from platform_gate.judging.verdict import Verdict, decide
from platform_gate.judging.waivers import why_unused
from platform_gate.model import Finding, GateError, Severity
from platform_gate.policy.loading import Source
from platform_gate.reports.json_text import Kept, encode, pack
from platform_gate.reports.reading import Data, Recorded, Recording
from platform_gate.subsystems.catalogue import DUPLICATE_SERVICE, EXPIRING, UNUSED
from platform_gate.text import listing

WORST_FIRST: Final = (Verdict.NOT_JUDGED, Verdict.FAILED, Verdict.PASSED)
MOST_NAMED: Final = 10
"""Of a list in a sentence; the rest is counted."""


class Merged(NamedTuple):
    """What several reports come to. ``differences`` are sentences about what is not alike in all repositories."""

    run: Run
    policy: Recorded
    as_of: date
    verdict: Verdict
    repository: str | None
    repositories: tuple[Data, ...] = ()
    differences: tuple[str, ...] = ()


class ShardReport(NamedTuple):
    """A report of a shard."""

    source: Recording
    slice: Slice


def merge(sources: Sequence[Recording]) -> Merged:
    """One report of the shards of a repository, or of whole repositories. In which order they come is all the same.

    Raises:
        GateError: a shard is missing, repeated or foreign, or it can't be told which repository a report is about.
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
    """One repository from its shards, or from its only report."""
    first = sources[0]
    run = _of_shards(_complete(sources)) if first.part or len(sources) > 1 else _of_one(first)
    if not run.services and not run.unjudged:
        raise GateError(f"nothing was judged: {_what(sources)} no service", "Check what was to be judged.")
    verdict = decide(run, first.policy.fail_on)
    if first.part is None and verdict is not first.verdict:
        raise GateError(
            f"{first.path} contradicts itself: its verdict is {first.verdict}, what it lists is {verdict}",
            "Write it anew: check -o json=FILE.",
        )
    rules = frozenset().union(*(source.policy.rules for source in sources))
    return Merged(run, first.policy._replace(rules=rules), first.as_of, verdict, first.repository or None)


def _what(sources: Sequence[Recording]) -> str:
    return f"{sources[0].path} holds" if len(sources) == 1 else "the shards hold"


def _of_one(source: Recording) -> Run:
    return Run(tuple(source.services), tuple(source.findings), len(source.services))


def _complete(sources: Sequence[Recording]) -> list[ShardReport]:
    """The reports as all the shards of one run, each once."""
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
        raise GateError(f"missing: shard {named}", "Merge the reports of all shards: what is missing was not judged.")
    return parts


def _absent(count: int, known: set[int]) -> Iterator[int]:
    return (index for index in range(1, count + 1) if index not in known)


def _refuse_foreign(part: ShardReport, first: ShardReport) -> None:
    for what, one, other in zip(("files", "policies", "days", "options"), _terms(part), _terms(first), strict=True):
        if one != other:
            fix = "Merge the shards of one run: same commit, same policy, same options, same day."
            raise GateError(f"{first.source.path} and {part.source.path} are of different runs: {what} differ", fix)


def _terms(part: ShardReport) -> tuple[Any, ...]:
    """What must be alike in all shards."""
    own, source = part.slice, part.source
    files = own.shard.of, own.files, own.sha256
    return files, source.policy._replace(rules=frozenset()), source.as_of, own.terms


def _refuse_repeated(parts: Sequence[ShardReport]) -> None:
    for one, other in pairwise(parts):
        if one.slice.shard == other.slice.shard:
            what = f"shard {one.slice.shard} is there twice: {one.source.path} and {other.source.path}"
            raise GateError(what, "Leave one out.")


def _of_shards(parts: Sequence[ShardReport]) -> Run:
    """The run that was never made in one piece."""
    names = sorted((each for part in parts for each in part.slice.seen.names), key=_place)
    first: dict[str, Named] = {}
    for each in names:
        first.setdefault(each.name, each)
    services = [judged for part in parts for judged in part.source.services if _is_first(judged, first)]
    own = [finding for part in parts for finding in part.source.findings if finding.unjudged]
    others = [finding for finding in own if finding.rule != DUPLICATE_SERVICE.id]
    findings = with_fingerprints([*others, *repeated(names, _duplicate), *_notices(parts)])
    return Run(tuple(sorted(services, key=_place)), tuple(findings), len(names))


def _place(each: Named | Judged) -> tuple[str, int, int]:
    return each.location.path, *each.location.start


def _is_first(judged: Judged, first: Mapping[str, Named]) -> bool:
    """Whether no other shard describes a service before this one does."""
    return first[judged.name].location.path == judged.location.path


def _duplicate(each: Named, other: Named) -> Finding:
    message, fix = described_already(each.name, other.location), DUPLICATE_SERVICE.help
    return Finding(DUPLICATE_SERVICE.id, Severity.ERROR, message, fix, each.location, NAME_POINTER)


def _notices(parts: Sequence[ShardReport]) -> Iterator[Finding]:
    """About the waivers. Every shard speaks of every waiver, and none knows what the others have seen."""
    in_use = {place for part in parts for place in part.slice.seen.in_use}
    unused: dict[str, set[str]] = {}
    for part in parts:
        for place, subjects in part.slice.seen.unused.items():
            unused.setdefault(place, set()).update(subjects)
    told = set()
    for part in parts:
        for notice in part.source.findings:
            place = f"{notice.location.path}#{notice.pointer}"
            wrong = (notice.rule == UNUSED.id and place in in_use) or (
                notice.rule == EXPIRING.id and place in unused.keys() - in_use
            )
            if notice.unjudged or wrong or notice.fingerprint in told:
                continue
            told.add(notice.fingerprint)
            own = part.slice.seen.unused.get(place, ())
            yield _completed(notice, own, unused[place]) if notice.rule == UNUSED.id and own else notice


def _completed(notice: Finding, own: Sequence[str], every: set[str]) -> Finding:
    """Why a waiver is unused, with what was found in all shards."""
    message = notice.message.removesuffix(why_unused(own)) + why_unused(every)
    return notice._replace(message=message)


def _fleet(whole: Mapping[str, Merged]) -> Merged:
    """Many repositories: what differs between them is noted, and wrong nowhere."""
    services = [_within(each, name) for name, merged in whole.items() for each in merged.run.services]
    findings = [_from(each, name) for name, merged in whole.items() for each in merged.run.findings]
    manifests = sum(merged.run.manifests for merged in whole.values())
    rows = tuple(_row(name, merged) for name, merged in whole.items())
    policies = [merged.policy for merged in whole.values()]
    days = [merged.as_of for merged in whole.values()]
    return Merged(
        Run(tuple(services), tuple(findings), manifests),
        _one_policy(policies),
        max(days),
        min((merged.verdict for merged in whole.values()), key=WORST_FIRST.index),
        None,
        rows,
        tuple(_differences(policies, days)),
    )


def _within(each: Judged, repository: str) -> Judged:
    """A service of one repository in a report of many: named with it, its row too."""
    return each._replace(
        figures=each.figures._replace(name=f"{repository}/{each.name}"),
        location=each.location._replace(path=f"{repository}/{each.location.path}"),
        findings=tuple(_from(one, repository) for one in each.findings),
        row=pack(f'{{"repository": {encode(repository)}, {Kept(each.row).text[1:]}'),
    )


def _from(each: Finding, repository: str) -> Finding:
    excuse = each.excuse
    if excuse:
        excuse = excuse._replace(location=excuse.location._replace(path=f"{repository}/{excuse.location.path}"))
    return each._replace(
        location=each.location._replace(path=f"{repository}/{each.location.path}"),
        fingerprint=digest(repository, each.fingerprint),
        excuse=excuse,
    )


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
    """What is not alike in all repositories."""
    named = {f"{each.name} ({each.sha256[:12]})" for each in policies}
    if len(named) > 1:
        yield f"The repositories were judged by different policies: {_some(named)}."
    decisive = {listing(each.fail_on) for each in policies}
    if len(decisive) > 1:
        yield f"They fail on different things: {_some(decisive, '; ')}."
    if len(set(days)) > 1:
        yield f"They were judged as of different days: {_some({str(day) for day in days})}."


def _some(words: set[str], separator: str = ", ") -> str:
    """Words in order; of many the first."""
    ordered = sorted(words)
    rest = [f"and {len(ordered) - MOST_NAMED} more"] if len(ordered) > MOST_NAMED else []
    return separator.join([*ordered[:MOST_NAMED], *rest])


def _one_policy(policies: Sequence[Recorded]) -> Recorded:
    """The policy of all repositories; where they have several, one that stands for them."""
    rules = frozenset().union(*(each.rules for each in policies))
    if len({each._replace(rules=frozenset()) for each in policies}) == 1:
        return policies[0]._replace(rules=rules)
    names = sorted({each.name for each in policies})
    digests = sorted({each.sha256 for each in policies})
    return Recorded(
        names[0] if len(names) == 1 else f"several ({len(names)})",
        Source.MERGED,
        "",
        digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest(),
        tuple(sorted({word for each in policies for word in each.fail_on})),
        "\n".join(sorted({each.help for each in policies if each.help})),
        rules,
    )
