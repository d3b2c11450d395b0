"""Data against a JSON Schema: every problem with its place, in plain words, and how to fix it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from platform_gate.documents import shipped
from platform_gate.model import Problem

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

ValidationError = Any
"""jsonschema's class. Its attributes are typed as possibly unset; those of an error from ``iter_errors`` are set."""


def validate(data: Any, name: str) -> list[Problem]:
    """The problems of ``data`` under the shipped schema ``name``; empty if it is valid.

    With the extra ``fast`` jsonschema-rs accepts valid data quickly. What it rejects jsonschema judges and explains, so
    the answer is the same with and without it.
    """
    return [] if _accepts(name)(data) else explain(_validator(name), data, shipped.schema(name))


def explain(validator: Draft202012Validator, data: Any, document: Mapping[str, Any] | None = None) -> list[Problem]:
    """The problems of ``data`` under a schema, the first hundred in words, the rest as a number.

    With the schema of a whole ``document``, a key at the wrong place is told where it belongs.
    """
    return problems_of(validator.iter_errors(data), document)


def problems_of(found: Iterable[ValidationError], document: Mapping[str, Any] | None = None) -> list[Problem]:
    """Errors of jsonschema in words, as ``explain`` has them."""
    from platform_gate.documents import schema_errors  # noqa: PLC0415 - valid data needs no words

    return schema_errors.problems(list(found), document)


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
    """JSON Schema 2020-12, but for two keywords.

    ``uniqueItems`` takes a time that grows with the list, and not with its square. In a ``pattern``, ``$`` is the end
    of the text, as JSON Schema has it.
    """
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - half of the start-up time of a run that needs no words
    from jsonschema.validators import extend  # noqa: PLC0415

    return extend(Draft202012Validator, {"uniqueItems": unique_items, "pattern": _pattern})  # type: ignore[no-any-return, no-untyped-call]


@cache
def for_python(pattern: str) -> str:
    """A regular expression of JSON Schema as Python writes it: there, ``$`` also matches before a final line feed."""
    return _DOLLAR.sub(lambda match: "\\Z" if match[0] == "$" else match[0], pattern)


_DOLLAR = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\$")
"""Escapes and sets, in which a ``$`` is a character, and the others."""


def _pattern(validator: Any, wanted: str, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    """The keyword ``pattern``."""
    from jsonschema import ValidationError as Error  # noqa: PLC0415 - as above

    if validator.is_type(instance, "string") and not re.search(for_python(wanted), instance):
        yield Error("the text does not match the pattern")


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
