"""The group of commands, and the one place where exceptions become exit codes."""

from __future__ import annotations

import sys
from importlib import import_module
from keyword import iskeyword
from typing import Final

import click

from platform_gate.cli.options import display_options
from platform_gate.cli.streams import ReaderGoneError, leave, write_error
from platform_gate.documents.document import DocumentError, Refusal
from platform_gate.judging.verdict import ExitCode
from platform_gate.model import GateError
from platform_gate.text import quote, suggestion

REPORT_TO: Final = "https://github.com/platform-gate/platform-gate/issues"

COMMANDS: Final = {
    "check": "Check services and decide whether they pass.",
    "collect": "Measure: query monitoring, bills and trackers, and write a snapshot.",
    "explain": "Explain the health of a service, or a rule.",
    "policy": "Show, test and compare policies.",
    "waivers": "List, generate and prune waivers.",
    "measurements": "Show measured values.",
    "merge": "Merge the reports of shards or repositories.",
    "import": "Write manifests from descriptors such as Backstage's.",
    "init": "Set up a repository: configuration, policy, workflow, hook.",
    "schema": "Print a JSON Schema.",
    "demo": "Show a report of two built-in services.",
}
"""Commands in the order of ``--help``, each with its line there. A command's module is imported when it runs."""

CONTEXT: Final = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def _version(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's form
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - only here, and slow to import

        click.echo(f"platform-gate {version('platform-gate')}")
        context.exit()


def _demo(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's form
    if wanted:
        from platform_gate.cli.demo import demo  # noqa: PLC0415 - as every command

        context.invoke(demo, as_text=False)
        context.exit()


class Commands(click.Group):
    """A group that imports a command's module, which has the command's name, when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands."""
        return [*COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; None if there is none of that name."""
        known = super().get_command(ctx, cmd_name)
        if known is None and cmd_name in COMMANDS:
            name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
            known = getattr(import_module(f"platform_gate.cli.{name}"), name)
        return known

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve the command that the first word names; suggest one if it is misspelt."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            ctx.fail(f"there is no command {quote(args[0])}. {suggestion(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of commands for ``--help`` without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings=CONTEXT)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
@click.option("--demo", is_flag=True, expose_value=False, callback=_demo, help="Short for the command demo.")
@display_options
def cli() -> None:
    """Check whether services are fit for production: their SLOs, cost, reliability and governance, under a policy.

    Exit codes: 0 passed, 1 failed, 2 something could not be judged, 3 a bug in platform-gate, 130 interrupted.
    """


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code, whatever is raised."""
    try:
        return _start(sys.argv[1:] if arguments is None else arguments)
    except (Exception, KeyboardInterrupt, SystemExit) as error:  # noqa: BLE001 - a bug must never look like a "no"
        return _exit_code(error)


def _start(words: list[str]) -> int:
    if sys.stdout is None:
        raise GateError("standard output is closed", "Redirect it, for example to /dev/null.")
    asked = words or ["--help"]
    try:
        code = cli.main(asked, prog_name="platform-gate", complete_var=_completion(words), standalone_mode=False)
    except SystemExit as left:  # click raises it after it has answered a shell's request for completions
        if words or left.code:
            raise
        return ExitCode.PASSED
    return int(code or 0)


def _exit_code(error: BaseException) -> int:
    """Write an exception to standard error and return its exit code."""
    if isinstance(error, (click.Abort, KeyboardInterrupt)) or isinstance(error.__context__, KeyboardInterrupt):
        write_error("interrupted")
        return ExitCode.INTERRUPTED
    if isinstance(error, (ReaderGoneError, BrokenPipeError)):
        return ExitCode.NOT_JUDGED
    if isinstance(error, DocumentError):
        for refusal in error.refusals:
            _show(refusal)
    elif isinstance(error, GateError):
        _refuse(error.message, error.fix)
    elif isinstance(error, click.ClickException):
        _refuse(error.format_message(), _usage_hint(error))
    elif isinstance(error, (OSError, SystemExit)):
        _refuse(f"the output could not be written ({error})", "Check where standard output goes.")
    else:
        return _bug(error)
    return ExitCode.NOT_JUDGED


def _completion(words: list[str]) -> str:
    """Name of the variable by which a shell asks for completions.

    A shell asks without arguments. With arguments the name is empty, so that no environment variable decides anything.
    """
    return "" if words else "_PLATFORM_GATE_COMPLETE"


def _show(refusal: Refusal) -> None:
    """Write a refusal as path:line:column, with the offending line and a caret below it."""
    lines = [f"error: {refusal.location}: {refusal.message}"]
    if refusal.excerpt:
        lines += [f"  {line}" for line in refusal.excerpt.drawn(refusal.location.line)]
    write_error("\n".join([*lines, *([f"  fix: {refusal.fix}"] if refusal.fix else [])]))


def _usage_hint(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f"Try `{context.command_path} --help`." if context else ""


def _refuse(message: str, fix: str) -> None:
    write_error(f"error: {message}" + (f"\n  fix: {fix}" if fix else ""))


def _bug(error: BaseException) -> int:
    if {"-v", "--verbose"}.intersection(sys.argv):
        from traceback import format_exception  # noqa: PLC0415 - only here

        write_error("".join(format_exception(error)))
    write_error(
        f"error: a bug in platform-gate ({type(error).__name__}). Please report it: {REPORT_TO} (-v shows where)"
    )
    return ExitCode.BUG


def main() -> None:
    """Entry point of the console script."""
    leave(run())
