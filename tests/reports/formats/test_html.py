"""The page from an outcome: a thin adapter."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from platform_gate.reports.formats import html
from platform_gate.reports.history import History, Snapshot
from platform_gate.reports.outcome import Links, Outcome
from tests.reports.formats.fleets import fleet
from tests.reports.page.pages import TREE, Read
from tests.samples import check_folder, manifest, own_policy, write


def seen(outcome: Outcome) -> Read:
    return Read("".join(html.render(outcome)))


def test_a_page_has_the_outcomes_command_help_links_and_history(tmp_path: Path) -> None:
    history = History((Snapshot(date(2026, 10, 1), "a.json", {}),))
    shown = seen(replace(fleet(tmp_path), links=Links(TREE), history=history))
    assert "platform-gate check --as-of 2026-11-23 --waivers w.yaml s" in shown.text
    assert f"{TREE}/s/bad.yaml#L5" in shown.hrefs
    assert "2026-10-01" in shown.text
    write(tmp_path, {"policy.yaml": own_policy("  gate: {help: Ask the platform team.}\n")})
    failing = check_folder(write(tmp_path / "own", {"a.yaml": manifest(slos="")}), "a.yaml")
    policy = replace(failing, policy=check_folder(tmp_path, "s/good.yaml", reference="policy.yaml").policy)
    assert "Ask the platform team." in seen(policy).text


def test_the_form_alone_is_told_from_a_judgement(tmp_path: Path) -> None:
    shown = seen(check_folder(write(tmp_path, {"a.yaml": manifest()}), "a.yaml", schema_only=True))
    assert "Only the form was checked: 1 valid manifest." in shown.text
