"""Folders that an attacker or an accident may leave behind: links, devices, odd names, operands and configuration."""

from __future__ import annotations

import json
import os
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Gate, command, scrubbed_environment
from tests.hostile.corpus import AS_OF, BASE

DAY = ("--as-of", AS_OF.isoformat())
MIB = 1024 * 1024
SECRET = "s3cret-content"  # noqa: S105 - what must never be seen in a report
VERIFIED = "apiVersion: platform-gate/v1\nkind: Policy\nmetadata: {name: v}\nspec: {governance: {evidence: verified}}\n"
Build = Callable[[Path], object]


def manifest(name: str) -> str:
    return BASE.replace("name: payments", f"name: {name}", 1)


def put(path: Path, content: str | bytes = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """A repository with one healthy service, and a secret beside it. Python cannot remove the deepest ones."""
    put(tmp_path / "outside" / "secret.yaml", f"{SECRET}: {SECRET}\n")
    put(tmp_path / "outside" / "fine.yaml", manifest("outsider"))
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    put(repository / "services" / "payments.yaml", manifest("payments"))
    yield repository
    subprocess.run(["/bin/rm", "-rf", repository / "services" / "a"], check=True)


@dataclass(frozen=True)
class Answer:
    """What a run said: the exit code, the names of the judged services, and the paths of what wasn't judged."""

    code: int
    services: set[str]
    refused: set[str]
    report: dict[str, Any]
    text: str


def ask(gate: Gate, root: Path, *arguments: str) -> Answer:
    done = gate(root, "check", *DAY, "-f", "json", *arguments)
    assert clean(done.stdout + done.stderr)
    assert SECRET not in done.stdout + done.stderr
    assert "root:x:0" not in done.stdout + done.stderr
    report = json.loads(done.stdout) if done.stdout else {"services": [], "findings": []}
    names = {service["name"] for service in report["services"]}
    paths = {finding["path"] for finding in report["findings"]}
    return Answer(done.returncode, names, paths, report, done.stdout + done.stderr)


def clean(text: str) -> bool:
    """Whether no line acts on a terminal or a runner."""
    hidden = {*range(0x20), *range(0x7F, 0xA0), 0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
    acting = [character for character in text if ord(character) in hidden - {10} or 0xD800 <= ord(character) < 0xE000]
    lines = [line for line in text.split("\n") if line.lstrip().startswith("::") or "##[" in line]
    return not acting and not lines


def bind(path: Path) -> None:
    """Leave a socket behind. Its address may have 107 bytes at most, so it is bound from beside it."""
    with socket.socket(socket.AF_UNIX) as made:
        before = Path.cwd()
        os.chdir(path.parent)
        try:
            made.bind(path.name)
        finally:
            os.chdir(before)


def link(path: str, target: str) -> Build:
    def build(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).symlink_to(target)

    return build


def file(path: str, content: str | bytes) -> Build:
    return lambda root: put(root / path, content)


def folder(path: str) -> Build:
    return lambda root: (root / path).mkdir(parents=True)


def sparse(root: Path) -> None:
    with (root / "services/sparse.yaml").open("wb") as opened:
        opened.truncate(10 * 1024**3)


def deep(root: Path) -> None:
    """1,500 folders inside each other and a broken manifest at the bottom: git allows paths of 4,096 bytes."""
    here = os.open(root / "services", os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("a", dir_fd=here)
        below = os.open("a", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("x.yaml", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)


def moved_and_linked(root: Path) -> None:
    (root / "services").rename(root / "real")
    (root / "services").symlink_to("real")


def replaced_by_a_file(root: Path) -> None:
    shutil.rmtree(root / "services")
    put(root / "services", BROKEN)


def both(*builds: Build) -> Build:
    def build(root: Path) -> None:
        for each in builds:
            each(root)

    return build


@dataclass(frozen=True)
class Case:
    build: Build
    refused: tuple[str, ...] = ()  # what is named as not judged; none: exit code 0
    arguments: tuple[str, ...] = ("services",)
    services: tuple[str, ...] = ("payments",)


BROKEN = "kind: nonsense\n"
CONFIG = ".platform-gate.yaml"
FINE = manifest("fine")
ONE = ("fine", "payments")
X = ("services/x.yaml",)
CASES = {
    # links in a folder
    "linked-file": Case(link("services/x.yaml", "../../outside/secret.yaml"), X),
    "link-to-a-good-manifest-outside": Case(link("services/x.yaml", "../../outside/fine.yaml"), X),
    "link-to-a-good-manifest-inside": Case(link("services/x.yaml", "payments.yaml"), X),
    "link-to-passwd": Case(link("services/x.yaml", "/etc/passwd"), X),
    "link-to-zero": Case(link("services/x.yaml", "/dev/zero"), X),
    "link-to-stdin": Case(link("services/x.yaml", "/proc/self/fd/0"), X),
    "dangling-link": Case(link("services/x.yaml", "nowhere"), X),
    "link-to-itself": Case(link("services/x.yaml", "x.yaml"), X),
    "linked-folder": Case(link("services/x", "../../outside"), ("services/x",)),
    "linked-folder-named-yaml": Case(link("services/x.yaml", "../../outside"), X),
    "link-to-the-folder-above": Case(link("services/x", "."), ("services/x",)),
    "link-that-is-no-manifest": Case(link("services/notes.txt", "/etc/passwd")),
    "excluded-link": Case(
        both(link("services/x.yaml", "payments.yaml"), file(CONFIG, "exclude: [services/x.yaml]\n")),
    ),
    # links as operands, and on the way to one
    "operand-link": Case(link("x.yaml", "/etc/passwd"), ("x.yaml",), ("x.yaml",), ()),
    "operand-link-beside-a-good-one": Case(link("x.yaml", "/etc/passwd"), ("x.yaml",), ("x.yaml", "services")),
    "operand-linked-folder": Case(link("x", "services"), ("x",), ("x",), ()),
    "operand-linked-folder-slash": Case(link("x", "services"), ("x",), ("x/",), ()),
    "operand-dangling-link": Case(link("x.yaml", "nowhere"), ("x.yaml",), ("x.yaml",), ()),
    "operand-through-a-link": Case(link("x", "../outside"), ("x/fine.yaml",), ("x/fine.yaml",), ()),
    "operand-out-through-a-link": Case(
        both(folder("../outside/in"), link("docs/x", "../../outside/in")),
        ("docs/fine.yaml",),
        ("docs/x/../fine.yaml",),
        (),
    ),
    "services-is-a-link": Case(moved_and_linked, ("services",), (), ()),
    # what isn't a plain file
    "fifo": Case(lambda root: os.mkfifo(root / "services/x.yaml"), X),
    "operand-fifo": Case(lambda root: os.mkfifo(root / "x.yaml"), ("x.yaml",), ("x.yaml", "services")),
    "socket": Case(lambda root: bind(root / "services/x.yaml"), X),
    "operand-device": Case(lambda _root: None, ("/dev/zero",), ("/dev/zero", "services")),
    "folder-named-yaml": Case(file("services/x.yaml/fine.yml", FINE), services=ONE),
    "empty-folder-named-yaml": Case(folder("services/x.yaml")),
    "sparse-10-gigabytes": Case(sparse, ("services/sparse.yaml",)),
    "1-mebibyte": Case(file("services/x.yaml", FINE.encode().ljust(MIB, b"#")), services=ONE),
    "1-mebibyte-and-a-byte": Case(file("services/x.yaml", FINE.encode().ljust(MIB + 1, b"#")), X),
    "empty-file": Case(file("services/x.yaml", ""), X),
    # which files there are
    "dotfile": Case(file("services/.x.yaml", BROKEN), ("services/.x.yaml",)),
    "only-a-suffix": Case(file("services/.yaml", BROKEN), ("services/.yaml",)),
    "dotfolder": Case(file("services/.x/x.yaml", BROKEN), ("services/.x/x.yaml",)),
    "upper-case-suffix": Case(file("services/x.YAML", BROKEN), ("services/x.YAML",)),
    "upper-case-short-suffix": Case(file("services/x.Yml", BROKEN), ("services/x.Yml",)),
    "another-suffix": Case(file("services/x.json", BROKEN)),
    "case-twins": Case(
        both(file("services/X.yaml", FINE), file("services/PAYMENTS.yaml", BROKEN)),
        ("services/PAYMENTS.yaml",),
        services=ONE,
    ),
    "very-deep-folder": Case(deep, ("services/" + "a/" * 1500 + "x.yaml",)),
    "nested-git-folder": Case(file("services/x/.git/config.yaml", BROKEN)),
    "upper-case-git-folder": Case(file("services/.GIT/x.yaml", BROKEN), ("services/.GIT/x.yaml",)),
    "git-file-as-in-a-submodule": Case(
        both(file("services/x/.git", "gitdir: ../../../outside\n"), file("services/x/x.yaml", BROKEN)),
        ("services/x/x.yaml",),
    ),
    "embedded-bare-repository": Case(
        both(
            file("services/x/HEAD", "ref: refs/heads/main\n"),
            file("services/x/config", "[core]\n\tbare = true\n\tfsmonitor = touch ran\n"),
            folder("services/x/objects"),
            folder("services/x/refs"),
        ),
    ),
    # operands
    "empty-folder": Case(folder("empty"), ("empty",), ("empty",), ()),
    "empty-folder-beside-a-good-one": Case(folder("empty"), ("empty",), ("empty", "services")),
    "folder-without-manifests-beside-one-with": Case(file("docs/a.md", ""), ("docs",), ("docs", "services")),
    "missing-operand": Case(lambda _root: None, ("nowhere",), ("nowhere", "services")),
    "empty-operand": Case(lambda _root: None, (), ("",)),
    "glob-is-no-operand": Case(lambda _root: None, ("services/*.yaml",), ("services/*.yaml", "services")),
    "operand-below-a-file": Case(
        lambda _root: None, ("services/payments.yaml/x",), ("services/payments.yaml/x", "services")
    ),
    "the-same-in-many-words": Case(
        lambda _root: None,
        (),
        ("services", "./services", "services/payments.yaml", "services//payments.yaml", "services/../services"),
    ),
    "through-dotdot": Case(lambda _root: None, (), ("../repository/services",)),
    "outside": Case(lambda _root: None, (), ("../outside/fine.yaml",), ("outsider",)),
    "outside-broken": Case(lambda _root: None, ("../outside/secret.yaml",), ("../outside/secret.yaml",), ()),
    "services-is-a-file": Case(replaced_by_a_file, ("services",), (), ()),
    "services-is-missing": Case(lambda root: shutil.rmtree(root / "services"), ("services",), (), ()),
    "file-named-dash": Case(file("-", BROKEN), ("-",), ("./-",), ()),
    "duplicate-service": Case(file("services/x.yaml", manifest("payments")), X),
    # configuration
    "everything-excluded": Case(file(CONFIG, "exclude: ['**']\n"), ("services",), services=()),
    "folder-excluded": Case(file(CONFIG, "exclude: ['services/**']\n"), ("services",), services=()),
    "excluded-file-as-operand": Case(
        both(file(CONFIG, "exclude: ['**']\n"), file("services/x.yaml", BROKEN)), X, ("services/x.yaml",), ()
    ),
    "negated-exclude-is-a-name": Case(
        both(file(CONFIG, "exclude: ['!services/x.yaml']\n"), file("services/x.yaml", BROKEN)), X
    ),
    "exclude-does-not-cross-folders": Case(
        both(file(CONFIG, "exclude: ['services/*.yaml']\n"), file("services/y/x.yaml", BROKEN)),
        ("services/y/x.yaml",),
        services=(),
    ),
    "globs-that-match-nothing": Case(file(CONFIG, "manifests: ['other/**']\n"), (".",), (), ()),
    "globs-and-a-linked-folder": Case(
        both(file(CONFIG, "manifests: ['**/*.yaml']\n"), link("services/x", "../../outside")),
        ("services/x",),
        (),
    ),
    "brackets-in-names": Case(
        both(file(CONFIG, "exclude: ['services/[ab].yaml']\n"), file("services/[ab].yaml", BROKEN)),
        ("services/[ab].yaml",),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_folder(gate: Gate, root: Path, name: str) -> None:
    case = CASES[name]
    case.build(root)
    answer = ask(gate, root, *case.arguments)
    if name == "empty-operand":  # nobody's word for the working directory: refused, or read as `.`
        assert answer.code in {0, 2}
        return
    assert answer.services == set(case.services)
    assert answer.refused == set(case.refused)
    assert answer.code == (2 if case.refused else 0)


# names

NAMES = {
    "newline": "a\n::error::b.yaml",
    "carriage-return": "a\r::error::b.yaml",
    "command": "::error::x.yaml",
    "old-command": "##[group]x.yaml",
    "escape": "a\x1b[2Jb.yaml",
    "c1": "a\x9b2Jb.yaml",
    "next-line": "a\x85::error::b.yaml",
    "line-separator": "a\u2028::error::b.yaml",
    "bidi": "a\u202elmay.yaml",
    "tab": "a\tb.yaml",
    "option": "-rf.yaml",
    "policy-option": "--policy=services.yaml",
    "glob": "*?[a].yaml",
    "shell": "$(touch ran)`touch ran`;touch ran.yaml",
    "quotes": "'\".yaml",
    "markup": "<b>&amp;.yaml",
    "backslash": "a\\b.yaml",
    "percent": "%0A::error::x.yaml",
    "spaces": " a  .yaml",
    "umlaut": "\u00fc.yaml",
    "longest": "x" * 250 + ".yaml",
}
RAW = {"invalid-utf-8": b"a\xff.yaml", "overlong": b"a\xc0\xafb.yaml", "surrogate": b"a\xed\xa0\x80.yaml"}
ALL_NAMES = {name: os.fsencode(text) for name, text in NAMES.items()} | RAW


@pytest.mark.parametrize("name", ALL_NAMES)
def test_a_hostile_name_as_operand(gate: Gate, root: Path, name: str) -> None:
    (root / os.fsdecode(ALL_NAMES[name])).write_text(BROKEN)
    answer = ask(gate, root, "services", "--", os.fsdecode(ALL_NAMES[name]))
    assert answer.code == 2
    assert answer.services == {"payments"}
    assert len(answer.refused) == 1
    assert not (root / "ran").exists()


@pytest.mark.parametrize("form", ["text", "json"])
def test_all_hostile_names_in_a_folder(gate: Gate, root: Path, form: str) -> None:
    for raw in ALL_NAMES.values():
        (root / "services" / os.fsdecode(raw)).write_text(BROKEN)
    done = gate(root, "check", *DAY, "-f", form)
    assert done.returncode == 2
    assert clean(done.stdout + done.stderr)
    if form == "json":
        paths = [finding["path"] for finding in json.loads(done.stdout)["findings"]]
        assert len(set(paths)) == len(ALL_NAMES)
    else:
        assert f"{len(ALL_NAMES)} files not judged" in done.stdout


def test_hostile_names_of_good_manifests_pass_and_stay_harmless(gate: Gate, root: Path) -> None:
    for index, raw in enumerate(ALL_NAMES.values()):
        (root / "services" / os.fsdecode(raw)).write_text(manifest(f"s{index}"))
    answer = ask(gate, root)
    assert (answer.code, len(answer.services)) == (0, len(ALL_NAMES) + 1)


@pytest.mark.parametrize("order", [0, 1])
def test_two_names_that_are_shown_alike_are_two_files(gate: Gate, root: Path, order: int) -> None:
    """`a<0xff>.yaml`, and a name that spells out how that one is shown: neither may hide the other."""
    spelled, raw = (root / "services" / os.fsdecode(name) for name in (b"a\\xff.yaml", b"a\xff.yaml"))
    good, bad = [(spelled, raw), (raw, spelled)][order]
    good.write_text(FINE)
    bad.write_text(BROKEN)
    answer = ask(gate, root)
    assert answer.code == 2
    assert answer.services == {"fine", "payments"}


def test_a_file_named_as_stdin_is_shown_hides_nothing(gate: Gate, root: Path) -> None:
    put(root / "<stdin>", BROKEN)
    done = gate(root, "check", *DAY, "-f", "json", "-", "<stdin>", stdin=FINE.encode())
    assert done.returncode == 2
    assert [each["name"] for each in json.loads(done.stdout)["services"]] == ["fine"]


@pytest.mark.parametrize("operand", ["--policy=advisory", "--policy=services", "-f", "--exit-zero"])
@pytest.mark.parametrize("dashes", [True, False])
def test_a_folder_named_like_an_option(gate: Gate, root: Path, operand: str, dashes: bool) -> None:  # noqa: FBT001
    put(root / operand / "x.yaml", BROKEN)
    answer = gate(root, "check", *DAY, "-f", "json", *(["--"] if dashes else []), operand)
    if dashes:
        assert answer.returncode == 2
        assert json.loads(answer.stdout)["findings"][0]["path"] == f"{operand}/x.yaml"
    elif operand in {"-f", "--policy=services"}:  # an option without its value, or with one that isn't there
        assert (answer.returncode, answer.stdout) == (2, "")


# the reader's environment


def unprivileged() -> list[str]:
    """A prefix that makes permissions hold, for root too; skips the test where there is none."""
    if os.geteuid():
        return []
    prefix = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]
    if shutil.which("setpriv") is None or subprocess.run([*prefix, "true"], check=False).returncode:
        pytest.skip("root may read everything here, and setpriv can't change that")
    return prefix


@pytest.mark.parametrize(
    ("path", "shown", "arguments"),
    [
        ("services/x.yaml", "services/x.yaml", ["services"]),
        ("services/x.yaml", "services/x.yaml", ["services/x.yaml", "services"]),
        ("services/x", "services/x", ["services"]),
        ("services/x", "services/x", ["services/x", "services"]),
    ],
)
def test_unreadable(root: Path, tmp_path: Path, path: str, shown: str, arguments: list[str]) -> None:
    locked = put(root / path, FINE) if path.endswith(".yaml") else put(root / path / "x.yaml", FINE).parent
    locked.chmod(0)
    words = [*unprivileged(), *command(), "check", *DAY, "-f", "json", *arguments]
    environment = scrubbed_environment(tmp_path)
    done = subprocess.run(words, cwd=root, env=environment, capture_output=True, check=False, timeout=60)
    locked.chmod(0o700)
    report = json.loads(done.stdout)
    assert done.returncode == 2
    assert [finding["path"] for finding in report["findings"]] == [shown]
    assert "permission denied" in report["findings"][0]["message"]
    assert report["total_services"] == 1


def test_a_device_is_not_opened_by_name(gate: Gate, root: Path) -> None:
    try:
        os.mknod(root / "services/x.yaml", stat.S_IFCHR | 0o600, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("making a device takes root")
    assert ask(gate, root).refused == {"services/x.yaml"}


HOOK = """
import os, runpy, sys
done = []
def hook(event, arguments):
    path = arguments[0] if event == "open" else ""
    if not done and isinstance(path, (str, bytes)) and os.fsdecode(path).endswith("payments.yaml"):
        done.append(1)
        {action}
sys.addaudithook(hook)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
ACTIONS = {
    "removed": "os.unlink('services/x.yaml')",
    "linked": "os.unlink('services/x.yaml'); os.symlink('/etc/passwd', 'services/x.yaml')",
    "a folder": "os.unlink('services/x.yaml'); os.mkdir('services/x.yaml')",
    "a pipe": "os.unlink('services/x.yaml'); os.mkfifo('services/x.yaml')",
}


@pytest.mark.parametrize("name", ACTIONS)
def test_a_manifest_that_changes_between_walk_and_read(root: Path, tmp_path: Path, name: str) -> None:
    if len(command()) != 1:
        pytest.skip("there is no console script to wrap")
    put(root / "services/x.yaml", FINE)
    wrapper = put(tmp_path / "wrapper.py", HOOK.replace("{action}", ACTIONS[name]))
    words = [sys.executable, "-P", str(wrapper), *command(), "check", *DAY, "-f", "json"]
    environment = scrubbed_environment(tmp_path)
    done = subprocess.run(words, cwd=root, env=environment, capture_output=True, check=False, timeout=60)
    assert done.returncode == 2, done.stderr
    report = json.loads(done.stdout)
    assert [service["name"] for service in report["services"]] == ["payments"]
    assert [finding["path"] for finding in report["findings"]] == ["services/x.yaml"]
    assert b"root:x" not in done.stdout + done.stderr


def test_absolute_operands_are_shown_relative_to_the_root(gate: Gate, root: Path) -> None:
    put(root / "services/x.yaml", BROKEN)
    answer = ask(gate, root, str(root / "services"))
    assert answer.refused == {"services/x.yaml"}
    assert str(root) not in answer.text


def test_operands_are_relative_to_the_working_directory_and_shown_from_the_root(gate: Gate, root: Path) -> None:
    put(root / "services/x.yaml", BROKEN)
    assert ask(gate, root / "services", "x.yaml").refused == {"services/x.yaml"}
    assert ask(gate, root / "services").refused == {"services/x.yaml"}


def test_a_working_directory_that_is_gone(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    script = 'cd "$1" && rmdir "$1" && shift && exec "$@"'
    words = ["sh", "-c", script, "sh", str(gone), *command(), "check", *DAY]
    done = subprocess.run(words, env=scrubbed_environment(tmp_path), capture_output=True, check=False, timeout=60)
    assert done.returncode == 2, done.stderr


# globs and evidence


@pytest.mark.parametrize("glob", ["../**", "/etc/**", "a/../../b", "..", "services/..", "a\\\\b", ""])
def test_globs_do_not_reach_outside(gate: Gate, root: Path, glob: str) -> None:
    put(root / CONFIG, f'manifests: ["{glob}"]\n')
    done = gate(root, "check", *DAY)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {CONFIG}:1:")


@pytest.mark.parametrize("glob", ["[z-a]", "[]", "[^]", "[a&&b]", "[[a]", "[a--b]", "[!]", "["])
@pytest.mark.parametrize("place", ["exclude", "policy"])
def test_odd_globs_are_names_or_errors_but_no_bugs(gate: Gate, root: Path, glob: str, place: str) -> None:
    if place == "exclude":
        put(root / CONFIG, f"exclude: ['{glob}']\n")
    else:
        override = f"[{{match: {{path: '{glob}'}}, reason: r, spec: {{gate: {{required: [slo]}}}}}}]"
        put(root / CONFIG, "policy: p.yaml\n")
        put(root / "p.yaml", VERIFIED.replace("{governance: {evidence: verified}}", f"{{overrides: {override}}}"))
    done = gate(root, "check", *DAY)
    assert done.returncode in {0, 2}, done.stderr
    assert "Warning" not in done.stderr


@pytest.mark.parametrize("glob", ["**/" + "*a" * 12 + "b", "*?" * 12 + "b", "**/a*/" * 6 + "b", "**a" * 12 + "b"])
def test_globs_cost_little(root: Path, glob: str) -> None:
    put(root / "services" / ("a" * 120) / ("a" * 200 + ".yaml"), FINE)
    put(root / CONFIG, f"exclude: ['{glob}']\n")
    shell = ("sh", "-c", 'ulimit -t 2; exec "$@"', "sh")
    words = [*shell, *command(), "check", *DAY]
    done = subprocess.run(words, cwd=root, env=scrubbed_environment(root), capture_output=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("evidence", "counts"),
    [
        ("docs/real.md", True),
        ("docs/real.md#part", True),
        ("docs/", True),
        ("docs/out/fine.yaml", False),
        ("docs/out", False),
        ("docs/passwd.md", False),
        ("docs/dangling.md", False),
        ("docs/loop.md", False),
        ("docs/nothing.md", False),
        ("docs/real.md/x", False),
        ("docs/" + "a" * 300 + ".md", False),
    ],
)
def test_verified_evidence_stays_in_the_tree(gate: Gate, root: Path, evidence: str, counts: bool) -> None:  # noqa: FBT001
    put(root / "docs/real.md", "Yes.\n")
    link("docs/out", "../../outside")(root)
    link("docs/passwd.md", "/etc/passwd")(root)
    link("docs/dangling.md", "nowhere")(root)
    link("docs/loop.md", "loop.md")(root)
    put(root / "v.yaml", VERIFIED)
    put(root / "services/payments.yaml", BASE.replace("docs/runbooks/payments.md", evidence))
    answer = ask(gate, root, "--policy", "v.yaml")
    (service,) = answer.report["services"]
    assert service["subsystems"]["governance"]["facts"]["failed"] == (0 if counts else 1)


@pytest.mark.parametrize("evidence", ["../outside/fine.yaml", "docs/../../outside/fine.yaml", "/etc/passwd", "a/.."])
def test_evidence_that_leads_out_is_refused(gate: Gate, root: Path, evidence: str) -> None:
    put(root / "services/payments.yaml", BASE.replace("docs/runbooks/payments.md", evidence))
    assert ask(gate, root).code == 2
