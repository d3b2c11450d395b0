"""Governance: does a service have what is needed to operate it? Source: the seed, step 4."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple, Self

from platform_gate.documents import shipped
from platform_gate.model import Charge, Context, Doubt, Problem, Relaxation, Rule, Violation, further, nowhere
from platform_gate.subsystems import bands
from platform_gate.subsystems.bands import Bands
from platform_gate.text import quote, suggestion

NAME = "governance"
SECTION = "governance"
MAX_UNKNOWN = 20
OWNERSHIP = "ownership"
"""The one check whose evidence is a person or team instead of a document."""


class GovernanceStatus(StrEnum):
    """How many checks fail: none, a few, more than a few."""

    COMPLIANT = "compliant"
    NEEDS_REVIEW = "needs_review"
    NON_COMPLIANT = "non_compliant"


@dataclass(frozen=True, slots=True)
class GovernanceCheck:
    """One check. ``message`` says what is missing where it failed; ``evidence`` is what was named for it."""

    name: str
    passed: bool
    message: str = ""
    evidence: str | None = None


class Governance(NamedTuple):
    """The checks of a service. ``declared`` is False where its manifest has nothing to say about governance."""

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


NO_DATA = Rule(
    "governance/no-data",
    "Nothing is said about governance",
    "Add a `governance` section.",
    doubt=Doubt.REQUIRED,
    why="A service that names no runbook, owner or alert can't be operated by anybody else.",
    fails="spec: {}",
    passes="governance: {runbook: docs/runbook.md, ownership: team-a}",
    keys=("gate.required",),
    source="the seed's step 4",
)


@cache
def missing(name: str) -> Rule:
    """The rule of a check: ``governance/missing-<check>``, the key verbatim."""
    words = name.replace("_", " ")
    return Rule(
        f"governance/missing-{name}",
        f"Governance: {words} is missing",
        f"Add `{name}` to the service's governance section.",
        why="Each check is something that whoever is paged at night will look for.",
        fails=f"governance: {{{name}: false}}",
        passes=f"governance: {{{name}: {'team-a' if name == OWNERSHIP else 'docs/' + name + '.md'}}}",
        keys=(f"governance.checks.{name}", "governance.points", "governance.evidence"),
        source="the seed's step 4",
    )


def rules(limits: Limits) -> tuple[Rule, ...]:
    """One rule per check of the policy."""
    return *(missing(name) for name in limits.checks), NO_DATA


def run_governance_checks(  # noqa: PLR0913, PLR0917 - the seed's signature
    service_name: str,
    has_runbook: bool = False,  # noqa: FBT001, FBT002 - the seed's signature
    has_monitoring: bool = False,  # noqa: FBT001, FBT002
    has_owner: bool = False,  # noqa: FBT001, FBT002
    has_documentation: bool = False,  # noqa: FBT001, FBT002
    has_incident_response: bool = False,  # noqa: FBT001, FBT002
) -> list[GovernanceCheck]:
    """The seed's five checks of a service, in its order, under the default policy."""
    declared = {
        "runbook": has_runbook,
        "monitoring": has_monitoring,
        "ownership": has_owner,
        "documentation": has_documentation,
        "incident_response": has_incident_response,
    }
    return [_verify(service_name, name, value, Limits.default(), nowhere) for name, value in declared.items()]


def read(manifest: Mapping[str, Any], limits: Limits, context: Context) -> tuple[Governance, list[Problem]]:
    """Every check of the policy applied to what a manifest declares, and declared checks that the policy lacks."""
    section = manifest["spec"].get(SECTION, {})
    service = manifest["metadata"]["name"]
    checks = [_verify(service, name, section.get(name, False), limits, context.exists) for name in limits.checks]
    unknown = [name for name in section if name not in limits.checks]
    return Governance(checks, bool(section)), _unknowns(unknown, limits)


def _unknowns(names: Sequence[str], limits: Limits) -> list[Problem]:
    """What is wrong with checks that the policy lacks."""
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
    """Why a bare ``true`` does not count; empty where it does."""
    return f"`{name}: true` names no evidence, which the policy requires" if limits.evidence == "required" else ""


def _objection(name: str, value: str, limits: Limits, exists: Callable[[str], bool]) -> str:
    """Why what is named as evidence does not count; empty where it does."""
    if found := placeholder_in(value, limits.placeholders):
        what = "is a placeholder" if found == value else f"holds the placeholder {quote(found)}"
        return f"{quote(value)} {what}: no evidence of {name.replace('_', ' ')}"
    if limits.evidence != "declared" and _is_path(name, value) and not exists(value):
        return f"{quote(value)} does not exist in the repository"
    return ""


def placeholder_in(value: str, placeholders: frozenset[str]) -> str:
    """The placeholder that a value is or holds as a part of its path; empty where it holds none."""
    if not _mentions(placeholders)(value.casefold()):
        return ""
    path = re.split("[?#]", value.partition("://")[2].partition("/")[2])[0] if _is_url(value) else value
    parts = (part.removeprefix("@") for part in (value, *path.split("/")))
    return next((part for part in parts if part.casefold() in placeholders), "")


@cache
def _mentions(placeholders: frozenset[str]) -> Callable[[str], object]:
    """Whether any placeholder stands anywhere in a text, as an answer for the many texts in which none does."""
    return re.compile("|".join(map(re.escape, sorted(placeholders))) or "(?!)").search


def _is_url(value: str) -> bool:
    return value.startswith(("http://", "https://"))


def _is_path(name: str, value: str) -> bool:
    return name != OWNERSHIP and not _is_url(value)


def has_data(governance: Governance) -> bool:
    """Whether anything is declared."""
    return governance.declared


def check(governance: Governance, limits: Limits, _context: Context) -> Iterator[Violation]:
    """Every check of the policy as a rule."""
    if not governance.declared:
        yield NO_DATA.violation("nothing is said about governance", SECTION)
    for result in governance.checks:
        if not result.passed:
            fix = limits.checks.get(result.name, {}).get("help", "")
            yield missing(result.name).violation(result.message, SECTION, result.name, fix=fix)


def points(failed: Sequence[Violation], limits: Limits) -> Iterator[Charge]:
    """What the number of failed checks costs."""
    failing = _missing(failed)
    if band := limits.points.find(len(failing)):
        yield Charge(band.worth, frozenset(failing), (NAME, *limits.points.key(band)))


def _missing(failed: Sequence[Violation]) -> list[str]:
    return [failure.rule.id for failure in failed if failure.rule is not NO_DATA]


def declared(governance: Governance, _subject: str) -> tuple[Any, ...]:
    """Everything: governance is declared, not measured."""
    return tuple(governance.checks)


def relaxations(before: Governance, after: Governance) -> Iterator[Relaxation]:
    """Evidence that is gone, or has become a bare ``true``."""
    new = {check.name: check for check in after.checks}
    for old in before.checks:
        check = new.get(old.name, GovernanceCheck(old.name, passed=False))
        if old.passed and (not check.passed or (old.evidence and not check.evidence)):
            place = "spec", SECTION, old.name
            yield Relaxation("evidence-removed", place, old.evidence or True, check.evidence or check.passed)


def most_points(limits: Limits) -> int:
    """What the worst band costs."""
    return max((band.worth for band in limits.points.bands), default=0)


def status(governance: Governance, failed: Sequence[Violation], limits: Limits) -> GovernanceStatus:
    """The number of failed checks in words; what has no checks at all needs a review."""
    failing = len(_missing(failed))
    if failing > limits.needs_review_up_to:
        return GovernanceStatus.NON_COMPLIANT
    return GovernanceStatus.NEEDS_REVIEW if failing or not governance.checks else GovernanceStatus.COMPLIANT


def describe(governance: Governance, _limits: Limits) -> dict[str, Any]:
    """The facts as a report shows them."""
    failing = sum(not result.passed for result in governance.checks)
    rows = [{"name": row.name, "passed": row.passed, "evidence": row.evidence} for row in governance.checks]
    return {"checks": rows, "failed": failing, "total": len(rows)}
