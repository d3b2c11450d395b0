"""The rules on governance in words. Source: the SRE book, chapter 32 (production readiness reviews)."""

from functools import cache
from typing import Final

from platform_gate.model import Doubt, Rule

OWNERSHIP: Final = "ownership"
"""The one check whose evidence is a person or team instead of a document."""

NO_DATA = Rule(
    "governance/no-data",
    "No governance is declared",
    "Add a `governance` section.",
    doubt=Doubt.REQUIRED,
    why="Nobody else can operate a service that names no runbook, no owner and no alerts.",
    fails="spec: {}",
    passes="governance: {runbook: docs/runbook.md, ownership: team-a}",
    keys=("gate.required",),
    source="SRE book, chapter 32",
)


@cache
def missing(name: str) -> Rule:
    """The rule of a check: ``governance/missing-<check>``, the key verbatim."""
    words = name.replace("_", " ")
    return Rule(
        f"governance/missing-{name}",
        f"Governance: {words} is missing",
        f"Add `{name}` to the service's governance section.",
        why="Each check is something that the person on call will look for at night.",
        fails=f"governance: {{{name}: false}}",
        passes=f"governance: {{{name}: {'team-a' if name == OWNERSHIP else 'docs/' + name + '.md'}}}",
        keys=(f"governance.checks.{name}", "governance.points", "governance.evidence"),
        source="SRE book, chapter 32",
    )
