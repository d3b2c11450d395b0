"""Pull requests that try to choose by what they are judged: every one fails in every scope, plain or through links."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pytest

from tests.conftest import Gate
from tests.repositories import commit, git, repository
from tests.samples import BREACHED, manifest, own_policy

SCOPES = ("all", "touched", "regressed")
LAXEST = ("regressed",)
"""The scope that excuses most: it suffices where a test asks which commit a name means."""

FAILED, NOT_JUDGED = {1}, {2}
REFUSED = {1, 2}
"""Where both a no and a doubt are right."""

LENIENT = own_policy(
    "  overrides:\n"
    "    - {match: {tier: [3]}, reason: best effort, spec: {severities: {slo/breached: 'off'}}}\n"
    "    - {match: {team: [labs]}, reason: trials, spec: {severities: {slo/breached: 'off'}}}\n"
    "    - {match: {labels: {stage: beta}}, reason: beta, spec: {severities: {slo/breached: 'off'}}}\n"
    "    - {match: {path: ['services/labs/**']}, reason: labs, spec: {severities: {slo/breached: 'off'}}}\n"
    "    - {match: {name: [trial-*]}, reason: trials, spec: {severities: {slo/breached: 'off'}}}\n".replace("'", '"')
)
HARMLESS = own_policy("  slo: {breach_points: 0}\n")
CONFIG = 'manifests: ["services/**/*.yaml"]\npolicy: gate/policy.yaml\n'
WIDER = 'manifests: ["services/**/*.yaml", "examples/**"]\npolicy: gate/policy.yaml\n'
EVERYTHING = 'manifests: ["**/*.yaml"]\npolicy: gate/policy.yaml\n'
PAYMENTS, FIXTURE = "services/payments.yaml", "examples/payments.yaml"

Files = Mapping[str, "str | bytes | None"]
NOTHING: Files = MappingProxyType({})
BASE: Files = {
    ".platform-gate.yaml": CONFIG,
    "gate/policy.yaml": LENIENT,
    PAYMENTS: manifest("payments", metadata="tier: 1"),
    "services/other.yaml": manifest("other"),
    FIXTURE: manifest("payments", metadata="tier: 3"),
}
UNMEASURED = "slos: [{name: availability, target: 99.9}]"


def broken(name: str = "payments", metadata: str = "tier: 1", team: str = "shop") -> str:
    return manifest(name, team, metadata, slos=BREACHED)


def unmeasured(name: str = "payments", metadata: str = "tier: 1", **sections: str) -> str:
    empty = {"slos": UNMEASURED, "cost": "", "reliability": ""}
    return manifest(name, metadata=metadata, **(empty | sections))


def start(folder: Path, base: Files = BASE) -> Path:
    """A repository with a base on main, and the branch change checked out."""
    root = repository(folder / "repo", {path: text for path, text in base.items() if text is not None})
    git(root, "checkout", "-q", "-b", "change")
    return root


def answers(
    gate: Gate, root: Path, *words: str, base: str = "main", scopes: tuple[str, ...] = SCOPES
) -> dict[str, int]:
    """The exit code in each scope."""
    dated = ("check", "--as-of", "2026-11-23", f"--base={base}")
    return {scope: gate(root, *dated, "--scope", scope, *words).returncode for scope in scopes}


def all_in(codes: Mapping[str, int], allowed: set[int]) -> bool:
    return set(codes.values()) <= allowed


class Attack(NamedTuple):
    """A base, what the change does to it (None removes a file), and what is typed after the options."""

    change: Files
    base: Files = NOTHING
    words: tuple[str, ...] = ()
    allowed: set[int] = FAILED


ATTACKS = {
    # 1. Head's configuration reaches into the base.
    "head selects a fixture of the same name and a softer tier": Attack(
        {".platform-gate.yaml": WIDER, PAYMENTS: None, "services/pay.yaml": broken(), FIXTURE: None},
    ),
    "head selects a fixture, breaches the service where it is": Attack(
        {".platform-gate.yaml": WIDER, PAYMENTS: broken(), FIXTURE: None},
    ),
    "head no longer excludes the fixtures": Attack(
        {
            ".platform-gate.yaml": EVERYTHING + 'exclude: ["gate/**", ".platform-gate.yaml"]\n',
            PAYMENTS: broken(),
            FIXTURE: None,
        },
        {".platform-gate.yaml": EVERYTHING + 'exclude: ["examples/**", "gate/**", ".platform-gate.yaml"]\n'},
    ),
    "a fixture that was red before makes the red look standing": Attack(
        {".platform-gate.yaml": WIDER, PAYMENTS: None, FIXTURE: broken(metadata="tier: 1") + "# x\n"},
        {FIXTURE: broken(metadata="tier: 1")},
    ),
    "a fixture of another team hides the service from its team": Attack(
        {".platform-gate.yaml": WIDER, PAYMENTS: broken(), FIXTURE: None},
        {FIXTURE: manifest("payments", "labs")},
        ("--team", "shop"),
    ),
    "a fixture of another tier hides the service from its tier": Attack(
        {".platform-gate.yaml": WIDER, PAYMENTS: broken(), FIXTURE: None}, {}, ("--tier", "1")
    ),
    "a fixture with a label of a softer override": Attack(
        {".platform-gate.yaml": WIDER, PAYMENTS: broken(), FIXTURE: None},
        {FIXTURE: manifest("payments", metadata="labels: {stage: beta}")},
    ),
    "a fixture among several documents of a file": Attack(
        {".platform-gate.yaml": WIDER, PAYMENTS: broken(), FIXTURE: None},
        {FIXTURE: manifest("fine") + "---\n" + manifest("payments", metadata="tier: 3")},
    ),
    "the configuration moves to pyproject.toml": Attack(
        {
            ".platform-gate.yaml": None,
            "pyproject.toml": '[tool.platform-gate]\nmanifests = ["services/**", "examples/**"]\n',
            PAYMENTS: broken(),
            FIXTURE: None,
        },
    ),
    # 2. Files that are the same are judged under the metadata of their own.
    "an unchanged file of the same name takes over": Attack(
        {".platform-gate.yaml": WIDER, PAYMENTS: None}, {FIXTURE: broken(metadata="tier: 3")}
    ),
    "an unchanged file takes over, named as an operand": Attack(
        {PAYMENTS: None}, {FIXTURE: broken(metadata="tier: 3")}, (FIXTURE,)
    ),
    "an unchanged file takes over, its folder named as an operand": Attack(
        {".platform-gate.yaml": WIDER, PAYMENTS: None}, {FIXTURE: broken(metadata="tier: 3")}, ("services", "examples")
    ),
    "an unchanged document of a file with several takes over": Attack(
        {".platform-gate.yaml": WIDER, PAYMENTS: None},
        {FIXTURE: manifest("fine") + "---\n" + broken(metadata="tier: 3")},
    ),
    "an unchanged file with another team takes over": Attack(
        {".platform-gate.yaml": WIDER, PAYMENTS: None}, {FIXTURE: broken("payments", "tier: 1", "labs")}
    ),
    # 7. Names decide, wherever a file lies and however it is named.
    "moved under a softer path and named as an operand": Attack(
        {PAYMENTS: None, "services/labs/payments.yaml": broken()}, {}, ("services/labs/payments.yaml",)
    ),
    "moved out of what is configured, with a softer tier": Attack(
        {PAYMENTS: None, "apps/payments.yaml": broken(metadata="tier: 3")}, {}, ("apps/payments.yaml",)
    ),
    "moved out of what is configured, its folder named": Attack(
        {
            ".platform-gate.yaml": WIDER.replace("examples", "apps"),
            PAYMENTS: None,
            "apps/payments.yaml": broken("payments", "tier: 3"),
        },
        {},
        ("apps",),
    ),
    "moved, renamed to a name that no glob takes": Attack(
        {PAYMENTS: None, "services/payments.txt": broken(metadata="tier: 3")}, {}, ("services/payments.txt",)
    ),
    "moved into a file with several documents": Attack(
        {PAYMENTS: None, "services/other.yaml": manifest("other") + "---\n" + broken(metadata="tier: 3")},
        {},
        ("services/other.yaml",),
    ),
    "moved, and the path on the command line differs in case": Attack(
        {PAYMENTS: None, "services/Payments.yaml": broken(metadata="tier: 3")}, {}, ("services/Payments.yaml",)
    ),
    "an operand that is typed with dots": Attack(
        {PAYMENTS: None, "apps/payments.yaml": broken(metadata="tier: 3")}, {}, ("./services/../apps//payments.yaml",)
    ),
    # The tip's metadata, whatever else changes.
    "another team in the change": Attack({PAYMENTS: broken(team="labs")}),
    "another label in the change": Attack({PAYMENTS: broken(metadata="labels: {stage: beta}")}),
    "a tier that was invalid at the base is no licence": Attack(
        {PAYMENTS: broken(metadata="tier: 3")},
        {PAYMENTS: manifest("payments", metadata="tier: 1", governance="governance: {nonsense: true}")},
    ),
    # 8. Names that change in place, and launches.
    "renamed in place to a softer tier": Attack({PAYMENTS: broken("pay", "tier: 3")}),
    "renamed in place to a softer name": Attack({PAYMENTS: broken("trial-payments")}),
    "renamed in place to another team": Attack({PAYMENTS: broken("pay", team="labs")}),
    "renamed in place in a file with several documents": Attack(
        {PAYMENTS: manifest("decoy", metadata="tier: 3") + "---\n" + broken("pay", "tier: 3")},
    ),
    "renamed in place and named as an operand": Attack({PAYMENTS: broken("pay", "tier: 3")}, {}, (PAYMENTS,)),
    "renamed in place, and the old name lives on elsewhere": Attack(
        {PAYMENTS: broken("pay", "tier: 3"), "services/decoy.yaml": manifest("payments", metadata="tier: 1")},
    ),
    "a measured service launches in the future": Attack(
        {PAYMENTS: unmeasured(metadata='tier: 1, launches: "2027-01-15"')},
    ),
    "a measured service launches in the future, without any section": Attack(
        {PAYMENTS: unmeasured(metadata='tier: 1, launches: "2027-01-15"', slos="")},
    ),
    "a service with costs alone launches in the future": Attack(
        {PAYMENTS: unmeasured(metadata='launches: "2027-01-15"')},
        {PAYMENTS: manifest("payments", slos="", reliability="")},
        (),
    ),
    "a measured service postpones a launch that is past": Attack(
        {PAYMENTS: unmeasured(metadata='launches: "2027-01-15"')},
        {PAYMENTS: manifest("payments", metadata='launches: "2026-01-15"')},
    ),
    "renamed in place, and launched in the future": Attack(
        {PAYMENTS: unmeasured("pay", metadata='launches: "2027-01-15"')},
    ),
    "moved, and launched in the future": Attack(
        {PAYMENTS: None, "services/deep/payments.yaml": unmeasured(metadata='launches: "2027-01-15"')},
    ),
    # 4. A policy named by flag, and adoption.
    "a flag's policy is the base's": Attack(
        {"gate/policy.yaml": HARMLESS, PAYMENTS: broken()}, {}, ("--policy", "gate/policy.yaml")
    ),
    "a flag's policy is the base's, adoption or not": Attack(
        {"gate/policy.yaml": HARMLESS, "services/new.yaml": broken("new")},
        {".platform-gate.yaml": None, PAYMENTS: None, "services/other.yaml": None, FIXTURE: None},
        ("--policy", "gate/policy.yaml"),
    ),
    "a policy that a flag's policy extends is the base's": Attack(
        {"gate/parent.yaml": HARMLESS, "services/new.yaml": broken("new")},
        {
            **dict.fromkeys(BASE),
            "gate/parent.yaml": own_policy("  slo: {breach_points: 2}\n", "parent"),
            "gate/policy.yaml": own_policy("  extends: parent.yaml\n"),
        },
        ("--policy", "gate/policy.yaml"),
    ),
    "a flag's policy is the base's, though a link leads to it": Attack(
        {"gate/policy.yaml": HARMLESS, "services/new.yaml": broken("new")},
        {".platform-gate.yaml": None, PAYMENTS: None, "services/other.yaml": None, FIXTURE: None},
        ("--policy", "link/policy.yaml"),
    ),
    "a manifest in a dotted folder is no adoption": Attack(
        {".platform-gate.yaml": "policy: own.yaml\n", "own.yaml": HARMLESS, PAYMENTS: broken()},
        {**dict.fromkeys(BASE), ".fleet/a.yaml": manifest("a")},
    ),
    "a manifest in capitals and with another suffix is no adoption": Attack(
        {".platform-gate.yaml": "policy: own.yaml\n", "own.yaml": HARMLESS, PAYMENTS: broken()},
        {**dict.fromkeys(BASE), "apps/A.YML": manifest("a")},
    ),
    "a second document is no adoption": Attack(
        {".platform-gate.yaml": "policy: own.yaml\n", "own.yaml": HARMLESS, PAYMENTS: broken()},
        {**dict.fromkeys(BASE), "apps/all.yaml": "kind: List\n---\n" + manifest("a")},
    ),
    "a manifest of any name is no adoption": Attack(
        {".platform-gate.yaml": "policy: own.yaml\n", "own.yaml": HARMLESS, PAYMENTS: broken()},
        {**dict.fromkeys(BASE), "apps/service": manifest("a")},
    ),
    "a manifest with a syntax error is no adoption": Attack(
        {".platform-gate.yaml": "policy: own.yaml\n", "own.yaml": HARMLESS, PAYMENTS: broken()},
        {**dict.fromkeys(BASE), "apps/a.yaml": manifest("a") + "\t- [\n"},
    ),
    "operands do not make an adoption": Attack(
        {".platform-gate.yaml": "policy: own.yaml\n", "own.yaml": HARMLESS, "new/payments.yaml": broken()},
        {**dict.fromkeys(BASE), "apps/a.yaml": manifest("a")},
        ("new/payments.yaml",),
    ),
    "no configuration, and a service that moved": Attack(
        {"lib/a.yaml": broken("a", "tier: 3"), "apps/a.yaml": None},
        {
            **dict.fromkeys(BASE),
            "gate/policy.yaml": LENIENT,
            "apps/a.yaml": manifest("a", metadata="tier: 1"),
        },
        ("--policy", "gate/policy.yaml", "lib/a.yaml"),
    ),
    # 5. Bytes that only look the same.
    "more carriage returns than the base has": Attack(
        {PAYMENTS: manifest("payments").replace("\n", "\r\r\n").encode()},
        {PAYMENTS: manifest("payments").replace("\n", "\r\n").encode()},
        (),
        NOT_JUDGED,
    ),
    "a lone carriage return where the base has none": Attack(
        {PAYMENTS: manifest("payments").replace("\n", "\r", 1).encode()}, {}, (), NOT_JUDGED
    ),
    "a lone carriage return beside proper line ends": Attack(
        {PAYMENTS: (manifest("payments") + "# a\rb\n").replace("\n", "\r\n").encode()}, {}, (), NOT_JUDGED
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_fails_in_every_scope(name: str, gate: Gate, tmp_path: Path) -> None:
    attack = ATTACKS[name]
    root = start(tmp_path, {**BASE, **attack.base})
    if any(word.startswith("link/") for word in attack.words):
        (root / "link").symlink_to("gate")
    commit(root, attack.change)
    codes = answers(gate, root, *attack.words)
    assert all_in(codes, attack.allowed), codes


TWINS = {
    "a healthy service": Attack({PAYMENTS: manifest("payments", metadata="tier: 1") + "# x\n"}),
    "a service of the third tier": Attack(
        {PAYMENTS: broken(metadata="tier: 3")}, {PAYMENTS: manifest("payments", metadata="tier: 3")}
    ),
    "a new service of the third tier": Attack({"services/new.yaml": broken("new", "tier: 3")}),
    "a service that moves": Attack({PAYMENTS: None, "services/deep/pay.yaml": manifest("payments")}),
    "a service that was never measured postpones its launch": Attack(
        {PAYMENTS: unmeasured(metadata='launches: "2027-02-15"')},
        {PAYMENTS: unmeasured(metadata='launches: "2027-01-15"')},
    ),
    "a service that is measured before its launch": Attack(
        {PAYMENTS: manifest("payments", metadata='launches: "2027-01-15"', reliability="") + "# x\n"},
        {PAYMENTS: manifest("payments", metadata='launches: "2027-01-15"', reliability="")},
    ),
    "a new service that launches": Attack({"services/new.yaml": unmeasured("new", 'launches: "2027-01-15"')}),
    "lines as core.autocrlf makes them": Attack(
        {PAYMENTS: manifest("payments", metadata="tier: 1").replace("\n", "\r\n").encode()}
    ),
    "a healthy service in place of another": Attack({PAYMENTS: manifest("pay", metadata="tier: 1")}),
    "adoption": Attack(
        {".platform-gate.yaml": "policy: own.yaml\n", "own.yaml": HARMLESS, PAYMENTS: broken()},
        {**dict.fromkeys(BASE), "README.md": "```yaml\n" + manifest("a") + "```\n"},
    ),
    "adoption beside services of Kubernetes": Attack(
        {".platform-gate.yaml": "policy: own.yaml\n", "own.yaml": HARMLESS, PAYMENTS: broken()},
        {**dict.fromkeys(BASE), "k8s/a.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"},
    ),
}


@pytest.mark.parametrize("name", TWINS)
def test_its_harmless_twin_passes(name: str, gate: Gate, tmp_path: Path) -> None:
    twin = TWINS[name]
    root = start(tmp_path, {**BASE, **twin.base})
    commit(root, twin.change)
    codes = answers(gate, root, *twin.words)
    assert all_in(codes, {0}), codes


# 3. Refs.

Step = Callable[[Path], object]


def tag(name: str) -> Step:
    return lambda root: git(root, "tag", name, "change")


def branch(name: str) -> Step:
    return lambda root: git(root, "update-ref", f"refs/heads/{name}", "refs/heads/change")


def remote(root: Path) -> None:
    """Another repository as the remote origin, whose main is tracked."""
    git(root, "update-ref", "refs/remotes/origin/main", "refs/heads/main")
    git(root, "config", "remote.origin.url", "https://example.com/x.git")


REFS: dict[str, tuple[str, tuple[Step, ...], str]] = {
    "a tag named like a branch": ("main", (tag("main"),), "refs/heads/main"),
    "a tag named like a remote branch": ("origin/main", (remote, tag("origin/main")), "refs/remotes/origin/main"),
    "a branch named like a remote branch": ("origin/main", (remote, branch("origin/main")), "refs/remotes/origin/main"),
    "a ref right below refs": (
        "main",
        (lambda root: git(root, "update-ref", "refs/main", "refs/heads/change"),),
        "refs/heads/main",
    ),
    "a tag with something after its name": ("main~0", (tag("main"),), "refs/heads/main"),
    "a tag named HEAD": ("HEAD", (tag("HEAD"),), "HEAD"),
    "a tag named heads/main": ("heads/main", (tag("heads/main"),), "refs/heads/main"),
    "a tag in place of a branch that only the remote has": (
        "release",
        (
            remote,
            lambda root: git(root, "update-ref", "refs/remotes/origin/release", "refs/heads/main"),
            tag("release"),
        ),
        "refs/remotes/origin/release",
    ),
    "a tag in place of a remote branch that was not fetched": (
        "origin/other",
        (remote, tag("origin/other")),
        "refs/remotes/origin/other",
    ),
}


@pytest.mark.parametrize("name", REFS)
def test_a_name_that_several_refs_bear_is_a_doubt(name: str, gate: Gate, tmp_path: Path) -> None:
    ref, steps, meant = REFS[name]
    root = start(tmp_path)
    commit(root, {PAYMENTS: broken(), "gate/policy.yaml": HARMLESS})
    for step in steps:
        step(root)
    done = gate(root, "check", "--as-of", "2026-11-23", "--base", ref)
    assert (done.returncode, meant in done.stderr) == (2, True)
    assert all_in(answers(gate, root, base=ref, scopes=("touched", "regressed")), NOT_JUDGED)
    if meant.startswith("refs/") and name != "a tag in place of a remote branch that was not fetched":
        assert all_in(answers(gate, root, base=meant, scopes=LAXEST), FAILED)


@pytest.mark.parametrize("make", [tag, branch])
@pytest.mark.parametrize("length", [7, 12])
def test_a_ref_named_like_a_short_hash_is_a_doubt(
    make: Callable[[str], Step], length: int, gate: Gate, tmp_path: Path
) -> None:
    root = start(tmp_path)
    whole = git(root, "rev-parse", "main")
    commit(root, {PAYMENTS: broken(), "gate/policy.yaml": HARMLESS})
    assert all_in(answers(gate, root, base=whole[:length], scopes=LAXEST), FAILED)
    make(whole[:length])(root)
    assert all_in(answers(gate, root, base=whole[:length]), NOT_JUDGED)
    assert all_in(answers(gate, root, base=whole[:length].upper(), scopes=LAXEST), NOT_JUDGED | FAILED)
    make(whole)(root)
    assert all_in(answers(gate, root, base=whole, scopes=LAXEST), FAILED)


def test_a_branch_named_like_a_full_name_is_not_taken_for_it(gate: Gate, tmp_path: Path) -> None:
    root = start(tmp_path)
    commit(root, {PAYMENTS: broken(), "gate/policy.yaml": HARMLESS})
    branch("refs/heads/main")(root)
    branch("refs/remotes/origin/main")(root)
    assert all_in(answers(gate, root, base="refs/heads/main"), FAILED)
    assert all_in(answers(gate, root, base="refs/remotes/origin/main"), NOT_JUDGED)


@pytest.mark.parametrize(
    "ref", ["^main", "main..change", "main...change", "main^!", "main^@", ":/base", ":0:x", "main:x"]
)
def test_what_names_no_single_commit_is_a_usage_error(ref: str, gate: Gate, tmp_path: Path) -> None:
    root = start(tmp_path)
    commit(root, {PAYMENTS: broken()})
    for words in (("check",), ("explain", "payments")):
        done = gate(root, *words, "--as-of", "2026-11-23", f"--base={ref}")
        assert (done.returncode, "--help" in done.stderr) == (2, True), done.stderr


# 4. A working directory that is reached through a link.


@pytest.mark.parametrize(
    ("target", "below"),
    [
        ("services", ""),
        ("services", "/deep"),
        ("other", "/deep"),
        ("..", ""),
        ("../outside", ""),
        ("../outside", "/deep"),
    ],
)
def test_a_working_directory_behind_a_link_is_refused(target: str, below: str, gate: Gate, tmp_path: Path) -> None:
    root = start(tmp_path, {**BASE, "other/deep/a.yaml": manifest("x"), "services/deep/b.yaml": manifest("y")})
    repository(tmp_path / "outside", {"services/a.yaml": manifest("a"), "deep/services/b.yaml": manifest("b")})
    (root / "link").symlink_to(target)
    place = root / f"link{below}"
    for words in (("check",), ("check", "--base", "main")):
        done = gate(place, *words, "--as-of", "2026-11-23", env={"PWD": str(place)})
        assert (done.returncode, "link" in done.stderr) == (2, True), done.stderr


def test_a_link_above_the_checkout_is_nobodys_trick(gate: Gate, tmp_path: Path) -> None:
    root = start(tmp_path)
    (tmp_path / "way").symlink_to(tmp_path)
    place = tmp_path / "way/repo/services"
    done = gate(place, "check", "--as-of", "2026-11-23", "--base", "main", env={"PWD": str(place)})
    assert done.returncode == 0, done.stderr
    assert gate(root, "check", "--as-of", "2026-11-23", env={"PWD": "/nowhere"}).returncode == 0


# 6. The author chooses where the branch starts, and how often it was merged.


def test_an_old_start_brings_back_no_old_metadata(gate: Gate, tmp_path: Path) -> None:
    root = start(tmp_path, {**BASE, PAYMENTS: manifest("payments", metadata="tier: 3")})
    git(root, "checkout", "-q", "main")
    commit(root, {PAYMENTS: manifest("payments", metadata="tier: 1")})
    git(root, "checkout", "-q", "change")
    commit(root, {PAYMENTS: broken(metadata="tier: 3")})
    assert all_in(answers(gate, root), FAILED)
    assert all_in(answers(gate, root, PAYMENTS), FAILED)
    assert all_in(answers(gate, root, "--tier", "1"), FAILED)


def test_a_start_in_between_brings_back_no_old_team(gate: Gate, tmp_path: Path) -> None:
    root = start(tmp_path)
    git(root, "checkout", "-q", "main")
    commit(root, {PAYMENTS: manifest("payments", "labs")})
    git(root, "checkout", "-q", "-B", "change")
    git(root, "checkout", "-q", "main")
    commit(root, {PAYMENTS: manifest("payments")})
    git(root, "checkout", "-q", "change")
    commit(root, {"services/x/payments.yaml": broken(team="labs"), PAYMENTS: None})
    assert all_in(answers(gate, root), FAILED)
    assert all_in(answers(gate, root, "--team", "shop"), FAILED)


def test_an_old_start_from_before_a_service_was_measured(gate: Gate, tmp_path: Path) -> None:
    root = start(tmp_path, {**BASE, PAYMENTS: unmeasured(metadata='launches: "2026-12-15"')})
    git(root, "checkout", "-q", "main")
    commit(root, {PAYMENTS: manifest("payments")})
    git(root, "checkout", "-q", "change")
    commit(root, {PAYMENTS: unmeasured(metadata='launches: "2027-01-15"')})
    assert all_in(answers(gate, root), FAILED)


def test_a_service_that_only_the_merge_base_knows_keeps_its_metadata(gate: Gate, tmp_path: Path) -> None:
    root = start(tmp_path)
    git(root, "checkout", "-q", "main")
    commit(root, {PAYMENTS: None})
    git(root, "checkout", "-q", "change")
    commit(root, {PAYMENTS: broken(metadata="tier: 3")})
    assert all_in(answers(gate, root), FAILED)


def criss_cross(root: Path, left: Files, right: Files) -> None:
    """Two branches that merged one another: their merge bases are a commit with ``left`` and one with ``right``."""
    commit(root, left)
    git(root, "checkout", "-q", "main")
    commit(root, right)
    git(root, "merge", "-q", "-s", "ours", "--no-edit", "change")
    git(root, "checkout", "-q", "change")
    git(root, "merge", "-q", "-s", "ours", "--no-edit", "main~1")
    assert len(git(root, "merge-base", "--all", "main", "change").split()) == 2


@pytest.mark.parametrize("swapped", [False, True])
def test_of_several_merge_bases_none_excuses(gate: Gate, tmp_path: Path, *, swapped: bool) -> None:
    """One merge base was healthy, the other as red as the change; whichever git names first decides nothing."""
    root = start(tmp_path)
    sides = [{PAYMENTS: broken()}, {PAYMENTS: manifest("payments", metadata="tier: 1") + "# right\n"}]
    criss_cross(root, *(reversed(sides) if swapped else sides))
    commit(root, {PAYMENTS: broken() + "# again\n"})
    assert all_in(answers(gate, root), REFUSED)


@pytest.mark.parametrize("swapped", [False, True])
def test_of_several_merge_bases_the_softest_metadata_do_not_count(gate: Gate, tmp_path: Path, *, swapped: bool) -> None:
    root = start(tmp_path)
    sides: list[Files] = [
        {"services/new.yaml": manifest("new", metadata="tier: 3")},
        {"services/new.yaml": manifest("new", metadata="tier: 1")},
    ]
    criss_cross(root, *(reversed(sides) if swapped else sides))
    git(root, "checkout", "-q", "main")
    commit(root, {"services/new.yaml": None})
    git(root, "checkout", "-q", "change")
    commit(root, {"services/new.yaml": broken("new", "tier: 3")})
    assert all_in(answers(gate, root), REFUSED)


def test_harmless_criss_cross_merges_pass(gate: Gate, tmp_path: Path) -> None:
    root = start(tmp_path)
    criss_cross(root, {"a.txt": "a"}, {"b.txt": "b"})
    commit(root, {PAYMENTS: manifest("payments", metadata="tier: 1") + "# more\n"})
    assert all_in(answers(gate, root), {0})


def test_very_many_merge_bases_are_refused(gate: Gate, tmp_path: Path) -> None:
    root = start(tmp_path)
    start_commit = git(root, "rev-parse", "main")
    tips = []
    for number in range(6):
        git(root, "checkout", "-q", start_commit)
        tips.append(git(commit(root, {f"n{number}.txt": "x"}), "rev-parse", "HEAD"))
    tree = git(root, "rev-parse", "main^{tree}")
    for name in ("main", "change"):
        parents = [word for tip in tips for word in ("-p", tip)]
        made = git(root, "commit-tree", tree, *parents, "-m", name)
        git(root, "update-ref", f"refs/heads/{name}", made)
    git(root, "checkout", "-q", "-f", "change")
    commit(root, {PAYMENTS: broken()})
    done = gate(root, "check", "--as-of", "2026-11-23", "--base", "main")
    assert (done.returncode, "merge" in done.stderr) == (2, True)


def shallow(root: Path, since: str) -> Path:
    """A clone whose history is cut at some commits, on the branch change."""
    clone = root.parent / "clone"
    git(root.parent, "clone", "-q", "--no-single-branch", *since.split(), f"file://{root}", str(clone))
    git(clone, "checkout", "-q", "change")
    return clone


def test_a_newer_merge_base_that_is_cut_off_is_a_doubt(gate: Gate, tmp_path: Path) -> None:
    """The change merged main when the service was healthy, but of that the clone knows nothing."""
    root = start(tmp_path, {**BASE, PAYMENTS: broken()})
    git(root, "checkout", "-q", "main")
    healed = git(commit(root, {PAYMENTS: manifest("payments", metadata="tier: 1")}), "rev-parse", "HEAD")
    git(root, "checkout", "-q", "change")
    git(root, "merge", "-q", "--no-edit", "main")
    commit(root, {PAYMENTS: broken() + "# again\n"})
    git(root, "checkout", "-q", "main")
    commit(root, {"b.txt": "b"})
    assert all_in(answers(gate, root, base="change"), {0, 1, 2})
    git(root, "checkout", "-q", "change")
    assert all_in(answers(gate, root), FAILED)
    # The boundary is laid by hand: main's newest commit loses its parents' history but for the oldest commit.
    first = git(root, "rev-list", "--max-parents=0", "main")
    tree = git(root, "rev-parse", "main^{tree}")
    joined = git(root, "commit-tree", tree, "-p", healed, "-p", first, "-m", "joined")
    git(root, "update-ref", "refs/heads/main", joined)
    (root / ".git/shallow").write_text(f"{healed}\n")
    codes = answers(gate, root)
    assert all_in(codes, REFUSED), codes


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_a_shallow_clone_never_excuses(depth: int, gate: Gate, tmp_path: Path) -> None:
    root = start(tmp_path, {**BASE, PAYMENTS: broken()})
    git(root, "checkout", "-q", "main")
    commit(root, {PAYMENTS: manifest("payments", metadata="tier: 1")})
    git(root, "checkout", "-q", "change")
    git(root, "merge", "-q", "--no-edit", "main")
    for number in range(2):
        commit(root, {PAYMENTS: broken() + f"# {number}\n"})
    git(root, "checkout", "-q", "main")
    for number in range(2):
        commit(root, {f"{number}.txt": "x"})
    clone = shallow(root, f"--depth={depth}")
    codes = answers(gate, clone, base="refs/remotes/origin/main")
    assert all_in(codes, REFUSED), codes


def test_a_merge_commit_needs_no_more_than_its_parents(gate: Gate, tmp_path: Path) -> None:
    """What a CI runner checks out with depth 2: the base is a parent of the head, so no history can hide anything."""
    root = start(tmp_path)
    git(root, "checkout", "-q", "main")
    commit(root, {"b.txt": "b"})
    git(root, "checkout", "-q", "change")
    commit(root, {PAYMENTS: manifest("payments", metadata="tier: 1") + "# x\n"})
    git(root, "checkout", "-q", "main")
    git(root, "merge", "-q", "--no-ff", "--no-edit", "change")
    git(root, "branch", "-q", "-f", "change", "main")
    clone = shallow(root, "--depth=2")
    assert all_in(answers(gate, clone, base=git(clone, "rev-parse", "HEAD^1")), {0})


# 5. Line ends in a work tree.


@pytest.mark.parametrize(
    ("base", "work_tree", "same"),
    [
        (b"\n", b"\r\n", True),
        (b"\r\n", b"\r\n", True),
        (b"\r\n", b"\n", False),
        (b"\r\n", b"\r\r\n", False),
        (b"\n", b"\r\r\n", False),
    ],
)
def test_lines_are_the_same_as_core_autocrlf_makes_them(
    base: bytes, work_tree: bytes, gate: Gate, tmp_path: Path, *, same: bool
) -> None:
    """A red service is standing under ``touched`` where its bytes are the same, and decides where they aren't."""
    text = broken().encode()
    root = start(tmp_path, {**BASE, PAYMENTS: text.replace(b"\n", base)})
    (root / PAYMENTS).write_bytes(text.replace(b"\n", work_tree))
    code = answers(gate, root, scopes=("touched",))["touched"]
    assert code == 0 if same else code in REFUSED


def test_lines_that_are_mixed_are_not_the_same(gate: Gate, tmp_path: Path) -> None:
    root = start(tmp_path, {**BASE, PAYMENTS: broken()})
    (root / PAYMENTS).write_bytes(broken().replace("\n", "\r\n", 2).encode())
    assert answers(gate, root, scopes=("touched",))["touched"] == 1


# 9. Evidence that git tracks.

VERIFIED = own_policy("  governance: {evidence: verified}\n")
EVIDENCE = {name: f"docs/{name}.md" for name in ("runbook", "monitoring", "documentation", "incident_response")}


def evident(**paths: str) -> str:
    named = ", ".join(f"{name}: {path}" for name, path in (EVIDENCE | paths).items())
    return manifest("web", governance=f"governance: {{{named}, ownership: team-a}}")


def fleet_with(path: str) -> dict[str, str]:
    checks = {**EVIDENCE, "runbook": path, "monitoring": path, "documentation": path}
    files = dict.fromkeys(EVIDENCE.values(), "x")
    return {
        **files,
        ".platform-gate.yaml": "policy: policy.yaml\n",
        "policy.yaml": VERIFIED,
        ".gitignore": "ignored.md\nignored/\n",
        "services/web.yaml": evident(**checks),
    }


@pytest.mark.parametrize(
    "path",
    [
        *(".git/HEAD", ".git/config", "./.git/HEAD", "docs/../.git/HEAD", ".GIT/HEAD", ".git/"),
        *("ignored.md", "ignored/a.md", "untracked.md", "removed.md", "docs/link.md", "linked/runbook.md"),
        *("DOCS/runbook.md", "../repo/docs/runbook.md", "/etc/passwd", "empty/", "sub/a.md", "sub/.git", "gone.md"),
    ],
)
def test_evidence_that_git_does_not_track_is_none(path: str, gate: Gate, tmp_path: Path) -> None:
    root = start(tmp_path, fleet_with(path))
    for name in ("ignored.md", "untracked.md", "ignored/a.md"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("x")
    (root / "docs/link.md").symlink_to("runbook.md")
    (root / "linked").symlink_to("docs")
    git(root, "add", "docs/link.md", "linked")
    commit_files = {"removed.md": "x", "gone.md": "x"}
    for name, text in commit_files.items():
        (root / name).write_text(text)
    git(root, "add", *commit_files)
    repository(root / "sub", {"a.md": "a"})
    git(root, "add", "sub")
    (root / "empty").mkdir()
    git(root, "commit", "-q", "-m", "more")
    git(root, "rm", "-q", "--cached", "removed.md")
    (root / "gone.md").unlink()
    assert gate(root, "check", "--as-of", "2026-11-23").returncode in REFUSED
    assert answers(gate, root, scopes=("all",))["all"] in REFUSED


@pytest.mark.parametrize(
    "path", ["docs/runbook.md", "./docs//runbook.md", "docs/", "docs/runbook.md#top", "staged.md", "über.md"]
)
def test_evidence_that_git_tracks_counts(path: str, gate: Gate, tmp_path: Path) -> None:
    root = start(tmp_path, {**fleet_with(path), "über.md": "x"})
    (root / "staged.md").write_text("x")
    git(root, "add", "staged.md")
    assert gate(root, "check", "--as-of", "2026-11-23").returncode == 0
    assert all_in(answers(gate, root), {0})


def test_evidence_in_a_sparse_checkout_counts(gate: Gate, tmp_path: Path) -> None:
    root = start(tmp_path, fleet_with("docs/runbook.md"))
    git(root, "sparse-checkout", "set", "--no-cone", "/*", "!/docs/")
    assert not (root / "docs").exists()
    assert gate(root, "check", "--as-of", "2026-11-23").returncode == 0
    assert all_in(answers(gate, root), {0})


def test_evidence_in_another_work_tree_of_the_repository(gate: Gate, tmp_path: Path) -> None:
    root = start(tmp_path, fleet_with("docs/runbook.md"))
    git(root, "worktree", "add", "-q", str(tmp_path / "tree"), "main")
    (tmp_path / "tree/untracked.md").write_text("x")
    assert gate(tmp_path / "tree", "check", "--as-of", "2026-11-23").returncode == 0
    (tmp_path / "tree/services/web.yaml").write_text(evident(runbook="untracked.md"))
    assert (
        gate(tmp_path / "tree", "check", "--as-of", "2026-11-23", "--fail-on", "governance/missing-runbook").returncode
        == 1
    )


@pytest.mark.parametrize(
    ("path", "code"), [("docs/runbook.md", 0), (".git/HEAD", 1), ("docs/link.md", 1), ("empty/", 1), ("docs/", 0)]
)
def test_evidence_outside_of_git_is_a_regular_file(path: str, code: int, gate: Gate, tmp_path: Path) -> None:
    root = tmp_path / "plain"
    for name, text in fleet_with(path).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "docs/link.md").symlink_to("runbook.md")
    (root / "empty").mkdir()
    for folder in (None, ".git"):
        if folder:
            (root / folder).mkdir()
        assert gate(root, "check", "--as-of", "2026-11-23").returncode == code


def test_a_repository_that_git_cannot_read_is_a_doubt(gate: Gate, tmp_path: Path) -> None:
    root = start(tmp_path, fleet_with("docs/runbook.md"))
    (root / ".git/index").write_bytes(b"nonsense")
    assert gate(root, "check", "--as-of", "2026-11-23").returncode == 2
