"""The page's overview of the fleet: verdict, totals, and both over time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from platform_gate.reports.history import HEALTHS, History
from platform_gate.reports.page.charts import Plot, placed, plot, share, stacked
from platform_gate.reports.page.service import FindingView
from platform_gate.reports.page.words import figure, money
from platform_gate.reports.wording import gate_in_words, spaced
from platform_gate.text import plural, printable

ANSWERS: Final = {"passed": "Passed", "failed": "Failed", "not judged": "Not judged"}

SIGNS: Final = {
    "Passed": "M7 12.5l3.5 3.5L17 8.5",
    "Failed": "M8 8l8 8M16 8l-8 8",
    "Not judged": "M9 9.2a3 3 0 1 1 4.4 2.7c-1 .6-1.4 1.1-1.4 2.1M12 17.4v.01",
}
"""A tick, a cross and a question mark, as SVG paths."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Total:
    """A total with its label, and a note on what it counts."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """The number of services in a health, and the start and width of their part of the bar in percent."""

    name: str
    count: int
    start: str
    width: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class PastDay:
    """A row of the table of the past. ``counts`` are the services by health, in the order of ``HEALTHS``."""

    day: str
    counts: tuple[int, ...]
    points: int


@dataclass(frozen=True, slots=True)
class Past:
    """The fleet over time: pairs of health and area, healthy at the bottom; points as a line; both as a table."""

    areas: tuple[tuple[str, str], ...]
    points: Plot
    days: tuple[PastDay, ...]


def lead(numbers: Row, unjudged: Sequence[FindingView], by_waiver: int) -> str:
    """The reason for the verdict in a line. ``by_waiver`` services are healthy only because findings are waived."""
    files = len({finding.place.rpartition(":")[0] for finding in unjudged})
    doubt = f"{plural(files, 'file')} could not be judged. " if files else ""
    count, well = numbers["total_services"], numbers["healthy"]
    if not count:
        return doubt.strip() or "No service was judged."
    ill = f"{plural(count - well, 'service')} of {figure(count)} {'is' if count - well == 1 else 'are'} not healthy."
    waived = f", {figure(by_waiver)} of them by waiver" if by_waiver else ""
    if count == well:
        return f"{doubt}{plural(count, 'service')}, all healthy{waived}."
    return doubt + ill + (f" {figure(well)} healthy{waived}." if waived else "")


def facts(provenance: Row) -> list[str]:
    """The basis of the verdict: day, policy, base, repository, shard, and differences between repositories."""
    policy, base = provenance.get("policy"), provenance.get("base")
    words = [f"as of {printable(str(provenance['as_of']))}"]
    if policy:
        words.append(f"policy {printable(str(policy['name']))} ({_source(policy)}, {policy['sha256'][:12]})")
    if base:
        scope = f", scope {spaced(provenance['scope'])}" if provenance.get("scope") else ""
        adopted = "; the base has no rules yet, so this change's own rules judge" if base.get("adoption") else ""
        words.append(f"compared with {printable(str(base['ref']))} ({str(base['commit'])[:12]}){scope}{adopted}")
    adoption = bool(base and base.get("adoption"))
    words += gate_in_words(
        str(provenance.get("gate", "")), list(map(str, provenance.get("change", ()))), adoption=adoption
    )
    if provenance.get("verdict") == "failed" and provenance.get("exit_code") == 0:
        words.append("exit code 0 because of --exit-zero")
    if provenance.get("repository"):
        words.append(printable(str(provenance["repository"])))
    if shard := provenance.get("shard"):
        words.append(f"shard {shard['index']}/{shard['count']} of {plural(shard['files'], 'file')}")
    if repositories := provenance.get("repositories"):
        words.append(plural(len(repositories), "repository", "repositories"))
    return [*words, *(printable(str(difference)) for difference in provenance.get("differences") or ())]


def _source(policy: Row) -> str:
    """The policy's path, or its kind of source if it is shipped: its path would be inside the program."""
    path = "" if policy["source"] == "shipped" else policy.get("path")
    return printable(str(path or "")) or spaced(policy["source"])


def healths(totals: Row, by_waiver: int) -> list[Health]:
    """The fleet by health, worst first, as parts of a bar. ``by_waiver`` of the healthy services are so by waiver."""
    whole, start, parts = sum(totals[name] for name in HEALTHS), 0, []
    for name in HEALTHS:
        note = f", {figure(by_waiver)} of them by waiver" if by_waiver and name == HEALTHS[-1] else ""
        parts.append(Health(name, totals[name], share(start, whole), share(totals[name], whole), note))
        start += totals[name]
    return parts


def totals(numbers: Row, highlights: Row) -> Iterator[Total]:
    """Totals of the fleet. Amounts in different currencies are listed, and never added."""
    count = numbers["total_services"]
    of = f"of {plural(count, 'service')}"
    yield Total("SLO breaches", figure(numbers["slo_breaches"]), of)
    yield Total("Over budget", figure(numbers["over_budget"]), of)
    yield Total("Governance compliant", figure(numbers["governance_compliant"]), of)
    yield Total("Reliability score", figure(numbers["avg_reliability_score"]), "on average, of 100")
    costs = highlights["monthly_cost_by_currency"]
    for currency, amount in costs.items():
        yield Total("Monthly cost", money(amount), printable(str(currency)))


def past(history: History, today: date, numbers: Row, points: int) -> Past | None:
    """The fleet on the days of a history and today; None without an earlier day."""
    if not history.snapshots:
        return None
    days = [_day(snapshot.as_of, snapshot.healths, snapshot.points) for snapshot in history.snapshots]
    days.append(_day(today, {name: numbers[name] for name in HEALTHS}, points))
    xs = placed([*(snapshot.as_of.toordinal() for snapshot in history.snapshots), today.toordinal()])
    return Past(tuple(_areas(xs, days)), plot(xs, [day.points for day in days]), tuple(days))


def _day(day: date, counts: Mapping[str, int], points: int) -> PastDay:
    return PastDay(str(day), tuple(counts[name] for name in HEALTHS), points)


def _areas(xs: Sequence[float], days: Sequence[PastDay]) -> Iterator[tuple[str, str]]:
    """Areas by health, from the bottom, where the healthy services are."""
    layers = list(zip(*(day.counts for day in days), strict=True))
    return zip(reversed(HEALTHS), stacked(xs, layers[::-1]), strict=True)
