"""Independent validation of a manifest's data (contract, section 3), written by hand and without a JSON schema."""
# ruff: noqa: FBT001, SIM905, N818

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.oracle.reader import FORBIDDEN, reads_as_word

Problem = tuple[str, str]  # pointer, reason

TOP_KEYS = ("apiVersion", "kind", "metadata", "spec")
CHECKS = ("runbook", "monitoring", "ownership", "documentation", "incident_response")
NAME = re.compile(r"[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?", re.ASCII)
WINDOW = re.compile(r"[1-9][0-9]{0,3}[dw]|calendar-month", re.ASCII)
MONTH = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])", re.ASCII)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
CHECK_KEY = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
URL = re.compile(r"https?://[^/?#\s]+([/?#]\S*)?")
CURRENCIES = frozenset(
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF "
    "CHE CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD "
    "GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP "
    "LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN "
    "PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS "
    "TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XAG XAU XBA XBB XBC XBD XCD "
    "XCG XDR XOF XPD XPF XPT XSU XTS XUA XXX YER ZAR ZMW ZWG ZWL".split()
)


class Invalid(Exception):
    """The document isn't a manifest; carries every problem that was found."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"{pointer or '/'}: {reason}" for pointer, reason in problems))
        self.problems = problems


def validate(data: Any, *, as_of: date, checks: Collection[str] = CHECKS, max_prelaunch_days: int = 180) -> None:
    """Raise Invalid unless the data is a manifest; `checks` and the days are the effective policy's."""
    found = problems(data, as_of=as_of, checks=checks, max_prelaunch_days=max_prelaunch_days)
    if found:
        raise Invalid(found)


def problems(data: Any, *, as_of: date, checks: Collection[str], max_prelaunch_days: int) -> list[Problem]:
    """All that is wrong with a manifest."""
    looker = Looker(as_of, checks, max_prelaunch_days)
    looker.manifest(data)
    return looker.found


class Looker:
    """Walks a manifest and notes what is wrong."""

    def __init__(self, as_of: date, checks: Collection[str], max_prelaunch_days: int) -> None:
        self.as_of, self.checks, self.max_prelaunch_days = as_of, checks, max_prelaunch_days
        self.found: list[Problem] = []

    def no(self, at: str, reason: str) -> None:
        self.found.append((at, reason))

    def manifest(self, data: Any) -> None:
        if not self.mapping(data, "", TOP_KEYS, TOP_KEYS):
            return
        if data.get("apiVersion") != "platform-gate/v1":
            self.no("/apiVersion", "must be platform-gate/v1")
        if data.get("kind") != "Service":
            self.no("/kind", "must be Service")
        self.within(data, "metadata", self.metadata)
        self.within(data, "spec", self.spec)

    def within(self, data: Any, key: str, look: Callable[[Any, str], None], at: str = "") -> None:
        if key in data:
            look(data[key], f"{at}/{key}")

    def mapping(self, data: Any, at: str, known: Collection[str], required: Collection[str] = ()) -> bool:
        if not isinstance(data, dict):
            self.no(at, "must be a mapping")
            return False
        for key in data:
            if key not in known:
                self.no(at, f"unknown key {str(key)[:40]!r}")
        for key in required:
            if key not in data:
                self.no(at, f"{key} is missing")
        return True

    def string(self, data: Any, at: str, longest: int) -> bool:
        good = isinstance(data, str) and 0 < len(data) <= longest and data.strip() == data
        if not good or FORBIDDEN.search(data) or "\n" in data:
            self.no(at, f"must be a string of 1 to {longest} characters")
            return False
        return True

    def number(self, data: Any, at: str, most: int | None = None) -> bool:
        if isinstance(data, bool) or not isinstance(data, (int, Fraction, Decimal)):
            self.no(at, "must be a number")
            return False
        if data < 0 or (most is not None and data > most):
            self.no(at, "out of range")
            return False
        return True

    def metadata(self, data: Any, at: str) -> None:
        if not self.mapping(data, at, {"name", "team", "tier", "labels", "launches"}, {"name", "team"}):
            return
        name = data.get("name", "x")
        if not isinstance(name, str) or not NAME.fullmatch(name):
            self.no(f"{at}/name", "not a service name")
        self.within(data, "team", lambda value, where: void(self.string(value, where, 100)), at)
        tier = data.get("tier", 1)
        if isinstance(tier, bool) or tier not in (1, 2, 3):
            self.no(f"{at}/tier", "must be 1, 2 or 3")
        self.within(data, "labels", self.labels, at)
        self.within(data, "launches", self.launches, at)

    def labels(self, data: Any, at: str) -> None:
        if not isinstance(data, dict):
            self.no(at, "must be a mapping")
            return
        for key, value in data.items():
            self.string(key, at, 100)
            self.string(value, f"{at}/{key}", 100)

    def launches(self, data: Any, at: str) -> None:
        day = real_date(data)
        if day is None:
            self.no(at, "must be a date")
        elif day > self.as_of + timedelta(days=self.max_prelaunch_days):
            self.no(at, "too far ahead")

    def spec(self, data: Any, at: str) -> None:
        if not self.mapping(data, at, {"slos", "cost", "reliability", "governance"}):
            return
        self.within(data, "slos", self.slos, at)
        self.within(data, "cost", self.cost, at)
        self.within(data, "reliability", self.reliability, at)
        self.within(data, "governance", self.governance, at)

    def slos(self, data: Any, at: str) -> None:
        if not isinstance(data, list):
            self.no(at, "must be a list")
            return
        names: list[Any] = []
        for index, slo in enumerate(data):
            self.slo(slo, f"{at}/{index}")
            if isinstance(slo, dict) and "name" in slo:
                if slo["name"] in names:
                    self.no(f"{at}/{index}/name", "repeated")
                names.append(slo["name"])

    def slo(self, data: Any, at: str) -> None:
        if not self.mapping(data, at, {"name", "target", "current", "window"}, {"name", "target"}):
            return
        self.within(data, "name", lambda value, where: void(self.string(value, where, 100)), at)
        if self.number(data.get("target", 1), f"{at}/target", 100) and data.get("target", 1) <= 0:
            self.no(f"{at}/target", "must be above 0")
        self.within(data, "current", lambda value, where: void(self.number(value, where, 100)), at)
        window = data.get("window", "30d")
        if not isinstance(window, str) or not WINDOW.fullmatch(window):
            self.no(f"{at}/window", "not a window")

    def cost(self, data: Any, at: str) -> None:
        if not self.mapping(data, at, {"currency", "budget_monthly", "entries"}):
            return
        currency = data.get("currency", "USD")
        if not isinstance(currency, str) or currency not in CURRENCIES:
            self.no(f"{at}/currency", "not an ISO 4217 code")
        self.within(data, "budget_monthly", lambda value, where: void(self.number(value, where)), at)
        self.within(data, "entries", self.entries, at)

    def entries(self, data: Any, at: str) -> None:
        if not isinstance(data, list):
            self.no(at, "must be a list")
            return
        before = ""
        for index, entry in enumerate(data):
            where = f"{at}/{index}"
            if self.mapping(entry, where, {"month", "amount"}, {"month", "amount"}):
                before = self.month(entry.get("month", "2000-01"), f"{where}/month", before)
                self.number(entry.get("amount", 0), f"{where}/amount")

    def month(self, data: Any, at: str, before: str) -> str:
        if not isinstance(data, str) or not MONTH.fullmatch(data):
            self.no(at, "must be a month")
            return before
        if data <= before:
            self.no(at, "months must ascend")
        if data > f"{self.as_of.year:04d}-{self.as_of.month:02d}":
            self.no(at, "in the future")
        return data

    def reliability(self, data: Any, at: str) -> None:
        most = {"uptime_pct": 100, "mttr_minutes": None, "incidents_30d": None, "change_failure_rate_pct": 100}
        if not self.mapping(data, at, most):
            return
        for key, value in data.items():
            good = key in most and self.number(value, f"{at}/{key}", most[key])
            if good and key == "incidents_30d" and Fraction(value).denominator != 1:
                self.no(f"{at}/{key}", "must be a whole number")

    def governance(self, data: Any, at: str) -> None:
        if not self.mapping(data, at, self.checks):
            return
        for key, value in data.items():
            if isinstance(value, bool):
                continue
            good = owner(value) if key == "ownership" else evidence(value)
            if not good:
                self.no(f"{at}/{key}", "must be true, false or evidence")


def void(_: bool) -> None:
    """Forget an answer."""


def real_date(data: Any) -> date | None:
    """The day that a string names, or None."""
    if not isinstance(data, str) or not DAY.fullmatch(data):
        return None
    try:
        return date.fromisoformat(data)
    except ValueError:
        return None


def wording(data: Any) -> bool:
    """A string that may stand for evidence or an owner at all."""
    return (
        isinstance(data, str)
        and 0 < len(data) <= 500
        and data.strip() == data
        and "\n" not in data
        and not reads_as_word(data)
    )


def owner(data: Any) -> bool:
    """Who owns a service."""
    return wording(data) and any(letter.isalnum() for letter in data)


def evidence(data: Any) -> bool:
    """An address, or a relative path that leads nowhere else."""
    if not wording(data):
        return False
    if data.lower().startswith(("http:", "https:")):
        return URL.fullmatch(data) is not None
    if SCHEME.match(data) or data.startswith("/") or "\\" in data:
        return False
    parts = data.split("/")
    return ("/" in data or "." in data) and ".." not in parts and any(part not in ("", ".") for part in parts)
