"""Governance: does a service have what is needed to operate it? Source: the SRE book, chapter 32."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple, Self

from platform_gate.documents import shipped
from platform_gate.model import Charge, Context, Problem, Relaxation, Rule, Violation, further, nowhere
from platform_gate.readings import Together
from platform_gate.subsystems import bands
from platform_gate.subsystems.bands import Bands
from platform_gate.subsystems.governance.rules import NO_DATA, missing
from platform_gate.subsystems.governance.rules import OWNERSHIP as OWNERSHIP
from platform_gate.subsystems.loosening import LooseningTable, if_fewer, if_higher
from platform_gate.text import quote, suggestion

NAME = "governance"
SEARCHED_AT_ONCE = 50
"""Placeholders up to which one search for all of them is cheaper than to take a value apart."""
SECTION = "governance"
MEASURED: tuple[str, ...] = ()
MAX_UNKNOWN = 20
EVIDENCE = ("declared", "verified", "required")
"""How much a policy asks of evidence, the least first."""


class GovernanceStatus(StrEnum):
    """How many checks fail: none, a few, or more than the policy takes for a few."""

    COMPLIANT = "compliant"
    NEEDS_REVIEW = "needs_review"
    NON_COMPLIANT = "non_compliant"


@dataclass(frozen=True, slots=True)
class GovernanceCheck:
    """One check of a service.

    Args:
        name: The key in the manifest's ``governance`` section.
        passed: Whether it counts as done.
        message: What is missing; empty where it passed.
        evidence: The path, URL, person or team that the manifest names; None for a bare ``true`` or ``false``.
    """

    name: str
    passed: bool
    message: str = ""
    evidence: str | None = None


class Governance(NamedTuple):
    """The checks of a service. ``declared`` is False where its manifest has no governance section."""

    checks: Sequence[GovernanceCheck]
    declared: bool


class Limits(NamedTuple):
    """The policy's ``governance`` section; ``checks`` holds each check's message and help."""

    checks: Mapping[str, Mapping[str, str]]
    points: Bands
    needs_review_up_to: int
    evidence: str
    placeholders: frozenset[str]

    @classmethod
    def parse(cls, section: Mapping[str, Any]) -> Self:
        """Limits from a policy section that its schema accepts.

        Raises:
            LimitError: bands of points that overlap or are out of order.
        """
        return cls(
            checks=section["checks"],
            points=bands.parse(section["points"], "failed_at_least", "points", "points"),
            needs_review_up_to=section["needs_review_up_to"],
            evidence=section["evidence"],
            placeholders=frozenset(word.casefold() for word in section["placeholders"]),
        )

    @classmethod
    @cache
    def default(cls) -> "Limits":
        """The limits of the default policy."""
        return cls.parse(shipped.default_limits(NAME))


def _check_removed(old: Any, new: Any) -> bool:
    """Whether a check, which is a mapping, is gone. Its words may go."""
    return isinstance(old, Mapping) and new is None


def _weaker(old: str, new: str) -> bool:
    return EVIDENCE.index(new) < EVIDENCE.index(old)


LOOSENING: LooseningTable = {
    ("checks",): _check_removed,
    ("points",): bands.costs_less,
    ("needs_review_up_to",): if_higher,
    ("evidence",): _weaker,
    ("placeholders",): if_fewer,
}


def all_rules(limits: Limits) -> tuple[Rule, ...]:
    """One rule per check of the policy, and ``NO_DATA``."""
    return *(missing(name) for name in limits.checks), NO_DATA


def run_governance_checks(  # noqa: PLR0913, PLR0917 - a published signature
    service_name: str,
    has_runbook: bool = False,  # noqa: FBT001, FBT002 - a published signature
    has_monitoring: bool = False,  # noqa: FBT001, FBT002
    has_owner: bool = False,  # noqa: FBT001, FBT002
    has_documentation: bool = False,  # noqa: FBT001, FBT002
    has_incident_response: bool = False,  # noqa: FBT001, FBT002
) -> list[GovernanceCheck]:
    """The five checks of the default policy, for a service that is built in Python."""
    declared = {
        "runbook": has_runbook,
        "monitoring": has_monitoring,
        "ownership": has_owner,
        "documentation": has_documentation,
        "incident_response": has_incident_response,
    }
    return [_verify(service_name, name, value, Limits.default(), nowhere) for name, value in declared.items()]


def field_of(_at: str) -> None:
    """Governance is declared, never measured."""
    return


def wants(_manifest: Mapping[str, Any], _limits: object) -> tuple[Together, ...]:
    """Nothing can be measured."""
    return ()


def read(manifest: Mapping[str, Any], limits: Limits, context: Context) -> tuple[Governance, list[Problem]]:
    """The checks of the policy applied to a manifest, and a problem for each declared check that the policy lacks."""
    section = manifest["spec"].get(SECTION, {})
    service = manifest["metadata"]["name"]
    checks = [_verify(service, name, section.get(name, False), limits, context.exists) for name in limits.checks]
    unknown = [name for name in section if name not in limits.checks]
    return Governance(checks, bool(section)), _unknowns(unknown, limits)


def _unknowns(names: Sequence[str], limits: Limits) -> list[Problem]:
    """A problem for each check that the policy lacks, the first 20 by name."""
    problems = [_unknown(name, limits) for name in names[:MAX_UNKNOWN]]
    return [*problems, further(len(names) - MAX_UNKNOWN)] if len(names) > MAX_UNKNOWN else problems


def _unknown(name: str, limits: Limits) -> Problem:
    message = f"the policy has no governance check {quote(name)}"
    return Problem(("spec", SECTION, name), message, suggestion(name, limits.checks), on_key=True)


def _verify(
    service: str,
    name: str,
    value: bool | str,  # noqa: FBT001 - as the manifest says it
    limits: Limits,
    exists: Callable[[str], bool],
) -> GovernanceCheck:
    if value is False:
        return GovernanceCheck(name, passed=False, message=f"{service} {_message(name, limits)}")
    wrong = _unsupported(name, limits) if value is True else _objection(name, value, limits, exists)
    return GovernanceCheck(name, not wrong, wrong, None if value is True else value)


def _message(name: str, limits: Limits) -> str:
    return limits.checks[name].get("message") or f"has no {name.replace('_', ' ')}"


def _unsupported(name: str, limits: Limits) -> str:
    """Why a bare ``true`` does not count; empty if it does."""
    return f"`{name}: true` names no evidence, which the policy requires" if limits.evidence == "required" else ""


def _objection(name: str, value: str, limits: Limits, exists: Callable[[str], bool]) -> str:
    """Why the named evidence does not count; empty if it does."""
    if placeholder := placeholder_in(value, limits.placeholders):
        what = "is a placeholder" if placeholder == value else f"contains the placeholder {quote(placeholder)}"
        return f"{quote(value)} {what}, not evidence of {name.replace('_', ' ')}"
    if limits.evidence != "declared" and _is_path(name, value) and not exists(value):
        return f"{quote(value)} is not in the repository, or git does not track it"
    return ""


def placeholder_in(value: str, placeholders: frozenset[str]) -> str:
    """The placeholder that a value is, or that its path has as a part; empty if there is none.

    Of a URL only the path counts: its host, query and fragment may contain any word.
    """
    if len(placeholders) <= SEARCHED_AT_ONCE and not _mentions(placeholders)(value.casefold()):
        return ""
    path = re.split("[?#]", value.partition("://")[2].partition("/")[2])[0] if _is_url(value) else value
    parts = (part.removeprefix("@") for part in (value, *path.split("/")))
    return next((part for part in parts if part.casefold() in placeholders), "")


@cache
def _mentions(placeholders: frozenset[str]) -> Callable[[str], object]:
    """A search for any placeholder anywhere in a text: a cheap first test, as most texts contain none.

    Its time grows with the number of placeholders, so it is for a few only.
    """
    return re.compile("|".join(map(re.escape, sorted(placeholders))) or "(?!)").search


def _is_url(value: str) -> bool:
    return value.startswith(("http://", "https://"))


def _is_path(name: str, value: str) -> bool:
    return name != OWNERSHIP and not _is_url(value)


def has_data(governance: Governance) -> bool:
    """Whether anything is declared."""
    return governance.declared


def check(governance: Governance, limits: Limits, _context: Context) -> Iterator[Violation]:
    """A violation for each check that did not pass."""
    if not governance.declared:
        yield NO_DATA.violation("no governance is declared", SECTION)
    for result in governance.checks:
        if not result.passed:
            fix = limits.checks.get(result.name, {}).get("help", "")
            yield missing(result.name).violation(result.message, SECTION, result.name, fix=fix)


def points(violations: Sequence[Violation], limits: Limits) -> Iterator[Charge]:
    """The points of the band that the number of failed checks falls into."""
    broken = _missing(violations)
    if band := limits.points.find(len(broken)):
        yield Charge(band.worth, frozenset(broken), (NAME, *limits.points.key(band)))


def _missing(violations: Sequence[Violation]) -> list[str]:
    return [violation.rule.id for violation in violations if violation.rule is not NO_DATA]


def declared(governance: Governance, _subject: str) -> tuple[Any, ...]:
    """Everything: governance is declared, not measured."""
    return tuple(governance.checks)


def relaxations(before: Governance, after: Governance) -> Iterator[Relaxation]:
    """Evidence removed, or replaced by a bare ``true``."""
    new = {check.name: check for check in after.checks}
    for old in before.checks:
        check = new.get(old.name, GovernanceCheck(old.name, passed=False))
        if old.passed and (not check.passed or (old.evidence and not check.evidence)):
            place = "spec", SECTION, old.name
            yield Relaxation("evidence-removed", place, old.evidence or True, check.evidence or check.passed)


def most_points(limits: Limits) -> int:
    """The points of the worst band."""
    return max((band.worth for band in limits.points.bands), default=0)


def status(governance: Governance, violations: Sequence[Violation], limits: Limits) -> GovernanceStatus:
    """The number of failed checks in words. A service without any checks needs a review."""
    count = len(_missing(violations))
    if count > limits.needs_review_up_to:
        return GovernanceStatus.NON_COMPLIANT
    return GovernanceStatus.NEEDS_REVIEW if count or not governance.checks else GovernanceStatus.COMPLIANT


def describe(governance: Governance, _limits: Limits) -> dict[str, Any]:
    """The facts as a report shows them."""
    failed = sum(not result.passed for result in governance.checks)
    rows = [{"name": row.name, "passed": row.passed, "evidence": row.evidence} for row in governance.checks]
    return {"checks": rows, "failed": failed, "total": len(rows)}
