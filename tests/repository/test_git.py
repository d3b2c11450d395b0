"""Git answers with IDs and bytes only, and runs no hook, filter or program of the checkout."""

from pathlib import Path

import pytest

from platform_gate.model import GateError
from platform_gate.repository.git import LINK, SUBMODULE, Repository, blob_id, is_repository
from tests.repositories import commit, git, repository
from tests.samples import write

PATH = "/usr/local/bin:/usr/bin:/bin"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return repository(tmp_path / "repo", {"a.yaml": "a\n", "b/ä.yaml": "b\n"})


def repo_at(folder: Path, search_path: str = PATH) -> Repository:
    return Repository(folder, search_path)


def test_the_files_of_a_commit(clone: Path) -> None:
    (clone / "link").symlink_to("a.yaml")
    commit(clone, {})
    repo = repo_at(clone)
    files = repo.files("HEAD")
    assert {path: entry.mode for path, entry in files.items()} == {
        "a.yaml": "100644",
        "b/ä.yaml": "100644",
        "link": LINK,
    }
    assert files["a.yaml"].oid == blob_id(b"a\n", files["a.yaml"].oid)


def test_many_objects_come_in_order_and_large_ones_are_cut(clone: Path) -> None:
    commit(clone, {f"f/{number}": f"{number}\n" for number in range(1200)} | {"large": b"x" * 5000, "empty": b""})
    repo = repo_at(clone)
    files = repo.files("HEAD")
    names = [f"f/{number}" for number in range(1200)]
    got = list(repo.blobs([files[name].oid for name in [*names, "large", "empty", "a.yaml"]], 1000))
    assert got == [f"{number}\n".encode() for number in range(1200)] + [b"x" * 1000, b"", b"a\n"]


def test_a_missing_object_says_so(clone: Path) -> None:
    with pytest.raises(GateError, match="git lacks an object") as caught:
        list(repo_at(clone).blobs(["0" * 40], 10))
    assert "filter" in caught.value.fix


def test_no_objects_need_no_process(tmp_path: Path) -> None:
    assert list(repo_at(tmp_path, "").blobs([], 10)) == []


def test_the_index_knows_submodules_conflicts_and_what_is_left_out(clone: Path) -> None:
    head = git(clone, "rev-parse", "HEAD")
    git(clone, "update-index", "--add", "--cacheinfo", f"{SUBMODULE},{head},sub")
    git(clone, "update-index", "--skip-worktree", "a.yaml")
    (clone / "a.yaml").unlink()
    index = repo_at(clone).staged()
    assert {path: entry.mode for path, entry in index.files.items()} == {
        "a.yaml": "100644",
        "b/ä.yaml": "100644",
        "sub": SUBMODULE,
    }
    assert set(index.left_out) == {"a.yaml"}


def test_a_path_in_conflict_is_like_no_file(clone: Path) -> None:
    git(clone, "checkout", "-q", "-b", "other")
    commit(clone, {"a.yaml": "other\n"})
    git(clone, "checkout", "-q", "main")
    commit(clone, {"a.yaml": "ours\n"})
    with pytest.raises(Exception, match="merge"):
        git(clone, "merge", "-q", "other")
    assert repo_at(clone).staged().files["a.yaml"].oid == ""


def test_the_files_that_hold_a_text(clone: Path) -> None:
    commit(
        clone, {".gitattributes": "*.bin binary\n", "b/x.bin": "a: vendor/v1\n", "é.yaml": "vendor/v2\n", "c": "none"}
    )
    repo = repo_at(clone)
    assert repo.matching("HEAD", "vendor/") == ["b/x.bin", "é.yaml"]
    assert repo.matching("HEAD", "nowhere") == []
    with pytest.raises(GateError, match="lacks an object"):
        repo.matching("0" * 40, "vendor/")


@pytest.mark.parametrize(("content", "is_one"), [({}, False), ({".git/x": ""}, False), ({".git": "gitdir: x\n"}, True)])
def test_a_folder_named_git_alone_is_no_repository(tmp_path: Path, content: dict[str, str], *, is_one: bool) -> None:
    assert is_repository(write(tmp_path, content)) is is_one


@pytest.mark.parametrize("search_path", ["", ".", "bin:.:", "/nowhere", "{clone}", "{clone}/bin:relative"])
def test_a_git_that_the_checkout_brings_along_is_not_run(
    clone: Path, search_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in (clone / "git", clone / "bin" / "git"):
        place.parent.mkdir(exist_ok=True)
        place.write_text(f"#!/bin/sh\ntouch {clone}/marker\n")
        place.chmod(0o755)
    monkeypatch.chdir(clone)
    with pytest.raises(GateError, match="no git on PATH"):
        repo_at(clone, search_path.format(clone=clone)).output("rev-parse", "HEAD")
    assert not (clone / "marker").exists()


def test_a_repository_above_the_root_is_not_taken_for_it(clone: Path) -> None:
    (clone / "inside" / ".git").mkdir(parents=True)
    with pytest.raises(GateError):
        repo_at(clone / "inside").output("rev-parse", "HEAD")


def test_the_callers_variables_decide_nothing(clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = repository(tmp_path / "other", {"x": "x"})
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    assert set(repo_at(clone).staged().files) == {"a.yaml", "b/ä.yaml"}


@pytest.mark.parametrize("like", ["0" * 40, "0" * 64])
def test_names_of_objects(like: str) -> None:
    assert len(blob_id(b"", like)) == len(like)
    assert blob_id(b"", "0" * 40) == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
