#!/usr/bin/env python3
"""Write the schemas as the linter of JSON Schema wants them, without touching their layout.

    python docs/tidy_schemas.py      from `make docs`

A description ends without a full stop, because an editor puts it into a tooltip or a sentence of its own. Values that
are enumerated need no type beside them.
"""

import json
import re
from pathlib import Path
from typing import Any, Final

SCHEMAS: Final = Path(__file__).resolve().parent.parent / "schemas"
FULL_STOP: Final = re.compile(r'("description": "(?:[^"\\]|\\.)*?)\.(")')
TYPE: Final = r'"type": (?:"[a-z]+"|\[[a-z", ]+\])'
TYPE_BEFORE: Final = re.compile(rf'{TYPE},(\s*)(?="enum": )')
TYPE_AFTER: Final = re.compile(rf'("enum": \[[^]]*\]),\s*{TYPE}')


def tidy(text: str) -> str:
    """The text of a schema, tidied."""
    without = FULL_STOP.sub(r"\1\2", text)
    return TYPE_AFTER.sub(r"\1", TYPE_BEFORE.sub("", without))


def untidy(value: Any, at: str = "") -> list[str]:
    """Pointers to what is left: descriptions with a full stop, and types beside enumerations."""
    if isinstance(value, list):
        return [place for number, inner in enumerate(value) for place in untidy(inner, f"{at}/{number}")]
    if not isinstance(value, dict):
        return []
    description = value.get("description")
    here = isinstance(description, str) and description.endswith(".")
    here = here or ("type" in value and isinstance(value.get("enum"), list))
    return [at] * here + [place for key, inner in value.items() for place in untidy(inner, f"{at}/{key}")]


def main() -> None:
    """Rewrite what is untidy."""
    for path in sorted(SCHEMAS.glob("*.schema.json")):
        text = path.read_text(encoding="utf-8")
        path.write_text(tidy(text), encoding="utf-8")
        for place in untidy(json.loads(tidy(text))):
            print(f"{path.name}#{place}: tidy this by hand")  # noqa: T201 - for whoever runs it


if __name__ == "__main__":
    main()
