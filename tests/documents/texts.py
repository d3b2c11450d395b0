"""Texts for the readers: plain ones, nearly plain ones, and random ones of the plain kind."""

from random import Random

from hypothesis import strategies as st

PLAIN: dict[str, dict[str, object] | None] = {
    "a: 1": {"a": 1},
    "# before\n\na: 1 # behind\n": {"a": 1},
    "a:\n  b: x\nc: z": {"a": {"b": "x"}, "c": "z"},
    "a:\n- 1\n- x\nb: 2": {"a": [1, "x"], "b": 2},
    "a:\n  - b: 1\n    c: 2\n  - b: 3": {"a": [{"b": 1, "c": 2}, {"b": 3}]},
    "a:\n  -   b: 1\n      c:\n        - true": {"a": [{"b": 1, "c": [True]}]},
    'a: {b: 1, c: "x, y"}': {"a": {"b": 1, "c": "x, y"}},
    "a: [ x , 2.50 ]": {"a": ["x", 2.5]},
    "a: [X]\nb: [ ]": {"a": ["X"], "b": []},
    "a: https://example.com:80/x?y=z&w#v": {"a": "https://example.com:80/x?y=z&w#v"},
    "a: it's right, at 99.9%(x)": {"a": "it's right, at 99.9%(x)"},
    'a: "# : {}"': {"a": "# : {}"},
    "a: []\nb: { }": {"a": [], "b": {}},
    "a: 'b: \\ #'\nb: ['c', 'd, e']\nc: {d: 'e'}": {"a": "b: \\ #", "b": ["c", "d, e"], "c": {"d": "e"}},
    "---\n# one\na: 1\n": {"a": 1},
    "a: {b: two words, c: 1, d: a b c}\ne: [two words, -x y , z]": {
        "a": {"b": "two words", "c": 1, "d": "a b c"},
        "e": ["two words", "-x y", "z"],
    },
    "a: {} # b\nc: [1] # d\ne: {f: 1}  # g": {"a": {}, "c": [1], "e": {"f": 1}},
    "# Gr\u00f6\u00dfe \U0001f600\na: 'Gr\u00fc\u00dfe' # \u4e16\nb: \"\u4e16\u754c\"\nc: [ '\u00e9' ]": {
        "a": "Gr\u00fc\u00dfe",
        "b": "\u4e16\u754c",
        "c": ["\u00e9"],
    },
    "a: ~x": None,
    "a: -5": {"a": -5},
    "a: null\nb: true": {"a": None, "b": True},
    "a: X\nb:\n  - X": {"a": "X", "b": ["X"]},
}
"""Texts, and the data that the fast reader returns for them: None if it leaves them to the strict one."""

WORDS = st.sampled_from(
    [
        "a",
        "b",
        "yes",
        "1",
        "-1",
        "1.5",
        "010",
        "x y",
        "a:b",
        "~",
        "null",
        "http://x/y",
        '"q"',
        '"q: #"',
        "'q: \\ \"#'",
        "'it''s'",
        "{a: 1}",
        "[1, b]",
        "{a: 1, b: x}",
        "- a",
        "a: b",
        "#c",
        "a #c",
        "-",
        ":",
        "a:",
        "",
    ]
)
LINES = st.tuples(
    st.integers(0, 4),
    st.sampled_from(["", "- ", "-  ", "- - "]),
    st.sampled_from(["", "a: ", "b:", "c:  ", "on: "]),
    WORDS,
).map(lambda parts: " " * parts[0] + "".join(parts[1:]))
"""Lines that are plain or nearly so."""


def random_mapping(rng: Random, depth: int) -> list[str]:
    """Lines of a random mapping, indented for its depth."""
    lines: list[str] = []
    for number in range(rng.randint(1, 4)):
        key, room = f"k{number}", " " * (2 * depth)
        kind = rng.choice(["scalar", "flow", "comment", *(["mapping", "list"] * (depth < 4))])
        if kind == "mapping":
            lines += [f"{room}{key}:", *random_mapping(rng, depth + 1)]
        elif kind == "list":
            lines += [
                f"{room}{key}:",
                *(f"{room}{'  ' * rng.randint(0, 0)}- {_value(rng)}" for _ in range(rng.randint(1, 3))),
            ]
        else:
            value = f"{{v: {rng.randint(0, 9)}, w: z}}" if kind == "flow" else _value(rng)
            lines += [f"{room}# {key}: {value}"] * (kind == "comment") + [f"{room}{key}: {value}"]
    return lines


def _value(rng: Random) -> str:
    return rng.choice(
        ["word", "two words", "1", "2.5", '"quoted: # text"', "docs/a.md#b", "true", "https://example.com/x"]
    )
