"""Rendering of templates: every value is escaped and printable; style and script are known by their hash."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platform_gate.model import GateError
from platform_gate.text import log_html, printable

if TYPE_CHECKING:
    from jinja2 import Environment, Template


@cache
def environment() -> Environment:
    """The template engine.

    Raises:
        GateError: Jinja2 is not installed.
    """
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - only the page needs it
    except ImportError:
        raise GateError(
            "the page needs Jinja2, which is not installed", "Install platform-gate with the extra: platform-gate[html]"
        ) from None
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def template(name: str) -> Template:
    """A template by its file name."""
    return environment().get_template(name)


def asset(name: str) -> tuple[Any, str]:
    """The style or script as markup, and its hash as a source for the Content-Security-Policy."""
    from markupsafe import Markup  # noqa: PLC0415 - comes with Jinja2

    engine = environment()
    assert engine.loader is not None  # noqa: S101 - set above
    text = engine.loader.get_source(engine, name)[0]
    digest = b64encode(sha256(text.encode()).digest()).decode()
    return Markup(text), f"'sha256-{digest}'"  # noqa: S704 - a file of ours, without any value


def markup(text: str) -> Any:
    """Mark the output of a template as safe for another template."""
    from markupsafe import Markup  # noqa: PLC0415 - comes with Jinja2

    return Markup(text)  # noqa: S704 - its values were escaped when it was made


def _shown(value: Any) -> Any:
    """Make a value printable and free of a CI runner's commands, before the engine escapes it."""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    text = printable(value)
    return text if log_html(text) == text else _disarmed(text)


def _disarmed(text: str) -> Any:
    """Text that holds a runner's command, as markup that holds none: Jinja2 alone would leave it as it is."""
    from markupsafe import Markup, escape  # noqa: PLC0415 - comes with Jinja2

    return Markup(log_html(str(escape(text))))  # noqa: S704 - escaped before
