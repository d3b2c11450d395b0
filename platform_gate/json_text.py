"""JSON as reports write it: one line, finite numbers only, nothing that a CI runner takes for a command."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any


def encode(value: Any) -> str:
    """A value on one line. ``##[`` would be a command to a runner that reads it in a log, so it is written apart."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False).replace("##[", "#\\u0023[")


def array(values: Iterable[Any]) -> Iterator[str]:
    """A list, one value a line, as its values come."""
    before = "[\n"
    for value in values:
        yield f"{before}{encode(value)}"
        before = ",\n"
    yield "[]" if before == "[\n" else "\n]"
