"""`platform-gate collect` as people run it."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from platform_gate.cli.main import run
from tests.asking import AT, document
from tests.conftest import Gate
from tests.servers import Replay, Reply, Request, replaying

MOMENT = "2025-06-30T14:00:00Z"
QUERY = {"provides": "reliability/uptime_pct", "query": "up", "fresh": "timestamp(up)", "unit": "percent"}
TOKEN = {"PROM_TOKEN": "s3cret-token"}


def vector(**services: str) -> Reply:
    stamp = AT.timestamp()
    result = [{"metric": {"service": name}, "value": [stamp, text]} for name, text in services.items()]
    return Reply({"status": "success", "data": {"resultType": "vector", "result": result}})


def answer(request: Request) -> Reply:
    if request.headers.get("authorization") != "Bearer s3cret-token":
        return Reply(b"not you: " + request.headers.get("authorization", "").encode(), 401)
    return vector(web="1751291971", api="1751291971") if b"timestamp" in request.body else vector(web="99.5")


@pytest.fixture
def server() -> Iterator[Replay]:
    with replaying(answer) as running:
        yield running


def write(folder: Path, url: str, **more: Any) -> Path:
    prom = {"type": "prometheus", "url": url, "retries": 0, "auth": {"bearer_env": "PROM_TOKEN"}, "queries": [QUERY]}
    (folder / "platform-gate.sources.yaml").write_bytes(document({"prom": prom, **more}))
    return folder


BROKEN = {"type": "prometheus", "url": "http://127.0.0.1:9", "retries": 0, "preset": "sloth"}
HEADER = (
    '{"apiVersion":"platform-gate/v1","kind":"Measurements","collected_at":"2025-06-30T14:00:00Z","sources":'
    '{"prom":{"type":"prometheus","provides":["reliability/uptime_pct"],"ok":true}}}\n'
)
LINES = (
    '{"service":"api","values":[{"at":"reliability/uptime_pct","error":"no-data","source":"prom"}]}\n'
    '{"service":"web","values":[{"at":"reliability/uptime_pct","value":99.5,"unit":"percent",'
    '"observed_at":"2025-06-30T13:59:31Z","source":"prom"}]}\n'
)


def test_a_snapshot_on_standard_output(gate: Gate, tmp_path: Path, server: Replay) -> None:
    done = gate(write(tmp_path, server.url), "collect", "--at", MOMENT, env=TOKEN)
    assert (done.returncode, done.stdout) == (0, HEADER + LINES)
    heading, row = done.stderr.splitlines()
    assert heading.split("  ")[0] == "source"
    assert row.split()[:5] == ["prom", "2", "1", "1", "2025-06-30T13:59:31Z"]


def test_a_snapshot_in_a_file(gate: Gate, tmp_path: Path, server: Replay) -> None:
    done = gate(write(tmp_path, server.url), "collect", "--at", MOMENT, "-o", "m.jsonl", "-q", env=TOKEN)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "m.jsonl").read_text(encoding="utf-8") == HEADER + LINES


def test_something_missing_can_fail_the_job(gate: Gate, tmp_path: Path, server: Replay) -> None:
    done = gate(write(tmp_path, server.url), "collect", "--fail-on-missing", "-o", "m.jsonl", "-q", env=TOKEN)
    assert (done.returncode, done.stderr) == (1, "error: 1 value missing\n")
    assert (tmp_path / "m.jsonl").exists()


def test_a_source_that_failed_does_not_cost_the_others(gate: Gate, tmp_path: Path, server: Replay) -> None:
    folder = write(tmp_path, server.url, slow=BROKEN)
    done = gate(folder, "collect", "--at", MOMENT, "-o", "m.jsonl", "--fail-on-missing", env=TOKEN)
    assert done.returncode == 2
    assert "error: slow: the server can't be reached\n  fix: " in done.stderr
    header, *lines = (tmp_path / "m.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    assert json.loads(header)["sources"]["slow"] == {
        "type": "prometheus",
        "provides": ["slos"],
        "ok": False,
        "error": "the server can't be reached",
    }
    assert "".join(lines) == LINES
    assert gate(folder, "collect", "--only", "prom", "-o", "m.jsonl", env=TOKEN).returncode == 0


def test_nothing_is_carried_forward(gate: Gate, tmp_path: Path, server: Replay) -> None:
    gate(write(tmp_path, server.url), "collect", "-o", "m.jsonl", env=TOKEN)
    done = gate(tmp_path, "collect", "-o", "m.jsonl")
    assert done.returncode == 2
    assert len((tmp_path / "m.jsonl").read_text(encoding="utf-8").splitlines()) == 1


def test_a_dry_run_asks_and_writes_nothing(gate: Gate, tmp_path: Path, server: Replay) -> None:
    done = gate(write(tmp_path, server.url), "collect", "--dry-run", "-o", "m.jsonl", env=TOKEN)
    assert (done.returncode, done.stdout, len(server.asked)) == (0, "", 2)
    assert not (tmp_path / "m.jsonl").exists()


def test_queries_are_printed_and_nobody_is_asked(gate: Gate, tmp_path: Path, server: Replay) -> None:
    done = gate(write(tmp_path, server.url), "collect", "--print-queries")
    assert (done.returncode, done.stdout) == (0, "# prom (prometheus)\nup\ntimestamp(up)\n")
    assert server.asked == []


def test_a_secret_that_the_server_echoes_is_not_shown(gate: Gate, tmp_path: Path, server: Replay) -> None:
    secret = "wr0ng/secret"  # noqa: S105 - made up
    done = gate(write(tmp_path, server.url), "collect", "-v", "-o", "m.jsonl", env={"PROM_TOKEN": secret})
    assert done.returncode == 2
    assert "not you: Bearer ***" in done.stderr
    assert secret not in done.stderr + (tmp_path / "m.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "variables",
    [
        {"GITHUB_EVENT_NAME": "pull_request"},
        {"GITHUB_EVENT_NAME": "pull_request_target"},
        {"CI_PIPELINE_SOURCE": "merge_request_event"},
        {"BUILD_REASON": "PullRequest"},
    ],
)
def test_a_pull_request_may_not_collect(gate: Gate, tmp_path: Path, server: Replay, variables: dict[str, str]) -> None:
    folder = write(tmp_path, server.url)
    done = gate(folder, "collect", env=TOKEN | variables)
    assert (done.returncode, done.stdout, server.asked) == (2, "", [])
    assert "could change where secrets are sent" in done.stderr
    assert gate(folder, "collect", "--allow-in-pull-requests", env=TOKEN | variables).returncode == 0
    assert gate(folder, "collect", env=TOKEN | {"GITHUB_EVENT_NAME": "schedule"}).returncode == 0


def test_two_sources_for_one_field_write_nothing(gate: Gate, tmp_path: Path, server: Replay) -> None:
    again = {"type": "prometheus", "url": server.url, "auth": {"bearer_env": "PROM_TOKEN"}, "queries": [QUERY]}
    done = gate(write(tmp_path, server.url, again=again), "collect", "-o", "m.jsonl", env=TOKEN)
    assert done.returncode == 2
    assert "'prom' and 'again' both give reliability/uptime_pct of 'api'" in done.stderr
    assert not (tmp_path / "m.jsonl").exists()


@pytest.mark.parametrize("words", [["--only", "prm"], ["--at", "yesterday"], ["--sources", "none.yaml"]])
def test_a_mistake_on_the_command_line(gate: Gate, tmp_path: Path, words: list[str]) -> None:
    done = gate(write(tmp_path, "http://127.0.0.1:9"), "collect", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")


def test_an_output_that_can_t_be_written(gate: Gate, tmp_path: Path, server: Replay) -> None:
    done = gate(write(tmp_path, server.url), "collect", "-o", "none/m.jsonl", env=TOKEN)
    assert done.returncode == 2
    assert "could not be written" in done.stderr


class Terminal(io.StringIO):
    """A stream that a person looks at."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_who_is_asked_and_keeps_nothing_of_it(
    tmp_path: Path, server: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write(tmp_path, server.url))
    monkeypatch.setenv("PROM_TOKEN", "s3cret-token")
    for name in ("CI", "GITHUB_EVENT_NAME"):
        monkeypatch.delenv(name, raising=False)
    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    assert run(["collect", "-o", "m.jsonl"]) == 0
    assert shown.getvalue() == "\r\x1b[Kasking prom (prometheus)\r\x1b[K"
    monkeypatch.setattr(sys, "stderr", quiet := Terminal())
    assert run(["collect", "-o", "m.jsonl", "-q"]) == 0
    monkeypatch.setenv("CI", "true")
    assert run(["collect", "-o", "m.jsonl"]) == 0
    assert quiet.getvalue() == ""
