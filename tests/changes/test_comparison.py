"""Two runs to what changed: transitions, origins, causes, what lowers the bar, and which services decide."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from platform_gate.changes import comparison as compare
from platform_gate.changes import previews, relaxations
from platform_gate.changes.comparison import Cause, Change, Comparison, FindingOrigin, Sides, Transition
from platform_gate.changes.relaxations import Lowered
from platform_gate.judging import waivers
from platform_gate.judging.runner import Run
from platform_gate.judging.waivers import Waiver
from platform_gate.model import Finding, HealthStatus, Location, Scope
from platform_gate.policy import loading
from platform_gate.policy.loading import Policy
from platform_gate.repository.config import Config
from platform_gate.subsystems import catalogue
from tests.samples import BREACHED, DAY, SECTIONS, check_folder, manifest, own_policy, write

LOW = "reliability: {uptime_pct: 99.5, mttr_minutes: 20, incidents_30d: 3, change_failure_rate_pct: 5}"
LOWER = "reliability: {uptime_pct: 98, mttr_minutes: 90, incidents_30d: 9, change_failure_rate_pct: 50}"
WEB = "services/web.yaml"


class Compare:
    """Compares two small repositories."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._spec = "  gate: {help: x}\n"

    def under(self, spec: str) -> "Compare":
        self._spec = spec
        return self

    def run(self, side: str, files: Mapping[str, str]) -> Run:
        root = write(self._folder / side, {".git/x": "", "policy.yaml": own_policy(self._spec), **files})
        return check_folder(root, reference=str(root / "policy.yaml")).run

    def __call__(self, before: Mapping[str, str], after: Mapping[str, str]) -> Sides:
        changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
        return Sides(self.run("base", before), self.run("head", after), frozenset(changed))

    def web(self, before: str, after: str) -> Transition:
        return compare.transitions(self({WEB: before}, {WEB: after}))["web"]


@pytest.fixture
def sides(tmp_path: Path) -> Compare:
    return Compare(tmp_path)


def findings_of(transition: Transition) -> Sequence[Finding]:
    assert transition.after is not None
    return transition.after.findings


def health_of(transition: Transition) -> HealthStatus:
    assert transition.after is not None
    return transition.after.judgement.health


def test_what_becomes_of_services(sides: Compare) -> None:
    found = compare.transitions(
        sides(
            {"services/a.yaml": manifest("a"), "services/b.yaml": manifest("b"), "services/c.yaml": manifest("c")}
            | {"services/d.yaml": manifest("d"), "services/e.yaml": "odd"},
            {
                "services/a.yaml": manifest("a") + "# x\n",
                "services/b2.yaml": manifest("b"),
                "services/f.yaml": manifest("f"),
            }
            | {"services/d.yaml": manifest("d", slos=BREACHED), "services/e.yaml": manifest("e")},
        )
    )
    assert {name: str(each.change) for name, each in found.items()} == {
        "a": "same",
        "b": "renamed",
        "c": "removed",
        "d": "changed",
        "e": "changed",
        "f": "added",
    }
    befores = {
        name: (each.health_before and str(each.health_before), each.points_before) for name, each in found.items()
    }
    assert befores["d"] == ("healthy", 0)
    assert befores["e"] == ("unknown", None)
    assert befores["f"] == (None, None)


def test_a_service_whose_manifest_the_head_spoils_is_not_gone(sides: Compare) -> None:
    assert compare.transitions(sides({WEB: manifest()}, {WEB: "odd"})) == {}


def test_a_finding_is_the_same_wherever_it_moves(sides: Compare) -> None:
    other = BREACHED.replace("[{", "[{name: latency, target: 99, current: 98}, {")
    web = sides.web(manifest(slos=BREACHED), "# moved\n" + manifest(slos=other))
    origins = {each.subject: web.origin(each) for each in findings_of(web)}
    assert origins == {"latency": FindingOrigin.INTRODUCED, "availability": FindingOrigin.STANDING}


@pytest.mark.parametrize(
    ("before", "after", "cause"),
    [
        ({}, {"slos": BREACHED}, Cause.MEASURED),
        ({}, {"slos": SECTIONS["slos"].replace("target: 99.9", "target: 99.99")}, Cause.DECLARED),
        ({}, {"reliability": LOWER}, Cause.MEASURED),
        ({}, {"cost": SECTIONS["cost"].replace("900", "1100")}, Cause.MEASURED),
        ({}, {"cost": SECTIONS["cost"].replace("1000", "800")}, Cause.DECLARED),
        ({}, {"governance": SECTIONS["governance"].replace("runbook: a.md", "runbook: false")}, Cause.DECLARED),
        ({}, {"slos": ""}, Cause.DECLARED),
    ],
)
def test_causes(sides: Compare, before: dict[str, str], after: dict[str, str], cause: Cause) -> None:
    web = sides.web(manifest(**before), manifest(**after))
    introduced = [each for each in findings_of(web) if web.origin(each) is FindingOrigin.INTRODUCED]
    assert {web.cause(each) for each in introduced} == {cause}


BOTH, DECLARED = ("declared", "measured"), ("declared",)


@pytest.mark.parametrize(
    ("before", "after", "regressions", "decides"),
    [
        ({}, {"slos": BREACHED}, BOTH, True),
        ({}, {"slos": BREACHED}, DECLARED, False),
        ({}, {"slos": SECTIONS["slos"].replace("99.9,", "99.99,")}, DECLARED, True),
        ({"slos": BREACHED}, {}, BOTH, False),
        ({"slos": BREACHED}, {"slos": BREACHED.replace("99.5", "99.1")}, BOTH, False),
        ({"slos": BREACHED}, {"slos": BREACHED.replace("99.9", "99.8")}, BOTH, True),
        ({"reliability": LOW}, {"reliability": LOWER}, BOTH, True),
        # The same finding, which costs more: a measurement all the same.
        ({"reliability": LOW}, {"reliability": LOWER}, DECLARED, False),
        # What has no consequences says nothing about the cause of what has.
        ({}, {"slos": BREACHED, "cost": SECTIONS["cost"].replace("1000", "950")}, DECLARED, False),
    ],
)
def test_what_regresses(
    sides: Compare, before: dict[str, str], after: dict[str, str], regressions: Sequence[str], *, decides: bool
) -> None:
    assert sides.web(manifest(**before), manifest(**after)).regressed(regressions) is decides


def test_a_service_that_newly_fails_by_a_rule_regresses(sides: Compare) -> None:
    under = sides.under("  gate: {fail_on: [cost/spiking]}\n")
    entries = '{budget_monthly: 1000, entries: [{month: "2026-09", amount: 500}, {month: "2026-10", amount: %d}]}'
    web = under.web(manifest(cost="cost: " + entries % 510), manifest(cost="cost: " + entries % 900))
    assert web.health_before == health_of(web)
    assert web.worsened
    assert not under.web(manifest(cost="cost: " + entries % 900), manifest(cost="cost: " + entries % 950)).worsened


def decided(sides: Sides, scope: Scope) -> set[str]:
    comparison = Comparison("main", "0" * 40, compare.transitions(sides), (), (), frozenset())
    return {each.name for each in sides.head.services if comparison.decides(each, scope)}


def test_scopes(sides: Compare) -> None:
    before = {
        "services/red/service.yaml": manifest("red", slos=BREACHED),
        "services/red/code/main.py": "one",
        "services/well.yaml": manifest("well"),
        "services/also.yaml": manifest("also"),
        "services/edited.yaml": manifest("edited"),
    }
    after = before | {
        "services/red/code/main.py": "two",
        "services/well.yaml": manifest("well", slos=BREACHED),
        "services/edited.yaml": manifest("edited") + "# x\n",
        "services/notes.txt": "no manifest's folder alone",
        "services/new.yaml": manifest("new"),
    }
    both = sides(before, after)
    assert decided(both, Scope.REGRESSED) == {"well", "new"}
    assert decided(both, Scope.TOUCHED) == {"well", "new", "red", "edited"}
    assert decided(both, Scope.ALL) == {"well", "new", "red", "edited", "also"}


def test_a_manifest_at_the_root_is_touched_by_itself_only(tmp_path: Path) -> None:
    root = write(tmp_path, {".git/x": "", "web.yaml": manifest()})
    run = check_folder(root, "web.yaml").run
    assert not compare.transitions(Sides(run, run, frozenset({"README.md"})))["web"].touched
    assert compare.transitions(Sides(run, run, frozenset({"web.yaml"})))["web"].touched


def test_what_could_not_be_judged_before_is_standing_while_it_is_the_same(sides: Compare) -> None:
    both = sides({WEB: "odd", "services/b.yaml": "odd"}, {WEB: "odd", "services/b.yaml": "odd\n"})
    fingerprints = {each.location.path: each.fingerprint for each in both.head.unjudged}
    assert compare.standing(both) == {fingerprints[WEB]}


def test_fixed_is_what_a_service_that_is_still_there_no_longer_has(sides: Compare) -> None:
    before = {WEB: manifest(slos=BREACHED), "services/gone.yaml": manifest("gone", slos=BREACHED)}
    found = compare.fixed(compare.transitions(sides(before, {WEB: manifest()})).values())
    assert [(each.service, each.finding.rule) for each in found] == [("web", "slo/breached")]


@pytest.mark.parametrize(
    ("metadata", "kinds"),
    [
        (("tier: 1", "tier: 2"), ["tier-lowered"]),
        (("", "tier: 3"), ["tier-lowered"]),
        (("tier: 2", "tier: 1"), []),
        (("", 'launches: "2026-12-24"'), ["launch-added"]),
        (('launches: "2026-12-24"', 'launches: "2027-01-24"'), ["launch-postponed"]),
        (('launches: "2026-12-24"', 'launches: "2026-12-01"'), []),
        (('launches: "2026-12-24"', ""), []),
    ],
)
def test_metadata_that_lowers_the_bar(sides: Compare, metadata: tuple[str, str], kinds: list[str]) -> None:
    web = sides.web(*(manifest(metadata=each) for each in metadata))
    assert [each.kind for each in web.relaxations] == kinds
    assert all(each.location.line == 3 for each in web.relaxations)


@pytest.mark.parametrize(
    ("sections", "kinds"),
    [
        ({"cost": ""}, ["section-removed"]),
        ({"cost": "cost: {}"}, ["budget-removed", "measurement-removed"]),
        ({"slos": "slos: []"}, ["slo-removed"]),
        ({"slos": SECTIONS["slos"].replace("target: 99.9", "target: 99")}, ["target-lowered"]),
        ({"reliability": "reliability: {uptime_pct: 99}"}, ["measurement-removed"] * 3),
        ({"governance": "governance: {}"}, ["evidence-removed"] * 5),
        ({"governance": SECTIONS["governance"].replace("runbook: a.md", "runbook: b.md")}, []),
    ],
)
def test_manifests_that_lower_the_bar(sides: Compare, sections: dict[str, str], kinds: list[str]) -> None:
    assert [each.kind for each in sides.web(manifest(), manifest(**sections)).relaxations] == kinds


def loaded(tmp_path: Path, name: str, spec: str) -> Policy:
    path = tmp_path / f"{name}.yaml"
    path.write_text(own_policy(spec, name))
    return loading.load(str(path), lambda file: (Path(file).read_bytes(), Path(file).name))


def override(team: str, spec: str) -> str:
    return f"    - {{match: {{team: {team}}}, reason: For {team}., spec: {spec}}}\n"


STRICT = override("a", "{slo: {breach_points: 3}}")
SOFT = override("b", "{slo: {breach_points: 0}}")


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("", SOFT, [("override-added", None, "For b.")]),
        ("", STRICT, []),
        (STRICT, "", [("override-removed", "For a.", None)]),
        (SOFT, "", []),
        (STRICT + SOFT, SOFT + STRICT, [("overrides-reordered", None, None)]),
        (STRICT, STRICT, []),
    ],
)
def test_overrides(tmp_path: Path, before: str, after: str, found: list[Any]) -> None:
    old, new = (
        loaded(tmp_path, name, "  overrides:\n" + text if text else "  overrides: []\n")
        for name, text in (("old", before), ("new", after))
    )
    assert [(each.kind, each.before, each.after) for each in relaxations.by_policy(old, new)] == found


def test_a_threshold_is_named_with_its_line(tmp_path: Path) -> None:
    old, new = loaded(tmp_path, "old", "  slo: {}\n"), loaded(tmp_path, "new", "  slo: {breach_points: 1}\n")
    (found,) = relaxations.by_policy(old, new)
    assert (found.pointer, found.before, found.after) == ("slo.breach_points", 2, 1)
    assert str(found.location) == "new.yaml:5:24"


def waiver(**keys: Any) -> Waiver:
    entry = {"service": "web", "rule": "cost/over-budget", "reason": "Why.", "approved_by": "lead"} | keys
    dates = {"granted": "2026-11-01", "expires": "2026-12-01"} | keys
    entry |= {key: f'"{dates[key]}"' for key in ("granted", "expires") if dates[key]}
    listed = ", ".join(f"{key}: {value}" for key, value in entry.items() if value is not None)
    text = f"apiVersion: platform-gate/v1\nkind: Waivers\nspec: {{waivers: [{{{listed}}}]}}\n"
    known = catalogue.catalogue(loading.default().limits)
    (found,) = waivers.load(text.encode(), "waivers.yaml", loading.default(), known, DAY)
    return found


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ([], {}, ["waiver-added"]),
        ([{}], {}, []),
        ([{}], {"reason": "Another."}, []),
        ([{}], {"expires": "2026-12-02"}, ["waiver-extended"]),
        ([{}], {"expires": "2026-11-30"}, []),
        ([{"granted": "2026-11-10"}], {}, ["waiver-extended"]),
        ([{}], {"service": "api"}, ["waiver-added"]),
        ([{}], {"service": None, "services": "[web, api]"}, ["waiver-added"]),
        ([{}, {"service": "api"}], {"service": None, "services": "[web, api]"}, []),
        ([{"limit": 6000}], {"limit": 6000}, []),
        ([{"limit": 6000}], {"limit": 7000}, ["waiver-extended"]),
        ([{"limit": 6000}], {"limit": 5000}, []),
        ([{"limit": 6000}], {}, ["waiver-extended"]),
        ([{}], {"limit": 5000}, []),
        ([{"rule": "slo/breached", "limit": 99}], {"rule": "slo/breached", "limit": 98}, ["waiver-extended"]),
        ([{"rule": "slo/breached", "limit": 99}], {"rule": "slo/breached", "limit": 99.5}, []),
        ([{"rule": "slo/breached"}], {"rule": "slo/breached", "subject": "availability"}, []),
        ([{"rule": "slo/breached", "subject": "availability"}], {"rule": "slo/breached"}, ["waiver-added"]),
    ],
)
def test_waivers(before: list[dict[str, Any]], after: dict[str, Any], kinds: list[str]) -> None:
    known = catalogue.catalogue(loading.default().limits)
    found = relaxations.by_waivers([waiver(**each) for each in before], [waiver(**after)], known)
    assert [each.kind for each in found] == kinds


def test_configuration() -> None:
    before, after = Config(scope="touched"), Config(scope="regressed", path=".platform-gate.yaml")
    found = list(relaxations.by_configuration(before, after, ["services/a.yaml"]))
    assert [(each.kind, each.before, each.after) for each in found] == [
        ("configuration-narrowed", "services/a.yaml", None),
        ("scope-narrowed", "touched", "regressed"),
    ]
    assert list(relaxations.by_configuration(after, before, [])) == []


@pytest.mark.parametrize(
    ("pointer", "before", "after", "words"),
    [
        ("/spec/slos/0/target", 99.9, 99.5, "a thing: 99.9 -> 99.5"),
        ("", "x", None, "a thing: x"),
        ("", None, "2026-12-01", "a thing: 2026-12-01"),
        ("", None, None, "a thing"),
        ("", "docs/a.md", False, "a thing: docs/a.md -> false"),
        ("", "docs/a.md", "docs/a.md", "a thing: docs/a.md"),
        ("gate.fail_on", ["a", "b"], [], "a thing (gate.fail_on): [a, b] -> []"),
        ("x", {"message": "m"}, None, "a thing (x): removed"),
        ("x", {"below": 50}, [{"score": 5}], "a thing (x): {below: 50} -> [{score: 5}]"),
    ],
)
def test_in_words(pointer: str, before: Any, after: Any, words: str) -> None:
    assert str(Lowered("a-thing", "web", pointer, before, after, Location("x"))) == words


def test_a_day_is_a_day() -> None:
    assert waiver().expires == date(2026, 12, 1)
    assert relaxations.terms(waiver(limit=5)) == "2026-12-01, up to 5"


def test_previews_name_who_flips(sides: Compare) -> None:
    head = sides.run("head", {WEB: manifest(slos=BREACHED), "services/b.yaml": manifest("b")})
    merged = sides.under("  slo: {breach_points: 0}\n").run(
        "merged", {WEB: manifest(slos=BREACHED), "services/b.yaml": manifest("b")}
    )
    found = [(each.service, str(each.health), str(each.merged)) for each in previews.previews(head, merged)]
    assert found == [("web", "degraded", "healthy")]
    assert Change("same") is Change.SAME
