"""Which unit a field has, and numbers converted to it: the gate itself never guesses a unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Final

from platform_gate.collectors.source import SourceError
from platform_gate.documents import shipped
from platform_gate.measurements.writing import Value, rounded
from platform_gate.subsystems.measurable import field_of
from platform_gate.text import quote

PERCENT: Final = "percent"
RATIO: Final = "ratio"
MINUTES: Final = "minutes"
COUNT: Final = "count"
CURRENCY: Final = "currency"
"""Any ISO 4217 code."""

NO_DATA: Final = "no-data"
UNDATED: Final = "no-timestamp"
SEVERAL: Final = "several-series"
OUT_OF_RANGE: Final = "out-of-range"
UNKNOWN_WINDOW: Final = "unknown-window"
HUNDRED: Final = 100
LONGEST: Final = 200
"""Characters of the name of a field."""

_FIELDS: Final = (
    (r"slos/[^/]+/burn_rate/[0-9]+[smhdw]", RATIO),
    (r"slos/[^/]+", PERCENT),
    (r"cost/([12][0-9]{3}-(0[1-9]|1[0-2])|budget)", CURRENCY),
    (r"cost_forecast/[^/]+", CURRENCY),
    (r"[a-z_]+/[a-z0-9_]+_pct", PERCENT),
    (r"[a-z_]+/[a-z0-9_]+_minutes", MINUTES),
    (r"reliability/incidents_[0-9]+d", COUNT),
)
"""Fields of a known kind. A subsystem of one's own gets its values in the unit that its source declares."""

_FACTORS: Final[Mapping[tuple[str, str], tuple[int, int]]] = {
    (PERCENT, PERCENT): (1, 1),
    (RATIO, PERCENT): (100, 1),
    (RATIO, RATIO): (1, 1),
    (PERCENT, RATIO): (1, 100),
    (MINUTES, MINUTES): (1, 1),
    ("seconds", MINUTES): (1, 60),
    ("hours", MINUTES): (60, 1),
    ("days", MINUTES): (1440, 1),
    (COUNT, COUNT): (1, 1),
}
_AT: Final = re.compile(r"[a-z_]+(/[^/\s\x00-\x1f]([^/\x00-\x1f\x7f-\x9f]{0,98}[^/\s\x00-\x1f])?){1,3}")
_SERVICE: Final = re.compile("[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?")
_WINDOW: Final = re.compile("[1-9][0-9]{0,3}[dw]|calendar-month")


def unit_of(at: str) -> str | None:
    """The unit in which a field is written; None where the gate knows none."""
    return next((unit for pattern, unit in _FIELDS if re.fullmatch(pattern, at)), None)


def is_field(at: str) -> bool:
    """Whether a snapshot can hold a value at this place: a subsystem knows it, and it is spelled well."""
    return len(at) <= LONGEST and bool(_AT.fullmatch(at)) and at.isprintable() and field_of(at) is not None


def is_service(name: str) -> bool:
    """Whether a name can be a service's."""
    return bool(_SERVICE.fullmatch(name))


def is_window(window: str) -> bool:
    """Whether a window is one that a manifest can have."""
    return bool(_WINDOW.fullmatch(window))


def convert(value: Value) -> Value:
    """A value in the unit of its field; with an ``error`` where a snapshot can't hold it.

    Raises:
        SourceError: its unit can't be that of the field.
    """
    if value.value is None:
        return value
    if value.window and not is_window(value.window):
        return value._replace(value=None, error=UNKNOWN_WINDOW)
    wanted = unit_of(value.at) or _own_unit(value)
    unit = value.unit if wanted == CURRENCY else wanted
    number = value.value * _factor(value.unit, wanted, value.at)
    return _judged(value._replace(value=number, unit=unit), wanted)


def _own_unit(value: Value) -> str:
    """The unit of a field that the gate doesn't know: as declared, if a snapshot can hold it."""
    if value.unit in currencies():
        return CURRENCY
    if (value.unit, value.unit) not in _FACTORS:
        units = ", ".join(sorted(unit for unit, target in _FACTORS if unit == target))
        raise SourceError(f"{value.at} can't have the unit {quote(value.unit)}", f"Use one of: {units}, or a currency.")
    return value.unit


def _factor(unit: str, wanted: str, at: str) -> Decimal:
    if wanted == CURRENCY:
        if unit not in currencies():
            raise SourceError(
                f"{at} can't have the unit {quote(unit)}", "Use the ISO 4217 code of a currency, such as USD."
            )
        return Decimal(1)
    if (unit, wanted) not in _FACTORS:
        units = ", ".join(sorted({known for known, target in _FACTORS if target == wanted}))
        raise SourceError(f"{at} can't have the unit {quote(unit)}", f"Use one of: {units}.")
    numerator, denominator = _FACTORS[unit, wanted]
    return Decimal(numerator) / denominator


@cache
def currencies() -> frozenset[str]:
    """The codes of ISO 4217, as the schema of manifests lists them."""
    cost = shipped.schema("service")["properties"]["spec"]["properties"]["cost"]
    return frozenset(cost["properties"]["currency"]["enum"])


def _judged(value: Value, unit: str) -> Value:
    """The value, if its number can be one in that unit."""
    number = _written(value.value)
    whole = number is not None and number == number.to_integral_value()
    if number is None or number < 0 or (unit == PERCENT and number > HUNDRED) or (unit == COUNT and not whole):
        return value._replace(value=None, error=OUT_OF_RANGE)
    total, coverage = _written(value.total), _written(value.coverage_pct)
    return value._replace(
        value=number,
        total=total if total is not None and total >= 0 else None,
        coverage_pct=coverage if coverage is not None and 0 <= coverage <= HUNDRED else None,
    )


def _written(number: Decimal | None) -> Decimal | None:
    """A number with the digits that a snapshot keeps; None where it can't hold it."""
    try:
        return None if number is None else rounded(number)
    except (ValueError, InvalidOperation):
        return None


def refuse_fractions(values: Iterable[Value], name: str) -> None:
    """Refuse percentages that are all at most 1, and not all 0: they are fractions under a wrong name.

    Raises:
        SourceError: they are.
    """
    numbers = [value.value for value in values if value.unit == PERCENT and value.value is not None]
    if numbers and max(numbers) <= 1 and any(numbers):
        message = f"{name}: no value is above 1 percent, so they look like fractions"
        raise SourceError(message, "Write `unit: ratio` to convert them.")


def number(text: object) -> Decimal | None:
    """A finite number, however it is written; None for anything else (``"NaN"``, ``"+Inf"``, an empty text)."""
    try:
        parsed = text if isinstance(text, Decimal) else Decimal(str(text).strip())
    except InvalidOperation:
        return None
    return parsed if parsed.is_finite() and not isinstance(text, bool) else None


def only(values: Sequence[Value]) -> Value:
    """The one value of a field; of several none, whatever they are: an average would be a guess."""
    first, *more = values
    return first._replace(value=None, error=SEVERAL) if more else first
