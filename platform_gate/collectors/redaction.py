"""Keeping secrets out of what is written: whatever form a server may have echoed them in."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote, quote_plus, unquote, urlsplit

from platform_gate.text import printable, shorten

REDACTED: Final = "***"
SHORTEST: Final = 4
"""Characters. Of shorter ones, a tenant's number say, every text would be full."""
_URL: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s\"'<>]+")


def forms(secrets: Iterable[str]) -> tuple[str, ...]:
    """Every form of some secrets that must not be seen, the longest first, so that no half of one stays."""
    plain = [secret for value in secrets for secret in (value, value.strip()) if secret]
    parts = [part for value in plain for part in _parts(value)]
    pairs = [f"{user}:{password}" for user in plain for password in plain]
    every = {form for value in (*plain, *parts, *pairs) for form in _encodings(value) if len(value) >= SHORTEST}
    return tuple(sorted(every, key=lambda form: (-len(form), form)))


def _parts(value: str) -> Iterator[str]:
    """What is secret in a connection URL by itself."""
    if "://" not in value:
        return
    try:
        split = urlsplit(value)
    except ValueError:
        return
    for part in (split.username, split.password, split.hostname):
        if part:
            yield part
            yield unquote(part)


def _encodings(value: str) -> Iterator[str]:
    yield value
    yield json.dumps(value)[1:-1]
    yield html.escape(value)
    for encoded in (quote(value), quote(value, safe=""), quote_plus(value)):
        yield encoded
        yield re.sub("%..", lambda match: match[0].lower(), encoded)
    yield base64.b64encode(value.encode()).decode()
    yield base64.urlsafe_b64encode(value.encode()).decode()


def redact(text: str, hidden: Iterable[str]) -> str:
    """Text without secrets and without whole URLs."""
    for form in hidden:
        text = text.replace(form, REDACTED)
    return _URL.sub(_origin, text)


def excerpt(text: str, hidden: Iterable[str]) -> str:
    """What a server said, without secrets, on one printable line of at most 80 characters."""
    return shorten(printable(" ".join(redact(text, hidden).split())))


def _origin(match: re.Match[str]) -> str:
    """A URL without what may identify or authorise: its scheme alone."""
    return match[0].split("://", 1)[0] + "://" + REDACTED
