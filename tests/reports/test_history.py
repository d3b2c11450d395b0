"""Earlier reports: what counts as one, and in which order they are drawn."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from platform_gate.model import GateError, HealthStatus
from platform_gate.reports.history import HEALTHS, LONGEST, History, Snapshot, Standing, before, course, key, parse
from platform_gate.reports.json_text import SCHEMA_VERSION

DAY = date(2026, 11, 23)


def content(as_of: str | None = "2026-10-01", **changes: Any) -> bytes:
    services = [{"name": "web", "health": "degraded", "points": 2}, {"name": "api", "health": "healthy", "points": 0}]
    return json.dumps({"schema_version": "1", "as_of": as_of, "services": services} | changes).encode()


def row(**changes: Any) -> list[dict[str, Any]]:
    return [{"name": "web", "health": "healthy", "points": 0} | changes]


def snapshot(day: str, path: str = "a.json", points: int = 1) -> Snapshot:
    return Snapshot(date.fromisoformat(day), path, {"web": Standing("degraded", points)})


def test_a_report_says_how_each_service_stood() -> None:
    found = parse(content(), "a.json")
    assert found.as_of == date(2026, 10, 1)
    assert found.services == {"web": ("degraded", 2), "api": ("healthy", 0)}
    assert found.healths == {"critical": 0, "degraded": 1, "unknown": 0, "healthy": 1}
    assert found.points == 2


def test_it_speaks_as_reports_do() -> None:
    assert json.loads(content())["schema_version"] == SCHEMA_VERSION
    assert sorted(HealthStatus, key=lambda health: -health.rank) == list(HEALTHS)


def test_services_of_two_repositories_are_told_apart() -> None:
    assert key({"name": "web", "repository": "acme/shop"}) == "acme/shop:web"
    assert key({"name": "web", "repository": None}) == key({"name": "web"}) == "web"


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        (b"", "JSON"),
        (b"\xff\xfe", "JSON"),
        (b"[" * 200_000, "JSON"),
        (b"[]", "schema_version 1"),
        (content(schema_version="2"), "schema_version 1"),
        (content(schema_version=1), "schema_version 1"),
        (content(as_of="yesterday"), "lacks"),
        (content(as_of=None), "lacks"),
        (content(services=None), "lacks"),
        (content(services=["web"]), "lacks"),
        (content(services=[{}]), "lacks"),
        (content(services=row(health="ill")), "lacks"),
        (content(services=row(health=["healthy"])), "lacks"),
        (content(services=row(points="1")), "lacks"),
        (content(services=row(points=True)), "lacks"),
        (content(services=row(points=-1)), "lacks"),
        (content(services=row(points=10**9)), "lacks"),
    ],
)
def test_what_is_no_report_is_refused_by_its_path(wrong: bytes, word: str) -> None:
    with pytest.raises(GateError, match=word) as caught:
        parse(wrong, "odd\x1b.json")
    assert r"'odd\x1b.json'" in caught.value.message


def test_reports_are_put_in_order() -> None:
    days = ["2026-10-03", "2026-10-01", "2026-10-02"]
    found = before(History(tuple(map(snapshot, days))), DAY)
    assert [str(each.as_of) for each in found.snapshots] == sorted(days)
    assert found.notes == ()


def test_of_several_of_one_day_the_last_by_path_counts() -> None:
    several = (snapshot("2026-10-01", "b.json", 2), snapshot("2026-10-01", "a.json", 1))
    found = before(History(several), DAY)
    assert [each.path for each in found.snapshots] == ["b.json"]
    assert found.notes == ("1 report left out: of several of one day, the last by path counts.",)


def test_reports_of_the_day_or_later_are_no_history() -> None:
    several = tuple(map(snapshot, ["2026-11-22", "2026-11-23", "2026-11-24"]))
    found = before(History(several, ("odd",)), DAY)
    assert [str(each.as_of) for each in found.snapshots] == ["2026-11-22"]
    assert found.notes == (
        "odd",
        "2 reports of 2026-11-23 or later left out: a history ends before the day of this run.",
    )


def test_a_long_past_is_cut_and_said_so() -> None:
    several = tuple(snapshot(str(DAY - timedelta(days=number))) for number in range(1, LONGEST + 3))
    found = before(History(several), DAY)
    assert len(found.snapshots) == LONGEST
    assert found.snapshots[-1].as_of == DAY - timedelta(days=1)
    assert found.notes[0].startswith("2 older reports left out")


def test_a_day_without_a_service_is_a_gap() -> None:
    several = (snapshot("2026-10-01"), Snapshot(date(2026, 10, 2), "b", {}))
    assert course(several, "web") == [(date(2026, 10, 1), ("degraded", 1)), (date(2026, 10, 2), None)]
