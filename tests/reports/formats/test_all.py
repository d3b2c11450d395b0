"""What every format must do: show what is wrong, write the same bytes again, and change no exit code."""

import json
import os
from pathlib import Path

import pytest

from platform_gate.reports.formats import REPORTERS, reporter
from tests.conftest import Gate
from tests.reports.formats.fleets import UNSEEN, fleet, hostile
from tests.samples import BREACHED, manifest, write

DAY = ("--as-of", "2026-11-23")
SURROUNDINGS = (
    {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "Pacific/Kiritimati"},
    {"PYTHONHASHSEED": "4711", "LC_ALL": "C.UTF-8", "TZ": "America/Adak", "PYTHONIOENCODING": "ascii"},
)


@pytest.mark.parametrize("form", REPORTERS)
def test_every_format_shows_every_rule_that_fired(tmp_path: Path, form: str) -> None:
    outcome = fleet(tmp_path)
    text = "".join(reporter(form).render(outcome))
    for finding in outcome.findings:
        if finding.excuse is None and (form != "text" or finding.severity != "note"):
            assert finding.rule in text, finding.rule


@pytest.mark.parametrize("form", [form for form in REPORTERS if form not in {"github", "gitlab"}])
def test_every_format_that_can_shows_a_waiver_with_reason_approver_and_date(tmp_path: Path, form: str) -> None:
    text = "".join(reporter(form).render(fleet(tmp_path)))
    assert all(word in text for word in ("In progress.", "lead", "2026-12-31"))


@pytest.mark.parametrize("form", REPORTERS)
def test_no_format_lets_through_what_acts_on_a_reader_or_a_runner(tmp_path: Path, form: str) -> None:
    text = "".join(reporter(form).render(hostile(tmp_path)))
    assert not UNSEEN.search(text)
    assert "##[" not in text
    if form != "github":
        assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]
    assert text.endswith("\n")
    text.encode()


@pytest.mark.parametrize("form", REPORTERS)
def test_the_same_input_gives_the_same_bytes(tmp_path: Path, gate: Gate, form: str) -> None:
    texts = {"a": manifest("a", slos=BREACHED), "b": manifest("ä"), "c": "a: [\n", "d": manifest("d", team="Süß")}
    answers = set()
    for number, env in enumerate(SURROUNDINGS):
        order = sorted(texts, reverse=bool(number))
        folder = write(tmp_path / str(number), {f"services/{name}.yaml": texts[name] for name in order})
        (folder / ".git").mkdir()
        done = gate(folder, "check", *DAY, "-f", form, env=env)
        assert done.returncode == 2, done.stderr
        answers.add(done.stdout)
    [answer] = answers
    assert str(tmp_path) not in answer


@pytest.mark.parametrize(("text", "code"), [(manifest(), 0), (manifest(slos=BREACHED), 1), ("a: [\n", 2)])
def test_no_format_changes_the_exit_code_and_all_can_be_had_at_once(
    tmp_path: Path, gate: Gate, text: str, code: int
) -> None:
    write(tmp_path, {"services/web.yaml": text})
    outputs = [word for form in REPORTERS for word in ("-o", f"{form}=report.{form}")]
    assert gate(tmp_path, "check", *DAY, *outputs).returncode == code
    for form in REPORTERS:
        done = gate(tmp_path, "check", *DAY, "-f", form)
        assert (done.returncode, done.stderr) == (code, "")
        assert done.stdout == (tmp_path / f"report.{form}").read_text(encoding="utf-8")


def test_a_comment_is_cut_and_linked_as_the_command_line_and_the_runner_say(tmp_path: Path, gate: Gate) -> None:
    write(tmp_path, {f"services/{number}.yaml": manifest(f"s{number}", slos=BREACHED) for number in range(60)})
    env = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/shop", "GITHUB_SHA": "b" * 40}
    text = gate(tmp_path, "check", *DAY, "-f", "markdown", "--max-bytes", "9000", env=env).stdout
    assert len(text.encode()) <= 9000
    assert f"(<https://github.com/acme/shop/blob/{'b' * 40}/services/0.yaml#L5>)" in text
    assert "left out here" in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GITHUB_SHA", "main"),
        ("GITHUB_REPOSITORY", "a/b/../c"),
        ("GITHUB_SERVER_URL", "javascript:x"),
        ("GITHUB_SHA", ""),
    ],
)
def test_an_address_that_is_none_is_not_linked(tmp_path: Path, gate: Gate, name: str, value: str) -> None:
    write(tmp_path, {"services/web.yaml": manifest(slos=BREACHED)})
    env = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/shop", "GITHUB_SHA": "b" * 40}
    text = gate(tmp_path, "check", *DAY, "-f", "markdown", env={**env, name: value}).stdout
    assert "](<" not in text.replace("](<https://platform-gate.github.io/", "")


@pytest.mark.parametrize("form", ["json", "sarif", "gitlab"])
def test_json_holds_no_number_that_json_lacks(tmp_path: Path, form: str) -> None:
    text = "".join(reporter(form).render(fleet(tmp_path)))
    json.loads(text, parse_constant=pytest.fail)


def test_a_long_fleet_streams(tmp_path: Path) -> None:
    write(tmp_path, {f"s/{number}.yaml": manifest(f"s{number}", slos=BREACHED) for number in range(30)})
    outcome = fleet(tmp_path)
    for form in REPORTERS:
        pieces = list(reporter(form).render(outcome))
        assert max(map(len, pieces)) < len("".join(pieces)), form
    assert os.linesep == "\n"
