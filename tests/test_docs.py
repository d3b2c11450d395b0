"""The documentation is true: it is complete, what is generated is fresh, and what can run does run."""

import doctest
import importlib.util
import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest
import yaml
from jsonschema import Draft202012Validator

from platform_gate.cli.main import cli
from platform_gate.documents import scalars, schema, shipped
from platform_gate.documents.document import read as read_documents
from platform_gate.documents.document import read_one
from platform_gate.judging.verdict import ExitCode
from platform_gate.model import GateError, Rule
from platform_gate.policy import loading
from platform_gate.policy.loading import nothing_to_read
from platform_gate.subsystems import catalogue
from tests.conftest import ROOT, Gate
from tests.samples import BREACHED, manifest, write

DOCS = ROOT / "docs"
KINDS = {
    "Sources": "sources",
    "Service": "service",
    "Policy": "policy",
    "PolicyTest": "policy-test",
    "Waivers": "waivers",
}
WRONG_ON_PURPOSE = {"services/refunds.yaml", "policies/gap.yaml"}
CATALOGUE = catalogue.catalogue(loading.default().limits)


def loaded(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATE = loaded(DOCS / "generate.py")
PAGES: list[Path] = GENERATE.pages()
ALL_PAGES = [*PAGES, *(ROOT / name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"))]
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in ALL_PAGES}
BLOCKS = [
    (page, match["kind"], match["body"])
    for page, text in TEXTS.items()
    for match in re.finditer(GENERATE.FENCE.pattern, text, re.MULTILINE | re.DOTALL)
]


def blocks(kind: str) -> list[tuple[str, str]]:
    return [(page, body) for page, of_kind, body in BLOCKS if of_kind == kind]


def name_of(body: str) -> str:
    """The path that a block's first line names; empty where it names none."""
    match = GENERATE.FILE.match(body)
    return match["path"] if match else ""


# What is generated


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_is_fresh_and_its_commands_print_what_it_says(path: Path) -> None:
    assert GENERATE.renewed(path.read_text(encoding="utf-8")) == path.read_text(encoding="utf-8"), "run: make docs"


def test_a_stale_page_is_found_and_rewritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.md"
    stale = (
        "<!-- generated: exit-codes -->\nold\n<!-- /generated -->\n\n```console\n$ platform-gate --version\nold\n```\n"
    )
    page.write_text(stale, encoding="utf-8")
    monkeypatch.setattr(GENERATE, "pages", lambda: [page])
    assert GENERATE.main(["--check"]) == 1
    assert page.read_text(encoding="utf-8") == stale
    assert GENERATE.main([]) == 0
    assert GENERATE.main(["--check"]) == 0
    assert "old" not in page.read_text(encoding="utf-8")
    assert "platform-gate 0" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("shown", "kept"),
    [
        ("1\n2\n3\n4\n", "a\nb\nc\nd\n"),
        ("1\n...\n4\n", "a\n...\nd\n"),
        ("...\n", "...\n"),
        ("1\n2\n...\n", "a\nb\n...\n"),
        ("", "a\nb\nc\nd\n"),
    ],
)
def test_what_a_page_leaves_out_stays_out(shown: str, kept: str) -> None:
    assert GENERATE.elided("a\nb\nc\nd\n", shown) == kept


def test_every_command_that_depends_on_the_day_names_it() -> None:
    lines = [line for _, body in blocks("console") for line in body.splitlines() if line.startswith("$ platform-gate")]
    assert len(lines) > 15
    dated = re.compile(r"\$ platform-gate (check|waivers|policy (impact|show))\b")
    assert [line for line in lines if dated.match(line) and "--as-of" not in line] == []


# What is written by hand


@pytest.mark.parametrize(("page", "body"), [block for block in blocks("yaml") if "platform-gate/v1" in block[1]])
def test_a_document_in_a_page_is_valid(page: str, body: str) -> None:
    if name_of(body) == "services/refunds.yaml":
        with pytest.raises(GateError):
            read_documents(body.encode(), page)
        return
    for document in read_documents(body.encode(), page):
        assert schema.validate(document.data, KINDS[document.data["kind"]]) == []


@pytest.mark.parametrize(("page", "body"), [block for block in blocks("yaml") if "kind: Policy\n" in block[1]])
def test_a_policy_in_a_page_makes_sense(page: str, body: str) -> None:
    if name_of(body) in WRONG_ON_PURPOSE:
        with pytest.raises(GateError):
            loading.load("page.yaml", lambda _: (body.encode(), page))
    else:
        loaded_one = loading.load("page.yaml", lambda _: (body.encode(), page))
        assert loaded_one.base().rules.keys() >= CATALOGUE.keys()


@pytest.mark.parametrize(("page", "body"), blocks("yaml"))
def test_a_yaml_block_is_yaml(page: str, body: str) -> None:
    assert list(yaml.safe_load_all(body)) != [], page
    if name_of(body) == ".platform-gate.yaml":
        assert schema.validate(read_one(body.encode(), page).data, "config") == []


def test_the_shown_workflow_and_hooks_are_the_shipped_ones() -> None:
    workflow, hooks = (yaml.safe_load(body) for page, body in blocks("yaml") if page == "README.md")
    steps = [step["uses"].split("@")[0] for job in workflow["jobs"].values() for step in job["steps"]]
    assert steps == ["actions/checkout", "platform-gate/platform-gate"]
    shown = {hook["id"] for repository in hooks["repos"] for hook in repository["hooks"]}
    shipped_ones = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert shown == {hook["id"] for hook in shipped_ones}


def test_make_knows_the_targets_that_are_shown() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    shown = {target for _, body in blocks("sh") for target in re.findall(r"^make ([a-z]+)\b", body, re.MULTILINE)}
    assert {"demo", "test"} <= shown <= targets


@pytest.mark.parametrize("page", sorted({page for page, _ in blocks("pycon")}))
def test_the_python_of_a_page_runs(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    source = "\n".join(body for of_page, body in blocks("pycon") if of_page == page)
    example = doctest.DocTestParser().get_doctest(source, {}, page, page, 0)
    assert len(example.examples) > 10
    said: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(example, out=said.append)
    assert result.failed == 0, "".join(said)


def test_the_manifest_page_shows_every_scalar_that_is_refused_and_how_to_write_it() -> None:
    table = TEXTS["docs/manifest.md"].partition("### Words and numbers")[2].partition("###")[0]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| `")]
    assert len(rows) >= 10
    for _, refused, _, right, _ in rows:
        for word in re.findall(r"`([^`]+)`", refused):
            with pytest.raises(scalars.ScalarError):
                scalars.resolve(word)
        for word in re.findall(r"`([^`]+)`", right):
            assert word.startswith('"') or not isinstance(scalars.resolve(word), str)
    shown = set(re.findall(r"`([^`]+)`", table))
    same = {word.casefold() for word in shown}
    assert [word for word in scalars.AMBIGUOUS if word.casefold() not in same] == []


def headings(text: str) -> set[str]:
    fenceless = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return {GENERATE.slug(heading) for heading in re.findall(r"^#+ (.+)$", fenceless, re.MULTILINE)}


@pytest.mark.parametrize("page", TEXTS)
def test_links_lead_somewhere(page: str) -> None:
    fenceless = re.sub(r"^```.*?^```$", "", TEXTS[page], flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", fenceless):
        if target.startswith(("https://", "http://")):
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        assert file.exists(), target
        if anchor:
            assert anchor in headings(file.read_text(encoding="utf-8")), target


@pytest.mark.parametrize("page", TEXTS)
def test_nothing_of_a_machine_is_left_in_a_page(page: str) -> None:
    assert re.findall(r"/(?:work|home|root|tmp|Users)/", TEXTS[page]) == []


# Completeness


def commands(group: click.Group, above: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        if isinstance(command, click.Group):
            yield from commands(command, f"{above}{name} ")
        else:
            yield above + name, command


COMMANDS = dict(commands(cli))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_documented_with_all_of_its_options(name: str) -> None:
    """The page that explains a command names its options too."""
    pages = [text for text in TEXTS.values() if re.search(rf"(platform-gate |`){name}\b", text)]
    assert pages, name
    options = [option for option in COMMANDS[name].params if isinstance(option, click.Option) and not option.hidden]
    for option in options:
        longest = max(option.opts, key=len)
        assert any(re.search(rf"{longest}\b", text) for text in pages), f"{name} {longest}"


def test_every_command_stands_in_the_command_line_s_page() -> None:
    assert [name for name in COMMANDS if f"platform-gate {name}" not in TEXTS["docs/cli.md"]] == []


def test_every_exit_code_is_documented() -> None:
    codes = {str(int(code)) for code in ExitCode}
    for page in ("README.md", "docs/exit-codes.md"):
        assert set(re.findall(r"^\| (\d+) \|", TEXTS[page], re.MULTILINE)) == codes


def policy_keys(node: Any, prefix: str = "") -> Iterator[str]:
    for key, value in node.items():
        yield prefix + key
        if isinstance(value, dict):
            yield from policy_keys(value, f"{prefix}{key}.")


def test_every_policy_key_is_documented_with_its_default() -> None:
    spec = loading.default().layered.data
    page = TEXTS["docs/policy.md"]
    for key in policy_keys(spec):
        general = re.sub(r"^governance\.checks\.\w+\.", "governance.checks.NAME.", key)
        assert f"| `{general}` |" in page or f"| `{general.removeprefix('gate.')}` |" in page, key


def test_every_key_of_a_source_is_documented() -> None:
    kinds = json.loads((ROOT / "schemas/sources.schema.json").read_text(encoding="utf-8"))["$defs"]
    page = TEXTS["docs/collect.md"]
    keys = {
        key for kind in [*kinds["source"]["properties"]["type"]["enum"], "query"] for key in kinds[kind]["properties"]
    }
    assert [key for key in sorted(keys) if f"`{key}`" not in page] == []
    assert [kind for kind in kinds["source"]["properties"]["type"]["enum"] if f"`{kind}`" not in page] == []


def defaults(node: dict[str, Any], whole: dict[str, Any], at: tuple[str, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if "$ref" in node:
        node = {**whole["$defs"][node["$ref"].removeprefix("#/$defs/")], **node}
    if "default" in node:
        yield at, node["default"]
    for key, value in node.get("properties", {}).items():
        yield from defaults(value, whole, (*at, key))


def test_the_defaults_of_the_schema_are_those_of_the_default_policy() -> None:
    whole = shipped.schema("policy")
    found = list(defaults(whole["properties"]["spec"], whole))
    assert len(found) > 25
    for at, default in found:
        value: Any = {**loading.default().layered.data, "extends": "default"}
        for key in at:
            value = value[key]
        assert value == default, at


@pytest.mark.parametrize("name", [*CATALOGUE])
def test_a_rule_is_documented(name: str) -> None:
    rule = CATALOGUE[name]
    assert f"## `{name}`\n" in TEXTS["docs/rules.md"]
    assert rule.why
    assert rule.fails
    assert rule.passes
    assert rule.source or name.startswith(("manifest/", "waiver/")), "these two are our own: `platform-gate` is shown"


# What the rules' examples do

TODAY = "2026-02-15"
WAIVER_DAYS = {"in February": "2026-02-15", "on 2026-03-25": "2026-03-25", "on 2026-03-01": "2026-03-01"}


def around(rule: Rule, example: str) -> dict[str, str]:
    """A repository for an example: a manifest built around it, or a fleet and its waivers."""
    if rule.id.startswith("waiver/"):
        slos = SLO_MET if "while every SLO is met" in example else BREACHED
        service = manifest("payments", slos=slos, cost='cost: {entries: [{month: "2026-01", amount: 900}]}')
        return {"services/payments.yaml": service, "waivers.yaml": waivers(example)}
    if rule.id == "manifest/unselected":
        files = {path: manifest(path[-3:], cost="") for path in ("services/payments.yml", "services/web.yaml")}
        return {".platform-gate.yaml": example, **files}
    if example.startswith('{"service"'):
        return {"services/web.yaml": MEASURED, "measurements.jsonl": snapshot(example)}
    return {"services/web.yaml": "---\n".join(map(whole_manifest, example.split("---\n")))}


MEASURED = manifest(
    "web", slos="slos: [{name: availability, target: 99.9, window: 30d}]", cost="cost: {budget_monthly: 3000}"
)
SOURCES = {"prom": {"type": "prometheus", "provides": ["slos", "cost_forecast"], "ok": True}}


def snapshot(example: str) -> str:
    """A line of a snapshot, which the documentation breaks in two, below a header."""
    head = {"apiVersion": "platform-gate/v1", "kind": "Measurements", "collected_at": "2026-02-15T06:00:07Z"}
    line = " ".join(part.strip() for part in example.split("   # ", maxsplit=1)[0].splitlines())
    return f"{json.dumps({**head, 'sources': SOURCES})}\n{line}\n"


SLO_MET = "slos: [{name: availability, target: 99.9, current: 99.95}]"


def waivers(example: str) -> str:
    rest = 'reason: Why not, approved_by: me, granted: "2026-01-01"'
    rest += "" if "expires" in example else ', expires: "2026-03-31"'
    head = "apiVersion: platform-gate/v1\nkind: Waivers\nspec:\n"
    return head + "".join(f"  {line}\n" for line in example.replace("...", rest).splitlines())


def whole_manifest(fragment: str) -> str:
    head = "apiVersion: platform-gate/v1\nkind: Service\n"
    if fragment.startswith("metadata:"):
        return f"{head}{fragment.rstrip()}\nspec: {{}}\n"
    metadata = "metadata: {name: web, team: shop}\n"
    if fragment.startswith("spec:"):
        return f"{head}{metadata}{fragment}\n"
    return head + metadata + "spec:\n" + "".join(f"  {line}\n" for line in fragment.splitlines())


def day(example: str) -> str:
    return next((day for words, day in WAIVER_DAYS.items() if words in example), TODAY)


@pytest.mark.parametrize("which", ["fails", "passes"])
@pytest.mark.parametrize("name", CATALOGUE)
def test_the_examples_of_a_rule_fail_and_pass(gate: Gate, tmp_path: Path, name: str, which: str) -> None:
    rule = CATALOGUE[name]
    example = getattr(rule, which)
    files = around(rule, example)
    write(tmp_path, files)
    given = {"--waivers": "waivers.yaml", "--measurements": "measurements.jsonl"}
    options = [word for option, file in given.items() if file in files for word in (option, file)]
    options += ["--policy", "strict"] if "under the policy strict" in example else []
    done = gate(tmp_path, "check", "--format", "json", "--as-of", day(example), *options)
    assert done.stderr == ""
    report = json.loads(done.stdout)
    services = [finding for service in report["services"] for finding in service["findings"]]
    found = {finding["rule"] for finding in [*report["findings"], *services]}
    assert (name in found) is (which == "fails"), found
    if which == "passes" or not name.startswith("manifest/"):
        assert not {each for each in found if each.startswith("manifest/")}, "the example is not a valid manifest"


# The report's page is made from its schema, so the schema must know every key


def unknown_keys(value: Any, part: dict[str, Any], whole: dict[str, Any], at: str = "") -> Iterator[str]:
    """The keys of a report that no schema describes. Facts and free maps are described in words."""
    if "$ref" in part:
        part = {**whole["$defs"][part["$ref"].removeprefix("#/$defs/")], **part}
    if isinstance(value, list):
        for item in value:
            yield from unknown_keys(item, part.get("items", {}), whole, f"{at}[]")
    elif isinstance(value, dict) and "properties" in part:
        for key, inner in value.items():
            if key in part["properties"]:
                yield from unknown_keys(inner, part["properties"][key], whole, f"{at}.{key}")
            elif not isinstance(part.get("additionalProperties"), dict):
                yield f"{at}.{key}"


@pytest.mark.parametrize(
    "arguments",
    [
        ["examples/services"],
        ["examples/services", "--policy", "strict", "--team", "data"],
        ["examples/services", "--policy", "own.yaml", "--waivers", "waivers.yaml"],
        ["examples/services", "broken.yaml", "--waivers", "waivers.yaml"],
        ["examples/services", "--schema-only"],
    ],
    ids=" ".join,
)
def test_a_real_report_holds_what_its_schema_says_and_no_more(gate: Gate, tmp_path: Path, arguments: list[str]) -> None:
    files = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in (ROOT / "examples").rglob("*.yaml")}
    own = next(body for _, body in blocks("yaml") if name_of(body) == "policies/own-rules.yaml")
    granted = next(body for _, body in blocks("yaml") if name_of(body) == "waivers.yaml")
    write(tmp_path, {**files, "own.yaml": own, "waivers.yaml": granted, "broken.yaml": "a: [\n"})
    done = gate(tmp_path, "check", "--format", "json", "--as-of", "2026-11-25", *arguments)
    report = json.loads(done.stdout)
    whole = shipped.schema("report")
    Draft202012Validator(whole).validate(report)
    assert sorted(set(unknown_keys(report, whole, whole))) == []
    if "--waivers" in arguments:
        assert '"disposition": "waived"' in done.stdout


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", folder, *who, *words], check=True, capture_output=True, timeout=60)  # noqa: S607


def test_a_report_on_a_change_holds_what_its_schema_says_and_no_more(gate: Gate, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples/services", tmp_path / "services")
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message=base")
    payments = tmp_path / "services/payments.yaml"
    changed = payments.read_text(encoding="utf-8").replace("target: 99.99", "target: 99.5")
    payments.write_text(changed.replace("documentation: false", "documentation: docs/x.md"), encoding="utf-8")
    (tmp_path / "services/ledger.yaml").unlink()
    write(tmp_path, {"services/web.yaml": manifest(slos=BREACHED), ".platform-gate.yaml": "policy: strict\n"})
    done = gate(tmp_path, "check", "--format", "json", "--as-of", "2026-11-23", "--base", "main")
    report = json.loads(done.stdout)
    whole = shipped.schema("report")
    Draft202012Validator(whole).validate(report)
    assert sorted(set(unknown_keys(report, whole, whole))) == []
    for key in ("fixed", "changes", "removed", "preview"):
        assert report[key], key


def test_a_policy_without_files_is_read_without_files() -> None:
    """The default policy is what the pages show: nothing on this machine can change it."""
    assert loading.load("default", nothing_to_read).source == "shipped"


def test_the_modules_that_are_mutated_exist() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    page = (DOCS / "mutation.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\S+(?:\.py|/))` \| \d", page, re.MULTILINE)
    assert len(listed) > 20
    named = [*settings["only_mutate"], *settings["pytest_add_cli_args_test_selection"]]
    patterns = [*named, *(f"platform_gate/{name.rstrip('/')}" for name in listed)]
    assert [pattern for pattern in patterns if not any(ROOT.glob(pattern))] == []
