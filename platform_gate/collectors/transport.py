"""HTTP to one origin, and nowhere else: no redirects, bounded time and size, retries that honour Retry-After.

The one module of the project that speaks HTTP. Its errors name neither addresses nor secrets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit

from platform_gate.collectors.failures import UnreachableError, explain, missing_extra, too_slow
from platform_gate.collectors.source import Source, SourceError, World
from platform_gate.text import plural

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

CHUNK: Final = 64 * 1024
CLOCK_MAY_DIFFER: Final = 300
"""Seconds between the server's clock and ours: with more, dates of values mean nothing."""
RETRIED: Final = frozenset({429, 500, 502, 503, 504})
LONGEST_WAIT: Final = 120
"""Seconds. A server that asks for more patience fails the source, rather than blocking the job."""
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
REFUSED: Final = frozenset({401, 403})
FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"

Body = tuple[str, bytes] | None
"""The type of what is sent, and its bytes."""


class Response(NamedTuple):
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def text(self) -> str:
        """The beginning of the body, unchecked."""
        return self.body[:1000].decode("utf-8", "replace")


class Tls(NamedTuple):
    """Files for TLS: who is trusted, and who we are."""

    ca: str | None = None
    cert: str | None = None
    key: str | None = None


class Transport:
    """Requests to one base URL. Headers, which hold the credentials, are sent to its origin only."""

    def __init__(self, source: Source, world: World, headers: Mapping[str, str], url: str = "") -> None:
        self._world, self._limits = world, source.limits
        self._base = (url or source.settings["url"]).rstrip("/")
        self._headers = {"Accept-Encoding": "identity", "User-Agent": "platform-gate", **headers}
        self._pool = _pool(_tls(source, world))

    def get(self, path: str, query: Sequence[tuple[str, str]] = ()) -> Response:
        """The answer to GET; ``path`` is below the base URL, or an absolute URL of the same origin.

        Raises:
            SourceError: there is no usable answer.
        """
        return self._ask("GET", self._url(path, query), None)

    def post_form(self, path: str, fields: Sequence[tuple[str, str]]) -> Response:
        """The answer to POST with a form: for queries that are too long for a URL; raises as ``get``."""
        return self._ask("POST", self._url(path, ()), (FORM, urlencode(fields).encode()))

    def post_json(self, path: str, data: Mapping[str, Any]) -> Response:
        """The answer to POST with JSON, of a query that changes nothing; raises as ``get``."""
        return self._ask("POST", self._url(path, ()), (JSON, json.dumps(data).encode()))

    def _url(self, path: str, query: Sequence[tuple[str, str]]) -> str:
        url = urljoin(self._base + "/", path) if "://" in path else self._base + path
        if _origin(url) != _origin(self._base):
            raise SourceError(
                "the response links to another origin, which must not get the credentials", "Check the `url`."
            )
        return f"{url}?{urlencode(query)}" if query else url

    def _ask(self, method: str, url: str, body: Body) -> Response:
        for attempt in range(self._limits.retries):
            response = self._attempt(method, url, body)
            if response and not _worth_repeating(response):
                return self._checked(response)
            self._world.sleep(_wait(response, attempt, self._world.now()))
        return self._checked(self._once(method, url, body))

    def _attempt(self, method: str, url: str, body: Body) -> Response | None:
        """The answer, or None where another attempt may bring one."""
        try:
            return self._once(method, url, body)
        except UnreachableError:
            return None

    def _once(self, method: str, url: str, body: Body) -> Response:
        import urllib3  # noqa: PLC0415 - an extra

        headers = self._headers | ({"Content-Type": body[0]} if body else {})
        limits = urllib3.Timeout(connect=self._limits.timeout, read=self._limits.timeout)
        try:
            with closing(
                self._pool.request(
                    method,
                    url,
                    body=body[1] if body else None,
                    headers=headers,
                    timeout=limits,
                    redirect=False,
                    retries=False,
                    preload_content=False,
                )
            ) as answer:
                return Response(answer.status, _lower(answer.headers), self._read(answer))
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise UnreachableError(*explain(error, self._limits)) from None

    def _read(self, answer: BaseHTTPResponse) -> bytes:
        """The body, if it is as small and as quick as the settings ask."""
        end = self._world.monotonic() + self._limits.timeout
        chunks, size = [], 0
        while chunk := answer.read1(CHUNK, decode_content=False):
            chunks.append(chunk)
            size += len(chunk)
            if size > self._limits.max_bytes:
                raise SourceError(
                    f"the response is larger than {plural(self._limits.max_bytes, 'byte')}",
                    "Request less, or raise `max_bytes`.",
                )
            if self._world.monotonic() > end:
                raise UnreachableError(*too_slow(self._limits))
        return b"".join(chunks)

    def _checked(self, response: Response) -> Response:
        if response.status in REDIRECTS:
            message = f"the server redirects to another address ({response.status}), and redirects are not followed"
            raise SourceError(message, "Set `url` to the address that it redirects to.")
        if response.headers.get("content-encoding", "identity") != "identity":
            raise SourceError(
                "the server compressed the response, although the request forbids it", "Turn compression off there."
            )
        if response.status in REFUSED:
            message = f"the server rejected the credentials ({response.status})"
            raise SourceError(message, "Check the secret and its permissions.", response.text())
        self._check_clock(response)
        return response

    def _check_clock(self, response: Response) -> None:
        try:
            theirs = parsedate_to_datetime(response.headers["date"])
        except (KeyError, ValueError):
            return
        seconds = (theirs - self._world.now()).total_seconds() if theirs.tzinfo else 0.0
        if abs(seconds) > CLOCK_MAY_DIFFER:
            minutes = plural(round(abs(seconds) / 60), "minute")
            message = f"the server's clock is {minutes} {'ahead of' if seconds > 0 else 'behind'} ours"
            raise SourceError(message, "Synchronize the clocks: until then, the dates of values are wrong.")


def parse_json(response: Response) -> Any:
    """The body of an answer as data, with numbers as ``Decimal``.

    Raises:
        SourceError: it is not JSON, or was cut off.
    """
    try:
        return json.loads(response.body, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, ArithmeticError, RecursionError):
        size = plural(len(response.body), "byte")
        fix = "Check the `url`; a proxy's error page is a common cause."
        raise SourceError(
            f"the response ({response.status}, {size}) is not complete JSON", fix, response.text()
        ) from None


def succeed(response: Response) -> Any:
    """The data of an answer whose status is 200; raises ``SourceError`` for any other."""
    if response.status != 200:  # noqa: PLR2004 - HTTP's own number
        message = f"the server responded with {response.status}"
        raise SourceError(message, "Try again, or check the `url`.", response.text())
    return parse_json(response)


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _pool(tls: Tls) -> PoolManager:
    try:
        import urllib3  # noqa: PLC0415 - an extra
    except ImportError:
        raise missing_extra("collect", "urllib3") from None
    return urllib3.PoolManager(
        num_pools=1, cert_reqs="CERT_REQUIRED", ca_certs=tls.ca, cert_file=tls.cert, key_file=tls.key
    )


def _tls(source: Source, world: World) -> Tls:
    files = {kind: world.folder / path for kind, path in source.settings.get("tls", {}).items()}
    for kind, path in files.items():
        if not path.is_file():
            raise SourceError(f"tls.{kind}: no such file", "Paths are relative to the `Sources` file.")
    return Tls(**{kind: str(path) for kind, path in files.items()})


def _origin(url: str) -> tuple[str, str | None, int | None]:
    split = urlsplit(url)
    return split.scheme, split.hostname, split.port or {"http": 80, "https": 443}.get(split.scheme)


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _worth_repeating(response: Response) -> bool:
    """GitHub and others say 403 for a rate limit, with Retry-After."""
    return response.status in RETRIED or (response.status in REFUSED and "retry-after" in response.headers)


def _wait(response: Response | None, attempt: int, now: datetime) -> float:
    """Seconds until the next attempt: what the server asks for, else 1, 2, 4, ..."""
    retry_after = response.headers.get("retry-after", "") if response else ""
    seconds = float(retry_after) if retry_after.isascii() and retry_after.isdigit() else _until(retry_after, now)
    if response is None or seconds is None:
        return float(2**attempt)
    if seconds > LONGEST_WAIT:
        message = f"the server responded with {response.status} and asks to wait {plural(int(seconds), 'second')}"
        raise SourceError(message, "Collect less often, or ask for a higher limit.")
    return max(0.0, seconds)


def _until(date: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return None
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()
