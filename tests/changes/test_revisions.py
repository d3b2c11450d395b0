"""The trees of a pull request, and whose version of a file counts: the tip's, or that of the merge."""

from collections.abc import Callable
from pathlib import Path

import pytest

from platform_gate.changes.revisions import MergedRules, Revisions, TipRules, changes_against, past, repository_of
from platform_gate.documents.document import DocumentError, Refusal
from platform_gate.judging.request import Request
from platform_gate.model import GateError, Location
from platform_gate.repository.work_tree import ManifestFile
from tests.repositories import commit, git, repository
from tests.samples import DAY, work_tree, write

REQUEST = Request((), None, DAY)
FILES = {"gate/policy.yaml": "tip\n", "gate/a.yaml": "a\n", "services/web.yaml": "web\n"}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository whose branch `change` is checked out and is the same as main."""
    root = repository(tmp_path / "clone", FILES)
    git(root, "switch", "-q", "-c", "change")
    return root


def against_main(root: Path) -> Revisions:
    (revisions,) = changes_against("main", work_tree(root))
    return revisions


def advance_main(root: Path, files: dict[str, str | bytes | None]) -> None:
    """Commit on main, and return to the change."""
    git(root, "switch", "-q", "main")
    commit(root, files)
    git(root, "switch", "-q", "change")


def test_a_folder_without_git_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GateError, match="no git repository here"):
        repository_of(work_tree(tmp_path))


def test_an_unknown_ref_is_refused(clone: Path) -> None:
    with pytest.raises(GateError, match="nowhere"):
        changes_against("nowhere", work_tree(clone))


def test_the_base_is_where_the_change_left_the_ref(clone: Path) -> None:
    fork = git(clone, "rev-parse", "HEAD")
    commit(clone, {"services/new.yaml": "new\n"})
    advance_main(clone, {"services/late.yaml": "late\n"})
    revisions = against_main(clone)
    assert revisions.base.commit == fork
    assert revisions.tip.commit == git(clone, "rev-parse", "main")
    assert "services/late.yaml" in revisions.tip.files.keys() - revisions.base.files.keys()
    assert "services/new.yaml" in revisions.staged.files.keys() - revisions.tip.files.keys()


def test_a_base_that_is_the_tip_is_read_once(clone: Path) -> None:
    revisions = against_main(clone)
    assert revisions.base is revisions.tip


def test_the_past_of_a_ref_is_the_ref_itself(clone: Path) -> None:
    commit(clone, {"services/new.yaml": "new\n"})
    advance_main(clone, {"services/late.yaml": "late\n"})
    revisions = past("main", work_tree(clone))
    assert revisions.base is revisions.tip
    assert "services/late.yaml" in revisions.base.files


def test_paths_are_from_the_root_and_outside_there_are_none(clone: Path) -> None:
    revisions = against_main(clone)
    assert revisions.inside(str(clone / "gate/policy.yaml")) == "gate/policy.yaml"
    assert revisions.inside(str(clone / "..odd.yaml")) == "..odd.yaml"
    assert revisions.inside(str(clone.parent / "policy.yaml")) is None
    assert revisions.inside(str(clone.parent)) is None


def test_a_change_owns_what_it_stages_and_what_a_link_in_it_leads_to(clone: Path) -> None:
    (clone / "link").symlink_to("gate")
    git(clone, "add", "link")
    write(clone, {"untracked.yaml": "x\n"})
    revisions = against_main(clone)
    assert revisions.owns("gate/policy.yaml")
    assert revisions.owns("link/policy.yaml")
    assert not revisions.owns("untracked.yaml")


# rules of the tip


def test_the_tip_s_version_of_a_file_counts(clone: Path) -> None:
    commit(clone, {"gate/policy.yaml": "head\n"})
    assert TipRules(against_main(clone)).read("policy", "gate/policy.yaml") == (b"tip\n", "gate/policy.yaml")


def test_a_file_that_the_change_removes_still_counts_at_the_tip(clone: Path) -> None:
    commit(clone, {"gate/policy.yaml": None})
    assert TipRules(against_main(clone)).read("policy", "gate/policy.yaml")[0] == b"tip\n"


def test_a_file_that_only_the_change_has_cannot_judge_it(clone: Path) -> None:
    commit(clone, {"gate/new.yaml": "new\n"})
    with pytest.raises(GateError, match="exists only in the change that it would judge") as caught:
        TipRules(against_main(clone)).read("policy", "gate/new.yaml")
    assert "main" in caught.value.fix


def test_a_link_to_a_file_of_the_change_cannot_judge_it(clone: Path) -> None:
    commit(clone, {"gate/new.yaml": "new\n"})
    (clone / "link.yaml").symlink_to("gate/new.yaml")
    with pytest.raises(GateError, match=r"is a link to 'gate/new\.yaml'"):
        TipRules(against_main(clone)).read("policy", "link.yaml")


def test_a_file_that_git_does_not_know_is_the_operator_s(clone: Path) -> None:
    write(clone, {"own.yaml": "own\n"})
    write(clone.parent, {"outside.yaml": "outside\n"})
    rules = TipRules(against_main(clone))
    assert rules.read("policy", "own.yaml")[0] == b"own\n"
    assert rules.read("policy", "../outside.yaml")[0] == b"outside\n"


def test_configured_files_that_only_the_change_has_do_not_count_yet(clone: Path) -> None:
    commit(clone, {"gate/b.yaml": "b\n", "waivers.yaml": "w\n"})
    rules = TipRules(against_main(clone))
    assert rules.expand(["gate/[ab].yaml", "waivers.yaml"]) == [str(clone / "gate/a.yaml")]


def test_waivers_that_only_the_change_has_excuse_nothing(clone: Path) -> None:
    commit(clone, {"gate/b.yaml": "b\n"})
    rules = TipRules(against_main(clone))
    asked = REQUEST._replace(waivers=(str(clone / "gate/a.yaml"), str(clone / "gate/b.yaml")))
    assert rules.known(asked).waivers == (str(clone / "gate/a.yaml"),)
    only_new = rules.known(REQUEST._replace(waivers=(str(clone / "gate/b.yaml"),)))
    assert (only_new.waivers, only_new.no_waivers) == ((), True)
    assert not rules.known(REQUEST).no_waivers


@pytest.mark.parametrize(
    ("path", "shown"), [("gate/policy.yaml", "main:gate/policy.yaml"), ("elsewhere.yaml", "elsewhere.yaml")]
)
def test_errors_in_files_of_the_tip_say_so(clone: Path, path: str, shown: str) -> None:
    refusal = Refusal("is wrong", "", Location(path, 2, 3))
    with pytest.raises(DocumentError) as caught, TipRules(against_main(clone)).blamed():
        raise DocumentError(refusal)
    assert [str(each.location) for each in caught.value.refusals] == [f"{shown}:2:3"]


# rules as the merge leaves them

Arrange = Callable[[Path], None]


def head_changes_it(root: Path) -> None:
    commit(root, {"gate/policy.yaml": "head\n"})


def tip_changes_it(root: Path) -> None:
    advance_main(root, {"gate/policy.yaml": "newer tip\n"})


def both_change_it(root: Path) -> None:
    head_changes_it(root)
    tip_changes_it(root)


def only_line_ends_change(root: Path) -> None:
    commit(root, {"gate/policy.yaml": "tip\r\n"})
    tip_changes_it(root)


def tip_removes_it(root: Path) -> None:
    advance_main(root, {"gate/policy.yaml": None})


@pytest.mark.parametrize(
    ("arrange", "merged"),
    [
        (head_changes_it, b"head\n"),
        (tip_changes_it, b"newer tip\n"),
        (both_change_it, b"head\n"),
        (only_line_ends_change, b"newer tip\n"),
        (tip_removes_it, None),
    ],
)
def test_the_work_tree_counts_where_the_change_touches_a_file(
    clone: Path, arrange: Arrange, merged: bytes | None
) -> None:
    arrange(clone)
    assert MergedRules(against_main(clone)).content("gate/policy.yaml") == merged


def test_a_change_that_adopts_the_gate_leaves_the_tip_its_files(clone: Path) -> None:
    head_changes_it(clone)
    commit(clone, {"gate/new.yaml": "new\n"})
    rules = MergedRules(against_main(clone), adopting=True)
    assert rules.read("policy", "gate/policy.yaml")[0] == b"tip\n"
    assert rules.read("policy", "gate/new.yaml")[0] == b"new\n"


def test_each_merge_base_is_a_comparison_of_its_own(clone: Path) -> None:
    left = git(commit(clone, {"left": "x"}), "rev-parse", "HEAD")
    advance_main(clone, {"right": "x"})
    right = git(clone, "rev-parse", "main")
    git(clone, "merge", "-q", "--no-edit", "main")
    git(clone, "switch", "-q", "main")
    git(clone, "merge", "-q", "--no-ff", "--no-edit", left)
    git(clone, "switch", "-q", "change")
    several = changes_against("main", work_tree(clone))
    assert [revisions.base.commit for revisions in several] == sorted([left, right])
    assert len({id(revisions.tip) for revisions in several}) == 1


def test_what_the_work_tree_has_as_well_need_not_be_asked_of_git(clone: Path) -> None:
    revisions = against_main(clone)
    files = [ManifestFile(path) for path in (*FILES, "nowhere.yaml")]
    write(clone, {"gate/a.yaml": "other\n"})
    revisions.preload([revisions.tip], files)
    kept = {path for path, entry in revisions.tip.files.items() if entry.oid in revisions.blobs}
    assert kept == {"gate/policy.yaml", "services/web.yaml"}


def test_a_file_that_the_change_removes_cannot_be_named(clone: Path) -> None:
    commit(clone, {"gate/policy.yaml": None})
    with pytest.raises(GateError, match=r"the policy 'gate/policy\.yaml' is gone with this change"):
        MergedRules(against_main(clone)).read("policy", "gate/policy.yaml")


def test_the_merge_reads_files_that_git_does_not_know_where_they_lie(clone: Path) -> None:
    write(clone, {"own.yaml": "own\n"})
    assert MergedRules(against_main(clone)).read("policy", "own.yaml")[0] == b"own\n"


def test_the_merge_has_files_of_both_sides_and_none_that_either_removed(clone: Path) -> None:
    commit(clone, {"gate/a.yaml": None, "gate/new.yaml": "new\n"})
    advance_main(clone, {"gate/late.yaml": "late\n"})
    rules = MergedRules(against_main(clone))
    expected = [str(clone / f"gate/{name}.yaml") for name in ("late", "new", "policy")]
    assert rules.expand(["gate/*.yaml"]) == expected
    assert rules.expand(["plain.yaml"]) == [str(clone / "plain.yaml")]
