"""By what a run was measured, in sentences: the snapshots, and the sources that did not answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from platform_gate.judging.result import Judged
from platform_gate.judging.snapshots import MeasuredBy
from platform_gate.judging.tallies import Tally, summed
from platform_gate.text import listing, plural, printable

SHORT = 12
"""Digits of a digest that people compare."""


def tallies(services: Iterable[Judged]) -> dict[str, Tally]:
    """How many values of each source counted in a run, by its name."""
    return {tally.source: tally for tally in summed(tally for judged in services for tally in judged.tallies)}


def sentences(by: MeasuredBy | None, services: Iterable[Judged]) -> Iterator[str]:
    """Each snapshot, what became of the values, and every source that did not answer; nothing without snapshots."""
    if by is None:
        return
    files = listing(f"{file.path} ({file.sha256[:SHORT]}, collected {file.collected_at})" for file in by.files)
    yield f"measured by {printable(files)}: {_counts(tallies(services).values())}"
    yield from silent(by)


def silent(by: MeasuredBy) -> Iterator[str]:
    """Every source that did not answer, and what is therefore not measured."""
    for source in by.sources:
        if not source.ok:
            reason = f" ({source.error})" if source.error else ""
            fields = listing(source.provides)
            yield printable(f"the source {source.name} did not answer{reason}: {fields} not measured")


def _counts(several: Iterable[Tally]) -> str:
    """How many values counted, and how many did not for which reason."""
    whole = Tally("")
    for tally in several:
        whole = whole.plus(tally)
    kinds = (f"{count} {key}" for key, count in whole._asdict().items() if key not in {"source", "used"} and count)
    return ", ".join([f"{plural(whole.used, 'value')} used", *kinds])
