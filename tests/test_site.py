"""The documentation site: it builds without a warning, and its addresses are those that others rely on."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from platform_gate.documents import shipped
from platform_gate.policy import loading
from platform_gate.subsystems import catalogue
from tests.conftest import ROOT

pytestmark = pytest.mark.xdist_group("site")

SITE = "https://platform-gate.github.io/platform-gate/"


def build(folder: Path, configuration: Path = ROOT / "mkdocs.yml") -> subprocess.CompletedProcess[str]:
    words: list[str | Path] = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--strict",
        "--quiet",
        "--site-dir",
        folder,
        "-f",
        configuration,
    ]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder.parent), "NO_MKDOCS_2_WARNING": "true"}
    return subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "site"
    done = build(folder)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
    return folder


def page(site: Path, address: str) -> str:
    return (site / address / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", catalogue.catalogue(loading.default().limits))
def test_a_rule_has_a_page_at_its_id(site: Path, name: str) -> None:
    assert f'<h1 id="{name.replace("/", "")}">{name}<' in page(site, f"rules/{name}")


@pytest.mark.parametrize("name", shipped.schema_names())
def test_a_schema_is_where_it_says(site: Path, name: str) -> None:
    address = shipped.schema(name)["$id"]
    assert address == f"{SITE}schemas/v1/{name}.schema.json"
    assert json.loads((site / address.removeprefix(SITE)).read_bytes()) == shipped.schema(name)
    assert address in page(site, "schemas")


def test_the_readme_is_the_home_page(site: Path) -> None:
    home = page(site, ".")
    assert 'src="page.png"' in home
    assert 'href="ci/"' in home
    assert "docs/" not in re.sub(r"<code.*?</code>|<pre.*?</pre>", "", home, flags=re.DOTALL)


def test_links_out_of_the_pages_lead_to_the_repository(site: Path) -> None:
    links = re.findall(r'href="(https://github.com/platform-gate/platform-gate/blob/main/[^"#]+)', page(site, "ci"))
    files = {link.partition("/blob/main/")[2] for link in links}
    assert "examples/workflows/gitlab-ci.yml" in files
    assert [file for file in files if not (ROOT / file).exists()] == []


def test_no_page_asks_another_server(site: Path) -> None:
    loaded = r'<(?:script|link|img)[^>]*(?:src|href)="(https?://[^"]+)"'
    found = {
        address for path in site.rglob("*.html") for address in re.findall(loaded, path.read_text(encoding="utf-8"))
    }
    assert [address for address in found if not address.startswith(SITE)] == []


def test_a_broken_link_fails_the_build(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "rules.md").write_text("[gone](gone.md)\n", encoding="utf-8")
    text = (
        (ROOT / "mkdocs.yml")
        .read_text(encoding="utf-8")
        .partition("nav:")[0]
        .replace("hooks: [docs/site_hooks.py]\n", "")
    )
    (tmp_path / "mkdocs.yml").write_text(text, encoding="utf-8")
    assert build(tmp_path / "site", tmp_path / "mkdocs.yml").returncode == 1
