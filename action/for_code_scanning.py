"""Leave out of a SARIF report what GitHub's code scanning would show as open, for the GitHub Action.

    for_code_scanning.py FILE

Code scanning heeds neither `suppressions` nor `baselineState`: it would open an alert for every waived finding, and for
every finding that a change fixes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def only_open(log: dict[str, Any]) -> dict[str, Any]:
    """The log with the results that are there and not waived."""
    runs = [{**run, "results": [result for result in run["results"] if _is_open(result)]} for run in log["runs"]]
    return {**log, "runs": runs}


def _is_open(result: dict[str, Any]) -> bool:
    return not result.get("suppressions") and result.get("baselineState") != "absent"


def main(file: Path) -> None:
    """Rewrite the file."""
    log = json.loads(file.read_bytes())
    file.write_text(json.dumps(only_open(log), ensure_ascii=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
