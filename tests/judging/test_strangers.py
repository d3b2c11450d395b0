from collections.abc import Sequence

import pytest

from platform_gate.documents.document import Refusal
from platform_gate.judging.problems import finding_of
from platform_gate.judging.strangers import folded, propose_globs, recognised
from platform_gate.model import Finding, Location
from platform_gate.subsystems.catalogue import UNREADABLE

SCORE = b"apiVersion: score.dev/v1b1\n"
KUBERNETES = b"apiVersion: v1\nkind: Pod\n"
UNKNOWN = finding_of(UNREADABLE, Refusal("broken", "Mend it.", Location("a.yaml", 3)))


def score(path: str) -> str:
    return f"Run `platform-gate import score {path}`. To leave it out: `exclude: [{path}]`"


def strangers(*files: tuple[str, bytes]) -> list[Finding]:
    return [finding for path, content in files for finding in recognised([UNKNOWN], content, path)]


def shown(findings: Sequence[Finding]) -> list[tuple[str, str]]:
    return [(finding.message.removeprefix("not a service manifest"), finding.fix) for finding in findings]


def test_a_descriptor_is_named_with_its_import() -> None:
    (finding,) = recognised([UNKNOWN, UNKNOWN], SCORE, "apps/my score.yaml")
    assert finding.rule == "manifest/invalid"
    assert finding.message == "not a service manifest: it is a Score workload"
    assert finding.fix == (
        "Run `platform-gate import score 'apps/my score.yaml'`. To leave it out: `exclude: [apps/my score.yaml]`"
    )
    assert str(finding.location) == "apps/my score.yaml:1:1"


def test_what_nobody_knows_keeps_its_findings() -> None:
    assert recognised([UNKNOWN], b"a: b: c", "a.yaml") == [UNKNOWN]
    assert recognised([UNKNOWN], SCORE + b"#" * 1024 * 1024, "a.yaml") == [UNKNOWN]


@pytest.mark.parametrize(
    ("files", "judged", "expected"),
    [
        (
            [("k8s/a.yaml", KUBERNETES), ("k8s/b/c.yaml", KUBERNETES)],
            ["services/a.yaml"],
            [
                (
                    ", and no file in 'k8s' is: each of the 2 is a Kubernetes manifest",
                    'Leave it out in .platform-gate.yaml: `exclude: ["k8s/**"]`',
                )
            ],
        ),
        (
            [("x/a.yaml", SCORE), ("x/b.yaml", SCORE), ("x/y/c.yaml", KUBERNETES), ("x/y/d.yaml", KUBERNETES)],
            [],
            [
                (": it is a Score workload", score("x/a.yaml")),
                (": it is a Score workload", score("x/b.yaml")),
                (
                    ", and no file in 'x/y' is: each of the 2 is a Kubernetes manifest",
                    'Leave it out in .platform-gate.yaml: `exclude: ["x/y/**"]`',
                ),
            ],
        ),
        (
            [("x/y/a.yaml", SCORE), ("x/y/b.yaml", SCORE)],
            ["x/service.yaml"],
            [
                (
                    ", and no file in 'x/y' is: each of the 2 is a Score workload",
                    'Run `platform-gate import score x/y`. To leave it out: `exclude: ["x/y/**"]`',
                )
            ],
        ),
        (
            [("a.yaml", KUBERNETES), ("b.yaml", KUBERNETES)],
            [],
            [
                (": it is a Kubernetes manifest", "Leave it out in .platform-gate.yaml: `exclude: [a.yaml]`"),
                (": it is a Kubernetes manifest", "Leave it out in .platform-gate.yaml: `exclude: [b.yaml]`"),
            ],
        ),
    ],
    ids=["a-folder", "two-kinds", "a-folder-inside-of-another", "the-root-is-no-folder-to-leave-out"],
)
def test_a_folder_of_one_kind_is_named_once(
    files: list[tuple[str, bytes]], judged: list[str], expected: list[tuple[str, str]]
) -> None:
    assert shown(folded(strangers(*files), judged)) == expected


def test_other_findings_stay_and_spoil_the_folder() -> None:
    findings = [*strangers(("x/a.yaml", SCORE), ("x/b.yaml", SCORE)), UNKNOWN._replace(location=Location("x/c.yaml"))]
    assert folded(findings, []) == findings


def test_one_stranger_is_no_habit() -> None:
    assert propose_globs([], strangers(("a.yaml", SCORE))) == ""
    assert "services/**/*.yaml" in propose_globs([], strangers(("a.yaml", SCORE), ("b.yaml", SCORE)))
