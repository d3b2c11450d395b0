"""What a plain scalar means, and which ones are refused because YAML readers disagree."""

import json
import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.documents.scalars import AMBIGUOUS, ScalarError, resolve

NUMBERS = {
    "0": 0,
    "-0": 0,
    "7": 7,
    "-12": -12,
    "99.9": 99.9,
    "-0.5": -0.5,
    "0.10": 0.1,
    "1.5e+3": 1500.0,
    "1.5E-3": 0.0015,
    "1.23456789012345E+3": 1234.56789012345,
    "999999999999999": 999999999999999,
    "-999999999999999": -999999999999999,
    "999999999999.999": 999999999999.999,
    "0.00000123456789012345": 1.23456789012345e-06,
    "9.99999999999999e+14": 999999999999999.0,
    "2.3e-308": 2.3e-308,
    "0.0": 0.0,
    "0.0e-400": 0.0,
}
STRINGS = [
    "payments", "2026-01", "1.2.3", "12h", "30d", "-", "+", ".", "..", "-a", "1-2", "1,000", "0x", "0o8", "0b2",
    "1:99", "1e", "e5", ".e5", "2026-1", "2026-01-31x", "2026-01-31T", "20260131Z", "tRUE", "nO", "oN", "yES",
    "nuLL", "~~", "==", "<", "v1", "team-a", "docs/a.md", "https://example.com:80/a", "٣", "१", "1٣", "inf",
    "nan", "Infinity", "-Infinity", "._", "_1", "-_", "1-2-3", "2026-01-31 ab",
]  # fmt: skip
OTHER_NUMBERS = [
    "010", "08", "00", "+1", "-01", "1.", ".5", "-.5", "1e5", "1E5", "1.5e3", "1e-5", "1.e+3", "5_000", "1_0.5", "0x1F",
    "0XfF", "-0x1", "0o17", "0O7", "0b101", "0B1", "1:30", "-1:30", "190:20:30", "1:30.5", "0:0", ".inf", "-.inf",
    "+.Inf", ".INF", ".nan", ".NaN", ".NAN", "1_", "0_1", "+1.5", "0x_1", "+12e03", "._1", "-._5", "._1_e3", "+_1",
    "0_x1F", "1_e5", "._1_2", "1_:30",
]  # fmt: skip
DATES = [
    "2026-01-31", "2026-1-1", "2026-13-41", "2026-01-31T10:00:00", "2026-01-31t10:00:00Z", "2026-01-31 10:00:00",
    "2026-01-31  10:00:00.5 +01:00", "2026-01-31 1:00:00 -5", "2026-01-31T10:00:00+0100",
    "2026-01-31T1:2:3Z", "2026-01-31 10:00", "-2026-01-31T10:00:00Z", "12026-01-31 10:00:00 UTC",
]  # fmt: skip


def refused(text: str) -> ScalarError:
    with pytest.raises(ScalarError) as caught:
        resolve(text)
    assert str(caught.value) == caught.value.message
    return caught.value


@pytest.mark.parametrize(("text", "value"), NUMBERS.items())
def test_a_decimal_number_is_that_number(text: str, value: float) -> None:
    resolved = resolve(text)
    assert (resolved, type(resolved)) == (value, type(value))


@pytest.mark.parametrize("text", ["-0", "-0.0", "-0.0e+5"])
def test_zero_has_no_sign(text: str) -> None:
    resolved = resolve(text)
    assert isinstance(resolved, int | float)
    assert math.copysign(1, resolved) == 1


@pytest.mark.parametrize(("text", "value"), [("true", True), ("false", False), ("null", None), ("~", None), ("", None)])
def test_words_that_all_readers_agree_on(text: str, *, value: bool | None) -> None:
    assert resolve(text) is value


@pytest.mark.parametrize("text", STRINGS)
def test_a_word_that_all_readers_take_for_a_string_is_one(text: str) -> None:
    assert resolve(text) == text


@pytest.mark.parametrize("text", OTHER_NUMBERS)
def test_a_number_to_some_readers_is_refused(text: str) -> None:
    error = refused(text)
    assert error.message == f"'{text}' is not the same number to every YAML reader"
    assert error.fix == "Write a plain decimal number, or put it in double quotes if it is text."


@pytest.mark.parametrize("text", DATES)
def test_a_date_to_some_readers_is_refused(text: str) -> None:
    error = refused(text)
    assert (error.message, error.fix) == (
        f"'{text}' is a date to some YAML readers",
        f'Put it in double quotes: "{text}"',
    )


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("yes", 'Write true, or "yes" for the word.'),
        ("Y", 'Write true, or "Y" for the word.'),
        ("True", 'Write true, or "True" for the word.'),
        ("on", 'Write true, or "on" for the word.'),
        ("n", 'Write false, or "n" for the word.'),
        ("FALSE", 'Write false, or "FALSE" for the word.'),
        ("Off", 'Write false, or "Off" for the word.'),
        ("NULL", 'Write null, or "NULL" for the word.'),
        ("=", 'Write "=" in quotes.'),
        ("<<", "Merge keys are not allowed: write the keys out."),
    ],
)
def test_a_word_that_means_two_things_is_refused(text: str, fix: str) -> None:
    error = refused(text)
    assert (error.message, error.fix) == (f"'{text}' means different things to different YAML readers", fix)


def test_every_word_of_yaml_1_1_is_known() -> None:
    words = [word for stem in ("y", "yes", "n", "no", "true", "false", "on", "off", "null") for word in spellings(stem)]
    assert {*words, "=", "<<"} - {"true", "false", "null"} == set(AMBIGUOUS)


def spellings(stem: str) -> list[str]:
    return [stem, stem.capitalize(), stem.upper()]


@pytest.mark.parametrize(
    "text", ["1234567890123456", "-1234567890123456", "0.1234567890123456", "100000000000000.0", "1.000000000000000e-3"]
)
def test_more_than_fifteen_significant_digits_are_refused(text: str) -> None:
    error = refused(text)
    assert (error.message, error.fix) == (f"'{text}' has more than 15 significant digits", "Round it.")


@pytest.mark.parametrize("text", ["1.0e+15", "-1.0e+15", "1.0e+400"])
def test_a_number_out_of_range_is_refused(text: str) -> None:
    assert refused(text).message == f"the number '{text}' is out of range"


@pytest.mark.parametrize("text", ["1.0e-400", "1.0E-400", "-2.2e-308", "1.0e-310"])
def test_a_number_that_no_float_tells_from_zero_is_refused(text: str) -> None:
    error = refused(text)
    assert (error.message, error.fix) == (f"the number '{text}' is too close to 0", "Write 0.")


def test_the_fix_for_a_number_that_is_too_large_names_the_limit() -> None:
    assert refused("1.0e+15").fix == "Write a number below 10^15."


@given(st.decimals(-(10**8), 10**8, places=6))
def test_a_number_is_read_as_json_reads_it(value: object) -> None:
    assert resolve(f"{value:f}") == json.loads(f"{value:f}")


@given(st.text("0123456789+-._eExXob:aAfFnNiTtZ ~", min_size=1, max_size=8).filter(lambda text: text == text.strip()))
def test_a_string_is_a_string_to_yaml_1_1_too(text: str) -> None:
    try:
        value = resolve(text)
    except ScalarError:
        return
    if isinstance(value, str):
        tag = yaml.resolver.Resolver().resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call] # no stub
        assert tag == "tag:yaml.org,2002:str"
