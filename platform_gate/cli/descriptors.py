"""Reading the descriptors that an import names on the command line."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final, NamedTuple

import click

from platform_gate.documents.document import read_one
from platform_gate.importers import IMPORTERS
from platform_gate.importers.collection import Collection, Source, collect
from platform_gate.importers.combining import TierMap, tier_map
from platform_gate.importers.lenient_yaml import MAX_BYTES, Trouble
from platform_gate.model import GateError
from platform_gate.repository import plain_files
from platform_gate.repository.config import Config
from platform_gate.repository.work_tree import STDIN, ManifestFile, WorkTree, read_named, unreadable
from platform_gate.text import quote, suggestion

_ANY_CASE: Final = ("**/*.[yY][aA][mM][lL]", "**/*.[yY][mM][lL]", "**/*.[jJ][sS][oO][nN]")


class Operand(NamedTuple):
    """A file or folder, and the format that it is read as."""

    format: str
    path: str


def operands(words: Sequence[str]) -> list[Operand]:
    """The command line's words as operands; a format holds for the paths after it.

    Raises:
        click.UsageError: the first word is no format, or a format has no path.
    """
    if words[0] not in IMPORTERS:
        raise click.UsageError(f"there is no format {quote(words[0])}. {suggestion(words[0], IMPORTERS)}")
    result: list[Operand] = []
    form, waiting = words[0], False
    for word in words:
        if word in IMPORTERS:
            if waiting:
                raise click.UsageError(f"{form} has no path; a path that is called like a format begins with ./")
            form, waiting = word, True
        else:
            result.append(Operand(form, word))
            waiting = False
    if waiting:
        raise click.UsageError(f"{form} has no path; a path that is called like a format begins with ./")
    return result


def read(tree: WorkTree, asked: Sequence[Operand], map_file: str | None) -> Collection:
    """Everything that the operands hold.

    Raises:
        GateError: a path leads nowhere, or the tier map can't be read.
    """
    tiers = TierMap() if map_file is None else tier_map(read_one(*read_named(tree, "tier map", map_file)))
    sources: list[Source] = []
    troubles: list[Trouble] = []
    for operand in asked:
        folder = os.path.isdir(tree.cwd / operand.path)  # noqa: PTH112 - as everywhere in the work tree
        for entry in _files(tree, operand.path):
            content = _content(tree, entry)
            if isinstance(content, Trouble):
                troubles.append(content)
            else:
                sources.append(Source(operand.format, entry.path, content, named=not folder))
    collection = collect(sources, tiers)
    return collection._replace(troubles=(*troubles, *collection.troubles))


def _files(tree: WorkTree, path: str) -> list[ManifestFile]:
    entries = tree.find([path], Config(manifests=_ANY_CASE))
    for entry in entries:
        if entry.empty and entry.refusal:
            message = f"{quote(entry.path)}: there is no YAML or JSON file in it"
            missing = not os.path.lexists(tree.cwd / path)
            raise GateError(f"{quote(entry.path)}: {entry.refusal.message}" if missing else message, "Check the path.")
    return entries


def _content(tree: WorkTree, entry: ManifestFile) -> bytes | Trouble:
    refusal = entry.refusal
    if refusal is None:
        try:
            return tree.stdin() if entry.file == STDIN else plain_files.read(entry.file, MAX_BYTES)
        except (OSError, ValueError, AttributeError) as error:
            refusal = unreadable(entry.path, error)
    return Trouble(entry.path, 1, refusal.message, refusal.fix)
