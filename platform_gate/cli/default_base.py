"""The base of a change if ``--base`` names none: the branch that CI merges into, else the remote's default branch."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Final

import click

from platform_gate.cli.options import Command, CommitType
from platform_gate.cli.workspace import current_tree
from platform_gate.model import GateError
from platform_gate.repository.work_tree import WorkTree

NOT_NAMED: Final = "<the target branch>"
"""The value of ``--base`` without one. It holds a blank, so that no ref has this name."""
REMOTE: Final = "origin"
TARGETS: Final = (
    "GITHUB_BASE_REF",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",  # GitLab
    "SYSTEM_PULLREQUEST_TARGETBRANCH",  # Azure Pipelines
    "CHANGE_TARGET",  # Jenkins
    "BITBUCKET_PR_DESTINATION_BRANCH",
    "BUILDKITE_PULL_REQUEST_BASE_BRANCH",
)
"""Variables by which CI systems name the branch that a change goes into."""


class BaseCommand(click.Command):
    """A command whose ``--base`` may stand alone.

    click has optional values too, but takes ``--base=--exit-zero`` for two options then: whoever names the base would
    decide what the gate does.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments, with a value for a ``--base`` that has none."""
        return super().parse_args(ctx, completed(args))


def completed(words: Sequence[str]) -> list[str]:
    """Arguments in which a ``--base`` without a value, at the end or before an option, has ``NOT_NAMED``."""
    options = words[: words.index("--")] if "--" in words else words
    following = [*options[1:], *["-"] * bool(options)]
    pairs = zip(options, following, strict=True)
    named = (f"--base={NOT_NAMED}" if word == "--base" and after.startswith("-") else word for word, after in pairs)
    return [*named, *words[len(options) :]]


def base_option(words: str) -> Callable[[Command], Command]:
    """Add ``--base``, with some words of help. The command gets the ref, or None."""

    def decorate(function: Command) -> Command:
        @wraps(function)
        def wrapper(base: str | None, **arguments: Any) -> Any:
            return function(base=find(current_tree()) if base == NOT_NAMED else base, **arguments)

        option = click.option("--base", type=CommitType(), metavar="[REF]", help=words)
        return option(wrapper)  # type: ignore[return-value]

    return decorate


def find(tree: WorkTree) -> str:
    """The ref to compare with, in full: ``refs/remotes/origin/main``.

    Raises:
        GateError: nothing names one.
    """
    from platform_gate.repository.git import Repository  # noqa: PLC0415 - only changes need git

    named = next((branch for name in TARGETS if (branch := os.environ.get(name))), "")
    branch = named.removeprefix("refs/heads/") or Repository.at(tree.root).default_branch(REMOTE)
    if not branch:
        fix = f"Name it: --base refs/remotes/{REMOTE}/main. Or run `git remote set-head {REMOTE} --auto` once."
        raise GateError(f"--base: neither CI nor the remote {REMOTE} says which branch to compare with", fix)
    return f"refs/remotes/{REMOTE}/{branch}"
