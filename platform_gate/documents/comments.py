"""Comments without a space before them: libyaml takes ``tier: >#x`` for one, and YAML 1.2 says that it is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import yaml
from yaml._yaml import CParser

from platform_gate.documents.errors import Mark

_SUSPECT: Final = re.compile(r"[^ \r\n]#")
_BLOCK_HEADER: Final = re.compile(r"[|>][-+0-9]*")
BLOCK_STYLES: Final = ("|", ">")


class Place:
    """A place in a text, line and column from 0."""

    __slots__ = ("column", "line")

    def __init__(self, line: int, column: int) -> None:
        self.line = line
        self.column = column


def glued(text: str) -> Iterator[Mark]:
    """The places of comments that follow something else without a space, up to where the text is no YAML any more.

    Most texts hold no ``#`` after anything but a space, and are not looked at twice.
    """
    if not _SUSPECT.search(text):
        return
    parser = CParser(text)
    try:
        while token := parser.get_token():
            offset = _end_of(token, text)
            if offset > token.start_mark.index and text[offset : offset + 1] == "#" and text[offset - 1] not in " \n":
                yield _place(token, text, offset)
    except yaml.MarkedYAMLError:
        return  # the reader says what is wrong


def _end_of(token: Any, text: str) -> int:
    """The offset behind a token; of a block of text, behind its header."""
    start: int = token.start_mark.index
    end: int = token.end_mark.index
    if isinstance(token, yaml.ScalarToken) and token.style in BLOCK_STYLES:
        header = _BLOCK_HEADER.match(text, start)
        return header.end() if header else end
    return end


def _place(token: Any, text: str, offset: int) -> Place:
    line = token.start_mark.line + text.count("\n", token.start_mark.index, offset)
    return Place(line, offset - text.rfind("\n", 0, offset) - 1)
