"""A draft as the text of a manifest: as a person writes it, with origins and with what to fill in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final, NamedTuple

from platform_gate.documents.yaml_writer import scalar
from platform_gate.importers.drafts import GOVERNANCE, NAME, SLOS, TEAM, TIER, Draft, Gap, GapKind, Value
from platform_gate.model import At
from platform_gate.text import printable, shorten

FROM: Final = "from "
FILL_IN: Final = "fill in: "
MODELINE: Final = "# yaml-language-server: $schema="
SCHEMA_URL: Final = (
    "https://raw.githubusercontent.com/platform-gate/platform-gate/v{version}/schemas/service.schema.json"
)
LONGEST_REASON: Final = 160
CHECKS: Final = ("runbook", "monitoring", "ownership", "documentation", "incident_response")
"""In the order in which a manifest lists them."""

_ADVICE: Final = {
    GapKind.NAME: "the name",
    GapKind.OWNER: "the team that owns the service",
    GapKind.TIER: "1 critical, 2 important or 3 best effort",
    GapKind.TARGET: "the promised percentage, such as 99.9",
    GapKind.WINDOW: "window, in days or weeks, such as 30d",
}
SOME_SLOS: Final = "at least one SLO, like this"
_EXAMPLE: Final = """
  # slos:
  #   - name: availability
  #     target: 99.9
  #     window: 30d"""
_PLAIN_WINDOW: Final = re.compile(r"[0-9]+[dw]")
_PLAIN_URL: Final = re.compile(r"https?://[A-Za-z0-9](?:[A-Za-z0-9./_~%?&=+@:#-]*[A-Za-z0-9/_~=-])?")


class Row(NamedTuple):
    """A line of a manifest, or several, and the place whose value or gap it shows, if any."""

    text: str
    at: At = ()


def manifest(draft: Draft, version: str) -> str:
    """The manifest of a complete draft, with a modeline for editors that names the schema of a version."""
    return "".join(row.text + "\n" for row in _rows(draft, version))


def gap_lines(draft: Draft) -> Iterator[tuple[int, Gap]]:
    """The gaps in the order of their lines in the manifest, with the number of the line."""
    number = 1
    for row in _rows(draft, ""):
        entry = draft.entries.get(row.at)
        if isinstance(entry, Gap):
            yield number, entry
        number += row.text.count("\n") + 1


def _rows(draft: Draft, version: str) -> Iterator[Row]:
    yield Row(MODELINE + SCHEMA_URL.format(version=version))
    yield Row("apiVersion: platform-gate/v1\nkind: Service\nmetadata:")
    for at in (NAME, TEAM, TIER):
        yield Row(line(at, draft.entries[at], "  "), at)
    yield from _spec(draft)


def _spec(draft: Draft) -> Iterator[Row]:
    no_slos = draft.entries.get(SLOS)
    body = [*_slos(draft), *_governance(draft)]
    if isinstance(no_slos, Gap) and not body:
        yield Row(f"spec: {{}}  # {advice(no_slos, SLOS)}{_EXAMPLE}", SLOS)
        return
    yield Row("spec:")
    if isinstance(no_slos, Gap):
        yield Row(f"  # {advice(no_slos, SLOS)}{_EXAMPLE}", SLOS)
    yield from body


def _slos(draft: Draft) -> Iterator[Row]:
    if draft.slos:
        yield Row("  slos:")
    for name in draft.slos:
        yield from slo(draft, name, "    ")


def slo(draft: Draft, name: str, indent: str) -> Iterator[Row]:
    """The lines of one SLO as an entry of a list."""
    mark = "- "
    for key in ("name", "target", "window"):
        at = (*SLOS, name, key)
        if at in draft.entries:
            yield Row(line(at, draft.entries[at], indent + mark), at)
            mark = "  "


def _governance(draft: Draft) -> Iterator[Row]:
    places = [(*GOVERNANCE, check) for check in CHECKS if (*GOVERNANCE, check) in draft.entries]
    if places:
        yield Row("  governance:")
    for at in places:
        yield Row(line(at, draft.entries[at], "    "), at)


def line(at: At, entry: Value | Gap, indent: str) -> str:
    """The line of a value, or of a gap: a value that stands in, none, or a comment where none is required."""
    key = at[-1]
    if isinstance(entry, Value):
        return f"{indent}{key}: {written(entry.value)}  # {origin_comment(entry)}"
    if entry.kind is GapKind.WINDOW:
        return f"{indent}# {advice(entry, at)}"
    value = "" if entry.value is None else f" {written(entry.value)}"
    return f"{indent}{key}:{value}  # {advice(entry, at)}"


def origin_comment(value: Value) -> str:
    """The comment at an imported value."""
    return FROM + printable(value.origin.path)


def advice(gap: Gap, at: At) -> str:
    """The comment at a gap: what to fill in, and why it is one."""
    wanted = SOME_SLOS if at == SLOS else _ADVICE[gap.kind]
    reason = gap.why if gap.contradiction else f"{gap.origin.path}: {gap.why}"
    return f"{FILL_IN}{wanted} ({shorten(printable(reason), LONGEST_REASON)})"


def written(value: Any) -> str:
    """A value as it stands in a manifest."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, str) and (_PLAIN_URL.fullmatch(value) or _PLAIN_WINDOW.fullmatch(value)):
        return value
    return scalar(value)
