"""Rules of one's own: where they look, whom they are for, what they cost, and that they are rules like the others."""

from typing import Any

import pytest

from platform_gate.documents.document import DocumentError
from platform_gate.judging.result import Judged
from platform_gate.model import Context, LimitError, Subject, nowhere
from platform_gate.policy import loading
from platform_gate.subsystems import custom, custom_validation
from platform_gate.subsystems.custom import Limits, RulesStatus
from tests.hostile.product import AS_OF, check_files, policy_of
from tests.samples import manifest, own_policy

MANIFEST: dict[str, Any] = {
    "metadata": {"name": "web", "team": "shop", "labels": {"a/b": "slash", "c~d": "tilde", "7": "seven"}},
    "spec": {"slos": [{"name": "availability"}, {"name": "latency"}]},
}


def rule(**keys: Any) -> dict[str, Any]:
    return {"id": "org/one", "title": "One is wrong", "require": False} | keys


def objection(**keys: Any) -> str:
    """Where the rule is broken and how; empty where it holds."""
    exact = custom_validation.exactly(MANIFEST)
    custom_validation.start_counting(exact)
    found = Limits.parse([rule(**keys)]).rules[0].objection(exact)
    return f"{'/'.join(map(str, found.at))}: {found.message}" if found else ""


def subject(**keys: Any) -> Subject:
    words: dict[str, Any] = {
        "name": "web",
        "team": "shop",
        "tier": 1,
        "labels": {"domain": "media"},
        "path": "services/web.yaml",
    }
    return Subject(**(words | keys))


def failed(section: list[dict[str, Any]], who: Subject | None = None) -> list[str]:
    limits = Limits.parse(section)
    context = Context(AS_OF, nowhere, subject=who or subject())
    facts, problems = custom.read(MANIFEST, limits, context)
    assert problems == []
    return [check.rule.id for check in custom.check(facts, limits, context)]


@pytest.mark.parametrize(
    ("at", "value"),
    [
        ("/metadata/name", "web"),
        ("/metadata/labels/a~1b", "slash"),
        ("/metadata/labels/c~0d", "tilde"),
        ("/metadata/labels/7", "seven"),
        ("/spec/slos/0/name", "availability"),
        ("/spec/slos/1", {"name": "latency"}),
    ],
)
def test_a_pointer_leads_to_the_part_that_is_tested(at: str, value: object) -> None:
    assert objection(at=at, require={"const": value}) == ""
    assert objection(at=at, require={"const": "other"}).startswith(at[1:].replace("~1", "/").replace("~0", "~") + ": ")


def test_without_a_pointer_the_whole_manifest_is_tested() -> None:
    assert objection(require={"required": ["metadata", "spec"]}) == ""
    assert objection(require={"required": ["status"]}) == ": the key 'status' is missing"


@pytest.mark.parametrize(
    ("at", "where"),
    [
        ("/metadata/labels/absent", "metadata.labels.absent"),
        ("/spec/slos/2", "spec.slos.2"),
        ("/spec/slos/first", "spec.slos.first"),
        ("/spec/slos/²", "spec.slos.²"),
        ("/spec/slos/-", "spec.slos.-"),
        ("/metadata/name/deeper", "metadata.name.deeper"),
        ("/spec/cost/entries/0", "spec.cost"),
        ("/", ""),
    ],
)
def test_where_a_pointer_leads_nowhere_the_rule_is_broken(at: str, where: str) -> None:
    assert objection(at=at, require=True).endswith(f": there is no {where}")


def test_a_broken_rule_names_the_first_thing_and_counts_the_rest() -> None:
    require = {"properties": {"labels": {"additionalProperties": {"const": "x"}}}}
    assert objection(at="/metadata", require=require).endswith("(and 2 more problems)")


@pytest.mark.parametrize(
    ("match", "chosen"),
    [
        ({}, True),
        ({"tier": 1}, True),
        ({"tier": [2, 3]}, False),
        ({"team": "sh*"}, True),
        ({"name": ["api", "web"]}, True),
        ({"path": "services/**"}, True),
        ({"path": "other/**"}, False),
        ({"labels": {"domain": "media"}}, True),
        ({"labels": {"domain": ["a", "b"]}}, False),
        ({"tier": 1, "team": "core"}, False),
    ],
)
def test_a_rule_is_for_whom_its_match_says(match: dict[str, Any], *, chosen: bool) -> None:
    assert failed([rule(match=match)]) == (["org/one"] if chosen else [])


def test_a_rule_defined_twice_is_refused() -> None:
    with pytest.raises(LimitError, match="the rule 'org/one' is defined twice") as caught:
        Limits.parse([rule(), rule(id="org/two"), rule()])
    assert caught.value.at == (2, "id")


def test_a_schema_is_refused_at_its_place_in_the_policy() -> None:
    spec = "  rules:\n    - {id: org/a, title: A, require: true}\n    - id: org/b\n      title: B\n      require:\n"
    with pytest.raises(DocumentError) as caught:
        policy_of(own_policy(spec + "        properties: {name: {$ref: https://example.com/x}}\n").encode())
    assert caught.value.message == "./policy.yaml:10:35: a $ref must stay within the rule"


def test_points_count_once_a_rule() -> None:
    limits = Limits.parse([rule(points=2), rule(id="org/two", points=3), rule(id="org/three", require=True, points=9)])
    context = Context(AS_OF, nowhere, subject=subject())
    facts, _ = custom.read(MANIFEST, limits, context)
    broken = list(custom.check(facts, limits, context))
    charges = list(custom.points(broken + broken, limits))
    assert [(charge.points, charge.key) for charge in charges] == [
        (2, ("rules", 0, "points")),
        (3, ("rules", 1, "points")),
    ]
    assert custom.most_points(limits) == 14
    assert custom.status(facts, broken, limits) is RulesStatus.BROKEN
    assert custom.status(facts, [], limits) is RulesStatus.KEPT
    assert custom.describe(facts, limits)["rules"][2] == {"id": "org/three", "kept": True}


def test_rules_hold_no_data_relax_nothing_and_look_at_what_people_declare() -> None:
    applied = custom.read(MANIFEST, Limits.parse([rule()]), Context(AS_OF, nowhere))[0]
    assert custom.declared(applied, "") == applied != []
    assert not custom.has_data([])
    assert list(custom.relaxations([], [])) == []
    assert Limits.default().rules == ()


# the same, through a policy and a manifest


def judge(spec: str, text: str = "") -> Judged:
    text = text or manifest(slos="slos: [{name: a, target: 99, current: 99.5, window: 7d}, {name: b, target: 9}]")
    outcome = check_files([("services/web.yaml", text.encode())], policy_of(own_policy(spec).encode()))
    assert outcome.run.findings == ()
    return outcome.run.services[0]


WINDOW = """  rules:
    - id: org/window
      title: The window is not the usual one.
      help: Set `window` to 30d.
      points: 2
      at: /spec/slos/0/window
      require: {const: 30d}
"""


def test_a_broken_rule_is_a_finding_at_the_value_that_breaks_it() -> None:
    found = next(finding for finding in judge(WINDOW).findings if finding.rule == "org/window")
    assert (found.location.line, found.location.column, found.pointer) == (5, 55, "/spec/slos/0/window")
    assert found.message == "The window is not the usual one: expected \"30d\", found the string '7d'"
    assert (found.fix, found.points, found.severity, found.subsystem) == ("Set `window` to 30d.", 2, "error", "rules")


def test_a_key_that_a_rule_does_not_allow_is_a_finding_at_the_key() -> None:
    strict = "{id: org/keys, title: Keys, at: /spec/slos/0, require: {propertyNames: {enum: [name, current]}}}"
    text = manifest(slos="slos: [{name: a, target: 9, current: 99}]")
    (found,) = judge(f"  rules: [{strict}]\n", text).findings
    assert (found.location.column, found.location.end_column) == (20, 26)


def test_a_rule_without_help_says_how_to_write_it() -> None:
    spec = WINDOW.replace("      help: Set `window` to 30d.\n", "").replace("{const: 30d}", "{enum: [30d, 4w]}")
    found = next(finding for finding in judge(spec).findings if finding.rule == "org/window")
    assert found.fix == 'Write "30d" or "4w".'


def test_points_of_ones_own_rules_decide_as_all_points_do() -> None:
    judgement = judge(WINDOW, manifest()).judgement
    assert judgement.health == "degraded"
    assert (judgement.scored["rules"].points, judgement.points) == (2, 2)


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ("", "warning"),
        ("      severity: note\n", "note"),
        ("      severity: error\n", "warning"),
        ("      points: 1\n", "warning"),
        ("      severity: note\n      points: 1\n", "warning"),
        ("  severities: {org/window: note}\n", "note"),
    ],
)
def test_on_a_service_that_passes_a_rule_warns_at_most(more: str, shown: str) -> None:
    judged_ = judge(WINDOW.replace("      points: 2\n", "") + more, manifest())
    assert judged_.judgement.health == "healthy"
    assert [finding.severity for finding in judged_.findings] == [shown]


def test_a_rule_that_costs_nothing_leaves_a_healthy_service_alone() -> None:
    spec = WINDOW.replace("points: 2", "points: 0")
    assert judge(spec, manifest()).judgement.health == "healthy"
    failing = judge(spec + "  gate: {fail_on: [org/window]}\n", manifest())
    assert failing.judgement.failing
    assert [finding.severity for finding in failing.findings] == ["error"]


def test_a_rule_that_is_off_says_and_costs_nothing() -> None:
    off = judge(WINDOW + '  severities: {org/window: "off"}\n', manifest())
    assert (off.findings, off.judgement.points, off.judgement.health) == ((), 0, "healthy")


def test_a_parents_rules_come_first_and_an_override_may_turn_one_off() -> None:
    child = own_policy(
        "  extends: ./base.yaml\n  rules: [{id: org/two, title: Two, require: false, points: 1}]\n"
        '  overrides: [{match: {team: shop}, spec: {severities: {org/two: "off"}}}]\n'
    )
    files = {"./policy.yaml": child, "base.yaml": own_policy(WINDOW)}
    loaded = loading.load("./policy.yaml", lambda path: (files[path].encode(), path))
    assert [own.rule.id for own in loaded.base().limits["rules"].rules] == ["org/window", "org/two"]
    outcome = check_files([("a.yaml", manifest().encode()), ("b.yaml", manifest("api", "core").encode())], loaded)
    points = {each.name: each.judgement.scored["rules"].points for each in outcome.run.services}
    assert points == {"web": 2, "api": 3}


def test_an_unused_rule_adds_no_subsystem_to_the_report() -> None:
    assert "rules" not in judge("  {}\n").judgement.scored
    assert judge(WINDOW + "      match: {team: nobody}\n").judgement.scored["rules"].status == "kept"
