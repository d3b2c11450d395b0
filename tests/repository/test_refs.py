"""Names of commits: how they are read, and when they have more than one meaning."""

import pytest

from platform_gate.model import GateError
from platform_gate.repository.refs import Meanings, Name, objection, unambiguous


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("main", Name("main")),
        ("main~1", Name("main", "~1")),
        ("main^2~1", Name("main", "^2~1")),
        ("main@{u}", Name("main", "@{u}")),
        ("@", Name("@")),
        ("@{-1}", Name("", "@{-1}")),
        ("user@host", Name("user@host")),
    ],
)
def test_a_name_is_split_from_what_follows_it(text: str, name: Name) -> None:
    assert Name.parse(text) == name


def test_a_full_name_stands_for_itself_alone() -> None:
    assert Name("refs/heads/main").candidates() == ["refs/heads/main"]
    assert Name("main").candidates() == [
        *("refs/main", "refs/tags/main", "refs/heads/main", "refs/remotes/main", "refs/remotes/main/HEAD")
    ]


@pytest.mark.parametrize(
    ("ref", "digits"),
    [
        ("abc1234", "abc1234"),
        ("ABC1234", "abc1234"),
        ("v1-3-gabc1234", "abc1234"),
        ("abc", ""),
        ("main", ""),
        ("gabc1", ""),
    ],
)
def test_digits_that_may_abbreviate_a_hash(ref: str, digits: str) -> None:
    assert Name(ref).short_hash == digits


@pytest.mark.parametrize(
    ("ref", "is_pseudo"),
    [("HEAD", True), ("@", True), ("FETCH_HEAD", True), ("head", False), ("MAIN", False), ("x/HEAD", False)],
)
def test_names_that_git_keeps_outside_of_refs(ref: str, *, is_pseudo: bool) -> None:
    assert Name(ref).is_pseudo_ref is is_pseudo


@pytest.mark.parametrize("text", ["main", "main~1", "main^", "main^2", "main^{commit}", "@{-1}", "feature/a.b", ""])
def test_nothing_speaks_against_a_name_of_one_commit(text: str) -> None:
    assert objection(text) == ""


@pytest.mark.parametrize("text", ["^main", "a..b", "a...b", "main:x", ":/x", "main^@", "main^!", "main^-1"])
def test_a_text_that_cannot_name_one_commit(text: str) -> None:
    assert objection(text)


HEADS, TAG, REMOTE = "refs/heads/main", "refs/tags/main", "refs/remotes/origin/main"


@pytest.mark.parametrize(
    ("name", "meanings", "spelled"),
    [
        (Name("main"), Meanings((HEADS,)), HEADS),
        (Name("main"), Meanings((HEADS,), tracked=(REMOTE,)), HEADS),
        (Name("main"), Meanings((TAG,)), TAG),
        (Name("abc1234"), Meanings(commits=("abc1234f",)), "abc1234f"),
        (Name("HEAD"), Meanings(pseudo_ref=True), "HEAD"),
        (Name("origin/main"), Meanings((REMOTE,), remote="origin"), REMOTE),
        (Name("nowhere"), Meanings(), ""),
    ],
)
def test_a_name_with_one_meaning_is_written_in_full(name: Name, meanings: Meanings, spelled: str) -> None:
    assert unambiguous(name, meanings) == spelled


@pytest.mark.parametrize(
    "meanings",
    [
        Meanings((TAG, HEADS)),
        Meanings((TAG,), tracked=(REMOTE,)),
        Meanings((HEADS,), commits=("abc1234f",)),
        Meanings(commits=("abc1234f", "abc12340")),
        Meanings((TAG,), pseudo_ref=True),
        Meanings(("refs/tags/origin/main",), remote="origin"),
        Meanings(tuple(f"refs/heads/{number}" for number in range(9))),
    ],
)
def test_a_name_with_several_meanings_is_refused(meanings: Meanings) -> None:
    with pytest.raises(GateError) as caught:
        unambiguous(Name("x"), meanings)
    assert caught.value.fix
