"""The Python API: names, fields, defaults and values that programs rely on."""

import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError, fields
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

import pytest

import platform_gate
from platform_gate import (
    CostEntry,
    CostProfile,
    CostTrend,
    GateError,
    GovernanceCheck,
    GovernanceStatus,
    HealthStatus,
    Outcome,
    PlatformReport,
    PlatformService,
    PlatformToolkit,
    ReliabilityMetrics,
    Request,
    SLODefinition,
    check,
    run_governance_checks,
)

FIELDS: dict[type, str] = {
    SLODefinition: "name target current",
    CostEntry: "month amount",
    CostProfile: "budget_monthly entries",
    ReliabilityMetrics: "uptime_pct mttr_minutes incidents_30d change_failure_rate_pct",
    GovernanceCheck: "name passed message",
    PlatformService: "name team slos cost reliability governance_checks tier",
    PlatformReport: "total_services healthy_count degraded_count critical_count slo_breach_count over_budget_count "
    "governance_compliant_count total_monthly_cost avg_reliability_score service_details",
}
REQUIRED: dict[type, str] = {
    SLODefinition: "name target",
    CostEntry: "month amount",
    CostProfile: "",
    ReliabilityMetrics: "",
    GovernanceCheck: "name passed",
    PlatformService: "name team",
    PlatformReport: "total_services healthy_count degraded_count critical_count slo_breach_count over_budget_count "
    "governance_compliant_count total_monthly_cost avg_reliability_score",
}
PROPERTIES: list[tuple[type, str]] = [
    (SLODefinition, "budget_remaining_pct is_met"),
    (CostProfile, "latest_cost average_cost trend over_budget"),
    (ReliabilityMetrics, "reliability_score"),
    (PlatformService, "health governance_status"),
]
VALUES: dict[type[Enum], list[str]] = {
    HealthStatus: ["critical", "degraded", "healthy", "unknown"],
    CostTrend: ["decreasing", "increasing", "spiking", "stable"],
    GovernanceStatus: ["compliant", "needs_review", "non_compliant"],
}
EXAMPLES: list[Any] = [
    SLODefinition("a", 99.9, 99.95),
    CostEntry("2026-01", 1),
    CostProfile(),
    ReliabilityMetrics(),
    GovernanceCheck("runbook", passed=True),
    PlatformService("a", "b"),
    PlatformReport(0, 0, 0, 0, 0, 0, 0, 0, 0),
]


def by_name(kind: type) -> str:
    return kind.__name__


def test_exactly_the_documented_names_are_exported() -> None:
    kinds = {kind.__name__ for kind in (*FIELDS, *VALUES, PlatformToolkit, GateError, Outcome, Request)}
    assert set(platform_gate.__all__) == kinds | {"check", "run_governance_checks"}
    assert list(platform_gate.__all__) == sorted(platform_gate.__all__)
    assert all(hasattr(platform_gate, name) for name in platform_gate.__all__)


def test_no_module_takes_the_name_of_a_public_function() -> None:
    """Importing a submodule binds its name in the package, where it would hide what ``__getattr__`` gives."""
    modules = {module.name for module in pkgutil.iter_modules(platform_gate.__path__)}
    assert modules.isdisjoint(platform_gate.__all__)
    assert callable(check)


@pytest.mark.parametrize("kind", FIELDS, ids=by_name)
def test_fields_stand_in_the_seed_s_order(kind: Any) -> None:
    wanted = FIELDS[kind].split()
    assert [field.name for field in fields(kind)][: len(wanted)] == wanted


@pytest.mark.parametrize("kind", FIELDS, ids=by_name)
def test_every_field_after_the_seed_s_required_ones_has_a_default(kind: Any) -> None:
    missing = [each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING]
    assert missing == REQUIRED[kind].split()


@pytest.mark.parametrize("value", EXAMPLES, ids=lambda value: type(value).__name__)
def test_facts_cannot_be_altered(value: Any) -> None:
    first = fields(value)[0].name
    with pytest.raises(FrozenInstanceError):
        setattr(value, first, None)


@pytest.mark.parametrize("value", EXAMPLES, ids=lambda value: type(value).__name__)
def test_a_misspelt_attribute_is_no_attribute(value: Any) -> None:
    assert not hasattr(value, "__dict__")


def test_defaults_never_claim_a_measurement() -> None:
    assert SLODefinition("a", 99.9).current is None
    assert ReliabilityMetrics() == ReliabilityMetrics(None, None, None, None)
    assert (CostProfile().budget_monthly, list(CostProfile().entries), CostProfile().currency) == (0, [], "USD")
    assert not GovernanceCheck("runbook", passed=True).message
    assert PlatformService("a", "b").tier == 1


@pytest.mark.parametrize(("kind", "names"), PROPERTIES)
def test_the_seed_s_properties_are_properties_and_read_only(kind: type, names: str) -> None:
    found = [inspect.getattr_static(kind, name) for name in names.split()]
    assert all(isinstance(each, property) and each.fset is None and each.__doc__ for each in found)


@pytest.mark.parametrize("kind", VALUES, ids=by_name)
def test_enum_values_are_the_seed_s_lower_case_words(kind: type[Enum]) -> None:
    assert sorted(member.value for member in kind) == VALUES[kind]
    assert all(member.name == member.value.upper() and str(member) == member.value for member in kind)


def test_the_governance_checks_take_the_seed_s_arguments() -> None:
    parameters = inspect.signature(run_governance_checks).parameters
    assert list(parameters) == [
        "service_name", "has_runbook", "has_monitoring", "has_owner", "has_documentation", "has_incident_response",
    ]  # fmt: skip
    assert [each.default for each in parameters.values()][1:] == [False] * 5


@pytest.mark.parametrize("name", ["register_service", "get_service", "generate_report"])
def test_the_toolkit_has_the_seed_s_methods(name: str) -> None:
    assert callable(getattr(PlatformToolkit, name))
    assert getattr(PlatformToolkit, name).__doc__


def test_the_facade_offers_nothing_that_alters_a_service() -> None:
    public = [name for name in vars(PlatformToolkit) if not name.startswith("_")]
    assert sorted(public) == ["generate_report", "get_service", "register_service"]


NO_NUMBERS = [float("nan"), float("inf"), -float("inf"), "99", True, Decimal("NaN"), [1], 10**400]


@pytest.mark.parametrize("value", NO_NUMBERS, ids=repr)
@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda value: SLODefinition("a", value, 99), "target"),
        (lambda value: SLODefinition("a", 99.9, value), "current"),
        (lambda value: CostEntry("2026-01", value), "amount"),
        (lambda value: CostProfile(value, []), "budget_monthly"),
        (lambda value: ReliabilityMetrics(uptime_pct=value), "uptime_pct"),
        (lambda value: ReliabilityMetrics(mttr_minutes=value), "mttr_minutes"),
        (lambda value: ReliabilityMetrics(incidents_30d=value), "incidents_30d"),
        (lambda value: ReliabilityMetrics(change_failure_rate_pct=value), "change_failure_rate_pct"),
    ],
)
def test_what_is_no_number_is_refused_where_it_is_written(make: Callable[[Any], object], name: str, value: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=f"{name} is no finite number"):
        make(value)


def test_numbers_of_other_kinds_are_numbers() -> None:
    assert SLODefinition("a", Fraction(999, 10), Decimal("99.95")).is_met  # type: ignore[arg-type]
