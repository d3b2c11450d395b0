"""One line of a snapshot to the values of a service, or to everything that is wrong with it and where.

Most lines are as a machine writes them, and are accepted at once; most others by few checks of their data. What these
don't accept is read again with places and explained by the schema. The tests hold that all three agree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from platform_gate.documents import shipped, strict_json
from platform_gate.documents.errors import Refusal
from platform_gate.measurements import fast_lines
from platform_gate.measurements.ages import is_day
from platform_gate.measurements.claims import covers
from platform_gate.measurements.explaining import MAX_LINE, SCHEMA, Place, explain
from platform_gate.readings import Measurement, Source
from platform_gate.subsystems.measurable import field_of

_NUMBERS: Final = (int, float)
_LARGEST: Final = 10**15
_WHOLE_PCT: Final = 100
_LONGEST: Final = 200


_NOWHERE: Final = Place("", 0)


class Line(NamedTuple):
    """What a line says: the values of a service by ``at``, or what is wrong."""

    values: Mapping[str, Measurement]
    refusals: tuple[Refusal, ...] = ()


Provides = Callable[[str, str], bool]
"""Whether the source of a name fills what an ``at`` names."""


def provides(sources: Mapping[str, Source]) -> Provides:
    """The answer for the sources of a header, remembered: a fleet's lines name the same again and again."""

    @lru_cache(maxsize=8 * 1024)
    def answer(name: str, at: str) -> bool:
        return (
            len(at) <= _LONGEST
            and field_of(at) is not None
            and any(covers(field, at) for field in sources[name].provides)
        )

    return answer


Read = Callable[[bytes, Place], Line]
"""The values that a service's line holds; none where anything is wrong with it."""


def reader(sources: Mapping[str, Source]) -> Read:
    """Reads the lines of a snapshot that has these sources."""
    known = provides(sources)
    common = fast_lines.known(lambda item: _checked(item, known))

    def read(raw: bytes, place: Place) -> Line:
        try:
            values = fast_lines.values(raw.decode(), *place, common) if len(raw) <= MAX_LINE else None
        except UnicodeDecodeError:
            values = None
        return _thoroughly(raw, place, sources, known) if values is None else Line(values)

    return read


def _checked(item: Mapping[str, Any], known: Provides) -> Measurement | None:
    try:
        return _measurement(item, _NOWHERE, known)
    except (ValueError, TypeError, KeyError):
        return None


def _thoroughly(raw: bytes, place: Place, sources: Mapping[str, Source], known: Provides) -> Line:
    """The values of a line however it is written, or what is wrong with it."""
    values = _accepted(raw, strict_json.accept, place, known)
    if values is not None:
        return Line(values)
    refusals = explain(raw, place, sources)
    if refusals:
        return Line({}, refusals)
    # Right, but written in a way that the quick reader leaves to the one that knows places: with escapes, say.
    return Line(_accepted(raw, lambda text: strict_json.read(text).data, place, known) or {})


def _accepted(raw: bytes, load: Callable[[str], Any], place: Place, known: Provides) -> dict[str, Measurement] | None:
    """The values of a line that is right; None where it isn't, or where that is hard to say."""
    if len(raw) > MAX_LINE:
        return None
    try:
        data = load(raw.decode())
        items = data["values"]
        if len(data) != 2 or not items or type(items) is not list:  # noqa: PLR2004 - the service and its values
            return None
        values = {item["at"]: _measurement(item, place, known) for item in items}
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return values if len(values) == len(items) and _is_name(data["service"]) else None


def _measurement(item: Mapping[str, Any], place: Place, known: Provides) -> Measurement:
    """A value whose keys and types are right; raises ``ValueError``, ``TypeError`` or ``KeyError`` otherwise."""
    get, at, name = item.get, item["at"], item["source"]
    value, unit, window, observed = get("value"), get("unit", ""), get("window", ""), get("observed_at", "")
    if "" in item.values() or not (
        _is_shape(tuple(item)) and known(name, at) and _is_framed(unit, window, observed) and _is_number(value, item)
    ):
        raise ValueError(at)
    if value is not None and "total" not in item and "coverage_pct" not in item:
        return Measurement(at, name, value, unit, window, observed, "", None, None, *place)
    error, total, coverage = get("error", ""), get("total"), get("coverage_pct")
    if (value is None and not _is_error(error)) or not (
        _is_number(total, item, "total", 0) and _is_number(coverage, item, "coverage_pct", 0, _WHOLE_PCT)
    ):
        raise ValueError(at)
    return Measurement(at, name, value, unit, window, observed, error, total, coverage, *place)


def _is_number(
    value: Any, item: Mapping[str, Any], key: str = "value", least: float = -_LARGEST, most: float = _LARGEST
) -> bool:
    """Whether a key is absent, or has a number within bounds."""
    if value is None:
        return key not in item
    return type(value) in _NUMBERS and least <= value <= most and abs(value) < _LARGEST


@lru_cache(maxsize=8 * 1024)
def _is_framed(unit: str, window: str, observed: str) -> bool:
    """Whether unit, window and time are absent, or right."""
    if observed != "" and not _is_moment(observed):
        return False
    return (unit == "" or unit in _units()) and (window == "" or _is_window(window))


@lru_cache(maxsize=512)
def _is_shape(keys: tuple[str, ...]) -> bool:
    """Whether a value may have these keys."""
    has_error = "error" in keys
    wanted = {"at", "source"} | (set() if has_error else {"value", "unit"})
    return wanted <= set(keys) <= _value_keys().keys() - ({"value"} if has_error else set())


@lru_cache(maxsize=512)
def _is_error(error: object) -> bool:
    return isinstance(error, str) and 0 < len(error) <= _LONGEST


def _is_window(window: str) -> bool:
    return bool(_pattern("window").fullmatch(window))


def _is_moment(moment: str) -> bool:
    return bool(_pattern("observed_at").fullmatch(moment)) and is_day(moment)


def _is_name(name: str) -> bool:
    return bool(re.fullmatch(_service_pattern(), name))


@cache
def _pattern(key: str) -> re.Pattern[str]:
    return re.compile(_value_keys()[key]["pattern"])


@cache
def _service_pattern() -> str:
    return str(shipped.schema(SCHEMA)["$defs"]["service"]["properties"]["service"]["pattern"])


@cache
def _units() -> frozenset[str]:
    return frozenset(_value_keys()["unit"]["enum"])


@cache
def _value_keys() -> dict[str, Any]:
    keys: dict[str, Any] = shipped.schema(SCHEMA)["$defs"]["value"]["properties"]
    return keys
