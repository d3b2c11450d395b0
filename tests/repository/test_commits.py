"""Names become commits where they have one meaning, and merge bases count where no history is missing."""

from pathlib import Path

import pytest

from platform_gate.model import GateError
from platform_gate.repository import commits
from platform_gate.repository.git import Repository
from tests.repositories import commit, git, repository

PATH = "/usr/local/bin:/usr/bin:/bin"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return repository(tmp_path / "repo", {"a.yaml": "a\n", "b/ä.yaml": "b\n"})


def repo_at(folder: Path) -> Repository:
    return Repository(folder, PATH)


def parted(clone: Path) -> tuple[str, str, str]:
    """The commits at which two branches start, and their tips."""
    start = git(clone, "rev-parse", "HEAD")
    git(clone, "checkout", "-q", "-b", "other")
    other = git(commit(clone, {"other": "x"}), "rev-parse", "HEAD")
    git(clone, "checkout", "-q", "main")
    ours = git(commit(clone, {"ours": "x"}), "rev-parse", "HEAD")
    return start, other, ours


@pytest.mark.parametrize(
    "name",
    ["main", "heads/main", "refs/heads/main", "HEAD", "@", "main~0", "main^0", "main^{commit}", "v1", "v1^{}", "@{-1}"],
)
def test_a_name_becomes_a_hash(clone: Path, name: str) -> None:
    git(clone, "tag", "-a", "-m", "x", "v1")
    git(clone, "checkout", "-q", "-b", "other")
    assert commits.resolve(repo_at(clone), name) == git(clone, "rev-parse", "main")


def test_a_hash_may_be_short_or_described(clone: Path) -> None:
    git(clone, "tag", "-a", "-m", "x", "v1")
    whole = git(commit(clone, {}), "rev-parse", "HEAD")
    described = git(clone, "describe", "--long")
    for name in (whole, whole[:7], whole[:12].upper(), described):
        assert commits.resolve(repo_at(clone), name) == whole


def test_what_git_keeps_outside_of_refs_is_a_name_too(clone: Path) -> None:
    (clone / ".git/FETCH_HEAD").write_text(git(clone, "rev-parse", "HEAD") + "\n")
    assert commits.resolve(repo_at(clone), "FETCH_HEAD") == git(clone, "rev-parse", "HEAD")
    git(clone, "tag", "FETCH_HEAD")
    with pytest.raises(GateError, match="several meanings"):
        commits.resolve(repo_at(clone), "FETCH_HEAD")


@pytest.mark.parametrize(
    "name", ["nowhere", "--output=marker", "--upload-pack=touch marker", "-v", "", "ORIG_HEAD", "ab"]
)
def test_a_name_that_is_no_commit_is_refused(clone: Path, name: str) -> None:
    with pytest.raises(GateError, match="git knows no commit"):
        commits.resolve(repo_at(clone), name)
    assert sorted(path.name for path in clone.iterdir()) == [".git", "a.yaml", "b"]


@pytest.mark.parametrize("name", ["^main", "main..other", "main:a.yaml", "main^!", ":/a commit"])
def test_what_names_no_single_commit_is_refused(clone: Path, name: str) -> None:
    with pytest.raises(GateError, match="names no commit"):
        commits.resolve(repo_at(clone), name)


def test_a_name_with_a_null_byte_is_refused(clone: Path) -> None:
    with pytest.raises(GateError, match="git cannot be run"):
        commits.resolve(repo_at(clone), "main\0")


def test_a_name_with_several_meanings_lists_them_and_says_how_to_write_one(clone: Path) -> None:
    git(clone, "tag", "main")
    git(clone, "update-ref", "refs/remotes/main", "HEAD")
    with pytest.raises(GateError) as caught:
        commits.resolve(repo_at(clone), "main")
    assert caught.value.message == "'main' has several meanings: refs/tags/main, refs/heads/main and refs/remotes/main"
    assert caught.value.fix.endswith("for example refs/remotes/main.")
    assert commits.resolve(repo_at(clone), "refs/remotes/main")


def test_the_commit_that_is_checked_out_is_found_whatever_is_named_like_it(clone: Path) -> None:
    before = git(clone, "rev-parse", "HEAD")
    git(clone, "tag", "HEAD")
    after = git(commit(clone, {}), "rev-parse", "HEAD")
    assert commits.head(repo_at(clone)) == after != before


def test_a_repository_without_a_commit_has_no_head(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", ".")
    with pytest.raises(GateError, match="git knows no commit 'HEAD'"):
        commits.head(repo_at(tmp_path))


def test_the_merge_base(clone: Path) -> None:
    start, other, ours = parted(clone)
    assert commits.merge_bases(repo_at(clone), ours, other) == [start]
    assert commits.merge_bases(repo_at(clone), start, other) == [start]


def test_several_merge_bases_are_all_named(clone: Path) -> None:
    _, other, ours = parted(clone)
    git(clone, "merge", "-q", "--no-edit", "other")
    git(clone, "checkout", "-q", "other")
    git(clone, "merge", "-q", "--no-edit", ours)
    assert commits.merge_bases(repo_at(clone), "main", "other") == sorted([other, ours])


def cut(clone: Path, *ids: str) -> None:
    """Make the clone shallow at some commits."""
    (clone / ".git/shallow").write_text("".join(f"{commit_id}\n" for commit_id in ids))


def test_a_merge_base_where_history_is_cut_off_is_not_trusted(clone: Path) -> None:
    start, other, ours = parted(clone)
    cut(clone, start)
    with pytest.raises(GateError, match="history is cut off") as caught:
        commits.merge_bases(repo_at(clone), ours, other)
    assert "fetch-depth: 0" in caught.value.fix


def test_an_ancestor_is_the_merge_base_whatever_is_cut_off(clone: Path) -> None:
    start, other, ours = parted(clone)
    cut(clone, start)
    for pair in ((start, other), (ours, start), (ours, ours)):
        assert commits.merge_bases(repo_at(clone), *pair) == [pair[0] if pair[1] != start else start]


def test_a_cut_that_only_older_commits_have_hides_nothing(clone: Path) -> None:
    oldest = git(clone, "rev-parse", "HEAD")
    commit(clone, {"x": "x"})
    start, other, ours = parted(clone)
    cut(clone, oldest)
    assert commits.merge_bases(repo_at(clone), ours, other) == [start]


def test_histories_that_share_nothing(clone: Path) -> None:
    git(clone, "checkout", "-q", "--orphan", "other")
    commit(clone, {"x": "x"})
    with pytest.raises(GateError, match="no common ancestor"):
        commits.merge_bases(repo_at(clone), "main", "other")


def test_the_day_of_a_commit_is_in_utc(clone: Path) -> None:
    commit(clone, {}, moment="2026-11-23T23:30:00-05:00")
    assert commits.day(repo_at(clone), "HEAD").isoformat() == "2026-11-24"
