"""Time and memory of `collect` over a large bill in the FOCUS format."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Final

from benchmarks import memory, places
from benchmarks.measure import BenchmarkError, Command, environment
from benchmarks.memory import Peak
from benchmarks.places import Places

MOST_SECONDS: Final = 10
AT: Final = "2026-11-25T14:00:00Z"
SOURCES: Final = {
    "apiVersion": "platform-gate/v1",
    "kind": "Sources",
    "spec": {"sources": {"bill": {"type": "focus", "files": ["bill.parquet"], "service": ["tag:service"]}}},
}
WRITE: Final = """
import sys
import duckdb
rows, path = sys.argv[1:]
duckdb.sql(f'''COPY (
  SELECT ((i * 7919) % 1000003) / 1000.0 AS EffectiveCost, 'USD' AS BillingCurrency,
    TIMESTAMP '2026-05-01' + to_months(CAST(i % 6 AS INTEGER)) AS BillingPeriodStart,
    TIMESTAMP '2026-05-02' + to_months(CAST(i % 6 AS INTEGER)) AS ChargePeriodEnd, 'Usage' AS ChargeCategory,
    CASE WHEN i % 5 = 0 THEN NULL ELSE '{{"service": "service-' || (i % 500) || '", "env": "prod"}}' END AS Tags
  FROM range({rows}) AS numbers(i)) TO '{path}' (FORMAT parquet)''')
"""


def collected(places_: Places, rows: int) -> Peak:
    """Write the bill, and collect it."""
    folder = places_.folder / f"bill-{rows}"
    folder.mkdir(exist_ok=True)
    places.environment(places_, "cost", [f"{places.ROOT}[cost]"])
    python, bill = places_.python("cost"), folder / "bill.parquet"
    if not bill.exists():
        write(python, bill, rows)
    (folder / "platform-gate.sources.yaml").write_text(json.dumps(SOURCES), encoding="utf-8")
    words: list[str | Path] = [places_.ours("cost"), "collect", "--at", AT, "--output", "measurements.jsonl"]
    return memory.peak(Command(words, folder))


def write(python: Path, bill: Path, rows: int) -> None:
    """A bill with some rows, the same in every run."""
    done = subprocess.run(
        [python, "-c", WRITE, str(rows), bill], env=environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BenchmarkError(f"the bill could not be written:\n{done.stderr}")
