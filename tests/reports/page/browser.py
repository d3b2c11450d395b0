"""The system's Chromium, as the tests of the page drive it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""The shell comes first: the same engine without windows, menus and profiles, for half of the processor time."""

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
MISSING = "no Chromium: nothing of the page was seen as a reader sees it"


def program() -> str:
    """Where Chromium is. Only where it can't be installed may the tests of the page be skipped."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), "")
    if not found and os.geteuid() == 0:
        pytest.fail(
            "there is no Chromium: apt-get update && apt-get install --yes chromium-headless-shell, as .ci/run does"
        )
    if not found:
        pytest.skip(MISSING)
    return found


@contextmanager
def started() -> Iterator[Browser]:
    """A browser that asks nobody for anything."""
    path = program()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@dataclass(frozen=True)
class Seen:
    """A page that is open, and what it has said and asked for."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """The services that are shown, in their order."""
        found: list[str] = self.page.eval_on_selector_all(
            "#list > details:not([hidden])", "rows => rows.map(row => row.querySelector('b').textContent)"
        )
        return found

    @property
    def opened(self) -> list[str]:
        """The services that are open."""
        found: list[str] = self.page.eval_on_selector_all(
            "#list > details[open]", "rows => rows.map(row => row.querySelector('b').textContent)"
        )
        return found

    @property
    def fragment(self) -> str:
        """The view, as the address has it."""
        return self.page.url.partition("#")[2]

    def barriers(self) -> list[str]:
        """What axe-core finds."""
        self.page.evaluate(AXE)
        found: dict[str, Any] = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{each['id']}: {node['html'][:120]} {node['failureSummary']}"
            for each in found["violations"]
            for node in each["nodes"]
        ]


@contextmanager
def opened(browser: Browser, address: str, *, width: int = 1280, **context: Any) -> Iterator[Seen]:
    """A page in a window of its own. Whatever it complains of, or asks for beside itself, is written down."""
    window = browser.new_context(viewport={"width": width, "height": 900}, **context)
    seen = Seen(window.new_page())
    seen.page.on("console", lambda message: seen.said.append(message.text))
    seen.page.on("pageerror", lambda error: seen.said.append(str(error)))
    seen.page.on("request", lambda request: seen.asked.append(request.url))
    seen.page.goto(address)
    yield seen
    window.close()
