"""PagerDuty, by the documented shape of its REST API v2."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.asking import AT, ask, numbers
from tests.servers import Reply, Request, replaying

TOKEN = {"PD": "y_NbAkKc66ryYTWUXYEu"}


def incident(number: int, service: str | None, days: float, minutes: float | None, **more: Any) -> dict[str, Any]:
    opened = AT - timedelta(days=days)
    over = None if minutes is None else (opened + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "id": f"PT4KHL{number}",
        "type": "incident",
        "incident_number": number,
        "created_at": opened.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "last_status_change_at": over or opened.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "resolved_at": over,
        "status": "triggered" if over is None else "resolved",
        "service": service and {"id": "PIJ90N7", "type": "service_reference", "summary": service},
        "urgency": "high",
        **more,
    }


INCIDENTS = [
    incident(1, "payments", 1, 30),
    incident(2, "payments", 2, 60),
    incident(3, "payments", 3, None),
    incident(4, "Ledger API", 4, 20, resolved_at=None),
    incident(5, None, 4, 20),
]
SERVICES = [{"id": "P1", "name": name} for name in ("payments", "Ledger API", "quiet")]


def pages(services: list[Any], incidents: list[Any], size: int = 100) -> Any:
    def answer(request: Request) -> Reply:
        kind = request.path.strip("/")
        every = {"services": services, "incidents": incidents}[kind]
        offset = int(request.query["offset"])
        part = every[offset : offset + size]
        return Reply({kind: part, "limit": 100, "offset": offset, "more": offset + size < len(every), "total": None})

    return answer


def asked(answer: Any, **more: Any) -> Any:
    with replaying(answer) as server:
        result = ask(
            {"type": "pagerduty", "url": server.url, "token_env": "PD", **more}, {"Ledger API": "ledger"}, secrets=TOKEN
        )
    return result, server.asked


def test_incidents_and_recovery_time() -> None:
    result, requests = asked(pages(SERVICES, INCIDENTS), urgencies=["high"])
    assert numbers(result) == {
        "payments reliability/incidents_30d": "3",
        "payments reliability/mttr_minutes": "45",
        "ledger reliability/incidents_30d": "1",
        "ledger reliability/mttr_minutes": "20",
        "quiet reliability/incidents_30d": "0",
        "quiet reliability/mttr_minutes": "no-data",
    }
    assert result.remarks == ("left out 1 incident without a service",)
    services, incidents = requests
    assert services.headers["authorization"] == "Token token=y_NbAkKc66ryYTWUXYEu"
    assert services.headers["accept"] == "application/vnd.pagerduty+json;version=2"
    assert incidents.query["since"] == "2025-05-31T14:00:00+00:00"
    assert (incidents.query["until"], incidents.query["urgencies[]"]) == ("2025-06-30T14:00:00+00:00", "high")


def test_pages_are_read_to_the_end_and_nothing_counts_twice() -> None:
    many = [incident(number, "payments", 1, 10) for number in range(250)]
    shifted = [*many[:100], many[99], *many[100:]]
    result, requests = asked(pages(SERVICES[:1], shifted))
    assert numbers(result)["payments reliability/incidents_30d"] == "250"
    assert [request.query["offset"] for request in requests] == ["0", "0", "100", "200"]


def test_more_than_pagerduty_lists() -> None:
    def endless(request: Request) -> Reply:
        kind = request.path.strip("/")
        return Reply({kind: [], "more": True})

    result, _ = asked(endless)
    assert result.state.error == "more than 10000 services"


@pytest.mark.parametrize("status", ["triggered", "acknowledged"])
def test_an_incident_that_lasts_has_no_recovery_time(status: str) -> None:
    lasting = incident(1, "payments", 1, 30, status=status)
    result, _ = asked(pages(SERVICES[:1], [lasting]))
    assert numbers(result)["payments reliability/mttr_minutes"] == "no-data"


def test_a_rate_limit_is_waited_for() -> None:
    calls = []

    def limited(request: Request) -> Reply:
        calls.append(request)
        if len(calls) == 1:
            return Reply({"error": {"message": "Rate Limit Exceeded"}}, 429, {"Retry-After": "2"})
        return pages(SERVICES, INCIDENTS)(request)  # type: ignore[no-any-return]

    result, requests = asked(limited, retries=1)
    assert result.state.error == ""
    assert len(requests) == 3
