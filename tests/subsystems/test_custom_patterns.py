"""Regular expressions of a policy: what is refused, and that what is accepted never runs away."""
# ruff: noqa: S311

import re
import time
from random import Random
from typing import Any

import pytest

from platform_gate.model import LimitError
from platform_gate.subsystems import custom_patterns, custom_schema
from platform_gate.subsystems.custom_patterns import LONGEST_PATTERN, LONGEST_TEXT, MOST_STEPS, compiled

SLOWEST = 0.5
"""Seconds of this process. An accepted pattern needs a hundredth of that; a refused one could need hours."""


def refused(schema: Any) -> tuple[str, tuple[str | int, ...]]:
    with pytest.raises(LimitError) as caught:
        custom_schema.check(schema)
    return caught.value.message, caught.value.at


def accepts(pattern: str) -> bool:
    try:
        custom_patterns.check(pattern)
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
        r"\A[a-z]*[a-z]*1",
        "^[a-z0-9]+(-[a-z0-9]+)*$",
        r"^v?\d+(\.\d+){0,2}$",
        r"^https://[^/\s]+(/[^\s]*)?$",
        r"^(docs|runbooks)/.+\.md$",
        "^.*-(dev|prod)-.*$",
        ".*-prod.*",
        "^(?P<team>[a-z]+)/(?#a comment)[a-z]+$",
        r"^[]a-c\]]+\x2d\101\0?$",
        "^(ab){3}$",
        "",
    ],
)
def test_a_pattern_that_people_write_is_accepted(pattern: str) -> None:
    custom_schema.check({"pattern": pattern})


@pytest.mark.parametrize(
    "pattern",
    [
        "^.*a.*b.*c$",
        "a[ab]*b[ab]*c",
        r"\A[a-z]*[a-z]*[a-z]*1",
        r"(?s)^.*\n.*\n.*\n.*\nx$",
        r"^(?i:k*K*k*)k$",
        "^[]a]*]*a*c$",
        r"^a*\x61*a*b",
        "^(?:(?:a?|b?)){20}c",
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
        (r"(a)\1", "the pattern contains a back-reference"),
        (r"(?P<x>a)(?P=x)", "the pattern contains a back-reference"),
        (r"(a)?(?(1)b|c)", "the pattern contains a conditional group"),
        ("a(?=b)", "the pattern contains a look-around"),
        ("(?!b)a", "the pattern contains a look-around"),
        ("(?<=b)a", "the pattern contains a look-around"),
        ("((?<!b)a)+", "the pattern contains a look-around"),
        ("(?x)a b", "the pattern contains a verbose or locale flag"),
        ("(?x:a b)", "the pattern contains a verbose or locale flag"),
        ("(?u)a", "the pattern is not a regular expression: ASCII and UNICODE flags are incompatible"),
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
    "pattern", ["^(a)*(a)*c", "(a)*c", "^" + "a?" * 14 + "a" * 14 + "b", "^" + "(?:a|a)" * 14 + "b", "a*b"]
)
def test_the_costliest_that_is_accepted_answers_hostile_text_at_once(pattern: str) -> None:
    custom_patterns.check(pattern)
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


@pytest.mark.parametrize("pattern", ["^[a-z]+(-[a-z]+)*$", "^(a|b)*c", "^(?:[0-9]{1,3}[.]){3}[0-9]{1,3}$", "^.*$"])
def test_where_each_character_fits_in_one_way_cost_is_in_line_with_the_text(pattern: str) -> None:
    assert custom_patterns.steps(pattern) == LONGEST_TEXT + 1


@pytest.mark.parametrize("pattern", ["^.*a.*b$", "^(?:a|ab)*c", "^(?:a*)*$"])
def test_where_a_character_fits_in_two_ways_all_of_them_count(pattern: str) -> None:
    assert custom_patterns.steps(pattern) > LONGEST_TEXT + 1


def test_steps_bound_what_a_cubic_pattern_takes() -> None:
    assert custom_patterns.steps("^.*a.*b$") < MOST_STEPS < custom_patterns.steps("^.*a.*b.*c$")


@pytest.mark.parametrize("pattern", ["^a$", "^(b|a$)", "^a($|-)", "^[$a]$"])
def test_a_dollar_sign_is_the_end_of_the_text(pattern: str) -> None:
    assert compiled(pattern).search("a")
    assert not compiled(pattern).search("a\n")


@pytest.mark.parametrize("pattern", [r"^a\$b", "^a[$]b", r"^a[\]$]b"])
def test_a_dollar_sign_that_is_a_character_stays_one(pattern: str) -> None:
    assert compiled(pattern).search("a$b")
