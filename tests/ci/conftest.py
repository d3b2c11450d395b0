"""What the tests under emulators share: a built wheel, the Action as released, and caches."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.ci.hosted import release
from tests.conftest import ROOT


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with our wheel in `dist`, the Action in `action`, and a `home` for what pip downloads."""
    folder = tmp_path_factory.mktemp("services")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder / "dist")]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    release(folder / "action")
    (folder / "home").mkdir()
    return folder
