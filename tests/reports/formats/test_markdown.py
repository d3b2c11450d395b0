"""Markdown, read by a CommonMark parser with tables: a hostile name and a plain one give the same structure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from platform_gate.model import Location
from platform_gate.reports.formats import markdown as reporter
from platform_gate.reports.markdown_findings import rule
from platform_gate.reports.markdown_text import escape
from platform_gate.reports.outcome import Display, Links, Outcome
from platform_gate.text import printable
from tests.reports.formats.fleets import ATTACKS, UNSEEN, changed, fleet, hostile, named, outcome_of
from tests.samples import BREACHED, SPIKING, manifest, own_policy, write

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
LINKS = Links(f"https://github.com/acme/shop/blob/{'a' * 40}")
REACHES_OUT = re.compile(r"@\w|#\d|\bGH-\d|\w@\w|://\S|www\.|:\w+:", re.IGNORECASE)
"""What a forge turns into a mention, a reference, a link or an emoji, wherever it stands in rendered text."""


class Page(HTMLParser):
    """A rendered page: its tags in order, and its text outside code."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.prose = ""
        self._code = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(f"<{tag} {sorted(name for name, _ in attrs)}>")
        self._code += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"</{tag}>")
        self._code -= tag == "code"

    def handle_data(self, data: str) -> None:
        self.text += data
        self.prose += "" if self._code else data

    def handle_comment(self, data: str) -> None:
        self.tags.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.tags.append(f"<!{decl}>")


def text_of(outcome: Outcome, max_bytes: int | None = None) -> str:
    return "".join(reporter.render(replace(outcome, display=Display(max_bytes=max_bytes))))


def page_of(outcome: Outcome) -> Page:
    return Page(PARSER.render(text_of(outcome)))


def structure(tokens: Iterable[Token]) -> Iterator[tuple[object, ...]]:
    """Every token, the inline ones too, without its text."""
    for token in tokens:
        markup = "" if token.type == "text" else token.markup  # of text: how its first character was written
        yield token.type, token.tag, token.nesting, token.level, markup, sorted(token.attrs), token.map
        yield from structure(token.children or ())


def one_service(folder: Path, text: str, policy: str = "") -> Outcome:
    write(folder, {"web.yaml": text, "policy.yaml": own_policy(policy)})
    return outcome_of(folder, "web.yaml", policy="policy.yaml" if policy else None)


def test_a_healthy_fleet_takes_three_lines(tmp_path: Path) -> None:
    outcome = one_service(tmp_path, manifest())
    digest = outcome.policy.sha256[:12]
    assert text_of(outcome) == (
        "## ✅ Platform gate: passed\n\n"
        "1 service: 🟢 1 healthy\n\n"
        f"<sub>Policy default (<code>{digest}</code>), as of 2026-11-23</sub>\n\n"
    )


def test_the_totals_name_what_was_not_judged_and_what_is_waived(tmp_path: Path) -> None:
    text = text_of(fleet(tmp_path))
    healths = "🟠 1 degraded · 🟢 3 healthy, 1 of them by waiver"
    assert f"2 files not judged; 4 services: {healths}; 1 finding waived\n" in text
    assert text.startswith("## ⚠️ Platform gate: not judged\n")


def test_files_and_waivers_are_listed(tmp_path: Path) -> None:
    text = text_of(fleet(tmp_path))
    assert "### What could not be judged\n\n- " in text
    assert f"<br>{rule('manifest/invalid')} at s/invalid.yaml:3<br>**Fix** " in text
    head = f"### 1 waiver: {rule('waiver/expired')}\n\nFix what it excused"
    assert head in text
    assert "| Waiver | Line |\n| --- | --- |\n| the waiver for bad: slo/breached expired 22 days ago" in text


def test_the_table_shows_healths_and_points_by_subsystem(tmp_path: Path) -> None:
    text = text_of(fleet(tmp_path))
    assert "| Service | Health | Points | SLO | Cost | Reliability | Governance |\n" in text
    row = "| **bad**<br>shop, tier 1 | 🟠 degraded | 3 | breached +2 | spiking | good | needs review +1 |\n"
    assert row in text
    assert "**good**" not in text


def test_nothing_of_the_old_look_is_left(tmp_path: Path) -> None:
    text = text_of(changed(tmp_path, "all")) + text_of(fleet(tmp_path))
    assert not re.search(r"■|-&#62;|&#96;|\| slo \|", text)


def test_names_in_a_fix_are_code(tmp_path: Path) -> None:
    text = text_of(one_service(tmp_path, manifest(slos="slos: [{name: a, target: 99}]")))
    assert "**Fix** Add <code>current</code> from your monitoring." in text


def test_details_hold_fixes_and_waivers(tmp_path: Path) -> None:
    text = text_of(fleet(tmp_path))
    bad = text[text.index("<summary>🟠 degraded <b>bad</b>, 3 points") :]
    at = f"{rule('slo/breached')} at s/bad.yaml:5"
    assert f"| **+2** | availability is at 99.5, below its target of 99.9<br>{at}<br>**Fix** Bring" in bad
    assert "<summary>🟢 1 service healthy by waiver</summary>" in text
    excuse = "waived until 2026-12-31 (38 days left) by lead: In progress. (w.yaml:5)"
    assert f"| **waived** | 🟠 degraded | {rule('slo/breached')} {excuse} |\n" in text


def test_the_worst_service_stands_open_and_the_others_are_folded(tmp_path: Path) -> None:
    text = text_of(fleet(tmp_path))
    assert text.count("<details open>\n<summary>🟠 degraded <b>bad</b>") == 1
    assert text.count("<details>\n") == text.count("<details") - 1


def test_an_unknown_service_lacks_data_not_points(tmp_path: Path) -> None:
    assert "<summary>🟣 unknown <b>web</b>, data is missing</summary>" in text_of(
        one_service(tmp_path, manifest(cost=""))
    )


def test_many_findings_of_one_service_are_counted(tmp_path: Path) -> None:
    slos = ", ".join(f"{{name: s{number}, target: 99, current: 98}}" for number in range(40))
    text = text_of(one_service(tmp_path, manifest(slos=f"slos: [{slos}]")))
    assert text.count(rule("slo/breached")) == 25
    assert "*And 15 more findings in web.yaml.*\n" in text


def test_places_link_to_their_lines_at_the_commit(tmp_path: Path) -> None:
    write(tmp_path, {"s/web shop.yaml": manifest(slos=BREACHED)})
    text = text_of(replace(outcome_of(tmp_path, "s"), links=LINKS))
    assert f"[s/web shop.yaml:5](<{LINKS.tree}/s/web%20shop.yaml#L5>)" in text


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("a/b.yaml", "/a/b.yaml#L3"),
        ("a>b).yaml", "/a%3Eb%29.yaml#L3"),
        ("a#b?c.yaml", "/a%23b%3Fc.yaml#L3"),
        ("\udcff.yaml", "/%FF.yaml#L3"),
        ("/srv/b.yaml", ""),
        ("../b.yaml", ""),
        ("<stdin>", ""),
    ],
)
def test_only_what_lies_in_the_repository_is_linked(path: str, url: str) -> None:
    assert LINKS.url(Location(path, 3, 1, 3, 9)) == (f"{LINKS.tree}{url}" if url else "")


def test_several_lines_are_linked_as_a_range() -> None:
    assert LINKS.url(Location("a.yaml", 3, 1, 7, 2)).endswith("/a.yaml#L3-L7")


def test_a_failing_report_ends_with_its_command_and_whom_to_ask(tmp_path: Path) -> None:
    policy = '  gate: {help: "Ask the platform team\\nin #platform"}\n'
    outcome = one_service(tmp_path, manifest(slos=BREACHED), policy)
    text = text_of(outcome)
    assert f"Reproduce with:\n\n    {outcome.command}\n\nHelp: Ask the platform team<br>in " in text
    assert page_of(outcome).text.replace("\u200b", "").rstrip().endswith("in #platform")


def test_a_report_that_passes_ends_without(tmp_path: Path) -> None:
    assert "Reproduce with" not in text_of(one_service(tmp_path, manifest(), "  gate: {help: Ask.}\n"))


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("links", [LINKS, None], ids=["linked", "plain"])
def test_a_hostile_name_and_a_plain_one_give_the_same_structure(
    tmp_path: Path, attack: str, links: Links | None
) -> None:
    evil, plain = (
        replace(named(tmp_path / kind, text), links=links) for kind, text in (("evil", attack), ("plain", "plain"))
    )
    evil_text, plain_text = text_of(evil), text_of(plain)
    assert list(structure(PARSER.parse(evil_text))) == list(structure(PARSER.parse(plain_text)))
    page = Page(PARSER.render(evil_text))
    assert page.tags == Page(PARSER.render(plain_text)).tags
    assert not REACHES_OUT.search(page.prose)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hostile_name_can_be_read(tmp_path: Path, attack: str) -> None:
    assert page_of(named(tmp_path, attack)).text.replace("\u200b", "").count(attack) >= 5


def test_nothing_unseen_and_no_command_is_written(tmp_path: Path) -> None:
    text = text_of(hostile(tmp_path))
    assert not UNSEEN.search(text)
    assert "##[" not in text
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]


@given(st.text())
def test_escaped_text_is_nothing_but_text(text: str) -> None:
    around = f"a {escape(text)} a"
    tokens = [*PARSER.parse(around), *PARSER.parse(f"| {around} |\n| --- |\n")]
    inline = [token for token in tokens if token.type == "inline"]
    assert len(inline) == 2
    for each in inline:
        assert {child.type for child in each.children or ()} == {"text"}
        assert not REACHES_OUT.search(each.children[0].content if each.children else "")
        shown = "".join(child.content for child in each.children or ())
        assert shown.replace("\u200b", "").split() == [
            "a",
            *printable(" ".join(text.split())).replace("\u200b", "").split(),
            "a",
        ]


def big(folder: Path) -> Outcome:
    files = {
        f"s/{number:03}.yaml": manifest(f"svc-{number}", slos=BREACHED, cost=SPIKING, reliability="")
        for number in range(150)
    }
    files |= {f"s/x{number:02}.yaml": "a: [\n" for number in range(40)}
    return outcome_of(write(folder, files), "s")


@pytest.mark.parametrize("limit", [4096, 5000, 20_000, 65_536])
def test_a_document_stays_below_its_limit_and_counts_what_it_leaves_out(tmp_path: Path, limit: int) -> None:
    outcome = big(tmp_path)
    text = text_of(outcome, limit)
    assert limit * 0.5 < len(text.encode()) <= limit
    shown = {
        "problem": text.count("<code>manifest/unreadable</code>"),
        "row": text.count("| **svc-"),
        "service": text.count("<b>svc-"),
    }
    left_out = [int(count) for count in re.findall(r"\*And (\d+) more (?:problem|service)s?, ", text)]
    left_out = [0] * (3 - len(left_out)) + left_out
    assert [count + more for count, more in zip(shown.values(), left_out, strict=True)] == [40, 150, 150]
    assert shown["row"] >= 3
    assert text.count("<details") == text.count("</details>") == text.count("</summary>")
    assert text.endswith(f"    {outcome.command}\n")


def test_without_a_limit_nothing_is_left_out_below_a_mebibyte(tmp_path: Path) -> None:
    text = text_of(big(tmp_path))
    assert "left out" not in text
    assert text.count("<details") == 150


def test_a_help_text_that_would_take_it_all_is_left_out(tmp_path: Path) -> None:
    text = text_of(one_service(tmp_path, manifest(slos=BREACHED), f"  gate: {{help: {'x' * 1900}}}\n"), 4096)
    assert len(text) < 4096
    assert "xxx" not in text
    assert text.endswith("web.yaml\n")


def test_a_change_is_reported_first_and_the_rest_is_folded(tmp_path: Path) -> None:
    text = text_of(replace(changed(tmp_path, "regressed"), links=LINKS))
    assert "**This change breaks 1 service: new.** 1 other service was already failing.\n" in text
    assert "### new: 🟢 healthy → 🟠 degraded, 2 points (0 before)\n\n| Points | Finding |\n" in text
    assert (
        f"| **+2** | **new:** availability is at 99.5, below its target of 99.9<br>{rule('slo/breached')} at [" in text
    )
    assert f"](<{LINKS.tree}/services/new.yaml#L5>)" in text
    assert "<details>\n<summary>Already failing (not blocking): 1 service</summary>\n\n| Service |" in text
    assert text.index("### new") < text.index("**old**")
    assert "old.yaml" not in text


def test_statistics_are_tables(tmp_path: Path) -> None:
    text = text_of(replace(fleet(tmp_path), statistics=True))
    assert (
        "<summary>Statistics by rule</summary>\n\n| Rule | Services | Failing | Findings | Waived | Points |\n" in text
    )
    assert f"| {rule('slo/breached')} | 2 | 1 | 1 | 1 | 2 |\n" in text
    assert "| shop | 4 | 1 |" in text
