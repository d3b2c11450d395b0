"""``platform-gate explain``: the points of a service line by line, and the documentation of a rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from platform_gate.cli import completion
from platform_gate.cli.default_base import BaseCommand, base_option
from platform_gate.cli.options import display_options, gate_options, judging_options
from platform_gate.cli.streams import write_stdout
from platform_gate.cli.workspace import check_here, current_tree
from platform_gate.judging import ruleset as sources
from platform_gate.judging.request import Request
from platform_gate.model import GateError
from platform_gate.reports import explanation, rule_list
from platform_gate.reports.outcome import Outcome
from platform_gate.text import log_line, quote, suggestion


@click.command(cls=BaseCommand)
@click.argument("subject", metavar="SERVICE|RULE", required=False, shell_complete=completion.subjects)
@click.option("--list", "listed", is_flag=True, help="List all rules with severity and points.")
@judging_options
@gate_options
@base_option("Check by the policy at this commit, as `check --base` does.")
@display_options
def explain(subject: str | None, listed: bool, paths: tuple[str, ...], **options: Any) -> int:  # noqa: FBT001
    """Explain the health of a SERVICE, or a RULE. PATH says where to look for the service.

    For a service: its facts, its points with the policy line behind each, and the fewest fixes that make it healthy.
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
    chosen = sources.choose_policy(reference, settings, source)
    rules = chosen.known_rules()
    if listed:
        return rule_list.lines(rules.values(), chosen.base())
    if name not in rules:
        raise GateError(f"there is no rule {quote(name)}", suggestion(name, rules))
    return explanation.rule(rules[name])


def _service(name: str, outcome: Outcome) -> Iterator[str]:
    services = {judged.name: judged for judged in outcome.run.services}
    if name in services:
        comparison = outcome.comparison
        change = comparison.transitions[name] if comparison else None
        return explanation.service(services[name], change, comparison.ref if comparison else "")
    unreadable = " (some files could not be read, see `platform-gate check`)" if outcome.run.findings else ""
    raise GateError(f"there is no service {quote(name)}{unreadable}", suggestion(name, services))
