"""The `Sources` document: strict, and discreet about what should not stand in it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from platform_gate.collectors import configuration
from platform_gate.collectors.registry import COLLECTORS, collector
from platform_gate.documents import shipped
from platform_gate.documents.document import DocumentError
from platform_gate.model import GateError
from tests.asking import document

PROM = {"type": "prometheus", "url": "https://prom.example.com", "preset": "sloth"}
SECRET = "hunter2-hunter2"  # noqa: S105 - made up


def refusal(sources: dict[str, Any], **spec: Any) -> str:
    with pytest.raises(DocumentError) as caught:
        configuration.load(document(sources, **spec), "s.yaml")
    refusals = caught.value.refusals
    assert all(entry.excerpt is None for entry in refusals)
    return "\n".join(f"{entry.message} | {entry.fix}" for entry in refusals)


def test_what_a_source_leaves_out_is_given_by_the_defaults() -> None:
    sources = {"a": PROM, "b": PROM | {"timeout": "2m", "services": ["pay-*"], "max_bytes": "1GiB"}}
    read = configuration.load(document(sources, defaults={"retries": 5}, names={"x y": "web"}), "s.yaml")
    first, second = read.sources
    assert (first.name, first.type, first.limits, first.services) == ("a", "prometheus", (30, 5, 64 * 2**20), ("*",))
    assert (second.limits, second.services) == ((120, 5, 2**30), ("pay-*",))
    assert read.names == {"x y": "web"}


@pytest.mark.parametrize(
    "url",
    [
        "http://prom.example.com",
        f"https://gate:{SECRET}@prom.example.com",
        f"https://prom.example.com/?token={SECRET}",
        f"https://prom.example.com#{SECRET}",
        "http://127.0.0.1.example.com",
        "http://127.0.0.1@example.com",
        "ftp://x",
        "https:///",
    ],
)
def test_an_address_that_is_refused(url: str) -> None:
    text = refusal({"a": PROM | {"url": url}})
    assert "this string is not a valid URL" in text
    assert url not in text


@pytest.mark.parametrize(
    "url", ["http://localhost:9090", "http://127.0.0.1", "http://[::1]:9/x", "https://h.example/prom"]
)
def test_an_address_that_is_taken(url: str) -> None:
    configuration.load(document({"a": PROM | {"url": url}}), "s.yaml")


@pytest.mark.parametrize(
    "settings",
    [
        {"auth": {"bearer": SECRET}},
        {"auth": {"bearer_env": SECRET}},
        {"auth": {"basic": {"user_env": "USER", "password_env": SECRET}}},
        {"auth": SECRET},
        {"headers_env": {"Authorization": f"Bearer {SECRET}"}},
        {"headers": {"Authorization": SECRET}},
        {"token": SECRET},
        {"preset": SECRET},
    ],
)
def test_a_secret_in_the_document_is_refused_and_not_repeated(settings: dict[str, Any]) -> None:
    assert SECRET not in refusal({"a": PROM | settings})


def test_a_syntax_error_shows_no_line() -> None:
    with pytest.raises(DocumentError) as caught:
        configuration.load(b"token: &a hunter2\n", "s.yaml")
    assert caught.value.refusals[0].excerpt is None


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"type": "prom"}, "not a known type"),
        ({"preset": None}, "not a known preset"),
        ({"burn_rates": ["1h"], "preset": "pyrra"}, "more than 0 entries"),
        ({"tls": {"cert": "a.pem"}}, "not a valid TLS"),
        ({"servces": ["*"]}, "unknown key 'servces' | Did you mean services?"),
        ({"timeout": "30"}, "not a valid duration"),
        ({"max_bytes": "64MB"}, "not a valid size"),
    ],
)
def test_what_the_schema_refuses(settings: dict[str, Any], message: str) -> None:
    assert message in refusal({"a": PROM | settings})


def test_two_names_onto_one_service() -> None:
    text = refusal({"a": PROM}, names={"pay-svc": "payments", "pay": "payments", "led": "ledger"})
    assert text.count("2 names map to 'payments' | Keep one") == 2


def test_a_field_has_one_query() -> None:
    query = {"provides": "reliability/uptime_pct", "query": "up", "unit": "ratio"}
    assert "already has a query" in refusal({"a": PROM | {"queries": [query, query]}})


def test_sources_are_chosen_by_name() -> None:
    read = configuration.load(document({"a": PROM, "b": PROM}), "s.yaml")
    assert [source.name for source in configuration.choose(read, ("b",)).sources] == ["b"]
    assert configuration.choose(read, ()) == read
    with pytest.raises(GateError, match="unknown source 'c'"):
        configuration.choose(read, ("a", "c"))


def test_every_type_has_a_collector_a_section_and_an_example_that_fits() -> None:
    schema = shipped.schema("sources")
    types = schema["$defs"]["source"]["properties"]["type"]["enum"]
    assert types == list(COLLECTORS)
    for kind in types:
        for example in schema["$defs"][kind]["examples"]:
            (source,) = configuration.load(document({"it": example}), "s.yaml").sources
            assert collector(kind).provides(source.settings)


def test_the_schema_s_own_examples_fit_it() -> None:
    for example in shipped.schema("sources")["examples"]:
        assert configuration.load(json.dumps(example).encode(), "s.yaml").sources


def test_json_and_yaml_are_read_alike() -> None:
    as_yaml = yaml.safe_dump(json.loads(document({"a": PROM})), sort_keys=False).encode()
    assert configuration.load(as_yaml, "s.yaml") == configuration.load(document({"a": PROM}), "s.yaml")
