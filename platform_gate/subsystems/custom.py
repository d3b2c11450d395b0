"""A policy's own rules: each is a JSON Schema that a part of the manifest must satisfy."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple, Self

from platform_gate.documents import shipped
from platform_gate.matching import applies
from platform_gate.model import At, Charge, Context, LimitError, Problem, Relaxation, Rule, Severity, Violation
from platform_gate.readings import Together
from platform_gate.subsystems.loosening import LooseningTable
from platform_gate.text import plural, quote

NAME = "rules"
SECTION = ""
MEASURED: tuple[str, ...] = ()


class RulesStatus(StrEnum):
    """Whether a service keeps every rule that applies to it."""

    KEPT = "kept"
    BROKEN = "broken"


class OwnRule(NamedTuple):
    """A rule of the policy.

    Args:
        rule: Its id, title and help.
        points: The points of a violation.
        match: The services to which it applies, as in an override.
        at: The keys from the manifest's root to the value to look at.
        validator: The JSON Schema that the value must satisfy.
    """

    rule: Rule
    points: int
    match: Mapping[str, Any]
    at: tuple[str, ...]
    validator: Any

    def objection(self, manifest: Mapping[str, Any]) -> Problem | None:
        """The first problem that breaks the rule, at its place in the manifest; None where the rule is kept.

        Raises:
            TooManyStepsError: the rules take too long on this manifest.
        """
        value: Any = manifest
        at: At = ()
        for key in self.at:
            at = (*at, int(key) if isinstance(value, list) and key.isascii() and key.isdigit() else key)
            value = _step(value, at[-1])
            if value is None:
                return Problem(at, f"there is no {'.'.join(map(str, at))}")
        from platform_gate.subsystems import custom_validation  # noqa: PLC0415 - as in `_own_rule`

        problems = custom_validation.explain(self.validator, value)
        if not problems:
            return None
        first = problems[0]
        more = _more(len(problems) - 1, custom_validation.MOST_ERRORS)
        return Problem((*at, *first.at), first.message + more, first.fix, first.on_key)


def _more(count: int, most: int) -> str:
    if not count:
        return ""
    least = "at least " if count >= most - 1 else ""
    return f" (and {least}{plural(count, 'more problem')})"


def _step(value: Any, key: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(str(key))
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return None


class Applied(NamedTuple):
    """A rule that applies to a service, and the problem that breaks it; None where it is kept."""

    own: OwnRule
    objection: Problem | None


class Limits(NamedTuple):
    """The policy's ``rules``."""

    rules: tuple[OwnRule, ...]

    @classmethod
    def parse(cls, section: Sequence[Mapping[str, Any]]) -> Self:
        """Limits from a list of rules that the policy's schema accepts.

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
    from platform_gate.subsystems import custom_schema  # noqa: PLC0415 - as in `_own_rule`

    try:
        custom_schema.check(require)
    except LimitError as error:
        raise LimitError(error.message, index, "require", *error.at, fix=error.fix) from None


def _own_rule(entry: Mapping[str, Any]) -> OwnRule:
    from platform_gate.subsystems import custom_validation  # noqa: PLC0415 - most policies have no such rules

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
    return OwnRule(rule, points, entry.get("match", {}), at, custom_validation.validator(entry["require"]))


def _rule_gone(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a rule was removed or changed: which of two schemas asks less can't be told."""
    return any(rule not in new for rule in old)


LOOSENING: LooseningTable = {(): _rule_gone}


def all_rules(limits: Limits) -> tuple[Rule, ...]:
    """The rules of the policy."""
    return tuple(own.rule for own in limits.rules)


def field_of(_at: str) -> None:
    """Rules look at what the manifest says."""
    return


def wants(_manifest: Mapping[str, Any], _limits: object) -> tuple[Together, ...]:
    """Nothing can be measured."""
    return ()


def read(manifest: Mapping[str, Any], limits: Limits, context: Context) -> tuple[list[Applied], list[Problem]]:
    """The rules that apply to the service, each with its result; a problem if they would take too long."""
    chosen = [own for own in limits.rules if applies(own.match, context.subject)]
    if not chosen:
        return [], []
    from platform_gate.subsystems import custom_validation  # noqa: PLC0415 - as in `_own_rule`

    exact = custom_validation.exactly(manifest)
    custom_validation.start_counting(exact)
    try:
        return [Applied(own, own.objection(exact)) for own in chosen], []
    except custom_validation.TooManyStepsError:
        message = "the policy's own rules would take too long on this manifest"
        return [], [Problem((), message, "Shorten its lists, or ask who owns the policy for simpler rules.")]


def has_data(_applied: Sequence[Applied]) -> bool:
    """Never: a policy's rules look at the data of others."""
    return False


def check(applied: Sequence[Applied], _limits: Limits, _context: Context) -> Iterator[Violation]:
    """A violation for each rule that is broken."""
    for own, objection in applied:
        if objection:
            message = f"{own.rule.title.rstrip('.')}: {objection.message}"
            fix = own.rule.help or objection.fix
            yield Violation(own.rule, message, objection.at, fix=fix, on_key=objection.on_key)


def points(violations: Sequence[Violation], limits: Limits) -> Iterator[Charge]:
    """The points of each broken rule."""
    broken = {violation.rule.id for violation in violations}
    for index, own in enumerate(limits.rules):
        if own.rule.id in broken:
            yield Charge(own.points, frozenset({own.rule.id}), (NAME, index, "points"))


def declared(applied: Sequence[Applied], _subject: str) -> Sequence[Applied]:
    """All results: a rule may look at any value, so none of them counts as merely measured."""
    return applied


def relaxations(_before: Sequence[Applied], _after: Sequence[Applied]) -> Iterator[Relaxation]:
    """None: whatever lowers the bar of a rule shows as a violation."""
    return iter(())


def most_points(limits: Limits) -> int:
    """The points of all rules together."""
    return sum(own.points for own in limits.rules)


def status(_applied: Sequence[Applied], violations: Sequence[Violation], _limits: Limits) -> RulesStatus:
    """Whether any rule is broken."""
    return RulesStatus.BROKEN if violations else RulesStatus.KEPT


def describe(applied: Sequence[Applied], _limits: Limits) -> dict[str, Any]:
    """The rules that apply, and whether each is kept."""
    return {"rules": [{"id": own.rule.id, "kept": objection is None} for own, objection in applied]}
