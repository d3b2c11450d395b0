"""Which fields can be measured at all: what the subsystems say, asked of all of them at once."""

from __future__ import annotations

from functools import lru_cache

from platform_gate.subsystems import SUBSYSTEMS


@lru_cache(maxsize=64 * 1024)
def field_of(at: str) -> str | None:
    """The field that an ``at`` fills, such as ``cost`` for ``cost/2026-10``; None where no subsystem knows it."""
    return next((field for subsystem in SUBSYSTEMS.values() if (field := subsystem.field_of(at))), None)


def claimable() -> list[str]:
    """What a source may say that it provides, beside every ``at``: whole sections."""
    return sorted(section for subsystem in SUBSYSTEMS.values() for section in subsystem.MEASURED)


def is_field(provided: str) -> bool:
    """Whether a source can provide this."""
    return provided in claimable() or field_of(provided) is not None
