"""The peers that the gate is compared with: how they are started, and the goals of the comparison."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from benchmarks import fleets
from benchmarks.measure import Command
from benchmarks.places import SCHEMA, Places

NO_GOALS: Final[Mapping[int, float]] = MappingProxyType({})
MANY: Final = 10_000


class Peer(NamedTuple):
    """A program that does a part of the gate's work.

    ``most`` is the size of the largest fleet that it gets, since some are slow. ``goals`` are the largest ratios of our
    time to its time, by size of the fleet.
    """

    name: str
    does: str
    words: Callable[[Places, Path], list[str | Path]]
    most: int
    goals: Mapping[int, float] = NO_GOALS
    npm: bool = False

    def command(self, places: Places, folder: Path) -> Command:
        """The command that runs it on a fleet."""
        return Command(self.words(places, folder), folder)


def _ajv(places: Places, _: Path) -> list[str | Path]:
    return [places.node("ajv"), "validate", "--spec=draft2020", "-s", SCHEMA, "-d", "services/**/*.yaml"]


def _check_jsonschema(places: Places, folder: Path) -> list[str | Path]:
    files = sorted(str(file.relative_to(folder)) for file in (folder / "services").rglob("*.yaml"))
    return [places.python_tool("check-jsonschema"), "--schemafile", SCHEMA, *files]


def _yamllint(places: Places, _: Path) -> list[str | Path]:
    return [places.python_tool("yamllint"), "-d", "relaxed", "services"]


def _spectral(places: Places, _: Path) -> list[str | Path]:
    return [places.node("spectral"), "lint", "--ruleset", places.ruleset, "services/**/*.yaml"]


def _imports(places: Places, _: Path) -> list[str | Path]:
    return [places.python("fast"), "-c", "import yaml, click"]


PEERS: Final = (
    Peer("ajv-cli", "validates against the schema", _ajv, MANY, {1: 1.0, 100: 1.0, MANY: 1.0}, npm=True),
    Peer("check-jsonschema", "validates against the schema", _check_jsonschema, MANY, {MANY: 0.05}),
    Peer("yamllint", "lints YAML, `-d relaxed`", _yamllint, 1000),
    Peer("spectral-cli", "validates against the schema, as a ruleset", _spectral, 1000, npm=True),
    Peer("bare-start", "starts Python with our two imports, and does nothing", _imports, 1, {1: 1.5}),
)


def ruleset() -> str:
    """A ruleset that makes Spectral apply the schema to whole documents."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    applied = {"function": "schema", "functionOptions": {"schema": schema, "dialect": "draft2020-12"}}
    return json.dumps({"rules": {"manifest": {"given": "$", "severity": "error", "then": applied}}})


class Variant(NamedTuple):
    """A way to start ours. It is measured from ``least`` files on; below, it is the same as another variant."""

    name: str
    environment: str
    options: tuple[str, ...] = ()
    least: int = 0

    def command(self, places: Places, folder: Path, *more: str) -> Command:
        """The command that runs it on a fleet."""
        program = places.ours(self.environment)
        return Command([program, "check", "--as-of", fleets.AS_OF, *self.options, *more, "services"], folder)


DEFAULT: Final = Variant("default", "fast")
ONE: Final = Variant("--jobs 1", "fast", ("--jobs", "1"), least=1000)
TWO: Final = Variant("--jobs 2", "fast", ("--jobs", "2"))
PLAIN: Final = Variant("without `fast`", "plain")
PLAIN_ONE: Final = Variant("without `fast`, --jobs 1", "plain", ("--jobs", "1"), least=1000)
VARIANTS: Final = (ONE, PLAIN, PLAIN_ONE)
"""Variants that are compared with the first peer as well."""
