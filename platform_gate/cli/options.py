"""Options that several commands share, and the settings that they and the environment give."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import wraps
from typing import Any, Final, TypeVar

import click

from platform_gate.reports.outcome import Display, Links

Command = TypeVar("Command", bound=Callable[..., Any])

COLOR_CHOICES: Final = ("auto", "always", "never")
NARROWEST: Final = 40
"""Columns, however narrow the terminal is."""
# The variables come from the environment and end up in links: only an address of the expected form is used.
_TREE: Final = r"https?://[A-Za-z0-9.:-]+/[A-Za-z0-9._-]+/[A-Za-z0-9._-]+/blob/[0-9a-f]{40,64}"


def display_options(function: Command) -> Command:
    """Add ``-q``, ``-v`` and ``--color``. Before and after a command's name they add up, in the context's ``obj``."""

    @click.option("-q", "--quiet", is_flag=True, help="Nothing but what is wrong.")
    @click.option("-v", "--verbose", is_flag=True, help="Healthy services and notes too.")
    @click.option("--color", type=click.Choice(COLOR_CHOICES), default=None, help="When to use colour. [default: auto]")
    @wraps(function)
    def wrapper(quiet: bool, verbose: bool, color: str | None, **arguments: Any) -> Any:  # noqa: FBT001
        settings = click.get_current_context().ensure_object(dict)
        settings["verbosity"] = settings.get("verbosity", 0) - quiet + verbose
        settings["color"] = color or settings.get("color", "auto")
        return function(**arguments)

    return wrapper  # type: ignore[return-value]


def display() -> Display:
    """The display that the terminal and the options ask for."""
    settings = click.get_current_context().ensure_object(dict)
    return Display(_width(), _colored(settings["color"]), max(-1, min(1, settings["verbosity"])))


def _width() -> int:
    if "COLUMNS" not in os.environ and not (sys.__stdout__ and sys.__stdout__.isatty()):
        return Display().width
    import shutil  # noqa: PLC0415 - slow to import, and only a terminal has a size

    return max(shutil.get_terminal_size((Display().width, 24)).columns, NARROWEST)


def _colored(choice: str) -> bool:
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout is not None and sys.stdout.isatty())


def on_github() -> bool:
    """Whether a GitHub runner reads what is printed."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def links() -> Links | None:
    """Links to the judged commit if GitHub's runner names one in the environment. They only decorate reports."""
    server, repository, commit = (os.environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "SHA"))
    tree = f"{server}/{repository}/blob/{commit}"
    return Links(tree) if re.fullmatch(_TREE, tree) else None


class DayType(click.ParamType):  # type: ignore[type-arg]  # click 8.1's is not generic
    """A date as ``YYYY-MM-DD``."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Parse the date; a usage error if it is malformed."""
        if isinstance(value, date):
            return value
        try:
            return _day(value)
        except ValueError:
            self.fail(f"{value!r} is not a day like 2026-01-31", param, ctx)


def _day(text: str) -> date:
    """Parse ``YYYY-MM-DD`` only: ``date.fromisoformat`` takes 20260131 and 2026-W05-6 as well."""
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(text)
    return date.fromisoformat(text)


def today() -> date:
    """The current date in UTC."""
    return datetime.now(UTC).date()


def judging_options(function: Command) -> Command:
    """Add the operands, and the options that decide how services are judged."""
    decorators = (
        click.argument("paths", nargs=-1, metavar="[PATH]..."),
        policy_option,
        click.option("--waivers", metavar="FILE", multiple=True, help="Waivers; repeatable. [default: as configured]"),
        click.option("--no-waivers", is_flag=True, help="Judge as if there were no waivers."),
        click.option(
            "--measurements", metavar="FILE", multiple=True, help="Snapshots; repeatable. [default: as configured]"
        ),
        click.option("--no-measurements", is_flag=True, help="Judge by what the manifests say."),
        click.option(
            "--as-of", type=DayType(), default=today, show_default="today in UTC", help="Judge as of this day."
        ),
    )
    for decorate in reversed(decorators):
        function = decorate(function)
    return function


def policy_option(function: Command) -> Command:
    """Add ``--policy``."""
    words = "The policy. [default: as configured, else the shipped default]"
    return click.option("--policy", metavar="FILE|NAME|package:NAME/FILE", help=words)(function)
