"""Headers that say who asks, from environment variables that the settings name."""

from __future__ import annotations

import base64

from platform_gate.collectors.source import Source, World, secret


def authorization(source: Source, world: World) -> dict[str, str]:
    """The headers of ``auth`` and ``headers_env``.

    Raises:
        SourceError: an environment variable isn't set.
    """
    auth = source.settings.get("auth", {})
    headers = {name: secret(world, variable) for name, variable in source.settings.get("headers_env", {}).items()}
    if "bearer_env" in auth:
        headers["Authorization"] = f"Bearer {secret(world, auth['bearer_env'])}"
    if "basic" in auth:
        pair = f"{secret(world, auth['basic']['user_env'])}:{secret(world, auth['basic']['password_env'])}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    return headers
