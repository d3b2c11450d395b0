"""Bytes to data that remembers where every value stood, or a refusal that says where and how to write it right.

The YAML read here is a strict subset (no anchors, tags, directives, duplicate keys or ambiguous scalars), so that no
other reader of the same bytes can see something else. Positions cost nothing until somebody asks for one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import yaml
from yaml._yaml import CParser
from yaml.error import Mark

from platform_gate import plain_yaml
from platform_gate.model import At, Location, Problem
from platform_gate.strict_yaml import (
    MAX_BYTES,
    MAX_REFUSALS,
    DocumentError,
    Reader,
    Refusal,
    decode,
    excerpt_of,
    location_of,
)

__all__ = ["MAX_BYTES", "Document", "DocumentError", "Refusal", "read", "read_one"]


class Document(NamedTuple):
    """One YAML document. ``path`` is as shown to people, ``number`` counts from 0, ``line`` is where its root begins.

    ``prefix`` is where ``data`` stands where it is only a part of the document.
    """

    path: str
    text: str
    number: int
    line: int
    data: Any
    prefix: At = ()

    def locate(self, at: At, *, on_key: bool = False) -> Location:
        """The place of the value at ``at``; of the deepest existing key above it where there is none."""
        return location_of(self.path, *_marks(_nodes(self.text)[self.number], (*self.prefix, *at), on_key=on_key))

    def last_line(self, at: At) -> int:
        """The number of the last line of the value at ``at``; blank lines and comments after it don't count."""
        node = _nodes(self.text)[self.number]
        for key in at:
            node = (_entry(node, key) or (node, node))[1]
        return _last_line(node)

    def refusal(self, problem: Problem) -> Refusal:
        """A problem of this document with its place and the offending line."""
        location = self.locate(problem.at, on_key=problem.on_key)
        return Refusal(problem.message, problem.fix, location, excerpt_of(self.text, location))

    def refuse(self, *problems: Problem) -> DocumentError:
        """The error that names every problem (twenty at most), in the order in which they stand."""
        refusals = sorted(map(self.refusal, problems), key=lambda refusal: refusal.location.start)
        return DocumentError(*refusals[:MAX_REFUSALS])


def read(content: bytes, path: str, *, prose: bool = False) -> list[Document]:
    """Every document of a file; ``path`` is how it is called in messages.

    With ``prose`` reasons, helps and descriptions may have several lines.

    Raises:
        DocumentError: the file breaks strict YAML, or holds no document at all.
    """
    text = decode(content, path)
    if found := plain_yaml.read(text):
        return [Document(path, text, 0, *found)]
    reader = Reader(text, path, prose=prose)
    try:
        documents = [Document(path, text, index, *found) for index, found in enumerate(reader.documents())]
    except yaml.MarkedYAMLError as error:
        raise DocumentError(*reader.refusals, reader.syntax_refusal(error)) from None
    if reader.refusals:
        raise DocumentError(*reader.refusals)
    if not documents:
        raise DocumentError(Refusal("the file holds no document", "Write one, or remove the file.", Location(path)))
    return documents


def read_one(content: bytes, path: str) -> Document:
    """The one document of a file that may hold one only (a policy, waivers, configuration).

    Raises:
        DocumentError: as ``read``, and for a second document.
    """
    first, *more = read(content, path, prose=True)
    if more:
        place = Location(path, more[0].line, 1, more[0].line, 2)
        message = "a second document; this kind of file holds one"
        raise DocumentError(Refusal(message, "Move it to its own file.", place))
    return first


class _Composer(CParser):
    """Nodes for the sake of their places: what they mean is known already."""

    def resolve(self, _kind: type[yaml.Node], _value: Any, _implicit: Any) -> str:
        """No tag."""
        return ""

    def descend_resolver(self, _node: Any, _index: Any) -> None:
        """Nothing depends on where a node stands."""

    def ascend_resolver(self) -> None:
        """As above."""


@lru_cache(maxsize=4)
def _nodes(text: str) -> list[yaml.Node]:
    composer = _Composer(text)
    nodes: list[Any] = []
    while composer.check_node():
        nodes.append(composer.get_node())
    return nodes


def _marks(root: yaml.Node, at: At, *, on_key: bool) -> tuple[Mark, Mark]:
    key_node = node = root
    for key in at:
        entry = _entry(node, key)
        if entry is None:
            return key_node.start_mark, key_node.end_mark
        key_node, node = entry
    chosen = key_node if on_key else node
    return chosen.start_mark, chosen.end_mark


def _entry(node: yaml.Node, key: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next((pair for pair in node.value if pair[0].value == key), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key], node.value[key]
    return None


def _last_line(node: yaml.Node) -> int:
    """A block's end mark stands at the next token, so the last scalar inside it tells where it ends."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        return _last_line(node.value[-1][1])
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return _last_line(node.value[-1])
    end: Mark = node.end_mark
    return end.line if end.column == 0 and end.line > node.start_mark.line else end.line + 1
