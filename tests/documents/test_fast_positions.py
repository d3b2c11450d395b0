"""Places in plain texts: libyaml finds the same, for every key and value, and for those that don't exist."""

from collections.abc import Iterator
from itertools import islice
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.documents import fast_positions, fast_yaml, positions
from platform_gate.documents.document import DocumentError, read
from platform_gate.documents.errors import decode, location_of
from platform_gate.model import At, Location
from tests.documents.texts import LINES, PLAIN, random_mapping
from tests.hostile.corpus import corpus
from tests.hostile.mutants import ancestors, mutant

MUTANTS = 300
MOST = 100
"""Places checked per text."""
LONGEST = 10_000
"""Bytes of a text that is checked."""


def places(data: Any, at: At = ()) -> Iterator[At]:
    """Every place in some data, and for each some below it that don't exist."""
    yield at
    if isinstance(data, dict):
        for key, value in data.items():
            yield from places(value, (*at, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from places(value, (*at, index))
        yield (*at, len(data))
    yield (*at, "missing")
    yield (*at, 0, "missing")


def agreed(content: bytes) -> bool:
    """Whether a text is plain; if it is, both ways to find its places agree."""
    try:
        text = decode(content, "a.yaml")
    except DocumentError:
        return False
    plain = fast_yaml.read(text)
    if plain is None or not text.endswith("\n"):
        return False
    for at in islice(places(plain[1]), MOST):
        for on_key in (False, True):
            location = fast_positions.locate(text, "a.yaml", at, on_key=on_key)
            assert location == location_of("a.yaml", *positions.marks(text, 0, at, on_key=on_key)), (text, at, on_key)
    return True


@pytest.mark.parametrize("text", [text for text in PLAIN if PLAIN[text] is not None])
def test_every_place_in_a_plain_text_is_found(text: str) -> None:
    assert agreed(text.rstrip("\n").encode() + b"\n")


@pytest.mark.parametrize(("text", "line"), [("a: 1", 1), ("a:\n  b: 1", 2)])
def test_without_a_last_line_feed_libyaml_is_asked(text: str, line: int) -> None:
    (document,) = read(text.encode(), "a.yaml")
    assert fast_yaml.read(text) == (1, document.data)
    assert not document.plain
    assert document.locate(("a",)).line == line


TEXT = """\
# A comment.

spec:
  slos:  # three
  - name: availability
    target: 99.9

  - {name: "p 99", target: 99.5}  # two
  labels: [a, 'b', c d]
"""


@pytest.mark.parametrize(
    ("at", "on_key", "place"),
    [
        ((), False, (3, 1, 2)),
        (("spec",), False, (4, 3, 4)),
        (("spec",), True, (3, 1, 5)),
        (("spec", "slos"), False, (5, 3, 4)),
        (("spec", "slos"), True, (4, 3, 7)),
        (("spec", "slos", 0), False, (5, 5, 6)),
        (("spec", "slos", 0, "target"), False, (6, 13, 17)),
        (("spec", "slos", 0, "target"), True, (6, 5, 11)),
        (("spec", "slos", 1), False, (8, 5, 33)),
        (("spec", "slos", 1, "name"), False, (8, 12, 18)),
        (("spec", "slos", 1, "target"), True, (8, 20, 26)),
        (("spec", "slos", 2), False, (4, 3, 7)),
        (("spec", "slos", 1, "current"), False, (8, 5, 33)),
        (("spec", "labels", 2), False, (9, 20, 23)),
        (("spec", "labels", 3), False, (9, 3, 9)),
        (("spec", "labels", "b"), False, (9, 3, 9)),
        (("spec", "missing", "deeper"), True, (3, 1, 5)),
        (("missing",), False, (3, 1, 2)),
    ],
)
def test_places_are_lines_and_columns_from_one(at: At, place: tuple[int, int, int], *, on_key: bool) -> None:
    line, column, end = place
    location = fast_positions.locate(TEXT, "a.yaml", at, on_key=on_key)
    assert location == Location("a.yaml", line, column, line, end)


def test_both_agree_on_every_hostile_manifest() -> None:
    assert sum(agreed(case.raw) for case in corpus() if len(case.raw) < LONGEST) > 100


def test_both_agree_on_mutants_of_good_manifests() -> None:
    good = ancestors()
    assert sum(agreed(mutant(seed, good)) for seed in range(MUTANTS)) > MUTANTS // 20


@given(st.lists(LINES, max_size=8))
def test_both_agree_on_texts_that_are_nearly_plain(lines: list[str]) -> None:
    agreed(("\n".join(lines) + "\n").encode())


def test_both_agree_on_random_plain_texts() -> None:
    rng = Random(8)  # noqa: S311 - the same texts in every run
    for _ in range(100):
        assert agreed(("\n".join(random_mapping(rng, 0)) + "\n").encode())
