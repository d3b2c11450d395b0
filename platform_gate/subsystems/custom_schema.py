"""Check that JSON Schemas in a policy are safe: no fetching, no circular references, no runaway patterns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from math import exp, log
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any, Final

from platform_gate.model import At, LimitError

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

LONGEST_PATTERN: Final = 200
LONGEST_TEXT: Final = 500
"""The length of the longest string in a manifest."""
MOST_REPEATS: Final = 3
"""The most unbounded repeats of a pattern, each of which can match in as many ways as a text is long.

A pattern that isn't anchored counts as one more: it can begin anywhere.
"""
MOST_REFERENCES: Final = 50
"""The most definitions of a rule, and the most ``$ref``s to follow for one value: those inside of others multiply."""
_TRIAL: Final = 0.5
"""The cost of an attempt, in ways. Without it, a row of choices that is accepted could take ten times longer."""
_REPEATS: Final = frozenset({_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT})
_REFUSED: Final = {
    _constants.GROUPREF: "a back-reference",
    _constants.GROUPREF_EXISTS: "a conditional group",
    _constants.ASSERT: "a look-around",
    _constants.ASSERT_NOT: "a look-around",
}
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
            check_pattern(pattern, *pattern_at)
    _check_references(schema)
    _check_against_metaschema(schema)


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


def check_pattern(pattern: str, *at: str | int) -> None:
    """Refuse a regular expression that could take too long on a text of ``LONGEST_TEXT`` characters.

    Python's matcher backtracks. The number of ways to match bounds its time; ``_ways`` computes it from the parsed
    pattern.

    Raises:
        LimitError: it is too long, invalid, nests repeats, has too many of them, or looks back or around.
    """
    if len(pattern) > LONGEST_PATTERN:
        raise LimitError(f"the pattern is longer than {LONGEST_PATTERN} characters", *at, fix="Shorten it.")
    try:
        parsed = _parser.parse(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise LimitError(f"the pattern is not a regular expression: {error}", *at, fix="Mend it.") from None
    start = 0.0 if _anchored(parsed) else _choices(LONGEST_TEXT + 1)
    if start + _ways(parsed, at) > MOST_REPEATS * _choices(LONGEST_TEXT + 1) + 1e-9:
        fix = "Begin it with ^, nest no repeat or choice inside another, and use at most three of *, + and {n,}."
        raise LimitError("the pattern could try too many ways to match", *at, fix=fix)


def _anchored(parsed: Any) -> bool:
    """Whether a pattern can match only at the beginning of the text."""
    operation, argument = next(iter(parsed), (None, None))
    begins = operation is _constants.AT and argument in (_constants.AT_BEGINNING, _constants.AT_BEGINNING_STRING)
    return begins and not parsed.state.flags & re.MULTILINE


def _choices(ways: float) -> float:
    """The logarithm of a number of ways to choose from."""
    return log(ways + _TRIAL) if ways > 1 else 0.0


def _ways(parsed: Any, at: At) -> float:
    """The logarithm of an upper bound on the ways in which a backtracking matcher can try a pattern."""
    return sum((_ways_of(operation, argument, at) for operation, argument in parsed), 0.0)


def _ways_of(operation: Any, argument: Any, at: At) -> float:
    """The ways of one operation: a sequence multiplies its parts', a repeat raises them, a branch adds them."""
    if operation in _REFUSED:
        raise LimitError(f"the pattern holds {_REFUSED[operation]}", *at, fix="Write it without.")
    inner = [_ways(part, at) for part in _subpatterns(argument)]
    if operation in _REPEATS:
        least, most = int(argument[0]), min(int(argument[1]), LONGEST_TEXT)
        return _choices(most - least + 1) + most * sum(inner)
    if operation is _constants.BRANCH:
        return _choices(sum(exp(min(ways, 100.0)) for ways in inner))
    return sum(inner)


def _subpatterns(argument: Any) -> Iterator[Any]:
    """The patterns inside of a parsed operation's argument."""
    if isinstance(argument, _parser.SubPattern):
        yield argument
    elif isinstance(argument, (list, tuple)):
        for part in argument:
            yield from _subpatterns(part)


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
    for name in definitions:
        if name in _reachable(name, names):
            raise LimitError("this definition refers to itself", "$defs", name, fix="Break the circle.")
    if len(definitions) > MOST_REFERENCES or _followed("", names) > MOST_REFERENCES:
        fix = "A $ref counts as often as it is reached. Split the rule into several."
        raise LimitError(f"the rule follows more than {MOST_REFERENCES} $refs", "$defs", fix=fix)


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
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - only a policy with rules of its own needs it
    from jsonschema.exceptions import SchemaError  # noqa: PLC0415

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise LimitError(f"not a JSON Schema: {error.message[:80]}", *error.absolute_path) from None


@cache
def _dialect() -> type[Draft202012Validator]:
    """JSON Schema 2020-12 with ASCII patterns, so that a digit is 0 to 9."""
    from jsonschema import Draft202012Validator, ValidationError  # noqa: PLC0415
    from jsonschema.validators import extend  # noqa: PLC0415

    def pattern(_validator: Any, wanted: str, instance: Any, _schema: Any) -> Iterator[ValidationError]:
        if isinstance(instance, str) and not re.search(wanted, instance, re.ASCII):
            yield ValidationError("does not match")

    return extend(Draft202012Validator, {"pattern": pattern})  # type: ignore[no-any-return, no-untyped-call]


def validator(schema: Any) -> Draft202012Validator:
    """A validator for a schema that ``check`` accepts."""
    return _dialect()(schema)
