"""``platform-gate policy``: show, test and compare policies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from platform_gate.changes import policy_impact
from platform_gate.changes.policy_impact import Flip, Impact
from platform_gate.cli import completion
from platform_gate.cli.options import display_options, judging_options, policy_option
from platform_gate.cli.streams import write_error, write_stdout
from platform_gate.cli.workspace import current_tree
from platform_gate.judging import policy_tests, ruleset, runner
from platform_gate.judging.judgement import Judgement, judge
from platform_gate.judging.manifest import Manifest, facts_of
from platform_gate.judging.policy_tests import Result
from platform_gate.judging.request import Request
from platform_gate.judging.ruleset import WorkTreeRules
from platform_gate.judging.runner import Job, Run
from platform_gate.judging.verdict import ExitCode
from platform_gate.measurements.measured import Measurements
from platform_gate.model import GateError, HealthStatus
from platform_gate.policy import lint, printing
from platform_gate.policy.limits import Effective
from platform_gate.policy.loading import Policy
from platform_gate.reports import junit_xml
from platform_gate.reports.junit_xml import Testcase
from platform_gate.repository.config import Config
from platform_gate.text import commas, log_line, plural, printable, quote, suggestion


@click.group()
def policy() -> None:
    """Show, test and compare policies."""


@policy.command()
@click.option(
    "--for", "whom", metavar="SERVICE", shell_complete=completion.services, help="Apply the overrides for this service."
)
@judging_options
@display_options
def show(whom: str | None, paths: tuple[str, ...], **options: Any) -> int:
    """Print the effective policy as YAML, with the line that set each value.

    The output is a valid policy that means the same. PATH says where to look for the SERVICE of --for.
    """
    request = Request(paths=paths, **options)
    settings, source = ruleset.of_work_tree(current_tree())
    chosen = ruleset.choose_policy(request.policy, settings, source)
    layered = chosen.layered
    if whom is not None:
        services = _run(request, chosen).services
        manifests = {judged.name: judged.manifest for judged in services}
        if whom not in manifests:
            raise GateError(f"there is no service {quote(whom)}", suggestion(whom, manifests))
        layered = manifests[whom].policy.layered
    _warn(chosen)
    _print(printing.policy(chosen, layered, whom or ""))
    return ExitCode.PASSED


@policy.command("test")
@click.argument("path", default=".", metavar="[FILE|DIR]", shell_complete=completion.files)
@policy_option
@click.option("-f", "--format", "form", type=click.Choice(["text", "junit"]), default="text", help="[default: text]")
@display_options
def test_command(path: str, policy: str | None, form: str) -> int:
    """Run the test cases of a file, or of every *.test.yaml file in a folder and below.

    \b
    Exit codes: 0 all cases passed, 1 a case failed, 2 a test, policy or manifest could not be read.
    """  # noqa: D301 - click's mark for lines that stay as they are
    source = WorkTreeRules(current_tree())
    tested: dict[str, Policy] = {}
    results = [result for file in _test_files(path) for result in _results(file, policy, source, tested)]
    for chosen in tested.values():
        _warn(chosen)
    _print(_junit(results) if form == "junit" else _text(results))
    return ExitCode.FAILED if any(result.mismatches for result in results) else ExitCode.PASSED


@policy.command("impact")
@click.option(
    "--against",
    metavar="FILE|NAME|package:NAME/FILE",
    shell_complete=completion.policies,
    help="The current policy. [default: as configured]",
)
@judging_options
@display_options
def impact_command(against: str | None, paths: tuple[str, ...], **options: Any) -> int:
    """Show which services would change health under the policy of --policy, and why.

    Exits 0 whatever changes, and 2 if something could not be judged.
    """
    request = Request(paths=paths, **options)
    if request.policy is None:
        raise click.UsageError("--policy is missing: name the new policy")
    settings, source = ruleset.of_work_tree(current_tree())
    old, new = (ruleset.choose_policy(reference, settings, source) for reference in (against, request.policy))
    measured = ruleset.measurements(request, settings, source, new)
    before, after = _run(request, old, measured), _run(request, new, measured)
    manifests = {judged.name: judged.manifest for judged in before.services}

    def rejudge(name: str, effective: Effective) -> Judgement:
        return _judge_again(manifests[name], effective)

    _warn(new, [manifest.subject for manifest in manifests.values()])
    _print(_impact(policy_impact.compare(before.services, after.services, rejudge), old, new))
    unjudged = [*before.unjudged, *after.unjudged]
    for message in dict.fromkeys(f"{finding.location}: {finding.message}" for finding in unjudged):
        write_error(f"error: {message}")
    return ExitCode.NOT_JUDGED if unjudged else ExitCode.PASSED


def _run(request: Request, chosen: Policy, measured: Measurements | None = None) -> Run:
    tree = current_tree()
    settings, _ = ruleset.of_work_tree(tree)
    job = Job(tree, chosen, request.as_of, measurements=measured)
    return runner.run(job, tree.find(request.paths, settings))


def _judge_again(manifest: Manifest, effective: Effective) -> Judgement:
    facts = facts_of(manifest.document, effective, manifest.context)[0]
    return judge(manifest.subject, facts, effective, manifest.context)


def _impact(impact: Impact, old: Policy, new: Policy) -> Iterator[str]:
    only_health = all(flip.before.health is not flip.after.health for flip in impact.flips)
    what = "health" if only_health else "health or verdict"
    yield f"{plural(len(impact.flips), 'service')} would change {what} from {old.name} to {new.name}"
    healths = [health for health in reversed(HealthStatus) if impact.before.get(health) or impact.after.get(health)]
    for health in healths:
        yield f"  {health:<10}{impact.before.get(health, 0):>6} -> {impact.after.get(health, 0)}"
    width = max((len(flip.name) for flip in impact.flips), default=0)
    for flip in impact.flips:
        yield ""
        change = _change(flip)
        yield f"{flip.name:<{width}}  {change}  {flip.before.points} -> {plural(flip.after.points, 'point')}"
        yield f"  because of {commas(flip.keys)}"


def _change(flip: Flip) -> str:
    """The healths before and after; if they are the same, what changes instead: whether the service fails the gate."""
    before, after = flip.before, flip.after
    if before.health is not after.health:
        return f"{before.health.upper()} -> {after.health.upper()}"
    return f"{after.health.upper()}, {'passes -> fails' if after.failing else 'fails -> passes'}"


def _warn(chosen: Policy, subjects: Sequence[Any] = ()) -> None:
    for doubtful in lint.lint(chosen, subjects):
        write_error(f"warning: {doubtful.location}: {doubtful.message}\n  fix: {doubtful.fix}")


def _print(lines: Iterator[str]) -> None:
    write_stdout(log_line(line) + "\n" for line in lines)


def _test_files(path: str) -> list[str]:
    if not Path(path).is_dir():
        return [path]
    files = sorted(str(file) for pattern in ("*.test.yaml", "*.test.yml") for file in Path(path).rglob(pattern))
    if not files:
        raise GateError(f"no *.test.yaml file in {quote(path)} or below", "Name the test file or its folder.")
    return files


def _results(file: str, wanted: str | None, source: WorkTreeRules, tested: dict[str, Policy]) -> Iterator[Result]:
    """Run a file's cases. The policy that they test is added to ``tested``, so that each is linted once."""
    suite = policy_tests.load(*source.read("policy test", file), file)
    chosen = ruleset.choose_policy(wanted or suite.policy, Config(), source)
    tested[chosen.path] = chosen
    return policy_tests.run(suite, file, chosen, partial(source.read, "manifest"))


def _text(results: Sequence[Result]) -> Iterator[str]:
    wrong = [result for result in results if result.mismatches]
    for result in wrong:
        yield f"{printable(str(result.location))}: {printable(result.name)} (as of {result.as_of})"
        for mismatch in result.mismatches:
            yield f"  {mismatch.what}"
            yield f"    - {printable(mismatch.expected)}"
            yield f"    + {printable(mismatch.actual)}"
    passed = len(results) - len(wrong)
    yield f"{plural(passed, 'case')} passed" + (f", {len(wrong)} failed" if wrong else "")


def _junit(results: Sequence[Result]) -> Iterator[str]:
    cases = [
        Testcase(
            printable(result.location.path),
            printable(result.name),
            "failure" if result.mismatches else "",
            commas(
                (f"{each.what}: expected {each.expected}, found {each.actual}" for each in result.mismatches),
                separator="; ",
            ),
            printable(str(result.location)) if result.mismatches else "",
        )
        for result in results
    ]
    return (piece.rstrip("\n") for piece in ["".join(junit_xml.write("platform-gate policy test", cases))])
