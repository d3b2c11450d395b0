"""Time of a run, step by step. A script that an environment's interpreter runs on a fleet's folder.

It imports nothing but the gate. Each step goes over all files before the next one begins.
It prints seconds by step as JSON.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
SMALLEST: Final = {
    "apiVersion": "platform-gate/v1",
    "kind": "Service",
    "metadata": {"name": "a", "team": "a"},
    "spec": {},
}
"""A valid manifest: the first validation pays for loading the validator."""


class Clock:
    """Records seconds by step, in the order of the steps."""

    def __init__(self) -> None:
        self.steps: dict[str, float] = {}

    def timed(self, step: str, work: Callable[[], Result]) -> Result:
        """Do some work, record its time, and return its result."""
        began = time.perf_counter()
        result = work()
        self.steps[step] = time.perf_counter() - began
        return result


def main(folder: Path, day: date) -> dict[str, float]:
    """Judge a fleet as `check` does, in one process."""
    clock = Clock()
    clock.timed("start-up: imports", _import)
    from platform_gate.documents import document, schema  # noqa: PLC0415 - its time was just taken
    from platform_gate.judging import manifest, result  # noqa: PLC0415
    from platform_gate.model import Context  # noqa: PLC0415
    from platform_gate.repository import work_tree  # noqa: PLC0415
    from platform_gate.repository.config import Config  # noqa: PLC0415

    tree = work_tree.WorkTree(folder, folder, lambda: b"")
    rules = clock.timed("start-up: policy", _policy)
    clock.timed("start-up: schema", lambda: schema.validate(SMALLEST, "service"))
    files = clock.timed("find", lambda: tree.find([], Config()))
    contents = clock.timed("read", lambda: [tree.read(file) for file in files])
    pairs = list(zip(contents, files, strict=True))
    read = clock.timed("parse", lambda: [document.read(content, file.path)[0] for content, file in pairs])
    clock.timed("validate", lambda: [schema.validate(document.data, "service") for document in read])
    context = Context(day, tree.exists)
    clock.steps["interpret"] = _beyond(
        read, lambda doc: schema.validate(doc.data, "service"), lambda doc: manifest.interpret(doc, rules, context)
    )
    facts = [manifest.interpret(doc, rules, context) for doc in read]
    valid = [one for one in facts if isinstance(one, manifest.Manifest)]
    services = clock.timed("evaluate", lambda: [result.judge_manifest(one) for one in valid])
    _report(clock, services, rules, day)
    return clock.steps


def _beyond(items: Sequence[Item], part: Callable[[Item], Any], whole: Callable[[Item], Any]) -> float:
    """Seconds of some work without a part of it.

    Both are timed item by item, because their difference is small compared with either.
    """
    return sum(_least(partial(whole, item)) - _least(partial(part, item)) for item in items)


def _least(work: Callable[[], Any]) -> float:
    times = []
    for _ in range(3):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def _import() -> None:
    from platform_gate.cli import check, main  # noqa: F401, PLC0415 - what the program imports before it begins


def _policy() -> Any:
    from platform_gate.documents import shipped  # noqa: PLC0415
    from platform_gate.policy import loading  # noqa: PLC0415

    return loading.load(shipped.DEFAULT_POLICY, loading.nothing_to_read)


def _report(clock: Clock, services: Sequence[Any], rules: Any, day: date) -> None:
    from platform_gate.judging.runner import Run  # noqa: PLC0415
    from platform_gate.reports.formats import reporter  # noqa: PLC0415
    from platform_gate.reports.outcome import decided  # noqa: PLC0415

    def render(form: str) -> int:
        run = Run(tuple(services), (), len(services))
        return sum(map(len, reporter(form).render(decided(run, rules, day))))

    for form in ("text", "json"):
        clock.timed(f"report: {form}", partial(render, form))


if __name__ == "__main__":
    gc.disable()  # as the program does
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]))))
