import pytest

from tests.importers.conftest import Import, facts

ENTITY = """
    openapi: 3.0.1
    info:
      title: Funnel
      x-cortex-tag: funnel
      x-cortex-type: TYPE
      x-cortex-groups: [public, "tier-2"]
      x-cortex-owners:
        - {type: email, email: ada@example.com}
        - {type: group, name: growth, provider: CORTEX}
        - {type: GROUP, name: other, provider: OKTA}
      x-cortex-link:
        - {name: Runbook, type: RUNBOOK, url: "https://wiki.example.com/funnel"}
        - {name: Docs, type: DOCUMENTATION, url: /relative/readme.md}
      x-cortex-dashboards: {embeds: [{type: grafana, url: "https://grafana.example.com/d/1"}]}
    paths: {}
"""


def test_a_service(imported: Import) -> None:
    collection = imported("cortex", ENTITY.replace("TYPE", "service"))
    assert facts(collection, "funnel") == {
        "name": "funnel",
        "team": "growth",
        "governance/ownership": "growth",
        "governance/runbook": "https://wiki.example.com/funnel",
        "governance/monitoring": "https://grafana.example.com/d/1",
        "slos": "target: no SLO is given",
        "tier": "2",
    }
    assert [note.text for note in collection.drafts["funnel"].notes] == [
        "left out another owner, other",
        "left out the link '/relative/readme.md', which is not an http(s) address",
    ]


@pytest.mark.parametrize("kind", ["team", "domain", "resource", "custom-type"])
def test_other_types_are_skipped(imported: Import, kind: str) -> None:
    collection = imported("cortex", ENTITY.replace("TYPE", kind))
    assert not collection.drafts
    assert [skip.what for skip in collection.skipped] == [f"a Cortex {kind}, not a service"]


def test_a_team_without_a_type_is_skipped(imported: Import) -> None:
    text = "{openapi: 3.0.1, info: {title: A, x-cortex-tag: a, x-cortex-team: {members: []}}}"
    assert [skip.what for skip in imported("cortex", text).skipped] == ["a Cortex team, not a service"]


@pytest.mark.parametrize(
    ("owners", "reason"),
    [
        ("[{type: email, email: a@example.com}]", "info.x-cortex-owners lists no group"),
        ("[{type: group}]", "info.x-cortex-owners lists no group"),
        ("growth, platform", None),
        ("5", None),
        ("[]", "info.x-cortex-owners is a list, but text is expected"),
        ("", "info.x-cortex-owners is missing"),
    ],
)
def test_odd_owners(imported: Import, owners: str, reason: str | None) -> None:
    text = f"openapi: 3.0.1\ninfo:\n  x-cortex-tag: a\n  x-cortex-owners: {owners}\n"
    team = facts(imported("cortex", text), "a")["team"]
    assert team == (f"owner: {reason}" if reason else owners)


def test_plain_openapi_is_a_stranger(imported: Import) -> None:
    assert imported("cortex", "openapi: 3.0.1\ninfo: {title: A, version: '1'}\npaths: {}\n").strangers
