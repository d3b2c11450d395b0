"""Untrusted text in Markdown: it ends no construct, begins none, notifies nobody and never becomes a link.

It may stand anywhere but at the start of a block. What a forge reads from the *rendered* text (mentions, issue
references, addresses, emoji) survives any escaping, so an invisible space breaks those words apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from platform_gate.text import log_line, plural, printable

_ACTIVE: Final = re.compile(
    r"""
    (?P<sign> [&<>"\\`*\[\]|~$] | (?<![A-Za-z0-9])_ | _(?![A-Za-z0-9]) )   # Markdown and HTML
    | (?P<joint> [@#] | :(?=\S) | (?<=www)\. | (?<=GH)-(?=\d) )             # @name, #1, http://, :name:, www., GH-1
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BREAK: Final = "&#8203;"

REMARK: Final = 200
"""What the sentence about blocks that were left out may take."""


def escape(text: str) -> str:
    """Text that means only itself, on one line, within Markdown and within HTML inside it."""
    return _ACTIVE.sub(_spell, printable(" ".join(text.split())))


def _spell(match: re.Match[str]) -> str:
    character = f"&#{ord(match[0])};"
    return character if match["sign"] else f"{_BREAK}{character}{_BREAK}"


def code(text: str) -> str:
    """A word in code: by tags, since a code span would end at a backtick."""
    return f"<code>{escape(text)}</code>"


def link(text: str, trusted: str, url: str) -> str:
    """Text and an end that needs no escaping, leading to an address that is encoded; without one, the text alone."""
    return f"[{escape(text)}{trusted}](<{url}>)" if url else escape(text) + trusted


def block(line: str) -> str:
    """A line to be copied, as an indented block: there's no fence that the line could close."""
    return f"    {log_line(printable(line))}"


class MarkdownSection(NamedTuple):
    """A head, blocks of which some may be left out, and what these are; ``share`` is its part of what is still free."""

    head: str
    blocks: Iterator[str]
    total: int
    noun: str
    share: int = 1
    tail: str = "\n"


def size(text: str) -> int:
    """What a text takes, in bytes."""
    return len(text.encode("utf-8", "backslashreplace"))


def fit(section: MarkdownSection, room: int) -> str:
    """A section with as many of its blocks as there is room for, and the number of the others."""
    kept: list[str] = []
    room -= size(section.head) + len(section.tail)
    for each in section.blocks:
        room -= size(each)
        if room < 0:
            break
        kept.append(each)
    text = section.head + "".join(kept) + section.tail if kept else ""
    missing = section.total - len(kept)
    more = plural(missing, f"more {section.noun}")
    return text + (f"\n*And {more}, left out here to keep this short.*\n" if missing else "")
