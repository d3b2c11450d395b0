"""Whether one policy asks less than another, value by value. A key that nobody knows counts as asking less."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from platform_gate.model import At
from platform_gate.policy import gate
from platform_gate.policy.gate import Stage, if_narrower, if_wider
from platform_gate.policy.limits import OFF
from platform_gate.subsystems import SUBSYSTEMS
from platform_gate.subsystems.loosening import Loosened, LooseningTable, if_fewer, if_higher, if_lower, never


def _turned_off(_old: Any, new: Any) -> bool:
    return bool(new == OFF)


LOOSENING: Final[LooseningTable] = {
    ("gate", "fail_on"): if_fewer,
    ("gate", "required"): if_fewer,
    ("gate", "not_waivable"): if_fewer,
    ("gate", "regressions"): if_fewer,
    ("gate", "help"): never,
    ("gate", "exemptions"): if_wider,
    **{("gate", stage.value, "fail_on"): if_fewer for stage in Stage},
    **{("gate", stage.value, "scope"): if_narrower for stage in Stage},
    **{("gate", stage.value, "exemptions"): if_wider for stage in Stage},
    ("gate", "max_prelaunch_days"): if_higher,
    ("waivers", "max_days"): if_higher,
    ("waivers", "warn_days"): if_lower,
    ("health", "degraded_at"): if_higher,
    ("health", "critical_at"): if_higher,
    ("severities",): _turned_off,
}
"""The keys of no subsystem. Each subsystem has a table of its own."""


def loosened(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[At]:
    """The places at which a policy's data asks less than before."""
    before, after = side_by_side(before, after)
    for at in changed_keys(before, after):
        old, new = value_at(before, at), value_at(after, at)
        if _comparison(at)(old, new):
            yield at


def side_by_side(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The data of two policies, in which each stage of the gate says what it has of its own in either of them."""
    old, new = before.get("gate", {}), after.get("gate", {})
    return {**before, "gate": gate.resolved(old, new)}, {**after, "gate": gate.resolved(new, old)}


def value_at(data: Any, at: At) -> Any:
    """The value at a place; None if there is no such place."""
    for key in at:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data


def _comparison(at: At) -> Loosened:
    """The comparison for the value at a place: of the table's entries that hold for it, the most exact one."""
    name = str(at[0])
    table, place = (SUBSYSTEMS[name].LOOSENING, at[1:]) if name in SUBSYSTEMS else (LOOSENING, at)
    known = (table[place[:length]] for length in range(len(place), -1, -1) if place[:length] in table)
    return next(known, _always)


def _always(_old: Any, _new: Any) -> bool:
    return True


def changed_keys(before: Mapping[str, Any], after: Mapping[str, Any], at: At = ()) -> Iterator[At]:
    """The places of values that differ. Mappings are entered; everything else is compared as a whole."""
    for key in [*before, *(key for key in after if key not in before)]:
        old, new = before.get(key), after.get(key)
        if old is new:
            continue
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from changed_keys(old, new, (*at, key))
        elif old != new and (*at, key) != ("overrides",):
            yield (*at, key)
