"""Many reports to one: the shards of a run are that run to the byte, and repositories stand beside each other."""

import itertools
import json
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_gate.judging.verdict import Verdict
from platform_gate.model import GateError
from platform_gate.reports import merging
from tests.joined import changed, in_shards, joined, recordings, rendered, report, repository
from tests.reports.formats.fleets import ATTACKS, NO_OWNER, waiver, waivers
from tests.samples import BREACHED, SPIKING, manifest, own_policy, write

UNEVEN = 'cost: {budget_monthly: 1000, entries: [{month: "2026-10", amount: 33.335}]}'
"""An amount of which a report shows two decimals only: 33.34, and twice that is not 66.67."""
EURO = 'cost: {currency: EUR, budget_monthly: 9, entries: [{month: "2026-10", amount: 9.999}]}'


def files() -> dict[str, str | bytes]:
    """A fleet with everything that can be said of one."""
    return {
        "services/a.yaml": manifest("good"),
        "services/b.yaml": manifest("bad", slos=BREACHED, cost=SPIKING, governance=NO_OWNER),
        "services/b-c.yaml": manifest("waived", slos=BREACHED),
        "services/b/c.yaml": manifest("warned", team="core", cost=SPIKING),
        "services/d.yaml": "---\n".join(manifest(f"one-{name}", cost=UNEVEN) for name in "abc"),
        "services/e.yaml": manifest("euro", metadata="tier: 3", cost=EURO),
        "services/f.yaml": manifest("invalid", metadata="teir: 1, reoin: 2"),
        "services/g.yaml": "a: [\n",
        "services/h.yaml": b"\xff",
        "w.yaml": waivers(
            waiver("waived", "slo/breached"),
            waiver("bad", "slo/breached", expires="2026-11-01"),
            waiver("good", "slo/breached", expires="2026-11-25"),
            waiver("bad", "cost/spiking", expires="2026-11-25"),
        ),
        "policy.yaml": own_policy("  gate: {help: 'Ask us:\n\n    #gate'}\n"),
    }


def refusal(*reports: bytes) -> GateError:
    with pytest.raises(GateError) as caught:
        joined(*reports)
    assert caught.value.fix
    return caught.value


# shards


@pytest.mark.parametrize("count", [1, 2, 3, 7, 40])
def test_the_shards_of_a_run_are_that_run_to_the_byte(tmp_path: Path, count: int) -> None:
    wishes = {"waivers": ("w.yaml",), "policy": "policy.yaml", "repository": "acme/shop"}
    folder = repository(tmp_path / "r", files())
    assert joined(*in_shards(folder, count, **wishes)) == report(folder, **wishes)


def test_a_fleet_whose_every_name_is_an_attack_is_that_run_to_the_byte(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", {})
    for number, attack in enumerate([*ATTACKS, "\x01\n", "!\u202e", "\udcff", "\x80", "~\\"]):
        path = f"services/{attack.replace('/', '_')}"
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / f"{path}.yaml").write_text(manifest(f"s{number}", slos=BREACHED))
        (folder / f"{path}.broken.yaml").write_text("a: 010\nb: yes\n")
    assert joined(*in_shards(folder, 3)) == report(folder)


@pytest.mark.parametrize("wishes", [{"team": "core"}, {"tier": 3}, {"fail_on": ("critical",)}, {"no_waivers": True}])
def test_what_was_asked_of_all_shards_is_asked_of_the_whole(tmp_path: Path, wishes: dict[str, Any]) -> None:
    folder = repository(tmp_path / "r", {name: text for name, text in files().items() if name[-6] not in "fgh"})
    assert joined(*in_shards(folder, 3, **wishes)) == report(folder, **wishes)


SERVICES = st.lists(
    st.tuples(
        st.sampled_from("abcdefghijkl"),  # the name, so that some are there twice
        st.sampled_from(["x-team", "z-team"]),
        st.sampled_from([{}, {"slos": BREACHED}, {"cost": UNEVEN}, {"cost": SPIKING}, {"slos": ""}]),
        st.sampled_from(
            ["services/a.yaml", "services/a/b.yaml", "services/b.yaml", "services/Ä.yaml", "services/z.yml"]
        ),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60)
@given(SERVICES, st.integers(1, 5), st.randoms(use_true_random=False), st.sampled_from([None, "x-team"]))
def test_any_fleet_in_any_number_of_shards_in_any_order_is_that_run(
    services: list[tuple[str, str, dict[str, str], str]], count: int, random: Any, team: str | None
) -> None:
    several: dict[str, str] = {}
    for name, whose, sections, path in services:
        several[path] = several.get(path, "") + "---\n" + manifest(name, whose, **sections)
    with tempfile.TemporaryDirectory() as place:
        folder = repository(Path(place) / "r", several)
        parts = in_shards(folder, count, team=team)
        random.shuffle(parts)
        try:
            whole = report(folder, team=team)
        except GateError:
            refusal(*parts)
        else:
            assert joined(*parts) == whole


def test_a_name_in_three_shards_is_reported_where_it_stands(tmp_path: Path) -> None:
    several = {f"services/{name}.yaml": manifest("web", team=f"team-{name}") for name in "abcdefgh"}
    folder = repository(tmp_path / "r", several)
    for wishes in ({}, {"team": "team-h"}):
        parts = in_shards(folder, 4, **wishes)
        merged = merging.merge(recordings(*parts))
        assert merged.verdict is Verdict.NOT_JUDGED
        assert len(merged.run.findings) == 7
        assert {each.message for each in merged.run.findings} == {
            "the service 'web' is already described at services/a.yaml:3:18"
        }
        assert rendered(merged) == report(folder, **wishes)


def test_names_that_are_there_too_often_are_counted(tmp_path: Path) -> None:
    several = {f"services/{name}.yaml": "---\n".join([manifest("web")] * 25) for name in "ab"}
    folder = repository(tmp_path / "r", several)
    assert joined(*in_shards(folder, 3)) == report(folder)


WAIVED = {
    "in use in one shard, unused in another": waivers(
        'services: [one, two, three], rule: slo/breached, reason: x, approved_by: x, expires: "2026-12-31"'
    ),
    "soon over, in use in one shard": waivers(
        'services: [one, two, three], rule: slo/breached, reason: x, approved_by: x, expires: "2026-11-24"'
    ),
    "soon over, unused": waivers(
        'services: [two, four], rule: slo/breached, reason: x, approved_by: x, expires: "2026-11-24"'
    ),
    "over": waivers(waiver("two", "slo/breached", expires="2026-11-01")),
    "of nobody": waivers(waiver("nobody", "slo/breached", expires="2026-11-24")),
    "of another subject, which each shard calls otherwise": waivers(
        'services: [one, three, four], rule: slo/breached, subject: x, reason: x, approved_by: x, expires: "2026-12-31"'
    ),
}


@pytest.mark.parametrize("text", WAIVED.values(), ids=WAIVED)
@pytest.mark.parametrize("silent", ["", '  severities: {waiver/unused: "off"}\n'], ids=["on", "off"])
def test_waivers_are_told_of_as_the_whole_would(tmp_path: Path, text: str, silent: str) -> None:
    gone = BREACHED.replace("availability", "latency")
    several = {
        "services/a.yaml": manifest("one", slos=BREACHED),
        "services/b.yaml": manifest("two", team="core"),
        "services/c.yaml": manifest("three", slos=gone),
        "services/d.yaml": manifest("four"),
    }
    policy = own_policy("  gate: {fail_on: [waiver/unused, waiver/expiring, waiver/expired]}\n" + silent)
    folder = repository(tmp_path / "r", {**several, "w.yaml": text, "policy.yaml": policy})
    for wishes, count in itertools.product(({}, {"team": "core"}), (1, 2, 3, 5)):
        every = {"waivers": ("w.yaml",), "policy": "policy.yaml", **wishes}
        assert joined(*in_shards(folder, count, **every)) == report(folder, **every), (wishes, count)


def test_the_order_of_the_operands_is_all_the_same(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", files())
    parts = in_shards(folder, 3, waivers=("w.yaml",))
    assert len({joined(*order) for order in itertools.permutations(parts)}) == 1


def test_a_shard_may_be_empty_and_the_whole_may_not(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", {"services/a.yaml": manifest()})
    parts = in_shards(folder, 5)
    assert sorted(json.loads(part)["total_services"] for part in parts) == [0, 0, 0, 0, 1]
    assert joined(*parts) == report(folder)
    assert "nothing was judged" in str(refusal(*in_shards(folder, 5, team="nobody")))
    (folder / "services/a.yaml").unlink()
    assert json.loads(joined(*in_shards(folder, 2)))["verdict"] == "not judged"


def test_a_shard_that_is_missing_was_not_judged(tmp_path: Path) -> None:
    parts = in_shards(repository(tmp_path / "r", files()), 14)
    assert str(refusal(*parts[:1], *parts[3:])) == "missing: shard 2/14 and 3/14"
    assert str(refusal(parts[13])).endswith("9/14, 10/14 and 3 more")
    assert str(refusal(*parts[1:])) == "missing: shard 1/14"


def test_a_shard_of_very_many_is_refused_at_once(tmp_path: Path) -> None:
    [part] = in_shards(repository(tmp_path / "r", files()), 1)
    shard = json.loads(part)["shard"]
    assert str(refusal(changed(part, shard=shard | {"count": 9999}))).endswith("11/9999 and 9988 more")
    assert "is above 9999" in str(refusal(changed(part, shard=shard | {"count": 10**9})))


def test_a_shard_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    one, two = in_shards(repository(tmp_path / "r", files()), 2)
    assert str(refusal(one, two, one)) == "shard 1/2 is there twice: 1.json and 3.json"


@pytest.mark.parametrize(
    ("wishes", "what"),
    [
        ({"paths": ("services", "other")}, "files"),
        ({"policy": "advisory"}, "policies"),
        ({"fail_on": ("critical",)}, "policies"),
        ({"as_of": date(2026, 11, 24)}, "days"),
        ({"team": "core"}, "options"),
        ({"tier": 1}, "options"),
        ({"waivers": ("w.yaml",)}, "options"),
    ],
)
def test_a_shard_of_another_run_is_refused(tmp_path: Path, wishes: dict[str, Any], what: str) -> None:
    folder = repository(tmp_path / "r", {**files(), "other/a.yaml": manifest("other")})
    ours, foreign = in_shards(folder, 2)[0], in_shards(folder, 2, **wishes)[1]
    assert str(refusal(ours, foreign)) == f"1.json and 2.json are of different runs: {what} differ"
    assert str(refusal(foreign, ours)) == f"2.json and 1.json are of different runs: {what} differ"


def test_a_shard_of_a_run_with_another_number_of_shards_is_refused(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", files())
    assert "of different runs: files differ" in str(refusal(in_shards(folder, 2)[0], in_shards(folder, 3)[1]))


def test_waivers_that_say_something_else_are_another_run(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", files())
    ours = in_shards(folder, 2, waivers=("w.yaml",))[0]
    write(folder, {"w.yaml": str(files()["w.yaml"]).replace("2026-12-31", "2027-01-01")})
    assert "options differ" in str(refusal(ours, in_shards(folder, 2, waivers=("w.yaml",))[1]))


def test_a_shard_and_a_whole_report_are_not_joined(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", files())
    one, two = in_shards(folder, 2)
    for order in itertools.permutations([one, two, report(folder)]):
        assert "is about a whole repository, and" in str(refusal(*order))


# repositories


def test_many_repositories_stand_beside_each_other(tmp_path: Path) -> None:
    shop = repository(tmp_path / "shop", {"services/a.yaml": manifest(slos=BREACHED)})
    core = repository(tmp_path / "core", {"services/a.yaml": manifest(), "services/b.yaml": manifest("api")})
    reports = [report(shop, repository="acme/shop"), report(core, repository="acme/core")]
    data = json.loads(joined(*reports))
    assert joined(*reports) == joined(*reports[::-1])
    assert [(row["repository"], row["name"]) for row in data["services"]] == [
        ("acme/core", "web"),
        ("acme/core", "api"),
        ("acme/shop", "web"),
    ]
    assert data["top_risks"] == ["acme/shop/web"]
    assert (data["verdict"], data["repository"], data["differences"]) == ("failed", None, [])
    assert [(each["name"], each["services"], each["verdict"]) for each in data["repositories"]] == [
        ("acme/core", 2, "passed"),
        ("acme/shop", 1, "failed"),
    ]


@pytest.mark.parametrize(
    ("kinds", "verdict"),
    [
        (["good", "good"], Verdict.PASSED),
        (["good", "bad"], Verdict.FAILED),
        (["bad", "broken", "good"], Verdict.NOT_JUDGED),
    ],
)
def test_the_worst_repository_decides(tmp_path: Path, kinds: list[str], verdict: Verdict) -> None:
    texts = {"good": manifest(), "bad": manifest(slos=BREACHED), "broken": "a: [\n"}
    reports = [
        report(repository(tmp_path / f"{number}", {"services/a.yaml": texts[kind]}), repository=f"r{number}")
        for number, kind in enumerate(kinds)
    ]
    for order in itertools.permutations(reports):
        assert merging.merge(recordings(*order)).verdict is verdict


def test_what_differs_between_repositories_is_noted(tmp_path: Path) -> None:
    folder = repository(
        tmp_path / "r", {"services/a.yaml": manifest(), "policy.yaml": own_policy("  slo: {breach_points: 9}\n")}
    )
    reports = [
        report(folder, repository="a"),
        report(folder, repository="b", policy="policy.yaml"),
        report(folder, repository="c", as_of=date(2026, 11, 24), fail_on=("critical",)),
    ]
    policies, decisive, days = json.loads(joined(*reports))["differences"]
    assert policies.startswith("The repositories were judged by different policies: default (")
    assert "), ours (" in policies
    assert decisive == "They fail on different things: critical; degraded, critical and unknown."
    assert days == "They were judged as of different days: 2026-11-23, 2026-11-24."
    data = json.loads(joined(*reports))
    assert (data["as_of"], data["policy"]["name"], data["policy"]["source"]) == ("2026-11-24", "several (2)", "merged")
    for form in ("text", "markdown", "html"):
        assert "2026-11-23, 2026-11-24" in rendered(merging.merge(recordings(*reports)), form).decode()


def test_forty_repositories_and_as_many_policies_fit(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", {"services/a.yaml": manifest()})
    reports = []
    for number in range(40):
        write(folder, {"policy.yaml": own_policy(f"  slo: {{breach_points: {number}}}\n", f"p{number:02}")})
        reports.append(report(folder, repository=f"acme/r{number:02}", policy="policy.yaml"))
    merged = merging.merge(recordings(*reports))
    assert len(merged.repositories) == len(merged.run.services) == 40
    assert merged.policy.name == "several (40)"
    assert merged.differences[0].endswith(", and 30 more.")


def test_a_finding_of_two_repositories_has_two_fingerprints(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", {"services/a.yaml": manifest(slos=BREACHED), "services/b.yaml": "a: [\n"})
    run = merging.merge(recordings(*(report(folder, repository=name) for name in "ab"))).run
    every = [*run.findings, *(each for service in run.services for each in service.findings)]
    assert len({each.fingerprint for each in every}) == len(every) > 3


def test_the_repositories_of_a_fleet_may_be_in_shards(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", files())
    parts = [*in_shards(folder, 2, repository="a"), *in_shards(folder, 3, repository="b")]
    assert joined(*parts) == joined(report(folder, repository="b"), report(folder, repository="a"))
    assert str(refusal(*parts[1:])) == "missing: shard 1/2"


def test_a_report_that_names_no_repository_is_refused_among_others(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", {"services/a.yaml": manifest()})
    one, other = report(folder), report(folder, repository="a")
    assert str(refusal(other, one)) == "2.json does not say which repository it is about"


@pytest.mark.parametrize("name", [None, "a"])
def test_two_reports_of_one_repository_are_refused(tmp_path: Path, name: str | None) -> None:
    """The same file twice, or two repositories that call themselves alike."""
    one = report(repository(tmp_path / "r", {"services/a.yaml": manifest()}), repository=name)
    assert str(refusal(one, one)) == "1.json is about a whole repository, and 2.json is about the same one"


def test_a_report_alone_stays_what_it_is(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", files())
    wishes = {"waivers": ("w.yaml",), "policy": "policy.yaml", "repository": "a"}
    assert joined(report(folder, **wishes)) == report(folder, **wishes)


def test_a_verdict_that_the_services_belie_is_not_believed(tmp_path: Path) -> None:
    one = report(repository(tmp_path / "r", {"services/a.yaml": manifest(slos=BREACHED)}))
    assert "its verdict is passed, but what it lists is failed" in str(
        refusal(changed(one, verdict="passed", exit_code=0))
    )


def test_a_report_without_services_passes_nothing(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", {"services/a.yaml": manifest(), "w.yaml": files()["w.yaml"]})
    empty = report(folder, schema_only=True, waivers=("w.yaml",))
    assert json.loads(empty)["findings"]
    assert str(refusal(empty)) == "nothing was judged: 1.json holds no service"
