"""The effective policy as YAML, each value with a comment on where it was set. It loads again as the same policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from platform_gate.documents import shipped, yaml_writer
from platform_gate.model import At
from platform_gate.policy.layers import APPENDED, Layered, describe_origin
from platform_gate.policy.loading import Policy
from platform_gate.text import commas, printable

CHECKS: Final = ("governance", "checks")


def policy(shown: Policy, layered: Layered, whom: str = "") -> Iterator[str]:
    """The lines of a policy: the whole of it, or with ``whom`` (a service's name) the policy of that service."""
    spec = _with_removed(layered.data)
    if whom:
        spec = {**spec, "overrides": []}
    yield f"# The policy {shown.name} ({printable(shown.path)})" + (f" for the service {whom}." if whom else ".")
    yield "apiVersion: platform-gate/v1"
    yield "kind: Policy"
    yield f"metadata: {yaml_writer.flow({'name': shown.name})}"
    yield from yaml_writer.write({"spec": spec}, lambda at: _comment(layered, at[1:], spec))


def _comment(layered: Layered, at: At, spec: Mapping[str, Any]) -> str:
    """The origin of a value; for a list that layers extend, the origins of its items."""
    if at == ("overrides",) and spec["overrides"] != layered.data["overrides"]:
        return "applied"
    if at[:-1] == CHECKS and at[-1] not in layered.data["governance"]["checks"]:
        return "removed"
    entries = len(spec[str(at[0])]) if at in APPENDED else 0
    places = [(*at, index) for index in range(entries)] or [at]
    origins = dict.fromkeys(printable(describe_origin(layered.origin(place))) for place in places)
    return commas(origins, separator="; ")


def _with_removed(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data with a null for each of the default's checks that it lacks: loading it would bring them back."""
    checks = data["governance"]["checks"]
    removed = dict.fromkeys(name for name in shipped.default_limits("governance")["checks"] if name not in checks)
    return {**data, "governance": {**data["governance"], "checks": {**checks, **removed}}}
