"""Data as the strict YAML that this gate reads, with a comment behind any value."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from platform_gate.documents.scalars import ScalarError, resolve
from platform_gate.model import At

Comment = Callable[[At], str]
"""Gives the comment for the value at a place; empty for none."""

_PLAIN = re.compile(r"[A-Za-z_/.][A-Za-z0-9_/.-]*(?: [A-Za-z0-9_/.-]+)*")
INDENT = "  "


def write(data: Mapping[str, Any], comment: Comment, at: At = ()) -> Iterator[str]:
    """A mapping as lines of block style; lists of plain values stay on one line."""
    indent = INDENT * len(at)
    for key, value in data.items():
        place = (*at, key)
        if isinstance(value, Mapping) and value:
            yield f"{indent}{scalar(key)}:"
            yield from write(value, comment, place)
        else:
            remark = comment(place)
            yield f"{indent}{scalar(key)}: {flow(value)}" + (f"  # {remark}" if remark else "")


def flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def scalar(value: Any) -> str:
    """A scalar that reads back as itself; strings without quotes where nobody could take them for something else."""
    if isinstance(value, str):
        return value if _stays_a_string(value) else json.dumps(value, ensure_ascii=False)
    if isinstance(value, float):
        return _number(value)
    return json.dumps(value)


def _stays_a_string(value: str) -> bool:
    try:
        return bool(_PLAIN.fullmatch(value)) and resolve(value) == value
    except ScalarError:
        return False


def _number(value: float) -> str:
    """A float in decimals: an exponent without a fraction is no number to some YAML readers."""
    return format(Decimal(repr(value)), "f")
