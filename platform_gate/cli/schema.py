"""``platform-gate schema``: print a JSON Schema for editors and other tools."""

from __future__ import annotations

import click

from platform_gate.cli.options import display_options
from platform_gate.cli.streams import write_stdout
from platform_gate.documents import shipped


@click.command()
@click.argument("name", type=click.Choice(shipped.schema_names()))
@display_options
def schema(name: str) -> None:
    """Print a JSON Schema (2020-12)."""
    write_stdout([shipped.schema_bytes(name).decode()])
