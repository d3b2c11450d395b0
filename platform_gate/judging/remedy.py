"""What to fix first: the smallest set of edits that makes a service healthy.

An edit is a place in the manifest; violations at the same place are fixed together. Every set is charged by the
subsystem itself, as points don't simply add up: a band counts failed checks, and two breaches cost no more than one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations, islice, product
from typing import Any, Final, NamedTuple

from platform_gate.judging.judgement import Judgement, Scored, health, in_doubt
from platform_gate.model import At, Doubt, HealthStatus, Violation
from platform_gate.subsystems import SUBSYSTEMS

MOST_SETS: Final = 20_000
"""The sets of edits, and the sets of rules per subsystem, to try: all combinations of fourteen; beyond it, fix all."""
MOST_STEPS: Final = 8
"""A rule with more violations than this is fixed as a whole or not at all."""


class Option(NamedTuple):
    """Some violations to fix, and the points and doubts that remain."""

    fixed: tuple[Violation, ...]
    points: int
    doubts: int


class Edit(NamedTuple):
    """A place in the manifest, and the violations that a change there fixes."""

    at: At
    fixed: tuple[Violation, ...]


class Remedy(NamedTuple):
    """The ``edits`` that make a service healthy; the ``best`` single one, with the ``health`` and points it leaves."""

    edits: tuple[Edit, ...]
    best: Edit | None
    health: HealthStatus
    left: int

    @property
    def fixes(self) -> tuple[Violation, ...]:
        """The violations that the edits fix."""
        return tuple(violation for edit in self.edits for violation in edit.fixed)


def remedy(judgement: Judgement, manifest: Any = None) -> Remedy:
    """The fewest edits that reach HEALTHY (none where it is), and the single edit that helps most.

    ``manifest`` is the document's data: keys of a section that it lacks are added in one edit.
    """
    edits = _edits(judgement, manifest)
    alone = ((edit, *_left([edit], judgement)) for edit in edits)
    best = min(alone, key=lambda one: (one[1].rank, one[2]), default=(None, judgement.health, judgement.points))
    return Remedy(_fewest(edits, judgement), *best)


def _edits(judgement: Judgement, manifest: Any) -> list[Edit]:
    """The open violations by edit. What a rule misses in a section comes with any other edit inside that section."""
    by_place: dict[At, list[Violation]] = {}
    violations = [violation for scored in judgement.scored.values() for violation in scored.open]
    for violation in sorted(violations, key=lambda one: one.rule.doubt is Doubt.REQUIRED):
        place = _place(violation.at, manifest)
        inside = (at for at in by_place if at[: len(place)] == place)
        found = next(inside, place) if violation.rule.doubt is Doubt.REQUIRED else place
        by_place.setdefault(found, []).append(violation)
    return [Edit(at, tuple(several)) for at, several in by_place.items()]


def _place(at: At, manifest: Any) -> At:
    """The place itself, or the first key on its way that the manifest lacks."""
    value = manifest
    for depth, key in enumerate(at):
        if isinstance(value, Mapping) and key not in value:
            return at[: depth + 1]
        value = value[key] if isinstance(value, Mapping) else None
    return at


def _fewest(edits: Sequence[Edit], judgement: Judgement) -> tuple[Edit, ...]:
    """The smallest set of edits that heals, by trying sets up to ``MOST_SETS``; else what a search by rules finds."""
    if judgement.health is HealthStatus.HEALTHY:
        return ()
    sets = chain.from_iterable(combinations(edits, size) for size in range(1, len(edits) + 1))
    for several in islice(sets, MOST_SETS):
        if _left(several, judgement)[0] is HealthStatus.HEALTHY:
            return several
    wanted = set(map(id, _by_rules(judgement)))
    return tuple(edit for edit in edits if wanted.intersection(map(id, edit.fixed)))


def _left(edits: Sequence[Edit], judgement: Judgement) -> tuple[HealthStatus, int]:
    """Health and points after some edits."""
    fixed = [violation for edit in edits for violation in edit.fixed]
    options = [_after(scored, fixed, judgement) for scored in judgement.scored.values()]
    points, doubts = sum(option.points for option in options), sum(option.doubts for option in options)
    return health(points, judgement.policy.health, doubt=doubts > 0), points


def _by_rules(judgement: Judgement) -> tuple[Violation, ...]:
    """The smallest set of violations whose absence reaches HEALTHY."""
    options = [Option((), 0, 0)]
    for scored in judgement.scored.values():
        options = list(_worthwhile(_join(options, list(_options(scored, judgement)))))
    healthy = (option for option in options if _health(option, judgement) is HealthStatus.HEALTHY)
    return min(healthy, key=lambda option: len(option.fixed)).fixed


def _health(option: Option, judgement: Judgement) -> HealthStatus:
    return health(option.points, judgement.policy.health, doubt=option.doubts > 0)


def _options(scored: Scored, judgement: Judgement) -> Iterator[Option]:
    """The options within one subsystem, the smallest set for each result."""
    seen: set[tuple[int, int]] = set()
    for fixed in _sets(scored.open):
        option = _after(scored, fixed, judgement)
        if (option.points, option.doubts) not in seen:
            seen.add((option.points, option.doubts))
            yield option
        if (0, 0) in seen:
            return


def _sets(failed: Sequence[Violation]) -> list[tuple[Violation, ...]]:
    """Sets of violations to fix, small ones first. Of a rule only the number of violations in the set matters."""
    by_rule: dict[str, list[Violation]] = {}
    for violation in failed:
        by_rule.setdefault(violation.rule.id, []).append(violation)
    steps = [range(len(group) + 1) if len(group) <= MOST_STEPS else (0, len(group)) for group in by_rule.values()]
    sets = [
        tuple(violation for group, taken in zip(by_rule.values(), counts, strict=True) for violation in group[:taken])
        for counts in islice(product(*steps), MOST_SETS)
    ]
    return [*sorted(sets, key=len), tuple(failed)]


def _after(scored: Scored, fixed: Sequence[Violation], judgement: Judgement) -> Option:
    gone = set(map(id, fixed))
    left = [violation for violation in scored.open if id(violation) not in gone]
    charges = SUBSYSTEMS[scored.name].points(left, scored.limits)
    doubts = sum(in_doubt(violation.rule, scored.name, judgement.required) for violation in left)
    return Option(tuple(fixed), sum(charge.points for charge in charges), doubts)


def _join(options: Sequence[Option], more: Sequence[Option]) -> Iterator[Option]:
    """Every option of the subsystems so far with every option of the next one."""
    for left, right in product(options, more):
        yield Option(left.fixed + right.fixed, left.points + right.points, left.doubts + right.doubts)


def _worthwhile(options: Iterable[Option]) -> Iterator[Option]:
    """The smallest option for each result."""
    best: dict[tuple[int, int], Option] = {}
    for option in options:
        key = option.points, option.doubts
        if key not in best or len(option.fixed) < len(best[key].fixed):
            best[key] = option
    yield from best.values()
