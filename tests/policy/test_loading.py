"""A policy document to typed limits: extends, overrides, the origin of every value, and errors in their place."""

from typing import Any

import pytest

from platform_gate.documents.document import DocumentError
from platform_gate.model import At, GateError, Severity, Subject
from platform_gate.policy import loading
from platform_gate.policy.gate import Choice
from platform_gate.policy.limits import Effective
from platform_gate.policy.loading import Policy, Source
from platform_gate.subsystems.catalogue import INVALID
from platform_gate.subsystems.slo.rules import BREACHED, LOW_BUDGET

HEAD = "apiVersion: platform-gate/v1\nkind: Policy\nspec:\n"
PAYMENTS = Subject("payments", "fintech", 1, {"domain": "commerce"}, "services/payments.yaml")


def load(reference: str = "policy.yaml", **specs: str) -> Policy:
    """A policy from files named by keyword: ``load("a/b.yaml", **{"a/b.yaml": spec})``. Line 4 is a spec's first."""
    files = {path: HEAD + spec for path, spec in specs.items()}

    def read(path: str) -> tuple[bytes, str]:
        if path not in files:
            raise GateError(f"no file {path}")
        return files[path].encode(), f"shown/{path}"

    return loading.load(reference, read)


def one(spec: str) -> Policy:
    return load(**{"policy.yaml": spec})


def refused(spec: str) -> tuple[str, str]:
    """Message with its place, and the fix."""
    with pytest.raises(DocumentError) as caught:
        one(spec)
    return caught.value.message, caught.value.fix


def overriding(*overrides: str) -> Policy:
    """Line 5 holds the first override, line 6 the next."""
    return one("  overrides:\n" + "".join(f"    - {override}\n" for override in overrides))


def breach_points(effective: Effective) -> int:
    return effective.limits["slo"].breach_points  # type: ignore[no-any-return]


def test_the_default_policy_holds_the_seed_s_numbers() -> None:
    effective = loading.default()
    assert breach_points(effective) == 2
    assert (effective.health.degraded_at, effective.health.critical_at) == (2, 4)
    assert (effective.waivers.max_days, effective.waivers.warn_days) == (90, 14)
    assert effective.gate.fail_on == ("degraded", "critical", "unknown")
    assert effective.gate.required == ("slo", "cost", "reliability", "governance")
    assert (effective.gate.not_waivable, effective.gate.max_prelaunch_days, effective.gate.help) == ((), 180, "")


def test_a_policy_without_extends_extends_the_default() -> None:
    effective = one("  slo: {low_budget_points: 1}\n").base()
    assert effective.limits["slo"].low_budget_points == 1
    assert breach_points(effective) == 2


def test_an_empty_spec_is_the_default_under_another_name() -> None:
    assert one("  {}\n").layered.data == load("default").layered.data


def test_whom_a_policy_extends_is_no_part_of_what_it_says() -> None:
    assert one("  extends: default\n").layered.data == load("default").layered.data


def test_a_policy_extends_a_shipped_one() -> None:
    assert one("  extends: advisory\n").base().gate.fail_on == ("critical",)


def test_a_chain_of_parents_is_laid_one_over_the_other() -> None:
    chain = load(
        "c.yaml",
        **{
            "a.yaml": "  slo: {breach_points: 3, low_budget_points: 3}\n  health: {critical_at: 9}\n",
            "b.yaml": "  extends: ./a.yaml\n  slo: {breach_points: 4, low_budget_points: 4}\n",
            "c.yaml": "  extends: b.yaml\n  slo: {breach_points: 5}\n",
        },
    ).base()
    assert (breach_points(chain), chain.limits["slo"].low_budget_points, chain.health.critical_at) == (5, 4, 9)


@pytest.mark.parametrize(
    ("reference", "parent", "read"),
    [
        ("policy.yaml", "base.yaml", "base.yaml"),
        ("policies/a.yaml", "base.yaml", "policies/base.yaml"),
        ("policies/team/a.yaml", "../base.yaml", "policies/base.yaml"),
        ("policies/a.yaml", "./team/base.yaml", "policies/team/base.yaml"),
        ("a.yaml", "../elsewhere/base.yaml", "../elsewhere/base.yaml"),
        ("/etc/gate/a.yaml", "base.yaml", "/etc/gate/base.yaml"),
    ],
)
def test_a_parent_s_path_is_relative_to_the_child_s_file(reference: str, parent: str, read: str) -> None:
    loaded = load(reference, **{reference: f"  extends: {parent}\n", read: "  slo: {breach_points: 7}\n"})
    assert breach_points(loaded.base()) == 7


@pytest.mark.parametrize("parent", ["/etc/gate/base.yaml", "../../base.yaml", "x/../../../base.yaml"])
def test_a_policy_of_the_repository_extends_nothing_outside_of_it(parent: str) -> None:
    with pytest.raises(DocumentError, match="can't extend a file outside it"):
        load("a.yaml", **{"a.yaml": f"  extends: {parent}\n"})


def test_a_parent_s_parent_is_relative_to_the_parent() -> None:
    loaded = load(
        "team/a.yaml",
        **{
            "team/a.yaml": "  extends: ../org/b.yaml\n",
            "org/b.yaml": "  extends: c.yaml\n",
            "org/c.yaml": "  slo: {breach_points: 7}\n",
        },
    )
    assert breach_points(loaded.base()) == 7


def extending(path: str, extends: str) -> Policy:
    """The policy at a path as shown, over another one."""

    def read(reference: str) -> tuple[bytes, str]:
        spec = f"  extends: {extends}\n" if reference == "policy.yaml" else "  extends: default\n"
        return (HEAD + spec).encode(), path if reference == "policy.yaml" else reference

    return loading.load("policy.yaml", read)


@pytest.mark.parametrize(
    ("path", "extends"),
    [("a.yaml", "../b.yaml"), ("a/b.yaml", "../../c.yaml"), ("a.yaml", "/b.yaml"), ("a.yaml", "x/../../b.yaml")],
)
def test_a_policy_of_the_repository_extends_no_file_outside_of_it(path: str, extends: str) -> None:
    with pytest.raises(DocumentError) as caught:
        extending(path, extends)
    assert caught.value.message == f"{path}:4:12: a policy in the repository can't extend a file outside it"
    assert caught.value.fix == "Extend a file in the repository, a shipped policy, or package:NAME/FILE."


@pytest.mark.parametrize(
    ("path", "extends"),
    [("a/b.yaml", "../c.yaml"), ("../a.yaml", "../b.yaml"), ("/a.yaml", "../b.yaml"), ("a.yaml", "strict")],
)
def test_other_policies_may_extend_what_they_like(path: str, extends: str) -> None:
    assert extending(path, extends).path == path


@pytest.mark.parametrize(
    "files",
    [
        {"policy.yaml": "  extends: policy.yaml\n"},
        {"policy.yaml": "  extends: ./x/../policy.yaml\n"},
        {"policy.yaml": "  extends: b.yaml\n", "b.yaml": "  extends: policy.yaml\n"},
    ],
)
def test_a_policy_that_extends_itself_is_refused_where_the_circle_closes(files: dict[str, str]) -> None:
    with pytest.raises(DocumentError, match=r"\.yaml:4:12: the policy extends itself") as caught:
        load(**files)
    assert caught.value.fix == "Remove one `extends` of the cycle."
    assert caught.value.message.startswith(f"shown/{list(files)[-1]}")


def chain_of(length: int) -> Policy:
    files = {f"p{index}.yaml": f"  extends: p{index + 1}.yaml\n" for index in range(length - 1)}
    return load("p0.yaml", **files, **{f"p{length - 1}.yaml": "  slo: {breach_points: 7}\n"})


def test_a_chain_of_ten_files_is_followed() -> None:
    assert breach_points(chain_of(10).base()) == 7


def test_a_chain_that_is_too_long_is_not_called_a_circle() -> None:
    with pytest.raises(GateError) as caught:
        chain_of(11)
    assert caught.value.message == "shown/p10.yaml:3:1: more than 10 policies extend one another"
    assert caught.value.fix == "Merge some of them."


def test_an_unknown_shipped_name_is_guessed() -> None:
    with pytest.raises(GateError, match="there is no shipped policy 'stricct'") as caught:
        load("stricct")
    assert caught.value.fix.startswith("Did you mean strict?")


def test_an_unknown_parent_s_name_is_refused() -> None:
    with pytest.raises(GateError, match=r"^shown/policy\.yaml:4:12: there is no shipped policy 'nobody'") as caught:
        one("  extends: nobody\n")
    assert caught.value.fix.startswith("Known: ")


def test_a_parent_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(GateError, match=r"^shown/policy\.yaml:4:12: no file gone\.yaml$"):
        one("  extends: gone.yaml\n")


def test_where_nothing_can_be_read_a_path_is_refused() -> None:
    with pytest.raises(GateError, match=r"^cannot read 'a\.yaml' here$"):
        loading.load("a.yaml", loading.nothing_to_read)


@pytest.mark.parametrize(
    ("reference", "kind"),
    [
        ("default", Source.SHIPPED),
        ("team-a", Source.SHIPPED),
        ("./default", Source.FILE),
        ("a.yaml", Source.FILE),
        ("a/b", Source.FILE),
        ("package:acme/p.yaml", Source.PACKAGE),
    ],
)
def test_a_name_has_neither_slash_nor_suffix(reference: str, kind: Source) -> None:
    assert loading.kind(reference) is kind


def test_a_policy_says_where_it_came_from() -> None:
    assert (load("default").source, load("default").path) == (Source.SHIPPED, "policies/default.yaml")
    loaded = load("p/acme.yaml", **{"p/acme.yaml": "  {}\n"})
    assert (loaded.source, loaded.path, loaded.name) == (Source.FILE, "shown/p/acme.yaml", "acme")


def test_a_policy_s_own_name_wins_over_its_file_s() -> None:
    content = HEAD.replace("spec:", "metadata: {name: bar}\nspec: {}")
    assert loading.load("acme.yaml", lambda path: (content.encode(), path)).name == "bar"


@pytest.mark.parametrize(
    ("reference", "name"),
    [(".acme.yaml", "acme"), (".platform/.policy.yaml", "policy"), ("a/b.c.yaml", "b"), ("XX.yaml", "XX")],
)
def test_a_policy_without_a_name_is_called_like_its_file_even_a_hidden_one(reference: str, name: str) -> None:
    assert load(reference, **{reference: "  {}\n"}).name == name


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("  slo: {breech_points: 1}\n", "shown/policy.yaml:4:9: unknown key 'breech_points'"),
        ("  slo:\n    breach_points: -1\n", "shown/policy.yaml:5:20: -1 is below 0"),
        ("  slo: {breach_points: 0.5}\n", "4:24: expected a whole number, found 0.5"),
        ("  health: {degraded_at: 0}\n", "4:25: 0 is below 1"),
        ("  gate: {fail_on: []}\n", "4:19: the list holds fewer than 1 entry"),
        ("  gate: {fail_on: [degraded, degraded]}\n", "4:19: the list holds an entry twice"),
        ("  gate: {required: [slo, sloo]}\n", "4:26: the string 'sloo' is not a known"),
        ("  waivers: {max_days: 367}\n", "4:23: 367 is above 366"),
        ("  governance: {evidence: maybe}\n", "4:26: the string 'maybe' is not a known"),
        ("  severities: {slo/breached: fatal}\n", "4:30: the string 'fatal' is not a known"),
        ("  overrides:\n    - match: {}\n      spec: {slo: {}}\n", "5:14: the mapping is empty"),
        ("  overrides:\n    - match: {tier: 4}\n      spec: {slo: {}}\n", "5:21: 4 is above 3"),
        ("  overrides:\n    - match: {tier: 3}\n      spec: {overrides: []}\n", "6:14: unknown key 'overrides'"),
        ("  extends: https://example.com/p.yaml\n", "4:12: the string 'https://example.com/p.yaml' is not a valid"),
    ],
)
def test_what_breaks_the_schema_is_refused_in_its_place(spec: str, message: str) -> None:
    assert message in refused(spec)[0]


def test_a_document_of_another_kind_is_no_policy() -> None:
    with pytest.raises(DocumentError, match=r"p\.yaml:2:7: expected Policy, found the string 'Service'"):
        loading.load("p.yaml", lambda path: (HEAD.replace("Policy", "Service").encode() + b"  {}\n", path))


@pytest.mark.parametrize(
    ("spec", "place", "message"),
    [
        ("  health: {critical_at: 1}\n", "4:25", "critical_at is below degraded_at"),
        ("  health: {degraded_at: 5}\n", "4:25", "critical_at is below degraded_at"),
        ("  cost: {trend: {increasing_above_pct: 21}}\n", "4:40", "increasing_above_pct is above spiking_above_pct"),
        ("  cost: {trend: {spiking_above_pct: 3}}\n", "4:37", "increasing_above_pct is above spiking_above_pct"),
        ("  cost: {trend: {decreasing_below_pct: 6}}\n", "4:40", "decreasing_below_pct is above increasing_above"),
        ("  reliability:\n    points: [{below: 70, points: 2}, {below: 50, points: 1}]\n", "5:38", "out of order"),
        ("  reliability:\n    score:\n      uptime_pct: [{at_least: 9, score: 1}]\n", "6:20", "leave a gap"),
        (
            "  governance:\n    points: [{failed_at_least: 1, points: 1}, {failed_at_least: 1, points: 1}]\n",
            "5:47",
            "overlap",
        ),
    ],
)
def test_limits_that_make_no_sense_are_refused_where_the_user_wrote_them(spec: str, place: str, message: str) -> None:
    found, fix = refused(spec)
    assert f"shown/policy.yaml:{place}: " in found
    assert message in found
    assert fix


def test_a_critical_that_would_come_first_is_told_where_it_may_begin() -> None:
    assert refused("  health: {critical_at: 1}\n")[1] == "Set critical_at to degraded_at or more."


def test_an_override_is_blamed_for_a_contradiction_with_the_policy_that_it_is_laid_over() -> None:
    override = "  overrides: [{match: {tier: 1}, spec: {health: {degraded_at: 5}}}]\n"
    assert "shown/policy.yaml:5:63: critical_at" in refused("  health: {critical_at: 4}\n" + override)[0]


@pytest.mark.parametrize("name", ["a.yaml", "z.yaml"])
def test_a_policy_is_blamed_for_a_contradiction_with_the_default_whatever_its_name(name: str) -> None:
    content = b"apiVersion: platform-gate/v1\nkind: Policy\nspec: {health: {critical_at: 1}}\n"
    with pytest.raises(DocumentError, match=rf"^{name}:3:30: critical_at is below"):
        loading.load(name, lambda path: (content, path))


def test_limits_in_a_parent_are_refused_in_the_parent() -> None:
    with pytest.raises(DocumentError, match=r"shown/b\.yaml:4:25: critical_at is below degraded_at"):
        load(**{"policy.yaml": "  extends: b.yaml\n", "b.yaml": "  health: {critical_at: 1}\n"})


@pytest.mark.parametrize("points", [4, 2])
def test_degraded_and_critical_may_begin_at_the_same_points(points: int) -> None:
    assert one(f"  health: {{degraded_at: {points}, critical_at: {points}}}\n").base().health.critical_at == points


MATCHES: list[tuple[dict[str, Any], bool]] = [
    ({"tier": 1}, True),
    ({"tier": 2}, False),
    ({"tier": [2, 1]}, True),
    ({"tier": [2, 3]}, False),
    ({"team": "fintech"}, True),
    ({"team": "fin*"}, True),
    ({"team": "fin"}, False),
    ({"team": ["web", "fintech"]}, True),
    ({"name": "pay*"}, True),
    ({"name": "Payments"}, False),
    ({"path": "services/*.yaml"}, True),
    ({"path": "services/**"}, True),
    ({"path": "*.yaml"}, False),
    ({"path": ["x/**", "**/payments.yaml"]}, True),
    ({"labels": {"domain": "commerce"}}, True),
    ({"labels": {"domain": ["media", "commerce"]}}, True),
    ({"labels": {"domain": "comm*"}}, False),
    ({"labels": {"other": "commerce"}}, False),
    ({"labels": {"domain": "commerce", "other": "x"}}, False),
    ({"tier": 1, "team": "fintech", "name": "payments"}, True),
    ({"tier": 1, "team": "web"}, False),
    ({"tier": 2, "team": "fintech"}, False),
    ({"team": "fintech", "name": "refunds"}, False),
    ({"team": "fintech", "labels": {"domain": "media"}}, False),
]


@pytest.mark.parametrize(("match", "holds"), MATCHES)
def test_everything_that_an_override_asks_for_must_hold(match: dict[str, Any], *, holds: bool) -> None:
    effective = overriding(f"{{match: {match}, spec: {{slo: {{breach_points: 9}}}}}}").effective(PAYMENTS)
    assert breach_points(effective) == (9 if holds else 2)


def test_of_several_overrides_the_last_one_wins() -> None:
    loaded = overriding(
        "{match: {tier: 1}, spec: {slo: {breach_points: 5, low_budget_points: 5}}}",
        "{match: {team: fintech}, spec: {slo: {breach_points: 6}}}",
        "{match: {team: other}, spec: {slo: {breach_points: 7}}}",
    )
    limits = loaded.effective(PAYMENTS).limits["slo"]
    assert (limits.breach_points, limits.low_budget_points) == (6, 5)
    assert breach_points(loaded.base()) == 2


def test_a_child_s_overrides_come_after_its_parent_s() -> None:
    override = "  overrides: [{{match: {{tier: 1}}, spec: {{slo: {{breach_points: {}}}}}}}]\n"
    files = {"policy.yaml": "  extends: b.yaml\n" + override.format(6), "b.yaml": override.format(5)}
    loaded = load(**files)
    assert len(loaded.overrides) == 2
    assert breach_points(loaded.effective(PAYMENTS)) == 6


def test_an_override_replaces_a_list_and_merges_a_map() -> None:
    loaded = overriding("{match: {tier: 1}, spec: {gate: {required: [governance]}}}")
    gate = loaded.effective(PAYMENTS).gate
    assert (gate.required, gate.fail_on) == (("governance",), ("degraded", "critical", "unknown"))


def test_services_under_the_same_overrides_share_one_effective_policy() -> None:
    loaded = overriding("{match: {tier: 1}, spec: {slo: {breach_points: 5}}}")
    twin = Subject("refunds", "fintech", 1, {}, "services/refunds.yaml")
    assert loaded.effective(PAYMENTS) is loaded.effective(twin)
    assert loaded.effective(Subject("x", "y", 2, {}, "")) is not loaded.effective(twin)


@pytest.mark.parametrize(
    ("spec", "where"),
    [
        ("slo: {breach_points: x}", "expected a whole number"),
        ("health: {critical_at: 1}", "critical_at is below degraded_at"),
        ("governance: {points: [{failed_at_least: 1, points: 1}, {failed_at_least: 2, points: 1}]}", "out of order"),
        ("severities: {slo/nothing: note}", "there is no rule 'slo/nothing'"),
        ("gate: {fail_on: [slo/nothing]}", "there is no rule 'slo/nothing'"),
        ("gate: {not_waivable: [slo/nothing]}", "there is no rule 'slo/nothing'"),
        ("severities: {manifest/invalid: 'off'}", "manifest/invalid can't be turned off"),
    ],
)
def test_an_error_inside_an_override_is_placed_there(spec: str, where: str) -> None:
    with pytest.raises(DocumentError) as caught:
        overriding("{match: {tier: 2}, spec: {slo: {breach_points: 1}}}", f"{{match: {{tier: 3}}, spec: {{{spec}}}}}")
    assert caught.value.refusals[0].location.start >= (6, 7)
    assert caught.value.message.startswith("shown/policy.yaml:6:")
    assert where in caught.value.message


@pytest.mark.parametrize(
    ("spec", "before"),
    [
        ("severities: {cost/no-budget: note, slo/nothing: note}", "severities: {cost/no-budget: note, "),
        ("gate: {fail_on: [degraded, slo/nothing]}", "gate: {fail_on: [degraded, "),
        ("gate: {not_waivable: [slo/nothing]}", "gate: {not_waivable: ["),
    ],
)
def test_an_unknown_rule_in_an_override_is_refused_at_its_name(spec: str, before: str) -> None:
    head = "{match: {tier: 3}, spec: {"
    with pytest.raises(DocumentError) as caught:
        overriding(f"{head}{spec}}}}}")
    assert caught.value.refusals[0].location.start == (5, len(f"    - {head}{before}") + 1)


def test_overrides_that_make_no_sense_together_are_an_error_for_whom_both_match() -> None:
    loaded = overriding(
        "{match: {team: fintech}, spec: {health: {degraded_at: 3}}}",
        "{match: {tier: 1}, spec: {health: {critical_at: 2}}}",
    )
    assert loaded.effective(Subject("x", "web", 1, {}, "")).health.critical_at == 2
    with pytest.raises(GateError, match=r"shown/policy\.yaml:6:\d+: critical_at is below degraded_at"):
        loaded.effective(PAYMENTS)


def test_null_removes_a_governance_check_and_its_rule() -> None:
    effective = one("  governance: {checks: {documentation: null}}\n").base()
    assert list(effective.limits["governance"].checks) == ["runbook", "monitoring", "ownership", "incident_response"]
    assert "governance/missing-documentation" not in effective.rules


def test_a_new_governance_check_brings_its_rule() -> None:
    effective = one("  governance: {checks: {backup_restore: {message: has no backup}}}\n").base()
    assert list(effective.limits["governance"].checks)[-1] == "backup_restore"
    assert "governance/missing-backup_restore" in effective.rules


def test_the_rule_of_a_removed_check_is_unknown() -> None:
    spec = "  governance: {checks: {documentation: null}}\n  severities: {governance/missing-documentation: note}\n"
    assert "there is no rule 'governance/missing-documentation'" in refused(spec)[0]


def test_a_rule_that_only_an_override_adds_may_be_named() -> None:
    loaded = one(
        "  gate: {fail_on: [governance/missing-backup]}\n"
        "  overrides: [{match: {tier: 1}, spec: {governance: {checks: {backup: {message: has none}}}}}]\n"
    )
    assert "governance/missing-backup" in loaded.effective(PAYMENTS).rules


@pytest.mark.parametrize(
    ("spec", "place", "fix"),
    [
        ("  severities: {slo/breeched: note}\n", "4:16", "Did you mean slo/breached?"),
        ("  gate: {fail_on: [degraded, slo/breeched]}\n", "4:30", "Did you mean slo/breached?"),
        ("  gate: {not_waivable: [cost/no-budgets]}\n", "4:25", "Did you mean cost/no-budget?"),
        ("  severities: {xyz/zzz: note}\n", "4:16", "Known: "),
    ],
)
def test_an_unknown_rule_is_refused_at_its_name_and_guessed(spec: str, place: str, fix: str) -> None:
    message, found = refused(spec)
    assert "there is no rule '" in message
    assert found.startswith(fix)
    assert message.startswith(f"shown/policy.yaml:{place}: ")


def test_a_health_is_no_rule_that_could_be_unwaivable() -> None:
    assert refused("  gate: {not_waivable: [degraded]}\n")


@pytest.mark.parametrize("rule", ["manifest/invalid", "manifest/unreadable", "manifest/duplicate-service"])
def test_what_cannot_be_judged_cannot_be_turned_off(rule: str) -> None:
    message, fix = refused(f"  severities: {{{rule}: 'off'}}\n")
    assert message.endswith(f"{rule} can't be turned off")
    assert fix == "Exclude broken files in the configuration."
    assert one(f"  severities: {{{rule}: warning}}\n").base().severity(INVALID, decisive=True)


@pytest.mark.parametrize(
    ("at", "place"),
    [
        (("slo", "breach_points"), "shown/policy.yaml:4:24"),
        (("slo", "low_budget_points"), "policies/default.yaml:"),
        (("gate", "fail_on", 0), "shown/policy.yaml:5:20"),
        (("reliability", "points", 1), "policies/default.yaml:"),
        (("overrides", 0), "shown/policy.yaml:7:7"),
    ],
)
def test_every_value_knows_the_line_that_set_it(at: At, place: str) -> None:
    loaded = one(
        "  slo: {breach_points: 3}\n  gate: {fail_on: [critical]}\n"
        "  overrides:\n    - {match: {tier: 3}, spec: {slo: {breach_points: 1}}}\n"
    )
    assert str(loaded.layered.origin(at).location).startswith(place)


def test_a_value_of_an_override_knows_its_line_and_its_reason() -> None:
    loaded = overriding(
        "{match: {tier: 3}, spec: {slo: {breach_points: 8}}}",
        "{match: {tier: 1}, reason: Best effort., spec: {slo: {breach_points: 1}}}",
    )
    origin = loaded.effective(PAYMENTS).layered.origin(("slo", "breach_points"))
    assert str(origin.location).startswith("shown/policy.yaml:6:")
    assert origin.reason == "Best effort."


def test_an_override_without_a_reason_gives_none() -> None:
    layered = overriding("{match: {tier: 1}, spec: {slo: {breach_points: 1}}}").effective(PAYMENTS).layered
    assert layered.origin(("slo", "breach_points")).reason == ""


def test_the_digest_changes_with_the_numbers_only() -> None:
    plain = one("  slo: {breach_points: 3}\n")
    assert plain.sha256 == one("  # a comment\n  slo:\n    breach_points: 3\n").sha256
    assert plain.sha256 != one("  slo: {breach_points: 4}\n").sha256
    assert len(plain.sha256) == 64


def test_the_digest_covers_the_parents() -> None:
    digests = {
        load(**{"policy.yaml": "  extends: b.yaml\n", "b.yaml": f"  slo: {{breach_points: {points}}}\n"}).sha256
        for points in (3, 4)
    }
    assert len(digests) == 2


@pytest.mark.parametrize("words", [("critical",), ("degraded", "slo/breached"), ("cost/spiking",)])
def test_fail_on_can_be_replaced_for_every_service(words: tuple[str, ...]) -> None:
    loaded = overriding("{match: {tier: 1}, spec: {gate: {fail_on: [unknown]}}}")
    assert loaded.effective(PAYMENTS).gate.fail_on == ("unknown",)
    replaced = loaded.chosen(Choice(words))
    assert replaced.effective(PAYMENTS).gate.fail_on == words
    assert replaced.base().gate.fail_on == words
    assert loaded.effective(PAYMENTS).gate.fail_on == ("unknown",)


@pytest.mark.parametrize(
    ("word", "fix"),
    [("criticl", "Did you mean critical?"), ("slo/breech", "Did you mean slo/breached?"), ("", "Known: ")],
)
def test_an_unknown_word_in_fail_on_is_refused_and_guessed(word: str, fix: str) -> None:
    with pytest.raises(GateError, match=f"^--fail-on: there is no health or rule '{word}'$") as caught:
        load("default").chosen(Choice(("critical", word)))
    assert caught.value.fix.startswith(fix)


@pytest.mark.parametrize(
    ("severity", "decisive", "shown"),
    [("", True, "error"), ("", False, "warning"), ("note", True, "note"), ("error", False, "error")],
)
def test_a_finding_is_shown_as_the_policy_says_else_by_its_consequences(
    severity: str, *, decisive: bool, shown: str
) -> None:
    effective = one(f"  severities: {{slo/low-budget: {severity}}}\n" if severity else "  {}\n").base()
    assert effective.severity(LOW_BUDGET, decisive=decisive) is Severity(shown)


def test_a_rule_that_is_off_is_off() -> None:
    effective = one("  severities: {slo/low-budget: 'off'}\n").base()
    assert effective.is_off(LOW_BUDGET)
    assert not effective.is_off(BREACHED)
