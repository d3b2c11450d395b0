"""The configuration: ``[tool.platform-gate]`` in ``pyproject.toml``, or ``.platform-gate.yaml``.

It says what is judged and by which policy. This module opens no file: the caller passes in a reader.
"""

import posixpath
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from platform_gate.documents import schema
from platform_gate.documents.document import MAX_BYTES, DocumentError, Refusal, read_one
from platform_gate.matching import as_list
from platform_gate.model import GateError, Location, Problem
from platform_gate.text import printable, quote

PYPROJECT: Final = "pyproject.toml"
OWN_FILE: Final = ".platform-gate.yaml"
TABLE: Final = "tool.platform-gate"
LONGEST_LINE: Final = 10_000
"""Characters of a line in ``pyproject.toml``."""

Read = Callable[[str], bytes | None]
"""The bytes of a file at the root; None if there is none. Raises ``GateError`` if it can't be read."""


class Config(NamedTuple):
    """The configuration of a repository.

    ``manifests`` and ``exclude`` are globs; ``manifests`` is None unless configured. ``policy`` is a name or a path.
    ``scope`` is the default of ``--scope``. ``path`` is the file that configures the gate, empty if none does.
    """

    manifests: tuple[str, ...] | None = None
    exclude: tuple[str, ...] = ()
    policy: str | None = None
    waivers: tuple[str, ...] = ()
    measurements: tuple[str, ...] = ()
    scope: str | None = None
    path: str = ""


def load(read: Read) -> Config:
    """The configuration at a repository's root, or the built-in one.

    Raises:
        GateError: both files configure the gate, or one of them is invalid.
    """
    table, own = _pyproject(read), _own_file(read)
    if table is not None and own is not None:
        fix = "Keep one of them."
        raise GateError(f"both {PYPROJECT} ([{TABLE}]) and {OWN_FILE} configure platform-gate", fix)
    if table is None and own is None:
        return Config()
    path, data = (PYPROJECT, table) if table is not None else (OWN_FILE, own)
    return _config(data or {}, path)


def _config(data: Mapping[str, Any], path: str) -> Config:
    manifests = data.get("manifests")
    return Config(
        manifests=tuple(manifests) if manifests is not None else None,
        exclude=tuple(data.get("exclude", ())),
        policy=data.get("policy"),
        waivers=tuple(as_list(data.get("waivers", []))),
        measurements=tuple(as_list(data.get("measurements", []))),
        scope=data.get("scope"),
        path=path,
    )


def _own_file(read: Read) -> Mapping[str, Any] | None:
    content = read(OWN_FILE)
    if content is None:
        return None
    document = read_one(content, OWN_FILE)
    if problems := schema.validate(document.data, "config") or _outside(document.data):
        raise document.refuse(*problems)
    data: Mapping[str, Any] = document.data
    return data


def _pyproject(read: Read) -> Mapping[str, Any] | None:
    content = read(PYPROJECT)
    if content is None:
        return None
    import tomllib  # noqa: PLC0415 - most repositories have no such file

    try:
        text = content.decode("utf-8")
        _refuse_excess(text)
        table = tomllib.loads(text).get("tool", {}).get("platform-gate")
        table = _plain(table) if table is not None else None
    except (ValueError, RecursionError, AttributeError) as error:
        raise GateError(f"{PYPROJECT}: not valid TOML: {error}", "Fix the file: it may configure the gate.") from None
    if table is not None:
        problems = schema.validate(_plain(table), "config") or _unprintable(table) or _outside(table)
        if problems:
            raise DocumentError(*(_refusal(text, problem) for problem in problems))
    return table


def _plain(table: Any) -> Any:
    """TOML values as JSON values, for the schema: dates and times become text."""
    if isinstance(table, dict):
        return {key: _plain(value) for key, value in table.items()}
    if isinstance(table, list):
        return [_plain(value) for value in table]
    return table if isinstance(table, (str, bool, int, float)) else str(table)


def _refuse_excess(text: str) -> None:
    """Refuse what would keep ``tomllib`` busy: its time grows with the square of a dotted key's length."""
    if len(text) > MAX_BYTES or any(len(line) > LONGEST_LINE for line in text.split("\n")):
        message = f"{PYPROJECT} is larger than 1 MiB, or has a line of more than {LONGEST_LINE:,} characters"
        raise GateError(message, f"Shorten it. The gate can be configured in {OWN_FILE} instead.")


def _outside(data: Mapping[str, Any]) -> list[Problem]:
    """Problems with configured files outside of the repository.

    A pull request could otherwise name any file of the machine, and errors would quote its lines.
    """
    files = [(key, word) for key in ("policy", "waivers", "measurements") for word in as_list(data.get(key, []))]
    fix = "Move the file into the repository, or pass it with --policy, --waivers or --measurements."
    return [
        Problem((key,), f"{quote(word)} is outside the repository", fix)
        for key, word in files
        if posixpath.normpath(word).startswith(("/", "../")) or word == ".."
    ]


def _unprintable(table: Mapping[str, Any]) -> list[Problem]:
    """Problems with strings that hold hidden characters, which strict YAML refuses in the other file."""
    strings = ((key, word) for key, value in table.items() for word in as_list(value))
    return [
        Problem((key,), f"{quote(word)} holds a hidden character", "Remove it.")
        for key, word in strings
        if printable(word) != word
    ]


def _refusal(text: str, problem: Problem) -> Refusal:
    return Refusal(problem.message, problem.fix, _toml_location(text, problem))


def _toml_location(text: str, problem: Problem) -> Location:
    """The place of a problem's key, or of the table: ``tomllib`` keeps no positions, so the text is searched."""
    # The table's header, with or without blanks and quotes: [tool.platform-gate], [ tool . "platform-gate" ].
    start = re.search(r"^[ \t]*\[\s*tool\s*\.\s*[\"']?platform-gate[\"']?\s*\]", text, re.MULTILINE)
    first = start.start() if start else 0
    key = re.escape(str(problem.at[0])) if problem.at else "(?!)"  # matches nothing: the table itself is wrong
    match = re.compile(rf"^[ \t]*(?=[\"']?{key}[\"']?[ \t]*=)", re.MULTILINE).search(text, first)
    index = match.end() if match else first
    line, column = text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)
    return Location(PYPROJECT, line, column, line, column + 1)
