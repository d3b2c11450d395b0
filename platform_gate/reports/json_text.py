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

# Made once, since to make one takes as long as to encode a finding. What is encoded holds no cycles.
_ENCODE: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False).encode


class Kept(Mapping[str, Any]):
    """A mapping kept as JSON, compressed or not, and parsed when somebody looks inside."""

    __slots__ = ("_kept",)

    def __init__(self, kept: bytes) -> None:
        self._kept = kept

    @property
    def text(self) -> str:
        """The JSON text."""
        return (self._kept if self._kept.startswith(b"{") else zlib.decompress(self._kept)).decode()

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
    """Compress the JSON text of a mapping for ``Kept``: a third of the size."""
    return zlib.compress(text.encode(), FASTEST)


def encode(value: Any) -> str:
    """A value on one line. ``##[`` is a command to a runner that sees it in a log, so its ``#`` is escaped."""
    if isinstance(value, Kept):
        return value.text
    return log_json(_ENCODE(value))


def array(values: Iterable[Any]) -> Iterator[str]:
    """A list with one value per line, streamed."""
    before = "[\n"
    for value in values:
        yield f"{before}{encode(value)}"
        before = ",\n"
    yield "[]" if before == "[\n" else "\n]"
