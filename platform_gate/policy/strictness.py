"""Whether one policy asks less than another, value by value. What isn't known to ask more counts as less."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from platform_gate.model import At

Looser = Callable[[Any, Any], bool]
"""Whether the second value asks less than the first; a missing value is None."""

EVIDENCE: Final = ("declared", "verified", "required")


def loosened(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[At]:
    """The places at which a policy's data asks less than before."""
    for at in changed_keys(before, after):
        old, new = value_at(before, at), value_at(after, at)
        if _judge_for(at)(old, new):
            yield at


def value_at(data: Any, at: At) -> Any:
    """The value at a place; None where there is none."""
    for key in at:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data


def _judge_for(at: At) -> Looser:
    if at[:2] == ("governance", "checks"):
        return _removed if len(at) == 3 else _never  # noqa: PLR2004 - the check itself, not its words
    if at[0] == "severities":
        return _turned_off
    return _BY_KEY.get(str(at[-1]), _BY_KEY.get(".".join(map(str, at[:2])), _always))


def _higher(old: Any, new: Any) -> bool:
    return bool(new > old)


def _lower(old: Any, new: Any) -> bool:
    return bool(new < old)


def _fewer(old: Sequence[Any], new: Sequence[Any]) -> bool:
    return not set(old) <= set(new)


def _removed(_old: Any, new: Any) -> bool:
    return new is None


def _turned_off(_old: Any, new: Any) -> bool:
    return bool(new == "off")


def _never(_old: Any, _new: Any) -> bool:
    return False


def _always(_old: Any, _new: Any) -> bool:
    return True


def _weaker(old: str, new: str) -> bool:
    return EVIDENCE.index(new) < EVIDENCE.index(old)


def _rules_gone(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> bool:
    return any(rule not in new for rule in old)


def _more_score(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> bool:
    return any(_worth(new, value) > _worth(old, value) for value in _probes(old, new))


def _fewer_points(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> bool:
    return any(_worth(new, value) < _worth(old, value) for value in _probes(old, new))


_COMPARE: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "at_least": lambda value, bound: value >= bound,
    "failed_at_least": lambda value, bound: value >= bound,
    "at_most": lambda value, bound: value <= bound,
    "below": lambda value, bound: value < bound,
}


def _probes(*lists: Sequence[Mapping[str, Any]]) -> set[float]:
    """Every bound, and a value on either side of it: bands are constant in between."""
    bounds = {band[key] for bands in lists for band in bands for key in _COMPARE if key in band}
    return {0.0, *(value for bound in bounds for value in (bound - 1e-6, bound, bound + 1e-6))}


def _worth(bands: Sequence[Mapping[str, Any]], value: float) -> int:
    for band in bands:
        key = next((key for key in _COMPARE if key in band), None)
        if key is None or _COMPARE[key](value, band[key]):
            return int(band.get("score", band.get("points", 0)))
    return 0


_BY_KEY: Final[Mapping[str, Looser]] = {
    "fail_on": _fewer,
    "required": _fewer,
    "not_waivable": _fewer,
    "regressions": _fewer,
    "placeholders": _fewer,
    "help": _never,
    "max_prelaunch_days": _higher,
    "max_days": _higher,
    "warn_days": _lower,
    "degraded_at": _higher,
    "critical_at": _higher,
    "breach_points": _lower,
    "low_budget_below_pct": _lower,
    "low_budget_points": _lower,
    "over_budget_points": _lower,
    "spiking_points": _lower,
    "spiking_above_pct": _higher,
    "increasing_above_pct": _never,
    "decreasing_below_pct": _never,
    "needs_review_up_to": _higher,
    "evidence": _weaker,
    "reliability.score": _more_score,
    "reliability.points": _fewer_points,
    "governance.points": _fewer_points,
    "rules": _rules_gone,
}


def changed_keys(before: Mapping[str, Any], after: Mapping[str, Any], at: At = ()) -> Iterator[At]:
    """The places of values that differ: mappings are entered, everything else is compared as a whole."""
    for key in [*before, *(key for key in after if key not in before)]:
        old, new = before.get(key), after.get(key)
        if old is new:
            continue
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from changed_keys(old, new, (*at, key))
        elif old != new and (*at, key) != ("overrides",):
            yield (*at, key)
