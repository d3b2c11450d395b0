"""Generate manifests of about 1 KiB: valid, the same for the same number, and rarely of the same shape."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

LAST_MONTH: Final = 2026 * 12 + 9
"""October 2026 in months since year 0: the newest cost, in the past on the day as of which fleets are judged."""
ROOM: Final = (930, 1060)
"""Bytes that comments fill a manifest up to, roughly."""
NARROW: Final = 76
"""Columns that a flow mapping may have."""

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
REMARKS: Final = (
    "Reviewed in the weekly operations meeting.",
    "The numbers come from the monitoring export.",
    "Ask in the team's channel before you change this.",
    "Was split off from the monolith in spring.",
    "Traffic doubles in the last week of November.",
    "Targets are agreed with product, not wishes.",
)


def manifest(number: int) -> str:
    """A manifest. Of twelve, one is degraded, and another one is healthy with findings to report."""
    dice = Random(f"platform-gate/{number}")
    kind = {7: "degraded", 3: "noted"}.get(number % 12, "healthy")
    spec = [_slos(dice, kind), _cost(dice, kind), _reliability(dice), _governance(dice, kind)]
    head = ["apiVersion: platform-gate/v1", "kind: Service"]
    parts = [head, ["metadata:", *_indented(_metadata(dice, number))], ["spec:", *_indented(_shuffled(dice, spec))]]
    lines = [line for part in (parts if _chance(dice, 80) else parts[::-1]) for line in part]
    return "\n".join(_commented(dice, lines)) + "\n"


def large(number: int, objectives: int, *, breached: bool) -> str:
    """A manifest with many SLOs, all breached or all met."""
    current = "98.5" if breached else "99.95"
    slos = [f"  - {{name: slo-{position}, target: 99.5, current: {current}}}" for position in range(objectives)]
    dice = Random(f"platform-gate/large/{number}")
    spec = [*_cost(dice, ""), *_reliability(dice), *_governance(dice, ""), "slos:", *slos]
    head = [
        "apiVersion: platform-gate/v1",
        "kind: Service",
        f"metadata: {{name: large-{number}, team: platform}}",
        "spec:",
    ]
    return "\n".join([*head, *_indented(spec)]) + "\n"


def name(number: int) -> str:
    """The name of a service."""
    return f"{NOUNS[number % len(NOUNS)]}-{number:05}"


def team(number: int) -> str:
    """The team of a service."""
    return TEAMS[number // len(NOUNS) % len(TEAMS)]


def _metadata(dice: Random, number: int) -> list[str]:
    lines = [f"name: {_quoted(dice, name(number))}", f"team: {_quoted(dice, team(number))}"]
    if _chance(dice, 70):
        lines.append(f"tier: {dice.randint(1, 3)}")
    names = dice.sample(sorted(LABELS), dice.randint(0, 4))
    labels = [f"{name}: {_text(dice, dice.choice(LABELS[name]))}" for name in names]
    parts = [[line] for line in lines] + ([_mapping(dice, "labels", labels)] if labels else [])
    return _shuffled(dice, parts)


def _slos(dice: Random, kind: str) -> list[str]:
    names = dice.sample(OBJECTIVES, dice.randint(1, 3))
    lines = ["slos:"]
    for position, name in enumerate(names):
        target = dice.choice(("99", "99.5", "99.9", "98.75"))
        measured = float(target) + (100 - float(target)) * (0.1 if kind == "noted" else dice.uniform(0.4, 0.9))
        if kind == "degraded" and position == 0:
            measured = float(target) - 0.4
        fields = [f"target: {target}", f"current: {measured:.4g}"]
        if _chance(dice, 60):
            fields.append(f"window: {_quoted(dice, dice.choice(('30d', '4w', 'calendar-month')))}")
        dice.shuffle(fields)
        lines += _entry(dice, [f"name: {_quoted(dice, name)}", *fields])
    return lines


def _cost(dice: Random, kind: str) -> list[str]:
    months, amount = dice.randint(2, 5), dice.randint(800, 9000)
    entries = ["entries:"]
    for month in range(LAST_MONTH - months + 1, LAST_MONTH + 1):
        amount = round(amount * dice.uniform(0.97, 1.04))
        if kind == "noted" and month == LAST_MONTH:
            amount = round(amount * 1.3)
        shown = f"{amount}.50" if _chance(dice, 20) else str(amount)
        entries.append(f'  - {{month: "{month // 12}-{month % 12 + 1:02}", amount: {shown}}}')
    parts = [[f"budget_monthly: {round(amount * 1.25)}"], entries]
    if _chance(dice, 70):
        parts.append([f"currency: {dice.choice(('USD', 'EUR', 'CHF'))}"])
    return ["cost:", *_indented(_shuffled(dice, parts))]


def _reliability(dice: Random) -> list[str]:
    lines = [
        f"uptime_pct: {dice.choice(('99.95', '99.99', '99.91', '100'))}",
        f"mttr_minutes: {dice.choice(('4', '8.5', '12', '25'))}",
        f"incidents_30d: {dice.randint(0, 2)}",
        f"change_failure_rate_pct: {dice.choice(('0', '2.5', '4', '11'))}",
    ]
    dice.shuffle(lines)
    return _mapping(dice, "reliability", lines)


def _governance(dice: Random, kind: str) -> list[str]:
    word = dice.choice(NOUNS)
    lines = [
        f"runbook: {_text(dice, f'docs/runbooks/{word}.md')}",
        f"monitoring: https://grafana.example.com/d/{word}",
        f"ownership: {_text(dice, dice.choice(('team-' + word, '@acme/' + word)))}",
        f"documentation: {'false' if kind == 'degraded' else dice.choice(('true', f'docs/{word}/README.md'))}",
        f"incident_response: {dice.choice(('true', f'docs/on-call/{word}.md'))}",
    ]
    dice.shuffle(lines)
    return ["governance:", *_indented(lines)]


def _entry(dice: Random, fields: Sequence[str]) -> list[str]:
    """An entry of a list, in flow style or in block style."""
    if _chance(dice, 40):
        return [f"  - {{{', '.join(fields)}}}"]
    return [f"  {'-' if position == 0 else ' '} {field}" for position, field in enumerate(fields)]


def _mapping(dice: Random, key: str, lines: Sequence[str]) -> list[str]:
    """A mapping, in flow style or in block style."""
    flow = f"{key}: {{{', '.join(lines)}}}"
    return [flow] if _chance(dice, 40) and len(flow) < NARROW else [f"{key}:", *_indented(lines)]


def _quoted(dice: Random, word: str) -> str:
    """A word that needs no quotes, sometimes with quotes."""
    return dice.choice((word, word, f'"{word}"', f"'{word}'"))


def _text(dice: Random, text: str) -> str:
    """A text, quoted if it starts with a digit or could be read as YAML."""
    return _quoted(dice, text) if text[0].isalpha() and not set(text) & set(":,") else f'"{text}"'


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _shuffled(dice: Random, parts: Sequence[Sequence[str]]) -> list[str]:
    order = list(parts)
    dice.shuffle(order)
    return [line for part in order for line in part]


def _commented(dice: Random, lines: Sequence[str]) -> Iterator[str]:
    """The lines with comments above or behind some of them, until the manifest has its size."""
    room = dice.randint(*ROOM) - sum(len(line) + 1 for line in lines)
    places = iter(dice.sample(range(len(lines)), len(lines)))
    remarks: dict[int, str] = {}
    while room > 0:
        remark = dice.choice(REMARKS)
        remarks[next(places)] = remark
        room -= len(remark) + 6
    for position, line in enumerate(lines):
        remark = remarks.get(position, "")
        above = _chance(dice, 50)
        if remark and above:
            yield f"{' ' * (len(line) - len(line.lstrip()))}# {remark}"
        yield f"{line}  # {remark}" if remark and not above else line


def _chance(dice: Random, percent: int) -> bool:
    return dice.randrange(100) < percent
