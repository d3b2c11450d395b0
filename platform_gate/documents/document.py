"""Bytes to data that remembers where every value stands, or an error that says where and how to fix it.

The YAML read here is a strict subset: no anchors, tags, directives, duplicate keys or ambiguous scalars. No other
reader of the same bytes can see something else in them.

Two readers do the work, and only this module knows both. The fast one takes most manifests and refuses nothing; what it
doesn't take goes to the strict one, which decides and explains. Where both take a text they agree on data and places.
Positions are worked out from the text when somebody asks for one.
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
from platform_gate.model import At, Location, Problem, further

__all__ = ["MAX_BYTES", "Document", "DocumentError", "Refusal", "read", "read_one"]

_USE_FAST_READER = True
"""Whether ``read`` tries the fast reader first. Only the tests turn it off: `make test-strict-reader`."""


class Document(NamedTuple):
    """One YAML document of a file.

    ``path`` is shown to people, ``number`` counts the documents of the file from 0, ``line`` is where the root begins,
    from 1. ``prefix`` is the place of ``data`` in the document, if it is only a part of it. ``plain`` says that the
    fast reader took the text and that it ends with a line feed, so that ``fast_positions`` can find values in it.
    """

    path: str
    text: str
    number: int
    line: int
    data: Any
    prefix: At = ()
    plain: bool = False

    def locate(self, at: At, *, on_key: bool = False) -> Location:
        """The location of the value at ``at``, or of its key; if there is none, of the deepest key above it."""
        whole = (*self.prefix, *at)
        if self.plain:
            from platform_gate.documents import fast_positions  # noqa: PLC0415 - of most files nobody asks for a place

            return fast_positions.locate(self.text, self.path, whole, on_key=on_key)
        from platform_gate.documents import positions  # noqa: PLC0415 - libyaml is slow to import

        return location_of(self.path, *positions.marks(self.text, self.number, whole, on_key=on_key))

    def last_line(self, at: At) -> int:
        """The last line, from 1, of the value at ``at``, without the blank lines and comments after it."""
        from platform_gate.documents import positions  # noqa: PLC0415 - as above

        return positions.last_line(self.text, self.number, at)

    def refusal(self, problem: Problem) -> Refusal:
        """A problem of this document with its location and the offending line."""
        location = self.locate(problem.at, on_key=problem.on_key)
        return Refusal(problem.message, problem.fix, location, excerpt_of(self.text, location))

    def refuse(self, *problems: Problem) -> DocumentError:
        """An error that names the problems in the order of their places: the first, and how many more there are."""
        named = [problem for problem in problems if not problem.more]
        refusals = sorted(map(self.refusal, named), key=lambda refusal: refusal.location.start)
        omitted = sum(problem.more for problem in problems) + max(0, len(named) - MAX_REFUSALS)
        shown = refusals[:MAX_REFUSALS]
        if omitted:
            rest = further(omitted)
            shown.append(Refusal(rest.message, rest.fix, shown[-1].location))
        return DocumentError(*shown)


def read(content: bytes, path: str, *, prose: bool = False) -> list[Document]:
    """Read every document of a file.

    ``path`` names the file in messages. With ``prose`` the values of reason, help and description may span lines.

    Raises:
        DocumentError: the file breaks strict YAML, or holds no document.
    """
    text = decode(content, path)
    if _USE_FAST_READER and (plain := fast_yaml.read(text)):
        # Without a last line feed only libyaml knows where a block ends.
        return [Document(path, text, 0, *plain, plain=text.endswith("\n"))]
    from platform_gate.documents import strict_yaml  # noqa: PLC0415 - as above

    roots = enumerate(strict_yaml.read(text, path, prose=prose))
    documents = [Document(path, text, number, line, data) for number, (line, data) in roots]
    if not documents:
        raise DocumentError(Refusal("the file is empty", "Write a document, or remove the file.", Location(path)))
    return documents


def read_one(content: bytes, path: str) -> Document:
    """Read a file that may hold one document only: a policy, waivers, or the configuration. Prose may span lines.

    Raises:
        DocumentError: as ``read``, and for a second document.
    """
    first, *more = read(content, path, prose=True)
    if more:
        place = Location(path, more[0].line, 1, more[0].line, 2)
        stray = any(document.data is None for document in (first, *more))
        fix = "Remove the extra `---` line." if stray else "Move it to its own file."
        raise DocumentError(Refusal("a second document in a file that may have only one", fix, place))
    return first
