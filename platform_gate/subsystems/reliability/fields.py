"""How reliability is measured: the fields of a snapshot, and measured metrics in place of typed ones."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from platform_gate.readings import DECLARED, TYPED_ON, Overlay, Together, Want
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


def wants(manifest: Mapping[str, Any], _limits: object) -> tuple[Together]:
    """Every metric."""
    spec = manifest["spec"]
    section = spec.get(SECTION, {})
    typed = tuple([metric for metric in METRICS if metric in section])
    return (_wants(typed, section.get(TYPED_ON) or spec.get(TYPED_ON, "")),)


@lru_cache(maxsize=1024)
def _wants(typed: tuple[str, ...], day: str) -> Together:
    return tuple(_want(metric, metric in typed, day if metric in typed else "") for metric in METRICS)


def _want(metric: str, typed: bool, day: str) -> Want:  # noqa: FBT001 - internal
    place = ("spec", SECTION, metric)
    return METRICS[metric]._replace(field=f"{SECTION}/{metric}", place=place, typed=typed, typed_on=day, dated=True)


def merged(section: Mapping[str, Any], overlay: Overlay) -> dict[str, Any]:
    """Measured metrics, and typed ones where nobody else's number counts."""
    owners = overlay.owners
    found = {key: value for key, value in section.items() if key != TYPED_ON and _AT.get(key) not in owners}
    if not owners:
        return found
    found["measurements"] = measurements = {at[_PREFIX:]: value for at, value in overlay.values.items()}
    for metric, value in measurements.items():
        found[metric] = value.value
    found["owner"] = _owner(tuple(owners.values()))
    return found


_AT: Final = {metric: f"{SECTION}/{metric}" for metric in METRICS}
_PREFIX: Final = len(SECTION) + 1


@lru_cache(maxsize=1024)
def _owner(owners: tuple[str, ...]) -> str | None:
    """Who has to measure the metrics: sources, or nobody yet (empty); None where somebody may type them."""
    several = sorted(set(owners) - {DECLARED})
    return listing(filter(None, several)) if several else None
