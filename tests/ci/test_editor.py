"""Manifests in an editor: the YAML language server with the schema that ships."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ci.language_server import Editor, editing
from tests.conftest import ROOT
from tests.samples import manifest, write

pytestmark = [pytest.mark.ci, pytest.mark.xdist_group("editor")]

STORE = json.loads((ROOT / "docs/schemastore.json").read_bytes())["schemas"]
MODELINE = "# yaml-language-server: $schema=./service.schema.json\n"
TYPO = """\
apiVersion: platform-gate/v1
kind: Service
metadata: {name: refunds, team: fintech}
spec:
  slos:
    - name: availability
      target: 99.9
      curent: 99.95
"""


def settings() -> dict[str, dict[str, list[str]]]:
    """The entry of SchemaStore as an editor's own setting, each address replaced by the file behind it."""
    files = {entry["url"]: ROOT / "schemas" / Path(entry["url"]).name for entry in STORE}
    return {"schemas": {files[entry["url"]].as_uri(): entry["fileMatch"] for entry in STORE}}


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    with editing(settings()) as started:
        yield started


@pytest.mark.parametrize("name", ["platform-gate.yaml", "payments.platform-gate.yaml", "with-a-modeline.yaml"])
def test_a_key_that_is_misspelt_is_underlined(editor: Editor, tmp_path: Path, name: str) -> None:
    shutil.copy(ROOT / "schemas/service.schema.json", tmp_path)
    first_line = MODELINE if name == "with-a-modeline.yaml" else ""
    write(tmp_path, {name: first_line + TYPO})
    [diagnostic] = editor.diagnostics(tmp_path / name)
    assert "curent" in diagnostic["message"]
    assert diagnostic["range"]["start"] == {"line": 7 + bool(first_line), "character": 6}
    assert diagnostic["severity"] == 1


def test_the_documented_line_is_the_one_that_is_tried() -> None:
    assert MODELINE in (ROOT / "docs/manifest.md").read_text(encoding="utf-8")


def test_a_manifest_in_order_is_left_alone(editor: Editor, tmp_path: Path) -> None:
    write(tmp_path, {"platform-gate.yaml": manifest()})
    assert editor.diagnostics(tmp_path / "platform-gate.yaml") == []


def test_keys_and_their_values_are_completed_and_explained(editor: Editor, tmp_path: Path) -> None:
    start, body = tmp_path / "start.platform-gate.yaml", tmp_path / "body.platform-gate.yaml"
    write(tmp_path, {start.name: "apiVersion: platform-gate/v1\n\n", body.name: "kind: \nspec:\n  \n"})
    for file in (start, body):
        editor.diagnostics(file)
    assert {"kind", "metadata", "spec"} <= editor.completions(start, 1, 0)
    assert "Service" in editor.completions(body, 0, 6)
    assert {"slos", "cost", "reliability", "governance"} <= editor.completions(body, 2, 2)
    assert "platform-gate/v1" in editor.hover(start, 0, 3)


def test_the_configuration_is_known_by_its_name(editor: Editor, tmp_path: Path) -> None:
    write(tmp_path, {".platform-gate.yaml": "policy: default\nwaiver: [waivers.yaml]\n"})
    [diagnostic] = editor.diagnostics(tmp_path / ".platform-gate.yaml")
    assert (diagnostic["range"]["start"]["line"], "waiver" in diagnostic["message"]) == (1, True)
