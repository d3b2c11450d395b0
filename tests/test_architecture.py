"""The layout: imports point down, modules stay small, and only the shell touches the world.

`FLOORS` is the order of the packages, from the top. A package may import those below it, and only the modules that they
export in `__all__`. Inside a package, imports may go anywhere as long as there is no circle.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

PACKAGE = "platform_gate"
ROOT = Path(__file__).parent.parent
LONGEST_MODULE = 300
"""The aim is 200. The rules of a subsystem bring their documentation along, and a table is allowed to be long."""
LONGEST_FUNCTION = 30

FLOORS = (
    ("__main__",),
    ("cli",),
    ("__init__",),
    ("checking",),
    ("reports",),
    ("api", "changes"),
    ("judging", "collectors"),
    ("policy", "measurements"),
    ("subsystems", "repository", "importers"),
    ("documents",),
    ("matching",),
    ("model",),
    ("numbers", "readings", "rule_ids", "text", "windows"),
)

SHELL = ("cli.", "__main__")
ASKS_THE_DATE = {"api"}
"""`PlatformService` has a health of its own, and health depends on the day."""
OPENS_FILES = {
    "collectors.files",
    "repository.evidence",
    "repository.plain_files",
    "repository.rule_files",
    "repository.work_tree",
    "documents.shipped",
    "repository.git",
}
STARTS_PROGRAMS = {"repository.git"}
READS_THE_ENVIRONMENT = {"repository.git"}
"""`PATH` says where git is, and nothing else is read."""

EXITS = {("sys", "exit"), ("os", "_exit"), ("os", "abort"), ("", "exit"), ("", "quit"), ("", "SystemExit")}
STREAMS = {"sys.stdout", "sys.stderr", "sys.stdin", "sys.argv", "sys.__stdout__"}
DATES = {"today", "now", "utcnow", "time", "localtime", "gmtime", "monotonic"}
FILES = {"open", "read_bytes", "read_text", "write_bytes", "write_text", "scandir", "listdir", "walk", "mkstemp"}
NETWORK = {
    "socket",
    "http",
    "urllib.request",
    "ftplib",
    "smtplib",
    "requests",
    "ssl",
    "asyncio",
    "urllib3",
    "sqlalchemy",
    "pyspark",
}
ASKS_SERVERS = {"collectors.transport", "collectors.failures", "collectors.engines"}
"""Only `collect` asks servers, and only by these; `failures` says what went wrong there."""


def modules() -> dict[str, ast.Module]:
    """Every module by its name below the package."""
    found = {}
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        name = ".".join(path.relative_to(ROOT / PACKAGE).with_suffix("").parts)
        found[name if name == "__init__" else name.removesuffix(".__init__")] = ast.parse(path.read_bytes())
    return found


MODULES = modules()


FLOOR = {package: number for number, packages in enumerate(FLOORS) for package in packages}


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


def package_of(module: str) -> str:
    return module.partition(".")[0]


def exported(package: str, modules: Mapping[str, ast.Module]) -> set[str]:
    """The modules that a package lets others import: those in its `__all__`, and the package itself."""
    names = {package}
    for node in modules[package].body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            names |= {f"{package}.{name}" for name in ast.literal_eval(node.value)}
    return names


def wrong_imports(name: str, modules: Mapping[str, ast.Module], floor: Mapping[str, int]) -> Iterator[str]:
    """The imports of a module that point up, sideways, or into the inside of another package."""
    own = package_of(name)
    for other, line in imports(modules[name], set(modules)):
        package = package_of(other)
        if package == own:
            continue
        if floor.get(package, -1) <= floor[own]:
            yield f"{name}:{line} imports {other}, which is not below it"
        elif other not in exported(package, modules):
            yield f"{name}:{line} imports {other}, which {package} does not export"


def circles(modules: Mapping[str, ast.Module]) -> list[list[str]]:
    """Modules of one package that import one another in a circle."""
    graph = {
        name: {
            other
            for other, _ in imports(tree, set(modules))
            if package_of(other) == package_of(name) and other != package_of(other)
        }
        for name, tree in modules.items()
    }
    done: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> Iterator[list[str]]:
        if name in path:
            yield [*path[path.index(name) :], name]
        elif name not in done:
            done.add(name)
            for other in sorted(graph[name]):
                yield from walk(other, (*path, name))

    return [circle for name in graph for circle in walk(name, ())]


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


def texts(tree: ast.AST) -> Iterator[str]:
    """The string constants of a module, except for docstrings."""
    lone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in lone:
            yield node.value


WORLD: list[tuple[Callable[[ast.AST], Iterator[int]], set[str], str]] = [
    (prints, set(), "print(1)"),
    (reads_the_environment, READS_THE_ENVIRONMENT, "os.environ.get('CI')"),
    (asks_the_date, ASKS_THE_DATE, "datetime.date.today()"),
    (leaves, set(), "raise SystemExit(1)"),
    (opens_files, OPENS_FILES, "Path('x').read_text()"),
    (starts_programs, STARTS_PROGRAMS, "import subprocess"),
]


def test_every_package_has_a_floor() -> None:
    assert {package_of(name) for name in MODULES} == set(FLOOR)


@pytest.mark.parametrize("name", MODULES)
def test_imports_point_down_to_what_is_exported(name: str) -> None:
    assert list(wrong_imports(name, MODULES, FLOOR)) == []


def test_no_imports_go_in_a_circle() -> None:
    assert circles(MODULES) == []


SUBSYSTEMS = [f"subsystems.{name}" for name in ("slo", "cost", "reliability", "governance", "custom", "freshness")]
WORDS = [f"{name}.rules" for name in SUBSYSTEMS if name != "subsystems.custom"]
FIELDS = [f"subsystems.{name}.fields" for name in ("slo", "cost", "reliability")]


def test_the_commands_of_a_ci_runner_are_escaped_in_one_place() -> None:
    holders = {name for name, tree in MODULES.items() for text in texts(tree) if "##[" in text}
    assert holders == {"text"}


SHARED_BY_SUBSYSTEMS = {
    *("subsystems.bands", "subsystems.loosening"),
    *(f"subsystems.custom_{name}" for name in ("schema", "validation", "patterns", "pattern_syntax")),
}


def test_no_two_modules_share_a_name() -> None:
    """Names from outside may repeat: commands, formats, systems, and the `rules` and `fields` of each subsystem."""
    several = ("cli.", "reports.formats.", "importers.", "collectors.")
    own = [name for name in MODULES if "." in name and not name.startswith(several) and name not in (*WORDS, *FIELDS)]
    names = [name.rpartition(".")[2] for name in own]
    assert sorted({name for name in names if names.count(name) > 1}) == []


@pytest.mark.parametrize("touch", WORLD, ids=lambda touch: touch[0].__name__)
def test_only_the_shell_touches_the_world(
    touch: tuple[Callable[[ast.AST], Iterator[int]], set[str], str],
) -> None:
    find, allowed, _ = touch
    inside = {name: tree for name, tree in MODULES.items() if not name.startswith(SHELL) and name not in allowed}
    assert [f"{name}:{line}" for name, tree in inside.items() for line in find(tree)] == []


def test_nobody_else_uses_the_network() -> None:
    inside = {name: tree for name, tree in MODULES.items() if name not in ASKS_SERVERS}
    assert [f"{name}:{line}" for name, tree in inside.items() for line in uses_the_network(tree)] == []


def _own(name: str) -> set[str]:
    """The modules of a subsystem's own package."""
    package = ".".join(name.split(".")[:2])
    return {module for module in MODULES if module.startswith(f"{package}.")}


def test_no_subsystem_knows_another() -> None:
    assert {*SUBSYSTEMS, *WORDS, *FIELDS} <= MODULES.keys()
    for name in (*SUBSYSTEMS, *WORDS, *FIELDS):
        known = {other for other, _ in imports(MODULES[name], set(MODULES)) if other.startswith("subsystems")}
        assert known <= {*SHARED_BY_SUBSYSTEMS, *_own(name)}, name


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
    ("line", "wrong"),
    [
        ("from platform_gate import top", True),
        ("from platform_gate.top import anything", True),
        ("import platform_gate.top", True),
        ("import platform_gate", True),
        ("def late():\n    from platform_gate import top", True),
        ("from platform_gate import beside", True),
        ("from platform_gate.unknown import anything", True),
        ("from platform_gate.bottom.inner import anything", True),
        ("from platform_gate.bottom import inner", True),
        ("from platform_gate import bottom", False),
        ("from platform_gate.bottom.outer import anything", False),
        ("from platform_gate.here.other import anything", False),
        ("import json", False),
    ],
)
def test_a_wrong_import_is_found(line: str, *, wrong: bool) -> None:
    sources = dict.fromkeys(["__init__", "top", "here", "here.other", "beside", "bottom.inner", "bottom.outer"], "")
    sources |= {"bottom": "__all__ = ['outer']", "here.module": line}
    modules = {name: ast.parse(text) for name, text in sources.items()}
    floor = {"__init__": 0, "top": 1, "here": 2, "beside": 2, "bottom": 3}
    assert bool(list(wrong_imports("here.module", modules, floor))) is wrong


def test_a_circle_is_found() -> None:
    sources = {"a.x": "from platform_gate.a import y", "a.y": "from platform_gate.a.z import b", "a.z": ""}
    modules = {name: ast.parse(text) for name, text in {"a": "", **sources}.items()}
    assert circles(modules) == []
    assert circles(modules | {"a.z": ast.parse("import platform_gate.a.x")}) == [["a.x", "a.y", "a.z", "a.x"]]
