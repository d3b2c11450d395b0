"""The templates, filled in: every value is escaped and printable, the page's own style and script known by hash."""

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
    """The engine.

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
    """A template by its file's name."""
    return environment().get_template(name)


def asset(name: str) -> tuple[Any, str]:
    """The style or the script as markup, and the source that a Content-Security-Policy allows it by."""
    from markupsafe import Markup  # noqa: PLC0415 - comes with Jinja2

    engine = environment()
    assert engine.loader is not None  # noqa: S101 - set above
    text = engine.loader.get_source(engine, name)[0]
    digest = b64encode(sha256(text.encode()).digest()).decode()
    return Markup(text), f"'sha256-{digest}'"  # noqa: S704 - a file of ours, without any value


def markup(text: str) -> Any:
    """What a template made, so that another one takes it as it is."""
    from markupsafe import Markup  # noqa: PLC0415 - comes with Jinja2

    return Markup(text)  # noqa: S704 - its values were escaped when it was made


def _shown(value: Any) -> Any:
    """A value as text that hides nothing from a reader, and in whose source a CI runner finds no command."""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    text = printable(value)
    return text if log_html(text) == text else _disarmed(text)


def _disarmed(text: str) -> Any:
    """Text that holds a runner's command, as markup that holds none: Jinja2 alone would leave it as it is."""
    from markupsafe import Markup, escape  # noqa: PLC0415 - comes with Jinja2

    return Markup(log_html(str(escape(text))))  # noqa: S704 - escaped before
