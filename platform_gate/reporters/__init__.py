"""The output formats. Each is a module with ``render``; to add one, add a line to ``REPORTERS``."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Final, Protocol, cast

from platform_gate.outcome import Outcome


class Reporter(Protocol):
    """What every format offers."""

    def render(self, outcome: Outcome, /) -> Iterator[str]:
        """The report, piece by piece; all pieces joined are the whole text, with a line feed at its end."""


REPORTERS: Final = {
    "text": "platform_gate.reporters.text",
    "json": "platform_gate.reporters.json",
    "sarif": "platform_gate.reporters.sarif",
    "junit": "platform_gate.reporters.junit",
    "github": "platform_gate.reporters.github",
    "markdown": "platform_gate.reporters.markdown",
    "gitlab": "platform_gate.reporters.gitlab",
    "html": "platform_gate.reporters.html",
}
"""Modules by format, imported when somebody asks for the format."""

WITH_ROWS: Final = frozenset({"json", "html"})
"""Formats that show the facts of every service, and so need its row of the report."""


def reporter(name: str) -> Reporter:
    """The reporter of a format in ``REPORTERS``."""
    return cast("Reporter", import_module(REPORTERS[name]))
