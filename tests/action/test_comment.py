"""The comment on a pull request, against a server that answers as GitHub's does."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.action.github_api import TOKEN, Comments, serving
from tests.scripts import load

script = load("action/comment.py")


@pytest.fixture
def github() -> Iterator[Comments]:
    with serving() as comments:
        yield comments


@pytest.fixture
def environment(tmp_path: Path, github: Comments) -> dict[str, str]:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7}}))
    return {
        "GITHUB_API_URL": github.address,
        "GITHUB_REPOSITORY": "acme/shop",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_WORKFLOW": "gate",
        "GITHUB_JOB": "judge",
        "TOKEN": TOKEN,
    }


def report(folder: Path, text: str = "# Failed\n") -> str:
    file = folder / "comment.md"
    file.write_text(text, encoding="utf-8")
    return str(file)


def bodies(github: Comments) -> list[str]:
    return [comment["body"] for comment in github.comments]


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("auto failed", 1),
        ("auto not-judged", 1),
        ("auto passed", 0),
        ("always passed", 1),
        ("never failed", 0),
        ("Always failed", 0),
    ],
)
def test_when_a_comment_is_written(
    tmp_path: Path, github: Comments, environment: dict[str, str], words: str, count: int
) -> None:
    script.main([*words.split(), report(tmp_path)], environment)
    assert len(github.comments) == count


def test_one_comment_is_kept_up_to_date(tmp_path: Path, github: Comments, environment: dict[str, str]) -> None:
    mark = script.marker(environment)
    assert script.main(["auto", "failed", report(tmp_path)], environment) == "a comment was written"
    assert script.main(["auto", "failed", report(tmp_path)], environment) == "the comment is up to date"
    assert script.main(["auto", "passed", report(tmp_path, "# Passed\n")], environment) == "the comment was updated"
    assert bodies(github) == [f"{mark}\n# Passed\n"]


def test_the_comment_is_found_on_a_later_page(tmp_path: Path, github: Comments, environment: dict[str, str]) -> None:
    for number in range(250):
        github.write(f"comment {number}", "User")
    github.write(f"{script.marker(environment)}\nold")
    assert script.main(["auto", "failed", report(tmp_path)], environment) == "the comment was updated"
    assert len(github.comments) == 251


def test_a_comment_of_a_person_is_never_taken_for_ours(
    tmp_path: Path, github: Comments, environment: dict[str, str]
) -> None:
    forged = f"{script.marker(environment)}\n# Passed\n"
    github.write(forged, "User")
    github.write("> " + forged)
    script.main(["auto", "failed", report(tmp_path)], environment)
    assert len(github.comments) == 3
    assert bodies(github)[0] == forged


def test_every_use_has_a_comment_of_its_own(tmp_path: Path, github: Comments, environment: dict[str, str]) -> None:
    for folder in ("shop", "billing"):
        script.main(["auto", "failed", report(tmp_path)], environment | {"GATE_DIRECTORY": folder})
    assert len(github.comments) == 2


@pytest.mark.parametrize("character", ["x", "\u00e9", "\U0001f600"])
def test_a_comment_is_within_the_limit_of_github(
    tmp_path: Path, github: Comments, environment: dict[str, str], character: str
) -> None:
    script.main(["auto", "failed", report(tmp_path, character * 100_000)], environment)
    [body] = bodies(github)
    assert len(body) == 65_536
    assert body.endswith("The job summary has the rest.*\n")


def test_without_a_report_the_comment_says_so(tmp_path: Path, github: Comments, environment: dict[str, str]) -> None:
    script.main(["auto", "", str(tmp_path / "none.md")], environment)
    assert "could not judge" in bodies(github)[0]


@pytest.mark.parametrize("status", [301, 302, 401, 403, 404, 422, 500])
def test_a_refusal_is_told_and_no_failure(
    tmp_path: Path, github: Comments, environment: dict[str, str], status: int
) -> None:
    github.status = status
    answer = script.main(["always", "failed", report(tmp_path)], environment)
    assert answer.startswith("no comment: ")
    assert str(status) in answer
    assert not [path for _, path in github.calls if "stolen" in path]


def test_a_wrong_token_is_no_failure(tmp_path: Path, github: Comments, environment: dict[str, str]) -> None:
    answer = script.main(["auto", "failed", report(tmp_path)], environment | {"TOKEN": "another"})
    assert "the token may not write" in answer
    assert github.comments == []


@pytest.mark.parametrize(
    "change",
    [
        {"GITHUB_API_URL": "http://127.0.0.1:9"},
        {"GITHUB_API_URL": "nonsense"},
        {"GITHUB_EVENT_PATH": "/no/such/file"},
        {"GITHUB_EVENT_PATH": "/dev/null"},
    ],
)
def test_whatever_goes_wrong_is_no_failure(tmp_path: Path, environment: dict[str, str], change: dict[str, str]) -> None:
    assert script.main(["auto", "failed", report(tmp_path)], environment | change).startswith("no comment: ")


@pytest.mark.parametrize("event", ["{}", "[]", '{"pull_request": null}', '{"pull_request": {"number": "7/../8"}}'])
def test_another_event_gets_no_comment(
    tmp_path: Path, github: Comments, environment: dict[str, str], event: str
) -> None:
    Path(environment["GITHUB_EVENT_PATH"]).write_text(event)
    assert script.main(["auto", "failed", report(tmp_path)], environment).startswith("no comment: ")
    assert github.calls == []
