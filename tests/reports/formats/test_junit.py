"""JUnit's XML, read back by junitparser."""

import os
from functools import cache
from pathlib import Path

import pytest
import xmlschema
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase

from platform_gate.checking import check
from platform_gate.judging.request import Request
from platform_gate.reports import junit_xml
from platform_gate.reports.formats import junit as reporter
from platform_gate.reports.outcome import Outcome
from tests.conftest import ROOT
from tests.reports.formats.fleets import (
    ATTACKS,
    UNSEEN,
    changed,
    commit,
    fleet,
    hostile,
    named,
    outcome_of,
    waiver,
    waivers,
)
from tests.samples import BREACHED, DAY, SPIKING, manifest, own_policy, write


def text_of(outcome: Outcome) -> str:
    return "".join(reporter.render(outcome))


@cache
def jenkins() -> xmlschema.XMLSchema10:
    return xmlschema.XMLSchema10(ROOT / "tests/data/junit/junit-10.xsd")


def cases(text: str) -> dict[str, TestCase]:
    """The test cases by name, if Jenkins accepts the report and its totals are right."""
    jenkins().validate(text)
    document = JUnitXml.fromstring(text.encode())
    [suite] = document
    found = list(suite)
    kinds = [type(result) for case in found for result in case.result]
    assert (suite.tests, document.tests) == (len(found), len(found))
    assert (suite.failures, suite.errors, suite.skipped) == tuple(map(kinds.count, (Failure, Error, Skipped)))
    return {case.name: case for case in found}


def test_a_healthy_service_passes(tmp_path: Path) -> None:
    [case] = cases(text_of(outcome_of(write(tmp_path, {"web.yaml": manifest()}), "web.yaml"))).values()
    assert (case.name, case.classname, case.result, case.system_out) == ("web", "shop", [], None)


def test_each_service_and_each_file_that_cannot_be_judged_is_a_case(tmp_path: Path) -> None:
    found = cases(text_of(fleet(tmp_path)))
    kinds = {name: [type(result) for result in case.result] for name, case in found.items()}
    assert kinds == {
        "s/unreadable.yaml": [Error],
        "s/invalid.yaml": [Error],
        "bad": [Failure],
        "waived": [Skipped],
        "warned": [],
        "good": [],
    }


def test_a_failure_says_what_is_wrong_where_and_what_to_do(tmp_path: Path) -> None:
    [failure] = cases(text_of(fleet(tmp_path)))["bad"].result
    assert failure.message == "degraded, 3 points: availability is at 99.5, below its target of 99.9 (and 1 more)"
    lines = failure.text.splitlines()
    place = f"s/bad.yaml:5:{BREACHED.rindex('99.5') + 3}"
    assert lines[0].startswith(f"{place}: error: slo/breached (+2): availability is at 99.5, below its target of 99.9")
    assert lines[1].startswith("  fix: Bring the service back")
    assert [line for line in lines if "governance/missing-documentation (+1)" in line]


def test_an_error_counts_the_problems_of_its_file(tmp_path: Path) -> None:
    [error] = cases(text_of(fleet(tmp_path)))["s/invalid.yaml"].result
    assert error.message.endswith("(and 1 more)")
    assert len([line for line in error.text.splitlines() if line.startswith("s/invalid.yaml:3:")]) == 2


def test_what_is_waived_is_skipped_with_its_excuse(tmp_path: Path) -> None:
    [skipped] = cases(text_of(fleet(tmp_path)))["waived"].result
    assert skipped.message == "waived until 2026-12-31 (38 days left) by lead: In progress."


def test_a_warning_on_a_service_that_passes_is_not_lost(tmp_path: Path) -> None:
    case = cases(text_of(fleet(tmp_path)))["warned"]
    assert "warning: cost/spiking" in case.system_out


def test_what_is_said_of_waivers_stands_beside_the_cases(tmp_path: Path) -> None:
    output = text_of(fleet(tmp_path)).rpartition("</testcase>")[2]
    assert "waiver/expired" in output
    assert "waiver/unused" in output


def test_a_waiver_that_fails_the_gate_fails_a_case(tmp_path: Path) -> None:
    fleet(tmp_path)
    write(tmp_path, {"policy.yaml": own_policy("  gate: {fail_on: [waiver/expired]}\n")})
    outcome = outcome_of(tmp_path, "s/good.yaml", "s/bad.yaml", excuses=["w.yaml"], policy="policy.yaml")
    found = cases(text_of(outcome))
    assert outcome.verdict == "failed"
    assert {name: bool(case.result) for name, case in found.items()} == {"w.yaml": True, "good": False, "bad": False}


def test_a_service_that_the_policy_lets_pass_is_no_failure(tmp_path: Path) -> None:
    write(tmp_path, {"web.yaml": manifest(slos=BREACHED, cost=SPIKING)})
    case = cases(text_of(outcome_of(tmp_path, "web.yaml", policy="advisory")))["web"]
    assert case.result == []
    assert "slo/breached" in case.system_out


@pytest.mark.parametrize("attack", ATTACKS)
def test_any_name_is_only_a_name(tmp_path: Path, attack: str) -> None:
    outcome = named(tmp_path, attack)
    found = cases(text_of(outcome))
    assert len(found) == 3
    assert {found["open"].classname, found["excused"].classname} == {attack}
    assert attack in found["open"].result[0].text


def test_every_attack_at_once_can_be_read(tmp_path: Path) -> None:
    outcome = hostile(tmp_path)
    text = text_of(outcome)
    assert len(cases(text)) == len(outcome.run.services) + len({each.location.path for each in outcome.run.unjudged})
    assert not UNSEEN.search(text)
    assert "##[" not in text
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]


def test_the_writer_serves_others_too() -> None:
    case = junit_xml.Testcase("c", "n", "failure", 'a "b"\nc', "x\n::error::y", "told")
    text = "".join(junit_xml.write("s", [case, junit_xml.Testcase("c", "m")], "also told"))
    found = cases(text)
    assert found["n"].result[0].message == 'a "b"\nc'
    assert found["n"].result[0].text == "x\n::error::y"
    assert found["n"].system_out == "told"
    assert "\n::error" not in text


@pytest.mark.parametrize(
    ("scope", "kinds"), [("all", [Failure, Failure, Error]), ("regressed", [Failure, None, Skipped])]
)
def test_only_what_a_change_decides_fails(tmp_path: Path, scope: str, kinds: list[type | None]) -> None:
    outcome = changed(tmp_path, scope)
    found = cases(text_of(outcome))
    results = [found[name].result for name in ("new", "old", "services/odd.yaml")]
    assert [type(result[0]) if result else None for result in results] == kinds
    assert outcome.exit_code == (2 if scope == "all" else 1)


@pytest.mark.parametrize(
    "file", ["a\\b.yaml", "line\nfeed.yaml", "tab\t.yaml", "return\r.yaml", "bidi\u202e.yaml", "é.yaml"]
)
def test_a_file_is_named_as_it_is(tmp_path: Path, file: str) -> None:
    [name] = cases(text_of(outcome_of(write(tmp_path, {file: "a: [\n"}), file)))
    assert name == file


def test_a_byte_that_is_no_text_and_a_character_that_xml_lacks_are_escaped(tmp_path: Path) -> None:
    write(tmp_path, {"s/" + os.fsdecode(b"byte-\xff.yaml"): "a: [\n", "s/bell-\x07.yaml": "a: [\n"})
    assert set(cases(text_of(outcome_of(tmp_path, "s")))) == {"s/byte-\\xff.yaml", "s/bell-\\x07.yaml"}


def test_a_waiver_notice_that_the_base_has_fails_no_case_of_a_narrow_scope(tmp_path: Path) -> None:
    expired = waivers(waiver("web", "slo/breached", expires="2026-11-01"))
    policy = own_policy("  gate: {fail_on: [waiver/expired]}\n")
    config = "policy: policy.yaml\nwaivers: [w.yaml]\n"
    files = {"services/web.yaml": manifest(), "w.yaml": expired, "policy.yaml": policy, ".platform-gate.yaml": config}
    commit(write(tmp_path, files))
    for scope, failing in (("all", {"w.yaml"}), ("regressed", set())):
        outcome = check(Request((), None, DAY, base="HEAD", scope=scope), cwd=tmp_path)
        found = cases(text_of(outcome))
        assert {name for name, case in found.items() if case.result} == failing
        assert (outcome.verdict == "failed") is bool(failing)
