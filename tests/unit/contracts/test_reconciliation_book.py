"""How far a kept comparison vouches for the days of a unit."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from dunghen.contracts.messages import encode
from dunghen.contracts.reconciliations import MOST_KEPT, Reconciliation, ReconciliationBook, reconciliation_key
from dunghen.domain.days import day_number
from dunghen.domain.windows import period

NOTHING = {"policy": 1, "first_version": 1, "last_version": 1, "seconds": 1.5, "events": 10, "answers": 2, "cells": 100}


def comparison(as_of: str, **units: int) -> Reconciliation:
    day = day_number(date.fromisoformat(as_of))
    return Reconciliation(at=day * 86400 + 1000, as_of=day, differences=sum(units.values()), units=units, **NOTHING)


def book(*found: Reconciliation) -> ReconciliationBook:
    made = ReconciliationBook()
    for one in found:
        made.take(reconciliation_key(one), encode(one))
    return made


def state(kept: ReconciliationBook, month: str, today: str, unit: str = "A") -> str:
    return kept.standing(unit, period(month), day_number(date.fromisoformat(today)))[0]


def test_a_month_that_is_over_wants_a_comparison_after_its_end() -> None:
    assert state(book(comparison("2026-10-31")), "2026-10", "2026-11-05") == "not_reconciled"
    assert state(book(comparison("2026-11-01")), "2026-10", "2026-11-05") == "reconciled"


def test_a_month_that_goes_on_stands_as_of_its_newest_comparison() -> None:
    assert state(book(comparison("2026-10-31")), "2026-11", "2026-11-05") == "not_reconciled"
    assert state(book(comparison("2026-11-03")), "2026-11", "2026-11-05") == "reconciled"


def test_december_is_seen_in_january_and_not_in_june() -> None:
    """In January the last ninety days hold it; in June no live window does, and June's comparison says nothing of it."""
    assert state(book(comparison("2027-01-02")), "2026-12", "2027-06-10") == "reconciled"
    assert state(book(comparison("2027-06-09")), "2026-12", "2027-06-10") == "not_reconciled"


def test_only_the_unit_that_differs_differs_and_a_later_clean_night_speaks_for_itself() -> None:
    kept = book(comparison("2026-11-02", A=3))
    assert (state(kept, "2026-10", "2026-11-05"), state(kept, "2026-10", "2026-11-05", "B")) == ("differs", "reconciled")
    assert state(book(comparison("2026-11-02", A=3), comparison("2026-11-03")), "2026-10", "2026-11-05") == "reconciled"


def test_every_comparison_is_kept_beside_the_others_in_any_order() -> None:
    one, two = comparison("2026-11-02", A=3), comparison("2026-11-03")
    assert list(book(two, one, one)) == [two, one]


def test_what_is_no_comparison_says_nothing() -> None:
    kept = book(comparison("2026-11-02"))
    kept.take(b"x", b"{}")
    kept.take(b"x", None)
    assert len(list(kept)) == 1


def test_the_oldest_are_forgotten_first() -> None:
    made = ReconciliationBook()
    for day in range(MOST_KEPT + 3):
        one = msgspec.structs.replace(comparison("2026-11-02"), at=day)
        made.take(reconciliation_key(one), encode(one))
    assert [one.at for one in made][-1] == 3


@pytest.mark.parametrize("today", ["2026-10-01", "2026-09-30"])
def test_of_days_that_lie_ahead_or_have_just_begun_nothing_is_known(today: str) -> None:
    assert state(book(comparison("2026-09-30")), "2026-10", today) == "not_reconciled"
