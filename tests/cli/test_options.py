"""Days, and what the terminal and the options ask for."""

import sys
from collections.abc import Callable
from datetime import date

import click
import pytest

from platform_gate.cli.main import cli
from platform_gate.cli.options import LINKING_VARIABLES, NARROWEST, DayType, display, display_options
from platform_gate.reports.outcome import Display

Show = Callable[..., Display]


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Show:
    """The display of a command line such as `-q show -v`."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM", "TERM_PROGRAM", *LINKING_VARIABLES):
        monkeypatch.delenv(name, raising=False)
    seen: list[Display] = []

    @click.command()
    @display_options
    def command() -> None:
        seen.append(display())

    def run(*words: str) -> Display:
        monkeypatch.setitem(cli.commands, "show", command)
        cli.main(list(words), standalone_mode=False)
        return seen[-1]

    return run


@pytest.mark.parametrize(
    ("words", "verbosity"),
    [
        (["show"], 0),
        (["-v", "show"], 1),
        (["show", "-v"], 1),
        (["show", "--quiet"], -1),
        (["-q", "show", "-q"], -1),
        (["-v", "show", "-v"], 1),
        (["-q", "show", "-v"], 0),
    ],
)
def test_verbosity_may_be_asked_for_before_and_after_the_command(show: Show, words: list[str], verbosity: int) -> None:
    assert show(*words).verbosity == verbosity


@pytest.mark.parametrize(
    ("environment", "terminal", "links"),
    [
        ({}, True, False),
        ({"TERM_PROGRAM": "WezTerm"}, True, True),
        ({"TERM": "xterm-kitty"}, True, True),
        ({"VTE_VERSION": "7200"}, True, True),
        ({"VTE_VERSION": "7200"}, False, False),
        ({"VTE_VERSION": "7200", "FORCE_COLOR": "1"}, False, False),
        ({"VTE_VERSION": "7200", "NO_COLOR": "1"}, True, False),
        ({"VTE_VERSION": "7200", "TERM": "dumb"}, True, False),
        ({"TERM_PROGRAM": "Apple_Terminal"}, True, False),
    ],
)
def test_links_are_for_terminals_that_are_known_to_show_them(
    show: Show,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    terminal: bool,  # noqa: FBT001
    links: bool,  # noqa: FBT001
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    assert show("show").links is links


@pytest.mark.parametrize(
    ("words", "environment", "terminal", "color"),
    [
        ([], {}, False, False),
        ([], {}, True, True),
        ([], {"NO_COLOR": "1"}, True, False),
        ([], {"NO_COLOR": ""}, True, True),
        ([], {"TERM": "dumb"}, True, False),
        ([], {"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
        (["--color", "always"], {"TERM": "dumb"}, True, True),
        ([], {"FORCE_COLOR": "1"}, False, True),
        ([], {"FORCE_COLOR": ""}, False, False),
        ([], {"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        (["--color", "always"], {"NO_COLOR": "1"}, False, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, True, False),
        (["--color", "auto"], {"FORCE_COLOR": "1"}, False, True),
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_colour(  # noqa: PLR0913, PLR0917 - one column each
    show: Show,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    environment: dict[str, str],
    terminal: bool,  # noqa: FBT001
    color: bool,  # noqa: FBT001
    before: bool,  # noqa: FBT001
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    line = [*words, "show"] if before else ["show", *words]
    assert show(*line).color is color


def test_the_later_wish_for_colour_wins(show: Show) -> None:
    assert show("--color", "never", "show", "--color", "always").color is True


@pytest.mark.parametrize(("columns", "width"), [("140", 140), ("80", 80), ("5", NARROWEST)])
def test_the_width_is_the_terminals(show: Show, monkeypatch: pytest.MonkeyPatch, columns: str, width: int) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert show("show").width == width


def test_a_day_is_read() -> None:
    assert DayType().convert("2026-11-23", None, None) == date(2026, 11, 23)
    assert DayType().convert(date(2026, 11, 23), None, None) == date(2026, 11, 23)


@pytest.mark.parametrize(
    "text",
    [
        *("", "2026", "2026-11", "20261123", "2026-11-31", "2026-13-01", "2026-02-29", "0000-01-01", "10000-01-01"),
        *("2026-W48-1", "2026-1-1", " 2026-11-3", "2026-11-23T00:00", "2026/11/23", "23-11-2026", "today"),
        "\u0662\u0660\u0662\u0666-11-23",
    ],
)
def test_anything_else_is_no_day(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is not a day like 2026-01-31"):
        DayType().convert(text, None, None)
