"""For `make mutation`: a pytest plugin that kills mutants quickly, and the table of what became of them.

Most mutants die in the first test that looks at them. So what mirrors the mutated module runs first, and properties run
last.
"""

import gc
import json
import os
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import Phase, settings

MUTANTS = Path("mutants")
ENOUGH = 95.0
"""Percent of all mutants that must die; what wasn't run is alive."""
WORDS = {0: "survived", 1: "killed", 3: "killed", 33: "untested", 255: "not run", None: "not run"}
"""What mutmut's exit codes mean; any other is a timeout or a crash, which a user would notice too.

255: pytest found no test of a name that it had learnt, so that none was asked. mutmut calls that a timeout.
"""


def pytest_configure() -> None:
    """The same examples for every mutant. One failure is enough: nobody reads a smaller one."""
    quick = settings(derandomize=True, database=None, deadline=None, phases=(Phase.explicit, Phase.generate))
    settings.register_profile("mutation", quick)
    settings.load_profile("mutation")
    gc.disable()  # a mutant lives for a second, in a process of its own


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    module = os.environ.get("MUTANT_UNDER_TEST", "").partition(".x")[0].rpartition(".")[2]
    items.sort(key=lambda item: (_is_property(item), item.path.stem != f"test_{module}"))


def _is_property(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and bool(getattr(item.obj, "is_hypothesis_test", False))


def counts() -> dict[str, Counter[str]]:
    """What became of the mutants of each module."""
    found = {}
    for path in sorted(MUTANTS.rglob("*.py.meta")):
        results = json.loads(path.read_bytes())["exit_code_by_key"].values()
        found[str(path.relative_to(MUTANTS)).removesuffix(".meta")] = Counter(
            WORDS.get(result, "stopped") for result in results
        )
    return found


def main() -> int:
    """Print the table of `docs/mutation.md`; 1 where too many survive or some weren't run."""
    found = counts()
    sys.stdout.write("| module | mutants | killed | survived | not run | rate |\n")
    sys.stdout.write("| --- | ---: | ---: | ---: | ---: | ---: |\n")
    for module, count in found.items():
        sys.stdout.write(_row(f"`{module}`", count))
    total = sum(found.values(), Counter[str]())
    sys.stdout.write(_row("all", total))
    return int(_rate(total) < ENOUGH)


def _row(name: str, count: Counter[str]) -> str:
    left = count["survived"] + count["untested"]
    return f"| {name} | {count.total()} | {_dead(count)} | {left} | {count['not run']} | {_rate(count):.1f} % |\n"


def _dead(count: Counter[str]) -> int:
    return count["killed"] + count["stopped"]


def _rate(count: Counter[str]) -> float:
    return 100 * _dead(count) / (count.total() or 1)


if __name__ == "__main__":
    sys.exit(main())
