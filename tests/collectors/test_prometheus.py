"""Prometheus, the real one: every number that looks right and isn't."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from platform_gate.collectors import prometheus
from tests.asking import AT, ask, by_field, numbers, world
from tests.collectors.conftest import PASSWORD
from tests.servers import Access, Reply, Request, forward, is_ready, replaying

pytestmark = pytest.mark.xdist_group("prometheus")

LAST = datetime(2025, 6, 30, 13, 59, 31, tzinfo=UTC)
UPTIME = {
    "provides": "reliability/uptime_pct",
    "query": "avg by (service) (avg_over_time(up[30d]))",
    "fresh": "max by (service) (timestamp(up))",
    "unit": "ratio",
    "window": "30d",
}


def settings(port: int, **more: Any) -> dict[str, Any]:
    return {"type": "prometheus", "url": f"http://127.0.0.1:{port}", **more}


def query(port: int, **more: Any) -> dict[str, Any]:
    """A source with one query; what is None is left out."""
    changed = {key: value for key, value in (UPTIME | more).items() if value is not None}
    return settings(port, queries=[changed])


# Sloth and Pyrra.


def test_sloth_s_recording_rules_become_slos(prom: int) -> None:
    result = ask(settings(prom, preset="sloth", burn_rates=["1h"]))
    assert numbers(result) == {
        "payments slos/availability": "99.8",
        "payments slos/availability/burn_rate/1h": "20",
        "ledger slos/latency": "99.987654321",
        "ledger slos/latency/burn_rate/1h": "0.123456789",
        "perfect slos/availability": "100",
        "perfect slos/availability/burn_rate/1h": "0",
        "quiet slos/availability": "no-data",
        "quiet slos/availability/burn_rate/1h": "no-data",
        "abandoned slos/availability": "no-timestamp",
        "abandoned slos/availability/burn_rate/1h": "no-timestamp",
        "holey slos/availability": "99.8",
        "holey slos/availability/burn_rate/1h": "0.2",
        "gone slos/availability": "no-data",
        "hourly slos/availability": "unknown-window",
        "hourly slos/availability/burn_rate/1h": "0.2",
        "twice slos/availability": "several-series",
        "twice slos/availability/burn_rate/1h": "several-series",
    }


def test_a_value_says_its_window_its_age_and_its_coverage(prom: int) -> None:
    found = by_field(ask(settings(prom, preset="sloth")))
    payments, ledger = found["payments slos/availability"], found["ledger slos/latency"]
    assert (payments.window, payments.unit, payments.observed_at) == ("30d", "percent", LAST)
    assert (ledger.window, payments.coverage_pct) == ("28d", Decimal(100))
    assert Decimal(49) < (found["holey slos/availability"].coverage_pct or 0) < Decimal(51)


def test_the_rules_of_an_slo_outlive_its_samples(prom: int) -> None:
    """Sloth's 30-day ratio of `abandoned` is still recorded, three days after its last sample."""
    raw = settings(
        prom,
        service="sloth_service",
        queries=[
            {
                "provides": "slos/availability",
                "query": 'slo:sli_error:ratio_rate30d{sloth_service="abandoned"}',
                "fresh": 'timestamp(slo:sli_error:ratio_rate30d{sloth_service="abandoned"})',
                "unit": "ratio",
            }
        ],
    )
    assert numbers(ask(raw)) == {"abandoned slos/availability": "50"}
    assert numbers(ask(settings(prom, preset="sloth")))["abandoned slos/availability"] == "no-timestamp"


def test_pyrra_s_generic_rules_become_slos(prom: int) -> None:
    result = ask(settings(prom, preset="pyrra"))
    assert numbers(result) == {"checkout slos/checkout-errors": "99.85"}
    (value,) = result.values
    assert (value.window, value.observed_at, value.coverage_pct) == ("28d", LAST, Decimal(100))
    assert result.remarks == ("left out 1 value without the service's label",)


# Queries of one's own.


def test_ratios_are_converted(prom: int) -> None:
    assert numbers(ask(query(prom))) == {
        "web reliability/uptime_pct": "90",
        "worker reliability/uptime_pct": "100",
    }


def test_without_fresh_a_value_has_no_date_and_is_unusable(prom: int) -> None:
    assert set(numbers(ask(query(prom, fresh=None))).values()) == {"no-timestamp"}


def test_the_evaluation_time_is_told_from_a_sample_s(prom: int) -> None:
    assert ask(query(prom, fresh="timestamp(sum by (service) (up))")).state.error == (
        "reliability/uptime_pct: `fresh` returns the time of the query, not of a sample"
    )
    on_the_sample = ask(query(prom), at=LAST)
    assert on_the_sample.state.error == ""


def test_last_over_time_gives_the_evaluation_time_and_is_refused() -> None:
    with pytest.raises(Exception, match="not a valid fresh"):
        ask(query(1, fresh="timestamp(last_over_time(up[1d]))"))


def test_after_the_look_back_there_is_no_data_rather_than_100_percent(prom: int) -> None:
    ended = query(prom, query="ended", fresh="timestamp(ended)", unit="percent")
    assert numbers(ask(ended)) == {}
    assert numbers(ask(ended, at=AT - timedelta(hours=1))) == {"web reliability/uptime_pct": "99.5"}


def test_a_service_that_is_up_without_a_value_has_no_data(prom: int) -> None:
    found = numbers(ask(query(prom, query='up{service="worker"}')))
    assert found == {"web reliability/uptime_pct": "no-data", "worker reliability/uptime_pct": "100"}


def test_infinity_is_no_data(prom: int) -> None:
    odd = query(prom, query="odd", fresh="timestamp(odd)", unit="percent")
    assert numbers(ask(odd)) == {
        "endless reliability/uptime_pct": "no-data",
        "fine reliability/uptime_pct": "99.5",
    }


BAD = 'sum by (service) (increase(requests_total{code="500"}[30d]))'
TOTAL = "sum by (service) (increase(requests_total[30d]))"


def test_a_service_without_bad_events_vanishes_unless_the_query_provides_for_it(prom: int) -> None:
    fresh = "max by (service) (timestamp(requests_total))"
    careless = query(prom, query=f"1 - {BAD} / {TOTAL}", fresh=fresh)
    careful = query(prom, query=f"1 - ({BAD} or 0 * {TOTAL}) / {TOTAL}", fresh=fresh)
    assert numbers(ask(careless))["worker reliability/uptime_pct"] == "no-data"
    assert numbers(ask(careful)) == {"web reliability/uptime_pct": "99", "worker reliability/uptime_pct": "100"}


def test_a_window_longer_than_the_data_says_how_much_of_it_is_covered(prom: int) -> None:
    asked = query(
        prom,
        query="avg by (service) (avg_over_time(up[90d]))",
        coverage="100 * avg by (service) (count_over_time(up[90d:1h])) / 2160",
        total=TOTAL,
        window="90d",
    )
    web = by_field(ask(asked))["web reliability/uptime_pct"]
    assert web.value == 90
    assert Decimal(34) < (web.coverage_pct or 0) < Decimal(35)
    assert web.total
    assert 71_000 < web.total < 73_000


def test_several_series_of_a_service_are_never_averaged(prom: int) -> None:
    found = numbers(ask(query(prom, query="up")))
    assert found == {"web reliability/uptime_pct": "several-series", "worker reliability/uptime_pct": "100"}


def test_percentages_that_are_all_fractions_fail_the_source(prom: int) -> None:
    assert ask(query(prom, unit="percent")).state.error == (
        "reliability/uptime_pct: no value is above 1 percent, so they look like fractions"
    )


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("sum by (service (up)", "the server responded with 400: invalid parameter"),
        ("up * on (service) up", "the server responded with 422: "),
        ("1", "the query returns a 'scalar'"),
        ("up[5m]", "the query returns a 'matrix'"),
    ],
)
def test_what_the_server_refuses_fails_the_source(prom: int, text: str, error: str) -> None:
    result = ask(query(prom, query=text))
    assert result.state.error.startswith(f"reliability/uptime_pct (query): {error}")
    assert len(result.state.error) < 160


def test_a_thousand_services_take_one_request_a_query(prom: int) -> None:
    with replaying(lambda request: forward(prom, request)) as proxy:
        asked = {**query(prom, query="fleet", fresh="timestamp(fleet)", unit="percent"), "url": proxy.url}
        result = ask(asked)
    assert (len(result.values), result.missing, len(proxy.asked)) == (1000, 0, 2)


def test_more_series_than_the_cap_fail_the_source(prom: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prometheus, "MAX_SERIES", 999)
    result = ask(query(prom, query="fleet", fresh="timestamp(fleet)", unit="percent"))
    assert result.state.error == "reliability/uptime_pct (query): 1,000 series, more than 999"


# Who may ask.


def test_basic_auth_and_a_certificate_of_ours(guarded: int, certificates: Path) -> None:
    who = {"ca": "ca.pem", "cert": "client.pem", "key": "client.key"}
    auth = {"basic": {"user_env": "PROM_USER", "password_env": "PROM_PASSWORD"}}
    asked = {**query(guarded, **UPTIME), "url": f"https://127.0.0.1:{guarded}", "tls": who, "auth": auth}
    known = {"PROM_USER": "gate", "PROM_PASSWORD": PASSWORD + "\n"}
    assert numbers(ask(asked, folder=certificates, secrets=known))["web reliability/uptime_pct"] == "90"
    wrong = ask(asked, folder=certificates, secrets=known | {"PROM_PASSWORD": "shut sesame"})
    assert wrong.state.error == "the server rejected the credentials (401): Unauthorized"
    stranger = ask({**asked, "tls": {"ca": "ca.pem"}}, folder=certificates, secrets=known)
    assert stranger.state.error.startswith(("TLS", "the connection broke"))
    untrusting = ask({**asked, "tls": {}}, folder=certificates, secrets=known)
    assert untrusting.state.error.startswith("TLS: ")
    assert ask(asked, folder=certificates / "none", secrets=known).state.error == "tls.ca: no such file"


def test_the_guarded_server_is_ready_for_those_alone_whom_it_knows(guarded: int, access: Access) -> None:
    """Its start is waited for by the same question, so a query never meets a server that still reads its blocks."""
    assert is_ready(guarded, access)
    assert not is_ready(guarded, access._replace(login="gate:shut sesame"))
    assert not is_ready(guarded)


def test_a_bearer_token_and_a_tenant(prom: int) -> None:
    def guard(request: Request) -> Reply:
        given = request.headers.get("authorization"), request.headers.get("x-scope-orgid")
        return forward(prom, request) if given == ("Bearer s3cret-token", "tenant-7") else Reply(b"who are you", 401)

    with replaying(guard) as proxy:
        asked = query(prom) | {
            "url": proxy.url,
            "auth": {"bearer_env": "TOKEN"},
            "headers_env": {"X-Scope-OrgID": "ID"},
        }
        assert numbers(ask(asked, secrets={"TOKEN": "s3cret-token", "ID": "tenant-7"}))
        refused = ask(asked, secrets={"TOKEN": "other-token", "ID": "tenant-7"})
        unset = ask(asked, secrets={"ID": "tenant-7"})
    assert refused.state.error == "the server rejected the credentials (401): who are you"
    assert unset.state.error == "the environment variable TOKEN is not set"


# What proxies and other servers answer.


@pytest.fixture
def vector() -> dict[str, Any]:
    result = [{"metric": {"service": "web"}, "value": [AT.timestamp(), "0.5"]}]
    return {"status": "success", "data": {"resultType": "vector", "result": result}}


def test_a_warning_fails_the_source(vector: dict[str, Any]) -> None:
    warned = vector | {"warnings": ["No StoreAPIs matched for this query"]}
    with replaying(Reply(warned)) as thanos:
        result = ask(query(1) | {"url": thanos.url})
    assert result.state.error == (
        "reliability/uptime_pct (query): the response may be incomplete: No StoreAPIs matched for this query"
    )


def test_an_answer_of_another_shape_fails_the_source(vector: dict[str, Any]) -> None:
    vector["data"]["result"] = [{"metric": {}, "values": []}]
    with replaying(Reply(vector)) as server:
        result = ask(query(1) | {"url": server.url})
    assert result.state.error == "the response does not have the documented format (KeyError)"


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_server_whose_clock_is_off_fails_the_source(prom: int, minutes: int) -> None:
    result = ask(query(prom), now=lambda: datetime.now(UTC) - timedelta(minutes=minutes))
    behind = "ahead of" if minutes > 0 else "behind"
    assert result.state.error == f"the server's clock is 6 minutes {behind} ours"
    assert ask(query(prom), now=lambda: datetime.now(UTC) - timedelta(minutes=minutes / 2)).state.error == ""


def test_queries_are_printed_without_asking() -> None:
    source = ask(settings(1, preset="sloth", burn_rates=["1h"], queries=[UPTIME])).source
    printed = list(prometheus.queries(source, world()))
    assert "slo:sli_error:ratio_rate1h" in printed
    assert UPTIME["query"] in printed
    assert prometheus.provides(source.settings) == ("slos", "reliability/uptime_pct")
