"""Streams that break, disks that fill up, signals, bugs and environments: the answer stays the answer, or is 2."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from platform_gate.reports.formats import REPORTERS
from tests.conftest import Gate, command, scrubbed_environment
from tests.hostile.corpus import AS_OF, BASE

DAY = ("--as-of", AS_OF.isoformat())
FAILING = BASE.replace("current: 99.95", "current: 1").replace("name: payments", "name: failing", 1)
BROKEN = "kind: nonsense\n"
SECONDS = 60


@pytest.fixture
def root(tmp_path: Path) -> Path:
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    for name, content in {"good/a": BASE, "failing/b": FAILING, "broken/c": BROKEN}.items():
        path = repository / f"{name}.yaml"
        path.parent.mkdir()
        path.write_text(content)
    return repository


@pytest.fixture
def crowded(root: Path) -> Path:
    """The repository with so many services that every format is longer than a pipe holds."""
    (root / "many").mkdir()
    for index in range(900):
        (root / "many" / f"{index:03}.yaml").write_text(FAILING.replace("name: failing", f"name: failing-{index}"))
    return root


def start(root: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run any command line in the repository, in a scrubbed environment."""
    environment = scrubbed_environment(root) | variables
    done = subprocess.run(
        words, cwd=root, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=SECONDS
    )
    out, err = (stream.decode("utf-8", "surrogateescape") for stream in (done.stdout, done.stderr))
    return subprocess.CompletedProcess(words, done.returncode, out, err)


def redirected(root: Path, redirection: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return start(root, "bash", "-o", "pipefail", "-c", f'"$@" {redirection}', "bash", *command(), *arguments)


def calm(done: subprocess.CompletedProcess[str]) -> bool:
    """Whether nothing looks like a crash."""
    text = done.stdout + done.stderr
    return not any(word in text for word in ("Traceback", "Exception ignored", "a bug in", "KeyboardInterrupt"))


# streams

LOST = [">&-", ">/dev/full", ">&- 2>&-", ">/dev/full 2>/dev/full", "<&- >&- 2>&-", "1</dev/null"]
SAYING = [
    ("check", *DAY, "good"),
    ("check", *DAY, "failing", "-f", "json"),
    ("demo",),
    ("schema", "service"),
    ("--help",),
    ("check", "--help"),
    ("--version",),
]


@pytest.mark.parametrize("redirection", LOST)
def test_lost_output_is_2(root: Path, redirection: str) -> None:
    done = redirected(root, redirection, "check", *DAY, "good")
    assert done.returncode == 2
    assert calm(done)


@pytest.mark.parametrize("redirection", [">&-", ">/dev/full"])
@pytest.mark.parametrize("arguments", SAYING[1:], ids=" ".join)
def test_lost_output_is_2_whatever_was_asked(root: Path, redirection: str, arguments: tuple[str, ...]) -> None:
    done = redirected(root, redirection, *arguments)
    assert done.returncode == 2, done.stderr
    assert calm(done)


@pytest.mark.parametrize("arguments", SAYING, ids=" ".join)
def test_a_pipe_that_nobody_reads_is_2(root: Path, arguments: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [*command(), *arguments],
            cwd=root,
            env=scrubbed_environment(root),
            stdout=writer,
            stderr=subprocess.PIPE,
            check=False,
            timeout=SECONDS,
        )
    finally:
        os.close(writer)
    assert done.returncode == 2, done.stderr
    assert b"Traceback" not in done.stderr
    assert b"a bug in" not in done.stderr


@pytest.mark.parametrize("form", sorted(set(REPORTERS) - {"github"}))  # a few annotations fit into a pipe
def test_a_reader_that_stops_early_is_2(gate: Gate, crowded: Path, form: str) -> None:
    words = "check", *DAY, "-f", form, "-v", "many"
    whole = gate(crowded, *words)
    assert len(whole.stdout) > 70_000
    done = redirected(crowded, "| head -c 100", *words)
    assert done.returncode == 2
    assert done.stdout.encode() == whole.stdout.encode()[:100]
    assert calm(done)


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full", "2>/dev/null <&-"])
@pytest.mark.parametrize(("folder", "code"), [("good", 0), ("failing", 1), ("broken", 2)])
def test_the_answer_needs_no_standard_error(gate: Gate, root: Path, redirection: str, folder: str, code: int) -> None:
    done = redirected(root, redirection, "check", *DAY, folder)
    assert done.returncode == code
    assert done.stdout == gate(root, "check", *DAY, folder).stdout


@pytest.mark.parametrize("redirection", ["<&-", "0>/dev/null"])
def test_standard_input_that_cannot_be_read_is_2(root: Path, redirection: str) -> None:
    done = redirected(root, redirection, "check", *DAY, "-", "good")
    assert done.returncode == 2
    assert calm(done), done.stderr
    assert "<stdin>" in done.stdout
    assert "1 healthy" in done.stdout  # the others are still judged


def test_standard_input_is_judged_and_never_read_beyond_the_limit(root: Path) -> None:
    assert redirected(root, "<good/a.yaml", "check", *DAY, "-").returncode == 0
    assert start(root, *command(), "check", *DAY, "-").returncode == 2
    endless = redirected(root, "</dev/zero", "check", *DAY, "-")
    assert endless.returncode == 2
    assert "larger than 1 MiB" in endless.stdout


# files


def unprivileged() -> list[str]:
    if os.geteuid():
        return []
    prefix = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
    if shutil.which("setpriv") is None or subprocess.run([*prefix, "true"], check=False).returncode:
        pytest.skip("root may write everywhere here, and setpriv can't change that")
    return prefix


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("target", ["missing/r.json", "good/a.yaml/r.json", "good", "locked/r.json", "loop/r.json"])
def test_a_file_that_cannot_be_written_is_2(root: Path, target: str) -> None:
    (root / "locked").mkdir(mode=0o500)
    (root / "loop").symlink_to("loop")
    words = [*(unprivileged() if "locked" in target else []), *command(), "check", *DAY, "good", "-o", f"json={target}"]
    before = {folder: leftovers(root / folder) for folder in ("good", "locked", ".")}
    done = start(root, *words)
    assert done.returncode == 2
    assert calm(done)
    assert "1 healthy" in done.stdout  # the other report is still written
    assert "could not be written" in done.stderr
    assert {folder: leftovers(root / folder) for folder in ("good", "locked", ".")} == before


def test_one_lost_file_does_not_lose_the_others(root: Path) -> None:
    outputs = [word for path in ("no/a", "b.json", "no/c", "d.json") for word in ("-o", f"json={path}")]
    done = start(root, *command(), "check", *DAY, "failing", *outputs)
    assert done.returncode == 2
    assert (root / "b.json").read_bytes() == (root / "d.json").read_bytes() != b""


def test_a_new_file_has_the_usual_mode(root: Path) -> None:
    words = ["sh", "-c", 'umask 027; exec "$@"', "sh", *command(), "check", *DAY, "good", "-o", "json=r.json"]
    assert start(root, *words).returncode == 0
    assert stat.S_IMODE((root / "r.json").stat().st_mode) == 0o640


def test_an_existing_file_is_replaced_and_stays_as_private_as_it_was(root: Path) -> None:
    old = root / "r.json"
    old.write_text("old")
    old.chmod(0o600)
    other = root / "other"
    other.hardlink_to(old)
    assert start(root, *command(), "check", *DAY, "good", "-o", "json=r.json").returncode == 0
    assert old.read_text().startswith("{")
    assert other.read_text() == "old"  # replaced, not written into
    assert stat.S_IMODE(old.stat().st_mode) == 0o600


def test_a_link_at_the_files_name_is_not_written_through(root: Path) -> None:
    """The checkout may bring the link; what it leads to is somebody else's."""
    victim = root / "victim"
    victim.write_text("victim")
    (root / "r.json").symlink_to("victim")
    done = start(root, *command(), "check", *DAY, "good", "-o", "json=r.json")
    assert done.returncode in {0, 2}
    assert victim.read_text() == "victim"


@pytest.mark.parametrize(("minor", "code"), [(7, 2), (3, 0)], ids=["full", "null"])
def test_a_device_stays_a_device(root: Path, minor: int, code: int) -> None:
    """Root in a container that writes to /dev/stdout or /dev/null must not put a plain file there."""
    device = root / "device"
    try:
        os.mknod(device, stat.S_IFCHR | 0o666, os.makedev(1, minor))
        device.open("rb").close()
    except PermissionError:
        pytest.skip("making a device takes root")
    done = start(root, *command(), "check", *DAY, "good", "-o", "json=device")
    assert stat.S_ISCHR(device.lstat().st_mode)
    assert done.returncode == code
    assert calm(done)


def test_a_pipe_stays_a_pipe(root: Path) -> None:
    os.mkfifo(root / "pipe")
    reader = os.open(root / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    done = start(root, *command(), "check", *DAY, "good", "-o", "json=pipe")
    got = os.read(reader, 65536)
    os.close(reader)
    assert stat.S_ISFIFO((root / "pipe").lstat().st_mode)
    assert done.returncode == (0 if got.startswith(b"{") else 2)


HOOK = """
import os, runpy, signal, sys
moment, number = sys.argv[1], int(sys.argv[2])
left = [1]
def hook(event, arguments):
    first = arguments[0] if arguments else ""
    name = os.path.basename(os.fsdecode(first) if isinstance(first, (str, bytes)) else str(first))
    if left and moment in (event, f"{event} {name}"):
        left.clear()
        os.kill(os.getpid(), number)
signal.signal(signal.SIGINT, signal.default_int_handler)  # test runners start their workers without
sys.addaudithook(hook)
sys.argv = sys.argv[3:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def struck(
    root: Path, moment: str, number: signal.Signals, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run with a signal at an exact moment: an audit event of the interpreter, and its first argument if given."""
    if len(command()) != 1:
        pytest.skip("there is no console script to wrap")
    wrapper = root.parent / "wrapper.py"
    wrapper.write_text(HOOK)
    words = [sys.executable, "-P", str(wrapper), moment, str(int(number)), *command(), *arguments]
    return start(root, *words, **variables)


@pytest.mark.parametrize("moment", ["tempfile.mkstemp", "os.chmod", "os.rename"])
@pytest.mark.parametrize("existing", [True, False])
def test_kill_while_writing_leaves_the_old_file_or_none(root: Path, moment: str, existing: bool) -> None:  # noqa: FBT001
    target = root / "out" / "r.json"
    target.parent.mkdir()
    if existing:
        target.write_text("old")
    done = struck(root, moment, signal.SIGKILL, "check", *DAY, "good", "-o", "json=out/r.json")
    assert done.returncode == -signal.SIGKILL
    assert (target.read_text() if target.exists() else None) == ("old" if existing else None)


def test_kill_at_any_time_leaves_no_torn_file(root: Path) -> None:
    target = root / "out" / "r.json"
    target.parent.mkdir()
    words = [*command(), "check", *DAY, "good", "broken", "-o", "json=out/r.json"]
    start(root, *words)
    new = target.read_bytes()
    target.write_text("old")
    for wait in range(3):
        environment = scrubbed_environment(root)
        with subprocess.Popen(words, cwd=root, env=environment, stdout=subprocess.DEVNULL) as running:
            while running.poll() is None and len(leftovers(target.parent)) == 1:
                time.sleep(0.0005)
            time.sleep(wait * 0.002)
            running.kill()
        assert target.read_bytes() in {b"old", new}
        for left in target.parent.glob(".*"):
            left.unlink()


def test_a_disk_that_is_full(crowded: Path) -> None:
    root = crowded
    probe = ["unshare", "-m", "mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(root / "good")]
    if shutil.which("unshare") is None or subprocess.run(probe, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small disk takes privileges")
    script = """
        mount -t tmpfs -o size=16k tmpfs out && printf old > out/r.json || exit 99
        "$@" -o json=out/r.json >/dev/null
        echo "$? $(ls -A out) $(cat out/r.json)"
    """
    (root / "out").mkdir()
    done = start(root, "unshare", "-m", "sh", "-c", script, "sh", *command(), "check", *DAY, "many")
    assert done.stdout == "2 r.json old\n"
    assert "no space left on device" in done.stderr
    assert calm(done)


FAULTS = """
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
static int on(const char *name) { const char *fault = getenv("FAULT"); return fault && !strcmp(fault, name); }
static int plain(int fd) { struct stat s; return !fstat(fd, &s) && S_ISREG(s.st_mode); }
int fsync(int fd) { if (on("fsync")) { errno = EIO; return -1; } return syscall(SYS_fsync, fd); }
int rename(const char *a, const char *b) {
  if (on("rename")) { errno = EIO; return -1; }
  return syscall(SYS_renameat2, -100, a, -100, b, 0);
}
ssize_t write(int fd, const void *from, size_t count) {
  if (plain(fd) && on("write")) { errno = EIO; return -1; }
  if (plain(fd) && on("short") && count > 1) count = count / 2;
  return syscall(SYS_write, fd, from, count);
}
"""


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A library that makes writing fail, to be preloaded."""
    if shutil.which("gcc") is None or sys.platform != "linux":
        pytest.skip("making a disk fail takes gcc and Linux")
    folder = tmp_path_factory.mktemp("faulty")
    (folder / "faults.c").write_text(FAULTS)
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", "faults.so", "faults.c"], cwd=folder, check=True)  # noqa: S607
    return str(folder / "faults.so")


@pytest.mark.parametrize("fault", ["fsync", "rename", "write", "short"])
def test_a_disk_that_fails(root: Path, faulty: str, fault: str) -> None:
    target = root / "out" / "r.json"
    target.parent.mkdir()
    target.write_text("old")
    words = [*command(), "check", *DAY, "failing", "-o", "json=out/r.json", "-f", "json"]
    done = start(root, *words, LD_PRELOAD=faulty, FAULT=fault)
    assert calm(done)
    if fault == "short":  # a write that takes a part at a time is no failure
        assert (done.returncode, target.read_text()) == (1, done.stdout)
    else:
        assert (done.returncode, target.read_text()) == (2, "old")
        assert "input/output error" in done.stderr
    assert leftovers(target.parent) == ["r.json"]


def test_standard_output_on_a_disk_that_fails(root: Path, faulty: str) -> None:
    done = start(
        root, "sh", "-c", '"$@" >out', "sh", *command(), "check", *DAY, "good", LD_PRELOAD=faulty, FAULT="write"
    )
    assert done.returncode == 2
    assert calm(done)


# signals and bugs

MOMENTS = [
    "import platform_gate.cli.main",
    "import click",
    "import click",
    "open pyproject.toml",
    "open a.yaml",
    "os.scandir good",
    "tempfile.mkstemp",
    "os.rename",
]


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_interrupt_is_130_without_a_traceback(root: Path, moment: str) -> None:
    target = root / "out" / "r.json"
    target.parent.mkdir()
    target.write_text("old")
    done = struck(root, moment, signal.SIGINT, "check", *DAY, "good", "-o", "json=out/r.json")
    assert done.returncode == 130 or (done.returncode == -signal.SIGINT and "import" in moment), done.stderr
    assert calm(done), done.stderr
    assert done.stdout == ""
    assert leftovers(target.parent) == ["r.json"]
    assert target.read_text() == "old" or moment == "os.rename"


@pytest.mark.parametrize("closed", [False, True], ids=["with stderr", "stderr is a closed pipe"])
def test_an_interrupt_while_waiting_for_input(root: Path, closed: bool) -> None:  # noqa: FBT001
    reader, writer = os.pipe()
    with subprocess.Popen(
        [*command(), "check", *DAY, "-"],
        cwd=root,
        env=scrubbed_environment(root),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=writer,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - there are no threads here
    ) as running:
        os.close(writer)
        assert running.stdin
        assert running.stdout
        running.stdin.write(b"#" * 200_000)  # more than a pipe holds: who takes it has begun to read
        running.stdin.flush()
        if closed:
            os.close(reader)
        time.sleep(0.5)  # a signal between two reads is noticed after the next one only: let it wait in one
        running.send_signal(signal.SIGINT)
        assert running.wait(10) == 130
        said = b"" if closed else os.read(reader, 65536)
        assert running.stdout.read().strip() == b""
    if not closed:
        os.close(reader)
        assert b"Traceback" not in said


BUG = """
import sys
import platform_gate.judging.runner
def broken(*_, **__):
    raise {error}
platform_gate.judging.runner.run = broken
from platform_gate.__main__ import main
main()
"""


@pytest.mark.parametrize("error", ["RuntimeError('a\\n::error::b\\x1b[2J')", "MemoryError()", "KeyError(1)"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_bug_is_3_with_one_line(root: Path, error: str, form: str) -> None:
    (root.parent / "bug.py").write_text(BUG.replace("{error}", error))
    words = [sys.executable, "-P", str(root.parent / "bug.py"), "check", *DAY, "-f", form, "good", "-o", "json=r.json"]
    done = start(root, *words)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    assert "https://" in done.stderr
    assert not (root / "r.json").exists()
    told = start(root, *words, "-v")
    assert told.returncode == 3
    assert "Traceback" in told.stderr
    assert "in broken" in told.stderr
    assert not [line for line in told.stderr.splitlines() if line.lstrip().startswith("::")]
    assert "\x1b" not in told.stderr


# the same bytes everywhere

PLACES: dict[str, dict[str, str]] = {
    "locale C": {"LC_ALL": "C", "LANG": "C"},
    "no locale": {"LANG": ""},
    "ASCII everywhere": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"},
    "ASCII file names": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "UTF-16 streams": {"PYTHONIOENCODING": "utf-16"},
    "far east": {"TZ": "XXX-14"},
    "far west": {"TZ": "XXX+12"},
    "hash seed 0": {"PYTHONHASHSEED": "0"},
    "hash seed 4": {"PYTHONHASHSEED": "4"},
    "dumb": {"TERM": "dumb", "PYTHONOPTIMIZE": "2", "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"},
    "completion": {"_PLATFORM_GATE_COMPLETE": "bash_source"},
    "completion of fish": {"_PLATFORM_GATE_COMPLETE": "fish_source"},
}


@pytest.fixture
def abroad(root: Path) -> tuple[str, ...]:
    """Arguments that need letters beyond ASCII everywhere: in evidence, policy, operands, teams."""
    for path, content in {
        "r\u00fcbe.yaml": "apiVersion: platform-gate/v1\nkind: Policy\nmetadata: {name: v}\n"
        "spec: {governance: {evidence: verified}}\n",
        "dienste/\u00fc.yaml": BASE.replace("docs/runbooks/payments.md", "docs/\u00fc.md").replace(
            "team: fintech", "team: K\u00f6ln"
        ),
        "dienste/\u4e2d.yaml": BROKEN,
        ".platform-gate.yaml": "policy: r\u00fcbe.yaml\nmanifests: ['dienste/[\u00fc\u4e2d]*.yaml']\n",
    }.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(content, "utf-8")
    return "check", *DAY, "dienste", "dienste/\u00fc.yaml", "--team", "K\u00f6ln"


def test_the_same_bytes_everywhere(root: Path, abroad: tuple[str, ...]) -> None:
    (root / "out").mkdir()
    outputs = [word for form in REPORTERS for word in ("-o", f"{form}=out/{form}")]

    def everything(**variables: str) -> tuple[int, str, str, dict[str, bytes]]:
        done = start(root, *command(), *abroad, *outputs, "-v", **variables)
        return (
            done.returncode,
            done.stdout,
            done.stderr,
            {form: (root / "out" / form).read_bytes() for form in REPORTERS},
        )

    here = everything()
    assert here[0] == 2
    assert all(b"dienste" in content for content in here[3].values())
    different = [name for name, variables in PLACES.items() if everything(**variables) != here]
    assert different == []


def test_today_is_the_same_day_everywhere(root: Path) -> None:
    before = datetime.now(UTC).date()
    said = {start(root, *command(), "check", "good", TZ=zone).stdout for zone in ("XXX-14", "XXX+12", "UTC")}
    if before == datetime.now(UTC).date():
        assert len(said) == 1
        assert before.isoformat() in said.pop()


@pytest.mark.parametrize("form", REPORTERS)
def test_no_report_says_when_or_where_it_was_made(gate: Gate, root: Path, form: str) -> None:
    other = root.with_name("elsewhere")
    shutil.copytree(root, other)
    os.utime(other / "failing/b.yaml", (0, 0))
    arguments = ("check", "--as-of", "2031-03-04", "good", "failing", "broken", "-f", form, "-v")
    here, there = gate(root, *arguments), gate(other, *arguments)
    assert here.returncode == 2
    assert here.stdout == there.stdout
    assert str(root.parent) not in here.stdout
    assert date.today().isoformat() not in here.stdout  # noqa: DTZ011 - whatever this machine calls today


@pytest.mark.parametrize(("folders", "code"), [(("good",), 0), (("good", "failing"), 1), (("failing", "broken"), 2)])
def test_every_format_exits_alike(gate: Gate, root: Path, folders: tuple[str, ...], code: int) -> None:
    outputs = [word for form in REPORTERS for word in ("-o", f"{form}=r.{form}")]
    said = {form: gate(root, "check", *DAY, *folders, "-f", form) for form in REPORTERS}
    assert {form: done.returncode for form, done in said.items()} == dict.fromkeys(REPORTERS, code)
    assert gate(root, "check", *DAY, *folders, *outputs).returncode == code
    assert {form: (root / f"r.{form}").read_text() for form in REPORTERS if form != "text"} == {
        form: done.stdout for form, done in said.items() if form != "text"
    }
