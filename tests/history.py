"""31 days of samples, one an hour, as Sloth, Pyrra and exporters would have left them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tests.asking import AT

HOUR = 3600
LAST = int(AT.timestamp()) - 29
"""29 seconds before the queries' moment."""
DAYS = 31


class Measured(NamedTuple):
    """An SLO: its window as Sloth writes it and in days, the ratio of errors in it, and the ratio that is allowed."""

    slo: str
    window: str
    days: float
    ratio: str
    allowed: str


SLOTH = {
    "payments": Measured("availability", "30d", 30, "0.002", "0.0001"),
    "ledger": Measured("latency", "4w", 28, "0.00012345678901234", "0.001"),
    "perfect": Measured("availability", "30d", 30, "0", "0.01"),
    "quiet": Measured("availability", "30d", 30, "NaN", "0.01"),
    "abandoned": Measured("availability", "30d", 30, "0.5", "0.01"),
    "holey": Measured("availability", "30d", 30, "0.002", "0.01"),
    "hourly": Measured("availability", "12h", 0.5, "0.002", "0.01"),
    "gone": Measured("availability", "30d", 30, "", "0.01"),
}

Series = Iterator[tuple[str, Iterator[tuple[int, str]]]]


def text() -> str:
    """The history in OpenMetrics, one family after the other."""
    families: dict[str, list[str]] = {}
    for name, samples in _all():
        family = families.setdefault(name.partition("{")[0], [])
        family += [f"{name} {value} {moment}" for moment, value in samples]
    return "".join(f"# TYPE {name} unknown\n" + "\n".join(lines) + "\n" for name, lines in families.items())


def _all() -> Series:
    for service, measured in SLOTH.items():
        yield from _sloth(service, measured)
    yield from _sloth("twice", Measured("availability", "30d", 30, "0.002", "0.01"), replica="a")
    yield from _sloth("twice", Measured("availability", "30d", 30, "0.004", "0.01"), replica="b")
    yield from _pyrra()
    yield from _raw()


def _sloth(service: str, measured: Measured, **more: str) -> Series:
    slo, window, days, ratio, allowed = measured
    labels = {"sloth_id": f"{service}-{slo}", "sloth_service": service, "sloth_slo": slo, **more}
    alive = _every(HOUR, until=3 * 24 * HOUR) if service == "abandoned" else _every(HOUR)
    if service == "holey":
        alive = _every(HOUR, since=15 * 24 * HOUR)
    yield _named("slo:time_period:days", labels), _constant(str(days), _every(HOUR))
    yield _named("slo:error_budget:ratio", labels), _constant(allowed, _every(HOUR))
    yield _named("slo:current_burn_rate:ratio", labels), _constant("1", alive)
    if ratio:
        yield _named(f"slo:sli_error:ratio_rate{window}", labels), _constant(ratio, _every(HOUR))
        yield _named("slo:sli_error:ratio_rate1h", labels), _constant(ratio, _every(HOUR))


def _pyrra() -> Series:
    good = {"slo": "checkout-errors", "service": "checkout"}
    unlabelled = {"slo": "nobodys"}
    for labels, availability in ((good, "0.9985"), (unlabelled, "1")):
        yield _named("pyrra_window", labels), _constant(str(28 * 24 * HOUR), _every(HOUR))
        yield _named("pyrra_objective", labels), _constant("0.999", _every(HOUR))
        yield _named("pyrra_availability", labels), _constant(availability, _every(HOUR))
        yield _named("pyrra_requests_total", labels), _constant("12345", _every(HOUR))


def _raw() -> Series:
    for number in range(10):  # one of ten targets was down all the time
        labels = {"service": "web", "instance": str(number)}
        yield _named("up", labels), _constant("0" if number == 0 else "1", _every(HOUR))
    yield _named("up", {"service": "worker"}), _constant("1", _every(HOUR))
    yield _named("requests_total", {"service": "web", "code": "200"}), _growing(99)
    yield _named("requests_total", {"service": "web", "code": "500"}), _growing(1)
    yield _named("requests_total", {"service": "worker", "code": "200"}), _growing(50)
    yield _named("odd", {"service": "endless"}), _constant("+Inf", _every(HOUR))
    yield _named("odd", {"service": "fine"}), _constant("99.5", _every(HOUR))
    yield _named("ended", {"service": "web"}), _constant("99.5", _every(HOUR, until=10 * 60))
    for number in range(1000):
        yield _named("fleet", {"service": f"s{number:04}"}), _constant(f"99.{number:03}", _every(HOUR, since=HOUR))


def _named(metric: str, labels: Mapping[str, str]) -> str:
    return metric + "{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}"


def _every(step: int, since: int = DAYS * 24 * HOUR, until: int = 0) -> range:
    """Moments from `since` to `until` seconds before the last one."""
    return range(LAST - since, LAST - until + 1, step)


def _constant(value: str, moments: range) -> Iterator[tuple[int, str]]:
    return ((moment, value) for moment in moments)


def _growing(step: int) -> Iterator[tuple[int, str]]:
    return ((moment, str(number * step)) for number, moment in enumerate(_every(HOUR)))
