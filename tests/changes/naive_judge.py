"""A second, naive opinion on a pull request: it reads REF's tip, the merge bases and the work tree by itself.

It shares no code with platform-gate, and knows only the manifests, configurations, policies and waivers that
`tests/test_model_based.py` writes.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.repositories import GIT, environment

CONFIG, POLICY, WAIVERS = ".platform-gate.yaml", "gate/policy.yaml", "gate/waivers.yaml"

Files = Mapping[str, str]


class Service(NamedTuple):
    """One service as a file describes it."""

    name: str
    path: str
    team: str
    tier: int
    launches: str
    breached: bool
    measured: bool
    paths: tuple[str, ...]

    def owns(self, path: str) -> bool:
        """Whether a path is one of those that it names, or below it."""
        return any(path == glob or path.startswith(glob.rstrip("*").rstrip("/") + "/") for glob in self.paths)


class Rules(NamedTuple):
    """Configuration, policy and waivers of a tree."""

    globs: tuple[str, ...]
    breaches_count: bool
    overrides: tuple[Mapping[str, Any], ...]
    waived: frozenset[str]


def commit_files(root: Path, commit: str) -> Files:
    """The text files of a commit."""
    with tarfile.open(fileobj=io.BytesIO(_run(root, "archive", "--format=tar", commit))) as archive:
        files = ((member.name, archive.extractfile(member)) for member in archive if member.isfile())
        return {path: content.read().decode() for path, content in files if content}


def work_tree_files(root: Path) -> Files:
    """The text files on disk."""
    files = (path for path in root.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes().decode() for path in files}


def merge_bases(root: Path, ref: str) -> list[str]:
    return _run(root, "merge-base", "--all", ref, "HEAD").decode().split()


def rules_of(files: Files) -> Rules:
    config = yaml.safe_load(files[CONFIG]) if CONFIG in files else {}
    policy = yaml.safe_load(files[config["policy"]])["spec"] if "policy" in config else {}
    waivers = yaml.safe_load(files[config["waivers"]])["spec"]["waivers"] if "waivers" in config else []
    return Rules(
        tuple(config.get("manifests", ("services/**/*.yaml",))),
        policy.get("slo", {}).get("breach_points", 2) > 0,
        tuple(override["match"] for override in policy.get("overrides", [])),
        frozenset(waiver["service"] for waiver in waivers),
    )


def services_of(files: Files, globs: Iterable[str]) -> Iterator[Service]:
    """Every service of the files that globs such as ``services/**/*.yaml`` select."""
    folders = tuple(glob.partition("/")[0] + "/" for glob in globs)
    for path in sorted(path for path in files if path.startswith(folders) and path.endswith(".yaml")):
        for data in yaml.safe_load_all(files[path]):
            metadata, slos = data["metadata"], data["spec"].get("slos", [])
            yield Service(
                metadata["name"],
                path,
                metadata["team"],
                metadata.get("tier", 1),
                metadata.get("launches", ""),
                breached=any(slo["current"] < slo["target"] for slo in slos),
                measured=bool(slos),
                paths=tuple(metadata.get("paths", ())),
            )


def known(files: Files, globs: Iterable[str]) -> dict[str, Service]:
    """The services of a tree by name; of several the strictest."""
    found: dict[str, Service] = {}
    for service in services_of(files, globs):
        other = found.get(service.name)
        if other is None or (service.tier, service.path) < (other.tier, other.path):
            found[service.name] = service
    return found


class Opinion(NamedTuple):
    """What must come of a pull request: whether anything fails, and what decides in the narrower scopes.

    ``doubtful`` is a change that can't be judged, ``failing`` are the services that fail, ``worse`` those of them that
    are new or did not fail before, ``touched`` those of them whose file, or one of whose paths, changed.
    """

    doubtful: bool
    failing: frozenset[str]
    worse: frozenset[str]
    touched: frozenset[str]

    def must_fail(self, scope: str) -> bool:
        deciding = {"all": self.failing, "regressed": self.worse, "touched": self.worse | self.touched}
        return self.doubtful or bool(deciding[scope])


class Judge:
    """Judges the work tree against the tip of a ref and one merge base."""

    def __init__(self, root: Path, ref: str, base: str) -> None:
        tip, self.head, self.base = commit_files(root, ref), work_tree_files(root), commit_files(root, base)
        self.rules = rules_of(tip)
        self.tip_services = known(tip, self.rules.globs)
        self.base_services = known(self.base, self.rules.globs)
        own = () if self.head.get(CONFIG) == self.base.get(CONFIG) else rules_of(self.head).globs
        globs = {*self.rules.globs, *own}  # a configuration that the change leaves alone comes from the tip
        self.services = list(services_of(self.head, globs))
        self.names = {service.name for service in self.services}

    def opinion(self) -> Opinion:
        doubtful = not self.services or len(self.names) < len(self.services)
        failing = {service.name: service for service in self.services if self.fails(service, self.ruling(service))}
        worse = {name for name, service in failing.items() if self.is_worse(service)}
        changed = {path for path in {*self.head, *self.base} if self.head.get(path) != self.base.get(path)}
        touched = {name for name, service in failing.items() if any(self.belongs(service, path) for path in changed)}
        return Opinion(doubtful, frozenset(failing), frozenset(worse), frozenset(touched))

    def belongs(self, service: Service, path: str) -> bool:
        return path == service.path or self.ruling(service).owns(path)

    def is_worse(self, service: Service) -> bool:
        before = self.base_services.get(service.name)
        return before is None or not self.fails(before, self.ruling(service))

    def ruling(self, service: Service) -> Service:
        """By whose metadata a service is ruled."""
        by_name = self.tip_services.get(service.name) or self.base_services.get(service.name)
        return by_name or self.replaced(service) or service

    def replaced(self, service: Service) -> Service | None:
        """The strictest service that was in the same file and is gone."""
        here = {other.name for other in self.services if other.path == service.path}
        for services in (self.tip_services, self.base_services):
            there = [old for old in services.values() if old.path == service.path and old.name not in here]
            if there:
                return min(there, key=lambda old: (old.tier, old.name))
        return None

    def fails(self, service: Service, ruling: Service) -> bool:
        if service.name in self.rules.waived and service.measured:
            return False
        if service.measured:
            return service.breached and self.rules.breaches_count and not self.is_spared(ruling)
        return self.is_live(service, ruling)

    def is_spared(self, ruling: Service) -> bool:
        words = {"tier": [ruling.tier], "team": ruling.team, "name": ruling.name}
        return any(all(words[key] == value for key, value in match.items()) for match in self.rules.overrides)

    def is_live(self, service: Service, ruling: Service) -> bool:
        """Whether it must be measured: it has no launch ahead, or had measurements and none ahead."""
        if not service.launches:
            return True
        named = {service.name, ruling.name} if ruling is not service else {service.name}
        old = [
            services[name] for services in (self.tip_services, self.base_services) for name in named if name in services
        ]
        return any(before.measured for before in old) and not old[0].launches


def _run(root: Path, *words: str) -> bytes:
    return subprocess.run([GIT, *words], cwd=root, env=environment(root.parent), capture_output=True, check=True).stdout
