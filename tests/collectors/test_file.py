"""Files of other tools: slo-generator's own reports, JSON Lines and CSV."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from platform_gate.collectors import rows
from platform_gate.collectors.source import SourceError
from tests.asking import ask, by_field, numbers

DATA = Path(__file__).parent / "data"
REPORTS = {"type": "file", "files": ["slo-generator/*.json"], "format": "slo-generator"}


def source(form: str, *, provides: list[str] | None = None, **more: Any) -> dict[str, Any]:
    return {"type": "file", "files": ["*.x"], "format": form, "provides": provides or ["slos", "reliability"], **more}


def asked(folder: Path, text: str, form: str, **more: Any) -> Any:
    (folder / "a.x").write_text(text, encoding="utf-8")
    return ask(source(form, **more), folder=folder)


# slo-generator. The reports in data/ were written by slo-generator 2.6.0.


def test_reports_become_slos_and_burn_rates() -> None:
    result = ask(REPORTS, folder=DATA)
    assert numbers(result) == {
        "payments slos/api-availability": "99.9512",
        "payments slos/api-availability/burn_rate/1h": "0.976",
        "payments slos/api-latency": "98.7654",
        "payments slos/api-latency/burn_rate/1h": "1.2346",
        "ledger slos/api-availability": "no-data",
    }
    assert result.remarks == ("left out 2 reports without the label service_name",)


def test_a_report_says_its_window_its_date_and_its_events() -> None:
    found = by_field(ask(REPORTS, folder=DATA))
    availability, latency = found["payments slos/api-availability"], found["payments slos/api-latency"]
    assert (availability.window, availability.observed_at) == ("28d", datetime(2025, 6, 30, 13, 59, 31, tzinfo=UTC))
    assert (availability.total, latency.total) == (Decimal(1_000_000), None)


def reports(folder: Path, change: Any) -> Path:
    read = json.loads((DATA / "slo-generator/reports.json").read_text(encoding="utf-8"))
    (folder / "slo-generator").mkdir()
    (folder / "slo-generator/a.json").write_text(json.dumps(change(read)), encoding="utf-8")
    return folder


def test_the_newest_report_counts(tmp_path: Path) -> None:
    def older(read: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [*read, {**read[1], "timestamp": read[1]["timestamp"] - 1, "sli_measurement": 0.5}]

    found = numbers(ask(REPORTS, folder=reports(tmp_path, older)))
    assert found["payments slos/api-availability"] == "99.9512"


def test_which_of_several_windows_is_meant_is_never_guessed(tmp_path: Path) -> None:
    folder = reports(tmp_path, lambda read: [{**read[0], "window": 7 * 86_400}, *read[1:]])
    assert ask(REPORTS, folder=folder).state.error == "the SLO api-availability has reports for the windows 28d and 7d"
    found = numbers(ask(REPORTS | {"window": "7d"}, folder=folder))
    assert found["payments slos/api-availability/burn_rate/28d"] == "0.976"
    assert found["payments slos/api-latency"] == "no-data"


@pytest.mark.parametrize("shape", [lambda read: read[1], lambda read: [read[1]]])
def test_one_report_alone(tmp_path: Path, shape: Any) -> None:
    assert numbers(ask(REPORTS, folder=reports(tmp_path, shape))) == {"payments slos/api-availability": "99.9512"}


def test_a_report_a_line(tmp_path: Path) -> None:
    read = json.loads((DATA / "slo-generator/reports.json").read_text(encoding="utf-8"))
    (tmp_path / "slo-generator").mkdir()
    lines = "".join(json.dumps(report) + "\n" for report in read)
    (tmp_path / "slo-generator/a.json").write_text(lines, encoding="utf-8")
    assert numbers(ask(REPORTS, folder=tmp_path)) == numbers(ask(REPORTS, folder=DATA))


def test_a_perfect_goal_has_no_burn_rate(tmp_path: Path) -> None:
    found = numbers(ask(REPORTS, folder=reports(tmp_path, lambda read: [{**read[0], "goal": 1.0}, read[1]])))
    assert found["payments slos/api-availability/burn_rate/1h"] == "no-data"


# JSON Lines and CSV.

CSV = (
    "service,at,value,unit,observed_at,window,total\n"
    "web,slos/availability,0.9995,ratio,2025-06-30T13:00:00+02:00,4w,1000\n"
    "web,reliability/mttr_minutes,90,seconds,2025-06-30,,\n"
    "api,slos/availability,,ratio,2025-06-30T13:00:00Z,30d,\n"
    "api,reliability/incidents_30d,0,count,2025-06-30T13:00:00,,\n"
    "job,slos/availability,NaN,ratio,2025-06-30T13:00:00Z,30d,\n"
    "old,slos/availability,1,ratio,,30d,\n"
    ",slos/availability,1,ratio,2025-06-30T13:00:00Z,30d,\n"
)
EXPECTED = {
    "web slos/availability": "99.95",
    "web reliability/mttr_minutes": "1.5",
    "api slos/availability": "no-data",
    "api reliability/incidents_30d": "0",
    "job slos/availability": "no-data",
    "old slos/availability": "no-timestamp",
}


def test_csv(tmp_path: Path) -> None:
    result = asked(tmp_path, "\ufeff" + CSV, "csv")
    assert numbers(result) == EXPECTED
    assert result.remarks == ("left out 1 row without a service",)
    web = by_field(result)["web slos/availability"]
    assert (web.window, web.total, web.observed_at) == ("4w", Decimal(1000), datetime(2025, 6, 30, 11, tzinfo=UTC))


def test_json_lines(tmp_path: Path) -> None:
    heading, *lines = CSV.splitlines()
    text = "\n".join(json.dumps(dict(zip(heading.split(","), line.split(","), strict=True))) for line in lines)
    assert numbers(asked(tmp_path, text + "\n\n", "jsonl")) == EXPECTED


ROW = '{"service": "web", "at": "slos/a", "value": 99.5, "unit": "percent", "observed_at": "2025-06-30"}\n'


@pytest.mark.parametrize(
    ("form", "text", "error"),
    [
        ("jsonl", "[]\n", "a.x, line 1: not a JSON object"),
        ("jsonl", ROW + ROW[:-3] + "\n", "a.x, line 2 is not JSON"),
        ("jsonl", ROW.replace("value", "valeu"), "a.x, row 1: missing value"),
        ("jsonl", ROW.replace('"unit"', '"untl": 1, "unit"'), "a.x, row 1: unknown column 'untl'"),
        ("jsonl", ROW.replace("99.5", '"high"'), "a.x, row 1: 'high' is not a number"),
        ("jsonl", ROW.replace("2025-06-30", "yesterday"), "a.x, row 1: 'yesterday' is not a timestamp"),
        ("jsonl", ROW.replace('"unit"', '"window": "1 month", "unit"'), "a.x, row 1: '1 month' is not a window"),
        ("jsonl", ROW.replace("slos/a", "cost/2025-01"), "the source gives 'cost/2025-01', which it doesn't claim"),
        ("csv", "service,at,value,unit\n", "a.x, line 1: missing observed_at"),
        (
            "csv",
            "service,at,value,unit,observed_at\nweb,slos/a,1\n",
            "a.x, line 2: the number of cells differs from the number of columns",
        ),
        ("csv", 'service,at,value,unit,observed_at\n"web', "a.x, line 1: unexpected end of data"),
        ("slo-generator", "{", "a.x is not JSON"),
        ("slo-generator", '{"a": 1}', "the response does not have the documented format (KeyError)"),
    ],
)
def test_a_file_that_can_t_be_understood(tmp_path: Path, form: str, text: str, error: str) -> None:
    assert asked(tmp_path, text, form).state.error == error


def test_two_values_of_one_field_in_two_files_are_none(tmp_path: Path) -> None:
    (tmp_path / "b.x").write_text(ROW, encoding="utf-8")
    assert numbers(asked(tmp_path, ROW, "jsonl")) == {"web slos/a": "several-series"}


def test_files_that_can_t_be_read(tmp_path: Path) -> None:
    assert ask(source("csv"), folder=tmp_path).state.error == "no file matches '*.x'"
    (tmp_path / "a.x").write_bytes(b"\xff")
    assert ask(source("csv"), folder=tmp_path).state.error == "'a.x' is not UTF-8"
    (tmp_path / "a.x").write_bytes(b"x" * 1025)
    assert ask(source("csv", max_bytes="1KiB"), folder=tmp_path).state.error == "'a.x' is larger than 1,024 bytes"


def test_a_day_and_a_moment_without_a_zone_are_in_utc() -> None:
    moments = [datetime(2025, 6, 30, 1, 2), datetime(2025, 6, 30).date(), "2025-06-30 01:02"]  # noqa: DTZ001 - a database's
    assert [str(rows.parse_moment(moment, "x")) for moment in moments] == [
        "2025-06-30 01:02:00+00:00",
        "2025-06-30 00:00:00+00:00",
        "2025-06-30 01:02:00+00:00",
    ]
    with pytest.raises(SourceError):
        rows.parse_moment(1751291971, "x")
