"""A toy subsystem: one object in the registry, one section in the default policy and in two schemas, nothing else.

Every command must handle it: it is judged, reported in every format, compared, explained, linted and waived.
"""

import json
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import pytest
from jsonschema import Draft202012Validator

from platform_gate.cli.main import run
from platform_gate.documents import schema, shipped
from platform_gate.judging.verdict import Verdict
from platform_gate.model import Charge, Context, Doubt, Problem, Relaxation, Rule, Severity, Violation
from platform_gate.policy import loading
from platform_gate.readings import NOTHING, Together, Want
from platform_gate.reports.formats import REPORTERS
from platform_gate.reports.formats import html as html_reporter
from platform_gate.reports.formats import json as json_reporter
from platform_gate.reports.formats import text as text_reporter
from platform_gate.reports.outcome import Display, Outcome
from platform_gate.reports.page import rendering
from platform_gate.subsystems import SUBSYSTEMS, Subsystem
from platform_gate.subsystems.loosening import LooseningTable, if_higher, if_lower
from platform_gate.subsystems.measurable import field_of
from tests.repositories import commit, repository
from tests.samples import check_folder, manifest, own_policy, write

ABOVE = Rule("carbon/above-limit", "Too much carbon", "Emit less.")
NO_DATA = Rule("carbon/no-data", "No carbon figure", "Add `carbon.kg`.", doubt=Doubt.REQUIRED)
SECTION = "  carbon: {kg_at_most: 100, above_points: 2}\n"
DAY = ("--as-of", "2026-11-23")
FIELD = "carbon/kg"
LOOSENING: LooseningTable = {("kg_at_most",): if_higher, ("above_points",): if_lower}


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
    SECTION = "carbon"
    MEASURED: tuple[str, ...] = ("carbon",)
    LOOSENING = LOOSENING
    Limits = CarbonLimits

    def all_rules(self, _limits: CarbonLimits) -> tuple[Rule, ...]:
        return ABOVE, NO_DATA

    def field_of(self, at: str) -> str | None:
        return at if at == FIELD else None

    def wants(self, manifest: Mapping[str, Any], _limits: Any) -> list[Together]:
        typed = "kg" in manifest["spec"].get("carbon", {})
        return [(Want(FIELD, ("spec", "carbon", "kg"), "the carbon figure", "count", typed=typed),)]

    def read(
        self, manifest: Mapping[str, Any], _limits: CarbonLimits, context: Context
    ) -> tuple[float | None, list[Problem]]:
        overlay = context.overlays.get("carbon", NOTHING)
        kilograms = manifest["spec"].get("carbon", {}).get("kg")
        if FIELD in overlay.owners:
            kilograms = overlay.values[FIELD].value if FIELD in overlay.values else None
        at = ("spec", "carbon", "kg")
        return kilograms, [Problem(at, "13 is an unlucky number", "Write 12.99.")] if kilograms == 13 else []

    def has_data(self, kilograms: float | None) -> bool:
        return kilograms is not None

    def check(self, kilograms: float | None, limits: CarbonLimits, _context: Context) -> Iterator[Violation]:
        if kilograms is None:
            yield NO_DATA.violation("no carbon figure is known", "carbon")
        elif kilograms > limits.kg_at_most:
            yield ABOVE.violation(f"{kilograms} kg, above {limits.kg_at_most} kg", "carbon", "kg", value=kilograms)

    def points(self, violations: Sequence[Violation], limits: CarbonLimits) -> Iterator[Charge]:
        if any(violation.rule is ABOVE for violation in violations):
            yield Charge(limits.above_points, frozenset({ABOVE.id}), ("carbon", "above_points"))

    def status(self, kilograms: float | None, violations: Sequence[Violation], _limits: CarbonLimits) -> str:
        return "no_data" if kilograms is None else "sooty" if violations else "clean"

    def describe(self, kilograms: float | None, _limits: CarbonLimits) -> dict[str, Any]:
        return {"kg": kilograms}

    def most_points(self, limits: CarbonLimits) -> int:
        return limits.above_points

    def declared(self, kilograms: float | None, _subject: str) -> bool:
        return kilograms is not None

    def relaxations(self, before: float | None, after: float | None) -> Iterator[Relaxation]:
        if before is not None and after is None:
            yield Relaxation("measurement-removed", ("spec", "carbon", "kg"), before, None)


CARBON: Subsystem = Carbon()


def forget() -> None:
    """Empty every cache of what travels with the package."""
    caches = shipped.schema, shipped.policy, schema._validator, loading.default, rendering.environment  # noqa: SLF001
    for function in (*caches, field_of):
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
    monkeypatch.setitem(SUBSYSTEMS, "carbon", CARBON)
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
    assert 'data-l="Carbon" data-v="2">sooty' in page
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


Commands = Callable[..., tuple[int, str, str]]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Commands:
    """Commands in a repository with one service that emits too much: the exit code and both streams."""
    folder = repository(tmp_path / "repository", {"services/web.yaml": manifest(carbon="carbon: {kg: 100.5}")})
    monkeypatch.chdir(folder)

    def start(*words: str) -> tuple[int, str, str]:
        return run([*words]), *capsys.readouterr()

    return start


FORMATS: dict[str, Callable[[str], bool]] = {
    "text": lambda report: "carbon/above-limit" in report,
    "json": lambda report: json.loads(report)["services"][0]["subsystems"]["carbon"]["status"] == "sooty",
    "sarif": lambda report: json.loads(report)["runs"][0]["results"][0]["ruleId"] == "carbon/above-limit",
    "junit": lambda report: "100.5 kg, above 100 kg" in "".join(ET.fromstring(report).itertext()),  # noqa: S314 - our own report
    "github": lambda report: "::error " in report and "100.5 kg, above 100 kg" in report,
    "markdown": lambda report: "carbon/above-limit" in report,
    "gitlab": lambda report: json.loads(report)[0]["check_name"] == "carbon/above-limit",
    "concise": lambda report: "carbon/above-limit: 100.5 kg, above 100 kg" in report,
    "html": lambda report: "<h3>Carbon</h3>" in report,
}


def test_no_format_is_left_out() -> None:
    assert FORMATS.keys() == REPORTERS.keys()


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_carries_it(here: Commands, name: str) -> None:
    code, report, _ = here("check", *DAY, "-f", name)
    assert code == 1
    assert FORMATS[name](report)


@pytest.mark.parametrize(
    ("before", "after", "cause"),
    [("carbon: {kg: 90}", "carbon: {kg: 110}", "measured"), ("", "carbon: {kg: 110}", "declared")],
)
def test_a_change_of_it_is_compared(here: Commands, before: str, after: str, cause: str) -> None:
    commit(Path(), {"services/web.yaml": manifest(carbon=before)})
    commit(Path(), {"services/web.yaml": manifest(carbon=after)})
    code, report, _ = here("check", *DAY, "--base", "HEAD~1", "--scope", "regressed", "-f", "json")
    [web] = json.loads(report)["services"]
    [finding] = web["findings"]
    assert (code, web["health_before"], web["health"]) == (1, "healthy", "degraded")
    assert finding["rule"] == "carbon/above-limit"
    assert (finding["origin"], finding["cause"]) == ("introduced", cause)


@pytest.mark.parametrize(
    ("section", "kind", "before"),
    [("carbon: {}", "measurement-removed", 100.5), ("", "section-removed", "carbon")],
)
def test_what_is_gone_of_it_lowers_the_bar(here: Commands, section: str, kind: str, before: object) -> None:
    commit(Path(), {"services/web.yaml": manifest(carbon=section)})
    _, report, _ = here("check", *DAY, "--base", "HEAD~1", "-f", "json")
    [lowered] = json.loads(report)["changes"]
    assert (lowered["kind"], lowered["service"], lowered["before"]) == (kind, "web", before)


@pytest.mark.parametrize(
    ("limits", "relaxed"),
    [
        ("{kg_at_most: 101, above_points: 2}", ["carbon.kg_at_most"]),
        ("{kg_at_most: 99, above_points: 2}", []),
        ("{kg_at_most: 100, above_points: 1}", ["carbon.above_points"]),
        ("{kg_at_most: 100, above_points: 3}", []),
    ],
)
def test_looser_limits_of_it_lower_the_bar(here: Commands, limits: str, relaxed: list[str]) -> None:
    commit(Path(), {".platform-gate.yaml": "policy: p.yaml\n", "p.yaml": own_policy("  gate: {help: x}\n")})
    commit(Path(), {"p.yaml": own_policy(f"  gate: {{help: x}}\n  carbon: {limits}\n")})
    _, report, _ = here("check", *DAY, "--base", "HEAD~1", "-f", "json")
    assert [row["pointer"] for row in json.loads(report)["changes"]] == relaxed


def test_a_service_with_it_is_explained(here: Commands) -> None:
    code, text, _ = here("explain", "web", *DAY)
    assert code == 0
    assert "Carbon: sooty  +2\n  kg  100.5\n" in text
    assert "  +2  carbon/above-limit: carbon.above_points (policies/default.yaml:" in text


def test_its_rules_are_explained(here: Commands) -> None:
    assert "Too much carbon. Emit less." in here("explain", "carbon/above-limit")[1]
    assert "carbon/no-data" in here("explain", "--list")[1]


def test_its_points_count_when_a_policy_is_linted(here: Commands) -> None:
    highest = {"critical_at": 9}
    for above, warned in ((2, False), (1, True)):
        spec = f"  health: {json.dumps(highest)}\n  carbon: {{above_points: {above}}}\n"
        write(Path(), {"policy.yaml": own_policy(spec)})
        code, shown, warnings = here("policy", "show", "--policy", "policy.yaml")
        assert (code, f"above_points: {above}" in shown) == (0, True)
        assert ("no service can reach critical_at" in warnings) is warned


def test_a_violation_of_it_is_waived(here: Commands) -> None:
    terms = ("--reason", "New hardware.", "--approved-by", "lead", "--days", "30", "-o", "waivers.yaml")
    assert here("waivers", "generate", *terms, *DAY)[0] == 0
    code, text, _ = here("check", *DAY, "--waivers", "waivers.yaml")
    assert (code, "carbon/above-limit waived until 2026-12-23 (30 days" in text) == (0, True)
    code, listed, _ = here("waivers", "list", *DAY, "--waivers", "waivers.yaml")
    assert (code, "carbon/above-limit" in listed) == (0, True)


def test_a_fleet_with_it_is_merged(here: Commands) -> None:
    assert here("check", *DAY, "--shard", "1/1", "-o", "json=part.json")[0] == 1
    code, report, _ = here("merge", "part.json", "-f", "json")
    [web] = json.loads(report)["services"]
    assert (code, web["subsystems"]["carbon"]["points"]) == (1, 2)


HEADER = {"apiVersion": "platform-gate/v1", "kind": "Measurements", "collected_at": "2026-11-23T06:00:07Z"}
SOURCES = {"meter": {"type": "power", "provides": ["carbon"], "ok": True}}


def measure(kilograms: float, observed_at: str = "2026-11-23T06:00:00Z", service: str = "web") -> None:
    """Write a snapshot that measures the carbon of a service."""
    value = {"at": FIELD, "value": kilograms, "unit": "count", "observed_at": observed_at, "source": "meter"}
    lines = [{**HEADER, "sources": SOURCES}, {"service": service, "values": [value]}]
    write(Path(), {"m.jsonl": "".join(json.dumps(line) + "\n" for line in lines)})


def test_it_takes_measured_values(here: Commands) -> None:
    measure(99.5)
    code, report, _ = here("check", *DAY, "--measurements", "m.jsonl", "-f", "json")
    [web] = json.loads(report)["services"]
    assert (code, web["subsystems"]["carbon"]) == (0, {"status": "clean", "points": 0, "facts": {"kg": 99.5}})
    rows = {row["at"]: row for row in web["subsystems"]["measurements"]["facts"]["values"]}
    assert (rows[FIELD]["state"], rows[FIELD]["source"], rows[FIELD]["age_days"]) == ("fresh", "meter", 0)
    Draft202012Validator(shipped.schema("report")).validate(json.loads(report))


def test_a_stale_or_missing_value_of_it_is_not_what_somebody_typed(here: Commands) -> None:
    write(Path(), {"policy.yaml": own_policy("  gate: {required: [carbon]}\n")})
    options = (*DAY, "--policy", "policy.yaml", "--measurements", "m.jsonl", "-f", "json")
    for arguments, rule in (
        ((99.5, "2026-11-20T06:00:00Z"), "measurement/stale"),
        ((99.5, "2026-11-23T06:00:00Z", "other"), "measurement/missing"),
    ):
        measure(*arguments)
        code, report, _ = here("check", *options)
        [web] = json.loads(report)["services"]
        assert (code, web["health"], web["subsystems"]["carbon"]["facts"]) == (1, "unknown", {"kg": None})
        assert {rule, "carbon/no-data"} <= {finding["rule"] for finding in web["findings"]}


def test_its_measured_values_are_explained_and_shown(here: Commands) -> None:
    measure(99.5)
    text = here("explain", "web", *DAY, "--measurements", "m.jsonl")[1]
    assert "carbon/kg" in text
    assert "meter" in text
    page = here("check", *DAY, "--measurements", "m.jsonl", "-f", "html")[1]
    assert "carbon/kg" in page
    assert "99.5 count" in page
