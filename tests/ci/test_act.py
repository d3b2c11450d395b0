"""A pull request from checkout to comment: the Action under act, first with a network, then with none."""

import subprocess
from pathlib import Path

import pytest

from tests.ci.hosted import OURS, Repository, seconds_of_children
from tests.conftest import command
from tests.samples import BREACHED, manifest

pytestmark = [pytest.mark.ci, pytest.mark.xdist_group("act")]

WORKFLOW = f"""\
name: platform-gate
on: pull_request
permissions: {{}}
jobs:
  gate:
    runs-on: ubuntu-latest
    permissions:
      contents: read
      pull-requests: write
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 2
      - uses: {OURS}@{"0" * 40}
        id: gate
        with:
          formats: github, markdown, sarif, html
      - if: always()
        run: echo "the verdict is $VERDICT"
        env:
          VERDICT: ${{{{ steps.gate.outputs.verdict }}}}
"""


@pytest.fixture
def repository(tmp_path: Path, services: Path) -> Repository:
    """A repository with a branch that breaks a service, and nothing in the cache."""
    made = Repository(tmp_path, services, {"services/web.yaml": manifest()})
    made.variables["EMULATED_CACHE"] = str(tmp_path / "cache")
    made.change({"services/web.yaml": manifest(slos=BREACHED)})
    return made


def test_a_pull_request_from_checkout_to_comment_with_the_network_cut_after_the_first_run(
    repository: Repository,
) -> None:
    cold = repository.pull_request(WORKFLOW)
    assert cold.code == 1, cold.log
    assert "the verdict is failed" in cold.log
    [comment] = cold.comments
    assert comment.startswith("<!-- platform-gate ")
    assert "This change breaks 1 service: web." in comment
    assert "slo/breached" in comment
    [key] = (repository.folder / "cache").iterdir()
    assert key.name.startswith("platform-gate-")

    warm = repository.pull_request(WORKFLOW, network=False)
    assert warm.code == 1, warm.log
    assert warm.comments == cold.comments
    assert warm.reports() == cold.reports()
    assert {"gate.json", "gate.sarif", "gate.md", "gate.html"} == set(warm.reports())

    repository.change({"services/web.yaml": manifest()})
    passed = repository.pull_request(WORKFLOW, network=False)
    assert passed.code == 0, passed.log
    assert "the verdict is passed" in passed.log
    assert passed.comments == []


def test_without_network_and_cache_nothing_is_judged(repository: Repository) -> None:
    done = repository.pull_request(WORKFLOW, network=False)
    assert done.code == 1
    assert "could not be installed; nothing was checked" in done.log
    assert "the verdict is failed" not in done.log
    assert "the verdict is passed" not in done.log


def test_a_warm_start_takes_three_seconds_more_than_the_gate(repository: Repository) -> None:
    repository.pull_request(WORKFLOW)
    warm = repository.pull_request(WORKFLOW, network=False)
    assert warm.code == 1, warm.log
    before = seconds_of_children()
    formats = [
        f"--output={name}={repository.folder / name}" for name in ("json", "markdown", "sarif", "html", "github")
    ]
    gate = [*command(), "check", "--base", repository.base, *formats]
    assert subprocess.run(gate, cwd=repository.root, capture_output=True, check=False).returncode == 1
    more = warm.cpu - (seconds_of_children() - before)
    print(f"{more:.2f} seconds")  # noqa: T201 - docs/ci.md has the number
    assert more <= 3
