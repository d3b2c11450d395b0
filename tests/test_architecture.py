"""The house: imports point down, rooms stay small, and only the shell touches the world.

`FLOORS` is the order, from the top. A module may import those on lower lines and nothing on its own or a higher one.
A new module goes onto the highest floor on which everything that it needs is below it.
"""

import ast
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import pytest

PACKAGE = "platform_gate"
ROOT = Path(__file__).parent.parent
LONGEST_MODULE = 300
"""The aim is 200. The rules of a subsystem bring their documentation along, and a table is allowed to be long."""
LONGEST_FUNCTION = 30

FLOORS = """
    __main__
    cli.main
    cli.*
    cli.judging cli.writing
    cli.change cli.since
    cli.history
    cli.rules
    cli.request
    cli.earlier
    cli.options cli.output cli.progress cli.workers
    cli
    reporters
    reporters.*
    page
    page.story page.fleet
    page.service
    page.panels
    page.words page.charts page.engine
    junit report
    story
    outcome
    merging
    recorded
    verdict
    showing
    explanation
    compare
    lowering
    relaxation
    impact policy_test remedy
    gate
    unjudged
    judged
    checkout
    commits
    trees
    lint
    __init__
    toolkit
    service
    figures
    judgement
    waivers
    manifests
    policy config
    effective
    layers rules
    subsystems
    subsystems.*
    patterns
    bands schema
    shipped
    waiver_text
    documents
    plain_places
    plain_yaml positions strict_yaml
    refusals
    git yaml_text
    scalars
    history shards
    exact model
    matching
    globs json_text markdown_text
    text
"""
"""`reporters.*` is every module of that package which no other line names: those that are added like the others."""

SHELL = ("cli.", "__main__")
ASKS_THE_DATE = {"service"}
"""`PlatformService` has a health of its own, and health depends on the day."""
OPENS_FILES = {"trees", "shipped", "git"}
STARTS_PROGRAMS = {"git"}

EXITS = {("sys", "exit"), ("os", "_exit"), ("os", "abort"), ("", "exit"), ("", "quit"), ("", "SystemExit")}
STREAMS = {"sys.stdout", "sys.stderr", "sys.stdin", "sys.argv", "sys.__stdout__"}
DATES = {"today", "now", "utcnow", "time", "localtime", "gmtime", "monotonic"}
FILES = {"open", "read_bytes", "read_text", "write_bytes", "write_text", "scandir", "listdir", "walk", "mkstemp"}
NETWORK = {"socket", "http", "urllib.request", "ftplib", "smtplib", "requests", "ssl", "asyncio"}


def modules() -> dict[str, ast.Module]:
    """Every module by its name below the package."""
    found = {}
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        name = ".".join(path.relative_to(ROOT / PACKAGE).with_suffix("").parts)
        found[name if name == "__init__" else name.removesuffix(".__init__")] = ast.parse(path.read_bytes())
    return found


MODULES = modules()


def floors() -> list[list[str]]:
    """The floors from the top, with a package's remaining modules for its star."""
    lines = [line.split() for line in FLOORS.splitlines() if line.strip()]
    named = set(chain.from_iterable(lines))
    return [list(chain.from_iterable(_spelled_out(word, named) for word in line)) for line in lines]


def _spelled_out(word: str, named: set[str]) -> list[str]:
    if not word.endswith(".*"):
        return [word]
    return [name for name in MODULES if name.startswith(word[:-1]) and name not in named]


def imports(tree: ast.AST, known: set[str]) -> Iterator[tuple[str, int]]:
    """What a module imports of this package, and in which line; imports inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == PACKAGE:
                    yield alias.name.partition(".")[2] or "__init__", node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports name the package, so that they can be walked"
            if (node.module or "").split(".")[0] == PACKAGE:
                base = str(node.module).partition(".")[2]
                for alias in node.names:
                    below = f"{base}.{alias.name}".lstrip(".")
                    yield below if below in known else base or "__init__", node.lineno


def climbs(name: str, tree: ast.AST, order: list[list[str]]) -> list[str]:
    """The imports of a module that don't point down."""
    level = {module: number for number, floor in enumerate(order) for module in floor}
    names = set(level)
    return [
        f"{name}:{line} imports {other}, which is not below it"
        for other, line in imports(tree, names)
        if not (name == "subsystems" and other == "subsystems") and level.get(other, -1) <= level[name]
    ]


def calls(tree: ast.AST) -> Iterator[tuple[str, str, int]]:
    """Every call as (what stands before the last dot, its last name, line)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield ast.unparse(node.func.value), node.func.attr, node.lineno
            elif isinstance(node.func, ast.Name):
                yield "", node.func.id, node.lineno


def prints(tree: ast.AST) -> Iterator[int]:
    """Where something is written to a standard stream."""
    for before, name, line in calls(tree):
        if (before, name) in {("", "print"), ("click", "echo"), ("click", "secho"), ("", "input")}:
            yield line
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in STREAMS:
            yield node.lineno


def reads_the_environment(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        if name in {"environ", "getenv", "environb", "get_terminal_size", "isatty"}:
            yield getattr(node, "lineno", 0)


def asks_the_date(tree: ast.AST) -> Iterator[int]:
    for before, name, line in calls(tree):
        if name in DATES and before.split(".")[-1] in {"date", "datetime", "time"}:
            yield line


def leaves(tree: ast.AST) -> Iterator[int]:
    for before, name, line in calls(tree):
        if (before, name) in EXITS:
            yield line


def opens_files(tree: ast.AST) -> Iterator[int]:
    for before, name, line in calls(tree):
        if name in FILES and before != "ast":
            yield line


def uses_the_network(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        if any(name in NETWORK or name.split(".")[0] in NETWORK for name in names):
            yield getattr(node, "lineno", 0)


def starts_programs(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom) and "subprocess" in ast.unparse(node):
            yield node.lineno


WORLD: list[tuple[Callable[[ast.AST], Iterator[int]], set[str], str]] = [
    (prints, set(), "print(1)"),
    (reads_the_environment, set(), "os.environ.get('CI')"),
    (asks_the_date, ASKS_THE_DATE, "datetime.date.today()"),
    (leaves, set(), "raise SystemExit(1)"),
    (opens_files, OPENS_FILES, "Path('x').read_text()"),
    (starts_programs, STARTS_PROGRAMS, "import subprocess"),
]


def test_every_module_has_a_floor() -> None:
    known = list(chain.from_iterable(floors()))
    assert len(known) == len(set(known))
    assert sorted(MODULES.keys() - set(known)) == []


def test_every_floor_has_its_modules() -> None:
    assert sorted(set(chain.from_iterable(floors())) - MODULES.keys()) == []


@pytest.mark.parametrize("name", MODULES)
def test_imports_point_down(name: str) -> None:
    if name not in chain.from_iterable(floors()):
        pytest.fail(f"{name} has no floor")
    assert climbs(name, MODULES[name], floors()) == []


@pytest.mark.parametrize("touch", WORLD, ids=lambda touch: touch[0].__name__)
def test_only_the_shell_touches_the_world(
    touch: tuple[Callable[[ast.AST], Iterator[int]], set[str], str],
) -> None:
    find, allowed, _ = touch
    inside = {name: tree for name, tree in MODULES.items() if not name.startswith(SHELL) and name not in allowed}
    assert [f"{name}:{line}" for name, tree in inside.items() for line in find(tree)] == []


def test_nobody_uses_the_network() -> None:
    assert [f"{name}:{line}" for name, tree in MODULES.items() for line in uses_the_network(tree)] == []


def test_no_subsystem_knows_another() -> None:
    rooms = {name: tree for name, tree in MODULES.items() if name.startswith("subsystems.")}
    assert len(rooms) >= 4
    for name, tree in rooms.items():
        assert [other for other, _ in imports(tree, set(MODULES)) if other.startswith("subsystems")] == [], name


@pytest.mark.parametrize("name", MODULES)
def test_a_module_fits_in_a_head(name: str) -> None:
    path = ROOT / PACKAGE / (name.replace(".", "/") + ".py")
    path = path if path.exists() else path.with_suffix("") / "__init__.py"
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= LONGEST_MODULE


@pytest.mark.parametrize("name", MODULES)
def test_a_function_fits_on_a_screen(name: str) -> None:
    functions = [node for node in ast.walk(MODULES[name]) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    lengths = {node.name: (node.end_lineno or 0) - node.lineno + 1 for node in functions}
    assert {function: length for function, length in lengths.items() if length > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("name", MODULES)
def test_what_is_passed_on_cannot_be_changed(name: str) -> None:
    for node in ast.walk(MODULES[name]):
        if isinstance(node, ast.ClassDef):
            marks = [ast.unparse(mark) for mark in node.decorator_list if "dataclass" in ast.unparse(mark)]
            assert all("frozen=True" in mark for mark in marks), f"{name}.{node.name} is not frozen"


# The detectors themselves: each must be able to find what it looks for.


@pytest.mark.parametrize("touch", WORLD, ids=lambda touch: touch[0].__name__)
def test_what_touches_the_world_is_found(touch: tuple[Callable[[ast.AST], Iterator[int]], set[str], str]) -> None:
    find, _, example = touch
    assert list(find(ast.parse(example))) == [1]


@pytest.mark.parametrize("line", ["import urllib.request", "from urllib import request", "from http.client import x"])
def test_the_network_is_found(line: str) -> None:
    assert list(uses_the_network(ast.parse(line)))


@pytest.mark.parametrize(
    ("line", "climbing"),
    [
        ("from platform_gate import top", True),
        ("from platform_gate.top import anything", True),
        ("import platform_gate.top", True),
        ("import platform_gate", True),
        ("def late():\n    from platform_gate import top", True),
        ("from platform_gate import beside", True),
        ("from platform_gate.unknown import anything", True),
        ("from platform_gate import bottom", False),
        ("from platform_gate.bottom import top", False),
        ("import json", False),
    ],
)
def test_an_import_that_climbs_is_found(line: str, *, climbing: bool) -> None:
    order = [["__init__"], ["top"], ["here", "beside"], ["bottom"]]
    assert bool(climbs("here", ast.parse(line), order)) is climbing
