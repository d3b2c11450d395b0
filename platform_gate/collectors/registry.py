"""The types of sources. To add one, write its module, a line here, and a section of `schemas/sources.schema.json`."""

from __future__ import annotations

from importlib import import_module
from typing import Final, cast

from platform_gate.collectors.source import Collector

COLLECTORS: Final = {
    "prometheus": "platform_gate.collectors.prometheus",
    "file": "platform_gate.collectors.file",
    "focus": "platform_gate.collectors.focus",
    "sql": "platform_gate.collectors.sql",
    "datadog": "platform_gate.collectors.datadog",
    "pagerduty": "platform_gate.collectors.pagerduty",
    "github": "platform_gate.collectors.github",
    "infracost": "platform_gate.collectors.infracost",
}
"""Modules by the type of a source, imported when a source of that type is asked."""


def collector(kind: str) -> Collector:
    """The collector of a type in ``COLLECTORS``."""
    return cast("Collector", import_module(COLLECTORS[kind]))
