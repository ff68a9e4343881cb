"""The simulated city: the same seed tells the same story, and the story has in it what real ones have."""

from __future__ import annotations

import csv
from collections import Counter
from importlib import resources

import pytest

from dunghen.cli.simulate.city import MadeUpCity, Plan
from dunghen.cli.simulate.deliveries import deliveries, last_words
from dunghen.cli.simulate.lives import DONE, PAYMENT, REFUSED, STOPPED, SUPPLEMENT, WITHDRAWN, Life
from dunghen.cli.simulate.wire import Wire
from dunghen.contracts.city_files import read_city
from dunghen.domain.policy import Policy

MONDAY = 20_780  # 2026-11-23
POLICY = Policy.from_bodies(1, read_city("danang"))


@pytest.fixture(scope="module")
def city() -> MadeUpCity:
    return MadeUpCity(POLICY, Plan(seed=7, per_day=400))


@pytest.fixture(scope="module")
def lives(city: MadeUpCity) -> list[Life]:
    return [life for day in range(MONDAY, MONDAY + 5) for life in city.lives(day)]


def test_the_same_seed_tells_the_same_story_and_another_seed_another(city: MadeUpCity) -> None:
    again = list(MadeUpCity(POLICY, Plan(seed=7, per_day=400)).lives(MONDAY))
    assert again == list(city.lives(MONDAY))
    assert again != list(MadeUpCity(POLICY, Plan(seed=8, per_day=400)).lives(MONDAY))


def test_no_two_dossiers_have_one_code(lives: list[Life]) -> None:
    assert len({life.code for life in lives}) == len(lives)


def test_it_has_pauses_fees_refusals_withdrawals_lateness_and_extensions(lives: list[Life]) -> None:
    said = Counter(m.status for life in lives for m in life.moments)
    assert all(said[status] for status in (SUPPLEMENT, PAYMENT, REFUSED, WITHDRAWN, STOPPED, DONE))
    late = sum(life.ended > life.due for life in lives if life.ended)
    assert 0.03 < late / len(lives) < 0.35
    assert any(len(life.promises) > 1 for life in lives)


def test_days_off_bring_little_and_hoang_sa_nothing(city: MadeUpCity) -> None:
    sunday, tuesday_off = list(city.lives(MONDAY - 1)), list(city.lives(MONDAY + 1))  # 24 November is a holiday
    assert len(sunday) < len(list(city.lives(MONDAY))) / 4
    assert len(tuesday_off) < len(list(city.lives(MONDAY))) / 4
    assert not [life for life in city.lives(MONDAY) if life.unit == "20333"]


def test_what_comes_on_a_day_off_comes_online(city: MadeUpCity) -> None:
    """A citizen hands in on a Sunday by himself (`docs/seeds.md`, Khuê Trung); no counter is open and no post comes."""
    assert {life.channel for life in city.lives(MONDAY - 1)} == {2}
    assert {life.channel for life in city.lives(MONDAY)} == {1, 2, 3}


def test_units_differ_and_some_feeds_stop(city: MadeUpCity) -> None:
    paces = [habits.pace for habits in city.habits.values()]
    assert max(paces) > 0.9 > 0.6 > min(paces)
    assert city.silent_units()


def test_deliveries_come_late_twice_and_out_of_order_but_none_is_lost(lives: list[Life]) -> None:
    told = [d for life in lives for d in deliveries(life, after=0)]
    moments = sum(len(life.moments) for life in lives)
    assert len({(d.code, d.number) for d in told}) == moments < len(told)
    assert any(d.at - d.moment.at > 3600 for d in told)


def test_the_past_is_told_by_syncs_and_the_steps_of_pauses(lives: list[Life]) -> None:
    life = next(li for li in lives if li.supplements and li.ended)
    said = last_words(life, now=life.returned + 1)
    assert said[0].whole
    assert said[-1].whole
    assert {m.status for m in said if not m.whole} >= {SUPPLEMENT}
    assert last_words(life, now=life.received - 1) == []


def test_the_wire_is_strings_in_the_citys_time(lives: list[Life]) -> None:
    procedures = {p.code: (p.name, p.field) for p in POLICY.procedures.all}
    wire = Wire("Asia/Ho_Chi_Minh", {li.unit: "UBND phường Hải Châu" for li in lives}, procedures)
    life = next(li for li in lives if li.supplements)
    said = wire.dossier(life, life.moments[-1])
    assert all(isinstance(v, str) for v in said.values() if not isinstance(v, list))
    assert said["NgayTiepNhan"] == wire.stamp(life.received)
    assert len(said["NgayTiepNhan"]) == 14
    assert wire.stamp(1_795_395_600) == "20261123080000"
    assert wire.stamp(0) == ""


def test_the_demo_s_officials_are_among_those_who_handle_its_dossiers(lives: list[Life]) -> None:
    """Else whoever tries `make up` signs in to an empty page."""
    text = (resources.files("dunghen.domain") / "data" / "danang-people.csv").read_text(encoding="utf-8")
    listed = {row["unit"]: row["wire_name"] for row in csv.DictReader(text.splitlines()) if row["wire_name"]}
    wire = Wire("Asia/Ho_Chi_Minh", {}, {})
    assert sorted(listed) == ["20242", "20263"]
    for unit, name in listed.items():
        theirs = [life for life in lives if life.unit == unit]
        named = sum(wire.step(life, life.moments[-1])["NguoiXuLy"] == name for life in theirs)
        assert 0 < named < len(theirs)
