"""The nouns that every floor shares. Nothing here knows a file format, a subsystem or a terminal."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, NamedTuple

At = tuple[str | int, ...]
"""Where a value stands in a document: the keys and indexes from the root, as in jsonschema's ``absolute_path``."""


class GateError(Exception):
    """The gate cannot judge: the one exception that the shell turns into exit code 2.

    ``message`` says what is wrong and where, ``fix`` what to do next.
    """

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


class LimitError(ValueError):
    """A policy section that its schema allows and that still makes no sense; ``at`` is below the section.

    ``against`` is the other value where two contradict each other: whichever was set last is to blame.
    """

    def __init__(self, message: str, *at: str | int, fix: str = "", against: At | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.at: At = at
        self.fix = fix
        self.against = against


class Severity(StrEnum):
    """How a finding is shown. It never decides a verdict."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


class Disposition(StrEnum):
    """Whether a finding counts (open) or is excused for now (waived)."""

    OPEN = "open"
    WAIVED = "waived"


class Scope(StrEnum):
    """Which services a verdict is about."""

    ALL = "all"
    TOUCHED = "touched"
    REGRESSED = "regressed"


class Worse(StrEnum):
    """In which direction a rule's value gets worse."""

    ABOVE = "above"
    BELOW = "below"


class Doubt(StrEnum):
    """When an open finding of a rule leaves an otherwise healthy service UNKNOWN."""

    NEVER = "never"
    REQUIRED = "where the subsystem is required"
    ALWAYS = "always"


class Rule(NamedTuple):
    """A named thing that can be wrong.

    ``id`` is ``subsystem/what-is-wrong``. ``help`` is the remedy where a check gives none of its own. ``severity`` is
    how a finding is shown that costs no points and leaves no doubt; ``worse`` says where its value gets worse, if it
    has one. ``why``, ``fails``, ``passes`` (manifest
    fragments), ``keys`` (policy keys) and ``source`` are its documentation.
    """

    id: str
    title: str
    help: str
    severity: Severity = Severity.WARNING
    doubt: Doubt = Doubt.NEVER
    worse: Worse | None = None
    why: str = ""
    fails: str = ""
    passes: str = ""
    keys: tuple[str, ...] = ()
    source: str = ""

    def violation(
        self, message: str, *at: str | int, subject: str = "", value: float | None = None, fix: str = ""
    ) -> "Violation":
        """The rule applied once, and not kept. ``at`` is the place below ``spec``; the rest is as in ``Violation``."""
        return Violation(self, message, ("spec", *at), subject, value, fix)


class Violation(NamedTuple):
    """One rule applied once that failed. Of a check that passes nothing is said, so it costs nothing either.

    ``value`` is what was measured and ``subject`` the part of the service it belongs to (an SLO's name, say). With
    ``on_key`` the key at ``at`` is to blame, not its value.
    """

    rule: Rule
    message: str
    at: At
    subject: str = ""
    value: float | None = None
    fix: str = ""
    on_key: bool = False


class Charge(NamedTuple):
    """Points that a subsystem adds to a service's total.

    ``rules`` are the ids of the rules it is charged for, and ``key`` is where the policy says so (below ``spec``).
    """

    points: int
    rules: frozenset[str]
    key: At


class Problem(NamedTuple):
    """Something that makes a document invalid. With ``on_key`` the key at ``at`` is to blame, not its value.

    ``more`` counts further ones of which nothing else is said.
    """

    at: At
    message: str
    fix: str = ""
    on_key: bool = False
    more: int = 0


def further(count: int) -> Problem:
    """That there are more problems than are worth naming."""
    words = "1 more problem" if count == 1 else f"{count:,} more problems"
    return Problem((), f"and {words}".replace(",", " "), "Mend those above first.", more=count)


class Relaxation(NamedTuple):
    """Something that lowers the bar for a service: its kind, its place in the head's manifest, and both values."""

    kind: str
    at: At
    before: Any
    after: Any


class Location(NamedTuple):
    """A place in a file: path as shown, lines and columns from 1, in characters; the end is exclusive."""

    path: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"

    @property
    def start(self) -> tuple[int, int]:
        """Line and column, to sort by."""
        return self.line, self.column


class Excerpt(NamedTuple):
    """The offending line, cut to what may be shown, and where the caret goes below it (offset from 0, width)."""

    text: str
    offset: int
    width: int

    def drawn(self, line: int) -> tuple[str, str]:
        """The line with its number, and the caret below it."""
        number = f"{line} | "
        return number + self.text, " " * (len(number) + self.offset) + "^" * self.width


class Excuse(NamedTuple):
    """Why a finding does not count for now: what its waiver says, the days left, and where the waiver stands."""

    reason: str
    approved_by: str
    expires: date
    ticket: str
    days_left: int
    location: Location

    def __str__(self) -> str:
        days = "1 day" if self.days_left == 1 else f"{self.days_left} days"
        left = f"{days} left" if self.days_left else "today is its last day"
        ticket = f" [{self.ticket}]" if self.ticket else ""
        return f"waived until {self.expires} ({left}) by {self.approved_by}: {' '.join(self.reason.split())}{ticket}"


class Finding(NamedTuple):
    """A failed check with a place, a weight and a disposition; ``decisive`` where it has consequences.

    ``points`` is what its charge costs, on the first finding of the charge only: the sum over a service's open findings
    is the service's total. ``pointer`` is a JSON pointer, ``fingerprint`` survives line moves and rewording.
    """

    rule: str
    severity: Severity
    message: str
    fix: str
    location: Location
    pointer: str = ""
    disposition: Disposition = Disposition.OPEN
    fingerprint: str = ""
    points: int = 0
    decisive: bool = False
    subsystem: str = ""
    subject: str = ""
    excerpt: Excerpt | None = None
    excuse: Excuse | None = None


NO_LABELS: Final[Mapping[str, str]] = MappingProxyType({})


class Subject(NamedTuple):
    """What can be matched: a service's metadata, and its manifest's path as shown."""

    name: str
    team: str
    tier: int = 1
    labels: Mapping[str, str] = NO_LABELS
    path: str = ""


NOBODY = Subject("", "")


class Context(NamedTuple):
    """What a judgement may ask of the world.

    The day, whether a path exists, whether the service is launched, and who it is to overrides and rules.
    """

    as_of: date
    exists: Callable[[str], bool]
    launched: bool = True
    subject: Subject = NOBODY


def nowhere(_path: str) -> bool:
    """The tree of a service that was built in Python: it holds no files."""
    return False


def pointer(at: At) -> str:
    """The JSON pointer (RFC 6901) of a place."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in at)


def days_after(day: date, days: int) -> date:
    """A day some days later; the calendar's last where there is none."""
    return day + timedelta(days=min(days, (date.max - day).days))
