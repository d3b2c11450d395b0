"""Waivers files as text: entries are added and cut out, and every other byte stays."""
# ruff: noqa: S311

import re
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_gate.documents import schema
from platform_gate.documents.document import Document, DocumentError, read_one
from platform_gate.judging import waiver_file
from platform_gate.judging.waiver_file import Entry
from platform_gate.model import GateError

ONE = 'service: a, rule: slo/breached, reason: b, approved_by: c, expires: "2026-12-01"'
HEAD = "apiVersion: platform-gate/v1\nkind: Waivers\n"


def document(text: str) -> Document:
    return read_one(text.encode(), "w.yaml")


def entry(service: str = "new", **keys: Any) -> Entry:
    usual = {"service": service, "rule": "slo/breached", "reason": "Adopted.", "approved_by": "me"}
    return Entry(
        {**usual, "granted": "2026-11-23", "expires": "2026-12-23", **keys}, f"slo/breached: {service} is slow"
    )


def block(service: str, indent: str = "    ", **keys: Any) -> str:
    """A waiver as people write it."""
    data = {"service": service, "rule": "slo/breached", "reason": "Old.", "approved_by": "me", **keys}
    lines = [f"{key}: {value}" for key, value in data.items()] + ['expires: "2026-12-01"']
    return "".join(f"{indent}{'  ' if place else '- '}{line}\n" for place, line in enumerate(lines))


ADDED = """    # slo/breached: new is slow
    - service: new
      rule: slo/breached
      reason: Adopted.
      approved_by: me
      granted: "2026-11-23"
      expires: "2026-12-23"
"""


def services(text: str) -> list[str]:
    return [one["service"] for one in document(text).data["spec"]["waivers"]]


def test_a_new_file_holds_its_entries_below_what_was_found() -> None:
    assert waiver_file.new_file([entry()]) == f"{HEAD}spec:\n  waivers:\n{ADDED}"


def test_a_new_file_without_entries_is_a_waivers_file() -> None:
    text = waiver_file.new_file([])
    assert text == f"{HEAD}spec:\n  waivers: []\n"
    assert waiver_file.append(document(text), [entry()]) == waiver_file.new_file([entry()])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{HEAD}spec:\n  waivers:\n{block('a')}", ""),
        (f"# ours\n{HEAD}spec:\n  waivers:\n    # why\n{block('a')}", "    # the end\n"),
        (f"{HEAD}spec:\n  waivers:\n{block('a')}", "\n\n  max_days: 60\n"),
        (f"{HEAD}spec:\n  max_days: 90\n  waivers:\n{block('a')}\n{block('b')}", "\n# nothing below\n"),
        (f"---\n{HEAD}spec:\n  waivers:\n{block('a')}", "...\n"),
        (f"spec:\n  waivers:\n{block('a')}", f"{HEAD}"),
        (f"{HEAD}spec:\n  waivers:\n    - {{{ONE}}}\n", ""),
    ],
)  # fmt: skip
def test_entries_are_added_behind_the_last_one(before: str, after: str) -> None:
    assert waiver_file.append(document(before + after), [entry()]) == before + ADDED + after


@pytest.mark.parametrize("indent", ["  ", "      "])
def test_new_entries_are_indented_as_the_old_ones(indent: str) -> None:
    text = f"{HEAD}spec:\n  waivers:\n{block('a', indent)}"
    assert waiver_file.append(document(text), [entry()]) == text + re.sub("(?m)^    ", indent, ADDED)


def test_a_wide_dash_is_no_obstacle() -> None:
    old = "    -   service: a\n        rule: slo/breached\n        reason: b\n        approved_by: c\n"
    text = f'{HEAD}spec:\n  waivers:\n{old}        expires: "2026-12-01"\n'
    assert waiver_file.append(document(text), [entry()]) == text + ADDED


@pytest.mark.parametrize("comment", ["", "  # none so far", " "])
@pytest.mark.parametrize("after", ["", "  max_days: 60\n", "# the end\n"])
def test_an_empty_list_gives_up_its_brackets_and_nothing_else(comment: str, after: str) -> None:
    text = f"{HEAD}spec:\n  waivers: []{comment}\n{after}"
    assert waiver_file.append(document(text), [entry()]) == f"{HEAD}spec:\n  waivers:{comment}\n{ADDED}{after}"


@pytest.mark.parametrize("text", [f"{HEAD}spec:\n  waivers:\n{block('a')}", f"{HEAD}spec:\n  waivers: []\n"])
def test_a_file_with_windows_line_ends_keeps_them(text: str) -> None:
    changed = waiver_file.append(document(text.replace("\n", "\r\n")), [entry()])
    assert changed.count("\n") == changed.count("\r\n")
    assert changed.replace("\r\n", "\n") == waiver_file.append(document(text), [entry()])


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_file_without_a_last_line_end_gets_one(ending: str) -> None:
    text = f"{HEAD}spec:\n  waivers:\n{block('a')}"
    changed = waiver_file.append(document(text.rstrip("\n").replace("\n", ending)), [entry()])
    assert changed.rstrip("\r\n") == (text + ADDED).rstrip("\n").replace("\n", ending)


@pytest.mark.parametrize(
    "spec",
    [
        f"spec: {{waivers: [{{{ONE}}}]}}\n",
        f"spec:\n  waivers: [{{{ONE}}}]\n",
        "spec:\n  waivers:\n    -\n" + block("a").replace("    - ", "      "),
        "spec: {waivers: []}\n",
        "spec:\n  waivers: [\n  ]\n",
        "spec:\n  waivers:\n    []\n",
    ],
)  # fmt: skip
def test_a_list_that_is_no_block_is_refused(spec: str) -> None:
    with pytest.raises(GateError) as caught:
        waiver_file.append(document(HEAD + spec), [entry()])
    assert not isinstance(caught.value, DocumentError), "the file is in order, only its layout is unusual"
    assert caught.value.message.startswith("w.yaml:")
    assert "by hand" in caught.value.fix or "block" in caught.value.fix


def test_a_file_that_is_something_else_is_refused() -> None:
    for text in ("kind: Service\nspec: {waivers: []}\n", "kind: Waivers\n", "kind: Waivers\nspec: {}\n", "[]\n"):
        with pytest.raises(GateError, match=r"^w\.yaml is not a waivers file$"):
            waiver_file.append(document(text), [entry()])


def test_more_days_than_the_file_allows_are_refused() -> None:
    text = f"{HEAD}spec:\n  max_days: 29\n  waivers: []\n"
    with pytest.raises(GateError, match="the waivers would last 30 days, but max_days in the file is 29"):
        waiver_file.append(document(text), [entry()])
    assert waiver_file.append(document(text.replace("29", "30")), [entry()])


@pytest.mark.parametrize(("key", "value"), [("reason", "  "), ("approved_by", ""), ("approved_by", "x" * 101)])
def test_an_entry_that_the_gate_would_refuse_is_not_written(key: str, value: str) -> None:
    for write in (waiver_file.new_file, lambda some: waiver_file.append(document(waiver_file.new_file([])), some)):
        with pytest.raises(GateError, match=f"^{key}: "):
            write([entry(), entry(**{key: value})])


TRICKY = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp", "Cn", "Co")), min_size=1
)


def test_the_longest_texts_are_those_of_the_schema() -> None:
    for key, longest in waiver_file.LONGEST.items():
        data = {**entry().data, key: "x" * longest}
        spec = {"apiVersion": "platform-gate/v1", "kind": "Waivers", "spec": {"waivers": [data]}}
        assert schema.validate(spec, "waivers") == []
        assert waiver_file.new_file([Entry(data, "")])
        data[key] += "x"
        assert schema.validate(spec, "waivers")


@given(TRICKY.filter(str.strip), TRICKY.filter(str.strip))
def test_whatever_the_reason_it_reads_back(reason: str, found: str) -> None:
    one = Entry({**entry().data, "reason": reason[:500]}, f"x: {found}\n- y")
    text = f"{HEAD}spec:\n  waivers:\n{block('a')}"
    for changed in (waiver_file.new_file([one]), waiver_file.append(document(text), [one])):
        assert document(changed).data["spec"]["waivers"][-1] == dict(one.data)


# prune

LAYOUT = f"""# Our exceptions.
{HEAD}spec:
  max_days: 60   # two months

  waivers:
    # first: a
    # and why
{block("a")}
    - {{service: b, rule: slo/breached, reason: r, approved_by: c, expires: "2026-12-01"}}  # short

    # third: c
{block("c", ticket="OPS-1  # see there")}    # the end
# really
"""
FIRST = "    # first: a\n    # and why\n" + block("a")
THIRD = "    # third: c\n" + block("c", ticket="OPS-1  # see there")


@pytest.mark.parametrize(
    ("doomed", "gone"),
    [
        ([], []),
        ([0], [FIRST]),
        ([1], ['    - {service: b, rule: slo/breached, reason: r, approved_by: c, expires: "2026-12-01"}  # short\n']),
        ([2], [THIRD]),
        ([2, 0], [FIRST, THIRD]),
    ],
)  # fmt: skip
def test_what_is_not_cut_out_stays_byte_for_byte(doomed: list[int], gone: list[str]) -> None:
    expected = LAYOUT
    for part in gone:
        assert expected.count(part) == 1
        expected = expected.replace(part, "")
    assert waiver_file.prune(document(LAYOUT), doomed) == expected
    windows = waiver_file.prune(document(LAYOUT.replace("\n", "\r\n")), doomed)
    assert windows == expected.replace("\n", "\r\n")


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("comment", ["", "  # ours"])
def test_the_last_one_cut_out_leaves_an_empty_list(comment: str, ending: str) -> None:
    text = f"{HEAD}spec:\n  waivers:{comment}\n{block('a')}{block('b')}# end\n".replace("\n", ending)
    expected = f"{HEAD}spec:\n  waivers: []{comment}\n# end\n".replace("\n", ending)
    assert waiver_file.prune(document(text), [0, 1]) == expected


def test_a_list_in_flow_style_is_not_pruned() -> None:
    with pytest.raises(GateError) as caught:
        waiver_file.prune(document(f"{HEAD}spec:\n  waivers: [{{{ONE}}}, {{{ONE}}}]\n"), [0])
    assert caught.value.message == "w.yaml:4:13: this list does not have one waiver per `- ` line"


def test_a_reason_of_several_lines_is_cut_out_with_its_entry() -> None:
    long = block("a", reason=">-\n        Because\n\n        # no comment\n        of this.")
    text = f"{HEAD}spec:\n  waivers:\n{block('x')}{long}{block('b')}"
    assert waiver_file.prune(document(text), [1]) == f"{HEAD}spec:\n  waivers:\n{block('x')}{block('b')}"
    literal = f"{HEAD}spec:\n  waivers:\n{block('x')}{long.replace('>-', '|')}\n\n  max_days: 9\n"
    assert services(waiver_file.prune(document(literal), [1])) == ["x"]


@given(st.integers(0, 2**32))
def test_any_entries_can_go_and_the_others_stay(seed: int) -> None:
    rng = Random(seed)
    names = [f"s{index}" for index in range(rng.randint(1, 6))]
    blocks = [rng.choice(["", "\n", "    # about it\n", "\n    # about it\n    #\n"]) + block(name) for name in names]
    text = f"{HEAD}spec:\n  waivers:\n{''.join(blocks)}" + rng.choice(["", "\n# end\n", "  max_days: 9\n"])
    doomed = [index for index in range(len(names)) if rng.random() < 0.5]
    changed = waiver_file.prune(document(text), doomed)
    assert services(changed) == [name for index, name in enumerate(names) if index not in doomed]
    remaining = iter(text.split("\n"))
    assert all(line.replace(" []", "") in remaining for line in changed.split("\n")), "lines only vanish"


def test_adding_and_cutting_out_undo_each_other() -> None:
    added = waiver_file.append(document(LAYOUT), [entry("x"), entry("y")])
    assert services(added) == ["a", "b", "c", "x", "y"]
    assert waiver_file.prune(document(added), [3, 4]) == LAYOUT
