"""SQL: on files by the embedded DuckDB, or pushed down to an engine that exists; only sums come back.

The one module that opens databases. Its errors quote no address and no user.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from platform_gate.collectors.dialects import DUCKDB, NAMES, SPARK, literal
from platform_gate.collectors.failures import missing_extra
from platform_gate.collectors.source import Limits, SourceError
from platform_gate.text import plural

MAX_ROWS: Final = 1_000_000
"""More rows in one answer fail the source: they are no sums."""
SETTINGS: Final[Mapping[str, str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": "384MB",
}
"""Of DuckDB: it fetches and loads nothing by itself, and leaves room below 512 MiB for Python."""
CSV: Final = "all_varchar = true, header = true, union_by_name = true, nullstr = ['', 'NULL']"
"""How CSV is read. FOCUS writes no value as an empty cell or as NULL."""

Row = Mapping[str, Any]


class Engine(Protocol):
    """Something that runs SQL."""

    @property
    def dialect(self) -> str:
        """The name by which sqlglot knows its SQL."""

    def columns(self, table: str) -> Mapping[str, str]:
        """The names of a table's columns, and their types in capital letters."""

    def rows(self, query: str) -> list[Row]:
        """What a query gives; raises ``SourceError`` where it fails."""


class Local(NamedTuple):
    """DuckDB in this process, over files: no extension is fetched, and nothing but those files can be read."""

    connection: Any
    dialect: str = DUCKDB

    def columns(self, table: str) -> Mapping[str, str]:
        """As in ``Engine``."""
        return {row["column_name"]: str(row["column_type"]).upper() for row in self.rows(f"DESCRIBE {table}")}

    def rows(self, query: str) -> list[Row]:
        """As in ``Engine``."""
        import duckdb  # noqa: PLC0415 - an extra

        try:
            cursor = self.connection.execute(query)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in _capped(cursor.fetchmany(MAX_ROWS + 1))]
        except duckdb.Error as error:
            raise _refused(error) from None


@contextlib.contextmanager
def local(files: Sequence[Path], view: str) -> Iterator[Local]:
    """DuckDB with a view over CSV or Parquet files. Every cell of CSV is text: nothing is guessed.

    Raises:
        SourceError: DuckDB isn't installed, or can't read the files.
    """
    try:
        import duckdb  # noqa: PLC0415 - an extra
    except ImportError:
        raise missing_extra("cost", "duckdb") from None
    with contextlib.closing(duckdb.connect(":memory:", config=dict(SETTINGS))) as connection:
        names = [str(path) for path in files]
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"SET allowed_paths = [{', '.join(map(literal, names))}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        try:
            connection.execute(f"CREATE VIEW {view} AS {_reader(names)}")
        except duckdb.Error as error:
            raise _refused(error) from None
        yield Local(connection)


def _reader(names: Sequence[str]) -> str:
    """A query over files of one kind.

    Raises:
        SourceError: they are of several kinds.
    """
    kinds = {Path(name).suffix.lower() for name in names}
    listed = f"[{', '.join(map(literal, names))}]"
    if kinds == {".parquet"}:
        return f"SELECT * FROM read_parquet({listed}, union_by_name = true)"  # noqa: S608 - quoted by `literal`
    if kinds <= {".csv", ".gz"}:
        return f"SELECT * FROM read_csv({listed}, {CSV})"  # noqa: S608 - quoted by `literal`
    raise SourceError(
        "the files are not all CSV (.csv, .csv.gz) or all Parquet (.parquet)", "Split them into two sources."
    )


class Warehouse(NamedTuple):
    """An engine that SQLAlchemy reaches, read-only where it can be told so."""

    connection: Any
    dialect: str

    def columns(self, table: str) -> Mapping[str, str]:
        """As in ``Engine``."""
        import sqlalchemy  # noqa: PLC0415 - an extra

        schema, _, name = table.rpartition(".")
        try:
            columns = sqlalchemy.inspect(self.connection).get_columns(name, schema=schema or None)
        except sqlalchemy.exc.SQLAlchemyError as error:
            raise _refused(error) from None
        return {column["name"]: str(column["type"]).upper() for column in columns}

    def rows(self, query: str) -> list[Row]:
        """As in ``Engine``."""
        import sqlalchemy  # noqa: PLC0415 - an extra

        try:
            result = self.connection.execute(sqlalchemy.text(query.replace(":", "\\:")))
            return [dict(row) for row in _capped(result.mappings().fetchmany(MAX_ROWS + 1))]
        except sqlalchemy.exc.SQLAlchemyError as error:
            raise _refused(error) from None


@contextlib.contextmanager
def warehouse(url: str, limits: Limits) -> Iterator[Engine]:
    """The engine at an SQLAlchemy URL, or with ``sc://`` at one of Spark Connect.

    Raises:
        SourceError: its library isn't installed, or it can't be reached.
    """
    if url.startswith("sc://"):
        with spark(url) as engine:
            yield engine
        return
    sqlalchemy = _sqlalchemy()
    try:
        engine = sqlalchemy.create_engine(url, **_options(url, limits))
    except (sqlalchemy.exc.ArgumentError, ImportError, ValueError) as error:
        message = f"the database URL can't be used ({type(error).__name__})"
        raise SourceError(message, "Write an SQLAlchemy URL, and install the driver that it names.") from None
    try:
        with engine.connect() as connection:
            _calm(connection, limits)
            yield Warehouse(connection, NAMES.get(engine.dialect.name, engine.dialect.name))
    except (sqlalchemy.exc.SQLAlchemyError, OSError) as error:
        message = f"the database can't be reached ({type(error).__name__})"
        raise SourceError(message, "Check the address and the password, and that no firewall is in the way.") from None
    finally:
        engine.dispose()


def _sqlalchemy() -> Any:
    try:
        import sqlalchemy  # noqa: PLC0415 - an extra
    except ImportError:
        raise missing_extra("sql", "sqlalchemy") from None
    return sqlalchemy


def _options(url: str, limits: Limits) -> dict[str, Any]:
    """What makes a connection give up in time, where the driver is known."""
    if url.startswith("postgresql"):
        return {"connect_args": {"connect_timeout": max(2, int(limits.timeout))}}
    return {}


def _calm(connection: Any, limits: Limits) -> None:
    """Read only, in UTC and not for longer than the limit, where the dialect is known."""
    if connection.dialect.name == "postgresql":
        milliseconds = int(limits.timeout * 1000)
        connection.exec_driver_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        connection.exec_driver_sql(f"SET statement_timeout = {milliseconds}")
        connection.exec_driver_sql("SET TIME ZONE 'UTC'")
        connection.commit()


class Spark(NamedTuple):
    """Spark behind Spark Connect."""

    session: Any
    dialect: str = SPARK

    def columns(self, table: str) -> Mapping[str, str]:
        """As in ``Engine``."""
        errors = import_module("pyspark.errors")
        try:
            fields = self.session.table(table).schema
        except errors.PySparkException as error:
            raise _refused(error) from None
        return {field.name: field.dataType.simpleString().upper() for field in fields}

    def rows(self, query: str) -> list[Row]:
        """As in ``Engine``."""
        errors = import_module("pyspark.errors")
        try:
            return [row.asDict() for row in _capped(self.session.sql(query).limit(MAX_ROWS + 1).collect())]
        except errors.PySparkException as error:
            raise _refused(error) from None


@contextlib.contextmanager
def spark(url: str) -> Iterator[Spark]:
    """A session of Spark Connect; raises ``SourceError`` where there is none."""
    try:
        errors, sql = import_module("pyspark.errors"), import_module("pyspark.sql")
    except ImportError:
        raise SourceError("pyspark is not installed", "Run: pip install 'pyspark[connect]'") from None
    try:
        session = sql.SparkSession.builder.remote(url).config("spark.sql.session.timeZone", "UTC").getOrCreate()
    except errors.PySparkException as error:
        raise SourceError(f"Spark can't be reached ({type(error).__name__})", "Check the address.") from None
    with contextlib.closing(_Session(session)):
        yield Spark(session)


class _Session(NamedTuple):
    session: Any

    def close(self) -> None:
        self.session.stop()


def _capped(rows: Sequence[Any]) -> Sequence[Any]:
    if len(rows) > MAX_ROWS:
        raise SourceError(f"more than {plural(MAX_ROWS, 'row')}", "Aggregate in the query.")
    return rows


def _refused(error: Exception) -> SourceError:
    """What the database said, without the statement and the address that the library adds."""
    reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
    return SourceError(
        "the database rejected the query", "Print the query with `--print-queries`, and try it in the database.", reason
    )
