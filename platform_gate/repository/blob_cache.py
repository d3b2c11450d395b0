"""Contents of git objects, kept so that each is asked of git once."""

from collections.abc import Iterable

from platform_gate.documents.document import MAX_BYTES
from platform_gate.repository.git import Repository


class BlobCache:
    """Contents by object ID, at most ``MAX_BYTES + 1`` bytes each.

    The cache is mutable, the trees that read through it aren't: an ID names one content for ever, so a tree reads the
    same whatever was cached before. Whoever compares trees makes one cache and hands it to all of them.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._contents: dict[str, bytes] = {}

    def __contains__(self, oid: str) -> bool:
        return oid in self._contents

    def add(self, oid: str, content: bytes) -> None:
        """Keep a content that is known from elsewhere, such as from the work tree. Its line ends may differ."""
        self._contents[oid] = content

    def fetch(self, oids: Iterable[str]) -> None:
        """Read the missing ones of many objects, in a single git process.

        Raises:
            GateError: git can't be run, or lacks an object.
        """
        missing = list(dict.fromkeys(oid for oid in oids if oid not in self._contents))
        self._contents.update(zip(missing, self._repository.blobs(missing, MAX_BYTES + 1), strict=True))

    def read(self, oid: str) -> bytes:
        """The content of an object.

        Raises:
            GateError: as ``fetch``.
        """
        if oid not in self._contents:
            self.fetch([oid])
        return self._contents[oid]
