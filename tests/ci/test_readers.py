"""Our reports and schemas in the hands of programs that we did not write."""

import json
from pathlib import Path

import pytest

from platform_gate.reports.formats import html, sarif
from platform_gate.reports.outcome import Outcome
from tests.ci import tools
from tests.conftest import ROOT
from tests.reports.formats.fleets import changed, fleet, hostile, outcome_of
from tests.samples import manifest, write

pytestmark = [pytest.mark.ci, pytest.mark.xdist_group("readers")]

SCHEMAS = sorted((ROOT / "schemas").glob("*.schema.json"))
UNKNOWN = ".*(vector-effect|Content Security Policy).*"
"""What the checker lacks: a property of SVG, and the hashes by which our policy allows style and script."""
STRICT = """
const [schema] = process.argv.slice(1);
const Ajv = require("ajv/dist/2020");
const ajv = new Ajv({strict: true, allowUnionTypes: true, allErrors: true, validateFormats: false});
ajv.compile(JSON.parse(require("fs").readFileSync(schema, "utf8")));
"""


@pytest.fixture(params=["healthy", "fleet", "hostile", "regressed"])
def outcome(request: pytest.FixtureRequest, tmp_path: Path) -> Outcome:
    makers = {
        "healthy": lambda: outcome_of(write(tmp_path, {"web.yaml": manifest()}), "web.yaml"),
        "fleet": lambda: fleet(tmp_path),
        "hostile": lambda: hostile(tmp_path),
        "regressed": lambda: changed(tmp_path, "regressed"),
    }
    return makers[request.param]()


def test_microsofts_validator_finds_nothing_wrong_in_sarif(outcome: Outcome, tmp_path: Path) -> None:
    program = tools.MODULES / "@microsoft/sarif-multitool-linux/Sarif.Multitool"
    program.chmod(0o755)
    file, findings = tmp_path / "gate.sarif", tmp_path / "findings.sarif"
    file.write_text("".join(sarif.render(outcome)), encoding="utf-8")
    options = ["--level", "Error;Warning", "--kind", "Fail", "--log", "ForceOverwrite", "--output"]
    words = ["validate", str(file), *options, str(findings)]
    done = tools.run(program, *words, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT="1")
    assert findings.is_file(), done.stdout + done.stderr
    [run] = json.loads(findings.read_bytes())["runs"]
    assert [(result["ruleId"], result["message"]) for result in run["results"]] == []


def test_the_nu_checker_finds_nothing_wrong_in_the_page(outcome: Outcome, tmp_path: Path) -> None:
    file = tmp_path / "gate.html"
    file.write_text("".join(html.render(outcome)), encoding="utf-8")
    done = tools.run(
        "java", "-jar", tools.MODULES / "vnu-jar/build/dist/vnu.jar", "--Werror", "--filterpattern", UNKNOWN, file
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda path: path.name)
def test_ajv_takes_the_schema_in_strict_mode(schema: Path) -> None:
    done = tools.run(tools.NODE, "-e", STRICT, schema, folder=tools.MODULES.parent)
    assert done.returncode == 0, done.stderr


def test_the_linter_of_json_schema_finds_nothing(tmp_path: Path) -> None:
    done = tools.node("@sourcemeta/jsonschema/npm/cli.js", "lint", *SCHEMAS, folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
