"""Every member of a row by an indicator or a total is seen when it is falsified, and so is who is not shown. Honest answers: of the API."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from falsified_rows import NOT_FIGURES, falsified, other_than, rows_of

from dunghen.cli.recompute.fact_table import rows_of as facts_of
from dunghen.cli.recompute.indicators import CITY, Asked, Definitions
from dunghen.cli.recompute.looks import looks_of
from dunghen.cli.recompute.windows import with_calendar_ends
from dunghen.cli.reconcile.compare import Cell, Compared, Difference, expected
from dunghen.cli.reconcile.indicators import compare_indicator, found_for
from dunghen.contracts.facts import Fact, FactBook, facts_by_unit
from dunghen.contracts.messages import UnitScore
from dunghen.contracts.scores import live_windows, unit_score
from dunghen.domain.marks import COUNTERS, EARLY, LATE, RECEIVED
from dunghen.domain.policy import Policy
from dunghen.domain.rates import DaySeries
from dunghen.domain.windows import Window
from services.api.board_messages import Meta
from services.api.indicator_view import view_of
from services.api.views import Scene, ViewKey, heading

DAY = 20773
WORDS = {"name_vi": "a", "name_en": "a"}
ALL = {**WORDS, "meaning_vi": "a", "meaning_en": "a"}
SET = {
    "code": "S",
    **WORDS,
    "total": True,
    "classes": [{"code": "best", "from": 90, **WORDS}, {"code": "fair", "from": 0, **WORDS}],
    "groups": [{"code": "g", "maximum": 20, **WORDS}],
    "indicators": [
        {"code": "S.EARLY", "kind": "ratio", "group": "g", "maximum": 10, "numerator": ["early"], "denominator": ["received"], **ALL},
        {"code": "S.POOR", "kind": "ratio", "group": "g", "direction": "lower", "bands": {"green": 10, "yellow": 40, "orange": 80}, **ALL},
        {"code": "S.TOLD", "kind": "sum", "group": "g", "bands": {"green": 9, "yellow": 4, "orange": 2}, **ALL},
    ],
}
CODES = ("S.EARLY", "S.POOR", "S.TOLD", "S", "S.G")
BODIES: dict[str, Any] = {
    "city": {"code": "H17", "name": "x"},
    "rules": {"few": 4},
    "units": {
        "units": [
            *({"code": code, "name": code, "kind": "locality"} for code in ("A", "B", "FACTS")),
            {"code": "D", "name": "D", "kind": "department"},
            {"code": "EMPTY", "name": "EMPTY", "kind": "health"},
        ]
    },
    "indicators": {"sets": [SET]},
}
POLICY, LOOKS = Policy.from_bodies(1, BODIES), looks_of(BODIES, DAY)
KINDS = {one["code"]: one["kind"] for one in BODIES["units"]["units"]}


def days(received: int, early: int) -> DaySeries:
    day = [0] * len(COUNTERS)
    day[RECEIVED], day[EARLY], day[LATE] = received, early, received - early
    return DaySeries({DAY: day})


SERIES = {"A": days(10, 9), "B": days(10, 4), "D": days(3, 3), "FACTS": DaySeries(), "EMPTY": DaySeries()}


def fact(unit: str, code: str, numerator: int, denominator: int | None = None) -> Fact:
    told = {"id": f"{len(unit + code):016x}", "kind": "value", "source": "S", "occurred_at": 1, "arrived_at": 1}
    return msgspec.convert(
        {**told, "unit": unit, "code": code, "period": "2026-11", "numerator": numerator, "denominator": denominator}, Fact
    )


FACTS = [fact(unit, "S.POOR", n, 10) for unit, n in (("A", 1), ("B", 5), ("FACTS", 9), ("D", 2))]
FACTS += [fact(unit, "S.TOLD", n) for unit, n in (("A", 9), ("B", 3), ("FACTS", 2))]


def scored() -> dict[str, UnitScore]:
    return {unit: unit_score(unit, one, (DAY, DAY - 1), live_windows(POLICY.indicators, DAY)) for unit, one in SERIES.items()}


def answer(code: str) -> dict[str, Any]:
    """What the API says; `FACTS` and `EMPTY` have no dossiers, so no score either."""
    book = FactBook()
    for one in FACTS:
        book.take(one)
    scores = {unit: score for unit, score in scored().items() if score.windows["month"].counts["received"]}
    view = view_of(ViewKey(window="month", indicator=code))
    scene = Scene(Meta(version=1, policy=1, day=DAY, known_at=0), POLICY, scores, {}, facts_by_unit(book))
    view.show(scene)
    rows = msgspec.to_builtins({"units": list(view.rows.values()), "city": view.city})
    return {**heading(scene, view.key), **rows}


def batch() -> Any:
    definitions = Definitions(BODIES["indicators"], with_calendar_ends(DAY))
    stretches = {name: Window(first, last) for name, first, last in definitions.windows()}
    counted = {unit: unit_score(unit, one, (DAY, DAY - 1), stretches) for unit, one in SERIES.items()}
    found = definitions.figures(Asked({unit: (unit, kind) for unit, kind in KINDS.items()}, counted, "H17"), (facts_of(FACTS), ()))
    definitions.close()
    return found


FIGURES = batch()


def found_in(shown: dict[str, Any]) -> Compared:
    scores = expected(shown, scored(), LOOKS)
    return compare_indicator(shown, found_for(shown, {unit: unit for unit in scores}, FIGURES), scores, LOOKS)


@pytest.mark.parametrize("code", CODES)
def test_an_honest_answer_is_no_difference(code: str) -> None:
    compared = found_in(answer(code))
    assert compared.differences == ()
    assert compared.cells == 5 * 42 + 59 + 23


def test_the_honest_answers_have_all_that_can_be_falsified() -> None:
    rows = {code: rows_of(answer(code)) for code in CODES}
    assert [rows["S.EARLY"][unit]["band"] for unit in ("A", "B", "D", "FACTS")] == ["green", "red", "green", "none"]
    assert (rows["S.EARLY"]["D"]["few"], rows["S.EARLY"]["D"]["rank"], rows["S.EARLY"]["D"]["low"] is None) == (True, None, False)
    assert [(rows["S.POOR"][unit]["band"], rows["S.POOR"][unit]["rank"]) for unit in ("A", "B", "FACTS")] == [
        ("green", 1), ("orange", 2), ("red", 3),
    ]  # fmt: skip
    assert [rows["S.TOLD"][unit]["band"] for unit in ("A", "B", "FACTS", "city")] == ["green", "orange", "orange", "green"]
    assert [(rows["S"][unit]["standing"], rows["S"][unit]["rank"]) for unit in ("A", "B", "FACTS")] == [
        ("best", 1),
        ("fair", 2),
        ("", None),
    ]
    assert rows["S.G"]["A"]["standing"] == ""


@pytest.mark.parametrize("unit", [*KINDS, "city"])
@pytest.mark.parametrize("code", CODES)
def test_each_member_of_a_row_is_seen_when_it_differs(code: str, unit: str) -> None:
    seen = set[str]()
    for name, wrong in falsified(answer(code), unit):
        figures = {d.cell.figure for d in found_in(wrong).differences if d.cell.unit == unit}
        assert name in figures, f"{name} of {unit} can be falsified"
        seen.add(name)
    assert seen >= {"standing", "band", "rank", "of", "few", "low", "high", "points", "maximum", "reason", "exact", "counts.late", "trend"}


@pytest.mark.parametrize("unit", ["A", "city"])
def test_what_is_not_compared_is_no_figure(unit: str) -> None:
    wrong = answer("S")
    row = rows_of(wrong)[unit]
    row.update({member: other_than(row[member]) for member in NOT_FIGURES & row.keys()})
    assert found_in(wrong).differences == ()


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("unit", ["FACTS", "EMPTY"], ids=["has facts alone", "has nothing"])
def test_who_is_not_shown_differs_though_it_has_no_dossiers(code: str, unit: str) -> None:
    shown = answer(code)
    shown["units"] = [row for row in shown["units"] if row["code"] != unit]
    assert Difference(Cell(unit, "month", code, "there"), False, True) in found_in(shown).differences


def test_the_city_that_leaves_a_unit_out_differs() -> None:
    shown = answer("S.POOR")
    shown["units"] = [row for row in shown["units"] if row["code"] != "FACTS"]
    shown["city"].update(numerator=8, denominator=30, value=8 / 30)
    found = {(d.cell.unit, d.cell.figure) for d in found_in(shown).differences}
    assert {(CITY, "numerator"), (CITY, "value"), ("FACTS", "there")} <= found
