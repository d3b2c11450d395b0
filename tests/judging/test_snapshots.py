"""What snapshots are to a run: what is measured of a service, and what is wrong with lines."""

from platform_gate.judging import snapshots
from platform_gate.judging.problems import MAX_PROBLEMS
from platform_gate.judging.shards import Named
from platform_gate.measurements import snapshot
from platform_gate.measurements.measured import Measurements
from platform_gate.model import Finding, Location
from platform_gate.policy import loading
from tests.hostile.product import policy_of
from tests.measurements.snapshots import PROM, header, line, measurements, value
from tests.samples import own_policy

POLICY = loading.default()
BROKEN = line("web", [value(unit="x")])


def read(*lines: str) -> Measurements:
    return Measurements([snapshot.read("\n".join([header(), *lines]).encode(), "m.jsonl")])


def test_the_head_names_files_and_sources_in_order() -> None:
    assert snapshots.measured_by(None) is None
    found = snapshots.measured_by(measurements({"web": [value()]}))
    assert found is not None
    [file] = found.files
    assert (file.path, len(file.sha256), file.collected_at) == ("m.jsonl", 64, "2026-11-23T06:00:07Z")
    assert [source.name for source in found.sources] == ["bill", "prom"]


def test_a_service_is_asked_for_and_its_broken_line_is_a_finding() -> None:
    findings: list[Finding] = []
    ask = snapshots.measure(read(line("api", [value()]), BROKEN), {}, findings)
    assert ask is not None
    assert ask("api").values["slos/availability"].value == 99.95
    assert findings == []
    assert ask("web").values == {}
    [finding] = findings
    assert (finding.rule, finding.location.line, finding.unjudged) == ("measurement/invalid", 3, True)


def test_without_snapshots_nobody_is_asked() -> None:
    assert snapshots.measure(None, {}, []) is None
    assert list(snapshots.broken(None, ())) == []
    assert snapshots.unmet(None, (), POLICY) == []


def test_a_former_name_claims_a_service() -> None:
    known = measurements({"old": [value()]}, {"prom": {**PROM, "services": ["old"]}})
    ask, asked = snapshots.measure(known, {"new": ("old",)}, []), snapshots.measure(known, {}, [])
    assert ask is not None
    assert asked is not None
    assert [source.name for source in ask("new").claimed] == ["prom"]
    assert asked("new").claimed == ()


def test_a_broken_line_is_said_once() -> None:
    known = read(BROKEN)
    assert [finding.location.line for finding in snapshots.broken(known, ())] == [2]
    assert list(snapshots.broken(known, ["web"])) == []


def test_not_more_broken_lines_are_named_than_problems_of_a_file() -> None:
    known = read(*(line(f"s{number:04}", [value(unit="x")]) for number in range(MAX_PROBLEMS + 5)))
    found = list(snapshots.broken(known, ()))
    assert len(found) == MAX_PROBLEMS + 1
    assert "5" in found[-1].message


def test_a_measured_service_without_a_manifest_is_a_note() -> None:
    known = measurements({"web": [value()], "wbe": [value()]})
    [note] = snapshots.unknown(known, ["web"], POLICY)
    assert (note.rule, note.severity) == ("measurement/unknown-service", "note")
    assert note.message == "the snapshot measures 'wbe', which no manifest describes"
    assert note.fix.startswith("Did you mean web?")
    assert list(snapshots.unknown(known, ["wbe", "web"], POLICY)) == []


def test_a_rule_that_is_off_asks_nothing() -> None:
    off = policy_of(own_policy('  severities: {measurement/unknown-service: "off"}\n').encode()).base()
    assert snapshots.unmet(measurements({"web": [value()]}), (), off) == []


def test_of_many_unknown_services_the_first_are_named() -> None:
    lines = [Named(f"s{number:04}", Location("m.jsonl", number + 2)) for number in range(MAX_PROBLEMS + 3)]
    notes = snapshots.unknown_among(lines, ())
    assert len(notes) == MAX_PROBLEMS + 1
    assert notes[-1].message == "and 3 more measured services without a manifest"


def test_only_a_whole_fleet_has_unknown_services() -> None:
    known = measurements({"web": [value()]})
    assert list(snapshots.about_snapshots(known, [], POLICY, whole=False)) == []
    assert len(list(snapshots.about_snapshots(known, [], POLICY, whole=True))) == 1
