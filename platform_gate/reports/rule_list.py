"""Every rule of a policy on a line: how it is shown, and what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from platform_gate.model import Doubt, Rule, Severity, Worse
from platform_gate.policy.limits import OFF, Effective
from platform_gate.rule_ids import kind_of
from platform_gate.subsystems import SUBSYSTEMS

HEAD: Final = ("rule", "severity", "points", "finds")
UNKNOWN: Final = "unknown"
WORST: Final = {Worse.ABOVE: 1e15, Worse.BELOW: 0.0}
"""A value by which a rule costs as much as it can."""


class Row(NamedTuple):
    """A rule under a policy.

    ``points`` are the most that one violation costs; ``unknown`` says that it makes a healthy service UNKNOWN instead.
    """

    rule: str
    severity: str
    points: str
    title: str


def lines(rules: Iterable[Rule], effective: Effective) -> Iterator[str]:
    """A table of the rules, sorted by ID."""
    rows = [HEAD, *(row(about, effective) for about in sorted(rules, key=lambda about: about.id))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for cells in rows:
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def row(about: Rule, effective: Effective) -> Row:
    """A rule as the policy has it, for a service that no override matches."""
    if effective.is_off(about):
        return Row(about.id, OFF, "", about.title)
    points = _points(about, effective)
    doubt = _leaves_doubt(about, effective)
    decisive = bool(points) or doubt or about.id in effective.gate.fail_on
    shown = str(points) if points else UNKNOWN if doubt else ""
    return Row(about.id, _severity(about, effective, decisive=decisive), shown, about.title)


def _severity(about: Rule, effective: Effective, *, decisive: bool) -> Severity:
    if about.doubt is Doubt.REQUIRED and not decisive and about.id not in effective.severities:
        return Severity.NOTE
    return effective.severity(about, decisive=decisive)


def _points(about: Rule, effective: Effective) -> int:
    """The points of a single violation, as bad as it can be."""
    violation = about.violation("", value=WORST[about.worse] if about.worse else None)
    owners = (name for name in SUBSYSTEMS if about in SUBSYSTEMS[name].all_rules(effective.limits[name]))
    charges = (SUBSYSTEMS[name].points([violation], effective.limits[name]) for name in owners)
    return sum(charge.points for several in charges for charge in several)


def _leaves_doubt(about: Rule, effective: Effective) -> bool:
    return about.doubt is Doubt.ALWAYS or (
        about.doubt is Doubt.REQUIRED and kind_of(about.id) in effective.gate.required
    )
