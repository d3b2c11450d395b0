"""Manifests at the root of a repository, which are known by their names."""

from typing import Final

MANIFEST_NAME: Final = "platform-gate.yaml"


def is_manifest_name(name: str) -> bool:
    """Whether a file at the root is a manifest by its name. Names with a dot at the start belong to configuration."""
    return not name.startswith(".") and f".{name}".endswith(f".{MANIFEST_NAME}")
