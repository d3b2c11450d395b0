import pytest

from platform_gate.measurements.claims import claims, covers, owners
from platform_gate.readings import Source, Want

BUDGET = Want("cost/budget", (), "the budget", "USD", apart=True)
MONTHS = Want("cost", (), "the monthly cost", "USD")
SLO = Want("slos/availability", (), "availability", "percent")


@pytest.mark.parametrize(
    ("provided", "want", "claimed"),
    [
        ("slos", SLO, True),
        ("slos/availability", SLO, True),
        ("slos/avail", SLO, False),
        ("slos/latency", SLO, False),
        ("cost", MONTHS, True),
        ("cost/2026-10", MONTHS, True),
        ("cost", BUDGET, False),
        ("cost/budget", BUDGET, True),
        ("cost/budget", MONTHS, False),
        ("reliability", SLO, False),
    ],
)
def test_a_field_belongs_to_whoever_provides_it(provided: str, want: Want, *, claimed: bool) -> None:
    source = Source("a", "file", (provided,))
    assert bool(owners((source,), want)) is claimed


def test_a_section_covers_what_is_below_it_and_no_namesake() -> None:
    assert covers("slos", "slos/a")
    assert not covers("slos", "slosx/a")
    assert not covers("slos/a", "slos")


def test_globs_choose_the_services_and_former_names_count() -> None:
    eu, both = Source("eu", "file", ("slos",), services=("eu-*",)), Source("both", "file", ("cost",))
    claimed = claims({"eu": eu, "both": both})
    assert claimed(["eu-a"]) == (eu, both)
    assert claimed(["us-a"]) == (both,)
    assert claimed(["us-a", "eu-a"]) == (eu, both)
