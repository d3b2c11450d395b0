"""Whom an override or a rule of one's own is meant for."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from platform_gate import globs

NO_LABELS: Final[Mapping[str, str]] = MappingProxyType({})


class Subject(NamedTuple):
    """What can be matched: a service's metadata, and its manifest's path as shown."""

    name: str
    team: str
    tier: int = 1
    labels: Mapping[str, str] = NO_LABELS
    path: str = ""


NOBODY = Subject("", "")


def applies(match: Mapping[str, Any], subject: Subject) -> bool:
    """Whether everything that a match asks for holds: tier, globs over team, name and path, labels."""
    words = {"team": subject.team, "name": subject.name, "path": subject.path}
    return (
        ("tier" not in match or subject.tier in as_list(match["tier"]))
        and all(key not in match or globs.matches(as_list(match[key]), word) for key, word in words.items())
        and all(subject.labels.get(key) in as_list(value) for key, value in match.get("labels", {}).items())
    )


def as_list(value: Any) -> list[Any]:
    """A value where one or several may stand."""
    return value if isinstance(value, list) else [value]
