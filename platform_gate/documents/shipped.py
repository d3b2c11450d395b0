"""The schemas and policies that ship with the package, in a wheel, an editable install and a checkout alike."""

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
    """The folder ``schemas`` or ``policies``: in the installed package, else at the top of the checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / name
    return inside if inside.is_dir() else package.parent / name


def schema_names() -> list[str]:
    """The sorted names that ``schema`` and ``schema_bytes`` take."""
    return sorted(path.name.removesuffix(".schema.json") for path in folder("schemas").glob("*.schema.json"))


def schema_bytes(name: str) -> bytes:
    """A shipped JSON Schema as text, in UTF-8."""
    return (folder("schemas") / f"{name}.schema.json").read_bytes()


@cache
def schema(name: str) -> dict[str, Any]:
    """A shipped JSON Schema as data. Don't change it: it is cached."""
    import json  # noqa: PLC0415 - a run with the extra `fast` hands the text on

    loaded: dict[str, Any] = json.loads(schema_bytes(name))
    return loaded


def policy_names() -> list[str]:
    """The sorted names of the shipped policies."""
    return sorted(path.stem for path in folder("policies").glob("*.yaml"))


@cache
def policy(name: str) -> Document:
    """A shipped policy.

    Raises:
        GateError: there is none of that name.
    """
    if name not in policy_names():
        known = suggestion(name, policy_names())
        raise GateError(f"there is no shipped policy {quote(name)}", f"{known} For a file, write its path or suffix.")
    content = (folder("policies") / f"{name}.yaml").read_bytes()
    return read_one(content, f"policies/{name}.yaml")


def default_limits(section: str) -> Any:
    """A section of the default policy's ``spec``, which is the one place for defaults."""
    return policy(DEFAULT_POLICY).data["spec"][section]


def package_file(reference: str) -> tuple[bytes, str]:
    """The bytes of a file in an installed Python package, given as ``package:NAME/FILE``, and its name in messages.

    The package is found without importing it, so none of its code runs. The working directory is not searched: a pull
    request could put a package there.

    Raises:
        GateError: there is no such package or file.
    """
    name, _, file = reference.removeprefix(PACKAGE_PREFIX).partition("/")
    from importlib.machinery import PathFinder  # noqa: PLC0415 - most policies are shipped or files

    installed = [path for path in sys.path if path not in ("", str(Path.cwd()))]
    spec = PathFinder.find_spec(name.replace("-", "_"), installed)
    if spec is None or not spec.submodule_search_locations:
        raise GateError(
            f"there is no installed package {quote(name)}", "Install it in the environment of platform-gate."
        )
    top = Path(next(iter(spec.submodule_search_locations))).resolve()
    path = (top / file).resolve()
    if not path.is_relative_to(top) or not path.is_file():
        raise GateError(f"the package {quote(name)} has no file {quote(file)}", "Check the file name.")
    with path.open("rb") as stream:
        return stream.read(MAX_BYTES + 1), reference
