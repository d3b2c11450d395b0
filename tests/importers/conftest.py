"""What the tests of all formats share: a descriptor in, drafts out."""

from collections.abc import Callable
from textwrap import dedent
from typing import Any

import pytest

from platform_gate.importers.collection import Collection, Source, collect
from platform_gate.importers.combining import TierMap
from platform_gate.importers.drafts import Gap, Value

Import = Callable[..., Collection]


@pytest.fixture
def imported() -> Import:
    """Import one text of a format."""

    def run(form: str, text: str, tiers: dict[str, int] | None = None, *, path: str = "a.yaml") -> Collection:
        source = Source(form, path, dedent(text).encode())
        return collect([source], TierMap("tiers.yaml", tiers or {}))

    return run


def facts(collection: Collection, name: str) -> dict[str, Any]:
    """The values of a service as flat text, and its gaps as their kind and reason."""
    entries = collection.drafts[name].entries
    return {"/".join(map(str, at[1:])): _shown(entry) for at, entry in entries.items()}


def _shown(entry: Value | Gap) -> str:
    return str(entry.value) if isinstance(entry, Value) else f"{entry.kind}: {entry.why}"
