"""Globs over repository paths, and the ``match`` of an override or a custom rule.

``*`` and ``?`` stay within a folder; ``**`` as a whole part spans folders. Unlike a regular expression, matching takes
at most as many steps as pattern and path multiplied, so that no pattern can stall a run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

from platform_gate.model import Subject

ANY_FOLDERS: Final = "**"
MOST_PATTERNS: Final = 16_384
"""Patterns that are kept taken apart: more than a policy of a mebibyte holds."""
# A run of stars, a set such as [a-z] or [!]x], or any single character.
_PIECE: Final = r"(?s:\*+|\[!?\]?[^\]]*\]|.)"


def applies(match: Mapping[str, Any], subject: Subject) -> bool:
    """Whether a service fulfils every condition of a match: tier, globs over team, name and path, and labels."""
    return all(_fulfils(subject, key, value) for key, value in match.items())


def _fulfils(subject: Subject, key: str, wanted: Any) -> bool:
    if key == "tier":
        return subject.tier in as_list(wanted)
    if key == "labels":
        return all(subject.labels.get(label) in as_list(value) for label, value in wanted.items())
    return matches(as_list(wanted), getattr(subject, key))


def as_list(value: Any) -> list[Any]:
    """The items of a key that takes one value or a list."""
    return value if isinstance(value, list) else [value]


def matches(patterns: Sequence[str], path: str) -> bool:
    """Whether any of the globs matches the whole path."""
    for pattern in patterns:
        if needle(pattern) in path:  # hundreds of overrides may be held against thousands of services
            parts = _parts(pattern)
            if len(parts) in _walk(parts, path):
                return True
    return False


def reach(patterns: Iterable[str], folder: str) -> bool:
    """Whether any of the globs can match something below a folder."""
    return any(_walk(parts, folder) - {len(parts)} for parts in map(_parts, patterns))


@lru_cache(maxsize=MOST_PATTERNS)
def needle(pattern: str) -> str:
    """The longest run of characters that stands in whatever a pattern matches."""
    runs = ("".join(run) for part in _parts(pattern) for plain, run in groupby(_tokens(part), _is_plain) if plain)
    return max(runs, key=len, default="")


def _is_plain(piece: str) -> bool:
    return len(piece) == 1 and piece not in {"*", "?"}


@lru_cache(maxsize=MOST_PATTERNS)
def _parts(pattern: str) -> tuple[str, ...]:
    return tuple(pattern.removeprefix("./").split("/"))


def _walk(parts: Sequence[str], path: str) -> set[int]:
    """Every number of parts of a pattern that a whole path can use up.

    A path matches if it can use up all of them. All possibilities advance together, one path part at a time.
    """
    places = _skip({0}, parts)
    for name in path.split("/"):
        places = _skip({step for place in places for step in _steps(parts, place, name)}, parts)
    return places


def _steps(parts: Sequence[str], place: int, name: str) -> Iterable[int]:
    """The places after one path part. ``**`` may stay for more folders, and as the last part may also end here."""
    if place == len(parts):
        return ()
    if parts[place] == ANY_FOLDERS:
        return (place, place + 1) if place == len(parts) - 1 else (place,)
    return (place + 1,) if _part_matches(parts[place], name) else ()


def _skip(places: set[int], parts: Sequence[str]) -> set[int]:
    """The places, and those behind a ``**``, which matches no folder as well; at the end it needs a name."""
    skipped = set(places)
    for place in range(len(parts) - 1):
        if place in skipped and parts[place] == ANY_FOLDERS:
            skipped.add(place + 1)
    return skipped


def _part_matches(part: str, name: str) -> bool:
    """Whether a pattern part matches a name.

    A ``*`` first matches nothing. On a mismatch only the last star takes one more character: earlier ones need not, as
    whatever they would skip the last one can skip too.
    """
    tokens = _tokens(part)
    used = position = resume = 0  # indexes into tokens and name, and the position from which the last star retries
    star = -1  # the index of the last star
    while position < len(name):
        if used < len(tokens) and tokens[used].startswith("*"):
            star, resume, used = used, position, used + 1
        elif used < len(tokens) and _character_matches(tokens[used], name[position]):
            used, position = used + 1, position + 1
        elif star >= 0:
            resume += 1
            used, position = star + 1, resume
        else:
            return False
    return all(rest.startswith("*") for rest in tokens[used:])


@lru_cache(maxsize=MOST_PATTERNS)
def _tokens(part: str) -> tuple[str, ...]:
    return tuple(re.findall(_PIECE, part))


def _character_matches(wanted: str, character: str) -> bool:
    if wanted == "?":
        return True
    if len(wanted) == 1:
        return wanted == character
    negated = wanted.startswith("[!")
    return _in_set(wanted[2 if negated else 1 : -1], character) is not negated


def _in_set(members: str, character: str) -> bool:
    """Whether a character is one of a set like ``abc0-9``."""
    ranges = re.findall(r"(.)-(.)|(.)", members, re.DOTALL)
    return any(low <= character <= high if low else single == character for low, high, single in ranges)
