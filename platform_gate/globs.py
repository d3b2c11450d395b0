"""Globs over repository paths: ``*`` and ``?`` stay within a folder, ``**/`` matches zero folders or more."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_TOKEN = re.compile(r"\*\*/|\*\*|\*|\?|\[!?\]?[^\]/]*\]|.", re.DOTALL)


def matches(patterns: Iterable[str], path: str) -> bool:
    """Whether any of the globs matches the whole path."""
    return any(_compiled(pattern).fullmatch(path) for pattern in patterns)


def reach(patterns: Iterable[str], folder: str) -> bool:
    """Whether any of the globs can match something below a folder."""
    return any(_reaches(pattern.removeprefix("./").split("/"), folder.split("/")) for pattern in patterns)


def _reaches(pattern: list[str], folder: list[str]) -> bool:
    for part, name in zip(pattern, folder, strict=False):
        if "**" in part:
            return True
        if not _compiled(part).fullmatch(name):
            return False
    return len(pattern) > len(folder)


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    tokens = _TOKEN.findall(pattern.removeprefix("./"))
    collapsed = [
        token for token, before in zip(tokens, ["", *tokens], strict=False) if token != before or "*" not in token
    ]
    return re.compile("".join(map(_translate, collapsed)), re.DOTALL)


def _translate(token: str) -> str:
    if token.startswith("[") and len(token) > 1:
        inner = token[1:-1].replace("\\", "\\\\").replace("[", "\\[")
        return f"[^/{inner[1:]}]" if inner.startswith("!") else f"[{inner}]"
    return {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(token) or re.escape(token)
