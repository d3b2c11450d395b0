"""Bytes to data that remembers where every value stood, or a refusal that says where and how to write it right.

The YAML read here is a strict subset (no anchors, tags, directives, duplicate keys or ambiguous scalars), so that no
other reader of the same bytes can see something else. Positions cost nothing until somebody asks for one.
"""

from typing import Any, NamedTuple

from platform_gate.documents import fast_yaml
from platform_gate.documents.errors import (
    MAX_BYTES,
    MAX_REFUSALS,
    DocumentError,
    Refusal,
    decode,
    excerpt_of,
    location_of,
)
from platform_gate.model import At, Location, Problem

__all__ = ["MAX_BYTES", "Document", "DocumentError", "Refusal", "read", "read_one"]


class Document(NamedTuple):
    """One YAML document. ``path`` is as shown to people, ``number`` counts from 0, ``line`` is where its root begins.

    ``prefix`` is where ``data`` stands where it is only a part of the document. With ``plain`` its lines tell where
    everything stands (without a last line feed only libyaml knows where a block ends).
    """

    path: str
    text: str
    number: int
    line: int
    data: Any
    prefix: At = ()
    plain: bool = False

    def locate(self, at: At, *, on_key: bool = False) -> Location:
        """The place of the value at ``at``; of the deepest existing key above it where there is none."""
        whole = (*self.prefix, *at)
        if self.plain:
            from platform_gate.documents import fast_positions  # noqa: PLC0415 - of most files nobody asks for a place

            return fast_positions.locate(self.text, self.path, whole, on_key=on_key)
        from platform_gate.documents import positions  # noqa: PLC0415 - libyaml is slow to import

        return location_of(self.path, *positions.marks(self.text, self.number, whole, on_key=on_key))

    def last_line(self, at: At) -> int:
        """The number of the last line of the value at ``at``; blank lines and comments after it don't count."""
        from platform_gate.documents import positions  # noqa: PLC0415 - as above

        return positions.last_line(self.text, self.number, at)

    def refusal(self, problem: Problem) -> Refusal:
        """A problem of this document with its place and the offending line."""
        location = self.locate(problem.at, on_key=problem.on_key)
        return Refusal(problem.message, problem.fix, location, excerpt_of(self.text, location))

    def refuse(self, *problems: Problem) -> DocumentError:
        """The error that names every problem (twenty at most), in the order in which they stand."""
        refusals = sorted(map(self.refusal, problems), key=lambda refusal: refusal.location.start)
        return DocumentError(*refusals[:MAX_REFUSALS])


def read(content: bytes, path: str, *, prose: bool = False) -> list[Document]:
    """Every document of a file; ``path`` is how it is called in messages.

    With ``prose`` reasons, helps and descriptions may have several lines.

    Raises:
        DocumentError: the file breaks strict YAML, or holds no document at all.
    """
    text = decode(content, path)
    if plain := fast_yaml.read(text):
        return [Document(path, text, 0, *plain, plain=text.endswith("\n"))]
    from platform_gate.documents import strict_yaml  # noqa: PLC0415 - as above

    found = strict_yaml.read(text, path, prose=prose)
    documents = [Document(path, text, number, *each) for number, each in enumerate(found)]
    if not documents:
        raise DocumentError(Refusal("the file holds no document", "Write one, or remove the file.", Location(path)))
    return documents


def read_one(content: bytes, path: str) -> Document:
    """The one document of a file that may hold one only (a policy, waivers, configuration).

    Raises:
        DocumentError: as ``read``, and for a second document.
    """
    first, *more = read(content, path, prose=True)
    if more:
        place = Location(path, more[0].line, 1, more[0].line, 2)
        message = "a second document; this kind of file holds one"
        raise DocumentError(Refusal(message, "Move it to its own file.", place))
    return first
