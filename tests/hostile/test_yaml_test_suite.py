"""The YAML test suite: legal or not, none of its inputs is a manifest or a policy."""

from __future__ import annotations

from pathlib import Path
from time import process_time

from platform_gate.model import GateError
from tests.conftest import ROOT
from tests.hostile.leaks import unsafe
from tests.hostile.product import check_files, policy_of, report, shown

SUITE = ROOT / "tests/data/yaml-test-suite"
INPUTS = 402
SECONDS = 10  # of the processor, for the whole set; it takes two


def refused_as_policy(raw: bytes) -> bool:
    try:
        policy_of(raw)
    except GateError:
        return True
    return False


def wrong(path: Path) -> str:
    """What is wrong with the answer to one input."""
    raw = path.read_bytes()
    outcome = check_files([(path.name, raw)])
    if outcome.exit_code != 2 or not report(outcome)["findings"]:
        return f"exit code {outcome.exit_code}"
    if not refused_as_policy(raw):
        return "accepted as a policy"
    return unsafe(shown(outcome, "text"), raw) or unsafe(shown(outcome, "json"), raw)


def test_every_input_is_refused() -> None:
    paths = sorted(SUITE.glob("*.yaml"))
    assert len(paths) == INPUTS
    start = process_time()
    assert not {path.name: why for path in paths if (why := wrong(path))}
    assert process_time() - start < SECONDS
