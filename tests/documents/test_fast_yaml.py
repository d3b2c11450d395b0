"""The fast reader: it takes plain texts only, and reads them as the strict reader does."""

from __future__ import annotations

from pathlib import Path
from random import Random
from time import process_time
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from platform_gate.documents import fast_yaml
from platform_gate.documents.document import DocumentError
from platform_gate.documents.errors import decode
from platform_gate.documents.strict_yaml import Reader
from tests.conftest import ROOT
from tests.documents.texts import LINES, PLAIN, random_mapping
from tests.hostile.corpus import corpus
from tests.hostile.mutants import ancestors, mutant

EXAMPLES = sorted((ROOT / "examples").rglob("services/*.yaml"))
SUITE = ROOT / "tests/data/yaml-test-suite"
MUTANTS = 3_000


def strictly(content: bytes) -> list[tuple[int, Any]] | None:
    """The documents that the strict reader reads; None if it refuses the text."""
    try:
        text = decode(content, "a.yaml")
        reader = Reader(text, "a.yaml", prose=False)
        documents = list(reader.documents())
    except (DocumentError, yaml.YAMLError):
        return None
    return None if reader.refusals else documents


def agreed(content: bytes) -> bool:
    """Whether the fast reader takes a text; if it does, the strict one reads the same, types included."""
    try:
        text = decode(content, "a.yaml")
    except DocumentError:
        return False
    fast = fast_yaml.read(text)
    if fast is None:
        return False
    strict = strictly(content)
    assert strict == [fast], text
    assert repr(strict) == repr([fast])
    return True


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_are_plain(path: Path) -> None:
    assert agreed(path.read_bytes())


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_plain(text: str) -> None:
    fast = fast_yaml.read(text)
    assert (fast and fast[1]) == PLAIN[text]
    assert agreed(text.encode()) is (PLAIN[text] is not None)


def test_the_root_begins_at_the_first_line_that_is_not_blank() -> None:
    assert fast_yaml.read("# one\n\n  # two\na: 1\n") == (4, {"a": 1})


def test_a_text_up_to_the_limit_is_plain_and_no_longer_one() -> None:
    longest = "a: 1\n#".ljust(fast_yaml.MAX_CHARACTERS, "x")
    assert fast_yaml.read(longest) == (1, {"a": 1})
    assert fast_yaml.read(longest + "x") is None


NOT_PLAIN = [
    "",
    "\n# only a comment\n",
    "a: 1\n---\nb: 2\n",
    "--- \na: 1\n",
    "---\n",
    "---\n---\na: 1\n",
    "# first\n---\na: 1\n",
    "a:\n---\nb: 1\n",
    "a: 1\n---\n",
    "a: 1\n...\n",
    "a: b #c\n\x85d: 1",
    "a: 1\na: 2\n",
    "a: {b: 1, b: 2}\n",
    "a:\nb: 1\n",
    "a:\n",
    "a:\n  - \n",
    "a: 1\n  b: 2\n",
    "a: 1\n  - 2\n",
    "a:\n   b: 1\n  c: 2\n",
    "a:\n  - b: 1\n   c: 2\n",
    "a:\n  - 1\n  b: 2\n",
    "a:\n  b: 1\n  - 2\n",
    " a: 1\n",
    "- a\n",
    "- \na: 1\n",
    "a\n",
    "a: b\n  c\n",
    "a: b: c\n",
    "a: b:\n",
    "a: -\n",
    "a: - b\n",
    "a: &b c\n",
    "a: *b\n",
    "a: !b c\n",
    "a: |\n  b\n",
    "a: >\n  b\n",
    "a: 'b''c'\n",
    "a: 'b\n",
    "a: 'b' c\n",
    'a: "b\\n"\n',
    'a: "b\n',
    'a: "b" c\n',
    "a: \tb\n",
    "a: b\r\n",
    "a: \u00e4\n",
    "a: 010\n",
    "a: yes\n",
    "a: 2026-01-31\n",
    "a: 1:30\n",
    "a: .inf\n",
    "a: {yes: 1}\n",
    "yes: 1\n",
    "null: 1\n",
    "y:\n  a: 1\n",
    "1: a\n",
    "? a\n: b\n",
    "a: {b: 1,}\n",
    "a: {b:1}\n",
    "a: {b: 1, , c: 2}\n",
    "a: {, b: 1}\n",
    "a: {b: 1]\n",
    "a: [b: 1]\n",
    "a: [b}\n",
    "a: {b}\n",
    "a: {b: 1}c\n",
    "a: {b: 1}#c\n",
    "a: {b: 1} c\n",
    "a: {b: 1\n",
    "a: {b: two  words}\n",
    "a: {b: c d: e}\n",
    "a: [yes]\n",
    "a: {X}\n",
    "a: {\u00a0}\n",
    "a: [\u00a0]\n",
    "a: {b: 2026-01-31}\n",
    "a: {b: 1, b: 2, c}\n",
    "- {a: 1}\n",
    "{a: 1}\n",
    "a: {b: {c: 1}}\n",
    "a: [b, [c]]\n",
    "%YAML 1.2\n",
    "a:\n" + "".join(" " * depth + f"k{depth}:\n" for depth in range(1, 20)) + " " * 20 + "x: 1\n",
    "a: " + "b" * 300_000 + "\n",
]


@pytest.mark.parametrize("text", NOT_PLAIN, ids=[ascii(text)[:30].replace("\\", "/") for text in NOT_PLAIN])
def test_what_is_not_plain_is_left_to_the_strict_reader(text: str) -> None:
    assert fast_yaml.read(text) is None


def test_both_readers_agree_on_every_hostile_manifest() -> None:
    accepted = [case for case in corpus() if agreed(case.raw)]
    assert len(accepted) > 100


def test_both_readers_agree_on_mutants_of_good_manifests() -> None:
    good = ancestors()
    assert sum(agreed(mutant(seed, good)) for seed in range(MUTANTS)) > MUTANTS // 10


def test_both_readers_agree_on_the_yaml_test_suite() -> None:
    assert sum(agreed(path.read_bytes()) for path in sorted(SUITE.glob("*.yaml"))) > 10


@example(["a:", "- b: 1", "  c: 2", "- 3"])
@given(st.lists(LINES, max_size=8))
def test_both_readers_agree_on_texts_that_are_nearly_plain(lines: list[str]) -> None:
    agreed("\n".join(lines).encode())


@given(st.text("ab:-[]{}&*!|>'\"#%? \n~1.,", max_size=40))
def test_both_readers_agree_on_any_text(text: str) -> None:
    agreed(text.encode())


@pytest.mark.parametrize(
    "line",
    [
        "a: " + "b" * 32_000 + "!",
        "a: " + "b:" * 16_000,
        "a: " + "b " * 16_000 + "!",
        "a: {" + "b: 1, " * 5_000,
        " " * 32_000 + "!",
        "- " * 16_000,
        "a:" * 16_000,
        'a: "' + "b" * 32_000,
        "#" * 32_000 + "\t",
        "a: [" + "b , " * 8_000,
        "a: b " + " " * 32_000 + "!",
        "!\n" * 16_000,
    ],
)
def test_a_long_line_takes_no_longer_for_being_wrong(line: str) -> None:
    start = process_time()
    assert len(line) <= fast_yaml.MAX_CHARACTERS
    assert fast_yaml.read(line) is None
    assert process_time() - start < 1


def test_both_readers_agree_on_random_plain_texts() -> None:
    rng = Random(7)  # noqa: S311 - the same texts in every run
    for _ in range(300):
        assert agreed("\n".join(random_mapping(rng, 0)).encode())


@pytest.mark.parametrize(("items", "read"), [(19_997, True), (19_998, False)])
def test_a_long_text_holds_no_more_values_than_the_strict_reader_allows(items: int, *, read: bool) -> None:
    text = "a:\n" + "  - 1\n" * items
    assert len(text) > fast_yaml.SHORT_TEXT
    assert agreed(text.encode()) is read
    assert (strictly(text.encode()) is not None) is read


def test_documents_share_no_value_by_the_cache() -> None:
    text = "a: {b: 1, c: 'x, y'}\nd: [1, 2]\ne:\n  - f: '{}'\n"
    first, second = fast_yaml.read(text), fast_yaml.read(text + "\n")
    assert first is not None
    assert first == second
    assert all(first[1][key] is not second[1][key] for key in first[1])
    cached = [*fast_yaml.line_cache.values(), *fast_yaml.entry_cache.values()]
    assert not any(isinstance(parsed[-1], dict | list) for parsed in cached)


def nested(depth: int, *, lists: bool) -> str:
    """A mapping with another one below its key, or with a list that holds one, and so on."""
    lines = [f"{'    ' * level}{'- ' if lists and level % 2 else ''}a:" for level in range(depth)]
    return "\n".join([*lines, f"{'    ' * depth}{'- ' if lists and depth % 2 else ''}b: 1", ""])


@pytest.mark.parametrize("lists", [False, True])
def test_deep_nesting_is_left_to_the_strict_reader(*, lists: bool) -> None:
    deepest = fast_yaml.MAX_DEPTH
    assert agreed(nested(deepest, lists=lists).encode())
    assert fast_yaml.read(nested(deepest + 1, lists=lists)) is None


def test_short_lines_are_cached() -> None:
    longest = f"a: {'b' * (fast_yaml.MAX_CACHED_LENGTH - 3)}"
    for line in ("a: short", "b: 7", longest, longest + "b"):
        fast_yaml.read(line)
    cache = fast_yaml.line_cache
    assert [line in cache for line in ("a: short", "b: 7", longest, longest + "b")] == [True, True, True, False]


def test_the_cache_does_not_grow_beyond_its_limit() -> None:
    cache = fast_yaml.line_cache
    for number in range(fast_yaml.MAX_CACHED + 10):
        assert fast_yaml.read(f"a: {number}") == (1, {"a": number})
    assert 0 < len(cache) <= fast_yaml.MAX_CACHED
    long = f"a: {'b' * fast_yaml.MAX_CACHED_LENGTH}"
    assert fast_yaml.read(long) == (1, {"a": long[3:]})
    assert long not in cache
