"""JSON for reports: one line, finite numbers only, nothing that a CI runner takes for a command."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from platform_gate.text import log_json

SCHEMA_VERSION: Final = "1"
"""The version of `schemas/report.schema.json` that reports are written and read by."""

FASTEST: Final = 1


class Kept(Mapping[str, Any]):
    """A mapping kept as compressed JSON, a third of the size, and parsed when somebody looks inside."""

    __slots__ = ("_packed",)

    def __init__(self, packed: bytes) -> None:
        self._packed = packed

    @property
    def text(self) -> str:
        """The JSON text."""
        return zlib.decompress(self._packed).decode()

    def __getitem__(self, key: str) -> Any:
        return self.read()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.read())

    def __len__(self) -> int:
        return len(self.read())

    def read(self) -> dict[str, Any]:
        """The whole mapping, parsed once for callers that look more than once."""
        read: dict[str, Any] = json.loads(self.text)
        return read


def opened(mapping: Mapping[str, Any]) -> Mapping[str, Any]:
    """A plain mapping, parsed if it is ``Kept``."""
    return mapping.read() if isinstance(mapping, Kept) else mapping


def pack(text: str) -> bytes:
    """Compress the JSON text of a mapping for ``Kept``."""
    return zlib.compress(text.encode(), FASTEST)


def encode(value: Any) -> str:
    """A value on one line. ``##[`` is a command to a runner that sees it in a log, so its ``#`` is escaped."""
    if isinstance(value, Kept):
        return value.text
    return log_json(json.dumps(value, ensure_ascii=False, allow_nan=False))


def array(values: Iterable[Any]) -> Iterator[str]:
    """A list with one value per line, streamed."""
    before = "[\n"
    for value in values:
        yield f"{before}{encode(value)}"
        before = ",\n"
    yield "[]" if before == "[\n" else "\n]"
