"""The snapshot as text."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.measurements.writing import SourceState, Value, number_text, snapshot
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
