"""Names of commits: which one a person means, and when a name has more than one meaning.

Git resolves a short name by trying ``refs/``, ``refs/tags/``, ``refs/heads/`` and ``refs/remotes/`` in turn. So a tag
named ``main`` beats the branch, and a branch named ``abc1234`` beats the commit. Whoever may push can add such a ref,
so a name with several meanings is refused here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from platform_gate.model import GateError
from platform_gate.text import listing, quote, typed

ROOT: Final = "refs/"
TAGS: Final = "refs/tags/"
REMOTES: Final = "refs/remotes/"
FOLDERS: Final = (ROOT, TAGS, "refs/heads/", REMOTES)
LISTED_AT_MOST: Final = 5

_SUFFIX: Final = re.compile(r"[~^]|@\{")
_WHOLE_HASH: Final = re.compile("[0-9a-fA-F]{40}|[0-9a-fA-F]{64}")
_SHORT_HASH: Final = re.compile("(?:.*-g)?([0-9a-fA-F]{4,64})")
"""At least four digits, alone or at the end of what ``git describe`` prints."""
_PSEUDO_REF: Final = re.compile("@|HEAD|[A-Z_]+_HEAD")
"""What git keeps outside of ``refs/``: ``HEAD``, ``FETCH_HEAD`` and the like."""


def objection(text: str) -> str:
    """Why a text can't name one commit, whatever the repository holds; empty where it may."""
    if text.startswith("^"):
        return "a leading ^ excludes commits instead of naming one"
    if ".." in text:
        return "it is a range of commits"
    if ":" in text:
        return "it names a file, or searches commit messages"
    if re.search(r"\^[!@-]", text):
        return "it stands for several commits"
    return ""


class Name(NamedTuple):
    """A commit as people write it: a ref or a hash, and what follows it, as ``~1``."""

    ref: str
    suffix: str = ""

    @classmethod
    def parse(cls, text: str) -> Name:
        """Split ``main~1`` into ``main`` and ``~1``."""
        match = _SUFFIX.search(text)
        end = match.start() if match else len(text)
        return cls(text[:end], text[end:])

    @property
    def is_whole_hash(self) -> bool:
        """Whether it is a hash in full, which git never takes for a ref."""
        return _WHOLE_HASH.fullmatch(self.ref) is not None

    @property
    def is_pseudo_ref(self) -> bool:
        """Whether git looks for it outside of ``refs/`` too."""
        return _PSEUDO_REF.fullmatch(self.ref) is not None

    @property
    def short_hash(self) -> str:
        """The digits that may abbreviate a hash, in lower case; empty where there are none."""
        match = _SHORT_HASH.fullmatch(self.ref)
        return match[1].lower() if match else ""

    def candidates(self) -> list[str]:
        """Every ref that git would take the name for; a full name stands for itself alone."""
        if self.ref.startswith(ROOT):
            return [self.ref]
        return [*(folder + self.ref for folder in FOLDERS), f"{REMOTES}{self.ref}/HEAD"]


class Meanings(NamedTuple):
    """What a repository holds that a name may stand for.

    ``refs`` are those of its candidates that exist, ``commits`` the hashes of commits that it abbreviates, and
    ``pseudo_ref`` says whether git keeps it outside of ``refs/``. ``tracked`` are branches of remotes that end in it,
    and ``remote`` is the remote whose branch it seems to name.
    """

    refs: tuple[str, ...] = ()
    commits: tuple[str, ...] = ()
    pseudo_ref: bool = False
    tracked: tuple[str, ...] = ()
    remote: str = ""


def unambiguous(name: Name, meanings: Meanings) -> str:
    """The one meaning of a name, as git is to be asked for it; empty where it has none.

    Raises:
        GateError: it has several.
    """
    shadowed = meanings.tracked if len(meanings.refs) == 1 and meanings.refs[0].startswith(TAGS) else ()
    several = [*meanings.refs, *shadowed, *(f"commit {commit}" for commit in meanings.commits)]
    several += [f"{name.ref} in .git"] if meanings.pseudo_ref and several else []
    if len(several) > 1:
        raise GateError(f"{quote(typed(name.ref))} has several meanings: {_listed(several)}", _advice(several))
    if meanings.refs and meanings.remote and not meanings.refs[0].startswith(REMOTES):
        wanted = REMOTES + name.ref
        message = f"{quote(typed(name.ref))} reads as a branch of the remote {quote(meanings.remote)}, but is only"
        fix = f"Fetch {wanted} and write it in full, or write {meanings.refs[0]} if that is the one you mean."
        raise GateError(f"{message} {meanings.refs[0]}", fix)
    if meanings.refs or meanings.commits:
        return (*meanings.refs, *meanings.commits)[0]
    return name.ref if meanings.pseudo_ref else ""


def _listed(several: Iterable[str]) -> str:
    first, more = list(several)[:LISTED_AT_MOST], list(several)[LISTED_AT_MOST:]
    return listing([*first, f"{len(more)} more"] if more else first)


def _advice(several: Iterable[str]) -> str:
    """How to write the one that is meant: a tag is the least likely."""
    choice = sorted(several, key=lambda ref: (not ref.startswith(REMOTES), ref.startswith(TAGS)))
    refs = [ref for ref in choice if ref.startswith(ROOT)]
    if not refs:
        return "Write the whole hash of the one that is meant."
    return f"Write the full name or the whole hash of the one that is meant, for example {refs[0]}."
