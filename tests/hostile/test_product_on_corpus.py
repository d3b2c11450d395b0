"""The product on the hostile corpus: the demanded exit code, errors with a place, and nothing unsafe in any output."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from platform_gate.reports.outcome import Outcome
from tests.conftest import Gate
from tests.hostile.corpus import AS_OF, BASE, Case, corpus
from tests.hostile.leaks import unsafe
from tests.hostile.policies import policies
from tests.hostile.product import Done, check_files, command_line, report, shown

ALLOWED = {"refuse": {2}, "not-zero": {1, 2}, "accept": {0}}
PATH = "services/payments.yaml"
POLICY = "mine.yaml"
MANIFESTS, POLICIES = list(corpus()), list(policies())


def families(cases: Iterable[Case]) -> dict[str, list[Case]]:
    """The cases by the first two parts of their names."""
    found: dict[str, list[Case]] = defaultdict(list)
    for one in cases:
        parts = one.name.split("/")
        found["/".join(parts[: 2 if len(parts) > 2 else 1])].append(one)
    return found


def sample(cases: list[Case], count: int) -> list[Case]:
    """As many cases, from all over the corpus, the largest among them."""
    largest = sorted(cases, key=lambda one: len(one.raw), reverse=True)[:5]
    rest = [one for one in cases if one not in largest]
    return largest + rest[:: len(rest) // (count - 5)][: count - 5]


def placeless(outcome: Outcome, raw: bytes) -> str:
    """A finding of the file that names no place in it."""
    lines = raw.count(b"\n") + raw.count(b"\r") + 1
    for one in report(outcome)["findings"]:
        good = one["path"] == PATH and 1 <= one["line"] <= lines and one["column"] >= 1
        if not good or not one["message"] or not one["rule"].startswith("manifest/"):
            return f"no place: {one}"
    return ""


def verdict_on(one: Case) -> str:
    """What is wrong with the answer to a manifest; empty where nothing is."""
    outcome = check_files([(PATH, one.raw)])
    if outcome.exit_code not in ALLOWED[one.must]:
        return f"exit code {outcome.exit_code}"
    if (outcome.exit_code == 2) != bool(outcome.run.findings):
        return "exit code 2 without a finding, or the other way round"
    texts = (shown(outcome, form) for form in ("json", "text"))
    return placeless(outcome, one.raw) or next(filter(None, (unsafe(text, one.raw) for text in texts)), "")


def verdict_on_policy(one: Case, done: Done) -> str:
    """What is wrong with the answer to a policy; empty where nothing is."""
    if done.code not in ALLOWED[one.must]:
        return f"exit code {done.code}: {done.err[:200]}"
    if done.code == 2 and not re.match(rf"error: {re.escape(POLICY)}:[1-9][0-9]*:[1-9][0-9]*: ", done.err):
        return f"no place: {done.err[:200]!r}"
    return unsafe(done.out, one.raw) or unsafe(done.err, one.raw)


def in_this_process(one: Case) -> Done:
    Path(POLICY).write_bytes(one.raw)
    return command_line("check", "--as-of", str(AS_OF), "--policy", POLICY, PATH)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with one healthy manifest."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / PATH).parent.mkdir()
    (tmp_path / PATH).write_text(BASE, encoding="utf-8")
    return tmp_path


def complaints(found: dict[str, str]) -> str:
    return "\n".join(f"{name[:80]}: {wrong}" for name, wrong in found.items() if wrong)


@pytest.mark.parametrize("family", families(MANIFESTS))
def test_manifests(family: str) -> None:
    assert not complaints({one.name: verdict_on(one) for one in families(MANIFESTS)[family]})


@pytest.mark.usefixtures("checkout")
@pytest.mark.parametrize("family", families(POLICIES))
def test_policies(family: str) -> None:
    assert not complaints(
        {one.name: verdict_on_policy(one, in_this_process(one)) for one in families(POLICIES)[family]}
    )


@pytest.mark.parametrize("one", sample(MANIFESTS, 40), ids=lambda one: ascii(one.name))
def test_a_manifest_through_the_script(one: Case, checkout: Path, gate: Gate) -> None:
    (checkout / PATH).write_bytes(one.raw)
    done = gate(checkout, "check", "--as-of", str(AS_OF))
    assert done.returncode in ALLOWED[one.must], done.stderr
    assert done.stderr == ""
    assert not unsafe(done.stdout, one.raw)
    assert done.returncode != 2 or re.search(rf"\b{re.escape(PATH)}:[1-9][0-9]*:[1-9][0-9]*\b", done.stdout)


@pytest.mark.parametrize("one", sample(POLICIES, 10), ids=lambda one: ascii(one.name))
def test_a_policy_through_the_script(one: Case, checkout: Path, gate: Gate) -> None:
    (checkout / POLICY).write_bytes(one.raw)
    done = gate(checkout, "check", "--as-of", str(AS_OF), "--policy", POLICY, PATH)
    assert not verdict_on_policy(one, Done(done.returncode, done.stdout, done.stderr))


def test_one_bad_file_hides_no_other() -> None:
    """Hostile manifests in one run with a healthy service: each is named, and the healthy one is judged."""
    bad = [one for one in MANIFESTS if one.must == "refuse"][::5]
    files = [(f"services/{index:04}.yaml", one.raw) for index, one in enumerate(bad)]
    good = BASE.replace("name: payments", "name: healthy", 1)
    outcome = check_files([*files, ("services/good.yaml", good.encode())])
    assert outcome.exit_code == 2
    assert {one.location.path for one in outcome.run.findings} == {path for path, _ in files}
    assert ("healthy", "healthy") in {(one.name, str(one.judgement.health)) for one in outcome.run.services}
