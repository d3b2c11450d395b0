"""Real servers for the tests, on this machine only: Prometheus with a history, and HTTP that replays answers."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import psycopg
import pytest

START_WITHIN = 60
STOP_WITHIN = 20


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def required(program: str, package: str) -> str:
    """The path of a program. Only where it can't be installed is its absence a skip, which the run's end repeats."""
    path = shutil.which(program)
    if path is None and os.geteuid() == 0:
        pytest.fail(f"there is no {program}: apt-get update && apt-get install --yes {package}, as .ci/run does")
    if path is None:
        pytest.skip(f"no {program}: install {package}")
    return path


@contextlib.contextmanager
def running(
    words: list[str], ready: Callable[[], bool], cwd: Path | None = None, within: float = START_WITHIN
) -> Iterator[None]:
    """A program that runs until the block ends, and is ready within some seconds.

    It is interrupted as by Ctrl-C: at another signal PostgreSQL would wait for its clients.
    """
    process = subprocess.Popen(words, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + within
        while not ready():
            assert process.poll() is None, f"{words[0]} ended by itself"
            assert time.monotonic() < end, f"{words[0]} did not start"
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Access(NamedTuple):
    """How a server that knows its clients is asked: over TLS with a certificate of ours, and as `user:password`."""

    context: ssl.SSLContext
    login: str


@contextlib.contextmanager
def prometheus(data: Path, *options: str, access: Access | None = None) -> Iterator[int]:
    """The port of a Prometheus over blocks that exist already. With a guard in `options`, `access` passes it."""
    program, port = required("prometheus", "prometheus"), free_port()
    config = data.with_suffix(".yml")
    config.write_text("global: {}\n", encoding="utf-8")
    words = [program, f"--config.file={config}", f"--storage.tsdb.path={data}", "--storage.tsdb.retention.time=100y"]
    words += [f"--web.listen-address=127.0.0.1:{port}", "--query.timeout=10s", *options]
    with running(words, lambda: is_ready(port, access)):
        yield port


def is_ready(port: int, access: Access | None = None) -> bool:
    """Say whether a Prometheus answers queries: it listens before it has read its blocks, and says 503 until then."""
    request = urllib.request.Request(f"{'https' if access else 'http'}://127.0.0.1:{port}/-/ready")  # noqa: S310 - http or https
    if access:
        request.add_header("Authorization", f"Basic {base64.b64encode(access.login.encode()).decode()}")
    try:
        with urllib.request.urlopen(request, timeout=1, context=access and access.context) as answer:  # noqa: S310 - as above
            return bool(answer.status == 200)
    except OSError:
        return False


def blocks(history: str, folder: Path) -> Path:
    """A Prometheus data folder that holds a history in OpenMetrics."""
    promtool, text, data = required("promtool", "prometheus"), folder / "history.om", folder / "data"
    text.write_text(history + "# EOF\n", encoding="utf-8")
    words = [promtool, "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=1488h", "-q", text, data]
    subprocess.run(list(map(str, words)), check=True, capture_output=True)
    return data


class Reply(NamedTuple):
    """What a replaying server answers. ``declared`` is a Content-Length that may be a lie."""

    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = {}
    declared: int | None = None
    drip: float = 0.0

    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class Request(NamedTuple):
    """What a replaying server was asked."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


class Replay:
    """An HTTP server that answers by a function, and remembers what it was asked."""

    def __init__(self, answer: Callable[[Request], Reply]) -> None:
        self.asked: list[Request] = []
        replay = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                split = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Request(self.command, split.path, dict(parse_qsl(split.query)), headers, body)
                replay.asked.append(request)
                with contextlib.suppress(OSError):
                    self.reply(answer(request))

            do_GET = do_POST = handle_any  # noqa: N815 - http.server's names

            def reply(self, reply: Reply) -> None:
                content = reply.content()
                self.send_response_only(reply.status)
                headers = {"Date": self.date_time_string(), "Content-Type": "application/json", **reply.headers}
                length = len(content) if reply.declared is None else reply.declared
                for name, value in {**headers, "Content-Length": str(length)}.items():
                    self.send_header(name, value)
                self.end_headers()
                for piece in [content] if not reply.drip else [content[i : i + 1] for i in range(len(content))]:
                    time.sleep(reply.drip)
                    self.wfile.write(piece)
                    self.wfile.flush()

            def log_message(self, format: str, *words: Any) -> None:  # noqa: A002 - http.server's name
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextlib.contextmanager
def replaying(answer: Callable[[Request], Reply] | list[Reply] | Reply) -> Iterator[Replay]:
    """A server that gives one answer, a list of answers in turn (the last again and again), or what a function says."""
    server = Replay(_answers(answer))
    try:
        yield server
    finally:
        server.close()


def _answers(answer: Callable[[Request], Reply] | list[Reply] | Reply) -> Callable[[Request], Reply]:
    if not isinstance(answer, Reply | list):
        return answer
    replies = [answer] if isinstance(answer, Reply) else list(answer)
    return lambda _request: replies.pop(0) if len(replies) > 1 else replies[0]


def forward(port: int, request: Request) -> Reply:
    """What a server on this machine answers to the same request."""
    headers = {"Content-Type": request.headers.get("content-type", "")}
    body = request.body if request.method == "POST" else None
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(connection):
        connection.request(request.method, request.path, body, headers)
        answer = connection.getresponse()
        return Reply(answer.read(), answer.status)


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """The SQLAlchemy URL of a new PostgreSQL, whose password is `open sesame`."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = programs[-1] if programs else Path(required("initdb", "postgresql"))
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to other users
        folder, port = Path(name), free_port()
        password, data = folder / "password", folder / "data"
        password.write_text("open sesame\n", encoding="utf-8")
        who = _as_postgres(folder, password)
        words = ["-D", data, "-U", "gate", "-A", "scram-sha-256", f"--pwfile={password}", "--no-sync", "-E", "UTF8"]
        subprocess.run([*who, *map(str, [initdb, *words])], check=True, capture_output=True, cwd=folder)
        options = ["-p", str(port), "-c", "fsync=off", "-c", f"unix_socket_directories={folder}"]
        options += ["-c", "listen_addresses=127.0.0.1", "-c", "shared_buffers=32MB"]
        server = str(initdb.with_name("postgres"))
        address = f"gate:open%20sesame@127.0.0.1:{port}/postgres"
        with running([*who, server, "-D", str(data), *options], lambda: _connects(f"postgresql://{address}"), folder):
            yield f"postgresql+psycopg://{address}"


def _connects(url: str) -> bool:
    """Say whether a PostgreSQL lets clients in: it listens before it does."""
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _as_postgres(*paths: Path) -> list[str]:
    """What starts a program as another user, who owns some paths: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    for path in paths:
        shutil.chown(path, "postgres")
    return [required("setpriv", "util-linux"), "--reuid=postgres", "--regid=postgres", "--clear-groups"]
