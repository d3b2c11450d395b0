"""Output that a hostile file must not get through: characters and commands that act, and long stretches of itself."""

import re

QUOTED_AT_MOST = 80

UNSAFE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
GUTTER = re.compile(r"^ *[0-9]+ \| ", re.MULTILINE)
COMMAND = re.compile(r"^\s*::|##\[", re.MULTILINE)


def unsafe(text: str, raw: bytes) -> str:
    """What a text may not hold: characters that act, runner commands, more than a bit of the file."""
    if match := UNSAFE.search(text):
        return f"unsafe character {match[0]!r}"
    if match := COMMAND.search(text):
        return f"live command {match[0]!r}"
    long_lines = "\n".join(line for line in raw.decode("utf-8", "replace").splitlines() if len(line) > QUOTED_AT_MOST)
    for line in GUTTER.sub("", text).splitlines() if long_lines else ():
        if too_much(line, long_lines):
            return f"more than {QUOTED_AT_MOST} characters of the file: {line[:200]!r}"
    return ""


def too_much(line: str, long_lines: str) -> bool:
    """Whether a line of output holds 81 characters of the file; if so, then 41 that begin at a multiple of 40 too."""
    half = QUOTED_AT_MOST // 2
    if not any(line[start : start + half + 1] in long_lines for start in range(0, len(line) - half, half)):
        return False
    windows = (line[start : start + QUOTED_AT_MOST + 1] for start in range(len(line) - QUOTED_AT_MOST))
    return any(window in long_lines for window in windows)
