"""A pull request from checkout to comment: the Action under act, first with a network, then with none."""

from pathlib import Path

import pytest

from tests.ci.hosted import OURS, Repository
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
