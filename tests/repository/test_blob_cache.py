"""Every object is asked of git once, however many trees read it."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from platform_gate.model import GateError
from platform_gate.repository import commits
from platform_gate.repository.blob_cache import BlobCache
from platform_gate.repository.commit_tree import CommitTree
from platform_gate.repository.config import Config
from platform_gate.repository.git import Repository
from tests.repositories import commit, repository

PATH = "/usr/local/bin:/usr/bin:/bin"


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    folder = repository(tmp_path / "repo", {"services/a.yaml": "a\n", "services/b.yaml": "b\n", "copy.yaml": "a\n"})
    commit(folder, {"services/b.yaml": "changed\n"})
    return Repository(folder, PATH)


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The object IDs of each call that asks git for objects."""
    calls: list[list[str]] = []
    blobs = Repository.blobs

    def recorded(self: Repository, oids: Iterable[str], most: int) -> Iterator[bytes]:
        calls.append(list(oids))
        return blobs(self, calls[-1], most)

    monkeypatch.setattr(Repository, "blobs", recorded)
    return calls


def trees(repo: Repository, cache: BlobCache) -> tuple[CommitTree, CommitTree]:
    """The last commit and the one before it."""
    last, first = (CommitTree.of(repo, commits.resolve(repo, ref), cache) for ref in ("HEAD", "HEAD~"))
    return last, first


def test_trees_that_share_a_cache_ask_for_a_shared_object_once(repo: Repository, requests: list[list[str]]) -> None:
    last, first = trees(repo, BlobCache(repo))
    assert (last.content("services/a.yaml"), first.content("copy.yaml")) == (b"a\n", b"a\n")
    assert (last.content("services/b.yaml"), first.content("services/b.yaml")) == (b"changed\n", b"b\n")
    assert [len(oids) for oids in requests] == [1, 1, 1]


def test_many_files_are_one_call(repo: Repository, requests: list[list[str]]) -> None:
    last, _ = trees(repo, BlobCache(repo))
    files = last.find(["services"], Config())
    last.fetch(files)
    assert [last.read(file) for file in files] == [b"a\n", b"changed\n"]
    assert [len(oids) for oids in requests] == [2]


def test_what_was_added_is_not_asked_for(repo: Repository, requests: list[list[str]]) -> None:
    cache = BlobCache(repo)
    last, _ = trees(repo, cache)
    oid = last.files["copy.yaml"].oid
    assert oid not in cache
    cache.add(oid, b"a\r\n")
    assert oid in cache
    assert last.content("services/a.yaml") == b"a\r\n"
    assert requests == []


def test_an_object_that_git_lacks_is_an_error_and_is_not_kept(repo: Repository) -> None:
    cache = BlobCache(repo)
    with pytest.raises(GateError, match="git lacks an object"):
        cache.read("0" * 40)
    assert "0" * 40 not in cache
