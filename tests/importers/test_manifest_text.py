from textwrap import dedent

from platform_gate.documents import document as documents
from platform_gate.documents import schema
from platform_gate.importers.manifest_text import manifest
from tests.importers.conftest import Import

COMPLETE = """
    version: prometheus/v1
    service: payments
    labels: {owner: Fin Tech, tier: "2"}
    slos:
      - {name: "99% of requests", objective: 99.95}
      - {name: latency, objective: 99}
"""


def test_a_complete_draft_is_a_valid_manifest(imported: Import) -> None:
    text = manifest(imported("sloth", COMPLETE).drafts["payments"], "1.2.3")
    assert text == dedent("""\
        # yaml-language-server: $schema=https://raw.githubusercontent.com/platform-gate/platform-gate/v1.2.3/schemas/service.schema.json
        apiVersion: platform-gate/v1
        kind: Service
        metadata:
          name: payments  # from a.yaml
          team: Fin Tech  # from a.yaml
          tier: 2  # from a.yaml
        spec:
          slos:
            - name: "99% of requests"  # from a.yaml
              target: 99.95  # from a.yaml
            - name: latency  # from a.yaml
              target: 99  # from a.yaml
    """)
    (document,) = documents.read(text.encode(), "payments.yaml")
    assert schema.validate(document.data, "service") == []


def test_gaps_say_what_to_fill_in(imported: Import) -> None:
    text = """
        apiVersion: openslo/v1
        kind: SLO
        metadata: {name: availability, labels: {team: TODO}}
        spec: {service: payments, objectives: [{target: 99.9}], timeWindow: [{duration: 1m}]}
    """
    lines = manifest(imported("openslo", text, path="slos/p.yaml").drafts["payments"], "1.0.0").splitlines()
    assert lines[5:] == [
        "  team:  # fill in: the team that owns the service (slos/p.yaml: metadata.labels.team is the placeholder 'TODO')",  # noqa: E501 - one line
        "  tier: 1  # fill in: 1 critical, 2 important or 3 best effort (slos/p.yaml: no tier is given)",
        "spec:",
        "  slos:",
        "    - name: availability  # from slos/p.yaml",
        "      target:  # fill in: the promised percentage, such as 99.9 (slos/p.yaml: spec.objectives[0].target is 99.9, but a fraction must be above 0 and at most 1)",  # noqa: E501 - one line
        "      # fill in: window, in days or weeks, such as 30d (slos/p.yaml: spec.timeWindow[0].duration is '1m', which may mean minutes or months)",  # noqa: E501 - one line
    ]


def test_a_manifest_with_gaps_is_read_and_names_them(imported: Import) -> None:
    text = manifest(imported("score", "apiVersion: score.dev/v1b1\nmetadata: {name: a}\n").drafts["a"], "1.0.0")
    (document,) = documents.read(text.encode(), "a.yaml")
    assert [problem.at for problem in schema.validate(document.data, "service")] == [("metadata", "team")]


def test_hidden_characters_of_a_path_are_spelled_out(imported: Import) -> None:
    draft = imported("sloth", COMPLETE, path="a\n\u202eb.yaml").drafts["payments"]
    (document,) = documents.read(manifest(draft, "1.0.0").encode(), "payments.yaml")
    assert document.data["metadata"]["name"] == "payments"


def test_without_slos_an_example_stands_in_a_comment(imported: Import) -> None:
    entity = (
        "{apiVersion: backstage.io/v1alpha1, kind: Component, metadata: {name: a}, spec: {type: service, owner: b}}"
    )
    text = manifest(imported("backstage", entity).drafts["a"], "1.0.0")
    assert text.endswith(
        "spec:\n"
        "  # fill in: at least one SLO, like this (a.yaml: no SLO is given)\n"
        "  # slos:\n  #   - name: availability\n  #     target: 99.9\n  #     window: 30d\n"
        "  governance:\n    ownership: b  # from a.yaml\n"
    )
