"""What snapshots are to a run: whose values they hold, what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from platform_gate.judging.problems import MAX_PROBLEMS, finding_of, further_of
from platform_gate.judging.shards import Named
from platform_gate.model import Finding
from platform_gate.policy.limits import Effective
from platform_gate.readings import Measured, Source
from platform_gate.subsystems.catalogue import BROKEN_LINE, UNKNOWN_SERVICE
from platform_gate.text import plural, quote, suggestion

if TYPE_CHECKING:
    from platform_gate.measurements.measured import Measurements


class SnapshotFile(NamedTuple):
    """A snapshot as reports name it: ``path`` as shown, ``collected_at`` as its header says."""

    path: str
    sha256: str
    collected_at: str


class MeasuredBy(NamedTuple):
    """By which snapshots and sources a run was measured."""

    files: tuple[SnapshotFile, ...]
    sources: tuple[Source, ...]


def measured_by(measurements: Measurements | None) -> MeasuredBy | None:
    """What a report's head says of snapshots; None without any."""
    if measurements is None:
        return None
    files = [SnapshotFile(each.path, each.sha256, each.collected_at) for each in measurements.snapshots]
    return MeasuredBy(tuple(files), tuple(measurements.sources[name] for name in sorted(measurements.sources)))


NO_NAMES: Final[Mapping[str, tuple[str, ...]]] = {}


def measure(
    measurements: Measurements | None, formerly: Mapping[str, tuple[str, ...]], findings: list[Finding]
) -> Callable[[str], Measured] | None:
    """The question for what is measured of a service. What is wrong with its lines is added to ``findings``."""
    if measurements is None:
        return None

    def ask(service: str) -> Measured:
        answer = measurements.of(service, formerly.get(service, ()))
        findings.extend(finding_of(BROKEN_LINE, refusal) for refusal in answer.refusals)
        return answer.measured

    return ask


def about_snapshots(
    measurements: Measurements | None, judged: Sequence[str], policy: Effective, *, whole: bool
) -> Iterator[Finding]:
    """Findings about the snapshots themselves: lines that are broken and, of a ``whole`` fleet, unknown services."""
    yield from broken(measurements, judged)
    if whole:
        yield from unknown(measurements, judged, policy)


def broken(measurements: Measurements | None, judged: Collection[str]) -> Iterator[Finding]:
    """What is wrong with lines that no judged service asked for."""
    if measurements is None:
        return
    named = (refusal for snapshot in measurements.snapshots for refusal in snapshot.refusals)
    others = (refusal for name in _others(measurements, judged) for refusal in measurements.of(name).refusals)
    refusals = [*named, *others]
    found = [finding_of(BROKEN_LINE, refusal) for refusal in refusals[:MAX_PROBLEMS]]
    yield from [*found, *further_of(BROKEN_LINE, found, len(refusals) - len(found))]


def unknown(measurements: Measurements | None, known: Collection[str], policy: Effective) -> Iterator[Finding]:
    """Notes on measured services that have no manifest."""
    severity = policy.severity(UNKNOWN_SERVICE, decisive=UNKNOWN_SERVICE.id in policy.gate.fail_on)
    for note in unknown_among(unmet(measurements, known, policy), known):
        yield note._replace(severity=severity)


def unmet(measurements: Measurements | None, known: Collection[str], policy: Effective) -> list[Named]:
    """The lines of services that are not among some names; none where the policy doesn't ask."""
    if measurements is None or policy.is_off(UNKNOWN_SERVICE):
        return []
    return [Named(name, measurements.location(name)) for name in _others(measurements, known)]


def unknown_among(lines: Sequence[Named], known: Collection[str]) -> list[Finding]:
    """A note on each line whose service has no manifest, not too many of them."""
    strangers = [line for line in lines if line.name not in known]
    notes = [_unknown(line, known) for line in strangers[:MAX_PROBLEMS]]
    if more := len(strangers) - len(notes):
        message = f"and {plural(more, 'more measured service')} without a manifest"
        notes.append(notes[-1]._replace(message=message, fix=UNKNOWN_SERVICE.help))
    return notes


def _unknown(line: Named, known: Collection[str]) -> Finding:
    meant = suggestion(line.name, known) if known else ""
    fix = f"{meant} {UNKNOWN_SERVICE.help}" if meant.startswith("Did") else UNKNOWN_SERVICE.help
    message = f"the snapshot measures {quote(line.name)}, which no manifest describes"
    return Finding(UNKNOWN_SERVICE.id, UNKNOWN_SERVICE.severity, message, fix, line.location)


def _others(measurements: Measurements, known: Collection[str]) -> list[str]:
    return sorted(set(measurements.names()).difference(known))
