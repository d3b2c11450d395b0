"""Parts of a fleet for several machines: each file belongs to one part, whatever other files there are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple


class Shard(NamedTuple):
    """One of several parts; ``number`` counts from 1, ``of`` is how many there are."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    @classmethod
    def parse(cls, text: str) -> Shard | None:
        """``2/4`` as a shard; None for anything else."""
        match = re.fullmatch("([0-9]{1,4})/([0-9]{1,4})", text)
        shard = cls(int(match[1]), int(match[2])) if match else cls(0, 0)
        return shard if 1 <= shard.number <= shard.of else None

    def takes(self, path: str) -> bool:
        """Whether a file belongs to this part: its path alone decides."""
        return int.from_bytes(_sha256(path)[:8]) % self.of == self.number - 1


class Slice(NamedTuple):
    """A shard of a certain fleet: how many files that has in all, and a digest of their paths.

    ``in_use`` are the places of waivers that excuse something here, as ``path#pointer``: another shard may not know.
    """

    shard: Shard
    files: int
    sha256: str
    in_use: Sequence[str] = ()

    @classmethod
    def of(cls, shard: Shard, paths: Iterable[str]) -> Slice:
        """The slice of a fleet with these files."""
        several = sorted(set(paths))
        return cls(shard, len(several), _sha256("\0".join(several)).hex())

    def to_dict(self) -> dict[str, Any]:
        """As a report shows it."""
        return {
            "index": self.shard.number,
            "count": self.shard.of,
            "files": self.files,
            "sha256": self.sha256,
            "waivers_in_use": list(self.in_use),
        }


def _sha256(text: str) -> bytes:
    import hashlib  # noqa: PLC0415 - most runs are no shard

    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
