import hashlib

import pytest

from platform_gate.documents.document import DocumentError
from platform_gate.measurements import snapshot
from platform_gate.measurements.measured import Measurements
from platform_gate.model import GateError
from tests.measurements.snapshots import BILL, PROM, bill, content, header, line, measurements, value


def test_a_snapshot_is_hashed_and_its_services_are_found() -> None:
    raw = content({"a": [value()], "b": [bill("2026-10", 5)]})
    found = snapshot.read(raw, "m.jsonl")
    assert found.sha256 == hashlib.sha256(raw).hexdigest()
    assert (found.path, found.collected_at, list(found.services)) == ("m.jsonl", "2026-11-23T06:00:07Z", ["a", "b"])
    assert found.sources["bill"].services == ("*",)
    assert found.raw("b") == raw.split(b"\n")[2]


@pytest.mark.parametrize("begin", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends_and_a_byte_order_mark_change_nothing(begin: bytes, end: bytes, *, last: bool) -> None:
    raw = content({"a": [value()], "b": [value()]}).replace(b"\n", end)
    found = snapshot.read(begin + (raw if last else raw.removesuffix(end)), "m.jsonl")
    assert list(found.services) == ["a", "b"]
    assert not Measurements([found]).of("b").refusals


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "m.jsonl:1:1: expected a value, the line ends"),
        (content({"a": [value()]}).split(b"\n", 1)[1], "m.jsonl:1:1: the first line is not a header"),
        (header({}).encode(), "m.jsonl:1:104: the mapping is empty"),
        (header({"prom": {**PROM, "ok": 1}}).encode(), "m.jsonl:1:183: expected true or false, found 1"),
        (header({"prom": {**PROM, "provides": ["slo"]}}).encode(), "m.jsonl:1:145: unknown field 'slo'"),
        (header().replace("2026-11-23", "2026-02-30").encode(), "m.jsonl:1:71: 2026-02-30 is not a date"),
        (
            header().replace("v1", "v2").encode(),
            "m.jsonl:1:15: expected platform-gate/v1, found the string 'platform-gate/v2'",
        ),
    ],
)
def test_without_a_right_header_there_is_no_snapshot(raw: bytes, message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        snapshot.read(raw, "m.jsonl")
    assert caught.value.message == message


def test_lines_out_of_order_or_repeated_are_refused_and_the_rest_is_read() -> None:
    text = "\n".join([header(), line("b", [value()]), line("a", [value()]), line("b", [value()]), line("c", [value()])])
    found = snapshot.read(text.encode(), "m.jsonl")
    assert [f"{refusal.location}: {refusal.message}" for refusal in found.refusals] == [
        "m.jsonl:3:12: the service 'a' comes after 'b'",
        "m.jsonl:4:12: the service 'b' is already on line 2",
    ]
    assert list(found.services) == ["b", "c"]


def test_a_line_whose_service_cannot_be_told_is_refused() -> None:
    text = "\n".join([header(), "{", '{"values":[]}', '{"service":5,"values":[]}', line("z", [value()])])
    found = snapshot.read(text.encode(), "m.jsonl")
    assert [refusal.location.line for refusal in found.refusals] == [2, 3, 3, 4, 4]
    assert list(found.services) == ["z"]


def test_a_snapshot_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = content({"a": [value()]})
    monkeypatch.setattr(snapshot, "MAX_BYTES", len(raw))
    assert snapshot.read(raw, "m.jsonl").services
    with pytest.raises(DocumentError, match="larger than 256 MiB"):
        snapshot.read(raw + b"\n", "m.jsonl")


def test_several_snapshots_say_what_one_would() -> None:
    one = measurements({"a": [value(), bill("2026-10", 5)]})
    hourly = snapshot.read(content({"a": [value()]}, {"prom": PROM}), "h.jsonl")
    daily = snapshot.read(content({"a": [bill("2026-10", 5)]}, {"bill": BILL}), "d.jsonl")
    several = Measurements([hourly, daily])
    found = several.of("a").measured
    assert {at: each.value for at, each in found.values.items()} == {
        at: each.value for at, each in one.of("a").measured.values.items()
    }
    assert found.values["cost/2026-10"].path == "d.jsonl"
    assert several.sources == one.sources


def test_two_headers_of_one_source_name_both_files() -> None:
    each = [snapshot.read(content({}, {"prom": PROM}), name) for name in ("a.jsonl", "b.jsonl")]
    with pytest.raises(GateError) as caught:
        Measurements(each)
    assert caught.value.message == "the source 'prom' has two headers: a.jsonl:1 and b.jsonl:1"


def test_of_two_values_of_one_field_neither_counts() -> None:
    other = {"prom2": PROM}
    several = Measurements([
        snapshot.read(content({"a": [value(), value("slos/b")]}, {"prom": PROM}), "a.jsonl"),
        snapshot.read(content({"a": [value(source="prom2")]}, other), "b.jsonl"),
    ])  # fmt: skip
    answer = several.of("a")
    assert list(answer.measured.values) == ["slos/b"]
    [refusal] = answer.refusals
    assert f"{refusal.location}: {refusal.message}" == (
        "b.jsonl:2:32: a second value of 'slos/availability' for a; a.jsonl:2 has one too"
    )


def test_whom_nobody_measures_is_claimed_all_the_same() -> None:
    found = measurements({"a": [value()]}).of("b").measured
    assert (found.values, [source.name for source in found.claimed]) == ({}, ["bill", "prom"])
