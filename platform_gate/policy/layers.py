"""Layers of settings, merged, with the origin of every value."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from platform_gate.documents.document import Document
from platform_gate.model import At, Location
from platform_gate.text import printable

APPENDED: Final = frozenset({("overrides",), ("rules",)})
"""Lists to which a layer adds; every other list, and every single value, is replaced."""


class Origin(NamedTuple):
    """Where a value was set: a place in a document, and the reason where an override gives one."""

    document: Document
    at: At
    reason: str = ""

    @property
    def location(self) -> Location:
        """The line that says so."""
        return self.document.locate(self.at)


def describe_origin(where: Origin) -> str:
    """A line of a policy, and the reason of the override where it is one."""
    location, reason = where.location, printable(" ".join(where.reason.split()))
    return f"{printable(location.path)}:{location.line}" + (f", {reason}" if reason else "")


class Layered(NamedTuple):
    """Merged data. ``origins`` knows the places of leaves and of what was set as a whole."""

    data: dict[str, Any]
    origins: dict[At, Origin]

    def over(self, layer: Mapping[str, Any], origin: Origin) -> "Layered":
        """The same with a layer laid over it; ``origin`` is where the layer's root stands."""
        origins = dict(self.origins)
        return Layered(_merge(self.data, layer, (), origin, origins), origins)

    def origin(self, at: At) -> Origin:
        """Where the value at ``at`` was set."""
        known = next(at[:length] for length in range(len(at), 0, -1) if at[:length] in self.origins)
        origin = self.origins[known]
        return Origin(origin.document, (*origin.at, *at[len(known) :]), origin.reason)


def _merge(
    data: Mapping[str, Any], layer: Mapping[str, Any], at: At, origin: Origin, origins: dict[At, Origin]
) -> dict[str, Any]:
    merged = dict(data)
    for key, value in layer.items():
        place = (*at, key)
        source = Origin(origin.document, (*origin.at, key), origin.reason)
        if isinstance(value, Mapping):
            merged[key] = _merge(merged.get(key, {}), value, place, source, origins)
            origins.setdefault(place, source)
        elif value is None:
            merged.pop(key, None)
            for gone in [known for known in origins if known[: len(place)] == place]:
                del origins[gone]
        elif place in APPENDED:
            earlier = merged.get(key, [])
            origins |= {(*place, len(earlier) + i): Origin(source.document, (*source.at, i)) for i in range(len(value))}
            origins.setdefault(place, source)
            merged[key] = [*earlier, *value]
        else:
            origins[place] = source
            merged[key] = value
    return merged
