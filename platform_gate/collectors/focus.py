"""`type: focus`: what services cost, from exports in the FinOps FOCUS format (1.0 and newer).

One query sums up by service, month and currency: on files by DuckDB, on a table by the engine that holds it. Amounts
are summed as decimals, so that every engine comes to the same last digit. Only closed months count, currencies are
never added, and cost without a service is reported as a share.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from platform_gate.collectors import dialects, engines, files
from platform_gate.collectors.dialects import identifier, literal
from platform_gate.collectors.engines import Row
from platform_gate.collectors.source import Answer, Source, SourceError, World, secret
from platform_gate.measurements.writing import Value
from platform_gate.text import plural, suggestion

VIEW: Final = "focus_export"
EXPRESSION: Final = "service_expression"
"""Stands in the query for an expression of the operator's own."""
MONTHS: Final = 6
SETTLE_DAYS: Final = 3
AMOUNT: Final = "EffectiveCost"
COLUMNS: Final = ("BillingPeriodStart", "BillingCurrency", "ChargePeriodEnd", "ChargeCategory")
SEVERAL_CURRENCIES: Final = "several-currencies"
ANY_TABLE: Final[Mapping[str, str]] = dict.fromkeys((*COLUMNS, "Tags"), "VARCHAR")
"""The columns that `--print-queries` takes for granted, since it asks nobody."""


def provides(_settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The cost of months."""
    return ("cost",)


def queries(source: Source, world: World) -> Iterator[str]:
    """The query over the files; over a table as it is before the engine has said its dialect and its columns."""
    columns = {**ANY_TABLE, source.settings.get("amount", AMOUNT): "VARCHAR"}
    table = source.settings.get("table", VIEW)
    yield statement(source.settings, columns, table, first_month(source.settings, world.at.date()))


def collect(source: Source, world: World) -> Answer:
    """The closed months of every service."""
    with _engine(source, world) as engine:
        table = source.settings.get("table", VIEW)
        columns = engine.columns(table)
        query = statement(
            source.settings, columns, table, first_month(source.settings, world.at.date()), engine.dialect
        )
        own = _own_expression(source.settings)
        if engine.dialect != dialects.DUCKDB:
            query = dialects.carry(query, engine.dialect, {EXPRESSION: own} if own else {})
        return _answer(engine.rows(query), source.settings, world.at)


def _engine(source: Source, world: World) -> Any:
    if "connection_env" in source.settings:
        return engines.warehouse(secret(world, source.settings["connection_env"]), source.limits)
    return engines.local(files.matching(source.settings["files"], world.folder), VIEW)


# The query.


def statement(
    settings: Mapping[str, Any], columns: Mapping[str, str], table: str, since: date, dialect: str = dialects.DUCKDB
) -> str:
    """The query in DuckDB's SQL. ``columns`` are those that the table has, with their types.

    Raises:
        SourceError: it lacks one that is needed.
    """
    month, currency, end, category = (_column(name, columns) for name in COLUMNS)
    amount = _column(settings.get("amount", AMOUNT), columns)
    excluded = settings.get("exclude_categories", ())
    unwanted = f" AND COALESCE({category}, '') NOT IN ({', '.join(map(literal, excluded))})" if excluded else ""
    start = f"TRY_CAST({month} AS TIMESTAMP)"
    return (
        "SELECT service, billing_month, currency, SUM(amount) AS amount,"  # noqa: S608 - quoted, or of the operator's own
        " COUNT(*) - COUNT(amount) AS unreadable, MAX(newest) AS newest\n"
        f"FROM (SELECT {_service(settings, columns, dialect)} AS service,\n"
        f"  STRFTIME({start}, '%Y-%m') AS billing_month, {currency} AS currency,\n"
        f"  TRY_CAST({amount} AS DECIMAL(38, 12)) AS amount, TRY_CAST({end} AS TIMESTAMP) AS newest\n"
        f"  FROM {table}\n"
        f"  WHERE ({start} >= CAST('{since.isoformat()}' AS TIMESTAMP) OR {start} IS NULL){unwanted}) AS charges\n"
        "GROUP BY service, billing_month, currency"
    )


def _column(name: str, columns: Mapping[str, str]) -> str:
    """A column of the table, whatever the case of its name there."""
    by_lower = {column.lower(): column for column in columns}
    if name.lower() not in by_lower:
        raise SourceError(f"the export has no column {name}", suggestion(name, columns))
    return identifier(by_lower[name.lower()])


def _service(settings: Mapping[str, Any], columns: Mapping[str, str], dialect: str) -> str:
    """The expression for the service: the first tag that is not empty, or the operator's own."""
    if own := _own_expression(settings):
        wanted = f"({own})" if dialect == dialects.DUCKDB else EXPRESSION
        return f"NULLIF(TRIM({wanted}), '')"
    tags, kind = _column("Tags", columns), next(columns[name] for name in columns if name.lower() == "tags")
    values = [_tag(tags, kind, key.removeprefix("tag:"), dialect) for key in settings["service"]]
    return "COALESCE(" + ", ".join(f"NULLIF(TRIM({value}), '')" for value in values) + ")"


def _own_expression(settings: Mapping[str, Any]) -> str:
    service = settings["service"]
    return str(service["sql"]) if isinstance(service, Mapping) else ""


def _tag(tags: str, kind: str, key: str, dialect: str) -> str:
    """The value of a tag. Exports hold tags as a map, as JSON, or as text that should be JSON but may not be."""
    if kind.startswith("MAP"):
        return f"{tags}[{literal(key)}]"
    text = kind.startswith(("VARCHAR", "TEXT", "STRING", "CHAR"))
    path = literal('$."' + key.replace('"', '\\"') + '"')
    if dialect in (dialects.DUCKDB, dialects.POSTGRES):
        json = f"TRY_CAST(NULLIF({tags}, '') AS JSON)" if text else f"CAST({tags} AS JSON)"
        return f"({json} ->> {path})"
    return f"({tags} ->> {path})"


# The months.


def first_month(settings: Mapping[str, Any], day: date) -> date:
    """The first day of the oldest month that counts."""
    return closed_months(settings, day)[-1]


def closed_months(settings: Mapping[str, Any], day: date) -> list[date]:
    """The months that are closed and settled, by their first days, the latest first."""
    settled = day - timedelta(days=settings.get("settle_days", SETTLE_DAYS))
    months = [settled.replace(day=1)]
    while len(months) <= settings.get("months", MONTHS):
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months[1:]


# The answer.


def _answer(rows: Sequence[Row], settings: Mapping[str, Any], at: datetime) -> Answer:
    unreadable = sum(row["unreadable"] for row in rows) + sum(1 for row in rows if not row["billing_month"])
    if unreadable:
        column = settings.get("amount", AMOUNT)
        message = f"{plural(unreadable, 'charge')} without a readable {column} or BillingPeriodStart"
        raise SourceError(message, "Mend the export: a sum without them would be too low.")
    months = {f"{month:%Y-%m}" for month in closed_months(settings, at.date())}
    counted = [row for row in rows if row["billing_month"] in months]
    seen = _newest(rows, at)
    return Answer(tuple(_values(counted, seen)), tuple(_shares(counted)))


def _newest(rows: Iterable[Row], at: datetime) -> datetime | None:
    """How far the export reaches. A charge may reach into the future; what was seen of it was seen by now."""
    moments = [row["newest"] for row in rows if row["newest"] is not None]
    aware = [moment if moment.tzinfo else moment.replace(tzinfo=UTC) for moment in moments]
    return min(max(aware), at) if aware else None


def _values(rows: Iterable[Row], seen: datetime | None) -> Iterator[Value]:
    by_month: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row["service"]:
            by_month[row["service"], row["billing_month"]].append(row)
    for (service, month), group in sorted(by_month.items()):
        template = Value(service, f"cost/{month}", observed_at=seen)
        if len(group) > 1:
            yield template._replace(error=SEVERAL_CURRENCIES)
        else:
            yield template._replace(value=Decimal(group[0]["amount"]), unit=str(group[0]["currency"]))


def _shares(rows: Iterable[Row]) -> Iterator[str]:
    """How much of the cost belongs to no service, by currency: it is never spread over the others."""
    sums: defaultdict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for row in rows:
        sums[str(row["currency"])][0] += Decimal(row["amount"])
        sums[str(row["currency"])][1] += Decimal(0) if row["service"] else Decimal(row["amount"])
    for currency, (total, untagged) in sorted(sums.items()):
        if total > 0 and untagged:
            yield f"{100 * untagged / total:.1f} % of the cost in {currency} belongs to no service"
