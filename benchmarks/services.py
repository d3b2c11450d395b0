"""Facts of services to measure: healthy ones, and bad ones with the findings that people have.

A service depends on its number only, so a fleet of 1,000 starts with the services of a fleet of 100.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from types import MappingProxyType
from typing import Final, NamedTuple

LAST_MONTH: Final = 2026 * 12 + 9
"""October 2026 in months since year 0: the newest cost, in the past on the day as of which fleets are judged."""
NOTED: Final = 3
"""Remainder by twelve of services that are healthy with findings to report."""

TEAMS: Final = ("fintech", "platform", "storefront", "identity", "data", "logistics", "search", "growth")
NOUNS: Final = ("ledger", "gateway", "checkout", "catalog", "invoices", "sessions", "ranking", "exports", "webhooks")
LABELS: Final = {
    "domain": ("commerce", "edge", "accounts"),
    "region": ("eu-west", "us-east"),
    "data": ("personal", "public"),
    "language": ("go", "python", "kotlin"),
    "chapter": ("7", "12"),
    "note": ("moved here from the monolith, see PLAT-812", "two teams share it: ask both"),
}
OBJECTIVES: Final = ("availability", "latency-p99", "freshness", "correctness", "durability of orders", "login success")


class Objective(NamedTuple):
    """A service level objective. Numbers are written as in a manifest; ``current`` is empty if not measured."""

    name: str
    target: str
    current: str
    window: str


class Service(NamedTuple):
    """All that a manifest says. ``months`` maps months to amounts; empty texts are left out."""

    number: int
    tier: str
    labels: Mapping[str, str]
    objectives: Sequence[Objective]
    budget: str
    months: Mapping[str, str]
    currency: str
    reliability: Mapping[str, str]
    governance: Mapping[str, str]

    @property
    def name(self) -> str:
        """The name."""
        return name(self.number)

    @property
    def team(self) -> str:
        """The team."""
        return team(self.number)


def name(number: int) -> str:
    """The name of a service."""
    return f"{NOUNS[number % len(NOUNS)]}-{number:05}"


def team(number: int) -> str:
    """The team of a service."""
    return TEAMS[number // len(NOUNS) % len(TEAMS)]


def service(number: int, *, bad: bool) -> Service:
    """A service by its number. Of those that aren't bad, one in twelve has warnings and is healthy."""
    dice = Random(f"platform-gate/{number}")
    healthy = _healthy(dice, number)
    if not bad:
        return _spiking(_nearly_breached(healthy)) if number % 12 == NOTED else healthy
    for flaw in dice.sample(FLAWS, dice.choice((1, 2, 2, 3))):
        healthy = flaw(dice, healthy)
    return healthy


def _healthy(dice: Random, number: int) -> Service:
    amounts = [dice.randint(800, 9000)]
    for _ in range(dice.randint(1, 4)):
        amounts.append(round(amounts[-1] * dice.uniform(0.97, 1.04)))
    return Service(
        number,
        tier=str(dice.randint(1, 3)) if chance(dice, 70) else "",
        labels={key: dice.choice(LABELS[key]) for key in dice.sample(sorted(LABELS), dice.randint(0, 4))},
        objectives=[_met(dice, objective) for objective in dice.sample(OBJECTIVES, dice.randint(1, 3))],
        budget=str(round(max(amounts) * 1.25)),
        months=_months([f"{amount}.50" if chance(dice, 20) else str(amount) for amount in amounts]),
        currency=dice.choice(("USD", "EUR", "CHF")) if chance(dice, 70) else "",
        reliability=_reliability(dice),
        governance=_governance(dice, dice.choice(NOUNS)),
    )


def _met(dice: Random, objective: str) -> Objective:
    target = dice.choice(("99", "99.5", "99.9", "98.75"))
    current = float(target) + (100 - float(target)) * dice.uniform(0.4, 0.9)
    window = dice.choice(("30d", "4w", "calendar-month")) if chance(dice, 60) else ""
    return Objective(objective, target, f"{current:.4g}", window)


def _months(amounts: Sequence[str]) -> dict[str, str]:
    first = LAST_MONTH - len(amounts) + 1
    return {f"{month // 12}-{month % 12 + 1:02}": amount for month, amount in enumerate(amounts, first)}


def _reliability(dice: Random) -> dict[str, str]:
    return {
        "uptime_pct": dice.choice(("99.95", "99.99", "99.91", "100")),
        "mttr_minutes": dice.choice(("4", "8.5", "12", "25")),
        "incidents_30d": str(dice.randint(0, 2)),
        "change_failure_rate_pct": dice.choice(("0", "2.5", "4", "11")),
    }


def _governance(dice: Random, noun: str) -> dict[str, str]:
    return {
        "runbook": f"docs/runbooks/{noun}.md",
        "monitoring": f"https://grafana.example.com/d/{noun}",
        "ownership": dice.choice((f"team-{noun}", f"@acme/{noun}")),
        "documentation": dice.choice(("true", f"docs/{noun}/README.md")),
        "incident_response": dice.choice(("true", f"docs/on-call/{noun}.md")),
    }


def _nearly_breached(service: Service) -> Service:
    """Every objective is met with a tenth of its error budget left."""
    currents = [float(one.target) + (100 - float(one.target)) * 0.1 for one in service.objectives]
    pairs = zip(service.objectives, currents, strict=True)
    return service._replace(objectives=[one._replace(current=f"{current:.4g}") for one, current in pairs])


def _spiking(service: Service) -> Service:
    """The last month costs a third more than the one before it, within the budget."""
    *_, before, last = service.months
    amount = round(float(service.months[before]) * 1.3)
    return service._replace(months={**service.months, last: str(amount)}, budget=str(amount + 200))


def _breached(dice: Random, service: Service) -> Service:
    """The first objective, or all of them, are missed."""
    count = dice.choice((1, len(service.objectives)))
    missed = [one._replace(current=f"{float(one.target) - 0.4:.4g}") for one in service.objectives[:count]]
    return service._replace(objectives=[*missed, *service.objectives[count:]])


def _over_budget(dice: Random, service: Service) -> Service:
    """The last month costs more than the budget, and often more than the month before it."""
    spiking = _spiking(service) if chance(dice, 60) else service
    last = float([*spiking.months.values()][-1])
    return spiking._replace(budget=str(round(last * 0.9)))


def _ungoverned(dice: Random, service: Service) -> Service:
    """Some evidence is missing, or said to be."""
    missing = dice.sample(sorted(service.governance), dice.randint(1, 3))
    without = {key: text for key, text in service.governance.items() if key not in missing}
    return service._replace(governance={**without, missing[0]: "false"})


def _unmeasured(dice: Random, service: Service) -> Service:
    """The last objective and some of the reliability are not measured."""
    *others, last = service.objectives
    missing = dice.sample(sorted(service.reliability), dice.randint(1, 2))
    kept = {key: text for key, text in service.reliability.items() if key not in missing}
    return service._replace(objectives=[*others, last._replace(current="")], reliability=kept)


def _unreliable(dice: Random, service: Service) -> Service:
    """It is down too often, and for too long."""
    uptime, minutes = dice.choice(("98.2", "97.5")), dice.choice(("190", "320"))
    return service._replace(reliability={**service.reliability, "uptime_pct": uptime, "mttr_minutes": minutes})


FLAWS: Final[Sequence[Callable[[Random, Service], Service]]] = (
    _breached,
    _over_budget,
    _ungoverned,
    _unmeasured,
    _unreliable,
)
"""What can be wrong with a bad service. Each has one to three of these."""


def chance(dice: Random, percent: int) -> bool:
    """Whether something with this probability happens."""
    return dice.randrange(100) < percent


STEADY: Final[Mapping[str, str]] = MappingProxyType(
    {"uptime_pct": "99.95", "mttr_minutes": "12", "incidents_30d": "1", "change_failure_rate_pct": "4"}
)


def large(number: int, objectives: int, *, breached: bool) -> Service:
    """A service with many objectives, all breached or all met, and nothing else to report."""
    current = "98.5" if breached else "99.95"
    slos = [Objective(f"slo-{position}", "99.5", current, "") for position in range(objectives)]
    healthy = _healthy(Random(f"platform-gate/large/{number}"), number)
    return healthy._replace(objectives=slos, reliability=STEADY)
