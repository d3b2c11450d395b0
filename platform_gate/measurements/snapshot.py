"""Snapshots: JSON Lines, read strictly and line by line. Values are looked at when their service is judged."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any, Final, NamedTuple

from platform_gate.documents import strict_json
from platform_gate.documents.document import DocumentError
from platform_gate.documents.errors import Refusal
from platform_gate.documents.strict_json import JsonError
from platform_gate.measurements import explaining
from platform_gate.measurements.explaining import Place
from platform_gate.model import Location
from platform_gate.readings import Source
from platform_gate.text import quote

MAX_BYTES: Final = 256 * 1024 * 1024
"""A snapshot of 250,000 services with eight values each."""
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"

_NAMED: Final = re.compile(rb'\{"service":"([a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?)",')
"""How a line begins that a machine wrote."""


class Span(NamedTuple):
    """Where a line stands in a file: its number, and its first byte and the one behind its last."""

    number: int
    start: int
    end: int


class Index(Mapping[str, Span]):
    """Where the line of each service stands, in the order of the file.

    It holds numbers only, found by the hashes of names: 32 bytes a service. Objects would take 400, and once more in
    every worker process, since whoever looks at a Python object writes to its memory.
    """

    __slots__ = ("_content", "_ends", "_hashes", "_numbers", "_starts")

    def __init__(self, content: bytes, spans: Mapping[str, Span]) -> None:
        self._content = content
        rows = sorted((hash(name), *span) for name, span in spans.items())
        self._hashes = array("q", (row[0] for row in rows))
        self._numbers = array("L", (row[1] for row in rows))
        self._starts = array("L", (row[2] for row in rows))
        self._ends = array("L", (row[3] for row in rows))

    def __getitem__(self, service: str) -> Span:
        """The place of a service's line; raises ``KeyError`` where it has none."""
        own = hash(service)
        place = bisect_left(self._hashes, own)
        while place < len(self._hashes) and self._hashes[place] == own:
            span = Span(self._numbers[place], self._starts[place], self._ends[place])
            if _named(self._content, span) == service:
                return span
            place += 1
        raise KeyError(service)

    def __iter__(self) -> Iterator[str]:
        for start, number, end in sorted(zip(self._starts, self._numbers, self._ends, strict=True)):
            yield _named(self._content, Span(number, start, end)) or ""

    def __len__(self) -> int:
        return len(self._hashes)


class Snapshot(NamedTuple):
    """One file: what its header says, and where the line of each service stands.

    ``path`` is as shown, ``refusals`` are about lines of which not even the service can be told.
    """

    path: str
    sha256: str
    collected_at: str
    sources: Mapping[str, Source]
    content: bytes
    services: Mapping[str, Span]
    refusals: tuple[Refusal, ...] = ()

    def raw(self, service: str) -> bytes:
        """The line of a service, without its end."""
        span = self.services[service]
        return self.content[span.start : span.end]


def read(content: bytes, path: str) -> Snapshot:
    """A snapshot from a file's bytes.

    Raises:
        DocumentError: it has no header, or a broken one. A broken line below it is a refusal, and spoils only itself.
    """
    import hashlib  # noqa: PLC0415 - with it OpenSSL is loaded, and most runs have no snapshot

    if len(content) > MAX_BYTES:
        fix = "Leave services out that nobody judges, or split the snapshot."
        raise DocumentError(Refusal("the snapshot is larger than 256 MiB", fix, Location(path)))
    begin = len(BYTE_ORDER_MARK) if content.startswith(BYTE_ORDER_MARK) else 0
    found = list(_spans(content, begin))
    header = _header(content[found[0].start : found[0].end] if found else b"", path)
    services, refusals = _services(content, found[1:], path)
    sources = {name: _source(name, data) for name, data in header["sources"].items()}
    digest = hashlib.sha256(content).hexdigest()
    index = Index(content, services)
    return Snapshot(path, digest, header["collected_at"], sources, content, index, refusals)


def _spans(content: bytes, begin: int) -> Iterator[Span]:
    start = begin
    with BytesIO(content) as opened:
        opened.seek(begin)
        for number, line in enumerate(opened, 1):
            end = start + len(line)
            yield Span(number, start, end - len(line) + len(line.rstrip(b"\r\n")))
            start = end


def _header(raw: bytes, path: str) -> Mapping[str, Any]:
    place = Place(path, 1)
    if refusals := explaining.explain(raw, place, None):
        raise DocumentError(*refusals)
    header: Mapping[str, Any] = strict_json.read(raw.decode()).data
    return header


def _source(name: str, data: Mapping[str, Any]) -> Source:
    services = tuple(data.get("services", ("*",)))
    return Source(name, data["type"], tuple(data["provides"]), data["ok"], data.get("error", ""), services)


def _services(content: bytes, spans: Sequence[Span], path: str) -> tuple[dict[str, Span], tuple[Refusal, ...]]:
    """Where each service's line stands, and what is wrong with lines that name none, or one out of order."""
    found: dict[str, Span] = {}
    refusals: list[Refusal] = []
    last = ""
    for span in spans:
        name = _named(content, span)
        if name is not None and name > last:
            found[name] = span
            last = name
        else:
            refusals += _out_of_order(content[span.start : span.end], Place(path, span.number), name, found, last)
    return found, tuple(refusals)


def _named(content: bytes, span: Span) -> str | None:
    """The service of a line; None where it can't be told."""
    named = _NAMED.match(content, span.start, span.end)
    return named[1].decode("ascii") if named else _name(content[span.start : span.end])


def _name(raw: bytes) -> str | None:
    """The service of a line that is written in another way; None where it can't be told."""
    try:
        name = strict_json.read(raw.decode()).data["service"]
    except (JsonError, UnicodeDecodeError, TypeError, KeyError):
        return None
    return name if isinstance(name, str) and len(raw) <= explaining.MAX_LINE else None


def _out_of_order(
    raw: bytes, place: Place, name: str | None, found: Mapping[str, Span], last: str
) -> Sequence[Refusal]:
    wrong = explaining.explain(raw, place, {}) if name is None else ()
    if wrong or name is None:
        return wrong
    location = explaining.place_of(raw, place, ("service",))
    if name in found:
        message = f"the service {quote(name)} is already on line {found[name].number}"
        return (Refusal(message, "Keep one line per service.", location),)
    fix = "Sort the lines by service: `platform-gate collect` writes them so."
    return (Refusal(f"the service {quote(name)} comes after {quote(last)}", fix, location),)
