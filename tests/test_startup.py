"""Starting: a clean run imports what it needs, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, scrubbed_environment
from tests.samples import BREACHED, manifest, write

SCRIPT = """
import sys
from platform_gate.cli.main import run
code = run(sys.argv[1:])
sys.stdout.flush()
print(code, *sys.modules, file=sys.stderr)
"""

OWN = """
    checking cli cli.check cli.completion cli.default_base cli.main cli.options cli.processes cli.progress
    cli.streams cli.workspace cli.writing documents documents.document documents.errors documents.fast_yaml
    documents.scalars documents.schema documents.shipped judging judging.duplicates judging.judgement
    judging.manifest judging.notices judging.problems judging.request judging.result judging.ruleset judging.runner
    judging.shards judging.snapshots judging.verdict judging.waivers matching model numbers policy policy.gate
    policy.layers policy.limits policy.loading policy.named_rules readings reports reports.formats
    reports.formats.text reports.outcome reports.terminal reports.wording repository repository.config
    repository.evidence repository.manifest_names repository.opening repository.plain_files repository.rule_files
    repository.unselected repository.work_tree rule_ids subsystems subsystems.bands subsystems.catalogue
    subsystems.cost subsystems.cost.fields subsystems.cost.outlook subsystems.cost.rules subsystems.cost.thresholds
    subsystems.custom subsystems.freshness subsystems.freshness.rules subsystems.governance
    subsystems.governance.rules subsystems.loosening subsystems.reliability subsystems.reliability.fields
    subsystems.reliability.rules subsystems.slo subsystems.slo.budget subsystems.slo.budget_policy
    subsystems.slo.fields subsystems.slo.objective subsystems.slo.rules text windows
"""
"""What a clean run with the extra `fast` imports of this package; a new name here is a start that became slower."""

SLOW = """
    yaml
    concurrent.futures difflib fractions hashlib importlib.metadata jinja2 json jsonschema multiprocessing pickle
    referencing rpds shutil subprocess tempfile textwrap tomllib traceback
    duckdb http.client platform_gate.collectors sqlalchemy sqlglot ssl urllib.request urllib3
"""
"""What a clean run does without."""


def modules(folder: Path, *words: str) -> tuple[int, set[str]]:
    """The exit code, and every module that was imported."""
    command = [sys.executable, "-P", "-c", SCRIPT, *words]
    environment = scrubbed_environment(folder)
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    code, *names = done.stderr.split()
    return int(code), set(names)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    write(tmp_path, {"services/a.yaml": (ROOT / "examples/services/api-gateway.yaml").read_text()})
    return tmp_path


def test_a_clean_run_imports_these_rooms(good: Path) -> None:
    pytest.importorskip("jsonschema_rs")
    code, loaded = modules(good, "check", "--as-of", "2026-03-23")
    ours = {name.partition(".")[2] for name in loaded if name.startswith("platform_gate.")}
    assert (code, sorted(ours)) == (0, sorted(OWN.split()))


def test_a_clean_run_does_without_what_is_slow_to_import(good: Path) -> None:
    pytest.importorskip("jsonschema_rs")
    _, loaded = modules(good, "check", "--as-of", "2026-03-23")
    assert sorted(loaded.intersection(SLOW.split())) == []


def test_what_is_wrong_is_explained_by_modules_imported_then(good: Path) -> None:
    write(good, {"services/b.yaml": manifest("b", slos=BREACHED), "services/c.yaml": "kind: Service\n"})
    code, loaded = modules(good, "check", "--as-of", "2026-03-23")
    assert code == 2
    assert {"jsonschema", "hashlib"} <= loaded
