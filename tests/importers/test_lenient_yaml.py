from textwrap import dedent

import pytest

from platform_gate.importers.lenient_yaml import MAX_BYTES, Document, Odd, Trouble, Word, read


def data(text: str) -> object:
    documents, troubles = read(text.encode(), "a.yaml")
    assert troubles == []
    return [document.data for document in documents]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 0.9995\nb: no\nc: 010\n", {"a": "0.9995", "b": "no", "c": "010"}),
        ("d: 2026-01-31\ne: 1_000\n", {"d": "2026-01-31", "e": "1_000"}),
        ("a:\nb: ~\nc: null\nd: 'null'\n", {"a": None, "b": None, "c": None, "d": "null"}),
        ("a: &x {b: 1}\nc: *x\n", {"a": {"b": "1"}, "c": {"b": "1"}}),
        ("a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}\n", {"a": {"b": "1", "c": "2"}, "d": {"b": "1", "c": "3"}}),
        ("a: &x {b: 1}\nd: {<<: [*x, {b: 2, e: 5}]}\n", {"a": {"b": "1"}, "d": {"b": "1", "e": "5"}}),
        ("a: >-\n  two\n  lines\n", {"a": "two lines"}),
        ("a: !Ref x\nb: !!str 1\nc: !!int x\n", {"a": Odd.TAGGED, "b": "1", "c": "x"}),
        ("a: {{ .Values.x }}\n", {"a": Odd.TEMPLATE}),
        ("a: 1\na: 2\nb: 1\nb: 1\n", {"a": Odd.REPEATED, "b": "1"}),
        ("a: &x [*x]\n", {"a": [None]}),
        ("1: a\n? [b]\n: c\n", {"1": "a"}),
        ('{"a":\t1,\n\t"b": ["\\/"]}', {"a": "1", "b": ["/"]}),
        ('{"a": "\\ud83d\\ude00", "b": [1.0, true, null]}', {"a": "😀", "b": ["1.0", "true", None]}),
    ],
)  # fmt: skip
def test_every_scalar_is_text_as_it_was_written(text: str, expected: object) -> None:
    assert data(text) == [expected]


@pytest.mark.parametrize(
    "content",
    ["a: ü\n".encode(), "\ufeffa: ü\n".encode(), "a: ü\n".encode("utf-16"), b"\xfe\xff" + "a: ü\n".encode("utf-16-be")],
    ids=["utf-8", "utf-8-bom", "utf-16", "utf-16-be"],
)
def test_encodings(content: bytes) -> None:
    assert [document.data for document in read(content, "a.yaml")[0]] == [{"a": "ü"}]


def test_lines_are_kept() -> None:
    (document,), _ = read(b"# comment\na:\n  b: x\n", "a.yaml")
    assert document.line == 2
    value = document.data["a"]["b"]
    assert isinstance(value, Word)
    assert value.line == 3


def test_lists_and_kubernetes_lists_are_unfolded() -> None:
    documents, _ = read(b"- a: 1\n-\n  b: 2\n---\nkind: ServiceList\nitems:\n  - c: 3\n---\n- 5\n", "a.yaml")
    assert [(document.data, document.line) for document in documents] == [
        ({"a": "1"}, 1),
        ({"b": "2"}, 3),
        ({"c": "3"}, 7),
        ("5", 9),
    ]


def test_one_broken_document_does_not_hide_the_others() -> None:
    text = dedent("""\
        a: 1
        ---
        {{- if .Values.x }}
        b: 2
        {{- end }}
        ---
        c: 3
    """)
    documents, troubles = read(text.encode(), "a.yaml")
    assert [(document.data, document.line) for document in documents] == [({"a": "1"}, 1), ({"c": "3"}, 7)]
    assert [(trouble.line, trouble.message) for trouble in troubles] == [
        (3, "it is a template that has not been rendered")
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a: b: c\n", "it is neither YAML nor JSON: mapping values are not allowed in this context"),
        (b"a: @b\n", "it is neither YAML nor JSON: found character that cannot start any token"),
        (b"{{ range }}\na: 1\n", "it is a template that has not been rendered"),
        (b"a: \x00\n", "it is neither YAML nor JSON: control characters are not allowed"),
        (b"\xff\xfea\n\n", "it is neither UTF-8 nor UTF-16 with a byte order mark"),
        (b"a: \xe4\n", "it is neither UTF-8 nor UTF-16 with a byte order mark"),
        (b"[" * 50_000, "it is neither YAML nor JSON: "),
        (
            b"a: " + b"{a: " * 200 + b"1" + b"}" * 200,
            "it is neither YAML nor JSON: it is nested deeper than 100 levels",
        ),
        (b"[" * 950 + b"]" * 950, "it is neither YAML nor JSON: it is nested deeper than 100 levels"),
        (b'{"a": ' * 101 + b"1" + b"}" * 101, "it is neither YAML nor JSON: it is nested deeper than 100 levels"),
        (b" " * (MAX_BYTES + 1), "it is larger than 16 MiB"),
        (b'{"a": 1} trailing', "it is neither YAML nor JSON: "),
    ],
    ids=range(12),
)
def test_what_cannot_be_read_is_named(content: bytes, message: str) -> None:
    documents, troubles = read(content, "a.yaml")
    assert documents == []
    assert [trouble.message[: len(message)] for trouble in troubles] == [message]


@pytest.mark.parametrize("content", [b"", b"---\n", b"# only a comment\n", b"---\n---\n", b"null\n", b"\xef\xbb\xbf"])
def test_empty_files_hold_nothing(content: bytes) -> None:
    assert read(content, "a.yaml") == ([], [])


def test_aliases_and_merges_cannot_exhaust_the_machine() -> None:
    aliases = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40))
    assert len(read(aliases.encode(), "a.yaml")[0]) == 1
    merges = "m0: &m0 {k0: x}\n" + "".join(f"m{n}: &m{n} {{<<: *m{n - 1}, k{n}: x}}\n" for n in range(1, 600))
    documents, troubles = read(merges.encode(), "a.yaml")
    assert documents == []
    assert troubles == [Trouble("a.yaml", 1, "it is neither YAML nor JSON: its merge keys copy more than 100,000 entries", "Fix it, or leave it out.")]  # fmt: skip # noqa: E501


def test_a_document_knows_its_file() -> None:
    assert read(b"a: 1\n", "x/y.yaml")[0] == [Document("x/y.yaml", {"a": "1"}, 1)]
