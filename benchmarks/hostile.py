"""Inputs whose cost once grew with a product, each beside a harmless input of the same size.

Each case writes two repositories of about the same size. The hostile one may take at most ``MOST`` times the processor
time of the other. No file is larger than ``LARGEST``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.fleets import AS_OF, git

MOST: Final = 3.0
"""Times the processor time of the harmless input."""
LARGEST: Final = 250_000
"""Bytes of a file."""
ENDS: Final = "2026-12-31"

Files = Mapping[str, str]


class Input(NamedTuple):
    """A repository: its files, those that a change adds to it (none: there is no change), and what is asked."""

    files: Files
    change: Files | None = None
    words: Sequence[str] = ("check", "--jobs", "1")


class Case(NamedTuple):
    """An input that tries to be slow, and a harmless one of the same size."""

    name: str
    hostile: Callable[[], Input]
    harmless: Callable[[], Input]


def service(name: str, *slos: str, owner: str = "team-a") -> str:
    """A manifest with these objectives, each a flow mapping."""
    listed = "".join(f"    - {slo}\n" for slo in slos) or "    - {name: a, target: 99, current: 99.5}\n"
    return (
        f"apiVersion: platform-gate/v1\nkind: Service\nmetadata: {{name: {name}, team: {owner}}}\n"
        f"spec:\n  slos:\n{listed}"
    )


def objectives(count: int, current: float | None = None) -> list[str]:
    """Some objectives with a target of 99."""
    measured = "" if current is None else f", current: {current}"
    return [f"{{name: s{number}, target: 99{measured}}}" for number in range(count)]


def policy(spec: str) -> str:
    """A policy."""
    return f"apiVersion: platform-gate/v1\nkind: Policy\nspec:\n{spec}"


def waivers(entries: Iterable[str]) -> str:
    """A waivers file."""
    listed = "".join(f"    - {entry}\n" for entry in entries)
    return f"apiVersion: platform-gate/v1\nkind: Waivers\nspec:\n  waivers:\n{listed}"


def waiver(services: str, rules: str, more: str = "", reason: str = "for now") -> str:
    """An entry of a waivers file."""
    return f'{{services: [{services}], rules: [{rules}]{more}, reason: {reason}, approved_by: ada, expires: "{ENDS}"}}'


def own_rules(*requires: str, at: str = "/spec/slos") -> Files:
    """A policy with a rule for each schema, and the configuration that names it."""
    listed = "".join(
        f"    - {{id: org/r{number}, title: t, at: {at}, require: {require}}}\n"
        for number, require in enumerate(requires)
    )
    return {".platform-gate.yaml": "policy: policy.yaml\n", "policy.yaml": policy(f"  rules:\n{listed}")}


MANY_SLOS: Final = 3900


def _with_rules(*requires: str) -> Callable[[], Input]:
    slos = objectives(MANY_SLOS)
    return lambda: Input({**own_rules(*requires), "services/a.yaml": service("a", *slos)})


def _with_pattern(pattern: str, count: int = 1) -> Callable[[], Input]:
    """Many long names, each held against some patterns."""
    slos = [f"{{name: {'ab' * 45}{number}, target: 99, current: 99.5}}" for number in range(1500)]
    require = f"{{items: {{properties: {{name: {{pattern: '{pattern}'}}}}}}}}"
    return lambda: Input({**own_rules(*[require] * count), "services/a.yaml": service("a", *slos)})


def _long_evidence(pattern: str) -> Callable[[], Input]:
    """Files with a text of the greatest length each."""
    text = "docs/" + "ab" * 247
    files = {
        f"services/{number}.yaml": service(f"s{number}") + f"  governance: {{runbook: {text}}}\n"
        for number in range(300)
    }
    rules = own_rules(f"{{pattern: '{pattern}'}}", at="/spec/governance/runbook")
    return lambda: Input({**rules, **files})


WAIVABLE: Final = (
    "slo/breached", "slo/low-budget", "slo/not-measured", "slo/no-data", "cost/over-budget", "cost/spiking",
    "cost/no-budget", "cost/no-data", "reliability/low-score", "reliability/not-measured", "reliability/no-data",
    "governance/no-data", "governance/missing-runbook",
)  # fmt: skip


def _waiver_for_everybody() -> Input:
    many = ", ".join(f"s{number}" for number in range(19_000))
    base = waivers(waiver(f"s{number}", "slo/breached") for number in range(300))
    head = waivers([waiver(many, ", ".join(WAIVABLE))])
    return _waivers_changed(base, head)


def _many_waivers() -> Input:
    base = waivers(waiver(f"s{number}", "slo/breached") for number in range(300))
    head = waivers(waiver(f"s{number}", "slo/breached", reason="x" * 60) for number in range(900))
    return _waivers_changed(base, head)


def _waivers_changed(base: str, head: str) -> Input:
    files = {"services/a.yaml": service("a"), ".platform-gate.yaml": "waivers: [waivers.yaml, more.yaml]\n"}
    files |= {"waivers.yaml": base, "more.yaml": waivers([]).replace("waivers:\n", "waivers: []\n")}
    return Input(files, {"more.yaml": head}, ("check", "--jobs", "1", "--base", "main"))


def _files_of(name: str) -> Callable[[], Input]:
    return lambda: Input({f"services/{number}.yaml": service(name.format(number)) for number in range(8000)})


def _documents_of(name: str) -> Callable[[], Input]:
    texts = [service(name.format(number), *objectives(2)) for number in range(300)]
    return lambda: Input({"services/a.yaml": "---\n".join(texts)})


def _checks_and_overrides() -> Input:
    checks = "".join(f"      c{number}: {{message: m}}\n" for number in range(2000))
    overrides = "".join(
        f"    - {{match: {{name: s{number}}}, spec: {{slo: {{breach_points: 3}}}}}}\n" for number in range(900)
    )
    return _judged_by(f"  governance:\n    checks:\n{checks}  overrides:\n{overrides}")


def _files_and_overrides(name: str, count: int = 900, reason: str = "why") -> Input:
    """Services held against overrides. In few overrides, long reasons take as much room."""
    texts = [reason[start : start + 1900] for start in range(0, len(reason), 1900)]
    overrides = "".join(
        f"    - {{match: {{name: '{name.format(number)}'}}, reason: {texts[number % len(texts)]}, "
        f"spec: {{slo: {{breach_points: {number % 3}}}}}}}\n"
        for number in range(count)
    )
    files = {f"services/{number}.yaml": service(f"s{number}") for number in range(2000)}
    return Input(
        {**files, "policy.yaml": policy(f"  overrides:\n{overrides}"), ".platform-gate.yaml": "policy: policy.yaml\n"}
    )


def _every_override_adds_a_check() -> Input:
    overrides = "".join(
        f"    - {{match: {{team: t*}}, spec: {{governance: {{checks: {{c{number}: {{message: m}}}}}}}}}}\n"
        for number in range(1000)
    )
    return _judged_by(f"  overrides:\n{overrides}")


def _long_helps() -> Input:
    rules = "".join(
        f"    - {{id: org/r{number}, title: t, help: {'x' * 900}, at: /spec, require: {{type: object}}}}\n"
        for number in range(110)
    )
    return _judged_by(f"  rules:\n{rules}")


def _judged_by(spec: str) -> Input:
    files = {"services/a.yaml": service("a")}
    return Input({**files, "policy.yaml": policy(spec), ".platform-gate.yaml": "policy: policy.yaml\n"})


def _waived(entry: str, count: int, **more: str) -> Callable[[], Input]:
    files = {
        "services/a.yaml": service("a", *objectives(2700, 98)),
        ".platform-gate.yaml": "waivers: waivers.yaml\n",
        "waivers.yaml": waivers([entry] * count),
    }
    return lambda: Input({**files, **more})


def _unknown_rules() -> Input:
    return _waived(waiver("a", ", ".join(f"nor/x{number}" for number in range(15_000))), 1)()


def _unknown_checks() -> Input:
    checks = "".join(f"      check_number_{number}: {{message: m}}\n" for number in range(2000))
    names = "".join(f"    chekc_numbre_{number}: true\n" for number in range(5000))
    files = {
        "policy.yaml": policy(f"  governance:\n    checks:\n{checks}"),
        ".platform-gate.yaml": "policy: policy.yaml\n",
    }
    return Input({**files, "services/a.yaml": service("a") + f"  governance:\n{names}"})


_NAMES: Final = ", ".join(f"t{number}" for number in range(5000))
_DEEP: Final = ", ".join(["{anyOf: [{required: [x]}, {properties: {name: {maxLength: 9}}}]}"] * 60)
_EACH: Final = "{items: {properties: {name: {type: string, maxLength: 100}}}}"
_FEW: Final = "{maxItems: 9999, minItems: 1, type: array, minLength: 100}"

CASES: Final = (
    Case("`uniqueItems` over 3,900 SLOs", _with_rules("{uniqueItems: true}"), _with_rules("{maxItems: 9999}")),
    Case(
        "an `enum` of 5,000 for 3,900 SLOs",
        _with_rules(f"{{items: {{properties: {{name: {{enum: [{_NAMES}]}}}}}}}}"),
        _with_rules(f"{{enum: [{_NAMES}]}}"),
    ),
    Case("a rule of 60 choices for 3,900 SLOs", _with_rules(f"{{items: {{allOf: [{_DEEP}]}}}}"), _with_rules(_FEW)),
    Case("500 rules for 3,900 SLOs", _with_rules(*[_EACH] * 500), _with_rules(*[_FEW] * 500)),
    Case("a cubic pattern", _long_evidence("^.*a.*b.*c$"), _long_evidence("^docs/")),
    Case("quadratic patterns", _with_pattern("a[ab]*c", 4), _with_pattern("^a", 4)),
    Case("a waiver for 19,000 services and 13 rules", _waiver_for_everybody, _many_waivers),
    Case("8,000 files of one service", _files_of("same"), _files_of("s{}")),
    Case("300 documents of one service", _documents_of("same"), _documents_of("s{}")),
    Case("2,000 checks and 900 overrides", _checks_and_overrides, _long_helps),
    Case(
        "2,000 files and 900 overrides by name",
        lambda: _files_and_overrides("*{}*"),
        lambda: _files_and_overrides("zz{}", 9, "x" * 11_000),
    ),
    Case("1,000 overrides that all match", _every_override_adds_a_check, _long_helps),
    Case(
        "500 waivers for an SLO that is none",
        _waived(waiver("a", "slo/breached", ", subject: none"), 500),
        _waived(waiver("a", "slo/breached", ", subject: s1"), 500),
    ),
    Case("a waiver for 15,000 rules that are none", _unknown_rules, _waived(waiver("a", "slo/breached"), 800)),
    Case("5,000 checks that are none", _unknown_checks, _long_helps),
)


def write(folder: Path, made: Input) -> list[str]:
    """Write a repository, and the words to judge it with."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main", ".")
    _files(folder, made.files)
    if made.change is not None:
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "base")
        _files(folder, made.change)
    return [*made.words, "--as-of", AS_OF]


def _files(folder: Path, files: Files) -> None:
    for name, text in files.items():
        if len(text.encode()) > LARGEST:
            raise ValueError(f"{name} is larger than {LARGEST} bytes")
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
