"""Yearly sets: the reviewer's points count, the unit's own stand beside; dense ranks of those that are whole; drafts until published."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from dunghen.contracts.facts import FactsByUnit, PublicFacts
from dunghen.domain.bodies import Reader
from dunghen.domain.indicator_reading import read_indicators
from dunghen.domain.indicator_values import Reason, Stated, UnitFacts
from dunghen.domain.indicators import IndicatorBook
from dunghen.domain.publications import Publications, SetYear, publications_body, read_publications, yearly_of
from dunghen.domain.reviewing import SELF, Sheet, ranks_of, sheet_of

WORDS = {"name_vi": "a", "name_en": "a", "meaning_vi": "a", "meaning_en": "a"}


def criterion(code: str, maximum: int, **other: Any) -> dict[str, Any]:
    return {"code": f"RANKED.{code}", "kind": "manual", "facts_over": "latest", "maximum": maximum, **WORDS, **other}


def faults_of(*criteria: dict[str, Any], **other: Any) -> tuple[IndicatorBook, list[str]]:
    faults: list[str] = []
    given = {"code": "RANKED", "name_vi": "a", "name_en": "a", "total": True, "yearly": True, "indicators": list(criteria), **other}
    return read_indicators(Reader("indicators", {"sets": [given]}, faults)), faults


BOOK, _ = faults_of(criterion("FIRST", 60), criterion("SECOND", 40), criterion("OWN", 10, kinds=["department"]))
OF = BOOK.sets["RANKED"]


def points(first: int | None, second: int | None, mark: str = "") -> UnitFacts:
    """In tenths."""
    given = {"FIRST": first, "SECOND": second}
    return {f"RANKED.{name}{mark}": {"2025": Stated(tenths, 10)} for name, tenths in given.items() if tenths is not None}


def sheet(facts: UnitFacts, kind: str = "locality", year: str = "2025") -> Sheet:
    return sheet_of(BOOK, OF, year, (facts, kind))


def test_points_as_reviewed_count_and_the_gap_to_the_units_own_is_exact() -> None:
    found = sheet({**points(553, 371), **points(580, 371, SELF)})
    assert (found.total.points, found.total.maximum, found.complete) == (Fraction(924, 10), 100, True)
    assert [one.gap for one in found.criteria] == [Fraction(27, 10), 0, None]
    assert found.own.points == Fraction(951, 10)


def test_own_points_alone_give_no_rank_and_no_total() -> None:
    found = sheet(points(600, 400, SELF))
    assert (found.total.maximum, found.total.reason, found.complete, found.own.points) == (0, Reason.NO_INPUTS, False, 100)
    assert ranks_of({"a": found}) == {}


def test_a_criterion_without_points_leaves_a_unit_unranked_and_one_not_assessed_does_not() -> None:
    half = sheet(points(600, None))
    spared = sheet({**points(600, None), "RANKED.SECOND": {"2025": Stated(0, None, assessed=False)}})
    assert (half.complete, spared.complete) == (False, True)
    assert (spared.total.points, spared.total.maximum) == (60, 60)
    assert ranks_of({"half": half, "spared": spared, "whole": sheet(points(590, 400))}) == {"spared": 1, "whole": 2}


def test_ranks_are_dense() -> None:
    given = dict(zip("abcdefg", (990, 980, 970, 970, 960, 960, 950), strict=True))
    ranks = ranks_of({unit: sheet(points(600, tenths - 600)) for unit, tenths in given.items()})
    assert list(ranks.values()) == [1, 2, 3, 3, 4, 4, 5]


def test_another_year_counts_for_nothing_and_a_criterion_of_other_kinds_neither() -> None:
    assert sheet(points(600, 400), year="2024").total.reason is Reason.NO_INPUTS
    assert sheet(points(600, 400), kind="department").complete is False
    assert [one.reviewed.reason for one in sheet(points(600, 400)).criteria][2] is Reason.NOT_FOR_KIND


@pytest.mark.parametrize(
    ("one", "fault"),
    [
        (criterion("A", 5, kind="ratio", numerator=["early"], denominator=["received"]), "facts alone"),
        (criterion("A", 5, facts_over="sum"), "holds until the next one"),
        (criterion("A", 0, kind="rank"), "better the lower"),
        (criterion("A", 5, kind="rank", direction="lower"), "gives no points"),
        (criterion("A", 5, kinds=["ward"]), "none of locality, department, land_office, health, city"),
    ],
)
def test_what_cannot_be_told_by_years_is_a_fault(one: dict[str, Any], fault: str) -> None:
    assert any(fault in said for said in faults_of(one, total=False)[1])


def test_a_draft_is_not_public_and_a_published_year_is_the_same_object_as_long_as_nothing_changes() -> None:
    told = FactsByUnit()
    told.of["a"] = {"RANKED.FIRST": {"2025": Stated(1, 1), "2026": Stated(2, 1)}, "OTHER.X": {"2026": Stated(3, 1)}}
    public = PublicFacts(told, BOOK, Publications({SetYear("RANKED", "2025"): 9}))
    assert public.unit("a") == {"RANKED.FIRST": {"2025": Stated(1, 1)}}  # what no set of this policy has may be a draft of another one's
    assert public.unit("a") is public.unit("a")
    told.of["a"] = {"RANKED.FIRST": {"2025": Stated(4, 1)}}
    assert public.unit("a") == {"RANKED.FIRST": {"2025": Stated(4, 1)}}


def test_own_points_of_a_draft_are_not_public_either() -> None:
    assert yearly_of(BOOK, f"RANKED.FIRST{SELF}", "2026") == SetYear("RANKED", "2026")
    assert yearly_of(BOOK, "OTHER.X", "2026") is None


def test_publications_are_read_as_they_are_written() -> None:
    given = Publications({SetYear("RANKED", "2025"): 9, SetYear("RANKED", "2024"): 5})
    faults: list[str] = []
    assert read_publications(Reader("publications", publications_body(given), faults)) == given
    assert (given.of("RANKED"), given.of("OTHER"), faults) == (["2025", "2024"], [], [])
    read_publications(Reader("publications", {"published": [{"set": "x", "year": "2025"}]}, faults))
    assert len(faults) == 2
