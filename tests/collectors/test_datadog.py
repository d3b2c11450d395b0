"""Datadog, by the shape of an answer that its own client's tests recorded (`/api/v1/slo/search`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.asking import ask, by_field, numbers
from tests.servers import Reply, Request, replaying

KEYS = {"DD_API": "a" * 32, "DD_APP": "b" * 40}
SEEN = 1751291971


def status(timeframe: str = "30d", value: Any = 99.95, **more: Any) -> dict[str, Any]:
    return {
        "error": None,
        "error_budget_remaining": 50.0,
        "indexed_at": SEEN,
        "raw_error_budget_remaining": {"unit": "seconds", "value": 1296.0},
        "span_precision": 2,
        "state": "ok",
        "status": value,
        "target": 99.9,
        "timeframe": timeframe,
        **more,
    }


def slo(name: str, *statuses: dict[str, Any], tags: tuple[str, ...] = ("service:web", "env:prod")) -> dict[str, Any]:
    attributes = {
        "all_tags": list(tags),
        "created_at": 1664357958,
        "creator": {"email": "frog@example.com", "id": 1, "name": None},
        "description": None,
        "env_tags": [],
        "groups": None,
        "modified_at": 1664357958,
        "monitor_ids": None,
        "name": name,
        "overall_status": list(statuses),
        "query": {
            "denominator": "sum:hits{}.as_count()",
            "metrics": None,
            "numerator": "sum:hits{code:2xx}.as_count()",
        },
        "service_tags": [],
        "slo_type": "metric",
        "team_tags": [],
        "thresholds": [{"target": 99.9, "target_display": "99.9", "timeframe": "30d", "warning": None}],
    }
    return {"data": {"attributes": attributes, "id": "3e0865c5301c5271a3b4345eb4f14074", "type": "slo"}}


def page(slos: list[dict[str, Any]], number: int = 0, total: int | None = None) -> dict[str, Any]:
    paging = {"first_number": 0, "number": number, "size": 100, "total": len(slos) if total is None else total}
    return {
        "data": {"attributes": {"facets": {}, "slos": slos}, "type": "service_level_objective_search_results"},
        "links": {"next": "https://api.datadoghq.com/api/v1/slo/search?page[number]=1", "prev": None},
        "meta": {"pagination": {**paging, "type": "number_size"}},
    }


def asked(*slos: dict[str, Any], **more: Any) -> Any:
    with replaying(Reply(page(list(slos)))) as server:
        return ask(settings(server.url, **more), secrets=KEYS)


def settings(url: str, **more: Any) -> Mapping[str, Any]:
    return {"type": "datadog", "url": url, "api_key_env": "DD_API", "app_key_env": "DD_APP", **more}


def test_an_slo() -> None:
    result = asked(slo("Checkout works", status()))
    assert numbers(result) == {"web slos/Checkout works": "99.95"}
    value = by_field(result)["web slos/Checkout works"]
    assert (value.window, value.observed_at) == ("30d", datetime.fromtimestamp(SEEN, UTC))


def test_pages_are_read_to_the_end() -> None:
    def answer(request: Request) -> Reply:
        number = int(request.query["page[number]"])
        slos = [slo(f"slo {number * 100 + each}", status()) for each in range(100 if number < 2 else 7)]
        return Reply(page(slos, number, 207))

    with replaying(answer) as server:
        result = ask(settings(server.url, query="env:prod"), secrets=KEYS)
    assert (len(result.values), len(server.asked)) == (207, 3)
    first = server.asked[0]
    assert first.path == "/api/v1/slo/search"
    assert (first.query["query"], first.headers["dd-api-key"]) == ("env:prod", "a" * 32)
    assert first.headers["dd-application-key"] == "b" * 40


@pytest.mark.parametrize(
    "broken", [{"value": None}, {"error": "too many groups"}, {"value": "NaN"}, {"timeframe": "7d"}]
)
def test_what_datadog_could_not_work_out_is_no_data(broken: dict[str, Any]) -> None:
    assert numbers(asked(slo("a", status(**broken)), timeframe="30d")) == {"web slos/a": "no-data"}


def test_an_slo_without_a_status_or_without_a_date() -> None:
    assert numbers(asked(slo("a"), slo("b", status(indexed_at=None)))) == {
        "web slos/a": "no-data",
        "web slos/b": "no-timestamp",
    }


def test_which_of_several_timeframes_is_meant_is_never_guessed() -> None:
    both = slo("a", status("7d", 99), status("30d", 98))
    assert asked(both).state.error == "the SLO 'a' has the timeframes 30d and 7d"
    assert numbers(asked(both, timeframe="7d")) == {"web slos/a": "99"}


def test_whose_slo_it_is() -> None:
    shared = slo("a", status(), tags=("service:web", "service:api"))
    result = asked(shared, slo("b", status(), tags=("team:x",)), slo("c", status(), tags=("app:job",)), tag="service")
    assert sorted(numbers(result)) == ["api slos/a", "web slos/a"]
    assert result.remarks == ("left out 2 SLOs without the service's tag",)
    assert numbers(asked(slo("c", status(), tags=("app:job",)), tag="app")) == {"job slos/c": "99.95"}


def test_two_slos_of_one_name_are_none() -> None:
    assert numbers(asked(slo("a", status()), slo("a", status()))) == {"web slos/a": "several-series"}


def test_keys_that_are_refused() -> None:
    with replaying(Reply({"errors": ["Forbidden"]}, 403)) as server:
        result = ask(settings(server.url), secrets=KEYS)
    assert result.state.error == 'the server rejected the credentials (403): {"errors": ["Forbidden"]}'
