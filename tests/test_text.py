"""What may be shown, how much of it, and how lists read in a sentence."""

import html
import json
import os
import re
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.text import (
    QUOTED_AT_MOST,
    UNSAFE,
    Excerpt,
    displayed,
    displayed_again,
    escape,
    listing,
    log_html,
    log_json,
    log_line,
    log_xml,
    plural,
    printable,
    quote,
    real_bytes,
    real_path,
    shorten,
    suggestion,
    system_path,
)


@pytest.mark.parametrize(
    ("character", "expected"),
    [("\x1b", r"\x1b"), ("\xff", r"\xff"), ("\u0100", r"\u0100"), ("\u202e", r"\u202e"), ("\t", r"\x09")],
)
def test_a_character_is_spelled_out(character: str, expected: str) -> None:
    assert escape(character) == expected


@pytest.mark.parametrize(
    "character", "\t\n\r\x00\x07\x1b\x7f\x85\x9b\u061c\u200e\u200f\u2028\u2029\u202e\u2066\ufeff\ud800"
)
def test_what_acts_on_a_terminal_or_hides_is_spelled_out(character: str) -> None:
    assert printable(f"a{character}b") == f"a{escape(character)}b"


@pytest.mark.parametrize("text", ["plain", "größe", "価格", "😀", "a b", "\\x1b", "\xa0", "\u200d"])
def test_what_people_write_stays(text: str) -> None:
    assert printable(text) == text


@given(st.text())
def test_nothing_printable_controls_anything(text: str) -> None:
    assert not [each for each in printable(text) if unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"}]


@given(st.text())
def test_printable_text_is_printed_as_it_is(text: str) -> None:
    assert printable(printable(text)) == printable(text)


def test_every_bidirectional_control_of_the_contract_is_unsafe() -> None:
    codes = [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x85, 0x2028, 0x2029]
    assert all(re.match(f"[{UNSAFE}]", chr(code)) for code in codes)
    assert not re.search(f"[{UNSAFE}]", "\u202f\u2065\u206a\u200d\t\n\r")


@pytest.mark.parametrize(
    ("text", "expected"), [("12345678", "12345678"), ("123456789", "12345..."), ("", ""), ("1" * 50, "11111...")]
)
def test_long_text_is_cut(text: str, expected: str) -> None:
    assert shorten(text, 8) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("abc", "'abc'"), (3, "'3'"), (None, "'None'"), ("a\nb", r"'a\x0ab'"), ("", "''"), (["x"], "'['x']'")],
)
def test_a_value_is_quoted_on_one_line(value: object, expected: str) -> None:
    assert quote(value) == expected


@pytest.mark.parametrize(("length", "shown"), [(79, 79), (80, 80), (81, 80), (100_000, 80)])
def test_a_quotation_is_short(length: int, shown: int) -> None:
    inside = quote("x" * length)[1:-1]
    assert len(inside) == shown
    assert inside.endswith("...") is (length > QUOTED_AT_MOST)


@given(st.text())
def test_a_quotation_is_always_short(text: str) -> None:
    assert len(quote(text)) <= QUOTED_AT_MOST + 2


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0 services"), (1, "1 service"), (2, "2 services"), (999, "999 services"), (20_000, "20,000 services")],
)
def test_a_count_agrees_with_its_noun(count: int, expected: str) -> None:
    assert plural(count, "service") == expected


def test_an_irregular_plural_is_named() -> None:
    assert [plural(count, "entry", "entries") for count in (1, 2)] == ["1 entry", "2 entries"]


@pytest.mark.parametrize(
    ("words", "expected"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_words_are_listed_as_in_a_sentence(words: list[str], expected: str) -> None:
    assert listing(words) == expected


def test_a_choice_is_listed_with_or() -> None:
    assert listing(iter("abc"), "or") == "a, b or c"


def test_a_misspelt_word_is_guessed() -> None:
    assert suggestion("traget", ["name", "target"]) == "Did you mean target?"


def test_a_word_like_no_other_gets_the_choice_in_order() -> None:
    assert suggestion("xyz", ["name", "current", "target"]) == "Known: current, name, target."


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("::error::pwned", r":\x3aerror::pwned"),
        ("  ::error::pwned", r"  :\x3aerror::pwned"),
        ("##[error]pwned", r"#\x23[error]pwned"),
        ("a ##[error] b ##[c]", r"a #\x23[error] b #\x23[c]"),
        ("std::vector stays", "std::vector stays"),
        ("# [a]", "# [a]"),
    ],
)
def test_a_ci_runner_finds_no_command_in_a_line(line: str, expected: str) -> None:
    assert log_line(line) == expected


SINKS: list[tuple[Callable[[str], str], Callable[[str], str]]] = [
    (log_xml, html.unescape),
    (lambda text: log_xml(f'"{text}"'), lambda text: html.unescape(text)[1:-1]),
    (lambda text: log_json(json.dumps(text)), json.loads),
    (log_html, html.unescape),
]
"""Every sink whose readers decode what is escaped: how a text is written, and how it is read."""


@pytest.mark.parametrize("text", ["::error::x", "  ::group::x", "##[error]x", "a ##[b ::c", ":::##[##[", "a::b # [c]"])
@pytest.mark.parametrize(("write", "read"), SINKS)
def test_a_ci_runner_finds_no_command_in_a_format_and_its_reader_the_same_text(
    text: str, write: Callable[[str], str], read: Callable[[str], str]
) -> None:
    written = write(text)
    assert "##[" not in written
    assert not written.lstrip().startswith("::")
    assert read(written) == text


@pytest.mark.parametrize(
    ("path", "expected"), [("a/b", "a/b"), ("ö", "ö"), ("a\\b", r"a\\b"), ("a\udcff", r"a\xff"), (r"a\xff", r"a\\xff")]
)
def test_a_path_is_shown_so_that_no_two_look_alike(path: str, expected: str) -> None:
    assert displayed(path) == expected


@pytest.mark.parametrize(("path", "expected"), [("a", b"a"), ("ö", "ö".encode()), ("a\udcff", b"a\xff")])
def test_a_path_goes_to_the_system_as_it_came(path: str, expected: bytes) -> None:
    assert system_path(path) == expected


@given(st.binary(max_size=12).map(os.fsdecode))
def test_the_bytes_of_a_path_can_be_had_back_from_what_is_displayed(path: str) -> None:
    assert real_bytes(displayed(path)) == os.fsencode(path)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
def test_a_path_that_is_text_can_be_had_back_from_what_is_displayed(path: str) -> None:
    assert real_path(displayed(path)) == path


@pytest.mark.parametrize("path", ["a/b.yaml", "a\\b", "\xff", "line\nfeed", "\\x2d", "é", "\udcff", "\u202e"])
def test_a_path_of_a_report_is_displayed_as_in_the_run_that_wrote_it(path: str) -> None:
    assert displayed_again(real_path(displayed(path))) == displayed(path)


@pytest.mark.parametrize(("line", "caret"), [(7, "       ^^^"), (123, "         ^^^")])
def test_the_caret_stands_below_the_offending_value(line: int, caret: str) -> None:
    above, below = Excerpt("a: bad", 3, 3).drawn(line)
    assert above == f"{line} | a: bad"
    assert below == caret
    assert above[below.index("^") :] == "bad"
