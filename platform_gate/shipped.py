"""What travels with the package: schemas and policies, found alike in a wheel, an editable install and a checkout."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from platform_gate import documents
from platform_gate.model import GateError
from platform_gate.text import quote, suggestion

DEFAULT_POLICY: Final = "default"


def folder(name: str) -> Path:
    """``schemas`` or ``policies``: inside the installed package, else at the top of the checkout beside it."""
    package = Path(__file__).resolve().parent
    inside = package / name
    return inside if inside.is_dir() else package.parent / name


def schema_names() -> list[str]:
    """The names that ``schema`` and ``schema_bytes`` know."""
    return sorted(path.name.removesuffix(".schema.json") for path in folder("schemas").glob("*.schema.json"))


def schema_bytes(name: str) -> bytes:
    """A JSON Schema as it is shipped."""
    return (folder("schemas") / f"{name}.schema.json").read_bytes()


@cache
def schema(name: str) -> dict[str, Any]:
    """A JSON Schema as data."""
    loaded: dict[str, Any] = json.loads(schema_bytes(name))
    return loaded


def policy_names() -> list[str]:
    """The names of the shipped policies."""
    return sorted(path.stem for path in folder("policies").glob("*.yaml"))


@cache
def policy(name: str) -> documents.Document:
    """A shipped policy.

    Raises:
        GateError: there is none of that name.
    """
    if name not in policy_names():
        known = suggestion(name, policy_names())
        raise GateError(
            f"there is no shipped policy {quote(name)}", f"{known} A file is named with its path or suffix."
        )
    content = (folder("policies") / f"{name}.yaml").read_bytes()
    return documents.read_one(content, f"policies/{name}.yaml")


def default_limits(section: str) -> Any:
    """A section of the default policy's ``spec``: the one place where defaults live."""
    return policy(DEFAULT_POLICY).data["spec"][section]
