"""A source as its settings describe it, what a collector may ask of the world, and what it answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from platform_gate.measurements.writing import Value
from platform_gate.model import GateError

SUFFIX: Final = "_env"
"""A setting whose name ends like this names an environment variable that holds a secret."""


class Limits(NamedTuple):
    """How long one request may take (seconds), how often it is repeated, and how large an answer may be (bytes)."""

    timeout: float
    retries: int
    max_bytes: int


class Source(NamedTuple):
    """One entry of a `Sources` document. ``services`` are globs: the services that it claims."""

    name: str
    type: str
    settings: Mapping[str, Any]
    limits: Limits
    services: tuple[str, ...] = ("*",)


class World(NamedTuple):
    """What a collector may ask of the world.

    ``at`` is the moment that the values are asked for, ``now`` the clock on the wall and ``monotonic`` a clock in
    seconds. Paths are relative to ``folder``, and ``secrets`` holds environment variables by name.
    """

    at: datetime
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    folder: Path
    secrets: Mapping[str, str]


class Answer(NamedTuple):
    """What a collector brings: values under the source's own names for services, and remarks for people."""

    values: tuple[Value, ...]
    remarks: tuple[str, ...] = ()


class Collector(Protocol):
    """What a collector's module offers."""

    def provides(self, settings: Mapping[str, Any]) -> tuple[str, ...]:
        """The fields that the source answers for, known before it is asked: ``slos``, ``reliability/uptime_pct``."""

    def queries(self, source: Source, world: World) -> Iterator[str]:
        """What it will ask, for `--print-queries`: without secrets, and without asking."""

    def collect(self, source: Source, world: World) -> Answer:
        """The values; raises ``SourceError`` where the source can't be asked or its answer can't be used."""


class SourceError(GateError):
    """A source that failed: the others are still asked.

    ``said`` is what the server said, unchecked: it may hold secrets, and is shown redacted and shortened only.
    """

    def __init__(self, message: str, fix: str = "", said: str = "") -> None:
        super().__init__(message, fix)
        self.said = said


def secret(world: World, name: str) -> str:
    """The value of an environment variable, without surrounding white space.

    Raises:
        SourceError: it isn't set, or holds what no header may hold.
    """
    value = world.secrets.get(name, "").strip()
    if not value:
        raise SourceError(f"the environment variable {name} is not set", "Set it where `collect` runs.")
    if not re.fullmatch(r"[\x20-\x7e]+", value):
        message = f"the environment variable {name} contains characters that are invalid in a credential"
        raise SourceError(message, "Check how it is set; a line break is a common cause.")
    return value


def secret_names(settings: Any) -> Iterator[str]:
    """The environment variables that some settings name."""
    if isinstance(settings, Mapping):
        for key, value in settings.items():
            if key.endswith(SUFFIX):
                yield from value.values() if isinstance(value, Mapping) else [value]
            else:
                yield from secret_names(value)
    elif isinstance(settings, list):
        for item in settings:
            yield from secret_names(item)
