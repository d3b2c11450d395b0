"""What becomes of a collector's values: names, claims, units, conflicts. The collector here is a toy."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from platform_gate.cli.main import run
from platform_gate.collectors import collecting, registry
from platform_gate.collectors.collecting import Result
from platform_gate.collectors.source import Answer, Limits, Source, SourceError, World, secret
from platform_gate.documents import schema, shipped
from platform_gate.measurements.writing import Value
from platform_gate.model import GateError
from tests.asking import AT, document, world
from tests.conftest import ROOT


class Toy(ModuleType):
    """What a module `collectors/toy.py` would offer."""

    @staticmethod
    def provides(settings: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(settings.get("provides", ["slos", "cost", "reliability", "carbon"]))

    @staticmethod
    def queries(_source: Source, _world: World) -> Iterator[str]:
        yield "count the sheep"

    @staticmethod
    def collect(source: Source, world: World) -> Answer:
        if "sheep" in source.settings:
            return Answer((value("farm", "reliability/incidents_30d", str(source.settings["sheep"]), "count"),))
        if "error" in source.settings:
            raise source.settings["error"]
        if "token_env" in source.settings:
            raise SourceError(f"no {secret(world, source.settings['token_env'])}", "see https://x/?key=1")
        return Answer(tuple(source.settings["values"]), ("a remark",))


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line in the registry, one module."""
    monkeypatch.setitem(sys.modules, "toy_collector", Toy("toy_collector"))
    monkeypatch.setitem(registry.COLLECTORS, "toy", "toy_collector")


def value(service: str, at: str, number: str = "99.5", unit: str = "percent") -> Value:
    return Value(service, at, value=Decimal(number), unit=unit, observed_at=AT)


def ask(
    *values: Value, names: Mapping[str, str] = {}, services: tuple[str, ...] = ("*",), name: str = "it", **more: Any
) -> Result:
    source = Source(name, "toy", {"values": values, **more}, Limits(1, 0, 1), services)
    return collecting.ask(source, names, world(secrets={"TOKEN": "s3cret-token"}))


def test_a_toy_collector() -> None:
    result = ask(value("web", "slos/a", "0.995", "ratio"), value("web", "reliability/incidents_30d", "7", "count"))
    assert [(v.at, v.value, v.unit, v.source) for v in result.values] == [
        ("slos/a", Decimal("99.5"), "percent", "it"),
        ("reliability/incidents_30d", 7, "count", "it"),
    ]
    assert (result.services, result.missing, result.oldest, result.remarks) == (1, 0, AT, ("a remark",))


def test_names_are_mapped_exactly_and_never_guessed() -> None:
    result = ask(value("pay-svc", "slos/a"), value("pay", "slos/a"), names={"pay-svc": "payments"})
    assert sorted(v.service for v in result.values) == ["pay", "payments"]


def test_two_names_that_become_one_service_fail_the_source() -> None:
    result = ask(value("pay-svc", "slos/a"), value("payments", "slos/b"), names={"pay-svc": "payments"})
    assert result.state.error == "'pay-svc' and 'payments' both map to the service 'payments'"


def test_what_is_left_out_is_said() -> None:
    values = [value(name, "slos/a") for name in ("Web Shop", "pay-a", "ledger", "API", "B", "C")]
    odd = [value("pay-a", "slos/ spaced"), value("pay-a", "carbon/tonnes", "7", "count")]
    result = ask(*values, *odd, services=("pay-*",))
    assert [v.service for v in result.values] == ["pay-a"]
    assert result.state.services == ("pay-*",)
    assert result.remarks == (
        "a remark",
        "left out 4 names that can't be services: 'API', 'B' and 'C' and 1 more",
        "left out 1 name outside of `services`: 'ledger'",
        "left out 2 names that can't be fields: 'carbon/tonnes' and 'slos/ spaced'",
    )


def test_two_values_of_one_field_are_none() -> None:
    (only,) = ask(value("web", "slos/a"), value("web", "slos/a")).values
    assert (only.value, only.error) == (None, "several-series")


def test_a_field_that_the_source_does_not_claim_fails_it() -> None:
    result = ask(value("web", "slos/a"), provides=["slos/ab", "reliability"])
    assert result.state.error == "the source gives 'slos/a', which it doesn't claim"


@pytest.mark.parametrize("error", [KeyError("a"), TypeError(), ValueError(), AttributeError(), ZeroDivisionError()])
def test_an_answer_that_nobody_expected_is_a_failure_and_no_bug(error: Exception) -> None:
    assert "does not have the documented format" in ask(error=error).state.error


def test_what_the_system_refuses_is_a_failure_that_names_no_address() -> None:
    assert ask(error=PermissionError(13, "denied", "db.internal")).state.error == (
        "a file or connection could not be opened (PermissionError)"
    )


def test_a_bug_is_still_a_bug() -> None:
    with pytest.raises(AssertionError):
        ask(error=AssertionError())


def test_an_error_holds_neither_secrets_nor_urls() -> None:
    result = ask(token_env="TOKEN")  # noqa: S106 - the name of a variable
    assert (result.state.error, result.fix) == ("no ***", "see https://***")
    assert ask(token_env="UNSET").state.error == "the environment variable UNSET is not set"  # noqa: S106 - as above


def test_two_sources_for_one_field_of_one_service_are_refused() -> None:
    one, other = ask(value("web", "slos/a"), name="one"), ask(value("web", "slos/a"), name="other")
    with pytest.raises(GateError, match="'one' and 'other' both give slos/a of 'web'"):
        collecting.refuse_conflicts([one, other])
    collecting.refuse_conflicts([one, ask(value("api", "slos/a"), value("web", "slos/b"), name="other")])


SECTION = {
    "type": "object",
    "required": ["type", "sheep"],
    "properties": {"type": {"const": "toy"}, "sheep": {"type": "integer"}},
    "additionalProperties": False,
}


@pytest.fixture
def extended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The shipped schemas with a section for the toy: with the line in the registry all that a collector takes."""
    path = shutil.copytree(ROOT / "schemas", tmp_path / "schemas") / "sources.schema.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    source = data["$defs"]["source"]
    source["properties"]["type"]["enum"].append("toy")
    source["allOf"].append({"if": {"properties": {"type": {"const": "toy"}}}, "then": {"$ref": "#/$defs/toy"}})
    data["$defs"]["toy"] = SECTION
    path.write_text(json.dumps(data), encoding="utf-8")
    monkeypatch.setattr(shipped, "folder", lambda name: tmp_path / name)
    monkeypatch.chdir(tmp_path)
    caches = shipped.schema, schema._validator, schema._accepts  # noqa: SLF001 - what was read of the shipped ones
    for cache in caches:
        cache.cache_clear()
    yield tmp_path
    for cache in caches:
        cache.cache_clear()


def test_a_toy_collector_from_its_file_to_the_snapshot(
    extended: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (extended / "platform-gate.sources.yaml").write_bytes(document({"counter": {"type": "toy", "sheep": 7}}))
    assert run(["collect", "--print-queries"]) == 0
    assert capfdbinary.readouterr().out == b"# counter (toy)\ncount the sheep\n"
    assert run(["collect", "-o", "m.jsonl"]) == 0
    header, line = (extended / "m.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(header)["sources"]["counter"]["type"] == "toy"
    assert json.loads(line)["values"][0]["value"] == 7
    (extended / "platform-gate.sources.yaml").write_bytes(document({"counter": {"type": "toy", "goats": 7}}))
    assert run(["collect"]) == 2
    assert b"unknown key 'goats'" in capfdbinary.readouterr().err
