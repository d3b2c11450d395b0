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
"""Percent of a module's mutants that must die."""
WORDS = {0: "survived", 1: "killed", 3: "killed", 33: "untested", None: "not run"}
"""What mutmut's exit codes mean; any other is a timeout or a crash, which a user would notice too."""


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
    sys.stdout.write("| module | mutants | killed | survived | rate |\n| --- | ---: | ---: | ---: | ---: |\n")
    bad = 0
    for module, count in counts().items():
        dead = count["killed"] + count["stopped"]
        rate = 100 * dead / (count.total() or 1)
        bad += rate < ENOUGH
        left = count.total() - dead
        sys.stdout.write(f"| `{module}` | {count.total()} | {dead} | {left} | {rate:.1f} % |\n")
    return min(bad, 1)


if __name__ == "__main__":
    sys.exit(main())
