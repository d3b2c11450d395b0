"""Hostile, borderline and harmless policies; each is to judge the healthy manifest of the corpus."""
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile.corpus import NOT_NUMBERS, WORDS, Case, Must, case

HEAD = "apiVersion: platform-gate/v1\nkind: Policy\nmetadata: {name: mine, description: Ours.}\n"
COUNTS = ("health.degraded_at", "health.critical_at", "slo.breach_points", "slo.low_budget_points", "cost.over_budget_points", "cost.spiking_points", "governance.needs_review_up_to", "gate.max_prelaunch_days", "waivers.max_days", "waivers.warn_days")  # fmt: skip
TRENDS = ("cost.trend.spiking_above_pct", "cost.trend.increasing_above_pct", "cost.trend.decreasing_below_pct")
SECTIONS = (
    "gate",
    "waivers",
    "health",
    "slo",
    "cost",
    "cost.trend",
    "reliability",
    "reliability.score",
    "governance",
    "governance.checks",
)
SCORES = {
    "uptime_pct": "at_least",
    "mttr_minutes": "at_most",
    "incidents_30d": "at_most",
    "change_failure_rate_pct": "at_most",
}
NUMBER_NAMES = ("nan", "inf", "overflowing-exponent", "integer-of-5000-digits", "hex", "octal-11", "sexagesimal", "underscore", "yes", "exponent-of-integer", "quoted", "true", "list", "tagged", "anchored", "sixteen-digits", "ten-to-the-15")  # fmt: skip


def policies() -> Iterator[Case]:
    """Every policy."""
    for source in (numbers, sections, bands, words, overrides, documents, accepted):
        yield from source()


def spec(path: str, value: str) -> str:
    """A policy that sets one key, `a.b.c`, to a flow value."""
    keys = path.split(".")
    lines = [f"{'  ' * (depth + 1)}{key}:" for depth, key in enumerate(keys)]
    return HEAD + "spec:\n" + "\n".join(lines) + f" {value}\n"


def policy(name: str, content: str | bytes, must: Must = "refuse", doubt: str = "") -> Case:
    return case(f"policy/{name}", content, must, doubt)


def numbers() -> Iterator[Case]:
    for path in (*COUNTS, "slo.low_budget_below_pct", *TRENDS):
        for name in NUMBER_NAMES:
            yield policy(f"{path}/{name}", spec(path, NOT_NUMBERS[name]))
        yield policy(f"{path}/null", spec(path, "null"))
    for path in (*COUNTS, "slo.low_budget_below_pct"):
        yield policy(f"{path}/negative", spec(path, "-1"))
    for path in COUNTS:
        yield policy(f"{path}/fraction", spec(path, "1.5"))
    for path in ("health.degraded_at", "health.critical_at", "waivers.max_days"):
        yield policy(f"{path}/zero", spec(path, "0"))
    yield policy("waivers.max_days/367", spec("waivers.max_days", "367"))
    yield policy("slo.low_budget_below_pct/above-100", spec("slo.low_budget_below_pct", "100.1"))
    yield policy("health/crossed", spec("health", "{degraded_at: 5, critical_at: 4}"))
    yield policy("health/crossed-with-default", spec("health.degraded_at", "5"))
    yield policy("trend/crossed", spec("cost.trend", "{spiking_above_pct: 1, increasing_above_pct: 5}"))
    yield policy("trend/crossed-below", spec("cost.trend.decreasing_below_pct", "6"))


def sections() -> Iterator[Case]:
    for section in SECTIONS:
        for name, value in {
            "null": "null",
            "list": "[]",
            "text": "text",
            "true": "true",
            "unknown-key": "{unknown_key: [1]}",
            "merge": "{<<: {}}",
            "integer-key": "{1: 2}",
        }.items():
            doubt = (
                "" if section != "governance.checks" or name != "null" else "null removes a check, hardly all of them"
            )
            yield policy(f"{section}/{name}", spec(section, value), "refuse", doubt)
    for key in ("x", "Gate", "thresholds", "health_", "defaults", "severity", "'<<'"):
        yield policy(f"spec/unknown/{key}", spec(key, "{}"))
    yield policy("spec/list", HEAD + "spec: []\n")
    yield policy("spec/null", HEAD + "spec: null\n")
    yield policy("spec/missing", HEAD, "not-zero", "an empty policy might stand for the default")
    for value in (
        "[]",
        "text",
        "null",
        "[unkown]",
        "[degraded, Critical]",
        "[slo/breach]",
        "[slo/*]",
        '[""]',
        "{degraded: true}",
        "[1]",
        "[no]",
        "[healthy]",
        "[[critical]]",
    ):
        yield policy(f"fail_on/{value}", spec("gate.fail_on", value))
    for value in ("null", "slo", "[slos]", "[unknown]", "{}", "[1]", "[null]"):
        yield policy(f"required/{value}", spec("gate.required", value))
    for value in ("[slo]", "text", "[slo/unheard-of]", "[1]", "null"):
        yield policy(f"not_waivable/{value}", spec("gate.not_waivable", value))
    for value in (
        "{slo/breach: error}",
        '{slo/breached: "Off"}',
        "{slo/breached: off}",
        "{slo/breached: fatal}",
        "{slo/breached: null}",
        "{slo/breached: [note]}",
        '{manifest/invalid: "off"}',
        '{manifest/unreadable: "off"}',
        '{"slo/*": "off"}',
        "[]",
        "note",
        "{slo/breached: error, slo/breached: note}",
    ):
        doubt = "null removes" if "null" in value else ""
        yield policy(f"severities/{value}", spec("severities", value), "refuse", doubt)


def bands() -> Iterator[Case]:
    for metric, bound in SCORES.items():
        a, b = ("99.9", "99") if bound == "at_least" else ("5", "15")
        other = "at_most" if bound == "at_least" else "at_least"
        bad = {
            "empty": "[]", "no-last": f"[{{{bound}: {a}, score: 40}}]", "two-last": "[{score: 5}, {score: 1}]", "last-first": f"[{{score: 5}}, {{{bound}: {a}, score: 4}}]",
            "out-of-order": f"[{{{bound}: {b}, score: 40}}, {{{bound}: {a}, score: 20}}, {{score: 0}}]", "repeated": f"[{{{bound}: {a}, score: 40}}, {{{bound}: {a}, score: 20}}, {{score: 0}}]",
            "better-for-worse": f"[{{{bound}: {a}, score: 10}}, {{{bound}: {b}, score: 20}}, {{score: 0}}]", "last-is-better": f"[{{{bound}: {a}, score: 10}}, {{score: 20}}]",
            "other-direction": f"[{{{other}: {a}, score: 40}}, {{score: 0}}]", "both-bounds": "[{at_least: 1, at_most: 5, score: 40}, {score: 0}]", "no-score": f"[{{{bound}: {a}}}, {{score: 0}}]",
            "negative-score": f"[{{{bound}: {a}, score: 4}}, {{score: -1}}]", "fraction-score": f"[{{{bound}: {a}, score: 4.5}}, {{score: 0}}]", "text-bound": f"[{{{bound}: high, score: 4}}, {{score: 0}}]",
            "negative-bound": f"[{{{bound}: -1, score: 4}}, {{score: 0}}]", "unknown-key": f"[{{{bound}: {a}, score: 4, x: 1}}, {{score: 0}}]", "map": "{score: 5}", "null": "null", "nan-bound": f"[{{{bound}: .nan, score: 4}}, {{score: 0}}]",
        }  # fmt: skip
        for name, value in bad.items():
            yield policy(f"score/{metric}/{name}", spec(f"reliability.score.{metric}", value))
    for metric in ("uptime_pct", "change_failure_rate_pct"):
        yield policy(
            f"score/{metric}/above-100",
            spec(f"reliability.score.{metric}", f"[{{{SCORES[metric]}: 101, score: 4}}, {{score: 0}}]"),
        )
    for path, bound, first, second in (
        ("reliability.points", "below", "50", "70"),
        ("governance.points", "failed_at_least", "3", "1"),
        ("slo.budget", "left_below_pct", "0", "25"),
    ):
        bad = {
            "out-of-order": f"[{{{bound}: {second}, points: 2}}, {{{bound}: {first}, points: 1}}]", "repeated": f"[{{{bound}: {first}, points: 2}}, {{{bound}: {first}, points: 1}}]",
            "cheaper-for-worse": f"[{{{bound}: {first}, points: 1}}, {{{bound}: {second}, points: 2}}]", "no-bound": "[{points: 1}]", "no-points": f"[{{{bound}: {first}}}]", "negative": f"[{{{bound}: {first}, points: -2}}]",
            "fraction": f"[{{{bound}: {first}, points: 0.5}}]", "unknown": f"[{{{bound}: {first}, points: 2, x: 1}}]", "map": "{}", "null": "null", "bound-negative": f"[{{{bound}: -1, points: 2}}]",
        }  # fmt: skip
        for name, value in bad.items():
            if (path, name) != ("slo.budget", "bound-negative"):
                yield policy(f"{path}/{name}", spec(path, value))
    yield from burn_rates()
    yield policy("governance.points/zero-failed", spec("governance.points", "[{failed_at_least: 0, points: 2}]"))
    yield policy(
        "reliability.points/above-100",
        spec("reliability.points", "[{below: 101, points: 2}]"),
        doubt="a score is a percentage only by default",
    )


def burn_rates() -> Iterator[Case]:
    entry = {"long": "1h", "short": "5m", "above": "14.4", "points": "2"}
    missing: list[dict[str, str | None]] = [{key: None} for key in entry]
    bad: list[dict[str, str | None]] = [
        *missing, {"x": "1"}, {"above": "0"}, {"above": "-1"}, {"above": "'6'"}, {"above": ".inf"},
        {"points": "-1"}, {"points": "0.5"}, {"short": "1h"}, {"short": "60m"}, {"short": "2h"}, {"long": "0h"},
        {"long": "01h"}, {"long": "1"}, {"long": "1y"}, {"long": "1.5h"}, {"long": "calendar-month"}, {"long": "10000h"},
        {"long": "3600"}, {"long": "' 1h'"}, {"short": "null"},
    ]  # fmt: skip
    for index, wrong in enumerate(bad):
        given = {key: value for key, value in {**entry, **wrong}.items() if value is not None}
        shown = ", ".join(f"{key}: {value}" for key, value in given.items())
        yield policy(f"slo.burn/{index}", spec("slo.burn", f"[{{{shown}}}]"))
    yield policy("slo.burn/map", spec("slo.burn", "{}"))
    yield policy("slo.budget/above-100", spec("slo.budget", "[{left_below_pct: 100.1, points: 1}]"))
    yield policy("slo.budget/below-10000", spec("slo.budget", "[{left_below_pct: -10001, points: 1}]"))


def words() -> Iterator[Case]:
    for value in ("none", "Declared", "verify", "null", "true", "[declared]", '""'):
        yield policy(f"evidence/{value}", spec("governance.evidence", value))
    for value in ("null", "todo", "[1]", "[null]", "{}", '[""]', "[[todo]]"):
        yield policy(f"placeholders/{value}", spec("governance.placeholders", value))
    for value in (
        "{Run: {message: x}}",
        "{1a: {message: x}}",
        "{a-b: {message: x}}",
        '{"": {message: x}}',
        "{a: x}",
        "{a: []}",
        "{a: {message: 1}}",
        "{a: {message: x, x: y}}",
        '{"a\\u00e9": {message: x}}',
    ):
        yield policy(f"checks/{value}", spec("governance.checks", value))
    for word in WORDS:
        if word not in ("null", "NULL", "~"):
            yield policy(f"help/{word}", spec("gate.help", word))
    for value in (
        "nobody",
        "null",
        '""',
        "http://example.com/p.yaml",
        "https://example.com/p.yaml",
        "[default]",
        "default@1",
        "../../../../etc/passwd",
        "file:///etc/passwd",
        "package:",
        "package:os",
        "package:os/../x.yaml",
        "1",
        "/dev/zero",
        "missing.yaml",
        ".",
    ):
        yield policy(f"extends/{value}", spec("extends", value))


def overrides() -> Iterator[Case]:
    bad = {
        "map": "{}", "null": "null", "text": "x", "of-null": "[null]", "no-match": "[{reason: x, spec: {slo: {breach_points: 3}}}]", "no-spec": "[{match: {tier: 3}, reason: x}]",
        "empty-match": "[{match: {}, reason: x, spec: {slo: {breach_points: 3}}}]", "unknown-match": "[{match: {squad: x}, reason: x, spec: {slo: {breach_points: 3}}}]", "tier-4": "[{match: {tier: [4]}, reason: x, spec: {slo: {breach_points: 3}}}]", "tier-text": "[{match: {tier: one}, reason: x, spec: {slo: {breach_points: 3}}}]",
        "tier-true": "[{match: {tier: true}, reason: x, spec: {slo: {breach_points: 3}}}]", "empty-tiers": "[{match: {tier: []}, reason: x, spec: {slo: {breach_points: 3}}}]", "team-number": "[{match: {team: 1}, reason: x, spec: {slo: {breach_points: 3}}}]", "labels-list": "[{match: {labels: [a]}, reason: x, spec: {slo: {breach_points: 3}}}]",
        "empty-reason": '[{match: {tier: 3}, reason: "", spec: {slo: {breach_points: 3}}}]', "unknown-key": "[{match: {tier: 3}, reason: x, spec: {slo: {breach_points: 3}}, x: y}]", "unknown-section": "[{match: {tier: 3}, reason: x, spec: {x: {}}}]",
        "extends-inside": "[{match: {tier: 3}, reason: x, spec: {extends: strict}}]", "overrides-inside": "[{match: {tier: 3}, reason: x, spec: {overrides: []}}]", "bad-value-inside": "[{match: {tier: 3}, reason: x, spec: {health: {degraded_at: 0}}}]",
        "crossed-inside": "[{match: {tier: 3}, reason: x, spec: {health: {degraded_at: 9}}}]", "bad-bands-inside": "[{match: {tier: 3}, reason: x, spec: {reliability: {points: [{points: 1}]}}}]", "unknown-rule-inside": '[{match: {tier: 3}, reason: x, spec: {severities: {slo/x: "off"}}}]',
        "null-section": "[{match: {tier: 3}, reason: x, spec: {slo: null}}]", "empty-fail_on-inside": "[{match: {tier: 3}, reason: x, spec: {gate: {fail_on: []}}}]",
    }  # fmt: skip
    for name, value in bad.items():
        yield policy(f"overrides/{name}", spec("overrides", value))


def documents() -> Iterator[Case]:
    good = HEAD + "spec: {}\n"
    yield policy("document/empty", "")
    yield policy("document/null", "null\n")
    yield policy("document/list", "[]\n")
    yield policy("document/two", good + "---\n" + good)
    yield policy("document/then-nothing", good + "---\n")
    yield policy("document/service", good.replace("kind: Policy", "kind: Service"))
    yield policy("document/kind-case", good.replace("Policy", "policy"))
    yield policy("document/api-v2", good.replace("/v1", "/v2"))
    yield policy("document/no-kind", good.replace("kind: Policy\n", ""))
    yield policy("document/unknown-key", good + "x: y\n")
    yield policy("document/duplicate-spec", good + "spec: {gate: {fail_on: [critical]}}\n")
    yield policy("document/duplicate-escaped", good + '"\\x73pec": {gate: {fail_on: [critical]}}\n')
    yield policy("document/anchor", good.replace("Ours.", "&a Ours"))
    yield policy("document/directive", "%YAML 1.2\n---\n" + good)
    yield policy("document/tag", good.replace("spec: {}", "spec: !!map {}"))
    yield policy("document/tab", good.replace("kind: ", "kind:\t"))
    yield policy("document/utf-16", good.encode("utf-16"))
    yield policy("document/latin-1", good.replace("Ours", "\u00d6urs").encode("latin-1"))
    yield policy("document/too-large", good.encode() + b"#" * 1024 * 1024)
    yield policy("document/deep", spec("rules", "[" * 5_000 + "]" * 5_000))
    yield policy("document/line-separator", good + "# x\u2028spec: {}\n")
    yield policy("document/tab-in-help", spec("gate.help", '"a\\tb"'))
    yield policy("document/bidi-in-help", spec("gate.help", '"a\\u202eb"'))
    yield policy("document/line-feed-in-placeholder", spec("governance.placeholders", '["a\\nb"]'))


def accepted() -> Iterator[Case]:
    good = {
        "empty-spec": HEAD + "spec: {}\n", "extends-default": spec("extends", "default"), "extends-quoted": spec("extends", '"default"'), "fail-on-critical": spec("gate.fail_on", "[critical]"), "fail-on-rule": spec("gate.fail_on", "[slo/breached, critical]"),
        "required-one": spec("gate.required", "[governance]"), "severity-off-quoted": spec("severities", '{slo/low-budget: "off"}'), "severity-note": spec("severities", "{slo/breached: note}"), "not-waivable": spec("gate.not_waivable", "[slo/breached]"),
        "help-lines": spec("gate.help", '"Ask us.\\nThen wait."'), "help-literal": HEAD + "spec:\n  gate:\n    help: |\n      Ask us.\n      Then wait.\n", "max-days-366": spec("waivers.max_days", "366"), "max-days-1": spec("waivers.max_days", "1"),
        "trend-negative": spec("cost.trend", "{spiking_above_pct: 150, increasing_above_pct: -1.5, decreasing_below_pct: -20}"), "trend-equal": spec("cost.trend", "{spiking_above_pct: 5, increasing_above_pct: 5, decreasing_below_pct: 5}"),
        "bands": spec("slo.budget", "[{left_below_pct: -100, points: 4}, {left_below_pct: 0, points: 0}]"), "burn": spec("slo.burn", "[{long: 9999w, short: 9999d, above: 0.001, points: 0}]"),
        "points-zero": spec("slo.breach_points", "0"), "low-budget-100": spec("slo.low_budget_below_pct", "100"), "low-budget-fraction": spec("slo.low_budget_below_pct", "12.5"), "degraded-equals-critical": spec("health", "{degraded_at: 3, critical_at: 3}"),
        "one-band": spec("reliability.score.incidents_30d", "[{score: 20}]"), "equal-scores": spec("reliability.score.mttr_minutes", "[{at_most: 5, score: 25}, {at_most: 10, score: 25}, {score: 5}]"), "no-points": spec("reliability.points", "[]"),
        "placeholders-none": spec("governance.placeholders", "[]"), "evidence-declared": spec("governance.evidence", "declared"), "check-removed-not-used": spec("gate.required", "[slo]"), "check-added": spec("governance.checks", "{security_review: {message: Needs a review., help: Ask.}}"),
        "override-tier": spec("overrides", "[{match: {tier: [3]}, reason: x, spec: {gate: {required: [governance]}}}]"), "override-tier-int": spec("overrides", "[{match: {tier: 3}, reason: x, spec: {slo: {breach_points: 3}}}]"), "override-no-reason": spec("overrides", "[{match: {tier: 3}, spec: {slo: {breach_points: 3}}}]"), "no-name": HEAD.replace("name: mine, ", "") + "spec: {}\n", "override-globs": spec("overrides", '[{match: {team: ["fin*"], name: "pay*", path: "**/*.yaml"}, reason: x, spec: {slo: {breach_points: 3}}}]'),
        "override-labels": spec("overrides", "[{match: {labels: {domain: [commerce, core]}}, reason: x, spec: {health: {critical_at: 3}}}]"), "override-not-ours": spec("overrides", "[{match: {tier: 2}, reason: x, spec: {health: {degraded_at: 1, critical_at: 1}, slo: {low_budget_points: 9, low_budget_below_pct: 100}}}]"),
        "crlf": spec("gate.fail_on", "[critical]").replace("\n", "\r\n"), "bom": "\ufeff" + HEAD + "spec: {}\n", "comments": "# a\n" + HEAD + "spec: {} # b\n", "reason-lines": spec("overrides", '[{match: {tier: 3}, reason: "a\\nb", spec: {slo: {breach_points: 3}}}]'), "empty-lists": HEAD + "spec: {rules: [], overrides: [], severities: {}}\n",
    }  # fmt: skip
    for name, content in good.items():
        yield policy(f"accept/{name}", content, "accept")
    yield policy("stricter/low-budget", spec("slo", "{low_budget_below_pct: 100, low_budget_points: 2}"), "not-zero")
    yield policy("stricter/uptime", spec("reliability.points", "[{below: 95, points: 2}]"), "not-zero")
    yield policy(
        "stricter/own-score",
        spec("reliability.score.uptime_pct", "[{at_least: 99.96, score: 40}, {score: 0}]")
        + "    points: [{below: 60, points: 4}]\n",
        "not-zero",
    )
    yield policy(
        "stricter/override-hits",
        spec(
            "overrides",
            "[{match: {tier: 1, team: fin*, labels: {domain: commerce}}, reason: x, spec: {slo: {low_budget_below_pct: 60, low_budget_points: 2}}}]",
        ),
        "not-zero",
    )
    yield policy(
        "stricter/missing-evidence",
        spec("governance", "{evidence: required, points: [{failed_at_least: 1, points: 2}]}"),
        "not-zero",
    )
    yield policy(
        "stricter/placeholder",
        spec("governance", "{placeholders: [team-fintech], points: [{failed_at_least: 1, points: 2}]}"),
        "not-zero",
    )
    yield policy(
        "stricter/fail-on-finding",
        HEAD + "spec:\n  gate: {fail_on: [slo/low-budget]}\n  slo: {low_budget_below_pct: 51}\n",
        "not-zero",
    )
