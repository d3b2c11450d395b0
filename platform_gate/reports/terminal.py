"""Lines for a terminal: colour, wrapping, links, and findings as the text report shows them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

import click

from platform_gate.judging.result import Judged
from platform_gate.judging.verdict import Verdict
from platform_gate.model import Excuse, Exemption, Finding, HealthStatus, Severity
from platform_gate.reports.outcome import Display
from platform_gate.reports.wording import part_status, within
from platform_gate.text import printable

HEALTH_COLORS: Final = {
    HealthStatus.CRITICAL: "red",
    HealthStatus.DEGRADED: "yellow",
    HealthStatus.UNKNOWN: "magenta",
    HealthStatus.HEALTHY: "green",
}
SEVERITY_COLORS: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
VERDICT_COLORS: Final = {Verdict.PASSED: "green", Verdict.FAILED: "red", Verdict.NOT_JUDGED: "red"}
WIDEST: Final = 120
"""Columns: longer lines are hard to read, however wide the terminal."""

_SPACE: Final = "\x00"
"""Stands for a space in code while text is wrapped, so that commands can be copied. No text to be shown holds it."""


class Terminal(NamedTuple):
    """How lines look: columns, colour, links, and how much is shown."""

    width: int
    color: bool
    links: bool
    verbose: bool
    quiet: bool

    @classmethod
    def of(cls, display: Display) -> Terminal:
        """The terminal that a display describes."""
        width = min(display.width, WIDEST)
        return cls(width, display.color, display.links, display.verbosity > 0, display.verbosity < 0)

    def paint(self, text: str, **style: Any) -> str:
        """Text with a style of click's; as it is without colour."""
        return click.style(text, **style) if self.color else text

    def rule(self, rule: str, **style: Any) -> str:
        """A rule's ID, linked to its documentation if the terminal shows links (OSC 8)."""
        text = self.paint(printable(rule), **style)
        if not self.links:
            return text
        from platform_gate.reports.rule_links import rule_url  # noqa: PLC0415 - few terminals show links

        url = rule_url(rule)
        return f"\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\" if url else text

    def paragraph(self, text: str, first: str = "", rest: str = "") -> list[str]:
        """Wrapped text. ``first`` indents the first line, ``rest`` the others."""
        shown = printable(text).rstrip()
        if len(first) + len(shown) <= self.width:
            return [first + shown] if shown else []
        return _wrapped(shown, self.width, first, rest)

    def health(self, health: HealthStatus, width: int = 0) -> str:
        """A health in capitals and colour."""
        return self.paint(f"{health.upper():<{width}}", fg=HEALTH_COLORS[health], bold=True)

    def statuses(self, judged: Judged) -> Iterator[str]:
        """Every subsystem's status in its own vocabulary, with its points."""
        parts = (f"{within(part.name)} {part_status(judged, part)}" for part in judged.parts)
        yield from (self.paint(line, dim=True) for line in self.paragraph(", ".join(parts), "  ", "  "))

    def finding(self, finding: Finding, mark: str, *, new: bool = False) -> Iterator[str]:
        """A finding: mark, place and rule, then its message, excerpt and fix."""
        color = SEVERITY_COLORS[finding.severity]
        place = self.paint(printable(str(finding.location)), underline=True)
        tag = "  " + self.paint("new", bold=True) if new else ""
        yield f"  {self.paint(f'{mark:>2}', fg=color, bold=True)}  {place}  {self.rule(finding.rule, fg=color)}{tag}"
        yield from self.indented(finding.message)
        if finding.excerpt:
            line, caret = finding.excerpt.drawn(finding.location.line)
            yield "      " + self.paint(line, dim=True)
            yield "      " + self.paint(caret, fg=color)
        if finding.fix and not self.quiet:
            yield from self.indented(finding.fix, "fix: ")

    def excused(self, finding: Finding, excuse: Excuse | Exemption) -> Iterator[str]:
        """A finding that doesn't decide, with its waiver or exemption."""
        place, points = printable(str(finding.location)), f" +{finding.points}" if finding.points else ""
        yield self.paint(f"      {place}  {printable(finding.rule)}  {finding.disposition.upper()}{points}", dim=True)
        for line in (*self.indented(finding.message), *self.indented(str(excuse))):
            yield self.paint(line, dim=True)

    def indented(self, text: str, label: str = "") -> Iterable[str]:
        """A paragraph below a finding's place."""
        indent, hanging = " " * 6, " " * (6 + len(label))
        return self.paragraph(text, indent + label, hanging)


@lru_cache(maxsize=256)
def _wrapped(text: str, width: int, first: str, rest: str) -> list[str]:
    """Wrap text. Wrapping is slow, and many findings share their fix, hence the cache."""
    from textwrap import wrap  # noqa: PLC0415 - most lines are short

    whole = re.sub("`[^`]+`", lambda code: code[0].replace(" ", _SPACE), text)
    breaking = _SPACE not in whole
    lines = wrap(
        whole, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False, break_long_words=breaking
    )
    return [line.replace(_SPACE, " ") for line in lines]
