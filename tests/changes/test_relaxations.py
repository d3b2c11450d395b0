"""What lowers the bar: in manifests, in policies, by waivers, by configuration."""

from datetime import date
from pathlib import Path

import pytest

from platform_gate.changes import relaxations
from platform_gate.changes.relaxations import Lowered
from platform_gate.judging import waivers
from platform_gate.judging.result import Judged
from platform_gate.judging.waivers import Waiver
from platform_gate.model import Location
from platform_gate.policy import loading
from platform_gate.policy.loading import Policy
from platform_gate.repository.config import Config
from tests.hostile.product import policy_of, shipped
from tests.samples import BREACHED, check_folder, manifest, own_policy, write

WEB = "services/web.yaml"


def judge_one(folder: Path, text: str) -> Judged:
    [judged] = check_folder(write(folder, {".git/x": "", WEB: text})).run.services
    return judged


def from_manifest(folder: Path, before: str, after: str) -> list[Lowered]:
    return list(relaxations.by_manifest(judge_one(folder / "base", before), judge_one(folder / "head", after)))


# manifests


@pytest.mark.parametrize(
    ("before", "after", "kind", "values"),
    [
        ("tier: 1", "tier: 3", "tier-lowered", (1, 3)),
        ("", "tier: 2", "tier-lowered", (1, 2)),
        ("", 'launches: "2026-12-24"', "launch-added", (None, "2026-12-24")),
        ('launches: "2026-12-01"', 'launches: "2026-12-24"', "launch-postponed", ("2026-12-01", "2026-12-24")),
    ],
)
def test_metadata_that_asks_less(
    tmp_path: Path, before: str, after: str, kind: str, values: tuple[object, object]
) -> None:
    lowered = from_manifest(tmp_path, manifest(metadata=before), manifest(metadata=after))
    assert (kind, *values) in [(each.kind, each.before, each.after) for each in lowered]


@pytest.mark.parametrize(
    ("before", "after"),
    [("tier: 3", "tier: 1"), ('launches: "2026-12-24"', 'launches: "2026-12-01"'), ('launches: "2026-12-24"', "")],
)
def test_metadata_that_asks_more_is_no_relaxation(tmp_path: Path, before: str, after: str) -> None:
    kinds = {each.kind for each in from_manifest(tmp_path, manifest(metadata=before), manifest(metadata=after))}
    assert kinds.isdisjoint({"tier-lowered", "launch-added", "launch-postponed"})


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("src/a/**", "", "paths-removed"),
        ("src/a/, lib", "src/a/", "paths-narrowed"),
        ("src/**", "src/a/**", "paths-narrowed"),
        ("src", "src/a, src/b", "paths-narrowed"),
        ("src/**", "src/*", "paths-narrowed"),
        ('"**/*.sql"', "db/*.sql", "paths-narrowed"),
        ("src/a/", "src/a/**", "paths-narrowed"),  # a submodule src/a is no longer among them
    ],
)
def test_fewer_paths_are_a_relaxation(tmp_path: Path, before: str, after: str, kind: str) -> None:
    old, new = (f"paths: [{paths}]" if paths else "" for paths in (before, after))
    [lowered] = from_manifest(tmp_path, manifest(metadata=old), manifest(metadata=new))
    assert (lowered.kind, lowered.pointer, lowered.location.line) == (kind, "/metadata/paths", 3)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "src/a"),
        ("src/a/**", "src/a"),
        ("src/a", "/src/a/"),
        ("src/a", "./src/a"),
        ("src/a/**, src/b", "src/**"),
        ("src/a/*/c", "src/a/"),
        ("lib, src", "src, lib"),
    ],
)
def test_other_words_for_the_same_paths_or_more_are_no_relaxation(tmp_path: Path, before: str, after: str) -> None:
    old, new = (f"paths: [{paths}]" if paths else "" for paths in (before, after))
    assert from_manifest(tmp_path, manifest(metadata=old), manifest(metadata=new)) == []


def test_a_lower_target_stands_at_its_line(tmp_path: Path) -> None:
    after = "slos: [{name: availability, target: 99, current: 99.5}]"
    [lowered] = from_manifest(tmp_path, manifest(slos=BREACHED), manifest(slos=after))
    assert (lowered.service, lowered.before, lowered.after) == ("web", 99.9, 99)
    assert (lowered.location.path, lowered.location.line) == (WEB, 5)


def test_a_section_that_is_gone_is_named_once(tmp_path: Path) -> None:
    lowered = from_manifest(tmp_path, manifest(), manifest(cost=""))
    assert [(each.kind, each.pointer, each.before) for each in lowered] == [("section-removed", "/spec/cost", "cost")]


def test_the_same_manifest_lowers_nothing(tmp_path: Path) -> None:
    assert from_manifest(tmp_path, manifest(), manifest()) == []


# policies

OVERRIDE = "  overrides: [{match: {team: [shop]}, reason: Trial, spec: {health: {critical_at: 9}}}]\n"
TIGHTER = "  overrides: [{match: {team: [shop]}, spec: {health: {critical_at: 3}}}]\n"
NO_BUDGET = "{match: {team: [a]}, spec: {cost: {over_budget_points: 0}}}"
SPIKES = "{match: {team: [b]}, spec: {cost: {spiking_points: 1}}}"
TWO = f"  overrides: [{NO_BUDGET}, {SPIKES}]\n"
SWAPPED = f"  overrides: [{SPIKES}, {NO_BUDGET}]\n"


def policy(spec: str) -> Policy:
    return policy_of(own_policy(spec).encode())


@pytest.mark.parametrize(
    ("before", "after", "lowered"),
    [
        ("  {}\n", "  health: {critical_at: 5}\n", ["policy-loosened health.critical_at"]),
        ("  health: {critical_at: 5}\n", "  {}\n", []),
        ("  {}\n", OVERRIDE, ["override-added overrides.0"]),
        (OVERRIDE, "  {}\n", []),
        (TIGHTER, "  {}\n", ["override-removed overrides.0"]),
        ("  {}\n", TIGHTER, []),
        (TWO, SWAPPED, ["overrides-reordered overrides"]),
        (TWO, TWO, []),
    ],
)
def test_a_policy_that_asks_less(before: str, after: str, lowered: list[str]) -> None:
    listed = relaxations.by_policy(policy(before), policy(after))
    assert [f"{each.kind} {each.pointer}" for each in listed] == lowered


def test_a_loosened_key_stands_at_the_line_that_sets_it() -> None:
    [lowered] = relaxations.by_policy(policy("  {}\n"), policy("  health: {critical_at: 5}\n"))
    assert (lowered.before, lowered.after, lowered.location.line) == (4, 5, 5)


# waivers


def waiver(**keys: object) -> Waiver:
    entry = {"service": "web", "rule": "cost/over-budget", "reason": "Why.", "approved_by": "lead"} | keys
    listed = ", ".join(f"{key}: {value}" for key, value in ({"expires": '"2026-12-20"'} | entry).items())
    text = f"apiVersion: platform-gate/v1\nkind: Waivers\nspec: {{waivers: [{{{listed}}}]}}\n"
    chosen = shipped()
    [loaded] = waivers.load(text.encode(), "w.yaml", chosen.base(), chosen.known_rules(), date(2026, 11, 23))
    return loaded


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ({}, {}, None),
        ({}, {"expires": '"2026-12-21"'}, "waiver-extended"),
        ({}, {"expires": '"2026-12-19"'}, None),
        ({"granted": '"2026-12-01"'}, {"granted": '"2026-11-20"'}, "waiver-extended"),
        ({"limit": 5000}, {"limit": 6000}, "waiver-extended"),
        ({"limit": 5000}, {"limit": 4000}, None),
        ({"limit": 5000}, {}, "waiver-extended"),
        ({}, {"limit": 5000}, None),
        ({}, {"service": "other"}, "waiver-added"),
        ({}, {"rule": "slo/breached"}, "waiver-added"),
        ({"rule": "slo/breached", "subject": "latency"}, {"rule": "slo/breached"}, "waiver-added"),
        ({"rule": "slo/breached"}, {"rule": "slo/breached", "subject": "latency"}, None),
    ],
)
def test_a_waiver_that_allows_more(before: dict[str, object], after: dict[str, object], kind: str | None) -> None:
    lowered = list(relaxations.by_waivers([waiver(**before)], [waiver(**after)], shipped().known_rules()))
    assert [each.kind for each in lowered] == ([kind] if kind else [])


def test_terms_say_until_when_and_up_to_what() -> None:
    assert relaxations.terms(waiver()) == "2026-12-20"
    assert relaxations.terms(waiver(limit=5000)) == "2026-12-20, up to 5000"


def test_waivers_are_akin_if_one_is_about_what_the_other_excuses() -> None:
    general, narrow = waiver(rule="slo/breached"), waiver(rule="slo/breached", subject="latency")
    assert relaxations.are_akin(general, narrow)
    assert not relaxations.are_akin(narrow, general)
    assert not relaxations.are_akin(general, waiver(service="other", rule="slo/breached"))


# configuration


@pytest.mark.parametrize(
    ("before", "after", "narrowed"),
    [
        (None, "touched", True),
        ("touched", "regressed", True),
        ("regressed", "all", False),
        ("touched", "touched", False),
        ("all", None, False),
    ],
)
def test_a_scope_in_which_less_decides(before: str | None, after: str | None, *, narrowed: bool) -> None:
    lowered = list(relaxations.by_configuration(Config(scope=before), Config(scope=after), []))
    assert [each.kind for each in lowered] == (["scope-narrowed"] if narrowed else [])


def test_manifests_that_are_no_longer_selected_are_named() -> None:
    [lowered] = relaxations.by_configuration(Config(), Config(path=".platform-gate.yaml"), ["services/old.yaml"])
    assert (lowered.kind, lowered.before, lowered.location.path) == (
        "configuration-narrowed",
        "services/old.yaml",
        ".platform-gate.yaml",
    )


# in words


@pytest.mark.parametrize(
    ("before", "after", "pointer", "words"),
    [
        (1, 3, "/metadata/tier", "tier lowered: 1 -> 3"),
        (None, True, "gate.x", "tier lowered (gate.x): true"),
        ({"a": 1}, None, "", "tier lowered: removed"),
        ({"a": [1, False]}, {"a": []}, "", "tier lowered: {a: [1, false]} -> {a: []}"),
        (None, None, "", "tier lowered"),
        (5, 5, "", "tier lowered: 5"),
    ],
)
def test_a_relaxation_in_words(before: object, after: object, pointer: str, words: str) -> None:
    assert str(Lowered("tier-lowered", "web", pointer, before, after, Location("x"))) == words


def test_the_default_policy_is_no_looser_than_itself() -> None:
    default = loading.load("default", loading.nothing_to_read)
    assert list(relaxations.by_policy(default, default)) == []
