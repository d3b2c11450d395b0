"""Layers of settings merged into one, with the origin of every value."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from platform_gate.documents.document import Document
from platform_gate.model import At, Location
from platform_gate.text import printable

APPENDED: Final = frozenset({("overrides",), ("rules",)})
"""Lists that a layer extends. It replaces every other list and every single value."""


class Origin(NamedTuple):
    """Where a value was set: a place in a document, and the reason if an override gives one."""

    document: Document
    at: At
    reason: str = ""

    @property
    def location(self) -> Location:
        """The place in the file."""
        return self.document.locate(self.at)


def describe_origin(origin: Origin) -> str:
    """The path and line of an origin, and the override's reason if there is one."""
    location, reason = origin.location, printable(" ".join(origin.reason.split()))
    return f"{printable(location.path)}:{location.line}" + (f", {reason}" if reason else "")


class Layered(NamedTuple):
    """Merged settings. ``origins`` has an entry for every leaf, and for every mapping or list that was set as a whole.

    Compared by identity, so that what is derived from it can be cached.
    """

    data: dict[str, Any]
    origins: dict[At, Origin]

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def over(self, layer: Mapping[str, Any], origin: Origin) -> "Layered":
        """New settings with a layer on top. ``origin`` is that of the layer's root. None removes a key."""
        return self.over_all([(layer, origin)])

    def over_all(self, layers: Iterable[tuple[Mapping[str, Any], Origin]]) -> "Layered":
        """New settings with several layers on top, the first one at the bottom."""
        data, origins = self.data, dict(self.origins)
        for layer, origin in layers:
            data = _merge(data, layer, (), origin, origins)
        return Layered(data, origins)

    def data_with(self, layer: Mapping[str, Any]) -> dict[str, Any]:
        """The data alone with a layer on top: to copy the origins as well takes longer where there are many."""
        return _merge(self.data, layer, (), self.origin(next(iter(self.origins))), {})

    def origin(self, at: At) -> Origin:
        """The origin of the value at a place: its own, or one within the nearest value around it that has one."""
        nearest = next(at[:length] for length in range(len(at), 0, -1) if at[:length] in self.origins)
        origin = self.origins[nearest]
        return Origin(origin.document, (*origin.at, *at[len(nearest) :]), origin.reason)


def _places(value: Any, at: At) -> Iterator[At]:
    """The place of a value, and those of all values in it that can have an origin."""
    yield at
    for key, inner in value.items() if isinstance(value, Mapping) else ():
        yield from _places(inner, (*at, key))


def _merge(
    data: Mapping[str, Any], layer: Mapping[str, Any], at: At, origin: Origin, origins: dict[At, Origin]
) -> dict[str, Any]:
    """Data with a layer on top, both at the place ``at``. Notes new origins in ``origins``, and drops stale ones."""
    merged = dict(data)
    for key, value in layer.items():
        place = (*at, key)
        source = Origin(origin.document, (*origin.at, key), origin.reason)
        if isinstance(value, Mapping):
            merged[key] = _merge(merged.get(key, {}), value, place, source, origins)
            origins.setdefault(place, source)
        elif value is None:
            for stale in _places(merged.pop(key, None), place):
                origins.pop(stale, None)
        elif place in APPENDED:
            below = merged.get(key, [])
            origins |= {(*place, len(below) + i): Origin(source.document, (*source.at, i)) for i in range(len(value))}
            origins.setdefault(place, source)
            merged[key] = [*below, *value]
        else:
            origins[place] = source
            merged[key] = value
    return merged
