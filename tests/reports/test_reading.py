"""Reports read back: as they were, or refused with a reason. Whoever wrote one may have meant no good."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.model import GateError
from platform_gate.reports import merging, reading
from platform_gate.reports.formats import REPORTERS, reporter
from tests.joined import changed, in_shards, recordings, rendered, report, repository, settled
from tests.reports.formats.fleets import ATTACKS, UNSEEN, waiver, waivers
from tests.reports.formats.fleets import changed as change
from tests.samples import BREACHED, manifest, own_policy

HOSTILE = (*ATTACKS, "\x1b[31m\u202e\x85\ufeff", "a\n::error::b", "\r::set-output name=x::y", "x" * 5000)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    files = {
        "services/a.yaml": manifest(slos=BREACHED),
        "services/b.yaml": manifest("api", slos=BREACHED, cost=""),
        "services/c.yaml": "a: [\n",
        "w.yaml": waivers(waiver("web", "slo/breached"), waiver("api", "slo/breached", expires="2026-11-01")),
    }
    return report(repository(tmp_path_factory.mktemp("good") / "r", files), waivers=("w.yaml",))


def refusal(content: bytes) -> str:
    with pytest.raises(GateError) as caught:
        reading.read(content, "r.json")
    assert caught.value.fix
    assert caught.value.message.startswith("'r.json' ")
    return caught.value.message


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\xff",
        b"[" * 100_000,
        b"[]",
        b"null",
        b'"report"',
        b"{}",
        b"\x00",
        b"<html>",
        b"kind: Service\n",
        b"1" * 5000,
        b'{"a": "\\ud800"}',
    ],
)
def test_what_is_no_report_is_refused(content: bytes) -> None:
    assert "is not a report" in refusal(content)


@pytest.mark.parametrize(
    "number",
    ["NaN", "Infinity", "-Infinity", "1e999", "1e31", "1" * 31, "-1", "1.5", "true", '"1"', "null", "1" * 5000],
)
def test_a_number_that_no_report_holds_is_refused(good: bytes, number: str) -> None:
    refusal(good.replace(b'"points": 2,', b'"points": %s,' % number.encode()))


@pytest.mark.parametrize("number", ["100.5", "1e-3", "1e999"])
def test_a_reliability_score_is_whole(good: bytes, number: str) -> None:
    assert re.search(rb'"reliability_score": \d+,', good)
    refusal(re.sub(rb'"reliability_score": \d+,', b'"reliability_score": %s,' % number.encode(), good))


def test_a_whole_number_with_a_point_is_read_as_we_write_it(good: bytes) -> None:
    merged = merging.merge([reading.read(good.replace(b'"points": 2,', b'"points": 2.0,'), "r.json")])
    assert rendered(merged) == good


KEYS = [
    "total_services", "services", "findings", "policy", "repository", "as_of", "verdict", "schema_version", "critical",
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
def test_a_report_of_a_version_that_lacks_a_key_is_refused(good: bytes, key: str) -> None:
    data = json.loads(good)
    del data[key]
    assert f"the key '{key}' is missing" in refusal(json.dumps(data).encode())


@pytest.mark.parametrize("key", ["failing", "fails_on", "thresholds", "points"])
def test_a_row_that_lacks_a_key_is_refused(good: bytes, key: str) -> None:
    data = json.loads(good)
    del data["services"][0][key]
    assert f"at /services/0: the key '{key}' is missing" in refusal(json.dumps(data).encode())


@pytest.mark.parametrize("key", ["fail_on", "help", "path"])
def test_a_policy_that_lacks_a_key_is_refused(good: bytes, key: str) -> None:
    data = json.loads(good)
    del data["policy"][key]
    assert f"at /policy: the key '{key}' is missing" in refusal(json.dumps(data).encode())


CONTRADICTIONS: dict[str, Callable[[dict[str, Any]], object]] = {
    "a failing service that is said not to fail": lambda data: data["services"][1].update(failing=False),
    "a rule that fails the gate and is not open": lambda data: data["services"][0].update(fails_on=["slo/breached"]),
    "points that nothing costs": lambda data: data["services"][0].update(points=3),
    "points that a subsystem lacks": lambda data: data["services"][1]["subsystems"]["slo"].update(points=0),
    "a health that its points don't give": lambda data: data["services"][1]["thresholds"].update(degraded_at=9),
    "a breach that is not counted": lambda data: data.update(slo_breaches=0),
    "a cost that nothing costs": lambda data: data.update(total_monthly_cost=1),
    "costs of another currency": lambda data: data.update(monthly_cost_by_currency={"EUR": 900}),
    "another average": lambda data: data.update(avg_reliability_score=100),
    "another risk": lambda data: data.update(top_risks=[]),
    "another verdict": lambda data: data.update(verdict="passed", exit_code=0),
    "another exit code": lambda data: data.update(exit_code=0),
    "no unreadable file": lambda data: data.update(findings=[]),
    "fewer services than counted": lambda data: data["services"].pop(),
    "more services than counted": lambda data: data["services"].append(data["services"][0]),
    "a health that is not counted": lambda data: data["services"][0].update(health="unknown"),
    "a name twice": lambda data: data["services"][0].update(name=data["services"][1]["name"]),
    "names no policy": lambda data: data.update(policy=None),
    "another schema_version": lambda data: data.update(schema_version="2"),
    "a day that there is not": lambda data: data.update(as_of="2026-02-30"),
    "a waiver's day that there is not": lambda data: data["services"][0]["findings"][0]["waiver"].update(
        expires="2026-02-30"
    ),
    "of several repositories": lambda data: data.update(repositories=[]),
    "of a change": lambda data: data.update(base={"ref": "main", "commit": "0" * 40, "adoption": False}),
}


@pytest.mark.parametrize("change", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_what_cannot_be_or_cannot_be_joined_is_refused(good: bytes, change: Callable[[dict[str, Any]], object]) -> None:
    data = json.loads(good)
    change(data)
    refusal(json.dumps(data).encode())


def test_a_report_on_a_change_is_refused(tmp_path: Path) -> None:
    content = "".join(reporter("json").render(change(tmp_path, "all"))).encode()
    assert refusal(content) == "'r.json' is about a change (--base)"


def test_a_joined_report_is_not_joined_again(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", {"services/a.yaml": manifest()})
    fleet = rendered(merging.merge(recordings(*(report(folder, repository=name) for name in "ab"))))
    assert refusal(fleet) == "'r.json' was merged from several repositories already"


def test_a_shard_that_does_not_fit_itself_is_refused(tmp_path: Path) -> None:
    [part] = in_shards(repository(tmp_path / "r", {"services/a.yaml": manifest()}), 1)
    shard = json.loads(part)["shard"]
    assert "there is no shard 2/1" in refusal(changed(part, shard=shard | {"index": 2}))
    assert "services that its shard does not name" in refusal(changed(part, shard=shard | {"names": []}))
    [name] = json.loads(part)["shard"]["names"]
    assert "does not hold" in refusal(changed(part, shard=shard | {"names": [name, {**name, "name": "other"}]}))
    assert "in other places" in refusal(changed(part, shard=shard | {"names": [{**name, "path": "services/b.yaml"}]}))
    assert "in other places" in refusal(changed(part, shard=shard | {"names": [name, {**name, "path": "services/0"}]}))
    assert "at /shard" in refusal(changed(part, shard={"index": 1, "count": 1}))


@pytest.mark.parametrize("key", ["verdict", "services", "failing", "name"])
def test_a_key_that_is_repeated_is_refused(good: bytes, key: str) -> None:
    """The first of two verdicts is shown by one reader, and the last one by another."""
    start = good.index(f'"{key}":'.encode())
    twice = good[:start] + f'"{key}": null, '.encode() + good[start:]
    assert refusal(twice) == f"'r.json' is not a report: the key '{key}' is repeated"


def test_an_override_of_what_fails_is_in_the_report(tmp_path: Path) -> None:
    """Without it, nobody could tell a degraded service that passes from one that was made to pass."""
    policy = own_policy("  overrides:\n    - {match: {name: web}, spec: {gate: {fail_on: [critical]}}}\n")
    folder = repository(tmp_path / "r", {"services/a.yaml": manifest(slos=BREACHED), "p.yaml": policy})
    content = report(folder, policy="p.yaml")
    assert json.loads(content)["services"][0]["fail_on"] == ["critical"]
    assert rendered(merging.merge(recordings(content))) == content
    data = json.loads(content)
    del data["services"][0]["fail_on"]
    assert "failing of web doesn't follow" in refusal(json.dumps(data).encode())


def hostile(content: bytes, text: str) -> bytes:
    """A report in which everything that is a string and may be anything is an attack."""
    data = json.loads(content)
    for number, row in enumerate(data["services"]):
        row.update(name=f"{text}{number}", team=text, path=text, governance=text, cost_trend=text)
        for each in row["subsystems"].values():
            each["facts"]["x"] = text
        row["subsystems"][text] = {"status": text, "points": 0, "facts": {text: text}}
        for each in row["findings"]:
            each.update(message=text, fix=text, path=text, pointer=text, fingerprint=text)
            if "waiver" in each:
                each["waiver"].update(reason=text, approved_by=text, ticket=text, path=text)
    for each in data["findings"]:
        each.update(message=text, fix=text, path=text, pointer=text, fingerprint=text)
    data["policy"].update(name=text, source=text, path=text, help=text, fail_on=["degraded", text])
    return json.dumps(settled(data | {"repository": text})).encode()


@pytest.mark.parametrize("form", REPORTERS)
def test_no_format_lets_through_what_a_report_brings_along(good: bytes, form: str) -> None:
    for text in HOSTILE:
        one = hostile(good, text)
        for sources in ([one], [one, changed(one, repository=f"{text}2", as_of="2026-11-24")]):
            merged = merging.merge(recordings(*sources))
            for verbosity in (0, 1):
                shown = rendered(merged, form, verbosity=verbosity).decode()
                assert not UNSEEN.search(shown), text
                assert "##[" not in shown
                if form != "github":
                    assert not [line for line in shown.splitlines() if line.lstrip().startswith("::")], text
                if form == "html":
                    assert "<script>alert" not in shown
                    assert "<h1>x" not in shown


def test_a_row_of_json_keeps_what_it_says(good: bytes) -> None:
    """What hides is spelled out in JSON's own way, and so means the same."""
    one = hostile(good, "a\u202e\x85b")
    data = json.loads(rendered(merging.merge(recordings(one))))
    assert data["services"] == json.loads(one)["services"]


@pytest.mark.parametrize("facts", [{}, {"slos": [], "met": 1}, {"slos": [{}]}, {"entries": 3}, {"checks": None}])
def test_a_page_of_facts_that_we_do_not_write_is_refused(good: bytes, facts: dict[str, Any]) -> None:
    data = json.loads(good)
    for each in data["services"][0]["subsystems"].values():
        each["facts"] = facts
    merged = merging.merge(recordings(json.dumps(settled(data)).encode()))
    with pytest.raises(GateError, match="the report on the service 'web' has a shape"):
        rendered(merged, "html")
    for form in set(REPORTERS) - {"html"}:
        rendered(merged, form)


@given(st.data())
def test_any_damage_is_refused_or_harmless(good: bytes, data: st.DataObject) -> None:
    """A value somewhere in a report becomes something else: it is read or refused, and nothing else happens."""
    whole = json.loads(good)
    node: Any = whole
    while True:
        key = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        if not isinstance(node[key], (dict, list)) or not node[key] or data.draw(st.booleans()):
            break
        node = node[key]
    node[key] = data.draw(st.sampled_from([None, 0, -1, 1.5, 10**29, "", "x", "2026-01-01", [], {}, True, ["x"], [{}]]))
    try:
        merged = merging.merge([reading.read(json.dumps(whole).encode(), "r.json")])
    except GateError:
        return
    for form in set(REPORTERS) - {"html"}:
        rendered(merged, form)
