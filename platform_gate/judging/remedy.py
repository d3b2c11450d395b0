"""What to fix first: the smallest set of fixes that makes a service healthy.

Every set is charged by the subsystem itself, as points don't simply add up: a band counts failed checks, a breach costs
once however many there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, product
from typing import Final, NamedTuple

from platform_gate.judging.judgement import Judgement, Scored, health, in_doubt
from platform_gate.model import HealthStatus, Violation
from platform_gate.subsystems import SUBSYSTEMS

MOST_SETS: Final = 20_000
"""The sets of fixes to try per subsystem, enough for all combinations of fourteen rules; beyond it, fix everything."""
MOST_STEPS: Final = 8
"""A rule with more violations than this is fixed as a whole or not at all."""


class Option(NamedTuple):
    """Some violations to fix, and the points and doubts that remain."""

    fixed: tuple[Violation, ...]
    points: int
    doubts: int


class Remedy(NamedTuple):
    """The ``fixes`` that make a service healthy, and the ``best`` single fix, which leaves ``left`` points."""

    fixes: tuple[Violation, ...]
    best: Violation | None
    left: int


def remedy(judgement: Judgement) -> Remedy:
    """The smallest set of fixes that reaches HEALTHY (empty where it is), and the single fix that helps most."""
    options = [Option((), 0, 0)]
    for scored in judgement.scored.values():
        options = list(_worthwhile(_join(options, list(_options(scored, judgement)))))
    healthy = (option for option in options if _health(option, judgement) is HealthStatus.HEALTHY)
    fixes = min(healthy, key=lambda option: len(option.fixed)).fixed
    best = min(_single(judgement), key=lambda option: (option.points, option.doubts), default=Option((), 0, 0))
    return Remedy(fixes, best.fixed[0] if best.fixed else None, best.points)


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


def _single(judgement: Judgement) -> Iterator[Option]:
    """For each rule, the option to fix one violation of it, with the points and doubts of the whole service."""
    doubts = {name: _after(scored, (), judgement).doubts for name, scored in judgement.scored.items()}
    for scored in judgement.scored.values():
        for violation in {violation.rule.id: violation for violation in reversed(scored.open)}.values():
            after = _after(scored, (violation,), judgement)
            points = judgement.points - scored.points + after.points
            yield Option((violation,), points, sum(doubts.values()) - doubts[scored.name] + after.doubts)
