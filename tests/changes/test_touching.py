"""Which services a change touches, and that nothing which a change writes makes it touch fewer."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_gate.changes import touching
from platform_gate.changes.touching import MOST_LISTED, Through, Touch, Touches
from platform_gate.judging.manifest import Precedent, Precedents
from platform_gate.judging.result import Judged
from tests.samples import check_folder, manifest, write

PAY, WEB = "apps/pay/service.yaml", "apps/web/service.yaml"


def judged(folder: Path, files: dict[str, str]) -> dict[str, Judged]:
    return {judged.name: judged for judged in check_folder(write(folder, files), ".").run.services}


def owning(name: str, *paths: str) -> str:
    return manifest(name, metadata=f"paths: {list(paths)}" if paths else "")


def knowing(services: dict[str, Judged], **paths: tuple[str, ...]) -> Precedents:
    return {name: Precedent(services[name].manifest.subject, None, globs) for name, globs in paths.items()}


def touches(folder: Path, files: dict[str, str], *changed: str, **known: tuple[str, ...]) -> dict[str, Touches]:
    services = judged(folder, files)
    return touching.touches(services, services, knowing(services, **known), set(changed))


def test_a_path_touches_whom_it_belongs_to_and_nobody_else(tmp_path: Path) -> None:
    files = {PAY: owning("pay", "src/pay/", "**/*.sql"), WEB: owning("web", "src/web", "src/pay/shared.py")}
    changed = ("src/pay/shared.py", "src/other.py", "db/1.sql", PAY, "apps/pay/x.py", "apps/x.py")
    assert touches(tmp_path, files, *changed) == {
        "pay": Touches(
            (
                Touch(PAY, Through.MANIFEST),
                Touch("apps/pay/x.py", Through.FOLDER),
                Touch("db/1.sql", Through.PATHS),
                Touch("src/pay/shared.py", Through.PATHS),
            ),
            4,
        ),
        "web": Touches((Touch("src/pay/shared.py", Through.PATHS),), 1),
    }


@pytest.mark.parametrize(
    ("glob", "touched"),
    [
        ("src/lib/**", {"pay"}),
        ("src/lib/*.py", {"pay"}),
        ("**/*.sql", {"pay"}),
        ("src/", {"pay"}),
        ("src/*", {"pay"}),
        ("web/", set()),
    ],
)
def test_whatever_may_lie_behind_a_link_or_submodule_belongs_to_its_owner(
    tmp_path: Path, glob: str, touched: set[str]
) -> None:
    services = judged(tmp_path, {PAY: owning("pay", glob)})
    behind = touching.touches(services, services, knowing(services), {"src/lib"}, {"src/lib"})
    assert behind == dict.fromkeys(touched, Touches((Touch("src/lib", Through.PATHS),), 1))


def test_a_large_change_is_listed_in_part_and_counted_in_full(tmp_path: Path) -> None:
    changed = [f"src/{number:03}.py" for number in range(100)]
    touched = touches(tmp_path, {PAY: owning("pay", "src/")}, *changed)["pay"]
    assert [touch.path for touch in touched.listed] == changed[:MOST_LISTED]
    assert touched.total == len(changed)


def test_the_closest_tie_names_a_path_that_belongs_to_a_service_in_several_ways(tmp_path: Path) -> None:
    touched = touches(tmp_path, {PAY: owning("pay", "apps/**")}, PAY, "apps/pay/x", "apps/y")["pay"]
    assert [touch.through for touch in touched.listed] == [Through.MANIFEST, Through.FOLDER, Through.PATHS]


@pytest.mark.parametrize(("known", "expected"), [({}, {"pay"}), ({"pay": ()}, set()), ({"pay": ("lib/",)}, set())])
def test_the_globs_of_the_base_count_where_it_knows_the_service(
    tmp_path: Path, known: dict[str, tuple[str, ...]], expected: set[str]
) -> None:
    assert set(touches(tmp_path, {PAY: owning("pay", "src/")}, "src/x", **known)) == expected


def test_a_manifest_that_lies_elsewhere_is_touched_though_no_file_changed(tmp_path: Path) -> None:
    before = judged(tmp_path / "before", {PAY: owning("pay")})
    after = judged(tmp_path / "after", {"other/pay.yaml": owning("pay")})
    touched = touching.touches(before, after, {}, set())["pay"]
    assert [touch.path for touch in touched.listed] == [PAY, "other/pay.yaml"]


PLACES = st.sampled_from([PAY, WEB, "apps/pay/other.yaml", "apps/pay.yaml", "elsewhere/pay.yaml"])
GLOBS = st.lists(st.sampled_from(["src/pay/", "src/**", "src/web", "**/*.sql", "apps/*/x"]), unique=True, max_size=3)
SOURCES = st.sets(
    st.sampled_from(["src/pay/a", "src/web", "src/web/b", "db/1.sql", "apps/pay/x", "apps/web/y/z", "top"])
)
BELONGS = {
    "src/pay/": {"src/pay/a"},
    "src/**": {"src/pay/a", "src/web", "src/web/b"},
    "src/web": {"src/web", "src/web/b"},
    "**/*.sql": {"db/1.sql"},
    "apps/*/x": {"apps/pay/x"},
}


@settings(max_examples=60, deadline=None)
@given(GLOBS, GLOBS, PLACES, st.lists(PLACES, unique=True, max_size=3), SOURCES)
def test_nothing_that_a_change_writes_makes_it_touch_less(
    own: list[str], written: list[str], place: str, decoys: list[str], changed: set[str]
) -> None:
    """`pay` may be moved, get other paths, and other manifests beside it."""
    with tempfile.TemporaryDirectory() as folder:
        before = judged(Path(folder) / "base", {PAY: owning("pay", *own)})
        others = {path: owning(f"decoy{number}", "src/**") for number, path in enumerate(decoys) if path != place}
        after = judged(Path(folder) / "head", {**others, place: owning("pay", *written)})
        known = knowing(before, pay=tuple(own))
        touched = touching.touches(before, after, known, changed).get("pay", touching.UNTOUCHED)
    expected = changed & {"apps/pay/x", *(path for glob in own for path in BELONGS[glob])}
    assert expected <= {touch.path for touch in touched.listed}
