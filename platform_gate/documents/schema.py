"""Data against a JSON Schema: every problem with its place, in plain words, and how to fix it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final, SupportsFloat

from platform_gate.documents import shipped
from platform_gate.model import At, Problem, further
from platform_gate.text import listing, plural, quote, shorten, suggestion

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

ValidationError = Any
"""jsonschema's class. Its attributes are typed as possibly unset; those of an error from ``iter_errors`` are set."""


MAX_EXPLAINED: Final = 100
"""Further problems of a document are counted, not explained."""


def validate(data: Any, name: str) -> list[Problem]:
    """The problems of ``data`` under the shipped schema ``name``; empty if it is valid.

    With the extra ``fast`` jsonschema-rs accepts valid data quickly. What it rejects jsonschema judges and explains, so
    the answer is the same with and without it.
    """
    return [] if _accepts(name)(data) else explain(_validator(name), data)


def explain(validator: Draft202012Validator, data: Any) -> list[Problem]:
    """The problems of ``data`` under a schema, the first ``MAX_EXPLAINED`` in words, the rest as a number."""
    return problems_of(validator.iter_errors(data))


def problems_of(found: Iterable[ValidationError]) -> list[Problem]:
    """Errors of jsonschema in words, the first ``MAX_EXPLAINED``, and the rest as a number."""
    errors = [(error, key) for error in found for key in _blamed(error)]
    problems = [_problem(error, key) for error, key in errors[:MAX_EXPLAINED]]
    return [*problems, further(len(errors) - MAX_EXPLAINED)] if len(errors) > MAX_EXPLAINED else problems


@cache
def _accepts(name: str) -> Callable[[Any], bool]:
    try:
        from jsonschema_rs import Draft202012Validator  # noqa: PLC0415 - an extra
    except ImportError:
        return _never
    accepts: Callable[[Any], bool] = Draft202012Validator(shipped.schema_bytes(name).decode()).is_valid
    return accepts


def _never(_data: Any) -> bool:
    return False


@cache
def _validator(name: str) -> Draft202012Validator:
    return dialect()(shipped.schema(name))


@cache
def dialect() -> type[Draft202012Validator]:
    """JSON Schema 2020-12 in which ``uniqueItems`` takes a time that grows with the list, and not with its square."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - half of the start-up time of a run that needs no words
    from jsonschema.validators import extend  # noqa: PLC0415

    return extend(Draft202012Validator, {"uniqueItems": unique_items})  # type: ignore[no-any-return, no-untyped-call]


def unique_items(validator: Any, wanted: bool, instance: Any, _schema: Any) -> Iterator[ValidationError]:  # noqa: FBT001
    """The keyword ``uniqueItems``: jsonschema compares items that can't be sorted each with each."""
    from jsonschema import ValidationError as Error  # noqa: PLC0415 - as above

    if wanted and validator.is_type(instance, "array") and len(set(map(comparable, instance))) < len(instance):
        yield Error("an entry is repeated")


def comparable(value: Any) -> Any:
    """A hashable value that equals that of another one if JSON Schema says so: 1 is 1.0, and true is not 1."""
    if isinstance(value, dict):
        return "object", frozenset((key, comparable(inner)) for key, inner in value.items())
    if isinstance(value, list):
        return "array", tuple(map(comparable, value))
    return (bool, value) if isinstance(value, bool) else value


def _blamed(error: ValidationError) -> Sequence[str | None]:
    """The keys that an error is about, a problem each; None if it is about the whole value."""
    return _extra_keys(error) if error.validator == "additionalProperties" else [None]


def _problem(error: ValidationError, key: str | None) -> Problem:
    at: At = tuple(error.absolute_path)
    if key is not None:
        return Problem((*at, key), f"unknown key {quote(key)}", suggestion(key, _known_keys(error)), on_key=True)
    if "propertyNames" in error.relative_schema_path:
        message = f"the key {quote(error.instance)} cannot be a name here"
        return Problem((*at, error.instance), message, _how_to_write(error), on_key=True)
    if error.validator in _IN_CONTEXT and error.context:
        # Of several alternatives the one that fits furthest is the one that was meant.
        deepest = max(error.context, key=lambda inner: (len(inner.absolute_path), inner.validator != "type"))
        return _problem(deepest, _blamed(deepest)[0])
    words = _WORDS.get(str(error.validator), _does_not_fit)
    return Problem(at, words(error), _how_to_write(error))


_IN_CONTEXT: Final = ("anyOf", "oneOf")


def _known_keys(error: ValidationError) -> Collection[str]:
    known: Collection[str] = error.schema.get("properties", {}).keys()
    return known


def _extra_keys(error: ValidationError) -> list[str]:
    patterns = error.schema.get("patternProperties", {})
    known = _known_keys(error)
    return [
        key for key in error.instance if key not in known and not any(re.search(p, key, re.ASCII) for p in patterns)
    ]


def _how_to_write(error: ValidationError) -> str:
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    if error.validator == "required":
        schema = schema.get("properties", {}).get(_missing_key(error), {})
    if error.validator == "enum":
        return _choice(error.validator_value)
    description = schema.get("description", "") if error.validator in _NEEDS_WORDS else ""
    examples = [f"For example: {shorten(_yaml(example), 120)}" for example in schema.get("examples", ())[:1]]
    return " ".join(filter(None, [shorten(description, 200), *examples])) or shorten(schema.get("description", ""), 200)


_NEEDS_WORDS: Final = ("pattern", "not")
"""Constraints that need a description beside the example."""


def _choice(values: Sequence[Any]) -> str:
    return (
        f"Write {listing(map(_yaml, values), 'or', most=MANY)}."
        if len(values) < MANY
        else "Write one of the known values."
    )


MANY: Final = 12
"""Choices with this many values, or more, are not listed."""


def _yaml(value: Any) -> str:
    """A value in YAML's flow style; strings that need no quotes have none."""
    if isinstance(value, str) and re.fullmatch(r"[a-zA-Z/@][\w/@.-]*( [\w/@.-]+)*", value):
        return value
    return shorten(_json(value))


def _json(value: Any) -> str:
    import json  # noqa: PLC0415 - a valid manifest needs no words

    return json.dumps(value, ensure_ascii=False, default=_beyond_json)


def _beyond_json(value: Any) -> Any:
    """A decimal number of a policy's own rule, or a date of TOML."""
    return float(value) if isinstance(value, SupportsFloat) else str(value)


def _missing_key(error: ValidationError) -> str:
    """The missing key: jsonschema reports one per error, and names it in the message only."""
    return next((key for key in error.validator_value if error.message.startswith(repr(key))), "")


_TYPES: Final = {
    "object": "a mapping",
    "array": "a list",
    "string": "a string",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
}


def _wrong_type(error: ValidationError) -> str:
    types = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
    return f"expected {listing((_TYPES[name] for name in types), 'or')}, found {_described(error.instance)}"


def _described(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing (null)"
    return f"the string {quote(value)}" if isinstance(value, str) else quote(_json(value)).strip("'")


def _does_not_fit(error: ValidationError) -> str:
    return f"{_described(error.instance)} is no valid {_title(error)}"


def _title(error: ValidationError) -> str:
    title = error.schema.get("title", "value") if isinstance(error.schema, Mapping) else "value"
    return title if title[:2].isupper() else title[:1].lower() + title[1:]


_WORDS: Final[Mapping[str, Callable[[Any], str]]] = {
    "type": _wrong_type,
    "required": lambda error: f"the key {quote(_missing_key(error))} is missing",
    "enum": lambda error: f"{_described(error.instance)} is not one of the known values",
    "const": lambda error: f"expected {_yaml(error.validator_value)}, found {_described(error.instance)}",
    "minimum": lambda error: f"{_described(error.instance)} is below {error.validator_value}",
    "maximum": lambda error: f"{_described(error.instance)} is above {error.validator_value}",
    "exclusiveMinimum": lambda error: f"{_described(error.instance)} is not above {error.validator_value}",
    "exclusiveMaximum": lambda error: f"{_described(error.instance)} is not below {error.validator_value}",
    "maxLength": lambda error: f"the text is longer than {plural(error.validator_value, 'character')}",
    "minLength": lambda _error: "the text is empty",
    "minItems": lambda error: f"the list holds fewer than {plural(error.validator_value, 'entry', 'entries')}",
    "maxItems": lambda error: f"the list holds more than {plural(error.validator_value, 'entry', 'entries')}",
    "uniqueItems": lambda _error: "the list holds an entry twice",
    "minProperties": lambda _error: "the mapping is empty",
}
