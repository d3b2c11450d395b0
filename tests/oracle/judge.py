"""Files to a verdict, by the oracle alone: what a gate ought to answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from tests.oracle.evaluator import DEFAULT, Exists, Figures, Totals, effective, evaluate, exit_code, totals
from tests.oracle.manifest import Invalid, problems
from tests.oracle.reader import Refused, read


@dataclass(frozen=True)
class Judged:
    """The oracle's answer: figures of what could be judged, and what could not, as (path, reason)."""

    services: tuple[Figures, ...]
    refused: tuple[tuple[str, str], ...]
    totals: Totals
    exit_code: int


def judge(
    files: Iterable[tuple[str, bytes]],
    policy: Mapping[str, Any] = DEFAULT,
    *,
    as_of: date,
    fail_on: Collection[str] | None = None,
    exists: Exists = lambda _: True,
) -> Judged:
    """Judge manifests under a policy's spec (extends merged)."""
    loaded = [(path, documents_of(raw)) for path, raw in files]
    return judge_documents(loaded, policy, as_of=as_of, fail_on=fail_on, exists=exists)


@lru_cache(maxsize=64)
def documents_of(raw: bytes) -> list[Any] | Refused:
    """What the reader makes of a file; the same bytes are read once in a process."""
    try:
        return read(raw)
    except Refused as error:
        return error


def judge_documents(
    files: Iterable[tuple[str, list[Any] | Refused]],
    policy: Mapping[str, Any] = DEFAULT,
    *,
    as_of: date,
    fail_on: Collection[str] | None = None,
    exists: Exists = lambda _: True,
) -> Judged:
    """Judge what was read already."""
    services: dict[str, Figures] = {}
    refused: list[tuple[str, str]] = []
    for path, documents in sorted(files, key=lambda pair: pair[0]):
        if isinstance(documents, Refused):
            refused.append((path, documents.reason))
            continue
        for data in documents:
            try:
                check(data, policy, as_of, path)
            except Invalid as error:
                refused.append((path, str(error)))
                continue
            name = data["metadata"]["name"]
            if name in services:
                refused.append((path, f"duplicate service {name}"))
            else:
                services[name] = evaluate(data, policy, as_of=as_of, path=path, exists=exists)
    fleet = tuple(services.values())
    return Judged(fleet, tuple(refused), totals(fleet), exit_code(fleet, fail_on, unjudged=bool(refused)))


def check(data: Any, policy: Mapping[str, Any], as_of: date, path: str) -> None:
    """Validate a manifest under its effective policy; raises Invalid."""
    spec = fitting(policy, data, path)
    checks = [name for name, shape in spec["governance"]["checks"].items() if shape is not None]
    found = problems(data, as_of=as_of, checks=checks, max_prelaunch_days=int(spec["gate"]["max_prelaunch_days"]))
    if found:
        raise Invalid(found)


def fitting(policy: Mapping[str, Any], data: Any, path: str) -> dict[str, Any]:
    """The effective spec, as far as broken metadata lets one tell."""
    try:
        return effective(policy, data, path)
    except (AttributeError, KeyError, TypeError, ValueError):
        return dict(policy)
