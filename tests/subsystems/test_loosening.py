"""Comparisons of two values of a policy key."""

from typing import Any

import pytest

from platform_gate.documents import shipped
from platform_gate.subsystems import SUBSYSTEMS
from platform_gate.subsystems.loosening import Loosened, if_fewer, if_higher, if_lower, never


@pytest.mark.parametrize(
    ("loosened", "old", "new", "expected"),
    [
        (if_higher, 1, 1, False),
        (if_higher, 1, 1.5, True),
        (if_higher, 1, 0, False),
        (if_lower, 1, 1, False),
        (if_lower, 1, 0, True),
        (if_lower, 1, 2, False),
        (if_fewer, ["a", "b"], ["b", "a", "c"], False),
        (if_fewer, ["a", "b"], ["b"], True),
        (if_fewer, [], [], False),
        (never, "a", "b", False),
    ],
)
def test_a_new_value_asks_less(loosened: Loosened, old: Any, new: Any, *, expected: bool) -> None:
    assert loosened(old, new) is expected


def leaves(section: Any, at: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(section, dict):
        return [at]
    return [leaf for key, value in section.items() for leaf in leaves(value, (*at, key))]


@pytest.mark.parametrize("name", SUBSYSTEMS)
def test_every_key_of_a_section_has_a_comparison(name: str) -> None:

    table = SUBSYSTEMS[name].LOOSENING
    keys = leaves(shipped.default_limits(name))
    without = [key for key in keys if not any(key[:length] in table for length in range(len(key) + 1))]
    assert without == []
    assert [at for at in table if not any(key[: len(at)] == at for key in keys)] == []
