"""How to fix what a schema rejects: by the likely mistake if there is one, else by a description and an example."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, SupportsFloat

from platform_gate.documents import yaml_writer
from platform_gate.model import At
from platform_gate.text import LISTED_AT_MOST, listing, shorten, suggestion

MANY: Final = 12
"""Choices with this many values, or more, are not listed."""
DEEPEST: Final = 8
"""Levels of a schema that are searched for a key."""

_NEEDS_WORDS: Final = ("pattern", "not", "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
"""Constraints that need a description beside the example."""
_NUMERIC: Final = ("number", "integer")
_NUMBER: Final = r"-?[0-9]+(?:\.[0-9]+)?"
_THOUSANDS: Final = r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"
_DECIMAL_COMMA: Final = r"-?[0-9]+,[0-9]+"


def for_value(value: Any, constraint: str, schema: Mapping[str, Any]) -> str:
    """How to write a value that breaks a constraint, a keyword of its ``schema``."""
    if "const" in schema:
        return f"Write {written(schema['const'])}."
    if isinstance(value, str) and schema.get("type") in _NUMERIC and (advice := number(value)):
        return advice
    if "enum" in schema and (advice := choice(schema["enum"], value)):
        return advice
    return _described(constraint, schema) or _any_of(schema.get("enum", ()))


def _any_of(values: Sequence[Any]) -> str:
    """Any of the values. Those that aren't shown need not be written: an enumeration may have thousands."""
    shown = LISTED_AT_MOST + 1
    words = [*map(written, values[:shown]), *values[shown:]]
    return f"Write {shorten(listing(words, 'or'), 120)}." if values else ""


def for_missing(key: str, schema: Mapping[str, Any]) -> str:
    """How to add a missing key."""
    if "const" in schema:
        return f"Add `{key}: {written(schema['const'])}`."
    example = next((f"`{key}: {written(value)}`" for value in schema.get("examples", ())), "")
    return f"Add it, for example {shorten(example, 120)}." if example else shorten(sentence(schema), 200)


def choice(values: Sequence[Any], given: Any) -> str:
    """The value that was probably meant, or all values if they are few; empty if they are many."""
    words = [str(value) for value in values]
    if isinstance(given, str) and (close := suggestion(given, words)).startswith("Did you mean"):
        return close
    return f"Write {listing(map(written, values), 'or')}." if len(values) < MANY else ""


def number(text: str) -> str:
    """How to write a number that is in quotes, or has a comma or a unit; empty for any other text."""
    match = re.fullmatch(r"[^0-9-]{0,4}(-?[0-9][0-9.,]*)\s*[^0-9]*", text.strip())
    digits = match[1] if match else ""
    if re.fullmatch(_NUMBER, digits):
        return f"Write it without quotes: {digits}" if digits == text.strip() else f"Write only the number: {digits}"
    return comma(digits)


def comma(digits: str) -> str:
    """How to write a number that has a comma; empty for any other text."""
    if re.fullmatch(_THOUSANDS, digits):
        plain = digits.replace(",", "")
        ambiguous = digits.count(",") == 1 and "." not in digits
        return f"Write {plain}, or {digits.replace(',', '.')} with a decimal point." if ambiguous else f"Write {plain}."
    return f"Use a decimal point: {digits.replace(',', '.')}" if re.fullmatch(_DECIMAL_COMMA, digits) else ""


def written(value: Any) -> str:
    """A value of a schema in YAML's flow style."""
    return yaml_writer.flow(json.loads(as_json(value)))


def as_json(value: Any) -> str:
    """A value as JSON: also a decimal number of a policy's own rule, or a date of TOML."""
    return json.dumps(
        value, ensure_ascii=False, default=lambda odd: float(odd) if isinstance(odd, SupportsFloat) else str(odd)
    )


def _described(constraint: str, schema: Mapping[str, Any]) -> str:
    description = sentence(schema)
    words = shorten(description, 200) if constraint in _NEEDS_WORDS else ""
    examples = [f"For example: {shorten(written(example), 120)}" for example in schema.get("examples", ())[:1]]
    return " ".join(filter(None, [words, *examples])) or shorten(description, 200)


def sentence(schema: Mapping[str, Any]) -> str:
    """A schema's description, with the full stop that the schemas leave out."""
    description: str = schema.get("description", "")
    return description + "." if description and description[-1] not in ".!?" else description


def home(key: str, at: At, root: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The mapping to which a key at the wrong place belongs: one around the place, else the only one near the root.

    ``at`` is the mapping that holds the key, and ``root`` the schema of the document. None if the key is known nowhere,
    or at several places.
    """
    names = tuple(step for step in at if isinstance(step, str))
    homes = [place for place, keys in _mappings(root, root, ()) if key in keys and place != names]
    if around := [place for place in homes if names[: len(place)] == place]:
        return max(around, key=len)
    highest = [place for place in homes if len(place) == min(map(len, homes))]
    return highest[0] if len(highest) == 1 else None


def to_move(place: tuple[str, ...], at: At) -> str:
    """How to move a key from the mapping ``at`` to the one at ``place``."""
    target = f"under `{'.'.join(place)}`" if place else "at the top level"
    names = tuple(step for step in at if isinstance(step, str))
    verb = "Outdent" if names[: len(place)] == place else "Indent" if place[: len(names)] == names else "Move"
    return f"{verb} it: it belongs {target}."


def _mappings(node: Any, root: Mapping[str, Any], place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], set[str]]]:
    """Every mapping that a schema describes outside of lists, with its keys."""
    if "$ref" in node:
        node = root["$defs"][node["$ref"].removeprefix("#/$defs/")]
    known = node.get("properties", {})
    if known and len(place) <= DEEPEST:
        yield place, set(known)
        for key, value in known.items():
            yield from _mappings(value, root, (*place, key))
