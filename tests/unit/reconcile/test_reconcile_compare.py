"""What counts as a difference, and at which offsets a unit is recomputed."""

from __future__ import annotations

from typing import Any

import pytest

from dunghen.cli.reconcile.compare import Cell, Difference, compare
from dunghen.cli.reconcile.cuts import batches_of, furthest, greater, offsets, reaches
from dunghen.contracts.messages import RateCounts, UnitScore, WindowScore
from dunghen.domain.marks import IN_A_WINDOW

COUNTS = {**dict.fromkeys(IN_A_WINDOW, 0), "received": 7, "early": 1, "on_day": 2, "late": 3, "undated": 1}
RATES = ("official", "resolved", "due_cohort", "statutory")


def score(unit: str, good: int) -> UnitScore:
    rates = {rate: RateCounts(good, 10, 5, 10) for rate in RATES}
    windows = {"30d": WindowScore(0, 29, COUNTS, rates)}
    return UnitScore(
        unit=unit, day=29, policy=1, covers={}, pending=4, overdue=5, paused=1, received_today=2, finished_today=3, windows=windows
    )


def row(code: str, good: int, **other: Any) -> dict[str, Any]:
    standing = {"pending": 4, "overdue": 5, "paused": 1, "due_today": 0, "due_today_left": 0}
    trend = round(good / 10 - 0.5, 6)
    return {
        "code": code,
        "numerator": good,
        "denominator": 10,
        "value": good / 10,
        "trend": trend,
        "received": 7,
        "finished": 6,
        "counts": COUNTS,
        **standing,
        "covers": {"0": 8},
        **other,
    }


def answer(*rows: dict[str, Any], **other: Any) -> dict[str, Any]:
    summed = {name: sum(r[name] for r in rows) for name in rows[0] if isinstance(rows[0][name], int)}
    rates = {rate: {"numerator": summed["numerator"], "denominator": summed["denominator"]} for rate in RATES}
    summed["counts"] = {name: sum(r["counts"][name] for r in rows) for name in COUNTS}
    city = {**summed, "received_today": 2 * len(rows), "finished_today": 3 * len(rows), "rates": rates}
    return {"window": "30d", "rate": "resolved", "as_of": "1970-01-30", "policy": 1, "units": list(rows), "city": city, **other}


SCORES = {"A": score("A", 6), "B": score("B", 9)}


def test_equal_figures_are_no_difference_and_all_are_looked_at() -> None:
    compared = compare(answer(row("A", 6), row("B", 9)), SCORES)
    assert compared.differences == ()
    assert compared.cells == 2 * (11 + len(COUNTS)) + 9 + len(COUNTS) + 2 + 8


@pytest.mark.parametrize("figure", sorted(row("A", 6).keys() - {"code", "covers", "counts"}))
def test_each_figure_of_a_unit_is_seen_when_it_differs(figure: str) -> None:
    wrong = row("A", 6)
    wrong[figure] += 1
    found = compare(answer(wrong, row("B", 9)), SCORES).differences
    assert Difference(Cell("A", "30d", "resolved", figure), wrong[figure], row("A", 6)[figure]) in found


@pytest.mark.parametrize("name", COUNTS)
def test_each_count_of_a_unit_and_of_the_city_is_seen_when_it_differs(name: str) -> None:
    wrong = row("A", 6, counts={**COUNTS, name: COUNTS[name] + 1})
    found = compare({**answer(wrong, row("B", 9)), "city": answer(row("A", 6), row("B", 9))["city"]}, SCORES).differences
    assert {(d.cell.unit, d.cell.figure) for d in found} == {("A", f"counts.{name}"), ("city", f"counts.{name}, sum of units")}


def test_a_figure_that_the_answer_lacks_is_a_difference() -> None:
    shown = answer(row("A", 6), row("B", 9))
    shown["units"][0]["counts"] = {name: count for name, count in COUNTS.items() if name != "late"}
    assert [d.cell.figure for d in compare(shown, SCORES).differences] == ["counts.late", "counts.late, sum of units"]


def test_a_unit_that_counts_something_and_is_not_shown_differs() -> None:
    assert {d.cell.unit for d in compare(answer(row("A", 6)), SCORES).differences} == {"B", "city"}


def test_a_shown_unit_without_any_dossier_has_to_be_all_zero() -> None:
    shown = answer(row("A", 6), row("B", 9), row("C", 1))
    found = [d.cell.figure for d in compare(shown, SCORES).differences if d.cell.unit == "C"]
    assert {"numerator", "denominator", "value", "pending"} <= set(found)


def test_a_city_that_is_not_the_sum_of_its_units_differs() -> None:
    shown = answer(row("A", 6), row("B", 9))
    shown["city"]["pending"] += 1
    shown["city"]["rates"]["statutory"]["numerator"] -= 1
    assert [d.cell.figure for d in compare(shown, SCORES).differences] == ["pending, sum of units", "rates.statutory.numerator"]


def test_a_unit_is_recomputed_at_the_greater_of_the_end_and_its_own_vector() -> None:
    (batch,) = batches_of([answer(row("A", 6, covers={"0": 5, "1": 30}), row("B", 9, covers={}))], {0: 10, 1: 20}, ["B", "gone"])
    ((_, names),) = batch.answers
    assert {unit: batch.cuts[name].below for unit, name in names.items()} == {
        "A": {0: 10, 1: 30},
        "B": {0: 10, 1: 20},
        "gone": {0: 10, 1: 20},
    }
    assert furthest([batch], {0: 10, 1: 20}) == {0: 10, 1: 30}


def test_answers_of_another_day_or_policy_are_recomputed_apart_and_equal_cuts_once() -> None:
    rows = (row("A", 6), row("B", 9))
    batches = batches_of([answer(*rows), answer(*rows), answer(*rows, policy=2), answer(*rows, as_of="1970-01-31")], {0: 8})
    assert [(b.day, b.policy, len(b.answers), len(b.cuts)) for b in batches] == [(29, 1, 2, 2), (29, 2, 1, 2), (30, 1, 1, 2)]
    assert batches[0].question().over == 28


def test_vectors_compare_partition_by_partition() -> None:
    assert reaches({0: 5, 1: 7}, {0: 5, 1: 6})
    assert not reaches({0: 9}, {0: 5, 1: 6})
    assert reaches({}, {0: 0})
    assert greater({0: 1, 2: 5}, {0: 3, 1: 4}) == {0: 3, 1: 4, 2: 5}
    assert offsets({"3": 4}) == {3: 4}
