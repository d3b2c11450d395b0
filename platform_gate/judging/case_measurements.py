"""What a case of a policy test says was measured: a snapshot beside the test, or values written down in the case."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from platform_gate.documents.document import Document, DocumentError
from platform_gate.judging.manifest import Measure
from platform_gate.measurements import snapshot
from platform_gate.measurements.measured import Measurements
from platform_gate.model import At, GateError, Problem
from platform_gate.readings import Measured

COLLECTED_AT: Final = "2000-01-01T00:00:00Z"
"""Of values in a case. It decides nothing: each value has a date of its own."""


def inline(document: Document, at: At, measurements: Mapping[str, Any], service: str) -> Measure:
    """The measured values of a case, which stand at ``at`` in the document of the test.

    Raises:
        DocumentError: they are not what a snapshot may hold.
    """
    try:
        read = Measurements([snapshot.read(_lines(measurements, service), "measurements")])
        answer = read.of(service)
    except GateError as error:
        raise document.refuse(Problem(at, error.message, error.fix)) from None
    if answer.refusals:
        raise document.refuse(*(Problem(at, refusal.message, refusal.fix) for refusal in answer.refusals))
    return lambda _name: answer.measured


def of_file(content: bytes, path: str, service: str) -> Measure:
    """The measured values of a snapshot's file.

    Raises:
        DocumentError: it is broken.
    """
    read = Measurements([snapshot.read(content, path)])
    answer = read.of(service)
    if answer.refusals:
        raise DocumentError(*answer.refusals)
    return lambda name: answer.measured if name == service else Measured({}, (), read.sources)


def _lines(measurements: Mapping[str, Any], service: str) -> bytes:
    """The values of a case as a snapshot of one service."""
    values = measurements["values"]
    header = {
        "apiVersion": "platform-gate/v1",
        "kind": "Measurements",
        "collected_at": COLLECTED_AT,
        "sources": measurements.get("sources") or _sources(values),
    }
    return b"".join(json.dumps(line).encode() + b"\n" for line in (header, {"service": service, "values": values}))


def _sources(values: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Sources that claim what they have values of."""
    names = dict.fromkeys(str(value.get("source", "")) for value in values)
    return {
        name: {
            "type": "prometheus",
            "provides": list(
                dict.fromkeys(str(value.get("at", "")) for value in values if value.get("source") == name)
            ),
            "ok": True,
        }
        for name in names
    }
