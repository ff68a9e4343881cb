"""What counts as a difference, and at which offsets a unit is recomputed. Honest answers are made by what serves them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from falsified_rows import NOT_FIGURES, falsified, other_than, rows_of

from dunghen.cli.recompute.looks import Looks, looks_of
from dunghen.cli.reconcile.compare import Cell, Compared, Difference, compare, expected
from dunghen.cli.reconcile.cuts import batches_of, furthest, greater, offsets, reaches
from dunghen.contracts.messages import RateCounts, UnitScore, WindowScore
from dunghen.domain.marks import IN_A_WINDOW
from dunghen.domain.policy import Policy
from services.api.board_messages import Meta
from services.api.views import Scene, View, ViewKey, heading, whole_of

DAY = 20773
COUNTS = {**dict.fromkeys(IN_A_WINDOW, 0), "received": 7, "early": 1, "on_day": 2, "late": 3, "undated": 1}
RATES = ("official", "resolved", "due_cohort", "statutory")
BODIES: dict[str, Any] = {
    "city": {"code": "H17", "name": "Đà Nẵng"},
    "bands": {"green": 95, "yellow": 60, "orange": 50},
    "rules": {"few": 4},
    "units": {
        "units": [
            *({"code": code, "name": code, "kind": "locality"} for code in ("A", "B", "C", "D", "E")),
            {"code": "F", "name": "F", "kind": "department"},
            {"code": "OLD", "name": "OLD", "kind": "locality", "valid_to": "2025-06-30"},
        ]
    },
}


def score(unit: str, good: int, of: int = 10) -> UnitScore:
    rates = {rate: RateCounts(good, of, 5, 10) for rate in RATES}
    windows = {"30d": WindowScore(DAY - 29, DAY, COUNTS if of else dict.fromkeys(COUNTS, 0), rates)}
    standing = {"pending": 4, "overdue": 5, "paused": 1, "received_today": 2, "finished_today": 3} if of else {}
    return UnitScore(unit=unit, day=DAY, policy=1, covers={0: 8}, windows=windows, **standing)


SCORES = {one.unit: one for one in (score("A", 6), score("B", 9), score("C", 6), score("D", 3, 3), score("E", 0, 0), score("F", 6))}
LOOKS = looks_of(BODIES, DAY)


def answer(*without: str, bodies: dict[str, Any] | None = None, **other: Any) -> dict[str, Any]:
    """What the API says of these scores."""
    scores = {unit: one for unit, one in SCORES.items() if unit not in without}
    policy = Policy.from_bodies(1, bodies or BODIES)
    scene = Scene(Meta(version=1, policy=1, day=DAY, known_at=0), policy, scores, {})
    view = View(ViewKey(window="30d", rate="resolved"))
    view.show(scene)
    found = json.loads(whole_of(view, heading(scene, view.key), None))
    return {**found, "units": [{**row, "covers": {"0": 8}} for row in found["units"] if row["code"] not in without], **other}


def found_in(shown: dict[str, Any], looks: Looks = LOOKS, scores: dict[str, UnitScore] = SCORES) -> Compared:
    return compare(shown, expected(shown, scores, looks), looks)


def test_an_honest_answer_is_no_difference_and_all_of_it_is_looked_at() -> None:
    compared = found_in(answer())
    assert compared.differences == ()
    of_a_unit = 1 + 3 + 7 + len(COUNTS) + 10  # there, its name, counts, the rate and how it looks
    of_the_city = 5 + 7 + len(COUNTS) + 10 + 3 * len(RATES) + 2 + 2  # and the rates side by side, its day, the window
    assert compared.cells == 6 * of_a_unit + of_the_city + (2 + 7 + len(COUNTS))
    rows = rows_of(answer())
    assert [(rows[unit]["rank"], rows[unit]["band"], rows[unit]["few"]) for unit in "ABCDE"] == [
        (2, "yellow", False), (1, "yellow", False), (2, "yellow", False), (None, "green", True), (None, "none", False),
    ]  # fmt: skip


@pytest.mark.parametrize("unit", [*SCORES, "city"])
def test_each_member_of_a_row_is_seen_when_it_differs(unit: str) -> None:
    honest, seen = answer(), set[str]()
    for name, wrong in falsified(honest, unit):
        figures = {d.cell.figure for d in found_in(wrong).differences if d.cell.unit == unit}
        assert name in figures, f"{name} of {unit} can be falsified"
        seen.add(name)
    assert seen >= {"value", "band", "rank", "of", "few", "low", "high", "trend", "numerator", "counts.late", "overdue"}
    assert unit != "city" or seen >= {"rates.statutory.value", "received_today"}


@pytest.mark.parametrize("unit", ["A", "city"])
def test_what_is_not_compared_is_said_here_and_nothing_else(unit: str) -> None:
    """A member that the map gets later is compared, or it is named above."""
    row = rows_of(answer())[unit]
    wrong = answer()
    for member in NOT_FIGURES & row.keys():
        rows_of(wrong)[unit][member] = other_than(row[member])
    assert found_in(wrong).differences == ()


def test_all_of_it_falsified_at_once_is_found_in_every_row() -> None:
    shown = answer()
    for row in shown["units"]:
        row.update(band="red", rank=99, of=7, few=row["denominator"] != 3, low=0.001, high=0.001)
    shown["city"].update(band="red", value=0.01, trend=-1)
    found = {(d.cell.unit, d.cell.figure) for d in found_in(shown).differences}
    assert {(unit, figure) for unit in SCORES for figure in ("band", "rank", "of", "few", "low", "high")} <= found
    assert {("city", "band"), ("city", "value"), ("city", "trend")} <= found


@pytest.mark.parametrize(
    ("other", "figures"),
    [
        ({"bands": {**BODIES["bands"], "green": 90}}, {"band"}),
        ({"rules": {"few": 3}}, {"few", "rank", "of"}),
        ({"units": {"units": [{**one, "kind": "health"} for one in BODIES["units"]["units"]]}}, {"kind", "rank", "of"}),
    ],
    ids=["bands", "few", "kinds"],
)
def test_what_is_shown_by_another_policy_than_is_said_differs(other: dict[str, Any], figures: set[str]) -> None:
    assert {d.cell.figure for d in found_in(answer(bodies={**BODIES, **other})).differences} == figures


@pytest.mark.parametrize("end", ["first", "last"])
def test_the_days_of_a_window_are_those_of_its_name(end: str) -> None:
    assert [d.cell for d in found_in(answer(**{end: "2026-11-01"})).differences] == [Cell("city", "30d", "resolved", end)]


def test_the_last_digit_of_an_interval_is_no_difference_and_one_more_is() -> None:
    shown = answer()
    row = rows_of(shown)["A"]
    honest = row["low"]
    row["low"] = honest + 4e-16
    assert found_in(shown).differences == ()
    row["low"] = honest + 2e-15
    assert [d.cell.figure for d in found_in(shown).differences] == ["low"]


def test_the_city_is_the_sum_of_the_units_of_its_answer() -> None:
    shown = answer()
    rows_of(shown)["A"]["counts"]["late"] += 1
    rows_of(shown)["A"]["pending"] += 1
    found = {(d.cell.unit, d.cell.figure) for d in found_in(shown).differences}
    assert found == {("A", "counts.late"), ("A", "pending"), ("city", "counts.late, sum of units"), ("city", "pending, sum of units")}


def test_a_figure_that_the_answer_lacks_is_a_difference() -> None:
    shown = answer()
    del rows_of(shown)["A"]["counts"]["late"]
    del rows_of(shown)["B"]["band"]
    found = {(d.cell.unit, d.cell.figure) for d in found_in(shown).differences}
    assert found == {("A", "counts.late"), ("B", "band"), ("city", "counts.late, sum of units")}


@pytest.mark.parametrize("unit", ["B", "E"], ids=["counts something", "counts nothing"])
def test_a_unit_of_the_day_that_is_not_shown_differs(unit: str) -> None:
    found = found_in(answer(unit)).differences
    assert Difference(Cell(unit, "30d", "resolved", "there"), False, True) in found


@pytest.mark.parametrize(("of", "missing"), [(10, True), (0, False)])
def test_a_unit_that_is_no_more_there_has_to_be_shown_as_long_as_it_counts_something(of: int, missing: bool) -> None:
    found = found_in(answer(), scores={**SCORES, "OLD": score("OLD", of, of)}).differences
    assert (Difference(Cell("OLD", "30d", "resolved", "there"), False, True) in found) is missing


def test_a_shown_unit_without_any_dossier_has_to_be_all_zero() -> None:
    shown = answer()
    rows_of(shown)["E"].update({name: value for name, value in rows_of(shown)["A"].items() if name not in ("code", "covers")})
    found = [d.cell.figure for d in found_in(shown).differences if d.cell.unit == "E"]
    assert {"numerator", "denominator", "value", "pending", "band", "low", "rank"} <= set(found)


def row(code: str, covers: dict[str, int]) -> dict[str, Any]:
    return {"code": code, "covers": covers}


def asked(*rows: dict[str, Any], **other: Any) -> dict[str, Any]:
    return {"as_of": "1970-01-30", "policy": 1, "units": list(rows), **other}


def test_a_unit_is_recomputed_at_the_greater_of_the_end_and_its_own_vector() -> None:
    (batch,) = batches_of([asked(row("A", {"0": 5, "1": 30}), row("B", {}))], {0: 10, 1: 20}, lambda *_: ["B", "gone"])
    ((_, names),) = batch.answers
    assert {unit: batch.cuts[name].below for unit, name in names.items()} == {
        "A": {0: 10, 1: 30},
        "B": {0: 10, 1: 20},
        "gone": {0: 10, 1: 20},
    }
    assert furthest([batch], {0: 10, 1: 20}) == {0: 10, 1: 30}


def test_answers_of_another_day_or_policy_are_recomputed_apart_and_equal_cuts_once() -> None:
    rows = (row("A", {"0": 8}), row("B", {"0": 8}))
    batches = batches_of([asked(*rows), asked(*rows), asked(*rows, policy=2), asked(*rows, as_of="1970-01-31")], {0: 8})
    assert [(b.day, b.policy, len(b.answers), len(b.cuts)) for b in batches] == [(29, 1, 2, 2), (29, 2, 1, 2), (30, 1, 1, 2)]
    assert batches[0].question().over == 28


def test_vectors_compare_partition_by_partition() -> None:
    assert reaches({0: 5, 1: 7}, {0: 5, 1: 6})
    assert not reaches({0: 9}, {0: 5, 1: 6})
    assert reaches({}, {0: 0})
    assert greater({0: 1, 2: 5}, {0: 3, 1: 4}) == {0: 3, 1: 4, 2: 5}
    assert offsets({"3": 4}) == {3: 4}
