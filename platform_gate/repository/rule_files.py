"""Files that decide how services are judged: policies, waivers, configuration and what they name."""

import os
from collections.abc import Callable, Sequence

from platform_gate.documents.document import MAX_BYTES, DocumentError
from platform_gate.model import GateError
from platform_gate.repository import plain_files
from platform_gate.repository.work_tree import ADD_FIX, Selection, WorkTree, walk
from platform_gate.text import quote


def read_named(tree: WorkTree, kind: str, reference: str, limit: int = MAX_BYTES) -> tuple[bytes, str]:
    """The bytes and the shown path of a policy or waiver file that somebody named; ``kind`` says which in errors.

    Whoever starts the gate may name any file, so it may lie anywhere and may be a link.

    Raises:
        GateError: it can't be read.
    """
    shown = tree.shown(reference)
    inside = os.path.normpath(tree.cwd / reference).startswith(f"{tree.root}/")
    if inside and not tree.counts(shown):
        raise GateError(f"git does not track the {kind} {quote(shown)}", ADD_FIX)
    try:
        return plain_files.read(str(tree.cwd / reference), limit, follow_link=True), shown
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise GateError(f"can't read the {kind} {quote(shown)}: {reason}", "Check the path.") from None


def read_optional(tree: WorkTree, limit: int = MAX_BYTES) -> Callable[[str], bytes | None]:
    """A reader of files at the root by name: None for a missing one, ``GateError`` for an unreadable one."""

    def read(name: str) -> bytes | None:
        if not tree.counts(name):
            return None
        try:
            return plain_files.read(str(tree.root / name), limit)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise GateError(f"can't read {name}: {(error.strerror or str(error)).lower()}") from None

    return read


def is_glob(pattern: str) -> bool:
    """Whether a configured path holds a wildcard."""
    return not set(pattern).isdisjoint("*?[")


def expand(tree: WorkTree, patterns: Sequence[str]) -> list[str]:
    """The sorted paths from the root that configured paths and globs select; a path without wildcards stays as it is.

    Raises:
        DocumentError: a glob selects a link, or a folder that can't be read.
    """
    selection = Selection(tuple(filter(is_glob, patterns)), ())
    walked = walk(str(tree.root), "", selection) if selection.manifests else ()
    files = [file for file in walked if tree.counts(file.path)]
    for file in files:
        if file.refusal:
            raise DocumentError(file.refusal)
    return sorted({file.path for file in files}.union(pattern for pattern in patterns if not is_glob(pattern)))
