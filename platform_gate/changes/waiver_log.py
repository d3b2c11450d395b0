"""The log of waivers since a commit: granted, extended, shortened, removed, ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from platform_gate.changes import relaxations
from platform_gate.changes.revisions import TipRules, past
from platform_gate.judging import ruleset
from platform_gate.judging.request import Request
from platform_gate.judging.ruleset import Rules
from platform_gate.judging.waivers import Waiver
from platform_gate.model import Location, Rule
from platform_gate.repository import commits, config
from platform_gate.repository.work_tree import WorkTree


class Event(NamedTuple):
    """An event in a waiver's life.

    ``what`` is the kind, ``before`` the terms at the commit if they differ, ``place`` the prefix of a location at the
    commit (``main:``) for a waiver that is gone.
    """

    what: str
    waiver: Waiver
    before: str | None = None
    place: str = ""


def events(ref: str, request: Request, tree: WorkTree, now: Rules) -> list[Event]:
    """Waivers that are new, gone, ended, or have other terms than at a commit; those that end first come first.

    Raises:
        GateError: git, or the rules at the commit, can't be read.
    """
    source = TipRules(past(ref, tree), past=True)
    tip = source.change.tip
    with source.blamed():
        then = ruleset.load(source.known(request), config.load(tip.content), source)
    known = then.policy.known_rules() | now.policy.known_rules()
    come, gone = _differences(then.waivers, now.waivers, known), _differences(now.waivers, then.waivers, known)
    words = {"waiver-added": "granted", "waiver-extended": "extended"}
    log = [Event(words[kind], waiver, before) for waiver, kind, before in come]
    reported = {event.waiver.location for event in log}
    for old, kind, _ in gone:
        heir = next((new for new in now.waivers if relaxations.are_akin(old, new)), old)
        if kind == "waiver-added":
            log.append(Event("removed", old, place=f"{ref}:"))
        elif heir.location not in reported:
            log.append(Event("shortened", heir, relaxations.terms(old)))
            reported.add(heir.location)
    day = commits.day(tip.repository, tip.commit)
    ended = [w for w in now.waivers if day <= w.expires < request.as_of and w.location not in reported]
    log += [Event("ended", waiver) for waiver in ended]
    return sorted(log, key=lambda event: (event.waiver.expires, event.waiver.services, event.waiver.rules, event.what))


def _differences(
    before: Sequence[Waiver], after: Sequence[Waiver], known: Mapping[str, Rule]
) -> list[tuple[Waiver, str, str | None]]:
    """Waivers that allow more than before, each with a relaxation's kind and the terms before.

    A waiver for several services and rules counts as added if any of these pairs is new.
    """
    differences: dict[Location, tuple[str, str | None]] = {}
    for relaxation in relaxations.by_waivers(before, after, known):
        kind, _ = differences.get(relaxation.location, ("", None))
        if kind != "waiver-added":
            differences[relaxation.location] = relaxation.kind, relaxation.before
    return [(waiver, *differences[waiver.location]) for waiver in after if waiver.location in differences]
