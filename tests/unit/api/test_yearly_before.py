"""What a unit was in the published year before, beside its year: over a reorganisation nobody is handed another unit's place."""

from __future__ import annotations

from datetime import date
from typing import Any

from dunghen.contracts.facts import FactsByUnit, PublicFacts
from dunghen.domain.days import day_number
from dunghen.domain.indicator_values import Stated
from dunghen.domain.policy import Policy
from services.api.board_messages import Meta
from services.api.views import Scene
from services.api.yearly_rankings import Publication, Wanted, YearlySheet, yearly_answer

WORDS = {"name_vi": "a", "name_en": "a", "meaning_vi": "a", "meaning_en": "a"}
POINTS = {"code": "Y.ONE", "kind": "manual", "facts_over": "latest", "maximum": 10, **WORDS}
SETS = [{"code": "Y", "name_vi": "a", "name_en": "a", "total": True, "yearly": True, "indicators": [POINTS]}]
ENDED: dict[str, Any] = {"valid_to": "2025-06-30"}
UNITS: list[dict[str, Any]] = [
    {"code": "old-a", "name": "Cũ A", "type": "Phường", **ENDED},
    {"code": "old-b", "name": "Cũ B", **ENDED},
    {"code": "old-c", "name": "Cũ C", **ENDED},
    {"code": "ab", "name": "AB", "valid_from": "2025-07-01", "predecessors": ["old-a", "old-b"]},
    {"code": "kept", "name": "Còn", "predecessors": ["old-c"]},
    {"code": "fresh", "name": "Mới", "valid_from": "2025-07-01"},
]
TOLD = {"old-a": {"2024": 9}, "old-b": {"2024": 6}, "old-c": {"2024": 9}, "kept": {"2024": 7, "2025": 8, "2026": 5}, "ab": {"2025": 6}}


def ranked(year: str, publication: Publication, *published: int) -> dict[str, YearlySheet]:
    bodies: dict[str, Any] = {
        "city": {"code": "H17", "name": "x"},
        "units": {"units": [{"kind": "locality", **unit} for unit in UNITS]},
        "indicators": {"sets": SETS},
        "publications": {"published": [{"set": "Y", "year": year, "at": 1} for year in published]},
    }
    policy, told = Policy.from_bodies(1, bodies), FactsByUnit()
    told.of = {unit: {"Y.ONE": {year: Stated(points, 1) for year, points in of.items()}} for unit, of in TOLD.items()}
    meta = Meta(version=1, policy=1, day=day_number(date(2026, 11, 16)), known_at=0)
    scene = Scene(meta, policy, {}, {}, PublicFacts(told, policy.indicators, policy.publications), told)
    answer = yearly_answer(scene, policy, Wanted(policy.indicators.sets["Y"], year, publication), None)
    return {one.code: one for group in answer.rankings for one in group.units}


def test_places_and_points_of_the_year_before_stand_beside_those_of_the_year() -> None:
    kept = ranked("2026", "draft", 2024, 2025)["kept"]
    assert kept.before is not None
    assert (kept.rank, kept.points, kept.before.year, kept.before.rank, kept.before.points) == (1, 5, "2025", 1, 8)
    assert (kept.before.maximum, kept.before.value, kept.before.of, kept.before.units) == (10, 0.8, 2, [])


def test_a_former_unit_s_place_is_its_own_and_named_beside() -> None:
    found = ranked("2025", "published", 2024, 2025)
    assert (found["ab"].rank, found["kept"].rank, found["fresh"].before) == (2, 1, None)
    merged, kept = found["ab"].before, found["kept"].before
    assert merged is not None
    assert kept is not None
    assert (merged.rank, merged.points, merged.value, merged.of) == (None, None, None, 0)
    assert [(one.code, one.name, one.rank, one.of, one.points) for one in merged.units] == [
        ("old-a", "Phường Cũ A", 1, 3, 9),
        ("old-b", "Cũ B", 3, 3, 6),
    ]
    assert (kept.rank, kept.points, [(one.code, one.rank) for one in kept.units]) == (2, 7, [("old-c", 1)])


def test_of_a_year_that_is_not_public_no_place_is_told_not_even_to_officials() -> None:
    assert {one.before for one in ranked("2025", "published", 2025).values()} == {None}
    assert {one.before for one in ranked("2026", "draft", 2024).values()} == {None}
    assert {one.before for one in ranked("2024", "published", 2024).values()} == {None}
