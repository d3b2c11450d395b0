"""The impact of a policy change on a fleet: which services flip, from what to what, because of which keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import chain, combinations, islice
from typing import Any, Final, NamedTuple

from platform_gate.judging.judgement import Judgement
from platform_gate.judging.result import Judged
from platform_gate.model import At, GateError, HealthStatus
from platform_gate.policy.layers import Layered
from platform_gate.policy.limits import Effective, typed
from platform_gate.policy.strictness import changed_keys

PROSE: Final = ("description", "help", "message", "reason", "title")
"""Keys whose values are words for people."""
MOST_SETS: Final = 2_000
"""Sets of keys to try for one service."""


class Flip(NamedTuple):
    """A service whose health or pass/fail changes. ``keys`` are the changed policy keys that explain it, dotted."""

    before: Judgement
    after: Judgement
    keys: tuple[str, ...]

    @property
    def name(self) -> str:
        """The service's name."""
        return self.after.subject.name


class Impact(NamedTuple):
    """Flips, worst first, and the number of services by health under the old and the new policy."""

    flips: tuple[Flip, ...]
    before: Mapping[HealthStatus, int]
    after: Mapping[HealthStatus, int]


Rejudge = Any
"""``(service name, effective policy) -> Judgement``: the same manifest judged under another policy."""


def compare(before: Sequence[Judged], after: Sequence[Judged], rejudge: Rejudge) -> Impact:
    """Compare two runs over the same manifests under two policies."""
    old = {judged.name: judged.judgement for judged in before}
    new = {judged.name: judged.judgement for judged in after}
    flips = [
        Flip(old[name], judgement, tuple(_causes(old[name], judgement, rejudge)))
        for name, judgement in new.items()
        if name in old and _seen(old[name]) != _seen(judgement)
    ]
    flips.sort(key=lambda flip: (-flip.after.health.rank, flip.before.health.rank, flip.name))
    return Impact(tuple(flips), _healths(before), _healths(after))


def _seen(judgement: Judgement) -> tuple[HealthStatus, bool]:
    return judgement.health, judgement.failing


def _healths(run: Sequence[Judged]) -> Mapping[HealthStatus, int]:
    return Counter(judged.health for judged in run)


def _causes(before: Judgement, after: Judgement, rejudge: Rejudge) -> list[str]:
    """The changed keys that flip the service on their own; if none does, the smallest set that does together."""
    changed = [at for at in changed_keys(before.policy.layered.data, after.policy.layered.data) if not _is_prose(at)]
    seen, name = _seen(before), before.subject.name

    def flips(keys: Sequence[At]) -> bool:
        return _seen(rejudge(name, _with(before.policy, after.policy, keys))) != seen

    alone = [at for at in changed if flips([at])]
    return [".".join(map(str, at)) for at in alone or _together(changed, flips)]


def _is_prose(at: At) -> bool:
    """Whether a key holds words for people, which decide nothing."""
    return at[-1] in PROSE


def _together(changed: Sequence[At], flips: Callable[[Sequence[At]], bool]) -> Sequence[At]:
    """The smallest set of keys that flips a service: of two or three if there is one, else what can't be left out."""
    sets = chain.from_iterable(combinations(changed, size) for size in (2, 3))
    small = next((several for several in islice(sets, MOST_SETS) if flips(several)), None)
    if small:
        return small
    needed = list(changed)
    for at in changed:
        if flips(left := [key for key in needed if key != at]):
            needed = left
    return needed


def _with(before: Effective, after: Effective, keys: Sequence[At]) -> Effective:
    """The old policy with some values of the new one; the old policy itself if that mix is invalid."""
    data = before.layered.data
    for at in keys:
        data = _put(data, at, after.layered.data)
    try:
        return typed(Layered(data, {**after.layered.origins, **before.layered.origins}))
    except GateError:
        return before


def _put(data: Mapping[str, Any], at: At, source: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of ``data`` that has ``source``'s value at a path, or lacks the key if ``source`` does."""
    key, *rest = at
    copy = dict(data)
    if rest:
        copy[str(key)] = _put(data[str(key)], tuple(rest), source[str(key)])
    elif key in source:
        copy[str(key)] = source[str(key)]
    else:
        copy.pop(str(key), None)
    return copy
