from textwrap import dedent

from platform_gate.importers.collection import Collection, Source, collect
from platform_gate.importers.combining import TierMap
from tests.importers.conftest import facts

CATALOG = """\
    apiVersion: backstage.io/v1alpha1
    kind: Component
    metadata: {name: payments}
    spec: {type: service, owner: OWNER}
"""
SLO = """\
    apiVersion: openslo/v1
    kind: SLO
    metadata: {name: availability, labels: {LABELS}}
    spec: {service: payments, objectives: [{target: TARGET}]}
"""


def together(*sources: tuple[str, str, str]) -> Collection:
    files = [Source(form, path, dedent(text).encode()) for form, path, text in sources]
    return collect(files, TierMap())


def slo(target: str = "0.999", labels: str = "tier: tier-2") -> str:
    return SLO.replace("TARGET", target).replace("LABELS", labels)


def test_formats_complete_one_another() -> None:
    collection = together(("backstage", "a.yaml", CATALOG.replace("OWNER", "fintech")), ("openslo", "b.yaml", slo()))
    assert facts(collection, "payments") == {
        "name": "payments",
        "team": "fintech",
        "governance/ownership": "fintech",
        "slos/availability/name": "availability",
        "slos/availability/target": "99.9",
        "tier": "2",
    }
    origins = {at[-1]: str(entry.origin) for at, entry in collection.drafts["payments"].entries.items()}
    assert origins["team"] == "a.yaml:4"
    assert origins["target"] == "b.yaml:4"


def test_a_placeholder_gives_way_to_an_owner() -> None:
    labels = "team: fintech, tier: '1'"
    collection = together(
        ("backstage", "a.yaml", CATALOG.replace("OWNER", "TODO")), ("openslo", "b.yaml", slo(labels=labels))
    )
    assert facts(collection, "payments")["team"] == "fintech"


def test_contradictions_are_gaps_that_name_both() -> None:
    collection = together(
        ("backstage", "a.yaml", CATALOG.replace("OWNER", "fintech")),
        ("openslo", "b.yaml", slo(labels="team: platform, tier: '2'")),
        ("openslo", "c.yaml", slo("0.99", labels="team: fintech, tier: '3'")),
    )
    values = facts(collection, "payments")
    assert values["team"] == "owner: a.yaml:4 says fintech, b.yaml:3 says platform"
    assert values["slos/availability/target"] == "target: b.yaml:4 says 99.9, c.yaml:4 says 99"
    assert values["tier"] == "tier: b.yaml:3 says 2, c.yaml:3 says 3"
    assert "governance/ownership" not in values
    draft = collection.drafts["payments"]
    assert all(gap.contradiction for gap in draft.gaps.values())
    assert draft.entries["metadata", "tier"].value == 2


def test_services_are_sorted_by_name() -> None:
    names = ("zebra", "ant", "Bee")
    text = "---\n".join(dedent(CATALOG).replace("name: payments", f"name: {name}") for name in names)
    assert list(together(("backstage", "a.yaml", text)).drafts) == ["ant", "bee", "zebra"]
