"""A request to judge: the options that all judging commands share."""

import shlex
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple, TypeVar

from platform_gate.judging.manifest import Precedents
from platform_gate.judging.result import Judged
from platform_gate.judging.runner import Run
from platform_gate.judging.shards import Shard
from platform_gate.model import GateError, Subject
from platform_gate.policy.gate import Choice, Stage
from platform_gate.repository import work_tree
from platform_gate.text import quote, typed

Command = TypeVar("Command", bound=Callable[..., Any])


class Request(NamedTuple):
    """What to judge, and by what.

    Args:
        paths: Files, folders and globs; none for those that are configured.
        policy: A shipped name, a path or ``package:NAME/FILE``; None for the configured one.
        as_of: The day of the judgement.
        waivers: Waivers files in place of those that are configured.
        no_waivers: Ignore all waivers.
        base: The commit to compare with and whose policy decides.
        scope: A ``Scope``; None for the configured one.
        fail_on: Healths and rule ids in place of the policy's.
        stage: The gate that decides: that before merging, or that before deploying.
        changes: The kinds of the change, for the policy's exemptions.
        team: Only services of this team.
        tier: Only services of this tier.
        exit_zero: Exit with 0 where services fail.
        schema_only: Only check that manifests are valid.
        tracked: Only what git tracks counts.
        shard: The part of the fleet to judge.
        repository: The name of the repository, for ``merge``.
    """

    paths: tuple[str, ...]
    policy: str | None
    as_of: date
    waivers: tuple[str, ...] = ()
    no_waivers: bool = False
    measurements: tuple[str, ...] = ()
    no_measurements: bool = False
    base: str | None = None
    scope: str | None = None
    fail_on: tuple[str, ...] = ()
    stage: Stage = Stage.MERGE
    changes: tuple[str, ...] = ()
    team: str | None = None
    tier: int | None = None
    exit_zero: bool = False
    schema_only: bool = False
    tracked: bool = False
    shard: Shard | None = None
    repository: str | None = None

    @property
    def choice(self) -> Choice:
        """How it uses the policy."""
        return Choice(self.fail_on, self.stage, self.changes)

    @property
    def complete(self) -> bool:
        """Whether it is about all services of the repository, in one piece or in shards."""
        return not self.paths and not self.narrowed

    @property
    def narrowed(self) -> bool:
        """Whether only the services of a team or tier are reported."""
        return self.team is not None or self.tier is not None


def narrowed(run: Run, request: Request, precedents: Precedents) -> Run:
    """The run with the services of a team or a tier only. Files that can't be judged stay: they may be anybody's.

    ``precedents`` say by what metadata a service is matched, where that isn't its own.

    Raises:
        GateError: nothing is left, and so nothing was judged.
    """
    team, tier = request.team, request.tier
    if team is None and tier is None:
        return run
    kept = [judged for judged in run.services if is_wanted(request, metadata_of(judged, precedents))]
    if not kept and not run.unjudged and request.shard is None:
        wanted = " and ".join(
            [f"of team {quote(typed(team or ''))}"] * (team is not None) + [f"of tier {tier}"] * (tier is not None)
        )
        known = " With --base, the team and tier at the base count." if request.base else ""
        raise GateError(f"there is no service {wanted}", f"Check the spelling.{known}")
    return run._replace(services=tuple(kept))


def metadata_of(judged: Judged, precedents: Precedents) -> Subject | Judged:
    """The metadata that says of which team and tier a service is: the base's, else its own."""
    precedent = precedents.get(judged.name)
    return precedent.subject if precedent else judged


def is_wanted(request: Request, who: Subject | Judged) -> bool:
    """Whether a service is of the team and the tier that were asked for."""
    team = typed(request.team) if request.team is not None else None
    return team in (None, who.team) and request.tier in (None, who.tier)


def reproduce(request: Request) -> str:
    """The command line that repeats a request."""
    flags = ["--tracked"] * request.tracked + ["--schema-only"] * request.schema_only
    return _joined(["platform-gate", "check", *_words(_options(request)), *_changes(request), *flags, *_files(request)])


EXPLAINED: Final = ("--policy", "--base", "--for", "--as-of")
"""Options that ``explain`` shares with ``check``."""


def explain_options(request: Request) -> str:
    """The options with which ``explain`` judges a service as the request does, after a space."""
    options = {name: value for name, value in _options(request).items() if name in EXPLAINED}
    return f" {_joined([*_words(options), *_changes(request), *_files(request)])}"


def _options(request: Request) -> dict[str, object]:
    return {
        "--policy": request.policy,
        "--base": request.base,
        "--scope": request.scope if request.base else None,
        "--fail-on": ",".join(request.fail_on) or None,
        "--for": request.stage if request.stage is not Stage.MERGE else None,
        "--team": request.team,
        "--tier": request.tier,
        "--as-of": request.as_of,
        "--shard": request.shard,
    }


def _changes(request: Request) -> list[str]:
    return [word for kind in request.changes for word in ("--change", kind)]


def _files(request: Request) -> list[str]:
    """Waivers, snapshots and operands."""
    waivers = [word for file in request.waivers for word in ("--waivers", file)]
    waivers += [word for file in request.measurements for word in ("--measurements", file)]
    flags = ["--no-waivers"] * request.no_waivers + ["--no-measurements"] * request.no_measurements
    dashes = ["--"] if any(path.startswith("-") and path != work_tree.STDIN for path in request.paths) else []
    return [*waivers, *flags, *dashes, *request.paths]


def _words(options: Mapping[str, object]) -> list[str]:
    return [word for option, value in options.items() if value is not None for word in (option, str(value))]


def _joined(words: Iterable[str]) -> str:
    return shlex.join(map(typed, words))
