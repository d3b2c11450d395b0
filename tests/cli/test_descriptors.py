"""The operands of ``import``: formats and paths, and what is read from them."""

from pathlib import Path

import click
import pytest

from platform_gate.cli.descriptors import Operand, operands
from tests.conftest import Gate

SLO = "version: prometheus/v1\nservice: orders\nlabels: {owner: shop, tier: '2'}\nslos: [{name: a, objective: 99.9}]\n"


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "slo.yaml").write_text(SLO, encoding="utf-8")
    return tmp_path


def test_a_format_holds_for_the_paths_after_it() -> None:
    assert operands(["sloth", "a", "b", "openslo", "./score", "sloth", "c"]) == [
        Operand("sloth", "a"),
        Operand("sloth", "b"),
        Operand("openslo", "./score"),
        Operand("sloth", "c"),
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["a.yaml"], "there is no format 'a.yaml'"),
        (["slot", "a.yaml"], "Did you mean sloth?"),
        (["sloth"], "sloth has no path"),
        (["sloth", "openslo", "a"], "sloth has no path"),
        (["sloth", "a", "openslo"], "openslo has no path"),
    ],
)
def test_words_that_make_no_sense(words: list[str], message: str) -> None:
    with pytest.raises(click.UsageError) as raised:
        operands(words)
    assert message in raised.value.message


def test_standard_input(fresh: Path, gate: Gate) -> None:
    done = gate(fresh, "import", "sloth", "-", stdin=SLO.encode())
    assert (done.returncode, done.stderr) == (0, "")
    assert "name: orders  # from <stdin>\n" in (fresh / "services/orders.yaml").read_text(encoding="utf-8")


def test_links_are_not_followed(fresh: Path, gate: Gate) -> None:
    (fresh / "slos").mkdir()
    (fresh / "slos/link.yaml").symlink_to("../slo.yaml")
    done = gate(fresh, "import", "sloth", "slos")
    assert done.returncode == 2
    assert "not read     slos/link.yaml:1: a symbolic link" in done.stdout


def test_any_suffix_and_case(fresh: Path, gate: Gate) -> None:
    (fresh / "slo.yaml").rename(fresh / "SLO.YML")
    (fresh / "more.txt").write_text(SLO.replace("orders", "carts"), encoding="utf-8")
    done = gate(fresh, "import", "sloth", ".", "more.txt", "--dry-run")
    assert done.returncode == 0
    assert "2 manifests would be written" in done.stdout
