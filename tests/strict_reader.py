"""Turns the fast reader off in this process, so that the tests see the strict one alone: `make test-strict-reader`."""

import os

WANTED = os.environ.get("PLATFORM_GATE_STRICT_READER") == "1"
"""The program itself knows no such variable."""


def turn_off_fast_reader() -> None:
    from platform_gate.documents import document  # noqa: PLC0415 - other runs must not import the package this early

    document._USE_FAST_READER = False  # noqa: SLF001 - private, since nobody but the tests may choose a reader
