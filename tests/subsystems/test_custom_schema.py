"""Schemas that a policy brings along: what is refused, and where."""

from typing import Any

import pytest

from platform_gate.model import LimitError
from platform_gate.subsystems import custom_schema
from platform_gate.subsystems.custom_schema import MOST_REFERENCES
from tests.subsystems.rules import fits


def refused(schema: Any) -> tuple[str, tuple[str | int, ...]]:
    with pytest.raises(LimitError) as caught:
        custom_schema.check(schema)
    return caught.value.message, caught.value.at


def test_a_pattern_for_keys_is_checked_as_well() -> None:
    message, at = refused({"patternProperties": {"^ok$": True, "^(a+)+$": True}})
    assert (message, at[:2]) == ("the pattern could try too many ways to match", ("patternProperties", "^(a+)+$"))


def test_a_property_may_be_called_pattern() -> None:
    custom_schema.check({"properties": {"pattern": {"type": "string"}}})


@pytest.mark.parametrize(
    "reference",
    ["https://example.com/schema.json", "#", "#/properties/x", "other.json", "#/$defs/absent", "#/$defs/", "#x"],
)
def test_a_reference_stays_within_the_rule(reference: str) -> None:
    schema = {"$defs": {"x": {"type": "string"}}, "properties": {"a": {"$ref": reference}}}
    assert refused(schema) == ("a $ref must stay within the rule", ("properties", "a", "$ref"))


def test_a_reference_to_a_definition_of_the_rule_is_followed() -> None:
    schema = {"$defs": {"x": {"type": "string"}}, "properties": {"a": {"$ref": "#/$defs/x"}}}
    custom_schema.check(schema)
    assert fits(schema, {"a": "b"})
    assert not fits(schema, {"a": 1})


@pytest.mark.parametrize(
    ("definitions", "name"),
    [
        ({"x": {"$ref": "#/$defs/x"}}, "x"),
        ({"x": {"items": {"$ref": "#/$defs/y"}}, "y": {"not": {"$ref": "#/$defs/x"}}}, "x"),
        ({"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/c"}, "c": {"allOf": [{"$ref": "#/$defs/b"}]}}, "b"),
    ],
)
def test_a_definition_that_leads_back_to_itself_is_refused(definitions: dict[str, Any], name: str) -> None:
    assert refused({"$defs": definitions}) == ("this definition refers to itself", ("$defs", name))


def test_two_ways_to_one_definition_are_no_circle() -> None:
    twice: dict[str, Any] = {"allOf": [{"$ref": "#/$defs/c"}, {"$ref": "#/$defs/c"}]}
    custom_schema.check({"$ref": "#/$defs/a", "$defs": {"a": twice, "c": {"type": "string"}}})


def chain(length: int, width: int) -> dict[str, Any]:
    """Definitions each of which refers to the next some times."""
    links = {f"d{i}": {"allOf": [{"$ref": f"#/$defs/d{i + 1}"}] * width} for i in range(length)}
    return {"$ref": "#/$defs/d0", "$defs": {**links, f"d{length}": {"type": "string"}}}


def test_references_that_multiply_are_refused() -> None:
    assert refused(chain(25, 2)) == (f"the rule follows more than {MOST_REFERENCES} $refs", ("$defs",))
    assert refused(chain(2_000, 1))[0] == f"the rule follows more than {MOST_REFERENCES} $refs"


def test_as_many_references_as_are_allowed_can_be_followed() -> None:
    longest = chain(MOST_REFERENCES - 1, 1)
    custom_schema.check(longest)
    assert fits(longest, "text")
    assert not fits(longest, 1)


@pytest.mark.parametrize("key", ["$id", "$schema", "$anchor", "$dynamicRef", "$dynamicAnchor", "$vocabulary"])
def test_a_rule_has_no_address(key: str) -> None:
    assert refused({"allOf": [{key: "x"}]}) == (f"{key} is not allowed in a rule", ("allOf", 0, key))


@pytest.mark.parametrize(
    ("schema", "at"),
    [
        ({"type": "text"}, ("type",)),
        ({"properties": {"a": {"minLength": -1}}}, ("properties", "a", "minLength")),
        ({"required": "domain"}, ("required",)),
        ({"allOf": []}, ("allOf",)),
        ({"pattern": 5}, ("pattern",)),
        ({"$defs": 5}, ("$defs",)),
        ({"$defs": ["a"]}, ("$defs",)),
        ({"required": ["a", "a"]}, ("required",)),
    ],
)
def test_what_is_no_schema_is_refused_at_its_place(schema: Any, at: tuple[str | int, ...]) -> None:
    message, place = refused(schema)
    assert message.startswith("not a JSON Schema: ")
    assert place == at


@pytest.mark.parametrize("schema", [True, False, {}])
def test_the_plainest_schemas_are_schemas(schema: Any) -> None:
    custom_schema.check(schema)
    assert fits(schema, {"a": 1}) is (schema is not False)


def test_a_digit_is_0_to_9_and_a_pattern_may_match_anywhere() -> None:
    digits = {"pattern": r"^\d+$"}
    assert fits(digits, "123")
    assert not fits(digits, "١٢٣")
    assert fits({"pattern": "b"}, "abc")
    assert fits(digits, 5), "a pattern says nothing about what is no string"
