from tests.importers.conftest import Import, facts

MIXED = """
    schema-version: v2.2
    dd-service: cart
    team: e-commerce
    tier: "1"
    contacts: [{type: slack, contact: https://acme.slack.com/archives/e}]
    links:
      - {name: Runbook, type: runbook, url: "https://wiki.example.com/cart"}
      - {name: Source, type: repo, url: "https://github.com/acme/cart"}
      - {name: Board, type: dashboard, url: "https://app.example.com/dash"}
    integrations: {pagerduty: {service-url: "https://acme.pagerduty.com/service-directory/PABC"}}
    ---
    schema-version: v2.1
    dd-service: two
    team: a
    tier: High
    ---
    schema-version: v2
    dd-service: three
    dd-team: b
    docs: [{name: Architecture, provider: wiki, url: "https://wiki.example.com/three"}]
    integrations: {pagerduty: "https://acme.pagerduty.com/service-directory/PDEF"}
    ---
    schema-version: v1
    info: {dd-service: four, service-tier: tier3}
    org: {team: c}
    external-resources: [{name: On call, type: oncall, url: "https://oncall.example.com/four"}]
    ---
    apiVersion: v3
    kind: service
    metadata:
      name: five
      owner: d
      links: [{name: Doc, type: doc, url: "https://docs.example.com/five"}]
    integrations: {pagerduty: {serviceURL: "https://acme.pagerduty.com/service-directory/PGHI"}}
    spec: {tier: "2", lifecycle: production}
    ---
    apiVersion: v3
    kind: datastore
    metadata: {name: six}
"""


def test_all_versions_in_one_file(imported: Import) -> None:
    collection = imported("datadog", MIXED)
    assert list(collection.drafts) == ["cart", "five", "four", "three", "two"]
    assert facts(collection, "cart") == {
        "name": "cart",
        "team": "e-commerce",
        "governance/ownership": "e-commerce",
        "governance/runbook": "https://wiki.example.com/cart",
        "governance/monitoring": "https://app.example.com/dash",
        "governance/incident_response": "https://acme.pagerduty.com/service-directory/PABC",
        "slos": "target: no SLO is given",
        "tier": "1",
    }
    assert facts(collection, "two")["tier"] == "tier: no --tier-map has an entry for 'High'"
    assert facts(collection, "three")["governance/documentation"] == "https://wiki.example.com/three"
    assert facts(collection, "three")["governance/incident_response"].endswith("PDEF")
    assert facts(collection, "four")["tier"] == "3"
    assert facts(collection, "four")["governance/incident_response"] == "https://oncall.example.com/four"
    assert facts(collection, "five")["team"] == "d"
    assert facts(collection, "five")["governance/incident_response"].endswith("PGHI")
    assert facts(collection, "five")["tier"] == "2"
    assert [skip.what for skip in collection.skipped] == ["a Datadog entity of kind datastore, not a service"]


def test_a_tier_map_translates_any_case(imported: Import) -> None:
    assert facts(imported("datadog", MIXED, {"high": 1}), "two")["tier"] == "1"


def test_json(imported: Import) -> None:
    text = '{"schema-version": "v2", "dd-service": "a \\ud83d\\ude00 b", "team": true, "tier": 4}'
    collection = imported("datadog", text, path="a.json")
    assert facts(collection, "a-b")["team"] == "true"
    assert [note.text for note in collection.drafts["a-b"].notes] == [
        "the name 'a 😀 b' becomes a-b",
        "tier 4 becomes 3, the nearest of the three tiers",
    ]
