"""A toy subsystem: one object in the registry, one section in the default policy and in two schemas, nothing else."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import pytest
from jsonschema import Draft202012Validator

from platform_gate.documents import schema, shipped
from platform_gate.judging.verdict import Verdict
from platform_gate.model import Charge, Context, Doubt, Problem, Rule, Severity, Violation
from platform_gate.policy import loading
from platform_gate.reports.formats import html as html_reporter
from platform_gate.reports.formats import json as json_reporter
from platform_gate.reports.formats import text as text_reporter
from platform_gate.reports.outcome import Display, Outcome
from platform_gate.reports.page import rendering
from platform_gate.subsystems import SUBSYSTEMS
from tests.samples import check_folder, manifest, own_policy, write

ABOVE = Rule("carbon/above-limit", "Too much carbon", "Emit less.")
NO_DATA = Rule("carbon/no-data", "No carbon figure", "Add `carbon.kg`.", doubt=Doubt.REQUIRED)
SECTION = "  carbon: {kg_at_most: 100, above_points: 2}\n"


@dataclass(frozen=True, slots=True)
class CarbonLimits:
    kg_at_most: float
    above_points: int

    @classmethod
    def parse(cls, section: Mapping[str, Any]) -> Self:
        return cls(**section)

    @classmethod
    def default(cls) -> Self:
        return cls.parse(shipped.default_limits("carbon"))


class Carbon:
    """What a module `subsystems/carbon.py` would offer."""

    NAME = "carbon"
    Limits = CarbonLimits

    def rules(self, _limits: CarbonLimits) -> tuple[Rule, ...]:
        return ABOVE, NO_DATA

    def read(
        self, manifest: Mapping[str, Any], _limits: CarbonLimits, _context: Context
    ) -> tuple[float | None, list[Problem]]:
        kilograms = manifest["spec"].get("carbon", {}).get("kg")
        at = ("spec", "carbon", "kg")
        return kilograms, [Problem(at, "13 is an unlucky number", "Write 12.99.")] if kilograms == 13 else []

    def has_data(self, kilograms: float | None) -> bool:
        return kilograms is not None

    def check(self, kilograms: float | None, limits: CarbonLimits, _context: Context) -> Iterator[Violation]:
        if kilograms is None:
            yield NO_DATA.violation("no carbon figure is known", "carbon")
        elif kilograms > limits.kg_at_most:
            yield ABOVE.violation(f"{kilograms} kg, above {limits.kg_at_most} kg", "carbon", "kg", value=kilograms)

    def points(self, failed: Sequence[Violation], limits: CarbonLimits) -> Iterator[Charge]:
        if any(failure.rule is ABOVE for failure in failed):
            yield Charge(limits.above_points, frozenset({ABOVE.id}), ("carbon", "above_points"))

    def status(self, kilograms: float | None, failed: Sequence[Violation], _limits: CarbonLimits) -> str:
        return "no_data" if kilograms is None else "sooty" if failed else "clean"

    def describe(self, kilograms: float | None, _limits: CarbonLimits) -> dict[str, Any]:
        return {"kg": kilograms}

    def relaxations(self, _before: float | None, _after: float | None) -> list[Any]:
        return []


def forget() -> None:
    """Empty every cache of what travels with the package."""
    caches = shipped.schema, shipped.policy, schema._validator, loading.default, rendering.environment  # noqa: SLF001
    for function in caches:
        function.cache_clear()


def extend_schema(path: Path, edit: Any) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    edit(data)
    path.write_text(json.dumps(data), encoding="utf-8")


def in_the_manifest(data: dict[str, Any]) -> None:
    kilograms = {"type": "number", "minimum": 0}
    data["properties"]["spec"]["properties"]["carbon"] = {
        "type": "object",
        "properties": {"kg": kilograms},
        "additionalProperties": False,
    }


def in_the_policy(data: dict[str, Any]) -> None:
    section = {"type": "object", "properties": {"kg_at_most": {"type": "number"}, "above_points": {"type": "integer"}}}
    for spec in (data["properties"]["spec"], data["$defs"]["override"]["properties"]["spec"]):
        spec["properties"]["carbon"] = section | {"additionalProperties": False}
    data["$defs"]["gate"]["properties"]["required"]["items"]["enum"].append("carbon")


@pytest.fixture(autouse=True)
def carbon(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    copy = tmp_path_factory.mktemp("shipped")
    for name in ("schemas", "policies"):
        shutil.copytree(shipped.folder(name), copy / name)
    default = copy / "policies/default.yaml"
    default.write_text(default.read_text(encoding="utf-8").rstrip("\n") + "\n" + SECTION, encoding="utf-8")
    extend_schema(copy / "schemas/service.schema.json", in_the_manifest)
    extend_schema(copy / "schemas/policy.schema.json", in_the_policy)
    monkeypatch.setattr(shipped, "folder", lambda name: copy / name)
    monkeypatch.setitem(SUBSYSTEMS, "carbon", Carbon())
    forget()
    yield
    monkeypatch.undo()
    forget()


def outcome_of(folder: Path, carbon: str, spec: str = "") -> Outcome:
    write(folder, {"web.yaml": manifest(carbon=carbon), "policy.yaml": own_policy(spec)})
    return check_folder(folder, "web.yaml", reference="policy.yaml" if spec else "default")


def text_of(outcome: Outcome) -> str:
    return "".join(text_reporter.render(replace(outcome, display=Display(verbosity=1))))


def test_its_points_decide_like_all_others(tmp_path: Path) -> None:
    outcome = outcome_of(tmp_path, "carbon: {kg: 100.5}")
    assert outcome.verdict is Verdict.FAILED
    [web] = outcome.run.services
    assert (web.judgement.points, web.judgement.scored["carbon"].status) == (2, "sooty")
    [finding] = web.findings
    assert (finding.rule, finding.severity, finding.points) == ("carbon/above-limit", Severity.ERROR, 2)
    assert (str(finding.location), finding.pointer) == ("web.yaml:9:16", "/spec/carbon/kg")


def test_the_text_report_carries_it(tmp_path: Path) -> None:
    text = text_of(outcome_of(tmp_path, "carbon: {kg: 100.5}"))
    assert "carbon sooty +2" in text
    assert "+2  web.yaml:9:16  carbon/above-limit\n      100.5 kg, above 100 kg\n      fix: Emit less.\n" in text


def test_the_json_report_carries_it_and_stays_valid(tmp_path: Path) -> None:
    report = json.loads("".join(json_reporter.render(outcome_of(tmp_path, "carbon: {kg: 100.5}"))))
    Draft202012Validator(shipped.schema("report")).validate(report)
    [web] = report["services"]
    assert web["subsystems"]["carbon"] == {"status": "sooty", "points": 2, "facts": {"kg": 100.5}}
    assert [finding["rule"] for finding in web["findings"]] == ["carbon/above-limit"]


def test_the_page_carries_it(tmp_path: Path) -> None:
    page = "".join(html_reporter.render(outcome_of(tmp_path, "carbon: {kg: 100.5}")))
    assert '<span class=p2 data-l="Carbon" data-v="2">sooty <b>+2</b>' in page
    assert "<h3>Carbon</h3><ul><li>Kg <b>100.5</b></ul>" in page
    assert "100.5 kg, above 100 kg" in page


def test_at_its_limit_all_is_well(tmp_path: Path) -> None:
    outcome = outcome_of(tmp_path, "carbon: {kg: 100}")
    assert outcome.verdict is Verdict.PASSED
    assert "carbon clean" in text_of(outcome)


@pytest.mark.parametrize(
    ("spec", "verdict"), [("", Verdict.PASSED), ("  gate: {required: [slo, carbon]}\n", Verdict.FAILED)]
)
def test_a_new_subsystem_starts_unrequired(tmp_path: Path, spec: str, verdict: Verdict) -> None:
    outcome = outcome_of(tmp_path, "", spec)
    assert outcome.verdict is verdict
    [finding] = outcome.findings
    assert finding.rule == "carbon/no-data"
    assert finding.severity is (Severity.ERROR if spec else Severity.NOTE)


@pytest.mark.parametrize(
    ("spec", "points", "verdict"),
    [
        ("  carbon: {kg_at_most: 200}\n", 0, Verdict.PASSED),
        ("  carbon: {above_points: 4}\n", 4, Verdict.FAILED),
        ('  severities: {carbon/above-limit: "off"}\n', 0, Verdict.PASSED),
        ("  carbon: {above_points: 0}\n  gate: {fail_on: [carbon/above-limit]}\n", 0, Verdict.FAILED),
        ("  overrides:\n    - {match: {name: w*}, spec: {carbon: {kg_at_most: 101}}}\n", 0, Verdict.PASSED),
    ],
)
def test_policies_and_overrides_reach_it(tmp_path: Path, spec: str, points: int, verdict: Verdict) -> None:
    outcome = outcome_of(tmp_path, "carbon: {kg: 100.5}", spec)
    assert (outcome.run.services[0].judgement.points, outcome.verdict) == (points, verdict)


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("carbon: {kg: -1}", "-1 is below 0"),
        ("carbon: {kilos: 1}", "unknown key 'kilos'"),
        ("carbon: {kg: 13}", "13 is an unlucky number"),
    ],
)
def test_its_invalid_facts_stop_the_run(tmp_path: Path, section: str, message: str) -> None:
    outcome = outcome_of(tmp_path, section)
    assert outcome.verdict is Verdict.NOT_JUDGED
    assert [finding.message for finding in outcome.findings] == [message]
