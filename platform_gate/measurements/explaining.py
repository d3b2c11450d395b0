"""Everything that is wrong with a line of a snapshot, with the places: slow, and only for lines that are broken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from platform_gate.documents import schema, strict_json
from platform_gate.documents.errors import MAX_REFUSALS, Refusal, excerpt_of
from platform_gate.documents.strict_json import JsonError, Placed, Span
from platform_gate.measurements.ages import is_day
from platform_gate.measurements.claims import covers
from platform_gate.model import At, Location, Problem
from platform_gate.readings import Source
from platform_gate.subsystems.measurable import claimable, field_of, is_field
from platform_gate.text import quote, suggestion

MAX_LINE: Final = 64 * 1024
"""Bytes."""
SCHEMA: Final = "measurements"


class Place(NamedTuple):
    """Which line of which file."""

    path: str
    number: int


def explain(raw: bytes, place: Place, sources: Mapping[str, Source] | None) -> tuple[Refusal, ...]:
    """Everything that is wrong with a line, in the order in which it stands; ``sources`` is None for a header."""
    if len(raw) > MAX_LINE:
        message = "the line is longer than 64 KiB"
        return (Refusal(message, "Collect fewer values per service, or shorten names.", Location(*place)),)
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        return (_not_text(raw, error.start, place),)
    try:
        placed = strict_json.read(text)
    except JsonError as error:
        return (_refusal(text, place, error.span, error.message, error.fix),)
    problems = list(_problems(placed, sources))
    spans = [_span(placed, problem) for problem in problems]
    refusals = [
        _refusal(text, place, span, problem.message, problem.fix) for span, problem in zip(spans, problems, strict=True)
    ]
    return tuple(sorted(refusals, key=lambda refusal: refusal.location.start)[:MAX_REFUSALS])


def _not_text(raw: bytes, start: int, place: Place) -> Refusal:
    column = len(raw[:start].decode("utf-8", "replace")) + 1
    location = Location(*place, column, place.number, column + 1)
    return Refusal(f"byte 0x{raw[start]:02x} is not UTF-8", "Save the file as UTF-8.", location)


def _problems(placed: Placed, sources: Mapping[str, Source] | None) -> Iterator[Problem]:
    data = placed.data
    if isinstance(data, dict) and ("kind" in data) is (sources is not None):
        yield _out_of_place(data)
        return
    if broken := schema.validate(data, SCHEMA):
        yield from broken
    elif sources is None:
        yield from _header_problems(data)
    else:
        yield from _value_problems(data["values"], sources)


def _out_of_place(data: Mapping[str, Any]) -> Problem:
    if "kind" in data:
        return Problem(("kind",), "a second header", "Give each snapshot a file of its own.", on_key=True)
    fix = "Begin the file with the header: apiVersion, kind, collected_at and sources."
    return Problem((), "the first line is not a header", fix)


def _header_problems(data: Mapping[str, Any]) -> Iterator[Problem]:
    if not is_day(data["collected_at"]):
        yield Problem(("collected_at",), f"{data['collected_at'][:10]} is not a date", "Correct it.")
    for name, source in data["sources"].items():
        for index, field in enumerate(source["provides"]):
            if not is_field(field):
                at: At = ("sources", name, "provides", index)
                yield Problem(at, f"unknown field {quote(field)}", suggestion(field, claimable()))


def _value_problems(items: Sequence[Mapping[str, Any]], sources: Mapping[str, Source]) -> Iterator[Problem]:
    seen = set()
    for index, item in enumerate(items):
        at: At = ("values", index)
        what, name, observed = item["at"], item["source"], item.get("observed_at")
        if field_of(what) is None:
            fix = "Known fields: slos/NAME, cost/YYYY-MM, reliability/METRIC and those of other subsystems."
            yield Problem((*at, "at"), f"unknown field {quote(what)}", fix)
        elif name not in sources:
            yield Problem((*at, "source"), f"the header has no source {quote(name)}", suggestion(name, sources))
        elif not any(covers(field, what) for field in sources[name].provides):
            message = f"the source {quote(name)} does not provide {quote(what)}"
            yield Problem((*at, "source"), message, "Add the field to the source's `provides` in the header.")
        if what in seen:
            message = f"a second value of {quote(what)} for this service"
            yield Problem((*at, "at"), message, "Keep one: the gate never chooses between them.")
        seen.add(what)
        if observed and not is_day(observed):
            yield Problem((*at, "observed_at"), f"{observed[:10]} is not a date", "Correct it.")


def _span(placed: Placed, problem: Problem) -> Span:
    if problem.on_key and problem.at in placed.keys:
        return placed.keys[problem.at]
    known = (problem.at[:length] for length in range(len(problem.at), -1, -1))
    return next(placed.values[at] for at in known if at in placed.values)


def _refusal(text: str, place: Place, span: Span, message: str, fix: str) -> Refusal:
    start, end = span
    location = Location(place.path, place.number, start + 1, place.number, max(end, start + 1) + 1)
    return Refusal(message, fix, location, excerpt_of(text, location._replace(line=1)))


def place_of(raw: bytes, place: Place, at: At) -> Location:
    """Where a value stands in a line that can be read; the line's beginning where it can't."""
    try:
        start, end = strict_json.read(raw.decode()).values[at]
    except (JsonError, UnicodeDecodeError, KeyError):
        return Location(*place)
    return Location(place.path, place.number, start + 1, place.number, end + 1)


def value_place(raw: bytes, place: Place, what: str) -> Location:
    """Where a line that can be read says what one of its values is about."""
    items = strict_json.read(raw.decode()).data["values"]
    return place_of(raw, place, ("values", [item["at"] for item in items].index(what), "at"))
