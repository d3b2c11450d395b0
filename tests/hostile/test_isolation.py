"""A checkout full of traps: none of its code runs, no socket is opened, no program is started, nothing is fetched."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from platform_gate.reports.formats import REPORTERS
from tests.conftest import ROOT, Gate, command, scrubbed_environment
from tests.hostile.corpus import AS_OF, BASE

DAY = ("--as-of", AS_OF.isoformat())
MODULES = (  # noqa: SIM905 - easier to read than forty quoted words
    "yaml json click jsonschema referencing attr attrs rpds re os sys site abc enum dataclasses decimal fractions "
    "typing tomllib "
    "tempfile hashlib datetime functools pathlib collections io codecs encodings importlib contextlib textwrap shutil "
    "signal stat glob fnmatch traceback runpy sitecustomize usercustomize platform_gate conftest setup "
    "__init__ __main__"
).split()


@pytest.fixture
def trap(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """A repository whose every module leaves a mark when it runs, and where that mark would be."""
    root, mark = tmp_path / "repository", tmp_path / "mark"
    (root / ".git").mkdir(parents=True)
    (root / "services").mkdir()
    (root / "services/payments.yaml").write_text(BASE)
    code = f"open({str(mark)!r}, 'a').write(__name__ + ' ')\n"
    for name in MODULES:
        for place in (root, root / "services"):
            (place / f"{name}.py").write_text(code)
        if name not in {"__init__", "__main__"}:
            package = root / "packages" / name
            package.mkdir(parents=True)
            (package / "__init__.py").write_text(code)
    for name in ("yaml", "jsonschema", "platform_gate"):  # a package beats a module of the same name
        shutil.copytree(root / "packages" / name, root / name)
        (root / name / "__main__.py").write_text(code)
    (root / "evil.pth").write_text(f"import os; open({str(mark)!r}, 'a')\n")
    environment = {"PYTHONPATH": str(root), "PLATFORM_GATE_POLICY": "advisory", "PYTHONSTARTUP": "yaml.py"}
    (root / ".env").write_text("".join(f"{key}={value}\n" for key, value in environment.items()))
    (root / "pyvenv.cfg").write_text("home = .\n")
    yield root, mark
    assert not mark.exists()


def module(*options: str) -> list[str]:
    return [sys.executable, *options, "-m", "platform_gate"]


def run(words: list[str], folder: Path, home: Path, **variables: str) -> subprocess.CompletedProcess[bytes]:
    environment = scrubbed_environment(home) | variables
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, check=False, timeout=60)


STARTS = {"script": command(), "-P -m": module("-P"), "-I -m": module("-I")}


@pytest.mark.parametrize("way", STARTS)
@pytest.mark.parametrize("place", ["", "services"])
def test_no_code_of_the_checkout_runs(trap: tuple[Path, Path], tmp_path: Path, way: str, place: str) -> None:
    done = run([*STARTS[way], "check", *DAY], trap[0] / place, tmp_path)
    assert done.returncode == 0, done.stderr
    assert b"1 healthy" in done.stdout


@pytest.mark.parametrize("arguments", [("--version",), ("demo",), ("schema", "service"), ("check", "-f", "json")])
def test_no_code_of_the_checkout_runs_in_any_command(
    trap: tuple[Path, Path], gate: Gate, arguments: tuple[str]
) -> None:
    assert gate(trap[0], *arguments).returncode == 0


def test_the_traps_would_be_noticed(tmp_path: Path) -> None:
    """The control: `python -m` in the checkout is unsafe, as SECURITY.md says."""
    (tmp_path / "platform_gate.py").write_text("open('mark', 'a')\n")
    assert run([*module(), "check", *DAY], tmp_path, tmp_path).returncode == 0  # and nothing was judged
    assert (tmp_path / "mark").exists()
    security = (ROOT / "SECURITY.md").read_text()
    assert "| `python -m platform_gate check` | **no**" in security
    for way in ("platform-gate check", "python -P -m platform_gate check", "python -I -m platform_gate check"):
        assert f"| `{way}` | yes" in security


# a hostile pyproject.toml

STRICT = '[tool.platform-gate]\npolicy = "nowhere.yaml"\n'
MIB = 1024 * 1024
REFUSED: dict[str, str | bytes] = {
    "configuration-after-a-mebibyte": f"#{'x' * MIB}\n{STRICT}",
    "configuration-cut-by-the-limit": "#".ljust(MIB - 10, "x") + "\n" + STRICT,
    "more-than-a-mebibyte": "#" * (MIB + 1),
    "broken": "[tool.platform-gate\n",
    "table-is-a-string": '[tool]\nplatform-gate = "advisory"\n',
    "table-is-a-list": "[[tool.platform-gate]]\n",
    "table-is-false": "[tool]\nplatform-gate = false\n",
    "table-is-an-empty-string": '[tool]\nplatform-gate = ""\n',
    "tool-is-a-string": 'tool = "x"\n',
    "tool-is-a-list": "[[tool]]\n",
    "unknown-key": "[tool.platform-gate]\nfail_on = []\n",
    "date": "[tool.platform-gate]\npolicy = 2026-01-01\n",
    "nan": "[tool.platform-gate]\nexclude = [nan]\n",
    "many-digits": f"[tool.platform-gate]\npolicy = {'9' * 5000}\n",
    "nul-in-policy": '[tool.platform-gate]\npolicy = "a\\u0000.yaml"\n',
    "control-in-policy": '[tool.platform-gate]\npolicy = "a\\u001b[2J\\u202e\\n::error::.yaml"\n',
    "nul-in-key": '[tool.platform-gate]\n"\\u0000\\u001b" = 1\n',
    "long-key": f"[tool.platform-gate]\n{'k' * 100_000} = 1\n",
    "long-repeated-key": f"{'k' * 100_000} = 1\n{'k' * 100_000}.a = 2\n",
    "deep-lists": "a = " + "[" * 100_000,
    "deep-tables": "a = " + "{a = " * 100_000,
    "deep-configuration": f"[tool.platform-gate]\nexclude = {'[' * 200}{']' * 200}\n",
    "not-utf-8": b"a = '\xff'\n",
    "utf-16": "a = 1\n".encode("utf-16"),
    "address": '[tool.platform-gate]\npolicy = "http://127.0.0.1/p.yaml"\n',
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_pyproject_is_refused(trap: tuple[Path, Path], tmp_path: Path, name: str) -> None:
    content = REFUSED[name]
    (trap[0] / "pyproject.toml").write_bytes(content if isinstance(content, bytes) else content.encode())
    done = run([*command(), "check", *DAY], trap[0], tmp_path)
    assert (done.returncode, done.stdout) == (2, b""), done.stderr
    assert len(done.stderr) < 2000
    assert done.stderr.startswith(b"error: ")
    assert not {0x1B, 0x00}.intersection(done.stderr)
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    "name", ["many-dots", "many-tables", "dots-in-tables", "dots-in-inline-tables", "many-strings"]
)
def test_a_pyproject_costs_little(trap: tuple[Path, Path], tmp_path: Path, name: str) -> None:
    (trap[0] / "pyproject.toml").write_text(
        {
            "many-dots": "a." * 500_000 + "a = 1\n",
            "many-tables": "".join(f"[a{number}]\n" for number in range(60_000)),
            "dots-in-tables": "[" + "a." * 500_000 + "a]\n",
            "dots-in-inline-tables": "a = {" + "a." * 500_000 + "a = 1}\n",
            "many-strings": "a = [" + "'a'," * 200_000 + "]\n",
        }[name]
    )
    limited = ["sh", "-c", 'ulimit -t 3; exec "$@"', "sh", *command(), "check", *DAY]
    assert run(limited, trap[0], tmp_path).returncode in {0, 2}  # killed: more than three seconds


@pytest.mark.parametrize("name", ["pyproject.toml", ".platform-gate.yaml"])
@pytest.mark.parametrize("kind", ["link", "dangling", "folder", "pipe", "zero", "sparse"])
def test_configuration_that_is_no_plain_file(trap: tuple[Path, Path], tmp_path: Path, name: str, kind: str) -> None:
    path = trap[0] / name
    if kind in {"link", "dangling", "zero"}:
        path.symlink_to({"link": "/etc/passwd", "dangling": "nowhere", "zero": "/dev/zero"}[kind])
    elif kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        with path.open("wb") as file:
            file.truncate(10 * 1024**3)
    done = run([*command(), "check", *DAY], trap[0], tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"root:x" not in done.stderr
    assert b"a bug in" not in done.stderr


def test_an_environment_file_and_variables_decide_nothing(trap: tuple[Path, Path], tmp_path: Path) -> None:
    root = trap[0]
    (root / "services/x.yaml").write_text("kind: nonsense\n")
    plain = run([*command(), "check", *DAY], root, tmp_path)
    variables = {
        f"PLATFORM_GATE_{name}": value
        for name, value in {
            "POLICY": "advisory",
            "CHECK_POLICY": "advisory",
            "EXIT_ZERO": "1",
            "CHECK_EXIT_ZERO": "1",
            "CHECK_PATHS": "services/payments.yaml",
            "FAIL_ON": "critical",
            "CHECK_TEAM": "fintech",
        }.items()
    }
    there = run([*command(), "check", *DAY], root, tmp_path, **variables)
    assert plain.returncode == there.returncode == 2
    assert plain.stdout == there.stdout


# nothing is fetched, nothing is started

HOOK = """
import os, runpy, sys
log = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
WATCHED = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "pty.", "urllib.", "http.",
           "ftplib.", "smtplib.", "webbrowser.", "ctypes.dlopen", "exec ")
def hook(event, arguments):
    if event.startswith(WATCHED):
        os.write(log, (event + "\\n").encode())
sys.addaudithook(hook)
os.write(log, b"watching\\n")
sys.argv = sys.argv[2:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
POLICY = "apiVersion: platform-gate/v1\nkind: Policy\nmetadata: {{name: p}}\nspec: {spec}\n"


@pytest.fixture
def listener() -> Iterator[tuple[str, socket.socket]]:
    """A server on this machine that a fetch would reach."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield f"http://127.0.0.1:{server.getsockname()[1]}", server
        with pytest.raises(BlockingIOError):
            server.accept()


def luring(root: Path, address: str) -> None:
    """Every place that could be taken for something to fetch."""
    reference = f'"$ref": "{address}/s.json"\n"$schema": "{address}/s.json"\n$id: "{address}"\n'
    services = {
        "ref": reference + BASE,
        "comment": f"# yaml-language-server: $schema={address}/s.json\n" + BASE.replace("payments", "b", 1),
        "evidence": BASE.replace("https://grafana.example.com", address).replace("name: payments", "name: c"),
        "labels": BASE.replace("{domain: commerce}", f'{{"$ref": "{address}"}}').replace("name: payments", "name: d"),
        "doctype": f'<!DOCTYPE x SYSTEM "{address}/x.dtd">\n',
        "include": f"include: {address}/x.yaml\n!include {address}\n",
    }
    for name, content in services.items():
        (root / "services" / f"{name}.yaml").write_text(content)


def test_no_socket_is_opened_and_no_program_is_started(
    trap: tuple[Path, Path], tmp_path: Path, listener: tuple[str, socket.socket]
) -> None:
    if len(command()) != 1:
        pytest.skip("there is no console script to wrap")
    root, (address, _server) = trap[0], listener
    luring(root, address)
    wrapper, log = tmp_path / "wrapper.py", tmp_path / "log"
    wrapper.write_text(HOOK)
    outputs = [word for form in REPORTERS for word in ("-o", f"{form}={tmp_path / form}")]
    words = [sys.executable, "-P", str(wrapper), str(log), *command()]
    assert run([*words, "check", *outputs], root, tmp_path).returncode == 2
    assert run([*words, "demo"], root, tmp_path).returncode == 0
    assert run([*words, "--version"], root, tmp_path).returncode == 0
    assert log.read_text().split() == ["watching"] * 3


@pytest.mark.parametrize(
    "spec",
    [
        "{extends: '%s/p.yaml'}",
        "{extends: 'file:///etc/passwd'}",
        "{extends: [default, '%s/p.yaml']}",
        "{rules: [{id: org/x, message: m, schema: {'$ref': '%s/s.json'}}]}",
        "{rules: [{id: org/x, message: m, schema: {'$schema': '%s/s.json'}}]}",
        "{rules: [{id: org/x, message: m, schema: {'$dynamicRef': '%s/s.json#a'}}]}",
    ],
)
def test_a_policy_fetches_nothing(
    trap: tuple[Path, Path], tmp_path: Path, listener: tuple[str, socket.socket], spec: str
) -> None:
    address, _server = listener
    (trap[0] / "p.txt").write_text(POLICY.format(spec=spec.replace("%s", address)))
    done = run([*command(), "check", *DAY, "--policy", "./p.txt"], trap[0], tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"Traceback" not in done.stderr
    assert b"a bug in" not in done.stderr


def test_an_address_is_no_policy(trap: tuple[Path, Path], tmp_path: Path, listener: tuple[str, socket.socket]) -> None:
    for address in (f"{listener[0]}/p.yaml", "file:///etc/passwd", "git+https://127.0.0.1/x"):
        done = run([*command(), "check", *DAY, "--policy", address], trap[0], tmp_path)
        assert (done.returncode, done.stdout) == (2, b"")


def test_the_system_sees_no_network_and_no_program(
    trap: tuple[Path, Path], tmp_path: Path, listener: tuple[str, socket.socket]
) -> None:
    strace = ["strace", "-f", "-qq", "-e", "trace=network,execve", "-o", str(tmp_path / "trace")]
    if shutil.which("strace") is None or subprocess.run([*strace, "true"], check=False, capture_output=True).returncode:
        pytest.skip("strace is missing or may not trace here")
    luring(trap[0], listener[0])
    assert run([*strace, *command(), "check", *DAY], trap[0], tmp_path).returncode == 2
    calls = (tmp_path / "trace").read_text().splitlines()
    assert [call for call in calls if "execve(" in call and "= 0" in call] == calls[:1]
    assert not [call for call in calls if "socket(" in call or "connect(" in call]
