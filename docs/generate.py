#!/usr/bin/env python3
"""Rewrite the generated parts of the documentation. With --check, only report stale pages.

Two kinds of text are generated:

- Parts between `<!-- generated: NAME -->` and `<!-- /generated -->` come from the schemas, the default policy and the
  rules. Measurements are left as they are.
- In a `console` block, the lines below a `$ command` are the command's output. The commands of a page run in order, in
  a small repository. It holds the example services, and every block of the page that starts with a comment with a path,
  such as `# services/payments.yaml`. A line `...` stands for omitted output: the numbers of lines before and after it
  are kept.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from platform_gate.documents import shipped, yaml_writer  # noqa: E402 - found beside this file
from platform_gate.policy import loading  # noqa: E402
from platform_gate.reports import explanation  # noqa: E402
from platform_gate.subsystems import catalogue  # noqa: E402

SECONDS: Final = 120
DOTS: Final = "..."
CHECKS: Final = "governance.checks."
"""All keys below this prefix have the same shape, so one of them represents all."""
FENCE: Final = re.compile(r"^```(?P<kind>[a-z]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
MARKED: Final = re.compile(
    r"(?P<start><!-- generated: (?P<name>[a-z-]+) -->\n).*?(?P<end><!-- /generated -->)", re.DOTALL
)
MEASURED: Final = {"benchmark"}
"""Parts that `make bench` writes: measurements of a day, which are never stale."""
FILE: Final = re.compile(r"# (?P<path>[\w./-]+\.(?:ya?ml|toml))\n")


def pages() -> list[Path]:
    """All pages that may have generated text."""
    return [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").glob("*.md"))]


def renewed(text: str) -> str:
    """A page with its generated text renewed."""
    text = MARKED.sub(_part, text)
    with tempfile.TemporaryDirectory() as folder:
        repository = Repository(Path(folder))
        return FENCE.sub(repository.play, text)


def _part(match: re.Match[str]) -> str:
    """Renew a generated part."""
    if match["name"] in MEASURED:
        return match[0]
    return match["start"] + "\n" + PARTS[match["name"]]().strip() + "\n\n" + match["end"]


class Repository:
    """A small repository in which the commands of a page run, block by block."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.code = 0
        (folder / ".git").mkdir()
        shutil.copytree(ROOT / "examples", folder / "examples")

    def play(self, block: re.Match[str]) -> str:
        """Renew a block: write its file into the repository, or run its commands."""
        if block["kind"] == "console":
            return f"```console\n{''.join(self._run(block['body']))}```"
        if match := FILE.match(block["body"]):
            target = self.folder / match["path"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block["body"], encoding="utf-8")
        return block[0]

    def _run(self, body: str) -> Iterator[str]:
        """The commands of a block with their output."""
        for step in re.split(r"^(?=\$ )", body, flags=re.MULTILINE):
            if step:
                line, _, shown = step.partition("\n")
                yield line + "\n"
                yield elided(self._output(line.removeprefix("$ ")), shown)

    def _output(self, line: str) -> str:
        words = shlex.split(line)
        if words == ["echo", "$?"]:
            return f"{self.code}\n"
        if words[0] == "cat":
            return "".join((self.folder / file).read_text(encoding="utf-8") for file in words[1:])
        if words[0] != "platform-gate":
            message = f"a console block may hold platform-gate, cat and echo $?: {line}"
            raise ValueError(message)
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), "COLUMNS": "80"}
        done = subprocess.run(
            [sys.executable, "-P", "-m", "platform_gate", *words[1:]],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
            check=False,
        )
        output = done.stdout.decode()
        if done.returncode not in (0, 1, 2) or str(ROOT) in output:
            message = f"{line}\nprints this, which belongs on no page:\n{output}"
            raise ValueError(message)
        self.code = done.returncode
        return output


def elided(output: str, shown: str) -> str:
    """The output without the lines that the page omits by a line of three dots."""
    old, new = shown.splitlines(keepends=True), output.splitlines(keepends=True)
    dots = DOTS + "\n"
    if dots not in old:
        return output
    before, after = old.index(dots), len(old) - old.index(dots) - 1
    return "".join([*new[:before], dots, *new[len(new) - after :]])


# The generated parts: functions of the schemas, the shipped policy and the rules.


def policy_keys() -> str:
    """All keys below a policy's `spec`."""
    schema = shipped.schema("policy")
    spec = schema["properties"]["spec"]
    return "\n".join(["### `spec`", "", _full(spec), "", *_keys("", spec, schema)])


def _keys(prefix: str, node: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[str]:
    """A table of an object's keys, followed by the tables of objects below it."""
    inner = {key: _resolved(value, schema) for key, value in node.get("properties", {}).items()}
    yield "| key | default | meaning |"
    yield "| --- | --- | --- |"
    for key, value in inner.items():
        yield f"| `{prefix}{key}` | {_default(value)} | {_meaning(value)} |"
    for key, value in inner.items():
        below = _below(value, schema)
        if below and (prefix != CHECKS or key == next(iter(inner))) and f"{prefix}{key}" != "overrides[].spec":
            mark, part = below
            name = f"{prefix}{'NAME' if prefix == CHECKS else key}{mark}"
            yield from ["", f"### `{name}`", ""]
            if part.get("description", "") not in ("", value.get("description")):
                yield from [_full(part), ""]
            yield from _keys(f"{name}.", part, schema)


def _below(value: Mapping[str, Any], schema: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
    """The object that a key holds, or holds a list of; with the mark `[]` for a list."""
    if "properties" in value:
        return "", value
    items = _resolved(value.get("items", {}), schema)
    return ("[]", items) if "properties" in items else None


def _resolved(node: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """A part of a schema merged with the target of its `$ref`; its own keywords win."""
    if "$ref" not in node:
        return dict(node)
    name = node["$ref"].removeprefix("#/$defs/")
    return {**schema["$defs"][name], **{key: value for key, value in node.items() if key != "$ref"}}


def _default(value: Mapping[str, Any]) -> str:
    if "default" not in value:
        return ""
    default = value["default"]
    if isinstance(default, list) and default and isinstance(default[0], dict):
        return "<br>".join(f"`{yaml_writer.flow(item)}`" for item in default)
    if isinstance(default, dict) and default:
        return "<br>".join(f"`{key}: {yaml_writer.flow(item)}`" for key, item in default.items())
    return f"`{yaml_writer.flow(default)}`"


def _meaning(value: Mapping[str, Any]) -> str:
    """A key's description, with its range or choices."""
    description = _full(value) or value.get("title", "")
    words = " ".join(filter(None, [description, _choice(value), _range(value, description)]))
    return words.replace("|", "\\|").replace("\n", " ")


def _range(value: Mapping[str, Any], description: str) -> str:
    """The range in words; empty if the description has it, or if it only excludes negative numbers."""
    least, most = value.get("minimum"), value.get("maximum")
    if least is not None and most is not None:
        words = f"{least} to {most}."
    else:
        words = f"At least {least}." if least else f"At most {most}." if most is not None else ""
    return "" if words.rstrip(".").lower() in description.lower() else words


def _choice(value: Mapping[str, Any]) -> str:
    """The choices in words; empty if the description names all of them, or if they are many."""
    items = value.get("items", {})
    choice = value.get("enum") or (items.get("enum") if isinstance(items, dict) else None) or []
    named = all(str(word) in value.get("description", "") for word in choice)
    few = 20
    return "" if named or len(choice) > few else "One of " + ", ".join(f"`{json.dumps(word)}`" for word in choice) + "."


def manifest_keys() -> str:
    """All keys of a manifest."""
    return _document_keys("service", ("metadata", "spec"))


def waiver_keys() -> str:
    """All keys of a waivers file."""
    return _document_keys("waivers", ("spec",))


def test_keys() -> str:
    """All keys of a policy test."""
    return _document_keys("policy-test", ("spec",))


def _document_keys(name: str, parts: tuple[str, ...]) -> str:
    schema = shipped.schema(name)
    lines = [
        line
        for part in parts
        for line in (f"### `{part}`", "", *_typed_keys(f"{part}.", schema["properties"][part], schema), "")
    ]
    return "\n".join(lines)


def _typed_keys(prefix: str, node: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[str]:
    """Like `_keys`, and says which keys are required."""
    required = node.get("required", ())
    inner = {key: _resolved(value, schema) for key, value in node.get("properties", {}).items()}
    yield "| key | if left out | meaning |"
    yield "| --- | --- | --- |"
    for key, value in inner.items():
        yield f"| `{prefix}{key}` | {'an error' if key in required else _default(value)} | {_meaning(value)} |"
    for key, value in inner.items():
        if below := _below(value, schema):
            yield from ["", f"### `{prefix}{key}{below[0]}`", ""]
            yield from _typed_keys(f"{prefix}{key}{below[0]}.", below[1], schema)


def config_keys() -> str:
    """All keys of the configuration."""
    schema = shipped.schema("config")
    return "\n".join(_keys("", schema, schema))


def report_keys() -> str:
    """All keys of the JSON report."""
    schema = shipped.schema("report")
    parts = {"": schema, **schema["$defs"]}
    lines = [line for name, part in parts.items() for line in ("", *_report_part(name, part, schema))]
    return "\n".join(lines)


def _report_part(name: str, part: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[str]:
    yield from [f"### {part['title']}", ""] if name else ["### The report", ""]
    yield from [_full(part), ""]
    yield "| key | type | meaning |"
    yield "| --- | --- | --- |"
    for key, value in part["properties"].items():
        always = "" if key in part.get("required", ()) else " Not always there."
        yield f"| `{key}` | {_type(value, schema)} | {_meaning(_resolved(value, schema))}{always} |"


def _type(value: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """A value's type, with a link to the table of its keys if it is an object."""
    reference = value.get("$ref") or value.get("items", {}).get("$ref")
    if not reference and isinstance(value.get("additionalProperties"), dict):
        reference = value["additionalProperties"].get("$ref")
    kind = value.get("type") or _kinds(value) or ("any" if "$ref" not in value else "object")
    words = " or ".join(kind) if isinstance(kind, list) else kind
    if not reference:
        return "constant" if "const" in value else words
    title = schema["$defs"][reference.removeprefix("#/$defs/")]["title"]
    return f"{words} of [{title}](#{slug(title)})" if words != "object" else f"[{title}](#{slug(title)})"


def _kinds(value: Mapping[str, Any]) -> list[str]:
    """The types of an enumeration's values."""
    names = {str: "string", int: "integer", type(None): "null"}
    return list(dict.fromkeys(names[type(word)] for word in value.get("enum", ())))


def _full(value: Mapping[str, Any]) -> str:
    """A description with the full stop that the schemas leave out."""
    description: str = value.get("description", "")
    return description + "." if description and description[-1] not in ".!?" else description


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def rule_pages() -> str:
    """All rules of the default policy."""
    rules = catalogue.catalogue(loading.default().limits)
    lines = ["| rule | finds |", "| --- | --- |"]
    lines += [f"| [`{rule.id}`](#{slug(rule.id)}) | {rule.title} |" for rule in rules.values()]
    for rule in rules.values():
        lines += ["", f"## `{rule.id}`"]
        for heading, text in explanation.sections(rule):
            if heading in ("Fails", "Passes"):
                lines += ["", f"**{heading}**", "", "```yaml", text, "```"]
            elif heading == "Policy keys":
                lines += ["", f"**{heading}:** " + ", ".join(f"`{key}`" for key in text.splitlines())]
            else:
                lines += ["", f"**{heading}.** {' '.join(text.split())}"]
    return "\n".join(lines)


def exit_codes() -> str:
    """The exit codes."""
    rows = [f"| {code} | {words} |" for code, words in EXIT_CODES.items()]
    return "\n".join(["| code | meaning |", "| --- | --- |", *rows])


EXIT_CODES: Final = {
    0: "Everything in scope was judged, and nothing is in the policy's `gate.fail_on`.",
    1: "Everything in scope was judged, and something is in `gate.fail_on`: by default a service that is degraded, "
    "critical or unknown.",
    2: "Something could not be judged: a usage error, an invalid configuration, policy or waiver, a manifest that is "
    "unreadable or invalid, no manifest at all, a git failure, or a report that could not be written. The rest is "
    "still judged and reported. 2 beats 1.",
    3: "A bug in platform-gate. The message says where to report it.",
    130: "Interrupted.",
}


def packages() -> str:
    """The packages from the top, in the order that a test enforces, each with its docstring's first sentence."""
    tests = ast.parse((ROOT / "tests/test_architecture.py").read_bytes())
    [order] = [node.value for node in tests.body if isinstance(node, ast.Assign) and _assigns(node, "FLOORS")]
    lines = ["| package | what it is |", "| --- | --- |"]
    for floor in ast.literal_eval(order):
        lines += [f"| `{_shown(name)}` | {_sentence(name)} |" for name in floor]
    return "\n".join(lines)


def _shown(name: str) -> str:
    return f"{name}/" if (ROOT / "platform_gate" / name).is_dir() else f"{name}.py"


def _assigns(node: ast.Assign, name: str) -> bool:
    return [ast.unparse(target) for target in node.targets] == [name]


def _sentence(name: str) -> str:
    """The first line of a module's docstring."""
    path = ROOT / "platform_gate" / (name.replace(".", "/") + ".py")
    path = path if path.exists() else path.with_suffix("") / "__init__.py"
    docstring = ast.get_docstring(ast.parse(path.read_bytes())) or ""
    return re.sub(r"``([^`]+)``", r"`\1`", docstring.partition("\n\n")[0].replace("\n", " ")).replace("|", "\\|")


PARTS: Final[dict[str, Callable[[], str]]] = {
    "policy-keys": policy_keys,
    "manifest-keys": manifest_keys,
    "waiver-keys": waiver_keys,
    "test-keys": test_keys,
    "config-keys": config_keys,
    "report-keys": report_keys,
    "rules": rule_pages,
    "exit-codes": exit_codes,
    "packages": packages,
}


def main(arguments: list[str]) -> int:
    """Rewrite all pages, or with `--check` name the stale ones."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python docs/generate.py [--check]\n")
        return 2
    texts = {path: path.read_text(encoding="utf-8") for path in pages()}
    with ThreadPoolExecutor() as pool:
        made = dict(zip(texts, pool.map(renewed, texts.values()), strict=True))
    stale = [path for path in texts if texts[path] != made[path]]
    for path in stale:
        sys.stderr.write(f"{os.path.relpath(path, ROOT)}: {'stale: run make docs' if arguments else 'rewritten'}\n")
        if not arguments:
            path.write_text(made[path], encoding="utf-8")
    return 1 if stale and arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
