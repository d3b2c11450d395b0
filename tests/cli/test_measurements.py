"""``measurements show``: the sources of the snapshots, and the values of one service."""

from pathlib import Path

import pytest

from tests.hostile.product import command_line
from tests.measurements.snapshots import bill, content, header, line, value
from tests.samples import write

DAY = ("--as-of", "2026-11-23")
SHOW = ("measurements", "show")
OLD = value("slos/old", observed_at="2026-11-20T00:00:00Z")
AGING = value("slos/aging", observed_at="2026-11-21T00:00:00Z")
UNDATED = value("slos/undated", observed_at=None)
LATER = value("slos/later", observed_at="2026-11-24T00:00:00Z")
FAILED = {"at": "slos/failed", "error": "several-series", "source": "prom"}


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    values = [bill("2026-10", 3500.12), value(), OLD, AGING, UNDATED, LATER, FAILED]
    return write(tmp_path, {".platform-gate.yaml": "measurements: [m.jsonl]\n", "m.jsonl": content({"web": values})})


def test_sources_are_shown_with_what_they_provide(fleet: Path) -> None:
    assert fleet.is_dir()
    done = command_line(*SHOW, *DAY)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("m.jsonl  1 service, collected 2026-11-23T06:00:07Z, sha256 ")
    [prom] = [row.split() for row in done.out.splitlines() if row.startswith("prom")]
    assert prom[:3] == ["prom", "prometheus", "yes"]


def test_values_are_shown_with_age_and_state(fleet: Path) -> None:
    assert fleet.is_dir()
    done = command_line(*SHOW, "web", *DAY)
    assert (done.code, done.err) == (0, "")
    rows = {row.split()[0]: row for row in done.out.splitlines() if "/" in row}
    states = {
        "cost/2026-10": "fresh",
        "slos/availability": "fresh",
        "slos/aging": "aging",
        "slos/failed": "several-series",
        "slos/later": "in the future",
        "slos/old": "stale, 2 days at most",
        "slos/undated": "undated",
    }
    assert {at: state in rows[at] for at, state in states.items()} == dict.fromkeys(states, True)
    assert all("m.jsonl:2" in row for row in rows.values())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("wbe",), "error: no snapshot measures 'wbe'\n  fix: Did you mean web?"),
        (("--measurements", "gone.jsonl"), "error: can't read the snapshot 'gone.jsonl'"),
    ],
)
def test_what_is_not_there_is_2(fleet: Path, words: tuple[str, ...], message: str) -> None:
    assert fleet.is_dir()
    done = command_line(*SHOW, *words, *DAY)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(message)


def test_without_a_snapshot_there_is_nothing_to_show(fleet: Path) -> None:
    write(fleet, {".platform-gate.yaml": "{}\n"})
    done = command_line(*SHOW, *DAY)
    assert done.code == 2
    assert done.err.startswith("error: there is no snapshot\n")


def test_a_broken_line_is_2_and_the_rest_is_shown(fleet: Path) -> None:
    lines = [header(), line("bad", [value(unit="x")]), line("web", [value()])]
    write(fleet, {"m.jsonl": "\n".join(lines) + "\n"})
    done = command_line(*SHOW, "web", *DAY)
    assert done.code == 2
    assert "slos/availability" in done.out
    assert done.err.startswith("error: m.jsonl:2:")


def test_a_policy_says_how_old_values_may_be(fleet: Path) -> None:
    policy = (
        "apiVersion: platform-gate/v1\nkind: Policy\nmetadata: {name: p}\nspec: {measurements: {max_age: {prom: 9d}}}\n"
    )
    write(fleet, {"p.yaml": policy})
    done = command_line(*SHOW, "web", "--policy", "p.yaml", *DAY)
    assert done.code == 0
    assert "stale" not in done.out
