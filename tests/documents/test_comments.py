"""Comments that libyaml takes for comments and YAML 1.2 doesn't."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.documents import document
from platform_gate.documents.comments import glued
from platform_gate.documents.document import DocumentError


def places(text: str) -> list[tuple[int, int]]:
    return [(mark.line, mark.column) for mark in glued(text)]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: >#x\n  b\n", (0, 4)),
        ("a: |#x\n  b\n", (0, 4)),
        ("a: |+2#x\n  b\n", (0, 6)),
        ("--- >-#x\n b\n", (0, 6)),
        ('a: "b"#c\n', (0, 6)),
        ("a: 'b'#c\n", (0, 6)),
        ("a: [b]#c\n", (0, 6)),
        ("x: y\na: {b: c}#d\n", (1, 9)),
        ("- [a,#x\n b]\n", (0, 5)),
        ("a: [#x\n b]\n", (0, 4)),
        ('a: {"b":#c\n 1}\n', (0, 8)),
        ('["\u00e9"#c\n]', (0, 4)),
        ("a: |\n  text\nb: 'c'#d\n", (2, 6)),
    ],
)
def test_a_comment_without_a_space_is_found(text: str, place: tuple[int, int]) -> None:
    assert places(text) == [place]
    with pytest.raises(DocumentError) as caught:
        document.read(text.encode(), "a.yaml", prose=True)
    assert "a comment without a space before its #" in [refusal.message for refusal in caught.value.refusals]


@pytest.mark.parametrize(
    "text",
    [
        "a: b#c\n",
        "a:#x\n",
        "a: [b#c]\n",
        'a: "b" #c\n',
        "a: 'b#c' # d#e\n",
        "# a#b\na: b\n",
        "a: |\n  x#y\n#z\n",
        "a: >- #x#y\n  b\n",
        "a: b #c#d\n#e#f\nb: c\n",
        "a: [b, c] # d#e\n",
        "a: 'b'\n#c#d\n",
        "a: 'b'\r\n#c#d\r\n",
    ],
)
def test_a_comment_after_a_space_and_a_hash_in_a_word_are_fine(text: str) -> None:
    assert places(text) == []


@given(st.text("a: #[]{},'\"|>-\n", max_size=12))
def test_any_text_has_an_answer(text: str) -> None:
    assert all(text.split("\n")[line][column] == "#" for line, column in places(text))


def test_the_gate_reads_what_is_read_the_same_by_all() -> None:
    lines = "".join(f"k{number}: 'b'#c\n" for number in range(100)).encode()
    with pytest.raises(DocumentError) as caught:
        document.read(lines, "a.yaml")
    assert len(caught.value.refusals) < 25
