"""The Action's installer: the same code whenever it runs, and whatever the cache holds."""

import hashlib
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.scripts import load

installer = load("action/install.py")


def run(*words: str | Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-I", str(ROOT / "action/install.py"), *map(str, words)]
    environment = {"PATH": os.environ["PATH"], **variables}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def contents(environment: Path) -> dict[str, str]:
    """Digests of all installed code. RECORD also lists scripts, which name their environment."""
    return dict(_digests(environment))


def _digests(environment: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(environment.rglob("*")):
        if file.is_file() and not {"__pycache__", "bin", "RECORD", "pyvenv.cfg"} & set(file.parts):
            yield str(file.relative_to(environment)), hashlib.sha256(file.read_bytes()).hexdigest()


def test_the_gate_is_copied_as_the_wheel_holds_it(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path / "dist")]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    [wheel] = (tmp_path / "dist").iterdir()
    with zipfile.ZipFile(wheel) as archive:
        built = {name: archive.read(name) for name in archive.namelist() if ".dist-info/" not in name}
    installer.create(tmp_path / "venv")
    installer.add_gate(tmp_path / "venv")
    [site] = (tmp_path / "venv").glob("lib/python3*/site-packages")
    copied = {
        str(file.relative_to(site)): file.read_bytes() for file in (site / "platform_gate").rglob("*") if file.is_file()
    }
    assert copied == built


def test_the_digest_depends_on_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = installer.digest()
    assert first == installer.digest() == run("digest").stdout.strip()
    lock = tmp_path / "lock.txt"
    lock.write_bytes(installer.LOCK.read_bytes() + b"\n")
    monkeypatch.setattr(installer, "LOCK", lock)
    assert installer.digest() != first


@pytest.mark.ci
def test_cold_and_warm_installations_are_alike_and_a_poisoned_cache_is_refused(tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    for folder in ("cold", "warm"):
        (tmp_path / folder).mkdir()
        done = run(tmp_path / folder, wheels, "")
        assert done.returncode == 0, done.stderr
    [click] = wheels.glob("click-*.whl")
    genuine = click.read_bytes()
    with zipfile.ZipFile(click, "a") as archive:
        archive.writestr("sitecustomize.py", "open('pwned', 'w')")
    (tmp_path / "poisoned").mkdir()
    assert run(tmp_path / "poisoned", wheels, "").returncode == 0
    assert click.read_bytes() == genuine
    cold, warm, poisoned = (contents(tmp_path / folder / "venv") for folder in ("cold", "warm", "poisoned"))
    assert cold == warm == poisoned
    assert not [name for name in cold if "sitecustomize" in name]


@pytest.mark.ci
def test_a_month_later_the_index_has_newer_releases_and_the_installation_is_the_same(tmp_path: Path) -> None:
    for folder in ("today", "later", "index"):
        (tmp_path / folder).mkdir()
    assert run(tmp_path / "today", tmp_path / "wheels", "").returncode == 0
    for wheel in (tmp_path / "wheels").iterdir():
        package = tmp_path / "index" / wheel.name.split("-")[0].replace("_", "-").lower()
        package.mkdir()
        shutil.copy(wheel, package)
        release(package, package.name)
    with served(tmp_path / "index") as address:
        pip = [sys.executable, "-I", "-m", "pip", "--isolated", "download", "--no-deps", f"--index-url={address}"]
        subprocess.run([*pip, f"--dest={tmp_path / 'newest'}", "click"], capture_output=True, check=True)
        done = run(tmp_path / "later", tmp_path / "other-wheels", address)
    assert [wheel.name for wheel in (tmp_path / "newest").iterdir()] == ["click-99.0-py3-none-any.whl"]
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "later/venv") == contents(tmp_path / "today/venv")


def release(folder: Path, name: str) -> None:
    """Version 99 of a package, which says that it ran."""
    module = name.replace("-", "_")
    with zipfile.ZipFile(folder / f"{module}-99.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{module}/__init__.py", "raise SystemExit(0)\n")
        wheel.writestr(f"{module}-99.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 99.0\n")
        wheel.writestr(
            f"{module}-99.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{module}-99.0.dist-info/RECORD", "")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a package index that a folder holds."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.ci
def test_a_warm_installation_needs_no_network_and_heeds_no_configuration(tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    (tmp_path / "cold").mkdir()
    assert run(tmp_path / "cold", wheels, "").returncode == 0
    (tmp_path / "pip.conf").write_text("[global]\nfind-links = /nowhere\n")
    (tmp_path / "warm").mkdir()
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "PIP_CONFIG_FILE": str(tmp_path / "pip.conf"), "PIP_PRE": "1"}
    done = run(tmp_path / "warm", wheels, "", **nowhere)
    assert done.returncode == 0, done.stderr
    gate = tmp_path / "warm/venv/bin/platform-gate"
    assert subprocess.run([gate, "--version"], capture_output=True, text=True, check=True).stdout.startswith(
        "platform-gate "
    )


def test_without_wheels_and_network_nothing_is_installed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    done = run(tmp_path / "folder", tmp_path / "wheels", "http://127.0.0.1:9/simple", PIP_RETRIES="0")
    assert done.returncode != 0
    assert not (tmp_path / "folder/venv/bin/platform-gate").exists()


def test_code_in_the_working_directory_does_not_run(tmp_path: Path) -> None:
    installer.create(tmp_path / "venv")
    installer.add_gate(tmp_path / "venv")
    [site] = (tmp_path / "venv").glob("lib/python3*/site-packages")
    (site / "lent.pth").write_text("\n".join(path for path in sys.path if path.endswith("-packages")))
    for module in ("yaml", "click", "platform_gate", "json", "sitecustomize"):
        (tmp_path / f"{module}.py").write_text("open('pwned', 'w')\n")
    gate = tmp_path / "venv/bin/platform-gate"
    done = subprocess.run(
        [gate, "--version"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "PATH": os.environ["PATH"]},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "pwned").exists()
