"""Write JUnit's XML, the format in which CI systems read test results."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

from platform_gate.text import UNSAFE, log_xml, printable

_REFERABLE: Final = re.compile(f"(?![\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff])[\t\n\r{UNSAFE}]")
"""Hidden characters that XML 1.0 can hold. The other control characters have no reference either."""


class Testcase(NamedTuple):
    """A test case. It has no file and line: the xUnit plugin of Jenkins refuses a report that has either.

    Attributes:
        name: written exactly, as far as XML can.
        kind: failure, error or skipped, explained by ``message`` and ``text``; empty if the case passed.
        output: shown whatever the kind, as ``system-out``.
    """

    classname: str
    name: str
    kind: str = ""
    message: str = ""
    text: str = ""
    output: str = ""


def write(suite: str, cases: Sequence[Testcase], output: str = "") -> Iterator[str]:
    """The document, one case at a time. ``output`` belongs to no case in particular."""
    counts = {kind: sum(case.kind == kind for case in cases) for kind in ("failure", "error", "skipped")}
    totals = f'tests="{len(cases)}" failures="{counts["failure"]}" errors="{counts["error"]}"'
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f"<testsuites {totals}>\n"
    yield f'  <testsuite name={_attribute(suite)} {totals} skipped="{counts["skipped"]}">\n'
    for case in cases:
        yield _case(case)
    yield from _element("    ", "system-out", "", output)
    yield "  </testsuite>\n</testsuites>\n"


def _case(case: Testcase) -> str:
    start = f"    <testcase classname={_attribute(case.classname)} name={_exact(case.name)}"
    inner = [
        *(_element("      ", case.kind, f" message={_attribute(case.message)}", case.text) if case.kind else ()),
        *_element("      ", "system-out", "", case.output),
    ]
    return f"{start}>\n{''.join(inner)}    </testcase>\n" if inner else f"{start}/>\n"


def _element(indent: str, name: str, attributes: str, text: str) -> Iterator[str]:
    """An element with text; nothing if text and attributes are empty."""
    if text or attributes:
        yield f"{indent}<{name}{attributes}>{_text(text)}</{name}>\n"


def _text(text: str) -> str:
    """The content of an element. An XML parser gives every line back as it was."""
    return "\n".join(log_xml(_escaped(line)) for line in text.split("\n"))


def _attribute(text: str) -> str:
    """A quoted attribute. Its line feeds are references, because a parser turns literal ones into spaces."""
    lines = "&#10;".join(map(_escaped, text.split("\n")))
    return log_xml('"' + lines.replace('"', "&quot;") + '"')


def _exact(text: str) -> str:
    """A quoted attribute whose hidden characters are references, as far as XML has any."""
    return log_xml('"' + "".join(map(_character, text)) + '"')


def _character(character: str) -> str:
    if _REFERABLE.match(character):
        return f"&#{ord(character)};"
    return escape(printable(character), {'"': "&quot;"})


def _escaped(line: str) -> str:
    """A line without markup, control characters and invisible characters: XML 1.0 can't hold all of them."""
    return escape(printable(line))
