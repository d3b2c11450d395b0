"""Measured values and their sources, read back from a report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from platform_gate.judging.snapshots import MeasuredBy, SnapshotFile
from platform_gate.readings import Measurement, Source

Data = Mapping[str, Any]
_TEXTS: Final = ("source", "unit", "window", "observed_at", "path")


def measurement(row: Data) -> Measurement:
    """The value that a finding rests on; reports don't say by which ``at``."""
    source, unit, window, observed, path = (str(row[key] or "") for key in _TEXTS)
    return Measurement("", source, row["value"], unit, window, observed, path=path, line=row["line"])


def measured_by(shown: Data) -> MeasuredBy | None:
    """By which snapshots and sources a report was measured."""
    if "measurements" not in shown:
        return None
    files = [SnapshotFile(**each) for each in shown["measurements"]["snapshots"]]
    return MeasuredBy(tuple(files), tuple(map(source, shown["measurements"]["sources"])))


def source(row: Data) -> Source:
    """A source of a snapshot, as a report lists it."""
    provides, services = tuple(row["provides"]), tuple(row["services"])
    return Source(row["name"], row["type"], provides, row["ok"], row["error"] or "", services)
