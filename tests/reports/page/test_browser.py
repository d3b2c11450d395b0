"""The page in a real browser: with script and without, by mouse and keyboard, in both themes, wide and narrow."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser, expect

from platform_gate.reports import report
from platform_gate.reports.formats.html import frame_of
from platform_gate.reports.history import History, Snapshot, Standing
from platform_gate.reports.outcome import Links
from platform_gate.reports.page import FIRST, MANY, Frame
from tests.reports.formats.fleets import ATTACKS, changed, hostile, named
from tests.reports.page.browser import Seen, opened, program, started
from tests.reports.page.pages import TREE, example, multiplied, saved, text_of
from tests.reports.page.rows import WAIVER, finding, service

pytestmark = pytest.mark.xdist_group("browser")

SKELETON = "() => [...document.body.querySelectorAll('*')].map(e => e.tagName + e.getAttributeNames()).join(' ')"
PATIENCE = 30_000
"""Milliseconds to wait on a busy machine: Playwright's own five seconds are few for 10,000 rows."""
MEGABYTES = 25
HISTORY = History(
    tuple(
        Snapshot(date(2026, month, 1), f"{month}.json", {"payments": Standing(health, points)})
        for month, health, points in ((8, "healthy", 0), (9, "degraded", 2), (11, "critical", 4))
    ),
    ("'x.json' is not JSON; left out of the history.",),
)


class Show(Protocol):
    """Opens the example fleet's page at a view."""

    def __call__(self, fragment: str = "", *, width: int = 1280, **context: object) -> AbstractContextManager[Seen]: ...


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as running:
        yield running


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A page with everything: the example fleet, one of its findings waived, a history, notices, a command."""
    whole = example()
    rows = [dict(row) for row in whole.services]
    rows[1]["findings"] = [dict(found) | {"waiver": WAIVER} for found in rows[1]["findings"]]
    whole = replace(whole, services=rows, findings=[finding(rule="waiver/unused", severity="warning")])
    frame = Frame("platform-gate check examples/services", "Ask the platform team.", Links(TREE), HISTORY)
    return saved(tmp_path_factory.mktemp("page"), text_of(whole, frame))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of 10,000 services."""
    folder = tmp_path_factory.mktemp("large")
    saved(folder, text_of(multiplied(example(), 10_000), Frame("platform-gate check", "", Links(TREE))))
    return folder / "page.html"


@pytest.fixture
def show(browser: Browser, address: str) -> Show:
    def shown(fragment: str = "", *, width: int = 1280, **context: object) -> AbstractContextManager[Seen]:
        return opened(browser, f"{address}#{fragment}", width=width, **context)

    return shown


def test_it_is_quiet_and_asks_for_nothing(show: Show) -> None:
    with show() as seen:
        seen.page.locator("#all").click()
        seen.page.locator("#all").click()
        seen.page.reload()
        assert seen.said == []
        assert {url.partition("#")[0].rpartition("/")[2] for url in seen.asked} == {"page.html"}


def test_its_policy_lets_nothing_else_in(show: Show) -> None:
    inject = """() => {
        document.body.insertAdjacentHTML('beforeend', '<img src="https://example.com/x.png" onerror="window.ran = 1">');
        const script = document.createElement('script');
        script.textContent = 'window.ran = 1';
        document.body.append(script);
        document.body.insertAdjacentHTML('beforeend', '<p id="painted" style="position:fixed">x</p>');
        return new Promise(done => fetch('https://example.com/').then(() => done('got'), () => done('refused')));
    }"""
    with show() as seen:
        assert seen.page.evaluate(inject) == "refused"
        assert seen.page.evaluate("window.ran") is None
        assert seen.page.evaluate("getComputedStyle(document.getElementById('painted')).position") == "static"
        assert sum("Content Security Policy" in text for text in seen.said) >= 4


def test_filters_narrow_and_the_address_says_how(show: Show) -> None:
    with show() as seen:
        everything = seen.names
        seen.page.locator("#q").fill("PAY")
        assert seen.names == ["payments"]
        assert (seen.fragment, seen.page.locator("#shown").text_content()) == ("q=PAY", "1 of 12")
        seen.page.locator("#q").fill("")
        seen.page.locator("#team").select_option("data")
        assert seen.names == ["recommendations", "legacy-reports"]
        seen.page.locator("#tier").select_option("3")
        assert (seen.names, seen.fragment) == (["legacy-reports"], "team=data&tier=3")
        seen.page.get_by_role("button", name="Reset").click()
        assert (seen.names, seen.fragment) == (everything, "")


def test_a_rule_is_found_and_what_is_not_there_is_said(show: Show) -> None:
    with show() as seen:
        seen.page.locator("#q").fill("cost/over-budget")
        assert seen.names == ["payments", "product-search"]
        seen.page.locator("#q").fill("no such service")
        assert seen.page.get_by_text("No service matches.").is_visible()


def test_healths_are_chosen_together(show: Show) -> None:
    with show() as seen:
        for health in ("critical", "unknown"):
            seen.page.get_by_role("button", name=health, exact=True).click()
        assert seen.names == ["payments", "recommendations", "inventory", "shipping-quotes"]
        assert seen.fragment == "health=critical%2Cunknown"
        assert seen.page.locator("[data-h=critical]").get_attribute("aria-pressed") == "true"


def test_every_column_sorts_both_ways_and_a_third_click_ends_it(show: Show) -> None:
    with show() as seen:
        first = seen.names
        for column in ("service", "team", "tier", "points", "slo", "cost", "reliability", "governance"):
            button, down = seen.page.locator(f"[data-c={column}]"), column in ("points", "cost")
            button.click()
            once = seen.page.eval_on_selector_all("#list > details", VALUES, column)
            assert once == sorted(once, reverse=down)
            button.click()
            assert seen.page.eval_on_selector_all("#list > details", VALUES, column) == sorted(once, reverse=not down)
            assert button.get_attribute("aria-pressed") == "true"
            assert seen.fragment == f"sort={'' if down else '-'}{column}"
            button.click()
            assert (seen.names, seen.fragment) == (first, "")


VALUES = """(rows, column) => {
    const at = [...document.querySelectorAll('[data-c]')].findIndex(button => button.dataset.c === column);
    return rows.map(row => {
        const cell = row.firstElementChild.children[at];
        const value = cell.dataset.v ?? (at ? cell : cell.firstElementChild).textContent;
        return isNaN(value) ? value : Number(value);
    });
}"""


def test_a_row_folds_by_mouse_and_by_keyboard_and_the_address_remembers(show: Show) -> None:
    with show() as seen:
        assert seen.opened == ["payments"]
        assert seen.page.get_by_text("Bring the service back above its target").first.is_visible()
        seen.page.locator("summary", has_text="ledger").click()
        assert seen.opened == ["payments", "ledger"]
        seen.page.wait_for_url("**#open=payments&open=ledger")
        seen.page.locator("summary", has_text="payments").first.focus()
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_url("**#open=ledger")
        seen.page.locator("summary", has_text="ledger").click()
        seen.page.wait_for_url("**#open=")


def test_an_address_restores_its_view(show: Show) -> None:
    with show("team=data&sort=-tier&open=legacy-reports&open=nobody") as seen:
        assert seen.names == ["legacy-reports", "recommendations"]
        assert seen.opened == ["legacy-reports"]
        assert seen.page.locator("#team").input_value() == "data"
        seen.page.evaluate("location.hash = '#health=healthy&q=ledger'")
        expect(seen.page.locator("#list > details:not([hidden])")).to_have_count(1)
        assert (seen.names, seen.opened) == (["ledger"], ["payments"])
        assert seen.page.locator("#team").input_value() == ""


@pytest.mark.parametrize(
    "fragment", ["sort=%00&tier=9&team=x&health=x", "open=%", "q=%E0%A4%A", "=&&&", "%3Cscript%3E"]
)
def test_an_odd_address_breaks_nothing(show: Show, fragment: str) -> None:
    with show(fragment) as seen:
        assert seen.said == []
        assert len(seen.page.locator("#list > details").all()) == 12


def test_a_link_in_the_page_leads_to_its_service(show: Show) -> None:
    with show("q=nothing+at+all") as seen:
        seen.page.locator("table a[href='#open=checkout']").first.click()
        seen.page.wait_for_url("**#open=checkout")
        assert seen.opened == ["checkout"]
        assert seen.page.locator("[id='open=checkout']").is_visible()


def test_without_script_all_is_there_and_folds(show: Show) -> None:
    with show(java_script_enabled=False) as seen:
        assert seen.page.get_by_text("Bring the service back above its target").first.is_visible()
        assert not seen.page.locator("#tools").is_visible()
        row = seen.page.locator("details", has_text="ledger").first
        evidence = row.get_by_text("Error budget left")
        assert not evidence.is_visible()
        row.locator("summary").click()
        assert evidence.is_visible()
        assert seen.page.locator("[data-c]").first.is_disabled()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1600])
def test_axe_finds_nothing(show: Show, scheme: str, width: int) -> None:
    with show("health=critical", width=width, color_scheme=scheme) as seen:
        seen.page.locator("#all").click()
        seen.page.locator("#all").click()
        seen.page.locator(".more summary").click()
        assert seen.barriers() == []
        seen.page.evaluate(
            "document.querySelector('.lead').style.color = 'var(--line)'; document.documentElement.lang = ''"
        )
        found = " ".join(seen.barriers())
        assert "html-has-lang" in found, "axe looks, and would find something"
        assert "color-contrast" in found, "axe sees colours"
        background = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (background == "rgb(255, 255, 255)") is (scheme == "light")


def test_axe_finds_nothing_on_a_change_nor_on_a_hostile_fleet(tmp_path: Path, browser: Browser) -> None:
    for scheme, outcome in (("dark", changed(tmp_path / "a", "all")), ("light", hostile(tmp_path / "b"))):
        page = saved(tmp_path / scheme, text_of(report.of(outcome), frame_of(outcome)))
        with opened(browser, page, color_scheme=scheme) as seen:
            assert seen.barriers() == []
            assert seen.said == []


@pytest.mark.parametrize("width", [360, 800, 1600])
def test_nothing_runs_over_the_edge(show: Show, tmp_path: Path, browser: Browser, width: int) -> None:
    overflow = "document.documentElement.scrollWidth - innerWidth"
    with show(width=width) as seen:
        seen.page.locator("#all").click()
        seen.page.locator("#all").click()
        assert seen.page.evaluate(overflow) <= 0
    rows = [service("n" * 63, team="t" * 200, repository="r" * 100, findings=[finding(path="p" * 300, fix="f" * 200)])]
    with opened(browser, saved(tmp_path, text_of(replace(example(), services=rows))), width=width) as seen:
        assert seen.page.evaluate(overflow) <= 0


@pytest.mark.parametrize("width", [360, 1600])
@pytest.mark.parametrize("repository", [None, "acme/shop"])
def test_every_cell_says_what_it_is_of(tmp_path: Path, browser: Browser, width: int, repository: str | None) -> None:
    page = saved(tmp_path, text_of(replace(example(), services=[service(repository=repository)])))
    with opened(browser, page, width=width) as seen:
        labels = seen.page.locator("#list summary > span").evaluate_all(
            "cells => cells.slice(1).map(cell => getComputedStyle(cell, '::before').content)"
        )
        shown = ["Repository "] * bool(repository) + ["Team ", "Tier ", "Points "]
        said = [label.replace('"', "").replace(" / ", "") for label in labels]
        assert said == [*shown, "SLO ", "Cost ", "Reliability ", "Governance "]


def test_hostile_names_are_text_and_change_no_structure(tmp_path: Path, browser: Browser) -> None:
    with opened(browser, "about:blank") as seen:
        skeletons = {}
        for number, name in enumerate(("plain", *ATTACKS)):
            outcome = named(tmp_path / str(number), name)
            text = text_of(report.of(outcome), Frame(outcome.command, outcome.help))
            seen.page.goto(saved(tmp_path / f"page-{number}", text))
            skeletons[name] = seen.page.evaluate(SKELETON)
            assert name in seen.page.locator("main").text_content()  # type: ignore[operator]
        assert {name for name, skeleton in skeletons.items() if skeleton != skeletons["plain"]} == set()
        assert seen.said == []


def test_a_hostile_name_can_be_filtered_and_linked(tmp_path: Path, browser: Browser) -> None:
    rows = [service(name, team=name) for name in ATTACKS]
    whole = replace(example(), services=rows)
    with opened(browser, saved(tmp_path, text_of(whole))) as seen:
        for name in ATTACKS:
            seen.page.locator("#team").select_option(label=name)
            assert seen.names == [name]
            if name not in seen.opened:
                seen.page.locator("#list > details:not([hidden]) > summary").click()
        seen.page.locator("#team").select_option(label="all")
        seen.page.reload()
        assert sorted(seen.opened) == sorted(ATTACKS)
        assert seen.said == []


def test_it_prints_what_is_shown_and_no_controls(show: Show) -> None:
    with show() as seen:
        seen.page.emulate_media(media="print")
        assert not seen.page.locator("#tools").is_visible()
        assert seen.page.get_by_text("Bring the service back above its target").first.is_visible()


def test_on_paper_what_fails_is_open_and_there_is_no_header_row(show: Show) -> None:
    with show() as seen:
        seen.page.emulate_media(media="print")
        assert not seen.page.locator(".head").is_visible()
        seen.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        failing = seen.page.eval_on_selector_all("#list > details:not(.healthy)", "rows => rows.map(row => row.open)")
        assert failing
        assert all(failing)
        assert not seen.page.locator("#list > details.healthy[open]").count()
        seen.page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert seen.opened == ["payments"]


def test_the_filter_row_fits(show: Show) -> None:
    with show(width=1200) as seen:
        tops = seen.page.eval_on_selector_all("#tools > *", "parts => parts.map(part => part.offsetTop)")
        height = seen.page.eval_on_selector("#tools", "row => row.offsetHeight")
        assert max(tops) - min(tops) < height / 2


def test_services_that_are_healthy_by_waiver_are_marked_and_filtered(tmp_path: Path, browser: Browser) -> None:
    rows = [service("ill"), service("waived", health="healthy"), service("well", health="healthy")]
    rows[2]["health_without_waivers"] = "healthy"
    with opened(browser, saved(tmp_path, text_of(replace(example(), services=rows)))) as seen:
        seen.page.get_by_role("button", name="by waiver").click()
        assert (seen.names, seen.fragment) == (["waived"], "health=waived")
        assert "healthy by waiver" in seen.page.locator("[id='open=waived'] summary").inner_text()
        assert seen.barriers() == []


def test_ten_thousand_services_stay_usable(large: Path, browser: Browser) -> None:
    """How long the page takes to open is measured by ``make bench``."""
    assert large.stat().st_size < MEGABYTES * 1_000_000
    with opened(browser, large.as_uri()) as seen:
        seen.page.wait_for_selector("#list > details:nth-of-type(10000)", state="attached")
        seen.page.locator("#q").fill("payments-7")
        expect(seen.page.locator("#shown")).to_have_text(re.compile("^11[01] of 10000$"), timeout=PATIENCE)
        seen.page.locator("[data-c=cost]").click()
        assert seen.names[0].startswith("payments-7")
        assert seen.said == []


def test_a_row_of_a_large_fleet_is_made_when_it_is_wanted(tmp_path: Path, browser: Browser) -> None:
    whole = multiplied(example(), MANY)
    address = saved(tmp_path, text_of(whole, Frame(links=Links(TREE))))
    name = "ledger-3"
    with opened(browser, f"{address}#open={name}") as seen:
        assert seen.opened == [name]
        row = seen.page.locator(f"[id='open={name}']")
        hrefs = row.locator("a").evaluate_all("links => links.map(link => [link.getAttribute('href'), link.rel])")
        assert all(rel == "noopener noreferrer nofollow" for _, rel in hrefs)
        [path] = (each["path"] for each in whole.services if each["name"] == name)
        assert re.fullmatch(rf"{re.escape(TREE)}/{path}#L\d+", hrefs[-1][0])
        assert seen.said == []


def test_a_large_fleet_without_script_is_all_there(tmp_path: Path, browser: Browser) -> None:
    address = saved(tmp_path, text_of(multiplied(example(), MANY)))
    with opened(browser, address, java_script_enabled=False) as seen:
        assert seen.page.locator("#list details").count() == MANY
        last = seen.page.locator("#list details").nth(FIRST + 1)
        last.locator("summary").click()
        assert last.get_by_text("Error budget left").is_visible()


def test_links_made_late_are_those_that_would_have_been_written(tmp_path: Path, browser: Browser) -> None:
    whole = multiplied(example(), MANY)
    odd = service("odd", path="s/ü b#1%.yaml", findings=[finding(path="s/ü b#1%.yaml", end_line=9)], health="healthy")
    few, many = replace(whole, services=[odd]), replace(whole, services=[*whole.services, odd])
    written = HREFS(text_of(replace(few, totals=dict(few.totals) | {"total_services": 1}), Frame(links=Links(TREE))))
    with opened(browser, f"{saved(tmp_path, text_of(many, Frame(links=Links(TREE))))}#open=odd") as seen:
        made = seen.page.locator("[id='open=odd'] a").evaluate_all("all => all.map(link => link.getAttribute('href'))")
    assert made == written


HREFS = partial(re.findall, r'<a href="([^"#][^"]*)"')


@pytest.mark.parametrize(("user", "outcome"), [(0, "Failed"), (1000, "Skipped")])
def test_the_tests_are_skipped_only_where_chromium_cannot_be_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, user: int, outcome: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: user)
    with pytest.raises(BaseException, match="no Chromium") as caught:
        program()
    assert type(caught.value).__name__ == outcome
