import pytest

from tests.importers.conftest import Import, facts

V2 = """
    apiVersion: sre.google.com/v2
    kind: ServiceLevelObjective
    metadata:
      name: gae-app-availability
      labels: {service_name: gae, feature_name: app, slo_name: availability, team: web}
    spec:
      description: Availability of the app
      backend: cloud_monitoring
      service_level_indicator:
        filter_good: >
          project=${GAE_PROJECT_ID}
      goal: 0.999
"""
V1 = """
    ---
    service_name:     gae
    feature_name:     app
    slo_name:         availability
    slo_target:       0.999
    team:             web
    backend:
      class:          Stackdriver
      project_id:     ${STACKDRIVER_HOST_PROJECT_ID}
"""


@pytest.mark.parametrize("text", [V2, V1], ids=["v2", "v1"])
def test_both_versions(imported: Import, text: str) -> None:
    assert facts(imported("slo-generator", text), "gae") == {
        "name": "gae",
        "team": "web",
        "governance/ownership": "web",
        "slos/app-availability/name": "app-availability",
        "slos/app-availability/target": "99.9",
        "tier": "tier: no tier is given",
    }


@pytest.mark.parametrize(
    ("goal", "target"),
    [
        ("0.9995", "99.95"),
        ("99.9", "target: spec.goal is 99.9, but a fraction must be above 0 and at most 1"),
        ("${GOAL}", "target: spec.goal is the placeholder '${GOAL}'"),
    ],
)
def test_goals_are_fractions(imported: Import, goal: str, target: str) -> None:
    values = facts(imported("slo-generator", V2.replace("goal: 0.999", f"goal: {goal}")), "gae")
    assert values["slos/app-availability/target"] == target


def test_without_labels_there_is_no_name(imported: Import) -> None:
    collection = imported(
        "slo-generator", "{apiVersion: sre.google.com/v2, kind: ServiceLevelObjective, spec: {goal: 0.9}}"
    )
    assert [gap.why for draft in collection.nameless for gap in draft.gaps.values()] == [
        "metadata.labels.service_name is missing"
    ]


def test_a_shared_configuration_is_a_stranger(imported: Import) -> None:
    collection = imported("slo-generator", "backends: {}\nerror_budget_policies: {default: {steps: []}}\n")
    assert not collection.drafts
    assert [stranger.format for stranger in collection.strangers] == [""]
