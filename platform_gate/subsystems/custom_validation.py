"""JSON Schema 2020-12 for the rules of a policy: numbers compared as written, and work that is counted and bounded.

A schema and a manifest can each be small and still take their product in time: 500 rules that look at each of 4,000
SLOs. So every keyword that is applied counts as steps, and a manifest has a number of steps that grows with its size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from decimal import Decimal
from functools import cache, cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from platform_gate.documents.schema import comparable, dialect, problems_of, unique_items
from platform_gate.model import Problem
from platform_gate.numbers import as_written
from platform_gate.subsystems import custom_patterns

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

LEAST_STEPS: Final = 30_000
"""Steps for a manifest of any size: several hundred rules of a few keywords."""
STEPS_PER_VALUE: Final = 10
PATTERN_STEPS: Final = 1000
"""So many steps of a regular expression take as long as one keyword."""
MOST_ERRORS: Final = 100
"""More errors of one rule than this are not counted."""
_DEEPER: Final = 3
"""Steps to apply a schema to an item, besides those of its keywords."""
_CHEAP: Final = 8
"""So many look-ups of a key, or values looked at, take as long as one keyword."""

Keyword = Callable[[Any, Any, Any, Any], Iterator[Any] | None]
"""A keyword of JSON Schema: ``(validator, its value, the instance, the schema) -> errors``."""

_steps_left: ContextVar[int] = ContextVar("steps_left")


class TooManyStepsError(Exception):
    """The rules of a policy would take too long on a manifest."""


class _Mapping(dict[str, Any]):
    """A mapping whose repr costs nothing: jsonschema puts it into messages that nobody reads."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "{...}"


class _List(list[Any]):
    """As ``_Mapping``; ``members`` are its values to look others up in."""

    @cached_property
    def members(self) -> frozenset[Any]:
        """The values, hashable."""
        return frozenset(map(comparable, self))

    def __repr__(self) -> str:
        return "[...]"


def exactly(value: Any) -> Any:
    """Data with every number as it was written: 4.02 is a decimal number and not the float next to it."""
    if isinstance(value, Mapping):
        return _Mapping((key, exactly(inner)) for key, inner in value.items())
    if isinstance(value, list):
        return _List(map(exactly, value))
    return Decimal(repr(value)) if isinstance(value, float) else value


def start_counting(manifest: Any) -> None:
    """Give the rules a number of steps that fits the size of the manifest to which they are applied."""
    _steps_left.set(LEAST_STEPS + STEPS_PER_VALUE * _size(manifest))


def _size(value: Any) -> int:
    """How many values there are."""
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return 1 + sum(map(_size, inner))


def _spend(steps: int) -> None:
    left = _steps_left.get() - steps
    if left < 0:
        raise TooManyStepsError
    _steps_left.set(left)


def explain(validator: Draft202012Validator, value: Any) -> list[Problem]:
    """The ways in which a value breaks a rule, ``MOST_ERRORS`` at most.

    Raises:
        TooManyStepsError: the steps that ``start_counting`` gave are used up.
    """
    return problems_of(islice(validator.iter_errors(value), MOST_ERRORS))


def validator(schema: Any) -> Draft202012Validator:
    """A validator for a schema that ``custom_schema.check`` accepts."""
    return _dialect()(exactly(schema))


@cache
def _dialect() -> type[Draft202012Validator]:
    from jsonschema.validators import extend  # noqa: PLC0415 - only a policy with rules of its own needs it

    keywords = {**dialect().VALIDATORS, **_OWN}
    counted = {name: _counted(name, keyword) for name, keyword in keywords.items()}
    types = dialect().TYPE_CHECKER.redefine("integer", _is_integer).redefine("number", _is_number)
    return extend(dialect(), counted, type_checker=types)  # type: ignore[no-any-return, no-untyped-call]


def _is_number(_checker: Any, instance: Any) -> bool:
    return isinstance(instance, (int, Decimal)) and not isinstance(instance, bool)


def _is_integer(checker: Any, instance: Any) -> bool:
    return _is_number(checker, instance) and instance == instance // 1


def _counted(name: str, keyword: Keyword) -> Keyword:
    """A keyword that counts what it costs before it is applied."""
    cost = _COSTS.get(name, _by_value)

    def apply(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[Any]:
        _spend(1 + cost(wanted, instance, schema))
        return keyword(validator, wanted, instance, schema) or iter(())

    return apply


def _length(value: Any) -> int:
    return len(value) if isinstance(value, (list, dict)) else 0


def _by_value(wanted: Any, _instance: Any, _schema: Any) -> int:
    """Of what goes through the keyword's own list or mapping."""
    return _length(wanted) // _CHEAP


def _by_properties(wanted: Any, instance: Any, _schema: Any) -> int:
    """Of what looks up keys, and applies schemas to those that there are."""
    return _length(wanted) // _CHEAP + _DEEPER * min(_length(wanted), _length(instance))


def _by_instance(_wanted: Any, instance: Any, _schema: Any) -> int:
    """Of what applies a schema to all items or keys of the instance."""
    return _DEEPER * _length(instance)


def _by_schemas(wanted: Any, _instance: Any, _schema: Any) -> int:
    """Of what applies one or several schemas to the same instance."""
    return _DEEPER * (_length(wanted) or 1)


def _by_size(wanted: Any, instance: Any, _schema: Any) -> int:
    """Of what looks at everything in the instance; a list of choices is looked at once."""
    own = _size(wanted) if isinstance(wanted, dict) else 0
    return (own + _size(instance)) // _CHEAP if isinstance(instance, (list, dict)) else own // _CHEAP


def _by_patterns(_wanted: Any, instance: Any, schema: Any) -> int:
    """Of what holds every key against every pattern."""
    if not isinstance(instance, dict):
        return 0
    patterns = schema.get("patternProperties", {})
    searched = sum(_pattern_steps(pattern, key) for pattern in patterns for key in instance)
    return len(instance) * (_DEEPER + len(patterns)) + searched


def _by_pattern(wanted: str, instance: Any, _schema: Any) -> int:
    return _pattern_steps(wanted, instance) if isinstance(instance, str) else 0


def _pattern_steps(pattern: str, text: str) -> int:
    """What a search takes at most: with the length of the text its cost grows no faster than that squared."""
    share = len(text) / custom_patterns.LONGEST_TEXT
    return int(custom_patterns.steps(pattern) * share * share / PATTERN_STEPS)


_COSTS: Final[Mapping[str, Callable[[Any, Any, Any], int]]] = {
    **dict.fromkeys(("items", "prefixItems", "contains", "propertyNames"), _by_instance),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "not", "if", "$ref", "dependentSchemas"), _by_schemas),
    **dict.fromkeys(("uniqueItems", "const", "enum"), _by_size),
    **dict.fromkeys(("patternProperties", "additionalProperties"), _by_patterns),
    **dict.fromkeys(("unevaluatedProperties", "unevaluatedItems"), _by_patterns),
    "pattern": _by_pattern,
    "properties": _by_properties,
}


# Keywords of our own


def _error() -> Any:
    from jsonschema import ValidationError  # noqa: PLC0415 - as above

    return ValidationError("does not fit")


def _pattern(_validator: Any, wanted: str, instance: Any, _schema: Any) -> Iterator[Any]:
    if isinstance(instance, str) and not custom_patterns.compiled(wanted).search(instance):
        yield _error()


def _pattern_properties(validator: Any, wanted: Mapping[str, Any], instance: Any, _schema: Any) -> Iterator[Any]:
    for pattern, subschema in wanted.items() if isinstance(instance, dict) else ():
        for key, value in instance.items():
            if custom_patterns.compiled(pattern).search(key):
                yield from validator.descend(value, subschema, path=key, schema_path=pattern)


def _additional_properties(validator: Any, wanted: Any, instance: Any, schema: Mapping[str, Any]) -> Iterator[Any]:
    extra = list(extra_keys(instance, schema)) if isinstance(instance, dict) else []
    if wanted is False and extra:
        yield _error()
    for key in extra if isinstance(wanted, dict) else ():
        yield from validator.descend(instance[key], wanted, path=key)


def extra_keys(instance: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[str]:
    """The keys that neither ``properties`` nor ``patternProperties`` knows."""
    known = schema.get("properties", {})
    searches = [custom_patterns.compiled(pattern).search for pattern in schema.get("patternProperties", {})]
    return (key for key in instance if key not in known and not any(search(key) for search in searches))


def _multiple_of(validator: Any, wanted: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    if validator.is_type(instance, "number") and as_written(instance) % as_written(wanted):
        yield _error()


def _const(_validator: Any, wanted: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    if comparable(instance) != comparable(wanted):
        yield _error()


def _enum(_validator: Any, wanted: _List, instance: Any, _schema: Any) -> Iterator[Any]:
    if comparable(instance) not in wanted.members:
        yield _error()


_OWN: Final[Mapping[str, Keyword]] = {
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "multipleOf": _multiple_of,
    "uniqueItems": unique_items,
    "const": _const,
    "enum": _enum,
}
