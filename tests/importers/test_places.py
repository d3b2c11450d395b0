import pytest

from platform_gate.documents.document import read
from platform_gate.importers.places import Edit, apply, find, importable, insert_after, line_start

TEXT = """\
apiVersion: platform-gate/v1
kind: Service
metadata:
  name: payments  # from a.yaml
  team:   # fill in: the team
  tier: 1
spec:
  slos:
    - {name: "a # b", target: 99.9}  # from b.yaml
"""


@pytest.mark.parametrize(
    ("at", "shown", "comment"),
    [
        (("metadata", "name"), "payments", "from a.yaml"),
        (("metadata", "team"), "", "fill in: the team"),
        (("metadata", "tier"), "1", ""),
        (("spec", "slos", 0, "name"), '"a # b"', "from b.yaml"),
        (("spec", "slos", 0, "target"), "99.9", "from b.yaml"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_value_and_its_comment(at: tuple[str | int, ...], shown: str, comment: str, end: str) -> None:
    (document,) = read(TEXT.replace("\n", end).encode(), "a.yaml")
    place = find(document, at)
    assert place is not None
    assert document.text[place.start : place.end] == shown
    assert place.comment == comment
    assert document.text[place.comment_end : place.comment_end + 1] in ("\n", "\r") or not comment


def test_nothing_is_at_other_places() -> None:
    (document,) = read(TEXT.encode(), "a.yaml")
    assert find(document, ("metadata", "labels")) is None
    assert find(document, ("spec", "slos", 3, "name")) is None
    assert find(document, ("kind", "name")) is None


def test_what_an_importer_could_have_written() -> None:
    (document,) = read(TEXT.encode(), "a.yaml")
    assert [at for at, _ in importable(document)] == [
        ("metadata", "name"),
        ("metadata", "team"),
        ("metadata", "tier"),
        ("spec", "slos", "a # b", "name"),
        ("spec", "slos", "a # b", "target"),
    ]


def test_edits_at_one_place_stay_in_order() -> None:
    assert apply("abc", [Edit(1, 1, "X"), Edit(1, 1, "Y"), Edit(2, 3, "Z")]) == "aXYbZ"


def test_lines() -> None:
    assert [line_start("a\nbc\nd", line) for line in (1, 2, 3, 4)] == [0, 2, 5, 6]
    assert apply("a\nb", [insert_after("a\nb", 2, ["c", "d"])]) == "a\nb\nc\nd"
    assert apply("a\r\nb\r\n", [insert_after("a\r\nb\r\n", 1, ["c"])]) == "a\r\nc\r\nb\r\n"
