"""The nouns that all packages share. Nothing here knows a file format, a subsystem or a terminal."""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from platform_gate.readings import Measured, Measurement, Overlay, Readings
from platform_gate.rule_ids import leaves_unjudged
from platform_gate.text import Excerpt, origin_of, plural

At = tuple[str | int, ...]
"""The place of a value in a document: keys and indexes from the root, like jsonschema's ``absolute_path``."""


class GateError(Exception):
    """The gate can't judge: ``message`` says what is wrong and where, ``fix`` what to do next.

    The shell turns this exception, and no other, into exit code 2.
    """

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


class LimitError(ValueError):
    """A policy section fits its schema and still makes no sense.

    ``at`` is the place of the wrong value below the section. If two values contradict each other, ``against`` is the
    place of the other one; the one that was set last is reported.
    """

    def __init__(self, message: str, *at: str | int, fix: str = "", against: At | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.at: At = at
        self.fix = fix
        self.against = against


class Severity(StrEnum):
    """How a finding is shown. It never affects the verdict."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


class Disposition(StrEnum):
    """Whether a finding counts (open), a waiver excuses it, or it fails no change of this kind (exempt)."""

    OPEN = "open"
    WAIVED = "waived"
    EXEMPT = "exempt"


class Scope(StrEnum):
    """The services that a verdict is about, from the most to the least strict."""

    ALL = "all"
    TOUCHED = "touched"
    REGRESSED = "regressed"


class HealthStatus(StrEnum):
    """A service's health, from best to worst."""

    HEALTHY = "healthy"
    UNKNOWN = "unknown"
    DEGRADED = "degraded"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for the best."""
        return _RANKS[self.value]


_RANKS: Final = {status.value: rank for rank, status in enumerate(HealthStatus)}


class Worse(StrEnum):
    """The direction in which a rule's measured value gets worse."""

    ABOVE = "above"
    BELOW = "below"


class Doubt(StrEnum):
    """When an open finding of a rule makes an otherwise healthy service UNKNOWN."""

    NEVER = "never"
    REQUIRED = "where the subsystem is required"
    ALWAYS = "always"


class Rule(NamedTuple):
    """A named thing that can be wrong with a service, a manifest or a waiver.

    ``id`` is ``kind/what-is-wrong``. ``help`` is the fix for a violation that has none of its own. ``severity`` is for
    findings that cost no points and leave no doubt. ``worse`` is None if the rule measures nothing. If it ``varies``,
    each violation says whether it leaves a doubt. ``why``, ``fails``, ``passes``, ``keys`` and ``source`` document it.
    """

    id: str
    title: str
    help: str
    severity: Severity = Severity.WARNING
    doubt: Doubt = Doubt.NEVER
    worse: Worse | None = None
    varies: bool = False
    why: str = ""
    fails: str = ""
    passes: str = ""
    keys: tuple[str, ...] = ()
    source: str = ""

    def violation(self, message: str, *at: str | int, **more: Any) -> "Violation":
        """A violation of this rule. ``at`` is the place below ``spec``, ``more`` are other fields of ``Violation``."""
        return Violation(self, message, ("spec", *at), **more)


class Violation(NamedTuple):
    """A rule violation.

    ``at`` is the place in the manifest; with ``on_key`` its key is wrong, not its value. ``subject`` is the part of the
    service concerned (an SLO's name, say), ``value`` the measured value. Without a ``fix`` the rule's help applies.
    ``measured`` is the value of a snapshot that it rests on, ``limits`` the keys of its policy section that it breaks.
    """

    rule: Rule
    message: str
    at: At
    subject: str = ""
    value: float | None = None
    fix: str = ""
    on_key: bool = False
    measured: Measurement | None = None
    limits: tuple[At, ...] = ()


class Charge(NamedTuple):
    """Points for the violated ``rules`` (ids); ``key`` is their place below the policy's ``spec``."""

    points: int
    rules: frozenset[str]
    key: At


class Problem(NamedTuple):
    """Why a document is invalid. With ``on_key`` the key at ``at`` is wrong; ``more`` ends a list that was cut."""

    at: At
    message: str
    fix: str = ""
    on_key: bool = False
    more: int = 0


def further(count: int) -> Problem:
    """The problem that ends a cut list: how many more there are."""
    return Problem((), f"and {plural(count, 'more problem')}", "Fix those above first.", more=count)


class Relaxation(NamedTuple):
    """A change of a manifest that lowers the bar: its kind, the place in the head's manifest, and both values."""

    kind: str
    at: At
    before: Any
    after: Any


class Location(NamedTuple):
    """A range of a file. Lines and columns count characters from 1; the end is exclusive; the path is as shown."""

    path: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"

    @property
    def start(self) -> tuple[int, int]:
        """Line and column, for sorting."""
        return self.line, self.column


class Excuse(NamedTuple):
    """The waiver that excuses a finding: its words, the days left, its location, and who or what caused a breach."""

    reason: str
    approved_by: str
    expires: date
    ticket: str
    days_left: int
    location: Location
    cause: str = ""
    incident: str = ""

    def __str__(self) -> str:
        left = f"{plural(self.days_left, 'day')} left" if self.days_left else "today is its last day"
        origin = origin_of(self.cause, self.incident)
        more = (f" [{self.ticket}]" if self.ticket else "") + (f" ({origin})" if origin else "")
        return f"waived until {self.expires} ({left}) by {self.approved_by}: {' '.join(self.reason.split())}{more}"


class Exemption(NamedTuple):
    """A policy's exemption for a kind of change: where health is ``at_most`` that bad, its rules fail nothing."""

    change: str
    rules: frozenset[str]
    reason: str
    at_most: HealthStatus
    location: Location

    def __str__(self) -> str:
        return f"exempt (change: {self.change}): {' '.join(self.reason.split())}"


class Finding(NamedTuple):
    """A violation with its location, points and disposition; or a problem with a manifest or a waiver.

    ``rule`` is the rule's id and ``pointer`` the location as a JSON pointer. ``fingerprint``, 32 hexadecimal digits,
    survives moved lines and changed wording. ``points`` are those of its charge, on the charge's first finding only, so
    that the open findings of a service add up to its total. It is ``decisive`` if it costs points, leaves a doubt, or
    fails the gate by itself. ``subsystem`` and ``subject`` are empty for a manifest or a waiver.
    ``measured`` is the value of a snapshot that it rests on.
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
    excuse: Excuse | Exemption | None = None
    measured: Measurement | None = None

    @property
    def unjudged(self) -> bool:
        """Whether it keeps a file from being judged, so that the gate can't answer."""
        return leaves_unjudged(self.rule)


NO_LABELS: Final[Mapping[str, str]] = MappingProxyType({})


class Subject(NamedTuple):
    """What overrides and rules can match: a service's metadata, and its manifest's path as shown."""

    name: str
    team: str
    tier: int = 1
    labels: Mapping[str, str] = NO_LABELS
    path: str = ""


NOBODY = Subject("", "")


class Context(NamedTuple):
    """What a judgement depends on besides the manifest and the policy.

    ``exists`` tells whether the repository has a path; ``launched`` whether the service's launch date has come;
    ``subject`` is the service as overrides and rules match it. ``overlays`` are what subsystems read in place of typed
    numbers; ``readings`` what became of every field, None where that is no question; ``measured`` what both come from.
    """

    as_of: date
    exists: Callable[[str], bool]
    launched: bool = True
    subject: Subject = NOBODY
    overlays: Mapping[str, Overlay] = MappingProxyType({})
    readings: Readings | None = None
    measured: Measured | None = None


def nowhere(_path: str) -> bool:
    """The ``exists`` of a service without a repository: there are no files."""
    return False


def pointer(at: At) -> str:
    """A place as a JSON pointer (RFC 6901)."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in at)
