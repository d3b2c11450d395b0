"""Schemas that a policy brings along: what is refused and where, and that what is accepted never runs away."""
# ruff: noqa: S311

import re
import time
from random import Random
from typing import Any

import pytest

from platform_gate.model import LimitError
from platform_gate.subsystems import custom_schema
from platform_gate.subsystems.custom_schema import LONGEST_PATTERN, LONGEST_TEXT, MOST_REFERENCES

SLOWEST = 5.0
"""Seconds of this process. An accepted pattern needs less than one; a refused one of that length would need hours."""


def refused(schema: Any) -> tuple[str, tuple[str | int, ...]]:
    with pytest.raises(LimitError) as caught:
        custom_schema.check(schema)
    return caught.value.message, caught.value.at


def accepts(pattern: str) -> bool:
    try:
        custom_schema.check_pattern(pattern)
    except LimitError:
        return False
    return True


@pytest.mark.parametrize(
    "pattern",
    [
        "^team-[a-z0-9-]+$",
        "^(oncall|team)-[a-z0-9-]+$",
        "team",
        "^[^/]+/[^/]+/[^/]+$",
        r"\d+\.\d+",
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        "^https?://(docs|wiki)[.]example[.]com/.*$",
        "(?i)^runbook",
        "^a*?b*?c*?$",
        r"\A[a-z]*[a-z]*[a-z]*1",
        "^(ab){3}$",
        "",
    ],
)
def test_a_pattern_that_people_write_is_accepted(pattern: str) -> None:
    custom_schema.check({"pattern": pattern})


@pytest.mark.parametrize(
    "pattern",
    [
        "^(a+)+$",
        "^(a*)*$",
        "^(a|a)*$",
        "^(a|aa)+$",
        "^(.*)*$",
        r"^(\w+\s?)*$",
        r"^([a-zA-Z]+)*\d",
        r"^(([a-z])+.)+[A-Z]([a-z])+$",
        "(x+x+)+y",
        "^(a?){500}$",
        "^(a{0,9}){9}$",
        "^((a*)(b*))*$",
        "^(?:(?:a?){9}){9}$",
        "^.*.*.*.*$",
        ".*.*.*=.*",
        "a*a*a*b",
        "^a*|b*c*d*$",
        "(?m)^a*a*a*b",
        "a?" * 26 + "a" * 26 + "b",
        "^" + "a?" * 26 + "a" * 26 + "b",
        "^" + "a??" * 26,
        "^" + "(?:a|a)" * 26,
        "^[a-z]{0,200}[a-z]{0,200}[a-z]{0,200}[a-z]{0,200}1",
        "(?:a*a*b|a)*+c",
        "^(?>(a|a)*)*$",
        "^(a+){2,}b",
        "^(a+)+?$",
        "(?i:(A+)+)",
    ],
)
def test_a_pattern_that_could_run_away_is_refused_at_its_place(pattern: str) -> None:
    message, at = refused({"properties": {"name": {"pattern": pattern}}})
    assert message == "the pattern could try too many ways to match"
    assert at == ("properties", "name", "pattern")


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        (r"(a)\1", "the pattern holds a back-reference"),
        (r"(?P<x>a)(?P=x)", "the pattern holds a back-reference"),
        (r"(a)?(?(1)b|c)", "the pattern holds a conditional group"),
        ("a(?=b)", "the pattern holds a look-around"),
        ("(?!b)a", "the pattern holds a look-around"),
        ("(?<=b)a", "the pattern holds a look-around"),
        ("((?<!b)a)+", "the pattern holds a look-around"),
        ("(", "the pattern is not a regular expression: missing ), unterminated subpattern at position 0"),
        ("[b-a]", "the pattern is not a regular expression: bad character range b-a at position 1"),
        ("a" * (LONGEST_PATTERN + 1), "the pattern is longer than 200 characters"),
        ("a{1,99999999999999}", "the pattern is not a regular expression: the repetition number is too large"),
    ],
)
def test_what_a_pattern_may_not_hold(pattern: str, message: str) -> None:
    assert refused({"pattern": pattern}) == (message, ("pattern",))


def test_deep_nesting_of_groups_is_answered_too() -> None:
    assert accepts("(" * 90 + "a" + ")" * 90)
    assert not accepts("(" * 150 + "a" + ")" * 150)


def test_a_pattern_for_keys_is_checked_as_well() -> None:
    message, at = refused({"patternProperties": {"^ok$": True, "^(a+)+$": True}})
    assert (message, at[:2]) == ("the pattern could try too many ways to match", ("patternProperties", "^(a+)+$"))


def test_a_property_may_be_called_pattern() -> None:
    custom_schema.check({"properties": {"pattern": {"type": "string"}}})


ATOMS = ["a", ".", r"\w", "[a-z]", "(?:a)", "(?:aa)", "(?:ab|a)", "(a|b|aa)", "(?:a|a)", "[^b]"]
REPEATS = ["", "", "*", "+", "?", "*?", "??", "{0,200}", "{2,}", "{1,9}", "{3}", "*+"]


def random_pattern(rng: Random) -> str:
    parts = [rng.choice(ATOMS) + rng.choice(REPEATS) for _ in range(rng.choice([1, 2, 3, 4, 6, 12, 20]))]
    if rng.random() < 0.2:
        parts = [f"(?:{''.join(parts)}){rng.choice(REPEATS)}"]
    return rng.choice(["", "^", "^", "(?i)^"]) + "".join(parts) + rng.choice(["", "!", "$", "1", "b$"])


HOSTILE = ["a" * LONGEST_TEXT, "ab" * (LONGEST_TEXT // 2), "a" * (LONGEST_TEXT - 1) + "\x21", "aab" * 166]


def test_what_is_accepted_answers_hostile_text_at_once() -> None:
    rng = Random(5)
    accepted = [pattern for pattern in (random_pattern(rng) for _ in range(300)) if accepts(pattern)]
    assert 80 < len(accepted) < 290, "the generator no longer hits the border"
    for pattern in accepted:
        for text in HOSTILE:
            started = time.process_time()
            re.search(pattern, text, re.ASCII)
            assert time.process_time() - started < SLOWEST, pattern


@pytest.mark.parametrize(
    "pattern", ["^(a)*(a)*(a)*c", "(a)*(a)*c", "^" + "a?" * 19 + "a" * 19 + "b", "^" + "(?:a|a)" * 19 + "b", "a*b"]
)
def test_the_costliest_that_is_accepted_answers_hostile_text_at_once(pattern: str) -> None:
    custom_schema.check_pattern(pattern)
    started = time.process_time()
    assert re.search(pattern, "a" * LONGEST_TEXT, re.ASCII) is None
    assert time.process_time() - started < SLOWEST


def test_no_text_of_a_manifest_is_longer_than_patterns_are_made_for() -> None:
    from platform_gate.documents.shipped import schema  # noqa: PLC0415

    def longest(part: Any) -> int:
        if isinstance(part, dict):
            own = int(part.get("maxLength", 0)) if isinstance(part.get("maxLength", 0), int) else 0
            return max([own, *map(longest, part.values())])
        return max(map(longest, part), default=0) if isinstance(part, list) else 0

    assert 0 < longest(schema("service")) <= LONGEST_TEXT


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
    assert custom_schema.validator(schema).is_valid({"a": "b"})
    assert not custom_schema.validator(schema).is_valid({"a": 1})


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
    assert custom_schema.validator(longest).is_valid("text")
    assert not custom_schema.validator(longest).is_valid(1)


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
    ],
)
def test_what_is_no_schema_is_refused_at_its_place(schema: Any, at: tuple[str | int, ...]) -> None:
    message, place = refused(schema)
    assert message.startswith("not a JSON Schema: ")
    assert place == at


@pytest.mark.parametrize("schema", [True, False, {}])
def test_the_plainest_schemas_are_schemas(schema: Any) -> None:
    custom_schema.check(schema)
    assert custom_schema.validator(schema).is_valid({"a": 1}) is (schema is not False)


def test_a_digit_is_0_to_9_and_a_pattern_may_match_anywhere() -> None:
    digits = custom_schema.validator({"pattern": r"^\d+$"})
    assert digits.is_valid("123")
    assert not digits.is_valid("١٢٣")
    assert custom_schema.validator({"pattern": "b"}).is_valid("abc")
    assert digits.is_valid(5), "a pattern says nothing about what is no string"
