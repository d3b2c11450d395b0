from tests.importers.conftest import Import, facts


def test_a_workload_has_a_name_and_nothing_else(imported: Import) -> None:
    text = """
        apiVersion: score.dev/v1b1
        metadata: {name: hello-world}
        containers: {web: {image: "nginx:${resources.tag}"}}
    """
    assert facts(imported("score", text), "hello-world") == {
        "name": "hello-world",
        "team": "owner: no owner is given",
        "slos": "target: no SLO is given",
        "tier": "tier: no tier is given",
    }


def test_a_placeholder_is_no_name(imported: Import) -> None:
    collection = imported("score", "apiVersion: score.dev/v1b1\nmetadata: {name: <workload>}\n")
    assert [gap.why for draft in collection.nameless for gap in draft.gaps.values()] == [
        "metadata.name is the placeholder '<workload>'"
    ]
