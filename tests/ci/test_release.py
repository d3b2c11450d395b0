"""The release workflow under act, up to the services that only GitHub and the package index have."""

import json
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.ci.hosted import Repository
from tests.conftest import ROOT

pytestmark = [pytest.mark.ci, pytest.mark.xdist_group("act")]

WORKFLOW = (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
NO_TESTS = "#!/bin/sh\necho 'the tests would run'\n"
"""Instead of .ci/run, as this is a test already."""


def tracked() -> dict[str, bytes]:
    """The repository's files as they stand."""
    words = ["git", "ls-files", "-z"]
    names = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return {name: (ROOT / name).read_bytes() for name in names if (ROOT / name).is_file()}


@pytest.fixture
def repository(tmp_path: Path, services: Path) -> Repository:
    return Repository(tmp_path, services, tracked() | {".ci/run": NO_TESTS.encode()})


def test_a_tag_is_built_checked_attested_and_published(repository: Repository) -> None:
    done = repository.push(WORKFLOW, ref=f"refs/tags/v{VERSION}")
    assert done.code == 0, done.log
    archives = [f"platform_gate-{VERSION}-py3-none-any.whl", f"platform_gate-{VERSION}.tar.gz"]
    assert sorted(file.name for file in (repository.artifacts / "published").iterdir()) == archives
    attested = (repository.artifacts / "attested").read_text(encoding="utf-8").split()[1::2]
    assert attested == [*(f"dist/{name}" for name in archives), "dist-sbom/platform-gate.cdx.json"]
    bill = json.loads((repository.artifacts / "sbom/platform-gate.cdx.json").read_bytes())
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "platform-gate")
    needed = {"click", "jsonschema", "pyyaml", "jinja2", "jsonschema-rs"}
    assert needed <= {component["name"].lower().replace("_", "-") for component in bill["components"]}


def test_a_tag_that_is_not_the_version_publishes_nothing(repository: Repository) -> None:
    done = repository.push(WORKFLOW, ref="refs/tags/v99.0")
    assert done.code == 1, done.log
    assert "the tests would run" not in done.log
    assert list(repository.artifacts.iterdir()) == []
