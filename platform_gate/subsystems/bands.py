"""Bands: a list of bounds, each with a score to earn or points to pay. The first one that holds applies."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from operator import ge, le, lt
from typing import Any, Final, NamedTuple

from platform_gate.model import At, LimitError

HOLDS: Final[dict[str, Callable[[float, float], bool]]] = {
    "at_least": ge,
    "failed_at_least": ge,
    "at_most": le,
    "below": lt,
    "left_below_pct": lt,
}
"""How a value is compared with a bound, by the bound's key."""
_DESCENDING: Final = ("at_least", "failed_at_least")


class Band(NamedTuple):
    """One band: ``bound`` is None for "everything else", ``worth`` is a score or points, ``place`` its index."""

    bound: float | None
    worth: int
    place: int


class Bands(NamedTuple):
    """Bands in order. ``bound_key`` is a key of ``HOLDS``; ``at`` is the place of the list below its section."""

    bound_key: str
    bands: tuple[Band, ...]
    at: At

    def find(self, value: float) -> Band | None:
        """The first band that holds for a value; None where none does."""
        holds = HOLDS[self.bound_key]
        for band in self.bands:
            bound = band.bound
            if bound is None or holds(value, bound):
                return band
        return None

    def key(self, band: Band) -> At:
        """The place of a band below its section."""
        return (*self.at, band.place)


def parse(items: Sequence[Mapping[str, Any]], bound_key: str, worth_key: str, *at: str) -> Bands:
    """Bands from a policy's list.

    A list of scores ends in a band without a bound: every value has a score. A list of points has no such band: a
    value that no band names costs nothing.

    Args:
        items: The list, as the policy's schema accepts it.
        bound_key: A key of ``HOLDS``.
        worth_key: ``score`` or ``points``.
        at: The place of the list below its section.

    Raises:
        LimitError: the bands leave a gap, overlap, or are out of order.
    """
    bands = tuple(Band(item.get(bound_key), item[worth_key], index) for index, item in enumerate(items))
    _check_ends(bands, bound_key, worth_key, at)
    bounds = [band for band in bands if band.bound is not None]
    for earlier, later in pairwise(bounds):
        _check_order(earlier, later, bound_key, at)
    _check_worth(bands, worth_key, at)
    return Bands(bound_key, bands, at)


def _check_ends(bands: tuple[Band, ...], bound_key: str, worth_key: str, at: At) -> None:
    for band in bands[:-1]:
        if band.bound is None:
            raise LimitError(f"a band without {bound_key} hides those after it", *at, band.place, fix="Put it last.")
    if worth_key == "score" and (not bands or bands[-1].bound is not None):
        fix = "End the list with a band that has only a score."
        raise LimitError("the bands leave a gap: nothing holds beyond the last", *at, max(len(bands) - 1, 0), fix=fix)
    if worth_key == "points" and bands and bands[-1].bound is None:
        raise LimitError(f"a band of points needs {bound_key}", *at, len(bands) - 1, fix=f"Give it a {bound_key}.")


def _check_order(earlier: Band, later: Band, bound_key: str, at: At) -> None:
    if later.bound == earlier.bound:
        raise LimitError(f"two bands overlap: both say {bound_key} {later.bound}", *at, later.place, fix="Remove one.")
    descending = bound_key in _DESCENDING
    if (later.bound or 0) > (earlier.bound or 0) if descending else (later.bound or 0) < (earlier.bound or 0):
        order = "descending" if descending else "ascending"
        fix = f"Write the bounds in {order} order: the first band that holds applies."
        raise LimitError("the bands are out of order: one of these two can never be reached", *at, later.place, fix=fix)


def _check_worth(bands: tuple[Band, ...], worth_key: str, at: At) -> None:
    for earlier, later in pairwise(bands):
        if later.worth > earlier.worth:
            wrong = "a worse value would earn more" if worth_key == "score" else "a better value would cost more"
            fix = f"Let {worth_key} fall or stay from band to band."
            raise LimitError(f"{wrong} than the band before", *at, later.place, fix=fix)


def earns_more(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> bool:
    """Whether some value earns more score under the new bands; both lists are as a policy writes them."""
    return any(_worth(new, value) > _worth(old, value) for value in _probes(old, new))


def costs_less(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> bool:
    """Whether some value costs fewer points under the new bands; both lists are as a policy writes them."""
    return any(_worth(new, value) < _worth(old, value) for value in _probes(old, new))


def _probes(*lists: Sequence[Mapping[str, Any]]) -> set[float]:
    """Every bound, and a value on either side of it: bands are constant in between."""
    bounds = {band[key] for bands in lists for band in bands for key in HOLDS if key in band}
    return {0.0, *(value for bound in bounds for value in (bound - 1e-6, bound, bound + 1e-6))}


def _worth(bands: Sequence[Mapping[str, Any]], value: float) -> int:
    for band in bands:
        key = next((key for key in HOLDS if key in band), None)
        if key is None or HOLDS[key](value, band[key]):
            return int(band.get("score", band.get("points", 0)))
    return 0
