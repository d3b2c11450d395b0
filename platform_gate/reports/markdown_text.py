"""Escape untrusted text for Markdown: it starts or ends no construct, mentions nobody and never becomes a link.

Escaped text may stand anywhere except at the start of a block. GitHub and GitLab find mentions, issue references, bare
addresses and emoji in the *rendered* text, where escapes are gone; an invisible space breaks such words apart.
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
"""A zero-width space."""

REMARK: Final = 200
"""Bytes reserved for the sentence on blocks that were left out."""


def escape(text: str) -> str:
    """Escape text for one line of Markdown, and for HTML inside Markdown."""
    return _ACTIVE.sub(_spell, printable(" ".join(text.split())))


def _spell(match: re.Match[str]) -> str:
    character = f"&#{ord(match[0])};"
    return character if match["sign"] else f"{_BREAK}{character}{_BREAK}"


def code(text: str) -> str:
    """Text as code. Tags are used, because a backtick in the text would end a code span."""
    return f"<code>{escape(text)}</code>"


def link(text: str, trusted: str, url: str) -> str:
    """A link to a percent-encoded address, or plain text without one. ``trusted`` is appended without escaping."""
    return f"[{escape(text)}{trusted}](<{url}>)" if url else escape(text) + trusted


def block(line: str) -> str:
    """A line to copy as an indented code block, which unlike a fence has no end that the line could contain."""
    return f"    {log_line(printable(line))}"


class MarkdownSection(NamedTuple):
    """A section that shrinks to fit: a head, and blocks of which the last ones may be left out.

    Attributes:
        total: number of blocks.
        noun: what a block is, in the sentence on those that were left out.
        share: the section gets one part in ``share`` of the room that is left.
    """

    head: str
    blocks: Iterator[str]
    total: int
    noun: str
    share: int = 1
    tail: str = "\n"


def size(text: str) -> int:
    """Bytes of a text as it is written."""
    return len(text.encode("utf-8", "backslashreplace"))


def fit(section: MarkdownSection, room: int) -> str:
    """A section with as many blocks as fit into ``room`` bytes, and a sentence on the others."""
    kept: list[str] = []
    room -= size(section.head) + len(section.tail)
    for part in section.blocks:
        room -= size(part)
        if room < 0:
            break
        kept.append(part)
    text = section.head + "".join(kept) + section.tail if kept else ""
    missing = section.total - len(kept)
    more = plural(missing, f"more {section.noun}")
    return text + (f"\n*And {more}, left out here to keep this short.*\n" if missing else "")


def folded(title: str, head: str, blocks: Iterator[str], total: int, noun: str) -> MarkdownSection:
    """A section that a reader unfolds; ``title`` is HTML."""
    opening = f"<details>\n<summary>{title}</summary>\n\n{head}"
    return MarkdownSection(opening, blocks, total, noun, share=2, tail="\n</details>\n")
