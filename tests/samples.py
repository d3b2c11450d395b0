"""Small manifests and repositories, and the shortest way from them to a judged outcome."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from platform_gate.judging import runner
from platform_gate.judging.runner import Job
from platform_gate.policy import loading
from platform_gate.reports.outcome import Display, Outcome, decided
from platform_gate.repository.config import Config
from platform_gate.repository.rule_files import read_named
from platform_gate.repository.work_tree import WorkTree

DAY = date(2026, 11, 23)

SECTIONS = {
    "slos": "slos: [{name: availability, target: 99.9, current: 99.95}]",
    "cost": 'cost: {budget_monthly: 1000, entries: [{month: "2026-10", amount: 900}]}',
    "reliability": "reliability: {uptime_pct: 99.95, mttr_minutes: 8, incidents_30d: 1, change_failure_rate_pct: 5}",
    "governance": "governance: {runbook: a.md, monitoring: a.md, ownership: team-a, documentation: a.md, "
    "incident_response: a.md}",
}
"""One line each, so that a test can name a line."""

BREACHED = "slos: [{name: availability, target: 99.9, current: 99.5}]"
SPIKING = 'cost: {budget_monthly: 1000, entries: [{month: "2026-09", amount: 500}, {month: "2026-10", amount: 900}]}'

ROOT = Path(__file__).parent.parent


def manifest(name: str = "web", team: str = "shop", metadata: str = "", **sections: str) -> str:
    """A manifest: metadata on line 3, its sections on the lines from 5 on. A section that is empty is left out."""
    parts = SECTIONS | sections
    more = f", {metadata}" if metadata else ""
    lines = [
        "apiVersion: platform-gate/v1",
        "kind: Service",
        f"metadata: {{name: {name}, team: {team}{more}}}",
        "spec:" if any(parts.values()) else "spec: {}",
        *(f"  {part}" for part in parts.values() if part),
    ]
    return "\n".join(lines) + "\n"


def own_policy(spec: str, name: str = "ours") -> str:
    """A policy: its spec begins on line 5."""
    return f"apiVersion: platform-gate/v1\nkind: Policy\nmetadata: {{name: {name}}}\nspec:\n{spec}"


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Files below a folder."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def work_tree(root: Path, cwd: Path | None = None, stdin: bytes = b"") -> WorkTree:
    """The tree of a repository that begins at `root`."""
    return WorkTree(root, cwd or root, lambda: stdin)


def check_folder(
    root: Path,
    *operands: str,
    reference: str = "default",
    as_of: date = DAY,
    display: Display | None = None,
    schema_only: bool = False,
) -> Outcome:
    """What `check` makes of a repository, without its shell."""
    tree = work_tree(root)
    chosen = loading.load(reference, lambda path: read_named(tree, "policy", path))
    run = runner.run(Job(tree, chosen, as_of), tree.find(operands, Config()), schema_only=schema_only)
    return decided(run, chosen, as_of, schema_only=schema_only, display=display or Display())


def check_text(text: str) -> Outcome:
    """What the default policy makes of one manifest, without any file."""
    tree = work_tree(Path("/"), stdin=text.encode())
    chosen = loading.load("default", loading.nothing_to_read)
    run = runner.run(Job(tree, chosen, DAY), tree.find(["-"], Config()))
    return decided(run, chosen, DAY, "platform-gate check -")


def default_line(text: str) -> str:
    """The place of a line of the default policy, as reports show it: the first one that holds the text."""
    lines = (ROOT / "policies" / "default.yaml").read_text().splitlines()
    return f"policies/default.yaml:{next(number for number, line in enumerate(lines, 1) if text in line)}"
