import pytest

from tests.importers.conftest import Import, facts

SLO = """
    apiVersion: pyrra.dev/v1alpha1
    kind: ServiceLevelObjective
    metadata:
      name: api-errors
      labels: {prometheus: k8s, pyrra.dev/team: traffic, SERVICE}
    spec:
      target: "99.5"
      window: 4w
      indicator: {ratio: {errors: {metric: 'x{code=~"5.."}'}, total: {metric: x}}}
"""


def test_labels_name_service_and_team(imported: Import) -> None:
    assert facts(imported("pyrra", SLO.replace("SERVICE", "pyrra.dev/service: api")), "api") == {
        "name": "api",
        "team": "traffic",
        "governance/ownership": "traffic",
        "slos/api-errors/name": "api-errors",
        "slos/api-errors/target": "99.5",
        "slos/api-errors/window": "4w",
        "tier": "tier: no tier is given",
    }


def test_without_a_label_the_name_is_in_doubt(imported: Import) -> None:
    values = facts(imported("pyrra", SLO.replace(", SERVICE", "")), "api-errors")
    assert (
        values["name"] == "name: no label (pyrra.dev/service or service) names the service, so this is the SLO's name"
    )
    assert values["slos/api-errors/target"] == "99.5"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("99", "99"),
        ('"0.99"', "target: spec.target is 0.99, which looks like a fraction, not a percentage"),
        ('"{{ .Values.target }}"', "target: spec.target is the placeholder '{{ .Values.target }}'"),
        ("{{ .Values.target }}", "target: spec.target is a template that has not been rendered"),
    ],
)
def test_targets_are_percent(imported: Import, target: str, expected: str) -> None:
    text = SLO.replace("SERVICE", "service: api").replace('"99.5"', target)
    assert facts(imported("pyrra", text), "api")["slos/api-errors/target"] == expected


def test_a_kubernetes_list_is_unfolded(imported: Import) -> None:
    item = "{apiVersion: pyrra.dev/v1alpha1, kind: ServiceLevelObjective, metadata: {name: N, labels: {service: N}}}"
    text = f"{{apiVersion: v1, kind: List, items: [{item.replace('N', 'one')}, {item.replace('N', 'two')}, 5]}}"
    assert list(imported("pyrra", text).drafts) == ["one", "two"]
