"""Data against a JSON Schema: what does not fit, where, and how to write it right."""

import importlib
import json
import sys
from collections.abc import Iterator
from datetime import date
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from platform_gate.documents import schema, shipped
from platform_gate.model import At, Problem


def service(at: str = "", value: Any = None, *, without: str = "") -> dict[str, Any]:
    """The schema's own example, with one value replaced or removed: ``spec/slos/0/target``."""
    example = json.loads(json.dumps(shipped.schema("service")["examples"][0]))
    target, *keys = example, *(at or without).split("/")
    for key in keys[:-1]:
        target = target[int(key) if isinstance(target, list) else key]
    if at:
        target[keys[-1]] = value
    elif without:
        del target[keys[-1]]
    return example  # type: ignore[no-any-return]


def problem(at: str = "", value: Any = None, *, without: str = "") -> Problem:
    (only,) = schema.validate(service(at, value, without=without), "service")
    return only


def own(rule: dict[str, Any], value: Any) -> list[Problem]:
    return schema.explain(Draft202012Validator(rule), value)


@pytest.mark.parametrize("name", ["service", "policy", "config"])
def test_a_schema_s_own_examples_fit_it(name: str) -> None:
    examples = shipped.schema(name)["examples"]
    assert examples
    assert [schema.validate(example, name) for example in examples] == [[]] * len(examples)


@pytest.mark.parametrize(
    ("at", "value", "message", "fix"),
    [
        ("kind", "Policy", "expected Service, found the string 'Policy'", "Write Service."),
        ("metadata", None, "expected a mapping, found nothing (null)", "For example: {name: payments, team: fintech}"),
        ("metadata", ["x"], "expected a mapping, found a list", "For example: {name: payments, team: fintech}"),
        ("metadata/name", 7, "expected a string, found 7", "For example: payments"),
        ("metadata/name", "Payments", "the string 'Payments' is not a valid name", "For example: payments"),
        ("metadata/team", True, "expected a string, found true", "For example: fintech"),
        ("metadata/team", "x" * 101, "the text is longer than 100 characters", "For example: fintech"),
        ("metadata/tier", 4, "4 is not a known tier", "Write 1, 2 or 3."),
        ("metadata/labels/domain", 1, "expected a string, found 1", "For example: commerce"),
        ("spec/slos", {}, "expected a list, found a mapping", "For example: "),
        ("spec/slos/0/target", 0, "0 is not above 0", "For example: 99.9"),
        ("spec/slos/0/target", 100.1, "100.1 is above 100", "For example: 99.9"),
        ("spec/slos/0/current", "99.9", "expected a number, found the string '99.9'", "Write it without quotes: 99.9"),
        ("spec/slos/0/window", "30", "the string '30' is not a valid window", 'For example: "30d"'),
        ("spec/cost/budget_monthly", -0.01, "-0.01 is below 0", "For example: 3000"),
        ("spec/cost/currency", "usd", "the string 'usd' is not a known currency", "Did you mean USD?"),
        ("spec/cost/entries/1/month", "2026-13", "'2026-13' is not a valid month", 'For example: "2026-01"'),
        ("spec/reliability/incidents_30d", 1.5, "expected a whole number, found 1.5", "For example: 1"),
        ("spec/governance/runbook", 1, "expected true or false or a string, found 1", "For example: docs/runbooks"),
        ("spec/governance/runbook", "none", "the string 'none' is not a valid evidence", "For example: docs/runbooks"),
        ("spec/governance/runbook", "../x.md", "the string '../x.md' is not a valid", "For example: docs/runbooks"),
        ("spec/governance/ownership", "true", "the string 'true' is not a valid", "For example: team-fintech"),
    ],
)  # fmt: skip
def test_an_invalid_value_is_located_and_explained(at: str, value: Any, message: str, fix: str) -> None:
    issue = problem(at, value)
    assert message in issue.message
    assert fix in issue.fix
    assert (issue.at, issue.on_key) == (tuple(int(key) if key.isdigit() else key for key in at.split("/")), False)


@pytest.mark.parametrize(
    ("at", "value"),
    [
        ("metadata/name", "a"),
        ("metadata/name", "x" * 63),
        ("metadata/team", "x" * 100),
        ("metadata/tier", 3),
        ("metadata/launches", "2027-01-15"),
        ("spec/slos/0/target", 0.000001),
        ("spec/slos/0/target", 100),
        ("spec/slos/0/current", 0),
        ("spec/slos/0/window", "calendar-month"),
        ("spec/cost/budget_monthly", 0),
        ("spec/reliability/uptime_pct", 100),
        ("spec/governance/runbook", "README.md"),
        ("spec/governance/ownership", "@acme/payments"),
        ("spec/governance/backup_restore", True),
        ("spec", {}),
    ],
)
def test_a_value_at_its_limit_is_valid(at: str, value: Any) -> None:
    assert schema.validate(service(at, value), "service") == []


@pytest.mark.parametrize(
    ("at", "value"),
    [
        ("metadata/name", "x" * 64),
        ("metadata/name", ""),
        ("metadata/name", "-a"),
        ("metadata/team", " a"),
        ("metadata/team", ""),
        ("metadata/launches", "2027-1-15"),
        ("spec/slos/0/current", 100.0001),
        ("spec/slos/0/window", "0d"),
        ("spec/reliability/mttr_minutes", -1),
        ("spec/reliability/change_failure_rate_pct", 101),
        ("spec/governance/runbook", "/etc/passwd.md"),
        ("spec/governance/runbook", "javascript:alert(1)"),
        ("spec/governance/ownership", "no"),
        ("spec/governance/monitoring", None),
    ],
)
def test_a_value_beyond_its_limit_is_invalid(at: str, value: Any) -> None:
    assert problem(at, value).at == tuple(int(key) if key.isdigit() else key for key in at.split("/"))


@pytest.mark.parametrize(
    ("at", "guess"),
    [
        ("spec/slos/0/traget", "Did you mean target?"),
        ("metadata/names", "Did you mean name?"),
        ("spec/zzz", "Known: cost, governance, measured_at, reliability, slos."),
        ("extra", "Known: apiVersion, kind, metadata, spec."),
    ],
)
def test_an_unknown_key_is_located_and_gets_a_suggestion(at: str, guess: str) -> None:
    issue = problem(at, 1)
    *_, key = at.split("/")
    assert (issue.message, issue.fix, issue.on_key) == (f"unknown key '{key}'", guess, True)
    assert issue.at[-1] == key


def test_every_unknown_key_is_named() -> None:
    manifest = service("spec/reliability/mtr", 1) | {"extra": 1, "more": 2}
    assert {issue.message for issue in schema.validate(manifest, "service")} == {
        f"unknown key '{key}'" for key in ("mtr", "extra", "more")
    }


@pytest.mark.parametrize(
    ("without", "at", "fix"),
    [
        ("kind", (), "Add `kind: Service`."),
        ("metadata", (), "Add it, for example `metadata: {name: payments, team: fintech}`."),
        ("metadata/team", ("metadata",), "Add it, for example `team: fintech`."),
        ("spec/slos/0/target", ("spec", "slos", 0), "Add it, for example `target: 99.9`."),
    ],
)
def test_a_missing_key_is_named_at_the_mapping_that_lacks_it(without: str, at: At, fix: str) -> None:
    issue = problem(without=without)
    assert issue.message == f"the key '{without.rpartition('/')[2]}' is missing"
    assert issue.at == at
    assert issue.fix.startswith(fix)


def test_every_missing_key_is_named() -> None:
    messages = [issue.message for issue in schema.validate({}, "service")]
    assert messages == [f"the key '{key}' is missing" for key in ("apiVersion", "kind", "metadata", "spec")]


def test_a_key_that_cannot_be_a_name_is_located() -> None:
    issue = problem("spec/governance/Backup-Restore", value=True)
    assert issue.message == "the key 'Backup-Restore' is not allowed here"
    assert (issue.at, issue.on_key) == (("spec", "governance", "Backup-Restore"), True)
    assert issue.fix.endswith("For example: backup_restore")


@pytest.mark.parametrize("value", [None, [], "text", 3])
def test_a_document_that_is_no_mapping_is_refused(value: Any) -> None:
    (issue,) = schema.validate(value, "service")
    assert issue.message.startswith("expected a mapping, found ")
    assert issue.at == ()


@pytest.mark.parametrize(
    ("rule", "value", "message"),
    [
        ({"exclusiveMaximum": 5}, 5, "5 is not below 5"),
        ({"exclusiveMinimum": 5}, 5, "5 is not above 5"),
        ({"minLength": 1}, "", "the text is empty"),
        ({"maxLength": 1}, "ab", "the text is longer than 1 character"),
        ({"minItems": 1}, [], "the list holds fewer than 1 entry"),
        ({"minItems": 2}, [1], "the list holds fewer than 2 entries"),
        ({"maxItems": 1}, [1, 2], "the list holds more than 1 entry"),
        ({"uniqueItems": True}, [1, 1], "the list holds an entry twice"),
        ({"minProperties": 1}, {}, "the mapping is empty"),
        ({"type": ["array", "null", "boolean"]}, 1, "expected a list, null or true or false, found 1"),
        ({"multipleOf": 2}, 3, "3 is not a valid value"),
        ({"multipleOf": 2, "title": "Even Number"}, 3, "3 is not a valid even Number"),
        ({"multipleOf": 2, "title": "URL"}, 3, "3 is not a valid URL"),
        ({"multipleOf": 2, "title": "IDs"}, 3, "3 is not a valid IDs"),
        ({"additionalProperties": False}, {"a": 1}, "unknown key 'a'"),
        ({"not": {}}, {"a": 1}, "a mapping is not a valid value"),
        ({"const": "two words"}, "x", "expected two words, found the string 'x'"),
        ({"const": "a: b"}, "x", "expected \"a: b\", found the string 'x'"),
        ({"const": "é"}, "x", "expected \"é\", found the string 'x'"),
        ({"type": "string"}, date(2026, 1, 31), 'expected a string, found "2026-01-31"'),
        ({"const": {"a": [1]}}, None, "expected {a: [1]}, found nothing (null)"),
        ({"enum": ["a"]}, [], "a list is not a known value"),
    ],
)
def test_every_kind_of_constraint_has_words(rule: dict[str, Any], value: Any, message: str) -> None:
    (issue,) = own(rule, value)
    assert issue.message == message


def test_a_schema_of_false_refuses_everything_in_words() -> None:
    (issue,) = schema.explain(Draft202012Validator(False), 3)  # noqa: FBT003
    assert (issue.message, issue.fix) == ("3 is not a valid value", "")


@pytest.mark.parametrize(
    ("count", "start", "end"),
    [(2, "Write v0 or v1.", ""), (11, "Write v0, v1, ", " or v10."), (99, "Write v0, v1, ", " or 89 more.")],
)
def test_a_long_choice_is_cut(count: int, start: str, end: str) -> None:
    (issue,) = own({"enum": [f"v{index}" for index in range(count)]}, 0)
    assert issue.fix.startswith(start)
    assert issue.fix.endswith(end)
    assert len(issue.fix) < 140


def test_a_long_choice_with_a_description_is_described() -> None:
    (issue,) = own({"enum": [f"v{index}" for index in range(99)], "description": "A v.", "examples": ["v3"]}, 0)
    assert issue.fix == "A v. For example: v3"


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("99.9", "Write it without quotes: 99.9"),
        (" 99.9 ", "Write it without quotes: 99.9"),
        ("-3", "Write it without quotes: -3"),
        ("99,8", "Use a decimal point: 99.8"),
        ("1,200", "Write 1200, or 1.200 with a decimal point."),
        ("1,200.50", "Write 1200.50."),
        ("1,200,000", "Write 1200000."),
        ("99.8%", "Write only the number: 99.8"),
        ("$1,200.50", "Write 1200.50."),
        ("1200 USD", "Write only the number: 1200"),
        ("25 min", "Write only the number: 25"),
        ("1.200,50", "For example: 7"),
        ("1-2", "For example: 7"),
        ("none", "For example: 7"),
        ("", "For example: 7"),
    ],
)
def test_a_number_that_is_text_is_written_right(text: str, fix: str) -> None:
    (issue,) = own({"type": "number", "examples": [7]}, text)
    assert issue.fix == fix


@pytest.mark.parametrize(
    ("at", "fix"),
    [
        ("metadata/spec", "Outdent it: it belongs at the top level."),
        ("spec/metadata", "Outdent it: it belongs at the top level."),
        ("spec/cost/reliability", "Outdent it: it belongs under `spec`."),
        ("spec/slos/0/cost", "Outdent it: it belongs under `spec`."),
        ("spec/slos/0/kind", "Outdent it: it belongs at the top level."),
        ("spec/uptime_pct", "Indent it: it belongs under `spec.reliability`."),
        ("cost", "Indent it: it belongs under `spec`."),
        ("tier", "Indent it: it belongs under `metadata`."),
        ("metadata/cost", "Move it: it belongs under `spec`."),
    ],
)
def test_a_key_at_the_wrong_place_is_told_where_it_belongs(at: str, fix: str) -> None:
    assert problem(at, 1).fix == fix


def test_a_key_that_is_only_at_the_wrong_place_is_not_missing_as_well() -> None:
    manifest = service(without="spec")
    manifest["metadata"]["spec"] = {}
    assert [issue.message for issue in schema.validate(manifest, "service")] == ["unknown key 'spec'"]


def test_another_kind_of_document_has_one_problem() -> None:
    messages = [issue.message for issue in schema.validate(service(), "policy-test")]
    assert messages == ["expected PolicyTest, found the string 'Service'"]


def test_a_description_stands_in_for_an_example() -> None:
    (issue,) = own({"type": "string", "description": "x" * 300}, 0)
    assert issue.fix == "x" * 197 + "..."


@pytest.mark.parametrize(
    ("rule", "fix"),
    [
        ({"description": "Only x.", "examples": ["x", "xx"]}, "Only x. For example: x"),
        ({"examples": ["x"]}, "For example: x"),
        ({"description": "Only x."}, "Only x."),
        ({"description": "x" * 300, "examples": ["x"]}, "x" * 197 + "... For example: x"),
    ],
)
def test_a_pattern_is_described_before_its_example(rule: dict[str, Any], fix: str) -> None:
    (issue,) = own({"pattern": "^x+$", **rule}, "y")
    assert issue.fix == fix


def test_a_missing_key_without_a_schema_is_named() -> None:
    (issue,) = own({"required": ["a"]}, {})
    assert (issue.message, issue.fix) == ("the key 'a' is missing", "")
    assert own({"required": ["a"], "properties": {}}, {})[0].fix == ""


def test_a_missing_key_that_jsonschema_does_not_name_is_reported() -> None:
    terse = ValidationError("no", validator="required", validator_value=["a"], instance={}, schema={"required": ["a"]})
    validator: Any = SimpleNamespace(iter_errors=lambda _data: [terse])
    (issue,) = schema.explain(validator, {})
    assert (issue.message, issue.fix) == ("the key '' is missing", "")


@pytest.mark.parametrize(
    ("count", "last"), [(100, "unknown key 'k99'"), (101, "and 1 more problem"), (150, "and 50 more problems")]
)
def test_from_the_hundredth_on_problems_are_counted(count: int, last: str) -> None:
    issue = own({"additionalProperties": False}, {f"k{index}": 1 for index in range(count)})
    assert (len(issue), issue[-1].message) == (min(count, 101), last)


def test_an_example_is_cut_short() -> None:
    (issue,) = own({"type": "string", "examples": ["x" * 300]}, 0)
    assert issue.fix == "For example: " + "x" * 117 + "..."


@pytest.mark.parametrize("kind", ["anyOf", "oneOf"])
def test_of_several_shapes_the_nearest_is_explained(kind: str) -> None:
    shapes = [{"type": "string"}, {"type": "object", "properties": {"a": {"minimum": 5}}}]
    (issue,) = own({kind: shapes}, {"a": 1})
    assert (issue.message, issue.at) == ("1 is below 5", ("a",))


def test_an_unknown_key_of_the_nearest_shape_is_located() -> None:
    (issue,) = own({"anyOf": [{"type": "string"}, {"properties": {"a": {}}, "additionalProperties": False}]}, {"b": 1})
    assert (issue.message, issue.at, issue.on_key) == ("unknown key 'b'", ("b",), True)


@pytest.mark.parametrize("shapes", [[{"type": "string"}, {"minimum": 5}], [{"minimum": 5}, {"type": "string"}]])
def test_a_wrong_value_is_nearer_than_a_wrong_type(shapes: list[dict[str, Any]]) -> None:
    (issue,) = own({"anyOf": shapes}, 1)
    assert issue.message == "1 is below 5"


def test_a_value_that_fits_two_shapes_has_words_too() -> None:
    (issue,) = own({"oneOf": [{"minimum": 1}, {"minimum": 2}], "title": "Amount"}, 3)
    assert issue.message == "3 is not a valid amount"


def test_keys_that_a_pattern_knows_are_not_unknown() -> None:
    rule = {"properties": {"a": {}}, "patternProperties": {"^x-": {}}, "additionalProperties": False}
    assert own(rule, {"a": 1, "x-b": 1}) == []
    (issue,) = own(rule, {"a": 1, "x-b": 1, "b": 1})
    assert issue.at == ("b",)


def test_what_is_quoted_cannot_act_on_a_terminal() -> None:
    (issue,) = own({"type": "number"}, "\x1b[31m" + "x" * 500)
    assert r"\x1b[31m" in issue.message
    assert len(issue.message) < 150


@pytest.fixture
def fresh() -> Iterator[None]:
    """The module as at its first import, before and after a test that changes what can be imported."""
    importlib.reload(schema)
    yield
    importlib.reload(schema)


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("fast", [True, False])
def test_the_fast_validator_only_accepts_and_never_rejects(monkeypatch: pytest.MonkeyPatch, *, fast: bool) -> None:
    asked: list[Any] = []
    module = ModuleType("jsonschema_rs")
    validator = SimpleNamespace(is_valid=lambda data: bool(asked.append(data)))  # type: ignore[func-returns-value]
    monkeypatch.setattr(module, "Draft202012Validator", lambda _schema: validator, raising=False)
    monkeypatch.setitem(sys.modules, "jsonschema_rs", module if fast else None)
    assert schema.validate(service(), "service") == []
    assert schema.validate({}, "service")[0].message == "the key 'apiVersion' is missing"
    assert asked == ([service(), {}] if fast else [])


@pytest.mark.usefixtures("fresh")
def test_data_that_the_fast_validator_accepts_is_not_validated_again(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("jsonschema_rs")
    accepting = SimpleNamespace(is_valid=lambda _data: True)
    monkeypatch.setattr(module, "Draft202012Validator", lambda _schema: accepting, raising=False)
    monkeypatch.setitem(sys.modules, "jsonschema_rs", module)
    assert schema.validate({"nothing": "fits"}, "service") == []
