"""Queries of one's own, against a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from platform_gate.collectors import engines, sql
from platform_gate.collectors.source import SourceError
from tests.asking import ask, by_field, numbers, world
from tests.servers import free_port

pytestmark = pytest.mark.xdist_group("postgres")

ROWS = (
    "SELECT 'web' AS service, 'reliability/mttr_minutes' AS at, 90.5 AS value, 'minutes' AS unit,"
    " TIMESTAMPTZ '2025-06-30 13:00:00+02' AS observed_at"
)


@pytest.fixture(scope="module")
def tables(database: str) -> Iterator[str]:
    engine = sqlalchemy.create_engine(database)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE SEQUENCE counter")
        connection.exec_driver_sql(
            "CREATE TABLE notes (service text, at text, value numeric, unit text, observed_at timestamp)"
        )
    yield database
    engine.dispose()


def asked(url: str, query: str, folder: Path, **more: Any) -> Any:
    (folder / "q.sql").write_text(query, encoding="utf-8")
    settings = {"type": "sql", "connection_env": "DB", "file": "q.sql", **more}
    return ask(settings, folder=folder, secrets={"DB": url})


def test_rows_become_values(tables: str, tmp_path: Path) -> None:
    query = (
        f"{ROWS}\nUNION ALL SELECT 'api', 'reliability/incidents_30d', 0, 'count', now()\n"
        "UNION ALL SELECT 'job', 'reliability/mttr_minutes', NULL, 'minutes', NULL\n"
        "UNION ALL SELECT NULL, 'reliability/mttr_minutes', 1, 'minutes', NULL;\n"
    )
    result = asked(tables, query, tmp_path)
    assert numbers(result) == {
        "web reliability/mttr_minutes": "90.5",
        "api reliability/incidents_30d": "0",
        "job reliability/mttr_minutes": "no-data",
    }
    assert str(by_field(result)["web reliability/mttr_minutes"].observed_at) == "2025-06-30 11:00:00+00:00"
    assert result.remarks == ("left out 1 row without a service",)


def test_a_colon_is_no_parameter(tables: str, tmp_path: Path) -> None:
    query = ROWS.replace("'web'", "split_part('a:web :x'::text, ':', 2)::varchar(3)") + " -- :note \\: 50%"
    assert numbers(asked(tables, query, tmp_path)) == {"web reliability/mttr_minutes": "90.5"}


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM notes",
        f"{ROWS}; DROP TABLE notes",
        "WITH gone AS (DELETE FROM notes RETURNING *) SELECT * FROM gone",
        "SELECT * INTO copied FROM notes",
        "CREATE TABLE x (a int)",
        "EXPLAIN ANALYZE DELETE FROM notes",
        "COPY notes TO PROGRAM 'sh'",
        "DO $$ BEGIN END $$",
        "",
    ],
)
def test_only_one_query_that_reads_is_run(tables: str, tmp_path: Path, query: str) -> None:
    assert asked(tables, query, tmp_path).state.error in (
        "the SQL is not a single read-only query",
        "the SQL can't be parsed: No expression was parsed from ''",
    )


def test_what_writes_by_a_function_is_refused_by_the_database(tables: str, tmp_path: Path) -> None:
    query = ROWS.replace("'web'", "nextval('counter')::text")
    assert asked(tables, query, tmp_path).state.error == (
        "the database rejected the query: cannot execute nextval() in a read-only transaction"
    )


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("SELECT * FROM nowhere", 'the database rejected the query: relation "nowhere" does not exist'),
        ("SELECT 1 AS service", "q.sql, row 1: missing at, value, unit and observed_at"),
        (ROWS + ", 1 AS extra", "q.sql, row 1: unknown column 'extra'"),
        ("SELEC 1", "the SQL can't be parsed: "),
        ("SELECT pg_sleep(5)", "the database rejected the query: canceling statement due to statement timeout"),
    ],
)
def test_a_query_that_fails(tables: str, tmp_path: Path, query: str, error: str) -> None:
    assert asked(tables, query, tmp_path, timeout="1s").state.error.startswith(error)


def test_a_field_outside_of_its_claim(tables: str, tmp_path: Path) -> None:
    result = asked(tables, ROWS, tmp_path, provides=["reliability/incidents_30d"])
    assert result.state.error == "the source gives 'reliability/mttr_minutes', which it doesn't claim"


def test_more_rows_than_sums_have(tables: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "MAX_ROWS", 2)
    query = f"SELECT t.* FROM ({ROWS}) t, generate_series(1, 3)"  # noqa: S608 - a test's
    assert asked(tables, query, tmp_path).state.error == "more than 2 rows"


def test_no_part_of_the_address_is_shown(tables: str, tmp_path: Path) -> None:
    wrong = tables.replace("sesame", "hunter22")
    nowhere = f"postgresql+psycopg://gate:hunter22@127.0.0.1:{free_port()}/bills"
    for url in (wrong, nowhere):
        result = asked(url, ROWS, tmp_path)
        assert result.state.error == "the database can't be reached (OperationalError)"
        assert "hunter22" not in result.fix
    for url in ("hunter22", "oracle://gate:hunter22@h/x", "nonsense://hunter22"):
        assert asked(url, ROWS, tmp_path).state.error.startswith("the database URL can't be used")


def test_an_error_that_names_the_user_or_the_host(tables: str, tmp_path: Path) -> None:
    query = ROWS.replace("'web'", "('open sesame gate 127.0.0.1')::int::text")
    assert asked(tables, query, tmp_path).state.error == (
        'the database rejected the query: invalid input syntax for type integer: "*** *** ***"'
    )


def test_another_engine(tmp_path: Path) -> None:
    query = ROWS.replace("TIMESTAMPTZ ", "")
    assert numbers(asked(f"sqlite:///{tmp_path}/a.db", query, tmp_path)) == {"web reliability/mttr_minutes": "90.5"}


def test_the_query_is_printed(tmp_path: Path) -> None:
    source = asked("sqlite://", ROWS + ";\n", tmp_path).source
    assert list(sql.queries(source, world(tmp_path))) == [ROWS]
    (tmp_path / "q.sql").write_bytes(b"\xff")
    with pytest.raises(SourceError, match="not UTF-8"):
        list(sql.queries(source, world(tmp_path)))
