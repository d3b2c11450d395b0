"""The errors of jsonschema as problems in plain words: one for each mistake, with its place and how to fix it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from platform_gate.documents import advice
from platform_gate.model import At, Problem, further
from platform_gate.text import listing, plural, quote, suggestion

ValidationError = Any
"""jsonschema's class. Its attributes are typed as possibly unset; those of an error from ``iter_errors`` are set."""

Schema = Mapping[str, Any]
Blamed = tuple[ValidationError, str | None]
"""An error, and the key that it is about; None if it is about the whole value."""
Moves = dict[At, tuple[str, ...]]
"""The keys at a wrong place, each with the place of the mapping to which it belongs."""

MAX_EXPLAINED: Final = 100
"""Further problems of a document are counted, not explained."""


def problems(errors: Sequence[ValidationError], document: Schema | None) -> list[Problem]:
    """The errors as problems: the first ``MAX_EXPLAINED`` in words, the rest as a number.

    With the schema of a whole ``document``, a key at the wrong place is told where it belongs.
    """
    chosen = _of_another_kind(errors) if document else []
    blamed = [(error, key) for error in chosen or _first_of_each(errors) for key in _blamed(error)]
    moves = _moves(blamed[:MAX_EXPLAINED], document) if document else {}
    moved = [(*place, at[-1]) for at, place in moves.items()]
    blamed = [(error, key) for error, key in blamed if not _follows_from(error, moved)]
    listed = [_problem(error, key, moves) for error, key in blamed[:MAX_EXPLAINED]]
    return [*listed, further(len(blamed) - MAX_EXPLAINED)] if len(blamed) > MAX_EXPLAINED else listed


def _of_another_kind(errors: Iterable[ValidationError]) -> list[ValidationError]:
    """The errors of `apiVersion` and `kind`. In another kind of document, the others would only distract."""
    return [error for error in errors if error.validator == "const" and len(error.absolute_path) == 1]


def _first_of_each(errors: Sequence[ValidationError]) -> Iterator[ValidationError]:
    """The errors without those that follow from a wrong type."""
    wrong = {tuple(error.absolute_path) for error in errors if error.validator == "type"}
    return (error for error in errors if error.validator != "enum" or tuple(error.absolute_path) not in wrong)


def _blamed(error: ValidationError) -> Sequence[str | None]:
    """The keys that an error is about, a problem each; None if it is about the whole value."""
    return _extra_keys(error) if error.validator == "additionalProperties" else [None]


def _moves(blamed: Sequence[Blamed], document: Schema) -> Moves:
    unknown = [(tuple(error.absolute_path), key) for error, key in blamed if key is not None]
    homes = {(*at, key): advice.home(key, at, document) for at, key in unknown}
    return {at: place for at, place in homes.items() if place is not None}


def _follows_from(error: ValidationError, moved: Iterable[At]) -> bool:
    """Whether a key is missing that will be there once keys are moved, given their new places."""
    if error.validator != "required":
        return False
    missing = (*error.absolute_path, _missing_key(error))
    return any(at[: len(missing)] == missing for at in moved)


def _problem(error: ValidationError, key: str | None, moves: Moves) -> Problem:
    at: At = tuple(error.absolute_path)
    if key is not None:
        place = moves.get((*at, key))
        fix = suggestion(key, _known_keys(error)) if place is None else advice.to_move(place, at)
        return Problem((*at, key), f"unknown key {quote(key)}", fix, on_key=True)
    if "propertyNames" in error.relative_schema_path:
        message = f"the key {quote(error.instance)} is not allowed here"
        return Problem((*at, error.instance), message, _how_to_write(error), on_key=True)
    if error.validator in _IN_CONTEXT and error.context:
        # Of several alternatives the one that fits furthest is the one that was meant.
        deepest = max(error.context, key=lambda inner: (len(inner.absolute_path), inner.validator != "type"))
        return _problem(deepest, _blamed(deepest)[0], moves)
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
        key = _missing_key(error)
        described = schema.get("properties", {}).get(key, {})
        return advice.for_missing(key, described if isinstance(described, Mapping) else {})
    return advice.for_value(error.instance, str(error.validator), schema)


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
    return f"the string {quote(value)}" if isinstance(value, str) else quote(advice.as_json(value)).strip("'")


def _does_not_fit(error: ValidationError) -> str:
    return f"{_described(error.instance)} is not a valid {_title(error)}"


def _title(error: ValidationError) -> str:
    title = error.schema.get("title", "value") if isinstance(error.schema, Mapping) else "value"
    return title if title[:2].isupper() else title[:1].lower() + title[1:]


_WORDS: Final[Mapping[str, Callable[[Any], str]]] = {
    "type": _wrong_type,
    "required": lambda error: f"the key {quote(_missing_key(error))} is missing",
    "enum": lambda error: f"{_described(error.instance)} is not a known {_title(error)}",
    "const": lambda error: f"expected {advice.written(error.validator_value)}, found {_described(error.instance)}",
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
