"""Manifests and policies changed at random: exit 0, 1 or 2 always, and 0 only where an independent judge agrees."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from platform_gate.model import GateError
from tests.hostile.corpus import AS_OF, BASE
from tests.hostile.mutants import KEYS, SNIPPETS, VALUES, ancestors, ancestral_policies, mutant
from tests.hostile.product import check_files, policy_of
from tests.oracle import fleets
from tests.oracle.evaluator import DEFAULT
from tests.oracle.judge import judge
from tests.oracle.policy import InvalidPolicy, spec_of
from tests.oracle.reader import Refused, read

MUTANTS = int(os.environ.get("PLATFORM_GATE_MUTANTS", "20000"))
CHUNK = 500
PATH = "services/payments.yaml"
ONE_IN = 25  # as often is a mutant that doesn't pass shown to the oracle too


def oracle_on_policy(raw: bytes) -> int:
    """The exit code of the healthy manifest under a policy."""
    try:
        documents = read(raw)
        spec = spec_of(documents[0]) if len(documents) == 1 else None
    except (Refused, InvalidPolicy):
        return 2
    return 2 if spec is None else judge([(PATH, BASE.encode())], spec, as_of=AS_OF).exit_code


def product_on_policy(raw: bytes) -> int:
    try:
        return check_files([(PATH, BASE.encode())], policy_of(raw)).exit_code
    except GateError:
        return 2


def disagreement(raw: bytes, *, look: bool = False) -> str:
    """What is wrong with the answer to a manifest; `look` asks the oracle about a no as well."""
    code = check_files([(PATH, raw)]).exit_code
    if code == 0 or (look and code == 1):
        wanted = judge([(PATH, raw)], DEFAULT, as_of=AS_OF)
        return "" if wanted.exit_code == code else f"{raw!r}: {code} instead of {wanted.exit_code} {wanted.refused}"
    return "" if code in (1, 2) else f"{raw!r}: {code}"


def disagreement_on_policy(raw: bytes) -> str:
    """What is wrong with the answer to a policy."""
    code = product_on_policy(raw)
    if code == 0 and (wanted := oracle_on_policy(raw)) != 0:
        return f"{raw!r}: {code} instead of {wanted}"
    return "" if code in (0, 1, 2) else f"{raw!r}: {code}"


@pytest.mark.parametrize("chunk", range(-(-MUTANTS // CHUNK)))
def test_mutants(chunk: int) -> None:
    """Nine of ten are manifests, one of ten is a policy."""
    seeds = range(chunk * CHUNK, min((chunk + 1) * CHUNK, MUTANTS))
    assert not "\n".join(filter(None, map(wrong_with, seeds)))


def wrong_with(seed: int) -> str:
    """What is wrong with the answer to a mutant, with its number."""
    try:
        if seed % 10 == 9:
            wrong = disagreement_on_policy(mutant(seed, ancestral_policies()))
        else:
            wrong = disagreement(mutant(seed, ancestors()), look=seed % ONE_IN == 0)
    except Exception as error:  # noqa: BLE001 - whatever it is, its mutant is wanted, and the others' too
        wrong = repr(error)
    return f"mutant {seed}: {wrong}" if wrong else ""


# by hypothesis

ODD = st.sampled_from([*SNIPPETS, *VALUES, *KEYS])
ALPHABET = st.characters(exclude_categories=["Cs"]) | st.sampled_from(
    " \n:-#,[]{}'\"&*!|>%@`?~=<.0123456789\t\r\u0085\u2028"
)
TEXT = st.lists(st.text(ALPHABET, max_size=20) | ODD, max_size=12).map("".join)
SCALARS = (
    st.none() | st.booleans() | st.integers(-(10**16), 10**16) | st.floats(width=64) | st.text(max_size=20) | ODD
    | st.sampled_from([0, 1, 100, 99.9, 1e300, 5e-324, -0.0])
)  # fmt: skip
DATA = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@st.composite
def changed_text(draw: st.DrawFn) -> bytes:
    """A good manifest with something written into it, or over a part of it."""
    raw = draw(st.sampled_from(ancestors())).decode()
    start = draw(st.integers(0, len(raw)))
    end = start + draw(st.sampled_from([0, 0, 1, 5, 50]))
    return (raw[:start] + draw(TEXT) + raw[end:]).encode("utf-8", "surrogatepass")


@st.composite
def changed_structure(draw: st.DrawFn) -> bytes:
    """A valid manifest in which one value is another, or one more, or gone; as JSON."""
    data = json.loads(fleets.to_yaml(draw(fleets.manifests()), "json"))
    holder: Any = data
    for _ in range(draw(st.integers(0, 4))):
        inner = [
            one
            for one in (holder.values() if isinstance(holder, dict) else holder)
            if one and isinstance(one, (dict, list))
        ]
        holder = draw(st.sampled_from(inner)) if inner else holder
    if isinstance(holder, list):
        holder.insert(draw(st.integers(0, len(holder))), draw(DATA))
    else:
        key = draw(st.sampled_from([*holder, *KEYS]))
        if draw(st.booleans()):
            holder[key] = draw(DATA)
        else:
            holder.pop(key, None)
    return json.dumps(data, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")


@given(TEXT.map(lambda text: text.encode("utf-8", "surrogatepass")) | st.binary(max_size=200))
@settings(max_examples=150)
def test_any_text(raw: bytes) -> None:
    assert check_files([(PATH, raw)]).exit_code == 2
    assert product_on_policy(raw) == 2


@given(changed_text())
@example(BASE.replace("docs/runbooks/payments.md", "https://[1]/x").encode())
@settings(max_examples=200)
def test_changed_text(raw: bytes) -> None:
    assert not disagreement(raw, look=True)


@given(changed_structure())
@settings(max_examples=200)
def test_changed_structure(raw: bytes) -> None:
    assert not disagreement(raw, look=True)
