"""Data written as strict YAML: it reads back as itself, in this reader and in another's."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from platform_gate.documents import yaml_writer
from platform_gate.documents.document import DocumentError, read_one
from platform_gate.model import At


def no_comment(_at: At) -> str:
    return ""


def read_back(data: dict[str, Any]) -> Any:
    text = "\n".join(yaml_writer.write(data, no_comment)) + "\n"
    return read_one(text.encode(), "text.yaml").data


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cf", "Co", "Cn")), max_size=20)
WORDS = st.one_of(
    TEXT,
    st.sampled_from(
        [
            *[
                "yes",
                "no",
                "on",
                "y",
                "true",
                "null",
                "~",
                "",
                "1",
                "0x1F",
                "1:30",
                "010",
                "1e5",
                ".nan",
                "2026-01-31",
                "=",
            ],
            *["- a", "a: b", "a #b", "#a", "'", '"', "\\", "{a}", "[a", "*a", "&a", "!a", "|", ">", "%a", "@a", "`a"],
            *[
                "a b",
                " a",
                "a ",
                "n/a",
                "1.2.3",
                "2026-01",
                "1_000",
                "0o17",
                "12h",
                ".inf",
                "/a/b.md",
                "a,b",
                "a:b",
                "::x",
            ],
        ]
    ),
)
NUMBERS = st.one_of(
    st.integers(-(10**14), 10**14),
    st.decimals(-(10**6), 10**6, places=8).map(float),
    st.sampled_from([1e-05, 1.5e-10, 99.999, 0.1, -0.25, 100.5]),
)
VALUES = st.recursive(
    st.one_of(WORDS, NUMBERS, st.booleans(), st.none()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=12,
)


@given(st.dictionaries(WORDS, VALUES, min_size=1, max_size=4))
def test_written_data_reads_back(data: dict[str, Any]) -> None:
    assert read_back({"root": data}) == {"root": data}


@given(st.dictionaries(WORDS, VALUES, min_size=1, max_size=4))
def test_another_reader_of_yaml_sees_the_same(data: dict[str, Any]) -> None:
    text = "\n".join(yaml_writer.write({"root": data}, no_comment)) + "\n"
    assert YAML(typ="safe", pure=True).load(text) == {"root": data}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("team-a", "team-a"),
        ("no later than friday", "no later than friday"),
        ("no", '"no"'),
        ("2026-01-31", '"2026-01-31"'),
        ("Waits for the vendor.", "Waits for the vendor."),
        ("Vendor: late", '"Vendor: late"'),
        ("two\nlines", '"two\\nlines"'),
        ("a/b.md", "a/b.md"),
        ("ö", '"ö"'),
        (1e-05, "0.00001"),
        (99.5, "99.5"),
        (5, "5"),
        (True, "true"),
        (None, "null"),
        ([1, "a"], "[1, a]"),
        ({"a": {"b": []}}, "{a: {b: []}}"),
        ({}, "{}"),
    ],
)
def test_only_strings_that_need_quotes_get_them(value: object, text: str) -> None:
    assert yaml_writer.flow(value) == text


def test_a_comment_stands_behind_its_value() -> None:
    data = {"a": {"b": 1, "c": {}}, "d": [1, 2]}
    seen: list[At] = []

    def comment(at: At) -> str:
        seen.append(at)
        return "/".join(map(str, at)) if at != ("d",) else ""

    assert list(yaml_writer.write(data, comment)) == ["a:", "  b: 1  # a/b", "  c: {}  # a/c", "d: [1, 2]"]
    assert seen == [("a", "b"), ("a", "c"), ("d",)]


def test_a_string_over_several_lines_reads_back_as_prose() -> None:
    data = {"help": "Ask.\nThen wait.\n", "reason": "one\n\ntwo"}
    assert read_back(data) == data
    with pytest.raises(DocumentError):
        read_back({"name": "one\ntwo"})
