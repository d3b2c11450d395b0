"""An independent strict YAML reader: bytes to plain data, or a refusal (contract, section 3)."""
# ruff: noqa: FBT001, N818

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml import events as ev
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scanner import Scanner

Data = Any  # None | bool | Fraction | str | list[Data] | dict[str, Data]

MAX_BYTES = 1024 * 1024
MAX_LEVELS = 32
MAX_NODES = 20_000
MAX_DIGITS = 15
LIMIT = Fraction(10**15)
SMALLEST_NORMAL = Decimal("2.2250738585072014e-308")
MULTI_LINE_KEYS = frozenset({"reason", "help", "description"})

BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
NONCHARACTERS = "\ufdd0-\ufdef\ufffe\uffff"
FORBIDDEN = re.compile(f"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff{BIDI}{NONCHARACTERS}]")
# Several `...` in a row are as good as one (YAML 1.2, rule 204); ruamel takes what is between them for a document.
END = "...\n"
ENDS = re.compile(r"^\.\.\. *(?: #.*)?\n(?:(?: *(?:#.*)?\n)*\.\.\. *(?: #.*)?(?:\n|\Z))+", re.MULTILINE)
LONE_CR = re.compile("\r(?!\n)")

NUMBER = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+)(?:[eE]([-+][0-9]+))?)?", re.ASCII)
WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
BOOLEAN_WORDS = frozenset(
    case(word)
    for word in ("y", "yes", "n", "no", "true", "false", "on", "off")
    for case in (str.lower, str.upper, str.capitalize)
)
NULL_WORDS = frozenset({"null", "Null", "NULL", "~", ""})
NOT_STRINGS = [
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"[-+]?0[bB][01_]+",
        r"[-+]?0[oO]?[0-7_]+",
        r"[-+]?0[xX][0-9a-fA-F_]+",
        r"[-+]?[0-9][0-9_]*",
        r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?",
        r"[-+]?([0-9][0-9_]*)?\.[0-9_]+([eE][-+]?[0-9]+)?",
        r"[-+]?[0-9][0-9_]*\.?([eE][-+]?[0-9]+)?",
        r"[-+]?\.(inf|Inf|INF)",
        r"\.(nan|NaN|NAN)",
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
        (
            r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]*)?"
            r"([ \t]*(Z|[-+][0-9]{1,2}(:?[0-9]{2})?))?"
        ),
        r"=",
        r"<<",
    )
]


class Refused(Exception):
    """The bytes aren't what the contract allows; says why, and where when that is known."""

    def __init__(self, reason: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.line, self.column = reason, line, column


class DirectiveError(YAMLError):
    """A `%` line was met."""


class NoDirectives(Scanner):
    """ruamel's scanner, less directives (it would silently skip unknown ones)."""

    def fetch_directive(self) -> None:
        raise DirectiveError("directives aren't allowed")


@dataclass
class Frame:
    """A list or mapping that is being built."""

    value: Any
    key: str | None = None
    keys: set[str] = field(default_factory=set)


def read(raw: bytes) -> list[Data]:
    """All documents of the file, in order; raises Refused."""
    return list(Builder(text_of(raw)).documents())


def text_of(raw: bytes) -> str:
    """The checked text of a file, line ends made LF."""
    if len(raw) > MAX_BYTES:
        raise Refused("larger than 1 MiB")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"not UTF-8: {error.reason}") from None
    text = text.removeprefix("\ufeff")
    lone = LONE_CR.search(text)
    if lone:
        refuse_at("a lone carriage return", text, lone.start())
    text = text.replace("\r\n", "\n")
    bad = FORBIDDEN.search(text)
    if bad:
        refuse_at(f"forbidden character U+{ord(bad.group()):04X}", text, bad.start())
    return text


def refuse_at(reason: str, text: str, index: int) -> None:
    """Refuse with the line and column of a text index."""
    before = text[:index]
    raise Refused(reason, before.count("\n") + 1, index - before.rfind("\n"))


class Builder:
    """Builds plain data from parser events, counting as it goes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.nodes = 0
        self.stack: list[Frame] = []
        self.root: Data = None

    def events(self) -> Iterator[Any]:
        yaml = YAML(typ="safe", pure=True)
        yaml.Scanner = NoDirectives
        try:
            yield from yaml.parse(ENDS.sub(END, self.text))
        except YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            where = (mark.line + 1, mark.column + 1) if mark else (None, None)
            raise Refused(f"not YAML: {getattr(error, 'problem', None) or error}", *where) from None
        except (ValueError, IndexError, KeyError, AttributeError, TypeError, OverflowError) as error:
            raise Refused(f"not YAML: {error!r}") from None

    def documents(self) -> Iterator[Data]:
        found = 0
        for event in self.events():
            if isinstance(event, ev.DocumentStartEvent):
                found += 1
                if found > 1 and not event.explicit:
                    raise Refused("content after the end of the document")
                if event.version or event.tags:
                    raise Refused("directives aren't allowed")
            elif isinstance(event, ev.DocumentEndEvent):
                yield self.root
                self.root = None
            else:
                self.take(event)
        if not found:
            raise Refused("no document in the file")

    def take(self, event: Any) -> None:
        if isinstance(event, ev.AliasEvent):
            self.refuse("aliases aren't allowed", event)
        elif isinstance(event, ev.NodeEvent):
            self.node(event)
        elif isinstance(event, ev.CollectionEndEvent):
            frame = self.stack.pop()
            if not self.stack:
                self.root = frame.value

    def node(self, event: Any) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.refuse("more than 20,000 nodes", event)
        if event.anchor is not None:
            self.refuse("anchors aren't allowed", event)
        if event.tag is not None:
            self.refuse("tags aren't allowed", event)
        if isinstance(event, ev.ScalarEvent):
            self.scalar(event)
        else:
            self.collection(event)

    def scalar(self, event: Any) -> None:
        value: Data = event.value
        try:
            if not event.style:
                value = plain(event.value)
            if isinstance(value, str):
                check_string(value, self.may_break_lines())
        except Refused as refused:
            self.refuse(refused.reason, event)
        self.put(value, event)

    def may_break_lines(self) -> bool:
        return bool(self.stack) and self.stack[-1].key in MULTI_LINE_KEYS

    def collection(self, event: Any) -> None:
        if len(self.stack) >= MAX_LEVELS:
            self.refuse("more than 32 levels", event)
        value: Any = {} if isinstance(event, ev.MappingStartEvent) else []
        self.put(value, event)
        self.stack.append(Frame(value))

    def put(self, value: Data, event: Any) -> None:
        if not self.stack:
            self.root = value
            return
        frame = self.stack[-1]
        if isinstance(frame.value, list):
            frame.value.append(value)
        elif frame.key is None:
            self.put_key(frame, value, event)
        else:
            frame.value[frame.key] = value
            frame.key = None

    def put_key(self, frame: Frame, key: Data, event: Any) -> None:
        if not isinstance(key, str):
            self.refuse("a key must be a string", event)
        if key in frame.keys:
            self.refuse("a key is repeated", event)
        frame.keys.add(key)
        frame.key = key

    def refuse(self, reason: str, event: Any) -> None:
        mark = event.start_mark
        raise Refused(reason, mark.line + 1, mark.column + 1)


def check_string(value: str, may_break_lines: bool) -> None:
    """Refuse forbidden characters, however they were written."""
    bad = FORBIDDEN.search(value)
    if bad:
        raise Refused(f"forbidden character U+{ord(bad.group()):04X} in a string")
    if "\n" in value and not may_break_lines:
        raise Refused("a line feed inside a string")


def plain(text: str) -> Data:
    """The value of a plain (unquoted) scalar."""
    if text in WORDS:
        return WORDS[text]
    match = NUMBER.fullmatch(text)
    if match:
        return number(match)
    if text in BOOLEAN_WORDS or text in NULL_WORDS or any(p.fullmatch(text) for p in NOT_STRINGS):
        raise Refused(f"ambiguous plain scalar {text[:40]!r}")
    return text


def number(match: re.Match[str]) -> Fraction:
    """The exact value of a number as it is written."""
    sign, whole, fraction, exponent = match.groups()
    digits = (whole + (fraction or "")).lstrip("0")
    if len(digits) > MAX_DIGITS:
        raise Refused("more than 15 significant digits")
    if not digits.strip("0"):
        return Fraction(0)
    power = (exponent or "+0")[0] + ((exponent or "+0")[1:].lstrip("0") or "0")
    if len(power) > 5:
        raise Refused("a number out of range")
    decimal = Decimal(f"{whole}.{fraction or '0'}e{power}")
    if decimal < SMALLEST_NORMAL:
        raise Refused("a number too close to zero")
    if decimal >= LIMIT:
        raise Refused("a number of 10^15 or more")
    return Fraction(decimal) * (-1 if sign else 1)


def reads_as_word(text: str) -> bool:
    """Whether some YAML reader takes the string for a boolean or null."""
    return text.casefold() in {word.casefold() for word in BOOLEAN_WORDS | NULL_WORDS}
