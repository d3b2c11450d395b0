"""A client of the YAML language server, as far as an editor needs it to show a file."""

import json
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from tests.ci import tools

SERVER: Final = "yaml-language-server/bin/yaml-language-server"
SECONDS: Final = 60
CAPABILITIES: Final = {"workspace": {"configuration": True}, "textDocument": {"completion": {}}}


class Editor:
    """An editor with files open. `settings` are those of the section `yaml`."""

    def __init__(self, to_server: IO[bytes], from_server: IO[bytes], settings: Mapping[str, Any]) -> None:
        self._to_server, self._from_server = to_server, from_server
        self._settings = settings
        self._requests = 0
        self._request("initialize", {"processId": None, "rootUri": None, "capabilities": CAPABILITIES})
        self._notify("initialized", {})

    def diagnostics(self, file: Path) -> list[dict[str, Any]]:
        """Open a file, and return what the editor would underline."""
        document = {"uri": file.as_uri(), "languageId": "yaml", "version": 1, "text": file.read_text(encoding="utf-8")}
        self._notify("textDocument/didOpen", {"textDocument": document})
        while True:
            message = self._next()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == file.as_uri():
                diagnostics: list[dict[str, Any]] = message["params"]["diagnostics"]
                return diagnostics

    def completions(self, file: Path, line: int, character: int) -> set[str]:
        """What an open file's editor offers at a position, which counts from 0."""
        place = {"textDocument": {"uri": file.as_uri()}, "position": {"line": line, "character": character}}
        return {item["label"] for item in self._request("textDocument/completion", place)["items"]}

    def hover(self, file: Path, line: int, character: int) -> str:
        """What an open file's editor explains at a position."""
        place = {"textDocument": {"uri": file.as_uri()}, "position": {"line": line, "character": character}}
        return json.dumps(self._request("textDocument/hover", place))

    def _request(self, method: str, parameters: Mapping[str, Any]) -> Any:
        self._requests += 1
        self._send({"id": self._requests, "method": method, "params": parameters})
        while True:
            message = self._next()
            if message.get("id") == self._requests and "method" not in message:
                return message["result"]

    def _notify(self, method: str, parameters: Mapping[str, Any]) -> None:
        self._send({"method": method, "params": parameters})

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._to_server.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._to_server.flush()

    def _next(self) -> dict[str, Any]:
        """The server's next message. What it asks of an editor is answered on the way."""
        message = self._read()
        if "id" in message and "method" in message:
            self._send({"id": message["id"], "result": self._answer(message)})
        return message

    def _answer(self, message: Mapping[str, Any]) -> Any:
        if message["method"] != "workspace/configuration":
            return None
        return [self._settings if item["section"] == "yaml" else None for item in message["params"]["items"]]

    def _read(self) -> dict[str, Any]:
        length = 0
        while (line := self._from_server.readline()) != b"\r\n":
            assert line, "the language server has ended"
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        message: dict[str, Any] = json.loads(self._from_server.read(length))
        return message


@contextmanager
def editing(settings: Mapping[str, Any]) -> Iterator[Editor]:
    """An editor whose server asks no store of schemas, and ends with it."""
    offline = {"schemaStore": {"enable": False}, "completion": True, "hover": True, "validate": True, **settings}
    words = [str(tools.NODE), str(tools.MODULES / SERVER), "--stdio"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        watchdog = threading.Timer(SECONDS, server.kill)
        watchdog.start()
        try:
            assert server.stdin
            assert server.stdout
            yield Editor(server.stdin, server.stdout, offline)
        finally:
            watchdog.cancel()
            server.kill()
