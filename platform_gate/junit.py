"""JUnit's XML: test cases that pass, fail, break or are skipped, as every CI reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Testcase:
    """One case. ``kind`` is failure, error or skipped, with a message and a text; empty where it passed."""

    classname: str
    name: str
    kind: str = ""
    message: str = ""
    text: str = ""
    file: str = ""
    line: int = 0


def write(suite: str, cases: Sequence[Testcase]) -> Iterator[str]:
    """The document, one case at a time."""
    counts = {kind: sum(case.kind == kind for case in cases) for kind in ("failure", "error", "skipped")}
    totals = f'tests="{len(cases)}" failures="{counts["failure"]}" errors="{counts["error"]}"'
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f"<testsuites {totals}>\n"
    yield f'  <testsuite name={_attribute(suite)} {totals} skipped="{counts["skipped"]}">\n'
    for case in cases:
        yield from _case(case)
    yield "  </testsuite>\n</testsuites>\n"


def _case(case: Testcase) -> Iterator[str]:
    place = f' file={_attribute(case.file)} line="{case.line}"' if case.file else ""
    start = f"    <testcase classname={_attribute(case.classname)} name={_attribute(case.name)}{place}"
    if not case.kind:
        yield f"{start}/>\n"
        return
    yield f"{start}>\n      <{case.kind} message={_attribute(case.message)}>"
    yield f"{escape(_legal(case.text))}</{case.kind}>\n    </testcase>\n"


def _attribute(text: str) -> str:
    """A quoted attribute. A runner that shows the file in its log must find no command in it."""
    return quoteattr(_legal(text), {"\n": "&#10;", "##[": "#&#35;["})


def _legal(text: str) -> str:
    """Text without the characters that XML 1.0 cannot hold."""
    return _ILLEGAL.sub("\ufffd", text)
