"""Which source fills which field of which service: a claimed field has one owner, and what people type is not it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache

from platform_gate import matching
from platform_gate.readings import Source, Want
from platform_gate.subsystems.measurable import field_of

EVERYBODY = ("*",)


def covers(provided: str, at: str) -> bool:
    """Whether a field that a source provides holds an ``at``: it is the same, or the section around it."""
    return at == provided or at.startswith(provided + "/")


@lru_cache(maxsize=4096)
def owners(claimed: tuple[Source, ...], want: Want) -> tuple[Source, ...]:
    """Of the sources that claim a service those that fill a field."""
    return tuple(source for source in claimed if any(_fills(field, want) for field in source.provides))


def _fills(provided: str, want: Want) -> bool:
    if provided == want.field or field_of(provided) == want.field:
        return True
    return not want.apart and covers(provided, want.field)


Claimed = Callable[[Iterable[str]], tuple[Source, ...]]
"""Gives the sources that claim a service which bears, or bore, some names."""


def claims(sources: Mapping[str, Source]) -> Claimed:
    """Who claims a service, by the header's sources; remembered, since most services are claimed alike."""
    some = {name: source.services for name, source in sources.items() if source.services != EVERYBODY}

    @cache
    def of_sources(names: frozenset[str]) -> tuple[Source, ...]:
        return tuple(source for name, source in sources.items() if name in names)

    everybody = frozenset(sources.keys() - some.keys())

    if not some:
        claimed = of_sources(everybody)
        return lambda _names: claimed

    def of_service(names: Iterable[str]) -> tuple[Source, ...]:
        called = list(names)
        matched = (name for name, globs in some.items() if any(matching.matches(globs, service) for service in called))
        return of_sources(everybody.union(matched))

    return of_service
