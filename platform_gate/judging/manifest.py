"""From a document to a manifest: the service it describes, the policy that applies to it, and the facts it states."""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from platform_gate.documents import schema
from platform_gate.documents.document import Document
from platform_gate.model import At, Context, Problem, Subject
from platform_gate.policy.limits import Effective
from platform_gate.policy.loading import Policy
from platform_gate.readings import NO_FACTS, TYPED_ON, Measured, days_after
from platform_gate.subsystems import SUBSYSTEMS, freshness
from platform_gate.text import listing

DEFAULT_TIER: Final = 1
STRANGER: Final = "not a service manifest"
"""How the message about a document of another kind begins."""
WANTED: Final = {"apiVersion": "platform-gate/v1", "kind": "Service"}
EXCLUDE: Final = "leave the file out (`exclude` in the configuration)"
"""The way out for a file that isn't meant to be judged."""


class Precedent(NamedTuple):
    """A service as the base has it, which a pull request can't unsay.

    Attributes:
        subject: the metadata by which overrides and filters match it.
        live_from: the day from which it must be measured, whatever its manifest says of its launch; None where it was
            never measured, so that its manifest decides.
        paths: the globs of its ``metadata.paths``.
    """

    subject: Subject
    live_from: date | None = None
    paths: tuple[str, ...] = ()

    def is_launched(self, launch: date | None, as_of: date) -> bool:
        """Whether the service, with this launch in its manifest, must be measured on a day."""
        days = [day for day in (launch, self.live_from) if day is not None]
        return launch is None or min(days) <= as_of


Precedents = Mapping[str, Precedent]
"""Precedents by the name of the service."""
NO_PRECEDENTS: Final[Precedents] = MappingProxyType({})


class Manifest(NamedTuple):
    """A valid document, the service it describes, the policy of that service, and the facts by subsystem.

    ``own_policy`` is the policy by the metadata in the document; ``policy`` may be that by the metadata at the base.
    """

    document: Document
    subject: Subject
    policy: Effective
    own_policy: Effective
    context: Context
    facts: Mapping[str, Any]


Measure = Callable[[str], Measured]
"""Gives what is measured of a service."""


def interpret(
    document: Document,
    policy: Policy,
    context: Context,
    precedents: Precedents = NO_PRECEDENTS,
    measure: Measure | None = None,
) -> Manifest | list[Problem]:
    """A document as a manifest, or the problems that make it invalid.

    ``precedents`` say by what metadata a service is matched, where that isn't its own; ``measure`` what is measured of
    it.
    """
    problems = schema.validate(document.data, "service")
    if problems:
        return _stranger(document.data) or problems
    if problems := _impossible_days(document.data["spec"]):
        return problems
    subject = subject_of(document)
    precedent = precedents.get(subject.name) or Precedent(subject)
    ruling = precedent.subject
    effective = policy.effective(ruling)
    own = effective if ruling is subject else policy.effective(subject)
    launch, problems = _launch(document.data, effective, context)
    launched = precedent.is_launched(launch, context.as_of)
    measured = measure(subject.name) if measure else None
    context = Context(context.as_of, context.exists, launched, ruling, measured=measured)
    facts, more = facts_of(document, effective, context)
    return [*problems, *more] or Manifest(document, subject, effective, own, context, facts)


def same_precedent(manifest: Manifest, precedents: Precedents) -> bool:
    """Whether a manifest would be interpreted in the same way under these precedents."""
    precedent = precedents.get(manifest.subject.name) or Precedent(manifest.subject)
    launch, _ = _launch(manifest.document.data, manifest.policy, manifest.context)
    launched = precedent.is_launched(launch, manifest.context.as_of)
    return (precedent.subject, launched) == (manifest.context.subject, manifest.context.launched)


def facts_of(document: Document, effective: Effective, context: Context) -> tuple[dict[str, Any], list[Problem]]:
    """The facts of a document that fits its schema, by subsystem, and the problems that subsystems find."""
    facts, problems = {}, []
    if context.measured is not None or not effective.limits[freshness.NAME].takes_all_typed:
        from platform_gate.measurements import overlay  # noqa: PLC0415 - most manifests are typed by people

        needed = effective.gate.needs(launched=context.launched)
        context = overlay.lay(document.data, effective.limits, context, needed)
    for name in effective.subsystems:
        read, more = SUBSYSTEMS[name].read(document.data, effective.limits[name], context)
        if read is not NO_FACTS:
            facts[name] = read
        problems += more
    return facts, problems


def _stranger(data: Any) -> list[Problem]:
    """The reason why a document is no manifest at all. It replaces all schema errors, which would only distract."""
    if data is None:
        fix = "Remove the extra `---` line, or write a manifest below it."
        return [Problem((), f"{STRANGER}: it is empty", fix)]
    if not isinstance(data, dict):
        return [Problem((), f"{STRANGER}: it is not a mapping", f"Write a manifest, or {EXCLUDE}.")]
    if title := _known_as(data):
        return [Problem((), f"{STRANGER} but {title}", f"Move it to its own file, and {EXCLUDE}.")]
    missing = [f"`{key}: {wanted}`" for key, wanted in WANTED.items() if key not in data]
    if missing:
        return [Problem((), f"{STRANGER}: it lacks {listing(missing)}", f"Add {_it(missing)}, or {EXCLUDE}.")]
    wrong = [key for key, wanted in WANTED.items() if data[key] != wanted]
    return [
        Problem((key,), f"{STRANGER}: {key} is not {WANTED[key]}", f"Write `{key}: {WANTED[key]}`, or {EXCLUDE}.")
        for key in wrong
    ]


def _it(words: list[str]) -> str:
    return "it" if len(words) == 1 else "them"


def _known_as(data: Mapping[str, Any]) -> str:
    """What a document of another kind is; empty where nobody knows, or where it means to be one of ours."""
    from platform_gate.importers import recognition  # noqa: PLC0415 - most documents are manifests

    kind = None if str(data.get("apiVersion")).startswith("platform-gate") else recognition.kind_of(data, "")
    return kind.title if kind else ""


def subject_of(document: Document) -> Subject:
    """The service that a valid manifest describes, as overrides match it."""
    metadata = document.data["metadata"]
    tier = metadata.get("tier", DEFAULT_TIER)
    return Subject(metadata["name"], metadata["team"], int(tier), metadata.get("labels", {}), document.path)


def paths_of(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The globs of a valid manifest's ``metadata.paths``."""
    return tuple(data["metadata"].get("paths", ()))


def _impossible_days(spec: Mapping[str, Any]) -> list[Problem]:
    """Each `measured_at` that is no day of the calendar."""
    parts: list[tuple[At, Any]] = [((), spec), (("reliability",), spec.get("reliability", {}))]
    parts += [(("slos", index), slo) for index, slo in enumerate(spec.get("slos", ()))]
    days = [(("spec", *at, TYPED_ON), part[TYPED_ON]) for at, part in parts if TYPED_ON in part]
    if not days:
        return []
    from platform_gate.measurements.ages import is_day  # noqa: PLC0415 - few manifests name days

    return [Problem(at, f"there is no day {day}", 'For example: "2026-11-20"') for at, day in days if not is_day(day)]


def _launch(data: Mapping[str, Any], effective: Effective, context: Context) -> tuple[date | None, list[Problem]]:
    """The launch date, and the problems with it."""
    text, place = data["metadata"].get("launches"), ("metadata", "launches")
    if text is None:
        return None, []
    try:
        launch = date.fromisoformat(text)
    except ValueError:
        return None, [Problem(place, f"{text} is not a date", 'Write a day that exists, for example "2027-01-15".')]
    latest = days_after(context.as_of, effective.gate.max_prelaunch_days)
    if launch > latest:
        fix = f"Write {latest} or earlier, or leave the manifest out until then."
        return launch, [Problem(place, f"the launch is more than {effective.gate.max_prelaunch_days} days ahead", fix)]
    return launch, []
