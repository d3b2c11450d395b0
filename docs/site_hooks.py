# ruff: noqa: INP001 - a script beside the pages
"""Hooks of the documentation site: pages that are made of other files, and links that leave `docs/`.

Addresses that others rely on: `rules/KIND/NAME/` for each rule, and each schema at its `$id`.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from platform_gate.documents import shipped
from platform_gate.model import Rule
from platform_gate.policy import loading
from platform_gate.reports import explanation
from platform_gate.subsystems import catalogue

ROOT: Final = Path(__file__).resolve().parent.parent
PAGES: Final = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
    "CONTRIBUTING.md": "contributing.md",
    "ARCHITECTURE.md": "architecture.md",
}
"""Pages at the top of the repository, and their names on the site."""
LINK: Final = re.compile(r"(?:(?<=\]\()|(?<= src=\"))(?!https?:|#)(?P<path>[^)#\s\"]+)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages and schemas that don't lie in `docs/`."""
    for source, target in PAGES.items():
        files.append(File.generated(config, target, content=(ROOT / source).read_text(encoding="utf-8")))
    for rule in catalogue.catalogue(loading.default().limits).values():
        files.append(File.generated(config, f"rules/{rule.id}.md", content=rule_page(rule)))
    for name, place in schema_places(str(config.site_url)).items():
        files.append(File.generated(config, place, content=shipped.schema_bytes(name)))
    files.append(File.generated(config, "schemas.md", content=schemas_page(str(config.site_url))))
    return files


def rule_page(rule: Rule) -> str:
    """A rule's own page."""
    lines = [f"# {rule.id}"]
    for heading, text in explanation.sections(rule):
        lines += ["", f"## {heading}", ""]
        if heading in ("Fails", "Passes"):
            lines += ["```yaml", text, "```"]
        elif heading == "Policy keys":
            lines += [f"- `{key}`" for key in text.splitlines()]
        else:
            lines += [text]
    return "\n".join([*lines, "", "[All rules](../../rules.md)", ""])


def schema_places(site: str) -> dict[str, str]:
    """The path of each schema on the site, by its name."""
    ids = {name: str(shipped.schema(name)["$id"]) for name in shipped.schema_names()}
    return {name: address.removeprefix(site) for name, address in ids.items()}


def schemas_page(site: str) -> str:
    """A list of the schemas."""
    rows = [
        f"| [{name}]({site}{place}) | {shipped.schema(name)['description']} |"
        for name, place in schema_places(site).items()
    ]
    head = "# JSON Schemas\n\nEditors complete and check files with these. `platform-gate schema NAME` prints them."
    return "\n".join([head, "", "| schema | describes |", "| --- | --- |", *rows, ""])


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - mkdocs' names
    """Let links to pages lead to pages, and other links out of `docs/` to the repository."""
    target = page.file.src_uri
    source = next((source for source, name in PAGES.items() if name == target), f"docs/{target}")
    folder = posixpath.dirname(source)
    if target.startswith("rules/"):
        return markdown
    return "".join(_with_links(markdown, folder, str(config.repo_url)))


def _with_links(markdown: str, folder: str, repository: str) -> Iterator[str]:
    """The text, its fenced blocks untouched."""
    for number, part in enumerate(re.split(r"(^```.*?^```$)", markdown, flags=re.MULTILINE | re.DOTALL)):
        yield part if number % 2 else LINK.sub(lambda match: _address(match, folder, repository), part)


def _address(match: re.Match[str], folder: str, repository: str) -> str:
    path = posixpath.normpath(posixpath.join(folder, match["path"]))
    if path in PAGES:
        return PAGES[path]
    inside = path.removeprefix("docs/")
    return inside if inside != path else f"{repository}/blob/main/{path}"


def on_post_build(config: MkDocsConfig, **_rest: Any) -> None:
    """Prove that the schemas are where they say."""
    for name, place in schema_places(str(config.site_url)).items():
        built = json.loads((Path(config.site_dir) / place).read_bytes())
        if built != shipped.schema(name):
            message = f"{place} is not the schema {name}"
            raise ValueError(message)
