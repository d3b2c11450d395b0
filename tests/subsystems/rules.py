"""Rules of one's own, applied to a value."""

from typing import Any

from platform_gate.model import Problem
from platform_gate.subsystems import custom_validation


def problems(schema: Any, value: Any) -> list[Problem]:
    """The ways in which a value breaks a schema."""
    exact = custom_validation.exactly(value)
    custom_validation.start_counting(exact)
    return custom_validation.explain(custom_validation.validator(schema), exact)


def fits(schema: Any, value: Any) -> bool:
    """Whether a value satisfies a schema."""
    return not problems(schema, value)
