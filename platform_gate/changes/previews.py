"""What a change's own rules would say of services: shown as a preview, and deciding nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from platform_gate.judging.runner import Run
from platform_gate.model import HealthStatus


class Preview(NamedTuple):
    """A service whose health changes once the head's own rules hold: shown, and decides nothing yet."""

    service: str
    health: HealthStatus
    merged: HealthStatus


def previews(head: Run, merged: Run) -> Iterator[Preview]:
    """Services whose health differs between ``head`` (judged by the base's rules) and ``merged`` (by its own)."""
    after = {judged.name: judged.health for judged in merged.services}
    for judged in head.services:
        name = judged.name
        if name in after and after[name] is not judged.health:
            yield Preview(name, judged.health, after[name])
