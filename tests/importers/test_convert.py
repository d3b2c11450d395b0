from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.documents import schema
from platform_gate.importers import convert
from platform_gate.importers.drafts import Origin
from platform_gate.importers.fields import Lack
from platform_gate.importers.lenient_yaml import word

SOMEWHERE = Origin("a.yaml", 1)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("payments", "payments"),
        ("payments--api", "payments--api"),
        ("Shopping Cart", "shopping-cart"),
        ("Zürich/API (v2)", "zurich-api-v2"),
        ("a_b.c", "a_b.c"),
        ("-a-", "a"),
        ("日本", ""),
        ("x" * 70, "x" * 63),
        ("x" * 62 + "--y", "x" * 62),
    ],
)
def test_slug(name: str, slug: str) -> None:
    assert convert.slug(name) == slug


@given(st.text())
def test_a_slug_is_a_name_or_nothing(name: str) -> None:
    slug = convert.slug(name)
    manifest = {
        "apiVersion": "platform-gate/v1",
        "kind": "Service",
        "metadata": {"name": slug, "team": "a"},
        "spec": {},
    }
    assert not slug or schema.validate(manifest, "service") == []
    assert convert.slug(slug) == slug


@given(st.decimals(min_value="0.0001", max_value=1, places=6))
def test_a_fraction_survives_exactly(fraction: Decimal) -> None:
    percent = convert.percent_of_fraction(word(str(fraction), 1), "target", SOMEWHERE)
    assert percent == fraction * 100


@given(st.decimals(min_value="1.0001", max_value=100, places=6))
def test_percent_survive_exactly(number: Decimal) -> None:
    assert convert.percent(word(str(number), 1), "target", SOMEWHERE) == number


@given(st.text(max_size=20))
def test_no_text_is_read_as_another_number(text: str) -> None:
    result = convert.percent(word(text, 1), "target", SOMEWHERE)
    assert isinstance(result, Lack) or 0 < result <= 100


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *[
            ("1", 1),
            ("tier_2", 2),
            ("Tier 3", 3),
            ("tier-1", 1),
            ("tier1", 1),
            ("T2", 2),
            ("service-tier-1", 1),
            ("0", 0),
        ],
        *[("High", None), ("Mission Critical", 1), ("1st", None), ("tier one", None), ("tier", None), ("", None)],
        ("p1", None),
    ],
)
def test_tier_number(text: str, number: int | None) -> None:
    assert convert.tier_number(text) == number


@pytest.mark.parametrize(("number", "tier"), [(0, 1), (1, 1), (3, 3), (4, 3), (99, 3)])
def test_within_tiers(number: int, tier: int) -> None:
    assert convert.within_tiers(number) == tier


@pytest.mark.parametrize(
    ("link_type", "check"),
    [("RUNBOOK", "runbook"), ("api documentation", "documentation"), ("on_call", "incident_response"), ("repo", "")],
)
def test_check_of_link(link_type: str, check: str) -> None:
    assert convert.check_of_link(link_type) == check


@pytest.mark.parametrize(
    ("url", "fits"),
    [
        ("https://wiki.example.com/a#b", True),
        ("http://runbook", True),
        ("ftp://a", False),
        ("docs/a.md", False),
        ("https://a b", False),
        ("https://a.example.com/../b", False),
        ("https://${HOST}/a", False),
        ("https://wiki.example.com/\u202ea", False),
        ("https://a/" + "x" * 500, False),
    ],
)
def test_is_evidence(url: str, *, fits: bool) -> None:
    assert convert.is_evidence(url) is fits


@pytest.mark.parametrize(
    ("team", "fits"),
    [("fintech", True), ("a@example.com", True), ("Fin Tech", False), ("no", False), ("N", False), ("1", False)],
)
def test_is_handle(team: str, *, fits: bool) -> None:
    assert convert.is_handle(team) is fits
