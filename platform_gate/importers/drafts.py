"""The nouns of an import: a draft of a manifest, its values with their origin, and its gaps, each with a name."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, NamedTuple

from platform_gate.model import At

NAME: Final[At] = ("metadata", "name")
TEAM: Final[At] = ("metadata", "team")
TIER: Final[At] = ("metadata", "tier")
SLOS: Final[At] = ("spec", "slos")
GOVERNANCE: Final[At] = ("spec", "governance")


class GapKind(StrEnum):
    """What a descriptor leaves open, or says in a way that nobody should guess about."""

    NAME = "name"
    OWNER = "owner"
    TIER = "tier"
    TARGET = "target"
    WINDOW = "window"


class Origin(NamedTuple):
    """Where something was said: a file as shown, and a line."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class Value(NamedTuple):
    """A value of the manifest, and the file that says so. ``value`` is a string, an int or a Decimal."""

    value: Any
    origin: Origin


class Gap(NamedTuple):
    """A value that is missing, and why. ``value`` stands in until somebody decides, if anything can.

    With ``contradiction`` several descriptors say different things.
    """

    kind: GapKind
    why: str
    origin: Origin
    value: Any = None
    contradiction: bool = False


_KIND_OF: Final = {"name": GapKind.NAME, "team": GapKind.OWNER, "target": GapKind.TARGET, "window": GapKind.WINDOW}


def agree(at: At, first: Value | Gap, second: Value | Gap) -> Value | Gap:
    """What two entries for one place come to: what both or only one of them says, or a contradiction.

    Of evidence the first is enough: there may be several places to look.
    """
    if isinstance(first, Gap):
        return first if isinstance(second, Gap) or first.contradiction else second
    if isinstance(second, Gap) or first.value == second.value or at[:2] == GOVERNANCE:
        return first
    why = f"{first.origin} says {_shown(first.value)}, {second.origin} says {_shown(second.value)}"
    return Gap(_KIND_OF[str(at[-1])], why, second.origin, contradiction=True)


def _shown(value: object) -> str:
    return value if isinstance(value, str) else format(value, "f")


class Note(NamedTuple):
    """Something that was changed or left out on the way, which costs nothing."""

    text: str
    origin: Origin


class Skipped(NamedTuple):
    """A document of the format that describes no service."""

    what: str
    origin: Origin


class TierWord(NamedTuple):
    """A descriptor's own word for how critical a service is.

    ``declared`` where the format has a field for that. Other words (a lifecycle, a tag) count only where a tier map
    names them.
    """

    text: str
    origin: Origin
    declared: bool = True


class Draft(NamedTuple):
    """What one descriptor says of one service.

    ``entries`` are keyed by place, an SLO by its name: ``("spec", "slos", "availability", "target")``. A draft without
    a name has the gap that says why, and can't be written.
    """

    name: str
    origin: Origin
    entries: Mapping[At, Value | Gap]
    tiers: tuple[TierWord, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def gaps(self) -> dict[At, Gap]:
        """The gaps alone."""
        return {at: entry for at, entry in self.entries.items() if isinstance(entry, Gap)}

    @property
    def slos(self) -> list[str]:
        """The names of the SLOs, in the order of the descriptors."""
        names = (str(at[2]) for at in self.entries if at[:2] == SLOS and len(at) > len(SLOS))
        return list(dict.fromkeys(names))
