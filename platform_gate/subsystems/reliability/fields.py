"""How reliability is measured: the fields of a snapshot, and measured metrics in place of typed ones."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from platform_gate.readings import DECLARED, TYPED_ON, Overlay, Want
from platform_gate.text import listing

SECTION: Final = "reliability"

METRICS: Final = {
    "uptime_pct": Want("", (), "uptime", "percent", at_most=100),
    "mttr_minutes": Want("", (), "MTTR", "minutes", may_be_empty=True),
    "incidents_30d": Want("", (), "the number of incidents", "count", window="30d", implied=True, whole=True),
    "change_failure_rate_pct": Want("", (), "the change failure rate", "percent", at_most=100, may_be_empty=True),
}
"""How each metric is measured. Without incidents there is no MTTR, and without deployments no failure rate: there "no
data" is an answer."""


def field_of(at: str) -> str | None:
    """Each metric is a field: ``reliability/METRIC``."""
    section, _, metric = at.partition("/")
    return at if section == SECTION and metric in METRICS else None


def wants(manifest: Mapping[str, Any], _limits: object) -> list[Want]:
    """Every metric."""
    spec = manifest["spec"]
    section = spec.get(SECTION, {})
    day = section.get(TYPED_ON) or spec.get(TYPED_ON, "")
    return [_want(metric, metric in section, day if metric in section else "") for metric in METRICS]


@lru_cache(maxsize=1024)
def _want(metric: str, typed: bool, day: str) -> Want:  # noqa: FBT001 - the key of a cache
    place = ("spec", SECTION, metric)
    return METRICS[metric]._replace(field=f"{SECTION}/{metric}", place=place, typed=typed, typed_on=day, dated=True)


def merged(section: Mapping[str, Any], overlay: Overlay) -> dict[str, Any]:
    """Measured metrics, and typed ones where nobody else's number counts."""
    typed = {key: value for key, value in section.items() if key != TYPED_ON}
    if not overlay.owners:
        return typed
    measurements = {at.partition("/")[2]: value for at, value in overlay.values.items()}
    kept = {metric: value for metric, value in typed.items() if f"{SECTION}/{metric}" not in overlay.owners}
    values = {metric: value.value for metric, value in measurements.items()}
    return {**kept, **values, "measurements": measurements, "owner": _owner(overlay)}


def _owner(overlay: Overlay) -> str | None:
    """Who has to measure the metrics: sources, or nobody yet (empty); None where somebody may type them."""
    owners = sorted(set(overlay.owners.values()) - {DECLARED})
    return listing(filter(None, owners)) if owners else None
