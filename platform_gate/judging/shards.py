"""Shards of a fleet, for several machines. A file's shard depends on its path alone, not on the other files."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from platform_gate.judging.waivers import Unmatched
from platform_gate.model import Location, Severity
from platform_gate.text import plural, printable, real_path

NAME_POINTER: Final = "/metadata/name"


class Shard(NamedTuple):
    """One of ``of`` shards; ``number`` counts from 1."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    @classmethod
    def parse(cls, text: str) -> "Shard | None":
        """A shard from text such as ``2/4``; None for anything else."""
        match = re.fullmatch("([0-9]{1,4})/([0-9]{1,4})", text)
        shard = cls(int(match[1]), int(match[2])) if match else cls(0, 0)
        return shard if 1 <= shard.number <= shard.of else None

    def takes(self, path: str) -> bool:
        """Whether a file belongs to this shard."""
        return int.from_bytes(_sha256(path)[:8]) % self.of == self.number - 1


class Named(NamedTuple):
    """A service's name, and its location in the manifest."""

    name: str
    location: Location


class Unmet(NamedTuple):
    """A waiver that names services which a part of the fleet lacks; ``whom`` is whom it is for, in words.

    ``severity`` is that of the finding, if no part has the services; None if the policy turns its rule off.
    """

    location: Location
    pointer: str
    whom: str
    services: tuple[str, ...]
    severity: Severity | None


class Seen(NamedTuple):
    """What a run saw of a whole that it does not know, for whoever joins it with the others.

    ``names`` are the services of all its manifests, before filters by team and tier. ``in_use`` are the waivers that
    excuse something, as ``path#pointer``; ``unused`` are those that excuse nothing, each with what is ``unmatched``;
    ``unmet`` are those that name services which are not here. ``measured`` are the lines of snapshots whose services
    have no manifest here.
    """

    names: Sequence[Named] = ()
    in_use: Sequence[str] = ()
    unused: Mapping[str, Unmatched] = {}
    unmet: Sequence[Unmet] = ()
    measured: Sequence[Named] = ()


class Slice(NamedTuple):
    """A shard of a certain fleet, to tell whether reports belong together.

    ``files`` counts the files of the whole fleet and ``sha256`` is a digest of their paths. ``terms`` is a digest of
    what else all shards must agree on besides the policy: team, tier, waivers and snapshots. With ``narrowed`` the
    report holds only the services of a team or tier.
    """

    shard: Shard
    files: int
    sha256: str
    terms: str
    seen: Seen = Seen()
    narrowed: bool = False

    def __str__(self) -> str:
        return f"shard {self.shard} of {plural(self.files, 'file')}"

    @classmethod
    def of(cls, shard: Shard, paths: Iterable[str], terms: str) -> "Slice":
        """The slice of the fleet that has these files."""
        files = sorted(set(paths))
        return cls(shard, len(files), _sha256("\0".join(files)).hex(), _sha256(terms).hex())

    def seeing(self, seen: Seen) -> "Slice":
        """The slice with what its run saw. Of services without a manifest here each shard keeps its share."""
        measured = tuple(line for line in seen.measured if self.shard.takes(line.name))
        return self._replace(seen=seen._replace(measured=measured))

    def to_dict(self) -> dict[str, Any]:
        """The slice as JSON values."""
        return {
            "index": self.shard.number,
            "count": self.shard.of,
            "files": self.files,
            "sha256": self.sha256,
            "terms": self.terms,
            "narrowed": self.narrowed,
            "names": [_place(named) for named in self.seen.names],
            **({"measured": list(map(_place, self.seen.measured))} if self.seen.measured else {}),
            "waivers_in_use": list(map(_shown, self.seen.in_use)),
            "waivers_unused": {
                _shown(at): list(map(printable, found.subjects)) for at, found in self.seen.unused.items()
            },
            "waivers_unused_findings": {_shown(at): found.findings for at, found in self.seen.unused.items()},
            "waivers_unmet": [_unmet_row(unmet) for unmet in self.seen.unmet],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Slice":
        """The slice from the JSON values of ``to_dict``."""
        names, measured = ([_named(row) for row in data.get(key, ())] for key in ("names", "measured"))
        counts = data["waivers_unused_findings"]
        unused = {at: Unmatched(counts.get(at, 0), tuple(found)) for at, found in data["waivers_unused"].items()}
        seen = Seen(
            names, data["waivers_in_use"], unused, tuple(map(_unmet_from, data["waivers_unmet"])), tuple(measured)
        )
        return cls(
            Shard(data["index"], data["count"]), data["files"], data["sha256"], data["terms"], seen, data["narrowed"]
        )


def _named(row: Mapping[str, Any]) -> Named:
    return Named(row["name"], Location(row["path"], *row["at"]))


def _place(named: Named) -> dict[str, Any]:
    path, *at = named.location
    return {"name": named.name, "path": real_path(str(path)), "at": at}


def _shown(place: str) -> str:
    return printable(real_path(place))


def _unmet_row(unmet: Unmet) -> dict[str, Any]:
    path, *at = unmet.location
    return {
        "path": real_path(str(path)),
        "at": at,
        "pointer": printable(unmet.pointer),
        "whom": unmet.whom,
        "services": list(unmet.services),
        "severity": unmet.severity and str(unmet.severity),
    }


def _unmet_from(row: Mapping[str, Any]) -> Unmet:
    place = Location(row["path"], *row["at"])
    return Unmet(
        place, row["pointer"], row["whom"], tuple(row["services"]), row["severity"] and Severity(row["severity"])
    )


def _sha256(text: str) -> bytes:
    import hashlib  # noqa: PLC0415 - most runs are no shard

    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
