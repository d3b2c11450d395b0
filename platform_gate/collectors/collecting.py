"""One source asked: its values under our names, in the units of their fields, or why it failed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from platform_gate import matching
from platform_gate.collectors import units
from platform_gate.collectors.redaction import excerpt, forms, redact
from platform_gate.collectors.registry import collector
from platform_gate.collectors.source import Answer, Collector, Source, SourceError, World, secret_names
from platform_gate.measurements.writing import SourceState, Value
from platform_gate.model import GateError
from platform_gate.text import listing, plural, quote, shorten

NAMED_AT_MOST: Final = 3
LONGEST: Final = 200
"""Characters of an error in a snapshot."""
SHAPE: Final = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What careless code raises on an answer of an unknown shape: a server's fault, not a bug of ours."""


class Result(NamedTuple):
    """What became of a source: its line in the header, its values, and what people should know.

    ``fix`` says what to do about a failure, and ``seconds`` is how long it took.
    """

    source: Source
    state: SourceState
    values: tuple[Value, ...] = ()
    remarks: tuple[str, ...] = ()
    fix: str = ""
    seconds: float = 0.0

    @property
    def missing(self) -> int:
        """How many fields have no usable value."""
        return sum(1 for value in self.values if value.value is None)

    @property
    def services(self) -> int:
        """How many services have a value or the lack of one."""
        return len({value.service for value in self.values})

    @property
    def oldest(self) -> datetime | None:
        """When the oldest value was observed."""
        moments = [value.observed_at for value in self.values if value.value is not None and value.observed_at]
        return min(moments, default=None)


def ask(source: Source, names: Mapping[str, str], world: World) -> Result:
    """Ask one source; its failure is a result too, and stands in the snapshot."""
    start = world.monotonic()
    kind = collector(source.type)
    hidden = forms(world.secrets.get(name, "") for name in secret_names(source.settings))
    state = SourceState(source.type, kind.provides(source.settings), claims(source))
    try:
        values, remarks = _values(source, names, world, kind)
    except SourceError as error:
        failed = state._replace(error=_message(error, hidden))
        return Result(source, failed, fix=redact(error.fix, hidden), seconds=world.monotonic() - start)
    shown = tuple(redact(remark, hidden) for remark in remarks)
    return Result(source, state, tuple(values), shown, seconds=world.monotonic() - start)


def _message(error: SourceError, hidden: Sequence[str]) -> str:
    """The error's message and what the server said, without secrets."""
    quoted = excerpt(error.said, hidden)
    return shorten(redact(error.message, hidden) + (f": {quoted}" if quoted else ""), LONGEST)


def claims(source: Source) -> tuple[str, ...]:
    """The globs of the services that a source claims; none where it claims all."""
    return () if source.services == ("*",) else source.services


def refuse_conflicts(results: Iterable[Result]) -> None:
    """Refuse two sources that give one field of one service: which of them is right is never guessed.

    Raises:
        GateError: there are such sources.
    """
    owners: dict[tuple[str, str], str] = {}
    for result in results:
        for value in result.values:
            owner = owners.setdefault((value.service, value.at), value.source)
            if owner != value.source:
                message = f"{quote(owner)} and {quote(value.source)} both give {value.at} of {quote(value.service)}"
                raise GateError(
                    message, "Use `services` or `provides` so that only one of them claims it. Nothing was written."
                )


def _values(
    source: Source, names: Mapping[str, str], world: World, kind: Collector
) -> tuple[list[Value], Sequence[str]]:
    answer = _collected(source, world, kind)
    provides = kind.provides(source.settings)
    _refuse_unclaimed(answer.values, provides)
    renamed, remarks = _renamed(answer.values, names, source.services)
    _refuse_fractions(renamed)
    converted = [units.convert(value._replace(source=source.name)) for value in renamed]
    return [units.only(group) for group in _groups(converted)], [*answer.remarks, *remarks]


def _collected(source: Source, world: World, kind: Collector) -> Answer:
    try:
        return kind.collect(source, world)
    except OSError as error:
        message = f"a file or connection could not be opened ({type(error).__name__})"
        raise SourceError(message, "Check the paths and addresses of the source.") from error
    except SHAPE as error:
        message = f"the response does not have the documented format ({type(error).__name__})"
        raise SourceError(message, "Check that `type` matches the system at that address.") from error


def _refuse_unclaimed(values: Iterable[Value], provides: Sequence[str]) -> None:
    for value in values:
        if not any(value.at == field or value.at.startswith(field + "/") for field in provides):
            message = f"the source gives {quote(value.at)}, which it doesn't claim"
            raise SourceError(message, "Add the field to `provides`.")


def _refuse_fractions(values: Sequence[Value]) -> None:
    by_field: defaultdict[str, list[Value]] = defaultdict(list)
    for value in values:
        by_field["slos" if value.at.startswith("slos/") else value.at].append(value)
    for field, group in by_field.items():
        units.refuse_fractions(group, field)


def _renamed(
    values: Sequence[Value], names: Mapping[str, str], claimed: Sequence[str]
) -> tuple[list[Value], list[str]]:
    """The values under our names, and what was left out."""
    ours = {theirs: names.get(theirs, theirs) for theirs in sorted({value.service for value in values})}
    _refuse_merged(ours)
    odd = [theirs for theirs, name in ours.items() if not units.is_service(name)]
    others = [theirs for theirs, name in ours.items() if theirs not in odd and not matching.matches(claimed, name)]
    left_out = {*odd, *others}
    places = sorted({value.at for value in values if not units.is_field(value.at)})
    kept = [
        value._replace(service=ours[value.service])
        for value in values
        if value.service not in left_out and value.at not in places
    ]
    reasons = {"that can't be services": odd, "outside of `services`": others, "that can't be fields": places}
    return kept, [_left_out(words, theirs) for words, theirs in reasons.items() if theirs]


def _refuse_merged(ours: Mapping[str, str]) -> None:
    owners: dict[str, str] = {}
    for theirs, name in ours.items():
        other = owners.setdefault(name, theirs)
        if other != theirs:
            message = f"{quote(other)} and {quote(theirs)} both map to the service {quote(name)}"
            raise SourceError(message, "Fix `names`: their values would be mixed.")


def _left_out(words: str, theirs: Sequence[str]) -> str:
    some = listing([quote(name) for name in theirs[:NAMED_AT_MOST]])
    more = f" and {len(theirs) - NAMED_AT_MOST} more" if len(theirs) > NAMED_AT_MOST else ""
    return f"left out {plural(len(theirs), 'name')} {words}: {some}{more}"


def _groups(values: Iterable[Value]) -> Iterator[list[Value]]:
    """The values of each field of each service: more than one is a mistake of the source."""
    groups: defaultdict[tuple[str, str], list[Value]] = defaultdict(list)
    for value in values:
        groups[value.service, value.at].append(value)
    yield from groups.values()
