"""Other people's values as a manifest's: exact percentages, windows that mean one thing, names, tiers, evidence."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any, Final

from platform_gate.documents import shipped
from platform_gate.importers.drafts import Origin
from platform_gate.importers.fields import Lack, is_placeholder
from platform_gate.importers.lenient_yaml import Word
from platform_gate.text import printable, quote

Amount = Decimal | Lack

MAX_DIGITS: Final = 15
"""As in the manifest's number grammar."""
LONGEST_NAME: Final = 63
LONGEST_TEXT: Final = 100
CALENDAR_MONTH: Final = "calendar-month"
STRICTEST_TIER: Final = 1
LOOSEST_TIER: Final = 3
CHECK_OF_LINK: Final = {
    "runbook": "runbook",
    "runbooks": "runbook",
    "dashboard": "monitoring",
    "dashboards": "monitoring",
    "metrics": "monitoring",
    "monitoring": "monitoring",
    "observability": "monitoring",
    "doc": "documentation",
    "docs": "documentation",
    "documentation": "documentation",
    "design-documentation": "documentation",
    "api-documentation": "documentation",
    "techdocs": "documentation",
    "wiki": "documentation",
    "oncall": "incident_response",
    "on-call": "incident_response",
    "incidents": "incident_response",
    "incident-response": "incident_response",
    "opsgenie": "incident_response",
    "pagerduty": "incident_response",
}
"""The governance check that a link of a type is evidence of. Other types are evidence of nothing."""

_NUMBER: Final = re.compile(r"\+?(\d+(?:\.\d*)?|\.\d+)(?:[eE]([-+]?\d{1,3}))?")
_WINDOW: Final = re.compile(r"(\d{1,9}) ?([A-Za-z]+)")
_DAYS: Final = frozenset({"d", "day", "days"})
_WEEKS: Final = frozenset({"w", "week", "weeks"})
_HOURS: Final = frozenset({"h", "hour", "hours"})
_MONTHS: Final = frozenset({"M", "month", "months"})
_TIER: Final = re.compile(r"(?:(?:service[-_ ]?)?tier)?[-_: ]*(\d{1,2})|t(\d)")
_CRITICAL: Final = frozenset({"critical", "mission-critical", "mission critical", "mission_critical"})
_NO_TEXT: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def slug(name: str) -> str:
    """A name as the manifest allows it: lower case, ASCII, '-' for everything else, at most 63 characters."""
    if _is_name(name):
        return name
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    dashed = re.sub(r"-{2,}", "-", re.sub(r"[^a-z0-9._-]+", "-", plain))
    return dashed.strip("-._")[:LONGEST_NAME].rstrip("-._")


def _is_name(text: str) -> bool:
    return bool(re.fullmatch(r"[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?", text))


def is_text(value: str) -> bool:
    """Whether a manifest can hold a text as a team or as the name of an SLO."""
    return len(value) <= LONGEST_TEXT and printable(value) == value and not _NO_TEXT.search(value)


def percent_of_fraction(value: Word | Lack, place: str, origin: Origin) -> Amount:
    """A fraction as percent, exactly: 0.9995 is 99.95. A number above 1 is no fraction, and nobody guesses."""
    if isinstance(value, Lack) or value.endswith("%"):
        return percent(value, place, origin)
    number = _number(value)
    if number is None:
        return Lack(f"{place} is {quote(value)}, which is not a number", origin)
    if not 0 < number <= 1:
        return Lack(f"{place} is {quote(value)[1:-1]}, but a fraction must be above 0 and at most 1", origin)
    return _checked(number.scaleb(2), place, origin)


def percent(value: Word | Lack, place: str, origin: Origin) -> Amount:
    """Percent as it is; what is at most 1 looks like a fraction, and nobody guesses."""
    if isinstance(value, Lack):
        return value
    number = _number(value.removesuffix("%").rstrip())
    if number is None:
        return Lack(f"{place} is {quote(value)}, which is not a number", origin)
    if not 0 < number <= 100:  # noqa: PLR2004 - percent
        return Lack(f"{place} is {quote(value)[1:-1]}, but a percentage must be above 0 and at most 100", origin)
    if number <= 1 and not value.endswith("%"):
        return Lack(f"{place} is {quote(value)[1:-1]}, which looks like a fraction, not a percentage", origin)
    return _checked(number, place, origin)


def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) and len(text) <= LONGEST_TEXT else None


def _checked(number: Decimal, place: str, origin: Origin) -> Amount:
    shown = Decimal(format(number.normalize(), "f"))
    if len(shown.as_tuple().digits) > MAX_DIGITS:
        return Lack(f"{place} has more than {MAX_DIGITS} significant digits", origin)
    return shown


def window(value: str, place: str, origin: Origin, *, calendar: bool = False) -> str | Lack:
    """A duration as the manifest's window, or why it is none.

    ``calendar`` where it follows the calendar: then one month is ``calendar-month``.
    """
    match = _WINDOW.fullmatch(value)
    shown = f"{place} is {quote(value)}"
    if not match or not int(match[1]):
        return Lack(f"{shown}, which is not a duration in days or weeks", origin)
    return _window(int(match[1]), match[2], calendar=calendar) or Lack(f"{shown}, {_objection(match[2])}", origin)


def _window(count: int, unit: str, *, calendar: bool) -> str:
    word = unit if len(unit) == 1 else unit.lower()
    if word in _HOURS and not count % 24:
        count, word = count // 24, "d"
    if word in _MONTHS and calendar and count == 1:
        return CALENDAR_MONTH
    letter = "d" if word in _DAYS else "w" if word in _WEEKS else ""
    return f"{count}{letter}" if letter and count < 10_000 else ""  # noqa: PLR2004 - the schema's four digits


def _objection(unit: str) -> str:
    if unit == "m":
        return "which may mean minutes or months"
    if unit in _MONTHS or unit.lower() in _MONTHS:
        return "and months differ in length"
    return "which is not a whole number of days or weeks"


def tier_number(text: str) -> int | None:
    """The number in a tier's name (``tier_2``, ``Tier 2``, ``T2``, ``2``), 1 for critical; None where it names none."""
    word = text.strip().lower()
    if word in _CRITICAL:
        return STRICTEST_TIER
    match = _TIER.fullmatch(word)
    return int(match[1] or match[2]) if match else None


def within_tiers(number: int) -> int:
    """The nearest of our three tiers."""
    return min(max(number, STRICTEST_TIER), LOOSEST_TIER)


def check_of_link(link_type: str) -> str:
    """The governance check that a link of a type is evidence of; empty where of none."""
    return CHECK_OF_LINK.get(re.sub(r"[\s_]+", "-", link_type.strip().casefold()), "")


def is_evidence(url: str) -> bool:
    """Whether a link can stand in a manifest as evidence."""
    is_address = url.startswith(("http://", "https://"))
    return is_address and _fits("evidence", url) and not is_placeholder(url) and is_printable(url)


def is_handle(team: str) -> bool:
    """Whether a team's name can stand in a manifest as its owner."""
    return _fits("owner", team) and not is_placeholder(team)


def _fits(name: str, value: str) -> bool:
    """Whether a text fits a definition of the manifest's schema: its length, its pattern, and what that refuses."""
    definition: dict[str, Any] = shipped.schema("service")["$defs"][name]
    fits = len(value) <= definition["maxLength"] and re.search(definition["pattern"], value)
    return bool(fits) and not re.search(definition["not"]["pattern"], value)


def is_printable(value: str) -> bool:
    """Whether a text holds nothing that strict YAML refuses."""
    return printable(value) == value
