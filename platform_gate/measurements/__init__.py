"""The snapshot of measured numbers: its file format, and how it meets the manifests.

Opens no files: callers pass in bytes. May use `documents` and the ground floor.
"""

__all__ = [
    "writing",
]
