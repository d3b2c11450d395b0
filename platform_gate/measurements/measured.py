"""Everything that was measured: one or several snapshots as one, asked service by service."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from platform_gate.documents.errors import Refusal
from platform_gate.measurements import explaining
from platform_gate.measurements.claims import claims
from platform_gate.measurements.explaining import Place
from platform_gate.measurements.lines import Line, reader
from platform_gate.measurements.snapshot import Snapshot, Span
from platform_gate.model import GateError, Location
from platform_gate.readings import Measured, Measurement, Source
from platform_gate.text import quote


class Answer(NamedTuple):
    """What is known of one service, and what is wrong with its lines."""

    measured: Measured
    refusals: tuple[Refusal, ...] = ()


class Measurements:
    """One or several snapshots, which say nothing twice. Lines are read when somebody asks for their service.

    Raises:
        GateError: two snapshots have a source of the same name.
    """

    def __init__(self, snapshots: Sequence[Snapshot]) -> None:
        self.snapshots: Final = tuple(snapshots)
        self.sources: Final = _joined(snapshots)
        self._read = {snapshot.path: reader(snapshot.sources) for snapshot in snapshots}
        self._claims = claims(self.sources)

    def of(self, service: str, formerly: Iterable[str] = ()) -> Answer:
        """What is known of a service. It is claimed by the names that it bore at its place before as well."""
        claimed = self._claims((service, *formerly))
        spans = [(snapshot, snapshot.services.get(service)) for snapshot in self.snapshots]
        found = [self._line(snapshot, span) for snapshot, span in spans if span]
        if len(found) == 1:
            [(values, refusals)] = found
            return Answer(Measured(values, claimed, self.sources), refusals)
        values, repeated = _merged([line.values for line in found])
        twice = [self._twice(service, *pair) for pair in repeated]
        refusals = (*(refusal for line in found for refusal in line.refusals), *twice)
        return Answer(Measured(values, claimed, self.sources), refusals)

    def names(self) -> Collection[str]:
        """Every service that a snapshot has a line of."""
        return set().union(*(snapshot.services for snapshot in self.snapshots))

    def location(self, service: str) -> Location:
        """Where the first line of a service stands."""
        snapshot = next(snapshot for snapshot in self.snapshots if service in snapshot.services)
        place = Place(snapshot.path, snapshot.services[service].number)
        return explaining.place_of(snapshot.raw(service), place, ("service",))

    def _line(self, snapshot: Snapshot, span: Span) -> Line:
        number, start, end = span
        return self._read[snapshot.path](snapshot.content[start:end], Place(snapshot.path, number))

    def _twice(self, service: str, first: Measurement, second: Measurement) -> Refusal:
        snapshot = next(snapshot for snapshot in self.snapshots if snapshot.path == second.path)
        place = Place(second.path, second.line)
        location = explaining.value_place(snapshot.raw(service), place, second.at)
        message = f"a second value of {quote(second.at)} for {service}; {first.path}:{first.line} has one too"
        return Refusal(message, "Keep one: the gate never chooses between them.", location)


def _joined(snapshots: Sequence[Snapshot]) -> dict[str, Source]:
    """The sources of all headers."""
    found: dict[str, tuple[Source, str]] = {}
    for snapshot in snapshots:
        for name, source in snapshot.sources.items():
            if name in found:
                message = f"the source {quote(name)} has two headers: {found[name][1]}:1 and {snapshot.path}:1"
                raise GateError(message, "Let each source write one snapshot, or give them names of their own.")
            found[name] = source, snapshot.path
    return {name: source for name, (source, _) in found.items()}


def _merged(
    several: Sequence[Mapping[str, Measurement]],
) -> tuple[dict[str, Measurement], list[tuple[Measurement, Measurement]]]:
    """The values of a service's lines, and those that two lines have: neither of these counts."""
    values: dict[str, Measurement] = {}
    repeated = []
    for line in several:
        for at, value in line.items():
            if at in values:
                repeated.append((values[at], value))
            values.setdefault(at, value)
    for first, _ in repeated:
        values.pop(first.at, None)
    return values, repeated
