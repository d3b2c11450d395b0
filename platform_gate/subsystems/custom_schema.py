"""Check that JSON Schemas in a policy are safe: no fetching, no circular references, no runaway patterns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from platform_gate.documents.schema import dialect
from platform_gate.model import At, LimitError
from platform_gate.subsystems import custom_patterns
from platform_gate.text import shorten

MOST_REFERENCES: Final = 50
"""The most definitions of a rule, and the most ``$ref``s to follow for one value: those inside of others multiply."""
# Keywords that reach outside of the schema, or change what its other keywords mean.
_ELSEWHERE: Final = ("$id", "$schema", "$anchor", "$dynamicRef", "$dynamicAnchor", "$vocabulary")


def check(schema: Any) -> None:
    """Refuse a schema that is invalid, reaches outside of itself, refers to itself, or has a runaway pattern.

    Raises:
        LimitError: placed below the schema.
    """
    for at, part in _parts(schema, ()):
        for key in _ELSEWHERE:
            if key in part:
                raise LimitError(f"{key} is not allowed in a rule", *at, key, fix="Write the schema out, or use $defs.")
        for pattern_at, pattern in _patterns(at, part):
            custom_patterns.check(pattern, *pattern_at)
    _check_against_metaschema(schema)
    _check_references(schema)


def _parts(value: Any, at: At) -> Iterator[tuple[At, Mapping[str, Any]]]:
    """Every mapping in a schema, with its place."""
    if isinstance(value, Mapping):
        yield at, value
    items = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _parts(inner, (*at, key))


def _patterns(at: At, part: Mapping[str, Any]) -> Iterator[tuple[At, str]]:
    if isinstance(part.get("pattern"), str):
        yield (*at, "pattern"), part["pattern"]
    if isinstance(part.get("patternProperties"), Mapping):
        yield from (((*at, "patternProperties", pattern), pattern) for pattern in part["patternProperties"])


def _check_references(schema: Any) -> None:
    """Refuse a ``$ref`` that names none of the rule's own ``$defs``, and definitions that refer to themselves."""
    definitions = schema.get("$defs", {}) if isinstance(schema, Mapping) else {}
    names: dict[str, list[str]] = {}
    for at, part in _parts(schema, ()):
        if "$ref" in part:
            target = str(part["$ref"]).removeprefix("#/$defs/")
            if part["$ref"] != f"#/$defs/{target}" or target not in definitions:
                fix = "Refer to #/$defs/NAME of the same rule."
                raise LimitError("a $ref must stay within the rule", *at, "$ref", fix=fix)
            names.setdefault(str(at[1]) if at[:1] == ("$defs",) else "", []).append(target)
    fix = "A $ref counts as often as it is reached. Split the rule into several."
    too_many = LimitError(f"the rule follows more than {MOST_REFERENCES} $refs", "$defs", fix=fix)
    if len(definitions) > MOST_REFERENCES:
        raise too_many
    for name in definitions:
        if name in _reachable(name, names):
            raise LimitError("this definition refers to itself", "$defs", name, fix="Break the circle.")
    if _followed("", names) > MOST_REFERENCES:
        raise too_many


def _followed(start: str, names: Mapping[str, list[str]]) -> int:
    """The most ``$ref``s that are followed for one value. There are no circles."""
    counts: dict[str, int] = {}

    def count(name: str) -> int:
        if name not in counts:
            counts[name] = sum(1 + count(target) for target in names.get(name, ()))
        return counts[name]

    return count(start)


def _reachable(start: str, names: Mapping[str, list[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = list(names.get(start, ()))
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += names.get(name, ())
    return reached


def _check_against_metaschema(schema: Any) -> None:
    for error in _metaschema().iter_errors(schema):
        at = tuple(error.absolute_path)
        raise LimitError(f"not a JSON Schema: {shorten(error.message)}", *at, fix="Correct it.")


@cache
def _metaschema() -> Any:
    return dialect()(dialect().META_SCHEMA)
