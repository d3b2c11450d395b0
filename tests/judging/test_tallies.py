"""How many measured values counted, source by source."""

from hypothesis import given
from hypothesis import strategies as st

from platform_gate.judging.tallies import Tally, counted, summed, tallies
from platform_gate.readings import DECLARED, Measurement, Pattern, Reading, Readings, State, Want

WANT = Want("slos/a", ("spec", "slos", 0), "a", "percent")
SOURCES = st.sampled_from(["prom", "bill", "prom, bill or dora", DECLARED, ""])
STATES = st.sampled_from(list(State))
MEASURED = st.tuples(SOURCES, STATES).map(lambda pair: (DECLARED, pair[1]) if pair[1] is State.TYPED else pair)
"""A source and a state; only what is declared is typed."""


def readings(*states: tuple[str, State]) -> Readings:
    """A reading of each source and state, each with a value of its own."""
    entries = [(Reading(WANT, state, source), index) for index, (source, state) in enumerate(states)]
    values = [Measurement("slos/a", source, index) for index, (source, _) in enumerate(states)]
    odd = [reading for reading, _ in entries if reading.state not in {State.FRESH, State.TYPED}]
    return Readings([(Pattern.of(entries), values)], odd)


def test_without_readings_nothing_is_counted() -> None:
    assert tallies(None) == tallies(readings()) == ()


def test_values_that_count_are_used() -> None:
    found = tallies(readings(("prom", State.FRESH), ("bill", State.FRESH), ("prom", State.FRESH)))
    assert found == (Tally("bill", used=1), Tally("prom", used=2))


def test_every_state_has_a_column() -> None:
    states = (State.FRESH, State.AGING, State.STALE, State.UNUSABLE, State.MISSING)
    assert tallies(readings(*[("prom", state) for state in states])) == (Tally("prom", 2, 1, 1, 1, 1),)


def test_what_several_sources_claim_and_none_measured_is_missing_for_each() -> None:
    found = tallies(readings(("prom, bill or dora", State.MISSING)))
    assert found == tuple(Tally(name, missing=1) for name in ("bill", "dora", "prom"))


def test_typed_values_are_nobodys() -> None:
    assert tallies(readings((DECLARED, State.TYPED), (DECLARED, State.STALE), ("", State.MISSING))) == ()


@given(states=st.lists(MEASURED, max_size=8))
def test_readings_are_counted_as_their_states_are(states: list[tuple[str, State]]) -> None:
    assert tallies(readings(*states)) == (counted(states) if states else ())


@given(first=st.lists(MEASURED), second=st.lists(MEASURED))
def test_sums_of_parts_are_the_sum_of_the_whole(
    first: list[tuple[str, State]], second: list[tuple[str, State]]
) -> None:
    assert summed([*counted(first), *counted(second)]) == counted([*first, *second])
