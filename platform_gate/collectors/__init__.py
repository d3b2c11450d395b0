"""From other systems to a snapshot: each collector is a module, a line in `registry`, and a section of the schema.

A collector turns its settings into values. It may use `measurements`, `documents` and the ground floor, and nothing of
the judge uses it: `check` never imports this package. Only `transport` and `engines` open connections, and only `files`
opens files.
"""

__all__ = [
    "collecting",
    "configuration",
    "registry",
    "source",
]
