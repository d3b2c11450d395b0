"""Bytes to data that remembers where every value stands, or an error that says where and how to fix it."""

import ast
import pickle
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from platform_gate.documents import document as documents
from platform_gate.documents.document import Document, DocumentError, Refusal
from platform_gate.documents.document import read as read_bytes
from platform_gate.documents.document import read_one as read_one_bytes
from platform_gate.documents.errors import MAX_BYTES, MAX_NODES, MAX_REFUSALS
from platform_gate.documents.strict_yaml import MAX_DEPTH
from platform_gate.model import At, Location, Problem
from tests import strict_reader
from tests.conftest import ROOT

SERVICE = """\
# a comment
metadata:
  name: payments
  "team": fintech
spec:
  slos:
    - {name: availability, target: 99.99}
    - name: latency
      target: 95
"""


def read(text: str) -> list[Document]:
    return read_bytes(text.encode(), "a.yaml")


def data(text: str) -> object:
    (document,) = read(text)
    return document.data


def refusals(content: str | bytes) -> tuple[Refusal, ...]:
    with pytest.raises(DocumentError) as caught:
        read_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"), "a.yaml")
    return caught.value.refusals


def refusal(content: str | bytes) -> Refusal:
    (only,) = refusals(content)
    return only


def place(location: Location) -> tuple[int, int, int]:
    assert (location.path, location.end_line) == ("a.yaml", location.line)
    return location.line, location.column, location.end_column


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1", {"a": 1}),
        ("a: [1, 2.5, x, true, ~]", {"a": [1, 2.5, "x", True, None]}),
        ("a: {b: {c: []}}", {"a": {"b": {"c": []}}}),
        ("a:", {"a": None}),
        ("a: \"yes\"\nb: 'no'\nc: '010'", {"a": "yes", "b": "no", "c": "010"}),
        ('"yes": 1', {"yes": 1}),
        ("'1': 1", {"1": 1}),
        ("a: >-\n  one\n  two", {"a": "one two"}),
        ("a: one\n  two", {"a": "one two"}),
        ("- 1\n- - 2", [1, [2]]),
        ("just text", "just text"),
        ("a: 'größe 😀'", {"a": "größe 😀"}),
        (r'a: "\u00e9\x41\/"', {"a": "éA/"}),
        ("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
        ("\ufeffa: 1", {"a": 1}),
        ("--- # first\na: 1\n...\n", {"a": 1}),
    ],
)
def test_strict_yaml_is_read_as_every_reader_does(text: str, value: object) -> None:
    assert data(text) == value


@pytest.mark.parametrize("key", ["reason", "help", "description"])
def test_prose_may_have_several_lines_in_policies_and_waivers_but_not_in_manifests(key: str) -> None:
    for text, value in ((f"{key}: |\n  one\n  two\n", "one\ntwo\n"), (f'{key}: ["one\\ntwo"]', ["one\ntwo"])):
        assert read_one_bytes(text.encode(), "p.yaml").data == {key: value}
        assert refusal(text).message == "a string over several lines is not allowed here"


def test_prose_with_a_tag_is_refused_for_the_tag_only() -> None:
    with pytest.raises(DocumentError) as caught:
        read_one_bytes(b"reason: !x |\n  one\n  two\n", "p.yaml")
    assert [reason.message for reason in caught.value.refusals] == ["tags are not allowed"]


@pytest.mark.parametrize(
    ("text", "lines"), [("a: 1\n---\nb: 2\n---\n\nc: 3\n", [1, 3, 6]), ("---\n\n# word\na: 1\n", [4])]
)
def test_documents_know_where_they_begin(text: str, lines: list[int]) -> None:
    documents = read(text)
    assert [document.line for document in documents] == lines
    assert [document.number for document in documents] == list(range(len(lines)))


def test_an_empty_document_is_null() -> None:
    assert [document.data for document in read("---\n---\na: 1\n")] == [None, {"a": 1}]


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "\ufeff"])
def test_a_file_without_a_document_is_refused(text: str) -> None:
    reason = refusal(text)
    assert (reason.message, reason.fix) == ("the file is empty", "Write a document, or remove the file.")
    assert (str(reason.location), reason.excerpt) == ("a.yaml:1:1", None)


CONTROL = "Remove it."
STRICT = {
    "anchor": ("a: &x 1\n", (1, 4, 8), "anchors are not allowed", "Write the value out wherever it is needed."),
    "anchor of a mapping": ("a: &x {b: 1}\n", (1, 4, 8), "anchors are not allowed", "Write the value out wherever"),
    "tag": ("a: !!str 1\n", (1, 4, 11), "tags are not allowed", "Remove the tag; put text in double quotes."),
    "tag of a list": ("a: !x []\n", (1, 4, 8), "tags are not allowed", "Remove the tag"),
    "directive": ("%YAML 1.2\n---\na: 1\n", (1, 1, 2), "directives are not allowed", "Remove the line that"),
    "tag directive": ("%TAG ! x\n---\na: 1\n", (1, 1, 2), "directives are not allowed", "Remove the line that"),
    "repeated key": ("a: 1\nb: 2\na: 3\n", (3, 1, 2), "the key 'a' is repeated", "Keep one of them."),
    "repeated key in other quotes": ("a: 1\n'a': 3\n", (2, 1, 4), "the key 'a' is repeated", "Keep one of them."),
    "merge key": ("<<: {a: 1}\n", (1, 1, 3), "'<<' means different things", "Merge keys are not allowed"),
    "number as key": ("1: a\n", (1, 1, 2), "the key '1' is not a string", "Put it in double quotes."),
    "true as key": ("x:\n  true: a\n", (2, 3, 7), "the key 'true' is not a string", "Put it in double quotes."),
    "nothing as key": ("~: a\n", (1, 1, 2), "the key '~' is not a string", "Put it in double quotes."),
    "list as key": ("? [a]\n: b\n", (1, 3, 4), "a key must be a plain string", "Write `key: value`."),
    "ambiguous value": ("a: [ok, yes]\n", (1, 9, 12), "'yes' means different things", "Write true,"),
    "ambiguous number": ("a:\n  - 010\n", (2, 5, 8), "'010' is not the same number", "Write a plain"),
    "date": ("a: 2026-01-31 # x\n", (1, 4, 14), "'2026-01-31' is a date", 'Put it in double quotes: "2026-01-31"'),
    "several lines": ("a: |\n  x\n  y\n", (1, 4, 5), "a string over several lines", "Write it on one line."),
    "line feed in quotes": (r'a: "x\ny"', (1, 4, 10), "a string over several lines", "Write it on one line."),
    "line feed in a key": ('"a\\nb": 1\n', (1, 1, 7), "a string over several lines", "Write it on one line."),
    "escaped tab": (r'a: "\t"', (1, 4, 8), r"the escaped character \x09 is not allowed", CONTROL),
    "escaped return": (r'a: "\r"', (1, 4, 8), r"the escaped character \x0d is not allowed", CONTROL),
    "escaped bidi": (r'a: "x\u202e"', (1, 4, 13), r"the escaped character \u202e is not allowed", CONTROL),
    "escaped next line": (r'a: "\N"', (1, 4, 8), r"the escaped character \x85 is not allowed", CONTROL),
    "raw tab": ("a: 1\nb: 2\nc:\t3\n", (3, 3, 4), r"a tab (\x09) is not allowed", "Use spaces."),
    "lone return": ("a: 1\rb: 2\n", (1, 5, 6), r"a carriage return without a line feed (\x0d)", "End lines"),
    "raw bidi": ("a: 'ö\u2066'\n", (1, 6, 7), r"a control or invisible character (\u2066)", CONTROL),
    "raw next line": ("a: 'x\x85'\n", (1, 6, 7), r"a control or invisible character (\x85)", CONTROL),
    "second BOM": ("\ufeff\ufeffa: 1\n", (1, 1, 2), r"a control or invisible character (\ufeff)", CONTROL),
    "null character": ("a: \0\n", (1, 4, 5), r"a control or invisible character (\x00)", CONTROL),
}


@pytest.mark.parametrize(("text", "where", "message", "fix"), STRICT.values(), ids=STRICT)
def test_what_two_readers_could_read_differently_is_refused_in_its_place(
    text: str, where: tuple[int, int, int], message: str, fix: str
) -> None:
    reason = refusal(text)
    assert place(reason.location) == where
    assert reason.message.startswith(message)
    assert reason.fix.startswith(fix)


@pytest.mark.parametrize(
    "character", "\x00\x08\x0b\x1f\x7f\x80\x9f\u061c\u200e\u200f\u2028\u2029\u202a\u2069\ufeff\uffff"
)
def test_a_hidden_character_is_refused_wherever_it_stands(character: str) -> None:
    for text in (f"a: 'x{character}'", f"'x{character}': a", f"a: 1 # {character}"):
        assert "is not allowed" in refusal(text).message


def test_keys_that_are_refused_are_still_told_apart() -> None:
    assert [reason.message for reason in refusals("1: a\n2: b\n")] == [
        "the key '1' is not a string",
        "the key '2' is not a string",
    ]


def test_an_alias_is_refused_beside_its_anchor() -> None:
    anchor, alias = refusals("a: &x 1\nb: *x\n")
    assert (anchor.message, anchor.fix) == ("anchors are not allowed", "Write the value out wherever it is needed.")
    assert (alias.message, alias.fix) == ("aliases are not allowed", "Write the value out.")


def test_an_alias_of_nothing_is_refused() -> None:
    reason = refusals("a: *nobody\n")[-1]
    assert (reason.message, place(reason.location)) == ("aliases are not allowed", (1, 4, 11))


def test_an_alias_as_a_key_is_refused() -> None:
    messages = [reason.message for reason in refusals("a: &x 1\n*x : 2\n")]
    assert "aliases are not allowed" in messages
    assert "a key must be a plain string" in messages


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("a: 'x\nb: 2\n", (3, 1, 2), "found unexpected end of stream while scanning a quoted scalar"),
        ("a: [1,\n", (2, 1, 2), "did not find expected node content while parsing a flow node"),
        ("a: [1", (1, 6, 7), "did not find expected ',' or ']' while parsing a flow sequence"),
        ("a: 1\n b: 2\n", (2, 3, 4), "mapping values are not allowed in this context"),
        ("a: }\n", (1, 4, 5), "did not find expected node content while parsing a block node"),
        ("a: @x\n", (1, 4, 5), "found character that cannot start any token while scanning for the next token"),
    ],
)
def test_broken_yaml_is_refused_in_its_place(text: str, where: tuple[int, int, int], words: str) -> None:
    reason = refusals(text)[-1]
    assert place(reason.location) == where
    assert reason.message == f"not valid YAML: {words}"
    assert reason.fix == "Check quotes, brackets, colons and indentation around this place."


def test_broken_yaml_does_not_hide_what_was_found_before() -> None:
    messages = [reason.message for reason in refusals("a: yes\nb: 'x\n")]
    assert len(messages) == 2
    assert "means different things" in messages[0]
    assert messages[1].startswith("not valid YAML")


@pytest.mark.parametrize(
    ("content", "where", "byte"),
    [
        (b"a: 1\nb: \xff\n", (2, 4, 5), "0xff"),
        ("ö: ".encode() + b"\xc3", (1, 4, 5), "0xc3"),
        (b"\xff\xfea", (1, 1, 2), "0xff"),
    ],
)
def test_bytes_that_are_no_utf_8_are_refused_in_their_place(
    content: bytes, where: tuple[int, int, int], byte: str
) -> None:
    reason = refusal(content)
    assert place(reason.location) == where
    assert (reason.message, reason.fix) == (f"byte {byte} is not UTF-8", "Save the file as UTF-8.")


def test_an_escaped_surrogate_is_refused() -> None:
    assert refusals(r'a: "\ud800"')


def test_a_file_of_one_mebibyte_is_read_and_no_more() -> None:
    whole = b"a: 1\n#".ljust(MAX_BYTES, b"x")
    assert len(read_bytes(whole, "a.yaml")) == 1
    reason = refusal(whole + b"x")
    assert (reason.message, reason.fix) == ("the file is larger than 1 MiB", "Split it: one service per file.")
    assert (reason.location, reason.excerpt) == (Location("a.yaml"), None)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}")])
def test_thirty_two_levels_are_read_and_no_more(opening: str, closing: str) -> None:
    assert data(opening * MAX_DEPTH + "1" + closing * MAX_DEPTH)
    reason = refusal(opening * (MAX_DEPTH + 1) + closing * (MAX_DEPTH + 1))
    assert (reason.message, reason.fix) == ("nested more than 32 levels deep", "Flatten it.")
    assert reason.location.column == len(opening) * MAX_DEPTH + 1


@pytest.mark.parametrize(
    ("most", "one_more"),
    [
        (["x"] * (MAX_NODES - 1), ["x"] * MAX_NODES),
        (["x"] * (MAX_NODES - 2) + ["[]"], ["x"] * (MAX_NODES - 1) + ["[]"]),
        (["x"] * (MAX_NODES - 4) + ["{a: 1}"], ["x"] * (MAX_NODES - 3) + ["{a: 1}"]),
    ],
    ids=["scalars", "a list", "a mapping with its key"],
)
def test_twenty_thousand_values_are_read_and_no_more(most: list[str], one_more: list[str]) -> None:
    assert data(f"[{','.join(most)}]")
    reason = refusal(f"[{','.join(one_more)}]")
    assert reason.message == "the file holds more than 20,000 values"
    assert reason.fix == "Split it: one service per file."


def test_the_values_of_all_documents_of_a_file_are_counted() -> None:
    half = MAX_NODES // 2
    assert len(read(f"[{'x,' * (half - 1)}]\n---\n[{'x,' * (half - 1)}]\n")) == 2
    assert refusal(f"[{'x,' * (half - 1)}]\n---\n[{'x,' * half}]\n").location.line == 3


def test_twenty_problems_are_listed_and_then_the_reader_stops() -> None:
    reasons = refusals("[" + "yes, " * 100 + "]")
    assert len(reasons) == MAX_REFUSALS + 1
    assert (reasons[-1].message, reasons[-1].fix) == ("more problems follow", "Fix those above first.")
    assert len(refusals("[" + "yes, " * (MAX_REFUSALS - 1) + "]")) == MAX_REFUSALS - 1


def test_an_error_reads_as_its_first_refusal() -> None:
    with pytest.raises(DocumentError, match=r"^a\.yaml:2:4: 'no' means") as caught:
        read("a: 1\nb: no\nc: yes\n")
    assert caught.value.fix == caught.value.refusals[0].fix


def test_an_error_travels_whole_to_another_process() -> None:
    with pytest.raises(DocumentError) as caught:
        read("b: no\nc: yes\n")
    there = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - bytes of our own
    assert (str(there), there.fix, there.refusals) == (str(caught.value), caught.value.fix, caught.value.refusals)


def test_a_file_that_holds_one_document_is_that_document() -> None:
    assert read_one_bytes(b"a: 1\n", "p.yaml").data == {"a": 1}


def test_a_second_document_is_refused_where_only_one_may_stand() -> None:
    with pytest.raises(
        DocumentError, match=r"^p\.yaml:3:1: a second document in a file that may have only one$"
    ) as caught:
        read_one_bytes(b"a: 1\n---\nb: 2\n---\nc: 3\n", "p.yaml")
    assert caught.value.fix == "Move it to its own file."
    assert [reason.location for reason in caught.value.refusals] == [Location("p.yaml", 3, 1, 3, 2)]


@pytest.mark.parametrize(
    ("at", "on_key", "where"),
    [
        ((), False, (2, 1, 2)),
        (("metadata", "name"), False, (3, 9, 17)),
        (("metadata", "name"), True, (3, 3, 7)),
        (("metadata", "team"), True, (4, 3, 9)),
        (("metadata", "team"), False, (4, 11, 18)),
        (("spec", "slos"), False, (7, 5, 6)),
        (("spec", "slos"), True, (6, 3, 7)),
        (("spec", "slos", 0), False, (7, 7, 42)),
        (("spec", "slos", 0), True, (7, 7, 42)),
        (("spec", "slos", 0, "target"), False, (7, 36, 41)),
        (("spec", "slos", 1, "target"), False, (9, 15, 17)),
        (("spec", "slos", 1), False, (8, 7, 8)),
    ],
)
def test_every_value_and_key_is_found_again(at: At, *, on_key: bool, where: tuple[int, int, int]) -> None:
    assert place(read(SERVICE)[0].locate(at, on_key=on_key)) == where


@pytest.mark.parametrize(
    ("at", "where"),
    [
        (("kind",), (2, 1, 2)),
        (("spec", "cost"), (5, 1, 5)),
        (("spec", "cost", "entries", 0), (5, 1, 5)),
        (("spec", "slos", 0, "current"), (7, 7, 42)),
        (("spec", "slos", 2, "name"), (6, 3, 7)),
        (("spec", "slos", "name"), (6, 3, 7)),
        (("metadata", "name", "first"), (3, 3, 7)),
    ],
)
def test_what_is_missing_is_placed_at_the_deepest_key_above_it(at: At, where: tuple[int, int, int]) -> None:
    assert place(read(SERVICE)[0].locate(at)) == where


def test_each_document_of_a_file_is_searched_on_its_own() -> None:
    one, two = read("a: 1\n---\n\na: 22\n")
    assert [place(document.locate(("a",))) for document in (one, two)] == [(1, 4, 5), (4, 4, 6)]


def test_columns_count_characters_and_not_bytes() -> None:
    assert place(read("größe: {😀: x}")[0].locate(("größe", "😀"))) == (1, 12, 13)


def test_a_byte_order_mark_is_no_column() -> None:
    assert place(read("\ufeffa: 12\n")[0].locate(("a",))) == (1, 4, 6)


@pytest.mark.parametrize(
    ("at", "line"),
    [
        ((), 9),
        (("metadata",), 4),
        (("metadata", "name"), 3),
        (("spec", "slos", 0), 7),
        (("spec", "slos", 1), 9),
        (("spec", "slos", 5), 9),
    ],
)
def test_the_last_line_of_a_value_is_known(at: At, line: int) -> None:
    assert read(SERVICE)[0].last_line(at) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\n\n# comment\nb: 2\n", 1),
        ("a: [1,\n  2]\nb: 2\n", 2),
        ("a:\n  - x\n\nb: 2\n", 2),
        ("a: |\n  x\n  y\nb: 2\n", 3),
        ("a: {}\nb: 2\n", 1),
        ("a:\nb: 2\n", 1),
        ("a: one\n  two\nb: 2\n", 2),
        ("a:\n  x: 1\n\n# comment\nb: 2\n", 2),
        ("a: 1", 1),
    ],
)
def test_blank_lines_and_comments_after_a_value_do_not_belong_to_it(text: str, line: int) -> None:
    assert read(text.replace("a: |", "a: >-"))[0].last_line(("a",)) == line


def test_an_empty_document_ends_in_the_line_in_which_it_begins() -> None:
    empty = read("---\n---\na: 1\n")[0]
    assert empty.last_line(()) == empty.line == 2


def test_a_part_of_a_document_is_found_in_its_whole() -> None:
    whole = read("spec:\n  slo: {points: 1}\n")[0]
    part = whole._replace(data=whole.data["spec"], prefix=("spec",))
    assert place(part.locate(("slo", "points"))) == (2, 17, 18)


def test_a_problem_is_shown_with_its_line() -> None:
    reason = read(SERVICE)[0].refusal(Problem(("spec", "slos", 0, "target"), "too high", "Lower it."))
    assert (reason.message, reason.fix) == ("too high", "Lower it.")
    assert reason.excerpt is not None
    line, caret = reason.excerpt.drawn(reason.location.line)
    assert line == "7 |     - {name: availability, target: 99.99}"
    assert line[caret.index("^") : caret.rindex("^") + 1] == "99.99"


def test_a_problem_of_a_key_points_at_the_key() -> None:
    reason = read("a:\n  b: 1\n")[0].refusal(Problem(("a", "b"), "unknown", on_key=True))
    assert place(reason.location) == (2, 3, 4)


def test_an_excerpt_of_a_windows_file_ends_with_the_line() -> None:
    excerpt = refusal("a: yes\r\nb: 1\r\n").excerpt
    assert excerpt is not None
    assert excerpt.text == "a: yes"


@pytest.mark.parametrize("before", [0, 30, 70, 90, 500])
@pytest.mark.parametrize("after", [0, 30, 500])
def test_a_long_line_is_cut_around_the_value(before: int, after: int) -> None:
    excerpt = refusal(f"[{'x,' * before}yes{',x' * after}]").excerpt
    assert excerpt is not None
    assert len(excerpt.text) <= 80
    assert excerpt.text[excerpt.offset : excerpt.offset + excerpt.width] == "yes"


@pytest.mark.parametrize(("before", "after", "offset"), [(100, 100, 39), (100, 0, 76), (0, 100, 1)])
def test_of_a_long_line_eighty_characters_are_shown(before: int, after: int, offset: int) -> None:
    excerpt = refusal(f"[{'x,' * before}yes{',x' * after}]").excerpt
    assert excerpt is not None
    assert (len(excerpt.text), excerpt.offset) == (80, offset)


def test_the_caret_is_at_least_as_wide_as_a_character_and_no_wider() -> None:
    excerpts = [refusals(text)[-1].excerpt for text in ("a: }\n", "a: [1,\n")]
    assert [excerpt and (excerpt.text, excerpt.offset, excerpt.width) for excerpt in excerpts] == [
        ("a: }", 3, 1),
        ("", 0, 1),
    ]


def test_the_caret_stands_below_what_is_spelled_out() -> None:
    excerpt = refusal("'\ue000': '\u2066'").excerpt
    assert excerpt is not None
    assert excerpt.text[excerpt.offset : excerpt.offset + excerpt.width] == r"\u2066"


def test_the_problems_of_a_document_are_told_in_the_order_in_which_they_stand() -> None:
    document = read("a: 1\nb: 2\nc: 3\n")[0]
    error = document.refuse(*(Problem((key,), message) for key, message in ("cx", "az", "by")))
    assert [refusal.message for refusal in error.refusals] == ["z", "y", "x"]


def test_at_most_twenty_problems_of_a_document_are_told() -> None:
    document = read("a: 1\n")[0]
    refusals = document.refuse(*[Problem(("a",), "x")] * 30).refusals
    assert len(refusals) == MAX_REFUSALS + 1
    assert refusals[-1].message == "and 10 more problems"
    assert refusals[-1].location == refusals[0].location


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**14), 10**14) | st.text("abyesnotrufl01.é価", max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcxyz", min_size=1), inner, max_size=4),
    max_leaves=8,
)


@given(PLAIN)
def test_what_is_accepted_reads_the_same_with_another_reader(value: object) -> None:
    text = yaml.safe_dump(value, allow_unicode=True, width=10**6)
    try:
        (document,) = read(text)
    except DocumentError:
        return
    assert document.data == yaml.safe_load(text) == value


def places(content: bytes) -> list[Location]:
    try:
        return [Location(document.path, document.line) for document in read_bytes(content, "a.yaml")]
    except DocumentError as error:
        return [refusal.location for refusal in error.refusals]


@example(b"---")
@given(st.binary(max_size=60) | st.text("ab:-[]{}&*!|>'\"#%? \n\r\t~1.,", max_size=40).map(str.encode))
def test_whatever_the_bytes_the_answer_is_data_or_a_placed_refusal(content: bytes) -> None:
    locations = places(content)
    lines = content.decode("utf-8", "replace").count("\n") + 1
    assert locations
    assert all(1 <= location.line <= lines and location.column >= 1 for location in locations)


def test_a_byte_that_is_no_utf_8_is_named_behind_a_byte_order_mark_too() -> None:
    with pytest.raises(DocumentError) as caught:
        read_bytes(b"\xef\xbb\xbfa: \xff", "x.yaml")
    (refusal,) = caught.value.refusals
    assert (refusal.message, refusal.location.start) == ("byte 0xff is not UTF-8", (1, 4))


def test_this_run_reads_with_the_readers_that_it_was_asked_for() -> None:
    assert read("a: 1\n")[0].plain is not strict_reader.WANTED


def test_both_readers_give_the_same_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_USE_FAST_READER", True)
    (fast,) = read(SERVICE.replace('"team"', "team"))
    monkeypatch.setattr(documents, "_USE_FAST_READER", False)
    (strict,) = read(SERVICE.replace('"team"', "team"))
    assert (fast.plain, strict.plain) == (True, False)
    assert fast._replace(plain=False) == strict
    at = ("spec", "slos", 0, "target")
    assert fast.locate(at) == strict.locate(at)
    assert fast.last_line(("spec",)) == strict.last_line(("spec",))


def test_only_the_call_that_reads_a_document_knows_the_fast_reader() -> None:
    folder = ROOT / "platform_gate"
    assert sorted(map(str, (path.relative_to(folder) for path in folder.rglob("*.py") if knows_fast_reader(path)))) == [
        "documents/document.py",
        "documents/fast_positions.py",
    ]


def knows_fast_reader(path: Path) -> bool:
    nodes = [node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Import | ast.ImportFrom)]
    words = {word for node in nodes for word in re.findall(r"\w+", ast.unparse(node))}
    return not words.isdisjoint({"fast_yaml", "fast_positions"})
