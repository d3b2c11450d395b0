"""Cases that a policy must decide as expected: what matches, what is told where it doesn't, and what makes no sense."""

from pathlib import Path

import pytest

from platform_gate.documents.document import DocumentError
from platform_gate.documents.shipped import policy_names
from platform_gate.judging import policy_tests
from platform_gate.judging.policy_tests import Mismatch, Result
from platform_gate.model import GateError
from platform_gate.policy import loading
from tests.samples import BREACHED, SECTIONS, manifest

HEAD = "apiVersion: platform-gate/v1\nkind: PolicyTest\nspec:\n"
COST = SECTIONS["cost"].replace("2026-10", "2026-01")
GOOD = ", ".join((SECTIONS | {"cost": COST}).values())
FILES = {
    "tests/breached.yaml": manifest("breached", slos=BREACHED, cost=COST),
    "services/good.yaml": manifest("good", cost=COST),
    "tests/broken.yaml": "a: [1\n",
    "tests/two.yaml": manifest() + "---\n" + manifest("api"),
}


def read(path: str) -> tuple[bytes, str]:
    if path not in FILES:
        raise GateError(f"the manifest '{path}' cannot be read")
    return FILES[path].encode(), path


def results(cases: str, head: str = "", reference: str = "tests/a.test.yaml") -> list[Result]:
    suite = policy_tests.load(f"{HEAD}{head}  cases:\n{cases}".encode(), reference, reference)
    return list(policy_tests.run(suite, reference, loading.load("default", loading.nothing_to_read), read))


def case(expect: str, spec: str = GOOD, metadata: str = "name: web, team: shop") -> str:
    """One case: its name on the file's line 5, its inline manifest's spec on line 10 (without a head)."""
    return (
        "    - name: a case\n      manifest:\n        apiVersion: platform-gate/v1\n        kind: Service\n"
        f"        metadata: {{{metadata}}}\n        spec: {{{spec}}}\n      expect: {expect}\n"
    )


def mismatches(expect: str, spec: str = GOOD, metadata: str = "name: web, team: shop") -> list[Mismatch]:
    return list(results(case(expect, spec, metadata))[0].mismatches)


BAD = GOOD.replace("99.95}]", "99.5}]")


@pytest.mark.parametrize(
    ("expect", "spec"),
    [
        ("{health: healthy}", GOOD),
        (
            "{health: healthy, points: {total: 0, slo: 0, rules: 0}, not_rules: [slo/breached, governance/no-data]}",
            GOOD,
        ),
        ("{health: degraded, points: {slo: 2, total: 2}, rules: [slo/breached], not_rules: [cost/no-data]}", BAD),
        ("{points: {total: 2}}", BAD),
        ("{rules: [slo/breached]}", BAD),
        ("{health: degraded, rules: [slo/no-data, governance/missing-runbook]}", ""),
        ("{health: invalid}", "slos: 5"),
        ("{health: invalid}", "governance: {surprise: true}"),
        ("{health: unknown}", GOOD.replace(COST + ", ", "")),
    ],
)
def test_a_case_that_comes_out_as_expected(expect: str, spec: str) -> None:
    assert mismatches(expect, spec) == []


@pytest.mark.parametrize(
    ("expect", "spec", "expected"),
    [
        ("{health: critical}", BAD, [Mismatch("health", "critical", "degraded")]),
        ("{health: invalid}", GOOD, [Mismatch("health", "invalid", "healthy")]),
        ("{points: {slo: 1, cost: 0}}", BAD, [Mismatch("points of slo", "1", "2")]),
        ("{points: {total: 0}}", BAD, [Mismatch("points", "0", "2")]),
        ("{points: {rules: 1}}", GOOD, [Mismatch("points of rules", "1", "0")]),
        ("{rules: [cost/spiking]}", GOOD, [Mismatch("rules", "cost/spiking to fire", "none")]),
        (
            "{rules: [slo/breached, cost/spiking, cost/no-budget]}",
            BAD,
            [Mismatch("rules", "cost/spiking and cost/no-budget to fire", "slo/breached")],
        ),
        ("{not_rules: [slo/breached]}", BAD, [Mismatch("rules", "slo/breached not to fire", "slo/breached")]),
        (
            "{health: healthy, points: {total: 1}, rules: [cost/spiking], not_rules: [slo/breached]}",
            BAD,
            [
                Mismatch("health", "healthy", "degraded"),
                Mismatch("points", "1", "2"),
                Mismatch("rules", "cost/spiking to fire", "slo/breached"),
                Mismatch("rules", "slo/breached not to fire", "slo/breached"),
            ],
        ),
        (
            "{health: degraded}",
            "slos: [{name: a, target: 101}]",
            [Mismatch("health", "degraded", "invalid (tests/a.test.yaml:10:41: 101 is above 100)")],
        ),
        (
            "{points: {total: 0}}",
            "slo: []",
            [Mismatch("health", "a valid manifest", "invalid (tests/a.test.yaml:10:16: unknown key 'slo')")],
        ),
    ],
)
def test_a_case_that_comes_out_otherwise(expect: str, spec: str, expected: list[Mismatch]) -> None:
    assert mismatches(expect, spec) == expected


def test_a_manifest_by_path_is_relative_to_the_test_file() -> None:
    by_path = "    - {name: b, manifest: %s, expect: {health: %s}}\n"
    found = results(by_path % ("breached.yaml", "degraded") + by_path % ("../services/good.yaml", "healthy"))
    assert [result.mismatches for result in found] == [(), ()]
    assert [result.name for result in found] == ["b", "b"]
    assert results(by_path % ("../services/good.yaml", "critical"))[0].mismatches


def test_a_result_stands_at_its_case_s_name() -> None:
    found = results(case("{health: healthy}") + case("{health: healthy}"))
    assert [str(result.location) for result in found] == ["tests/a.test.yaml:5:13", "tests/a.test.yaml:12:13"]


def test_a_case_is_judged_on_its_own_day() -> None:
    launches = 'name: web, team: shop, launches: "2026-03-01"'
    governed = SECTIONS["governance"]
    for day, health in (("2026-02-28", "healthy"), ("2026-03-01", "unknown")):
        found = results(case(f"{{health: {health}}}", governed, launches), head=f'  as_of: "{day}"\n')
        assert found[0].mismatches == ()
    assert results(case("{health: healthy}", governed, launches))[0].mismatches == (), "the day is 2026-01-31"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (case("{rules: [slo/breach]}"), "tests/a.test.yaml:11:24: there is no rule 'slo/breach'"),
        (case("{not_rules: [slo/breached, x/y]}"), "tests/a.test.yaml:11:42: there is no rule 'x/y'"),
        (case("{points: {slos: 0}}"), "tests/a.test.yaml:11:25: there is no subsystem 'slos'"),
        (case("{helath: healthy}"), "tests/a.test.yaml:11:16: unknown key 'helath'"),
        (case("{}"), "tests/a.test.yaml:11:15: the mapping is empty"),
        (case("{health: fine}"), "tests/a.test.yaml:11:24: the string 'fine' is not a known health"),
        (
            "    - {name: a, manifest: broken.yaml, expect: {health: invalid}}\n",
            "tests/broken.yaml:2:1: not valid YAML",
        ),
        ("    - {name: a, manifest: two.yaml, expect: {health: invalid}}\n", "tests/two.yaml:10:1: a second document"),
        ("    []\n", "tests/a.test.yaml:5:5: the list holds fewer than 1 entry"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_place(content: str, message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        results(content)
    assert caught.value.message.startswith(message)


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(DocumentError, match=r"tests/a\.test\.yaml:4:10: 2026-02-30 is not a date"):
        results(case("{health: healthy}"), head='  as_of: "2026-02-30"\n')


def test_a_manifest_that_is_missing_is_an_error() -> None:
    with pytest.raises(GateError, match=r"tests/gone\.yaml"):
        results("    - {name: a, manifest: gone.yaml, expect: {health: invalid}}\n")


@pytest.mark.parametrize(
    ("head", "reference"),
    [
        ("", "default"),
        ("  policy: strict\n", "strict"),
        ("  policy: policy.yaml\n", "tests/policy.yaml"),
        ("  policy: ../gate/policy.yaml\n", "gate/policy.yaml"),
        ("  policy: /etc/policy.yaml\n", "/etc/policy.yaml"),
        ("  policy: package:acme/policy.yaml\n", "package:acme/policy.yaml"),
    ],
)
def test_the_policy_is_found_from_the_test_file(head: str, reference: str) -> None:
    content = f"{HEAD}{head}  cases:\n{case('{health: healthy}')}".encode()
    assert policy_tests.load(content, "shown", "tests/a.test.yaml").policy == reference


def test_the_shipped_policies_are_tested_at_every_health() -> None:
    folder = Path(__file__).parents[1] / "policies"
    for name in policy_names():
        content = (folder / f"{name}.test.yaml").read_bytes()
        suite = policy_tests.load(content, name, str(folder / f"{name}.test.yaml"))
        assert suite.policy == name
        healths = {one["expect"].get("health") for one in suite.cases}
        assert healths >= {"healthy", "unknown", "degraded", "critical"}
        ran = policy_tests.run(suite, name, loading.load(name, loading.nothing_to_read), read)
        assert [result.name for result in ran if result.mismatches] == []
