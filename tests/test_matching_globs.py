"""Globs over repository paths: what matches whole paths, and which folders can hold a match."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.matching import GlobIndex, as_owned, covers, matches, reach

MATCHES = {
    "services/*.yaml": ["services/a.yaml", "services/.yaml", "services/.hidden.yaml"],
    "./services/*.yaml": ["services/a.yaml"],
    "**/service.yaml": ["service.yaml", "a/service.yaml", "a/b/c/service.yaml"],
    "a/**/b": ["a/b", "a/x/b", "a/x/y/b"],
    "a/**": ["a/b", "a/b/c.yaml", "a/"],
    "**": ["a", "a/b/c", ""],
    "**/*": ["a", "a/b"],
    "**/**/a": ["a", "x/a", "x/y/a"],
    "a**b": ["ab", "axb"],
    "*a*b*": ["ab", "xaxbx", "aabb"],
    "**/x/**/y": ["x/y", "a/x/b/y", "x/x/y/y"],
    "?.yaml": ["a.yaml", "ö.yaml"],
    "[ab].yaml": ["a.yaml", "b.yaml"],
    "[a-c]x": ["ax", "bx", "cx"],
    "[!ab].yaml": ["c.yaml", "].yaml"],
    "[]].yaml": ["].yaml"],
    "[[].yaml": ["[.yaml"],
    "[a.yaml": ["[a.yaml"],
    "a]": ["a]"],
    "a+(b).{c}^$|": ["a+(b).{c}^$|"],
    "[*?].yaml": ["*.yaml", "?.yaml"],
    "[.]x": [".x"],
    "a\nb": ["a\nb"],
    "*": ["a\nb"],
}
MISSES = {
    "services/*.yaml": [
        "services/a/b.yaml",
        "services/a.yml",
        "x/services/a.yaml",
        "services/a.yaml.bak",
        "Services/a.yaml",
    ],
    "**/service.yaml": ["xservice.yaml", "a/xservice.yaml", "service.yaml/x"],
    "a/**/b": ["ab", "a/xb", "x/a/b"],
    "a/**": ["a", "ab/c"],
    "?.yaml": ["ab.yaml", ".yaml", "/.yaml"],
    "a?b": ["a/b"],
    "a*b": ["a/b", "a"],
    "*a*b*": ["ba", ""],
    "a**b": ["a/x/b"],
    "[ab].yaml": ["c.yaml", "ab.yaml"],
    "[!ab].yaml": ["a.yaml", "/.yaml"],
    "[*?].yaml": ["a.yaml"],
    "a.c": ["abc"],
    "a": ["a\n", ""],
}


def pairs(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(pattern, path) for pattern, paths in table.items() for path in paths]


@pytest.mark.parametrize(("pattern", "path"), pairs(MATCHES))
def test_a_glob_matches(pattern: str, path: str) -> None:
    assert matches([pattern], path)


@pytest.mark.parametrize(("pattern", "path"), pairs(MISSES))
def test_a_glob_does_not_match(pattern: str, path: str) -> None:
    assert not matches([pattern], path)


@pytest.mark.parametrize(("pattern", "path"), [("[!]]", "x"), ("[!]a]", "x"), ("[!]a]", "]x")])
def test_a_closing_bracket_right_after_the_opening_belongs_to_the_choice(pattern: str, path: str) -> None:
    assert matches([pattern], path) is (path == "x")


@pytest.mark.parametrize("pattern", ["a[^b]c", "a[+-0]c", "a[!x]c", "a[!-~]c"])
def test_a_choice_of_characters_never_leaves_the_folder(pattern: str) -> None:
    assert not matches([pattern], "a/c")


@pytest.mark.parametrize(
    "pattern", ["[z-a].yaml", "a[].yaml", "[a&&b]", "[a||b]", "[a--b]", "[a~~b]", "[\\", "[!]", "[-"]
)
def test_an_odd_choice_of_characters_is_no_crash(pattern: str) -> None:
    assert not matches([pattern], "services/a.yaml")


@pytest.mark.parametrize("pattern", ["*a" * 40 + "b", "**/*a/" * 12 + "b"])
def test_no_glob_takes_long(pattern: str) -> None:
    assert not matches([pattern], "/".join(["a" * 40] * 20))


def test_any_of_several_globs_is_enough() -> None:
    assert matches(["x", "a*"], "abc")
    assert not matches(["x", "b*"], "abc")
    assert not matches([], "abc")


@pytest.mark.parametrize(
    ("pattern", "folder", "reached"),
    [
        ("services/*.yaml", "services", True),
        ("services/*.yaml", "other", False),
        ("services/*.yaml", "services/a", False),
        ("services/*/s.yaml", "services/a", True),
        ("services/*/s.yaml", "services/a/b", False),
        ("./services/*.yaml", "services", True),
        ("**/s.yaml", "a/b/c", True),
        ("services/**", "services", True),
        ("services/**", "services/a/b", True),
        ("services/**/s.yaml", "other", False),
        ("a/**/b/s.yaml", "a/x/y", True),
        ("[ab]/x", "a", True),
        ("[ab]/x", "c", False),
        ("services", "services", False),
        ("services/a/b.yaml", "services", True),
        ("services/a/b.yaml", "services/x", False),
    ],
)
def test_a_folder_is_entered_only_where_it_can_hold_a_match(pattern: str, folder: str, *, reached: bool) -> None:
    assert reach([pattern], folder) is reached


def test_any_of_several_globs_opens_a_folder() -> None:
    assert reach(["x/*", "a/*"], "a")
    assert not reach([], "a")


PARTS = st.lists(st.sampled_from(["a", "b", "*", "**", "?", "a*", "[ab]"]), min_size=1, max_size=4)
NAMES = st.lists(st.sampled_from(["a", "b", "ab"]), min_size=2, max_size=4)


@given(PARTS, NAMES)
def test_every_folder_above_a_match_is_entered(parts: list[str], names: list[str]) -> None:
    pattern, path = "/".join(parts), "/".join(names)
    folders = ["/".join(names[:depth]) for depth in range(1, len(names))]
    assert not matches([pattern], path) or all(reach([pattern], folder) for folder in folders)


@given(st.text("ab*?[]!^-&|~\\/.{}()+$", max_size=12), st.text("ab/-^[]", max_size=6))
def test_no_glob_whatever_is_written_in_it_is_a_crash(pattern: str, path: str) -> None:
    assert matches([pattern], path) in {True, False}


@given(st.text(st.characters(exclude_characters="*?[")))
def test_a_glob_without_wildcards_matches_itself_alone(path: str) -> None:
    plain = path.removeprefix("./")
    assert matches([plain], plain) or plain.startswith("./")
    assert not matches([plain], plain + "x")


GLOB_PARTS = st.sampled_from(["**", "*", "a", "b", "ab", "a*", "*b", "[ab]", "?", "[!a]b"])
NAMES_OF_PATHS = st.lists(st.sampled_from(["a", "b", "ab", "ba", "c"]), min_size=1, max_size=5).map("/".join)
SMALL_GLOBS = st.lists(GLOB_PARTS, min_size=1, max_size=5).map("/".join)


@given(st.lists(SMALL_GLOBS, max_size=8), NAMES_OF_PATHS)
def test_an_index_of_globs_answers_as_each_of_them(globs: list[str], path: str) -> None:
    answers = GlobIndex(globs).matching(path)
    assert sorted(answers) == sorted({glob for glob in globs if matches([glob], path)})


@given(st.lists(SMALL_GLOBS, max_size=8), NAMES_OF_PATHS)
def test_an_index_knows_which_of_its_globs_reach_below_a_folder(globs: list[str], folder: str) -> None:
    assert GlobIndex(globs).reaching(folder) == {glob for glob in globs if reach([glob], folder)}


@pytest.mark.parametrize(("glob", "path"), pairs(MATCHES))
def test_an_index_finds_what_a_glob_matches(glob: str, path: str) -> None:
    assert GlobIndex([glob]).matching(path) == [glob]


@pytest.mark.parametrize(("glob", "path"), pairs(MISSES))
def test_an_index_misses_what_a_glob_does_not_match(glob: str, path: str) -> None:
    assert not GlobIndex([glob]).matching(path)


def test_a_path_of_any_depth_is_held_against_an_index() -> None:
    assert GlobIndex(["**/x/**", "a/**/z"]).matching("a/" * 2000 + "x/y") == ["**/x/**"]


@given(SMALL_GLOBS, SMALL_GLOBS, NAMES_OF_PATHS)
def test_a_glob_that_covers_another_matches_all_that_it_matches(wide: str, narrow: str, path: str) -> None:
    if covers(wide, narrow) and matches([narrow], path):
        assert matches([wide], path)


OWNED = {
    "src/payments/**": (["src/payments/api.py", "src/payments/a/b.py"], ["src/payments", "src/payments2/api.py"]),
    "src/payments/": (
        ["src/payments/api.py", "src/payments/a/b.py", "src/payments"],
        ["src/payments2", "x/src/payments/a"],
    ),
    "src/payments": (["src/payments/api.py", "src/payments"], ["src/payments.py", "src"]),
    "/src/payments/": (["src/payments/api.py"], ["src/other/api.py"]),
    "./src/payments": (["src/payments/api.py"], ["src/other/api.py"]),
    "*.tf": (["main.tf"], ["infra/main.tf", "main.tf/x"]),
    "**/*.tf": (["main.tf", "infra/main.tf"], ["main.tf/x"]),
    "src/pay*/": (["src/pay/a", "src/payments/a/b"], ["src/other/a"]),
    "go.mod": (["go.mod"], ["x/go.mod"]),
}


@pytest.mark.parametrize(
    ("glob", "path", "owned"),
    [(glob, path, index == 0) for glob, both in OWNED.items() for index, paths in enumerate(both) for path in paths],
)
def test_what_belongs_to_a_glob_of_owned_paths(glob: str, path: str, owned: bool) -> None:  # noqa: FBT001
    assert matches(as_owned(glob), path) is owned
