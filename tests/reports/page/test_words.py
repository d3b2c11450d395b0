"""Values as words, and what may become a link."""

import pytest

from platform_gate.reports.outcome import Links
from platform_gate.reports.page.words import evidence_href, figure, measure, money, place, place_href

TREE = f"https://github.com/acme/shop/blob/{'a' * 40}"
LINKS = Links(TREE)


def test_numbers_align_and_nothing_is_a_dash() -> None:
    assert figure(1234567) == "1,234,567"
    assert figure(99.95) == "99.95"
    assert figure(None) == "\u2013"
    assert (money(1234.5), money(1234), money(0.1)) == ("1,234.50", "1,234", "0.10")


def test_a_value_has_the_unit_of_its_name() -> None:
    assert measure("uptime_pct", 99.9) == "99.9%"
    assert measure("mttr_minutes", 5) == "5\xa0min"
    assert measure("incidents_30d", 2) == "2"
    assert measure("uptime_pct", None) == "\u2013"


@pytest.mark.parametrize(
    ("evidence", "href"),
    [
        ("https://example.com/a?b#c", "https://example.com/a?b#c"),
        ("http://example.com", "http://example.com"),
        ("docs/a b.md", f"{TREE}/docs/a%20b.md"),
        ("docs/a.md#fix", f"{TREE}/docs/a.md"),
        ("README.md", f"{TREE}/README.md"),
        ("docs/ü.md", f"{TREE}/docs/%C3%BC.md"),
        ("docs/javascript:x.md", f"{TREE}/docs/javascript%3Ax.md"),
        ("../secret.md", ""),
        ("docs/../../x.md", ""),
        ("/etc/passwd", ""),
        ("//evil.example/x", ""),
        ("javascript:alert(1).md", ""),
        ("JavaScript:alert(1)//https://example.com", ""),
        ("data:text/html,a.b", ""),
        ("HTTPS:evil.md", ""),
        (r"docs\x0a.md", ""),
        ("https://example.com/ x", ""),
        ("true", ""),
    ],
)
def test_only_an_address_or_a_path_in_the_tree_becomes_a_link(evidence: str, href: str) -> None:
    assert evidence_href(evidence, LINKS) == href


def test_without_a_commit_a_path_is_no_link() -> None:
    assert evidence_href("docs/a.md", None) == ""
    assert evidence_href("https://example.com", None) == "https://example.com"


def test_a_place_leads_to_its_lines() -> None:
    row = {"path": "s/a.yaml", "line": 3, "end_line": 5}
    assert (place(row), place_href(row, LINKS)) == ("s/a.yaml:3", f"{TREE}/s/a.yaml#L3-L5")
    assert place({"path": None, "line": None}) == place({}) == ""


@pytest.mark.parametrize(
    "row",
    [
        {"path": None, "line": None},
        {"path": "a.yaml", "line": None},
        {"path": r"a\x07.yaml", "line": 1},
        {"path": "<stdin>", "line": 1},
        {"path": "/tmp/a.yaml", "line": 1},  # noqa: S108 - a path in a report, not a file
        {"path": "a.yaml", "line": 1, "repository": "acme/other"},
    ],
)
def test_a_place_that_is_not_in_the_tree_is_no_link(row: dict[str, object]) -> None:
    assert place_href(row, LINKS) == ""
