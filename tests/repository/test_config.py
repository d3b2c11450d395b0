"""The configuration: ``[tool.platform-gate]`` or ``.platform-gate.yaml``, never both."""

import pytest

from platform_gate.documents.document import MAX_BYTES, DocumentError
from platform_gate.model import GateError
from platform_gate.repository import config
from platform_gate.repository.config import LONGEST_LINE, OWN_FILE, PYPROJECT, Config

TABLE = "[tool.platform-gate]\n"


def load(own: str | None = None, pyproject: str | None = None) -> Config:
    files = {OWN_FILE: own, PYPROJECT: pyproject}

    def read(name: str) -> bytes | None:
        text = files[name]
        return None if text is None else text.encode()

    return config.load(read)


def refused(own: str | None = None, pyproject: str | None = None) -> GateError:
    with pytest.raises(GateError) as caught:
        load(own, pyproject)
    return caught.value


@pytest.mark.parametrize("pyproject", [None, "", "[project]\nname = 'x'\n", "[tool.ruff]\nline-length = 120\n"])
def test_without_configuration_the_built_in_one_applies(pyproject: str | None) -> None:
    loaded = load(pyproject=pyproject)
    assert loaded == Config()
    assert (loaded.manifests, loaded.exclude, loaded.policy, loaded.path) == (None, (), None, "")


def test_the_own_file_configures_the_gate() -> None:
    loaded = load("manifests: ['services/**/*.yaml']\nexclude: [a, b]\npolicy: strict\n")
    assert loaded.manifests == ("services/**/*.yaml",)
    assert loaded.exclude == ("a", "b")
    assert (loaded.policy, loaded.path) == ("strict", OWN_FILE)


def test_pyproject_configures_the_gate() -> None:
    loaded = load(pyproject=TABLE + "manifests = ['services/**/*.yaml']\nexclude = ['a', 'b']\npolicy = 'strict'\n")
    assert loaded.manifests == ("services/**/*.yaml",)
    assert loaded.exclude == ("a", "b")
    assert (loaded.policy, loaded.path) == ("strict", PYPROJECT)


@pytest.mark.parametrize(
    ("value", "waivers"), [("waivers.yaml", ("waivers.yaml",)), ("[a, 'b/*.yaml']", ("a", "b/*.yaml")), ("[]", ())]
)
def test_waivers_are_one_file_or_several(value: str, waivers: tuple[str, ...]) -> None:
    assert load(f"waivers: {value}\n").waivers == waivers
    assert load("{}").waivers == ()


@pytest.mark.parametrize(("own", "pyproject", "path"), [("{}", None, OWN_FILE), (None, TABLE, PYPROJECT)])
def test_an_empty_configuration_is_one(own: str | None, pyproject: str | None, path: str) -> None:
    loaded = load(own, pyproject)
    assert (loaded.manifests, loaded.path) == (None, path)


@pytest.mark.parametrize(("own", "table"), [("policy: strict\n", "policy = 'strict'\n"), ("{}\n", "")])
def test_two_configurations_are_an_error(own: str, table: str) -> None:
    error = refused(own, TABLE + table)
    assert error.message == f"both {PYPROJECT} ([tool.platform-gate]) and {OWN_FILE} configure platform-gate"
    assert error.fix == "Keep one of them."


def test_a_pyproject_without_the_table_is_no_second_configuration() -> None:
    assert load("policy: strict\n", "[project]\nname = 'x'\n").policy == "strict"


@pytest.mark.parametrize(
    ("text", "message", "fix"),
    [
        ("manifest: [a]\n", f"{OWN_FILE}:1:1: unknown key 'manifest'", "Did you mean manifests?"),
        ("policy: strict\nmanifests: a.yaml\n", f"{OWN_FILE}:2:12: expected a list", "For example: "),
        ("exclude:\n  - /etc/*\n", f"{OWN_FILE}:2:5: the string '/etc/*' is not a valid glob", "For example: "),
        ("exclude: [../x]\n", f"{OWN_FILE}:1:11: the string '../x' is not a valid glob", "For example: "),
        ("manifests: []\n", f"{OWN_FILE}:1:12: the list holds fewer than 1 entry", "For example: "),
        ("policy: https://example.com/p.yaml\n", f"{OWN_FILE}:1:9: the string 'https", "For example: strict"),
        ("- a\n", f"{OWN_FILE}:1:1: expected a mapping, found a list", "For example: {manifests"),
        ("policy: no\n", f"{OWN_FILE}:1:9: 'no' means different things", 'Write false, or "no"'),
        ("", f"{OWN_FILE}:1:1: the file is empty", "Write a document, or remove the file."),
        ("{}\n---\n{}\n", f"{OWN_FILE}:3:1: a second document", "Move it to its own file."),
    ],
)  # fmt: skip
def test_an_error_in_the_own_file_is_placed(text: str, message: str, fix: str) -> None:
    error = refused(text)
    assert error.message.startswith(message)
    assert fix in error.fix


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TABLE + "manifest = ['a']\n", "2:1: unknown key 'manifest'"),
        (TABLE + "policy = 'strict'\n  manifests = 'a'\n", "3:3: expected a list, found the string 'a'"),
        ("policy = 'x'\n\n" + TABLE + "# policy = 1\npolicy = 1\n", "5:1: expected a string, found 1"),
        (TABLE + '"policy" = 1\n', "2:1: expected a string, found 1"),
        ("[tool . 'platform-gate']\nexclude = ['/a']\n", "2:1: the string '/a' is not a valid glob"),
        ("[project]\nname = 'x'\n\n" + TABLE + "policy.name = 1\n", "4:1: expected a string, found a mapping"),
        ("[tool]\nplatform-gate = {policy = 1}\n", "1:1: expected a string, found 1"),
        ("[tool]\nplatform-gate = 1\n", "1:1: expected a mapping, found 1"),
        ("a = 1\r\n" + TABLE + "\tpolicy = 1\r\n", "3:2: expected a string, found 1"),
    ],
)
def test_an_error_in_pyproject_is_placed_at_its_key(text: str, message: str) -> None:
    error = refused(pyproject=text)
    assert isinstance(error, DocumentError)
    assert error.message.startswith(f"{PYPROJECT}:{message}")


def test_every_error_in_pyproject_is_named() -> None:
    error = refused(pyproject=TABLE + "policy = 1\nexclude = 2\n")
    assert isinstance(error, DocumentError)
    assert len(error.refusals) == 2


@pytest.mark.parametrize("text", ["[tool", "tool = 1", "a = 1\na = 2", "x = " + "[" * 5000])
def test_a_pyproject_that_is_broken_is_an_error_and_not_passed_over(text: str) -> None:
    error = refused(pyproject=text)
    assert error.message.startswith(f"{PYPROJECT}: not valid TOML: ")
    assert error.fix == "Fix the file: it may configure the gate."


@pytest.mark.parametrize(("excess", "refusal"), [(0, ""), (1, "has a line of more than 10,000 characters")])
def test_a_line_of_pyproject_may_be_ten_thousand_characters_long(excess: int, refusal: str) -> None:
    line = "#".ljust(LONGEST_LINE + excess, "x")
    if refusal:
        assert refusal in refused(pyproject=f"a = 1\n{line}\n").message
    else:
        assert load(pyproject=f"a = 1\n{line}\n") == Config()


def test_a_pyproject_of_more_than_a_mebibyte_is_an_error() -> None:
    assert load(pyproject="#x\n" * (MAX_BYTES // 3)) == Config()
    assert "is larger than 1 MiB" in refused(pyproject="#x\n" * (MAX_BYTES // 3 + 1)).message


@pytest.mark.parametrize("line", ['policy = "a\\u202e"', 'exclude = ["b", "a\\u202e"]'])
def test_a_hidden_character_is_refused_in_toml_too(line: str) -> None:
    error = refused(pyproject=f"{TABLE}{line}\n")
    assert error.message == f"{PYPROJECT}:2:1: 'a\\u202e' holds a hidden character"
    assert error.fix == "Remove it."


def test_a_pyproject_that_is_not_utf_8_is_an_error() -> None:
    with pytest.raises(GateError, match="not valid TOML"):
        config.load(lambda name: b"a = '\xff'" if name == PYPROJECT else None)


def test_a_file_that_cannot_be_read_is_an_error() -> None:
    def read(name: str) -> bytes | None:
        raise GateError(f"{name} cannot be read")

    with pytest.raises(GateError, match="cannot be read"):
        config.load(read)
