"""Name the kinds of a pull request's change by its labels, for the GitHub Action.

change_kinds.py        reads the variable CHANGE_LABELS, a LABEL=KIND a line, and prints the kinds, one a line
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

KIND: Final = re.compile("[a-z][a-z0-9-]*")


def mapping(text: str) -> dict[str, str]:
    """Kinds by label.

    Raises:
        ValueError: a line is not LABEL=KIND, or a label is there twice.
    """
    kinds: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.split("\n"))):
        label, sign, kind = (part.strip() for part in line.rpartition("="))
        if not (label and sign and KIND.fullmatch(kind)) or label in kinds:
            raise ValueError(f"{line!a} is not one LABEL=KIND with a kind such as reliability-fix")
        kinds[label] = kind
    return kinds


def kinds(event: Mapping[str, Any], by_label: Mapping[str, str]) -> list[str]:
    """The kinds that the pull request's labels name, sorted; none for another event."""
    labels = (event.get("pull_request") or {}).get("labels") or []
    return sorted({by_label[label["name"]] for label in labels if label["name"] in by_label})


def main(environment: Mapping[str, str]) -> None:
    """Print the kinds."""
    try:
        by_label = mapping(environment["CHANGE_LABELS"])
        event = json.loads(Path(environment["GITHUB_EVENT_PATH"]).read_bytes()) if by_label else {}
    except ValueError as error:
        sys.exit(f"change-labels: {error}")
    print("\n".join(kinds(event, by_label)))  # noqa: T201 - the step reads it


if __name__ == "__main__":
    main(os.environ)
