import pytest

from tests.importers.conftest import Import, facts

SERVICE = """
    apiVersion: backstage.io/v1alpha1
    kind: Component
    metadata:
      name: artist-web
      description: >-
        Folded
        text
      tags: [java, gold]
      links:
        - {url: https://wiki.example.com/artist, title: Runbook, type: runbook}
        - {url: https://wiki.example.com/second, type: runbook}
        - {url: https://grafana.example.com/d/1, type: Dashboard}
        - {url: https://admin.example.com, type: admin-dashboard}
        - {url: https://docs.example.com, title: Docs without a type}
    spec:
      type: service
      lifecycle: production
      owner: OWNER
"""


def test_a_service(imported: Import) -> None:
    assert facts(imported("backstage", SERVICE.replace("OWNER", "group:default/fintech")), "artist-web") == {
        "name": "artist-web",
        "team": "fintech",
        "governance/ownership": "fintech",
        "governance/runbook": "https://wiki.example.com/artist",
        "governance/monitoring": "https://grafana.example.com/d/1",
        "slos": "target: no SLO is given",
        "tier": "tier: no --tier-map has an entry for 'production', 'java' or 'gold'",
    }


@pytest.mark.parametrize(
    ("owner", "team"),
    [
        ("fintech", "fintech"),
        ("group:fintech", "fintech"),
        ("user:default/ada", "ada"),
        ("acme/fintech", "fintech"),
        ("Fin Tech", "Fin Tech"),
        ("123", "123"),
        ("no", "no"),
    ],
)
def test_the_owner_is_the_last_part_of_its_reference(imported: Import, owner: str, team: str) -> None:
    assert facts(imported("backstage", SERVICE.replace("OWNER", owner)), "artist-web")["team"] == team


@pytest.mark.parametrize(
    ("owner", "reason"),
    [
        ("", "spec.owner is missing"),
        ("~", "spec.owner is missing"),
        ("TODO", "spec.owner is the placeholder 'TODO'"),
        ("user:guest", "spec.owner is the placeholder 'guest'"),
        ("group:default/unknown", "spec.owner is the placeholder 'unknown'"),
        ("'{{ values.owner }}'", "spec.owner is the placeholder '{{ values.owner }}'"),
        ("${{ values.owner }}", "spec.owner is the placeholder '${{ values.owner }}'"),
        ("{{ values.owner }}", "spec.owner is a template that has not been rendered"),
        ("{$text: ./owner.txt}", "spec.owner is a mapping, but text is expected"),
        ("[a, b]", "spec.owner is a list, but text is expected"),
        ("!include owner.txt", "spec.owner has a tag that only its own tool understands"),
    ],
)
def test_what_names_no_owner_is_a_gap(imported: Import, owner: str, reason: str) -> None:
    values = facts(imported("backstage", SERVICE.replace("OWNER", owner)), "artist-web")
    assert values["team"] == f"owner: {reason}"
    assert "governance/ownership" not in values


@pytest.mark.parametrize(
    ("tiers", "tier"),
    [({"production": 2}, "2"), ({"gold": 1, "production": 3}, "1"), ({"artist-web": 3, "gold": 1}, "3")],
)
def test_a_tier_map_translates_words_and_names(imported: Import, tiers: dict[str, int], tier: str) -> None:
    assert facts(imported("backstage", SERVICE, tiers), "artist-web")["tier"] == tier


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("kind: Component", "kind: API", "a Backstage API, not a Component"),
        ("kind: Component", "kind: Template", "a Backstage Template, not a Component"),
        ("type: service", "type: website", "a Backstage Component of type website, not a service"),
    ],
)
def test_other_entities_are_skipped_and_named(imported: Import, old: str, new: str, what: str) -> None:
    collection = imported("backstage", SERVICE.replace(old, new))
    assert not collection.drafts
    assert [skip.what for skip in collection.skipped] == [what]


def test_a_template_of_a_name_is_a_gap(imported: Import) -> None:
    collection = imported("backstage", SERVICE.replace("name: artist-web", "name: ${{ values.name }}"))
    assert [str(gap.why) for draft in collection.nameless for gap in draft.gaps.values()] == [
        "metadata.name is the placeholder '${{ values.name }}'"
    ]
