"""No secret appears in any output, error or file, of any collector, whatever goes wrong."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from platform_gate.collectors.registry import COLLECTORS
from tests.asking import document
from tests.conftest import Gate
from tests.servers import Reply, Request, free_port, replaying

SECRETS = {
    "FIRST": "s3cret/first+value=",
    "SECOND": 'other s3cret "value"',
    "DB": "postgresql+psycopg://s3cret-user:s3cret%40pass@127.0.0.1:{port}/s3cret-db",
}
QUERY = {"provides": "reliability/uptime_pct", "query": "up", "unit": "ratio"}
SOURCES: dict[str, list[dict[str, Any]]] = {
    "prometheus": [
        {"auth": {"bearer_env": "FIRST"}, "headers_env": {"X-Scope-OrgID": "SECOND"}, "queries": [QUERY]},
        {"auth": {"basic": {"user_env": "FIRST", "password_env": "SECOND"}}, "preset": "sloth"},
    ],
    "datadog": [{"api_key_env": "FIRST", "app_key_env": "SECOND"}],
    "pagerduty": [{"token_env": "FIRST"}],
    "github": [{"token_env": "FIRST", "repositories": {"acme/web": "web"}}],
    "sql": [{"connection_env": "DB", "file": "q.sql"}],
    "focus": [{"connection_env": "DB", "table": "finops.focus", "service": ["tag:service"]}],
}
WITHOUT = {"file", "infracost"}
"""These ask nobody, and have no secrets."""
OVER_HTTP = [(kind, more) for kind in ("prometheus", "datadog", "pagerduty", "github") for more in SOURCES[kind]]


def echo(request: Request) -> str:
    """Everything that the server was told, as plain as a careless one would say it."""
    return json.dumps({**request.headers, **request.query}) + request.body.decode()


def in_many_forms(request: Request) -> str:
    given = request.headers.get("authorization", "")
    decoded = base64.b64decode(given.partition("Basic ")[2]).decode() if "Basic " in given else given
    return " ".join([quote(decoded), json.dumps(decoded), decoded.partition(":")[2], echo(request)])


FAILURES: Mapping[str, Callable[[Request], Reply]] = {
    "refused": lambda request: Reply(echo(request).encode(), 401),
    "forbidden in other forms": lambda request: Reply(in_many_forms(request).encode(), 403),
    "bad request": lambda request: Reply({"status": "error", "errorType": "bad_data", "error": echo(request)}, 400),
    "not found": lambda request: Reply((" " * 70 + echo(request)).encode(), 404),
    "busy": lambda request: Reply(echo(request).encode(), 503),
    "patience": lambda request: Reply(echo(request).encode(), 429, {"Retry-After": "999"}),
    "redirect": lambda request: Reply(b"", 302, {"Location": "/" + quote(request.headers.get("authorization", ""))}),
    "no json": lambda request: Reply(echo(request).encode()),
    "cut off": lambda request: Reply(echo(request).encode(), declared=10**6),
    "too large": lambda request: Reply(echo(request).encode() * 20),
    "warning": lambda request: Reply({"status": "success", "warnings": [echo(request)], "data": {}}),
    "graphql": lambda request: Reply({"errors": [{"message": echo(request)}]}),
    "another shape": lambda request: Reply([echo(request)]),
    "wrong clock": lambda request: Reply({"said": echo(request)}, 200, {"Date": "Wed, 01 Jan 2020 00:00:00 GMT"}),
}


def pieces() -> Iterator[str]:
    """What must not be seen: the secrets, and their halves in the forms that a server may echo."""
    yield from ("s3cret", "first+value", "first%2Bvalue", "s3cret%40pass")
    for value in (*list(SECRETS.values())[:2], f"{SECRETS['FIRST']}:{SECRETS['SECOND']}"):
        yield base64.b64encode(value.encode()).decode()


def outputs(gate: Gate, folder: Path, kind: str, settings: Mapping[str, Any], port: int = 9) -> str:
    """Everything that a run shows or writes."""
    source = {"type": kind, "retries": 0, "timeout": "2s", "max_bytes": "4KiB", **settings}
    (folder / "platform-gate.sources.yaml").write_bytes(document({"it": source}))
    (folder / "q.sql").write_text("SELECT 1 AS service", encoding="utf-8")
    variables = {name: value.format(port=port) if name == "DB" else value for name, value in SECRETS.items()}
    done = gate(folder, "collect", "-v", "-o", "m.jsonl", env=variables)
    assert done.returncode == 2, done.stderr
    written = (folder / "m.jsonl").read_text(encoding="utf-8")
    assert '"ok":false' in written
    return done.stdout + done.stderr + written


def leaks(text: str) -> list[str]:
    return [piece for piece in pieces() if piece in text]


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize(("kind", "settings"), OVER_HTTP, ids=lambda value: value if isinstance(value, str) else "")
def test_over_http(gate: Gate, tmp_path: Path, kind: str, settings: dict[str, Any], failure: str) -> None:
    with replaying(FAILURES[failure]) as server:
        text = outputs(gate, tmp_path, kind, settings | {"url": server.url})
        assert server.asked
        assert any(leaks(echo(request)) for request in server.asked), "the server was told no secret"
    assert leaks(text) == []
    assert server.url not in text.replace(json.dumps({"url": server.url}), "")


@pytest.mark.parametrize("kind", ["sql", "focus"])
@pytest.mark.parametrize("address", ["nobody there", "no database", "nonsense"])
def test_over_sql(gate: Gate, tmp_path: Path, kind: str, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if address == "nonsense":
        monkeypatch.setitem(SECRETS, "DB", "s3cret-nonsense://s3cret:s3cret@")
    if address == "no database":
        with replaying(Reply(b"s3cret")) as server:
            text = outputs(gate, tmp_path, kind, SOURCES[kind][0], int(server.url.rpartition(":")[2]))
    else:
        text = outputs(gate, tmp_path, kind, SOURCES[kind][0], free_port())
    assert leaks(text) == []


@pytest.mark.parametrize("kind", SOURCES)
def test_printed_queries(gate: Gate, tmp_path: Path, kind: str) -> None:
    source = {"type": kind, **SOURCES[kind][0]} | ({"url": "https://s.example"} if kind not in ("sql", "focus") else {})
    (tmp_path / "platform-gate.sources.yaml").write_bytes(document({"it": source}))
    (tmp_path / "q.sql").write_text("SELECT 1 AS service", encoding="utf-8")
    printed = gate(tmp_path, "collect", "--print-queries", env=SECRETS)
    assert printed.returncode == 0
    assert leaks(printed.stdout + printed.stderr) == []


def test_a_variable_that_is_not_set_or_cannot_be_a_header(gate: Gate, tmp_path: Path) -> None:
    source = {"type": "github", "token_env": "TOKEN", "repositories": {"acme/web": "web"}}
    (tmp_path / "platform-gate.sources.yaml").write_bytes(document({"it": source}))
    for value in ("", "s3cret\nX-Injected: s3cret", "s3cret\u00e4"):
        done = gate(tmp_path, "collect", env={"TOKEN": value} if value else {})
        assert done.returncode == 2
        assert "s3cret" not in done.stdout + done.stderr
        assert "the environment variable TOKEN" in done.stderr


def test_no_collector_is_forgotten() -> None:
    assert set(COLLECTORS) == set(SOURCES) | WITHOUT
