"""Random repositories, histories and changes: no change turns a fail into a pass unless it mends what failed.

A state machine builds a small repository: two or three services, configuration, policy and waivers on `main`, and a
branch `change` that starts anywhere, edits anything, merges and is merged. After each step the gate's answer in every
scope is held against a naive judge that shares no code with it.

`make fuzz` runs more histories, and longer ones: PLATFORM_GATE_HISTORIES says how many.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from platform_gate.checking import check
from platform_gate.judging.request import Request
from platform_gate.model import GateError
from tests.changes.naive_judge import CONFIG, POLICY, WAIVERS, Judge, merge_bases
from tests.repositories import git
from tests.samples import BREACHED, DAY, SECTIONS, manifest, own_policy

HISTORIES: Final = int(os.environ.get("PLATFORM_GATE_HISTORIES", "8"))
STEPS: Final = 8 if HISTORIES <= 8 else 20

NAMES = st.sampled_from(["pay", "web", "new", "trial"])
FOLDERS = st.sampled_from(["services", "services/deep", "labs", "examples"])
GLOBS = st.lists(
    st.sampled_from(["services/**/*.yaml", "labs/**/*.yaml", "examples/**/*.yaml"]), min_size=1, max_size=3, unique=True
).map(lambda globs: sorted({"services/**/*.yaml", *globs}))
STATES = st.sampled_from(["fine", "breached", "unmeasured"])
LAUNCHES = st.sampled_from(["", "", "2027-01-15"])
TIERS, TEAMS = st.sampled_from([1, 3]), st.sampled_from(["shop", "labs"])
MATCHES = st.sampled_from(["tier: [3]", "team: labs", "name: trial"])

SERVICES = st.builds(
    lambda *words: words, st.just("services"), st.sampled_from(["pay", "web"]), STATES, TIERS, TEAMS, st.just("")
)
EDITS = st.one_of(
    st.tuples(st.just("describe"), FOLDERS, NAMES, STATES, TIERS, TEAMS, LAUNCHES),
    st.tuples(st.just("rename"), FOLDERS, NAMES, NAMES, STATES, TIERS, TEAMS, LAUNCHES),
    st.tuples(st.just("move"), FOLDERS, FOLDERS, NAMES),
    st.tuples(st.just("remove"), FOLDERS, NAMES),
    st.tuples(st.just("configure"), GLOBS),
    st.tuples(st.just("soften"), st.sampled_from([0, 2]), st.lists(MATCHES, max_size=2, unique=True)),
    st.tuples(st.just("waive"), st.lists(NAMES, max_size=1)),
)


def text_of(name: str, state: str, tier: int, team: str, launches: str) -> str:
    more = f"tier: {tier}" + (f', launches: "{launches}"' if launches else "")
    if state == "unmeasured":
        return manifest(name, team, more, slos="", cost="", reliability="")
    return manifest(name, team, more, slos=BREACHED if state == "breached" else SECTIONS["slos"])


def policy_of(points: int, matches: list[str]) -> str:
    overrides = [
        f'    - {{match: {{{match}}}, reason: softer, spec: {{severities: {{slo/breached: "off"}}}}}}\n'
        for match in matches
    ]
    spec = f"  slo: {{breach_points: {points}}}\n" + ("  overrides:\n" + "".join(overrides) if overrides else "")
    return own_policy(spec)


def waivers_of(names: list[str]) -> str:
    rows = [
        f"    - {{service: {name}, rule: slo/breached, reason: known, approved_by: ada, "
        'granted: "2026-11-01", expires: "2026-12-31"}\n'
        for name in names
    ]
    listed = "  waivers:\n" + "".join(rows) if rows else "  waivers: []\n"
    return "apiVersion: platform-gate/v1\nkind: Waivers\nspec:\n" + listed


class Edits:
    """What a commit can do to the files of a work tree."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def __call__(self, edit: tuple[Any, ...]) -> None:
        getattr(self, edit[0])(*edit[1:])

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def describe(self, folder: str, name: str, *words: Any) -> None:
        self.write(f"{folder}/{name}.yaml", text_of(name, *words))

    def rename(self, folder: str, file: str, name: str, *words: Any) -> None:
        if (self.root / f"{folder}/{file}.yaml").exists():
            self.write(f"{folder}/{file}.yaml", text_of(name, *words))

    def move(self, old: str, new: str, name: str) -> None:
        source = self.root / f"{old}/{name}.yaml"
        if source.exists() and old != new:
            self.write(f"{new}/{name}.yaml", source.read_text())
            source.unlink()

    def remove(self, folder: str, name: str) -> None:
        (self.root / f"{folder}/{name}.yaml").unlink(missing_ok=True)

    def configure(self, globs: list[str]) -> None:
        listed = ", ".join(f'"{glob}"' for glob in globs)
        self.write(CONFIG, f"manifests: [{listed}]\npolicy: {POLICY}\nwaivers: {WAIVERS}\n")

    def soften(self, points: int, matches: list[str]) -> None:
        self.write(POLICY, policy_of(points, matches))

    def waive(self, names: list[str]) -> None:
        self.write(WAIVERS, waivers_of(names))


class PullRequests(RuleBasedStateMachine):
    """A repository, and the branch `change`, which is checked out between the steps."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.root = self.folder / "repo"
        self.root.mkdir()
        self.edits = Edits(self.root)
        self.tagged = False

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    def commit(self) -> None:
        git(self.root, "add", "-A", "-f")
        git(self.root, "commit", "-q", "--allow-empty", "-m", "a commit")

    @initialize(
        services=st.lists(SERVICES, min_size=2, max_size=3),
        globs=GLOBS,
        softer=st.lists(MATCHES, max_size=2, unique=True),
    )
    def begin(self, services: list[tuple[Any, ...]], globs: list[str], softer: list[str]) -> None:
        git(self.root, "init", "-q", "-b", "main", ".")
        for service in services:
            self.edits.describe(*service)
        self.edits.configure(globs)
        self.edits.soften(2, softer)
        self.edits.waive([])
        self.commit()
        git(self.root, "checkout", "-q", "-b", "change")

    @rule(edit=EDITS)
    def main_moves_on(self, edit: tuple[Any, ...]) -> None:
        git(self.root, "checkout", "-q", "-f", "refs/heads/main")
        self.edits(edit)
        self.commit()
        git(self.root, "update-ref", "refs/heads/main", "HEAD")
        git(self.root, "checkout", "-q", "-f", "change")

    @rule(back=st.integers(0, 3))
    def the_branch_starts_elsewhere(self, back: int) -> None:
        commits = git(self.root, "rev-list", "--first-parent", "refs/heads/main").split()
        git(self.root, "checkout", "-q", "-f", "-B", "change", commits[min(back, len(commits) - 1)])

    @rule(edits=st.lists(EDITS, min_size=1, max_size=3))
    def the_change_edits(self, edits: list[tuple[Any, ...]]) -> None:
        for edit in edits:
            self.edits(edit)
        self.commit()
        self.judge()

    @rule(favour=st.sampled_from(["ours", "theirs"]))
    def the_change_merges_main(self, favour: str) -> None:
        self.merge("refs/heads/main", favour)
        self.judge()

    @rule(back=st.integers(0, 1), favour=st.sampled_from(["ours", "theirs"]))
    def main_merges_the_change(self, back: int, favour: str) -> None:
        commits = git(self.root, "rev-list", "--first-parent", "change").split()
        git(self.root, "checkout", "-q", "-f", "refs/heads/main")
        self.merge(commits[min(back, len(commits) - 1)], favour)
        git(self.root, "update-ref", "refs/heads/main", "HEAD")
        git(self.root, "checkout", "-q", "-f", "change")

    def merge(self, other: str, favour: str) -> None:
        words = ["-s", "ours"] if favour == "ours" else ["-X", "theirs"]
        try:
            git(self.root, "merge", "-q", "--no-edit", *words, other)
        except subprocess.CalledProcessError:
            git(self.root, "merge", "--abort")

    @precondition(lambda self: not self.tagged)
    @rule()
    def a_tag_is_named_like_the_branch(self) -> None:
        git(self.root, "tag", "main", "change")
        self.tagged = True

    def judge(self) -> None:
        """Hold the gate's answers against those of the naive judge."""
        bases = merge_bases(self.root, "refs/heads/main")
        opinions = [Judge(self.root, "refs/heads/main", base).opinion() for base in bases]
        for scope in ("all", "touched", "regressed"):
            code = self.answer("refs/heads/main", scope)
            if scope != "all" and any(opinion.doubtful for opinion in opinions):
                continue  # a duplicate that is the same at the base is standing there
            if any(opinion.must_fail(scope) for opinion in opinions):
                assert code in ({2} if all(opinion.doubtful for opinion in opinions) else {1, 2}), (scope, opinions)
            elif scope == "all" or not any(opinion.failing for opinion in opinions):
                assert code == 0, (scope, opinions)
            if self.tagged:
                assert self.answer("main", scope) == 2

    def answer(self, ref: str, scope: str) -> int:
        with contextlib.suppress(GateError):
            return int(check(Request((), None, DAY, base=ref, scope=scope), cwd=self.root).exit_code)
        return 2


TestPullRequests = PullRequests.TestCase
TestPullRequests.settings = settings(
    max_examples=HISTORIES,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink a history takes minutes
)
