"""The page as a file: what it holds, what it lets in, and that no name changes its structure."""

import re
from base64 import b64encode
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from platform_gate.reports import page, report
from platform_gate.reports.formats.html import frame_of
from platform_gate.reports.history import HEALTHS, History, Snapshot, Standing
from platform_gate.reports.outcome import Links
from platform_gate.reports.page import FIRST, MANY, Frame
from platform_gate.reports.report import Report
from tests.reports.formats.fleets import ATTACKS, changed, named
from tests.reports.page.pages import TREE, Read, example, multiplied, text_of
from tests.reports.page.rows import WAIVER, finding, service

CSP = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]+)"')
OWN = History((Snapshot(date(2026, 10, 1), "a.json", {"payments": Standing("healthy", 0)}),), ("A note.",))


@pytest.fixture(scope="module")
def fleet() -> Report:
    return example()


def seen(whole: Report, **frame: object) -> Read:
    return Read(text_of(whole, replace(Frame(), **frame)))  # type: ignore[arg-type]


def test_it_shows_the_answer_the_totals_and_every_finding(fleet: Report) -> None:
    text = seen(fleet).text
    assert re.search(r"Failed\s+7 services of 12 are not healthy\.\s+as of 2026-11-23", text)
    assert all(word in text for word in ("3,562.10 EUR", "33,793.55 USD", "68.8"))
    for row in fleet.services:
        assert all(found["message"] in text and found["fix"] in text for found in row["findings"])


def test_the_worst_come_first_and_the_first_is_open(fleet: Report) -> None:
    rows = re.findall(r'<details class="s (\w+)" id="open=([\w-]+)"( open)?>', text_of(fleet))
    assert rows[:2] == [("critical", "payments", " open"), ("critical", "recommendations", "")]
    assert [health for health, _, _ in rows] == sorted(
        (health for health, _, _ in rows), key=["critical", "degraded", "unknown", "healthy"].index
    )


def test_where_all_is_well_nothing_is_open() -> None:
    well = [service(health="healthy")]
    assert " open>" not in text_of(replace(example(), services=well))


def test_a_failing_page_ends_with_the_command_and_the_help(fleet: Report) -> None:
    shown = {"command": "platform-gate check a b", "help": "Ask us.\nOr them."}
    assert re.search(r"platform-gate check a b\s+Ask us\.\s+Or them\.\s+$", seen(fleet, **shown).text)
    passed = replace(fleet, provenance=dict(fleet.provenance) | {"verdict": "passed"})
    assert "platform-gate check" not in seen(passed, **shown).text


def test_places_and_evidence_are_linked_to_the_commit(fleet: Report) -> None:
    hrefs = seen(fleet, links=Links(TREE)).hrefs
    [path] = (row["path"] for row in fleet.services if row["name"] == "payments")
    assert f"{TREE}/{path}#L13" in hrefs
    assert f"{TREE}/docs/runbooks/payments.md" in hrefs
    assert "https://grafana.example.com/d/abc" in hrefs
    assert [href for href in seen(fleet).hrefs if not href.startswith("https://")] == []


def test_every_link_out_says_nothing_of_where_it_comes_from(fleet: Report) -> None:
    links = re.findall(r"<a href=[^>]+>", text_of(fleet, Frame(links=Links(TREE))))
    assert links
    assert [link for link in links if 'rel="noopener noreferrer nofollow"' not in link and '"#' not in link] == []


def test_nothing_but_its_own_style_and_script_is_let_in(fleet: Report) -> None:
    text = text_of(fleet)
    directives = CSP.findall(text)
    style, script = (re.search(rf"<{tag}>(.*)</{tag}>", text, re.DOTALL) for tag in ("style", "script"))
    assert style
    assert script
    hashes = [b64encode(sha256(found[1].encode()).digest()).decode() for found in (style, script)]
    own = f"style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'"
    assert directives == [f"default-src 'none'; {own}; base-uri 'none'; form-action 'none'"]
    assert text.count("<style>") == text.count("<script>") == 1
    assert not {"style", "onclick", "onload", "src"} & Read(text).attributes


def test_the_script_holds_no_data(fleet: Report) -> None:
    scripts = {
        re.findall("<script>.*</script>", text_of(whole), re.DOTALL)[0] for whole in (fleet, multiplied(fleet, 3))
    }
    assert len(scripts) == 1


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hostile_name_and_a_plain_one_give_the_same_structure(tmp_path: Path, attack: str) -> None:
    pages = []
    for folder, name in (("hostile", attack), ("plain", "plain")):
        outcome = named(tmp_path / folder, name)
        pages.append(Read(text_of(report.of(outcome), Frame(outcome.command, outcome.help))))
    assert pages[0].tags == pages[1].tags
    assert attack in pages[0].text


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_report_of_others_may_call_anything_anything(fleet: Report, attack: str) -> None:
    def rows(text: str) -> Report:
        found = finding(message=text, fix=text, rule=text, path=text, waiver=WAIVER | {"reason": text, "ticket": text})
        row = service(text, team=text, path=text, repository=text, findings=[found])
        return replace(fleet, services=[row], findings=[finding(message=text, rule=text)])

    history = History(OWN.snapshots, (attack,))
    hostile = seen(rows(attack), links=Links(TREE), history=history, remark=attack, help=attack)
    plain = seen(rows("plain"), links=Links(TREE), history=OWN, remark="plain", help="plain")
    assert hostile.tags == plain.tags


def test_a_change_comes_first(tmp_path: Path) -> None:
    outcome = changed(tmp_path, "all")
    text = Read(text_of(report.of(outcome), frame_of(outcome))).text
    first = text.index("This change breaks 1 service: new.")
    assert first < text.index("Also blocking (already failing): 1 service") < text.index("The fleet")
    article = (
        r"new\s*healthy\s*to\s*degraded\s*2 points \(0 before\)\s*touched by \S+ .+\s*\+2\s*availability is at 99.5"
    )
    assert re.search(article, text)
    assert "compared with HEAD" in text


def test_repositories_are_a_column_where_rows_name_them(fleet: Report) -> None:
    assert "Repository" not in seen(fleet).text
    rows = [service("a", repository="acme/shop"), service("a", repository="acme/other"), service("a")]
    text = text_of(replace(fleet, services=rows))
    assert 'data-c="repository"' in text
    assert {"acme%2Fshop%3Aa", "acme%2Fother%3Aa", "a"} == set(re.findall('id="open=([^"]+)"', text))


def test_a_past_is_drawn_and_told(fleet: Report) -> None:
    shown = seen(fleet, history=OWN)
    assert "healthy from 2026-10-01, critical from 2026-11-23" in shown.text
    assert "A note." in shown.text
    assert shown.tags.count("<polygon ['class', 'points']>") == 4
    assert "Over time" not in seen(fleet).text
    assert "No earlier report to draw." in seen(fleet, history=History((), ("A note.",))).text


def test_waivers_are_listed_with_reason_approver_and_days_left(fleet: Report) -> None:
    text = seen(replace(fleet, services=[service(findings=[finding(waiver=WAIVER)])])).text
    assert re.search(r"In progress\. \(OPS-1\)\s*lead\s*2026-12-31\s*38 days left", text)


def test_a_policy_without_services_says_so(fleet: Report) -> None:
    none = dict(fleet.totals) | dict.fromkeys(("total_services", *HEALTHS), 0)
    text = seen(replace(fleet, services=[], totals=none), remark="Only the form was checked.").text
    assert "No service was judged." in text
    assert "Only the form was checked." in text


def test_most_rows_of_a_large_fleet_are_inert(fleet: Report) -> None:
    small, large = (text_of(multiplied(fleet, count)) for count in (MANY - 1, MANY))
    assert "<noscript>" not in small
    inert = re.findall("<noscript>(.*)</noscript>", large, re.DOTALL)
    assert len(inert) == 1
    assert inert[0].count("<details ") == inert[0].count("</summary>") == MANY - FIRST
    assert large.count('<details class="s ') == MANY


def test_every_template_travels_and_pieces_are_small(fleet: Report) -> None:
    pieces = list(page.render(multiplied(fleet, 50), Frame()))
    assert len(pieces) == 52
    assert max(map(len, pieces[1:-1])) < 12_000
    assert pieces[-1].endswith("</html>\n")


def test_markup_that_waits_compressed_is_written_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = multiplied(example(), 10)
    plain = text_of(whole)
    monkeypatch.setattr(page, "HUGE", 10)
    assert text_of(whole) == plain
