"""The policy's ``gate`` section, for one of the two gates and for a change of some kinds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from platform_gate.model import At, Exemption, HealthStatus, Problem, Scope
from platform_gate.policy.layers import Layered


class Stage(StrEnum):
    """The step that a gate guards. Each may have its own ``fail_on``, ``scope`` and ``exemptions``."""

    MERGE = "merge"
    DEPLOY = "deploy"


class Choice(NamedTuple):
    """How one run uses a policy.

    Args:
        fail_on: Healths and rule ids in place of the policy's.
        stage: The gate that decides.
        changes: The kinds of the change; exemptions of other kinds don't count.
    """

    fail_on: tuple[str, ...] = ()
    stage: Stage = Stage.MERGE
    changes: tuple[str, ...] = ()


USUAL = Choice()


class Gate(NamedTuple):
    """What a gate decides by.

    Args:
        fail_on: The healths and rule ids that fail the gate.
        required: The subsystems that must have data.
        not_waivable: Ids of rules that no waiver may excuse.
        max_prelaunch_days: How far in the future a launch may be.
        regressions: Which changes decide in scope ``regressed``: ``declared``, ``measured``, or both.
        help: Words shown where the gate fails.
        exemptions: Those for the kinds of this change.
        scope: The scope of this gate; None where the configuration says it.
    """

    fail_on: tuple[str, ...]
    required: tuple[str, ...]
    not_waivable: tuple[str, ...]
    max_prelaunch_days: int
    regressions: tuple[str, ...]
    help: str
    exemptions: tuple[Exemption, ...] = ()
    scope: Scope | None = None

    def needs(self, *, launched: bool) -> tuple[str, ...]:
        """The subsystems that must have data: before its launch a service has only governance."""
        return self.required if launched else tuple(name for name in self.required if name == "governance")


def parse(layered: Layered, choice: Choice) -> Gate:
    """The gate of a stage: the section, with what the stage has of its own on top."""
    section = layered.data["gate"]
    shared = {key: value for key, value in section.items() if key not in set(Stage)}
    own = section[choice.stage]
    at: At = ("gate", choice.stage, "exemptions") if "exemptions" in own else ("gate", "exemptions")
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in {**shared, **own}.items()
    }
    values["exemptions"] = tuple(_in_force(layered, at, values["exemptions"], choice.changes))
    values["scope"] = Scope(own["scope"]) if "scope" in own else None
    if choice.fail_on:
        values["fail_on"] = choice.fail_on
    return Gate(**values)


def _in_force(
    layered: Layered, at: At, entries: Sequence[Mapping[str, Any]], changes: Sequence[str]
) -> Iterator[Exemption]:
    for index, entry in enumerate(entries):
        if entry["change"] in changes:
            yield Exemption(
                entry["change"],
                frozenset(entry["rules"]),
                entry["reason"],
                HealthStatus(entry.get("at_most", HealthStatus.CRITICAL)),
                layered.origin((*at, index)).location,
            )


def lists_of_exemptions(section: Mapping[str, Any]) -> Iterator[tuple[At, Sequence[Mapping[str, Any]]]]:
    """Every list of exemptions in a ``gate`` section, with its place in the section."""
    yield ("exemptions",), section.get("exemptions", ())
    for stage in Stage:
        yield (stage.value, "exemptions"), section.get(stage, {}).get("exemptions", ())


def refuse_scopes_of_services(layered: Layered) -> None:
    """Refuse a scope in an override: it says which services decide, so it holds for a whole run.

    Raises:
        DocumentError: placed at the scope.
    """
    for index, override in enumerate(layered.data["overrides"]):
        section = override["spec"].get("gate", {})
        for stage in Stage:
            if "scope" in section.get(stage, {}):
                origin = layered.origin(("overrides", index, "spec", "gate", stage.value, "scope"))
                message = "an override can't have a scope: it holds for all services of a run"
                fix = f"Move it to spec.gate.{stage}.scope."
                raise origin.document.refuse(Problem(origin.at, message, fix))


def if_wider(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a list of exemptions lets more pass: another rule for a kind of change, or a worse health."""
    return any(not _allows(old, entry, rule) for entry in new for rule in entry["rules"])


def _allows(entries: Sequence[Mapping[str, Any]], wanted: Mapping[str, Any], rule: str) -> bool:
    return any(
        entry["change"] == wanted["change"] and rule in entry["rules"] and _rank(entry) >= _rank(wanted)
        for entry in entries
    )


def _rank(entry: Mapping[str, Any]) -> int:
    return HealthStatus(entry.get("at_most", HealthStatus.CRITICAL)).rank


def if_narrower(old: str | None, new: str | None) -> bool:
    """Whether the scope of a stage leaves more out. Without one the configuration may say any, unknown to a policy."""
    scopes = [scope.value for scope in Scope]
    return scopes.index(new or scopes[-1]) > scopes.index(old or scopes[0])


def resolved(section: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """A ``gate`` section in which each stage says what it has of its own in either section, to compare the two."""
    return {**section, **{stage.value: _resolved(section, other, stage) for stage in Stage}}


def _resolved(section: Mapping[str, Any], other: Mapping[str, Any], stage: Stage) -> dict[str, Any]:
    own = section.get(stage, {})
    shared = (key for key in (*own, *other.get(stage, {})) if key in section)
    return {**{key: section[key] for key in shared}, **own}
