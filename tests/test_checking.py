"""The whole gate without a shell: `check` on repositories on a disk."""

from datetime import date
from pathlib import Path

import pytest

from platform_gate import GateError, Request, check
from platform_gate.checking import Keep
from platform_gate.judging.verdict import ExitCode, Verdict
from platform_gate.reports.formats import reporter
from tests.repositories import commit, git, repository
from tests.samples import BREACHED, DAY, manifest, write

REQUEST = Request((), None, DAY)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "r", {"services/web.yaml": manifest()})


def test_a_healthy_fleet_passes(root: Path) -> None:
    outcome = check(REQUEST, cwd=root)
    assert (outcome.verdict, outcome.exit_code) == (Verdict.PASSED, ExitCode.PASSED)
    assert [judged.name for judged in outcome.run.services] == ["web"]


def test_relative_paths_start_at_the_given_folder(root: Path) -> None:
    write(root, {"services/low.yaml": manifest("low", slos=BREACHED)})
    outcome = check(REQUEST._replace(paths=("low.yaml",)), cwd=root / "services")
    assert [judged.location.path for judged in outcome.run.services] == ["services/low.yaml"]
    assert outcome.exit_code is ExitCode.FAILED


def test_standard_input_is_what_the_caller_gives(root: Path) -> None:
    outcome = check(REQUEST._replace(paths=("-",)), cwd=root, stdin=manifest("piped").encode)
    assert [judged.name for judged in outcome.run.services] == ["piped"]


def test_a_broken_manifest_is_a_finding_and_not_an_exception(root: Path) -> None:
    write(root, {"services/odd.yaml": "kind: [\n"})
    outcome = check(REQUEST, cwd=root)
    assert outcome.verdict is Verdict.NOT_JUDGED
    assert [finding.location.path for finding in outcome.run.unjudged] == ["services/odd.yaml"]


def test_a_policy_that_does_not_exist_is_an_exception(root: Path) -> None:
    with pytest.raises(GateError, match="there is no shipped policy 'defualt'") as caught:
        check(REQUEST._replace(policy="defualt"), cwd=root)
    assert caught.value.fix


def test_a_report_is_the_same_whether_rows_or_everything_is_kept(root: Path) -> None:
    rows, everything = (check(REQUEST, cwd=root, keep=keep) for keep in (Keep.ROWS, Keep.ALL))
    assert [*reporter("json").render(rows)] == [*reporter("json").render(everything)]


def test_totals_do_not_depend_on_what_is_kept(root: Path) -> None:
    totals = [check(REQUEST, cwd=root, keep=keep).report.total_monthly_cost for keep in Keep]
    assert totals == [900, 900, 900]


def test_with_a_base_its_rules_judge(root: Path) -> None:
    git(root, "switch", "-q", "-c", "change")
    commit(root, {"services/web.yaml": manifest(slos=BREACHED)})
    outcome = check(REQUEST._replace(base="main"), cwd=root)
    assert outcome.comparison is not None
    assert [judged.name for judged in outcome.blocking[0]] == ["web"]


def test_only_the_form_of_a_change_cannot_be_checked(root: Path) -> None:
    with pytest.raises(GateError, match="--schema-only"):
        check(REQUEST._replace(base="main", schema_only=True), cwd=root)


def test_the_day_is_the_caller_s(root: Path) -> None:
    assert check(REQUEST._replace(as_of=date(2026, 12, 1)), cwd=root).as_of == date(2026, 12, 1)


def test_standard_input_is_read_once_for_all_who_ask(tmp_path: Path) -> None:
    reads: list[bytes] = [manifest("a").encode()]
    write(tmp_path, {"a.yaml": manifest("a")})
    (tmp_path / ".git").mkdir()
    request = Request(("-", "a.yaml", "-"), None, DAY)
    outcome = check(request, cwd=tmp_path, stdin=reads.pop)
    assert [(finding.rule, finding.location.path) for finding in outcome.run.findings] == [
        ("manifest/duplicate-service", "a.yaml")
    ]
    assert reads == []
