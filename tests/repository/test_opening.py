"""The work tree around a folder: its root, what git tracks, and links by which it must not be reached."""

from pathlib import Path

import pytest

from platform_gate.model import GateError
from platform_gate.repository.opening import find_root, open_tree, refuse_link_above
from tests.repositories import git, repository
from tests.samples import write


def test_the_root_is_the_nearest_folder_of_git(tmp_path: Path) -> None:
    inner = tmp_path / "a/b"
    inner.mkdir(parents=True)
    assert find_root(inner) == inner
    (tmp_path / ".git").mkdir()
    assert find_root(inner) == tmp_path
    (tmp_path / "a/.git").write_text("gitdir: elsewhere\n")
    assert find_root(inner) == tmp_path / "a"


def test_git_is_asked_once_what_it_tracks(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {"docs/a.md": "a", "b.md": "b"})
    tree = open_tree(root / "docs", bytes)
    tracked = tree.tracked()
    assert tracked is not None
    assert (tree.root, sorted(tracked.paths), sorted(tracked.left_out)) == (root, ["b.md", "docs", "docs/a.md"], [])
    git(root, "rm", "-q", "--cached", "b.md")
    assert tree.tracked() is tracked


def test_without_git_nothing_is_tracked(tmp_path: Path) -> None:
    write(tmp_path, {".git/x": "", "a.md": "a"})
    assert open_tree(tmp_path, bytes).tracked() is None


def test_a_folder_that_a_link_of_a_checkout_leads_to_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"repo/.git/x": "", "repo/real/deep/a": "", "outside/a": ""})
    (tmp_path / "repo/link").symlink_to("real")
    (tmp_path / "way").symlink_to("repo")
    for refused in ("repo/link", "repo/link/deep", "way/link"):
        with pytest.raises(GateError, match="symbolic link in a checkout"):
            refuse_link_above(tmp_path / refused)
    for fine in ("repo/real/deep", "way/real", "outside"):
        refuse_link_above(tmp_path / fine)
