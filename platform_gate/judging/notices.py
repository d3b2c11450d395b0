"""Findings that belong to no service and keep nothing from being judged: waivers, and YAML that no glob selects."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date

from platform_gate.judging.result import Judged
from platform_gate.judging.shards import Seen, Unmet
from platform_gate.judging.waivers import Failed, Waiver, audit, excuses, unmatched, unmet_services, whom
from platform_gate.model import Finding, Location, Rule, pointer
from platform_gate.policy.limits import Effective
from platform_gate.subsystems.catalogue import UNSELECTED, UNUSED
from platform_gate.text import cut, listing, plural

NAMED_AT_MOST = 5
"""Files that a notice names; the others are counted."""


def violations_of(services: Iterable[Judged]) -> dict[str, Failed]:
    """The violations of every service."""
    return {judged.name: {(finding.rule, finding.subject) for finding in judged.findings} for judged in services}


def on_waivers(
    waivers: Sequence[Waiver], failed: dict[str, Failed], as_of: date, policy: Effective, fleet: Collection[str] | None
) -> Iterator[Finding]:
    """What is to be said about waivers. ``fleet`` names all services of the repository; None if not all are known."""
    for notice in audit(waivers, failed, as_of, policy.waivers.warn_days, fleet):
        waiver = notice.waiver
        yield from _finding(policy, notice.rule, notice.message, notice.fix, (waiver.location, pointer(waiver.at)))


def on_unselected(paths: Sequence[str], policy: Effective) -> Iterator[Finding]:
    """That YAML lies beside the manifests and is not judged."""
    if not paths:
        return
    message = f"no glob of `manifests` selects {plural(len(paths), 'YAML file')}: {_named(paths)}"
    yield from _finding(policy, UNSELECTED, message, UNSELECTED.help, (Location(paths[0]), ""))


def _named(paths: Sequence[str]) -> str:
    return listing(cut(paths, NAMED_AT_MOST))


def _finding(policy: Effective, rule: Rule, message: str, fix: str, at: tuple[Location, str]) -> Iterator[Finding]:
    """A finding, unless the policy turns its rule off; ``at`` is its place, and the pointer there."""
    if not policy.is_off(rule):
        severity = policy.severity(rule, decisive=rule.id in policy.gate.fail_on)
        yield Finding(rule.id, severity, message, fix, *at)


def seen(
    waivers: Sequence[Waiver], failed: dict[str, Failed], as_of: date, policy: Effective, *, complete: bool
) -> Seen:
    """What ``merge`` needs to know about waivers and can't read from a shard's report.

    With ``complete`` the shards together are the whole repository.
    """
    in_use = [_place(waiver) for waiver in waivers if excuses(waiver, failed)]
    in_force = [waiver for waiver in waivers if waiver.in_force(as_of)]
    instead = {_place(waiver): unmatched(waiver, failed) for waiver in in_force}
    unused = {place: others for place, others in instead.items() if others is not None}
    unmet = tuple(_unmet(in_force, failed, policy)) if complete else ()
    return Seen((), in_use, unused, unmet)


def _unmet(waivers: Iterable[Waiver], failed: dict[str, Failed], policy: Effective) -> Iterator[Unmet]:
    """The services of waivers that are not in this part of the fleet."""
    off = policy.is_off(UNUSED)
    severity = None if off else policy.severity(UNUSED, decisive=UNUSED.id in policy.gate.fail_on)
    for waiver in waivers:
        if names := unmet_services(waiver, failed):
            yield Unmet(waiver.location, pointer(waiver.at), whom(waiver), tuple(names), severity)


def _place(waiver: Waiver) -> str:
    return f"{waiver.location.path}#{pointer(waiver.at)}"
