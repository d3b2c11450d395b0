"""The page's view of measured numbers: each value with its age, and the sources of a whole run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from platform_gate.reports.page.charts import bar
from platform_gate.reports.page.panel import Panel, PanelLine
from platform_gate.reports.page.words import figure
from platform_gate.reports.wording import spaced
from platform_gate.text import plural, printable

STATES: Final = {
    "fresh": "good",
    "aging": "unknown",
    "stale": "bad",
    "unusable": "bad",
    "missing": "bad",
}
"""How a value's state is drawn; others are plain."""

Row = Mapping[str, Any]


class SourceView(NamedTuple):
    """A source of a run: ``tone`` is a CSS class for what became of its values, ``words`` says it."""

    name: str
    kind: str
    tone: str
    words: str
    provides: str


def panel(_name: str, facts: Row, _links: object) -> Panel:
    """Each value of a service with its age; stale ones visibly so."""
    values = facts["values"]
    worst = sum(value["state"] in ("stale", "unusable", "missing") for value in values)
    word = f"{plural(worst, 'value')} not counted" if worst else ""
    return Panel("measured", "Measured", word, tuple(map(_line, values)))


def _line(value: Row) -> PanelLine:
    state = str(value["state"])
    number = "" if value["value"] is None else f"{figure(value['value'])} {printable(str(value['unit'] or ''))}".strip()
    text = number if state == "fresh" else ", ".join(filter(None, (number, spaced(state))))
    days, most = value.get("age_days"), value.get("max_age_days")
    width = bar(days, most) if isinstance(days, int) and isinstance(most, int) and 0 <= days <= most and most else ""
    return PanelLine(printable(str(value["at"])), text, ", ".join(_note(value)), width, STATES.get(state, ""))


def _note(value: Row) -> Iterator[str]:
    """Who measured it over which window, how old it is, and why it doesn't count."""
    for key in ("source", "window"):
        if value.get(key):
            yield printable(str(value[key]))
    if value.get("age_days") is not None:
        yield f"{plural(value['age_days'], 'day')} old"
    if value.get("reason"):
        yield printable(str(value["reason"]))


def sources(measurements: Row | None) -> Sequence[SourceView]:
    """The sources of a run, in the order of their names; none without snapshots."""
    return [_source(row) for row in (measurements or {}).get("sources", ())]


def _source(row: Row) -> SourceView:
    lost = [f"{row[key]} {key}" for key in ("stale", "unusable", "missing") if row[key]]
    words = ", ".join(
        [f"{plural(row['used'], 'value')} used", *([f"{row['aging']} aging"] if row["aging"] else []), *lost]
    )
    if not row["ok"]:
        words = f"did not answer: {printable(str(row.get('error') or 'no reason given'))}; {words}"
    tone = "bad" if lost or not row["ok"] else "unknown" if row["aging"] else "good"
    provides = ", ".join(printable(str(field)) for field in row["provides"])
    return SourceView(printable(str(row["name"])), printable(str(row["type"])), tone, words, provides)


def snapshots(measurements: Row | None) -> list[str]:
    """A line for each snapshot: its path, digest and time."""
    rows = (measurements or {}).get("snapshots", ())
    words = (f"measured by {row['path']} ({row['sha256'][:12]}), collected {row['collected_at']}" for row in rows)
    return list(map(printable, words))
