"""Other people's files to data: any YAML or JSON, every scalar as it was written, and the line of each.

Our own manifests are strict YAML. Descriptors of other tools may use anchors, tags, folded text and whatever else YAML
allows, so this reader is lenient. It keeps scalars as text: 0.9995 stays exact, and `no` stays a name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from enum import Enum
from itertools import pairwise
from typing import Any, Final, NamedTuple

import yaml

from platform_gate.text import quote

MAX_BYTES: Final = 16 * 1024 * 1024
MAX_DEPTH: Final = 100
MAX_MERGED: Final = 100_000
"""Keys that merges (`<<`) may copy in one file: a small file could copy millions."""

TEMPLATE: Final = "it is a template that has not been rendered"
"""The message of a trouble."""

_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_STANDARD_TAG: Final = "tag:yaml.org,2002:"
_BOMS: Final = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"", "utf-8"))
_TEMPLATE: Final = re.compile(r"\{\{|\{%|<%|\$\{\{")


class Word(str):
    """A scalar as it was written, and its line."""

    __slots__ = ("line",)
    line: int


class Odd(Enum):
    """Values that nobody but their own tool can make sense of, in the words of a message."""

    TEMPLATE = "is a template that has not been rendered"
    TAGGED = "has a tag that only its own tool understands"
    REPEATED = "is written more than once"


class Document(NamedTuple):
    """One YAML document, or a part of one.

    ``data`` is made of dicts, lists, ``Word``, None and ``Odd``. ``line`` is where it begins, and ``place`` says where
    it stands in its document, for messages (``spec.objectives[0]``).
    """

    path: str
    data: Any
    line: int = 1
    place: str = ""


class Trouble(NamedTuple):
    """Why a file, or a document of it, can't be read."""

    path: str
    line: int
    message: str
    fix: str


class _UnreadableError(Exception):
    """A document that YAML allows and this reader doesn't."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def word(text: str, line: int) -> Word:
    """A ``Word`` on a line."""
    made = Word(text)
    made.line = line
    return made


def read(content: bytes, path: str) -> tuple[list[Document], list[Trouble]]:
    """Every document of a file, lists of documents unfolded, and what could not be read.

    One broken document doesn't hide the others.
    """
    if len(content) > MAX_BYTES:
        return [], [Trouble(path, 1, "it is larger than 16 MiB", "Split it, and import the parts.")]
    try:
        text = _decode(content)
    except UnicodeDecodeError:
        return [], [Trouble(path, 1, "it is neither UTF-8 nor UTF-16 with a byte order mark", "Save it as UTF-8.")]
    documents: list[Document] = []
    troubles: list[Trouble] = []
    for part in _parts(text, path):
        if isinstance(part, Trouble):
            troubles.append(part)
        else:
            documents += _unfolded(part)
    return documents, troubles


def _decode(content: bytes) -> str:
    mark, encoding = next(pair for pair in _BOMS if content.startswith(pair[0]))
    return content[len(mark) :].decode(encoding).removeprefix("\ufeff")


def _parts(text: str, path: str) -> Iterator[Document | Trouble]:
    """The file as a whole; where it breaks, as JSON; and where that fails, document by document."""
    try:
        yield from list(_yaml(text, path))
    except (yaml.YAMLError, _UnreadableError) as error:
        if text.lstrip()[:1] in ("{", "[") and (documents := _json(text, path)):
            yield from documents
        elif len(pieces := _pieces(text)) > 1:
            for piece in pieces:
                yield from _piece(piece, path)
        else:
            yield _trouble(error, text, path)


def _pieces(text: str) -> list[str]:
    """The text cut before each ``---``, with empty lines in front so that line numbers stay right."""
    starts = [match.start() for match in re.finditer(r"^---(?=\s|$)", text, re.MULTILINE)]
    cuts = sorted({0, *starts, len(text)})
    spans = pairwise(cuts)
    return ["\n" * text.count("\n", 0, start) + text[start:end] for start, end in spans if text[start:end].strip()]


def _piece(text: str, path: str) -> Iterator[Document | Trouble]:
    try:
        yield from list(_yaml(text, path))
    except (yaml.YAMLError, _UnreadableError) as error:
        yield _trouble(error, text, path)


def _trouble(error: Exception, text: str, path: str) -> Trouble:
    mark = getattr(error, "problem_mark", None)
    line = getattr(error, "line", 1) if mark is None else mark.line + 1
    if _TEMPLATE.search(text):
        fix = "Render it first, for example with `helm template`, and import the result."
        return Trouble(path, line, TEMPLATE, fix)
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    return Trouble(path, line, f"it is neither YAML nor JSON: {quote(reason)[1:-1]}", "Fix it, or leave it out.")


def _yaml(text: str, path: str) -> Iterator[Document]:
    for data, line in _Builder(text).documents():
        if data is not None:
            yield Document(path, data, line)


def _json(text: str, path: str) -> list[Document]:
    """JSON that is no YAML: pairs of surrogates, for example. It has no lines."""
    try:
        data = json.loads(text, object_pairs_hook=_pairs, parse_float=Word, parse_int=Word, parse_constant=Word)
        return [Document(path, _words(data, 0))]
    except (ValueError, RecursionError, _UnreadableError):
        return []


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for key, value in pairs:
        _put(data, key, value)
    return data


def _words(value: Any, depth: int) -> Any:
    """JSON's values as this module's: true and false as they are written, strings with a line."""
    if depth > MAX_DEPTH:
        raise _UnreadableError(f"it is nested deeper than {MAX_DEPTH} levels", 1)
    if isinstance(value, dict):
        return {word(key, 1): _words(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_words(inner, depth + 1) for inner in value]
    if isinstance(value, bool):
        return word(str(value).lower(), 1)
    return word(value, 1) if isinstance(value, str) else value


def _unfolded(document: Document) -> Iterator[Document]:
    """The documents that a list or a Kubernetes List holds; else the document itself."""
    items = _items(document.data)
    if items is None:
        yield document
    else:
        for item in items:
            yield document._replace(data=item, line=line_of(item, document.line))


def _items(data: Any) -> list[Any] | None:
    if isinstance(data, list):
        return data
    if isinstance(data, dict) and str(data.get("kind")).endswith("List") and isinstance(data.get("items"), list):
        items: list[Any] = data["items"]
        return items
    return None


def line_of(data: Any, otherwise: int) -> int:
    """The line where a value begins, where it knows."""
    first = next(iter(data), None) if isinstance(data, dict | list) and data else data
    return getattr(first, "line", otherwise)


def _put(data: dict[str, Any], key: str, value: Any) -> None:
    """Add a key; one that is there already with another value means neither of the two."""
    if key in data and data[key] is not value and not (isinstance(value, str) and data[key] == value):
        value = Odd.REPEATED
    data[key] = value


class _Builder:
    """Data from libyaml's events, so that neither depth nor aliases nor merges can exhaust the machine."""

    def __init__(self, text: str) -> None:
        self._events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)
        self._anchors: dict[str, Any] = {}
        self._merged = 0

    def documents(self) -> Iterator[tuple[Any, int]]:
        """The root of each document and its line."""
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                self._anchors = {}
                root = next(self._events)
                yield self._build(root, 0), root.start_mark.line + 1

    def _build(self, event: Any, depth: int) -> Any:
        line = event.start_mark.line + 1
        if depth > MAX_DEPTH:
            raise _UnreadableError(f"it is nested deeper than {MAX_DEPTH} levels", line)
        if isinstance(event, yaml.AliasEvent):
            return self._anchors.get(str(event.anchor))  # inside of its own anchor it is nothing
        value = self._value(event, depth, line)
        if _is_foreign(event.tag):
            value = Odd.TAGGED
        if event.anchor:
            self._anchors[event.anchor] = value
        return value

    def _value(self, event: Any, depth: int, line: int) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            plain = event.implicit[0]
            return None if plain and event.value in _NULLS else word(event.value, line)
        if isinstance(event, yaml.SequenceStartEvent):
            return list(self._sequence(depth))
        return self._mapping(depth)

    def _sequence(self, depth: int) -> Iterator[Any]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self._build(event, depth + 1)

    def _mapping(self, depth: int) -> Any:
        data: dict[str, Any] = {}
        merges: list[Any] = []
        template = False
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._build(event, depth + 1)
            value = self._build(next(self._events), depth + 1)
            if key == "<<" and isinstance(event, yaml.ScalarEvent) and event.implicit[0]:
                merges += value if isinstance(value, list) else [value]
            elif isinstance(key, str):
                _put(data, key, value)
            else:
                template = template or key is not None
        return Odd.TEMPLATE if template and not data else self._merge(data, merges)

    def _merge(self, data: dict[str, Any], merges: list[Any]) -> dict[str, Any]:
        for source in merges:
            if isinstance(source, dict):
                self._merged += len(source)
                if self._merged > MAX_MERGED:
                    raise _UnreadableError(f"its merge keys copy more than {MAX_MERGED:,} entries", 1)
                data.update((key, value) for key, value in source.items() if key not in data)
        return data


def _is_foreign(tag: str | None) -> bool:
    return tag is not None and tag != "!" and not tag.startswith(_STANDARD_TAG)
