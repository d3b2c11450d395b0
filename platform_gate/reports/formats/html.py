"""The HTML page: one file, made from the report."""

from __future__ import annotations

from collections.abc import Iterator

from platform_gate.model import Scope
from platform_gate.reports import change_summary, page, report
from platform_gate.reports.history import NO_HISTORY
from platform_gate.reports.outcome import Outcome
from platform_gate.reports.page import Frame
from platform_gate.text import plural


def render(outcome: Outcome) -> Iterator[str]:
    """The page."""
    return page.render(report.of(outcome), frame_of(outcome))


def frame_of(outcome: Outcome) -> Frame:
    """Everything that the page shows around an outcome's report."""
    introduced, others = outcome.blocking if outcome.comparison else ([], [])
    if outcome.scope is Scope.TOUCHED:  # then the change is stopped by the services that it touches: all in full
        introduced, others = [*introduced, *others], []
    return Frame(
        outcome.command,
        outcome.help,
        outcome.links,
        outcome.history or NO_HISTORY,
        _remark(outcome),
        change_summary.headline(outcome),
        frozenset(judged.name for judged in introduced),
        frozenset(judged.name for judged in others),
    )


def _remark(outcome: Outcome) -> str:
    """A sentence on the run as a whole; often empty."""
    if outcome.schema_only:
        return (
            f"Only the form was checked: {plural(outcome.run.manifests, 'valid manifest')}. {outcome.run.hint}".strip()
        )
    return outcome.run.hint
