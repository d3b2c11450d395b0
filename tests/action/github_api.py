"""GitHub's API for comments, as far as the Action uses it, on this machine."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "a-token"  # noqa: S105 - it opens nothing


class Comments:
    """The comments of pull request 7 of acme/shop. `status` other than 0 is the answer to everything that writes."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.calls: list[tuple[str, str]] = []
        self.status = 0
        self.address = ""

    def write(self, body: str, by: str = "Bot") -> None:
        self.comments.append({"id": len(self.comments) + 1, "body": body, "user": {"type": by}})

    def answer(self, method: str, path: str, body: dict[str, str]) -> tuple[int, Any]:
        """Status and JSON of a request."""
        self.calls.append((method, path))
        place, query = urlsplit(path).path, parse_qs(urlsplit(path).query)
        if method == "GET" and place == "/repos/acme/shop/issues/7/comments":
            size, page = int(query["per_page"][0]), int(query["page"][0])
            return 200, self.comments[(page - 1) * size : page * size]
        if self.status:
            return self.status, {}
        if len(body["body"]) > 65_536:
            return 422, {}
        if method == "POST" and place == "/repos/acme/shop/issues/7/comments":
            self.write(body["body"])
            return 201, self.comments[-1]
        [comment] = [each for each in self.comments if place == f"/repos/acme/shop/issues/comments/{each['id']}"]
        comment["body"] = body["body"]
        return 200, comment


@contextmanager
def serving() -> Iterator[Comments]:
    """Comments behind a server on the loopback interface."""
    state = Comments()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            allowed = self.headers["Authorization"] == f"Bearer {TOKEN}"
            status, value = state.answer(self.command, self.path, json.loads(content or "{}")) if allowed else (401, {})
            data = json.dumps(value).encode()
            self.send_response(status)
            if status in range(300, 400):
                self.send_header("Location", f"{state.address}/stolen")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = _answer  # noqa: N815 - the names that the library looks for

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
