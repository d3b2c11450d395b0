"""The snapshot as text."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.measurements import snapshot as reading
from platform_gate.measurements.measured import Measurements
from platform_gate.measurements.writing import SourceState, Value, number_text, snapshot, timestamp
from platform_gate.model import GateError

AT = datetime(2026, 11, 25, 14, 0, 7, 999_999, tzinfo=UTC)
SEEN = datetime(2026, 11, 25, 15, 59, 31, tzinfo=timezone(timedelta(hours=2)))
STATES = {
    "prom": SourceState("prometheus", ("slos", "reliability/uptime_pct"), ("pay*",)),
    "dora": SourceState("sql", ("reliability/mttr_minutes",), error="timeout"),
}


def test_a_snapshot() -> None:
    values = [
        Value("web", "slos/b", "prom", Decimal("99.80"), "percent", "30d", SEEN, Decimal(120896597), Decimal("99.5")),
        Value("web", "slos/a", "prom", error="no-data"),
        Value("api", "cost/2026-10", "prom", Decimal("3500.12"), "USD", observed_at=SEEN),
    ]
    assert "".join(snapshot(AT, STATES, values)) == (
        '{"apiVersion":"platform-gate/v1","kind":"Measurements","collected_at":"2026-11-25T14:00:07Z","sources":{'
        '"dora":{"type":"sql","provides":["reliability/mttr_minutes"],"ok":false,"error":"timeout"},'
        '"prom":{"type":"prometheus","provides":["slos","reliability/uptime_pct"],"services":["pay*"],"ok":true}}}\n'
        '{"service":"api","values":[{"at":"cost/2026-10","value":3500.12,"unit":"USD",'
        '"observed_at":"2026-11-25T13:59:31Z","source":"prom"}]}\n'
        '{"service":"web","values":[{"at":"slos/a","error":"no-data","source":"prom"},'
        '{"at":"slos/b","value":99.8,"unit":"percent","window":"30d","observed_at":"2026-11-25T13:59:31Z",'
        '"source":"prom","total":120896597,"coverage_pct":99.5}]}\n'
    )


def test_the_order_of_values_does_not_matter() -> None:
    values = [Value(f"s{number % 7}", f"slos/{number}", "prom", Decimal(number), "percent") for number in range(50)]
    assert list(snapshot(AT, STATES, values)) == list(snapshot(AT, STATES, reversed(values)))


def test_a_value_without_a_date_is_not_one() -> None:
    line = list(snapshot(AT, {}, [Value("web", "slos/a", "prom", Decimal(99), "percent")]))[1]
    assert json.loads(line)["values"] == [{"at": "slos/a", "error": "no-timestamp", "source": "prom"}]


def test_a_line_that_no_reader_accepts_is_not_written() -> None:
    values = [Value("web", f"slos/{number}", "prom", error="no-data") for number in range(2000)]
    with pytest.raises(GateError, match="longer than 64 KiB"):
        list(snapshot(AT, {}, values))


def test_text_that_a_runner_would_run_is_written_apart() -> None:
    (header,) = snapshot(AT, {"a": SourceState("sql", (), error="##[set-env]x")}, [])
    assert "##[" not in header
    assert json.loads(header)["sources"]["a"]["error"] == "##[set-env]x"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("99.80", "99.8"),
        ("-0", "0"),
        ("0E-20", "0"),
        ("1E+3", "1000"),
        ("99.98765432109876", "99.987654321"),
        ("120896597.123456789", "120896597.123457"),
        ("0.0000000004", "0"),
        ("999999999999999", "999999999999999"),
    ],
)
def test_a_number_keeps_the_digits_that_the_gate_reads(number: str, text: str) -> None:
    assert number_text(Decimal(number)) == text


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e15", "999999999999999.9", "-1e400"])
def test_a_number_that_the_gate_can_t_read(number: str) -> None:
    with pytest.raises(ValueError, match=re.escape(str(Decimal(number)))):
        number_text(Decimal(number))


@given(st.decimals(min_value=-(10**14), max_value=10**14, allow_nan=False))
def test_every_number_is_written_in_the_gate_s_grammar_and_close(number: Decimal) -> None:
    text = number_text(number)
    assert re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]{1,9})?", text)
    assert len(text.strip("-").replace(".", "").strip("0")) <= 15
    assert abs(Decimal(text) - number) <= Decimal("5e-10") + abs(number) * Decimal("5e-15")


FIELDS = {"slos/a": ("percent", "30d"), "slos/b c": ("percent", ""), "cost/2026-10": ("EUR", "")}
FIELDS |= {"reliability/incidents_30d": ("count", "30d"), "slos/a/burn_rate/1h": ("ratio", "")}
NUMBERS = st.decimals(-(10**14), 10**14, allow_nan=False, allow_infinity=False, places=9)
ERRORS = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=40)


@st.composite
def collected(draw: st.DrawFn) -> list[Value]:
    """Values of services as collectors give them: each field of a service once."""
    keys = draw(st.sets(st.tuples(st.sampled_from(["api", "web", "web-2"]), st.sampled_from(sorted(FIELDS)))))
    return [draw(a_value(*key)) for key in keys]


@st.composite
def a_value(draw: st.DrawFn, service: str, at: str) -> Value:
    if draw(st.integers(0, 3)) == 0:
        return Value(service, at, "prom", error=draw(ERRORS.filter(str.strip)))
    unit, window = FIELDS[at]
    observed = draw(st.datetimes(datetime(2001, 1, 2), datetime(2099, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis adds the zone
    total = draw(st.none() | st.integers(0, 10**14).map(Decimal))
    coverage = draw(st.none() | st.decimals(0, 100, places=3))
    return Value(service, at, "prom", draw(NUMBERS), unit, window, observed, total, coverage)


@given(values=collected())
def test_what_is_written_is_read_back(values: list[Value]) -> None:
    states = {"prom": SourceState("prometheus", ("slos", "cost", "reliability"))}
    content = "".join(snapshot(AT, states, values)).encode()
    read = Measurements([reading.read(content, "m.jsonl")])
    assert set(read.names()) == {value.service for value in values}
    for service in read.names():
        answer = read.of(service)
        assert answer.refusals == ()
        expected = {value.at: value for value in values if value.service == service}
        assert answer.measured.values.keys() == expected.keys()
        for at, found in answer.measured.values.items():
            value = expected[at]
            assert (found.error, found.unit, found.window) == (value.error, value.unit, value.window)
            assert found.value == (
                None if value.value is None else pytest.approx(float(value.value), rel=1e-12, abs=1e-9)
            )
            assert found.observed_at == (timestamp(value.observed_at) if value.observed_at else "")
            assert (found.total, found.coverage_pct) == tuple(
                None if number is None else float(number) for number in (value.total, value.coverage_pct)
            )
