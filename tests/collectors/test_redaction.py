"""Secrets in whatever form a server may echo them."""

from __future__ import annotations

import base64

import pytest

from platform_gate.collectors.redaction import excerpt, forms, redact

TOKEN = 'p4ss/"word" +x'  # noqa: S105 - made up


@pytest.mark.parametrize(
    "echo",
    [
        TOKEN,
        f" {TOKEN}\n",
        "p4ss%2F%22word%22%20%2Bx",
        "p4ss%2F%22word%22+%2Bx",
        r"p4ss/\"word\" +x",
        "p4ss/%22word%22%20%2Bx",
        "p4ss%2f%22word%22%20%2bx",
        "p4ss/&quot;word&quot; +x",
        base64.b64encode(TOKEN.encode()).decode(),
        base64.b64encode(f"gate:{TOKEN}".encode()).decode(),
    ],
)
def test_no_form_of_a_secret_stays(echo: str) -> None:
    shown = redact(f"you sent {echo}!", forms([TOKEN + "\n", "gate"]))
    assert shown.replace("\n", "").replace(" ", "").startswith("yousent***")
    assert "p4ss" not in shown


def test_the_parts_of_a_connection_url_are_secrets_too() -> None:
    hidden = forms(["postgresql://gate:s3cr%40t@db.internal:5432/bills"])
    assert redact('password "s3cr@t" failed for "gate" at db.internal, s3cr%40t', hidden) == (
        'password "***" failed for "***" at ***, ***'
    )


def test_whole_urls_are_not_shown() -> None:
    assert redact("see https://prom.example.com/graph?token=1 (or http://x)", ()) == "see https://*** (or http://***"


def test_what_is_too_short_for_a_secret_is_left() -> None:
    assert redact("tenant 7 of 77", forms(["7", ""])) == "tenant 7 of 77"


def test_a_secret_is_hidden_before_what_was_said_is_cut() -> None:
    said = "x" * 70 + " s3cret-token-that-is-long " + "y" * 50
    assert excerpt(said, forms(["s3cret-token-that-is-long"])) == "x" * 70 + " *** yy..."
    assert excerpt("a\n\tb \x1b[31m", ()) == r"a b \x1b[31m"
