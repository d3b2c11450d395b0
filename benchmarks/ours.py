"""The ways in which the gate is started: format, snapshot, base, cores and environment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks import fleets
from benchmarks.measure import Command
from benchmarks.places import Places

TEXT, JSON, ACTION, PAGE = "text", "JSON", "Action", "page"
FORMATS: Final = (TEXT, JSON, ACTION)
"""What is written. The Action writes text, JSON, annotations, SARIF and Markdown, the latter for its comment too."""


class Ours(NamedTuple):
    """A way to start ours. ``more`` are further options."""

    form: str = TEXT
    snapshot: bool = False
    base: bool = False
    cores: int = 2
    environment: str = "fast"
    more: Sequence[str] = ()

    def command(self, places: Places, folder: Path) -> Command:
        """The command that judges a fleet."""
        program = places.ours(self.environment)
        return Command(
            [program, "check", "--as-of", fleets.AS_OF, *self._options(places), "services"], folder, self.cores
        )

    def _options(self, places: Places) -> Iterator[str]:
        yield from written(places, self.form)
        if self.snapshot:
            yield f"--measurements={fleets.SNAPSHOT}"
        if self.base:
            yield f"--base={fleets.BASE}"
        yield from self.more

    @property
    def extras(self) -> str:
        """What it does beyond judging the manifests as they are."""
        extras = {"snapshot": self.snapshot, "`--base`": self.base, "without `fast`": self.environment == "plain"}
        return ", ".join(name for name, wanted in extras.items() if wanted)


def written(places: Places, form: str) -> list[str]:
    """Options that name the reports of a run. Those of the Action are what ``action.yml`` passes by default."""
    if form == ACTION:
        names = {"json": "gate.json", "github": "annotations", "markdown": "gate.md", "sarif": "gate.sarif"}
        outputs = [f"--output={name}={places.reports / file}" for name, file in names.items()]
        return ["--format=text", *outputs, "--max-bytes=65000", f"--output=markdown={places.reports / 'comment.md'}"]
    if form == PAGE:
        return [f"--output=html={places.reports / 'page.html'}"]
    return [f"--format={form.lower()}"]
