"""Without an extra: one line that says what to install."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.asking import ask

HTTP: list[dict[str, Any]] = [
    {"type": "prometheus", "url": "https://p.example.com", "preset": "sloth"},
    {"type": "datadog", "api_key_env": "A", "app_key_env": "A"},
    {"type": "pagerduty", "token_env": "A"},
    {"type": "github", "token_env": "A", "repositories": {"acme/web": "web"}},
]
CASES = [
    *(("urllib3", "collect", settings) for settings in HTTP),
    ("duckdb", "cost", {"type": "focus", "files": ["a.csv"], "service": ["tag:service"]}),
    ("sqlalchemy", "sql", {"type": "focus", "connection_env": "DB", "table": "t", "service": ["tag:service"]}),
    ("sqlglot", "sql", {"type": "sql", "connection_env": "DB", "file": "q.sql"}),
]


@pytest.mark.parametrize(("package", "extra", "settings"), CASES, ids=lambda value: str(value)[:20])
def test_a_package_that_is_missing(
    package: str, extra: str, settings: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_text("a\n", encoding="utf-8")
    (tmp_path / "q.sql").write_text("SELECT 1", encoding="utf-8")
    monkeypatch.setitem(sys.modules, package, None)
    result = ask(settings, folder=tmp_path, secrets={"A": "a-token", "DB": "sqlite://"})
    assert (result.state.error, result.fix) == (
        f"{package} is not installed",
        f"Run: pip install 'platform-gate[{extra}]'",
    )


def test_spark_without_pyspark(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    settings = {"type": "focus", "connection_env": "DB", "table": "t", "service": ["tag:service"]}
    result = ask(settings, secrets={"DB": "sc://127.0.0.1:1"})
    assert (result.state.error, result.fix) == ("pyspark is not installed", "Run: pip install 'pyspark[connect]'")
