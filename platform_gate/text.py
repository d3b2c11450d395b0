"""Text for messages: escape, shorten and quote values, and join words to sentences."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

QUOTED_AT_MOST = 80
LISTED_AT_MOST = 10
"""Words of a list in a message; the rest is counted."""
SUGGESTED_AT_MOST = 40
"""Words of a choice: all rules of a policy without many checks of its own."""
CLOSE = 2
"""Characters by which a misspelt word is longer or shorter, where there are very many known ones."""
COMPARED_AT_MOST = 100
"""Words that a misspelt one is compared with."""

# The inside of a regular expression's [set]. Control characters (C0 without tab, LF and CR; DEL; C1) act on terminals;
# line separators beyond LF fake a new line; bidirectional controls reorder text on a screen; the rest is invisible.
UNSAFE = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff"
# In messages of one line, tab, LF and CR are out of place as well. Lone surrogates can't be encoded.
_HIDDEN = f"[\t\n\r{UNSAFE}\ud800-\udfff]"


class Excerpt(NamedTuple):
    """A line of a file, cut and escaped for display, and the range below which carets go (offset from 0, width)."""

    text: str
    offset: int
    width: int

    def drawn(self, line: int) -> tuple[str, str]:
        """The line after its number, and the line of carets below it."""
        number = f"{line} | "
        return number + self.text, " " * (len(number) + self.offset) + "^" * self.width


def escape(character: str) -> str:
    r"""A character as ``\xNN`` or ``\uNNNN``."""
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004 - two hex digits reach this far


def printable(text: str) -> str:
    """Text with every character escaped that could act on a terminal or hide from a reader."""
    if text.isascii() and text.isprintable():
        return text
    return re.sub(_HIDDEN, lambda match: escape(match[0]), text)


def displayed(path: str) -> str:
    r"""A path for display, the same in every locale: bytes that are no UTF-8 become ``\xNN``, a backslash becomes two.

    Different paths are displayed differently.
    """
    if path.isascii():
        return path.replace("\\", "\\\\")
    return system_path(path).replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")


def real_path(path: str) -> str:
    r"""The path that ``displayed`` shows, for formats that programs read. Bytes that are no UTF-8 stay ``\xNN``."""
    joined = path.replace("\\\\", "\\")
    return joined if joined.isascii() else re.sub("[\ud800-\udfff]", lambda match: escape(match[0]), joined)


def displayed_again(path: str) -> str:
    r"""The path as displayed that ``real_path`` gave; ``\xNN`` beyond ASCII is taken for a byte."""
    return re.sub(r"\\\\(x[89a-f][0-9a-f])", r"\\\1", displayed(path))


def real_bytes(path: str) -> bytes:
    """The bytes of the path that ``displayed`` shows."""
    return re.sub(rb"\\(\\|x[0-9a-f]{2})", _byte, system_path(path))


def _byte(match: re.Match[bytes]) -> bytes:
    return match[1] if match[1] == b"\\" else bytes([int(match[1][1:], 16)])


def system_path(path: str) -> bytes:
    """A path as bytes for system calls, the same in every locale: as it was given, or else in UTF-8."""
    return path.encode("utf-8", "surrogateescape")


def typed(word: str) -> str:
    """An argument as it was typed. In an ASCII locale, Python decodes other letters to surrogates."""
    return system_path(word).decode("utf-8", "backslashreplace")


def shorten(text: str, width: int = QUOTED_AT_MOST) -> str:
    """Text cut to at most ``width`` characters, which then ends in three dots."""
    return text if len(text) <= width else text[: width - 3] + "..."


def quote(value: object) -> str:
    """A value in quotes for a message: one line, escaped, short."""
    text = value if isinstance(value, str) else repr(value)
    return "'" + shorten(printable(text[: QUOTED_AT_MOST + 1])) + "'"


def plural(count: int, noun: str, nouns: str = "") -> str:
    """``1 service``, ``2 services``, ``10,000 services``."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def listing(words: Iterable[str], conjunction: str = "and", *, most: int = LISTED_AT_MOST) -> str:
    """``a, b and c``; of a longer list the first, and how many more there are."""
    *several, last = cut(words, most) or [""]
    return f"{', '.join(several)} {conjunction} {last}" if several else last


def commas(words: Iterable[str], *, most: int = LISTED_AT_MOST, separator: str = ", ") -> str:
    """``a, b, c``; of a longer list the first, and how many more there are."""
    return separator.join(cut(words, most))


def cut(words: Iterable[str], most: int = LISTED_AT_MOST) -> list[str]:
    """The first words; one more than ``most`` is shown itself instead of a count of one."""
    several = list(words)
    left_out = len(several) - most
    return several if left_out <= 1 else [*several[:most], f"{left_out:,} more"]


def suggestion(word: str, known: Iterable[str]) -> str:
    """The known word most like a misspelt one, as a question; if none is close, the first of all known words."""
    choice = sorted(known)
    close = nearest(word, choice)
    return f"Did you mean {close}?" if close else f"Known: {commas(choice, most=SUGGESTED_AT_MOST)}."


def nearest(word: str, known: Collection[str]) -> str:
    """The known word that is most like another one; empty if none is.

    Of very many words only those are compared that begin alike: to compare two takes longer than to judge a manifest.
    """
    from difflib import get_close_matches  # noqa: PLC0415 - only where something is misspelt

    if len(known) > COMPARED_AT_MOST:
        begin = word[:2].casefold()
        known = [other for other in known if other[:2].casefold() == begin and abs(len(other) - len(word)) <= CLOSE]
        known = known[:COMPARED_AT_MOST]
    folded = {other.casefold(): other for other in known}
    close = get_close_matches(word.casefold(), folded, n=1)
    return folded[close[0]] if close else ""


# A CI runner reads commands in a log: GitHub's ``::name::`` at the start of a line, GitHub's and Azure's ``##[name]``
# anywhere. The functions below spell them in a way that means the same to a reader of the format and nothing to a
# runner: one function per sink.


def log_line(line: str) -> str:
    """A line of plain text in which a CI runner finds no command."""
    return _disarmed(line, bracket="#\\x23[", colons=":\\x3a")


def log_xml(line: str) -> str:
    """A line of escaped XML, or a quoted attribute, in which a CI runner finds no command."""
    return _disarmed(line, bracket="#&#35;[", colons="&#58;:")


def log_json(text: str) -> str:
    """JSON text in which a CI runner finds no command and nothing is hidden; none of its lines starts with a colon."""
    disarmed = text.replace("##[", "#\\u0023[")
    if disarmed.isascii() and "\x7f" not in disarmed:
        return disarmed
    return re.sub(f"[{UNSAFE}]", lambda match: f"\\u{ord(match[0]):04x}", disarmed)


def log_html(markup: str) -> str:
    """Escaped text for HTML in which a CI runner finds no command, wherever a template puts it in a line."""
    return markup.replace("##[", "##&#91;").replace("::", ":&#58;")


def _disarmed(line: str, bracket: str, colons: str) -> str:
    line = line.replace("##[", bracket)
    return line.replace("::", colons, 1) if line.lstrip().startswith("::") else line


def origin_of(cause: str, incident: str) -> str:
    """``cause: dependency, incident INC-7``; empty if neither is known."""
    return ", ".join(filter(None, (cause and f"cause: {cause}", incident and f"incident {incident}")))
