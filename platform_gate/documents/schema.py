"""Data against a JSON Schema: every problem with its place, in plain words, and how to fix it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from platform_gate.documents import shipped
from platform_gate.model import Problem

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator


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
    from platform_gate.documents import schema_errors  # noqa: PLC0415 - valid data needs no words

    return schema_errors.problems(list(validator.iter_errors(data)), document)


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
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - half of the start-up time of a run that needs no words

    return Draft202012Validator(shipped.schema(name))
