"""A commit and its work tree agree on the files in scope and on the paths that exist."""

from pathlib import Path

import pytest

from platform_gate.documents.document import MAX_BYTES, DocumentError
from platform_gate.repository import commits
from platform_gate.repository.blob_cache import BlobCache
from platform_gate.repository.commit_tree import CommitTree, same_content
from platform_gate.repository.config import Config
from platform_gate.repository.git import Repository
from tests.repositories import commit, repository
from tests.samples import work_tree

FILES: dict[str, str | bytes] = {
    "services/a.yaml": "a\n",
    "services/deep/b.YML": "b\n",
    "services/.hidden.yaml": "h\n",
    "services/readme.md": "r\n",
    "apps/c.yaml": "c\n",
    "d.yaml": "d\n",
    "services/back\\slash.yaml": "s\n",
    "services/größe.yaml": "g\n",
}
CONFIGS = [
    Config(),
    Config(manifests=("**/*.yaml",)),
    Config(manifests=("services/*", "apps/**"), exclude=("services/a.*",)),
    Config(exclude=("services/deep",)),
    Config(exclude=("**/deep/",)),
    Config(manifests=("d.yaml",)),
    Config(manifests=()),
]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = repository(tmp_path_factory.mktemp("commits") / "repo", FILES)
    (folder / "services/link.yaml").symlink_to("a.yaml")
    (folder / "services/linked").symlink_to("../apps")
    return commit(folder, {"large.yaml": b"x" * (MAX_BYTES + 100)})


def tree_of(clone: Path) -> CommitTree:
    repo = Repository(clone, "/usr/local/bin:/usr/bin:/bin")
    return CommitTree.of(repo, commits.head(repo), BlobCache(repo))


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("operands", [[], ["."], ["services"], ["services/a.yaml", "apps"], ["services/readme.md"]])
def test_a_commit_finds_what_its_work_tree_finds(clone: Path, operands: list[str], config: Config) -> None:
    head = [file for file in work_tree(clone).find(operands, config) if not file.empty]
    base = tree_of(clone).find(operands, config)
    assert [(file.path, file.refusal) for file in base] == [(file.path, file.refusal) for file in head]


@pytest.mark.parametrize(
    "path",
    [
        *("services", "services/", "./services/a.yaml", "services/a.yaml", "services/a.yaml#top", "services//a.yaml"),
        *("services/link.yaml", "services/linked", "services/linked/c.yaml", "services/gone", "services/größe.yaml"),
        *("apps/../d.yaml", "serv", "..", ".", "", "/etc/passwd", "../repo/d.yaml"),
    ],
)
def test_a_commit_knows_the_paths_that_its_work_tree_knows(clone: Path, path: str) -> None:
    assert tree_of(clone).exists(path) is work_tree(clone).exists(path)


def test_bytes_are_those_of_the_commit(clone: Path) -> None:
    tree = tree_of(clone)
    (file,) = tree.find(["apps"], Config())
    assert tree.read(file) == b"c\n"
    assert tree.content("d.yaml") == b"d\n"
    assert tree.content("nowhere") is None
    with pytest.raises(DocumentError, match="symbolic link"):
        tree.content("services/link.yaml")


def test_a_large_file_is_not_kept_whole(clone: Path) -> None:
    assert len(tree_of(clone).content("large.yaml") or b"") == MAX_BYTES + 1


@pytest.mark.parametrize(
    ("path", "content", "same"),
    [
        ("services/a.yaml", b"a\n", True),
        ("apps/c.yaml", b"c\r\n", True),
        ("apps/c.yaml", b"c\r\r\n", False),
        ("d.yaml", b"other\n", False),
        ("nowhere", b"", False),
        ("services/link.yaml", b"a.yaml", False),
        ("large.yaml", b"x" * (MAX_BYTES + 100), False),
    ],
)
def test_a_commit_tells_whether_it_holds_a_checked_out_content(
    clone: Path, path: str, content: bytes, *, same: bool
) -> None:
    assert tree_of(clone).holds(path, content) is same


def test_a_tree_stays_the_same_whatever_its_cache_holds(clone: Path) -> None:
    one, other = tree_of(clone), tree_of(clone)
    one.content("d.yaml")
    assert one == other
    assert "blobs" not in repr(one)
    with pytest.raises(AttributeError):
        one.commit = ""  # type: ignore[misc]


@pytest.mark.parametrize(
    ("checked_out", "blob", "same"),
    [
        (b"a\r\n", b"a\n", True),
        (b"a\r\n\r\n", b"a\n\n", True),
        (b"a\n", b"a\r\n", False),
        (b"a\r\nb\n", b"a\nb\n", False),
        (b"a\r\r\n", b"a\r\n", False),
        (b"a\r\r\n", b"a\n", False),
        (b"a\r\nb\r", b"a\nb\r", False),
        (None, None, True),
        (b"", None, False),
        (b"a", b"b", False),
        (b"a\r", b"a\n", False),
    ],
)
def test_a_checked_out_file_is_the_same_as_git_itself_would_make_it(
    checked_out: bytes | None, blob: bytes | None, *, same: bool
) -> None:
    assert same_content(checked_out, blob) is same
