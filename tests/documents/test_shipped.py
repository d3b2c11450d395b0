"""The shipped schemas and policies: they are found, valid, and agree with each other."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from platform_gate.documents import schema, shipped
from platform_gate.documents.document import read_one
from platform_gate.model import GateError
from platform_gate.policy import loading
from tests.conftest import ROOT

POLICIES = ["advisory", "default", "strict"]
Leaves = dict[tuple[str, ...], Any]


def leaves(value: Any, *at: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Everything below mappings: lists and single values."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from leaves(inner, *at, key)
    else:
        yield at, value


def defaults(part: Mapping[str, Any], *at: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every default of the policy's schema by its place below ``spec``."""
    if "$ref" in part:
        part = shipped.schema("policy")["$defs"][part["$ref"].rpartition("/")[2]] | part
    if "default" in part:
        yield from leaves(part["default"], *at)
    else:
        for key, inner in part.get("properties", {}).items():
            yield from defaults(inner, *at, key)


@pytest.mark.parametrize("name", ["schemas", "policies"])
def test_a_checkout_reads_the_folders_at_its_top(name: str) -> None:
    assert shipped.folder(name) == ROOT / name


@pytest.mark.parametrize("name", ["schemas", "policies"])
def test_a_wheel_reads_the_folders_inside_it(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipped, "__file__", str(tmp_path / "site" / "platform_gate" / "documents" / "shipped.py"))
    assert shipped.folder(name) == tmp_path / "site" / name
    (tmp_path / "site" / "platform_gate" / name).mkdir(parents=True)
    assert shipped.folder(name) == tmp_path / "site" / "platform_gate" / name


def test_every_schema_has_a_name() -> None:
    names = shipped.schema_names()
    assert names == sorted(names)
    assert {"service", "policy", "config", "report"} <= set(names)


@pytest.mark.parametrize("name", shipped.schema_names())
def test_a_schema_is_one_and_its_bytes_are_the_file_s(name: str) -> None:
    Draft202012Validator.check_schema(shipped.schema(name))
    assert shipped.schema_bytes(name) == (ROOT / "schemas" / f"{name}.schema.json").read_bytes()
    assert json.loads(shipped.schema_bytes(name)) == shipped.schema(name)


@pytest.mark.parametrize("name", shipped.schema_names())
def test_a_schema_never_reaches_outside_itself(name: str) -> None:
    assert {value for at, value in references(shipped.schema(name)) if not value.startswith("#/")} == set()


def references(value: Any) -> Iterator[tuple[str, str]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        if key == "$ref":
            yield key, inner
        yield from references(inner)


def test_the_shipped_policies_are_those_of_the_contract() -> None:
    assert shipped.policy_names() == POLICIES


@pytest.mark.parametrize("name", POLICIES)
def test_a_shipped_policy_fits_its_schema_and_bears_its_name(name: str) -> None:
    document = shipped.policy(name)
    assert schema.validate(document.data, "policy") == []
    assert document.data["metadata"]["name"] == name
    assert document.path == f"policies/{name}.yaml"
    assert shipped.policy(name) is document


@pytest.mark.parametrize("name", POLICIES)
def test_a_shipped_policy_makes_sense(name: str) -> None:
    loaded = loading.load(name, loading.nothing_to_read)
    assert (loaded.name, loaded.source) == (name, "shipped")


def test_a_policy_that_is_not_shipped_is_guessed() -> None:
    with pytest.raises(GateError, match="there is no shipped policy 'defualt'") as caught:
        shipped.policy("defualt")
    assert caught.value.fix == "Did you mean default? For a file, write its path or suffix."


def test_default_limits_are_the_default_policy_s() -> None:
    content = (ROOT / "policies" / "default.yaml").read_bytes()
    spec = read_one(content, "default.yaml").data["spec"]
    assert {name: shipped.default_limits(name) for name in spec} == spec


def test_the_schema_and_the_default_policy_name_the_same_keys_and_values() -> None:
    documented = dict(defaults(shipped.schema("policy")["properties"]["spec"]))
    assert documented.pop(("extends",)) == "default"
    assert documented == dict(leaves(shipped.policy("default").data["spec"]))


def test_the_default_policy_is_that_of_the_contract() -> None:
    spec: Leaves = dict(leaves(shipped.policy("default").data["spec"]))
    assert spec["gate", "fail_on"] == ["degraded", "critical", "unknown"]
    assert spec["gate", "required"] == ["slo", "cost", "reliability", "governance"]
    assert (spec["health", "degraded_at"], spec["health", "critical_at"]) == (2, 4)
    assert (spec["waivers", "max_days"], spec["waivers", "warn_days"]) == (90, 14)
    assert spec["gate", "max_prelaunch_days"] == 180
    assert spec["governance", "placeholders"] == "todo tbd unknown unspecified none n/a guest example".split()  # noqa: SIM905


def test_advisory_fails_on_critical_only() -> None:
    assert loading.load("advisory", loading.nothing_to_read).base().gate.fail_on == ("critical",)


def test_strict_requires_evidence() -> None:
    assert shipped.policy("strict").data["spec"]["governance"] == {"evidence": "required"}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package, and a file outside of it that it must not give away."""
    folder = tmp_path / "site" / "acme_policies"
    (folder / "tiers").mkdir(parents=True)
    (folder / "__init__.py").write_text("raise SystemExit('never run')", encoding="utf-8")
    (folder / "tiers" / "one.yaml").write_text("a: 1\n", encoding="utf-8")
    (tmp_path / "site" / "outside.yaml").write_text("a: 2\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return folder


@pytest.mark.parametrize("name", ["acme_policies", "acme-policies"])
def test_a_file_in_an_installed_package_is_found_without_running_the_package(name: str, package: Path) -> None:
    assert package.is_dir()
    reference = f"package:{name}/tiers/one.yaml"
    assert shipped.package_file(reference) == (b"a: 1\n", reference)


@pytest.mark.parametrize("file", ["tiers/two.yaml", "tiers", "", "../outside.yaml", "/etc/passwd"])
def test_a_file_that_a_package_does_not_hold_is_an_error(file: str, package: Path) -> None:
    assert package.is_dir()
    with pytest.raises(GateError, match="the package 'acme_policies' has no file") as caught:
        shipped.package_file(f"package:acme_policies/{file}")
    assert caught.value.fix == "Check the file name."


@pytest.mark.parametrize("name", ["no-such-package", "json.decoder", ""])
def test_a_package_that_is_not_installed_is_an_error(name: str) -> None:
    with pytest.raises(GateError, match="there is no installed package"):
        shipped.package_file(f"package:{name}/a.yaml")


def test_the_working_directory_is_not_searched_for_packages(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(package.parent)
    with pytest.raises(GateError, match="there is no installed package"):
        shipped.package_file("package:acme_policies/tiers/one.yaml")


def test_a_packaged_policy_s_parent_is_relative_within_the_package(package: Path) -> None:
    head = "apiVersion: platform-gate/v1\nkind: Policy\nspec:\n"
    (package / "base.yaml").write_text(head + "  slo: {breach_points: 7}\n", encoding="utf-8")
    (package / "tiers" / "two.yaml").write_text(head + "  extends: ../base.yaml\n", encoding="utf-8")
    loaded = loading.load("package:acme-policies/tiers/two.yaml", loading.nothing_to_read)
    assert loaded.base().limits["slo"].breach_points == 7
    assert (loaded.source, loaded.name) == ("package", "two")
