"""How SLOs are measured: the fields of a snapshot, and what of them becomes an objective's current value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from platform_gate.readings import TYPED_ON, Overlay, Want

SECTION = "slos"
WHOLE = 100

_BURN_RATE = "(slos/.+/burn_rate)/([1-9][0-9]{0,3}[mhdw])"


def field_of(at: str) -> str | None:
    """``slos/NAME`` is a field of its own, and so are all of its burn rates together."""
    section, _, name = at.partition("/")
    if section != SECTION or not name:
        return None
    burnt = re.fullmatch(_BURN_RATE, at)
    return burnt[1] if burnt else at


def wants(manifest: Mapping[str, Any]) -> list[Want]:
    """The current value of every objective, and its burn rates."""
    spec = manifest["spec"]
    beside = spec.get(TYPED_ON, "")
    return [want for index, entry in enumerate(spec.get(SECTION, ())) for want in _wants(index, entry, beside)]


def _wants(index: int, entry: Mapping[str, Any], beside: str) -> tuple[Want, Want]:
    typed = "current" in entry
    day = (entry.get(TYPED_ON) or beside) if typed else ""
    return _want(index, entry["name"], entry.get("window", ""), typed, day)


@lru_cache(maxsize=16 * 1024)
def _want(index: int, name: str, window: str, typed: bool, day: str) -> tuple[Want, Want]:  # noqa: FBT001 - internal
    field_name, place = f"{SECTION}/{name}", ("spec", SECTION, index)
    current = Want(field_name, place, name, "percent", window, typed=typed, typed_on=day, dated=True, at_most=WHOLE)
    return current, Want(
        f"{field_name}/burn_rate", place, f"the burn rate of {name}", "ratio", optional=True, many=True
    )


def merged(entry: Mapping[str, Any], overlay: Overlay) -> Mapping[str, Any]:
    """An entry with what was measured in place of what was typed, where that doesn't count."""
    if TYPED_ON in entry:
        entry = {key: value for key, value in entry.items() if key != TYPED_ON}
    at = f"{SECTION}/{entry['name']}"
    if at not in overlay.owners:
        return entry
    measured, found = overlay.values.get(at), dict(entry)
    found["current"] = measured.value if measured else None
    found["measured"], found["owner"] = measured, overlay.owners[at]
    if measured and measured.window and "window" not in entry:
        found["window"] = measured.window
    if f"{at}/burn_rate" in overlay.owners:
        found["burn_rates"] = _burn_rates(overlay, f"{at}/burn_rate/")
    return found


def _burn_rates(overlay: Overlay, prefix: str) -> tuple[tuple[str, float | None], ...]:
    rates = ((at.removeprefix(prefix), value.value) for at, value in overlay.values.items() if at.startswith(prefix))
    return tuple(rates)
