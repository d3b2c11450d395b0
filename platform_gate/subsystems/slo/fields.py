"""How SLOs are measured: the fields of a snapshot, and what of them becomes an objective's current value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from platform_gate.readings import TYPED_ON, Overlay, Reading, Together, Want

if TYPE_CHECKING:
    from platform_gate.subsystems.slo.budget_policy import Limits

SECTION = "slos"
WHOLE = 100
BURN_RATE = "burn_rate"

_BURN_RATE = f"(slos/.+/{BURN_RATE})/([1-9][0-9]{{0,3}}[mhdw])"


def field_of(at: str) -> str | None:
    """``slos/NAME`` is a field of its own, and so are all of its burn rates together."""
    section, _, name = at.partition("/")
    if section != SECTION or not name:
        return None
    burnt = re.fullmatch(_BURN_RATE, at)
    return burnt[1] if burnt else at


def burn_field(name: str) -> str:
    """The field that all burn rates of an objective are."""
    return f"{SECTION}/{name}/{BURN_RATE}"


def wants(manifest: Mapping[str, Any], limits: Limits) -> list[Together]:
    """The current value of every objective, and its burn rates; those that the policy gives points for are needed."""
    spec, costly = manifest["spec"], limits.costly_windows
    spec_day = spec.get(TYPED_ON, "")
    found = []
    for index, entry in enumerate(spec.get(SECTION, ())):
        day = (entry.get(TYPED_ON) or spec_day) if "current" in entry else None
        found.append(_together(index, entry["name"], entry.get("window", ""), day, costly))
    return found


@lru_cache(maxsize=16 * 1024)
def _together(index: int, name: str, window: str, day: str | None, costly: tuple[str, ...]) -> Together:
    """The fields of an objective; ``day`` is when its value was typed, None where none was.

    Where nothing happened in a window of a burn rate, its source has no data, and nothing burns.
    """
    place, words = ("spec", SECTION, index), f"the burn rate of {name}"
    typed, day = day is not None, day or ""
    return (
        Want(f"{SECTION}/{name}", place, name, "percent", window, typed=typed, typed_on=day, dated=True, at_most=WHOLE),
        Want(
            burn_field(name), place, words, "ratio", optional=True, may_be_empty=True, many=True, needed_windows=costly
        ),
    )


def window_of(at: str) -> str:
    """The window that a burn rate is over, by its ``at``."""
    return at.rpartition("/")[2]


def merged(entry: Mapping[str, Any], overlay: Overlay, odd: Iterable[Reading]) -> Mapping[str, Any]:
    """An entry with what was measured in place of what was typed, where that doesn't count.

    ``odd`` are the readings of which there is something to be said.
    """
    if TYPED_ON in entry:
        entry = {key: value for key, value in entry.items() if key != TYPED_ON}
    values, owners = overlay
    if not owners:
        return entry
    laid = dict(entry)
    if (at := f"{SECTION}/{entry['name']}") in owners:
        laid["measured"] = measured = values.get(at)
        laid["current"] = measured.value if measured else None
        laid["owner"] = owners[at]
        if measured and measured.window:
            laid.setdefault("window", measured.window)
    if (burns := f"{at}/{BURN_RATE}") in owners:
        laid["burns"] = tuple([value for at, value in values.items() if at.startswith(f"{burns}/")])
        laid["useless"] = tuple([window_of(one.at) for one in odd if one.want.field == burns])
    return laid
