"""Inputs whose cost once grew with a product. Calls and lengths are counted: a clock measures the machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmarks import hostile
from platform_gate.changes import relaxations
from platform_gate.checking import Keep, check
from platform_gate.documents.document import DocumentError
from platform_gate.judging import duplicates, waivers
from platform_gate.judging.request import Request
from platform_gate.policy import loading
from platform_gate.reports.formats import reporter
from platform_gate.reports.outcome import Outcome
from platform_gate.subsystems import governance
from tests.conftest import Gate
from tests.samples import DAY, manifest, own_policy, write

LONGEST_MESSAGE = 1000


def outcome(folder: Path, files: hostile.Files, **more: Any) -> Outcome:
    (folder / ".git").mkdir(exist_ok=True)
    write(folder, files)
    return check(Request((), None, DAY, **more), cwd=folder, keep=Keep.FINDINGS)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Any, str], Counter[str]]]:
    """Count the calls of a function by its first argument."""

    def count(module: Any, name: str) -> Counter[str]:
        calls: Counter[str] = Counter()
        function = getattr(module, name)

        def wrapper(first: Any, *rest: Any, **more: Any) -> Any:
            calls[str(rest[0]) if rest and isinstance(rest[0], str) else ""] += 1
            return function(first, *rest, **more)

        monkeypatch.setattr(module, name, wrapper)
        return calls

    yield count
    loading._effective.cache_clear()  # noqa: SLF001 - what was typed by a wrapper must not stay


def test_documents_of_one_name_are_read_once_more_at_most(
    tmp_path: Path, counted: Callable[[Any, str], Counter[str]]
) -> None:
    again = counted(duplicates, "read_documents")
    text = "---\n".join([manifest("same")] * 100)
    found = outcome(tmp_path, {"services/a.yaml": text, **{f"services/b{n}.yaml": manifest("same") for n in range(50)}})
    assert len(found.run.unjudged) == 21 + 50
    assert max(again.values()) == 1
    assert len(again) <= 51


def test_files_that_repeat_each_others_names_are_read_once_more_at_most(
    tmp_path: Path, counted: Callable[[Any, str], Counter[str]]
) -> None:
    """Each document of the last file repeats the name of another large file, in turn."""
    again = counted(duplicates, "read_documents")
    names = [[f"s{file}-{number}" for number in range(20)] for file in range(6)]
    files = {f"services/{n}.yaml": "---\n".join(map(manifest, several)) for n, several in enumerate(names)}
    last = [names[number % 6][number // 6] for number in range(18)]
    outcome(tmp_path, files | {"services/z.yaml": "---\n".join(map(manifest, last))})
    assert set(again.values()) == {1}


def test_a_waiver_for_thousands_is_asked_only_about_its_services(
    tmp_path: Path, counted: Callable[[Any, str], Counter[str]]
) -> None:
    asked = counted(waivers.Waiver, "covers")
    many = hostile.waiver(", ".join(f"x{number}" for number in range(5000)), "slo/breached")
    files = {f"services/{n}.yaml": hostile.service(f"s{n}", *hostile.objectives(5, 90)) for n in range(20)}
    config = {".platform-gate.yaml": "waivers: w.yaml\n", "w.yaml": hostile.waivers([many])}
    outcome(tmp_path, files | config)
    assert asked.total() == 0


def test_a_waiver_for_thousands_is_listed_with_a_count(tmp_path: Path) -> None:
    services = ", ".join(f"x{number}" for number in range(5000))
    write(tmp_path, {"w.yaml": hostile.waivers([hostile.waiver(services, ", ".join(hostile.WAIVABLE))])})
    policy = loading.load("default", loading.nothing_to_read)
    rules = policy.known_rules()
    loaded = waivers.load((tmp_path / "w.yaml").read_bytes(), "w.yaml", policy.base(), rules, DAY)
    rows = list(relaxations.by_waivers((), loaded, rules))
    assert len(rows) == relaxations.MOST_ROWS + 1
    assert str(rows[-1]) == f"waiver added: {5000 * 13 - 20:,} more services and rules, 2026-12-31"
    assert list(relaxations.by_waivers((), loaded, rules, since=loaded)) == []
    assert list(relaxations.by_waivers(loaded, loaded, rules)) == []


def test_an_override_types_only_the_sections_that_it_changes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    parsed: list[str] = []
    parse = governance.Limits.parse.__func__  # type: ignore[attr-defined] # a class method is a descriptor

    def counted(cls: type[governance.Limits], section: Mapping[str, Any]) -> Any:
        parsed.append("")
        return parse(cls, section)

    monkeypatch.setattr(governance.Limits, "parse", classmethod(counted))
    entries = "".join(
        f"    - {{match: {{name: s{number}}}, spec: {{slo: {{breach_points: 3}}}}}}\n" for number in range(100)
    )
    write(tmp_path, {"p.yaml": own_policy(f"  overrides:\n{entries}")})
    content = (tmp_path / "p.yaml").read_bytes()
    loading.load("p.yaml", lambda path: (content, path)).known_rules()
    assert len(parsed) == 1


def test_rules_are_looked_up_in_each_override_once(tmp_path: Path, counted: Callable[[Any, str], Counter[str]]) -> None:
    typed = counted(loading, "typed")
    entries = "".join(
        f"    - {{match: {{name: s{number}}}, spec: {{slo: {{breach_points: 3}}}}}}\n" for number in range(100)
    )
    policy = {"p.yaml": own_policy(f"  overrides:\n{entries}"), ".platform-gate.yaml": "policy: p.yaml\n"}
    found = outcome(tmp_path, {**policy, "services/a.yaml": manifest("a", slos="")})
    for form in ("sarif", "junit", "text", "markdown"):
        list(reporter(form).render(found))
    assert typed.total() <= 102


@pytest.mark.parametrize("form", ["text", "github", "markdown", "junit", "sarif", "gitlab"])
def test_every_list_in_a_message_is_cut_with_a_count(tmp_path: Path, form: str) -> None:
    slos = hostile.objectives(500, 90)
    services = ", ".join(["a", *(f"x{number}" for number in range(500))])
    entries = [
        hostile.waiver("a", "slo/breached", ", subject: none"),
        hostile.waiver(services, ", ".join(hostile.WAIVABLE)),
        hostile.waiver(services.removeprefix("a, "), "slo/breached"),
    ]
    files = {".platform-gate.yaml": "waivers: w.yaml\n", "w.yaml": hostile.waivers(entries)}
    found = outcome(tmp_path, {**files, "services/a.yaml": hostile.service("a", *slos)})
    messages = [finding.message for finding in found.run.notices]
    assert (
        "its subject is not among those that fail (s0, s1, s10, s100, s101, s102, s103, s104, s105, s106; 500"
        in messages[0]
    )
    assert "; 500 findings in all)" in messages[0]
    assert any("and 490 more" in message or "491 more" in message for message in messages)
    assert max(map(len, messages)) < LONGEST_MESSAGE
    if form in ("text", "github"):
        assert max(map(len, "".join(reporter(form).render(found)).splitlines())) < 2 * LONGEST_MESSAGE


def test_what_misspelt_rules_were_meant_to_be_is_looked_for_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def suggestion(word: str, _known: object) -> str:
        asked.append(word)
        return ""

    monkeypatch.setattr(waivers, "suggestion", suggestion)
    policy = loading.load("default", loading.nothing_to_read)
    text = hostile.waivers([hostile.waiver("a", ", ".join(f"nor/x{number}" for number in range(3000)))])
    with pytest.raises(DocumentError) as caught:
        waivers.load(text.encode(), "w.yaml", policy.base(), policy.known_rules(), DAY)
    assert len(asked) <= 21
    assert len(caught.value.refusals) <= 21


def test_a_band_list_is_short(tmp_path: Path) -> None:
    bands = ", ".join(f"{{failed_at_least: {number}, points: 1}}" for number in range(60, 0, -1))
    write(tmp_path, {"p.yaml": own_policy(f"  governance: {{points: [{bands}]}}\n")})
    content = (tmp_path / "p.yaml").read_bytes()
    with pytest.raises(DocumentError, match="more than 50 entries"):
        loading.load("p.yaml", lambda path: (content, path))


def test_unique_items_of_a_document_are_compared_once(tmp_path: Path) -> None:
    """Strings and mappings can't be sorted together: then jsonschema compares each with each."""
    mixed = ", ".join(f"{{a: {number}}}, a{number}" for number in range(4000))
    write(tmp_path, {"w.yaml": hostile.waivers([hostile.waiver(mixed, "slo/breached")])})
    policy = loading.load("default", loading.nothing_to_read)
    with pytest.raises(DocumentError):
        waivers.load((tmp_path / "w.yaml").read_bytes(), "w.yaml", policy.base(), policy.known_rules(), DAY)


@pytest.mark.parametrize("case", hostile.CASES, ids=lambda case: case.name)
def test_the_benchmark_holds_what_it_says(case: hostile.Case) -> None:
    """Sizes are alike, and no file is larger than the issue allows."""
    slow, plain = case.hostile(), case.harmless()
    sizes = []
    for made in (slow, plain):
        texts = [*made.files.values(), *(made.change or {}).values()]
        assert max(len(text.encode()) for text in texts) <= hostile.LARGEST
        sizes.append(sum(len(text.encode()) for text in texts))
    assert max(sizes) / min(sizes) < 2.5


def test_an_input_of_the_benchmark_can_be_judged(tmp_path: Path, gate: Gate) -> None:
    case = next(case for case in hostile.CASES if "rules that are none" in case.name)
    words = hostile.write(tmp_path / "r", case.hostile())
    done = gate(tmp_path / "r", *words)
    assert done.returncode == 2
    assert "there is no rule" in done.stderr
    assert done.stderr.count("there is no rule") <= 21


def test_overrides_by_name_are_matched_where_the_name_can_be(
    tmp_path: Path, counted: Callable[[Any, str], Counter[str]]
) -> None:
    matched = counted(loading, "applies")
    entries = "".join(
        f"    - {{match: {{name: '*x{number}x*'}}, spec: {{slo: {{breach_points: 3}}}}}}\n" for number in range(300)
    )
    policy = {"p.yaml": own_policy(f"  overrides:\n{entries}"), ".platform-gate.yaml": "policy: p.yaml\n"}
    files = {f"services/{number}.yaml": manifest(f"ax{number}xb") for number in range(20)}
    outcome(tmp_path, {**policy, **files})
    assert matched.total() == 20
