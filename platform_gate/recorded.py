"""What a report says, read back: its services, findings and policy as what they were made from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from platform_gate import policy, schema
from platform_gate.effective import Effective, HealthLimits
from platform_gate.json_text import pack
from platform_gate.judged import Judged, Part
from platform_gate.model import Disposition, Excuse, Finding, GateError, Location, Rule, Severity, pointer
from platform_gate.service import HealthStatus
from platform_gate.subsystems.governance import GovernanceStatus
from platform_gate.subsystems.slo import SLOStatus
from platform_gate.text import quote
from platform_gate.toolkit import Figures

Data = Mapping[str, Any]


class Recording(NamedTuple):
    """A report, and the file that it was read from, as shown."""

    path: str
    data: Data

    @property
    def repository(self) -> str:
        """The repository that it is about; empty where it names none."""
        return self.data["repository"] or ""


class Recorded(NamedTuple):
    """The policy as reports name it. What they don't say of it is as in the default policy."""

    name: str
    source: str
    path: str
    sha256: str
    fail_on: tuple[str, ...]
    help: str
    rules: frozenset[str]

    def base(self) -> Effective:
        """What holds where no override matches."""
        default = policy.default()
        return default._replace(gate=default.gate._replace(fail_on=self.fail_on, help=self.help))

    def known_rules(self) -> dict[str, Rule]:
        """The default policy's rules, and those that some finding is of."""
        known = dict(policy.default().rules)
        return known | {name: Rule(name, name, "") for name in sorted(self.rules - known.keys())}


def read(content: bytes, path: str) -> Recording:
    """A report from a file's bytes.

    Raises:
        GateError: it is none, or not of this version.
    """
    try:
        data = json.loads(content, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise GateError(f"{quote(path)} is no report: {error}", "Write one: check -o json=FILE.") from None
    if problems := schema.validate(data, "report"):
        first = problems[0]
        where = f" at {pointer(first.at)}" if first.at else ""
        raise GateError(f"{quote(path)} is no report{where}: {first.message}", "Write one: check -o json=FILE.")
    return Recording(path, data)


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number")


def judged(row: Data) -> Judged:
    """A service from its row of a report."""
    parts = {name: Part(name, part["status"], part["points"]) for name, part in row["subsystems"].items()}
    entries = row["subsystems"].get("cost", {}).get("facts", {}).get("entries")
    return Judged(
        Figures(
            row["name"],
            HealthStatus(row["health"]),
            row["points"],
            "slo" in parts and parts["slo"].status == SLOStatus.BREACHED,
            row["over_budget"],
            row["governance"] == GovernanceStatus.COMPLIANT,
            row["reliability_score"],
            row["monthly_cost"] if entries else None,
            row["currency"],
        ),
        row["team"],
        row["tier"],
        Location(row["path"], row["line"], 1, row["line"], 2),
        HealthStatus(row["health_without_waivers"]),
        row["waived_points"],
        row["failing"],
        tuple(row["fails_on"]),
        HealthLimits(**row["thresholds"]),
        tuple(parts.values()),
        tuple(map(finding, row["findings"])),
        pack(row),
    )


def finding(row: Data) -> Finding:
    """A finding from its row of a report."""
    ends = row.get("end_line", row["line"]), row.get("end_column", row["column"] + 1)
    return Finding(
        row["rule"],
        Severity(row["severity"]),
        row["message"],
        row["fix"],
        Location(row["path"], row["line"], row["column"], *ends),
        row["pointer"],
        Disposition(row["disposition"]),
        row["fingerprint"],
        row.get("points", 0),
        row["decisive"],
        excuse=_excuse(row["waiver"]) if "waiver" in row else None,
    )


def _excuse(row: Data) -> Excuse:
    location = Location(row["path"], row["line"], 1, row["line"], 2)
    expires = date.fromisoformat(row["expires"])
    return Excuse(row["reason"], row["approved_by"], expires, row["ticket"] or "", row["days_left"], location)
