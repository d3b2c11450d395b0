"""The snapshot as JSON Lines: a header, then one line a service, sorted by name. Same input, same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, NamedTuple

from platform_gate.model import GateError
from platform_gate.text import log_json, quote

API_VERSION: Final = "platform-gate/v1"
KIND: Final = "Measurements"
MAX_LINE: Final = 64 * 1024
"""Bytes of a line: the reader refuses longer ones."""
MAX_DECIMALS: Final = 9
MAX_DIGITS: Final = 15
"""The number grammar of the gate: at most 15 significant digits, below 10^15."""
LARGEST: Final = Decimal(10) ** 15


class Value(NamedTuple):
    """One measured number of a service, or why there is none.

    ``at`` is what it measures (``slos/availability``, ``cost/2026-10``). Without ``value`` there is an ``error``.
    ``observed_at`` is the time of the newest sample behind it, ``total`` the number of events in the window, and
    ``coverage_pct`` how much of the window has samples.
    """

    service: str
    at: str
    source: str = ""
    value: Decimal | None = None
    unit: str = ""
    window: str = ""
    observed_at: datetime | None = None
    total: Decimal | None = None
    coverage_pct: Decimal | None = None
    error: str = ""


class SourceState(NamedTuple):
    """A source in the header: the fields that it provides, for which services, and whether it answered."""

    type: str
    provides: tuple[str, ...]
    services: tuple[str, ...] = ()
    error: str = ""


def snapshot(collected_at: datetime, sources: Mapping[str, SourceState], values: Iterable[Value]) -> Iterator[str]:
    """The lines of a snapshot.

    Raises:
        GateError: a line would be longer than a reader accepts.
    """
    yield _line(_header(collected_at, sources), "the header")
    ordered = sorted(values, key=lambda value: (value.service, value.at, value.source))
    for service, group in groupby(ordered, attrgetter("service")):
        yield _line({"service": service, "values": [_value(value) for value in group]}, f"the line of {quote(service)}")


def _header(collected_at: datetime, sources: Mapping[str, SourceState]) -> dict[str, Any]:
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "collected_at": timestamp(collected_at),
        "sources": {name: _state(sources[name]) for name in sorted(sources)},
    }


def _state(state: SourceState) -> dict[str, Any]:
    data: dict[str, Any] = {"type": state.type, "provides": list(state.provides)}
    if state.services:
        data["services"] = list(state.services)
    data["ok"] = not state.error
    return data | ({"error": state.error} if state.error else {})


def _value(value: Value) -> dict[str, Any]:
    """The keys of a value in the order in which people read them; what is not known is left out."""
    if value.value is None or value.observed_at is None:
        return {"at": value.at, "error": value.error or _why_unusable(value), "source": value.source}
    data: dict[str, Any] = {"at": value.at, "value": value.value, "unit": value.unit}
    if value.window:
        data["window"] = value.window
    data |= {"observed_at": timestamp(value.observed_at), "source": value.source}
    extras = {"total": value.total, "coverage_pct": value.coverage_pct}
    return data | {key: number for key, number in extras.items() if number is not None}


def _why_unusable(value: Value) -> str:
    return "no-data" if value.value is None else "no-timestamp"


def timestamp(moment: datetime) -> str:
    """A moment in UTC to the second, rounded down: ``2026-11-25T14:00:07Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _line(data: Mapping[str, Any], name: str) -> str:
    line = _encode(data) + "\n"
    if len(line.encode()) > MAX_LINE:
        raise GateError(f"{name} is longer than 64 KiB", "Collect fewer values of it, or shorten their names.")
    return line


def _encode(data: Any) -> str:
    """JSON without spaces. Numbers keep their digits: a float would lose some, and might gain an exponent."""
    if isinstance(data, Decimal):
        return number_text(data)
    if isinstance(data, Mapping):
        return "{" + ",".join(f"{_text(key)}:{_encode(value)}" for key, value in data.items()) + "}"
    if isinstance(data, Sequence) and not isinstance(data, str):
        return "[" + ",".join(map(_encode, data)) + "]"
    return _text(data)


def _text(data: str | bool) -> str:  # noqa: FBT001 - a JSON value
    """A string or boolean, in which a CI runner that sees it in a log finds no command."""
    return log_json(json.dumps(data, ensure_ascii=False))


def number_text(number: Decimal) -> str:
    """A number as the gate reads it: at most 9 decimals and 15 digits, no exponent.

    Raises:
        ValueError: it is not finite, or not below 10^15.
    """
    text = f"{rounded(number):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def rounded(number: Decimal) -> Decimal:
    """A number with the digits that a snapshot keeps, rounded half to even; raises ``ValueError`` as above."""
    if not number.is_finite() or abs(number) >= LARGEST:
        raise ValueError(number)
    decimals = min(MAX_DECIMALS, MAX_DIGITS - max(number.adjusted() + 1, 0))
    result = number.quantize(Decimal(1).scaleb(-decimals))
    if abs(result) >= LARGEST:
        raise ValueError(number)
    return result
