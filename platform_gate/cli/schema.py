"""``platform-gate schema``: the JSON Schemas, for editors and other tools."""

from __future__ import annotations

import click

from platform_gate import shipped
from platform_gate.cli.options import display_options
from platform_gate.cli.output import write_stdout


@click.command()
@click.argument("name", type=click.Choice(shipped.schema_names()))
@display_options
def schema(name: str) -> None:
    """Print a JSON Schema (2020-12)."""
    write_stdout([shipped.schema_bytes(name).decode()])
