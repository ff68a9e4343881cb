from __future__ import annotations

from dataclasses import replace

import pytest
from api_figures import DAY, POLICY, scene_of, scored

from dunghen.domain.units import Catalogue
from services.api.feeds import UnitFeed
from services.api.rows import Row
from services.api.views import View, ViewKey, heading

RENAMED = replace(
    POLICY,
    version=2,
    catalogue=Catalogue(replace(u, name="Tên Mới", kind="health") if u.code == "20194" else u for u in POLICY.catalogue.all),
)


def view(*scores: object, **more: object) -> View:
    made = View(ViewKey())
    made.show(scene_of(1, *scores, **more))  # type: ignore[arg-type]
    return made


def row(code: str, *scores: object, **more: object) -> Row:
    return view(*scores, **more).rows[code]


def test_every_unit_of_the_catalogue_is_there_and_without_dossiers_it_is_null_and_never_zero() -> None:
    shown = view(scored("20242"))
    assert list(shown.rows) == ["20242", "20194", "20197", "H17.10"]
    empty = shown.rows["20194"]
    assert (empty.value, empty.low, empty.high, empty.band, empty.rank, empty.few) == (None, None, None, "none", None, False)


@pytest.mark.parametrize(
    ("good", "all_", "band"), [(9, 10, "green"), (899, 1000, "yellow"), (8, 10, "yellow"), (7, 10, "orange"), (699, 1000, "red")]
)
def test_bands_are_decided_on_the_integers(good: int, all_: int, band: str) -> None:
    assert row("20242", scored("20242", good, all_)).band == band


def test_ranks_are_dense_within_a_kind_and_few_dossiers_have_none() -> None:
    shown = view(scored("20242", 9, 10), scored("20194", 90, 100), scored("20197", 80, 100), scored("H17.10", 1, 100)).rows
    assert [(r.rank, r.of) for r in shown.values()] == [(1, 2), (1, 2), (2, 2), (1, 1)]
    few = row("20242", scored("20242", 4, 4))
    assert (few.few, few.rank, few.band) == (True, None, "green")


def test_the_trend_is_against_the_window_before_and_null_without_one() -> None:
    assert row("20242", scored("20242", 9, 10, before=(8, 10))).trend == pytest.approx(0.1)
    assert row("20242", scored("20242", 9, 10)).trend is None


def test_the_city_is_the_sum_of_all_units_whatever_kind_is_asked_for() -> None:
    made = View(ViewKey(kind="department"))
    made.show(scene_of(1, scored("20242", 1, 3, pending=2), scored("H17.10", 2, 4, overdue=5)))
    assert list(made.rows) == ["H17.10"]
    city = made.city
    assert city is not None
    assert (city.numerator, city.denominator, city.pending, city.overdue, city.name) == (3, 7, 2, 5, "Đà Nẵng")
    assert {rate: f.denominator for rate, f in city.rates.items()} == {"official": 7, "resolved": 0, "due_cohort": 0, "statutory": 0}


def test_a_unit_that_counts_but_is_not_in_the_catalogue_is_shown_so_that_the_sum_holds() -> None:
    shown = view(scored("20242"), scored("H17.99", 1, 2))
    assert shown.rows["H17.99"].name == "H17.99"
    assert shown.city is not None
    assert shown.city.denominator == sum(r.denominator for r in shown.rows.values())


def test_only_rows_that_are_other_are_changes() -> None:
    scores = [scored("20242", 9, 10), scored("20194", 5, 10), scored("H17.10", 5, 10)]
    made = View(ViewKey())
    assert len(made.show(scene_of(1, *scores))) == 4
    assert made.show(scene_of(2, *scores)) == []
    assert [r.code for r in made.show(scene_of(3, scored("20242", 10, 10), *scores[1:]))] == ["20242"]
    overtaken = made.show(scene_of(4, scored("20242", 4, 10), *scores[1:]))
    assert {r.code for r in overtaken} == {"20242", "20194"}  # its rank moved


def test_the_age_of_a_feed_is_an_instant_of_the_city_and_a_change() -> None:
    made = View(ViewKey())
    made.show(scene_of(1, scored("20242")))
    at = DAY * 86400
    changed = made.show(scene_of(2, *[made.made_of["20242"].score], feeds={"20242": UnitFeed(at, True)}))
    assert [(r.code, r.feed_seen_at, r.stale) for r in changed] == [("20242", "2026-11-16T07:00:00+07:00", True)]
    assert made.city is not None
    assert (made.city.stale, made.city.stale_units) == (True, 1)


def test_a_new_policy_recomputes_every_row() -> None:
    made, scores = View(ViewKey()), [scored("20242", 3, 3)]
    made.show(scene_of(1, *scores))
    loose = replace(scene_of(2, *scores), policy=replace(POLICY, few=2))
    assert [(r.code, r.few, r.rank) for r in made.show(loose) if r.code == "20242"] == [("20242", False, 1)]


def test_a_policy_that_renames_a_unit_shows_it_so_whether_or_not_it_has_dossiers() -> None:
    for scores in ([], [scored("20194")]):
        made = View(ViewKey())
        made.show(scene_of(1, *scores))
        changed = {r.code: (r.name, r.kind) for r in made.show(replace(scene_of(2, *scores), policy=RENAMED))}
        assert changed["20194"] == ("Tên Mới", "health")
        assert made.show(replace(scene_of(3, *scores), policy=RENAMED)) == []


def test_a_unit_of_another_kind_than_before_moves_between_the_views_of_kinds() -> None:
    left, entered = View(ViewKey(kind="locality")), View(ViewKey(kind="health"))
    for made in (left, entered):
        made.show(scene_of(1))
        made.show(replace(scene_of(2), policy=RENAMED))
    assert "20194" not in left.rows
    assert [(r.code, r.name) for r in entered.rows.values()] == [("20194", "Tên Mới")]


def test_the_heading_names_the_days_of_the_window() -> None:
    said = heading(scene_of(7, scored("20242")), ViewKey("quarter"))
    assert (said["as_of"], said["first"], said["last"], said["version"]) == ("2026-11-16", "2026-10-01", "2026-11-16", 7)
