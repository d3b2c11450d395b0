"""Manifests that are there when an import comes: found by name, and changed with every other byte as it was."""

from pathlib import Path

import pytest

from tests.cli.test_descriptors import SLO
from tests.conftest import Gate


@pytest.fixture
def imported(tmp_path: Path, gate: Gate) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "slo.yaml").write_text(SLO, encoding="utf-8")
    assert gate(tmp_path, "import", "sloth", "slo.yaml").returncode == 0
    (tmp_path / "slo.yaml").write_text(SLO.replace("99.9", "99.5"), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte-order-mark"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_an_update_keeps_the_bytes_around(imported: Path, gate: Gate, mark: bytes, end: bytes) -> None:
    file = imported / "services/orders.yaml"
    before = mark + file.read_bytes().replace(b"\n", end)
    file.write_bytes(before)
    assert gate(imported, "import", "sloth", "slo.yaml", "--update").returncode == 0
    assert file.read_bytes() == before.replace(b"99.9", b"99.5")


def test_a_manifest_is_found_wherever_it_was_moved(imported: Path, gate: Gate) -> None:
    (imported / "services/shop").mkdir()
    moved = (imported / "services/orders.yaml").rename(imported / "services/shop/all.yml")
    assert gate(imported, "import", "sloth", "slo.yaml").returncode == 2
    assert gate(imported, "import", "sloth", "slo.yaml", "--update").returncode == 0
    assert "target: 99.5" in moved.read_text(encoding="utf-8")


def test_a_broken_manifest_describes_nothing(imported: Path, gate: Gate) -> None:
    (imported / "services/broken.yaml").write_text("a: b: c\n", encoding="utf-8")
    assert gate(imported, "import", "sloth", "slo.yaml", "--update").returncode == 0


@pytest.mark.parametrize(
    ("comment", "value"), [("from gone.yaml", "99.5"), ("from slo.yaml", "99.5"), ("from our contract", "99.9")]
)
def test_a_comment_of_somebody_s_own_is_no_origin(imported: Path, gate: Gate, comment: str, value: str) -> None:
    file = imported / "services/orders.yaml"
    text = file.read_text(encoding="utf-8").replace("99.9  # from slo.yaml", f"99.9  # {comment}")
    file.write_text(text, encoding="utf-8")
    assert gate(imported, "import", "sloth", "slo.yaml", "--update").returncode == 0
    assert f"target: {value}" in file.read_text(encoding="utf-8")
