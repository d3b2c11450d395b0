"""Snapshots that a pull request changes are listed, and decide nothing."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from platform_gate.changes.revisions import changes_against
from platform_gate.changes.snapshot_changes import changed_snapshots
from tests.repositories import commit, git, repository
from tests.samples import work_tree


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with two snapshots, whose branch `change` is checked out."""
    root = repository(tmp_path / "clone", {"m/a.jsonl": "a\n", "m/b.jsonl": "b\n", "services/web.yaml": "web\n"})
    git(root, "switch", "-q", "-c", "change")
    return root


def listed(
    clone: Path, patterns: tuple[str, ...] = ("m/*.jsonl",), files: tuple[str, ...] = ()
) -> dict[str, tuple[bool, bool]]:
    """The snapshots that are listed, with whether there is one before and after."""
    (revisions,) = changes_against("main", work_tree(clone))
    found = list(changed_snapshots(revisions, patterns, files))
    assert {each.kind for each in found} <= {"measurements-changed"}
    return {each.location.path: (each.before is not None, each.after is not None) for each in found}


def test_a_change_that_leaves_snapshots_alone_lists_none(clone: Path) -> None:
    commit(clone, {"services/web.yaml": "other\n"})
    assert listed(clone) == {}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"m/a.jsonl": "edited\n"}, {"m/a.jsonl": (True, True)}),
        ({"m/a.jsonl": None}, {"m/a.jsonl": (True, False)}),
        ({"m/c.jsonl": "new\n"}, {"m/c.jsonl": (False, True)}),
        ({"other/c.jsonl": "new\n"}, {}),
    ],
)
def test_what_the_merge_would_change_is_listed(
    clone: Path, files: Mapping[str, str | None], expected: dict[str, tuple[bool, bool]]
) -> None:
    commit(clone, files)
    assert listed(clone) == expected


def test_a_path_is_known_by_name_or_by_the_command_line(clone: Path) -> None:
    commit(clone, {"m/a.jsonl": "edited\n", "m/b.jsonl": "edited\n"})
    assert set(listed(clone, ("m/a.jsonl",))) == {"m/a.jsonl"}
    assert set(listed(clone, (), ("m/b.jsonl",))) == {"m/b.jsonl"}
    assert listed(clone, ()) == {}


def test_what_only_main_changed_is_not_the_changes(clone: Path) -> None:
    git(clone, "switch", "-q", "main")
    commit(clone, {"m/a.jsonl": "newer\n"})
    git(clone, "switch", "-q", "change")
    assert listed(clone) == {}


def test_digests_tell_versions_apart(clone: Path) -> None:
    commit(clone, {"m/a.jsonl": "edited\n"})
    (revisions,) = changes_against("main", work_tree(clone))
    [change] = changed_snapshots(revisions, ["m/a.jsonl"], ())
    assert change.before != change.after
    assert len(str(change.before)) == len(str(change.after)) == 12
