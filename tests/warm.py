"""Starts the program from an interpreter that has its modules loaded already: the same program, six times sooner.

Every run is a process of its own, forked before anything was judged, with its own folder, environment, files and exit
code. What depends on how the interpreter starts (locale, hash seed, shadowed modules, which modules are loaded when) is
tested with the real script.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SERVER = """
import gc, importlib, json, os, pkgutil, sys
import platform_gate.__main__ as program
for module in pkgutil.walk_packages(sys.modules["platform_gate"].__path__, "platform_gate."):
    importlib.import_module(module.name)
for name in ("jinja2", "jsonschema", "jsonschema_rs", "yaml"):
    try:
        importlib.import_module(name)
    except ImportError:
        pass
gc.collect()
gc.freeze()  # a collection in a copy would write to every page that it shares with this interpreter
channel, answers = os.fdopen(os.dup(0), "r"), os.fdopen(os.dup(1), "w")
for line in channel:
    wanted = json.loads(line)
    child = os.fork()
    if child == 0:
        channel.close(), answers.close()
        for number, (name, flags) in enumerate(zip(wanted["streams"], (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY))):
            os.dup2(os.open(name, flags), number)
        os.chdir(wanted["cwd"])
        os.environ.clear()
        os.environ.update(wanted["env"])
        sys.argv = ["platform-gate", *wanted["words"]]
        try:
            program.main()
        except SystemExit as left:
            os._exit(int(left.code or 0))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    answers.write(json.dumps(os.waitstatus_to_exitcode(status)) + "\\n")
    answers.flush()
"""


STRICT_READER = """
from platform_gate.documents import document
document._USE_FAST_READER = False
"""


class Warm:
    """A warm interpreter, and runs of the program in copies of it; with `strict_reader` without the fast reader."""

    def __init__(self, environment: Mapping[str, str], *, strict_reader: bool = False) -> None:
        words = [sys.executable, "-P", "-c", (STRICT_READER if strict_reader else "") + SERVER]
        self._server = subprocess.Popen(
            words, env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._folder = tempfile.TemporaryDirectory()

    def run(
        self, folder: Path, words: Sequence[str], environment: Mapping[str, str], stdin: bytes
    ) -> tuple[int, bytes, bytes]:
        """The exit code, and what was written to standard output and standard error."""
        streams = [Path(self._folder.name) / name for name in ("in", "out", "err")]
        for stream, content in zip(streams, (stdin, b"", b""), strict=True):
            stream.write_bytes(content)
        code = self._ask(
            {"words": list(words), "cwd": str(folder), "env": dict(environment), "streams": list(map(str, streams))}
        )
        return code, streams[1].read_bytes(), streams[2].read_bytes()

    def _ask(self, wanted: Mapping[str, Any]) -> int:
        if self._server.stdin is None or self._server.stdout is None:
            raise RuntimeError
        self._server.stdin.write(json.dumps(wanted) + os.linesep)
        self._server.stdin.flush()
        return int(json.loads(self._server.stdout.readline()))

    def close(self) -> None:
        """End the interpreter."""
        if self._server.stdin and self._server.stdout:
            self._server.stdin.close()
            self._server.stdout.close()
        self._server.wait()
        self._folder.cleanup()
