"""The same bill on Spark, through Spark Connect: `make test-engines` installs PySpark and runs this."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import focus_export
from tests.asking import ask
from tests.servers import free_port, listens, required, running

pytest.importorskip("pyspark", reason="PySpark is not installed: make test-engines")

SERVER = """
import sys, time
from pyspark.sql import SparkSession
port, rows, folder = sys.argv[1:]
settings = {
    "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
    "spark.connect.grpc.binding.address": "127.0.0.1",
    "spark.connect.grpc.binding.port": port,
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.warehouse.dir": folder + "/warehouse",
    "spark.ui.enabled": "false",
}
builder = SparkSession.builder.master("local[1]")
for name, value in settings.items():
    builder = builder.config(name, value)
spark = builder.getOrCreate()
text = spark.read.schema(", ".join(f"{name} STRING" for name in COLUMNS)).json(rows)
text.createOrReplaceTempView("lines")
spark.sql("CREATE DATABASE finops")
spark.sql("CREATE TABLE finops.words AS SELECT * FROM lines")
spark.sql('''CREATE TABLE finops.typed AS SELECT * EXCEPT (Tags, EffectiveCost, BillingPeriodStart, ChargePeriodEnd),
  from_json(Tags, 'map<string, string>') AS Tags, CAST(EffectiveCost AS DECIMAL(38, 12)) AS EffectiveCost,
  CAST(BillingPeriodStart AS TIMESTAMP) AS BillingPeriodStart, CAST(ChargePeriodEnd AS TIMESTAMP) AS ChargePeriodEnd
  FROM lines''')
open(folder + "/ready", "w").close()
while True:
    time.sleep(3600)
""".replace("COLUMNS", repr(focus_export.COLUMNS))


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Spark Connect server that holds the bill twice: as words, and typed."""
    required("java", "openjdk-17-jre-headless")
    folder, port = tmp_path_factory.mktemp("spark"), free_port()
    lines = [json.dumps({**row, "Tags": focus_export.tags(row)}, default=str) for row in focus_export.every_row()]
    (folder / "rows.jsonl").write_text("\n".join(lines), encoding="utf-8")
    words = [sys.executable, "-c", SERVER, str(port), str(folder / "rows.jsonl"), str(folder)]
    with running(words, lambda: (folder / "ready").exists() and listens(port), folder, 300):
        yield f"sc://127.0.0.1:{port}"


@pytest.mark.parametrize("table", ["finops.words", "finops.typed"])
def test_spark_and_duckdb_come_to_the_same_last_digit(spark: str, tmp_path: Path, table: str) -> None:
    (tmp_path / "bill.csv").write_text(focus_export.as_csv(focus_export.every_row()), encoding="utf-8")
    shared = {"type": "focus", "service": ["tag:service"], "exclude_categories": ["Tax"], "timeout": "5m"}
    here = ask({**shared, "files": ["*.csv"]}, folder=tmp_path)
    there = ask({**shared, "connection_env": "SPARK", "table": table}, secrets={"SPARK": spark})
    assert there.state.error == ""
    assert len(there.values) == 18
    assert (there.values, there.remarks) == (here.values, here.remarks)


def test_a_query_of_one_s_own(spark: str, tmp_path: Path) -> None:
    (tmp_path / "q.sql").write_text(
        "SELECT 'web' AS service, 'reliability/incidents_30d' AS at, count(*) AS value, 'count' AS unit,"
        " TIMESTAMP '2025-06-30 13:00:00' AS observed_at FROM finops.words",
        encoding="utf-8",
    )
    result = ask({"type": "sql", "connection_env": "SPARK", "file": "q.sql"}, folder=tmp_path, secrets={"SPARK": spark})
    assert [value.value for value in result.values] == [400]
    broken = ask(
        {"type": "focus", "connection_env": "SPARK", "table": "finops.nothing", "service": ["tag:service"]},
        secrets={"SPARK": spark},
    )
    assert broken.state.error.startswith("the database rejected the query")
