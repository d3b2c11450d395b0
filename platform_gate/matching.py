"""Globs over repository paths, and the ``match`` of an override or a custom rule.

``*`` and ``?`` stay within a folder; ``**`` as a whole part spans folders. Unlike a regular expression, matching takes
at most as many steps as pattern and path multiplied, so that no pattern can stall a run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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


def as_owned(glob: str) -> tuple[str, ...]:
    """A glob of paths that somebody owns, as globs of this module: a folder stands for everything below it.

    A leading ``/`` is the repository's root. A glob that ends in ``/``, or in a name without wildcards, means that path
    (a file, a link or a submodule) and everything below it.
    """
    path = glob.removeprefix("/").removeprefix("./")
    named = path.rstrip("/")
    if path != named or _is_plain_name(_parts(named)[-1]):
        return (named, f"{named}/{ANY_FOLDERS}")
    return (named,)


def covers(wide: str, narrow: str) -> bool:
    """Whether one glob surely matches whatever another one does: it is the same, or a folder above it with ``**``.

    False also where that can't be told from the text alone.
    """
    above, below = _parts(wide), _parts(narrow)
    if above[-1] != ANY_FOLDERS:
        return above == below
    return above == below or (len(below) >= len(above) and above[:-1] == below[: len(above) - 1])


def _is_plain_name(part: str) -> bool:
    return all(map(_is_plain, _tokens(part)))


@dataclass(frozen=True, slots=True)
class _Node:
    """A place in several globs at once: what comes next in each of them, and the globs that end here.

    ``wild`` are the parts with wildcards, each with its ``needle``. ``folders`` has the place behind a ``**``,
    if there is one, which ``spans`` any number of names.
    """

    plain: dict[str, _Node] = field(default_factory=dict)
    wild: dict[str, tuple[str, _Node]] = field(default_factory=dict)
    folders: dict[str, _Node] = field(default_factory=dict)
    spans: bool = False
    globs: list[str] = field(default_factory=list)

    def after(self, part: str) -> _Node:
        """The place behind a part, made where it is missing."""
        if part == ANY_FOLDERS:
            return self.folders.setdefault(part, _Node(spans=True))
        if _is_plain_name(part):
            return self.plain.setdefault(part, _Node())
        return self.wild.setdefault(part, (needle(part), _Node()))[1]

    def after_all(self) -> list[_Node]:
        """Every place one part further on."""
        return [*self.plain.values(), *(node for _, node in self.wild.values()), *self.folders.values()]

    def steps(self, name: str) -> list[_Node]:
        """The places behind a name of a path."""
        nodes = [self] if self.spans else []
        if name in self.plain:
            nodes.append(self.plain[name])
        if self.wild:
            likely = [(part, node) for part, (run, node) in self.wild.items() if run in name]
            nodes += [node for part, node in likely if _part_matches(part, name)]
        return nodes


class GlobIndex:
    """Many globs that are held against many paths: names are looked up, only parts with wildcards are compared."""

    def __init__(self, globs: Iterable[str]) -> None:
        self._root = _Node()
        for glob in dict.fromkeys(globs):
            node = self._root
            for part in _parts(glob):
                node = node.after(part)
            node.globs.append(glob)

    def matching(self, path: str) -> list[str]:
        """The globs that match a whole path, each once, as ``matches`` does."""
        places = self._along(path.split("/")[:-1])
        name = path.rpartition("/")[2]
        ends = {id(node): node for place in places for node in place.steps(name)}
        return [glob for node in ends.values() for glob in node.globs]

    def reaching(self, folder: str) -> set[str]:
        """The globs that can match something below a folder, as ``reach`` says."""
        places = self._along(folder.split("/"))
        further = [node for place in places for node in (place.after_all() if not place.spans else [place])]
        globs: set[str] = set()
        while further:
            node = further.pop()
            globs.update(node.globs)
            further += node.after_all()
        return globs

    def _along(self, names: Iterable[str]) -> list[_Node]:
        """The places behind some names, from the root."""
        places = _settled([self._root])
        for name in names:
            places = _settled(node for place in places for node in place.steps(name))
        return places


def _settled(nodes: Iterable[_Node]) -> list[_Node]:
    """Places, each once, and those behind a ``**``, which may span no folder."""
    settled: dict[int, _Node] = {}
    for start in nodes:
        node: _Node | None = start
        while node is not None and id(node) not in settled:
            settled[id(node)] = node
            node = node.folders.get(ANY_FOLDERS)
    return list(settled.values())


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
