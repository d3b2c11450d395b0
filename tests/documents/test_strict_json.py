import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.documents.strict_json import JsonError, accept, read

NUMBERS = st.integers(-(10**14), 10**14) | st.floats(-1e9, 1e9).map(lambda number: round(number, 4))
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Cn"]), max_size=9)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)


@given(value=VALUES, ascii_only=st.booleans(), separators=st.sampled_from([(",", ":"), (", ", ": ")]))
def test_what_json_writes_is_read_as_it_was(value: Any, *, ascii_only: bool, separators: tuple[str, str]) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, separators=separators)
    if "e" not in text.replace("true", "").replace("false", "") or '"' in text:
        assert read(text).data == value


@given(VALUES)
def test_the_quick_reader_never_says_otherwise(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        quick = accept(text)
    except (ValueError, RecursionError):
        return
    assert quick == read(text).data


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ('{"a":1,"a":2}', "the key 'a' is repeated", 7),
        ('{"a":{"b":1,"\\u0062":2}}', "the key 'b' is repeated", 12),
        ('{"a":NaN}', "'NaN' is not a JSON value", 5),
        ('{"a":-Infinity}', "'-Infinity' is not a JSON value", 5),
        ('{"a":1e400}', "'1e400' is no plain number", 5),
        ('{"a":1e5}', "'1e5' is no plain number", 5),
        ('{"a":01}', "'01' is no plain number", 5),
        ('{"a":1234567890.1234567}', "'1234567890.1234567' is no plain number", 5),
        ('{"a":1000000000000000000}', "'1000000000000000000' is no plain number", 5),
        ('{"a":yes}', "'yes' is no plain number", 5),
        ('{"a":"\u202e"}', "a control or invisible character (\\u202e) is not allowed", 6),
        ('{"a":"\\u202e"}', "a control or invisible character (\\u202e) is not allowed", 5),
        ('{"a":"\\ud800"}', "half of a character in a string", 5),
        ('{"a":"\\u0007"}', "a control or invisible character (\\x07) is not allowed", 5),
        ('{"a":"\\x41"}', "an unknown escape in a string", 6),
        ('{\t"a":1}', "a tab (\\x09) is not allowed", 1),
        ('{"a":"\r"}', "a carriage return without a line feed (\\x0d) is not allowed", 6),
        ('{"a":1', "expected ',', the line ends", 6),
        ('{"a"', "expected ':', the line ends", 4),
        ('{"a":', "expected a value, the line ends", 5),
        ('{"a":"b', "a string does not end", 5),
        ("{a:1}", "expected a key in double quotes, found 'a'", 1),
        ('{"a":1,}', "expected a key in double quotes, found '}'", 7),
        ('{"a":1}}', "expected the end of the line, found '}'", 7),
        ("[1,]", "expected a value, found ']'", 3),
        ("", "expected a value, the line ends", 0),
    ],
)
def test_what_is_no_strict_json_is_refused_in_its_place(text: str, message: str, column: int) -> None:
    with pytest.raises(JsonError) as caught:
        read(text)
    assert (caught.value.message, caught.value.span[0]) == (message, column)
    assert caught.value.fix
    with pytest.raises((ValueError, RecursionError)):
        accept(text)


def test_the_place_of_every_key_and_value_is_known() -> None:
    text = '{"a": [1, {"b": "c"}]}'
    placed = read(text)
    shown = {at: text[slice(*span)] for at, span in placed.values.items()}
    assert shown == {(): text, ("a",): '[1, {"b": "c"}]', ("a", 0): "1", ("a", 1): '{"b": "c"}', ("a", 1, "b"): '"c"'}
    assert {at: text[slice(*span)] for at, span in placed.keys.items()} == {("a",): '"a"', ("a", 1, "b"): '"b"'}


@pytest.mark.parametrize(("text", "value"), [('"\\u00e9\\ud83d\\ude00"', "é😀"), ('"a\\/b\\""', 'a/b"'), ("-0.0", 0.0)])
def test_escapes_are_what_they_stand_for(text: str, value: Any) -> None:
    assert read(text).data == value


def test_depth_is_refused_before_it_hurts() -> None:
    with pytest.raises(JsonError, match="more than 32 levels"):
        read("[" * 40 + "]" * 40)
    with pytest.raises((ValueError, RecursionError)):
        accept("[" * 30_000)
    with pytest.raises(JsonError):
        read("[" * 30_000)
