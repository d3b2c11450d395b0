"""Regular expressions taken apart: which characters each part takes, and which parts repeat.

``re`` itself says whether a pattern is valid, so this reader only has to understand what is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple

ASCII: Final = 128
"""Characters that are told apart; all others count as one more."""
_TOKEN: Final = re.compile(
    r"""(?P<comment>\(\?\#[^)]*\))
    |(?P<look>\(\?<?[=!])
    |(?P<condition>\(\?\()
    |(?P<back>\(\?P=|\\(?!0|[0-3][0-7][0-7])[0-9])
    |(?P<flags>\(\?[a-zA-Z]+\))
    |(?P<open>\((?:\?(?:P<[^>]*>|>|[a-zA-Z-]*:))?)
    |(?P<close>\))
    |(?P<bar>\|)
    |(?P<repeat>(?:[*+?]|\{(?:[0-9]+(?:,[0-9]*)?|,[0-9]*)\})[?+]?)
    |(?P<edge>[\^$]|\\[AZzbB])
    |(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\]
        |\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|[0-7]{1,3}|.)
        |.)
    """,
    re.VERBOSE | re.DOTALL,
)
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]|^\[\^|\\[DSWNuUx]|^\.$")


class Characters(NamedTuple):
    """One character out of a set, given as bits."""

    mask: int


class Repeat(NamedTuple):
    """A part several times; ``most`` is None where there is no end."""

    part: Choice
    least: int
    most: int | None


class Edge(NamedTuple):
    """A place that takes no character, as ``^``."""

    token: str


Row = tuple["Characters | Repeat | Edge | Choice", ...]


class Choice(NamedTuple):
    """One of several rows; a group with a single row too."""

    rows: tuple[Row, ...]


class Pattern(NamedTuple):
    """A pattern taken apart. With ``anchored`` it can match at the beginning of a text only."""

    root: Choice
    anchored: bool


def flags_of(token: str) -> frozenset[str]:
    """The letters of ``(?im)`` and ``(?i:``."""
    match = re.fullmatch(r"\(\?([a-zA-Z-]+)[:)]", token)
    return frozenset(match[1]) if match else frozenset()


def tokens_of(pattern: str) -> Iterator[tuple[str, str]]:
    """Each token with its kind; comments are left out."""
    for match in _TOKEN.finditer(pattern):
        if match.lastgroup != "comment":
            yield str(match.lastgroup), match[0]


def parse(pattern: str) -> Pattern:
    """A valid pattern taken apart. A flag for a group counts for the whole: that only widens what is taken."""
    tokens = list(tokens_of(pattern))
    flags = frozenset[str]().union(*(flags_of(token) for kind, token in tokens if kind in ("flags", "open")))
    widened = re.IGNORECASE * ("i" in flags) | re.DOTALL * ("s" in flags)
    root, _ = _choice([token for token in tokens if token[0] != "flags"], 0, widened)
    return Pattern(root, "m" not in flags and _is_anchored(root))


def _is_anchored(root: Choice) -> bool:
    return all(row[:1] in ((Edge("^"),), (Edge(r"\A"),)) for row in root.rows)


def _choice(tokens: Sequence[tuple[str, str]], at: int, flags: int) -> tuple[Choice, int]:
    """The rows from a token on, and the token behind the end of their group."""
    rows: list[Row] = []
    row: list[Characters | Repeat | Edge | Choice] = []
    while at < len(tokens) and tokens[at][0] != "close":
        kind, token = tokens[at]
        at += 1
        if kind == "bar":
            rows.append(tuple(row))
            row = []
        elif kind == "open":
            group, at = _choice(tokens, at, flags)
            row.append(group)
        elif kind == "repeat":
            row.append(_repeat(row.pop(), token))
        else:
            row.append(Edge(token) if kind == "edge" else Characters(_mask(token, flags)))
    return Choice((*rows, tuple(row))), at + 1


def _repeat(item: Characters | Repeat | Edge | Choice, token: str) -> Repeat:
    part = item if isinstance(item, Choice) else Choice(((item,),))
    if token[0] != "{":
        return Repeat(part, int(token[0] == "+"), 1 if token[0] == "?" else None)
    least, comma, most = token.rstrip("?+")[1:-1].partition(",")
    return Repeat(part, int(least or 0), int(most) if most else None if comma else int(least))


@cache
def _mask(token: str, flags: int) -> int:
    """The characters that a token takes, a bit for each of ASCII.

    Those beyond ASCII count as one, taken by whatever may take any of them.
    """
    pattern = re.escape(token) if len(token) == 1 and token != "." else token  # noqa: S105 - no password
    accepts = re.compile(pattern, re.ASCII | flags).fullmatch
    own = sum(1 << code for code in range(ASCII) if accepts(chr(code)))
    return own | (1 << ASCII if _BEYOND_ASCII.search(token) else 0)
