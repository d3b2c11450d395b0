"""What code scanning is given."""

import json
from pathlib import Path

from tests.reports.formats.fleets import fleet
from tests.reports.formats.test_sarif import text_of
from tests.scripts import load

script = load("action/for_code_scanning.py")


def test_waived_and_fixed_findings_are_left_out(tmp_path: Path) -> None:
    log = json.loads(text_of(fleet(tmp_path / "fleet")))
    results = log["runs"][0]["results"]
    waived = [result for result in results if "suppressions" in result]
    assert waived
    gone = results[0] | {"baselineState": "absent", "kind": "pass", "level": "none"}
    file = tmp_path / "gate.sarif"
    file.write_text(json.dumps({**log, "runs": [{**log["runs"][0], "results": [*results, gone]}]}))
    script.main(file)
    written = json.loads(file.read_bytes())
    assert written["runs"][0].pop("results") == [result for result in results if result not in waived]
    assert written["runs"][0].items() <= log["runs"][0].items()
