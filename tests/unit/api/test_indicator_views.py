"""The map by an indicator: rows, ranks, the city and what changes; and the facts on their way from the topic to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import permutations
from typing import Any

import msgspec
import pytest
from api_figures import DAY, level, scored

from dunghen.contracts.facts import Fact, FactBook, FactsByUnit, fact_key
from dunghen.contracts.messages import UnitScore, encode
from dunghen.contracts.topics import FACTS, LEVEL_KEY, UNIT_SCORES
from dunghen.domain.feeds import Patience
from dunghen.domain.policy import Policy
from dunghen.domain.windows import Window
from services.api.board_messages import Meta, decode_entry
from services.api.downloads import map_table
from services.api.freshness import freshness
from services.api.indicator_pages import city_card, indicators_list, score_card
from services.api.indicator_rows import IndicatorCityRow, IndicatorRow
from services.api.indicator_view import book_of, known_indicator, view_of
from services.api.mirror import Mirror
from services.api.ports import Stored
from services.api.problems import ProblemError
from services.api.projector_state import Showing
from services.api.views import Scene, View, ViewKey, heading

WORDS = {"name_vi": "a", "name_en": "a", "meaning_vi": "a", "meaning_en": "a"}
SETS = [
    {
        "code": "TEST",
        "name_vi": "Thử",
        "name_en": "Test",
        "total": True,
        "groups": [
            {"code": "live", "name_vi": "a", "name_en": "a", "maximum": 20},
            {"code": "told", "name_vi": "a", "name_en": "a", "maximum": 10},
        ],
        "classes": [{"code": "good", "name_vi": "Tốt", "name_en": "Good", "from": 80}],
        "indicators": [
            {
                "code": "TEST.LIVE",
                "group": "live",
                "kind": "ratio",
                "maximum": 20,
                "numerator": ["official"],
                "denominator": ["official"],
                **WORDS,
            },
            {"code": "TEST.TOLD", "group": "told", "kind": "ratio", "maximum": 10, "direction": "lower", "kinds": ["locality"], **WORDS},
        ],
    }
]
UNITS = [
    {"code": "20242", "name": "Hải Châu", "kind": "locality"},
    {"code": "20194", "name": "Hải Vân", "kind": "locality"},
    {"code": "H17.10", "name": "Sở Xây dựng", "kind": "department"},
]
POLICY = Policy.from_bodies(1, {"city": {"code": "H17", "name": "Đà Nẵng"}, "units": {"units": UNITS}, "indicators": {"sets": SETS}})


def fact(unit: str, numerator: int, denominator: int | None = 100, **other: Any) -> Fact:
    given = {"id": "0" * 16, "code": "TEST.TOLD", "period": "2026-11", "source": "H17", "occurred_at": 5, "arrived_at": 5, **other}
    return Fact(unit=unit, numerator=numerator, denominator=denominator, **given)


def scene(version: int, *scores: UnitScore, facts: FactsByUnit | None = None) -> Scene:
    meta = Meta(version=version, policy=1, day=DAY, known_at=DAY * 86400)
    return Scene(meta, POLICY, {score.unit: score for score in scores}, {}, facts or FactsByUnit())


def by_unit(*facts: Fact) -> FactsByUnit:
    found = FactsByUnit()
    for one in facts:
        found.put(one)
    return found


def said(answer: dict[str, Any]) -> dict[str, Any]:
    """As a reader has it."""
    return dict(msgspec.json.decode(msgspec.json.encode(answer)))


def test_a_dossier_fed_indicator_has_the_rates_integers_interval_and_points() -> None:
    made = view_of(ViewKey(indicator="TEST.LIVE"))
    made.show(scene(1, scored("20242", 9, 10), scored("20194", 8, 10), scored("H17.10", 3, 4)))
    row = made.rows["20242"]
    assert isinstance(row, IndicatorRow)
    assert (row.numerator, row.denominator, row.points, row.maximum, row.reason, row.rank, row.of) == (9, 10, 18, 20, "VALUE", 1, 2)
    assert row.low is not None
    assert (made.rows["H17.10"].few, made.rows["H17.10"].rank) == (True, None)
    assert made.city is not None
    assert (made.city.numerator, made.city.denominator) == (20, 24)


def test_less_is_better_ranks_the_lowest_first_and_a_kind_it_is_not_for_is_left_out() -> None:
    made = view_of(ViewKey(indicator="TEST.TOLD"))
    made.show(scene(1, facts=by_unit(fact("20242", 30), fact("20194", 2), fact("H17.10", 1))))
    assert [(made.rows[u].rank, made.rows[u].value) for u in ("20242", "20194")] == [(2, 0.3), (1, 0.02)]
    assert (made.rows["H17.10"].value, made.rows["H17.10"].reason) == (None, "NOT_FOR_KIND")  # type: ignore[attr-defined]
    assert made.city is not None
    assert (made.city.numerator, made.city.denominator) == (32, 200)


def test_a_total_leaves_out_what_has_no_value_and_names_its_class() -> None:
    made = view_of(ViewKey(indicator="TEST"))
    made.show(scene(1, scored("20242", 9, 10), scored("20194", 9, 10), facts=by_unit(fact("20194", 100))))
    told, untold = made.rows["20194"], made.rows["20242"]
    assert (untold.points, untold.maximum, untold.standing, untold.value) == (18, 20, "good", 0.9)  # type: ignore[attr-defined]
    assert (told.points, told.maximum, told.standing) == (18, 30, "")  # type: ignore[attr-defined]
    assert [made.rows[u].rank for u in ("20242", "20194")] == [1, 2]


def test_a_total_is_shown_in_millionths_of_points_and_ranked_by_its_exact_fraction() -> None:
    primes = [fact("20242", 333_332, 1_000_003), fact("20194", 333_333, 1_000_003)]
    made = view_of(ViewKey(indicator="TEST", window="month"))
    made.show(scene(1, scored("20242", 6, 7), scored("20194", 6, 7), facts=by_unit(*primes)))
    row: Any = made.rows["20242"]
    assert (row.numerator, row.denominator, row.points, row.maximum) == (23_809_547, 30_000_000, 23.809547, 30)
    assert Fraction(row.exact) == (Fraction(20 * 6, 7) + 10 * (1 - Fraction(333_332, 1_000_003))) / 30
    assert [made.rows[unit].rank for unit in ("20242", "20194")] == [1, 2]
    assert made.rows["20194"].numerator == 23_809_537
    assert isinstance(made.city, IndicatorCityRow)
    assert made.city.denominator == 30_000_000


def test_totals_that_look_alike_are_still_ranked_apart() -> None:
    most = (1 << 53) - 1
    made = view_of(ViewKey(indicator="TEST"))
    made.show(scene(1, facts=by_unit(fact("20242", 2, most), fact("20194", 1, most))))
    alike: list[Any] = [made.rows[unit] for unit in ("20242", "20194")]
    assert [(row.numerator, row.rank) for row in alike] == [(9_999_999, 2), (9_999_999, 1)]


def test_a_sum_that_no_reader_holds_is_shown_by_the_nearest_number_and_as_text() -> None:
    most = (1 << 53) - 1
    made = view_of(ViewKey(indicator="TEST.TOLD"))
    made.show(scene(1, facts=by_unit(fact("20242", 1, most), fact("20194", 1, most - 1))))
    city, row = made.city, made.rows["20242"]
    assert isinstance(city, IndicatorCityRow)
    assert isinstance(row, IndicatorRow)
    assert (row.denominator, row.exact) == (most, None)
    assert (float(city.denominator), city.exact) == (city.denominator, f"2/{2 * most - 1}")


def test_only_rows_that_changed_are_told_and_a_row_that_nothing_touched_is_the_same_object() -> None:
    made, scores = view_of(ViewKey(indicator="TEST.TOLD")), [scored("20242"), scored("20194")]
    facts = by_unit(fact("20242", 30), fact("20194", 10))
    made.show(scene(1, *scores, facts=facts))
    assert made.show(scene(2, *scores, facts=facts)) == []
    facts.put(fact("20194", 11))
    assert [row.code for row in made.show(scene(3, *scores, facts=facts))] == ["20194"]


def test_the_heading_and_the_csv_name_the_indicator_instead_of_a_rate() -> None:
    made, key = view_of(ViewKey(indicator="TEST.LIVE")), ViewKey(indicator="TEST.LIVE")
    shown = scene(1, scored("20242", 9, 10))
    made.show(shown)
    above = {**heading(shown, key), **freshness(None)}
    assert (above["rate"], above["indicator"]) == (None, "TEST.LIVE")
    table = map_table(made.rows.values(), above)
    assert (table.name, table.columns[-5:-2]) == ("dunghen-month-TEST.LIVE-all", ["window", "indicator", "withdrawn"])
    assert "points,maximum,reason,standing" in ",".join(table.columns)
    assert type(view_of(ViewKey())) is View


TREE = Policy.from_bodies(
    1,
    {
        "city": {"code": "H17", "name": "Đà Nẵng"},
        "units": {"units": UNITS},
        "indicators": {
            "sets": [
                {
                    **SETS[0],
                    "groups": [
                        {"code": "whole", "name_vi": "a", "name_en": "a", "maximum": 30},
                        *({**group, "parent": "whole"} for group in SETS[0]["groups"]),  # type: ignore[attr-defined]
                        {"code": "empty", "name_vi": "a", "name_en": "a", "maximum": 5},
                    ],
                }
            ]
        },
    },
)


def test_a_group_is_shown_on_the_map_as_a_total_of_what_lies_below_it() -> None:
    shown = replace(scene(1, scored("20242", 9, 10), facts=by_unit(fact("20242", 30))), policy=TREE)
    listed = said(indicators_list(shown, book_of(shown)))["sets"][0]
    unit = next(unit for unit in shown.units() if unit.code == "20242")
    card = said(score_card(unit, shown.scores["20242"], shown, ("month", Window(DAY - 15, DAY))))["sets"][0]
    measures = [(group["parent"], group["measure"]) for group in listed["groups"]]
    assert measures == [(None, "TEST.WHOLE"), ("whole", None), ("whole", None), (None, None)]
    assert [(group["points"], group["counted"]) for group in card["groups"]] == [(25, 30), (18, 20), (7, 10), (None, 0)]
    view = view_of(ViewKey(indicator="TEST.WHOLE"))
    view.show(shown)
    row: Any = view.rows["20242"]
    assert (row.points, row.maximum, row.standing) == (25, 30, "")
    with pytest.raises(ProblemError, match="UNKNOWN_INDICATOR"):
        known_indicator(ViewKey(indicator="TEST.EMPTY"), shown)


def test_what_is_not_in_force_is_refused() -> None:
    known_indicator(ViewKey(indicator="TEST"), scene(1))
    with pytest.raises(ProblemError, match="UNKNOWN_INDICATOR"):
        known_indicator(ViewKey(indicator="TEST.OTHER"), scene(1))


def test_the_score_card_says_what_each_figure_is_made_of() -> None:
    shown = scene(1, scored("20242", 9, 10), facts=by_unit(fact("20242", 0, kind="not_assessed")))
    unit = next(unit for unit in shown.units() if unit.code == "20242")
    card = said(score_card(unit, shown.scores["20242"], shown, ("month", Window(DAY - 15, DAY))))
    of = card["sets"][0]
    assert [(g["code"], g["points"], g["counted"], g["reason"]) for g in of["groups"]] == [
        ("live", 18, 20, "VALUE"),
        ("told", None, 0, "NOT_ASSESSED"),
    ]
    [told] = of["indicators"][1]["inputs"]
    assert (told["numerator"], told["periods"], told["told_at"]) == (None, ["2026-11"], "1970-01-01T08:00:05+08:00")
    listed = said(indicators_list(shown, book_of(shown)))["sets"][0]
    assert [one["code"] for one in listed["indicators"]] == ["TEST.LIVE", "TEST.TOLD"]


def test_the_city_s_card_is_what_the_map_says_of_the_city_for_each_indicator() -> None:
    scores = [scored("20242", 9, 10), scored("20194", 8, 10), scored("H17.10", 3, 4)]
    shown = scene(1, *scores, facts=by_unit(fact("20242", 30), fact("20194", 2)))
    card = said(city_card(shown, ("month", Window(DAY - 15, DAY))))
    assert (card["code"], card["kind"], card["sets"][0]["code"]) == ("H17", "city", "TEST")
    for line in card["sets"][0]["indicators"]:
        view = view_of(ViewKey(indicator=line["code"]))
        view.show(shown)
        assert view.city is not None
        assert (line["numerator"], line["denominator"], line["inputs"]) == (view.city.numerator, view.city.denominator, [])
    total = view_of(ViewKey(indicator="TEST"))
    total.show(shown)
    assert total.city is not None
    assert card["sets"][0]["total"]["points"] == total.city.points  # type: ignore[attr-defined]


def test_the_city_s_own_fact_stands_before_the_sum_of_its_units() -> None:
    shown = scene(1, facts=by_unit(fact("20242", 30), fact("H17", 7)))
    card = said(city_card(shown, ("month", Window(DAY - 15, DAY))))
    assert card["sets"][0]["indicators"][1]["numerator"] == 7


STATEMENTS = [
    fact("20242", 1, occurred_at=10, arrived_at=1, id="1" * 16),
    fact("20242", 2, occurred_at=10, arrived_at=2, id="2" * 16),
    fact("20242", 3, occurred_at=9, arrived_at=9, id="3" * 16),
    fact("20242", 4, occurred_at=10, arrived_at=2, id="4" * 16),
]


@pytest.mark.parametrize("order", list(permutations(STATEMENTS)))
def test_the_newest_statement_holds_in_whatever_order_they_come(order: tuple[Fact, ...]) -> None:
    book = FactBook()
    for one in (*order, *order):
        book.take(one)
    assert [one.numerator for one in book.facts.values()] == [4]


@dataclass
class Record:
    """One record as the projector reads it."""

    offset: int
    key: bytes
    value: bytes


def record(offset: int, key: bytes, value: bytes) -> Any:
    return Record(offset, key, value)


def test_a_fact_is_a_version_of_its_own_with_the_offsets_that_it_stands_for() -> None:
    showing = Showing.resume(Stored(), 1, Patience(900, 86400))
    showing.take((UNIT_SCORES, 0), [record(0, b"20242", encode(scored("20242"))), record(1, LEVEL_KEY, encode(level(p0=5)))], 2)
    first = showing.step(1, 1000)
    assert first is not None
    one = fact("20242", 7)
    showing.take((FACTS, 0), [record(4, fact_key(one), encode(one))], 5)
    second = showing.step(2, 2000)
    assert second is not None
    assert second.entry is not None
    assert (second.position.version, second.facts, second.entry.meta.facts) == (2000, [one], {0: 5})
    older = fact("20242", 9, occurred_at=1)
    showing.take((FACTS, 0), [record(5, fact_key(older), encode(older))], 6)
    third = showing.step(3, 3000)
    assert third is not None
    assert third.entry is not None
    assert (third.position.version, third.facts, third.entry.meta.facts) == (2000, [], {0: 6})  # nothing to see, and where it goes on

    mirror = Mirror()
    assert first.entry is not None
    stored = Stored(first.position, first.entry.meta)
    assert mirror.load(stored)
    assert mirror.apply(second.position, decode_entry(encode(second.entry)))
    assert mirror.facts.unit("20242")["TEST.TOLD"]["2026-11"].numerator == 7
