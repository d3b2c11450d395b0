"""Name the kinds of a change for the GitHub Action, from its inputs and the labels of the pull request.

    change_kinds.py        print the kinds, sorted, one per line

CHANGE holds kinds, one per line. CHANGE_LABELS holds LABEL=KIND, one per line: the kind counts if the pull request of
the event has the label. Labels are compared as text and never printed, so that their names reach no shell.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

KIND: Final = re.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
"""As in the policy's schema."""


def lines(text: str) -> list[str]:
    """The lines that are not empty, without spaces around them."""
    return [line for line in map(str.strip, text.split("\n")) if line]


def chosen(text: str) -> set[str]:
    """The kinds of the input `change`.

    Raises:
        ValueError: a line is not a kind.
    """
    kinds = lines(text)
    for kind in kinds:
        if not KIND.fullmatch(kind):
            raise ValueError(f"change: {kind!a} is not a kind such as reliability-fix")
    return set(kinds)


def mapping(text: str) -> dict[str, str]:
    """Kinds by label, from the input `change-labels`.

    Raises:
        ValueError: a line is not LABEL=KIND, or a label appears twice.
    """
    kinds: dict[str, str] = {}
    for line in lines(text):
        label, sign, kind = (part.strip() for part in line.rpartition("="))
        if not (label and sign and KIND.fullmatch(kind)):
            raise ValueError(f"change-labels: {line!a} is not LABEL=KIND with a kind such as reliability-fix")
        if label in kinds:
            raise ValueError(f"change-labels: {label!a} appears twice")
        kinds[label] = kind
    return kinds


def labelled(event: Mapping[str, Any], by_label: Mapping[str, str]) -> set[str]:
    """The kinds that the pull request's labels name; none if the event is not about a pull request."""
    labels = (event.get("pull_request") or {}).get("labels") or []
    return {by_label[label["name"]] for label in labels if label["name"] in by_label}


def main(environment: Mapping[str, str]) -> None:
    """Print the kinds."""
    try:
        kinds, by_label = chosen(environment["CHANGE"]), mapping(environment["CHANGE_LABELS"])
        event = json.loads(Path(environment["GITHUB_EVENT_PATH"]).read_bytes()) if by_label else {}
    except ValueError as error:
        sys.exit(str(error))
    print("\n".join(sorted(kinds | labelled(event, by_label))))  # noqa: T201 - the step reads it


if __name__ == "__main__":
    main(os.environ)
