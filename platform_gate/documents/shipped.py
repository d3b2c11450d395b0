"""What travels with the package: schemas and policies, found alike in a wheel, an editable install and a checkout."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any, Final

from platform_gate.documents.document import MAX_BYTES, Document, read_one
from platform_gate.model import GateError
from platform_gate.text import quote, suggestion

DEFAULT_POLICY: Final = "default"
PACKAGE_PREFIX: Final = "package:"


def folder(name: str) -> Path:
    """``schemas`` or ``policies``: inside the installed package, else at the top of the checkout beside it."""
    package = Path(__file__).resolve().parents[1]
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
    import json  # noqa: PLC0415 - a run with the extra `fast` hands the text on

    loaded: dict[str, Any] = json.loads(schema_bytes(name))
    return loaded


def policy_names() -> list[str]:
    """The names of the shipped policies."""
    return sorted(path.stem for path in folder("policies").glob("*.yaml"))


@cache
def policy(name: str) -> Document:
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
    return read_one(content, f"policies/{name}.yaml")


def default_limits(section: str) -> Any:
    """A section of the default policy's ``spec``: the one place where defaults live."""
    return policy(DEFAULT_POLICY).data["spec"][section]


def package_file(reference: str) -> tuple[bytes, str]:
    """A file that travels with an installed Python package, ``package:NAME/FILE``, and how it is called in messages.

    The package is found without importing it, so none of its code runs; the working directory is no place to look.

    Raises:
        GateError: there is no such package or file.
    """
    name, _, file = reference.removeprefix(PACKAGE_PREFIX).partition("/")
    from importlib.machinery import PathFinder  # noqa: PLC0415 - most policies are shipped or files

    elsewhere = [path for path in sys.path if path not in ("", str(Path.cwd()))]
    spec = PathFinder.find_spec(name.replace("-", "_"), elsewhere)
    if spec is None or not spec.submodule_search_locations:
        raise GateError(f"there is no installed package {quote(name)}", "Install it beside platform-gate.")
    top = Path(next(iter(spec.submodule_search_locations))).resolve()
    found = (top / file).resolve()
    if not found.is_relative_to(top) or not found.is_file():
        raise GateError(f"the package {quote(name)} has no file {quote(file)}", "Check the name of the file.")
    with found.open("rb") as opened:
        return opened.read(MAX_BYTES + 1), reference
