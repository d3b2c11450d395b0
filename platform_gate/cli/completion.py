"""What a shell completes: files, services, teams, rules and policies. No error may disturb somebody's prompt."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from platform_gate.judging.result import Judged
    from platform_gate.policy.loading import Policy

FILE: Final = "file"
"""The type of an item by which a shell completes paths itself."""


def files(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Paths, by the shell's own means."""
    return [_item(incomplete, FILE)]


def services(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of the services that are configured."""
    return _starting(incomplete, (judged.name for judged in _fleet()))


def teams(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Teams of the services that are configured."""
    return _starting(incomplete, (judged.team for judged in _fleet()))


def rules(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """IDs of the rules of the configured policy."""
    return _starting(incomplete, _rules())


def policies(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of the shipped policies, or paths."""
    from platform_gate.documents import shipped  # noqa: PLC0415 - see the module

    names = _starting(incomplete, shipped.policy_names())
    return names or [_item(incomplete, FILE)]


def formats(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Formats that can be imported, or paths."""
    from platform_gate.importers import IMPORTERS  # noqa: PLC0415 - see the module

    return _starting(incomplete, IMPORTERS) or [_item(incomplete, FILE)]


def subjects(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Services, and rules."""
    return [*services(context, parameter, incomplete), *rules(context, parameter, incomplete)]


def healths_and_rules(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """A list, separated by commas, whose last word is a health or a rule."""
    from platform_gate.policy.named_rules import FAILING_HEALTHS  # noqa: PLC0415 - see the module

    done, comma, _ = incomplete.rpartition(",")
    return _starting(incomplete, (done + comma + word for word in (*FAILING_HEALTHS, *_rules())))


def _starting(incomplete: str, words: Iterable[str]) -> list[CompletionItem]:
    return [_item(word) for word in sorted(set(words)) if word.startswith(incomplete)]


def _item(value: str, kind: str = "plain") -> CompletionItem:
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - only a shell that completes needs it

    return CompletionItem(value, type=kind)


def _fleet() -> list[Judged]:
    from datetime import UTC, datetime  # noqa: PLC0415 - only a shell that completes needs the gate

    from platform_gate.checking import Keep, check  # noqa: PLC0415 - as above
    from platform_gate.judging.request import Request  # noqa: PLC0415 - as above

    with suppress(Exception):
        request = Request((), None, datetime.now(UTC).date(), no_waivers=True)
        return list(check(request, cwd=Path.cwd(), keep=Keep.FINDINGS).run.services)
    return []


def kinds_of_change(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Kinds of change that the configured policy has exemptions for."""
    policy = _policy()
    return _starting(incomplete, policy.kinds_of_change if policy else ())


def _rules() -> list[str]:
    policy = _policy()
    return list(policy.known_rules()) if policy else []


def _policy() -> Policy | None:
    from platform_gate.checking import no_input  # noqa: PLC0415 - as above
    from platform_gate.judging import ruleset  # noqa: PLC0415 - as above
    from platform_gate.repository.opening import open_tree  # noqa: PLC0415 - as above

    with suppress(Exception):
        settings, source = ruleset.of_work_tree(open_tree(Path.cwd(), no_input))
        return ruleset.choose_policy(None, settings, source)
    return None
