import pytest

from platform_gate.importers.drafts import GapKind
from tests.importers.conftest import Import, facts

PLAIN = """
    version: prometheus/v1
    service: payments
    labels: {owner: fintech, tier: "2"}
    slos:
      - name: requests-availability
        objective: 99.95
        sli: {events: {error_query: 'sum(rate(x{code=~"5.."}[{{.window}}]))', total_query: y}}
      - name: latency
        objective: 99
"""
KUBERNETES = """
    apiVersion: sloth.slok.dev/v1
    kind: PrometheusServiceLevel
    metadata: {name: any, namespace: monitoring}
    spec:
      service: payments
      labels: {owner: fintech, tier: "2"}
      slos:
        - {name: requests-availability, objective: 99.95}
        - {name: latency, objective: 99}
"""


@pytest.mark.parametrize("text", [PLAIN, KUBERNETES], ids=["plain", "kubernetes"])
def test_both_forms(imported: Import, text: str) -> None:
    assert facts(imported("sloth", text), "payments") == {
        "name": "payments",
        "team": "fintech",
        "governance/ownership": "fintech",
        "slos/requests-availability/name": "requests-availability",
        "slos/requests-availability/target": "99.95",
        "slos/latency/name": "latency",
        "slos/latency/target": "99",
        "tier": "2",
    }


@pytest.mark.parametrize(
    ("objective", "target"),
    [
        ("99.999", "99.999"),
        ("100", "100"),
        ('"99.5"', "99.5"),
        ("0.999", "target: slos[0].objective is 0.999, which looks like a fraction, not a percentage"),
        ("1", "target: slos[0].objective is 1, which looks like a fraction, not a percentage"),
        ("three nines", "target: slos[0].objective is 'three nines', which is not a number"),
        ("", "target: slos[0].objective is missing"),
    ],
)
def test_objectives_are_percent(imported: Import, objective: str, target: str) -> None:
    values = facts(imported("sloth", PLAIN.replace("99.95", objective)), "payments")
    assert values["slos/requests-availability/target"] == target


def test_an_slo_without_a_name(imported: Import) -> None:
    values = facts(imported("sloth", PLAIN.replace("name: latency", "description: latency")), "payments")
    assert values["slos/slo-2/name"] == "name: slos[1].name is missing"
    assert values["slos/slo-2/target"] == "99"


@pytest.mark.parametrize("slos", ["slos: 5", "slos: {a: b}", "slos: []", "slos: [5, null, text]", "slos:"])
def test_odd_lists(imported: Import, slos: str) -> None:
    text = f"version: prometheus/v1\nservice: payments\n{slos}\n"
    assert GapKind.TARGET in [gap.kind for gap in imported("sloth", text).drafts["payments"].gaps.values()]


def test_other_kinds_are_skipped(imported: Import) -> None:
    text = "{apiVersion: sloth.slok.dev/v1, kind: AlertWindows, spec: {sloPeriod: 30d}}"
    assert [skip.what for skip in imported("sloth", text).skipped] == [
        "a Sloth document that is not a PrometheusServiceLevel"
    ]


def test_an_slo_that_is_there_twice_contradicts_itself(imported: Import) -> None:
    same = PLAIN.replace("name: latency", "name: requests-availability")
    target = facts(imported("sloth", same), "payments")["slos/requests-availability/target"]
    assert target == "target: a.yaml:6 says 99.95, a.yaml:9 says 99"
    broken = facts(imported("sloth", same.replace("objective: 99\n", "objective: 0.99\n")), "payments")
    assert broken["slos/requests-availability/target"].startswith("target: slos[1].objective is 0.99, which looks like")
    twice = facts(imported("sloth", same.replace("objective: 99\n", "objective: 99.950\n")), "payments")
    assert twice["slos/requests-availability/target"] == "99.95"
