"""Looking things up in other people's data: a text, or the reason why there is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final, NamedTuple

from platform_gate.documents import shipped
from platform_gate.importers.drafts import Origin
from platform_gate.importers.lenient_yaml import Document, Odd, Word, line_of, word
from platform_gate.text import quote

_TEMPLATE: Final = re.compile(
    r"\{\{|\}\}|\{%|[$#]\{|\$\(|<%|%>|^<[^<>]*>$|^\[[^\[\]]*\]$|^%\w+%$|^__\w+__$|^@@?\w+@@?$|^\$\w+$"
)
_MORE_PLACEHOLDERS: Final = frozenset(
    {"changeme", "change-me", "fixme", "guests", "nil", "null", "placeholder", "undefined", "xxx"}
)


class Lack(NamedTuple):
    """Why there is no value. ``absent`` where the descriptor doesn't mention it at all."""

    why: str
    origin: Origin
    absent: bool = False


def below(document: Document, *keys: str | int) -> Document:
    """The part of a document at a place; its data is None where there is nothing."""
    value, line, place = document.data, document.line, document.place
    for key in keys:
        place = f"{place}[{key}]" if isinstance(key, int) else f"{place}.{key}".lstrip(".")
        line = max(line, _line_of_key(value, key, line))
        value = _entry(value, key)
    return Document(document.path, value, line_of(value, line), place)


def _entry(value: Any, key: str | int) -> Any:
    if isinstance(value, Odd):
        return value
    if isinstance(value, dict):
        return value.get(key)
    return value[key] if isinstance(value, list) and isinstance(key, int) else None


def _line_of_key(value: Any, key: str | int, otherwise: int) -> int:
    if not isinstance(value, dict):
        return otherwise
    return next((getattr(known, "line", otherwise) for known in value if known == key), otherwise)


def origin(document: Document) -> Origin:
    """Where a document, or a part of one, stands."""
    return Origin(document.path, document.line)


def text(document: Document, *keys: str | int) -> Word | Lack:
    """The text at a place on one line, or why there is none: missing, of another type, a template, a placeholder."""
    part = below(document, *keys)
    if isinstance(part.data, list) and len(part.data) == 1:
        part = below(part, 0)
    if part.data is None:
        return Lack(f"{part.place} is missing", origin(part), absent=True)
    if not isinstance(part.data, str):
        return Lack(f"{part.place} {_kind(part.data)}", origin(part))
    value = " ".join(part.data.split())
    if not value:
        return Lack(f"{part.place} is empty", origin(part), absent=True)
    if is_placeholder(value):
        return Lack(f"{part.place} is the placeholder {quote(value)}", origin(part))
    return word(value, part.line)


def first_text(document: Document, *places: tuple[str, ...]) -> Word | Lack:
    """The first text of several places; else the most telling reason."""
    results = [text(document, *place) for place in places]
    words = [result for result in results if isinstance(result, Word)]
    lacks = [result for result in results if isinstance(result, Lack)]
    return words[0] if words else next((lack for lack in lacks if not lack.absent), lacks[0])


def items(document: Document, *keys: str) -> Iterator[Document]:
    """The entries of a list; of anything else none."""
    part = below(document, *keys)
    if isinstance(part.data, list):
        for index in range(len(part.data)):
            yield below(part, index)


def texts(document: Document, *keys: str) -> list[Word]:
    """The texts of a list, and a single text as a list of one."""
    single = text(document, *keys)
    if isinstance(single, Word):
        return [single]
    return [value for item in items(document, *keys) if isinstance(value := text(item), Word)]


def is_placeholder(value: str) -> bool:
    """Whether a text stands for one that somebody was to write: ``TODO``, ``<team>``, ``${TEAM}``."""
    return value.casefold() in _placeholders() or bool(_TEMPLATE.search(value))


@cache
def _placeholders() -> frozenset[str]:
    """Those of the default policy, which count as no evidence, and some more that are no names."""
    words: list[str] = shipped.default_limits("governance")["placeholders"]
    return _MORE_PLACEHOLDERS.union(placeholder.casefold() for placeholder in words)


def _kind(value: Any) -> str:
    if isinstance(value, Odd):
        return value.value
    return f"is a {'list' if isinstance(value, list) else 'mapping'}, but text is expected"
