"""Repositories that every format has to show: an ordinary fleet, and one whose every name is an attack."""

import os
import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from platform_gate.checking import check
from platform_gate.judging.request import Request
from platform_gate.model import Finding, Location, Severity
from platform_gate.reports.outcome import Display, Outcome
from tests.samples import BREACHED, DAY, SPIKING, manifest, own_policy, write

ATTACKS = (
    "]]>",
    "##[error]x",
    "::error::x",
    "::error file=a,line=1::x",
    "<script>alert(1)</script>",
    "</code></summary></details><h1>x</h1>",
    "</failure></testcase>",
    "a | b | c",
    "`x` ``y`` ```z```",
    "*x* _y_ **z** ~~w~~",
    "# x",
    "- x",
    "1. x",
    "> x",
    "@octocat and @org/team",
    "#1 and GH-2 and org/repo#3",
    "https://example.com www.example.com x@example.com",
    "[x](https://example.com)",
    "![x](https://example.com)",
    "<https://example.com>",
    "<!-- x -->",
    "&lt;b&gt; &#60;",
    "\\",
    "100% %0A::error::x",
    "$x$ :smile:",
    "a, b: c",
    "\"x\" 'y'",
)
UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What no report may hold: control characters but the line feed, and what reorders text."""

NO_OWNER = (
    "governance: {runbook: a.md, monitoring: a.md, ownership: team-a, documentation: false, incident_response: a.md}"
)


def yaml_string(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def waivers(*entries: str) -> str:
    lines = "".join(f"    - {{{entry}}}\n" for entry in entries)
    return f"apiVersion: platform-gate/v1\nkind: Waivers\nspec:\n  waivers:\n{lines}"


def waiver(service: str, rule: str, reason: str = "In progress.", expires: str = "2026-12-31", by: str = "lead") -> str:
    words = f"reason: {yaml_string(reason)}, approved_by: {yaml_string(by)}"
    return f'service: {service}, rule: {rule}, {words}, expires: "{expires}"'


def outcome_of(
    folder: Path, *paths: str, excuses: Iterable[str] = (), policy: str | None = None, shown: Display | None = None
) -> Outcome:
    """What `check` makes of a folder."""
    return check(Request(tuple(paths), policy, DAY, tuple(excuses)), cwd=folder, display=shown or Display())


def fleet(folder: Path) -> Outcome:
    """Good, bad, waived, warned about, unreadable, invalid; a waiver that has ended and one that excuses nothing."""
    files = {
        "s/good.yaml": manifest("good"),
        "s/bad.yaml": manifest("bad", slos=BREACHED, cost=SPIKING, governance=NO_OWNER),
        "s/waived.yaml": manifest("waived", slos=BREACHED),
        "s/warned.yaml": manifest("warned", cost=SPIKING),
        "s/unreadable.yaml": "a: [\n",
        "s/invalid.yaml": manifest("invalid", metadata="teir: 1, reoin: 2"),
        "w.yaml": waivers(
            waiver("waived", "slo/breached"),
            waiver("bad", "slo/breached", expires="2026-11-01"),
            waiver("good", "slo/breached"),
        ),
    }
    return outcome_of(write(folder, files), "s", excuses=["w.yaml"])


def named(folder: Path, text: str) -> Outcome:
    """A fleet in which everything that may be freely named is called `text`."""
    name = yaml_string(text)
    path = text.replace("/", "_")
    slos = f"slos: [{{name: {name}, target: 99, current: 98}}]"
    files = {
        f"s/a-{path}.yaml": manifest("open", team=name, slos=slos, governance=NO_OWNER),
        f"s/b-{path}.yaml": manifest("excused", team=name, slos=slos),
        f"s/c-{path}.yaml": manifest("odd", metadata=f"{name}: 1"),
        f"w-{path}.yaml": waivers(
            waiver("excused", "slo/breached", text, by=text), waiver("open", "slo/breached", text, "2026-11-01", text)
        ),
        "policy.yaml": own_policy(f"  gate: {{help: {name}}}\n"),
    }
    return outcome_of(write(folder, files), "s", excuses=[f"w-{path}.yaml"], policy="policy.yaml")


def hostile(folder: Path) -> Outcome:
    """Paths that no file should have, and every attack at once."""
    for number, attack in enumerate(ATTACKS):
        slos = f"slos: [{{name: {yaml_string(attack)}, target: 99, current: 98}}]"
        text = manifest(f"s{number}", team=yaml_string(attack), slos=slos)
        write(folder, {f"s/{attack.replace('/', '_')}.yaml": text})
    paths = [
        b"line\nfeed",
        b"carriage\rreturn",
        b"\xff\xfe",
        b"bell\x07",
        "bidi\u202e".encode(),
        b"::error::\n::error::",
    ]
    for number, path in enumerate(paths):
        write(folder, {f"s/{os.fsdecode(path)}.yaml": manifest(f"t{number}", slos=BREACHED)})
        write(folder, {f"s/{os.fsdecode(path)}.invalid.yaml": "a: 010\n"})
    return with_findings(outcome_of(folder, "s"), synthetic("\x1b[31m\u202e\x85\udcff\n::error::\r##[error]"))


def synthetic(text: str = "x", number: int = 0, severity: Severity = Severity.ERROR) -> Finding:
    """A finding of no service, with the same text everywhere."""
    location = Location(f"{text}.yaml", number + 1, 2, number + 1, 5)
    return Finding("waiver/unused", severity, text, text, location, f"/{text}", fingerprint=f"{number:032x}")


def with_findings(outcome: Outcome, *findings: Finding) -> Outcome:
    return replace(outcome, run=outcome.run._replace(findings=(*outcome.run.findings, *findings)))


def many(outcome: Outcome, severities: Sequence[tuple[Severity, int]]) -> Outcome:
    """An outcome with so many findings of each severity, and none but these and its services'."""
    levels = [severity for severity, count in severities for _ in range(count)]
    findings = [synthetic(f"{level}{number}", number, level) for number, level in enumerate(levels)]
    return replace(outcome, run=outcome.run._replace(findings=tuple(findings)))


def changed(folder: Path, scope: str) -> Outcome:
    """A change that breaks one service of a fleet in which another one, and a file, were broken before."""
    write(folder, {"services/old.yaml": manifest("old", slos=BREACHED), "services/odd.yaml": "a: [\n"})
    write(folder, {"services/new.yaml": manifest("new")})
    commit(folder)
    write(folder, {"services/new.yaml": manifest("new", slos=BREACHED)})
    return check(Request((), None, DAY, base="HEAD", scope=scope), cwd=folder)


def commit(folder: Path) -> None:
    """Make a folder a repository with one commit."""
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "base"]):
        git(folder, *words)


def git(folder: Path, *words: str) -> None:
    """Run git in a folder."""
    settings = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run([*settings, *words], cwd=folder, check=True, capture_output=True)
