"""Addresses of the rules in the documentation site."""

from __future__ import annotations

from functools import cache
from typing import Final

from platform_gate.subsystems import SUBSYSTEMS
from platform_gate.subsystems.catalogue import catalogue

SITE: Final = "https://platform-gate.github.io/platform-gate/"


@cache
def _documented() -> frozenset[str]:
    """The rules that the site has a page for: those of the shipped default policy."""
    return frozenset(catalogue({name: subsystem.Limits.default() for name, subsystem in SUBSYSTEMS.items()}))


def rule_url(rule: str) -> str:
    """The page of a rule; empty for one that only a policy of one's own has."""
    return f"{SITE}rules/{rule}/" if rule in _documented() else ""
