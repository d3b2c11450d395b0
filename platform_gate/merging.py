"""Reports to one report: the shards of one repository, or the reports of many."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, Final, NamedTuple

from platform_gate.gate import Run
from platform_gate.json_text import Kept, pack
from platform_gate.judged import Judged, digest
from platform_gate.model import Finding, GateError, Severity
from platform_gate.policy import Source
from platform_gate.recorded import Data, Recorded, Recording, finding, judged
from platform_gate.rules import DUPLICATE_SERVICE, EXPIRING, UNUSED
from platform_gate.text import listing, quote
from platform_gate.verdict import Verdict, decide

WORST_FIRST: Final = (Verdict.NOT_JUDGED, Verdict.FAILED, Verdict.PASSED)


class Merged(NamedTuple):
    """What several reports come to. ``differences`` are sentences about what is not alike in all repositories."""

    run: Run
    policy: Recorded
    as_of: date
    verdict: Verdict
    repository: str | None
    repositories: tuple[Data, ...] = ()
    differences: tuple[str, ...] = ()


def merge(sources: Sequence[Recording]) -> Merged:
    """One report of the shards of a repository, or of whole repositories.

    Raises:
        GateError: a shard is missing, repeated or foreign, or it can't be told which repository a report is about.
    """
    ordered = sorted(sources, key=lambda source: source.repository)
    groups = {name: list(several) for name, several in groupby(ordered, key=lambda source: source.repository)}
    if len(groups) > 1 and "" in groups:
        raise GateError(
            f"{groups[''][0].path} does not say which repository it is about",
            "Run each repository's check with --repository NAME.",
        )
    whole = {name: _of_repository(several) for name, several in groups.items()}
    return next(iter(whole.values())) if len(whole) == 1 else _fleet(whole)


def _of_repository(sources: Sequence[Recording]) -> Merged:
    """One repository from its shards, or from its only report."""
    if len(sources) > 1 or sources[0].data.get("shard"):
        _check_shards(sources)
    first = sources[0].data
    services, repeated = _without_duplicates(sources)
    findings = sorted([*_told_once(sources), *repeated], key=_place)
    run = Run(tuple(services), tuple(findings), len(services))
    recorded = _policy(first, run)
    verdict = decide(run, recorded.fail_on) if first.get("shard") else Verdict(first["verdict"])
    if not services and not findings:
        raise GateError("nothing was judged: the reports hold no service", "Check what the shards were to judge.")
    return Merged(run, recorded, date.fromisoformat(first["as_of"]), verdict, first["repository"])


def _check_shards(sources: Sequence[Recording]) -> None:
    """That the reports are all the shards of one run, each once."""
    first = sources[0]
    for source in sources:
        if not source.data.get("shard"):
            fix = "Name each repository with check's --repository, and merge one report of each."
            raise GateError(f"{source.path} is no shard, and not the only report of its repository", fix)
        for what, one, other in _terms(source.data, first.data):
            if one != other:
                fix = "Merge the shards of one run: same commit, same policy, same day."
                raise GateError(f"{source.path} and {first.path} are of different runs: {what} differ", fix)
    count = first.data["shard"]["count"]
    seen: dict[int, str] = {}
    for source in sources:
        index = source.data["shard"]["index"]
        if index in seen:
            raise GateError(f"shard {index}/{count} is there twice: {seen[index]} and {source.path}", "Leave one out.")
        seen[index] = source.path
    missing = [f"{index}/{count}" for index in range(1, count + 1) if index not in seen]
    if missing:
        named = listing(missing[:10]) + (" and more" if len(missing) > 10 else "")  # noqa: PLR2004 - enough to see
        raise GateError(f"missing: shard {named}", "Merge the reports of all shards: what is missing was not judged.")


def _terms(one: Data, other: Data) -> Iterator[tuple[str, Any, Any]]:
    """What must be alike in all shards."""
    for key in ("count", "files", "sha256"):
        yield "the files to judge", one["shard"][key], other["shard"][key]
    yield "the policies", one["policy"], other["policy"]
    yield "the days", one["as_of"], other["as_of"]


def _without_duplicates(sources: Sequence[Recording]) -> tuple[list[Judged], list[Finding]]:
    """The services in the order of their files; of those in two shards the first, and a finding for each other."""
    every = [judged(row) for source in sources for row in source.data["services"]]
    first: dict[str, Judged] = {}
    repeated = []
    for each in sorted(every, key=lambda each: (each.location.path, each.location.line)):
        other = first.setdefault(each.name, each)
        if other is not each:
            repeated.append(_duplicate(each, other))
    return list(first.values()), repeated


def _duplicate(each: Judged, other: Judged) -> Finding:
    place = f"{other.location.path}:{other.location.line}"
    message = f"the service {quote(each.name)} is described at {place} already"
    name, location = DUPLICATE_SERVICE.id, each.location
    fingerprint = digest(name, location.path, "/metadata/name", str(location.line))
    fix, pointer = DUPLICATE_SERVICE.help, "/metadata/name"
    return Finding(name, Severity.ERROR, message, fix, location, pointer, fingerprint=fingerprint)


def _told_once(sources: Sequence[Recording]) -> Iterator[Finding]:
    """Findings of no service. Every shard speaks of every waiver: the one that saw most is right."""
    in_use = {place for source in sources for place in (source.data.get("shard") or {}).get("waivers_in_use", ())}
    several = [finding(row) for source in sources for row in source.data["findings"]]
    unused = {_waiver(each) for each in several if each.rule == UNUSED.id} - in_use
    told = set()
    for each in several:
        contradicted = (each.rule == UNUSED.id and _waiver(each) in in_use) or (
            each.rule == EXPIRING.id and _waiver(each) in unused
        )
        if each.fingerprint not in told and not contradicted:
            told.add(each.fingerprint)
            yield each


def _waiver(notice: Finding) -> str:
    return f"{notice.location.path}#{notice.pointer}"


def _place(each: Finding) -> tuple[str, int, int]:
    return each.location.path, each.location.line, each.location.column


def _policy(data: Data, run: Run) -> Recorded:
    named = data["policy"]
    used = {each.rule for judged in run.services for each in judged.findings} | {each.rule for each in run.findings}
    fail_on, told = tuple(named.get("fail_on", ())), named.get("help", "")
    return Recorded(
        named["name"], named["source"], named.get("path", ""), named["sha256"], fail_on, told, frozenset(used)
    )


def _fleet(whole: Mapping[str, Merged]) -> Merged:
    """Many repositories: what differs between them is noted, and wrong nowhere."""
    services = [_within(each, name) for name, merged in whole.items() for each in merged.run.services]
    findings = [_from(each, name) for name, merged in whole.items() for each in merged.run.findings]
    manifests = sum(merged.run.manifests for merged in whole.values())
    rows = tuple(_row(name, merged) for name, merged in whole.items())
    return Merged(
        Run(tuple(services), tuple(findings), manifests),
        _one_policy([merged.policy for merged in whole.values()]),
        max(merged.as_of for merged in whole.values()),
        min((merged.verdict for merged in whole.values()), key=WORST_FIRST.index),
        None,
        rows,
        tuple(_differences(rows)),
    )


def _within(each: Judged, repository: str) -> Judged:
    """A service of one repository in a report of many: named with it, its row too."""
    return each._replace(
        figures=each.figures._replace(name=f"{repository}/{each.name}"),
        location=each.location._replace(path=f"{repository}/{each.location.path}"),
        findings=tuple(_from(one, repository) for one in each.findings),
        row=pack({"repository": repository, **Kept(each.row).read()}),
    )


def _from(each: Finding, repository: str) -> Finding:
    fingerprint = digest(repository, each.fingerprint)
    return each._replace(
        location=each.location._replace(path=f"{repository}/{each.location.path}"), fingerprint=fingerprint
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


def _differences(rows: Sequence[Data]) -> Iterator[str]:
    for key, words in (("policy_sha256", "policies"), ("as_of", "days")):
        found = sorted({row[key] if key == "as_of" else row["policy"] for row in rows})
        if len({row[key] for row in rows}) > 1:
            yield f"The repositories were judged by different {words}: {listing(found)}."


def _one_policy(policies: Sequence[Recorded]) -> Recorded:
    """The policy of all repositories; where they have several, one that stands for them."""
    if len({each.sha256 for each in policies}) == 1:
        return policies[0]._replace(rules=frozenset().union(*(each.rules for each in policies)))
    return Recorded(
        " and ".join(sorted({each.name for each in policies})),
        Source.MERGED,
        "",
        hashlib.sha256("".join(sorted({each.sha256 for each in policies})).encode()).hexdigest(),
        tuple(sorted({word for each in policies for word in each.fail_on})),
        "\n".join(sorted({each.help for each in policies if each.help})),
        frozenset().union(*(each.rules for each in policies)),
    )
