"""A policy document to typed limits: loading, layers and origins, linting, printing, and which of two is stricter.

Opens no files: callers pass in a reader. May use `subsystems`, `documents` and the ground floor.
"""

__all__ = [
    "layers",
    "limits",
    "lint",
    "loading",
    "printing",
    "strictness",
]
