"""Bills in the FOCUS format: summed by DuckDB from files, and by PostgreSQL from a table, to the same last digit."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy

from platform_gate.collectors import engines, focus
from platform_gate.collectors.source import SourceError
from platform_gate.measurements.writing import number_text
from tests import focus_export
from tests.asking import AT, ask, by_field, numbers, world

pytestmark = pytest.mark.xdist_group("postgres")

CLOSED = ("2025-05", "2025-04", "2025-03", "2025-02", "2025-01", "2024-12")


def settings(**more: Any) -> dict[str, Any]:
    return {"type": "focus", "files": ["*.csv"], "service": ["tag:service"], **more}


def expected(*excluded: str, months: tuple[str, ...] = CLOSED) -> dict[str, str]:
    """The sums, worked out by Python."""
    return {
        f"{service} cost/{month}": f"{Decimal(number_text(amount)).normalize():f}"
        for (service, month), amount in focus_export.sums(excluded).items()
        if service and month in months
    }


def written(folder: Path, rows: list[dict[str, Any]] | None = None) -> Path:
    text = focus_export.as_csv(focus_export.every_row() if rows is None else rows)
    (folder / "bill.csv").write_text(text, encoding="utf-8")
    return folder


def one(**changed: Any) -> dict[str, Any]:
    """A charge of 12.5 USD for `web` in May."""
    return focus_export.Charge("2025-05", 3, "web", "Usage", Decimal("12.5")).row() | changed


def cost(folder: Path, *rows: dict[str, Any], **more: Any) -> dict[str, str]:
    return numbers(ask(settings(**more), folder=written(folder, list(rows))))


# Files.


def test_a_bill_in_csv(tmp_path: Path) -> None:
    result = ask(settings(), folder=written(tmp_path))
    assert numbers(result) == expected()
    assert {value.unit for value in result.values} == {"USD"}


def test_a_bill_in_compressed_parts(tmp_path: Path) -> None:
    import gzip  # noqa: PLC0415 - only here

    rows = focus_export.every_row()
    for number, part in enumerate((rows[:150], rows[150:])):
        text = focus_export.as_csv(part).encode()
        (tmp_path / f"{number}.csv.gz").write_bytes(gzip.compress(text))
    assert numbers(ask(settings(files=["*.csv.gz"]), folder=tmp_path)) == expected()


@pytest.mark.parametrize("kind", ["map", "text", "json", "struct"])
def test_a_bill_in_parquet(tmp_path: Path, kind: str) -> None:
    """Tags are a map in AWS's exports, JSON in Azure's, and may be typed elsewhere."""
    shapes = {
        "map": "CAST(json(Tags) AS MAP(VARCHAR, VARCHAR))",
        "text": "Tags",
        "json": "json(Tags)",
        "struct": 'json_transform(json(Tags), \'{"service": "VARCHAR"}\')',
    }
    source, target = written(tmp_path) / "bill.csv", tmp_path / "bill.parquet"
    duckdb.sql(
        "COPY (SELECT * REPLACE"  # noqa: S608 - a test's
        f" ({shapes[kind]} AS Tags, CAST(EffectiveCost AS DECIMAL(30, 15)) AS EffectiveCost,"
        " CAST(BillingPeriodStart AS TIMESTAMPTZ) AS BillingPeriodStart,"
        " CAST(ChargePeriodEnd AS TIMESTAMPTZ) AS ChargePeriodEnd)"
        f" FROM read_csv('{source}', all_varchar = true)) TO '{target}' (FORMAT parquet)"
    )
    assert numbers(ask(settings(files=["*.parquet"]), folder=tmp_path)) == expected()


def test_categories_can_be_left_out(tmp_path: Path) -> None:
    written(tmp_path)
    assert numbers(ask(settings(exclude_categories=["Tax", "Credit"]), folder=tmp_path)) == expected("Tax", "Credit")


def test_another_amount(tmp_path: Path) -> None:
    assert cost(tmp_path, one(), amount="BilledCost") == {"web cost/2025-05": "25"}


def test_a_bill_as_the_finops_foundation_s_samples_write_it(tmp_path: Path) -> None:
    """Every text is quoted, and what is not known is NULL."""
    rows = [
        '12.5,"USD","2025-06-01T00:00:00Z","2025-05-01T00:00:00Z","Usage","{""service"": ""web"", ""a"": ""b""}","a"',
        '0.50000000005,"USD","2025-06-01T00:00:00Z","2025-05-01T00:00:00Z","Credit",NULL,"b"',
        '2,"USD","2025-06-01T00:00:00Z","2025-05-01T00:00:00Z","Usage",NULL,NULL',
    ]
    names = "EffectiveCost BillingCurrency ChargePeriodEnd BillingPeriodStart ChargeCategory Tags SubAccountName"
    heading = ",".join(f'"{name}"' for name in names.split())
    (tmp_path / "bill.csv").write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
    by_tag = ask(settings(), folder=tmp_path)
    assert (numbers(by_tag), by_tag.remarks) == (
        {"web cost/2025-05": "12.5"},
        ("16.7% of the cost in USD belongs to no service",),
    )
    by_account = ask(settings(service={"sql": "SubAccountName"}), folder=tmp_path)
    assert numbers(by_account) == {"a cost/2025-05": "12.5", "b cost/2025-05": "0.5"}
    assert by_account.remarks == ("13.3% of the cost in USD belongs to no service",)


# Which months count.


def test_a_month_counts_once_it_is_closed_and_settled(tmp_path: Path) -> None:
    written(tmp_path)
    on_the_third = datetime(2025, 7, 3, 23, tzinfo=UTC)
    on_the_fourth = datetime(2025, 7, 4, tzinfo=UTC)
    assert numbers(ask(settings(months=1), folder=tmp_path, at=on_the_third)) == expected(months=("2025-05",))
    assert numbers(ask(settings(months=1), folder=tmp_path, at=on_the_fourth)) == expected(months=("2025-06",))
    assert numbers(ask(settings(months=2, settle_days=0), folder=tmp_path)) == expected(months=("2025-05", "2025-04"))


@pytest.mark.parametrize(
    ("day", "settle", "first"),
    [
        ((2025, 1, 1), 0, (2024, 12, 1)),
        ((2025, 1, 3), 3, (2024, 11, 1)),
        ((2025, 1, 4), 3, (2024, 12, 1)),
        ((2025, 3, 31), 60, (2024, 12, 1)),
    ],
)
def test_the_latest_closed_month(day: Any, settle: int, first: Any) -> None:
    months = focus.closed_months({"settle_days": settle, "months": 3}, date(*day))
    assert (months[0], len(months)) == (date(*first), 3)
    assert all(later > earlier for later, earlier in pairwise(months))


def test_the_date_is_how_far_the_export_reaches(tmp_path: Path) -> None:
    running = focus_export.Charge("2025-06", 20, "api", "Usage", Decimal(1)).row()
    found = by_field(ask(settings(), folder=written(tmp_path, [one(), running])))
    assert found["web cost/2025-05"].observed_at == datetime(2025, 6, 21, tzinfo=UTC)
    ahead = running | {"ChargePeriodEnd": "2026-01-01T00:00:00Z"}
    found = by_field(ask(settings(), folder=written(tmp_path, [one(), ahead])))
    assert found["web cost/2025-05"].observed_at == AT


# Whose cost it is.


def test_the_first_tag_that_is_not_empty(tmp_path: Path) -> None:
    rows = [
        one(Tags={"service": "", "Service": "Api"}),
        one(Tags={"service": " web ", "Service": "Api"}),
        one(Tags={'user:it\'s "odd"': "ledger"}),
        one(Tags={"service": None}),
    ]
    tags = ["tag:service", "tag:Service", 'tag:user:it\'s "odd"']
    result = ask(settings(service=tags), folder=written(tmp_path, rows), names={"Api": "api"})
    assert numbers(result) == {"api cost/2025-05": "12.5", "web cost/2025-05": "12.5", "ledger cost/2025-05": "12.5"}
    assert result.remarks == ("25.0% of the cost in USD belongs to no service",)


@pytest.mark.parametrize("tags", ["", "{broken", "null", '"text"', "[1]", "{}", '{"service": {"a": 1}}'])
def test_tags_that_cannot_be_read_cost_nobody_else_anything(tmp_path: Path, tags: str) -> None:
    result = ask(settings(), folder=written(tmp_path, [one(), one(Tags=tags)]))
    assert numbers(result)["web cost/2025-05"] == "12.5"
    assert len(result.remarks) == 1


def test_an_expression_of_one_s_own(tmp_path: Path) -> None:
    found = cost(tmp_path, one(), one(SubAccountName=""), service={"sql": "replace(SubAccountName, 'acc-', '')"})
    assert found == {"web cost/2025-05": "12.5"}


def test_cost_without_a_service_is_a_share_and_never_spread(tmp_path: Path) -> None:
    result = ask(settings(), folder=written(tmp_path, [one(), one(Tags=None, EffectiveCost="37.5")]))
    assert numbers(result) == {"web cost/2025-05": "12.5"}
    assert result.remarks == ("75.0% of the cost in USD belongs to no service",)
    alone = ask(settings(), folder=written(tmp_path, [one(Tags=None)]))
    assert (alone.values, alone.remarks) == ((), ("100.0% of the cost in USD belongs to no service",))


# What is not a number.


def test_currencies_are_never_added(tmp_path: Path) -> None:
    euros = one(BillingCurrency="EUR")
    result = ask(
        settings(), folder=written(tmp_path, [one(), euros, euros | {"BillingPeriodStart": "2025-04-01T00:00:00Z"}])
    )
    assert numbers(result) == {"web cost/2025-05": "several-currencies", "web cost/2025-04": "12.5"}


@pytest.mark.parametrize("changed", [{"EffectiveCost": "n/a"}, {"EffectiveCost": ""}, {"BillingPeriodStart": "May"}])
def test_a_charge_that_cannot_be_read_fails_the_source(tmp_path: Path, changed: dict[str, Any]) -> None:
    result = ask(settings(), folder=written(tmp_path, [one(), one(**changed)]))
    assert result.state.error == "1 charge without a readable EffectiveCost or BillingPeriodStart"


def test_amounts_as_exports_write_them(tmp_path: Path) -> None:
    amounts = ["1.25E-7", "0.000000000001", "-2", "14.5", "1e1"]
    assert cost(tmp_path, *(one(EffectiveCost=amount) for amount in amounts)) == {"web cost/2025-05": "22.500000125"}


def test_a_credit_larger_than_the_cost_is_no_cost(tmp_path: Path) -> None:
    assert cost(tmp_path, one(EffectiveCost="-1")) == {"web cost/2025-05": "out-of-range"}


def test_an_export_without_a_column_that_is_needed(tmp_path: Path) -> None:
    (tmp_path / "bill.csv").write_text("BilledCost,BillingPeriodStrat\n1,2\n", encoding="utf-8")
    result = ask(settings(), folder=tmp_path)
    assert (result.state.error, result.fix) == (
        "the export has no column BillingPeriodStart",
        "Did you mean BillingPeriodStrat?",
    )


def test_files_that_are_no_exports(tmp_path: Path) -> None:
    assert ask(settings(), folder=tmp_path).state.error == "no file matches '*.csv'"
    (tmp_path / "a.parquet").write_bytes(b"nothing")
    assert ask(settings(files=["*.parquet"]), folder=tmp_path).state.error.startswith(
        "the database rejected the query: "
    )
    mixed = ask(settings(files=["*.csv", "*.parquet"]), folder=written(tmp_path))
    assert mixed.state.error.startswith("the files are not all CSV")


# What DuckDB may do.


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('{folder}/other.csv')",
        "SELECT * FROM 'https://example.com/a.parquet'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "ATTACH '{folder}/a.db'",
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "SET enable_external_access = true",
        "SET autoinstall_known_extensions = true",
    ],
)
def test_only_the_export_can_be_read(tmp_path: Path, query: str) -> None:
    (tmp_path / "other.csv").write_text("a\n1\n", encoding="utf-8")
    with engines.local([written(tmp_path) / "bill.csv"], "v") as engine:
        assert engine.rows("SELECT count(*) AS n FROM v") == [{"n": 400}]
        with pytest.raises(SourceError, match="the database rejected the query"):
            engine.rows(query.format(folder=tmp_path))


def test_a_name_that_could_be_sql_is_only_a_name(tmp_path: Path) -> None:
    odd = tmp_path / "a'); DROP VIEW v; --.csv"
    odd.write_text(focus_export.as_csv([one()]), encoding="utf-8")
    assert numbers(ask(settings(), folder=tmp_path)) == {"web cost/2025-05": "12.5"}


# Pushed down.


@pytest.fixture(scope="module")
def bill(database: str) -> str:
    """PostgreSQL with the same bill in two tables: typed with JSON tags, and folded names with text."""
    rows = [{**row, "Tags": focus_export.tags(row) or None} for row in focus_export.every_row()]
    places = ", ".join(f":{name}" for name in focus_export.COLUMNS)
    engine = sqlalchemy.create_engine(database)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA finops")
        for table, columns in {
            "focus": map(typed, focus_export.COLUMNS),
            "folded": map(folded, focus_export.COLUMNS),
        }.items():
            connection.exec_driver_sql(f"CREATE TABLE finops.{table} ({', '.join(columns)})")
            connection.execute(sqlalchemy.text(f"INSERT INTO finops.{table} VALUES ({places})"), rows)  # noqa: S608 - a test's
    engine.dispose()
    return database


def typed(name: str) -> str:
    """A column with the case of FOCUS and a type of its own."""
    types = {"EffectiveCost": "numeric", "BilledCost": "numeric", "Tags": "jsonb"}
    return f'"{name}" {types.get(name, "timestamptz" if "Period" in name else "text")}'


def folded(name: str) -> str:
    """A column of text, whose name PostgreSQL folds."""
    return f"{name} text"


def pushed(url: str, **more: Any) -> Any:
    table = {"type": "focus", "connection_env": "DB", "table": "finops.focus", "service": ["tag:service"], **more}
    return ask(table, secrets={"DB": url})


@pytest.mark.parametrize("table", ["finops.focus", "finops.folded"])
def test_postgres_comes_to_the_same_last_digit(bill: str, table: str) -> None:
    result = pushed(bill, table=table, exclude_categories=["Tax"])
    assert numbers(result) == expected("Tax")
    assert len(result.remarks) == 1


def test_postgres_and_duckdb_see_the_same_date_and_share(bill: str, tmp_path: Path) -> None:
    there, here = pushed(bill), ask(settings(), folder=written(tmp_path))
    assert there.values == here.values
    assert there.remarks == here.remarks


def test_an_expression_in_the_engine_s_own_dialect(bill: str) -> None:
    own = {"sql": "(regexp_match(\"SubAccountName\", '^acc-(\\w+)$'))[1]"}
    found = numbers(pushed(bill, service=own))
    assert {name: number for name, number in found.items() if not name.startswith("shared")} == expected()
    assert pushed(bill, service={"sql": "a b c ("}).state.error.startswith("the SQL can't be translated to postgres")


def test_a_table_that_is_not_there(bill: str) -> None:
    assert pushed(bill, table="finops.nothing").state.error.startswith(
        "the database rejected the query: finops.nothing"
    )


def test_the_query_is_printed_without_asking() -> None:
    source = ask(settings(exclude_categories=["Tax"])).source
    (printed,) = focus.queries(source, world())
    assert "CAST('2024-12-01' AS TIMESTAMP)" in printed
    assert "NOT IN ('Tax')" in printed
