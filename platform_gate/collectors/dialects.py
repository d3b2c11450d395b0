"""SQL as text: carried from one dialect to another by sqlglot, checked, quoted. Nothing here runs it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from platform_gate.collectors.failures import missing_extra
from platform_gate.collectors.source import SourceError

DUCKDB: Final = "duckdb"
POSTGRES: Final = "postgres"
SPARK: Final = "spark"
NAMES: Final[Mapping[str, str]] = {
    "postgresql": POSTGRES,
    "awsathena": "athena",
    "mssql": "tsql",
    "mariadb": "mysql",
    "clickhousedb": "clickhouse",
}
"""SQLAlchemy's name of a dialect, where sqlglot has another one."""


def carry(query: str, dialect: str, expressions: Mapping[str, str]) -> str:
    """A query written for DuckDB as another dialect writes it.

    ``expressions`` stand in the query as columns of these names, and are written in that dialect already.

    Raises:
        SourceError: sqlglot isn't installed, or can't parse an expression.
    """
    sqlglot = _sqlglot()
    try:
        tree = sqlglot.parse_one(query, read=DUCKDB)
        for column in list(tree.find_all(sqlglot.exp.Column)):
            if column.name in expressions:
                column.replace(sqlglot.exp.paren(sqlglot.parse_one(expressions[column.name], read=dialect)))
        return str(tree.sql(dialect=dialect))
    except (sqlglot.errors.SqlglotError, ValueError) as error:
        fix = "Check the expression, in the engine's own dialect."
        raise SourceError(f"the SQL can't be translated to {dialect}", fix, str(error)) from None


def refuse_writing(query: str, dialect: str) -> None:
    """Refuse SQL that is anything but one query.

    Raises:
        SourceError: it is, or sqlglot isn't installed or can't parse it.
    """
    sqlglot = _sqlglot()
    try:
        statements = [statement for statement in sqlglot.parse(query, read=dialect) if statement]
    except (sqlglot.errors.SqlglotError, ValueError) as error:
        raise SourceError("the SQL can't be parsed", "Check the file.", str(error)) from None
    writes = (sqlglot.exp.DML, sqlglot.exp.DDL, sqlglot.exp.Command, sqlglot.exp.Into)
    query_only = len(statements) == 1 and isinstance(statements[0], sqlglot.exp.Query)
    if not query_only or statements[0].find(*writes):
        raise SourceError("the SQL is not a single read-only query", "Write one SELECT, which may begin with WITH.")


def _sqlglot() -> Any:
    try:
        import sqlglot  # noqa: PLC0415 - an extra
    except ImportError:
        raise missing_extra("sql", "sqlglot") from None
    return sqlglot


def literal(text: str) -> str:
    """Text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as SQL writes it; quoted only where it has capital letters or signs, which other engines fold."""
    return name if re.fullmatch("[a-z_][a-z0-9_]*", name) else '"' + name.replace('"', '""') + '"'
