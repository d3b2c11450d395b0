"""The workflows of docs/ci.md and examples/workflows, run as they stand under act."""

import json
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.asking import document
from tests.ci.hosted import Ran, Repository
from tests.ci.test_gitlab import ROW, SOURCES
from tests.conftest import ROOT, command
from tests.samples import BREACHED, SPIKING, manifest, own_policy
from tests.test_workflows import GH

pytestmark = [pytest.mark.ci, pytest.mark.xdist_group("act")]

EXAMPLES = ROOT / "examples/workflows"
FLEET = {f"services/{name}.yaml": manifest(name) for name in ("api", "shop", "web")}
SOON = datetime.now(UTC).date() + timedelta(days=30)
WAIVERS = f"""\
apiVersion: platform-gate/v1
kind: Waivers
spec:
  waivers:
    - {{service: shop, rule: cost/spiking, reason: A move., expires: "{SOON}", approved_by: sre-lead}}
"""
EXEMPTION = {
    ".platform-gate.yaml": "policy: policy.yaml\n",
    "policy.yaml": own_policy(
        "  gate:\n    exemptions:\n      - {change: reliability-fix, rules: [slo/breached], reason: It is the cure.}\n"
    ),
}


def example(name: str) -> str:
    return (EXAMPLES / name).read_text(encoding="utf-8")


def documented() -> str:
    """The first workflow of docs/ci.md."""
    page = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
    [workflow] = re.findall(r"```yaml\n(name: platform-gate\n.*?)```", page, re.DOTALL)
    return str(workflow.replace("COMMIT", "0" * 40))


@pytest.fixture
def repository(tmp_path: Path, services: Path) -> Repository:
    made = Repository(tmp_path, services, FLEET)
    made.variables["EMULATED_CACHE"] = str(services / "cache")
    return made


def alerts(repository: Repository) -> list[tuple[str, str]]:
    """Rule and file of what code scanning would show."""
    [run] = json.loads((repository.artifacts / "code-scanning.sarif").read_bytes())["runs"]
    return [
        (one["ruleId"], one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) for one in run["results"]
    ]


@pytest.mark.parametrize("name", ["the page", "github-pull-request.yml"])
def test_code_scanning_gets_what_is_neither_waived_nor_fixed(repository: Repository, name: str) -> None:
    waived = {"services/shop.yaml": manifest("shop", cost=SPIKING), "waivers.yaml": WAIVERS}
    waived |= {".platform-gate.yaml": "waivers: waivers.yaml\n", "services/web.yaml": manifest(slos=BREACHED)}
    repository.base = repository.change(waived)
    repository.change({"services/api.yaml": manifest("api", slos=BREACHED), "services/web.yaml": manifest()})
    done = repository.pull_request(documented() if name == "the page" else example(name))
    assert done.code == 1, done.log
    assert (repository.artifacts / "code-scanning.sarif").is_file(), done.log
    assert alerts(repository) == [("slo/breached", "services/api.yaml")]
    assert len(done.comments) == (name == "the page")
    if name != "the page":
        whole = json.loads((repository.artifacts / "platform-gate/gate.sarif").read_bytes())
        assert len(whole["runs"][0]["results"]) == 3, "one is waived, one is fixed"


LABELS = "        with:\n          change-labels: cure = reliability-fix\n"


def test_a_label_exempts_a_change_by_the_policy_that_was_merged(repository: Repository) -> None:
    workflow = documented().replace("        id: gate\n", "        id: gate\n" + LABELS, 1)
    repository.change({"services/api.yaml": manifest("api", slos=BREACHED), **EXEMPTION})
    gained_nothing = repository.pull_request(workflow, labels=("cure",))
    assert gained_nothing.code == 1, gained_nothing.log
    repository.base = repository.change({"services/api.yaml": manifest("api")})
    repository.change({"services/api.yaml": manifest("api", slos=BREACHED)})
    assert repository.pull_request(workflow, labels=("docs", "$(exit 1)")).code == 1
    exempt = repository.pull_request(workflow, labels=("docs", "cure"))
    assert exempt.code == 0, exempt.log
    assert "It is the cure." in exempt.log


def test_the_page_checks_a_push_as_well(repository: Repository) -> None:
    done = repository.push(documented())
    assert done.code == 0, done.log
    assert alerts(repository) == []


def test_the_workflow_of_init_checks_a_pull_request(repository: Repository) -> None:
    subprocess.run([*command(), "init"], cwd=repository.root, check=True, capture_output=True)
    repository.base = repository.commit()
    repository.change({"services/api.yaml": manifest("api", slos=BREACHED)})
    [workflow] = (repository.root / ".github/workflows").iterdir()
    done = repository.pull_request(workflow.read_text(encoding="utf-8"))
    assert done.code == 1, done.log
    assert "slo/breached" in done.log


def test_a_report_of_another_run_becomes_a_comment(repository: Repository) -> None:
    repository.change({"services/api.yaml": manifest("api", slos=BREACHED)})
    judged = repository.pull_request(example("github-pull-request.yml"))
    assert judged.comments == []
    programs = repository.folder / "bin"
    programs.mkdir()
    (programs / "gh").write_text(GH, encoding="utf-8")
    (programs / "gh").chmod(0o755)
    repository.path = f"{programs}:{repository.path}"
    repository.variables |= {"CALLS": str(repository.folder / "calls"), "NUMBER": "7", "OLD": ""}
    done = repository.run("workflow_run", example("github-comment.yml"), {"workflow_run": workflow_run(repository)})
    assert done.code == 0, done.log
    words = (repository.folder / "calls").read_text(encoding="utf-8").split("\0")
    assert {"POST", "repos/acme/shop/issues/7/comments"} <= set(words)


def workflow_run(repository: Repository) -> dict[str, Any]:
    """What GitHub says of the run that judged."""
    return {
        "id": 1,
        "event": "pull_request",
        "head_branch": "change",
        "head_repository": {"owner": {"login": "acme"}},
        "head_sha": repository.revision("HEAD"),
        "html_url": "https://github.com/acme/shop/actions/runs/1",
    }


@pytest.mark.parametrize(("slos", "code"), [("", 0), (BREACHED, 1)])
def test_shards_on_several_machines_are_one_gate(repository: Repository, slos: str, code: int) -> None:
    repository.change({"services/api.yaml": manifest("api", slos=slos)} if slos else {"readme": ""})
    done = repository.push(example("github-matrix.yml"))
    assert done.code == code, done.log
    report = json.loads((repository.artifacts / "platform-gate/gate.json").read_bytes())
    assert (report["exit_code"], len(report["services"])) == (code, 3)


def test_the_page_is_drawn_again_with_its_past(repository: Repository) -> None:
    repository.variables["EMULATED_CACHE"] = str(repository.folder / "history")
    assert drawn(repository).count("<h1") == 1
    [kept] = (repository.folder / "history").iterdir()
    [today] = kept.iterdir()
    report = today.read_text(encoding="utf-8").replace(today.stem, "2026-01-01")
    (kept / "2026-01-01.json").write_text(report, encoding="utf-8")
    assert "from 2026-01-01" in drawn(repository)


def drawn(repository: Repository) -> str:
    """The page that a run publishes."""
    done = repository.push(example("github-page.yml"))
    assert done.code == 0, done.log
    file = repository.artifacts / "platform-gate-page/gate.html"
    text = file.read_text(encoding="utf-8")
    file.unlink()
    file.parent.rmdir()
    return text


def deployed(repository: Repository, **inputs: str) -> Ran:
    """Start the deployment by hand; its script says that it ran."""
    repository.change({"deploy.sh": '#!/bin/sh\necho "deployed $1"\n'})
    (repository.root / "deploy.sh").chmod(0o755)
    repository.commit()
    return repository.run("workflow_dispatch", example("github-deploy.yml"), {"inputs": inputs})


def test_nothing_is_deployed_that_the_gate_refuses(repository: Repository) -> None:
    repository.change({"services/api.yaml": manifest("api", slos=BREACHED), **EXEMPTION})
    done = deployed(repository)
    assert done.code == 1, done.log
    assert "slo/breached" in done.log
    assert "deployed " not in done.log
    fix = deployed(repository, change="reliability-fix")
    assert fix.code == 0, fix.log
    assert "deployed " in fix.log


def test_what_passes_is_deployed(repository: Repository) -> None:
    done = deployed(repository)
    assert done.code == 0, done.log
    assert f"deployed {repository.revision('HEAD')}" in done.log


def test_measured_numbers_are_kept_on_a_branch(repository: Repository) -> None:
    repository.change({"rows.jsonl": ROW, "platform-gate.sources.yaml": document(SOURCES)})
    origin = repository.folder / "origin/acme/shop"
    subprocess.run(["git", "init", "-q", "--bare", str(origin)], check=True)  # noqa: S607 - as PATH has it
    settings = {"GIT_CONFIG_GLOBAL": str(repository.folder / "gitconfig")}
    (repository.folder / "gitconfig").write_text(
        f'[url "{repository.folder}/origin/"]\n\tinsteadOf = https://github.com/\n', encoding="utf-8"
    )
    repository.variables |= settings
    done = repository.run("workflow_dispatch", example("github-collect.yml"), {})
    assert done.code == 0, done.log
    words = ["git", f"--git-dir={origin}", "show", "measurements:measurements.jsonl"]
    assert '{"service"' in subprocess.run(words, capture_output=True, text=True, check=True).stdout
