"""Random repositories, histories and changes: no change turns a fail into a pass unless it mends what failed.

A state machine builds a small repository: two or three services, configuration, policy and waivers on `main`, and a
branch `change` that starts anywhere, edits anything, merges and is merged. After each step the gate's answer in every
scope is held against a naive judge that shares no code with it.

`make fuzz` runs more histories, and longer ones: PLATFORM_GATE_HISTORIES says how many.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Final

import yaml
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from platform_gate.checking import check
from platform_gate.judging.request import Request
from platform_gate.model import GateError
from tests.changes.naive_judge import CONFIG, POLICY, WAIVERS, Judge, merge_bases
from tests.repositories import git
from tests.samples import BREACHED, DAY, SECTIONS, manifest, own_policy

HISTORIES: Final = int(os.environ.get("PLATFORM_GATE_HISTORIES", "6"))
STEPS: Final = 6

NAMES = st.sampled_from(["pay", "web", "new", "trial"])
FOLDERS = st.sampled_from(["services", "services/deep", "examples"])
GLOBS = st.sampled_from([["services/**/*.yaml"], ["examples/**/*.yaml", "services/**/*.yaml"]])
STATES = st.sampled_from(["breached", "breached", "fine", "unmeasured"])
LAUNCHES = st.sampled_from(["", "", "2027-01-15"])
TIERS, TEAMS = st.sampled_from([1, 3]), st.sampled_from(["shop", "labs"])
MATCHES = st.sampled_from(["team: labs", "name: trial"])
PATHS = st.sampled_from([[], ["src/pay/**"], ["src/"], ["src/web/a.py", "src/pay/"]])
WORDS = (STATES, TIERS, TEAMS, LAUNCHES, PATHS)
WHICH = st.integers(0, 9)
"""Which of the files that there are."""

ABOUT_SERVICES = st.one_of(
    st.tuples(st.just("rewrite"), WHICH, *WORDS),
    st.tuples(st.just("rename"), WHICH, NAMES, *WORDS),
    st.tuples(st.just("move"), WHICH, FOLDERS),
    st.tuples(st.just("describe"), FOLDERS, NAMES, *WORDS),
    st.tuples(st.just("remove"), WHICH),
)
ABOUT_SOURCES = st.one_of(
    st.tuples(st.just("program"), st.sampled_from(["src/pay/a.py", "src/web/a.py", "src/a.py"]), st.integers(0, 9)),
    st.tuples(st.just("delete"), st.sampled_from(["src/pay/a.py", "src/web/a.py"])),
    st.tuples(st.just("disown"), WHICH),
)
ABOUT_RULES = st.one_of(
    st.tuples(st.just("configure"), GLOBS),
    st.tuples(st.just("soften"), st.sampled_from([0, 2]), st.lists(MATCHES, max_size=2, unique=True)),
    st.tuples(st.just("waive"), st.lists(NAMES, max_size=1)),
)
SMALL = st.one_of(
    st.tuples(st.just("retier"), WHICH),
    st.tuples(st.just("breach"), WHICH),
    st.tuples(st.just("mend"), WHICH),
    st.tuples(st.just("take_name"), WHICH, NAMES),
)
"""One step away from an attack: the rest of the manifest stays."""
EDITS = st.lists(st.one_of(SMALL, SMALL, ABOUT_SERVICES, ABOUT_SOURCES, ABOUT_RULES), min_size=1, max_size=3)


def text_of(name: str, state: str, tier: int, team: str, launches: str, paths: list[str]) -> str:  # noqa: PLR0913, PLR0917 - the words of a manifest
    more = f"tier: {tier}" + (f', launches: "{launches}"' if launches else "") + (f", paths: {paths}" if paths else "")
    if state == "unmeasured":
        return manifest(name, team, more, slos="", cost="", reliability="")
    return manifest(name, team, more, slos=BREACHED if state == "breached" else SECTIONS["slos"])


def policy_of(points: int, matches: list[str]) -> str:
    overrides = [
        f'    - {{match: {{{match}}}, reason: softer, spec: {{severities: {{slo/breached: "off"}}}}}}\n'
        for match in ("tier: [3]", *matches)
    ]
    return own_policy(f"  slo: {{breach_points: {points}}}\n  overrides:\n" + "".join(overrides))


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

    def __call__(self, edits: list[tuple[Any, ...]]) -> None:
        for kind, *words in edits:
            getattr(self, kind)(*words)

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def files(self) -> list[Path]:
        return sorted(path for folder in ("services", "examples") for path in (self.root / folder).rglob("*.yaml"))

    def file(self, which: int) -> Path | None:
        files = self.files()
        return files[which % len(files)] if files else None

    def describe(self, folder: str, name: str, *words: Any) -> None:
        self.write(f"{folder}/{name}.yaml", text_of(name, *words))

    def alter(self, which: int, old: str, new: str) -> None:
        if file := self.file(which):
            file.write_text(file.read_text().replace(old, new))

    def retier(self, which: int) -> None:
        if file := self.file(which):
            critical = "tier: 1" in file.read_text()
            self.alter(which, "tier: 1" if critical else "tier: 3", "tier: 3" if critical else "tier: 1")

    def breach(self, which: int) -> None:
        self.alter(which, SECTIONS["slos"], BREACHED)

    def mend(self, which: int) -> None:
        self.alter(which, BREACHED, SECTIONS["slos"])

    def take_name(self, which: int, name: str) -> None:
        if file := self.file(which):
            old = yaml.safe_load(file.read_text())["metadata"]["name"]
            self.alter(which, f"name: {old},", f"name: {name},")
            self.alter(which, "tier: 1", "tier: 3")

    def rewrite(self, which: int, *words: Any) -> None:
        if file := self.file(which):
            file.write_text(text_of(yaml.safe_load(file.read_text())["metadata"]["name"], *words))

    def rename(self, which: int, name: str, *words: Any) -> None:
        if file := self.file(which):
            file.write_text(text_of(name, *words))

    def move(self, which: int, folder: str) -> None:
        file = self.file(which)
        if file and file.parent != self.root / folder:
            self.write(f"{folder}/{file.name}", file.read_text())
            file.unlink()

    def remove(self, which: int) -> None:
        files = self.files()
        if len(files) > 1:
            files[which % len(files)].unlink()

    def program(self, path: str, version: int) -> None:
        self.write(path, f"{version}\n")

    def delete(self, path: str) -> None:
        (self.root / path).unlink(missing_ok=True)

    def disown(self, which: int) -> None:
        if file := self.file(which):
            file.write_text(re.sub(r", paths: \[[^]]*\]", "", file.read_text()))

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

    @initialize(tiers=st.tuples(TIERS, TIERS), globs=GLOBS, softer=st.lists(MATCHES, max_size=2, unique=True))
    def begin(self, tiers: tuple[int, int], globs: list[str], softer: list[str]) -> None:
        git(self.root, "init", "-q", "-b", "main", ".")
        for name, tier in zip(("pay", "web"), tiers, strict=True):
            self.edits.describe("services", name, "fine", tier, "shop", "", [f"src/{name}/"])
        self.edits.configure(globs)
        self.edits.soften(2, softer)
        self.edits.waive([])
        self.commit()
        git(self.root, "checkout", "-q", "-b", "change")

    def on_main(self) -> None:
        git(self.root, "checkout", "-q", "-f", "refs/heads/main")

    def back_to_the_change(self) -> None:
        git(self.root, "update-ref", "refs/heads/main", "HEAD")
        git(self.root, "checkout", "-q", "-f", "change")

    @rule(edits=EDITS)
    def main_moves_on(self, edits: list[tuple[Any, ...]]) -> None:
        self.on_main()
        self.edits(edits)
        self.commit()
        self.back_to_the_change()

    @rule(edits=EDITS, back=st.integers(0, 3))
    def the_change_edits(self, edits: list[tuple[Any, ...]], back: int) -> None:
        """Start from a commit of main, and edit."""
        commits = git(self.root, "rev-list", "--first-parent", "refs/heads/main").split()
        git(self.root, "checkout", "-q", "-f", "-B", "change", commits[min(back, len(commits) - 1)])
        self.edits(edits)
        self.commit()
        self.judge()

    @rule(edits=EDITS)
    def the_change_goes_on(self, edits: list[tuple[Any, ...]]) -> None:
        self.edits(edits)
        self.commit()
        self.judge()

    @rule(favour=st.sampled_from(["ours", "theirs"]))
    def the_change_merges_main(self, favour: str) -> None:
        self.merge("refs/heads/main", favour)

    @rule(own=EDITS, theirs=EDITS)
    def both_merge_one_another(self, own: list[tuple[Any, ...]], theirs: list[tuple[Any, ...]]) -> None:
        """Criss-cross: afterwards there are two merge bases."""
        self.edits(own)
        self.commit()
        change = git(self.root, "rev-parse", "HEAD")
        self.on_main()
        self.edits(theirs)
        self.commit()
        main = git(self.root, "rev-parse", "HEAD")
        self.merge(change, "ours")
        self.back_to_the_change()
        self.merge(main, "ours")
        self.judge()

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
