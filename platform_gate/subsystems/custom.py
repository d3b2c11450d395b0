"""Rules of one's own: each a JSON Schema that a part of the manifest must satisfy. The facts are the manifest."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple, Self

from platform_gate.documents import schema, shipped
from platform_gate.matching import applies
from platform_gate.model import At, Charge, Context, LimitError, Problem, Relaxation, Rule, Severity, Violation
from platform_gate.subsystems import custom_schema
from platform_gate.text import plural, quote

NAME = "rules"
SECTION = ""


class RulesStatus(StrEnum):
    """Whether every rule that applies holds."""

    KEPT = "kept"
    BROKEN = "broken"


class OwnRule(NamedTuple):
    """A rule of the policy: whom it is for, where it looks, what must hold there, and what it costs if not."""

    rule: Rule
    points: int
    match: Mapping[str, Any]
    at: tuple[str, ...]
    require: Any

    def objection(self, manifest: Mapping[str, Any]) -> Problem | None:
        """The first thing that breaks the rule, placed in the manifest; None where it holds."""
        value: Any = manifest
        at: At = ()
        for key in self.at:
            at = (*at, int(key) if isinstance(value, list) and key.isascii() and key.isdigit() else key)
            value = _step(value, at[-1])
            if value is None:
                return Problem(at, f"there is no {'.'.join(map(str, at))}")
        problems = schema.explain(custom_schema.validator(self.require), value)
        if not problems:
            return None
        more = f" (and {plural(len(problems) - 1, 'more problem')})" if len(problems) > 1 else ""
        first = problems[0]
        return Problem((*at, *first.at), first.message + more, first.fix, first.on_key)


def _step(value: Any, key: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(str(key))
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return None


class Applied(NamedTuple):
    """A rule that a service's match selects, and what breaks it there."""

    own: OwnRule
    objection: Problem | None


class Limits(NamedTuple):
    """The policy's ``rules``."""

    rules: tuple[OwnRule, ...]

    @classmethod
    def parse(cls, section: Sequence[Mapping[str, Any]]) -> Self:
        """Limits from a policy's list that its schema accepts.

        Raises:
            LimitError: an id is repeated, or a schema is not one that can be applied safely.
        """
        seen: set[str] = set()
        for index, entry in enumerate(section):
            if entry["id"] in seen:
                raise LimitError(f"the rule {quote(entry['id'])} is defined twice", index, "id", fix="Rename one.")
            seen.add(entry["id"])
            _check_schema(entry["require"], index)
        return cls(tuple(map(_own_rule, section)))

    @classmethod
    @cache
    def default(cls) -> "Limits":
        """The limits of the default policy: none."""
        return cls.parse(shipped.default_limits(NAME))


def _check_schema(require: Any, index: int) -> None:
    try:
        custom_schema.check(require)
    except LimitError as error:
        raise LimitError(error.message, index, "require", *error.at, fix=error.fix) from None


def _own_rule(entry: Mapping[str, Any]) -> OwnRule:
    points = entry.get("points", 0)
    rule = Rule(
        entry["id"],
        entry["title"],
        entry.get("help", ""),
        severity=Severity(entry.get("severity", Severity.WARNING)),
        why=entry.get("help", ""),
        keys=("rules",),
        source="a rule of this policy",
    )
    keys = entry.get("at", "").split("/")[1:]
    at = tuple(key.replace("~1", "/").replace("~0", "~") for key in keys)
    return OwnRule(rule, points, entry.get("match", {}), at, entry["require"])


def rules(limits: Limits) -> tuple[Rule, ...]:
    """The rules of the policy."""
    return tuple(own.rule for own in limits.rules)


def read(manifest: Mapping[str, Any], limits: Limits, context: Context) -> tuple[list[Applied], list[Problem]]:
    """Every rule that matches the service, applied to its manifest."""
    chosen = [own for own in limits.rules if applies(own.match, context.subject)]
    return [Applied(own, own.objection(manifest)) for own in chosen], []


def has_data(_applied: Sequence[Applied]) -> bool:
    """Rules look at what others measured; they hold no data of their own."""
    return False


def check(applied: Sequence[Applied], _limits: Limits, _context: Context) -> Iterator[Violation]:
    """Every rule that applies and is broken."""
    for each in applied:
        if objection := each.objection:
            message = f"{each.own.rule.title.rstrip('.')}: {objection.message}"
            fix = each.own.rule.help or objection.fix
            yield Violation(each.own.rule, message, objection.at, fix=fix, on_key=objection.on_key)


def points(failed: Sequence[Violation], limits: Limits) -> Iterator[Charge]:
    """What each broken rule costs."""
    broken = {failure.rule.id for failure in failed}
    for index, own in enumerate(limits.rules):
        if own.rule.id in broken:
            yield Charge(own.points, frozenset({own.rule.id}), (NAME, index, "points"))


def declared(applied: Sequence[Applied], _subject: str) -> Sequence[Applied]:
    """Everything: which values a rule looks at isn't known, so all of them are somebody's decision."""
    return applied


def relaxations(_before: Sequence[Applied], _after: Sequence[Applied]) -> Iterator[Relaxation]:
    """Nothing: whatever a rule looks at, a broken rule is a finding."""
    return iter(())


def most_points(limits: Limits) -> int:
    """What all rules together cost."""
    return sum(own.points for own in limits.rules)


def status(_applied: Sequence[Applied], failed: Sequence[Violation], _limits: Limits) -> RulesStatus:
    """Whether anything is broken."""
    return RulesStatus.BROKEN if failed else RulesStatus.KEPT


def describe(applied: Sequence[Applied], _limits: Limits) -> dict[str, Any]:
    """The rules that apply, and whether each holds."""
    return {"rules": [{"id": each.own.rule.id, "kept": each.objection is None} for each in applied]}
