"""From a document to a manifest: the service it describes, the policy that applies to it, and the facts it states."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from platform_gate.documents import schema
from platform_gate.documents.document import Document
from platform_gate.model import Context, Problem, Subject, days_after
from platform_gate.policy.limits import Effective
from platform_gate.policy.loading import Policy
from platform_gate.subsystems import SUBSYSTEMS
from platform_gate.text import listing

DEFAULT_TIER: Final = 1
WANTED: Final = {"apiVersion": "platform-gate/v1", "kind": "Service"}
STRANGER: Final = "not a service manifest"
EXCLUDE: Final = "leave the file out (`exclude` in the configuration)"
"""The way out for a file that isn't meant to be judged."""


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


def interpret(
    document: Document, policy: Policy, context: Context, base_subjects: Mapping[str, Subject] | None = None
) -> Manifest | list[Problem]:
    """A document as a manifest, or the problems that make it invalid.

    ``base_subjects`` says by what metadata a service is matched, where that isn't its own.
    """
    problems = schema.validate(document.data, "service")
    if problems:
        return _stranger(document.data) or problems
    subject = subject_of(document)
    ruling = base_subjects.get(subject.name, subject) if base_subjects else subject
    effective = policy.effective(ruling)
    own = effective if ruling is subject else policy.effective(subject)
    launch, problems = _launch(document.data, effective, context)
    launched = launch is None or launch <= context.as_of
    context = Context(context.as_of, context.exists, launched, ruling)
    facts, more = facts_of(document, effective, context)
    return [*problems, *more] or Manifest(document, subject, effective, own, context, facts)


def facts_of(document: Document, effective: Effective, context: Context) -> tuple[dict[str, Any], list[Problem]]:
    """The facts of a document that fits its schema, by subsystem, and the problems that subsystems find."""
    facts, problems = {}, []
    for name in effective.subsystems:
        facts[name], more = SUBSYSTEMS[name].read(document.data, effective.limits[name], context)
        problems += more
    return facts, problems


def _stranger(data: Any) -> list[Problem]:
    """The reason why a document is no manifest at all. It replaces all schema errors, which would only distract."""
    if data is None:
        fix = "Remove the extra `---` line, or write a manifest below it."
        return [Problem((), f"{STRANGER}: it is empty", fix)]
    if not isinstance(data, dict):
        return [Problem((), f"{STRANGER}: it is not a mapping", f"Write a manifest, or {EXCLUDE}.")]
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


def subject_of(document: Document) -> Subject:
    """The service that a valid manifest describes, as overrides match it."""
    metadata = document.data["metadata"]
    tier = metadata.get("tier", DEFAULT_TIER)
    return Subject(metadata["name"], metadata["team"], int(tier), metadata.get("labels", {}), document.path)


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
