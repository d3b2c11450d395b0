"""The rules of a run: configuration, policy and waivers, as the command line and the configuration name them."""

from pathlib import Path

import pytest

from platform_gate.documents.document import DocumentError
from platform_gate.judging import ruleset
from platform_gate.judging.request import Request
from platform_gate.judging.ruleset import Rules
from platform_gate.model import GateError
from platform_gate.policy.loading import Source
from tests.repositories import repository
from tests.samples import DAY, own_policy, work_tree

REQUEST = Request((), None, DAY)
CONFIGURATION = "policy: gate/policy.yaml\nwaivers: [gate/waivers-*.yaml]\n"


def waivers_file(service: str) -> str:
    entry = f'{{service: {service}, rule: slo/breached, reason: Why., approved_by: lead, expires: "2026-12-20"}}'
    return f"apiVersion: platform-gate/v1\nkind: Waivers\nspec:\n  waivers:\n    - {entry}\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        ".platform-gate.yaml": CONFIGURATION,
        "gate/policy.yaml": own_policy("  health: {critical_at: 6}\n"),
        "gate/waivers-b.yaml": waivers_file("b"),
        "gate/waivers-a.yaml": waivers_file("a"),
        "own.yaml": own_policy("  {}\n", "own"),
        "own-waivers.yaml": waivers_file("own"),
    }
    return repository(tmp_path / "r", files)


def load(root: Path, cwd: Path | None = None, request: Request = REQUEST) -> Rules:
    settings, source = ruleset.of_work_tree(work_tree(root, cwd))
    return ruleset.load(request, settings, source)


def services(rules: Rules) -> list[str]:
    return [service for waiver in rules.waivers for service in waiver.services]


def test_the_configured_policy_and_waivers_hold(root: Path) -> None:
    rules = load(root)
    assert rules.settings.path == ".platform-gate.yaml"
    assert (rules.policy.name, rules.policy.base().health.critical_at) == ("ours", 6)
    assert services(rules) == ["a", "b"]


def test_configured_paths_start_at_the_root_and_those_of_the_command_line_where_it_runs(root: Path) -> None:
    below = root / "gate"
    assert load(root, below).policy.name == "ours"
    assert load(root, below, REQUEST._replace(policy="../own.yaml")).policy.name == "own"
    with pytest.raises(GateError, match="own"):
        load(root, below, REQUEST._replace(policy="./own.yaml"))


def test_the_command_line_comes_before_the_configuration(root: Path) -> None:
    rules = load(root, request=REQUEST._replace(policy="./own.yaml", waivers=("own-waivers.yaml",)))
    assert rules.policy.name == "own"
    assert services(rules) == ["own"]


def test_a_waiver_knows_the_file_that_it_is_written_back_to(root: Path) -> None:
    assert [waiver.file for waiver in load(root).waivers] == [
        str(root / "gate/waivers-a.yaml"),
        str(root / "gate/waivers-b.yaml"),
    ]


def test_without_waivers_their_files_are_not_read(root: Path) -> None:
    (root / "gate/waivers-a.yaml").write_text("broken: [\n", encoding="utf-8")
    assert load(root, request=REQUEST._replace(no_waivers=True)).waivers == ()
    with pytest.raises(DocumentError):
        load(root)


def test_without_configuration_the_shipped_policy_judges(tmp_path: Path) -> None:
    rules = load(repository(tmp_path / "bare", {}))
    assert (rules.policy.name, rules.policy.source, rules.waivers) == ("default", Source.SHIPPED, ())


def test_the_command_line_says_what_fails(root: Path) -> None:
    assert load(root, request=REQUEST._replace(fail_on=("critical",))).policy.base().gate.fail_on == ("critical",)
    with pytest.raises(GateError, match="nonsense"):
        load(root, request=REQUEST._replace(fail_on=("nonsense",)))


def test_a_policy_or_waivers_file_that_is_missing_is_an_error(root: Path) -> None:
    with pytest.raises(GateError, match=r"missing\.yaml"):
        load(root, request=REQUEST._replace(policy="./missing.yaml"))
    with pytest.raises(GateError, match=r"missing\.yaml"):
        load(root, request=REQUEST._replace(waivers=("missing.yaml",)))
