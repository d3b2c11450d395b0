"""The schemas as editors and linters want them. `make test-ci` asks ajv and a linter; this holds what they ask for."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.scripts import load

SCHEMAS = sorted((ROOT / "schemas").glob("*.schema.json"))
tidier = load("docs/tidy_schemas.py")


def data(path: Path) -> Any:
    return json.loads(path.read_bytes())


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_a_schema_is_tidy(path: Path) -> None:
    assert tidier.untidy(data(path)) == [], "run `make docs`"


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_a_schema_has_the_address_at_which_it_can_be_had(path: Path) -> None:
    address = f"https://platform-gate.github.io/platform-gate/schemas/v1/{path.name}"
    assert data(path)["$id"] == address


def test_what_is_untidy_is_tidied_and_nothing_else() -> None:
    inner = '{"enum": [1], "type": ["integer", "null"]}'
    text = f'{{"description": "One. Two.", "type": "string", "enum": ["a."], "x": {inner}}}'
    assert tidier.untidy(json.loads(text)) == ["", "/x"]
    assert tidier.tidy(text) == '{"description": "One. Two", "enum": ["a."], "x": {"enum": [1]}}'
    assert tidier.tidy(tidier.tidy(text)) == tidier.tidy(text)


def test_the_entry_for_schema_store_names_our_schemas_and_files() -> None:
    entry = json.loads((ROOT / "docs/schemastore.json").read_bytes())
    assert [schema["url"] for schema in entry["schemas"]] == [
        f"https://platform-gate.github.io/platform-gate/schemas/v1/{name}.schema.json" for name in ("service", "config")
    ]
    assert entry["schemas"][0]["fileMatch"] == ["platform-gate.yaml", "*.platform-gate.yaml"]
    assert entry["schemas"][1]["fileMatch"] == [".platform-gate.yaml"]
