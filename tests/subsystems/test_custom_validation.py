"""JSON Schema for a policy's rules: numbers as they are written, and work that is counted."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from platform_gate.subsystems import custom_validation
from platform_gate.subsystems.custom_validation import MOST_ERRORS, TooManyStepsError
from tests.subsystems.rules import fits, problems

SLOS = [{"name": f"s{number}", "target": 99.5} for number in range(3000)]


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"multipleOf": 0.01}, 4.02),
        ({"multipleOf": 0.01}, 100000000000.07),
        ({"multipleOf": 0.1}, 0.3),
        ({"multipleOf": 0.0001}, 99.9999),
        ({"multipleOf": 1.0e-7}, 3.0e-7),
        ({"multipleOf": 5}, 10.0),
        ({"minimum": 0.1, "maximum": 0.1}, 0.1),
        ({"enum": [0.1, 0.2]}, 0.2),
        ({"const": 99.9}, 99.9),
        ({"const": 1}, 1.0),
        ({"type": "integer"}, 3.0),
        ({"items": {"type": "number"}, "uniqueItems": True}, [0.1, 0.2, 0.3]),
    ],
)
def test_numbers_are_compared_as_written(schema: Any, value: Any) -> None:
    assert fits(schema, value)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"multipleOf": 0.01}, 4.025),
        ({"exclusiveMinimum": 0.1}, 0.1),
        ({"exclusiveMaximum": 99.9}, 99.9),
        ({"not": {"const": 0.3}}, 0.3),
        ({"const": 1}, True),
        ({"enum": [0]}, False),
        ({"type": "integer"}, 3.5),
        ({"type": "integer"}, True),
        ({"uniqueItems": True}, [1, 1.0]),
        ({"uniqueItems": True}, [{"a": 0.1, "b": [1]}, {"b": [1.0], "a": 0.1}]),
        ({"multipleOf": 0.01}, -0.005),
    ],
)
def test_what_breaks_a_rule_by_a_digit(schema: Any, value: Any) -> None:
    assert not fits(schema, value)


def test_a_number_is_shown_as_written() -> None:
    assert [problem.message for problem in problems({"type": "string"}, 4.02)] == ["expected a string, found 4.02"]
    assert [problem.message for problem in problems({"minimum": 4.03}, 4.02)] == ["4.02 is below 4.03"]


KEYWORDS = st.sampled_from(
    [
        {"type": "integer"}, {"type": "number"}, {"type": "array"}, {"minimum": 1}, {"maxLength": 1},
        {"uniqueItems": True},
        {"const": [1]}, {"enum": [1, "a", None, True]}, {"items": {"type": "number"}}, {"contains": {"const": 1}},
        {"properties": {"a": {"type": "integer"}}, "additionalProperties": False},
        {"patternProperties": {"^a": {"minimum": 2}}, "additionalProperties": {"type": "string"}},
        {"propertyNames": {"maxLength": 1}}, {"required": ["a"]}, {"minProperties": 1}, {"multipleOf": 2},
    ]
)  # fmt: skip
SCHEMAS = st.recursive(
    KEYWORDS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).flatmap(
            lambda several: st.sampled_from([{"allOf": several}, {"anyOf": several}, {"oneOf": several}])
        ),
        inner.map(lambda one: {"not": one}),
        st.tuples(inner, inner, inner).map(lambda three: dict(zip(("if", "then", "else"), three, strict=True))),
    ),
    max_leaves=6,
)
VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from([0.5, 1.0, 2.5]), st.sampled_from(["", "a", "ab"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(["a", "ab", "b"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(SCHEMAS, VALUES)
def test_apart_from_numbers_it_agrees_with_jsonschema(schema: Any, value: Any) -> None:
    assert fits(schema, value) is Draft202012Validator(schema).is_valid(value)


@pytest.mark.parametrize("value", [True, 1, "a", 0.1, [0.1], {"a": 1}])
def test_unique_items_of_any_kind(value: Any) -> None:
    assert fits({"uniqueItems": True}, [value, [value], {"x": value}, "other"])
    assert not fits({"uniqueItems": True}, [value, "other", value])


def test_keys_are_matched_as_ascii_by_every_keyword() -> None:
    digits = {"patternProperties": {r"^\d$": True}, "additionalProperties": False}
    assert fits(digits, {"1": 1})
    assert [problem.at for problem in problems(digits, {"\u0663": 1})] == [("\u0663",)]
    assert fits({"patternProperties": {r"^\d$": False}}, {"\u0663": 1})


def test_patterns_for_keys_may_have_flags_of_their_own() -> None:
    several = {"patternProperties": {"(?i)^a": True, "(?i)^b": True}, "additionalProperties": False}
    assert fits(several, {"A": 1, "B": 2})
    assert not fits(several, {"c": 1})


def test_the_first_errors_are_explained_and_no_more_are_looked_for() -> None:
    assert len(problems({"items": {"type": "string"}}, SLOS)) == MOST_ERRORS


PRODUCTS: list[Any] = [
    {"items": {"allOf": [{"required": ["name"]}] * 200}},
    {"items": {"anyOf": [*[{"required": ["x"]}] * 200, True]}},
    {"allOf": [{"items": True}] * 500},
    {"allOf": [{"uniqueItems": True}] * 500},
    {"allOf": [{"const": []}] * 5000},
    {"allOf": [{"contains": {"const": 1}}] * 500},
    {"items": {"patternProperties": {f"^{number}": True for number in range(500)}}},
    {"items": {"unevaluatedProperties": False, "allOf": [{"properties": {"name": True}}] * 200}},
    {"items": {"properties": {f"x{number}": True for number in range(5000)}}},
    {"items": {"properties": {"name": {"allOf": [{"pattern": "s.*$"}] * 200}}}},
    {"items": {"oneOf": [{"not": {"required": [f"x{number}"]}} for number in range(200)]}},
    {"allOf": [{"items": {"if": {"required": ["x"]}}}] * 300},
]


@pytest.mark.parametrize("schema", PRODUCTS, ids=lambda schema: str(schema)[:60])
def test_work_that_grows_with_a_product_is_stopped(schema: Any) -> None:
    with pytest.raises(TooManyStepsError):
        problems(schema, SLOS)


@pytest.mark.parametrize(
    "schema",
    [
        {"uniqueItems": True},
        {
            "items": {
                "required": ["name", "target"],
                "properties": {"name": {"pattern": "^[a-z0-9-]+$", "maxLength": 40}},
            }
        },
        {"items": {"properties": {"name": {"enum": [f"s{number}" for number in range(3000)]}}}},
    ],
)
def test_work_in_line_with_the_manifest_is_done(schema: Any) -> None:
    assert fits(schema, SLOS)


def test_what_one_rule_takes_the_next_one_lacks() -> None:
    validator = custom_validation.validator({"items": {"required": ["name"]}})
    exact = custom_validation.exactly(SLOS)
    custom_validation.start_counting(exact)
    assert custom_validation.explain(validator, exact) == []
    with pytest.raises(TooManyStepsError):
        [custom_validation.explain(validator, exact) for _ in range(100)]
