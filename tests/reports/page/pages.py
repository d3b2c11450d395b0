"""Pages to look at: of a fleet as large as one likes, and read without a browser."""

from collections.abc import Iterable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from platform_gate.reports import page, report
from platform_gate.reports.history import HEALTHS
from platform_gate.reports.page import Frame
from platform_gate.reports.report import Report
from tests.conftest import ROOT
from tests.reports.formats.fleets import outcome_of
from tests.samples import write

TREE = f"https://github.com/acme/shop/blob/{'a' * 40}"


def example() -> Report:
    """The report on the example fleet."""
    with_rows = report.of(outcome_of(ROOT / "examples", "services"))
    return replace(with_rows, services=list(with_rows.services), findings=list(with_rows.findings))


def multiplied(whole: Report, count: int) -> Report:
    """A report of so many services: those of another one, over and over, under names of their own."""
    rows = list(whole.services)
    several = [dict(row) | {"name": f"{row['name']}-{number}"} for number in range(count) for row in rows][:count]
    healths = {name: sum(row["health"] == name for row in several) for name in HEALTHS}
    return replace(whole, services=several, totals=dict(whole.totals) | healths | {"total_services": count})


def text_of(whole: Report, frame: Frame | None = None) -> str:
    return "".join(page.render(whole, frame or Frame()))


def saved(folder: Path, text: str) -> str:
    """The address of a page on the disk."""
    return (write(folder, {"page.html": text}) / "page.html").as_uri()


class Read(HTMLParser):
    """A page as a parser sees it: its tags in order with the names of their attributes, its links, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.hrefs: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self._own = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Iterable[tuple[str, str | None]]) -> None:
        known: dict[str, Any] = dict(attrs)
        self.tags.append(f"<{tag} {sorted(known)}>")
        self.attributes |= known.keys()
        self._own = tag in ("style", "script")
        if tag == "a" and "href" in known:
            self.hrefs.append(known["href"])

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"</{tag}>")
        self._own = False

    def handle_comment(self, data: str) -> None:
        self.tags.append(f"<!--{data}-->")

    def handle_data(self, data: str) -> None:
        self.text += "" if self._own else data
