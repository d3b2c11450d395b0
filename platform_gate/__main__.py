"""``python -m platform_gate``: the same as the console script."""

from __future__ import annotations

import gc
import sys

WINDOWS = (
    "error: platform-gate does not run on Windows, which cannot open files without following links\n"
    "  fix: Run it on Linux or macOS, or in the Windows Subsystem for Linux.\n"
)


def main() -> None:
    """Start the command line. An interrupt or a failure while it is imported becomes an exit code, too."""
    # A run makes next to no cycles. Not looking for them saves 4 % of the instructions of a start, and 2 % with 500
    # manifests (counted with valgrind's cachegrind).
    gc.disable()
    if sys.platform == "win32":
        sys.stderr.write(WINDOWS)
        sys.exit(2)
    try:
        from platform_gate.cli.main import main as start  # noqa: PLC0415 - so that importing it can be watched
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - Python's own 1 would read as the gate's "no"
        sys.stderr.write(f"error: platform-gate is not installed as it should be ({type(error).__name__}: {error})\n")
        sys.exit(3)
    start()


if __name__ == "__main__":
    main()
