"""Hostile, borderline and harmless manifests and policies, generated from a healthy one by substitution."""
# ruff: noqa: E501, SIM905, PLW2901

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

Must = Literal["refuse", "not-zero", "accept"]
AS_OF = date(2026, 11, 23)


@dataclass(frozen=True)
class Case:
    """A file, and what the gate has to answer: refuse = 2, not-zero = 1 or 2, accept = 0."""

    name: str
    raw: bytes
    must: Must
    doubt: str = ""  # set where the contract doesn't settle it


SLOTS = {
    "apiVersion": "platform-gate/v1",
    "kind": "Service",
    "name": "payments",
    "team": "fintech",
    "tier": "1",
    "labels": "{domain: commerce}",
    "slo_name": "availability",
    "target": "99.9",
    "current": "99.95",
    "window": "30d",
    "currency": "USD",
    "budget": "5000",
    "month1": '"2026-09"',
    "amount1": "4200",
    "month2": '"2026-10"',
    "amount2": "4500",
    "uptime": "99.95",
    "mttr": "8",
    "incidents": "1",
    "failures": "5",
    "runbook": "docs/runbooks/payments.md",
    "monitoring": "https://grafana.example.com/d/abc",
    "ownership": "team-fintech",
    "documentation": "true",
    "incident_response": "true",
}
TEMPLATE = """\
apiVersion: {apiVersion}
kind: {kind}
metadata:
  name: {name}
  team: {team}
  tier: {tier}
  labels: {labels}
spec:
  slos:
    - name: {slo_name}
      target: {target}
      current: {current}
      window: {window}
  cost:
    currency: {currency}
    budget_monthly: {budget}
    entries:
      - month: {month1}
        amount: {amount1}
      - month: {month2}
        amount: {amount2}
  reliability:
    uptime_pct: {uptime}
    mttr_minutes: {mttr}
    incidents_30d: {incidents}
    change_failure_rate_pct: {failures}
  governance:
    runbook: {runbook}
    monitoring: {monitoring}
    ownership: {ownership}
    documentation: {documentation}
    incident_response: {incident_response}
"""


def text(**slots: str) -> str:
    """The healthy manifest with some values replaced."""
    return TEMPLATE.format(**{**SLOTS, **slots})


BASE = text()
NUMBERS = ("target", "current", "budget", "amount1", "amount2", "uptime", "mttr", "incidents", "failures", "tier")
OPTIONAL = ("current", "budget", "uptime", "mttr", "incidents", "failures", "tier")
NOT_NUMBERS = {
    "nan": ".nan", "NaN": ".NaN", "nan-word": "NaN", "inf": ".inf", "minus-inf": "-.inf", "plus-inf": "+.inf",
    "infinity-word": "Infinity", "overflowing-exponent": "1.0e+400", "huge-exponent": "1.0e+99999999999999999999",
    "underflow": "1.0e-400", "tiny-exponent": "1.0e-99999999999999999999", "subnormal": "4.9e-324",
    "float-of-400-digits": "1" * 400 + ".0", "integer-of-5000-digits": "9" * 5000, "5000-decimals": "1." + "3" * 5000,
    "hex-of-50000-digits": "0x" + "F" * 50_000, "hex": "0x1F", "octal-11": "010", "octal-12": "0o17", "leading-zero": "08",
    "leading-zero-float": "01.5", "binary": "0b1", "sexagesimal": "1:30", "sexagesimal-float": "1:30.5",
    "underscore": "5_000", "yes": "yes", "on": "on", "no": "no", "y": "y", "Off": "Off", "exponent-of-integer": "1e1",
    "exponent-without-sign": "1.0e1", "plus": "+5", "dot-at-end": "5.", "dot-first": ".5", "quoted": '"5"',
    "single-quoted": "'5'", "true": "true", "True": "True", "list": "[5]", "mapping": "{a: 5}", "value-key": "=",
    "timestamp": "2026-01-31", "impossible-timestamp": "2026-02-30", "comma": "9,9", "percent": "9%", "dollar": "$5",
    "unit": "5 USD", "fullwidth-digit": "\uff15", "arabic-digit": "\u0663", "minus-minus": "--5", "minus": "-1",
    "small-minus": "-0.000001", "minus-exponent": "-1.5e+1", "sixteen-digits": "9.900000000000001", "sixteen-integer-digits": "1234567890123456",
    "ten-to-the-15": "1000000000000000", "literal-block": "|-\n        5", "tagged": "!!float 5", "tagged-int": "!!int 5",
    "tagged-empty": '!!int ""', "non-specific-tag": "! 5", "anchored": "&a 5", "alias": "*a", "trailing-word": "5 # x\n        6",
}  # fmt: skip
NOTHINGS = {"null": "null", "tilde": "~", "empty": ""}
ABOVE_100 = {"just-above-100": "100.0000000001", "101": "101", "10^14": "999999999999999"}
WORDS = "yes Yes YES no No NO on On ON off Off OFF y Y n N true True TRUE false FALSE null NULL ~".split()
OTHER_PLAIN = [
    "010",
    "0x1F",
    "0b1",
    "0o17",
    "1:30",
    "5_000",
    "1e5",
    "12",
    "1.5",
    ".inf",
    ".nan",
    "=",
    "<<",
    "2026-01-31",
]
CONTROLS = [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F, 0x80, 0x85, 0x90, 0x9B, 0x9F]
BIDI = [0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
FORBIDDEN = [0x09, *CONTROLS, 0x2028, 0x2029, *BIDI]
LEVELS = {
    "top": ("kind", "Service", ""),
    "metadata": ("team", "fintech", "  "),
    "slo": ("current", "99.95", "      "),
    "cost": ("budget_monthly", "5000", "    "),
    "entry": ("amount", "4200", "        "),
    "reliability": ("mttr_minutes", "8", "    "),
    "governance": ("runbook", "true", "    "),
}


def corpus() -> Iterator[Case]:
    """Every manifest."""
    for source in (
        numbers, ranges, words, names, dates, strings, evidence, characters, encodings, keys, duplicates, references,
        streams, shapes, unknown_keys, missing, sizes, hollow, accepted,
    ):  # fmt: skip
        yield from source()


def case(name: str, content: str | bytes, must: Must = "refuse", doubt: str = "") -> Case:
    """A case from text or bytes."""
    return Case(name, content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"), must, doubt)


def put(slot: str, value: str) -> str:
    """The healthy manifest with one value replaced."""
    return text(**{slot: value})


def numbers() -> Iterator[Case]:
    for slot in NUMBERS:
        for name, value in NOT_NUMBERS.items():
            yield case(f"number/{slot}/{name}", put(slot, value))
        for name, value in NOTHINGS.items():
            yield case(f"number/{slot}/{name}", put(slot, value), "not-zero" if slot in OPTIONAL else "refuse")


def ranges() -> Iterator[Case]:
    for slot in ("target", "current", "uptime", "failures"):
        for name, value in ABOVE_100.items():
            yield case(f"range/{slot}/{name}", put(slot, value))
    for value in ("0", "0.0", "-0", "0.0e+10"):
        yield case(f"range/target/{value}", put("target", value))
    for value in ("0", "4", "1.5", "-1", "10"):
        yield case(f"range/tier/{value}", put("tier", value))
    for value in ("0.5", "1.5", "2.0000001"):
        yield case(f"range/incidents/{value}", put("incidents", value))


def words() -> Iterator[Case]:
    for slot in ("name", "team", "slo_name", "ownership", "runbook", "currency"):
        for word in WORDS:
            if slot not in ("ownership", "runbook") or word not in ("true", "false"):
                yield case(f"word/{slot}/{word}", put(slot, word))
        for word in OTHER_PLAIN:
            yield case(f"plain/{slot}/{word}", put(slot, word))
    for slot in ("ownership", "runbook", "documentation"):
        for word in WORDS:
            yield case(f"quoted-word/{slot}/{word}", put(slot, json.dumps(word)))
    for word in ("yes", "on", "1", "0", '"true"', "True", "y", "[]", "{}", "[true]"):
        yield case(f"governance/{word}", put("documentation", word))


def names() -> Iterator[Case]:
    bad = {
        "empty": '""', "upper": "Payments", "space": "pay ments", "leading-dash": '"-a"', "trailing-dash": "a-", "trailing-dot": "a.",
        "leading-dot": ".a", "64-long": "a" * 64, "10000-long": "a" * 10_000, "cyrillic-a": "p\u0430yments", "umlaut": "z\u00fcrich",
        "slash": "a/b", "parent": "..", "arabic-digits": "a\u0663", "fullwidth": "\uff50ay", "line-feed-at-end": '"payments\\n"', "colon": '"a:b"',
        "command": '"::error::x"', "zero-width": '"pay\\u200bments"', "nbsp": '"pay\\u00a0ments"', "list": "[payments]", "mapping": "{a: payments}",
        "literal-with-line-feed": "|\n    payments",
    }  # fmt: skip
    for name, value in bad.items():
        yield case(f"name/{name}", put("name", value))
    for name, value in {
        "empty": '""',
        "blank": '" "',
        "list": "[a]",
        "number": "7",
        "long": "a" * 101,
        "leading-space": '" a"',
        "line-feed": '"a\\nb"',
    }.items():
        yield case(f"team/{name}", put("team", value))
        yield case(f"slo-name/{name}", put("slo_name", value))


def dates() -> Iterator[Case]:
    for value in ('"2026-13"', '"2026-00"', '"2026-1"', '"26-01"', '"2026-10-01"', '"2026/09"', '"Sep 2026"', "202609", '""', '"2026-09\\n"',
                  '"2026-0\u0669"', '"\u0662026-09"', "[2026-09]", "null", "2026-09-01", '"0000-01"', '"9999-12"', '"-2026-09"', '"2026-09 "'):  # fmt: skip
        yield case(f"month/bad/{value}", put("month1", value))
    yield case("month/future", put("month2", '"2026-12"'))
    yield case("month/far-future", put("month2", '"2126-10"'))
    yield case("month/repeated", put("month2", '"2026-09"'))
    yield case("month/descending", put("month2", '"2026-08"'))
    yield case("month/descending-over-the-year", put("month2", '"2025-12"'))
    for value in ('"2026-02-30"', '"2026-1-1"', '"2027-13-01"', "2027-01-15", '"tomorrow"', '""', "null", "true", "20270115", '"2027-01-15T00:00:00Z"',
                  '"2027-01-15\\n"', '"2027-05-23"', '"9999-12-31"', '"0000-00-00"', '"2027-W02-5"', '"20270115"', '"202\u0667-01-15"'):  # fmt: skip
        yield case(f"launches/bad/{value}", BASE.replace("  tier: 1\n", f"  tier: 1\n  launches: {value}\n"))


def strings() -> Iterator[Case]:
    for value in (
        "30",
        "d",
        "0d",
        "-1d",
        "30m",
        "30 d",
        '"30d\\n"',
        '""',
        "null",
        "[30d]",
        "rolling",
        "\u0663d",
        "1e3d",
        "00030d",
        "calendar-week",
        "Calendar-month",
    ):
        yield case(f"window/{value}", put("window", value))
    for value in (
        "usd",
        "US",
        "USDD",
        "ZZZ",
        "BTC",
        "$",
        '""',
        "null",
        "840",
        "[USD]",
        '"USD\\n"',
        "\u0405SD",
        '"USD "',
    ):
        yield case(f"currency/{value}", put("currency", value))
    for value in (
        "platform-gate/v2",
        "platform-gate/v1beta",
        "v1",
        "null",
        '""',
        "1",
        "Platform-Gate/v1",
        '"platform-gate/v1\\n"',
        "platform\u2010gate/v1",
        "[platform-gate/v1]",
    ):
        yield case(f"apiVersion/{value}", put("apiVersion", value))
    for value in (
        "service",
        "SERVICE",
        "\u0405ervice",
        "Services",
        "Policy",
        "Waivers",
        "Deployment",
        "null",
        '""',
        '"Service "',
        '"Service\\n"',
        "[Service]",
        "true",
    ):
        yield case(f"kind/{value}", put("kind", value))
    for value in (
        "[]",
        "[a]",
        "text",
        "1",
        "true",
        "null",
        "{a: 1}",
        "{a: true}",
        "{a: null}",
        "{a: [b]}",
        "{a: {b: c}}",
        "{a: }",
        "{yes: a}",
        "{1: a}",
        "{a: yes}",
        "{a: 010}",
        "{a: 2026-01-31}",
        "{a: b, a: c}",
        '{a: b, "a": c}',
    ):
        yield case(f"labels/{value}", put("labels", value), "not-zero" if value == "null" else "refuse")


def evidence() -> Iterator[Case]:
    for value in ("/etc/passwd", "../secrets.md", "docs/../../x.md", "docs/..", '"docs\\\\x.md"', '"..\\\\x.md"', '""', '" "', "nothing", "1", "1.5", "[docs/x.md]", "{a: docs/x.md}",
                  '"docs/x.md\\n"', '"a\\nb/c"', '"docs/x.md "', "a/" + "b" * 500, "null", '"/"', '"//host/x"', '".."'):  # fmt: skip
        yield case(f"evidence/{value[:30]}", put("runbook", value))
    for value in (
        "javascript:alert(1).x",
        "ftp://example.com/x",
        "file:///etc/passwd",
        "data:text/html,a.b",
        '"http://"',
        '"https:///x"',
        "https://?q=a.b",
        '"https://a b/c"',
        '"C:/x.md"',
    ):
        yield case(
            f"evidence/{value[:30]}",
            put("runbook", value),
            doubt="neither an http(s) address nor plainly a relative path",
        )
    for value in ('"."', '"./"', '"./."', '".//"'):
        yield case(f"evidence/{value}", put("runbook", value), doubt="a path that names nothing")
    for value in ('""', '" "', "1", "[a]", "{a: b}", '"a\\nb"', '"team "', "null"):
        yield case(f"owner/{value}", put("ownership", value))
    for value in ('"-"', '"@"', '"?"'):
        yield case(f"owner/{value}", put("ownership", value), doubt="an owner without a letter or digit")


def characters() -> Iterator[Case]:
    for code in FORBIDDEN:
        character = chr(code)
        short = f"U+{code:04X}"
        yield case(f"character/comment/{short}", BASE.replace("\n", f" # a{character}b\n", 1))
        yield case(f"character/quoted/{short}", put("team", f'"fin{character}tech"'))
        yield case(f"character/plain/{short}", put("team", f"fin{character}tech"))
        yield case(f"character/label-key/{short}", put("labels", f'{{"a\\u{code:04x}b": c}}'))
        yield case(f"character/escaped/{short}", put("team", f'"fin\\u{code:04x}tech"'))
        yield case(f"character/escaped-8/{short}", put("slo_name", f'"fin\\U{code:08x}tech"'))
    for code in (0xD800, 0xDBFF, 0xDC00, 0xDFFF):
        yield case(f"character/surrogate/{code:X}", put("team", f'"fin{chr(code)}tech"'))
        yield case(f"character/surrogate-escaped/{code:X}", put("team", f'"fin\\u{code:04x}tech"'))
    for escape in (
        "\\0",
        "\\a",
        "\\b",
        "\\t",
        "\\n",
        "\\v",
        "\\f",
        "\\r",
        "\\e",
        "\\N",
        "\\L",
        "\\P",
        "\\x7f",
        "\\x85",
        "\\x1b",
    ):
        yield case(f"character/short-escape/{escape}", put("team", f'"fin{escape}tech"'))
        yield case(f"character/short-escape-in-owner/{escape}", put("ownership", f'"fin{escape}tech"'))
    for escape in ("\\q", "\\x4", "\\u12", "\\U00110000", "\\'"):
        yield case(f"character/bad-escape/{escape}", put("team", f'"fin{escape}tech"'))
    for name, comment in {"U+0085": "\u0085", "U+2028": "\u2028", "U+2029": "\u2029", "lone-CR": "\r"}.items():
        yield case(f"character/hidden-line/{name}", BASE.replace("  tier: 1\n", f"  # x{comment}  tier: 3\n"))
        yield case(f"character/hidden-line-at-end/{name}", BASE + f"# x{comment}---{comment}kind: Policy")
    yield case("character/lone-CR-everywhere", BASE.replace("\n", "\r"))
    yield case("character/CR-CR-LF", BASE.replace("\n", "\r\r\n"))
    yield case("character/CR-at-end", BASE + "\r")
    yield case("character/tab-indent", BASE.replace("  team", "\tteam"))
    yield case("character/tab-before-value", BASE.replace("team: ", "team:\t"))
    yield case("character/tab-at-line-end", BASE.replace("fintech\n", "fintech\t\n", 1))
    yield case("character/tab-in-blank-line", BASE.replace("spec:", "\t\nspec:"))
    doubt = "U+FEFF or a noncharacter inside: not named by the contract, but readers differ"
    yield case("character/bom-inside", BASE.replace("spec:", "\ufeffspec:"), doubt=doubt)
    yield case("character/bom-twice", "\ufeff\ufeff" + BASE, doubt=doubt)
    yield case("character/bom-in-string", put("team", '"fin\ufefftech"'), doubt=doubt)
    yield case("character/noncharacter-FFFE", put("team", '"fin\ufffetech"'), doubt=doubt)
    yield case("character/noncharacter-FFFF-escaped", put("team", '"fin\\uffff"'), doubt=doubt)
    yield case("line-feed/folded", put("team", ">\n    fin\n    tech"))
    yield case("line-feed/literal", put("team", "|\n    fin\n    tech"))
    yield case("line-feed/literal-keep", put("team", "|+\n    fintech\n\n"))
    yield case("line-feed/quoted-blank-line", put("team", '"fin\n\n    tech"'))
    yield case("line-feed/plain-blank-line", put("team", "fin\n\n    tech"))
    for key in ("reason", "help", "description"):
        doubt = "a line feed is allowed in reasons, help and descriptions; a label of such a name is none of these"
        yield case(f"line-feed/in-label/{key}", put("labels", f'{{{key}: "a\\nb"}}'), doubt=doubt)
    yield case("line-feed/in-key", put("labels", '{"a\\nb": c}'))


def encodings() -> Iterator[Case]:
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-7"):
        if encoding != "utf-7":
            yield case(f"encoding/{encoding}", BASE.encode(encoding))
    for encoding in ("latin-1", "cp1252", "cp1251", "shift-jis"):
        team = {"cp1251": "\u0431", "shift-jis": "\u30a2"}.get(encoding, "\u00e9")
        yield case(f"encoding/{encoding}", put("team", team).encode(encoding))
    broken = {
        "lone-continuation": b"\x80", "overlong-slash": b"\xc0\xaf", "overlong-nul": b"\xc0\x80", "overlong-3": b"\xe0\x80\xaf", "truncated-2": b"\xc3",
        "truncated-3": b"\xe2\x82", "truncated-4": b"\xf0\x9f\x98", "above-10ffff": b"\xf4\x90\x80\x80", "five-bytes": b"\xf8\x88\x80\x80\x80", "ff": b"\xff",
        "cesu-8": b"\xed\xa0\xbd\xed\xb8\x80",
    }  # fmt: skip
    for name, octets in broken.items():
        yield case(f"encoding/{name}-in-string", BASE.encode().replace(b"fintech", b"fin" + octets, 1))
        yield case(f"encoding/{name}-in-comment", b"# " + octets + b"\n" + BASE.encode())
        yield case(f"encoding/{name}-at-end", BASE.encode() + b"# " + octets)
    yield case("encoding/utf-16-bom-then-utf-8", b"\xff\xfe" + BASE.encode())
    yield case("encoding/gzip", b"\x1f\x8b\x08\x00" + BASE.encode())


def keys() -> Iterator[Case]:
    bad = {
        "integer": "1", "float": "1.5", "null": "null", "tilde": "~", "true": "true", "yes": "yes", "on": "on", "date": "2026-01-31", "octal": "010", "merge": "<<",
        "value": "=", "list": "[a]", "mapping": "{a: b}", "empty": "", "explicit-list": "? - a\n{pad}", "explicit-nothing": "?\n{pad}", "inf": ".inf", "tagged": "!!str a", "anchored": "&a b",
    }  # fmt: skip
    for level, (_, _, pad) in LEVELS.items():
        for name, key in bad.items():
            spelt = key.replace("{pad}", pad)
            yield case(f"key/{level}/{name}", add(level, f"{pad}{spelt}: x\n"))
    for name, key in bad.items():
        if "\n" not in key:
            yield case(f"key/labels/{name}", put("labels", f"{{{key}: x}}"))


def add(level: str, line: str) -> str:
    """The healthy manifest with a line more on one level."""
    key, _, pad = LEVELS[level]
    lines = BASE.splitlines(keepends=True)
    index = next(i for i, one in enumerate(lines) if one.startswith(f"{pad}{key}:"))
    return "".join([*lines[: index + 1], line, *lines[index + 1 :]])


def duplicates() -> Iterator[Case]:
    for level, (key, value, pad) in LEVELS.items():
        escaped = f'"\\x{ord(key[0]):02x}{key[1:]}"'
        spellings = {
            "plain": key, "quoted": f'"{key}"', "single-quoted": f"'{key}'", "escaped": escaped, "unicode-escaped": f'"\\u{ord(key[0]):04x}{key[1:]}"', "explicit": f"? {key}\n{pad}",
            "tagged": f"!!str {key}", "non-specific-tag": f"! {key}", "explicit-quoted": f'? "{key}"\n{pad}', "anchored": f"&k {key}", "folded": f"? >-\n{pad}  {key}\n{pad}",
        }  # fmt: skip
        for name, spelling in spellings.items():
            yield case(f"duplicate/{level}/{name}", add(level, f"{pad}{spelling}: {value}\n"))
    yield case("duplicate/spec-at-end", BASE + "spec: {}\n")
    yield case("duplicate/governance-at-end", BASE + "  governance: {}\n")
    yield case("duplicate/slos-at-end", BASE + "  slos: []\n")
    yield case("duplicate/flow", put("labels", "{a: b, a: b}"))
    yield case("duplicate/labels-quoted", put("labels", "{a: b, 'a': b}"))
    yield case(
        "duplicate/slo-name",
        BASE.replace("  cost:\n", "    - {name: availability, target: 99, current: 100}\n  cost:\n"),
    )
    yield case("duplicate/service-in-file", f"{BASE}---\n{BASE}")


def references() -> Iterator[Case]:
    yield case("reference/anchor-unused", put("team", "&a fintech"))
    yield case("reference/anchor-on-map", BASE.replace("spec:\n", "spec: &s\n"))
    yield case("reference/anchor-on-root", "&r\n" + BASE)
    yield case("reference/alias", text(team="&a fintech", slo_name="*a"))
    yield case("reference/alias-undefined", put("team", "*nobody"))
    yield case("reference/alias-as-key", text(team="&a fintech", labels="{*a : b}"))
    yield case("reference/alias-to-itself", put("labels", "&l {a: *l}"))
    yield case("reference/anchor-at-empty", put("budget", "&e"))
    yield case("reference/merge", put("labels", "{<<: {a: b}}"))
    yield case(
        "reference/merge-alias",
        BASE.replace("  reliability:\n", "  reliability: &r\n").replace(
            "  governance:\n", "  governance:\n    <<: *r\n"
        ),
    )
    yield case("reference/merge-list", put("labels", "{<<: [{a: b}, {c: d}]}"))
    yield case("reference/merge-tagged", put("labels", "{!!merge <<: {a: b}}"))
    yield case("reference/merge-escaped-tag", put("labels", '{!<tag:yaml.org,2002:merge> "<<": {a: b}}'))
    bomb = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10))
    yield case("reference/alias-bomb", bomb + BASE)
    merges = "a0: &a0 {x: y}\n" + "".join(
        f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}]}}\n" for i in range(1, 12)
    )
    yield case("reference/merge-bomb", merges + BASE)
    tags = ("!!bool maybe", '!!int ""', "!!timestamp x", "!!timestamp 2026-02-30", "!!str fintech", "!!python/object/apply:os.system [id]", "!!python/name:os.system", "!local x", "! fintech",
            "!<tag:yaml.org,2002:str> x", "!!binary aGk=", "!!set {a}", "!!omap [a: b]", "!!pairs [a: b]", "!e!x y", "!!null ''", "!!float nope", "!!", "!<>", "!!merge <<")  # fmt: skip
    for tag in tags:
        yield case(f"tag/{tag}", put("team", tag))
    yield case("tag/on-map", BASE.replace("spec:\n", "spec: !!map\n"))
    yield case("tag/on-list", BASE.replace("slos:\n", "slos: !!seq\n"))
    yield case("tag/on-root", "!!map\n" + BASE)
    yield case("tag/on-key", BASE.replace("spec:\n", "!!str spec:\n"))
    for directive in (
        "%YAML 1.1",
        "%YAML 1.2",
        "%YAML 2.0",
        "%TAG ! tag:x,2000:",
        "%FOO bar",
        "%",
        "%YAML",
        "%YAML 1.2\n%YAML 1.2",
    ):
        yield case(f"directive/{directive}", f"{directive}\n---\n{BASE}")
        yield case(
            f"directive/second-document/{directive}",
            f"{BASE}...\n{directive}\n---\n{BASE.replace('payments', 'refunds')}",
        )


def streams() -> Iterator[Case]:
    nothing = {"empty": "", "line-feed": "\n", "spaces": "   \n", "comment": "# nothing\n", "bom": "\ufeff", "null": "null\n", "tilde": "~\n", "marker": "---\n", "markers": "---\n---\n", "end": "...\n",
               "marker-and-end": "---\n...\n", "empty-map": "{}\n", "empty-list": "[]\n", "scalar": "payments\n", "number": "5\n", "true": "true\n", "quoted": '""\n', "quoted-manifest": json.dumps(BASE),
               "literal-manifest": "|\n " + BASE.replace("\n", "\n "), "json-null": "null", "html": "<html></html>", "crlf": "\r\n"}  # fmt: skip
    for name, content in nothing.items():
        yield case(f"stream/{name}", content)
    yield case("stream/list-of-manifests", "- " + BASE.replace("\n", "\n  ").rstrip() + "\n")
    yield case("stream/manifest-then-nothing", BASE + "---\n")
    yield case("stream/nothing-then-manifest", "---\n---\n" + BASE)
    yield case("stream/manifest-then-null", BASE + "---\nnull\n")
    yield case("stream/manifest-then-scalar", BASE + "--- text\n")
    yield case("stream/manifest-then-list", BASE + "---\n[]\n")
    yield case(
        "stream/manifest-then-policy",
        BASE + "---\napiVersion: platform-gate/v1\nkind: Policy\nmetadata: {name: x}\nspec: {}\n",
    )
    yield case(
        "stream/manifest-then-deployment", BASE + "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n"
    )
    yield case(
        "stream/second-manifest-invalid",
        BASE + "---\n" + BASE.replace("payments", "refunds").replace("target: 99.9", "target: 0"),
    )
    yield case(
        "stream/second-manifest-critical",
        BASE + "---\n" + text(name="refunds", current="1", uptime="1", mttr="999"),
        "not-zero",
    )
    yield case(
        "stream/first-manifest-critical",
        text(name="refunds", current="1", uptime="1", mttr="999") + "---\n" + BASE,
        "not-zero",
    )
    yield case("stream/content-after-end", BASE + "...\nmore: true\n")
    yield case("stream/manifest-after-end", BASE + "...\n" + BASE.replace("payments", "refunds"))
    yield case("stream/text-after-marker-line", BASE + "... x\n")
    yield case("stream/second-key-block-unindented", BASE + "garbage\n")
    syntax = {"flow-open": "{a: [", "flow-close": "]", "quote-open": 'a: "', "mapping-in-scalar": "a: b: c", "percent": "a: %b", "at": "a: @b", "backtick": "a: `b`", "bad-indent": "a:\n   b: 1\n  c: 2",
              "question": "? a", "comma": "{a: b,, c: d}", "block-in-flow": "{a: - b}", "colon-only": ":", "pipe": "a: |3x\n b", "star": "*", "ampersand": "&", "excl": "!"}  # fmt: skip
    for name, content in syntax.items():
        yield case(f"syntax/alone/{name}", content)
        yield case(f"syntax/second-document/{name}", f"{BASE}---\n{content}\n")
    for share in (1, 2, 3, 5, 7):
        yield case(f"stream/cut-at-{share}-eighths", BASE[: len(BASE) * share // 8] + "\n]")


def shapes() -> Iterator[Case]:
    wrong = {
        "null": "null",
        "text": "text",
        "number": "1",
        "true": "true",
        "list": "[]",
        "list-of-maps": "[{a: b}]",
        "list-of-null": "[null]",
        "map": "{}",
        "map-of-x": "{x: z}",
        "nothing": "",
    }
    own = {
        "slos": ("list",),
        "cost": ("map",),
        "reliability": ("map",),
        "governance": ("map",),
        "metadata": (),
        "spec": ("map",),
        "entries": ("list",),
    }
    for section, empties in own.items():
        for name, value in wrong.items():
            maybe = name in empties or name in ("null", "nothing")
            yield case(f"shape/{section}/{name}", section_as(section, value), "not-zero" if maybe else "refuse")
    for name, value in wrong.items():
        yield case(f"shape/slo/{name}", section_as("slos", f"[{value or 'null'}]"))
        yield case(f"shape/entry/{name}", section_as("entries", f"[{value or 'null'}]"))
    for section in ("slos", "entries"):
        yield case(f"shape/{section}/map-of-indexes", section_as(section, '{"0": {}}'))
    yield case("shape/slo-in-list-in-list", section_as("slos", "[[{name: a, target: 99, current: 99}]]"))


def section_as(section: str, value: str) -> str:
    """The healthy manifest with a whole section written as a value."""
    lines, skipping, found = BASE.splitlines(), "", []
    for line in lines:
        pad = line[: len(line) - len(line.lstrip())]
        if skipping and (len(pad) > len(skipping) - 1):
            continue
        skipping = ""
        if line.strip() == f"{section}:":
            line, skipping = f"{pad}{section}: {value}".rstrip(), pad + " "
        found.append(line)
    return "\n".join(found) + "\n"


def without(section: str) -> str:
    """The healthy manifest without a section."""
    return "\n".join(line for line in section_as(section, "@gone").splitlines() if "@gone" not in line) + "\n"


def unknown_keys() -> Iterator[Case]:
    for level, (_, _, pad) in LEVELS.items():
        for key in ("x", "x-note", "ignore", "disabled", "skip", "waivers", "platform-gate/ignore", '"<<"', "Name"):
            yield case(f"unknown/{level}/{key}", add(level, f"{pad}{key}: true\n"))
    misspelt = {"slos": "slo", "cost": "costs", "reliability": "reliabilty", "governance": "govenance", "entries": "entry", "budget_monthly": "budget", "current": "curent", "target": "targets",
                "metadata": "meta", "spec": "Spec", "apiVersion": "apiversion", "kind": "Kind", "team": "Team", "runbook": "run_book", "ownership": "owner", "uptime_pct": "uptime", "tier": "tire"}  # fmt: skip
    for key, other in misspelt.items():
        yield case(f"misspelt/{key}", BASE.replace(f"{key}:", f"{other}:", 1))
        lookalike = key.replace("e", "\u0435", 1).replace("o", "\u043e", 1)
        if lookalike != key:
            yield case(f"look-alike/{key}", BASE.replace(f"{key}:", f"{lookalike}:", 1))


def missing() -> Iterator[Case]:
    for key in ("apiVersion", "kind", "name", "team", "target"):
        lines = [line for line in BASE.splitlines() if not line.strip().startswith(f"{key}:")]
        yield case(f"missing/{key}", "\n".join(lines) + "\n")
    yield case("missing/slo-name", section_as("slos", "[{target: 99, current: 99}]"))
    yield case("missing/entry-amount", section_as("entries", '[{month: "2026-01"}]'))
    yield case("missing/entry-month", section_as("entries", "[{amount: 5}]"))
    for section in ("slos", "cost", "reliability", "governance", "entries", "spec", "metadata"):
        yield case(f"missing/section/{section}", without(section), "refuse" if section == "metadata" else "not-zero")
    yield case("missing/current", section_as("slos", "[{name: a, target: 99}]"), "not-zero")
    yield case(
        "missing/one-current-of-two",
        section_as("slos", "[{name: a, target: 99}, {name: b, target: 99, current: 100}]"),
        "not-zero",
    )
    yield case(
        "missing/launch-today-needs-data",
        without("slos").replace("  tier: 1\n", '  tier: 1\n  launches: "2026-11-23"\n'),
        "not-zero",
    )
    yield case(
        "missing/launch-past-needs-data",
        without("cost").replace("  tier: 1\n", '  tier: 1\n  launches: "2026-01-01"\n'),
        "not-zero",
    )
    yield case(
        "missing/launch-needs-governance",
        without("governance").replace("  tier: 1\n", '  tier: 1\n  launches: "2026-12-01"\n'),
        "not-zero",
    )


def sizes() -> Iterator[Case]:
    yield case("size/one-byte-over-1-MiB", padded(1024 * 1024 + 1))
    yield case("size/2-MiB-comment", padded(2 * 1024 * 1024))
    yield case("size/20001-nodes", with_nodes(20_001))
    yield case("size/25000-entries-in-flow", put("labels", "{" + ", ".join(f"l{i}: x" for i in range(12_500)) + "}"))
    for depth in (33, 1_000, 50_000):
        for name, (left, right) in {
            "lists": ("[", "]"),
            "maps": ("{a: ", "}"),
            "lists-open": ("[", ""),
            "maps-open": ("{a: ", ""),
            "block-lists": ("- ", ""),
            "explicit-keys": ("? ", ""),
        }.items():
            yield case(f"depth/{name}/{depth}", left * depth + right * depth + "\n")
    for depth in (31, 40, 3_000):
        yield case(f"depth/in-label/{depth}", put("labels", "{a: " * depth + "b" + "}" * depth))
        yield case(f"depth/in-slos/{depth}", section_as("slos", "[" * depth + "]" * depth))
    yield case("depth/mixed", "[{a: " * 500 + "}]" * 500)
    yield case("size/label-of-100000", put("labels", "{a: " + "x" * 100_000 + "}"))
    yield case("size/unknown-key-of-100000", BASE + "x" * 1_000 + ": 1\n" + "y" * 100_000 + ": 2\n")
    yield case("size/2000-unknown-keys", BASE + "".join(f"x{i}: 1\n" for i in range(2_000)))
    yield case("size/2000-broken-slos", section_as("slos", "[" + ", ".join(["{target: 0}"] * 2_000) + "]"))


def padded(size: int) -> bytes:
    """The healthy manifest made so many bytes long by a comment."""
    raw = BASE.encode()
    return raw + b"#" + b" pad" * ((size - len(raw) - 1) // 4) + b"x" * ((size - len(raw) - 1) % 4)


def with_nodes(count: int) -> str:
    """The healthy manifest (70 nodes) made so large: an SLO of 7 nodes for an odd number, and labels of 2."""
    odd = count % 2
    labels = ", ".join(f"l{i}: x" for i in range((count - 70 - 7 * odd) // 2 + 1))
    slo = "    - {name: other, target: 99, current: 99}\n" if odd else ""
    return put("labels", f"{{{labels}}}").replace("  cost:\n", slo + "  cost:\n")


def hollow() -> Iterator[Case]:
    for word in ("todo", "TBD", "Unknown", "unspecified", "none", "n/a", "guest", "Example"):
        quoted = json.dumps(word if "/" in word else f"docs/{word}")
        rest = dict.fromkeys(("runbook", "monitoring", "documentation", "incident_response"), quoted)
        yield case(f"placeholder/{word}", text(ownership=json.dumps(word), **rest), "not-zero")
    for word in ("todo", "TBD", "example"):
        address = f"https://example.com/a/{word}/b"
        yield case(
            f"placeholder/address/{word}",
            text(runbook=address, monitoring=address, documentation=address, ownership=f'"@{word}"'),
            "not-zero",
        )
    yield case(
        "worse/all-governance-false",
        text(runbook="false", monitoring="false", ownership="false", documentation="false", incident_response="false"),
        "not-zero",
    )
    yield case("worse/three-of-five", text(runbook="false", monitoring="false", ownership="false"), "not-zero")
    yield case("worse/breach-by-a-hair", put("current", "99.8999999999"), "not-zero")
    yield case("worse/breach-below-100", text(target="100", current="99.9999999999999"), "not-zero")
    yield case("worse/score-and-budget", text(uptime="99", incidents="9", budget="4499.99"), "not-zero")
    yield case("worse/low-score", text(uptime="90", mttr="999", incidents="9"), "not-zero")
    yield case("worse/over-budget-and-governance", text(budget="4499.999999", documentation="false"), "not-zero")


def accepted() -> Iterator[Case]:
    for name, content in look_alikes().items():
        yield case(f"accept/{name}", content, "accept")


def look_alikes() -> dict[str, str | bytes]:
    """Legal manifests that only look odd."""
    line = BASE.replace
    return {
        "base": BASE,
        "bom": "\ufeff" + BASE,
        "crlf": line("\n", "\r\n"),
        "bom-and-crlf": "\ufeff" + line("\n", "\r\n"),
        "mixed-line-ends": line("\n", "\r\n", 7),
        "no-line-feed-at-end": BASE.rstrip("\n"),
        "blank-lines-at-end": BASE + "\n\n\n",
        "comments": "# a: b\n" + line("\n", " # 'x\" &a *b !c %d @e\n") + "# end",
        "comment-like-a-document": line("spec:", "# ---\n# ...\n#kind: Policy\nspec:"),
        "schema-comment": "# yaml-language-server: $schema=service.schema.json\n" + BASE,
        "start-marker": "---\n" + BASE,
        "start-marker-with-comment": "--- # hello\n" + BASE,
        "end-marker": BASE + "...\n",
        "end-marker-and-comment": BASE + "...\n# bye\n",
        "two-services": BASE + "---\n" + line("payments", "refunds"),
        "two-services-with-ends": "---\n" + BASE + "...\n---\n" + line("payments", "refunds") + "...\n",
        "unicode-team": put("team", "\u00e9quipe-\u6771\u4eac"),
        "emoji-team": put("team", "\U0001f680"),
        "nbsp-in-comment": "# \u00a0\n" + BASE,
        "unicode-in-comment": "# \u00fc \u6771 \U0001f680\n" + BASE,
        "escaped-letter": put("team", '"fint\\u00e9ch"'),
        "escaped-ascii": put("kind", '"\\x53ervice"'),
        "escaped-slash": put("runbook", '"docs\\/x.md"'),
        "quoted-key": line("kind:", '"kind":'),
        "single-quoted-key": line("spec:", "'spec':"),
        "escaped-key-once": line("kind:", '"\\x6bind":'),
        "explicit-key": line("kind: Service", "? kind\n: Service"),
        "folded-team": put("team", ">-\n    fintech"),
        "literal-team": put("team", "|-\n    fintech"),
        "two-line-plain": put("team", "fin\n    tech"),
        "two-line-quoted": put("team", '"fin\n    tech"'),
        "team-with-colon": put("team", '"fin: tech"'),
        "team-with-hash": put("team", "fin#tech"),
        "team-looks-like-flag": put("team", '"--policy=x"'),
        "team-quoted-word": put("team", '"yes-team"'),
        "team-with-word-inside": put("team", "nobody"),
        "team-yes-like": put("team", "yesterday"),
        "team-null-like": put("team", "nullable"),
        "team-version": put("team", "1.2.3"),
        "team-digits-and-letters": put("team", "3rd-party"),
        "team-hex-like": put("team", "0xfin"),
        "team-quoted-number": put("team", '"42"'),
        "team-quoted-date": put("team", '"2026-01-31"'),
        "name-of-one-letter": put("name", "p"),
        "name-of-63": put("name", "p" * 63),
        "name-with-all": put("name", "0a-b.c_d9"),
        "name-digits-quoted": put("name", '"007"'),
        "month-bare": put("month1", "2026-09"),
        "month-single-quoted": put("month1", "'2026-09'"),
        "month-of-today": put("month2", '"2026-11"'),
        "month-gap": put("month1", '"2019-01"'),
        "target-equals-current": text(target="99.9", current="99.9"),
        "target-equals-current-spelt-differently": text(target="99.90", current="99.9"),
        "target-100-met": text(target="100", current="100"),
        "target-tiny": text(target="0.0001", current="50"),
        "fifteen-digits": text(current="99.9500000000000"),
        "fifteen-digit-integer": text(budget="999999999999999"),
        "exponent-plus": put("budget", "5.0e+3"),
        "exponent-minus": put("failures", "500.0e-2"),
        "exponent-capital": put("budget", "5.0E+3"),
        "zero": put("failures", "0"),
        "zero-point-zero": put("failures", "0.0"),
        "leading-zero-fraction": put("failures", "0.05"),
        "budget-zero-is-none": put("budget", "0"),
        "budget-left-out": line("    budget_monthly: 5000\n", ""),
        "exactly-on-budget": text(budget="4500"),
        "cost-exactly-20-percent-up": text(amount1="1000", amount2="1200"),
        "cost-spiking-costs-nothing": text(amount1="1000", amount2="4500"),
        "cost-zero": text(amount1="0", amount2="0"),
        "score-exactly-50": text(uptime="99.5", mttr="60", incidents="5", failures="30"),
        "one-point-of-cost": put("budget", "4499.99"),
        "one-check-failed": put("runbook", "false"),
        "two-checks-failed": text(runbook="false", documentation="false"),
        "placeholder-of-two": text(ownership="todo", runbook="docs/tbd"),
        "placeholder-inside-a-word": put("runbook", "docs/todos.md"),
        "owner-handle": put("ownership", '"@acme/fintech"'),
        "owner-mail": put("ownership", "jane@example.com"),
        "evidence-url-with-query": put("runbook", "https://example.com/a?b=c&d=%20#e"),
        "evidence-http": put("runbook", "http://wiki/x"),
        "evidence-file": put("runbook", "README.md"),
        "evidence-dot-slash": put("runbook", "./docs/x.md"),
        "evidence-dots-in-name": put("runbook", "docs/a..b.md"),
        "evidence-with-true-in-it": put("runbook", "docs/true"),
        "tier-left-out": line("  tier: 1\n", ""),
        "tier-3": put("tier", "3"),
        "labels-empty": put("labels", "{}"),
        "labels-quoted-words": put("labels", '{a: "yes", b: "1", "on": "null"}'),
        "labels-differ-in-case": put("labels", "{a: b, A: b}"),
        "labels-merge-quoted": put("labels", '{"<<": b}'),
        "window-left-out": line("      window: 30d\n", ""),
        "window-calendar": put("window", "calendar-month"),
        "window-weeks": put("window", "4w"),
        "currency-left-out": line("    currency: USD\n", ""),
        "currency-euro": put("currency", "EUR"),
        "currency-quoted": put("currency", '"JPY"'),
        "launch-past": line("  tier: 1\n", '  tier: 1\n  launches: "2026-01-15"\n'),
        "launch-today": line("  tier: 1\n", '  tier: 1\n  launches: "2026-11-23"\n'),
        "launch-ahead-without-measurements": without("slos").replace(
            "  tier: 1\n", '  tier: 1\n  launches: "2027-01-15"\n'
        ),
        "launch-at-the-limit": line("  tier: 1\n", '  tier: 1\n  launches: "2027-05-22"\n'),
        "launch-ahead-unmeasured-slo": section_as("slos", "[{name: a, target: 99}]").replace(
            "  tier: 1\n", '  tier: 1\n  launches: "2026-11-24"\n'
        ),
        "two-slos": section_as("slos", "[{name: a, target: 99, current: 100}, {name: b, target: 99, current: 99}]"),
        "slos-unindented": line("    - name", "  - name")
        .replace("      target", "    target")
        .replace("      current", "    current")
        .replace("      window", "    window"),
        "flow-with-trailing-comma": section_as("slos", "[{name: a, target: 99, current: 100,},]"),
        "flow-over-lines": section_as("slos", "[\n      {name: a,\n       target: 99, current: 100}\n    ]"),
        "keys-in-another-order": line("apiVersion: platform-gate/v1\n", "") + "apiVersion: platform-gate/v1\n",
        "one-metric-not-measured": line("    incidents_30d: 1\n", ""),
        "deep-indent": line("  team: fintech\n  tier", "  team:\n                    fintech\n  tier"),
        "exactly-1-MiB": padded(1024 * 1024),
        "exactly-20000-nodes": with_nodes(20_000),
        "json": to_json(),
    }


def to_json() -> str:
    """A healthy manifest in JSON."""
    return json.dumps(
        {
            "apiVersion": "platform-gate/v1",
            "kind": "Service",
            "metadata": {"name": "payments", "team": "fintech"},
            "spec": {
                "slos": [{"name": "availability", "target": 99.9, "current": 99.95}],
                "cost": {"budget_monthly": 5000, "entries": [{"month": "2026-10", "amount": 4500}]},
                "reliability": {
                    "uptime_pct": 99.95,
                    "mttr_minutes": 8,
                    "incidents_30d": 1,
                    "change_failure_rate_pct": 5,
                },
                "governance": {"runbook": True, "monitoring": True, "ownership": True},
            },
        },
        indent=2,
    )
