"""Fleets judged in one piece and in shards, and what becomes of their reports, all in this process."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from platform_gate.checking import Keep, check
from platform_gate.judging import verdict
from platform_gate.judging.request import Request
from platform_gate.judging.runner import Run
from platform_gate.judging.shards import Shard
from platform_gate.judging.totals import aggregate
from platform_gate.reports import merging, reading
from platform_gate.reports.formats import reporter
from platform_gate.reports.outcome import Display, Outcome
from tests.samples import DAY, write


def repository(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """A repository with these files."""
    (folder / ".git").mkdir(parents=True)
    return write(folder, files)


def report(folder: Path, **wishes: Any) -> bytes:
    """The JSON report of a repository, as `check` writes it."""
    request = Request(**{"paths": (), "policy": None, "as_of": DAY} | wishes)
    outcome = check(request, cwd=folder, keep=Keep.ROWS)
    return "".join(reporter("json").render(outcome)).encode()


def in_shards(folder: Path, count: int, **wishes: Any) -> list[bytes]:
    """The reports of all its shards."""
    return [report(folder, shard=Shard(number, count), **wishes) for number in range(1, count + 1)]


def recordings(*reports: bytes) -> list[reading.Recording]:
    """Reports read back, each called by its number."""
    return [reading.read(content, f"{number}.json") for number, content in enumerate(reports, 1)]


def outcome_of(merged: merging.Merged) -> Outcome:
    """What `merge` hands to the reporters."""
    return Outcome(
        merged.run,
        merged.policy,
        merged.as_of,
        merged.verdict,
        verdict.exit_code(merged.verdict),
        "platform-gate merge",
        repository=merged.repository,
        repositories=merged.repositories,
        differences=merged.differences,
    )


def rendered(merged: merging.Merged, form: str = "json", **display: Any) -> bytes:
    """A merged report in a format."""
    outcome = replace(outcome_of(merged), display=Display(**display))
    return "".join(reporter(form).render(outcome)).encode()


def joined(*reports: bytes) -> bytes:
    """The JSON report over others."""
    return rendered(merging.merge(recordings(*reports)))


def settled(data: dict[str, Any]) -> dict[str, Any]:
    """A report with the totals and the answer that follow from its services and findings."""
    services = [reading.judged(row) for row in data["services"]]
    totals = aggregate([service.figures for service in services])
    findings = tuple(map(reading.finding, data["findings"]))
    answer = verdict.decide(Run(tuple(services), findings, len(services)), data["policy"]["fail_on"])
    numbers = {key: value for key, value in totals.to_dict().items() if key != "services"}
    costs = {"monthly_cost_by_currency": totals.monthly_cost_by_currency}
    return {**data, **numbers, **costs, "verdict": answer, "exit_code": verdict.exit_code(answer)}


def changed(content: bytes, **keys: Any) -> bytes:
    """A report with other values of some keys."""
    return json.dumps({**json.loads(content), **keys}).encode()
