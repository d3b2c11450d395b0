"""``python -m platform_gate``: the same as the console script."""

from __future__ import annotations


def main() -> None:
    """Start the command line."""
    from platform_gate.cli.main import main as start  # noqa: PLC0415 - an interrupt while importing is an interrupt too

    start()


if __name__ == "__main__":
    main()
