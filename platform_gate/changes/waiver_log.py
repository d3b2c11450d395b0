"""What became of waivers since a commit: granted, extended, shortened, removed, ended."""

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
from platform_gate.repository import config
from platform_gate.repository.work_tree import WorkTree


class Event(NamedTuple):
    """What happened to a waiver, and until when it held before; ``place`` says at which commit, if it is gone."""

    what: str
    waiver: Waiver
    before: str | None = None
    place: str = ""


def events(ref: str, request: Request, tree: WorkTree, now: Rules) -> list[Event]:
    """The waivers that are new, gone, ended, or hold for another time than at a commit; first those that end first.

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
    found = [Event(words[kind], waiver, before) for waiver, kind, before in come]
    told = {event.waiver.location for event in found}
    for old, kind, _ in gone:
        heir = next((new for new in now.waivers if relaxations.are_akin(old, new)), old)
        if kind == "waiver-added":
            found.append(Event("removed", old, place=f"{ref}:"))
        elif heir.location not in told:
            found.append(Event("shortened", heir, relaxations.terms(old)))
            told.add(heir.location)
    day = tip.repository.day(tip.commit)
    ended = [each for each in now.waivers if day <= each.expires < request.as_of and each.location not in told]
    found += [Event("ended", waiver) for waiver in ended]
    return sorted(found, key=lambda each: (each.waiver.expires, each.waiver.services, each.waiver.rules, each.what))


def _differences(
    before: Sequence[Waiver], after: Sequence[Waiver], known: Mapping[str, Rule]
) -> list[tuple[Waiver, str, str | None]]:
    """Every waiver that allows more than before; where any of what it excuses is new, it is."""
    found: dict[Location, tuple[str, str | None]] = {}
    for each in relaxations.by_waivers(before, after, known):
        kind, _ = found.get(each.location, ("", None))
        if kind != "waiver-added":
            found[each.location] = each.kind, each.before
    return [(waiver, *found[waiver.location]) for waiver in after if waiver.location in found]
