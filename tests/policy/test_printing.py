"""The effective policy as YAML: it loads again and means the same, and every value names the line that set it."""

import re
from random import Random

import pytest

from platform_gate.documents.shipped import policy_names
from platform_gate.model import Subject
from platform_gate.policy import printing
from platform_gate.policy.loading import Policy, load
from tests.hostile.product import check_files, policy_of, report, shipped
from tests.oracle import fleets
from tests.samples import default_line, own_policy

WEB = Subject("web", "shop", 3, {"domain": "media"}, "services/web.yaml")


def text_of(policy: Policy, whom: Subject | None = None) -> str:
    layered = policy.effective(whom).layered if whom else policy.layered
    return "\n".join(printing.policy(policy, layered, whom.name if whom else "")) + "\n"


def again(text: str) -> Policy:
    return policy_of(text.encode())


def random_policies(count: int) -> list[Policy]:
    rng = Random()  # noqa: S311 - new policies in every run
    return [policy_of(one.text.encode()) for one in fleets.policies(rng.randrange(10**6), count)]


OWN = """  gate: {help: "Ask us.\\nOn Mondays: #platform"}
  governance:
    checks:
      runbook: null
      security_review: {message: "was not reviewed: '#1'", help: "Ask.\\nThen link it."}
  severities: {cost/spiking: "off"}
  rules:
    - id: org/window
      title: "A window: odd"
      help: "Two\\nlines"
      at: /spec/slos/0
      require: {properties: {window: {pattern: "^[0-9]+d$", enum: ["no", 30d, "::x", "##[x"]}}}
  overrides:
    - match: {tier: [3], labels: {domain: media}}
      reason: "Best effort:\\n  really"
      spec:
        slo: {breach_points: 1}
        governance: {checks: {documentation: null}}
"""


@pytest.mark.parametrize("name", policy_names())
def test_a_shipped_policy_is_shown_and_loads_again(name: str) -> None:
    policy = shipped(name)
    assert again(text_of(policy)).sha256 == policy.sha256
    assert again(text_of(policy)).name == name


def test_any_policy_is_shown_and_means_the_same() -> None:
    for policy in [*random_policies(20), policy_of(own_policy(OWN).encode())]:
        text = text_of(policy)
        shown = again(text)
        assert shown.sha256 == policy.sha256
        assert shown.layered.data == policy.layered.data
        assert text_of(shown).count("\n") == text.count("\n")


def test_what_holds_for_a_service_loads_again_and_means_the_same() -> None:
    seen = 0
    for policy in [*random_policies(10), policy_of(own_policy(OWN).encode())]:
        for subject in (WEB, Subject("svc-00001", "fintech", 1, {"domain": "commerce"}, "services/a/svc-00001.yaml")):
            shown = again(text_of(policy, subject))
            effective = policy.effective(subject)
            assert shown.overrides == []
            assert {**shown.layered.data, "overrides": None} == {**effective.layered.data, "overrides": None}
            assert shown.base().limits == effective.limits
            seen += effective.layered.data != policy.layered.data
    assert seen > 2, "no override matched"


def test_a_fleet_is_judged_alike_by_what_is_shown() -> None:
    for seed, policy in enumerate(random_policies(0)[::3]):
        files = fleets.files(seed, 6)
        reports = [report(check_files(files, each)) for each in (policy, again(text_of(policy)))]
        assert reports[0]["services"] == reports[1]["services"]


def test_every_value_names_a_line_that_holds_it() -> None:
    policy = policy_of(own_policy(OWN).encode())
    lines = text_of(policy).split("\n")
    values = [line for line in lines if re.match(r"  +\S+: \S", line)]
    assert all(re.search(r"  # (\./policy\.yaml:\d+|policies/default\.yaml:\d+|removed)", line) for line in values)
    assert '    help: "Ask us.\\nOn Mondays: #platform"  # ./policy.yaml:5' in lines
    assert '    cost/spiking: "off"  # ./policy.yaml:10' in lines
    assert "      runbook: null  # removed" in lines
    assert (
        sum(line.startswith("  rules: [{id: org/window") and line.endswith("]  # ./policy.yaml:12") for line in lines)
        == 1
    )
    assert (
        sum(line.startswith("  overrides: [{match") and line.endswith("]  # ./policy.yaml:18") for line in lines) == 1
    )
    assert f"    degraded_at: 2  # {default_line('degraded_at:')}" in lines


def test_the_override_that_set_a_value_is_named_with_its_reason_on_one_line() -> None:
    lines = text_of(policy_of(own_policy(OWN).encode()), WEB).split("\n")
    assert lines[0] == "# The policy ours (./policy.yaml) for the service web."
    assert "    breach_points: 1  # ./policy.yaml:21, Best effort: really" in lines
    assert "  overrides: []  # applied" in lines
    assert "      documentation: null  # removed" in lines


def test_a_list_to_which_several_add_names_all_of_them() -> None:
    child = own_policy("  extends: ./base.yaml\n  rules: [{id: org/two, title: Two, require: true}]\n")
    files = {"./policy.yaml": child, "base.yaml": own_policy(OWN)}
    loaded = load("./policy.yaml", lambda path: (files[path].encode(), path))
    line = next(line for line in text_of(loaded).split("\n") if line.startswith("  rules: "))
    assert line.endswith("]  # base.yaml:12; ./policy.yaml:6")
    assert again(text_of(loaded)).sha256 == loaded.sha256


def test_without_a_service_the_overrides_are_shown() -> None:
    text = text_of(policy_of(own_policy(OWN).encode()))
    assert text.startswith("# The policy ours (./policy.yaml).\napiVersion: platform-gate/v1\n")
    assert f"breach_points: 2  # {default_line('breach_points:')}" in text
    assert 'reason: "Best effort:\\n  really"' in text
