"""The configuration, policy and waivers to judge by, from the work tree or from a commit."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from platform_gate.documents.document import MAX_BYTES
from platform_gate.documents.shipped import DEFAULT_POLICY
from platform_gate.judging import waivers
from platform_gate.judging.request import Request
from platform_gate.judging.waivers import Waiver
from platform_gate.model import GateError, Scope
from platform_gate.policy import loading
from platform_gate.policy.loading import Policy
from platform_gate.repository import config, rule_files
from platform_gate.repository.config import Config
from platform_gate.repository.work_tree import WorkTree
from platform_gate.subsystems import freshness
from platform_gate.text import quote, suggestion, typed

if TYPE_CHECKING:
    from platform_gate.measurements.measured import Measurements


class Source(Protocol):
    """Where rules are read: the work tree or a commit."""

    def read(self, kind: str, reference: str, limit: int = MAX_BYTES) -> tuple[bytes, str]:
        """The bytes of a file and its path as shown.

        Args:
            kind: What it is, for messages.
            reference: The path, as the user gave it or as ``configured`` returned it.
            limit: At most one byte more is read.

        Raises:
            GateError: it can't be read.
        """

    def expand(self, patterns: Sequence[str]) -> list[str]:
        """References to the files that configured paths and globs name."""

    def configured(self, path: str) -> str:
        """The reference to a configured path, which is relative to the repository's root."""


class WorkTreeRules(NamedTuple):
    """Rules read from the work tree."""

    tree: WorkTree

    def read(self, kind: str, reference: str, limit: int = MAX_BYTES) -> tuple[bytes, str]:
        """The bytes of a file anywhere, and its path as shown."""
        return rule_files.read_named(self.tree, kind, reference, limit)

    def expand(self, patterns: Sequence[str]) -> list[str]:
        """References to the configured files."""
        return [self.configured(path) for path in rule_files.expand(self.tree, patterns)]

    def configured(self, path: str) -> str:
        """The absolute path, so that the working directory doesn't matter."""
        return str(self.tree.root / path)


class Rules(NamedTuple):
    """Configuration, policy and waivers."""

    settings: Config
    policy: Policy
    waivers: tuple[Waiver, ...] = ()

    def scope(self, request: Request) -> Scope:
        """The services that decide about a change: as requested, else as the policy's gate or the configuration say."""
        return Scope(request.scope or self.policy.base().gate.scope or self.settings.scope or Scope.ALL)


def load(request: Request, settings: Config, source: Source) -> Rules:
    """Load everything that decides how services are judged.

    Raises:
        GateError: a policy or waivers file can't be read or makes no sense.
    """
    chosen = choose_policy(request.policy, settings, source)
    chosen = chosen.chosen(request.choice)
    return Rules(settings, chosen, _waivers(request, settings, source, chosen))


def refuse_unknown_changes(request: Request, chosen: Policy) -> None:
    """Refuse kinds of change that no exemption of the policy is for: a typo would fail the gate without a reason.

    Raises:
        GateError: with the kinds that there are.
    """
    known = chosen.kinds_of_change
    for kind in request.changes:
        if kind not in known:
            fix = suggestion(kind, known) if known else "It has no exemptions at all."
            merged = " An exemption counts once it is merged." if request.base else ""
            message = f"--change: the policy {chosen.name} has no exemption for changes of the kind"
            raise GateError(f"{message} {quote(typed(kind))}", fix + merged)


def choose_policy(wanted: str | None, settings: Config, source: Source) -> Policy:
    """The policy of the command line, or else the configured one, or else the default."""
    reference = wanted if wanted is not None else settings.policy or DEFAULT_POLICY
    if wanted is None and loading.kind(reference) is loading.Source.FILE:
        reference = source.configured(reference)
    return loading.load(reference, lambda path: source.read("policy", path))


def _waivers(request: Request, settings: Config, source: Source, chosen: Policy) -> tuple[Waiver, ...]:
    """The waivers of the command line, or else the configured ones."""
    if request.no_waivers:
        return ()
    files = request.waivers or source.expand(settings.waivers)
    known, base = chosen.known_rules(), chosen.base()
    loaded = {file: waivers.load(*source.read("waivers file", file), base, known, request.as_of) for file in files}
    return tuple(waiver._replace(file=file) for file, several in loaded.items() for waiver in several)


def of_work_tree(tree: WorkTree) -> tuple[Config, WorkTreeRules]:
    """The configuration of a work tree, and the source of its rules."""
    return config.load(rule_files.read_optional(tree)), WorkTreeRules(tree)


def measurements(request: Request, settings: Config, source: Source, chosen: Policy) -> "Measurements | None":
    """The snapshots of the command line, else the configured ones; None where there are none.

    Raises:
        GateError: one of them is absent or broken, they contradict one another, or the policy needs what is left out.
    """
    if request.no_measurements:
        _refuse_to_go_without(chosen)
        return None
    files = snapshot_files(request, settings, source)
    if not files:
        return None
    from platform_gate.measurements import measured, snapshot  # noqa: PLC0415 - many fleets have no snapshot

    contents = [source.read("snapshot", file, snapshot.MAX_BYTES) for file in files]
    return measured.Measurements([snapshot.read(*content) for content in contents])


def snapshot_files(request: Request, settings: Config, source: Source) -> list[str]:
    """The snapshots of the command line, else those that are configured; each of these must exist."""
    if request.measurements:
        return list(dict.fromkeys(request.measurements))
    found: dict[str, None] = {}
    for pattern in settings.measurements:
        files = source.expand([pattern])
        if not files:
            fix = "Write it with `platform-gate collect`, name another with --measurements, or use --no-measurements."
            raise GateError(f"there is no snapshot {quote(pattern)}, which {settings.path} configures", fix)
        found |= dict.fromkeys(files)
    return list(found)


def _refuse_to_go_without(chosen: Policy) -> None:
    """Where a policy takes measured values only, there is nothing to judge by without them."""
    accepts = [chosen.base(), *(chosen.override(index) for index in range(len(chosen.overrides)))]
    if not all(each.limits[freshness.NAME].takes_typed for each in accepts):
        message = f"--no-measurements, and the policy {chosen.name} takes measured values only"
        raise GateError(message, "Leave it out, or judge by a policy with measurements.accept: any.")
