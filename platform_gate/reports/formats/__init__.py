"""The output formats. Each is a module with ``render``; to add one, add a line to ``REPORTERS``."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Final, Protocol, cast

from platform_gate.reports.outcome import Outcome


class Reporter(Protocol):
    """What every format offers."""

    def render(self, outcome: Outcome, /) -> Iterator[str]:
        """The report, piece by piece; all pieces joined are the whole text, with a line feed at its end."""


REPORTERS: Final = {
    "text": "platform_gate.reports.formats.text",
    "json": "platform_gate.reports.formats.json",
    "sarif": "platform_gate.reports.formats.sarif",
    "junit": "platform_gate.reports.formats.junit",
    "github": "platform_gate.reports.formats.github",
    "markdown": "platform_gate.reports.formats.markdown",
    "gitlab": "platform_gate.reports.formats.gitlab",
    "html": "platform_gate.reports.formats.html",
}
"""Modules by format, imported when somebody asks for the format."""

WITH_ROWS: Final = frozenset({"json", "html"})
"""Formats that show the facts of every service, and so need its row of the report."""


def reporter(name: str) -> Reporter:
    """The reporter of a format in ``REPORTERS``."""
    return cast("Reporter", import_module(REPORTERS[name]))
