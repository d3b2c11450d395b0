"""Which files are in scope, and which a tree refuses to open."""

import os
from itertools import permutations
from pathlib import Path

import pytest

from platform_gate.documents.document import DocumentError
from platform_gate.model import GateError
from platform_gate.repository.config import Config
from platform_gate.repository.rule_files import read_named, read_optional
from platform_gate.repository.work_tree import ManifestFile, WorkTree
from tests.samples import work_tree, write


def paths(files: list[ManifestFile]) -> list[str]:
    return [file.path for file in files]


def refusals(files: list[ManifestFile]) -> dict[str, str]:
    return {file.path: file.refusal.message for file in files if file.refusal}


def test_a_folder_gives_its_yaml_files_sorted(tmp_path: Path) -> None:
    names = ["s/b.yaml", "s/a.YML", "s/.hidden.yaml", "s/.folder/x.yml", "s/sub/c.Yaml", "s/readme.md", "s/x.yaml.bak"]
    write(tmp_path, dict.fromkeys(names, ""))
    files = work_tree(tmp_path).find(["s"], Config())
    assert paths(files) == ["s/.folder/x.yml", "s/.hidden.yaml", "s/a.YML", "s/b.yaml", "s/sub/c.Yaml"]
    assert not refusals(files)


def test_operands_in_any_order_give_the_same_files_once(tmp_path: Path) -> None:
    write(tmp_path, dict.fromkeys(["s/a.yaml", "s/b.yaml", "t/c.yaml", "one.txt"], ""))
    answers = {
        tuple(paths(work_tree(tmp_path).find(operands, Config())))
        for operands in permutations(["s", "s/a.yaml", "./s/../s/b.yaml", "t", "one.txt"])
    }
    assert answers == {("one.txt", "s/a.yaml", "s/b.yaml", "t/c.yaml")}


def test_an_explicit_file_is_in_scope_whatever_it_is_called_or_excluded(tmp_path: Path) -> None:
    write(tmp_path, {"notes.txt": ""})
    config = Config(manifests=("services/*.yaml",), exclude=("*.txt",))
    assert paths(work_tree(tmp_path).find(["notes.txt"], config)) == ["notes.txt"]


def test_without_operands_it_is_services(tmp_path: Path) -> None:
    write(tmp_path, {"services/a.yaml": "", "other/b.yaml": ""})
    assert paths(work_tree(tmp_path).find([], Config())) == ["services/a.yaml"]


def test_without_operands_it_is_services_from_any_folder(tmp_path: Path) -> None:
    write(tmp_path, {"services/a.yaml": "", "other/b.yaml": ""})
    assert paths(work_tree(tmp_path, tmp_path / "other").find([], Config())) == ["services/a.yaml"]


@pytest.mark.parametrize(
    ("manifests", "exclude", "expected"),
    [
        (("**/service.yaml",), (), ["apps/web/service.yaml", "service.yaml"]),
        (("apps/**/*.yaml",), (), ["apps/a.yaml", "apps/web/service.yaml", "apps/web/values.yaml"]),
        (("apps/*.yaml",), (), ["apps/a.yaml"]),
        (("apps/**",), ("**/values.yaml",), ["apps/a.yaml", "apps/web/service.yaml"]),
        (("**/*.yaml",), ("apps/web",), ["apps/a.yaml", "service.yaml"]),
        (("**/*.yaml",), ("apps/web/**",), ["apps/a.yaml", "service.yaml"]),
        (("service.yaml", "apps/a.yaml"), (), ["apps/a.yaml", "service.yaml"]),
    ],
)
def test_configured_globs_select(
    tmp_path: Path, manifests: tuple[str, ...], exclude: tuple[str, ...], expected: list[str]
) -> None:
    write(tmp_path, dict.fromkeys(["service.yaml", "apps/a.yaml", "apps/web/service.yaml", "apps/web/values.yaml"], ""))
    assert paths(work_tree(tmp_path).find([], Config(manifests, exclude))) == expected


def test_exclude_works_without_globs_too(tmp_path: Path) -> None:
    write(tmp_path, dict.fromkeys(["services/a.yaml", "services/_template/b.yaml"], ""))
    assert paths(work_tree(tmp_path).find([], Config(exclude=("services/_template/**",)))) == ["services/a.yaml"]


def test_git_folders_are_no_part_of_the_tree(tmp_path: Path) -> None:
    write(tmp_path, {".git/a.yaml": "", "sub/.git/b.yaml": "", "c.yaml": ""})
    assert paths(work_tree(tmp_path).find(["."], Config())) == ["c.yaml"]


def test_a_folder_that_is_called_like_a_manifest_is_walked(tmp_path: Path) -> None:
    write(tmp_path, {"s/web.yaml/inner.yaml": ""})
    assert paths(work_tree(tmp_path).find(["s"], Config())) == ["s/web.yaml/inner.yaml"]


@pytest.mark.parametrize("operand", ["gone", "gone.yaml", "s/gone"])
def test_a_missing_operand_is_refused(tmp_path: Path, operand: str) -> None:
    write(tmp_path, {"s/a.yaml": ""})
    files = work_tree(tmp_path).find([operand, "s"], Config())
    assert refusals(files) == {operand: "no such file or folder"}
    assert "s/a.yaml" in paths(files)


def test_a_folder_in_which_nothing_matches_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"docs/readme.md": ""})
    assert refusals(work_tree(tmp_path).find(["docs"], Config())) == {"docs": "no .yaml or .yml file in 'docs'"}


def test_links_in_a_folder_are_refused(tmp_path: Path) -> None:
    write(tmp_path, {"s/a.yaml": "", "elsewhere/b.yaml": ""})
    (tmp_path / "s/file.yaml").symlink_to("a.yaml")
    (tmp_path / "s/folder").symlink_to("../elsewhere")
    (tmp_path / "s/dangling.yml").symlink_to("nowhere")
    (tmp_path / "s/readme.md").symlink_to("a.yaml")
    files = work_tree(tmp_path).find(["s"], Config())
    assert sorted(refusals(files)) == ["s/dangling.yml", "s/file.yaml", "s/folder"]
    assert paths(files) == ["s/a.yaml", "s/dangling.yml", "s/file.yaml", "s/folder"]


def test_an_operand_that_is_or_passes_a_link_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"real/sub/a.yaml": ""})
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "link.yaml").symlink_to("real/sub/a.yaml")
    files = work_tree(tmp_path).find(["link", "link.yaml", "link/sub", "link/sub/a.yaml"], Config())
    assert len(refusals(files)) == 4
    assert refusals(files)["link/sub"] == "'link' is a symbolic link, which the gate does not follow"


def test_a_link_above_the_repository_is_followed(tmp_path: Path) -> None:
    write(tmp_path, {"real/repo/s/a.yaml": ""})
    (tmp_path / "link").symlink_to("real")
    root = tmp_path / "link/repo"
    assert not refusals(work_tree(root).find(["s"], Config()))


def test_an_operand_may_lie_outside_and_is_shown_as_typed(tmp_path: Path) -> None:
    write(tmp_path, {"other/a.yaml": "", "repo/s/b.yaml": ""})
    files = work_tree(tmp_path / "repo").find(["../other", str(tmp_path / "other/a.yaml")], Config())
    assert paths(files) == ["../other/a.yaml", str(tmp_path / "other/a.yaml")]


def test_paths_are_shown_from_the_root(tmp_path: Path) -> None:
    write(tmp_path, {"s/web/a.yaml": ""})
    assert paths(work_tree(tmp_path, tmp_path / "s/web").find(["a.yaml"], Config())) == ["s/web/a.yaml"]


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    write(tmp_path, {"s/a.yaml": ""})
    os.mkfifo(tmp_path / "s/pipe.yaml")
    tree = work_tree(tmp_path)
    pipe = next(file for file in tree.find(["s"], Config()) if file.path == "s/pipe.yaml")
    with pytest.raises(DocumentError, match="plain file"):
        tree.read(pipe)


def test_a_file_that_became_a_link_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"s/a.yaml": "", "secret": "hunter2"})
    tree = work_tree(tmp_path)
    [file] = tree.find(["s"], Config())
    (tmp_path / "s/a.yaml").unlink()
    (tmp_path / "s/a.yaml").symlink_to("../secret")
    with pytest.raises(DocumentError):
        tree.read(file)


def test_a_file_that_vanished_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="the file can't be read"):
        work_tree(tmp_path).read(ManifestFile("gone", str(tmp_path / "gone")))


def test_standard_input_is_a_file_of_its_own(tmp_path: Path) -> None:
    tree = work_tree(tmp_path, stdin=b"hello")
    [file] = tree.find(["-", "-"], Config())
    assert file.path == "<stdin>"
    assert tree.read(file) == b"hello"


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("docs/a.md", True),
        ("docs/a.md#anchor", True),
        ("docs", True),
        ("./docs/a.md", True),
        ("docs/b.md", False),
        ("../outside.md", False),
        ("docs/../../outside.md", False),
        ("link/a.md", False),
        ("linked.md", False),
        (".", False),
        ("docs/..", False),
        ("#anchor", False),
    ],
)
def test_a_path_exists_only_inside_the_tree(tmp_path: Path, path: str, *, there: bool) -> None:
    root = write(tmp_path / "repo", {"docs/a.md": ""})
    write(tmp_path, {"outside.md": ""})
    (root / "link").symlink_to("docs")
    (root / "linked.md").symlink_to("docs/a.md")
    assert work_tree(root).exists(path) is there


def test_an_absolute_path_is_outside_the_tree(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": ""})
    assert not work_tree(tmp_path).exists(str(tmp_path / "a.md"))


def test_names_that_are_no_text_are_spelled_out(tmp_path: Path) -> None:
    name = os.fsdecode(b"s/\xff.yaml")
    write(tmp_path, {name: "", "s/new\nline.yaml": ""})
    assert paths(work_tree(tmp_path).find(["s"], Config())) == ["s/\\xff.yaml", "s/new\nline.yaml"]


def test_a_named_file_may_be_a_link_and_lie_anywhere(tmp_path: Path) -> None:
    root = write(tmp_path / "repo", {"s/a.yaml": ""})
    write(tmp_path, {"policy.yaml": "x"})
    (root / "policy.yaml").symlink_to("../policy.yaml")
    tree = work_tree(root)
    assert read_named(tree, "policy", "policy.yaml") == (b"x", "policy.yaml")
    assert read_named(tree, "policy", "../policy.yaml") == (b"x", "../policy.yaml")


@pytest.mark.parametrize("name", ["gone.yaml", "folder"])
def test_a_named_file_that_is_none_stops_the_gate(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(GateError, match=f"the policy '{name}'"):
        read_named(work_tree(tmp_path), "policy", name)


def test_a_named_pipe_stops_the_gate_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    writer = os.open(tmp_path / "pipe.yaml", os.O_RDWR)
    try:
        with pytest.raises(GateError, match="not a plain file"):
            read_named(work_tree(tmp_path), "policy", "pipe.yaml")
    finally:
        os.close(writer)


def test_configuration_is_optional_but_never_a_link(tmp_path: Path) -> None:
    write(tmp_path, {"a.toml": "x"})
    (tmp_path / "b.toml").symlink_to("a.toml")
    read = read_optional(work_tree(tmp_path))
    assert read("gone.toml") is None
    assert read("a.toml") == b"x"
    with pytest.raises(GateError, match=r"can't read b\.toml"):
        read("b.toml")


def test_a_tree_does_not_change(tmp_path: Path) -> None:
    tree: WorkTree = work_tree(tmp_path)
    with pytest.raises(AttributeError):
        tree.root = tmp_path  # type: ignore[misc]
