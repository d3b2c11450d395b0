"""The index of a snapshot says the same as a mapping of names."""

from hypothesis import given
from hypothesis import strategies as st

from platform_gate.measurements.snapshot import Index, Span

NAMES = st.sets(st.from_regex(r"[a-z0-9][a-z0-9-]{0,8}[a-z0-9]", fullmatch=True), max_size=40)


def written(names: set[str]) -> tuple[bytes, dict[str, Span]]:
    """A content with a line for each name, half of them in a spelling that the quick pattern doesn't know."""
    content, spans = b"", {}
    for number, name in enumerate(sorted(names), 2):
        blank = b" " if number % 2 else b""
        line = b'{"service":' + blank + b'"' + name.encode() + b'","values":[]}'
        spans[name] = Span(number, len(content), len(content) + len(line))
        content += line + b"\n"
    return content, spans


@given(NAMES, NAMES)
def test_it_finds_the_lines_of_its_services_and_no_others(names: set[str], others: set[str]) -> None:
    content, spans = written(names)
    index = Index(content, spans)
    assert dict(index) == spans
    assert list(index) == list(spans)
    assert len(index) == len(spans)
    assert [name for name in sorted(others) if name in index] == sorted(others & names)


def test_names_of_one_hash_are_told_apart_by_their_lines() -> None:
    class Alike(str):
        __slots__ = ()

        def __hash__(self) -> int:
            return 7

    content, spans = written({"a1", "b2", "c3"})
    index = Index(content, {Alike(name): span for name, span in spans.items()})
    assert [index[Alike(name)] for name in ("a1", "b2", "c3")] == list(spans.values())
    assert Alike("d4") not in index
