"""The shortest way from a source's settings to what came of asking it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from platform_gate.collectors import collecting, configuration
from platform_gate.collectors.collecting import Result
from platform_gate.collectors.source import World
from platform_gate.measurements.writing import Value

AT = datetime(2025, 6, 30, 14, tzinfo=UTC)
NEVER = datetime(2025, 1, 1, tzinfo=UTC)


def document(sources: Mapping[str, Any], **spec: Any) -> bytes:
    data = {"apiVersion": "platform-gate/v1", "kind": "Sources", "spec": {**spec, "sources": sources}}
    return json.dumps(data).encode()


def world(folder: Path = Path("/nowhere"), at: datetime = AT, secrets: Mapping[str, str] = {}, **clocks: Any) -> World:
    """The real clocks, unless a test brings its own."""
    given = {"now": lambda: datetime.now(UTC), "monotonic": time.monotonic, "sleep": lambda _seconds: None, **clocks}
    return World(at=at, folder=folder, secrets=secrets, **given)


def ask(settings: Mapping[str, Any], names: Mapping[str, str] = {}, **about: Any) -> Result:
    """The result of one source named `it`."""
    read = configuration.load(document({"it": {"retries": 0, **settings}}), "platform-gate.sources.yaml")
    return collecting.ask(read.sources[0], names, world(**about))


def by_field(result: Result) -> dict[str, Value]:
    """Values by service and field: `payments slos/availability`."""
    assert not result.state.error, result.state.error
    return {f"{value.service} {value.at}": value for value in result.values}


def numbers(result: Result) -> dict[str, str]:
    """Numbers as text, or the error, by service and field."""
    return {name: _shown(value) for name, value in by_field(result).items()}


def _shown(value: Value) -> str:
    return value.error if value.value is None else f"{value.value.normalize():f}"
