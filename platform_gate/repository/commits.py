"""The history of a repository: the commit that a name stands for, and where two commits parted.

The author of a pull request decides where it starts and what it merges, and may push refs of any name. So a name must
have one meaning, every merge base counts, and a history that is cut off is trusted only where nothing can be missing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final

from platform_gate.model import GateError
from platform_gate.repository import refs
from platform_gate.repository.git import Repository
from platform_gate.repository.refs import Meanings, Name
from platform_gate.text import quote, typed

SHALLOW_FIX: Final = "Fetch the history: with actions/checkout set `fetch-depth: 0`, elsewhere `git fetch --unshallow`."
MOST_MERGE_BASES: Final = 4
"""A change is judged against each: more of them than this don't happen by accident."""
_ABBREVIATED_AT_MOST: Final = 20


def resolve(repository: Repository, text: str) -> str:
    """The ID of the commit that a name stands for.

    Raises:
        GateError: there is none, or the name has several meanings.
    """
    if why := refs.objection(text):
        raise GateError(f"{quote(typed(text))} names no commit: {why}", "Name a branch, a tag or a commit.")
    name = Name.parse(text)
    commit = _commit(repository, _spelled(repository, name) + name.suffix) if text else ""
    if not commit:
        fix = SHALLOW_FIX if _is_shallow(repository) else "Check its name; in CI, fetch it first."
        raise GateError(f"git knows no commit {quote(typed(text))}", fix)
    return commit


def head(repository: Repository) -> str:
    """The ID of the commit that is checked out, whatever refs are named ``HEAD``; raises ``GateError``."""
    commit = _commit(repository, "HEAD")
    if not commit:
        raise GateError("git knows no commit 'HEAD'", "Commit something first.")
    return commit


def merge_bases(repository: Repository, tip: str, own: str) -> list[str]:
    """The IDs of the best common ancestors of two commits, sorted.

    Raises:
        GateError: there is none, there are very many, or a history that is cut off may hide a better one.
    """
    done = repository.run("merge-base", "--all", tip, own)
    bases = sorted(done.stdout.decode().split())
    if done.returncode or not bases:
        fix = SHALLOW_FIX if _is_shallow(repository) else "Compare with a branch that shares history with this one."
        raise GateError(f"git finds no common ancestor of {tip[:12]} and {own[:12]}", fix)
    if len(bases) > MOST_MERGE_BASES:
        fix = "Merge the base into this branch: then there is one."
        raise GateError(f"{tip[:12]} and {own[:12]} have {len(bases)} merge bases, which are too many to judge by", fix)
    if _is_shallow(repository) and not _is_certain(repository, bases, tip, own):
        message = f"this clone's history is cut off, so {bases[0][:12]} may not be where the change started"
        raise GateError(message, SHALLOW_FIX)
    return bases


def day(repository: Repository, commit: str) -> date:
    """The day in UTC on which a commit was made; raises ``GateError`` if git can't tell."""
    listed = repository.output("rev-list", "--max-count=1", "--timestamp", commit)
    return datetime.fromtimestamp(int(listed.split()[0]), UTC).date()


def _is_certain(repository: Repository, bases: Sequence[str], tip: str, own: str) -> bool:
    """Whether no commit that a shallow clone lacks can be a better merge base.

    Where one of the two commits is an ancestor of the other, it is the answer, and parents don't matter. Else a merge
    base whose own parents are cut off isn't trusted, nor one that both sides can get around by way of a cut.
    """
    if bases in ([tip], [own]):
        return True
    cut = _shallow_commits(repository)
    excluded = [f"^{base}" for base in bases]
    sides = (repository.output("rev-list", side, *excluded).decode().split() for side in (tip, own))
    return cut.isdisjoint(bases) and any(cut.isdisjoint(side) for side in sides)


def _shallow_commits(repository: Repository) -> frozenset[str]:
    """The commits whose parents a shallow clone lacks, as git keeps them."""
    place = repository.output("rev-parse", "--git-path", "shallow").decode().strip()
    content = repository.own_file(place)
    return frozenset(content.decode("ascii", "replace").split())


def _is_shallow(repository: Repository) -> bool:
    return repository.run("rev-parse", "--is-shallow-repository").stdout.strip() == b"true"


def _spelled(repository: Repository, name: Name) -> str:
    """A name as git can take it in one way only; empty where it means nothing."""
    if name.is_whole_hash or not name.ref:
        return name.ref
    return refs.unambiguous(name, _meanings(repository, name))


def _meanings(repository: Repository, name: Name) -> Meanings:
    candidates = name.candidates()
    exist = _existing(repository, *candidates)
    found = tuple(ref for ref in candidates if ref in exist)
    tracked = [ref for ref in _existing(repository, f"{refs.REMOTES}*/{name.ref}") if ref not in candidates]
    pseudo_ref = name.is_pseudo_ref and (name.ref == "@" or bool(_commit(repository, name.ref)))
    if found and name.is_pseudo_ref:
        pseudo_ref = _is_kept_outside_refs(repository, name.ref)
    return Meanings(found, _abbreviated(repository, name), pseudo_ref, tuple(tracked), _remote(repository, name))


def _existing(repository: Repository, *patterns: str) -> list[str]:
    """The refs of these names; a ``*`` stands for one part."""
    listed = repository.output("for-each-ref", "--format=%(refname)", *patterns).decode("utf-8", "surrogateescape")
    wanted = [re.escape(pattern).replace(r"\*", "[^/]+") for pattern in patterns]
    return [ref for ref in listed.splitlines() if any(re.fullmatch(each, ref) for each in wanted)]


def _abbreviated(repository: Repository, name: Name) -> tuple[str, ...]:
    """The commits whose hashes begin as a name does; git knows no other commits by a part of their hash."""
    if not name.short_hash:
        return ()
    objects = repository.output("rev-parse", f"--disambiguate={name.short_hash}").decode().split()
    commits = (_commit(repository, oid) for oid in objects[:_ABBREVIATED_AT_MOST])
    return tuple(dict.fromkeys(filter(None, commits)))


def _remote(repository: Repository, name: Name) -> str:
    """The remote that the first part of a name is the name of; empty where there is none."""
    if "/" not in name.ref or name.ref.startswith(refs.ROOT):
        return ""
    remotes = repository.output("remote").decode("utf-8", "surrogateescape").splitlines()
    return next((remote for remote in remotes if name.ref.startswith(remote + "/")), "")


def _is_kept_outside_refs(repository: Repository, word: str) -> bool:
    place = repository.output("rev-parse", "--git-path", word).decode("utf-8", "surrogateescape").strip()
    return os.path.lexists(repository.root / place)


def _commit(repository: Repository, spelled: str) -> str:
    """The commit that git takes a name for; empty where there is none."""
    # --end-of-options keeps a name that begins with a dash from being read as an option.
    done = repository.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{spelled}^{{commit}}")
    commit = done.stdout.decode("ascii", "replace").strip()
    return commit if not done.returncode and re.fullmatch("[0-9a-f]{40,64}", commit) else ""
