"""The snapshot of measured numbers: its file format, how it is read, and how it is laid over the manifests.

Opens no files: callers pass in bytes. May use `subsystems`, `documents` and the ground floor.
"""

__all__ = [
    "ages",
    "measured",
    "overlay",
    "snapshot",
    "writing",
]
