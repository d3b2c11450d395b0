import pytest

from tests.importers.conftest import Import, facts

SLO = """
    apiVersion: openslo/v1
    kind: SLO
    metadata:
      name: availability
      labels: {team: fintech, serviceTier: tier-2}
    spec:
      service: payments
      budgetingMethod: Occurrences
      timeWindow:
        - WINDOW
      objectives:
        - TARGET
"""


def slo(target: str = "target: 0.9995", window: str = "{duration: 28d, isRolling: true}") -> str:
    return SLO.replace("TARGET", target).replace("WINDOW", window)


def test_an_slo(imported: Import) -> None:
    assert facts(imported("openslo", slo()), "payments") == {
        "name": "payments",
        "team": "fintech",
        "governance/ownership": "fintech",
        "slos/availability/name": "availability",
        "slos/availability/target": "99.95",
        "slos/availability/window": "28d",
        "tier": "2",
    }


@pytest.mark.parametrize(
    ("target", "percent"),
    [
        ("target: 0.98", "98"),
        ("target: .999", "99.9"),
        ("target: 0.999990", "99.999"),
        ("target: 1", "100"),
        ("target: 1.0", "100"),
        ("target: 9.5e-1", "95"),
        ("target: '0.99'", "99"),
        ("target: 99.9%", "99.9"),
        ("targetPercent: 99.95", "99.95"),
        ("{target: 0.9995, targetPercent: 99.95}", "99.95"),
    ],
)
def test_fractions_become_percent_exactly(imported: Import, target: str, percent: str) -> None:
    assert facts(imported("openslo", slo(target)), "payments")["slos/availability/target"] == percent


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("target: 99.9", "spec.objectives[0].target is 99.9, but a fraction must be above 0 and at most 1"),
        ("target: 0", "spec.objectives[0].target is 0, but a fraction must be above 0 and at most 1"),
        ("target: -0.5", "spec.objectives[0].target is '-0.5', which is not a number"),
        ("target: .nan", "spec.objectives[0].target is '.nan', which is not a number"),
        ("target: 0,99", "spec.objectives[0].target is '0,99', which is not a number"),
        ("target: [1, 2]", "spec.objectives[0].target is a list, but text is expected"),
        ("target:", "spec.objectives[0].target is missing"),
        ("displayName: x", "spec.objectives[0].target is missing"),
        (
            "targetPercent: 0.999",
            "spec.objectives[0].targetPercent is 0.999, which looks like a fraction, not a percentage",
        ),
        (
            "targetPercent: 101",
            "spec.objectives[0].targetPercent is 101, but a percentage must be above 0 and at most 100",
        ),
        ("{target: 0.99, targetPercent: 98}", "spec.objectives[0] has a target and a targetPercent that differ"),
        ("target: ${TARGET}", "spec.objectives[0].target is the placeholder '${TARGET}'"),
        ("target: 0.12345678901234567", "spec.objectives[0].target has more than 15 significant digits"),
        ("nothing", "spec.objectives[0].target is missing"),
    ],
)
def test_nobody_guesses_about_a_target(imported: Import, target: str, reason: str) -> None:
    values = facts(imported("openslo", slo(target)), "payments")
    assert values["slos/availability/target"] == f"target: {reason}"


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ("{duration: 4w, isRolling: true}", "4w"),
        ("{duration: 24h, isRolling: true}", "1d"),
        ("{duration: 720h}", "30d"),
        ("{duration: 1M, isRolling: false, calendar: {startTime: 2020-01-21 12:30:00}}", "calendar-month"),
        ("{duration: 1M, calendar: {startTime: x}}", "calendar-month"),
        ("{unit: Day, count: 30, isRolling: true}", "30d"),
        ("{unit: Week, count: 1, isRolling: false}", "1w"),
        ("{unit: Month, count: 1, isRolling: false}", "calendar-month"),
    ],
)
def test_windows(imported: Import, window: str, expected: str) -> None:
    assert facts(imported("openslo", slo(window=window)), "payments")["slos/availability/window"] == expected


@pytest.mark.parametrize(
    ("window", "reason"),
    [
        ("{duration: 1m}", "'1m', which may mean minutes or months"),
        ("{duration: 30m, isRolling: true}", "'30m', which may mean minutes or months"),
        ("{duration: 1M, isRolling: true}", "'1M', and months differ in length"),
        ("{duration: 2M, isRolling: false}", "'2M', and months differ in length"),
        ("{duration: 1Q}", "'1Q', which is not a whole number of days or weeks"),
        ("{duration: 1Y}", "'1Y', which is not a whole number of days or weeks"),
        ("{duration: 25h}", "'25h', which is not a whole number of days or weeks"),
        ("{duration: 30}", "'30', which is not a duration in days or weeks"),
        ("{duration: 0d}", "'0d', which is not a duration in days or weeks"),
        ("{duration: P30D}", "'P30D', which is not a duration in days or weeks"),
        ("{unit: Minute, count: 5}", "'5 minute', which is not a whole number of days or weeks"),
        ("{unit: Day, count: numeric}", "'numeric day', which is not a duration in days or weeks"),
        ("{unit: Day}", "is missing"),
        ("{}", "spec.timeWindow[0].duration is missing"),
        ("5", "spec.timeWindow[0].duration is missing"),
        ("{duration: 28d}\n        - {duration: 30d}", "spec.timeWindow holds 2 windows"),
    ],
)
def test_nobody_guesses_about_a_window(imported: Import, window: str, reason: str) -> None:
    value = facts(imported("openslo", slo(window=window)), "payments")["slos/availability/window"]
    assert value.startswith("window: ")
    assert value.endswith(reason)


def test_several_objectives_are_numbered(imported: Import) -> None:
    values = facts(imported("openslo", slo("target: 0.99\n        - targetPercent: 99.9")), "payments")
    assert values["slos/availability-1/target"] == "99"
    assert values["slos/availability-2/target"] == "99.9"


@pytest.mark.parametrize("version", ["openslo/v1", "openslo/v1alpha", "openslo.com/v2alpha", "openslo.com/v2alpha1"])
def test_every_version(imported: Import, version: str) -> None:
    values = facts(imported("openslo", slo().replace("openslo/v1", version)), "payments")
    assert values["slos/availability/target"] == "99.95"


def test_a_service_carries_labels_for_its_slos(imported: Import) -> None:
    text = """
        apiVersion: openslo/v1
        kind: Service
        metadata: {name: payments, labels: {team: [fintech], tier: "1"}}
        ---
        apiVersion: openslo/v1
        kind: SLO
        metadata: {name: latency}
        spec: {service: payments, objectives: {target: 0.99}}
    """
    assert facts(imported("openslo", text), "payments") == {
        "name": "payments",
        "team": "fintech",
        "governance/ownership": "fintech",
        "slos/latency/name": "latency",
        "slos/latency/target": "target: spec.objectives is not a list",
        "tier": "1",
    }


def test_a_list_of_documents(imported: Import) -> None:
    text = """
        - {apiVersion: openslo/v1, kind: Service, metadata: {name: one}}
        - {apiVersion: openslo/v1, kind: Service, metadata: {name: Two Words}}
        - {apiVersion: openslo/v1, kind: DataSource, metadata: {name: three}}
    """
    collection = imported("openslo", text)
    assert list(collection.drafts) == ["one", "two-words"]
    assert [note.text for note in collection.drafts["two-words"].notes] == ["the name 'Two Words' becomes two-words"]
    assert [skip.what for skip in collection.skipped] == [
        "an OpenSLO DataSource, which is neither an SLO nor a Service"
    ]
