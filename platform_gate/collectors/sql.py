"""`type: sql`: a query of your own, in its engine's dialect, that returns rows as `rows` describes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from platform_gate.collectors import engines, files, rows
from platform_gate.collectors.dialects import refuse_writing
from platform_gate.collectors.source import Answer, Source, SourceError, World, secret

USUAL: Final = ("reliability",)
"""What a query is for, where the settings don't say: the metrics of DORA."""


def provides(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """What the settings say."""
    return tuple(settings.get("provides", USUAL))


def queries(source: Source, world: World) -> Iterator[str]:
    """The text of the file."""
    yield _text(source, world)


def collect(source: Source, world: World) -> Answer:
    """The values of the query's rows."""
    text = _text(source, world)
    with engines.warehouse(secret(world, source.settings["connection_env"]), source.limits) as engine:
        refuse_writing(text, engine.dialect)
        return rows.answer(rows.strings(engine.rows(text)), source.settings["file"])


def _text(source: Source, world: World) -> str:
    content = files.read(world.folder / source.settings["file"], source.limits.max_bytes)
    try:
        return content.decode("utf-8-sig").strip().rstrip(";")
    except UnicodeDecodeError:
        raise SourceError(f"{source.settings['file']} is not UTF-8", "Save it as UTF-8.") from None
