"""Read a JSON report back: services, findings and policy as the objects that they were made from.

A report may come from anybody, so its texts are made printable, and values that this program never writes are refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from math import isfinite
from typing import Any, Final, NamedTuple, NoReturn

from platform_gate.documents import schema
from platform_gate.judging.result import Figures, Judged, Part
from platform_gate.judging.shards import Slice
from platform_gate.judging.snapshots import MeasuredBy
from platform_gate.judging.tallies import Tally, counted
from platform_gate.judging.verdict import Verdict
from platform_gate.model import (
    Disposition,
    Finding,
    GateError,
    HealthStatus,
    Rule,
    Severity,
    pointer,
)
from platform_gate.policy import loading
from platform_gate.policy.gate import Stage
from platform_gate.policy.limits import Effective, HealthLimits
from platform_gate.readings import State
from platform_gate.reports.consistency import contradictions, contradictions_of_part
from platform_gate.reports.json_text import encode, pack
from platform_gate.reports.reading_excuses import excuse, location
from platform_gate.reports.reading_measured import Data, measured_by, measurement
from platform_gate.subsystems import freshness
from platform_gate.subsystems.governance import GovernanceStatus
from platform_gate.subsystems.slo import SLOStatus
from platform_gate.text import commas, displayed_again, printable, quote

MOST_DIGITS: Final = 30
"""Digits of a number. Values of manifests, and sums over a fleet, have fewer."""


class Recorded(NamedTuple):
    """The policy as a report records it, and which of its gates decided. What reports don't record is the default's."""

    name: str
    source: str
    path: str
    sha256: str
    fail_on: tuple[str, ...]
    help: str
    rules: frozenset[str] = frozenset()
    stage: Stage = Stage.MERGE

    def base(self) -> Effective:
        """The default policy's limits, with the recorded ``fail_on`` and ``help``."""
        default = loading.default()
        return default._replace(gate=default.gate._replace(fail_on=self.fail_on, help=self.help))

    def known_rules(self) -> dict[str, Rule]:
        """The default policy's rules, and a stand-in for any other rule that a finding names."""
        known = dict(loading.default().rules)
        return known | {name: Rule(name, name, "") for name in sorted(self.rules - known.keys())}


class Recording(NamedTuple):
    """A report read back. ``path`` is its file, for messages; ``repository`` is empty if the report names none."""

    path: str
    repository: str
    policy: Recorded
    as_of: date
    verdict: Verdict
    services: Sequence[Judged]
    findings: Sequence[Finding]
    part: Slice | None
    measured_by: MeasuredBy | None = None


def read(content: bytes, path: str) -> Recording:
    """Read a report from a file's bytes.

    Raises:
        GateError: it is no report of this version, contradicts itself, or is of a kind that can't be merged.
    """
    try:
        data = _loaded(content)
        _refuse_halves(content, data)
        if problems := schema.validate(data, "report"):
            first = problems[0]
            _refuse(path, f"is not a report{f' at {pointer(first.at)}' if first.at else ''}: {first.message}")
        _refuse_kinds(data, path)
        recording = _recording(data, path)
    except (ValueError, TypeError, RecursionError) as error:
        _refuse(path, f"is not a report: {error}")
    _refuse_contradictions(recording, data)
    return recording


def _loaded(content: bytes) -> Any:
    return json.loads(
        content,
        parse_constant=_no_number,
        parse_int=_whole,
        parse_float=_decimal,
        object_pairs_hook=_no_repeats,
    )


def _refuse(path: str, what: str, fix: str = "Write one with this version: check -o json=FILE.") -> NoReturn:
    raise GateError(f"{quote(path)} {what}", fix)


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a number")


def _whole(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise ValueError(f"{quote(text)} is not a number that a report can contain")
    return int(text)


def _decimal(text: str) -> int | float:
    """A number with a point or an exponent, as an int if it is whole, which is how reports write it."""
    value = float(text)
    if not isfinite(value) or abs(value) >= 10**MOST_DIGITS:
        raise ValueError(f"{quote(text)} is not a number that a report can contain")
    return int(value) if value.is_integer() else value


def _refuse_halves(content: bytes, data: Any) -> None:
    """Refuse lone surrogates, which JSON can spell and UTF-8 can't encode."""
    if b"\\ud" in content.lower():
        json.dumps(data, ensure_ascii=False).encode()


def _refuse_kinds(data: Data, path: str) -> None:
    """Refuse reports that are not of a whole fleet or a shard: of changes, and merged ones."""
    if data["policy"] is None:
        _refuse(path, "names no policy")
    if "base" in data:
        fix = "Leave out --base: only reports on whole fleets can be merged."
        _refuse(path, "is about a change (--base)", fix)
    if "repositories" in data:
        _refuse(path, "was merged from several repositories already", "Merge the repositories' own reports.")


def _recording(data: Data, path: str) -> Recording:
    helped = data["policy"]["help"].splitlines()
    shown = _clean({key: value for key, value in data.items() if key != "services"})
    services = tuple(_exactly(judged(row), shown.get("amounts", {})) for row in data["services"])
    findings = tuple(map(finding, shown["findings"]))
    named = shown["policy"]
    rules = {one.rule for several in (findings, *(service.findings for service in services)) for one in several}
    return Recording(
        printable(path),
        shown["repository"] or "",
        Recorded(
            named["name"],
            named["source"],
            named["path"],
            named["sha256"],
            tuple(named["fail_on"]),
            "\n".join(map(printable, helped)),
            frozenset(rules),
            Stage(shown.get("gate", Stage.MERGE)),
        ),
        date.fromisoformat(shown["as_of"]),
        Verdict(shown["verdict"]),
        services,
        findings,
        Slice.from_dict(shown["shard"]) if "shard" in shown else None,
        measured_by(shown),
    )


def _clean(value: Any) -> Any:
    """The same value with every text printable, and every path as it is shown."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {printable(key): _path(inner) if key == "path" else _clean(inner) for key, inner in value.items()}
    return [_clean(inner) for inner in value] if isinstance(value, list) else value


def _path(path: Any) -> Any:
    return displayed_again(path) if isinstance(path, str) else _clean(path)


def _refuse_contradictions(recording: Recording, data: Data) -> None:
    """Refuse a report that does not agree with itself."""
    wrong = list(contradictions(recording.services, recording.findings, data))
    if recording.part:
        wrong += contradictions_of_part(recording.services, recording.part)
    if wrong:
        _refuse(recording.path, f"contradicts itself: {commas(wrong, most=3, separator='; ')}")


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON. Of a key that is repeated every reader takes the value that it likes."""
    found = dict(pairs)
    if len(found) < len(pairs):
        repeated = next(key for index, (key, _) in enumerate(pairs) if key in dict(pairs[:index]))
        raise ValueError(f"the key {quote(repeated)} is repeated")
    return found


def judged(row: Data) -> Judged:
    """A service from its row in a report."""
    shown = _clean({key: value for key, value in row.items() if key != "subsystems"})
    parts = {
        printable(name): Part(printable(name), printable(part["status"]), part["points"])
        for name, part in row["subsystems"].items()
    }
    return Judged(
        _figures(shown, parts, row),
        shown["team"],
        shown["tier"],
        location(shown),
        HealthStatus(shown["health_without_waivers"]),
        shown["waived_points"],
        shown["failing"],
        tuple(shown["fails_on"]),
        HealthLimits(**shown["thresholds"]),
        tuple(parts.values()),
        tuple(map(finding, shown["findings"])),
        _tallies(row),
        pack(_text(row)),
    )


def _tallies(row: Data) -> tuple[Tally, ...]:
    """How many values of each source counted, from the facts about freshness."""
    values = row["subsystems"].get(freshness.NAME, {}).get("facts", {}).get("values", ())
    return counted((printable(value["source"]), State(value["state"])) for value in values if value["source"])


def _figures(shown: Data, parts: Mapping[str, Part], row: Data) -> Figures:
    entries = row["subsystems"].get("cost", {}).get("facts", {}).get("entries")
    return Figures(
        shown["name"],
        HealthStatus(shown["health"]),
        shown["points"],
        "slo" in parts and parts["slo"].status == SLOStatus.BREACHED,
        shown["over_budget"],
        shown["governance"] == GovernanceStatus.COMPLIANT,
        _score(shown["reliability_score"]),
        shown["monthly_cost"] if entries else None,
        shown["currency"],
    )


def _exactly(judged: Judged, amounts: Mapping[str, float]) -> Judged:
    """The service with its cost as the manifest has it, so that sums don't add up rounding errors."""
    cost = amounts.get(judged.name, judged.figures.cost)
    return judged._replace(figures=judged.figures._replace(cost=cost))


def _score(score: float | None) -> int | None:
    if isinstance(score, float):
        raise TypeError(f"the reliability score {score} is not whole")
    return score


def _text(row: Data) -> str:
    """A row's JSON without the repository, which the merged report names anew."""
    return encode({key: value for key, value in row.items() if key != "repository"})


def finding(row: Data) -> Finding:
    """A finding from its row in a report, whose texts are printable already."""
    return Finding(
        row["rule"],
        Severity(row["severity"]),
        row["message"],
        row["fix"],
        location(row),
        row["pointer"] or "",
        Disposition(row["disposition"]),
        row["fingerprint"],
        row.get("points", 0),
        row["decisive"],
        measured=measurement(row["measured"]) if "measured" in row else None,
        excuse=excuse(row),
    )
