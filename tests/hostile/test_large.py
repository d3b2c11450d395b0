"""Much of everything: whatever its size, an input ends soon, says little, and hides nothing else."""

from __future__ import annotations

import json
import os
import resource
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import command, scrubbed_environment
from tests.hostile.corpus import AS_OF, BASE

DAY = ("--as-of", AS_OF.isoformat())
MIB = 1024 * 1024
SECONDS = 2.0
"""Of processor time, start included: the machine may be busy with other things."""


def fill(piece: str) -> str:
    return piece * (MIB // len(piece.encode()))


def many(piece: str, count: int) -> str:
    return "".join(piece.replace("#", str(number)) for number in range(count))


def slos(piece: str, count: int) -> str:
    return BASE.replace("  cost:\n", many(f"    - {piece}\n", count) + "  cost:\n", 1)


PIECES = (
    *(
        "[",
        "{",
        "- ",
        '"',
        "'",
        "#",
        "#\n",
        "a: b\n",
        "? ",
        ": ",
        "&a ",
        "*a ",
        "!a ",
        "%a\n",
        "|\n",
        ">",
        "x",
        " ",
        "\n",
    ),
    *(",\n", "a\n", "---\n", "...\n", "[]\n", "- [\n", "\u00fc", "\\", "\0", "<<: {}\n", "{a: "),
)
REFUSED: dict[str, Callable[[], str]] = {
    **{
        f"filled-with-{piece!r}": lambda piece=piece: fill(piece)  # type: ignore[misc]
        for piece in PIECES
    },
    "100,000-documents": lambda: "---\n" * 100_000,
    "30,000-other-documents": lambda: "---\n{kind: x}\n" * 30_000,
    "1,500-times-the-same-service": lambda: ("---\n" + BASE) * 1500,
    "a-good-document-and-100,000-empty-ones": lambda: BASE + "---\n" * 100_000,
    "20,001-nodes": lambda: "[" + "1, " * 19_999 + "1]",
    "20,000-lists": lambda: "[" + "[], " * 19_998 + "[]]",
    "9,999-keys": lambda: many("k#: x\n", 9_999),
    "9,000-unknown-keys": lambda: BASE + many("x#: 1\n", 9_000),
    "9,000-unknown-checks": lambda: BASE + many("    x#: true\n", 9_000),
    "9,000-wrong-labels": lambda: BASE.replace("{domain: commerce}", "{" + many("K#: 1, ", 9_000) + "}"),
    "9,000-wrong-slos": lambda: slos("{}", 9_000),
    "2,500-slos-of-one-name": lambda: slos("{name: s, target: 99, current: 1}", 2_500),
    "2,500-slos-out-of-range": lambda: slos("{name: s#, target: 101, current: 101}", 2_500),
    "9,000-repeated-keys": lambda: BASE + "kind: Service\n" * 9_000,
    "scalar-of-a-megabyte": lambda: BASE.replace("team: fintech", "team: " + "f" * 1_000_000),
    "name-of-a-megabyte": lambda: BASE.replace("name: payments", "name: " + "p" * 1_000_000, 1),
    "key-of-a-megabyte": lambda: BASE + "k" * 1_000_000 + ": 1\n",
    "evidence-of-a-megabyte": lambda: BASE.replace("docs/runbooks/payments.md", "a/" * 500_000),
    "owner-of-a-megabyte": lambda: BASE.replace("team-fintech", "0" * 1_000_000),
    "5,000-digits": lambda: BASE.replace("99.95", "9" * 5_000),
    "5,000-digits-of-a-fraction": lambda: BASE.replace("99.95", "9." + "9" * 5_000),
    "5,000-digits-in-a-key": lambda: BASE + "9" * 5_000 + ": 1\n",
    "escapes": lambda: 'a: "' + "\\x41" * 250_000 + '"\n',
    "lines-in-a-string": lambda: "a: '" + "\n" * 1_000_000 + "'\n",
}


def ask(folder: Path, *arguments: str) -> tuple[subprocess.CompletedProcess[str], float]:
    """What a run says, and the seconds that it computes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    words = ["sh", "-c", 'ulimit -t 4; exec "$@"', "sh", *command(), "check", *DAY, *arguments]
    environment = scrubbed_environment(folder)
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.parametrize("name", REFUSED)
def test_a_large_file_is_refused_soon_and_in_few_words(tmp_path: Path, name: str) -> None:
    content = REFUSED[name]().encode()
    assert len(content) <= MIB
    (tmp_path / "x.yaml").write_bytes(content)
    done, seconds = ask(tmp_path, "x.yaml", "-f", "json" if len(name) % 2 else "text")
    assert done.returncode == 2, done.stderr
    assert len(done.stdout) + len(done.stderr) < 20_000
    assert "x" * 81 not in done.stdout
    assert seconds < SECONDS


def test_what_fits_is_judged_soon(tmp_path: Path) -> None:
    """2,500 breached SLOs are no error: each has its own finding."""
    (tmp_path / "x.yaml").write_text(slos("{name: s#, target: 99, current: 1}", 2_500))
    done, seconds = ask(tmp_path, "x.yaml", "-f", "json")
    assert done.returncode == 1
    assert len(json.loads(done.stdout)["services"][0]["findings"]) == 2_500
    assert seconds < 2 * SECONDS


def test_problems_in_a_file_are_capped_and_the_rest_is_counted(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(BASE + many("x#: 1\n", 50))
    report = json.loads(ask(tmp_path, "x.yaml", "-f", "json")[0].stdout)
    assert [finding["message"] for finding in report["findings"]][-1] == "and 30 more problems"
    assert len(report["findings"]) == 21


@pytest.mark.parametrize("document", ["---\n", "---\n{kind: x}\n", "---\n" + BASE + "x: 1\n", "---\n" + BASE])
def test_problems_in_many_documents_are_capped_too(tmp_path: Path, document: str) -> None:
    """100 documents with a problem each: twenty are named, the rest is counted, whatever the problem is."""
    (tmp_path / "x.yaml").write_text(BASE + document * 100)
    report = json.loads(ask(tmp_path, "x.yaml", "-f", "json")[0].stdout)
    assert [service["name"] for service in report["services"]] == ["payments"]
    assert len(report["findings"]) == 21
    assert "80 more" in report["findings"][-1]["message"]


def test_one_broken_document_hides_no_other(tmp_path: Path) -> None:
    good = many("---\n" + BASE.replace("name: payments", "name: s#", 1), 200)
    (tmp_path / "x.yaml").write_text(good + "---\n{}\n")
    done, seconds = ask(tmp_path, "x.yaml", "-f", "json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["total_services"], len(report["findings"])) == (2, 200, 1)
    assert seconds < SECONDS


@pytest.mark.parametrize("form", ["json", "text"])
def test_of_many_manifests_exactly_the_broken_ones_are_named(tmp_path: Path, form: str) -> None:
    count = 10_000 if os.environ.get("PLATFORM_GATE_FULL") else 1_000
    broken = set(range(7, count, 100))
    kinds = ("kind: nonsense\n", "{", "", BASE + "x: 1\n", "a: b: c\n", "\0", BASE.replace("99.95", ".nan"))
    for number in range(count):
        path = tmp_path / "services" / f"team-{number % 50}" / f"{number}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        good = BASE.replace("name: payments", f"name: s{number}", 1)
        path.write_text(kinds[number // 100 % len(kinds)] if number in broken else good)
    done, _seconds = ask(tmp_path, "-f", form)
    assert done.returncode == 2
    assert len(broken) == count // 100
    if form == "text":
        assert f"{len(broken)} files not judged" in done.stdout
        return
    report = json.loads(done.stdout)
    named = {finding["path"] for finding in report["findings"]}
    assert named == {f"services/team-{number % 50}/{number}.yaml" for number in broken}
    assert {service["name"] for service in report["services"]} == {f"s{n}" for n in set(range(count)) - broken}
