"""The product, in this process: a tree of bytes in memory judged, or the command line run with its output caught."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from unittest.mock import patch

from platform_gate.cli import main
from platform_gate.documents.document import MAX_BYTES
from platform_gate.judging import runner
from platform_gate.policy import loading
from platform_gate.policy.loading import Policy
from platform_gate.reports.formats import reporter
from platform_gate.reports.outcome import Display, Outcome, decided
from platform_gate.repository.config import Config
from platform_gate.repository.work_tree import ManifestFile

AS_OF = date(2026, 11, 23)
WIDE = Display(width=120, verbosity=1)


@dataclass(frozen=True)
class Memory:
    """A tree that was never on a disk."""

    files: dict[str, bytes]
    there: Callable[[str], bool] = lambda _: True

    def find(self, _operands: Sequence[str], _config: Config) -> list[ManifestFile]:
        return [ManifestFile(path, path) for path in sorted(self.files)]

    def read(self, found: ManifestFile) -> bytes:
        return self.files[found.file][: MAX_BYTES + 1]

    def exists(self, path: str) -> bool:
        return self.there(path)


@cache
def shipped(name: str = "default") -> Policy:
    return loading.load(name, loading.nothing_to_read)


def policy_of(raw: bytes) -> Policy:
    """A policy from bytes; raises GateError."""
    return loading.load("./policy.yaml", lambda reference: (raw, reference))


def check_files(
    files: Iterable[tuple[str, bytes]], chosen: Policy | None = None, there: Callable[[str], bool] = lambda _: True
) -> Outcome:
    """What `platform-gate check` would make of the files."""
    rules = chosen or shipped()
    tree = Memory(dict(files), there)
    run = runner.run(runner.Job(tree, rules, AS_OF), tree.find((), Config()))
    return decided(run, rules, AS_OF, display=WIDE)


def shown(outcome: Outcome, form: str) -> str:
    return "".join(reporter(form).render(outcome))


def report(outcome: Outcome) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shown(outcome, "json"))
    return found


@dataclass(frozen=True)
class Done:
    """What a run of the command line left behind."""

    code: int
    out: str
    err: str


def command_line(*arguments: str) -> Done:
    """Run the command line in this process, in the working directory."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with patch.object(sys, "stdout", out), patch.object(sys, "stderr", err):
        code = main.run(list(arguments))
    texts = []
    for stream in (out, err):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode())
    return Done(code, *texts)
