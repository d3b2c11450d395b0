"""Mutants of good manifests and policies: each number names one, the same in every run."""
# ruff: noqa: E501, S311

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from random import Random

from tests.hostile.corpus import corpus
from tests.hostile.policies import policies
from tests.oracle import fleets

LONGEST = 3_000
"""Bytes of a parent. Longer ones take longer and find no more."""

SNIPPETS = [
    "&a ", "*a", "!!str ", "! ", "<<: {}", "? ", "- ", "--- ", "---\n", "...\n", "%YAML 1.1\n", "|\n", ">-\n", "\t", "\r", "\u0085",
    "\u2028", "\u202e", "\ufeff", "\x00", "\x1b[2J", "'", '"', "\\", "\\x0a", "{", "}", "[", "]", ",", ": ", ":", "#", " #", "@", "`",
    "yes", "null", "~", "true", "false", "off", ".nan", "-.inf", "010", "0x1F", "1:30", "5_000", "1e5", "1.0e+400", "1.0e-400", "-1",
    "99999999999999999999", "2026-02-30", "=", "todo", "../x", "https://[1]/x", "https://[::1]:99999/x", "http://", "n/a", "\u0405",
    "\n", "\n\n", "  ", "x: y\n", "  current: 100\n", "spec: {}\n", "labels: {a: b}\n", "name: payments\n", 'launches: "2027-01-01"\n',
    "slos: []\n", "governance: {}\n", "fail_on: [critical]\n", "overrides: []\n", 'severities: {slo/breached: "off"}\n', "::error::x", "##[error]x",
]  # fmt: skip
VALUES = [
    "0", "1", "-0", "0.0", "100", "100.0", "99.9", "1.5", "2.0", "1.0e+2", "5.0e-1", "999999999999999", "1000000000000000", "0.1234567890123456",
    "true", "false", "null", "[]", "{}", '""', '"5"', "text", "'2026-10'", "2026-10", '"2026-12"', "docs/x.md", "\u0663", "[1, 2]", "{a: b}",
]  # fmt: skip
KEYS = [
    "apiVersion", "kind", "metadata", "spec", "name", "team", "tier", "labels", "launches", "slos", "target", "current", "window", "cost", "currency",
    "budget_monthly", "entries", "month", "amount", "reliability", "uptime_pct", "mttr_minutes", "incidents_30d", "change_failure_rate_pct", "governance",
    "runbook", "monitoring", "ownership", "documentation", "incident_response", "help", "description", "reason", "x", "Spec", "<<", "1", "yes", "",
]  # fmt: skip
NUMBER = re.compile(rb"-?[0-9][0-9.]*")
KEY = re.compile(rb"[A-Za-z_0-9]+(?=:)")
VALUE = re.compile(rb"(?<=: )[^\n,{}\[\]]+")

Mutate = Callable[[Random, bytes], bytes]


def spot(rng: Random, raw: bytes) -> int:
    return rng.randrange(len(raw) + 1)


def flip(rng: Random, raw: bytes) -> bytes:
    at = spot(rng, raw)
    return raw[:at] + bytes([rng.randrange(256)]) + raw[at + 1 :]


def flip_bit(rng: Random, raw: bytes) -> bytes:
    at = spot(rng, raw)
    return raw[:at] + bytes(one ^ (1 << rng.randrange(8)) for one in raw[at : at + 1]) + raw[at + 1 :]


def remove(rng: Random, raw: bytes) -> bytes:
    at = spot(rng, raw)
    return raw[:at] + raw[at + rng.choice([1, 1, 2, 5, 40]) :]


def cut(rng: Random, raw: bytes) -> bytes:
    return raw[: spot(rng, raw)]


def insert(rng: Random, raw: bytes) -> bytes:
    at = spot(rng, raw)
    return raw[:at] + rng.choice(SNIPPETS).encode() + raw[at:]


def insert_line(rng: Random, raw: bytes) -> bytes:
    lines = raw.splitlines(keepends=True)
    pad = b" " * rng.choice([0, 0, 2, 4, 6])
    lines.insert(rng.randrange(len(lines) + 1), pad + rng.choice(SNIPPETS).encode().rstrip(b"\n") + b"\n")
    return b"".join(lines)


def lines_of(rng: Random, raw: bytes) -> tuple[list[bytes], int, int]:
    """The lines, and two of their indexes."""
    lines = raw.splitlines(keepends=True) or [b""]
    return lines, rng.randrange(len(lines)), rng.randrange(len(lines))


def swap_lines(rng: Random, raw: bytes) -> bytes:
    lines, one, other = lines_of(rng, raw)
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def repeat_line(rng: Random, raw: bytes) -> bytes:
    lines, one, other = lines_of(rng, raw)
    lines.insert(rng.choice([one, other]), lines[one])
    return b"".join(lines)


def remove_lines(rng: Random, raw: bytes) -> bytes:
    lines, one, _ = lines_of(rng, raw)
    del lines[one : one + rng.choice([1, 1, 1, 2, 4, 8])]
    return b"".join(lines)


def indent(rng: Random, raw: bytes) -> bytes:
    lines, one, _ = lines_of(rng, raw)
    for index in range(one, min(one + rng.choice([1, 1, 3, 9]), len(lines))):
        lines[index] = b"  " + lines[index] if rng.random() < 0.5 else lines[index].removeprefix(b"  ")
    return b"".join(lines)


def replaced(pattern: re.Pattern[bytes], rng: Random, raw: bytes, words: list[str]) -> bytes:
    found = list(pattern.finditer(raw))
    if not found:
        return raw
    match = rng.choice(found)
    return raw[: match.start()] + rng.choice(words).encode() + raw[match.end() :]


def change_number(rng: Random, raw: bytes) -> bytes:
    return replaced(NUMBER, rng, raw, VALUES)


def nudge_number(rng: Random, raw: bytes) -> bytes:
    found = [one for one in NUMBER.finditer(raw) if one[0].count(b".") < 2 and one[0][-1:] != b"."]
    if not found:
        return raw
    match = rng.choice(found)
    number = fleets.D(match[0].decode()) * rng.choice([0, 1, 2, 10, -1]) + fleets.D(
        rng.choice(["0", "0.01", "1", "-1"])
    )
    return raw[: match.start()] + f"{number:f}".encode() + raw[match.end() :]


def rename_key(rng: Random, raw: bytes) -> bytes:
    return replaced(KEY, rng, raw, KEYS)


def change_value(rng: Random, raw: bytes) -> bytes:
    return replaced(VALUE, rng, raw, [*VALUES, *SNIPPETS])


def change_case(rng: Random, raw: bytes) -> bytes:
    at = spot(rng, raw)
    return raw[:at] + raw[at : at + 1].swapcase() + raw[at + 1 :]


def second_document(rng: Random, raw: bytes) -> bytes:
    return raw + rng.choice([b"---\n", b"...\n", b"...\n---\n", b"--- "]) + rng.choice(ancestors())


def splice(rng: Random, raw: bytes) -> bytes:
    other = rng.choice(ancestors())
    return raw[: spot(rng, raw)] + other[spot(rng, other) :]


MUTATIONS: list[Mutate] = [
    flip, flip_bit, remove, cut, insert, insert, insert_line, insert_line, swap_lines, repeat_line, remove_lines, indent, change_number,
    change_number, nudge_number, nudge_number, rename_key, change_value, change_value, change_case, second_document, splice,
]  # fmt: skip


@cache
def ancestors() -> list[bytes]:
    """Good manifests: the corpus's, and generated ones in every style."""
    found = [one.raw for one in corpus() if one.must == "accept" and len(one.raw) < LONGEST]
    rng = Random(5)
    for style in fleets.STYLES:
        found += [fleets.multi_yaml([fleets.good_manifest(rng, "payments")], style, rng) for _ in range(3)]
    return found


@cache
def ancestral_policies() -> list[bytes]:
    """Good policies: the corpus's, and generated ones."""
    found = [one.raw for one in policies() if one.must == "accept" and len(one.raw) < LONGEST]
    return found + [one.text.encode() for one in fleets.policies(seed=9, count=10)]


def mutant(seed: int, of: list[bytes]) -> bytes:
    """Mutant number `seed` of the parents `of`."""
    rng = Random(seed)
    raw = rng.choice(of)
    for _ in range(rng.choice([1, 1, 1, 2, 2, 3, 5])):
        raw = rng.choice(MUTATIONS)(rng, raw)
    return raw
