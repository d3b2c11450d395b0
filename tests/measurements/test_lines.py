from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_gate.documents import schema, strict_json
from platform_gate.measurements import fast_lines, lines
from platform_gate.measurements.explaining import MAX_LINE, Place, explain
from platform_gate.measurements.lines import Line
from platform_gate.readings import Measurement, Source
from tests.measurements.snapshots import OBSERVED, dumped, header, line, value

PLACE = Place("m.jsonl", 7)
SOURCES = {
    "prom": Source("prom", "prometheus", ("slos", "reliability/uptime_pct")),
    "bill": Source("bill", "focus", ("cost",)),
}
READ = lines.reader(SOURCES)


def read(text: str | bytes) -> Line:
    raw = text if isinstance(text, bytes) else text.encode()
    return READ(raw, PLACE)


def test_a_value_is_read_with_its_place() -> None:
    found = read(
        line("web", [value(total=5, coverage_pct=99.5), {"at": "cost/2026-10", "error": "x", "source": "bill"}])
    )
    assert found.refusals == ()
    assert all(each.frame >= 0 for each in found.values.values())
    assert {at: each._replace(frame=-1) for at, each in found.values.items()} == {
        "slos/availability": Measurement(
            "slos/availability", "prom", 99.95, "percent", "30d", "2026-11-23T06:00:00Z", "", 5, 99.5, "m.jsonl", 7
        ),
        "cost/2026-10": Measurement("cost/2026-10", "bill", error="x", path="m.jsonl", line=7),
    }


@pytest.mark.parametrize(
    "text",
    [
        line("web", [value("slos/größe")]),
        line("web", [value('slos/a "b"')]),
        dumped({"service": "web", "values": [value("slos/x")]}).replace("slos/x", "slos\\/\\u0078"),
        line("web", [value("slos/x")]).replace(",", " , ").replace(":{", ": {") + "\r",
        dumped({"values": [dict(reversed(value("slos/x").items()))], "service": "web"}),
    ],
)
def test_however_it_is_written_a_right_line_is_read(text: str) -> None:
    found = read(text)
    assert found.refusals == ()
    assert [each.value for each in found.values.values()] == [99.95]


@pytest.mark.parametrize(
    ("values", "message", "column"),
    [
        ([value(unti=1)], "unknown key 'unti'", 153),
        ([value(unit=None)], "the key 'unit' is missing", 27),
        ([value(unit="percents")], "the string 'percents' is not a known unit", 74),
        ([value(number="99")], "expected a number, found the string '99'", 60),
        ([value(number=True)], "expected a number, found true", 60),
        ([value(number=None)], "the key 'value' is missing", 27),
        ([value(error="no-data")], "99.95 is not a valid value", 60),
        ([value(window="30 days")], "the string '30 days' is not a valid window", 93),
        ([value(window="")], "the string '' is not a valid window", 93),
        ([value(observed_at="2026-11-23")], "the string '2026-11-23' is not a valid observation time", 113),
        ([value(observed_at="2026-11-23T06:00:00+01:00")], None, 113),
        ([value(observed_at="2026-02-30T06:00:00Z")], "2026-02-30 is not a date", 113),
        ([value(total=-1)], "-1 is below 0", 161),
        ([value(coverage_pct=101)], "101 is above 100", 168),
        ([value(coverage_pct=True)], "expected a number, found true", 168),
        ([value("slo/availability")], "unknown field 'slo/availability'", 33),
        ([value("reliability/uptime")], "unknown field 'reliability/uptime'", 33),
        ([value("cost/2026-13", source="bill")], "unknown field 'cost/2026-13'", 33),
        ([value(source="prim")], "the header has no source 'prim'", 145),
        ([value(source="bill")], "the source 'bill' does not provide 'slos/availability'", 145),
        ([value(), value()], "a second value of 'slos/availability' for this service", 159),
        ([], "the list holds fewer than 1 entry", 26),
        ([1], "expected a mapping, found 1", 27),
    ],
)
def test_what_breaks_the_schema_is_refused_in_its_place(values: list[Any], message: str | None, column: int) -> None:
    found = read(line("web", values))
    assert not found.values
    [refusal] = found.refusals
    assert message in (None, refusal.message)
    assert (refusal.location.path, refusal.location.line) == PLACE
    assert abs(refusal.location.column - column) <= 3
    assert refusal.excerpt is not None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b'{"service":"web","values":[\xff]}', "byte 0xff is not UTF-8"),
        (line("Web", [value()]).encode(), "the string 'Web' is not a valid service"),
        (line("web", [value(f"slos/{n}") for n in range(600)]).encode(), "the line is longer than 64 KiB"),
        (b'{"service":"web","values":[],"values":[]}', "the key 'values' is repeated"),
        (header().encode(), "a second header"),
        (b"[]", "expected a mapping, found a list"),
        (b"", "expected a value, the line ends"),
    ],
)
def test_a_line_that_is_none_is_refused(text: bytes, message: str) -> None:
    found = read(text)
    assert [refusal.message for refusal in found.refusals] == [message]


def test_every_problem_of_a_line_is_named_in_order() -> None:
    found = read(line("web", [value(unti=1), value("slos/b", unit="x"), value("cost/2026-10")]))
    assert [refusal.message for refusal in found.refusals] == [
        "unknown key 'unti'", "the string 'x' is not a known unit",
    ]  # fmt: skip


def test_a_line_of_the_longest_length_is_read() -> None:
    short = line("web", [value()])
    padded = short[:-1] + " " * (MAX_LINE - len(short)) + "}"
    assert len(padded) == MAX_LINE
    assert read(padded).values
    assert not read(padded + " ").values


KEYS = ["at", "value", "unit", "window", "observed_at", "source", "error", "total", "coverage_pct", "extra"]
ODD = st.sampled_from(
    [None, True, "", "x", "prom", "percent", "USD", "30d", "4w", "2026-11-23T06:00:00Z", "slos/a", "cost/2026-10"]
) | st.sampled_from([0, -1, 1, 99.5, 100.5, 10**15 - 1, 1e13, [], {}, "no-data", "bill", "9999d", "calendar-month"])


@settings(max_examples=150)
@given(odd=st.dictionaries(st.sampled_from(KEYS), ODD, max_size=9), whole=st.booleans())
def test_the_quick_checks_and_the_schema_agree(odd: dict[str, Any], *, whole: bool) -> None:
    item = {**value("slos/a"), **odd} if whole else odd
    text = line("web", [item])
    found = read(text)
    data = strict_json.read(text).data
    fits = not schema.validate(data, "measurements")
    assert bool(found.refusals) is not bool(found.values)
    assert fits or found.refusals
    if found.values:
        [measurement] = found.values.values()
        assert (measurement.value, measurement.unit or None) == (item.get("value"), item.get("unit"))


NAMES = st.sampled_from(["web", "a.b-c", "web-", "x" * 63, "x" * 64, "Web", ""])
DIGITS = st.sampled_from(
    [
        "0",
        "-0",
        "-0.0",
        "99.95",
        "0.1",
        "01",
        "1.",
        ".5",
        "+1",
        "1e3",
        "1E400",
        "NaN",
        "-",
        "--1",
        "1.2.3",
        "true",
        "null",
    ]
) | st.sampled_from(
    ["999999999999999", "1000000000000000", "0.12345678901234", "12345678.12345678", '"1"', "1 ", "-5", "100"]
)
TIMES = st.sampled_from(
    [
        "2026-11-23T06:00:00Z",
        "2026-11-23T23:59:59Z",
        "2026-11-23T24:00:00Z",
        "2026-02-30T06:00:00Z",
        "2026-11-23T06:00:00",
    ]
) | st.sampled_from(
    ["2026-11-23T06:00:00.5Z", "2026-11-23 06:00:00Z", "2026-11-23", "2026-11-23T6:00:00Z", "\u06f2026-11-23T06:00:00Z"]
)
EXTRAS = [
    ',"total":5',
    ',"total":05',
    ',"total":-1',
    ',"total":1.5',
    ',"total":5,"total":6',
    ',"coverage_pct":5,"total":5',
]
EXTRAS += [',"coverage_pct":99.5', ',"coverage_pct":101', ',"coverage_pct":100.0', ',"window":"7d"', ',"window":"30d"']
EXTRAS += [',"window":""', ',"unit":"percent"', ',"error":"x"', ',"value":5', ',"source":"prom"', ',"extra":1']
PIECES = st.sampled_from([*EXTRAS, "}", ",", " ", "{", ',"at":"slos/b"', "\t", "\\", ""])


@st.composite
def written(draw: st.DrawFn) -> str:
    """A line as `collect` writes it, or nearly so: pieces that are right, and pieces that aren't, in any order."""
    values = []
    for at in draw(
        st.lists(st.sampled_from(["slos/a", "slos/b", "slos/\u00fc", "slos/THB", "cost/2026-10", "slo"]), max_size=4)
    ):
        source = "bill" if at.startswith("cost") else draw(st.sampled_from(["prom", "prom", "prim"]))
        unit = draw(st.sampled_from(["percent", "percent", "THB", "TRY", "ratio", "x"]))
        window = draw(st.sampled_from(["", "", ',"window":"30d"', ',"window":"30 d"']))
        number = draw(st.just("99.95") | DIGITS)
        observed = draw(st.just(OBSERVED) | TIMES)
        end = draw(st.just("") | PIECES)
        usual = f'"value":{number},"unit":"{unit}"{window},"observed_at":"{observed}","source":"{source}"{end}'
        failed = f'"error":"no-data","source":"{source}"{end}'
        values.append(f'{{"at":"{at}",{draw(st.sampled_from([usual, usual, usual, failed]))}}}')
    between = draw(st.sampled_from([",", ",", ", ", ",,", ", {},", " ,"]))
    return f'{{"service":"{draw(st.just("web") | NAMES)}","values":[{between.join(values)}]}}'


@settings(max_examples=600)
@given(text=written(), spaced=st.booleans())
def test_the_quick_reader_and_the_strict_one_agree(text: str, *, spaced: bool) -> None:
    text = text.replace('":', '": ').replace(',"', ', "') if spaced else text
    known = lines.provides(SOURCES)
    common = fast_lines.known(lambda item: lines._checked(item, known))  # noqa: SLF001 - what it checks strictly
    quick = fast_lines.values(text, *PLACE, common)
    refusals = explain(text.encode(), PLACE, SOURCES)
    if quick is None:
        return
    assert not refusals
    strict = strict_json.read(text).data["values"]
    assert [_as_written(item) for item in strict] == [value._replace(frame=-1) for value in quick.values()]
    assert read(text).values.keys() == quick.keys()


def _as_written(item: dict[str, Any]) -> Measurement:
    texts: dict[str, Any] = {key: item.get(key, "") for key in ("unit", "window", "observed_at", "error")}
    numbers: dict[str, Any] = {key: item.get(key) for key in ("value", "total", "coverage_pct")}
    return Measurement(item["at"], item["source"], **texts, **numbers, path=PLACE.path, line=PLACE.number)


@given(text=written())
def test_whatever_the_quick_reader_leaves_is_read_or_refused(text: str) -> None:
    found = read(text)
    assert bool(found.refusals) is not bool(found.values)
    assert bool(found.refusals) is bool(explain(text.encode(), PLACE, SOURCES))


@pytest.mark.parametrize(
    "values",
    [
        [value(), value("slos/b", number=5, total=7, coverage_pct=99.5)],
        [value(unit="THB", window=None, source="bill", at="cost/2026-10")],
        [{"at": "slos/a", "error": "no-data", "source": "prom"}, value()],
    ],
)
def test_lines_as_collect_writes_them_are_read_quickly(values: list[Any]) -> None:
    known = lines.provides(SOURCES)
    common = fast_lines.known(lambda item: lines._checked(item, known))  # noqa: SLF001 - what it checks strictly
    found = fast_lines.values(line("web", values), *PLACE, common)
    assert found is not None
    assert list(found) == [item["at"] for item in values]


STAMP = "T01:02:03Z"


@pytest.mark.parametrize(
    "item",
    [
        f'"at":"slos/a{STAMP}","error":"no-data","source":"prom"',
        f'"value":5,"at":"slos/a{STAMP}","unit":"percent","source":"prom"',
        f'"value":5,"at":"slos/a{STAMP}","unit":"percent","observed_at":"2026-11-23{STAMP}","source":"prom"',
        f'"at":"slos/a","error":"2026-11-23{STAMP}","source":"prom"',
        f'"at":"slos/a","error":"2026-11-23{STAMP}","observed_at":"2026-11-23{STAMP}","source":"prom"',
        f'"at":"slos/a","error":"no-data","observed_at":"2026-11-23{STAMP}","source":"prom"',
        f'"at":"slos/a","unit":"percent","source":"prom","observed_at":"2026-11-23{STAMP}","value":5',
        f'"at":"slos/a","value":5,"unit":"percent","source":"prom","observed_at":"2026-11-23{STAMP}"',
        '"at":"slos/a},{b","value":5,"unit":"percent","source":"prom"',
    ],
)
def test_text_that_looks_like_a_time_or_an_end_stays_text(item: str) -> None:
    found = read(f'{{"service":"web","values":[{{{item}}}]}}')
    assert found.refusals == ()
    [measurement] = found.values.values()
    assert measurement._replace(frame=-1) == _as_written(strict_json.read(f"{{{item}}}").data)


@pytest.mark.parametrize("end", [",", "}", ",,", "5", ".5", ' "x"'])
def test_a_number_that_ends_a_value_has_nothing_behind_it(end: str) -> None:
    text = '"at":"slos/a","unit":"percent","source":"prom","value":5'
    assert read(f'{{"service":"web","values":[{{{text}}}]}}').values
    assert bool(read(f'{{"service":"web","values":[{{{text}{end}}}]}}').values) is (end in {"5", ".5"})
