"""A service and its findings under the name of their repository, for a report over several."""

from __future__ import annotations

from platform_gate.judging.result import Judged, digest
from platform_gate.model import Finding, Location
from platform_gate.reports.json_text import Kept, encode, pack
from platform_gate.text import displayed


def within(service: Judged, repository: str) -> Judged:
    """A service as the merged report has it: its repository is in its name, its paths and its row."""
    return service._replace(
        figures=service.figures._replace(name=f"{repository}/{service.name}"),
        location=_below(service.location, repository),
        findings=tuple(from_repository(finding, repository) for finding in service.findings),
        tallies=tuple(tally._replace(source=f"{repository}/{tally.source}") for tally in service.tallies),
        row=pack(f'{{"repository": {encode(repository)}, {Kept(service.row).text[1:]}'),
    )


def from_repository(finding: Finding, repository: str) -> Finding:
    """A finding with the paths of its repository below the repository's name."""
    excuse, measured = finding.excuse, finding.measured
    if excuse:
        excuse = excuse._replace(location=_below(excuse.location, repository))
    return finding._replace(
        location=_below(finding.location, repository),
        fingerprint=digest(repository, finding.fingerprint),
        excuse=excuse,
        measured=measured and measured._replace(path=f"{repository}/{measured.path}"),
    )


def _below(location: Location, repository: str) -> Location:
    return location._replace(path=f"{displayed(repository)}/{location.path}")
