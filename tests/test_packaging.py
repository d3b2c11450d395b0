"""The package works the same from a wheel, an editable installation and a plain checkout: each is really made here.

No network: the build backend and the dependencies are those of the running environment.
"""

import json
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.xdist_group("packaging")

SCHEMA = ROOT / "schemas" / "service.schema.json"
KINDS = ("wheel", "editable", "checkout")


class Installation:
    """A virtual environment from which the program can be started."""

    def __init__(self, folder: Path, pythonpath: str = "") -> None:
        self.folder, self.pythonpath = folder, pythonpath
        self.elsewhere = folder / "elsewhere"
        self.python = folder / "bin" / "python"
        self.script = folder / "bin" / "platform-gate"

    def run(self, *words: str | Path) -> bytes:
        environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONPATH": self.pythonpath}
        done = subprocess.run(words, cwd=self.elsewhere, env=environment, capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr.decode(errors="backslashreplace")
        return done.stdout

    def module(self, *arguments: str) -> bytes:
        return self.run(self.python, "-m", "platform_gate", *arguments)


def run_tool(*words: str | Path) -> None:
    done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def new_environment(folder: Path) -> Path:
    """Make an empty environment that also sees the running one's dependencies.

    A path in a .pth file is added as it is: .pth files that lie there are not read. So an editable installation of
    this very project in the running environment stays out of sight.
    """
    run_tool("-m", "venv", "--without-pip", folder)
    (folder / "elsewhere").mkdir()
    dependencies = [path for path in sys.path if path.endswith("-packages")]
    site_packages = sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)})
    Path(site_packages, "dependencies.pth").write_text("\n".join(dependencies) + "\n", encoding="utf-8")
    return folder


def install(folder: Path, *what: str | Path) -> Installation:
    python = new_environment(folder) / "bin" / "python"
    offline = ("--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--ignore-installed")
    run_tool("-m", "pip", "--python", python, "--disable-pip-version-check", "install", *offline, *what)
    return Installation(folder)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run_tool("-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", "-w", folder, ".")
    (built,) = folder.glob("platform_gate-*.whl")
    return built


@pytest.fixture(scope="session")
def installations(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Installation]:
    folder = tmp_path_factory.mktemp("installations")
    return {
        "wheel": install(folder / "wheel", wheel),
        "editable": install(folder / "editable", "--editable", ROOT),
        "checkout": Installation(new_environment(folder / "checkout"), pythonpath=str(ROOT)),
    }


@pytest.fixture(params=KINDS)
def installation(request: pytest.FixtureRequest, installations: dict[str, Installation]) -> Installation:
    return installations[request.param]


@pytest.mark.parametrize("kind", KINDS)
def test_each_installation_runs_its_own_copy(kind: str, installations: dict[str, Installation]) -> None:
    installed = installations[kind]
    found = installed.run(installed.python, "-c", "import platform_gate; print(platform_gate.__file__)").decode()
    home = installed.folder if kind == "wheel" else ROOT
    assert Path(found.strip()).is_relative_to(home)


def test_the_module_prints_the_schema_as_it_stands(installation: Installation) -> None:
    assert installation.module("schema", "service") == SCHEMA.read_bytes()


def test_the_module_runs_the_demo(installation: Installation) -> None:
    report = json.loads(installation.module("demo"))
    assert [service["name"] for service in report["services"]] == ["api-gateway", "payments"]


@pytest.mark.parametrize("kind", ["wheel", "editable"])
def test_the_console_script_answers_as_the_module(kind: str, installations: dict[str, Installation]) -> None:
    installed = installations[kind]
    assert installed.run(installed.script, "schema", "service") == SCHEMA.read_bytes()
    assert installed.run(installed.script, "demo") == installed.module("demo")


def test_the_demo_is_the_same_everywhere(installations: dict[str, Installation]) -> None:
    assert len({installed.module("demo") for installed in installations.values()}) == 1


def test_the_page_finds_its_templates_everywhere(installations: dict[str, Installation]) -> None:
    healthy = ROOT / "examples/services/api-gateway.yaml"
    pages = {
        installed.module("check", "--as-of", "2026-11-23", "-f", "html", str(healthy))
        for installed in installations.values()
    }
    [page] = pages
    assert b"1 service, all healthy." in page


def test_the_wheel_holds_the_package_and_what_it_reads(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    travelling = [path for folder in ("schemas", "policies") for path in (ROOT / folder).rglob("*") if path.is_file()]
    assert {name.split("/")[0] for name in names} == {"platform_gate"}
    assert "platform_gate/py.typed" in names
    assert travelling
    assert {f"platform_gate/{path.relative_to(ROOT).as_posix()}" for path in travelling} <= names


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (
            archive.read(name).decode() for name in archive.namelist() if name.endswith(".dist-info/METADATA")
        )
        licence = [name for name in archive.namelist() if name.endswith("/licenses/LICENSE")]
    assert f"Version: {project['version']}\n" in metadata
    assert "License-Expression: Apache-2.0\n" in metadata
    assert licence


def test_the_source_archive_holds_what_the_tests_need(tmp_path: Path) -> None:
    run_tool("-m", "hatchling", "build", "--target", "sdist", "--directory", tmp_path)
    (archive,) = tmp_path.glob("platform_gate-*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    needed = [
        path
        for folder in ("schemas", "policies", "tests", "benchmarks")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    ]
    wanted = {path.relative_to(ROOT).as_posix() for path in needed if "__pycache__" not in path.parts}
    assert wanted | {"Makefile", "pyproject.toml", "LICENSE"} <= names
