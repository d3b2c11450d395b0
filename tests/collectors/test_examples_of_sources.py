"""The queries in examples/sources, on PostgreSQL tables of the shape that DevLake and Four Keys document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
import sqlglot

from platform_gate.collectors import configuration
from tests.asking import ask, by_field, numbers
from tests.conftest import ROOT

pytestmark = pytest.mark.xdist_group("postgres")

EXAMPLES = ROOT / "examples/sources"
NOW = datetime.now(UTC).replace(microsecond=0)
DEVLAKE = """
CREATE TABLE _devlake_pipelines (id bigint, status text, finished_at timestamptz);
CREATE TABLE project_mapping (project_name text, "table" text, row_id text);
CREATE TABLE cicd_deployment_commits
  (id text, cicd_scope_id text, cicd_deployment_id text, result text, environment text, finished_date timestamptz);
CREATE TABLE issues (id text, type text, created_date timestamptz, resolution_date timestamptz);
CREATE TABLE board_issues (board_id text, issue_id text);
CREATE TABLE project_issue_metrics (id text, project_name text, deployment_id text);
"""
FOUR_KEYS = """
CREATE SCHEMA four_keys;
CREATE TABLE four_keys.events_raw (id text, source text, time_created timestamptz);
CREATE TABLE four_keys.deployments (source text, deploy_id text, time_created timestamptz, changes text[]);
CREATE TABLE four_keys.incidents
  (source text, incident_id text, time_created timestamptz, time_resolved timestamptz, changes text[]);
"""


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


@pytest.fixture(scope="module")
def tables(database: str) -> Iterator[sqlalchemy.Engine]:
    engine = sqlalchemy.create_engine(database)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA lake; SET search_path = lake;" + DEVLAKE + FOUR_KEYS)
    yield engine
    engine.dispose()


def insert(engine: sqlalchemy.Engine, table: str, *rows: tuple[Any, ...]) -> None:
    with engine.begin() as connection:
        for row in rows:
            places = ", ".join(f":p{number}" for number in range(len(row)))
            values = {f"p{number}": value for number, value in enumerate(row)}
            connection.execute(sqlalchemy.text(f"INSERT INTO {table} VALUES ({places})"), values)  # noqa: S608 - a test's


def asked(engine: sqlalchemy.Engine, folder: Path, text: str) -> Any:
    url = engine.url.render_as_string(hide_password=False) + "?options=-csearch_path%3Dlake"
    (folder / "q.sql").write_text(text, encoding="utf-8")
    return ask({"type": "sql", "connection_env": "DB", "file": "q.sql"}, folder=folder, secrets={"DB": url})


def test_devlake(tables: sqlalchemy.Engine, tmp_path: Path) -> None:
    insert(tables, "lake._devlake_pipelines", (1, "TASK_COMPLETED", ago(3)), (2, "TASK_COMPLETED", ago(0.5)))
    insert(tables, "lake._devlake_pipelines", (3, "TASK_FAILED", NOW))
    mapped = [("payments", "p"), ("ledger", "l"), ("quiet", "q")]
    insert(tables, "lake.project_mapping", *((name, "boards", f"board-{row}") for name, row in mapped))
    insert(tables, "lake.project_mapping", *((name, "cicd_scopes", f"scope-{row}") for name, row in mapped))
    insert(
        tables,
        "lake.cicd_deployment_commits",
        ("1", "scope-p", "d1", "SUCCESS", "PRODUCTION", ago(10)),
        ("2", "scope-p", "d1", "SUCCESS", "PRODUCTION", ago(9)),
        ("3", "scope-p", "d2", "SUCCESS", "PRODUCTION", ago(5)),
        ("4", "scope-p", "d3", "FAILURE", "PRODUCTION", ago(4)),
        ("5", "scope-p", "d4", "SUCCESS", "STAGING", ago(4)),
        ("6", "scope-p", "d5", "SUCCESS", "PRODUCTION", ago(60)),
        ("7", "scope-l", "d6", "SUCCESS", "PRODUCTION", ago(2)),
    )
    insert(
        tables,
        "lake.issues",
        ("i1", "INCIDENT", ago(8.9), ago(9) + timedelta(hours=3)),
        ("i2", "INCIDENT", ago(8.8), ago(9) + timedelta(hours=5)),
        ("i3", "INCIDENT", ago(1), None),
        ("i4", "INCIDENT", ago(2), None),
        ("i5", "BUG", ago(2), None),
        ("i6", "INCIDENT", ago(50), ago(49)),
    )
    insert(tables, "lake.board_issues", ("board-p", "i1"), ("board-p", "i2"), ("board-p", "i3"), ("board-p", "i5"))
    insert(tables, "lake.board_issues", ("board-p", "i6"))
    insert(tables, "lake.project_issue_metrics", ("i1", "payments", "d1"), ("i2", "payments", "d1"))
    insert(tables, "lake.project_issue_metrics", ("i5", "payments", "d2"), ("i6", "payments", "d5"))
    result = asked(tables, tmp_path, (EXAMPLES / "devlake.sql").read_text(encoding="utf-8"))
    assert numbers(result) == {
        "payments reliability/change_failure_rate_pct": "50",
        "payments reliability/mttr_minutes": "240",
        "payments reliability/incidents_30d": "3",
        "ledger reliability/change_failure_rate_pct": "0",
        "ledger reliability/mttr_minutes": "no-data",
        "ledger reliability/incidents_30d": "0",
        "quiet reliability/change_failure_rate_pct": "no-data",
        "quiet reliability/mttr_minutes": "no-data",
        "quiet reliability/incidents_30d": "0",
    }
    assert result.remarks == ("left out 1 row without a service",)
    value = by_field(result)["payments reliability/incidents_30d"]
    assert (value.observed_at, value.window) == (ago(0.5), "30d")


def test_four_keys(tables: sqlalchemy.Engine, tmp_path: Path) -> None:
    """Written for BigQuery: carried to PostgreSQL, where it can be run. One function sqlglot leaves as it is."""
    insert(tables, "four_keys.events_raw", ("e1", "github", ago(0.1)), ("e2", "github", ago(3)))
    insert(
        tables,
        "four_keys.deployments",
        ("github", "d1", ago(10), ["a", "b"]),
        ("github", "d2", ago(5), ["c"]),
        ("github", "d3", ago(4), ["d"]),
        ("github", "d4", ago(40), ["e"]),
    )
    insert(
        tables,
        "four_keys.incidents",
        ("github", "i1", ago(9), ago(9) + timedelta(minutes=30), ["b"]),
        ("github", "i2", ago(8), ago(8) + timedelta(minutes=60), ["b", "z"]),
        ("github", "i3", ago(1), None, []),
        ("github", "i4", ago(40), ago(39), ["e"]),
    )
    text = (EXAMPLES / "four-keys.sql").read_text(encoding="utf-8")
    difference = "TIMESTAMP_DIFF(time_resolved, time_created, SECOND)"
    assert difference in text
    text = text.replace(difference, "EXTRACT(EPOCH FROM time_resolved - time_created)")
    (carried,) = sqlglot.transpile(text, read="bigquery", write="postgres")
    result = asked(tables, tmp_path, carried)
    assert numbers(result) == {
        "payments reliability/change_failure_rate_pct": "33.333333333",
        "payments reliability/mttr_minutes": "45",
        "payments reliability/incidents_30d": "3",
    }
    assert result.values[0].observed_at == ago(0.1)


def test_the_example_document_is_one() -> None:
    path = EXAMPLES / "platform-gate.sources.yaml"
    sources = configuration.load(path.read_bytes(), path.name).sources
    assert [source.type for source in sources] == ["prometheus", "focus", "sql"]
    assert (EXAMPLES / sources[2].settings["file"]).is_file()
