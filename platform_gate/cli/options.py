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

from platform_gate.cli import completion
from platform_gate.policy.gate import Stage
from platform_gate.reports.outcome import Display, Links
from platform_gate.text import quote, typed

Command = TypeVar("Command", bound=Callable[..., Any])

COLOR_CHOICES: Final = ("auto", "always", "never")
LINKING_PROGRAMS: Final = ("ghostty", "Hyper", "iTerm.app", "rio", "Tabby", "vscode", "WezTerm")
LINKING_TERMINALS: Final = ("alacritty", "foot", "foot-extra", "xterm-ghostty", "xterm-kitty")
LINKING_VARIABLES: Final = frozenset({"DOMTERM", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "VTE_VERSION", "WT_SESSION"})
"""Terminals that show links, by what they put into the environment: links only decorate, like colour."""
NARROWEST: Final = 40
"""Columns, however narrow the terminal is."""
# The variables come from the environment and end up in links: only an address of the expected form is used.
_TREE: Final = r"https?://[A-Za-z0-9.:-]+/[A-Za-z0-9._-]+/[A-Za-z0-9._-]+/blob/[0-9a-f]{40,64}"


def display_options(function: Command) -> Command:
    """Add ``-q``, ``-v`` and ``--color``. Before and after a command's name they add up, in the context's ``obj``."""

    @click.option("-q", "--quiet", is_flag=True, help="Show only problems.")
    @click.option("-v", "--verbose", is_flag=True, help="Show all services in full, and notes.")
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
    colored = _colored(settings["color"])
    return Display(_width(), colored, max(-1, min(1, settings["verbosity"])), links=colored and _linked())


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
    return bool(os.environ.get("FORCE_COLOR")) or _on_terminal()


def _on_terminal() -> bool:
    """Whether standard output is a terminal that can do more than print characters."""
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _linked() -> bool:
    """Whether the terminal is known to show links (OSC 8)."""
    program, term = os.environ.get("TERM_PROGRAM", ""), os.environ.get("TERM", "")
    known = program in LINKING_PROGRAMS or term in LINKING_TERMINALS or not LINKING_VARIABLES.isdisjoint(os.environ)
    return known and _on_terminal()


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


class CommitType(click.ParamType):  # type: ignore[type-arg]  # as DayType
    """The name of one commit."""

    name = "REF"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Take the name as it is; a usage error if no repository could hold one commit of that name."""
        from platform_gate.repository import refs  # noqa: PLC0415 - most runs have no base

        if why := refs.objection(value):
            self.fail(f"{quote(typed(value))} names no commit: {why}", param, ctx)
        return str(value)


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
        click.argument("paths", nargs=-1, metavar="[PATH]...", shell_complete=completion.files),
        policy_option,
        click.option(
            "--waivers",
            metavar="FILE",
            multiple=True,
            shell_complete=completion.files,
            help="Waivers file; repeatable. [default: as configured]",
        ),
        click.option(
            "--measurements",
            metavar="FILE",
            multiple=True,
            shell_complete=completion.files,
            help="Snapshot of measured values; repeatable. [default: as configured]",
        ),
        click.option("--no-measurements", is_flag=True, help="Ignore snapshots; use the values in the manifests."),
        click.option("--no-waivers", is_flag=True, help="Ignore all waivers."),
        click.option("--as-of", type=DayType(), default=today, help="Check as of this day. [default: today in UTC]"),
    )
    for decorate in reversed(decorators):
        function = decorate(function)
    return function


def gate_options(function: Command) -> Command:
    """Add ``--for`` and ``--change``."""
    stage = click.option(
        "--for",
        "stage",
        type=click.Choice([str(stage) for stage in Stage]),
        callback=lambda _ctx, _param, value: Stage(value),
        default=str(Stage.MERGE),
        help="The gate that decides: the policy's gate.merge or gate.deploy. [default: merge]",
    )
    changes = click.option(
        "--change",
        "changes",
        metavar="KIND",
        multiple=True,
        shell_complete=completion.kinds_of_change,
        help="With --base: the kind of the change, for the policy's exemptions; repeatable.",
    )
    return stage(changes(function))


def policy_option(function: Command) -> Command:
    """Add ``--policy``."""
    return click.option(
        "--policy",
        metavar="FILE|NAME|package:NAME/FILE",
        shell_complete=completion.policies,
        help="The policy. [default: as configured, else `default`]",
    )(function)
