"""The peers that the gate is compared with: how they are started, and what they do."""

from __future__ import annotations

import platform
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.measure import Command
from benchmarks.places import SCHEMA, Places


class Peer(NamedTuple):
    """A program that does a part of the gate's work: it validates manifests against the schema, and nothing else.

    A ``slow`` one is measured on one fleet, on two cores.
    """

    name: str
    does: str
    words: Callable[[Places, Path], list[str | Path]]
    npm: bool = False
    slow: bool = False

    def command(self, places: Places, folder: Path, cores: int) -> Command:
        """The command that runs it on a fleet."""
        return Command(self.words(places, folder), folder, cores)


def _ajv(places: Places, _: Path) -> list[str | Path]:
    return [places.node("ajv"), "validate", "--spec=draft2020", "-s", SCHEMA, "-d", "services/**/*.yaml"]


def _jsonschema(places: Places, _: Path) -> list[str | Path]:
    return [binary(places), "validate", "--fast", SCHEMA, "services", "--extension", ".yaml"]


def binary(places: Places) -> Path:
    """The C++ program of the package from npm: its wrapper would start node first."""
    machine = {"aarch64": "arm64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    name = f"jsonschema-{platform.system().lower()}-{machine}"
    file = places.package("@sourcemeta/jsonschema") / "build" / "github-releases" / name
    return file if file.exists() else places.node("jsonschema")


def _check_jsonschema(places: Places, folder: Path) -> list[str | Path]:
    files = sorted(str(file.relative_to(folder)) for file in (folder / "services").rglob("*.yaml"))
    return [places.python_tool("check-jsonschema"), "--schemafile", SCHEMA, *files]


AJV: Final = Peer("ajv-cli", "runs in node and reads YAML by js-yaml", _ajv, npm=True)
JSONSCHEMA: Final = Peer(
    "jsonschema",
    "is `@sourcemeta/jsonschema`, written in C++, started without node, with `--fast`",
    _jsonschema,
    npm=True,
)
CHECK_JSONSCHEMA: Final = Peer(
    "check-jsonschema", "is written in Python and reads YAML by ruamel.yaml", _check_jsonschema, slow=True
)
PEERS: Final = (AJV, JSONSCHEMA, CHECK_JSONSCHEMA)
