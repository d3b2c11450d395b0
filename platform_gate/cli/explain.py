"""``platform-gate explain``: the points of a service line by line, and the documentation of a rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from platform_gate.cli.options import CommitType, display_options, judging_options
from platform_gate.cli.streams import write_stdout
from platform_gate.cli.workspace import check_here, current_tree
from platform_gate.judging import ruleset as sources
from platform_gate.judging.request import Request
from platform_gate.model import GateError
from platform_gate.reports import explanation
from platform_gate.reports.outcome import Outcome
from platform_gate.text import log_line, quote, suggestion


@click.command()
@click.argument("subject", metavar="SERVICE|RULE", required=False)
@click.option("--list", "listed", is_flag=True, help="List every rule of the policy.")
@judging_options
@click.option(
    "--base", type=CommitType(), metavar="REF", help="Judge by the rules at this commit, as check --base does."
)
@display_options
def explain(subject: str | None, listed: bool, paths: tuple[str, ...], **options: Any) -> int:  # noqa: FBT001
    """Explain a SERVICE of the manifests in PATH, or a RULE; --list names every rule.

    For a service: its facts, every point with the policy line that set it, and the fewest fixes that reach HEALTHY.
    """
    if not listed and subject is None:
        raise click.UsageError("name a service or a rule, or use --list")
    if listed or "/" in (subject or ""):
        lines = _rules(subject or "", options["policy"], listed=listed)
    else:
        lines = _service(subject or "", check_here(Request(paths=paths, **options)))
    write_stdout(log_line(line) + "\n" for line in lines)
    return 0


def _rules(name: str, reference: str | None, *, listed: bool) -> Iterator[str]:
    settings, source = sources.of_work_tree(current_tree())
    rules = sources.choose_policy(reference, settings, source).known_rules()
    if listed:
        return explanation.rule_list(rules.values())
    if name not in rules:
        raise GateError(f"there is no rule {quote(name)}", suggestion(name, rules))
    return explanation.rule(rules[name])


def _service(name: str, outcome: Outcome) -> Iterator[str]:
    services = {judged.name: judged for judged in outcome.run.services}
    if name in services:
        comparison = outcome.comparison
        change = comparison.transitions[name] if comparison else None
        return explanation.service(services[name], change, comparison.ref if comparison else "")
    unreadable = "; some files could not be read: see `platform-gate check`" if outcome.run.findings else ""
    raise GateError(f"there is no service {quote(name)} here{unreadable}", suggestion(name, services))
