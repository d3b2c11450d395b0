"""Write services as manifests of about 1 KiB: the same for the same service, and rarely of the same shape."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

from benchmarks.services import Objective, Service, chance

ROOM: Final = (930, 1060)
"""Bytes that comments fill a manifest up to, roughly."""
NARROW: Final = 76
"""Columns that a flow mapping may have."""
REMARKS: Final = (
    "Reviewed in the weekly operations meeting.",
    "The numbers come from the monitoring export.",
    "Ask in the team's channel before you change this.",
    "Was split off from the monolith in spring.",
    "Traffic doubles in the last week of November.",
    "Targets are agreed with product, not wishes.",
)
HEAD: Final = ("apiVersion: platform-gate/v1", "kind: Service")


def manifest(service: Service) -> str:
    """A manifest, with keys in any order, in flow and block style, with quotes and comments here and there."""
    dice = Random(f"platform-gate/shape/{service.number}")
    spec = [_slos(dice, service.objectives), _cost(dice, service), _reliability(dice, service), _proofs(dice, service)]
    parts = [HEAD, ["metadata:", *_indented(_metadata(dice, service))], ["spec:", *_indented(_shuffled(dice, spec))]]
    lines = [line for part in (parts if chance(dice, 80) else parts[::-1]) for line in part]
    return "\n".join(_commented(dice, lines)) + "\n"


def large(service: Service) -> str:
    """A manifest in one shape, without comments: an objective is a line of its own."""
    dice = Random(f"platform-gate/shape/{service.number}")
    slos = [f"  - {{name: {one.name}, target: {one.target}, current: {one.current}}}" for one in service.objectives]
    spec = [*_cost(dice, service), *_reliability(dice, service), *_proofs(dice, service), "slos:", *slos]
    metadata = f"metadata: {{name: large-{service.number}, team: platform}}"
    return "\n".join([*HEAD, metadata, "spec:", *_indented(spec)]) + "\n"


def _metadata(dice: Random, service: Service) -> list[str]:
    lines = [f"name: {_quoted(dice, service.name)}", f"team: {_quoted(dice, service.team)}"]
    if service.tier:
        lines.append(f"tier: {service.tier}")
    labels = [f"{key}: {_text(dice, text)}" for key, text in service.labels.items()]
    return _shuffled(dice, [[line] for line in lines] + ([_mapping(dice, "labels", labels)] if labels else []))


def _slos(dice: Random, objectives: Sequence[Objective]) -> list[str]:
    return ["slos:", *(line for one in objectives for line in _entry(dice, _objective(dice, one)))]


def _objective(dice: Random, objective: Objective) -> list[str]:
    fields = [f"target: {objective.target}"]
    if objective.current:
        fields.append(f"current: {objective.current}")
    if objective.window:
        fields.append(f"window: {_quoted(dice, objective.window)}")
    dice.shuffle(fields)
    return [f"name: {_quoted(dice, objective.name)}", *fields]


def _cost(dice: Random, service: Service) -> list[str]:
    months = [f'  - {{month: "{month}", amount: {amount}}}' for month, amount in service.months.items()]
    parts = [[f"budget_monthly: {service.budget}"], ["entries:", *months]]
    if service.currency:
        parts.append([f"currency: {service.currency}"])
    return ["cost:", *_indented(_shuffled(dice, parts))]


def _reliability(dice: Random, service: Service) -> list[str]:
    lines = [f"{key}: {value}" for key, value in service.reliability.items()]
    dice.shuffle(lines)
    return _mapping(dice, "reliability", lines)


def _proofs(dice: Random, service: Service) -> list[str]:
    plain = ("true", "false")
    lines = [
        f"{key}: {text if text in plain or '://' in text else _text(dice, text)}"
        for key, text in service.governance.items()
    ]
    dice.shuffle(lines)
    return ["governance:", *_indented(lines)]


def _entry(dice: Random, fields: Sequence[str]) -> list[str]:
    """An entry of a list, in flow style or in block style."""
    if chance(dice, 40):
        return [f"  - {{{', '.join(fields)}}}"]
    return [f"  {'-' if position == 0 else ' '} {field}" for position, field in enumerate(fields)]


def _mapping(dice: Random, key: str, lines: Sequence[str]) -> list[str]:
    """A mapping, in flow style or in block style."""
    flow = f"{key}: {{{', '.join(lines)}}}"
    return [flow] if chance(dice, 40) and len(flow) < NARROW else [f"{key}:", *_indented(lines)]


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
        above = chance(dice, 50)
        if remark and above:
            yield f"{' ' * (len(line) - len(line.lstrip()))}# {remark}"
        yield f"{line}  # {remark}" if remark and not above else line
