# ruff: noqa: INP001 - a script beside the pages that it writes
"""Write ``docs/cli.md`` from the program's help. With ``--check``, write nothing, and exit 1 if the page is stale."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from platform_gate.cli.main import CONTEXT, cli

PAGE = Path(__file__).with_name("cli.md")
WIDTH = 100

HEAD = """\
<!-- Written by docs/generate_cli.py. Change the help in platform_gate/cli/ and run it again. -->

# The command line

`platform-gate COMMAND`. The command line and the configuration decide what is checked, and by which policy. No
environment variable does, with one exception: `--base` without a REF asks CI for the target branch.

## Exit codes

The same for every format, however output is redirected. Treat every code but 0 as "do not merge".

| code | meaning |
| --- | --- |
| 0 | everything in scope was judged, and nothing is in `gate.fail_on` |
| 1 | everything in scope was judged, and something is in `gate.fail_on` |
| 2 | something could not be judged: usage, configuration, policy, waivers, file, git, output. 2 beats 1 |
| 3 | a bug in platform-gate |
| 130 | interrupted |

## Shell completion

The program writes a completion script for bash (4.4 or newer), zsh and fish. It completes commands, options and their
values: services, teams, rules and shipped policies. Paths are completed by the shell. The console script must be on
`PATH`.

```bash
# bash: in ~/.bashrc
eval "$(_PLATFORM_GATE_COMPLETE=bash_source platform-gate)"
```

```zsh
# zsh: in ~/.zshrc, after compinit
eval "$(_PLATFORM_GATE_COMPLETE=zsh_source platform-gate)"
```

```fish
# fish: in ~/.config/fish/completions/platform-gate.fish
_PLATFORM_GATE_COMPLETE=fish_source platform-gate | source
```

These lines run the program whenever a shell starts. To save that time, write the script to a file once per version, and
source the file.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_section(cli, click.Context(cli, info_name="platform-gate", **_settings()))])


def _settings() -> dict[str, Any]:
    return CONTEXT | {"terminal_width": WIDTH, "max_content_width": WIDTH}


def _section(command: click.Command, context: click.Context) -> Iterator[str]:
    help_text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    yield f"## {context.command_path}\n\n```text\n{help_text}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                yield from _section(below, click.Context(below, context, info_name=name, **_settings()))


def main() -> int:
    """Write the page, or compare it with ``--check``."""
    fresh = page()
    if "--check" in sys.argv[1:]:
        stale = not PAGE.exists() or PAGE.read_text(encoding="utf-8") != fresh
        if stale:
            sys.stderr.write("docs/cli.md is stale: run `python docs/generate_cli.py`\n")
        return int(stale)
    PAGE.write_text(fresh, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
