from collections.abc import Callable
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.documents.document import Document, read
from platform_gate.importers import places
from platform_gate.importers.collection import Source, collect
from platform_gate.importers.combining import TierMap
from platform_gate.importers.drafts import Draft
from platform_gate.importers.drift import Drift, compare, synchronise
from platform_gate.importers.manifest_text import manifest

SOURCE = """\
    version: prometheus/v1
    service: payments
    labels: {owner: fintech, tier: "2"}
    slos:
      - {name: availability, objective: 99.95}
      - {name: latency, objective: 99}
"""
CATALOG = """\
    apiVersion: backstage.io/v1alpha1
    kind: Component
    metadata: {name: payments, links: [{type: runbook, url: "https://wiki.example.com/p"}]}
    spec: {type: service, owner: fintech}
"""


def drafted(*sources: str) -> Draft:
    forms = [
        ("sloth" if "prometheus/v1" in text else "backstage" if "backstage" in text else "openslo") for text in sources
    ]
    files = [Source(form, f"{form}.yaml", dedent(text).encode()) for form, text in zip(forms, sources, strict=True)]
    return collect(files, TierMap()).drafts["payments"]


def everything(_path: str) -> bool:
    return True


def one(text: str) -> Document:
    (document,) = read(dedent(text).encode(), "services/payments.yaml")
    return document


def updated(text: str, draft: Draft, covers: Callable[[str], bool] = everything) -> tuple[str, list[str]]:
    drift = compare(one(text), draft, covers)
    return places.apply(dedent(text), drift.edits), [leftover.message for leftover in drift.leftovers]


def first(draft: Draft) -> str:
    return manifest(draft, "1.0.0")


def test_what_was_just_imported_has_not_drifted() -> None:
    draft = drafted(SOURCE, CATALOG)
    assert compare(one(first(draft)), draft, everything) == Drift()


def test_imported_values_change_at_their_places_and_every_other_byte_stays() -> None:
    text = first(drafted(SOURCE)).replace(
        "  tier: 2  # from sloth.yaml\n", "  # Ours:\n  tier:   2    # from sloth.yaml\n\n"
    )
    text = text.replace("    - name: latency", "      current: 99.9  # by hand\n    - name: latency")
    new = drafted(SOURCE.replace("99.95", "99.9").replace('"2"', '"1"').replace("fintech", "money"))
    expected = text.replace("99.95", "99.9").replace("tier:   2 ", "tier:   1 ").replace("fintech", "money")
    assert updated(text, new) == (expected, [])


def test_what_somebody_wrote_is_never_touched() -> None:
    text = first(drafted(SOURCE)).replace("target: 99.95  # from sloth.yaml", "target: 99.5  # agreed with sales")
    assert updated(text, drafted(SOURCE.replace("99.95", "99"))) == (text, [])


def test_what_another_file_says_is_not_touched() -> None:
    text = first(drafted(SOURCE))
    new = drafted(SOURCE.replace("99.95", "99"))
    assert updated(text, new, lambda path: path != "sloth.yaml") == (text, [])


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_new_slos_and_evidence_are_added(end: str) -> None:
    text = first(drafted(SOURCE.replace("      - {name: latency, objective: 99}\n", ""))).replace("\n", end)
    new, leftovers = updated(text, drafted(SOURCE, CATALOG))
    assert leftovers == []
    assert (
        new
        == first(drafted(SOURCE, CATALOG))
        .replace("\n", end)
        .replace(f"    runbook: https://wiki.example.com/p  # from backstage.yaml{end}", "")
        + f"    runbook: https://wiki.example.com/p  # from backstage.yaml{end}"
    )


def test_comments_of_the_last_slo_stay_with_it() -> None:
    text = first(drafted(SOURCE)).replace("  governance:", "      # About latency.\n  governance:")
    more = SOURCE.rstrip() + "\n      - {name: third, objective: 98}\n"
    assert "      # About latency.\n    - name: third  # from sloth.yaml\n" in updated(text, drafted(more))[0]


@pytest.mark.parametrize(
    "source", [CATALOG.replace("fintech", "TODO"), CATALOG], ids=["without-an-owner", "with-an-owner"]
)
def test_gaps_are_filled_in(source: str) -> None:
    draft = drafted(source.replace('links: [{type: runbook, url: "https://wiki.example.com/p"}]', ""))
    new, leftovers = updated(first(draft), drafted(source.replace("TODO", "fintech"), SOURCE))
    assert leftovers == []
    assert one(new).data == one(first(drafted(CATALOG, SOURCE))).data
    assert "fill in" not in new


def test_an_empty_spec_is_filled_in() -> None:
    source = "apiVersion: openslo/v1\nkind: Service\nmetadata: {name: payments}\n"
    text = first(drafted(source))
    assert "spec: {}  # fill in" in text
    new, _ = updated(text, drafted(source, SOURCE))
    assert one(new).data == one(first(drafted(source, SOURCE))).data


def test_a_window_replaces_its_gap() -> None:
    slo = """\
        apiVersion: openslo/v1
        kind: SLO
        metadata: {name: availability, labels: {team: a, tier: "1"}}
        spec: {service: payments, objectives: [{target: 0.99}], timeWindow: [{duration: 1m}]}
    """
    better = drafted(slo.replace("1m", "28d"))
    assert updated(first(drafted(slo)), better) == (first(better), [])


def test_a_tier_that_somebody_chose_stays() -> None:
    text = first(drafted(CATALOG)).replace("tier: 1  #", "tier: 3  #")
    assert "tier: 3  # fill in" in updated(text, drafted(CATALOG, SOURCE))[0]


def test_what_no_descriptor_says_any_more_is_left_to_people() -> None:
    text = first(drafted(SOURCE))
    assert updated(text, drafted(SOURCE.replace("      - {name: latency, objective: 99}\n", ""))) == (
        text,
        [
            "no descriptor has the name of latency any more; it came from sloth.yaml",
            "no descriptor has the target of latency any more; it came from sloth.yaml",
        ],
    )


def test_contradictions_are_left_to_people() -> None:
    text = first(drafted(SOURCE))
    assert updated(text, drafted(SOURCE, CATALOG.replace("fintech", "platform")))[1] == [
        "the descriptors contradict one another: sloth.yaml:3 says fintech, backstage.yaml:4 says platform",
        "no descriptor has the ownership any more; it came from sloth.yaml",
    ]


def test_a_service_that_nobody_describes_any_more() -> None:
    document = one(first(drafted(SOURCE)))
    (leftover,) = compare(document, None, everything).leftovers
    assert str(leftover.origin) == "services/payments.yaml:5"
    assert leftover.message == "no descriptor describes payments any more"


def test_a_manifest_without_imported_values_is_left_alone() -> None:
    text = """\
        apiVersion: platform-gate/v1
        kind: Service
        metadata: {name: payments, team: a}
        spec: {}
    """
    assert compare(one(text), drafted(SOURCE), everything) == Drift()
    assert compare(one(text), None, everything) == Drift()


def test_brackets_are_changed_in_place_and_not_added_to() -> None:
    text = """\
        apiVersion: platform-gate/v1
        kind: Service
        metadata:
          {name: payments, team: fintech}  # from sloth.yaml
        spec:
          slos: [{name: availability, target: 98}]  # from sloth.yaml
          governance: {ownership: fintech}
    """
    new, leftovers = updated(text, drafted(SOURCE, CATALOG))
    assert "slos: [{name: availability, target: 99.95}]  # from sloth.yaml" in new
    assert leftovers == [
        "latency can't be added to slos, which is not in block style",
        "runbook can't be added to governance, which is not in block style",
    ]


@pytest.mark.parametrize(
    "body",
    [
        "metadata: 5\nspec: {}",
        "metadata: {name: payments}\nspec: []",
        "metadata: {name: payments}  # from a\nspec: 5",
        "metadata:\n  name: payments  # from a\n",
        "metadata:\n  name: payments  # from a\nspec:\n  slos: 5\n  governance: []",
        "metadata:\n  name: payments  # from a\nspec:\n  slos:\n  governance:\n",
        "metadata:\n  name: payments  # from a\nspec:\n  slos: [5, {name: 3}, {}]",
        "metadata:\n  name: payments  # from a\nspec:\n",
    ],
)
def test_odd_manifests_are_no_trouble(body: str) -> None:
    (document,) = read(f"apiVersion: platform-gate/v1\nkind: Service\n{body}\n".encode(), "a.yaml")
    drift = compare(document, drafted(SOURCE), everything)
    read(places.apply(document.text, drift.edits).encode(), "a.yaml")


@given(
    names=st.lists(st.sampled_from("abcdef"), unique=True, min_size=1),
    later=st.lists(st.sampled_from("abcdef"), unique=True, min_size=1),
    targets=st.lists(st.decimals(min_value="1.01", max_value=100, places=3), min_size=12, max_size=12),
)
def test_after_an_update_nothing_is_left_to_update(names: list[str], later: list[str], targets: list[object]) -> None:
    def source(chosen: list[str], offset: int) -> str:
        slos = [f"{{name: {name}, objective: {targets[offset + number]}}}" for number, name in enumerate(chosen)]
        return f"version: prometheus/v1\nservice: payments\nlabels: {{owner: a}}\nslos: [{', '.join(slos)}]\n"

    after = drafted(source(later, 6))
    text, _ = updated(first(drafted(source(names, 0))), after)
    assert compare(one(text), after, everything).edits == ()
    written = {slo["name"]: slo["target"] for slo in one(text).data["spec"]["slos"]}
    wanted = {name: float(str(targets[6 + number])) for number, name in enumerate(later)}
    assert wanted.items() <= written.items()


def test_synchronise_names_services_without_a_manifest() -> None:
    drafts = {"payments": drafted(SOURCE), "other": drafted(CATALOG)}
    text = first(drafts["payments"])
    result = synchronise([one(text.replace("99.95", "98"))], drafts, everything)
    assert result.texts == {"services/payments.yaml": (text.replace("99.95", "98"), text)}
    assert result.missing == ("other",)
    assert result.leftovers == ()


def test_a_new_section_comes_behind_the_comments_of_the_last_slo() -> None:
    slo = """\
        apiVersion: openslo/v1
        kind: SLO
        metadata: {name: availability, labels: {TEAM}}
        spec: {service: payments, objectives: [{target: 0.99}], timeWindow: [{duration: 1m}]}
    """
    before, after = (
        drafted(slo.replace("{TEAM}", "{tier: '1'}")),
        drafted(slo.replace("{TEAM}", "{tier: '1', team: a}")),
    )
    assert updated(first(before), after) == (first(after), [])
