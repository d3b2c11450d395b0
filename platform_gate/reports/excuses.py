"""Why a finding doesn't decide, as the JSON report shows it: its waiver, or its exemption."""

from __future__ import annotations

from typing import Any

from platform_gate.model import Excuse, Exemption
from platform_gate.text import printable, real_path


def excused(excuse: Excuse | Exemption | None) -> dict[str, Any]:
    """The key of a finding that says why it doesn't decide; none if it does."""
    if isinstance(excuse, Exemption):
        return {"exemption": _exemption(excuse)}
    return {"waiver": _waiver(excuse)} if excuse else {}


def _exemption(exemption: Exemption) -> dict[str, Any]:
    return {
        "change": exemption.change,
        "reason": printable(exemption.reason),
        "at_most": str(exemption.at_most),
        "path": real_path(exemption.location.path),
        "line": exemption.location.line,
    }


def _waiver(excuse: Excuse) -> dict[str, Any]:
    return {
        "reason": printable(excuse.reason),
        "approved_by": excuse.approved_by,
        "expires": excuse.expires.isoformat(),
        "days_left": excuse.days_left,
        "ticket": excuse.ticket or None,
        **({"cause": excuse.cause} if excuse.cause else {}),
        **({"incident": printable(excuse.incident)} if excuse.incident else {}),
        "path": real_path(excuse.location.path),
        "line": excuse.location.line,
    }
