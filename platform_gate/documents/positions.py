"""Where values stand in any text that the strict reader takes: composed anew by libyaml when somebody asks."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import yaml
from yaml._yaml import CParser
from yaml.error import Mark

from platform_gate.model import At


class _Composer(CParser):
    """Composes nodes for their positions only, so resolving tags would be wasted time."""

    def resolve(self, _kind: type[yaml.Node], _value: Any, _implicit: Any) -> str:
        """No tag is needed."""
        return ""

    def descend_resolver(self, _node: Any, _index: Any) -> None:
        """The path to a node is needed for tags only."""

    def ascend_resolver(self) -> None:
        """See ``descend_resolver``."""


@lru_cache(maxsize=4)
def _nodes(text: str) -> list[yaml.Node]:
    composer = _Composer(text)
    nodes: list[Any] = []
    while composer.check_node():
        nodes.append(composer.get_node())
    return nodes


def marks(text: str, number: int, at: At, *, on_key: bool) -> tuple[Mark, Mark]:
    """The begin and end of the value at ``at``, or of its key, in document ``number`` (from 0) of a text.

    If there is no such value, those of the deepest key above it.
    """
    key_node = node = _nodes(text)[number]
    for key in at:
        entry = _entry(node, key)
        if entry is None:
            return key_node.start_mark, key_node.end_mark
        key_node, node = entry
    chosen = key_node if on_key else node
    return chosen.start_mark, chosen.end_mark


def last_line(text: str, number: int, at: At) -> int:
    """The last line, from 1, of the value at ``at``, without the blank lines and comments after it."""
    node = _nodes(text)[number]
    for key in at:
        node = (_entry(node, key) or (node, node))[1]
    return _last_line(node)


def _entry(node: yaml.Node, key: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next((pair for pair in node.value if pair[0].value == key), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key], node.value[key]
    return None


def _last_line(node: yaml.Node) -> int:
    # The end mark of a block stands at the next token, lines below; the last scalar inside the block is where it ends.
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        return _last_line(node.value[-1][1])
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return _last_line(node.value[-1])
    end: Mark = node.end_mark
    return end.line if end.column == 0 and end.line > node.start_mark.line else end.line + 1
