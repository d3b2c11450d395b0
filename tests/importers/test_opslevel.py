import pytest

from tests.importers.conftest import Import, facts

SERVICE = """
    version: 1
    service:
      name: Shopping Cart
      owner: order_management_team
      lifecycle: generally_available
      tier: tier_2
      tools:
        - {name: Runbook, category: runbooks, url: "https://wiki.example.com/cart"}
        - {name: Metrics, category: metrics, environment: production, url: "https://grafana.example.com/d/1"}
        - {name: Build, category: continuous_integration, url: "https://ci.example.com"}
"""


def test_a_service(imported: Import) -> None:
    collection = imported("opslevel", SERVICE)
    assert facts(collection, "shopping-cart") == {
        "name": "shopping-cart",
        "team": "order_management_team",
        "governance/ownership": "order_management_team",
        "governance/runbook": "https://wiki.example.com/cart",
        "governance/monitoring": "https://grafana.example.com/d/1",
        "slos": "target: no SLO is given",
        "tier": "2",
    }
    notes = collection.drafts["shopping-cart"].notes
    assert [note.text for note in notes] == ["the name 'Shopping Cart' becomes shopping-cart"]


def test_a_component_of_type_service(imported: Import) -> None:
    text = SERVICE.replace("service:", "component:\n      type: service")
    assert facts(imported("opslevel", text), "shopping-cart")["tier"] == "2"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("version: 1\nrepository: {owner: a}\n", "an OpsLevel repository, not a service"),
        ("component: {name: a, type: library}\n", "an OpsLevel component of type library, not a service"),
    ],
)
def test_what_is_no_service_is_skipped(imported: Import, text: str, what: str) -> None:
    assert [skip.what for skip in imported("opslevel", text).skipped] == [what]


def test_empty_keys_are_gaps(imported: Import) -> None:
    values = facts(imported("opslevel", "version: 1\nservice:\n  name: a\n  owner:\n  tier:\n  tools:\n"), "a")
    assert values["team"] == "owner: service.owner is missing"
    assert values["tier"] == "tier: no tier is given"


@pytest.mark.parametrize("text", ["service:", "service: [a]", "service: text", "version: 1\nservice: 5"])
def test_a_service_that_is_none_is_a_gap_or_a_stranger(imported: Import, text: str) -> None:
    collection = imported("opslevel", text)
    assert not collection.drafts
    assert collection.nameless or collection.strangers
