"""`schema`: every schema that is shipped, byte by byte."""

import json

import pytest
from jsonschema import Draft202012Validator

from platform_gate.cli.main import run
from platform_gate.documents import shipped
from tests.conftest import ROOT

NAMES = [path.name.removesuffix(".schema.json") for path in sorted((ROOT / "schemas").glob("*.schema.json"))]


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_printed_as_it_is_shipped(capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert run(["schema", name]) == 0
    text = capsys.readouterr().out
    assert text.encode() == (ROOT / f"schemas/{name}.schema.json").read_bytes()
    Draft202012Validator.check_schema(json.loads(text))


def test_all_are_known() -> None:
    assert {"service", "policy", "config", "report"} <= set(NAMES)
    assert shipped.schema_names() == sorted(NAMES)


@pytest.mark.parametrize("words", [[], ["servic"], ["../schemas/service"], ["service", "policy"], [""]])
def test_anything_else_is_refused(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert run(["schema", *words]) == 2
    assert capsys.readouterr().out == ""
