"""HTTP with everything that can go wrong, against a server that does it."""

from __future__ import annotations

import socket
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from platform_gate.collectors.redaction import excerpt
from platform_gate.collectors.source import Limits, Source, SourceError
from platform_gate.collectors.transport import Response, Transport, parse_json, succeed
from tests.asking import world
from tests.servers import Reply, free_port, replaying


def transport(url: str, *, retries: int = 0, timeout: float = 5, max_bytes: int = 1000, **about: Any) -> Transport:
    source = Source("it", "prometheus", {"url": url}, Limits(timeout, retries, max_bytes))
    return Transport(source, world(**about), {"Authorization": "Bearer s3cret-token"})


def refusal(reply: Reply | list[Reply], **about: Any) -> str:
    """The error of asking a server that replies like this."""
    with replaying(reply) as server, pytest.raises(SourceError) as caught:
        succeed(transport(server.url, **about).get("/x"))
    assert server.url not in caught.value.message + caught.value.fix
    said = excerpt(caught.value.said, ())
    return caught.value.message + (f": {said}" if said else "")


def test_an_answer() -> None:
    with replaying(Reply({"a": 1.10})) as server:
        asked = transport(server.url + "/prefix/")
        assert str(succeed(asked.get("/x", [("q", "a b&c")]))["a"]) == "1.1"
        asked.post_form("/y", [("query", "a+b")])
    get, post = server.asked
    assert (get.path, get.query, get.headers["authorization"]) == ("/prefix/x", {"q": "a b&c"}, "Bearer s3cret-token")
    assert (post.method, post.path, post.body) == ("POST", "/prefix/y", b"query=a%2Bb")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with replaying(Reply()) as elsewhere:
        message = refusal(Reply(b"", status, {"Location": elsewhere.url}))
        assert elsewhere.asked == []
    assert message == f"the server redirects to another address ({status}), and redirects are not followed"


def test_a_link_to_another_origin_gets_no_credentials() -> None:
    with replaying(Reply({})) as own, replaying(Reply({})) as other:
        asked = transport(own.url)
        asked.get(own.url + "/page/2")
        for address in (other.url, own.url.replace("http:", "https:"), own.url.replace("127.0.0.1", "localhost")):
            with pytest.raises(SourceError, match="another origin"):
                asked.get(address + "/page/2")
    assert (len(own.asked), other.asked) == (1, [])


def test_a_body_beyond_the_limit() -> None:
    assert refusal(Reply(b"x" * 1001)) == "the response is larger than 1,000 bytes"
    assert refusal(Reply(b"x" * 1000)).startswith("the response (200, 1,000 bytes) is not complete JSON")


def test_a_body_that_drips() -> None:
    start = time.monotonic()
    assert refusal(Reply(b"x" * 100, drip=0.1), timeout=0.5) == "no complete response within 0.5 s"
    assert time.monotonic() - start < 3


def test_a_server_that_says_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(SourceError) as caught:
        transport(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2).get("/")
    assert caught.value.message == "no complete response within 0.2 s"


def test_a_server_that_is_not_there() -> None:
    with pytest.raises(SourceError) as caught:
        transport(f"http://127.0.0.1:{free_port()}").get("/")
    assert caught.value.message == "the server can't be reached"


def test_a_server_without_tls() -> None:
    with replaying(Reply({})) as server, pytest.raises(SourceError) as caught:
        transport(server.url.replace("http:", "https:")).get("/")
    assert caught.value.message == "TLS failed"


@pytest.mark.parametrize(
    "reply",
    [Reply(b'{"a": [1, 2', 200), Reply(b"[" * 900), Reply(b'{"a": NaN}'), Reply(b'{"a": 1e9999999999999999999}')],
)
def test_what_is_not_whole_json(reply: Reply) -> None:
    assert "is not complete JSON" in refusal(reply)


def test_json_that_nests_too_deep() -> None:
    with pytest.raises(SourceError, match="not complete JSON"):
        parse_json(Response(200, {}, b"[" * 100_000 + b"]" * 100_000))


def test_an_answer_that_is_cut_off() -> None:
    assert refusal(Reply(b'{"a": 1', declared=100)).startswith("the connection broke")


def test_a_compressed_answer_is_refused() -> None:
    assert refusal(Reply(b"x", 200, {"Content-Encoding": "gzip"})) == (
        "the server compressed the response, although the request forbids it"
    )


def test_what_the_server_says_is_quoted_briefly_and_on_one_line() -> None:
    assert refusal(Reply(b"<html>\n" + b"\x1b[31m no" * 100, 404)) == (
        "the server responded with 404: " + (r"<html> " + r"\x1b[31m no" * 10)[:77] + "..."
    )


# Retries.


def waits(replies: list[Reply], retries: int = 2) -> tuple[list[float], str]:
    """How long it waits between attempts, and the error at the end."""
    slept: list[float] = []
    with replaying(replies) as server:
        try:
            transport(server.url, retries=retries, sleep=slept.append).get("/x")
        except SourceError as error:
            return slept, error.message
    return slept, ""


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_server_that_is_busy_is_asked_again(status: int) -> None:
    assert waits([Reply(b"", status), Reply(b"", status), Reply({})]) == ([1.0, 2.0], "")


def test_a_server_may_say_how_long_to_wait() -> None:
    assert waits([Reply(b"", 429, {"Retry-After": "7"}), Reply({})]) == ([7.0], "")
    assert waits([Reply(b"", 403, {"Retry-After": "7"}), Reply({})]) == ([7.0], "")
    assert waits([Reply(b"", 429, {"Retry-After": "soon"}), Reply({})]) == ([1.0], "")
    assert waits([Reply(b"", 429, {"Retry-After": "Mon, 01 Jan 2001 00:00:00 GMT"}), Reply({})]) == ([0.0], "")


def test_a_server_that_asks_for_too_much_patience() -> None:
    reply = Reply(b"", 429, {"Retry-After": "3600"})
    assert waits([reply]) == ([], "the server responded with 429 and asks to wait 3,600 seconds")


def test_retries_end() -> None:
    assert refusal(Reply(b"busy", 503), retries=1) == "the server responded with 503: busy"


def test_a_connection_that_breaks_is_tried_again() -> None:
    assert waits([Reply(b"{", declared=9), Reply({})]) == ([1.0], "")


@pytest.mark.parametrize("status", [400, 401, 404, 422])
def test_a_mistake_of_ours_is_not_repeated(status: int) -> None:
    assert waits([Reply(b"", status), Reply({})])[0] == []


# The server's clock.


def test_a_clock_that_is_off_is_noticed_in_any_answer() -> None:
    def late() -> datetime:
        return datetime(2025, 1, 1, 12, 5, 1, tzinfo=UTC)

    right, wrong = {"Date": "Wed, 01 Jan 2025 12:00:01 GMT"}, {"Date": "Wed, 01 Jan 2025 11:00:00 GMT"}
    assert refusal(Reply({}, 200, wrong), now=late) == "the server's clock is 65 minutes behind ours"
    with replaying([Reply({}, 200, right), Reply({}, 200, {"Date": "yesterday"})]) as server:
        asked = transport(server.url, now=late)
        assert (asked.get("/").status, asked.get("/").status) == (200, 200)
