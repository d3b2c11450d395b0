"""Folders of the benchmark's environments, tools and fleets, and their installation. Git ignores all of them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks import fleets, manifests, services, snapshots
from benchmarks.measure import BenchmarkError

ROOT: Final = Path(__file__).resolve().parent.parent
SCHEMA: Final = ROOT / "schemas" / "service.schema.json"
FROM_NPM: Final = ("ajv-cli", "@sourcemeta/jsonschema")
FROM_PYPI: Final = ("check-jsonschema",)
EXTRAS: Final = {"fast": "[fast,html]", "plain": ""}
"""The extras of ours by environment."""

ASK: Final = """
import sys
from importlib.metadata import version

print(*(f"{name} {version(name)}" for name in sys.argv[1:]), sep=", ")
"""


class Places(NamedTuple):
    """Paths below the benchmark's folder."""

    folder: Path

    def python(self, environment: str) -> Path:
        """The interpreter of an environment."""
        return self.folder / environment / "bin" / "python"

    def ours(self, environment: str) -> Path:
        """The path of our program in an environment."""
        return self.python(environment).with_name("platform-gate")

    def python_tool(self, name: str) -> Path:
        """A peer from PyPI."""
        return self.python("peers").with_name(name)

    def node(self, name: str) -> Path:
        """A peer from npm."""
        return self.folder / "node" / "node_modules" / ".bin" / name

    def package(self, name: str) -> Path:
        """The folder of a package from npm."""
        return self.folder / "node" / "node_modules" / name

    @property
    def reports(self) -> Path:
        """Where ours writes reports: outside of the repositories that it judges, as the Action does."""
        folder = self.folder / "reports"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def fleet(self, kind: str, count: int) -> Path:
        """The folder of a fleet, which is written unless it exists and is up to date."""
        name = f"{kind.replace(' ', '-')}-{count}"
        return self._fleet(name, fleets.fleet(kind, count), fleets.before(kind, count))

    def plain_fleet(self, kind: str, count: int) -> Path:
        """The same without a commit: a very large one takes git minutes."""
        return self._fleet(f"{kind.replace(' ', '-')}-{count}-uncommitted", fleets.fleet(kind, count))

    def heap(self, count: int, objectives: int, *, breached: bool) -> Path:
        """The folder of a fleet of manifests with many SLOs."""
        name = f"{count}-of-{objectives}-{'breached' if breached else 'met'}"
        return self._fleet(name, fleets.heap(count, objectives, breached=breached))

    def _fleet(self, name: str, files: fleets.FILES, base: fleets.FILES = ()) -> Path:
        folder, recipe = self.folder / "fleets" / name, _recipe()
        stamp = folder.with_name(f"{name}.complete")
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != recipe:
            shutil.rmtree(folder, ignore_errors=True)
            _apart(lambda: fleets.write_repository(folder, files, base))
            stamp.write_text(recipe, encoding="utf-8")
        return folder


def _apart(write: Callable[[], None]) -> None:
    """Write in a process of its own: what it leaves behind would count as memory of every program started later.

    Linux counts the memory of a process up to ``exec`` to the program that it becomes, and 100,000 manifests are many.
    """
    if pid := os.fork():
        _, status = os.waitpid(pid, 0)
        if status:
            raise BenchmarkError("a fleet could not be written")
        return
    code = 1
    try:
        write()
        code = 0
    finally:
        os._exit(code)


def _recipe() -> str:
    """A digest of the code that makes fleets."""
    names = [f"{module.__name__.rpartition('.')[2]}.py" for module in (services, manifests, snapshots, fleets)]
    return sha256(b"".join((Path(__file__).parent / name).read_bytes() for name in names)).hexdigest()


def has_npm() -> bool:
    """Whether npm is installed."""
    return shutil.which("npm") is not None


def install(places: Places, *, npm: bool) -> None:
    """Install the current code, and peers that are missing."""
    places.folder.mkdir(exist_ok=True)
    environment(places, "peers", FROM_PYPI)
    for name, extra in EXTRAS.items():
        environment(places, name, [f"{ROOT}{extra}"])
    _install_ours(places)
    if npm and not all(places.package(name).exists() for name in FROM_NPM):
        prefix = places.folder / "node"
        prefix.mkdir(exist_ok=True)
        _tool("npm", "install", "--prefix", prefix, "--no-audit", "--no-fund", "--loglevel=error", *FROM_NPM)


def environment(places: Places, name: str, what: Sequence[str]) -> None:
    """Make a virtual environment with some packages, unless it has them."""
    stamp, recipe = places.folder / name / ".installed", " ".join(what)
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != recipe:
        _tool(sys.executable, "-m", "venv", "--clear", places.folder / name)
        _pip(places, name, "install", *what)
        stamp.write_text(recipe, encoding="utf-8")


def _install_ours(places: Places) -> None:
    """Install the current code as users do: from a wheel, compiled to bytecode."""
    wheels = places.folder / "wheels"
    shutil.rmtree(wheels, ignore_errors=True)
    _pip(places, "fast", "wheel", "--no-deps", "--wheel-dir", wheels, ROOT)
    (wheel,) = wheels.glob("*.whl")
    for name in EXTRAS:
        _pip(places, name, "install", "--no-deps", "--force-reinstall", wheel)
        _tool(places.python(name), "-m", "compileall", "-q", places.folder / name / "lib")


def _pip(places: Places, name: str, *words: str | Path) -> None:
    _tool(places.python(name), "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input", *words)


def _tool(*words: str | Path) -> None:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(words, env=clean, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise BenchmarkError(f"{' '.join(map(str, words))} failed:\n{done.stdout.decode(errors='replace')}")


def versions(places: Places, *, npm: bool) -> Iterator[str]:
    """Versions of everything that is measured."""
    yield f"platform-gate at {commit()}"
    yield f"Python {sys.version.split()[0]}"
    yield _output(places.python("fast"), "-c", ASK, "click", "pyyaml", "jsonschema", "jsonschema-rs")
    yield _output(places.python("peers"), "-c", ASK, *FROM_PYPI)
    for name in FROM_NPM if npm else ():
        package = json.loads((places.package(name) / "package.json").read_bytes())
        yield f"{name} {package['version']}"
    if npm:
        yield f"node {_output('node', '--version')}"


def commit() -> str:
    """The commit of the code that is measured, with a mark if it was changed since."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude=*"],  # noqa: S607 - git is found on PATH, as in the gate
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return described.stdout.strip() or "an unknown commit"


def _output(*words: str | Path) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
