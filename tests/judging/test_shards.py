"""Which machine judges which file."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.judging.shards import Named, Seen, Shard, Slice, Unmet
from platform_gate.judging.waivers import Unmatched
from platform_gate.model import Location, Severity

PATHS = st.text(min_size=1, max_size=40)


@pytest.mark.parametrize(("text", "shard"), [("1/1", (1, 1)), ("2/4", (2, 4)), ("9999/9999", (9999, 9999))])
def test_a_shard_is_a_number_of_a_number(text: str, shard: tuple[int, int]) -> None:
    assert Shard.parse(text) == shard
    assert str(Shard(*shard)) == text


@pytest.mark.parametrize(
    "text", ["", "1", "0/2", "3/2", "0/0", "1/0", "-1/2", "1/2 ", "1/2\n", "1/2/3", "1/10000", "½/1"]
)
def test_anything_else_is_none(text: str) -> None:
    assert Shard.parse(text) is None


@given(PATHS, st.integers(1, 12))
def test_every_file_belongs_to_exactly_one_shard(path: str, count: int) -> None:
    assert sum(Shard(number, count).takes(path) for number in range(1, count + 1)) == 1


def test_the_same_file_belongs_to_the_same_shard_for_ever() -> None:
    """Other releases must cut alike: half of a matrix may run an older one."""
    taken = [next(n for n in range(1, 5) if Shard(n, 4).takes(f"services/{name}.yaml")) for name in "abcdefgh"]
    assert taken == [4, 2, 3, 2, 3, 2, 3, 4]


def test_shards_are_of_about_the_same_size() -> None:
    paths = [f"services/team-{number % 7}/{number}.yaml" for number in range(4000)]
    sizes = Counter(next(n for n in range(1, 5) if Shard(n, 4).takes(path)) for path in paths)
    assert all(900 < size < 1100 for size in sizes.values())


def test_a_slice_knows_the_whole_by_its_paths_in_any_order() -> None:
    one, other = Slice.of(Shard(1, 2), ["a", "b", "a"], "x"), Slice.of(Shard(2, 2), ["b", "a"], "x")
    assert (one.files, one.sha256) == (other.files, other.sha256) == (2, other.sha256)
    assert one.sha256 != Slice.of(Shard(1, 2), ["a"], "x").sha256 != Slice.of(Shard(1, 2), ["b"], "x").sha256
    assert one.terms != Slice.of(Shard(1, 2), ["a", "b"], "y").terms


UNMET = Unmet(Location("w", 5, 7, 5, 9), "/spec/waivers/2", "ghost: slo/breached", ("ghost",), Severity.NOTE)


def test_a_slice_is_read_back_as_it_was() -> None:
    seen = Seen(
        [Named("web", Location("a.yaml", 3, 18, 3, 21))], ["w#/0"], {"w#/1": Unmatched(3, ("availability",))}, (UNMET,)
    )
    part = Slice.of(Shard(1, 2), ["a.yaml"], "")._replace(seen=seen)
    assert Slice.from_dict(part.to_dict()) == part


def test_a_slice_shows_nothing_that_hides() -> None:
    hidden = UNMET._replace(location=Location("\x1b"), pointer="\u202e")
    seen = Seen([Named("web", Location("a\x1b\u202e"))], ["\x1b"], {"\x1b": Unmatched(1, ("\u202e",))}, (hidden,))
    text = str(Slice.of(Shard(1, 2), [], "")._replace(seen=seen).to_dict())
    assert "\\x1b" in text
    assert not re.search("[\x1b\u202e]", text)
