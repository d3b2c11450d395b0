"""The `Sources` document: where numbers are kept, and how to ask for them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from platform_gate.collectors.source import Limits, Source
from platform_gate.documents import document, schema
from platform_gate.documents.document import Document, DocumentError
from platform_gate.model import At, GateError, Problem
from platform_gate.text import quote, suggestion

SCHEMA: Final = "sources"
DEFAULTS: Final[Mapping[str, Any]] = {"timeout": "30s", "retries": 2, "max_bytes": "64MiB"}
"""Where the document's own `defaults` say nothing."""
SECRETIVE: Final = frozenset({"auth", "headers_env", "basic"})
"""Keys below which a document may hold, by mistake, the secret itself."""
SIZES: Final = {"KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
SECONDS: Final = {"s": 1, "m": 60}


class Sources(NamedTuple):
    """The sources in the order of the document, and the services' names: theirs to ours."""

    sources: tuple[Source, ...]
    names: Mapping[str, str]


def load(content: bytes, path: str) -> Sources:
    """The sources of a file.

    Raises:
        DocumentError: it breaks strict YAML, its schema, or a rule that no schema can hold. No line of the file is
            quoted, since it may hold a secret that should not be there.
    """
    try:
        read = document.read_one(content, path)
    except DocumentError as error:
        raise _unquoted(error) from None
    if problems := [_discreet(problem) for problem in schema.validate(read.data, SCHEMA)] or list(_problems(read)):
        raise _unquoted(read.refuse(*problems))
    spec = read.data["spec"]
    defaults = {**DEFAULTS, **spec.get("defaults", {})}
    sources = tuple(_source(name, {**defaults, **settings}) for name, settings in spec["sources"].items())
    return Sources(sources, spec.get("names", {}))


def choose(sources: Sources, names: tuple[str, ...]) -> Sources:
    """The sources of some names; all of them without any.

    Raises:
        GateError: there is no source of such a name.
    """
    known = {source.name: source for source in sources.sources}
    for name in names:
        if name not in known:
            raise GateError(f"unknown source {quote(name)}", suggestion(name, known))
    chosen = tuple(source for source in sources.sources if not names or source.name in names)
    return sources._replace(sources=chosen)


def _source(name: str, settings: Mapping[str, Any]) -> Source:
    limits = Limits(seconds(settings["timeout"]), settings["retries"], size(settings["max_bytes"]))
    return Source(name, settings["type"], settings, limits, tuple(settings.get("services", ("*",))))


def seconds(duration: str) -> int:
    """``30s`` or ``2m`` in seconds."""
    return int(duration[:-1]) * SECONDS[duration[-1]]


def size(text: str) -> int:
    """``64MiB`` in bytes."""
    return int(text[:-3]) * SIZES[text[-3:]]


def _problems(read: Document) -> Iterator[Problem]:
    """What no schema can hold."""
    names = read.data["spec"].get("names", {})
    counts = Counter(names.values())
    for theirs, ours in names.items():
        if counts[ours] > 1:
            message = f"{counts[ours]} names map to {quote(ours)}"
            yield Problem(("spec", "names", theirs), message, "Keep one: their values would be mixed.")
    for name, settings in read.data["spec"]["sources"].items():
        yield from _repeated_fields(("spec", "sources", name, "queries"), settings.get("queries", ()))


def _repeated_fields(at: At, queries: Any) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, query in enumerate(queries):
        field = query["provides"]
        if field in seen:
            yield Problem((*at, index, "provides"), f"{quote(field)} already has a query", "Keep one of them.")
        seen.add(field)


def _discreet(problem: Problem) -> Problem:
    """A problem without the value that was found: it may be a secret in a wrong place."""
    if any(key in SECRETIVE or str(key).endswith("_env") for key in problem.at):
        message = "expected the name of an environment variable, in capital letters"
        return problem._replace(message=message, fix="Set that variable to the secret where `collect` runs.")
    return problem._replace(message=re.sub(r"the string '.*'", "this string", problem.message))


def _unquoted(error: DocumentError) -> DocumentError:
    return DocumentError(*(refusal._replace(excerpt=None) for refusal in error.refusals))
