"""Data to the strict YAML that this gate reads, with a comment behind any value."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from platform_gate.documents.scalars import ScalarError, resolve
from platform_gate.model import At

Comment = Callable[[At], str]
"""The comment for the value at a place, without ``#``; empty for none."""

# Words that need no quotes anywhere, flow style included.
_PLAIN = re.compile(r"[A-Za-z_/.][A-Za-z0-9_/.-]*(?: [A-Za-z0-9_/.-]+)*")
INDENT = "  "


def write(data: Mapping[str, Any], comment: Comment, at: At = ()) -> Iterator[str]:
    """The lines of a mapping in block style; a list stays on one line. ``at`` is the place of the mapping."""
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
    """A value in flow style, on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def scalar(value: Any) -> str:
    """A scalar that every reader reads back as itself. A string has no quotes if it needs none."""
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
    # In decimals: some YAML readers take an exponent without a fraction for a string.
    return format(Decimal(repr(value)), "f")
