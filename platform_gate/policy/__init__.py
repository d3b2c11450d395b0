"""A policy document to typed limits: loading, layers and origins, linting, printing, and which of two is stricter.

Opens no files: callers pass in a reader. May use `subsystems`, `documents` and the ground floor.
"""

__all__ = [
    "gate",
    "layers",
    "limits",
    "lint",
    "loading",
    "named_rules",
    "printing",
    "strictness",
]
