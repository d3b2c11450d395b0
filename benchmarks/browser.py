"""How long Chromium takes to open the page of a large fleet, beyond what it takes to open an empty one."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.measure import Command, run

MOST_SECONDS: Final = 2.0
PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS: Final = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
EMPTY: Final = "<!doctype html><title>empty</title>"


class Opening(NamedTuple):
    """Seconds from starting Chromium to a screenshot, of the page and of an empty one; the page's size in MB."""

    page: float
    empty: float
    megabytes: float

    @property
    def seconds(self) -> float:
        """Seconds that opening the page takes."""
        return self.page - self.empty


def chromium() -> str:
    """The path of Chromium; empty if it is not installed."""
    return next(filter(None, map(shutil.which, PROGRAMS)), "")


def opening(page: Path, runs: int) -> Opening:
    """Open a page and an empty one in turn. The least of some runs counts: other load on the machine only adds."""
    with tempfile.TemporaryDirectory(prefix="platform-gate-bench-") as folder:
        empty = Path(folder) / "empty.html"
        empty.write_text(EMPTY, encoding="utf-8")
        commands = [_command(file, Path(folder)) for file in (page, empty)]
        pairs = [[run(command).seconds for command in commands] for _ in range(runs)]
    seconds = [min(column) for column in zip(*pairs, strict=True)]
    return Opening(seconds[0], seconds[1], page.stat().st_size / 1e6)


def _command(page: Path, folder: Path) -> Command:
    """A screenshot is taken when the page has loaded and is drawn. The profile is a new one, without extensions."""
    own = (f"--user-data-dir={folder / 'profile'}", f"--screenshot={folder / 'page.png'}")
    return Command([chromium(), *OPTIONS, *own, page.as_uri()], folder)
