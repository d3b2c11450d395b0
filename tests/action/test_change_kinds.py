"""Kinds of change from labels."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.conftest import ROOT
from tests.scripts import load


def run(folder: Path, event: str, labels: str = "", change: str = "") -> "subprocess.CompletedProcess[str]":
    file = folder / "event.json"
    file.write_text(event)
    environment = {
        "PATH": os.environ["PATH"],
        "GITHUB_EVENT_PATH": str(file),
        "CHANGE_LABELS": labels,
        "CHANGE": change,
    }
    command = [sys.executable, "-I", str(ROOT / "action/change_kinds.py")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


EVENT = '{"pull_request": {"labels": [{"name": "security fix"}, {"name": "docs"}, {"name": "a=b"}]}}'


@pytest.mark.parametrize(
    ("labels", "kinds"),
    [
        ("", []),
        ("security fix = security\n\nrollback=reliability-fix\n", ["security"]),
        ("security fix=security\na=b=security\ndocs=docs", ["docs", "security"]),
        ("Security fix=security", []),
    ],
)
def test_labels_name_kinds(tmp_path: Path, labels: str, kinds: list[str]) -> None:
    done = run(tmp_path, EVENT, labels)
    assert (done.returncode, done.stdout.split()) == (0, kinds)


@pytest.mark.parametrize("labels", ["x", "=x", "a=", "a=B", "a=b\na=c", "a=b c", "a=-b", "a=b-", f"a={'b' * 64}"])
def test_a_mapping_that_makes_no_sense_is_an_error(tmp_path: Path, labels: str) -> None:
    done = run(tmp_path, EVENT, labels)
    assert done.returncode == 1
    assert "change-labels" in done.stderr


@pytest.mark.parametrize("event", ["{}", '{"pull_request": null}', '{"pull_request": {}}'])
def test_another_event_has_no_kinds(tmp_path: Path, event: str) -> None:
    done = run(tmp_path, event, "a=b")
    assert (done.returncode, done.stdout) == (0, "\n")


def test_kinds_of_the_workflow_and_of_labels_are_added_up(tmp_path: Path) -> None:
    done = run(tmp_path, EVENT, "docs=docs", "security\n\n docs\n")
    assert done.stdout.split() == ["docs", "security"]
    assert run(tmp_path, "{}", change="rollback").stdout.split() == ["rollback"]


@pytest.mark.parametrize("change", ["Security", "--help", "a b", "END_OF_KINDS", "a=b"])
def test_a_kind_that_is_none_is_an_error(tmp_path: Path, change: str) -> None:
    done = run(tmp_path, "{}", change=change)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("change: ")


HOSTILE_LABELS = ["$(touch pwned)", "`touch pwned`", "--help", "a\nrollback", "\x00", "END_OF_KINDS", "\u202e"]


@pytest.mark.parametrize("label", HOSTILE_LABELS)
def test_a_label_is_compared_and_never_printed(tmp_path: Path, label: str) -> None:
    event = json.dumps({"pull_request": {"labels": [{"name": label}]}})
    assert run(tmp_path, event, "security-fix=security").stdout == "\n"
    assert run(tmp_path, event, "rollback=rollback\na=docs").stdout == "\n"
    if label.isprintable():
        assert run(tmp_path, event, f"{label}=security").stdout == "security\n"


def test_kinds_are_those_of_the_policys_schema() -> None:
    pattern = load("action/change_kinds.py").KIND
    schema = json.loads((ROOT / "schemas/policy.schema.json").read_bytes())
    kind = {"$ref": "#/$defs/exemption/properties/change", "$defs": schema["$defs"]}
    for text in ("a", "1", "a-b", "-a", "a-", "A", "a_b", "", "a" * 63, "a" * 64):
        assert (pattern.fullmatch(text) is not None) == Draft202012Validator(kind).is_valid(text), text
