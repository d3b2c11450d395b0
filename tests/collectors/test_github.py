"""GitHub, by the documented shape of its GraphQL API."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from platform_gate.collectors import github
from tests.asking import AT, ask, numbers, world
from tests.servers import Reply, Request, replaying

TOKEN = {"GH": "ghp_16C7e42F292c6912E7710c838347Ae178B4a"}
SETTINGS = {"type": "github", "token_env": "GH", "repositories": {"acme/payments": "payments"}}


def ago(days: float) -> str:
    return (AT - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def deployment(days: float, state: str = "INACTIVE") -> dict[str, Any]:
    return {"createdAt": ago(days), "state": state}


def issue(days: float, closed: float | None) -> dict[str, Any]:
    return {"createdAt": ago(days), "closedAt": None if closed is None else ago(closed)}


DEPLOYMENTS = [deployment(1, "ACTIVE"), deployment(2, "FAILURE"), deployment(5), deployment(10), deployment(20)]
ISSUES = [issue(4, 3.5), issue(4.5, 4), issue(9, None), issue(40, 39)]


def answering(deployments: list[Any], issues: list[Any], size: int = 100) -> Any:
    def answer(request: Request) -> Reply:
        asked = json.loads(request.body)
        every = deployments if "deployments(" in asked["query"] else issues
        start = int(asked["variables"]["after"] or 0)
        page = {"hasNextPage": start + size < len(every), "endCursor": str(start + size)}
        listed = {"nodes": every[start : start + size], "pageInfo": page}
        return Reply({"data": {"repository": {"list": listed}}})

    return answer


def asked(answer: Any, **more: Any) -> Any:
    with replaying(answer) as server:
        result = ask({**SETTINGS, "url": server.url, **more}, secrets=TOKEN)
    return result, server.asked


def test_the_metrics_of_stability() -> None:
    result, requests = asked(answering(DEPLOYMENTS, ISSUES), environment="live", incident_labels=["incident", "sev1"])
    assert numbers(result) == {
        "payments reliability/incidents_30d": "3",
        "payments reliability/mttr_minutes": "720",
        "payments reliability/change_failure_rate_pct": "50",
    }
    first, second = (json.loads(request.body)["variables"] for request in requests)
    assert first == {"owner": "acme", "name": "payments", "after": None, "filter": ["live"]}
    assert second["filter"] == ["incident", "sev1"]
    assert {request.path for request in requests} == {"/graphql"}
    assert requests[0].headers["authorization"] == f"Bearer {TOKEN['GH']}"


def test_no_deployments_have_no_failure_rate() -> None:
    result, _ = asked(answering([deployment(2, "FAILURE"), deployment(31)], []))
    assert numbers(result) == {
        "payments reliability/incidents_30d": "0",
        "payments reliability/mttr_minutes": "no-data",
        "payments reliability/change_failure_rate_pct": "no-data",
    }


def test_pages_are_read_until_they_are_too_old() -> None:
    many = [deployment(each / 10) for each in range(1, 1000)]
    result, requests = asked(answering(many, []))
    assert numbers(result)["payments reliability/change_failure_rate_pct"] == "0"
    assert len(requests) == 3 + 1


def test_an_error_of_graphql_comes_with_200() -> None:
    refused = {"errors": [{"type": "NOT_FOUND", "message": f"no 'acme/payments' for {TOKEN['GH']}"}], "data": None}
    result, _ = asked(lambda _request: Reply(refused))
    assert result.state.error == "acme/payments: GitHub rejected the query: no 'acme/payments' for ***"


def test_a_secondary_rate_limit_is_waited_for() -> None:
    replies = [Reply({"message": "secondary rate limit"}, 403, {"Retry-After": "1"})]

    def limited(request: Request) -> Reply:
        return replies.pop() if replies else answering(DEPLOYMENTS, ISSUES)(request)

    result, requests = asked(limited, retries=1)
    assert (result.state.error, len(requests)) == ("", 3)


def test_the_queries_are_printed() -> None:
    source, _ = asked(answering([], []))
    printed = list(github.queries(source.source, world()))
    assert printed[-1] == "for acme/payments"
    assert "deployments(first: 100" in printed[0]
    assert "issues(first: 100" in printed[1]
