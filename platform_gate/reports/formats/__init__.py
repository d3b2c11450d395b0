"""The output formats. Each is a module with ``render``; to add one, add a line to ``REPORTERS``."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Final, Protocol, cast

from platform_gate.reports.outcome import Outcome


class Reporter(Protocol):
    """The interface of a format's module."""

    def render(self, outcome: Outcome, /) -> Iterator[str]:
        """The report in pieces. Joined, they are the whole text and end with a line feed."""


REPORTERS: Final = {
    "text": "platform_gate.reports.formats.text",
    "concise": "platform_gate.reports.formats.concise",
    "json": "platform_gate.reports.formats.json",
    "sarif": "platform_gate.reports.formats.sarif",
    "junit": "platform_gate.reports.formats.junit",
    "github": "platform_gate.reports.formats.github",
    "markdown": "platform_gate.reports.formats.markdown",
    "gitlab": "platform_gate.reports.formats.gitlab",
    "html": "platform_gate.reports.formats.html",
}
"""Modules by format, each imported when the format is used."""

WITH_ROWS: Final = frozenset({"json", "html"})
"""Formats that show every service's facts, and so need its row of the report."""


def reporter(name: str) -> Reporter:
    """The reporter of a format in ``REPORTERS``."""
    return cast("Reporter", import_module(REPORTERS[name]))
